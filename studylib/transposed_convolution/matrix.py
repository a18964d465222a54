"""Convolution and transposed convolution cell by cell, and the matrix whose transpose joins them."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from studylib.arguments import array_size, number_array
from studylib.transposed_convolution.sizes import conv_output_size, one_per_axis, output_shape


def convolution(x, kernel, stride=1, padding=0):
    """Every output cell gathers one window of the input: many to one.

    Args:
        x: array of n axes, (W,) or (H, W).
        kernel: array with as many axes.
        stride, padding: see `conv_output_size`; the padding is zeros.

    Returns:
        array of n axes, each of `conv_output_size`.

    Raises:
        ValueError: for a number out of range, another number of axes, or a kernel that does not fit.
    """
    x, kernel = same_axes(x, kernel)
    for size, k in zip(x.shape, kernel.shape, strict=True):
        conv_output_size(size, k, stride, padding)
    array_size([size + 2 * padding for size in x.shape], padding=padding)
    windows = sliding_window_view(np.pad(x, padding), kernel.shape)[(slice(None, None, stride),) * x.ndim]
    return np.tensordot(windows, kernel, axes=kernel.ndim)


def transposed_convolution(x, kernel, stride=1, padding=0, output_padding=0):
    """Every input cell paints one kernel, scaled by its value, onto the output; overlaps add up: one to many.

    Args:
        x: array of n axes, (W,) or (H, W).
        kernel: array with as many axes.
        stride, padding, output_padding: see `transposed_output_size`.

    Returns:
        array of n axes, each of `transposed_output_size`.

    Raises:
        ValueError: for a number out of range, another number of axes, or where no cell is left.
    """
    x, kernel = same_axes(x, kernel)
    shape = output_shape(x.shape, kernel.shape, stride, padding, output_padding)
    canvas = np.zeros([size + 2 * padding for size in shape], np.result_type(x, kernel))
    for cell in np.ndindex(x.shape):
        window = tuple(slice(stride * i, stride * i + k) for i, k in zip(cell, kernel.shape, strict=True))
        canvas[window] += x[cell] * kernel
    return canvas[tuple(slice(padding, padding + size) for size in shape)]


def convolution_matrix(kernel, input_size, stride=1, padding=0):
    """The convolution written out: a row for each output cell, a column for each input cell.

    Example:

    >>> convolution_matrix(np.array([1, 2, 3]), 5, stride=2)
    array([[1, 2, 3, 0, 0],
           [0, 0, 1, 2, 3]])

    Args:
        kernel: array of n axes.
        input_size: n whole numbers, the shape of x; one number stands for all axes.
        stride, padding: see `conv_output_size`.

    Returns:
        array A (cells of the output, cells of the input) with A @ x.ravel() == convolution(x, kernel, ...).ravel().
        A.T is the transposed convolution's matrix, from the output's cells back to as many cells as x has.

    Raises:
        ValueError: for a number out of range, another number of axes, or a kernel that does not fit.
    """
    kernel = number_array("kernel", kernel, finite=False)
    shape = one_per_axis(input_size, kernel.ndim)
    n_cells = math.prod(shape)
    array_size((n_cells, n_cells), input_size=input_size)
    # A column is what the convolution makes of a single 1.
    ones = np.eye(n_cells, dtype=kernel.dtype).reshape(n_cells, *shape)
    return np.stack([convolution(one, kernel, stride, padding).ravel() for one in ones], axis=1)


def same_axes(x, kernel):
    """Both as arrays; a ValueError unless they have the same number of axes."""
    x = number_array("x", x, finite=False)
    kernel = number_array("kernel", kernel, finite=False)
    if x.ndim != kernel.ndim or x.ndim < 1:
        raise ValueError(f"x and kernel must have the same number of axes. Received: {x.shape} and {kernel.shape}")
    return x, kernel
