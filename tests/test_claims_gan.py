"""The verdicts of notebook 06: opposite numbers give the opposite box."""

import itertools

import numpy as np
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
    assert f"from {verdicts[0]:.2f} to {verdicts[1]:.2f}" in box.evidence


@pytest.mark.parametrize(
    ("groupless", "after", "verdict"),
    [
        (0.35, 0.003, DOES_NOT_HOLD),
        (0.33, 0.4, HOLDS),  # without groups it learns nothing
        (0.52, 0.003, HOLDS),  # there were groups after all: a reasonable structure by the scale of the silhouette
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
    ("distances", "noise", "verdict"),
    [
        ([0.003, 0.9, 0.4, 0.01, 0.2], 0.002, HOLDS),
        ([0.003, 0.003, 0.003, 0.003, 0.003], 0.002, DOES_NOT_HOLD),  # all models are equally good
        ([0.003, 0.009, 0.004, 0.010, 0.002], 0.2, DOES_NOT_HOLD),  # the measurement is worth less than the spread
        ([0.003, 0.9, 0.4, 0.01, 0.2], [0.0, 0.0, 0.0, 0.0, 2.0], DOES_NOT_HOLD),  # one model as noisy as that
    ],
)
def test_seeds(distances, noise, verdict):
    random = np.random.default_rng(0)
    repeated = np.array(distances)[:, None] + random.normal(size=(5, 10)) * np.reshape(noise, (-1, 1))
    box = claims.seeds(distances, repeated.tolist(), [8, 2, 3, 8, 5], 8)
    assert box.verdict == verdict and f"to {max(distances):.4f}" in box.evidence
    assert "8, 2, 3, 8, 5 of 8" in box.evidence and "10 times over" in box.evidence


def test_equally_good_models_are_told_apart_one_time_in_twenty():
    """Runs that succeed or fail, all by one rule: what is measured of each is noise."""
    found = 0
    for k in range(200):
        repeated = np.random.default_rng(k).normal(0.01, 0.002, size=(5, 10))
        found += claims.seeds(repeated[:, 0], repeated, [8] * 5, 8).verdict == HOLDS
    assert found <= 20


WIDE, MIDDLE, NARROW = [0.0, 0.5, 1.0, 0.3, 0.8], [0.0, 0.25, 0.5, 0.15, 0.4], [0.01, 0.02, 0.0, 0.015, 0.01]
UNCLEAR = [0.4, 0.6, 0.5, 0.7, 0.4]
SLOWER = {"Adam": 0.1, "AdaGrad": 0.1}


@pytest.mark.parametrize(
    ("several", "buffer", "verdict", "words"),
    [
        (NARROW, NARROW, HOLDS, ()),
        (NARROW, WIDE, WITH_CONDITION, ("not in this setting for buffer",)),
        (WIDE, NARROW, WITH_CONDITION, ("not in this setting for several",)),
        # Half the spread: 35 of the 252 ways to deal out these ten runs give as much.
        (MIDDLE, NARROW, WITH_CONDITION, ("more runs confirm it for several: its spread is 2.0 times", "in 14% of")),
        # Two questions at 5% in all: what comes by chance in 4 of 100 cases does not answer one of them.
        (UNCLEAR, NARROW, WITH_CONDITION, ("more runs confirm it for several",)),
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


def test_chance_is_the_share_of_all_ways_to_deal():
    wide, narrow = [0.0, 1.0, 5.0], [2.0, 2.5]
    spreads = [
        (np.std(first, ddof=1), np.std([x for x in wide + narrow if x not in first], ddof=1))
        for first in itertools.combinations(wide + narrow, 3)
    ]
    observed = np.std(wide, ddof=1) - np.std(narrow, ddof=1)
    assert claims.wider_by_chance(wide, narrow) == np.mean([a - b >= observed - 1e-12 for a, b in spreads])
    assert claims.wider_by_chance(NARROW, WIDE) > 0.9


def test_two_failed_runs_of_five_against_none_may_be_chance():
    """Distances "0.01 or 0.4 to 1": the standard deviations differ 100 times, and two failures are two failures."""
    one, other = [0.003, 0.9, 0.004, 0.8, 0.002], [0.003, 0.002, 0.004, 0.003, 0.002]
    assert np.std(one) > 100 * np.std(other) and claims.wider_by_chance(one, other) > 0.1
    names = ("one", "several", "buffer")
    numbers = [dict.fromkeys(names, value) for value in (1024, [1.0])]
    box = claims.remedies(dict(zip(names, (one, other, other), strict=True)), *numbers)
    assert box.verdict == WITH_CONDITION and box.condition.count("more runs confirm it") == 2


def test_bimodal_runs_of_one_kind_are_told_apart_one_time_in_twenty():
    chances = []
    for k in range(200):
        random = np.random.default_rng(k)
        runs = np.where(random.random(10) < 0.4, random.uniform(0.4, 1, 10), random.normal(0.01, 0.003, 10))
        chances.append(claims.wider_by_chance(runs[:5], runs[5:]))
    assert np.mean(np.array(chances) <= 0.05) < 0.08


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, WITH_CONDITION, ("RMSProp", "how near", "keeps steps 1.00", "AdaGrad's that get small")),
        ({"error_mean": 0.5, "error_sum": 1e-6}, WITH_CONDITION, ("how near", "keeps steps 1.00", "AdaGrad's that")),
        ({"step_far": 0.5}, WITH_CONDITION, ("RMSProp", "keeps steps 1.00", "AdaGrad's that get small")),
        ({"pace": {"Adam": 0.1, "AdaGrad": 0.1}}, WITH_CONDITION, ("RMSProp", "how near")),  # it does get slower
        ({"pace": {"Adam": 1, "AdaGrad": 1}}, WITH_CONDITION, ("RMSProp", "how near", "keeps steps 1.00")),
        ({"error_mean": 0.5, "error_sum": 1e-6, "step_far": 0.5, "pace": SLOWER}, HOLDS, ()),
        ({"coasted": 0.01}, DOES_NOT_HOLD, ()),  # no inertia
        ({"step_ratio": 100.0}, DOES_NOT_HOLD, ()),  # no scaling by the gradients
    ],
)
def test_adam(changes, verdict, words):
    numbers = {"error_mean": 1e-6, "error_sum": 0.7, "step_far": 0.1, "step_near": 0.1}
    pace = {"Adam": 1.0, "AdaGrad": 0.13}
    box = claims.adam(**{**numbers, "pace": pace, "step_ratio": 1.0, "coasted": 0.6, **changes})
    assert box.verdict == verdict
    said = [part for part in ("RMSProp", "how near", "keeps steps", "AdaGrad's that") if part in (box.condition or "")]
    assert len(said) == len(words) and all(word in box.condition for word in words)
    assert f"is {changes.get('pace', pace)['AdaGrad']:.2f} times" in box.evidence


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
