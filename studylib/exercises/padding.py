"""Exercises of notebook 02: mirrored indices, the size of an output, and two convolutions with a wrong padding."""

from studylib.exercises import Exercise


def check_reflect(reflect):
    """Check the indices of reflection padding at both ends of short rows."""
    from studylib.padding import source_index

    for size, width in ((2, 1), (4, 1), (4, 3), (6, 2), (1, 0)):
        answer = reflect(size, width)
        if len(answer) != 2:
            return f"reflect(size={size}, width={width}) must return two lists, left and right, and returns {answer}."
        expected = source_index(size, width, width, "reflection").tolist()
        sides = {"left": expected[:width], "right": expected[size + width :]}
        for (side, right), given in zip(sides.items(), answer, strict=True):
            given = [int(index) for index in given]
            if given != right:
                case = f"a row of {size} pixels, numbered from 0, padded by {width}"
                return f"{case}: on the {side} stand the pixels {right}, from left to right, and reflect gives {given}."
    return None


REFLECT = Exercise(
    name="padding.1",
    prompt=(
        "Write `reflect(size, width)`: which pixels of a row of `size` pixels, numbered from 0, stand in the `width` "
        "cells that reflection padding adds on the left and on the right, each list from left to right? A row of 4 "
        "padded by 2 has [2, 1] on its left and [2, 1] on its right."
    ),
    starter="""
def reflect(size, width):
    left, right = ..., ...
    return left, right
""",
    answer="reflect",
    check=check_reflect,
    hints=(
        "The mirror stands on the middle of the outermost pixel: the first cell beyond it shows its neighbour.",
        "On the left, range(width, 0, -1). On the right the last pixel is number size - 1, and counting goes down.",
    ),
    solution="""
def reflect(size, width):
    left = list(range(width, 0, -1))
    right = [size - 2 - i for i in range(width)]
    return left, right
""",
    mistakes=(
        # Symmetric padding: the edge is repeated.
        """
def reflect(size, width):
    return list(range(width - 1, -1, -1)), [size - 1 - i for i in range(width)]
""",
        # The left side in the order away from the image.
        """
def reflect(size, width):
    return list(range(1, width + 1)), [size - 2 - i for i in range(width)]
""",
    ),
)


def check_output_size(output_size):
    """Check the size arithmetic against convolutions that are carried out."""
    import numpy as np

    cases = ((5, 3, 1, 0, 0), (5, 3, 1, 1, 1), (8, 3, 2, 1, 1), (8, 3, 2, 0, 1), (6, 4, 1, 1, 1), (10, 5, 3, 0, 0))
    for size, kernel, stride, before, after in cases:
        windows = np.lib.stride_tricks.sliding_window_view(np.zeros(before + size + after), kernel)[::stride]
        given = output_size(size, kernel, stride, before, after)
        if given != len(windows) or isinstance(given, float):
            case = f"size={size}, kernel={kernel}, stride={stride}, before={before}, after={after}"
            return f"{case}: {len(windows)} windows fit, and output_size gives {given!r}."
    return None


OUTPUT_SIZE = Exercise(
    name="padding.2",
    prompt=(
        "Write `output_size(size, kernel, stride, before, after)`: how many pixels a convolution leaves of a row of "
        "`size` pixels, padded by `before` and `after`, a whole number. (Which padding keeps the size, for stride 1 "
        "and an odd kernel? Why is there no symmetric one for an even kernel?)"
    ),
    starter="""
def output_size(size, kernel, stride, before, after):
    return ...
""",
    answer="output_size",
    check=check_output_size,
    hints=(
        "How many places can the left end of the window take with stride 1? And with stride 2, every other of them?",
        "(before + size + after - kernel) // stride, and one more: the window at the very beginning.",
    ),
    solution="""
def output_size(size, kernel, stride, before, after):
    # The window's left end may stand at 0, stride, 2 * stride ... as long as its right end is inside.
    # With stride 1 the size stays for before + after = kernel - 1: odd for an even kernel, so one side gets more.
    return (before + size + after - kernel) // stride + 1
""",
    mistakes=(
        # A fence has one more post than gaps.
        """
def output_size(size, kernel, stride, before, after):
    return (before + size + after - kernel) // stride
""",
        # True division.
        """
def output_size(size, kernel, stride, before, after):
    return (before + size + after - kernel) / stride + 1
""",
    ),
)


