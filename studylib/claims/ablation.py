"""The verdicts of the ablation: what several seeds of each variant say about the notes' words on CycleGAN's parts.

Every function takes what `studylib.ablation.finals` reads from the recording and returns a `NoteCheck`; the thresholds
stand here, beside the reason for each.
"""

import numpy as np

from studylib.ablation import DIRECTIONS, FULL, PAPER
from studylib.claims import check_the_note

HALF = 0.5  # of the truth's diversity, or of all inputs: who has less has lost the greater part


def input_ignored(own, diversity):
    """9.4: without the cycle the input may be ignored, or every input gives the same output.

    "May" is a matter of single runs: one is enough. It is laid to the missing cycle only if fewer runs that have both
    cycles do the same.

    Args:
        own, diversity: `finals` of both figures, with "GAN alone" and "GAN + both cycles" among the variants.
    """

    def lost(variant):
        """For each run, the directions in which its input is lost."""
        runs = range(len(own[variant]["AB"]))
        return [[d for d in DIRECTIONS if min(own[variant][d][k], diversity[variant][d][k]) < HALF] for k in runs]

    without, with_cycles = lost("GAN alone"), lost(PAPER)
    n_without, n_with = (sum(map(bool, runs)) for runs in (without, with_cycles))
    conditions = []
    if n_without < len(without):
        conditions.append(f"it need not: in {len(without) - n_without} of {len(without)} runs it did not happen")
    if n_with:
        conditions.append(f"with both cycles it happened in {n_with} of {len(with_cycles)} runs, too")
    one_sided = [d for d in DIRECTIONS if not any(d in run for run in without)]
    if one_sided and n_without:
        conditions.append(f"from {DIRECTIONS[one_sided[0]]} it happened in no run")
    listed = "; ".join(
        f"{name}, {DIRECTIONS[d]}: own shapes in {_shares(own[name][d])} of the outputs, diversity "
        f"{_shares(diversity[name][d])}"
        for name in ("GAN alone", PAPER)
        for d in DIRECTIONS
    )
    return check_the_note(
        "9.4",
        "Without the cycle (순환) the input may be ignored, or every input gives the same output.",
        n_without > n_with,
        f"{len(without)} recorded seeds each, held-out images. {listed}. Below {HALF:.0%} of either in {n_without} "
        f"of {len(without)} runs without a cycle and in {n_with} of {len(with_cycles)} with both.",
        "; ".join(conditions) or None,
    )


def identity(same, drift):
    """9.7: the identity term leaves an image as it is that is in the target domain already.

    It holds if in both directions the median run with the term changes less than every run without.

    Args:
        same, drift: `finals` of both figures, with "full" and "GAN + both cycles" among the variants.
    """

    def overlap(figure):
        return [words for d, words in DIRECTIONS.items() if max(figure[FULL][d]) >= min(figure[PAPER][d])]

    conditions = []
    if overlap(same):
        conditions.append(f"not in every run, from {' and '.join(overlap(same))}")
    if overlap(drift):
        which = " and ".join(overlap(drift))
        conditions.append(f"that it also keeps the colours of what is translated is not in every run, from {which}")
    listed = "; ".join(
        f"{DIRECTIONS[d]}: {words} {_levels(figure[FULL][d])} with the term, {_levels(figure[PAPER][d])} without"
        for d in DIRECTIONS
        for words, figure in (("an image of the target domain changes by", same), ("kept colours change by", drift))
    )
    return check_the_note(
        "9.7",
        "With the identity term (항등 손실) an image already in the target domain stays as it is.",
        all(np.median(same[FULL][d]) < min(same[PAPER][d]) for d in DIRECTIONS),
        f"grey levels, one number a seed. {listed}.",
        "; ".join(conditions) or None,
    )


def _shares(values):
    return _span(values, "{:.0%}")


def _levels(values):
    return _span(values, "{:.1f}")


def _span(values, form):
    """From the least to the largest, as text."""
    low, high = form.format(np.min(values)), form.format(np.max(values))
    return low if low == high else f"{low} to {high}"
