"""The recorded comparison of objectives: its figures on images that are known, its runs, and the file itself."""

from pathlib import Path

import numpy as np
import pytest

from studylib import recorded
from studylib.pix2pix_objectives import OBJECTIVES, judged, objective_run

RECORDING = Path(__file__).parent.parent / "notebooks" / "recorded" / "pix2pix_objectives.csv"


class Known:
    """A task of one pair, 4 x 4 pixels: a black line down the left of white paper, in B with grey to its right."""

    test_a = np.full((1, 4, 4, 3), 255, np.uint8)
    test_a[:, :, 0] = 0
    test_b = test_a.copy()
    test_b[:, :, 1] = 100


def test_figures_of_the_truth_and_of_doing_nothing():
    truth, nothing = judged(Known.test_b, Known), judged(Known.test_a, Known)
    assert truth["error"] == truth["invention"] == 0
    assert nothing["error"] == pytest.approx(155 / 4)  # a quarter of all pixels is wrong by 155
    assert nothing["invention"] == 155  # all of those that had to be invented are
    assert truth["sharpness"] == 155 and nothing["sharpness"] == 0  # the edge of the line itself does not count
    assert truth["colourfulness"] == nothing["colourfulness"] == 0


def test_paint_where_nothing_belongs_is_an_error_and_no_invention():
    images = Known.test_b.copy()
    images[:, :, 3] = (255, 0, 0)
    figures = judged(images, Known)
    assert figures["invention"] == 0 and figures["error"] == pytest.approx(2 * 255 / 3 / 4)
    assert figures["colourfulness"] > 50


def run(objective, seed=0):
    return list(objective_run(objective, seed, n_steps=4, every=2))


def test_a_run_logs_as_it_goes_and_follows_its_seed_and_its_objective():
    first, *others = [run("L1"), run("L1", seed=1), run("GAN"), run("L1 + GAN")]
    assert [entry["step"] for entry in first] == [2, 4] and first[0]["error"] != first[1]["error"]
    assert all(abs(entries[-1]["error"] - first[-1]["error"]) > 1e-6 for entries in others)
    for again, entry in zip(run("L1"), first, strict=True):
        assert again == pytest.approx(entry, rel=1e-3)
    assert set(first[0]) == {"step", *judged(Known.test_a, Known)}


def test_other_objectives_are_named():
    with pytest.raises(ValueError, match="Received: objective='L2'"):
        next(objective_run("L2", 0, 4, 2))


def test_recording_holds_five_seeds_of_each_objective_and_finite_numbers():
    recording = recorded.read(RECORDING)
    columns = judged(Known.test_a, Known)
    for objective in OBJECTIVES:
        runs = recording.runs(objective=objective)
        assert [run["seed"][0] for run in runs] == list(range(5))
        assert np.isfinite([run[name] for run in runs for name in columns]).all()
        assert all(run["error"][-1] < run["error"][0] for run in runs)
