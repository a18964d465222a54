"""The verdicts 3.10 to 3.20 of notebook 03: opposite numbers give the opposite box."""

import pytest

from studylib.claims import DOES_NOT_HOLD, HOLDS, WITH_CONDITION
from studylib.claims import normalization as claims
from studylib.claims.normalization.members import clearly_below

N = 600


def test_clearly_below_is_more_than_chance():
    # Twice the standard error of a difference near 0.95 over 600 images is 0.025.
    assert clearly_below(0.92, 0.95, N) and not clearly_below(0.93, 0.95, N)
    assert clearly_below(0.94, 0.95, 100 * N) and not clearly_below(0.95, 0.92, N)
    assert not clearly_below(1.0, 1.0, N) and type(clearly_below(0.5, 0.9, N)) is bool


@pytest.mark.parametrize(
    ("slope", "smallest", "same_steps", "verdict"),
    [
        (-0.5, 0.4, 0.95, WITH_CONDITION),
        (-0.5, 0.4, 0.80, HOLDS),  # large batches hurt with as many steps, too
        (-0.5, 0.95, 0.95, DOES_NOT_HOLD),  # small batches are as good
        (0.0, 0.4, 0.95, DOES_NOT_HOLD),  # the error does not depend on the batch
    ],
)
def test_batch_size(slope, smallest, same_steps, verdict):
    box = claims.batch_size(slope, {1: smallest, 4: 0.9, 16: 0.94}, (512, 0.2, same_steps), N)
    assert ("arXiv:1609.04836" in (box.condition or "")) == (verdict == WITH_CONDITION)
    assert box.verdict == verdict and f"{smallest:.1%} with batches of 1," in box.evidence
    assert f"power {slope:.2f}" in box.evidence and "20.0% with batches of 512" in box.evidence
    assert ("512 reaches 95.0%" in (box.condition or "")) == (verdict == WITH_CONDITION)


@pytest.mark.parametrize(
    ("averages", "verdict"), [(0.97, DOES_NOT_HOLD), (0.99, DOES_NOT_HOLD), (0.94, HOLDS), (0.1, HOLDS)]
)
def test_inference(averages, verdict):
    box = claims.inference(averages, 0.98, 0.12, (40, 0.41, 0.95), N)
    assert box.verdict == verdict and f"moving averages {averages:.1%}" in box.evidence
    assert "after 40 steps the averages gave 41.0%" in box.evidence and "one image 12.0%" in box.evidence


@pytest.mark.parametrize(
    ("layer", "recurrent", "verdict", "words"),
    [
        (0.88, {0.1: (0.7, 0.9), 0.2: (0.5, 0.9)}, HOLDS, ()),
        (0.88, {0.1: (0.9, 0.9), 0.2: (0.5, 0.9)}, WITH_CONDITION, ("not tuned", "best rate")),
        (0.97, {0.1: (0.7, 0.9), 0.2: (0.5, 0.9)}, WITH_CONDITION, ("second half",)),
        (0.88, {0.1: (0.9, 0.9), 0.2: (0.9, 0.5)}, WITH_CONDITION, ("first half",)),
        (0.97, {0.1: (0.9, 0.7), 0.2: (0.9, 0.9)}, DOES_NOT_HOLD, ()),
    ],
)
def test_layer_norm(layer, recurrent, verdict, words):
    box = claims.layer_norm({"batch": 0.97, "layer": layer}, recurrent, N)
    assert box.verdict == verdict and f"{layer:.1%} with LN, 97.0% with BN" in box.evidence
    assert "not that of another training" in box.evidence
    assert (box.condition is None) == (not words) and all(word in box.condition for word in words)
    assert f"mean over 2 learning rates: {sum(b for _, b in recurrent.values()) / 2:.1%} with LN" in box.evidence


@pytest.mark.parametrize(
    ("change", "last", "as_class", "error", "verdict"),
    [
        (0.98, 0.96, 0.5, 0.1, WITH_CONDITION),
        (0.001, 0.96, 0.5, 0.1, WITH_CONDITION),
        (0.98, 0.96, 1.0, 0.1, WITH_CONDITION),
        (0.001, 0.96, 1.0, 0.1, HOLDS),
        (0.001, 0.6, 0.5, 0.1, DOES_NOT_HOLD),  # faint digits are not recognized
        (0.001, 0.96, 0.5, 0.3, DOES_NOT_HOLD),  # BN translates better
    ],
)
def test_instance_contrast(change, last, as_class, error, verdict):
    by_contrast = {"instance": (0.96, 0.9, last), "batch": (0.97, 0.5, 0.1)}
    style = {"batch": (0.12, 0.28), "instance": (0.1, error)}
    box = claims.instance_contrast((1e-4, change), by_contrast, {"instance": as_class, "batch": 1.0}, style, N)
    assert box.verdict == verdict and f"instance 96.0% to {last:.1%}, batch 97.0% to 10.0%" in box.evidence
    assert f"batch 0.120 to 0.280, instance 0.100 to {error:.3f}." in box.evidence
    if verdict == WITH_CONDITION:
        assert ("epsilon" in box.condition) == (change > 0.01)
        assert ("no information" in box.condition) == (as_class < 1)


