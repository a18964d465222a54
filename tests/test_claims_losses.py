"""The verdicts of notebook 07: opposite numbers give the opposite box."""

import numpy as np
import pytest
from scipy import stats

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import losses as claims

GRADIENTS = {"gan": (0.993, 0.0067), "minimax": (0.0067, 0.993), "lsgan": (12.0, 8.0)}
SHARES = {
    "slow": {"gan": 0.02, "minimax": 0.1, "lsgan": 0.01},
    "equal": {"gan": 0.03, "minimax": 0.3, "lsgan": 0.01},
}
STUCK = {setting: losses | {"gan": 0.8} for setting, losses in SHARES.items()}
FAILED = {"slow": 9, "equal": 3}


@pytest.mark.parametrize(
    ("gradients", "shares", "failed", "verdict", "words"),
    [
        (GRADIENTS, SHARES, FAILED, WITH_CONDITION,
         ["non-saturating", "up to 30%", "other way round", "does not follow: where most", "(slow, 9 of 10), 2%"]),
        (GRADIENTS, STUCK, FAILED, WITH_CONDITION, ["non-saturating", "other way round"]),
        # Where most runs fail decides, not the other settings.
        (GRADIENTS, SHARES | {"slow": STUCK["slow"]}, FAILED, WITH_CONDITION, ["non-saturating", "other way round"]),
        (GRADIENTS, SHARES | {"equal": STUCK["equal"]}, FAILED, WITH_CONDITION,
         ["non-saturating", "other way round", "does not follow"]),
        (GRADIENTS, STUCK, {"slow": 0, "equal": 0}, WITH_CONDITION,
         ["non-saturating", "other way round", "does not follow: no run failed"]),
        ({**GRADIENTS, "minimax": (0.9, 0.9)}, SHARES, FAILED, WITH_CONDITION, ["non-saturating", "does not follow"]),
        # Flat everywhere, for both losses, and most fakes there: the note as it stands.
        ({"gan": (0.01, 0.01), "minimax": (0.01, 0.01), "lsgan": (1, 1)}, STUCK, FAILED, HOLDS, []),
        ({**GRADIENTS, "gan": (0.9, 0.9)}, SHARES, FAILED, DOES_NOT_HOLD, []),
        ({**GRADIENTS, "gan": (0.0067, 0.993)}, SHARES, FAILED, DOES_NOT_HOLD, []),
    ],
)  # fmt: skip
def test_flatness(gradients, shares, failed, verdict, words):
    box = claims.flatness(gradients, 5.0, shares, failed, 10)
    assert box.verdict == verdict and f"slow: gan {shares['slow']['gan']:.0%}" in box.evidence
    for word in ("non-saturating", "other way round", "does not follow"):
        assert (word in (box.condition or "")) == any(word in w for w in words)
    assert all(word in box.condition for word in words)


def test_flat_is_within_a_fortieth_of_the_target_of_least_squares():
    assert claims.FLAT / 2 == 0.025  # |2 (score - 1)| < FLAT


def results(distance=0.01, lost=0, inside=0.99, failed=0, n=10):
    """Runs of n seeds, of which so many failed and so many lost modes."""
    return {
        "lost": np.arange(n) < lost,
        "inside": np.full(n, inside),
        "distance": distance + 0.001 * np.arange(n),
        "failed": np.arange(n) < failed,
    }


def everywhere(lsgan, gan):
    return {what: {"lsgan": lsgan, "gan": gan} for what in ("half", "equal", "twice", "images")}


GOOD, BAD = results(), results(0.5, lost=9, inside=0.6, failed=9)