def check_same_size(same_size):
    """Check that reflection and convolution keep the size, for any number of filters, with the right values."""
    import numpy as np

    from studylib.padding import convolve_padded

    random = np.random.default_rng(0)
    for filters, kernel_size, side in ((3, 3, 8), (8, 3, 8), (2, 5, 9), (3, 1, 4), (4, 7, 16)):
        images = random.normal(size=(1, side, side + 1, 3)).astype("float32")
        case = f"images {images.shape}, filters={filters}, kernel_size={kernel_size}"
        output = np.asarray(same_size(images, filters, kernel_size))
        if output.shape != (1, side, side + 1, filters):
            return f"{case}: the output must be {(1, side, side + 1, filters)} and is {output.shape}."
        # The sum of a blurred image's channels: same_size fills its kernels with 1 / kernel_size².
        width = kernel_size // 2
        scene = np.pad(images[0], ((width + 1, width + 1), (width + 1, width + 1), (0, 0)))
        kernel = np.full((kernel_size, kernel_size), 1 / kernel_size**2)
        expected = convolve_padded(scene, width + 1, "reflection", width, kernel).output.sum(axis=-1)
        wrong = np.argwhere(np.abs(output[0, ..., 0] - expected) > 1e-4)
        if len(wrong):
            y, x = wrong[0]
            right = f"where reflection padding gives {expected[y, x]:.3f}"
            return f"{case}: the size is right, and pixel ({y}, {x}) is {output[0, y, x, 0]:.3f} {right}."
    return None


SAME_SIZE = Exercise(
    name="padding.3",
    prompt=(
        "`grows` should keep the size of its images and blur them into `filters` channels. It was written with the "
        "arguments of Conv2D in mind, and its images grow with the number of filters, in mirrored frames. Find the "
        "bug, and write `same_size(images, filters, kernel_size)` that reflects and keeps the size for every odd "
        "kernel_size."
    ),
    starter="""
def grows(images, filters, kernel_size):
    padded = ReflectionPadding2D(filters)(images)
    kernels = keras.initializers.Constant(1 / kernel_size**2)
    return keras.layers.Conv2D(filters, kernel_size, kernel_initializer=kernels)(padded)


def same_size(images, filters, kernel_size):
    return ...
""",
    answer="same_size",
    check=check_same_size,
    hints=(
        "What does the argument of ReflectionPadding2D count, and what was it given?",
        "An odd kernel takes kernel_size - 1 pixels from height and width: half of that on each side.",
    ),
    solution="""
import keras
from studylib.padding import ReflectionPadding2D


def same_size(images, filters, kernel_size):
    padded = ReflectionPadding2D(kernel_size // 2)(images)  # pixels of height and width; channels are never padded
    kernels = keras.initializers.Constant(1 / kernel_size**2)
    return keras.layers.Conv2D(filters, kernel_size, kernel_initializer=kernels)(padded)
""",
    mistakes=(
        # The bug of the prompt: the number of channels.
        """
import keras
from studylib.padding import ReflectionPadding2D


def same_size(images, filters, kernel_size):
    padded = ReflectionPadding2D(filters)(images)
    kernels = keras.initializers.Constant(1 / kernel_size**2)
    return keras.layers.Conv2D(filters, kernel_size, kernel_initializer=kernels)(padded)
""",
        # The size is right, and the border is zeros.
        """
import keras


def same_size(images, filters, kernel_size):
    kernels = keras.initializers.Constant(1 / kernel_size**2)
    return keras.layers.Conv2D(filters, kernel_size, padding="same", kernel_initializer=kernels)(images)
""",
        # Every axis is padded: batch and channels, too.
        """
import keras
import numpy as np


def same_size(images, filters, kernel_size):
    padded = np.pad(images, kernel_size // 2, mode="symmetric")
    kernels = keras.initializers.Constant(1 / kernel_size**2)
    return keras.layers.Conv2D(filters, kernel_size, kernel_initializer=kernels)(padded)
""",
        # Right for 3 x 3 only.
        """
import keras
from studylib.padding import ReflectionPadding2D


def same_size(images, filters, kernel_size):
    padded = ReflectionPadding2D(1)(images)
    kernels = keras.initializers.Constant(1 / kernel_size**2)
    return keras.layers.Conv2D(filters, kernel_size, kernel_initializer=kernels)(padded)
""",
    ),
)


