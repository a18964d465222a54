"""Exercises made from real mistakes: a layer under the wrong name, and inference that looks at its batch."""

import numpy as np

from studylib.exercises import Exercise
from studylib.exercises.normalization.equations import normal, normalized, statistics


def check_repaired(repaired):
    """Check that neither another channel, nor another image, nor contrast reaches an output."""
    x = normal((2, 4, 4, 3)).astype("float32")
    y = np.asarray(repaired(x))
    if y.shape != x.shape:
        return f"x of shape {x.shape} must keep its shape. Received: shape {y.shape}."
    for what, cell, watched in (
        ("channel 0 of an image doubled in contrast", np.s_[0, :, :, 0], np.s_[0, :, :, 1]),
        ("image 1 of the batch replaced by its negative", np.s_[1], np.s_[0]),
    ):
        changed = x.copy()
        changed[cell] *= 2 if "doubled" in what else -1
        moved = float(np.abs(np.asarray(repaired(changed))[watched] - y[watched]).max())
        if moved > 1e-3:
            reached = "channel 1 of it" if "doubled" in what else "image 0"
            return f"with {what}, the output of {reached} changes by up to {moved:.2f}: instance norm would not see it."
    if not np.allclose(y, normalized(x, (1, 2)), atol=2e-3):
        return (
            "image 0, channel 0 must come out with mean 0 and variance 1 over its pixels, and has "
            f"{statistics(y[0, :, :, 0])}."
        )
    return None


REPAIRED = Exercise(
    name="normalization.3",
    prompt=(
        "Find the bug. Public code for CycleGAN calls this layer instance normalization, and nothing complains: it "
        "builds, trains and saves. But double the contrast of channel 0 of one image, and look at channel 1 of the "
        "output: it has changed. Write `repaired(x)`, with a Keras layer, so that a channel is normalized by nothing "
        "but its own pixels."
    ),
    starter="""
def called_instance_norm(x):
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5, scale=False, center=False)(x)


def repaired(x):
    return ...
""",
    answer="repaired",
    check=check_repaired,
    hints=(
        "How many channels share a mean if there is one group?",
        "What does the documentation of keras.layers.GroupNormalization say about groups=-1?",
    ),
    solution="""
import keras


def repaired(x):
    # One group a channel. groups=1 is layer normalization over (H, W, C).
    return keras.layers.GroupNormalization(groups=-1, epsilon=1e-5, scale=False, center=False)(x)
""",
    mistakes=(
        # The bug.
        """
import keras


def repaired(x):
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5, scale=False, center=False)(x)
""",
        # Layer normalization over the channels of a pixel.
        """
import keras


def repaired(x):
    return keras.layers.LayerNormalization(epsilon=1e-5)(x)
""",
        # A channel for itself, and all images together.
        """
import keras


def repaired(x):
    return keras.layers.BatchNormalization(epsilon=1e-5)(x, training=True)
""",
        # Batch normalization that was never trained: nothing is normalized.
        """
import keras


def repaired(x):
    return keras.layers.BatchNormalization(epsilon=1e-5)(x)
""",
    ),
)


def check_batch(batch_norm):
    """Check training, the moving averages after it, and that inference sees neither batch mates nor changes them."""
    x, start = normal((4, 2, 2, 2)), (np.zeros(2), np.ones(2))
    y, state = batch_norm(x, start, True)
    y = np.asarray(y)
    if not np.allclose(y, normalized(x, (0, 1, 2)), atol=1e-3):
        return f"in training channel 0 must have mean 0 and variance 1, and has {statistics(y[..., 0])}."
    expected = (0.1 * x.mean((0, 1, 2)), 0.9 + 0.1 * x.var((0, 1, 2)))
    for name, ours, theirs, of_batch, old in zip(
        ("mean", "variance"), state, expected, (x.mean((0, 1, 2)), x.var((0, 1, 2))), (0, 1), strict=True
    ):
        if not np.allclose(ours, theirs, atol=1e-6):
            return (
                f"after one batch the {name} of channel 0 must be 0.9 * {old} + 0.1 * {of_batch[0]:.3f} = "
                f"{theirs[0]:.3f}. Received: {float(np.ravel(ours)[0]):.3f}."
            )
    trained = (np.array([1.0, 2.0]), np.array([4.0, 9.0]))
    together, after = batch_norm(x, trained, False)
    alone, _ = batch_norm(x[:1], trained, False)
    moved = float(np.abs(np.asarray(together)[:1] - alone).max())
    if moved > 1e-6:
        return f"at inference image 0 alone and image 0 among 4 must be the same, and differ by up to {moved:.2f}."
    if not np.allclose(after, trained):
        return "inference must leave the moving averages as they are, and it changed them."
    if not np.allclose(together, (x - trained[0]) / np.sqrt(trained[1] + 1e-5), atol=1e-6):
        value, answer = (x - trained[0])[0, 0, 0, 0] / 2, float(np.asarray(together)[0, 0, 0, 0])
        return (
            f"at inference, with mean 1 and variance 4, the value {x[0, 0, 0, 0]:.3f} of channel 0 must become "
            f"{value:.3f}. Received: {answer:.3f}."
        )
    return None


