"""The verdicts of notebook 02: opposite numbers give the opposite box."""

import numpy as np
import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import padding as claims

SIZES = {1: (32, 32, 30), 8: (32, 32, 16)}


@pytest.mark.parametrize(
    ("sizes", "correlations", "verdict", "condition"),
    [
        (SIZES, {"zero": 0, "reflection": 0.7, "replication": 0.8}, WITH_CONDITION, "reflection and replication put"),
        (SIZES, {"zero": 0, "reflection": 0.05, "replication": 0.8}, WITH_CONDITION, "zero and reflection only; rep"),
        (SIZES, {"zero": 0, "reflection": 0.05, "replication": -0.3}, HOLDS, None),
        (SIZES, {"zero": 0.4, "reflection": 0.7, "replication": 0.8}, DOES_NOT_HOLD, None),  # every mode has meaning
        ({1: (32, 31, 30)}, {"zero": 0, "reflection": 0.7}, DOES_NOT_HOLD, None),  # the size is not corrected
        ({1: (32, 32, 32)}, {"zero": 0, "reflection": 0.7}, DOES_NOT_HOLD, None),  # there was nothing to correct
    ],
)
def test_size_and_meaning(sizes, correlations, verdict, condition):
    box = claims.size_and_meaning(sizes, correlations)
    assert box.verdict == verdict
    assert f"reflection {correlations['reflection']:.2f}" in box.evidence
    assert ", ".join(f"{a} → {b} with and {c} without" for a, b, c in sizes.values()) in box.evidence
    assert box.condition is None if condition is None else condition in box.condition


@pytest.mark.parametrize(
    ("difference", "gradient", "apart", "verdict"),
    [
        (0, 0, 5.0, HOLDS),
        (0, 0.001, 5.0, HOLDS),
        (0.1, 0, 5.0, DOES_NOT_HOLD),  # one layer copies something else
        (0, 1.0, 5.0, DOES_NOT_HOLD),  # one pixel's gradient is missing
    ],
)
def test_three_modes(difference, gradient, apart, verdict):
    differences = {"zero": 0.0, "reflection": difference, "replication": 0.0}
    box = claims.three_modes(differences, dict.fromkeys(differences, 0) | {"replication": gradient}, apart)
    assert box.verdict == verdict and f"finite differences: {gradient:.0e}" in box.evidence
    assert "differ, by up to 5" in box.evidence
    assert "do not differ" in claims.three_modes(differences, differences, 0).evidence


def per_image(mean, n=50):
    return mean + np.random.default_rng(0).normal(0, 0.01, n)


@pytest.mark.parametrize(
    ("reflection", "replication", "photographs", "verdict", "conditions"),
    [
        (0.1, 0.05, ([1.0, 1.1], [2.0, 2.1]), WITH_CONDITION, {"mirror"}),
        (0.1, 0.15, ([1.0, 1.1], [2.0, 2.1]), WITH_CONDITION, set()),
        (0.1, 0.15, ([1.0, 2.2], [2.0, 2.1]), WITH_CONDITION, {"learn"}),  # one seed decides otherwise
        (0.1, 0.05, ([3.0, 3.1], [2.0, 2.1]), WITH_CONDITION, {"mirror", "learn"}),
        (0.3, 0.05, ([1.0, 1.1], [2.0, 2.1]), DOES_NOT_HOLD, None),  # worse than zeros
        (0.2, 0.05, ([1.0, 1.1], [2.0, 2.1]), DOES_NOT_HOLD, None),  # no better than zeros
    ],
)
def test_natural_border(reflection, replication, photographs, verdict, conditions):
    zero, rest = per_image(0.2), {"reflection": per_image(reflection), "replication": per_image(replication)}
    errors = {"drawings": {"zero": zero, **rest}, "photographs": {"zero": per_image(0.5), **rest}}
    trained = {"photographs": dict(zip(("reflection", "zero"), photographs, strict=True))}
    box = claims.natural_border(errors, trained)
    assert box.verdict == verdict
    ratio = sum(photographs[0]) / sum(photographs[1])
    assert f"photographs: {ratio:.2f}" in box.evidence and f"reflection {rest['reflection'].mean():.3f}" in box.evidence
    if verdict == WITH_CONDITION:
        assert "not the quality of a GAN's pictures" in box.condition
        assert {word for word in ("mirror", "learn") if word in box.condition} == conditions
        assert ("on photographs" in box.condition) == ("learn" in conditions)
