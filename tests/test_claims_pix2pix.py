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
    "sharpness": [0.37, 0.4],
    "colourfulness": [0.8, 0.82],
}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, HOLDS),
        ({"learned": {"L1": 0.44, "L2": 0.44}}, DOES_NOT_HOLD),  # L1 found the mean
        ({"learned": {"L1": 0.2, "L2": 0.2}}, DOES_NOT_HOLD),
        ({"worst_pixel": 60.0}, DOES_NOT_HOLD),
        ({"sharpness": [0.37, 0.97]}, DOES_NOT_HOLD),  # not blurred in one run
        ({"colourfulness": [0.8, 1.1]}, WITH_CONDITION),  # not pale in one run
        ({"colourfulness": [0.92, 0.94]}, WITH_CONDITION),  # a little below is not clearly below
    ],
)
def test_middle_value(changes, verdict):
    box = claims.middle_value(**{**MIDDLE, **changes})
    assert box.verdict == verdict and "median 0.200" in box.evidence and "mean 0.440" in box.evidence
    assert "colourfulness 80%, 82% of that" in box.evidence or "colourfulness" in changes
    if "colourfulness" in changes:
        low, high = changes["colourfulness"]
        assert f"{low:.0%} to {high:.0%} of the true images' colourfulness" in box.condition


# Five seeds. Both terms win 60 % of the sharpness and 80 % of the colour that L1 alone lacks, GAN alone is all over
# the place, and doing nothing is worse than two of the three.
TERMS = {
    "error": {"L1": [16, 16, 16, 16, 16], "GAN": [22, 25, 28, 33, 40], "L1 + GAN": [15.9, 16, 16.1, 16.2, 16.3]},
    "sharpness": {"L1": [30] * 5, "GAN": [70] * 5, "L1 + GAN": [60, 60, 58, 62, 60]},
    "colourfulness": {"L1": [40] * 5, "GAN": [60] * 5, "L1 + GAN": [48] * 5},
}


def both_terms(*changes, nothing=18):
    measured = {name: dict(by_objective) for name, by_objective in TERMS.items()}
    for figure, objective, values in changes:
        measured[figure][objective] = values
    return claims.both_terms(measured, {"sharpness": 80, "colourfulness": 50}, nothing)


def test_both_terms_holds_where_blur_colour_error_and_spread_all_say_so():
    box = both_terms()
    assert box.verdict == HOLDS and box.condition is None and "5 recorded seeds" in box.evidence


BLURRED = ("sharpness", "L1 + GAN", [42] * 5)
GARISH = ("colourfulness", "L1 + GAN", [65] * 5)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (BLURRED, "in sharpness L1 + GAN is 24% nearer to the true images"),
        (GARISH, "in colourfulness L1 + GAN is 50% further from the true images"),
        (("error", "GAN", [22.0, 22.1, 22.2, 22.3, 22.4]), "that L1 steadies is not shown"),
        (("error", "GAN", [22.0, 22.1, 22.3, 22.4, 22.6]), "that L1 steadies is not shown"),  # wider, not clearly
    ],
)
def test_both_terms_holds_with_the_condition_that_was_measured(change, word):
    box = both_terms(change)
    assert box.verdict == WITH_CONDITION and word in box.condition and ";" not in box.condition


def test_both_terms_says_where_doing_nothing_is_best():
    box = both_terms(nothing=15)
    assert box.verdict == WITH_CONDITION
    assert box.condition == "by this error none of the three is better than leaving the input as it is (15.0)"


@pytest.mark.parametrize(
    "changes",
    [
        [BLURRED, GARISH],  # neither lack is overcome
        [("sharpness", "L1 + GAN", [70, 70, 70, 70, 29]), GARISH],  # 64 % in the mean, but one run is more blurred
        [("error", "GAN", [22, 25, 28, 33, 16.2])],  # not guided in one run
    ],
)
def test_both_terms_does_not_hold(changes):
    assert both_terms(*changes).verdict == DOES_NOT_HOLD


DAMAGE = {"of fake_B": -0.2, "grey": -0.1, "noise": -0.3}


@pytest.mark.parametrize(
    ("n_seeing", "inside", "outside", "signed", "verdict"),
    [
        (64, 0.3, 0.05, DAMAGE, WITH_CONDITION),
        (1, 0.3, 0.0, DAMAGE, HOLDS),  # one score a pixel, nothing outside
        (1, 0.3, 0.0, DAMAGE | {"noise": 0.1}, WITH_CONDITION),  # a fault that pleases
        (64, 0.3, 0.2, DAMAGE, DOES_NOT_HOLD),  # the map tells no place
        (64, 0.3, 0.05, DAMAGE | {"of fake_B": 0.2}, DOES_NOT_HOLD),  # the generator's own fault looks better
        (64, 0.3, 0.05, DAMAGE | {"of fake_B": -0.04}, DOES_NOT_HOLD),  # no more than what reaches every score
    ],
)
def test_patches(n_seeing, inside, outside, signed, verdict):
    box = claims.patches(0.16, n_seeing, {"GAN": (inside, outside)}, {"GAN": signed})
    assert box.verdict == verdict and f"GAN {inside:.3f} and {outside:.3f}" in box.evidence
    if verdict == WITH_CONDITION and n_seeing > 1:
        assert "64 scores see one pixel" in box.condition and "instance normalization" in box.condition
    assert ("did not fall for noise (GAN +0.100)" in (box.condition or "")) == (signed["noise"] > 0)


def test_patches_asks_every_discriminator():
    changes = {"GAN": (0.3, 0.05), "L1 + GAN": (0.4, 0.1)}
    blind = {"GAN": DAMAGE, "L1 + GAN": DAMAGE | {"of fake_B": 0.2}}
    assert claims.patches(0.16, 64, changes, blind).verdict == DOES_NOT_HOLD
    pleased = {"GAN": DAMAGE, "L1 + GAN": DAMAGE | {"grey": 0.194}}
    box = claims.patches(0.16, 64, changes, pleased)
    assert box.verdict == WITH_CONDITION and "did not fall for grey (L1 + GAN +0.194)" in box.condition


@pytest.mark.parametrize(
    ("channels", "moved", "share", "fakes", "verdict", "word"),
    [
        ((6, 3), 0.4, 0.93, 0.9, HOLDS, ""),
        ((6, 3), 0.4, 0.14, 0.2, WITH_CONDITION, "so does its fake_B (own A preferred by 20%)"),
        ((6, 3), 0.4, 0.14, 0.8, WITH_CONDITION, "its fake_B does not (own A preferred by 80%)"),
        ((6, 3), 0.4, 0.14, 0.45, WITH_CONDITION, "its fake_B does not"),  # 45 % of 195 may be chance
        ((6, 3), 0.4, 0.55, 0.9, WITH_CONDITION, "no preference for the right A beyond chance (55%)"),
        ((3, 3), 0.4, 0.93, 0.9, DOES_NOT_HOLD, ""),
        ((6, 3), 0.0, 0.93, 0.9, DOES_NOT_HOLD, ""),
    ],
)
def test_sees_the_pair(channels, moved, share, fakes, verdict, word):
    box = claims.sees_the_pair(channels, {"GAN": moved}, {"GAN": share}, {"GAN": fakes}, 195)
    assert box.verdict == verdict and f"{share:.0%}" in box.evidence and word in (box.condition or "")
    if word.startswith(("so", "its")):
        assert "prefers the wrong A more often than chance would (86%)" in box.condition


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
