"""Checks of arguments, shared by the whole package: one sentence that names the argument and what was received."""

import difflib
import math
import numbers
import operator
import os
from pathlib import Path

import numpy as np

SHOWN = 80  # characters of a received value that a sentence shows
FAR = 20.0  # float images lie in [-1, 1]; beyond this they were certainly meant for another scale
MOST_CELLS = 10**8  # numbers in an array that a function makes: 0.8 GB of float64
LONGEST_PATH = 4096  # characters; Linux takes no more


def shown(value):
    """A received value as a sentence can show it: one line, however long or odd it is."""
    try:
        if getattr(value, "shape", None):
            return f"an array of shape {tuple(value.shape)}, {getattr(value.dtype, 'name', value.dtype)}"
        text = " ".join(repr(value).split())
    except Exception:  # an int of more than 4300 digits has no text, and a foreign object may do anything
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 4]} ..."


def whole_number(name, value, at_least=1, at_most=None):
    """Return `value` as an int; NumPy's integers are taken, True and 3.0 are not.

    Raises:
        ValueError: unless `value` is a whole number from `at_least` to `at_most` (None: without an upper limit).
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except (TypeError, AttributeError):  # the latter from TensorFlow's tensors of floats
        number = None
    if number is None or number < at_least or (at_most is not None and number > at_most):
        limits = f"of at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"
        raise ValueError(f"{name} must be a whole number {limits}. Received: {name}={shown(value)}")
    return number


def modest_number(name, value, at_most, at_least=1):
    """`whole_number` with a limit that nobody means to reach: beyond it memory, or patience, would end first."""
    return whole_number(name, whole_number(name, value, at_least), at_least, at_most)


def real_number(name, value, at_least=0.0, at_most=float("inf"), above=float("-inf")):
    """Return `value` as an int or a float; NumPy's numbers are taken.

    Raises:
        ValueError: unless `value` is a finite number from `at_least` to `at_most`, and more than `above`.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    try:
        is_number = is_number and math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        is_number = False
    if not (is_number and at_least <= value <= at_most and value > above):
        lower = f"above {above:g}" if above >= at_least else f"from {at_least:g}"
        lower = "" if math.isinf(max(above, at_least)) else lower
        upper = f"to {at_most:g}" if at_most < float("inf") else "on" if lower.startswith("from") else ""
        limits = " ".join(filter(None, ("a number", lower, upper)))
        raise ValueError(f"{name} must be {limits}. Received: {name}={shown(value)}")
    return value if isinstance(value, int) else float(value)


def true_or_false(name, value):
    """Return `value` as a bool.

    Raises:
        ValueError: it is neither True nor False. 1, 0 and "yes" are not.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False. Received: {name}={shown(value)}")
    return bool(value)


def one_of(name, value, choices):
    """Return `value`.

    Raises:
        ValueError: unless it is one of the strings `choices`; the sentence names the nearest of them.
    """
    choices = list(choices)
    if isinstance(value, str) and value in choices:
        return value
    near = difflib.get_close_matches(value, choices, n=1) if isinstance(value, str) and len(value) <= SHOWN else []
    hint = f". Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{name} must be one of {', '.join(choices)}. Received: {name}={shown(value)}{hint}")


def path_of(name, value):
    """Return `value`, a string or a path, as a `pathlib.Path`; ~ is the user's folder.

    Raises:
        ValueError: it is empty, no path at all, or begins with the ~ of a user whom nobody knows.
    """
    try:
        text = os.fspath(value)
        if isinstance(text, str) and text.strip() and "\0" not in text and len(text) <= LONGEST_PATH:
            return Path(text).expanduser()
    except (TypeError, RuntimeError):
        pass
    raise ValueError(f"{name} must be a path. Received: {name}={shown(value)}")


def number_array(name, value, n_axes=None, finite=True, empty=False):
    """Return `value` as an array of numbers.

    Args:
        n_axes: how many axes it must have; None for any.
        finite: False admits nan and infinite values.
        empty: True admits an array without a number in it.

    Raises:
        ValueError: it holds something else, or nothing.
    """
    try:
        array = np.asarray(value)
    except Exception:  # rows of unequal length, a tensor that is no array yet, an object that fails
        array = np.empty((), object)
    if array.dtype.kind not in "biuf" or not (array.size or empty) or (n_axes is not None and array.ndim != n_axes):
        axes = "" if n_axes is None else f" with {n_axes} {'axis' if n_axes == 1 else 'axes'}"
        given = f"an array of shape {array.shape}, {array.dtype}" if array.shape else shown(value)
        raise ValueError(f"{name} must be an array of numbers{axes}. Received: {name}={given}")
    if finite and array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(
            f"{name} must hold finite numbers. Received: {name} of shape {array.shape} with nan or infinite values"
        )
    return array


def image_values(name, images):
    """Return images, or one, or a row of them, as an array; any shape.

    Raises:
        ValueError: they are neither uint8 nor finite numbers that can be meant for [-1, 1].
    """
    array = number_array(name, images, empty=True)
    if array.size and array.dtype != np.uint8 and (largest := np.abs(array).max()) > FAR:
        raise ValueError(
            f"{name} must be uint8, or float in [-1, 1]: divide by 127.5 and subtract 1. "
            f"Received: {array.dtype} up to {largest:g}"
        )
    return array


def image_batch(name, images, channels=None, at_least=1, kind=None):
    """Return images as an array (N, H, W, C).

    Args:
        channels: C; None for any number.
        at_least: the smallest N.
        kind: "uint8" or "float"; None for both.

    Raises:
        ValueError: another shape, or values as `image_values` refuses them.
    """
    array = image_values(name, images)
    fits = array.ndim == 4 and 0 not in array.shape and len(array) >= at_least
    if not fits or (channels is not None and array.shape[-1] != channels):
        wanted = f"(N, H, W, {'C' if channels is None else channels}), N of {at_least} or more"
        given = f"shape {array.shape}" if array.ndim else f"{name}={shown(images)}"
        raise ValueError(f"{name} must be of shape {wanted}. Received: {given}")
    if kind and not array.dtype.name.startswith(kind):
        wanted = "uint8, 0 to 255" if kind == "uint8" else "float in [-1, 1]: divide by 127.5 and subtract 1"
        raise ValueError(f"{name} must be {wanted}. Received: {name} of {array.dtype}, shape {array.shape}")
    return array


def array_size(shape, /, **received):
    """Raise ValueError where an array of this shape, which the arguments `received` ask for, would fill the memory."""
    if math.prod(shape) > MOST_CELLS:
        given = ", ".join(f"{name}={shown(value)}" for name, value in received.items())
        raise ValueError(
            f"{' and '.join(received)} must be smaller: no more than {MOST_CELLS:,} numbers are made at once. "
            f"Received: {given}"
        )