BATCH = Exercise(
    name="normalization.4",
    prompt=(
        "The note has it that batch normalization can be used in training only. `stuck` proves it right: at inference "
        "its answer about an image depends on the other images of the batch. Write `batch_norm(x, state, training)` "
        "that returns (y, state), state being (mean, variance), each (C,). In training it uses the batch's own mean "
        "and variance, and the new state is momentum * old + (1 - momentum) * batch for both. At inference it uses "
        "the state instead, and leaves it as it is."
    ),
    starter="""
def stuck(x, state, training, momentum=0.9, epsilon=1e-5):
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return (x - mean) / np.sqrt(variance + epsilon), state


def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    y = ...
    return y, state
""",
    answer="batch_norm",
    check=check_batch,
    hints=(
        "Two cases, if training and else. Which of them may look at x for its mean?",
        "In training: compute mean and variance of x over (N, H, W), use them, and mix them into the state.",
    ),
    solution="""
import numpy as np


def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    if training:
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        state = tuple(momentum * old + (1 - momentum) * new for old, new in zip(state, (mean, variance)))
    else:
        mean, variance = state
    return (x - mean) / np.sqrt(variance + epsilon), state
""",
    mistakes=(
        # Always in training.
        """
def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    batch = x.mean((0, 1, 2)), x.var((0, 1, 2))
    state = tuple(momentum * old + (1 - momentum) * new for old, new in zip(state, batch))
    return (x - batch[0]) / (batch[1] + epsilon) ** 0.5, state
""",
        # The state is never updated.
        """
def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    mean, variance = (x.mean((0, 1, 2)), x.var((0, 1, 2))) if training else state
    return (x - mean) / (variance + epsilon) ** 0.5, state
""",
        # PyTorch's momentum, the share of the new.
        """
def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    mean, variance = (x.mean((0, 1, 2)), x.var((0, 1, 2))) if training else state
    if training:
        state = tuple((1 - momentum) * old + momentum * new for old, new in zip(state, (mean, variance)))
    return (x - mean) / (variance + epsilon) ** 0.5, state
""",
        # The moving averages in training, too.
        """
def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    if training:
        batch = x.mean((0, 1, 2)), x.var((0, 1, 2))
        state = tuple(momentum * old + (1 - momentum) * new for old, new in zip(state, batch))
    mean, variance = state
    return (x - mean) / (variance + epsilon) ** 0.5, state
""",
        # Inference goes on averaging.
        """
def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    batch = x.mean((0, 1, 2)), x.var((0, 1, 2))
    mean, variance = batch if training else state
    state = tuple(momentum * old + (1 - momentum) * new for old, new in zip(state, batch))
    return (x - mean) / (variance + epsilon) ** 0.5, state
""",
        # The standard deviation is averaged.
        """
def batch_norm(x, state, training, momentum=0.9, epsilon=1e-5):
    mean, variance = (x.mean((0, 1, 2)), x.var((0, 1, 2))) if training else state
    if training:
        state = tuple(momentum * old + (1 - momentum) * new for old, new in zip(state, (mean, variance**0.5)))
    return (x - mean) / (variance + epsilon) ** 0.5, state
""",
    ),
)