@pytest.mark.parametrize(
    ("without", "with_both", "verdict"), [(0, 16, WITH_CONDITION), (0, 0, HOLDS), (16, 16, DOES_NOT_HOLD)]
)
def test_instance_weights(without, with_both, verdict):
    box = claims.instance_weights(without, with_both, 8)
    assert box.verdict == verdict and f"8 channels: {without} without" in box.evidence


@pytest.mark.parametrize(
    ("instance", "batch", "verdict"),
    [
        ((0, 0.0), (16, 3.3), HOLDS),
        ((0, 0.0), (0, 0.0), DOES_NOT_HOLD),  # BN needs none either
        ((16, 0.0), (16, 3.3), DOES_NOT_HOLD),
        ((0, 0.2), (16, 3.3), DOES_NOT_HOLD),  # training and inference differ
    ],
)
def test_no_moving_averages(instance, batch, verdict):
    box = claims.no_moving_averages(instance, batch)
    assert box.verdict == verdict and f"{instance[0]} by IN, {batch[0]} by BN" in box.evidence


@pytest.mark.parametrize(
    ("one", "all_", "verdict"),
    [
        ({"layer": 1e-6, "instance": 5.0}, {"layer": 5.0, "instance": 1e-6}, DOES_NOT_HOLD),
        ({"layer": 5.0, "instance": 1e-6}, {"layer": 1e-6, "instance": 5.0}, HOLDS),
        ({"layer": 5.0, "instance": 5.0}, {"layer": 5.0, "instance": 5.0}, DOES_NOT_HOLD),
    ],
)
def test_group_ends(one, all_, verdict):
    box = claims.group_ends(one, all_)
    assert box.verdict == verdict
    equal = "layer" if one["layer"] < 1 else "instance" if one["instance"] < 1 else None
    first = f"equals {equal} normalization" if equal else "equals neither"
    assert f"GN with 1 group {first} (largest differences: layer {one['layer']:.1g}" in box.evidence


@pytest.mark.parametrize(
    ("accuracies", "groups", "verdict"),
    [
        ({1: (0.4, 0.9), 64: (0.95, 0.9)}, 2, WITH_CONDITION),
        ({1: (0.4, 0.9), 64: (0.7, 0.9)}, 2, WITH_CONDITION),
        ({1: (0.4, 0.9), 64: (0.7, 0.9)}, 4, HOLDS),  # groups=2 made 4 groups of 2 channels
        ({1: (0.9, 0.9), 64: (0.7, 0.9)}, 2, DOES_NOT_HOLD),
        ({1: (0.9, 0.4), 64: (0.95, 0.9)}, 2, DOES_NOT_HOLD),
    ],
)
def test_group_batches(accuracies, groups, verdict):
    box = claims.group_batches(accuracies, 2, groups, 8, N)
    assert box.verdict == verdict and f"batch 1: {accuracies[1][0]:.1%} and {accuracies[1][1]:.1%}" in box.evidence
    if verdict == WITH_CONDITION:
        assert ("batches of 1 only" in box.condition) == (accuracies[64][0] > 0.9)
        assert ("groups=2 made 2 groups of 4" in box.condition) == (groups == 2)


@pytest.mark.parametrize(
    ("weight", "batch", "verdict"), [(0.0, 1.6, HOLDS), (0.5, 1.6, DOES_NOT_HOLD), (0.0, 0.0, DOES_NOT_HOLD)]
)
def test_weight_norm(weight, batch, verdict):
    box = claims.weight_norm((4e-5, 2e-4), {"weight": weight, "batch": batch, "layer": 0})
    assert box.verdict == verdict and f"changes by {weight:.1g} with WN" in box.evidence and "4e-05" in box.evidence


@pytest.mark.parametrize(
    ("layer", "instance", "mates", "verdict", "words"),
    [
        (0.90, 0.90, 0.0, HOLDS, None),
        (0.90, 0.96, 0.0, WITH_CONDITION, "instance was not clearly"),
        (0.96, 0.90, 0.0, WITH_CONDITION, "layer was not clearly"),
        (0.96, 0.96, 0.0, WITH_CONDITION, "neither layer nor instance was clearly"),
        (0.90, 0.90, 0.3, DOES_NOT_HOLD, None),
    ],
)
def test_recognition(layer, instance, mates, verdict, words):
    accuracies = {"batch": 0.97, "layer": layer, "instance": instance, "none": 0.5}
    box = claims.recognition({"layer": 0.0, "instance": mates}, accuracies, N)
    assert box.verdict == verdict and f"layer {layer:.1%}, instance {instance:.1%}" in box.evidence
    assert words is None or words in box.condition


@pytest.mark.parametrize(("instance", "verdict"), [(6, HOLDS), (24, DOES_NOT_HOLD)])
def test_side_by_side(instance, verdict):
    touched = {"batch": 30, "layer": 24, "instance": instance, "group": 12}
    box = claims.side_by_side(touched, (5, 2, 3, 4), 2)
    assert box.verdict == verdict and f"instance {instance}, group 12; by the statement: batch 30" in box.evidence
