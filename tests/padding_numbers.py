"""The numbers of the padding view, read from its text and computed anew, for the box and for the page."""

import re

import numpy as np

from studylib.padding import NUMPY_MODES

TABLE = np.add.outer(10 * np.arange(10.0), np.arange(10.0))[..., None]


def numbers(text):
    """(image, padded, convolved, touched, all, {mode: error}) from the text below the picture."""
    shapes = [tuple(map(int, found)) for found in re.findall(r"(\d+) x (\d+) x (\d+)", text)]
    touched = tuple(map(int, re.search(r"(\d+) of (\d+) pixels reach", text).groups()))
    errors = {mode: float(re.search(rf"{mode} ([\d.]+\d)", text)[1]) for mode in NUMPY_MODES}
    return *shapes, *touched, errors


def expected(scene, margin, mode, width, kernel):
    """The same numbers, window by window, and the mode that stands out."""
    k, unit = len(kernel), 1 if scene.shape[-1] == 1 else 127.5
    image = scene[margin:-margin, margin:-margin]
    sides = ((width, width), (width, width), (0, 0))
    true = scene[margin - width : len(scene) - margin + width, margin - width : len(scene) - margin + width]
    known = np.pad(np.ones(image.shape[:2]), width)
    errors = {}
    for name, numpy_mode in NUMPY_MODES.items():
        padded = np.pad(image, sides, mode=numpy_mode)
        n = len(padded) - k + 1
        differences = []
        for y in range(n):
            for x in range(n):
                if known[y : y + k, x : x + k].all():
                    continue
                window = (padded - true)[y : y + k, x : x + k] * kernel[..., None]
                differences.append(np.abs(window.sum(axis=(0, 1))).mean())
        errors[name] = unit * np.mean(differences) if differences else 0
    channels = image.shape[-1]
    return image.shape, padded.shape, (n, n, channels), len(differences), n * n, errors, mode


def blur(k):
    return np.full((k, k), 1 / k**2)


def edges(k):
    kernel = -blur(k)
    kernel[k // 2, k // 2] += 1
    return kernel


def agree(text, bold, values):
    """Assert that the text shows the values, and that `bold` is the mode that stands out in it."""
    *shapes, errors, mode = values
    *shown, shown_errors = numbers(text)
    assert shown == shapes and bold == mode
    # A decimal is shown; float32 may round the other way.
    assert all(abs(shown_errors[name] - error) < 0.051 for name, error in errors.items()), (shown_errors, errors)
