"""What users really hand to a function by mistake, by the kind of its argument: values that must be refused."""

import numpy as np

NAN, INFINITE = float("nan"), float("inf")
LARGE, HUGE, ENDLESS = 10**9, 10**30, 10**5000  # ENDLESS has more digits than Python writes out


def whole(least=1, most=True, none=False):
    """For a whole number of at least `least`; with `most` False too large a number is no mistake.

    Args:
        none: None is no mistake.
    """
    values = [least - 1, -7, 2.5, NAN, INFINITE, "3", "", True, [3], (1, 2), 1j, np.array([1, 2]), np.float32(2), {}]
    return values + [HUGE, ENDLESS] * most + [None] * (not none)


def real(*more, none=False):
    """For a finite number; `more` are those beyond its limits."""
    values = [NAN, INFINITE, -INFINITE, "0.1", True, 1j, [0.1], np.array([0.1]), 10**400, ENDLESS, {}]
    return [*values, *more] + [None] * (not none)


def names(*more):
    """For one of a few words."""
    odd = ["", "lin2color", None, 3, True, b"lsgan", ["lsgan"], {"a": 1}, "x" * 100_000, "a\0b", "a\nb", "../../etc/x"]
    return [*odd, "네모", NAN, ENDLESS, *more]


def flags():
    return ["yes", "False", None, 1, 0, [], 0.0, NAN]


def paths(folder=True, missing=True):
    """For a path. `folder` and `missing`: a folder, and a path where nothing is, are mistakes, too."""
    odd = [None, 3, True, "", "   ", "a\0b", b"cat.png", ["cat.png"], "x" * 100_000, "~nobody-has-this-name/x", NAN, {}]
    return odd + ["."] * folder + ["no/such/file.png"] * missing


def shapes(height=64):
    """For (height, width, channels)."""
    odd = [None, 3, "", "64x64", (), (height,), (height, height), (height, height, 3, 1), {}, [[height, height, 3]]]
    odd += [(size, height, 3) for size in (0, -height, height + 0.5, "64", NAN, True, HUGE, ENDLESS)]
    return odd + [(height, height, channels) for channels in (None, 0, -1, "3", HUGE)]


def images(n=2, channels=3, shape=True, scale=True, empty=True):
    """For images (N, H, W, C).

    Args:
        n: a number of images that is enough.
        shape, scale, empty: False where another shape, another range of values, or no image is no mistake.
    """
    size = (n, 16, 16, channels)
    holed, endless = np.zeros(size, np.float32), np.zeros(size, np.float32)
    holed[0, 3, 3], endless[-1, 5, 5] = NAN, -INFINITE
    odd = [None, "cat.png", b"\x89PNG", {"a": 1}, object(), [[1, 2], [3]], [None], ENDLESS]
    odd += [holed, endless, np.full(size, NAN), np.zeros(size, complex), np.full(size, "x"), np.full(size, None)]
    if shape:
        odd += [7, 0.5, np.zeros((16, 16), np.uint8), np.zeros(size[:3], np.uint8), np.zeros((1, *size), np.uint8)]
        odd += [np.zeros((16 * 16 * 3,))]
    if scale:
        odd += [np.full(size, 255.0), np.full(size, 200, np.int64)]
    return odd + [[], np.zeros((0, *size[1:]), np.uint8), np.zeros((n, 0, 0, channels))] * empty


def numbers(shape=(4,), finite=True):
    """For an array of numbers."""
    odd = [None, "abc", b"abc", {"a": 1}, object(), [[1, 2], [3]], [None], []]
    odd += [np.full(shape, "x"), np.full(shape, None)]
    return odd + [np.full(shape, NAN), np.full(shape, INFINITE)] * finite + [np.zeros(shape, complex)]
