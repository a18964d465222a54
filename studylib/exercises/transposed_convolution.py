"""Exercises of notebook 04: sizes there and back, painting, and two bugs: a kernel the wrong way round, and a drift."""

from studylib.exercises import Exercise


def check_output_padding(back):
    """Check the choice among the sizes that a stride cannot tell apart, smallest cases first."""
    from itertools import product

    from studylib.transposed_convolution import conv_output_size

    for size, kernel, stride, padding in product(range(1, 12), range(1, 6), range(1, 5), range(4)):
        if padding < kernel <= size + 2 * padding:
            small = conv_output_size(size, kernel, stride, padding)
            given = back(size, kernel, stride, padding)
            if given != size - (without := stride * (small - 1) + kernel - 2 * padding):
                return (
                    f"size={size}, kernel={kernel}, stride={stride}, padding={padding}: the convolution makes {small} "
                    f"of {size}; the way back gives {without}, and output_padding={given} makes that "
                    f"{without + given}, where {size} is wanted."
                )
    return None


SIZES = Exercise(
    name="transposed_convolution.1",
    prompt=(
        "A U-Net shrinks an image and must come back to exactly the same size, or its skips do not fit. Write "
        "`back(size, kernel, stride, padding)`: the output_padding with which the transposed convolution returns to "
        "`size` cells after a convolution with the same kernel, stride and padding."
    ),
    starter="""
def back(size, kernel, stride, padding):
    output_padding = ...
    return output_padding
""",
    answer="back",
    check=check_output_padding,
    hints=(
        "The convolution's size formula rounds down. How much does it throw away?",
        "It is the remainder of the division by the stride.",
    ),
    solution="""
def back(size, kernel, stride, padding):
    # What the convolution's // threw away is what is missing on the way back.
    return (size + 2 * padding - kernel) % stride
""",
    mistakes=(
        # Right for kernel 3, stride 2, padding 1 and even sizes, which is what is usually tried.
        """
def back(size, kernel, stride, padding):
    return stride - 1
""",
        # The remainder of the size alone.
        """
def back(size, kernel, stride, padding):
    return size % stride
""",
        # The padding was added on one side.
        """
def back(size, kernel, stride, padding):
    return (size + padding - kernel) % stride
""",
    ),
)


def _cases():
    """Inputs, kernels and strides, from the smallest on; no kernel is symmetric."""
    import numpy as np

    yield np.array([[1]]), np.array([[1, 2], [3, 4]]), 1
    yield np.array([[1, 1]]), np.array([[1, 2]]), 1
    yield np.array([[1, 2], [3, 4]]), np.array([[1, 2, 0], [0, 3, 1], [2, 0, 1]]), 2
    yield np.array([[1, 2, 3], [4, 5, 6]]), np.arange(1, 7).reshape(2, 3), 3


def check_upsampling(up):
    """Check an up-sampling against the loop over all values, on small whole numbers."""
    import numpy as np

    from studylib.transposed_convolution import transposed_convolution

    for x, kernel, stride in _cases():
        expected = transposed_convolution(x, kernel, stride)
        given = np.asarray(up(x.copy(), kernel.copy(), stride))
        case = f"x={x.tolist()}, kernel={kernel.tolist()}, stride={stride}"
        if given.shape != expected.shape:
            return f"{case}: the output has shape {expected.shape}, not {given.shape}."
        if not np.allclose(given, expected):
            return f"{case}: the output is {expected.tolist()}, not {given.tolist()}."
    return None


PAINT = Exercise(
    name="transposed_convolution.2",
    prompt=(
        "One to many, by hand: write `paint(x, kernel, stride)` for 2-D arrays. Each value of x paints the kernel, "
        "times that value, with its corner at (stride · row, stride · column). No padding, no output_padding."
    ),
    starter="""
def paint(x, kernel, stride):
    canvas = ...
    return canvas
""",
    answer="paint",
    check=check_upsampling,
    hints=(
        "How many rows does the canvas need, so that the last row of x can still paint a whole kernel?",
        "A loop over all cells of x, and in it one slice of the canvas that grows by x[row, column] * kernel.",
    ),
    solution="""
import numpy as np


def paint(x, kernel, stride):
    height, width = (stride * (n - 1) + k for n, k in zip(x.shape, kernel.shape))
    canvas = np.zeros((height, width))
    for row, column in np.ndindex(x.shape):
        top, left = stride * row, stride * column
        canvas[top : top + kernel.shape[0], left : left + kernel.shape[1]] += x[row, column] * kernel
    return canvas
""",
    mistakes=(
        # Later paint covers earlier paint instead of adding to it.
        """
import numpy as np


def paint(x, kernel, stride):
    canvas = np.zeros([stride * (n - 1) + k for n, k in zip(x.shape, kernel.shape)])
    for row, column in np.ndindex(x.shape):
        top, left = stride * row, stride * column
        canvas[top : top + kernel.shape[0], left : left + kernel.shape[1]] = x[row, column] * kernel
    return canvas
""",
        # The canvas is stride times as large, and the last kernels are cut.
        """
import numpy as np


def paint(x, kernel, stride):
    canvas = np.zeros([stride * n for n in x.shape])
    for (row, column), value in np.ndenumerate(x):
        for (i, j), weight in np.ndenumerate(kernel):
            if stride * row + i < canvas.shape[0] and stride * column + j < canvas.shape[1]:
                canvas[stride * row + i, stride * column + j] += value * weight
    return canvas
""",
    ),
)

