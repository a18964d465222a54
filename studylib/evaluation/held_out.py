"""How good a translation is, where the truth is known: held-out pairs that no model was trained on."""

import numpy as np
import tensorflow as tf

from studylib.evaluation.measures import grey_level_error

LUMINANCE = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


def maximum_filter(images):
    """The brightest of the 3 x 3 neighbours, channel by channel: removes dark lines up to two pixels wide.

    Args:
        images: uint8, (N, H, W, C).
    """
    return tf.nn.max_pool2d(tf.cast(images, tf.float32), 3, strides=1, padding="SAME").numpy().astype(np.uint8)


def luminance_ramp(images, black, white):
    """Grey by luminance, stretched so that `black` and all darker becomes 0, `white` and all brighter 255.

    Args:
        images: uint8, (N, H, W, 3).
        black, white: grey levels, black < white.
    """
    stretched = (images @ LUMINANCE - black) / (white - black)
    return np.repeat(np.rint(255 * np.clip(stretched, 0, 1))[..., None], 3, axis=-1).astype(np.uint8)


def hand_made_filters(inputs, truth):
    """What a few lines without learning reach: a dict from the filter's name to its error in grey levels.

    The ramp takes the best of 30 settings on these very images, an advantage that the trained model does not have.
    """
    ramps = [(black, white) for black in range(0, 160, 32) for white in range(black + 32, 257, 32)]
    return {
        "3x3 maximum filter": grey_level_error(maximum_filter(inputs), truth),
        "best luminance ramp": min(grey_level_error(luminance_ramp(inputs, *ramp), truth) for ramp in ramps),
    }


def translate(generator, images, batch_size=16):
    """Translate uint8 images (N, H, W, C) with a generator that works on [-1, 1]; return uint8."""
    # Not `predict`: it would hold one more compiled graph for every generator that is looked at.
    batches = [generator(images[i : i + batch_size] / np.float32(127.5) - 1) for i in range(0, len(images), batch_size)]
    return np.clip(np.rint((np.concatenate(batches) + 1) * 127.5), 0, 255).astype(np.uint8)


def held_out_errors(model, task):
    """Errors on the held-out pairs in both directions, beside what needs no learning.

    Args:
        model: with generators `g_AB` and `g_BA`, such as CycleGAN.
        task: an aligned `studylib.data.Task`.

    Returns:
        {"A to B": {method: error in grey levels, ...}, "B to A": {...}}; the methods are "doing nothing",
        "constant white", the `hand_made_filters` and "trained model".

    Raises:
        ValueError: the task has no held-out pairs.
    """
    if not task.aligned:
        raise ValueError(f"An error needs a truth, and the test images of {task.name!r} are no pairs.")
    errors = {}
    for direction, generator, inputs, truth in (
        ("A to B", model.g_AB, task.test_a, task.test_b),
        ("B to A", model.g_BA, task.test_b, task.test_a),
    ):
        errors[direction] = {
            "doing nothing": grey_level_error(inputs, truth),
            "constant white": grey_level_error(np.full_like(truth, 255), truth),
            **hand_made_filters(inputs, truth),
            "trained model": grey_level_error(translate(generator, inputs), truth),
        }
    return errors


def as_markdown(errors, label_a, label_b):
    """The errors of `held_out_errors` as a Markdown table, each beside its share of the error of doing nothing."""
    titles = {"A to B": f"{label_a} to {label_b}", "B to A": f"{label_b} to {label_a}"}
    lines = ["| | " + " | ".join(titles[direction] for direction in errors) + " |", "|:--" + "|--:" * len(errors) + "|"]
    for method in next(iter(errors.values())):
        cells = (f"{e[method]:.1f} ({e[method] / e['doing nothing'] - 1:+.0%})" for e in errors.values())
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
