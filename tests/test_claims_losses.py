"""The verdicts of notebook 07: opposite numbers give the opposite box."""

import numpy as np
import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import losses as claims

GRADIENTS = {"gan": (0.993, 0.0067), "minimax": (0.0067, 0.993), "lsgan": (12.0, 8.0)}
SHARES = {"gan": 0.02, "minimax": 0.3, "lsgan": 0.01}


@pytest.mark.parametrize(
    ("gradients", "shares", "verdict", "words"),
    [
        (GRADIENTS, SHARES, WITH_CONDITION, ["non-saturating", "where 30%", "other way round", "does not follow"]),
        (GRADIENTS, SHARES | {"gan": 0.8}, WITH_CONDITION, ["non-saturating", "other way round"]),
        ({**GRADIENTS, "minimax": (0.9, 0.9)}, SHARES, WITH_CONDITION, ["non-saturating", "does not follow"]),
        # Flat everywhere, for both losses, and most fakes there: the note as it stands.
        ({"gan": (0.01, 0.01), "minimax": (0.01, 0.01), "lsgan": (1, 1)}, {"gan": 0.8, "lsgan": 0.0}, HOLDS, []),
        ({**GRADIENTS, "gan": (0.9, 0.9)}, SHARES, DOES_NOT_HOLD, []),
        ({**GRADIENTS, "gan": (0.0067, 0.993)}, SHARES, DOES_NOT_HOLD, []),
    ],
)
def test_flatness(gradients, shares, verdict, words):
    box = claims.flatness(gradients, 5.0, shares)
    assert box.verdict == verdict and f"gan {shares['gan']:.0%}" in box.evidence
    for word in ("non-saturating", "other way round", "does not follow"):
        assert (word in (box.condition or "")) == any(word in w for w in words)
    assert all(word in box.condition for word in words)


def results(distance, modes=8, inside=0.99, failed=0, n=10):
    spread = 0.001 * np.arange(n)
    return {
        "modes": np.full(n, modes),
        "inside": np.full(n, inside),
        "distance": distance + spread,
        "failed": np.arange(n) < failed,
    }


def images(lsgan, gan, failed=0):
    return {"lsgan": results(lsgan, 10, failed=failed, n=5), "gan": results(gan, 10, n=5)}


GOOD, BAD = results(0.01), results(0.5)


@pytest.mark.parametrize(
    ("equal", "faster", "pixels", "verdict", "said", "unsaid"),
    [
        ((GOOD, BAD), (GOOD, BAD), images(0.1, 0.5), HOLDS, [], []),
        ((GOOD, BAD), (GOOD, GOOD), images(0.1, 0.5), WITH_CONDITION,
         ["than the GAN loss: equal, images", "further away: nowhere", "no clear difference"], ["immune", "noise"]),
        ((GOOD, BAD), (BAD, GOOD), images(0.1, 0.5), WITH_CONDITION, ["further away: faster"], ["no clear"]),
        ((results(0.01, failed=2), BAD), (GOOD, BAD), images(0.1, 0.5, failed=1), WITH_CONDITION,
         ["not immune: 3 of its 25 runs"], ["depends", "modes are lost", "noise"]),
        ((results(0.01, modes=7), BAD), (GOOD, BAD), images(0.1, 0.5), WITH_CONDITION,
         ["modes are lost with it, too: 10 of"], ["immune", "noise"]),
        ((results(0.01, inside=0.8), BAD), (results(0.01, inside=0.8), BAD), images(0.1, 0.5), WITH_CONDITION,
         ["noise: 20% of its samples"], ["immune", "modes are lost"]),
        ((BAD, GOOD), (BAD, GOOD), images(0.5, 0.1), DOES_NOT_HOLD, [], []),
        ((GOOD, GOOD), (BAD, BAD), images(0.5, 0.5), DOES_NOT_HOLD, [], []),
    ],
)  # fmt: skip
def test_lsgan(equal, faster, pixels, verdict, said, unsaid):
    pairs = {"equal": equal, "faster": faster}
    box = claims.lsgan({k: {"lsgan": lsgan, "gan": gan} for k, (lsgan, gan) in pairs.items()}, 8, pixels)
    assert box.verdict == verdict
    assert f"{equal[1]['failed'].sum()} of 10 and {np.median(equal[1]['distance']):.3f} against" in box.evidence
    assert all(word in box.condition for word in said)
    assert not any(word in (box.condition or "") for word in unsaid)
