"""The verdicts of notebook 08: opposite numbers give the opposite box."""

import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import pix2pix as claims


@pytest.mark.parametrize(
    ("nothing", "right", "mixed", "other", "verdict"),
    [
        (18, 6, 20, 25, HOLDS),
        (18, 6, 6.1, 25, DOES_NOT_HOLD),  # mixed-up pairs do as well
        (18, 6, 20, 5, DOES_NOT_HOLD),  # the generator works both ways
        (5, 6, 20, 25, DOES_NOT_HOLD),  # nothing was learned
    ],
)
def test_pairs(nothing, right, mixed, other, verdict):
    errors = {"doing nothing": nothing, "true pairs": right, "mixed-up pairs": mixed, "other direction": other}
    box = claims.pairs(errors)
    assert box.verdict == verdict and f"mixed-up pairs {mixed:.1f}" in box.evidence


@pytest.mark.parametrize(
    ("lines", "small", "verdict"), [(6, 15, DOES_NOT_HOLD), (6, 30, DOES_NOT_HOLD), (18, 30, HOLDS)]
)
def test_photographs(lines, small, verdict):
    box = claims.photographs({"line art": (lines, 18), "super-resolution": (small, 21)}, 0.97)
    assert box.verdict == verdict and f"line art: {lines:.1f} against 18.0" in box.evidence and "97%" in box.evidence


MIDDLE = {
    "answers": [0.0, 0.1, 0.2, 0.9, 1.0],
    "learned": {"L1": 0.2, "L2": 0.44},
    "worst_pixel": 1.0,
    "sharpness": ([31, 33], 82),
    "colourfulness": ([40, 41], 50),
}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, HOLDS),
        ({"learned": {"L1": 0.44, "L2": 0.44}}, DOES_NOT_HOLD),  # L1 found the mean
        ({"learned": {"L1": 0.2, "L2": 0.2}}, DOES_NOT_HOLD),
        ({"worst_pixel": 60.0}, DOES_NOT_HOLD),
        ({"sharpness": ([31, 80], 82)}, DOES_NOT_HOLD),  # not blurred in one run
        ({"colourfulness": ([40, 55], 50)}, WITH_CONDITION),  # not pale in one run
    ],
)
def test_middle_value(changes, verdict):
    box = claims.middle_value(**{**MIDDLE, **changes})
    assert box.verdict == verdict and "median 0.200" in box.evidence and "mean 0.440" in box.evidence


TERMS = {
    "errors": {"L1": [19, 19], "GAN": [25, 29], "L1 + GAN": [19, 20]},
    "sharpness": {"L1": [31, 32], "GAN": [50, 55], "L1 + GAN": [35, 36]},
    "colourfulness": {"L1": [40, 40], "GAN": [70, 70], "L1 + GAN": [48, 49]},
    "true_sharpness": 38,
    "true_colour": 50,
}


@pytest.mark.parametrize(
    ("changes", "verdict", "word"),
    [
        ({}, WITH_CONDITION, "2 seeds were run"),
        ({"errors": {"L1": [19, 19], "GAN": [25, 25], "L1 + GAN": [19, 22]}}, WITH_CONDITION, "steadier it is not"),
        ({"true_colour": 41}, WITH_CONDITION, "livelier is not truer"),
        ({"true_sharpness": 71.5}, WITH_CONDITION, "lessens the blur: 10%"),
        ({"errors": {"L1": [19, 19], "GAN": [25, 18], "L1 + GAN": [19, 20]}}, DOES_NOT_HOLD, ""),
        ({"sharpness": {"L1": [31, 37], "GAN": [50, 55], "L1 + GAN": [35, 36]}}, DOES_NOT_HOLD, ""),
    ],
)
def test_both_terms(changes, verdict, word):
    box = claims.both_terms(**{**TERMS, **changes})
    assert box.verdict == verdict and word in (box.condition or "")
    if not changes:
        assert "steadier" not in box.condition and "livelier" not in box.condition and "blur" not in box.condition


@pytest.mark.parametrize(
    ("n_seeing", "inside", "outside", "signed", "verdict"),
    [
        (64, 0.3, 0.05, -0.2, WITH_CONDITION),
        (1, 0.3, 0.0, -0.2, HOLDS),  # one score a pixel, nothing outside
        (64, 0.3, 0.2, -0.2, DOES_NOT_HOLD),  # the map tells no place
        (64, 0.3, 0.05, 0.2, DOES_NOT_HOLD),  # damage looks better than the truth
    ],
)
def test_patches(n_seeing, inside, outside, signed, verdict):
    box = claims.patches(0.16, n_seeing, {"GAN": (inside, outside)}, {"GAN": signed})
    assert box.verdict == verdict and f"GAN {inside:.3f} and {outside:.3f}" in box.evidence
    if verdict == WITH_CONDITION:
        assert "64 scores see one pixel" in box.condition and "instance normalization" in box.condition


def test_patches_names_the_discriminator_that_does_not_see_the_fault():
    changes = {"GAN": (0.3, 0.05), "L1 + GAN": (0.4, 0.1)}
    box = claims.patches(0.16, 64, changes, {"GAN": -0.2, "L1 + GAN": 0.2})
    assert box.verdict == WITH_CONDITION and "that of L1 + GAN saw the damage" in box.condition


@pytest.mark.parametrize(
    ("channels", "moved", "share", "verdict"),
    [
        ((6, 3), 0.4, 0.93, HOLDS),
        ((6, 3), 0.4, 0.14, WITH_CONDITION),
        ((3, 3), 0.4, 0.93, DOES_NOT_HOLD),
        ((6, 3), 0.0, 0.93, DOES_NOT_HOLD),
    ],
)
def test_sees_the_pair(channels, moved, share, verdict):
    box = claims.sees_the_pair(channels, {"GAN": moved}, {"GAN": share})
    assert box.verdict == verdict and f"{share:.0%}" in box.evidence


@pytest.mark.parametrize(
    ("cyclegan", "own", "other", "verdict"),
    [(0.0, 19, 47, DOES_NOT_HOLD), (0.3, 19, 47, DOES_NOT_HOLD), (0.0, 46, 47, DOES_NOT_HOLD), (0.3, 46, 47, HOLDS)],
)
def test_whose_loss(cyclegan, own, other, verdict):
    box = claims.whose_loss(1.5, cyclegan, own, other)
    assert box.verdict == verdict and "pix2pix's loss changes by 150.0%" in box.evidence


@pytest.mark.parametrize(
    ("l1", "both", "verdict"),
    [(15, 15, HOLDS), (15, 23, WITH_CONDITION), (23, 15, WITH_CONDITION), (21.5, 23, DOES_NOT_HOLD)],
)
def test_super_resolution(l1, both, verdict):
    box = claims.super_resolution({"repeated pixels": 21.2, "bicubic": 21.9, "L1": l1, "L1 + GAN": both})
    assert box.verdict == verdict and "bicubic 21.9" in box.evidence
    if verdict == WITH_CONDITION:
        assert box.condition.startswith("with L1 as" if l1 < both else "with L1 + GAN as")
