"""The verdicts of notebook 03, first half: opposite numbers give the opposite box."""

import numpy as np
import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import normalization as claims

GUESSING = np.log(10)


@pytest.mark.parametrize(
    ("stalled", "exploded", "noisy", "least", "verdict", "words"),
    [
        (2.30, np.nan, 0.63, 0.562, WITH_CONDITION, ["stays where it started", "no convergence", "not taken to be 0"]),
        (2.30, np.nan, 0.0, 0.0, WITH_CONDITION, ["stays where it started", "no convergence"]),
        (2.00, 40.0, 0.63, 0.562, WITH_CONDITION, ["not taken to be 0"]),
        (2.00, 2.10, 0.0, 0.0, HOLDS, []),  # both end at a wrong value, and the minimum is 0
        (0.20, np.nan, 0.63, 0.562, DOES_NOT_HOLD, []),  # vanishing gradients did not hinder
        (2.30, 0.10, 0.63, 0.562, DOES_NOT_HOLD, []),  # exploding ones did not
    ],
)
def test_gradients_and_minimum(stalled, exploded, noisy, least, verdict, words):
    box = claims.gradients_and_minimum(stalled, exploded, GUESSING, noisy, least)
    assert box.number == "3.1" and box.verdict == verdict and f"ended at {noisy:.3f}" in box.evidence
    assert ("not a finite number" in box.evidence) == (not np.isfinite(exploded))
    all_words = ["stays where it started", "no convergence", "not taken to be 0"]
    assert [word for word in all_words if word in (box.condition or "")] == words


@pytest.mark.parametrize(
    ("sigmoid", "tanh", "relu", "verdict"),
    [
        (2.30, 0.9, 0.9, WITH_CONDITION),
        (2.30, 2.3, 0.9, HOLDS),
        (0.50, 2.3, 0.9, WITH_CONDITION),
        (0.50, 0.9, 0.9, DOES_NOT_HOLD),  # neither stops
        (2.30, 2.3, 2.3, DOES_NOT_HOLD),  # ReLU is no remedy
        (2.30, 2.3, np.nan, DOES_NOT_HOLD),
    ],
)
def test_squeezing_activations(sigmoid, tanh, relu, verdict):
    losses = {"sigmoid": sigmoid, "tanh": tanh, "ReLU": relu}
    box = claims.squeezing_activations({"sigmoid": 1e-12, "tanh": 0.2, "ReLU": 1.0}, losses, GUESSING, 20)
    assert box.number == "3.2" and box.verdict == verdict and f"sigmoid 1e-12 and {sigmoid:.2f}" in box.evidence
    if verdict == WITH_CONDITION:
        assert box.condition.startswith("tanh" if tanh < 1 else "sigmoid")


@pytest.mark.parametrize(
    ("grid", "verdict"),
    [
        ([[2.3, 2.3, 2.3], [2.3, 0.5, np.nan]], HOLDS),
        ([[0.5, 0.5, 0.5], [2.3, 2.3, 2.3]], DOES_NOT_HOLD),  # only the initial values matter
        ([[0.5, 2.3, np.inf], [0.4, 2.3, np.nan]], DOES_NOT_HOLD),  # only the rate does
        ([[2.3, 2.3, 2.3], [2.3, 2.3, 2.3]], DOES_NOT_HOLD),
        ([[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]], DOES_NOT_HOLD),  # nothing to remedy
    ],
)
def test_other_remedies(grid, verdict):
    box = claims.other_remedies(grid, [0.7, 1.4], [0.01, 0.1, 1.0], GUESSING)
    n_learned = int(np.sum(np.nan_to_num(grid, nan=9) < 1))
    assert box.number == "3.3" and box.verdict == verdict and f"of 6 pairs, {n_learned} learned" in box.evidence
    assert ("helped the scales 0.7" in box.evidence) == (not np.any(np.array(grid[0]) < 1))


