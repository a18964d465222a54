"""The verdicts of notebook 04: opposite numbers give the opposite box."""

import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import transposed_convolution as claims


@pytest.mark.parametrize(
    ("reads", "paints", "transpose_error", "transpose_miss", "inverse_miss", "verdict"),
    [
        (9, 9, 1e-7, 0.35, 1e-14, WITH_CONDITION),
        (9, 9, 1e-7, 0.001, 1e-14, HOLDS),  # the transpose undoes the convolution: a deconvolution indeed
        (1, 9, 1e-7, 0.35, 1e-14, DOES_NOT_HOLD),
        (9, 1, 1e-7, 0.35, 1e-14, DOES_NOT_HOLD),
    ],
)
def test_one_to_many(reads, paints, transpose_error, transpose_miss, inverse_miss, verdict):
    box = claims.one_to_many(reads, paints, transpose_error, transpose_miss, inverse_miss)
    assert (
        box.verdict == verdict and f"reads up to {reads} cells" in box.evidence and f"up to {paints}." in box.evidence
    )
    assert (box.condition is not None and "misses the signal by 35 %" in box.condition) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize("transpose_error", [1e-7, 0.5])
@pytest.mark.parametrize("inverse_miss", [1e-14, 0.9])
def test_condition_names_only_what_was_measured(transpose_error, inverse_miss):
    box = claims.one_to_many(9, 9, transpose_error, 0.35, inverse_miss)
    assert ("is the transposed matrix" in box.condition) == (transpose_error < 1e-4)
    assert ("what undoes it is the inverse" in box.condition) == (inverse_miss < 0.01)


@pytest.mark.parametrize(
    ("by_stride", "by_output_padding", "error", "verdict"),
    [
        ({1: 0, 2: 1, 3: 2}, {0: 2, 1: 2, 2: 2}, 1e-6, DOES_NOT_HOLD),
        ({1: 1, 2: 1, 3: 1}, {0: 0, 1: 1, 2: 2}, 1e-6, HOLDS),
        ({1: 0, 2: 1, 3: 2}, {0: 2, 1: 3, 2: 4}, 1e-6, WITH_CONDITION),
        ({1: 1, 2: 1, 3: 1}, {0: 0, 1: 1, 2: 2}, 0.3, DOES_NOT_HOLD),  # the recipe gives other numbers
    ],
)
def test_gaps(by_stride, by_output_padding, error, verdict):
    box = claims.gaps(by_stride, by_output_padding, {0: 7, 1: 8, 2: 9}, error)
    assert box.verdict == verdict and "0 → 7, 1 → 8, 2 → 9" in box.evidence
    assert ("recipe gives the layer's numbers" in box.evidence) == (error < 1e-4)
    assert (box.condition is not None) == (verdict == WITH_CONDITION)


WAY_DOWN = {"down_1": (2, 64, 32), "down_2": (2, 32, 16)}


@pytest.mark.parametrize(
    ("predicted", "halvings", "verdict"),
    [
        ({1: 64, 2: 32}, WAY_DOWN, HOLDS),
        ({1: 64, 2: 31}, WAY_DOWN, DOES_NOT_HOLD),  # the formula is wrong
        ({1: 64, 2: 32}, {"down_1": (3, 63, 21)}, DOES_NOT_HOLD),
        ({1: 64, 2: 32}, {"down_1": (2, 64, 31)}, DOES_NOT_HOLD),
        ({1: 64, 2: 32}, {}, DOES_NOT_HOLD),
    ],
)
def test_down_sampling(predicted, halvings, verdict):
    box = claims.down_sampling({1: 64, 2: 32}, predicted, halvings)
    assert box.verdict == verdict and "1 → 64, 2 → 32" in box.evidence
    assert all(f"{name} {before} → {after}" in box.evidence for name, (_, before, after) in halvings.items())


@pytest.mark.parametrize(
    ("uneven", "even", "random", "resized", "verdict"),
    [
        (0.48, 0.0, 0.24, 0.0, WITH_CONDITION),
        (0.48, 0.0, 0.0, 0.0, HOLDS),
        (0.001, 0.0, 0.24, 0.0, DOES_NOT_HOLD),
        (0.48, 0.2, 0.24, 0.0, DOES_NOT_HOLD),
        (0.48, 0.0, 0.24, 0.3, DOES_NOT_HOLD),
    ],
)
def test_checkerboard(uneven, even, random, resized, verdict):
    box = claims.checkerboard(uneven, even, random, resized)
    assert box.verdict == verdict and f"{100 * uneven:.2g} % where the stride does not" in box.evidence
    assert (box.condition is not None and "24 %" in box.condition) == (verdict == WITH_CONDITION)
