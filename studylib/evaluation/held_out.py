"""How good a translation is, where the truth is known: held-out pairs that no model was trained on."""

import numpy as np

from studylib.arguments import image_batch, modest_number
from studylib.evaluation.encoder import LARGEST_BATCH
from studylib.evaluation.filters import hand_made_filters
from studylib.evaluation.measures import grey_level_error


def translate(generator, images, batch_size=16):
    """Translate uint8 images (N, H, W, C) with a generator that works on [-1, 1]; return uint8.

    Raises:
        ValueError: images of another kind, or with other channels than the generator takes.
    """
    images = image_batch("images", images)
    modest_number("batch_size", batch_size, LARGEST_BATCH)
    channels = (getattr(generator, "input_shape", None) or images.shape)[-1]
    if images.dtype != np.uint8 or images.shape[-1] != channels:
        raise ValueError(
            f"images must be uint8 of shape (N, H, W, {channels}). Received: {images.dtype} of shape {images.shape}"
        )
    # Not `predict`: it would hold one more compiled graph for every generator that is looked at.
    batches = [generator(images[i : i + batch_size] / np.float32(127.5) - 1) for i in range(0, len(images), batch_size)]
    return np.clip(np.rint((np.concatenate(batches) + 1) * 127.5), 0, 255).astype(np.uint8)


def cycle_errors(model, task):
    """How far the held-out pictures are from themselves after the way there and back.

    The picture in between is one of 8 bits a channel, as it would be in a file. A generator that hides its input in
    faint patterns of the fake is caught by this more often than by the cycle loss of the training, which hands over
    unrounded numbers.

    Args:
        model: with generators `g_AB` and `g_BA`.
        task: a `studylib.data.Task`.

    Returns:
        {"A to B": error of A to B to A, "B to A": error of B to A to B}, in grey levels.
    """
    there = (model.g_AB, model.g_BA)
    return {
        "A to B": _round_trip_error(*there, task.test_a),
        "B to A": _round_trip_error(*there[::-1], task.test_b),
    }


def _round_trip_error(there, back, images):
    return grey_level_error(translate(back, translate(there, images)), images)


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
            **{name: grey_level_error(images, truth) for name, images in hand_made_filters(inputs, truth).items()},
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
