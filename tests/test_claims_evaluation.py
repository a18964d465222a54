"""The verdict of 9.12, fed with a measurement and with its opposite."""

import numpy as np
import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION, evaluation

SHARES, EVEN = np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 0.25)
RATIO = SHARES / (SHARES + EVEN)
ONE = np.array([0.8, 0.0, 0.01, 0.0])


@pytest.mark.parametrize(
    ("of_the_set", "of_one_picture", "verdict"),
    [
        (RATIO, ONE, WITH_CONDITION),
        (np.full(4, 0.5), ONE, HOLDS),  # a judge that knows the set, and no shares
        (RATIO, RATIO, DOES_NOT_HOLD),  # one picture would do for all
        (ONE, ONE, DOES_NOT_HOLD),  # the whole set is judged as by one picture
    ],
)
def test_verdict_follows_the_scores(of_the_set, of_one_picture, verdict):
    box = evaluation.style_of_a_set(SHARES, EVEN, of_the_set, of_one_picture, pictured=0)
    assert box.verdict == verdict and box.number == "9.12"
    assert f"{of_the_set[3]:.2f}" in box.evidence and f"{RATIO[3]:.2f}" in box.evidence
