"""What a card says: targets and sentences against scores written by hand, the figures that rank single pictures."""

import numpy as np
import pytest

from studylib.data import load_task
from studylib.evaluation.table import MODEL, OTHER_TRUTH
from studylib.pretrained import card as cards

TASK = "shapes/plain2striped"


def figures(error, kid, kid_error=0.1):
    return {"error": error, "kid": kid, "kid_error": kid_error}


@pytest.fixture
def card():
    inventing = {
        "doing nothing": figures(20, 3.0), "constant white": figures(50, 9.0), "best edge overlay": figures(19, 0.9),
        MODEL: figures(19.4, 0.4), cards.PAIRED: figures(12, 0.2),
    }  # fmt: skip
    removing = {
        "doing nothing": figures(20, 3.0), "constant white": figures(30, 9.0), "best edge overlay": figures(33, 3.0),
        "best luminance ramp": figures(7, 0.5), MODEL: figures(8, 0.2), cards.PAIRED: figures(3, 0.1),
        OTHER_TRUTH: {"kid": 0.0, "kid_error": 0.01},
    }  # fmt: skip
    scores = {"A to B": inventing, "B to A": removing}
    return {"label_a": "lines", "label_b": "colour", "scores": scores, "seconds": 3000, "data": {"test_pairs": 195}}


def test_targets_are_judged_with_three_standard_errors(card):
    held = cards.targets(card)
    assert [*held.values()] == [True, True, True, True, True]
    assert "lines to colour: KID 13% of doing nothing's, at most 33% asked for" in held
    assert "colour to lines: error 60% below doing nothing's, at least 55% below asked for" in held
    # 0.5 apart, with errors of 0.1 each: 3.5 standard errors; with 0.12 and 0.12 only 2.9.
    for name in ("best edge overlay", MODEL):
        card["scores"]["A to B"][name]["kid_error"] = 0.12
    card["scores"]["B to A"][MODEL]["error"] = 9.1
    failed = [sentence for sentence, holds in cards.targets(card).items() if not holds]
    assert len(failed) == 2 and "best edge overlay" in failed[0] and "at least 55% below" in failed[1]
    card["scores"]["A to B"][MODEL]["kid"] = 1.01
    assert not cards.targets(card)["lines to colour: KID 34% of doing nothing's, at most 33% asked for"]


def test_where_a_filter_wins_is_said_plainly(card):
    sentences = cards.equals_and_betters(card)
    assert sentences == [
        "lines to colour, error 19.4 of the trained model: as well or better: best edge overlay (19.0).",
        "lines to colour, KID 0.400 of the trained model: nothing without learning does as well.",
        "colour to lines, error 8.0 of the trained model: as well or better: best luminance ramp (7.0).",
        "colour to lines, KID 0.200 of the trained model: by less than 3 standard errors behind, or better: best "
        "luminance ramp (0.500).",
    ]
    card["scores"]["A to B"]["best edge overlay"]["error"] = 19.44  # a difference that no table shows is none
    assert cards.equals_and_betters(card)[0].endswith("as well or better: best edge overlay (19.4).")


def test_summary_and_table_are_made_from_the_scores(card):
    assert cards.summary(card) == (
        "On 195 held-out pairs, after 50 minutes of training: lines to colour, KID 0.400, where doing nothing has "
        "3.000; colour to lines, error 8.0 grey levels, 60% below doing nothing."
    )
    head, _, *rows = cards.as_markdown(card).splitlines()
    assert head == "| | lines to colour (invents): error | KID | colour to lines (removes): error | KID |"
    assert rows[0] == "| doing nothing | 20.0 (+0%) | 3.000 ± 0.100 | 20.0 (+0%) | 3.000 ± 0.100 |"
    assert f"| {MODEL} | 19.4 (-3%) | 0.400 ± 0.100 | 8.0 (-60%) | 0.200 ± 0.100 |" in rows
    assert "| best luminance ramp |  |  | 7.0 (-65%) | 0.500 ± 0.100 |" in rows
    assert f"| {OTHER_TRUTH} |  |  |  | 0.000 ± 0.010 |" in rows


def test_picture_errors_are_means_by_picture():
    images, truth = np.zeros((3, 4, 4, 3), np.uint8), np.zeros((3, 4, 4, 3), np.uint8)
    truth[1], truth[2, :2] = 10, 10
    np.testing.assert_allclose(cards.picture_errors(images, truth, None), [0, 10, 5])


def test_strangeness_is_nothing_for_the_truth_and_grows_with_noise():
    task = load_task(TASK, 32)
    truth, random = task.test_b, np.random.default_rng(0)
    assert cards.picture_strangeness(truth, truth, task.train_b) == pytest.approx(np.zeros(len(truth)), abs=1e-5)
    spoilt = []
    for share in (0.2, 0.8):
        noise = random.integers(0, 256, truth.shape)
        spoilt.append(
            cards.picture_strangeness(((1 - share) * truth + share * noise).astype(np.uint8), truth, task.train_b)
        )
    assert 0 < np.mean(spoilt[0]) < np.mean(spoilt[1])
    assert np.mean(cards.picture_strangeness(task.test_a, truth, task.train_b)) > 0  # plain is no striped shape


def test_other_colours_are_a_smaller_fault_than_none():
    task = load_task("openmoji/line2color", 64)
    uncoloured = cards.picture_strangeness(task.test_a, task.test_b, task.train_b).mean()
    for channels in ([1, 0, 2], [1, 2, 0]):
        recoloured = cards.picture_strangeness(task.test_b[..., channels], task.test_b, task.train_b).mean()
        assert recoloured < 0.85 * uncoloured


def test_gallery_shows_what_is_ranked():
    task = load_task(TASK, 16)
    made = {"A to B": task.test_a, "B to A": task.test_a}
    blocks = cards.gallery_blocks(made, task)
    assert [*blocks] == [f"{task.label_a} to {task.label_b} (invents)", f"{task.label_b} to {task.label_a} (removes)"]
    invented, removed = blocks.values()
    assert removed["inputs"] is task.test_b and removed["truth"] is task.test_a and not removed["values"].any()
    assert invented["truth"] is task.test_b and invented["outputs"] is task.test_a and invented["values"].any()


def test_failures_are_sorted_and_named():
    task = load_task(TASK, 16)
    errors = np.random.default_rng(0).permutation(len(task.test_a)) % 100
    made = {"A to B": task.test_b, "B to A": np.abs(task.test_a - errors[:, None, None, None]).astype(np.uint8)}
    worst = cards.failures(made, task, k=3)["B to A"]["worst"]
    found = np.abs(made["B to A"].astype(float) - task.test_a).mean(axis=(1, 2, 3))
    assert [entry["value"] for entry in worst] == pytest.approx(sorted(found)[:-4:-1], abs=1e-3)
    assert [entry["id"] for entry in worst] == [task.names_test[i] for i in np.argsort(-found, kind="stable")[:3]]


def test_artworks_are_called_by_their_unicode_names():
    assert cards.title("1F34E") == "red apple"
    assert cards.title("1F469-200D-1F680") == "woman + rocket"
    assert cards.title("2764-FE0F") == "heavy black heart"
    assert cards.title("E0AB") == "E0AB" and cards.title("picture_7") == "picture_7"
