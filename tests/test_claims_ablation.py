"""The verdicts of the ablation: opposite numbers give the opposite box."""

import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION, ablation


def both(ab, ba):
    return {"AB": ab, "BA": ba}


GOOD, LOST = [0.9, 1.0, 0.95], [0.02, 0.1, 0.4]


@pytest.mark.parametrize(
    ("own", "diversity", "own_with", "verdict", "word"),
    [
        (both(LOST, LOST), both(GOOD, GOOD), GOOD, HOLDS, ""),  # the input is ignored
        (both(GOOD, GOOD), both(LOST, LOST), GOOD, HOLDS, ""),  # every input gives the same output
        (both(GOOD, LOST), both(GOOD, GOOD), GOOD, WITH_CONDITION, "from A to B it happened in no run"),
        (both([0.9, 0.1, 0.9], GOOD), both(GOOD, GOOD), GOOD, WITH_CONDITION, "in 2 of 3 runs it did not happen"),
        (both(GOOD, GOOD), both(GOOD, GOOD), GOOD, DOES_NOT_HOLD, ""),
        (both(LOST, LOST), both(GOOD, GOOD), LOST, DOES_NOT_HOLD, ""),  # with both cycles just the same
        (both(LOST, LOST), both(GOOD, GOOD), [0.9, 0.1, 0.9], WITH_CONDITION, "it happened in 1 of 3 runs, too"),
    ],
)
def test_input_ignored(own, diversity, own_with, verdict, word):
    box = ablation.input_ignored(
        {"GAN alone": own, "GAN + both cycles": both(GOOD, own_with)},
        {"GAN alone": diversity, "GAN + both cycles": both(GOOD, GOOD)},
    )
    assert box.verdict == verdict and box.number == "9.4" and word in (box.condition or "")
    assert "3 recorded seeds" in box.evidence and "90% to 100%" in box.evidence


@pytest.mark.parametrize(
    ("same", "drift", "verdict"),
    [
        ([5, 6], [4, 5], HOLDS),
        ([5, 6], [4, 35], WITH_CONDITION),  # colours are not kept in one run
        ([5, 31], [4, 5], WITH_CONDITION),  # one run with the term is worse than one without
        ([50, 60], [4, 5], DOES_NOT_HOLD),
    ],
)
def test_identity(same, drift, verdict):
    without = both([30, 40], [30, 40])
    box = ablation.identity(
        {"full": both(same, [5, 6]), "GAN + both cycles": without},
        {"full": both(drift, [4, 5]), "GAN + both cycles": without},
    )
    assert box.verdict == verdict and "30.0 to 40.0 without" in box.evidence
    if verdict == WITH_CONDITION:
        assert "not in every run, from A to B" in box.condition
