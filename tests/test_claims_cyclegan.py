"""Each verdict of notebooks 09 and 10, fed with a measurement and with its opposite, says the one and the other."""

import numpy as np
import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION, cyclegan

IMAGE, SCORES = (1, 64, 64, 3), (1, 6, 6, 1)
NETWORKS = {"g_AB": IMAGE, "g_BA": IMAGE, "d_A": SCORES, "d_B": SCORES}
SIX = ("g_adversarial_AB", "g_adversarial_BA", "cycle_A", "cycle_B", "identity_A", "identity_B")
REACH = {term: {"g_AB": 1.0, "g_BA": 1.0 if "cycle" in term else 0.0} for term in SIX}
D_REACH = {"d_A": {"d_A": 1.0, "d_B": 0.0}, "d_B": {"d_A": 0.0, "d_B": 1.0}}
TERMS = {name: 0.5 for name in SIX}
OTHER = {name: 0.1 for name in SIX}
ADVERSARIAL_SQUARED = {name: 0.5 if "adversarial" in name else 0.1 for name in SIX}
REST_ABSOLUTE = {name: 0.1 if "adversarial" in name else 0.5 for name in SIX}
RATES = np.interp(np.arange(101), [0, 50, 100], [0.2, 0.2, 0.0])

CASES = [
    (cyclegan.four_networks, (NETWORKS, 0), HOLDS),
    (cyclegan.four_networks, (NETWORKS, 3), DOES_NOT_HOLD),
    (cyclegan.four_networks, ({**NETWORKS, "d_A": IMAGE}, 0), DOES_NOT_HOLD),
    (cyclegan.way_back, (0.0, 0.3), DOES_NOT_HOLD),
    (cyclegan.way_back, (0.3, 0.0), HOLDS),
    (cyclegan.third_term, (0.25, 0.01), DOES_NOT_HOLD),
    (cyclegan.third_term, (0.01, 0.25), HOLDS),
    (cyclegan.third_term, (0.25, 0.25), HOLDS),  # the control failed: nothing speaks against the note
    (cyclegan.terms, (REACH, D_REACH), HOLDS),
    (cyclegan.terms, ({term: REACH[term] for term in SIX[:4]}, D_REACH), DOES_NOT_HOLD),
    (cyclegan.terms, ({**REACH, "cycle_A": {"g_AB": 0.0, "g_BA": 0.0}}, D_REACH), DOES_NOT_HOLD),
    (cyclegan.terms, (REACH, {"d_A": D_REACH["d_B"], "d_B": D_REACH["d_A"]}), DOES_NOT_HOLD),
    (cyclegan.terms, (REACH, {d: {**row, "g_AB": 0.0, "g_BA": 0.0} for d, row in D_REACH.items()}), HOLDS),
    (cyclegan.terms, (REACH, {d: {**row, "g_AB": 0.1, "g_BA": 0.0} for d, row in D_REACH.items()}), DOES_NOT_HOLD),
    (cyclegan.own_targets, ((0.4, 0.4), (1.0, 0.0)), DOES_NOT_HOLD),
    (cyclegan.own_targets, ((1.0, 0.0), (0.4, 0.4)), HOLDS),
    (cyclegan.constructor, (1_545_411, {"g_loss": 1.0}), HOLDS),
    (cyclegan.constructor, (1_545_411, {"g_loss": float("nan")}), DOES_NOT_HOLD),
    (cyclegan.pool, ([0, 0, 70, 30], 50), WITH_CONDITION),
    (cyclegan.pool, ([0, 49, 20, 30], 50), HOLDS),
    (cyclegan.pool, ([0] * 100, 50), DOES_NOT_HOLD),
    (cyclegan.pool, ([0, 0, 70, 30], 50, [0, 0]), WITH_CONDITION),
    (cyclegan.outside_domain, ({"own": 10, "negative": 60}, {"own": 40, "negative": 40}, "own"), HOLDS),
    (
        cyclegan.outside_domain,
        ({"own": 10, "negative": 60, "turned": 12}, {"own": 40, "negative": 40, "turned": 40}, "own"),
        WITH_CONDITION,
    ),
    # A fainter domain has smaller errors all around: the share counts.
    (cyclegan.outside_domain, ({"own": 10, "faint": 9}, {"own": 40, "faint": 10}, "own"), HOLDS),
    (cyclegan.outside_domain, ({"own": 10, "turned": 12}, {"own": 40, "turned": 40}, "own"), DOES_NOT_HOLD),
    # Nothing learned, nothing to say.
    (cyclegan.outside_domain, ({"own": 50, "turned": 12}, {"own": 40, "turned": 40}, "own"), WITH_CONDITION),
    (cyclegan.objective, (TERMS, ADVERSARIAL_SQUARED, REST_ABSOLUTE), WITH_CONDITION),
    (cyclegan.objective, (TERMS, TERMS, OTHER), HOLDS),
    (cyclegan.objective, (TERMS, OTHER, TERMS), DOES_NOT_HOLD),
    (cyclegan.blend, (50, 20, 0.5, 0.1), HOLDS),
    (cyclegan.blend, (20, 50, 0.5, 0.1), DOES_NOT_HOLD),
    (cyclegan.blend, (50, 20, 0.1, 0.5), DOES_NOT_HOLD),
    (cyclegan.schedule, (RATES, 50, 100), HOLDS),
    (cyclegan.schedule, (RATES[::-1], 50, 100), DOES_NOT_HOLD),
    (cyclegan.schedule, (np.full(101, 0.2), 50, 100), DOES_NOT_HOLD),
]


@pytest.mark.parametrize(("verdict_of", "measured", "verdict"), CASES)
def test_verdict_follows_the_measurement(verdict_of, measured, verdict):
    assert verdict_of(*measured).verdict == verdict


def test_evidence_names_what_was_measured():
    made = cyclegan.outside_domain(
        {"own": 10, "negative": 60, "turned": 12}, dict(own=40, negative=40, turned=40), "own"
    )
    assert "own 10.0 (+75%); negative 60.0 (-50%), turned 12.0 (+70%)" in made.evidence
    assert made.condition.startswith("it depends on what changes: more than half of the gain is left by turned")
    made = cyclegan.pool([0, 0, 70, 30], 50, [0, 0, 0])
    assert "(by the 50% rule 50 % and 31 %)" in made.evidence and "With the pool off 100 % are new." in made.evidence
