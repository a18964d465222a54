"""The verdicts on the members of the zoo, 3.10 to 3.20: what follows from the measurements of notebook 03.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

import numpy as np

from studylib.claims import check_the_note

SAME = 1e-4  # two orders of adding up float32 numbers of size 1 differ by 1e-6, two sets of cells by far more
FALLS = -0.25  # exponent of the error against the batch size: chance alone gives -1/2, no dependence 0
VISIBLE = 0.01  # a relative change of one part in a hundred
_CHANCE = "(What is clear here counts the chance of the test images, not that of another training.)"


def clearly_below(accuracy, other, n):
    """Whether one accuracy is below another by more than chance gives.

    Args:
        accuracy, other: between 0 and 1, each measured on the same number of images.
        n: that number. Twice the standard error of the difference is the limit: chance goes past it once in forty.
            That is the choice of images; another training differs, too, and may decide otherwise near the limit.
    """
    return bool(other - accuracy > 2 * np.sqrt((accuracy * (1 - accuracy) + other * (1 - other)) / n))


def batch_size(slope, accuracies, large, n):
    """3.10: the batch of BN must be neither too small nor too large.

    Args:
        slope: exponent of the error of the batch's mean against the number of images.
        accuracies: dict from batch size to accuracy of the trained classifier, all after the same number of images.
        large: (batch size, accuracy after as many images, accuracy after as many steps as a middle size takes).
        n: test images.
    """
    best = max(accuracies, key=accuracies.get)
    smallest = min(accuracies)
    size, same_images, same_steps = large
    condition = None
    if not clearly_below(same_steps, accuracies[best], n):
        condition = (
            "too small is a matter of the statistics. Too large is not: they only get better, and with as many steps "
            f"the batch of {size} reaches {same_steps:.1%}. What it takes is memory and images, and on large tasks "
            "(Keskar et al. 2017, arXiv:1609.04836) some care for generalization."
        )
    return check_the_note(
        "3.10",
        "BN (배치 정규화) normalizes per batch, for convolutions per channel; the batch must be neither too small nor "
        "too large.",
        slope < FALLS and clearly_below(accuracies[smallest], accuracies[best], n),
        f"the error of a batch's mean goes as N to the power {slope:.2f}. Accuracy after the same number of images: "
        + ", ".join(f"{accuracy:.1%} with batches of {each}" for each, accuracy in accuracies.items())
        + f", {same_images:.1%} with batches of {size}.",
        condition,
    )


def inference(averages, batch, alone, early, n):
    """3.11: BN can be used in training only, not in inference or test.

    Args:
        averages: accuracy of the trained network with the moving averages.
        batch: its accuracy with the statistics of large test batches.
        alone: its accuracy with the statistics of test batches of one image.
        early: (step, accuracy with the moving averages, with batch statistics) where the two were furthest apart.
        n: test images.
    """
    return check_the_note(
        "3.11",
        "BN can be used only in training, not in inference (추론) or test.",
        clearly_below(averages, batch, n),
        f"accuracy of the trained network with the moving averages {averages:.1%}, with the statistics of large test "
        f"batches {batch:.1%}, of test batches of one image {alone:.1%}. Where it bites: after {early[0]} steps the "
        f"averages gave {early[1]:.1%}, the batch's statistics {early[2]:.1%}.",
    )


def layer_norm(classifier, recurrent, n):
    """3.12: LN is worse than BN for classification by a CNN, and good for an RNN.

    Args:
        classifier: dict with the accuracies of "batch" and "layer" in the convolutional classifier.
        recurrent: dict from a learning rate to the accuracies (without LN, with LN) of the recurrent network.
        n: test images.
    """
    worse = clearly_below(classifier["layer"], classifier["batch"], n)
    plain, normalized = np.mean(list(recurrent.values()), axis=0)
    helps = clearly_below(plain, normalized, n)
    best_plain, best_normalized = np.max(list(recurrent.values()), axis=0)
    conditions = []
    if helps and not worse:
        conditions.append("the second half is meant: the convolutional classifier does not do clearly worse with LN")
    if worse and not helps:
        conditions.append("the first half is meant: the recurrent network does not do clearly better with LN")
    if helps and not clearly_below(best_plain, best_normalized, n):
        conditions.append(
            "the learning rate is not tuned for each network: LN widens the range of rates that work, and at its own "
            f"best rate the network without LN reaches {best_plain:.1%}, with LN {best_normalized:.1%}"
        )
    return check_the_note(
        "3.12",
        "LN (층 정규화) normalizes across the neurons of one layer; in CNNs that classify it is worse than BN, in RNNs "
        "it works well.",
        helps or worse,
        f"accuracy of the convolutional classifier: {classifier['layer']:.1%} with LN, {classifier['batch']:.1%} with "
        f"BN. Of the recurrent network, mean over {len(recurrent)} learning rates: {normalized:.1%} with LN, "
        f"{plain:.1%} without. {_CHANCE}",
        "; ".join(conditions) or None,
    )


def instance_contrast(change, by_contrast, as_class, style, n):
    """3.13: IN serves style transfer, is unaffected by contrast and suits recognition without it; not always better.

    Args:
        change: (contrast, relative change of IN's output) at the lowest contrast that was tried.
        by_contrast: dict from "instance" and "batch" to accuracies on digits, from full to lowest contrast.
        as_class: dict from the same members to the accuracy where the contrast is the class.
        style: dict from the same members to the errors of the translated drawings, in the same order.
        n: test images.
    """
    first, last = ({member: values[k] for member, values in by_contrast.items()} for k in (0, -1))
    conditions = []
    if change[1] > VISIBLE:
        conditions.append(
            f"the variance stays far above epsilon: at contrast {change[0]:g} the output changed by {change[1]:.0%}"
        )
    if clearly_below(as_class["instance"], as_class["batch"], n):
        conditions.append(
            f"the contrast carries no information: where it is the class, IN gets {as_class['instance']:.1%} right and "
            f"BN {as_class['batch']:.1%}"
        )
    return check_the_note(
        "3.13",
        "IN (인스턴스 정규화) takes one image and one channel at a time, for style transfer (스타일 변환) and for "
        "classification in which the contrast (명암) of the input must not matter; it is not always better.",
        not clearly_below(last["instance"], first["instance"], n)
        and bool(np.mean(style["instance"]) < np.mean(style["batch"])),
        "accuracy on digits from full to lowest contrast: "
        + ", ".join(f"{member} {first[member]:.1%} to {last[member]:.1%}" for member in by_contrast)
        + "; error of translated drawings: "
        + ", ".join(f"{member} {errors[0]:.3f} to {errors[-1]:.3f}" for member, errors in style.items())
        + ".",
        "; ".join(conditions) or None,
    )


def instance_weights(without, with_both, channels):
    """3.14: IN has no scale or shift, so no weights.

    Args:
        without, with_both, channels: the layer's weights without and with scale and shift, for that many channels.
    """
    condition = None
    if with_both > 0:
        condition = (
            f"one leaves them out, as CycleGAN does. Scale and shift are a choice: with both it has {with_both} "
            f"weights for {channels} channels, and they learn as BN's do."
        )
    return check_the_note(
        "3.14",
        "IN has no parameters for scale and shift (gamma, beta), so it has no weights.",
        without == 0,
        f"weights of the layer for {channels} channels: {without} without scale and shift, {with_both} with both.",
        condition,
    )


def no_moving_averages(instance, batch):
    """3.15: IN needs no moving averages, unlike BN.

    Args:
        instance, batch: for IN and BN, (numbers kept that no gradient changes, largest difference between the output
            in training and in inference).
    """
    return check_the_note(
        "3.15",
        "Unlike BN, IN needs no moving averages (이동 평균).",
        instance == (0, 0) and batch[0] > 0 and batch[1] > SAME,
        f"numbers kept for inference: {instance[0]} by IN, {batch[0]} by BN. Largest difference between training and "
        f"inference: {instance[1]:.2g} with IN, {batch[1]:.2g} with BN.",
    )


def group_ends(one_group, all_groups):
    """3.16: one group is IN, a group for each channel is what GN means.

    Args:
        one_group, all_groups: with 1 group and with one a channel, the largest differences to "layer" and "instance".
    """

    def equal_to(differences):
        equal = [member for member, value in differences.items() if value <= SAME]
        return f"equals {' and '.join(equal)} normalization" if equal else "equals neither"

    return check_the_note(
        "3.16",
        "IN makes the channels one group; GN makes each channel a group.",
        one_group["instance"] <= SAME and all_groups["instance"] > SAME,
        f"GN with 1 group {equal_to(one_group)} (largest differences: layer {one_group['layer']:.1g}, instance "
        f"{one_group['instance']:.1g}); GN with a group for each channel {equal_to(all_groups)} (layer "
        f"{all_groups['layer']:.1g}, instance {all_groups['instance']:.1g}).",
    )


def group_batches(accuracies, argument, groups, channels, n):
    """3.17: GN makes groups of N channels; it is good for tiny batches and better than BN there.

    Args:
        accuracies: dict from batch size to (accuracy with BN, with GN).
        argument, groups: what `groups=` was set to in a layer, and how many means that layer took of one image.
        channels: of the layer's input.
        n: test images.
    """
    ahead = [size for size, (bn, gn) in accuracies.items() if clearly_below(bn, gn, n)]
    conditions = []
    if len(ahead) < len(accuracies):
        sizes = " and ".join(map(str, ahead))
        conditions.append(f"tiny means what it meant here: GN was clearly ahead with batches of {sizes} only")
    if argument == groups != channels // groups:
        conditions.append(
            f"N counts the groups, as libraries do: groups={argument} made {groups} groups of {channels // groups} of "
            f"the {channels} channels"
        )
    return check_the_note(
        "3.17",
        "GN (그룹 정규화) makes groups of N channels; with tiny batches it works well, better than BN.",
        min(accuracies) in ahead,
        "accuracy with BN and with GN: "
        + ", ".join(f"batch {size}: {bn:.1%} and {gn:.1%}" for size, (bn, gn) in accuracies.items())
        + ".",
        "; ".join(conditions) or None,
    )


def weight_norm(start, by_mates):
    """3.18: WN normalizes the weights, not the mini-batch.

    Args:
        start: (largest absolute mean, largest distance of a deviation from 1) of the channels after the start.
        by_mates: dict from "weight" and "batch" to the change of an image's output with other images beside it.
    """
    return check_the_note(
        "3.18",
        "WN (가중치 정규화) normalizes the weights of the layer, not the mini-batch.",
        by_mates["weight"] <= SAME < by_mates["batch"],
        f"with other images beside it, an image's output changes by {by_mates['weight']:.1g} with WN and by "
        f"{by_mates['batch']:.1g} with BN. After the start from one batch, that batch's channels have means within "
        f"{start[0]:.1g} of 0 and standard deviations within {start[1]:.1g} of 1.",
    )


def recognition(by_mates, accuracies, n):
    """3.19: LN and IN do not depend on the batch, and do badly at visual recognition.

    Args:
        by_mates: dict from "layer" and "instance" to the change of an image's output with other images beside it.
        accuracies: dict from "batch", "layer" and "instance" to the trained classifier's accuracy.
        n: test images.
    """
    members = ("layer", "instance")
    others = [member for member in members if not clearly_below(accuracies[member], accuracies["batch"], n)]
    condition = None
    if others:
        names = f"{others[0]} was not" if len(others) == 1 else "neither layer nor instance was"
        condition = f"badly is a matter of the task: on this small one {names} clearly below BN"
    return check_the_note(
        "3.19",
        "LN and IN do not depend on the batch size, but do badly at visual recognition (시각 인식).",
        all(by_mates[member] <= SAME for member in members),
        f"with other images beside it, an image's output changes by {by_mates['layer']:.1g} (LN) and "
        f"{by_mates['instance']:.1g} (IN). Accuracy on digits: "
        + ", ".join(f"{member} {accuracies[member]:.1%}" for member in ("batch", *members))
        + f". {_CHANCE}",
        condition,
    )


def side_by_side(touched, shape, groups):
    """3.20: the four ways, and which cells each of them normalizes together.

    Args:
        touched: dict from a member to the number of cells of its output that move when one cell of x changes.
        shape: of x, (N, H, W, C).
        groups: of group normalization.
    """

    def listed(counts):
        return ", ".join(f"{member} {cells}" for member, cells in counts.items())

    n, h, w, c = shape
    expected = {"batch": n * h * w, "layer": h * w * c, "instance": h * w, "group": h * w * c // groups}
    return check_the_note(
        "3.20",
        "Four ways: batch normalizes a channel over the batch, layer a whole image with all its channels, instance one "
        "channel of one image, group a group of channels of one image.",
        dict(touched) == expected,
        f"one cell of a tensor {tuple(shape)} was changed. Cells of the output that moved: {listed(touched)}; by the "
        f"statement: {listed(expected)}.",
    )