UPRIGHT = Exercise(
    name="transposed_convolution.3",
    prompt=(
        "Find the bug. `rotated` up-samples by zero-insertion. With the symmetric kernels that one tries first it is "
        "right; with learned ones every painted kernel stands on its head (the picture in the section on "
        "zero-insertion). Write `upright` without the bug, for any kernel."
    ),
    starter="""
def rotated(x, kernel, stride):
    around = [(k - 1, k - 1) for k in kernel.shape]
    return convolution(np.pad(zero_insertion(x, stride), around), kernel)


def upright(x, kernel, stride):
    return ...
""",
    answer="upright",
    check=check_upsampling,
    hints=(
        "Let x be a single 1. What should come out, and what does?",
        "The window of an output cell looks back at the values that could have painted it: the nearest one did it with "
        "kernel[0, 0], and it is the last one in the window.",
    ),
    solution="""
import numpy as np

from studylib.transposed_convolution import convolution, zero_insertion


def upright(x, kernel, stride):
    around = [(k - 1, k - 1) for k in kernel.shape]
    # The value that lies j cells before an output painted it with kernel[j]: the order is reversed, on both axes.
    return convolution(np.pad(zero_insertion(x, stride), around), kernel[::-1, ::-1])
""",
    mistakes=(
        """
import numpy as np

from studylib.transposed_convolution import convolution, zero_insertion


def upright(x, kernel, stride):
    around = [(k - 1, k - 1) for k in kernel.shape]
    return convolution(np.pad(zero_insertion(x, stride), around), kernel)
""",
        # Transposed, because the operation is called so.
        """
import numpy as np

from studylib.transposed_convolution import convolution, zero_insertion


def upright(x, kernel, stride):
    around = [(k - 1, k - 1) for k in kernel.shape[::-1]]
    return convolution(np.pad(zero_insertion(x, stride), around), kernel.T)
""",
    ),
)


def check_steady(steady):
    """Check that the way back is the transpose of the way there, on impulses."""
    import numpy as np

    from studylib.transposed_convolution import convolution_matrix

    for size, kernel in ((4, (1, 2, 1)), (8, (1, 2, 1)), (6, (3, 1, 2))):
        kernel = np.array(kernel)
        matrix = convolution_matrix(kernel, size, stride=2, padding=1)
        for place in range(size):
            x = np.eye(size, dtype=int)[place]
            given, expected = np.asarray(steady(x.copy(), kernel)), matrix.T @ matrix @ x
            case = f"x={x.tolist()}, kernel={kernel.tolist()}"
            if given.shape != expected.shape:
                return f"{case}: {size} values went in, and the shape {given.shape} came out."
            if not np.allclose(given, expected):
                return f"{case}: the result is {given.tolist()}, and without a drift it is {expected.tolist()}."
    return None


STEADY = Exercise(
    name="transposed_convolution.4",
    prompt=(
        "Find the bug. `drifting` shrinks a row of even length with padding 1 on both sides, as PyTorch's networks do, "
        "and enlarges it again; one value too many comes out, so one is cut off. Every pass moves the picture by a "
        "pixel (the section on sides). Write `steady`, which does not drift, without touching the first line: weights "
        "that were trained with it expect it."
    ),
    starter="""
def drifting(x, kernel):
    small = convolution(x, kernel, stride=2, padding=1)
    large = transposed_convolution(small, kernel, stride=2)  # kernel of 3: one value more than x has
    return large[:-1]


def steady(x, kernel):
    return ...
""",
    answer="steady",
    check=check_steady,
    hints=(
        "Output i of the first line has the middle of its window at x[2 * i]. Where is the middle of what it paints?",
        "padding=1 of the transposed convolution cuts on both sides; output_padding=1 gives one back at the end.",
    ),
    solution="""
from studylib.transposed_convolution import convolution, transposed_convolution


def steady(x, kernel):
    small = convolution(x, kernel, stride=2, padding=1)
    # The transpose of the first line: its padding is cut off again, and the size that the stride lost is chosen.
    return transposed_convolution(small, kernel, stride=2, padding=1, output_padding=1)
""",
    mistakes=(
        """
from studylib.transposed_convolution import convolution, transposed_convolution


def steady(x, kernel):
    small = convolution(x, kernel, stride=2, padding=1)
    return transposed_convolution(small, kernel, stride=2)[:-1]
""",
        # Cut on both sides: steady, and one value short.
        """
from studylib.transposed_convolution import convolution, transposed_convolution


def steady(x, kernel):
    small = convolution(x, kernel, stride=2, padding=1)
    return transposed_convolution(small, kernel, stride=2, padding=1)
""",
        # Keras' own pair: steady, with another first line.
        """
import numpy as np

from studylib.transposed_convolution import convolution, transposed_convolution


def steady(x, kernel):
    small = convolution(np.pad(x, (0, 1)), kernel, stride=2)
    return transposed_convolution(small, kernel, stride=2)[:-1]
""",
    ),
)

EXERCISES = (SIZES, PAINT, UPRIGHT, STEADY)