@pytest.mark.parametrize(
    ("bn_shift", "noisy_shift", "bn_loss", "noisy_loss", "roughness", "verdict"),
    [
        (0.01, 0.14, 0.08, 0.11, (0.04, 7.0), DOES_NOT_HOLD),  # more shift, and yet faster than plain
        (0.01, 0.14, 0.08, 0.30, (0.04, 7.0), WITH_CONDITION),  # shift hurts, but the loss is smoother as well
        (0.01, 0.14, 0.08, 0.30, (0.04, 12.0), WITH_CONDITION),
        (0.01, 0.14, 0.08, 0.30, (0.30, 12.0), HOLDS),
        (0.01, 0.05, 0.08, 0.11, (0.30, 12.0), HOLDS),  # the noise brought no more shift: it shows nothing
        (0.07, 0.14, 0.08, 0.30, (0.30, 12.0), DOES_NOT_HOLD),  # the shift is not removed
        (0.01, 0.14, 0.20, 0.30, (0.30, 12.0), DOES_NOT_HOLD),  # removing it does not help
    ],
)
def test_covariate_shift(bn_shift, noisy_shift, bn_loss, noisy_loss, roughness, verdict):
    shifts = {"plain": 0.07, "batch norm": bn_shift, "batch norm + noise": noisy_shift}
    losses = {"plain": 0.14, "batch norm": bn_loss, "batch norm + noise": noisy_loss}
    across = dict.fromkeys(shifts, np.array([0.2, 0.5]))
    box = claims.covariate_shift(shifts, losses, across, {"plain": (0.16, 10.0), "batch norm": roughness})
    assert box.number == "3.4" and box.verdict == verdict and "2.5 plain" in box.evidence
    assert f"{noisy_shift:.3f} (batch norm + noise, loss {noisy_loss:.3f})" in box.evidence
    assert ("not clearly smoother" in box.evidence) == (roughness == (0.30, 12.0))
    assert ("More shift than plain" in box.evidence) == (noisy_shift > 0.1 and noisy_loss < 0.14)


@pytest.mark.parametrize(
    ("stuck", "plain_losses", "norm_losses", "verdict", "word"),
    [
        (130, [1.0, 0.1, np.nan], [1.0, 0.1, 0.1], WITH_CONDITION, "large learning rate; more starts were stuck"),
        (100, [1.0, 0.1, np.nan], [1.0, 0.1, 0.1], WITH_CONDITION, "rate; from stuck starts it did not"),  # chance
        (88, [1.0, 0.1, np.nan], [1.0, 0.1, 0.1], WITH_CONDITION, "rate; from stuck starts it did not"),  # chance
        (30, [1.0, 0.1, 0.1], [1.0, 0.1, 0.1], WITH_CONDITION, "never"),
        (0, [1.0, 0.1, 0.1], [1.0, 0.1, 0.1], HOLDS, None),
        (130, [1.0, 0.1, 0.1], [1.0, 0.1, np.nan], DOES_NOT_HOLD, None),
        (90, [1.0, 0.1, 0.1], [1.0, 0.1, 0.1], DOES_NOT_HOLD, None),
    ],
)
def test_local_minima(stuck, plain_losses, norm_losses, verdict, word):
    counts = {"plain": 90, "batch norm": stuck}
    losses = {"plain": np.array(plain_losses), "batch norm": np.array(norm_losses)}
    box = claims.local_minima(counts, 400, losses, [0.1, 1.0, 3.0], GUESSING)
    assert box.number == "3.5" and box.verdict == verdict and f"{stuck} of 400 with" in box.evidence
    assert f"{3 if np.isfinite(plain_losses[2]) else 1} without" in box.evidence
    assert (box.condition is None) if word is None else (word in box.condition)


def test_local_minima_where_nothing_learned():
    losses = {"plain": np.array([2.3]), "batch norm": np.array([0.1])}
    box = claims.local_minima({"plain": 1, "batch norm": 1}, 10, losses, [0.1], GUESSING)
    assert "none without, 0.1 with" in box.evidence


