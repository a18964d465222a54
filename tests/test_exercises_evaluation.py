"""Exercises of notebook 10: their answers are those that studylib gives, and the toy shows what it is about."""

import numpy as np
import pytest

from studylib import evaluation, exercises
from studylib.exercises.evaluation import toy_verdicts


def solved(name):
    namespace = {}
    exec(exercises.get(name).solution, namespace)
    return namespace[exercises.get(name).answer]


def test_solutions_are_what_studylib_computes():
    images, truth = np.random.default_rng(0).integers(0, 256, (2, 3, 12, 12, 3), dtype=np.uint8)
    assert solved("evaluation.1")(images, truth) == pytest.approx(evaluation.psnr(images, truth), abs=1e-3)
    x, y = np.random.default_rng(1).normal(size=(2, 30, 4))
    estimate = solved("evaluation.2")(x, y, lambda u, v: (u @ v.T / 4 + 1) ** 3)
    # KID leaves out the pairs x[i], y[i]; over all pairs the two estimates differ by no more than these.
    assert estimate == pytest.approx(evaluation.kernel_distance(x, y).value, abs=0.2)


def test_only_diversity_sees_the_collapse():
    verdicts = toy_verdicts()
    assert {name for name, (_, _, fooled) in verdicts.items() if fooled} == solved("evaluation.3")
    healthy, collapsed, _ = verdicts["diversity"]
    assert healthy == pytest.approx(1) and collapsed == pytest.approx(0, abs=1e-5)
    assert verdicts["colour"][:2] == (0, 0) and verdicts["error"][1] < verdicts["error"][0]


def test_a_wrong_choice_is_answered_with_the_numbers(capsys):
    assert exercises.check("evaluation.3", {"error", "colour"}) is False
    told = capsys.readouterr().out
    assert "psnr is" in told and "no worse than" in told
    assert exercises.check("evaluation.3", {"sharpness"}) is False
    assert "'sharpness'" in capsys.readouterr().out
