"""The table of a model: its numbers are those of the single measures, and its sentences follow from them."""

import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from studylib import evaluation
from studylib.data import load_task
from studylib.evaluation.scores import Scores


@pytest.fixture(scope="module")
def task():
    whole = load_task("shapes/plain2striped", image_size=32)
    n = 16
    return dataclasses.replace(whole, test_a=whole.test_a[:n], test_b=whole.test_b[:n], names_test=whole.names_test[:n])


def pale(images):
    return (np.asarray(images) + 1) / 2


def nothing(images):
    return images


@pytest.fixture(scope="module")
def found(task):
    model = SimpleNamespace(g_AB=pale, g_BA=nothing)
    return evaluation.evaluate(model, task, {"one way": (nothing, None)})


def test_rows_hold_what_the_measures_say(found, task):
    a_to_b = found.scores["A to B"]
    painted = evaluation.translate(pale, task.test_a)
    model = a_to_b["trained model"]
    assert model.error == evaluation.grey_level_error(painted, task.test_b)
    assert model.psnr == evaluation.psnr(painted, task.test_b) and model.ssim == evaluation.ssim(painted, task.test_b)
    assert model.edge_f1 == evaluation.edge_scores(painted, task.test_b).f1
    assert model.colour == evaluation.colour_distance(painted, task.test_b)
    assert model.kid == pytest.approx(evaluation.kid(painted, task.test_b))
    assert model.fid == pytest.approx(evaluation.fid(painted, task.test_b))
    assert model.diversity == pytest.approx(evaluation.diversity(painted, task.test_b))
    cycles = evaluation.cycle_errors(SimpleNamespace(g_AB=pale, g_BA=nothing), task)
    assert {direction: rows["trained model"].cycle for direction, rows in found.scores.items()} == cycles


def test_rows_that_are_known(found, task):
    for direction, inputs, truth in (("A to B", task.test_a, task.test_b), ("B to A", task.test_b, task.test_a)):
        rows = found.scores[direction]
        assert rows["doing nothing"].error == evaluation.grey_level_error(inputs, truth)
        assert rows["constant white"].diversity == pytest.approx(0, abs=1e-5)
        best = evaluation.held_out_errors(SimpleNamespace(g_AB=nothing, g_BA=nothing), task)[direction]
        for name in ("3x3 maximum filter", "best luminance ramp", "best edge overlay"):
            assert rows[name].error == best[name]
            by_kid = rows.get(f"{name}, by KID", rows[name])
            assert by_kid.kid.value <= rows[name].kid.value and by_kid.error >= rows[name].error
        other = rows["other true pictures"]
        assert other.error is None and other.cycle is None and abs(other.kid.value) < 4 * other.kid.error
        assert rows["doing nothing"].cycle is None
    assert found.scores["A to B"]["one way"][:-1] == found.scores["A to B"]["doing nothing"][:-1]
    assert "one way" not in found.scores["B to A"] and "one way" not in found.untrained


def test_markdown_holds_every_number_and_no_empty_column(found, task):
    text = found.as_markdown()
    assert text.count("| trained model |") == 2 and "**plain to striped**" in text and "16 held-out pictures" in text
    model = found.scores["A to B"]["trained model"]
    for number in (f"{model.error:.1f}", f"{model.ssim:.3f}", str(model.kid), f"{model.cycle:.1f}"):
        assert f"| {number} |" in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.count("|") == 11 and line.endswith("|")
    unpaired = dataclasses.replace(task, aligned=False)
    without = evaluation.evaluate(SimpleNamespace(g_AB=pale, g_BA=nothing), unpaired)
    head = without.rows("A to B")[0]
    assert head == ["", "colour distance ↓", "KID ↓", "FID ↓", "diversity → 1", "cycle error ↓"]
    assert "best luminance ramp, by KID" in without.scores["A to B"]
    assert "best luminance ramp" not in without.scores["A to B"]


