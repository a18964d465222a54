"""What several seeds allow to say about the variants: exact tests, corrected for their number."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import permutation_test

from studylib.ablation.runs import DIRECTIONS, VARIANTS
from studylib.arguments import modest_number

MOST_SEEDS = 500

CHANCE = 0.05  # the usual limit of a p-value


@dataclass(frozen=True)
class Comparison:
    """A variant beside the one that has the part which it lacks.

    Attributes:
        variant, against, direction: names; the direction is "AB" or "BA".
        difference: mean of the variant's errors minus mean of the other's, in grey levels; above 0 it is worse.
        p: how often chance alone makes a difference at least as large, either way.
        p_holm: the same, corrected for the number of comparisons.
    """

    variant: str
    against: str
    direction: str
    difference: float
    p: float
    p_holm: float

    @property
    def clear(self):
        return self.p_holm < CHANCE


def comparisons(errors):
    """Whether each variant clearly differs from the one it lacks a part of: exact permutation tests, corrected.

    With n seeds each, chance puts all of one variant above all of the other in 2 of (2n over n) orders, so no test can
    say less than `least_p`: of 3 seeds none can be clear, whatever they measure.

    Args:
        errors: dict from variant to a dict from direction, "AB" and "BA", to a list of errors, one a seed. Variants
            whose counterpart is missing are left out.

    Returns:
        A list of `Comparison`, in the order of VARIANTS.
    """
    found = []
    for name, variant in VARIANTS.items():
        if name not in errors or variant.against not in errors:
            continue
        for direction in DIRECTIONS:
            mine, other = (np.asarray(errors[which][direction], float) for which in (name, variant.against))
            test = permutation_test((mine, other), _difference, n_resamples=np.inf)
            found.append((name, variant.against, direction, float(_difference(mine, other)), float(test.pvalue)))
    corrected = holm([p for *_, p in found])
    return [Comparison(*entry, p) for entry, p in zip(found, corrected, strict=True)]


def least_p(n_seeds):
    """The smallest p-value that an exact two-sided permutation test of n against n runs can give."""
    n_seeds = modest_number("n_seeds", n_seeds, MOST_SEEDS)
    return min(1.0, 2 / math.comb(2 * n_seeds, n_seeds))


def holm(p_values):
    """Holm's correction: p-values that may each be held against one limit, however many there are.

    The smallest is multiplied by their number m, the next one by m - 1, and so on; none comes out below one before it.

    Reference: Holm: "A Simple Sequentially Rejective Multiple Test Procedure", 1979.
    """
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values, kind="stable")
    corrected = np.empty_like(p_values)
    corrected[order] = np.minimum(1, np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1)))
    return corrected.tolist()


def finals(recording, figure):
    """What the recorded runs ended with: dict from variant to a dict from direction to a list, one number a seed.

    Args:
        recording: see `studylib.recorded.read`; a part of the variants will do.
        figure: "error", "diversity", "own", "drift" or "same".
    """
    present = dict.fromkeys(row["variant"] for row in recording.rows)
    return {
        name: {d: [float(run[f"{figure}_{d}"][-1]) for run in recording.runs(variant=name)] for d in DIRECTIONS}
        for name in VARIANTS
        if name in present
    }


def _difference(x, y, axis=-1):
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)
