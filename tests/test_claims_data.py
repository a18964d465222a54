"""The verdicts of notebook 01: opposite numbers give the opposite box."""

import numpy as np
import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import data as claims


@pytest.mark.parametrize(
    ("stddev", "verdict"), [(0.0201, HOLDS), (0.0417, DOES_NOT_HOLD), (0.0185, DOES_NOT_HOLD), (0.2, DOES_NOT_HOLD)]
)
def test_initializers(stddev, verdict):
    box = claims.initializers({"U-Net": 0.02, "PatchGAN": stddev}, 1e-13, 1.0)
    assert box.verdict == verdict and f"PatchGAN {stddev:.4f}" in box.evidence


@pytest.mark.parametrize(
    ("by_hand", "by_itself", "verdict"),
    [
        ([1.6, 1.8, 1.7], [1.0, 1.0, 1.0], HOLDS),
        ([1.6, 1.8, 0.7], [1.0, 1.0, 1.0], WITH_CONDITION),  # a busy moment of the machine
        ([1.6, 1.8, 1.7], [1.7, 1.6, 1.8], WITH_CONDITION),  # TensorFlow does the same unasked
        ([1.0, 1.0, 1.05], [1.7, 1.6, 1.8], DOES_NOT_HOLD),
        ([0.6, 0.5, 0.7], [1.0, 1.0, 1.0], DOES_NOT_HOLD),
    ],
)
def test_autotune(by_hand, by_itself, verdict):
    box = claims.autotune(np.array(by_hand), np.array(by_itself), 2)
    assert box.verdict == verdict and f"{np.median(by_hand):.2f} times ({min(by_hand):.2f} to" in box.evidence
    if verdict == WITH_CONDITION:
        assert ("TensorFlow may not rewrite" in box.condition) == (by_itself[0] > 1.1)
        assert ("1 of 3 rounds" in box.condition) == (min(by_hand) < 1)


ARROW = [("rightwards arrow", "leftwards arrow")]


@pytest.mark.parametrize(
    ("n_unchanged", "other", "last", "first", "verdict"),
    [
        (20, ARROW, 1.0, 11.5, WITH_CONDITION),
        (20, ARROW, 11.5, 11.5, WITH_CONDITION),
        (20, [], 1.0, 11.5, WITH_CONDITION),
        (20, [], 11.5, 11.5, HOLDS),
        (100, [], 11.5, 11.5, DOES_NOT_HOLD),  # no pixel changes
        (20, ARROW * 60, 11.5, 11.5, DOES_NOT_HOLD),  # most labels change
    ],
)
def test_augmentation(n_unchanged, other, last, first, verdict):
    box = claims.augmentation(100, n_unchanged, other, last, first)
    assert box.verdict == verdict and f"turns {len(other)} of them" in box.evidence
    if verdict == WITH_CONDITION:
        assert ("meaning" in box.condition) == bool(other)
        assert ("cache()" in box.condition) == (last < first)


@pytest.mark.parametrize(
    ("small", "full", "permutation", "between", "verdict"),
    [
        (0.99, 0.02, -0.01, 0.03, WITH_CONDITION),
        (0.01, 0.02, -0.01, 0.03, HOLDS),
        (0.99, 0.9, -0.01, 0.03, DOES_NOT_HOLD),
        (0.99, 0.02, 1.0, 0.03, DOES_NOT_HOLD),
        (0.99, 0.02, -0.01, 1.0, DOES_NOT_HOLD),  # the two domains go in step
    ],
)
def test_shuffling(small, full, permutation, between, verdict):
    box = claims.shuffling({10: small, 1000: full}, permutation, between, 1000)
    assert box.verdict == verdict and f"{full:.2f} with a buffer of 1000" in box.evidence
    assert (box.condition is not None) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("shared", "twins", "verdict"),
    [
        ((0, 0), [], HOLDS),
        ((0, 0), [("27A1", "2B05")], WITH_CONDITION),
        ((3, 0), [], DOES_NOT_HOLD),
        ((0, 3), [], DOES_NOT_HOLD),
    ],
)
def test_unpaired(shared, twins, verdict):
    box = claims.unpaired({"shapes/plain2striped": (0, 0), "folder:mine": shared}, twins)
    assert box.verdict == verdict and f"folder:mine {shared[0]} and {shared[1]}" in box.evidence
    assert (box.condition is not None and "27A1 and 2B05" in box.condition) == bool(twins)