def check_halved(halved):
    """Check against windows cut out by hand that the padding lies on both sides, as with padding=1 in PyTorch."""
    import numpy as np

    for height, width in ((4, 4), (8, 8), (7, 7), (8, 6)):
        image = np.random.default_rng(0).integers(0, 10, (height, width)).astype("float32")
        case = f"an image of {height} x {width}"
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, 1), (3, 3))[::2, ::2]
        expected = windows.mean(axis=(2, 3))
        output = np.asarray(halved(image[None, ..., None]))
        if output.shape != (1, *expected.shape, 1):
            return f"{case}: the output must be {(1, *expected.shape, 1)} and is {output.shape}."
        wrong = np.argwhere(np.abs(output[0, ..., 0] - expected) > 1e-4)
        if len(wrong):
            y, x = wrong[0]
            return (
                f"{case}: output pixel ({y}, {x}) must be the mean of the window around pixel ({2 * y}, {2 * x}), "
                f"{expected[y, x]:.3f}, and is {output[0, y, x, 0]:.3f}."
            )
    return None


HALVED = Exercise(
    name="padding.4",
    prompt=(
        "`shifted` halves an image as a generator does, with a 3 x 3 kernel and stride 2, and its weights fit those of "
        "a PyTorch checkpoint. Its results do not: Keras pads one side only. Write `halved(images)`, with the same "
        "kernel, so that the windows' middles are the pixels 0, 2, 4 ... as with padding=1 in PyTorch."
    ),
    starter="""
def shifted(images):
    kernel = np.full((3, 3, 1, 1), 1 / 9, "float32")
    return keras.ops.conv(images, kernel, strides=2, padding="same")


def halved(images):
    return ...
""",
    answer="halved",
    check=check_halved,
    hints=(
        'With padding="valid", the padding can be put there before, by a layer or by keras.ops.pad.',
        "ZeroPadding2D(1) adds one row above, one below, one column left and one right.",
    ),
    solution="""
import keras
import numpy as np


def halved(images):
    kernel = np.full((3, 3, 1, 1), 1 / 9, "float32")
    padded = keras.layers.ZeroPadding2D(1)(images)
    return keras.ops.conv(padded, kernel, strides=2, padding="valid")
""",
    mistakes=(
        # One-sided: the middles are 1, 3, 5 ...
        """
import keras
import numpy as np


def halved(images):
    return keras.ops.conv(images, np.full((3, 3, 1, 1), 1 / 9, "float32"), strides=2, padding="same")
""",
        # Padded twice.
        """
import keras
import numpy as np


def halved(images):
    padded = keras.layers.ZeroPadding2D(1)(images)
    return keras.ops.conv(padded, np.full((3, 3, 1, 1), 1 / 9, "float32"), strides=2, padding="same")
""",
    ),
)

EXERCISES = (REFLECT, OUTPUT_SIZE, SAME_SIZE, HALVED)
