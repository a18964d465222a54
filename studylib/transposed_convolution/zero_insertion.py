"""Transposed convolution as an ordinary one: zeros between the values, and a flipped kernel."""

import numpy as np

from studylib.arguments import array_size, number_array, whole_number
from studylib.transposed_convolution.matrix import convolution, same_axes
from studylib.transposed_convolution.sizes import output_shape


def zero_insertion(x, stride):
    """Move the values `stride` cells apart and fill the gaps with zeros.

    Example:

    >>> zero_insertion(np.array([1, 2, 3]), 2)
    array([1, 0, 2, 0, 3])

    Args:
        x: array of n axes.
        stride: at least 1; there are stride - 1 zeros between two neighbours.

    Returns:
        array of n axes, each of stride * (size - 1) + 1.
    """
    x, stride = number_array("x", x, finite=False), whole_number("stride", stride)
    array_size([stride * (size - 1) + 1 for size in x.shape], stride=stride)
    spread = np.zeros([stride * (size - 1) + 1 for size in x.shape], x.dtype)
    spread[(slice(None, None, stride),) * x.ndim] = x
    return spread


def insert_and_pad(x, kernel_shape, stride=1, padding=0, output_padding=0):
    """What the ordinary convolution is applied to: the values moved apart, and zeros around them.

    Args:
        x: array of n axes.
        kernel_shape: n whole numbers.
        stride, padding, output_padding: see `transposed_output_size`.

    Returns:
        array of n axes: `zero_insertion` of x with kernel - 1 - padding zeros on either side, and output_padding more
        at the end of each axis.

    Raises:
        ValueError: for a number out of range, or where no cell of the output is left.
    """
    x = number_array("x", x, finite=False)
    output_shape(x.shape, kernel_shape, stride, padding, output_padding)  # for its checks
    sides = [k - 1 - padding for k in kernel_shape]
    return np.pad(zero_insertion(x, stride), [(side, side + output_padding) for side in sides])


def transposed_convolution_by_zero_insertion(x, kernel, stride=1, padding=0, output_padding=0):
    """The same numbers as `transposed_convolution`: spread, surround with zeros, convolve with the flipped kernel.

    The kernel is flipped along every axis, because a window looks back: the value that lies j cells before an output
    is the one that painted it with kernel[j].

    Args, Returns, Raises: as in `transposed_convolution`.
    """
    x, kernel = same_axes(x, kernel)
    return convolution(insert_and_pad(x, kernel.shape, stride, padding, output_padding), np.flip(kernel))
