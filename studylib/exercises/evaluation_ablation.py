"""An exercise of notebook 10's ablation: how often chance alone makes such a difference."""

from studylib.exercises import Exercise


def check_p_value(p_value):
    """Check the exact permutation test on groups to follow by hand, then on random ones against another computation."""
    import numpy as np
    from scipy.stats import permutation_test

    random = np.random.default_rng(0)
    cases = [
        ([1, 2], [3, 4]),  # 6 ways to share out; 2 of them as far apart as these
        ([3, 4], [1, 2]),
        ([1, 2, 3], [7, 8, 9]),
        ([5, 5, 5], [5, 5, 5]),
        ([1, 4, 5], [2, 3, 9]),
        *(random.integers(0, 20, (2, n)).tolist() for n in (3, 4, 4, 5)),
    ]
    for variant, whole in cases:
        # Whole numbers, and sums in place of means: nothing is rounded, so that ties are ties.
        expected = permutation_test((variant, whole), lambda x, y, axis: np.sum(x, axis) - np.sum(y, axis)).pvalue
        kept = list(variant), list(whole)
        given = p_value(variant, whole)
        if (variant, whole) != kept:
            return "the lists that were handed in have been changed."
        if not np.isscalar(given) or isinstance(given, (bool, str)):
            return f"the p-value is one number. Received: {given!r}."
        if not np.isclose(float(given), expected, rtol=1e-6):
            return f"variant={variant}, whole={whole}: the p-value is {expected:.4f}. Received: {float(given):.4f}."
    return None


P_VALUE = Exercise(
    name="evaluation.4",
    prompt=(
        "A variant was trained with n seeds, the whole model with n others; `variant` and `whole` are lists of their "
        "errors. If the missing part did not matter, each of the 2n numbers could as well stand in the other list. "
        "Write `p_value(variant, whole)`: of all ways to share the 2n numbers out to two lists of n, the share in "
        "which the sums differ by at least as much, in either direction, as those of the lists that were measured."
    ),
    starter="""
def p_value(variant, whole):
    return ...
""",
    answer="p_value",
    check=check_p_value,
    hints=(
        "itertools.combinations gives every choice of n out of 2n places; what is not chosen is the other list.",
        "Choose places, not numbers, for two numbers may be equal. The sharing that was measured is one of them.",
        "The other list's sum is the sum of everything less that of the chosen ones.",
    ),
    solution="""
from itertools import combinations


def p_value(variant, whole):
    everything, measured = [*variant, *whole], abs(sum(variant) - sum(whole))
    # combinations goes by place, so equal numbers are told apart; the measured sharing is the first of them.
    differences = [abs(2 * sum(chosen) - sum(everything)) for chosen in combinations(everything, len(variant))]
    return sum(difference >= measured for difference in differences) / len(differences)
""",
    mistakes=(
        # "At least as much" includes the measured sharing itself: no p-value is 0.
        """
from itertools import combinations


def p_value(variant, whole):
    everything, measured = [*variant, *whole], abs(sum(variant) - sum(whole))
    differences = [abs(2 * sum(chosen) - sum(everything)) for chosen in combinations(everything, len(variant))]
    return sum(difference > measured for difference in differences) / len(differences)
""",
        # One direction only.
        """
from itertools import combinations


def p_value(variant, whole):
    everything, measured = [*variant, *whole], sum(variant) - sum(whole)
    differences = [2 * sum(chosen) - sum(everything) for chosen in combinations(everything, len(variant))]
    return sum(difference >= measured for difference in differences) / len(differences)
""",
        # Seed against seed: pairs change places, which is another test, with fewer ways to share out.
        """
from itertools import product


def p_value(variant, whole):
    gaps = [x - y for x, y in zip(variant, whole)]
    sums = [abs(sum(s * gap for s, gap in zip(signs, gaps))) for signs in product((1, -1), repeat=len(gaps))]
    return sum(total >= abs(sum(gaps)) for total in sums) / len(sums)
""",
    ),
)

EXERCISES = (P_VALUE,)
