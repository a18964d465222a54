"""How many cells come out, along one axis, and from how many they may have come."""

import numpy as np

from studylib.arguments import array_size, shown, whole_number


def conv_output_size(size, kernel, stride=1, padding=0):
    """Cells that a convolution makes of `size` cells, along one axis.

    Example:

    >>> conv_output_size(64, 3, stride=2, padding=1)
    32

    Args:
        size, kernel, stride: at least 1.
        padding: zeros on either side, at least 0.

    Returns:
        int: (size + 2 * padding - kernel) // stride + 1.

    Raises:
        ValueError: for a number out of range, or a kernel longer than the padded input.
    """
    size, kernel, stride = (
        whole_number(name, value) for name, value in (("size", size), ("kernel", kernel), ("stride", stride))
    )
    padding = whole_number("padding", padding, at_least=0)
    if size + 2 * padding < kernel:
        raise ValueError(
            f"kernel must fit into the padded input, {size} + 2 * {padding} = {size + 2 * padding} cells: take a "
            f"smaller kernel or more padding. Received: kernel={shown(kernel)}, size={size}"
        )
    return (size + 2 * padding - kernel) // stride + 1


def transposed_output_size(size, kernel, stride=1, padding=0, output_padding=0):
    """Cells that a transposed convolution makes of `size` cells, along one axis.

    Example:

    >>> transposed_output_size(32, 3, stride=2, padding=1, output_padding=1)
    64

    Args:
        size, kernel, stride: at least 1.
        padding: cells cut off on either side, 0 to kernel - 1. It is the padding of the convolution whose transpose
            this is: what that one adds, this one takes away.
        output_padding: cells kept beyond the end, 0 to stride - 1.

    Returns:
        int: stride * (size - 1) + kernel - 2 * padding + output_padding.

    Raises:
        ValueError: for a number out of range, or where no cell is left.
    """
    size, kernel, stride = (
        whole_number(name, value) for name, value in (("size", size), ("kernel", kernel), ("stride", stride))
    )
    padding, output_padding = _cut(kernel, stride, padding, output_padding)
    result = stride * (size - 1) + kernel - 2 * padding + output_padding
    if result < 1:
        raise ValueError(
            f"padding must leave at least one cell of the {result + 2 * padding} that are painted: take less padding "
            f"or a larger input. Received: padding={shown(padding)}"
        )
    return result


def input_sizes(output_size, kernel, stride=1, padding=0):
    """All input sizes from which a convolution makes `output_size` cells: at most `stride` neighbours.

    A stride throws remainders away, so several sizes end at the same one, and from there the way back is not unique.
    `output_padding` chooses among them: its value is the index into this list, counted from the smallest.

    Example:

    >>> input_sizes(4, 3, stride=2, padding=1)
    [7, 8]

    Args:
        output_size, kernel, stride, padding: as in `transposed_output_size`.

    Returns:
        list of int: `transposed_output_size` for output_padding 0, 1, ..., stride - 1, those below 1 left out.
    """
    stride = whole_number("stride", stride)
    array_size((stride,), stride=stride)
    first = stride * (whole_number("output_size", output_size) - 1) + whole_number("kernel", kernel)
    padding, _ = _cut(kernel, stride, padding, 0)
    return [size for size in range(first - 2 * padding, first - 2 * padding + stride) if size >= 1]


def output_shape(shape, kernel_shape, stride, padding, output_padding):
    """The transposed convolution's output, `transposed_output_size` for each axis: list of int."""
    try:
        pairs = list(zip(shape, kernel_shape, strict=True))
    except (TypeError, ValueError):
        raise ValueError(
            "shape and kernel_shape must have the same number of axes. "
            f"Received: {shown(shape)} and {shown(kernel_shape)}"
        ) from None
    sizes = [transposed_output_size(size, k, stride, padding, output_padding) for size, k in pairs]
    array_size(sizes, shape=shape, kernel_shape=kernel_shape, stride=stride)
    return sizes


def one_per_axis(sizes, n_axes):
    """`sizes` as a list of n_axes whole numbers; a single number stands for all axes."""
    try:
        sizes = np.broadcast_to(sizes, n_axes).tolist() if np.size(sizes) == 1 else list(sizes)
    except (TypeError, ValueError):
        sizes = [sizes]
    if len(sizes) != n_axes:
        raise ValueError(f"size must give one number for each of {n_axes} axes. Received: {shown(sizes)}")
    return [whole_number("size", size) for size in sizes]


def _cut(kernel, stride, padding, output_padding):
    padding = whole_number("padding", padding, at_least=0)
    output_padding = whole_number("output_padding", output_padding, at_least=0)
    if padding > kernel - 1:
        raise ValueError(
            f"padding must be at most kernel - 1 = {kernel - 1}: a convolution with more of it has outputs that see "
            f"nothing but zeros. Received: padding={shown(padding)}"
        )
    if output_padding > stride - 1:
        raise ValueError(
            f"output_padding must be at most stride - 1 = {stride - 1}: it chooses among the {stride} sizes that the "
            f"stride cannot tell apart. Received: output_padding={shown(output_padding)}"
        )
    return padding, output_padding