def test_numbers_can_be_written_to_a_file(found):
    numbers = json.loads(json.dumps(found.as_dict()))
    model = found.scores["B to A"]["trained model"]
    assert numbers["pictures"] == 16 and numbers["B to A"]["trained model"]["kid_error"] == model.kid.error
    assert (
        numbers["B to A"]["trained model"]["fid"] == model.fid
        and "error" not in numbers["A to B"]["other true pictures"]
    )


def test_what_is_better_depends_on_the_measure():
    by_name = evaluation.MEASURES
    assert by_name["error"].is_better(1, 2) and not by_name["error"].is_better(2, 2)
    assert by_name["ssim"].is_better(0.9, 0.8) and not by_name["ssim"].is_better(0.8, 0.9)
    assert by_name["diversity"].is_better(1.1, 0.8) and not by_name["diversity"].is_better(1.4, 0.8)


def row(error, kid, kid_error=0.01, ssim=0.5):
    kid = evaluation.KernelDistance(kid, kid_error)
    return Scores(error, 20.0, ssim, 0.5, 10.0, kid, 5.0, 1.0)


@pytest.mark.parametrize(
    ("model", "ahead", "behind"),
    [
        (row(5, 0.1), ["error", "KID"], []),
        (row(9, 0.1), ["KID"], ["error (best filter 8.0, trained model 9.0)"]),
        (row(5, 0.48), ["error"], ["KID (doing nothing 0.500 ± 0.010, trained model 0.480 ± 0.010)"]),
        (row(8, 0.1), ["KID"], ["error (best filter 8.0"]),  # as good is not better
        (row(7.97, 0.1), ["KID"], ["error (best filter 8.0, trained model 8.0)"]),  # nor is what no table shows
        (row(5, 0.1, ssim=0.4), ["error"], ["SSIM (doing nothing 0.500, trained model 0.400)"]),
    ],
)
def test_sentence_says_where_a_filter_wins(model, ahead, behind):
    rows = {"doing nothing": row(20, 0.5), "best filter": row(8, 0.6), "pix2pix": row(1, 0.0), "trained model": model}
    made = evaluation.Evaluation("t", 9, {"A to B": "a to b"}, {"A to B": rows}, ("doing nothing", "best filter"))
    better, _, not_better = made.comparison("A to B").partition("; it is not by ")
    assert better.startswith("The trained model is better than everything that needs no learning by ")
    assert all(name in better for name in ahead) and all(text in not_better for text in behind)
    assert "pix2pix" not in better + not_better and "diversity" not in better + not_better
    assert made.comparison("A to B") in made.as_markdown()


def test_every_rival_must_be_clearly_worse_by_kid():
    """The one with the least KID is beaten; another is uncertain enough to be as good."""
    rows = {"doing nothing": row(20, 0.5), "best filter": row(8, 0.6, kid_error=0.3), "trained model": row(5, 0.1)}
    made = evaluation.Evaluation("t", 9, {"A to B": "a to b"}, {"A to B": rows}, ("doing nothing", "best filter"))
    not_better = made.comparison("A to B").partition("; it is not by ")[2]
    assert "KID (best filter 0.600 ± 0.300, trained model 0.100 ± 0.010)" in not_better


def test_what_cannot_be_judged_is_said_in_one_sentence(task):
    model = SimpleNamespace(g_AB=nothing, g_BA=nothing)
    few = dataclasses.replace(task, test_a=task.test_a[:2])
    with pytest.raises(ValueError, match="3 held-out pictures of each domain or more.* Received: 2"):
        evaluation.evaluate(model, few)
    with pytest.raises(ValueError, match="Received: 'doing nothing'"):
        evaluation.evaluate(model, task, {"doing nothing": (nothing, None)})
    with pytest.raises(ValueError, match="must have generators g_AB and g_BA.* Received: SimpleNamespace"):
        evaluation.evaluate(SimpleNamespace(g_AB=nothing), task)
