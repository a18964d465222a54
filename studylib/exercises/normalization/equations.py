"""Exercises on the equation and on groups."""

import numpy as np

from studylib.exercises import Exercise


def normal(shape, seed=0):
    """Feature maps whose channels differ in mean and in scale."""
    channels = np.arange(1, shape[-1] + 1)
    return np.random.default_rng(seed).normal(channels, channels, shape)


def normalized(x, axes, epsilon=1e-5):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def statistics(y):
    """Mean and variance as they stand in a sentence."""
    return f"mean {float(y.mean()):.2f} and variance {float(y.var()):.2f}"


def check_instance(instance_norm):
    """Check the equation on one row of pixels, then on several images and channels, then epsilon."""
    row = np.array([1.0, 3.0]).reshape(1, 1, 2, 1)
    for x in (row, normal((1, 2, 2, 3)), normal((2, 3, 3, 2))):
        case = "the pixels [1, 3] of one image with one channel" if x is row else f"x of shape {x.shape}"
        y, expected = np.asarray(instance_norm(x, 1e-5)), normalized(x, (1, 2))
        if y.shape != x.shape:
            return f"{case}: the result must have the shape of x. Received: shape {y.shape}."
        if x is row and not np.allclose(y, expected, atol=1e-3):
            return f"{case}: they must become [-1, 1], and they become {np.round(y.ravel(), 3).tolist()}."
        if not np.allclose(y, expected, atol=1e-3):
            n, c = np.argwhere(np.abs(y - expected).max((1, 2)) > 1e-3)[0]
            return (
                f"{case}: image {n}, channel {c} must come out with mean 0 and variance 1, and has "
                f"{statistics(y[n, :, :, c])}."
            )
    y = np.asarray(instance_norm(row, 3.0))
    if not np.allclose(y, [[[[-0.5], [0.5]]]]):
        return (
            "the pixels [1, 3] have variance 1, so that with epsilon=3 they are divided by sqrt(1 + 3) and become "
            f"[-0.5, 0.5]. Received: {np.round(y.ravel(), 3).tolist()}."
        )
    return None


INSTANCE = Exercise(
    name="normalization.1",
    prompt=(
        "Write instance normalization from its equation, y = (x - mean) / sqrt(variance + epsilon), with NumPy: "
        "`instance_norm(x, epsilon)` takes an array (N, H, W, C) and gives every channel of every image mean 0 and "
        "variance 1. The variance divides by the number of pixels."
    ),
    starter="""
def instance_norm(x, epsilon):
    mean = ...
    variance = ...
    return ...
""",
    answer="instance_norm",
    check=check_instance,
    hints=(
        "Which axes does a mean go over that is to be one for every image and every channel?",
        "keepdims=True leaves axes of length 1 behind, so that mean and variance fit x again.",
    ),
    solution="""
import numpy as np


def instance_norm(x, epsilon):
    mean = np.mean(x, axis=(1, 2), keepdims=True)  # (N, 1, 1, C)
    variance = np.var(x, axis=(1, 2), keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)
""",
    mistakes=(
        # Batch normalization.
        """
def instance_norm(x, epsilon):
    return (x - x.mean((0, 1, 2))) / (x.var((0, 1, 2)) + epsilon) ** 0.5
""",
        # The axes of (N, C, H, W).
        """
def instance_norm(x, epsilon):
    return (x - x.mean((2, 3), keepdims=True)) / (x.var((2, 3), keepdims=True) + epsilon) ** 0.5
""",
        # Divided by the variance instead of its root.
        """
def instance_norm(x, epsilon):
    return (x - x.mean((1, 2), keepdims=True)) / (x.var((1, 2), keepdims=True) + epsilon)
""",
        # The unbiased variance.
        """
def instance_norm(x, epsilon):
    return (x - x.mean((1, 2), keepdims=True)) / (x.var((1, 2), keepdims=True, ddof=1) + epsilon) ** 0.5
""",
        # Epsilon beside the root.
        """
def instance_norm(x, epsilon):
    return (x - x.mean((1, 2), keepdims=True)) / (x.std((1, 2), keepdims=True) + epsilon)
""",
        # No keepdims: (N, H, W, C) - (N, C) fits where it should not, or not at all.
        """
def instance_norm(x, epsilon):
    return (x - x.mean((1, 2))) / (x.var((1, 2)) + epsilon) ** 0.5
""",
    ),
)


def check_groups(groups_for):
    """Check the numbers of groups by what group normalization does with them."""
    from studylib.normalization import group_normalization

    for channels in (2, 6, 16):
        x = normal((2, 3, 3, channels))
        pairs = normalized(x.reshape(2, 3, 3, channels // 2, 2), (1, 2, 4)).reshape(x.shape)
        targets = {
            "layer": (normalized(x, (1, 2, 3)), "one mean an image"),
            "instance": (normalized(x, (1, 2)), "one mean an image and channel"),
            "pairs": (pairs, "one mean an image and pair of channels"),
        }
        for kind, (expected, meaning) in targets.items():
            groups = groups_for(kind, channels)
            y = np.asarray(group_normalization(x, groups))
            if not np.allclose(y, expected, atol=1e-3):
                return (
                    f"{kind!r} of {channels} channels is {meaning}, {round(expected[0, 0, 0, 0], 2)} at the first "
                    f"cell, and groups={groups} gives {round(float(y[0, 0, 0, 0]), 2)} there: that many groups have "
                    f"channels / groups = {channels // groups} in each."
                )
    return None


GROUPS = Exercise(
    name="normalization.2",
    prompt=(
        "The note has it that instance normalization makes the channels one group and group normalization makes each "
        "channel a group. Write `groups_for(kind, channels)`: the number that keras.layers.GroupNormalization(groups) "
        'needs to be "layer" normalization over (H, W, C), to be "instance" normalization, and to let every two '
        'neighbouring channels share a mean ("pairs").'
    ),
    starter="""
def groups_for(kind, channels):
    if kind == "layer":
        return ...
    if kind == "instance":
        return ...
    return ...  # "pairs"
""",
    answer="groups_for",
    check=check_groups,
    hints=(
        "groups counts groups, not the channels in one of them.",
        "plots.normalization_cubes(('layer', 'instance', 'group')): into how many blocks is one image cut?",
    ),
    solution="""
def groups_for(kind, channels):
    return {"layer": 1, "instance": channels, "pairs": channels // 2}[kind]
""",
    mistakes=(
        # As in the note.
        """
def groups_for(kind, channels):
    return {"layer": channels, "instance": 1, "pairs": channels // 2}[kind]
""",
        # Channels in a group instead of groups.
        """
def groups_for(kind, channels):
    return {"layer": 1, "instance": channels, "pairs": 2}[kind]
""",
    ),
)