@pytest.mark.parametrize(
    ("gap", "weight_gaps", "verdict"),
    [
        (3e-17, {1: 3e-16, 2: 0.5, 20: 0.9}, WITH_CONDITION),
        (3e-17, {1: 3e-16, 2: 1e-16, 20: 1e-16}, HOLDS),
        (3e-17, {1: 0.2, 2: 0.5, 20: 0.9}, DOES_NOT_HOLD),
        (0.1, {1: 3e-16, 2: 0.5, 20: 0.9}, DOES_NOT_HOLD),  # not even the gradients are averaged
    ],
)
def test_averaging(gap, weight_gaps, verdict):
    box = claims.averaging(gap, weight_gaps, {"batch": 0.9, "mini-batch": 0.25})
    assert box.number == "3.6" and box.verdict == verdict and "0.250 (mini-batch)" in box.evidence
    assert ("from 2 steps on" in (box.condition or "")) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("variance", "deviation", "ratio", "verdict"),
    [
        (0.99, 1.0, 6.0, DOES_NOT_HOLD),
        (0.0, 1.0, 6.0, HOLDS),  # impossible, and what the note says
        (0.0, 1.0, 1.0, DOES_NOT_HOLD),
        (0.0, 1.0, 2.0, DOES_NOT_HOLD),  # within what a busy machine makes of one call
        (0.0, 0.0, 6.0, DOES_NOT_HOLD),
    ],
)
def test_whitening_moments(variance, deviation, ratio, verdict):
    box = claims.whitening_moments(variance, deviation, 1.9, ratio, 512)
    assert box.number == "3.7" and box.verdict == verdict and f"variance {variance:.2f}" in box.evidence
    assert f"512 channels whitening took {ratio:.0f} times" in box.evidence
    assert ("costly holds" in box.evidence) == (ratio == 6.0)


def walk(last, loss_change=0.0, bend=1.0):
    steps = np.linspace(0, 1, 101) ** bend
    return np.stack([last * steps, 0.17 + loss_change * steps], axis=1)


@pytest.mark.parametrize(
    ("ignored", "verdict"),
    [
        (walk(16.0), HOLDS),
        (walk(-16.0), HOLDS),
        (walk(0.0), DOES_NOT_HOLD),
        (walk(16.0, loss_change=-0.1), DOES_NOT_HOLD),  # the loss notices
        (walk(16.0, bend=0.2), DOES_NOT_HOLD),  # it comes to rest
    ],
)
def test_growing_value(ignored, verdict):
    box = claims.growing_value(ignored, walk(0.0))
    assert box.number == "3.8" and box.verdict == verdict
    assert f"moved by {abs(ignored[-1, 0]):.1f} in 101 steps" in box.evidence


@pytest.mark.parametrize(
    ("left", "ratio", "through", "verdict"),
    [
        (0.14, 6.0, 3e-5, WITH_CONDITION),
        (0.001, 6.0, 3e-5, HOLDS),
        (0.0015, 6.0, 3e-5, HOLDS),  # hardly more than after whitening
        (0.14, 2.0, 3e-5, DOES_NOT_HOLD),
        (0.14, 0.9, 3e-5, DOES_NOT_HOLD),  # as costly as whitening
        (0.14, 6.0, 50.0, DOES_NOT_HOLD),  # its gradient ignores the statistics
    ],
)
def test_batch_norm_against_whitening(left, ratio, through, verdict):
    off_diagonal = {"as they are": 0.14, "batch normalization": left, "whitening": 0.001}
    pushes = {"through the statistics": through, "statistics ignored": 61.0}
    box = claims.batch_norm_against_whitening(off_diagonal, ratio, 512, pushes)
    assert box.number == "3.9" and box.verdict == verdict and f"{left:.2f} after batch normalization" in box.evidence
    assert (box.condition is not None) == (verdict == WITH_CONDITION)
