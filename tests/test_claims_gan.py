"""The verdicts of notebook 06: opposite numbers give the opposite box."""

import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import gan as claims


@pytest.mark.parametrize(
    ("before", "after", "verdicts", "verdict"),
    [
        (0.4, 0.03, (0.2, 0.6), HOLDS),
        (0.4, 0.15, (0.2, 0.6), DOES_NOT_HOLD),  # not near the closed form
        (0.1, 0.09, (0.2, 0.6), DOES_NOT_HOLD),  # it was as near before
        (0.4, 0.03, (0.6, 0.2), DOES_NOT_HOLD),  # the fakes did not gain
    ],
)
def test_adversarial(before, after, verdicts, verdict):
    box = claims.adversarial(before, after, *verdicts)
    assert box.verdict == verdict and f"from {before:.3f} to {after:.3f}" in box.evidence


@pytest.mark.parametrize(
    ("groupless", "after", "verdict"),
    [
        (0.55, 0.003, DOES_NOT_HOLD),
        (0.33, 0.4, HOLDS),  # without groups it learns nothing
        (0.71, 0.003, HOLDS),  # there were groups after all
    ],
)
def test_clustering(groupless, after, verdict):
    box = claims.clustering(0.9, groupless, 0.5, after)
    assert box.verdict == verdict and f"from energy distance 0.500 to {after:.4f}" in box.evidence
    assert ("nothing to cluster" in box.evidence) == (verdict == DOES_NOT_HOLD)


@pytest.mark.parametrize(
    ("real", "fake", "as_real", "as_fake", "verdict"),
    [
        (-9.0, -0.5, 0.4, 0.2, WITH_CONDITION),
        (-0.5, -9.0, 0.2, 0.4, HOLDS),  # the formula as it stands
        (-9.0, -0.5, 0.4, 0.4, DOES_NOT_HOLD),  # right maximum, and the generator is sent away
        (-0.5, -9.0, 0.4, 0.2, DOES_NOT_HOLD),
    ],
)
def test_minimax(real, fake, as_real, as_fake, verdict):
    box = claims.minimax({"real": real, "fake": fake}, 0.3, as_real, as_fake)
    assert box.verdict == verdict and f"{fake:.2f} for the best D that gives that of fake" in box.evidence
    assert (box.condition is not None and "D(y)" in box.condition) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("gan", "pix2pix", "verdict", "words"),
    [
        (1e-7, 0.6, DOES_NOT_HOLD, "nothing to the one"),
        (0.4, 0.6, HOLDS, "not tiny"),
        (1e-7, 1e-7, DOES_NOT_HOLD, "not tiny"),
    ],
)
def test_pairs(gan, pix2pix, verdict, words):
    box = claims.pairs(gan, pix2pix)
    assert box.verdict == verdict and words in box.evidence and f"{gan:.1e}" in box.evidence


@pytest.mark.parametrize(
    ("distances", "verdict"),
    [([0.003, 0.9, 0.4, 0.01, 0.2], HOLDS), ([0.003, 0.004, 0.002, 0.003, 0.004], DOES_NOT_HOLD)],
)
def test_seeds(distances, verdict):
    repeated = [0.002, 0.004, 0.003, 0.001, 0.003, 0.005]
    box = claims.seeds(distances, repeated, [8, 2, 3, 8, 5], 8)
    assert box.verdict == verdict and f"to {max(distances):.4f}" in box.evidence
    assert "8, 2, 3, 8, 5 of 8" in box.evidence


WIDE, MIDDLE, NARROW = [0.0, 0.5, 1.0, 0.3, 0.8], [0.0, 0.25, 0.5, 0.15, 0.4], [0.01, 0.02, 0.0, 0.015, 0.01]


@pytest.mark.parametrize(
    ("several", "buffer", "verdict", "words"),
    [
        (NARROW, NARROW, HOLDS, ()),
        (NARROW, WIDE, WITH_CONDITION, ("not in this setting for buffer",)),
        (WIDE, NARROW, WITH_CONDITION, ("not in this setting for several",)),
        # Half the spread: five runs give that by chance; F(4, 4) at 5% is 6.39, its root 2.5.
        (MIDDLE, NARROW, WITH_CONDITION, ("more runs confirm it for several: a spread 2.0 times", "gives up to 2.5")),
        (MIDDLE, WIDE, WITH_CONDITION, ("more runs confirm it for several", "not in this setting for buffer")),
        (WIDE, WIDE, DOES_NOT_HOLD, ()),
    ],
)
def test_remedies(several, buffer, verdict, words):
    names = ("one", "several", "buffer")
    box = claims.remedies(
        dict(zip(names, (WIDE, several, buffer), strict=True)),
        dict(zip(names, (1024, 2048, 1536), strict=True)),
        dict(zip(names, ([1.0, 2.0], [2.0, 4.0], [10.0, 20.0]), strict=True)),
    )
    assert box.verdict == verdict
    assert "2 KiB, 2.0 times the time" in box.evidence and "10.0 times the time" in box.evidence
    assert all(word in box.condition for word in words) and (box.condition is None) == (not words)


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, WITH_CONDITION, ("RMSProp", "how near")),
        ({"error_mean": 0.5, "error_sum": 1e-6}, WITH_CONDITION, ("how near",)),
        ({"step_far": 0.5}, WITH_CONDITION, ("RMSProp",)),
        ({"error_mean": 0.5, "error_sum": 1e-6, "step_far": 0.5}, HOLDS, ()),
        ({"coasted": 0.01}, DOES_NOT_HOLD, ()),  # no inertia
        ({"step_ratio": 100.0}, DOES_NOT_HOLD, ()),  # no scaling by the gradients
    ],
)
def test_adam(changes, verdict, words):
    numbers = {"error_mean": 1e-6, "error_sum": 0.7, "step_far": 0.1, "step_near": 0.1}
    box = claims.adam(**{**numbers, "step_ratio": 1.0, "coasted": 0.6, **changes})
    assert box.verdict == verdict
    assert [word for word in ("RMSProp", "how near") if word in (box.condition or "")] == list(words)


@pytest.mark.parametrize(
    ("reported", "whole_set", "verdict"),
    [
        (0.35, 0.33, WITH_CONDITION),  # the mean of the steps
        (0.35, 0.35, WITH_CONDITION),
        (0.40, 0.40, HOLDS),  # the last step, and nothing else bears the name
        (0.40, 0.33, WITH_CONDITION),
        (0.10, 0.33, DOES_NOT_HOLD),  # no mean over training steps at all
    ],
)
def test_words(reported, whole_set, verdict):
    box = claims.words(0.40, 0.35, reported, whole_set)
    assert box.verdict == verdict and f"{reported:.4f} for the epoch" in box.evidence