@pytest.mark.parametrize(
    ("changed", "verdict", "said", "unsaid"),
    [
        ({}, HOLDS, [], []),
        ({"half": (BAD, BAD)}, WITH_CONDITION,
         ["stable at equal, twice, images, not at half", "better at equal, twice, images, not at half",
          "without mode collapse at", "without noise at"], ["GAN loss is better", "nowhere"]),
        ({"half": (BAD, GOOD)}, WITH_CONDITION, ["the GAN loss is better at half"], ["nowhere"]),
        # Nearer to the data everywhere, and yet: each of the other words has a weight.
        (dict.fromkeys(("half", "equal", "twice", "images"), (results(failed=1), BAD)), WITH_CONDITION,
         ["nowhere stable"], ["collapse", "noise", "better"]),
        (dict.fromkeys(("half", "equal", "twice", "images"), (results(failed=1, lost=1), BAD)), WITH_CONDITION,
         ["nowhere stable", "nowhere without mode collapse"], ["noise", "better"]),
        (dict.fromkeys(("half", "equal", "twice", "images"), (results(failed=1, lost=1, inside=0.9), BAD)),
         DOES_NOT_HOLD, [], []),
        # Without fault, and no nearer than the other: three words of four.
        (dict.fromkeys(("half", "equal", "twice", "images"), (GOOD, GOOD)), WITH_CONDITION, ["nowhere better"],
         ["stable", "GAN loss is better"]),
        (dict.fromkeys(("half", "equal", "twice", "images"), (BAD, BAD)), DOES_NOT_HOLD, [], []),
        # Half of the settings are not most of them.
        ({"half": (BAD, GOOD), "equal": (BAD, GOOD)}, DOES_NOT_HOLD, [], []),
    ],
)  # fmt: skip
def test_lsgan(changed, verdict, said, unsaid):
    settings = everywhere(GOOD, BAD) | {what: {"lsgan": a, "gan": b} for what, (a, b) in changed.items()}
    box = claims.lsgan(settings)
    assert box.verdict == verdict
    assert all(word in box.condition for word in said)
    assert not any(word in (box.condition or "") for word in unsaid)


def test_evidence_of_lsgan_names_both_losses():
    images = {name: {key: run[key] for key in ("lost", "distance", "failed")} for name, run in
              {"gan": BAD, "lsgan": results(failed=2, lost=1)}.items()}  # fmt: skip
    text = claims.lsgan({"equal": {"gan": results(0.5, inside=0.63), "lsgan": GOOD}, "images": images}).evidence
    assert "equal: failed 0 against 0 of 10" in text and "outside all modes 37% against 1%" in text
    assert "images: failed 9 against 2 of 10, modes lost in 9 against 1, median distance 0.504 against 0.014" in text
    assert text.count("outside all modes") == 1


# Of ten signed ranks 1 to 10, these are negative: sums 9 and 4, for which the tables have p = 0.064 and 0.014.
@pytest.mark.parametrize(("against", "p"), [((9,), 0.064), ((4,), 0.014), ((), 0.002), (range(1, 11), 0.002)])
def test_seeds_are_compared_one_by_one(against, p):
    ranks = np.arange(1, 11)
    gan = np.random.default_rng(0).permutation(100.0 * ranks)  # the seeds differ far more than the losses
    difference = np.where(np.isin(ranks, list(against)), 1, -1) * ranks
    nearer, given = claims.seed_by_seed({"gan": {"distance": gan}, "lsgan": {"distance": gan + difference}})
    assert given == pytest.approx(p, abs=6e-4)
    assert nearer == ("gan" if len(list(against)) > 5 else "lsgan")
    assert stats.mannwhitneyu(gan, gan + difference).pvalue > 0.5  # what the test of unpaired groups would see


def test_run_that_diverged_is_the_furthest():
    gan, lsgan = np.full(10, 0.5), np.full(10, 0.4)
    assert claims.seed_by_seed({"gan": {"distance": gan}, "lsgan": {"distance": lsgan}})[0] == "lsgan"
    nearer, p = claims.seed_by_seed({"gan": {"distance": gan}, "lsgan": {"distance": np.full(10, np.nan)}})
    assert nearer == "gan" and p < 0.01
    assert claims.seed_by_seed({name: {"distance": gan} for name in ("gan", "lsgan")})[1] == 1


def test_one_of_four_that_is_clear_by_itself_only_is_not_better(monkeypatch):
    ps = {0.01: 0.03, 0.02: 0.2, 0.03: 0.5, 0.04: 0.9}
    settings = {f"at {a}": {"lsgan": results(a), "gan": results(a)} for a in ps}
    monkeypatch.setattr(claims, "seed_by_seed", lambda losses: ("lsgan", ps[losses["lsgan"]["distance"][0]]))
    assert "nowhere better" in claims.lsgan(settings).condition
    ps[0.01] = 0.01
    assert "better at at 0.01, not at" in claims.lsgan(settings).condition


@pytest.mark.parametrize(
    ("ps", "corrected"),
    [
        ([0.03, 0.2, 0.5, 0.9], [0.12, 0.6, 1.0, 1.0]),
        ([0.04, 0.01, 0.011, 0.02], [0.04, 0.04, 0.04, 0.04]),
        ([0.3], [0.3]),
    ],
)
def test_holm_by_hand(ps, corrected):
    np.testing.assert_allclose(claims.holm(ps), corrected)
