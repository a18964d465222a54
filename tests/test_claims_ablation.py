"""The verdicts of the ablation: opposite numbers give the opposite box."""

import pytest

from studylib.ablation import VARIANTS
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
        ([5, 31], [4, 5], DOES_NOT_HOLD),  # one run with the term is worse than one without
        ([50, 60], [4, 5], DOES_NOT_HOLD),
    ],
)
def test_identity(same, drift, verdict):
    without = both([30, 40], [30, 40])
    box = ablation.identity(
        {"full": both([5, 6], same), "GAN + both cycles": without},
        {"full": both(drift, [4, 5]), "GAN + both cycles": without},
    )
    assert box.verdict == verdict and "30.0 to 40.0 without" in box.evidence
    assert ("from A to B" in (box.condition or "")) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("without", "verdict", "condition"),
    [
        (both(12, 12), HOLDS, None),
        (both(12, 9), WITH_CONDITION, "from B to A no difference is shown (p = 1.00)"),
        (both(9, 9), DOES_NOT_HOLD, None),
        (both(6, 9), WITH_CONDITION, "from A to B the pool makes the result worse; from B to A no difference is shown"),
        (both(12, 6), WITH_CONDITION, "from B to A the pool makes the result worse"),
    ],
)
def test_pool(without, verdict, condition):
    spread = [-0.5, -0.2, 0.0, 0.1, 0.3, 0.5]
    errors = {name: both([9 + s for s in spread], [9 + s for s in spread]) for name in VARIANTS}
    errors["full, no pool"] = {d: [level + s for s in spread] for d, level in without.items()}
    box = ablation.pool_on_off(errors)
    assert box.verdict == verdict and "6 seeds" in box.evidence and "0.0022" in box.evidence
    assert box.condition is None if condition is None else box.condition.startswith(condition)
    assert ("may be there all the same" in box.evidence) == (9 in without.values())


def test_three_seeds_cannot_show_what_the_pool_does():
    errors = {name: both([9, 9.1, 9.2], [9, 9.1, 9.2]) for name in VARIANTS}
    errors["full, no pool"] = both([90, 91, 92], [90, 91, 92])
    box = ablation.pool_on_off(errors)
    assert box.verdict == DOES_NOT_HOLD and "may be there all the same" in box.evidence
