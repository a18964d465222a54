"""Drawings of the operations on a small grid, each with numbers that can be checked by hand."""

import numpy as np

from studylib.arguments import number_array, shown, whole_number
from studylib.plots.figure import INK
from studylib.plots.transposed_convolution.cells import (
    BLUE,
    EMPTY,
    ORANGE,
    PAINTS,
    arrow,
    cells,
    numbers,
    outline,
    paper,
    sheet,
    tint,
    write,
)
from studylib.transposed_convolution import (
    conv_output_size,
    convolution,
    insert_and_pad,
    transposed_convolution,
    transposed_output_size,
    zero_insertion,
)

TOY = np.array([[1, 2], [3, 4]])
# Not symmetric: a kernel that was forgotten to be flipped gives other numbers.
TOY_KERNEL = np.array([[1, 2, 0], [0, 3, 1], [2, 0, 1]])
MOST_CELLS = 40  # a side: more cannot be read
_ADDED = "#ecebe6"  # cells that hold no value of the input


def plain(shape, colour=EMPTY):
    """Colours (H, W, 3) of cells that are all alike."""
    return np.broadcast_to(tint(colour, 1), (*shape, 3)).copy()


def painted_cell_by_cell(x=TOY, kernel=TOY_KERNEL, stride=2):
    """One to many: the output after each input cell has painted its kernel, the newest paint outlined.

    Args:
        x: int array (H, W), small.
        kernel: int array (k, k).
        stride: at least 1.

    Returns:
        A Figure: input, kernel, then the output after each cell, numbers being the sums so far.
    """
    x, kernel = _small(x, kernel, stride)
    size = transposed_convolution(x, kernel, stride).shape
    width = x.shape[1] + kernel.shape[1] + 3 + x.size * (size[1] + 1)
    figure, axis = sheet(width, size[0] + 3.2, inches=10.5)
    _painting(axis, 0.6, 1.4, x, kernel, stride)
    return figure


def _painting(axis, left, top, x, kernel, stride):
    """The row of `painted_cell_by_cell`; returns the right edge."""
    paint = [PAINTS[k % len(PAINTS)] for k in range(x.size)]
    height, width = transposed_convolution(x, kernel, stride).shape
    middle = top + height / 2

    def small(values, colours, name, x_left):
        y = middle - len(values) / 2
        cells(axis, x_left, y, colours)
        numbers(axis, x_left, y, values)
        write(axis, x_left + values.shape[1] / 2, y - 0.5, name, 10)

    small(x, [[tint(paint[r * x.shape[1] + c]) for c in range(x.shape[1])] for r in range(len(x))], "input", left)
    left += x.shape[1] + 0.8
    small(kernel, plain(kernel.shape), "kernel", left)
    left += kernel.shape[1] + 1.2
    so_far = np.zeros_like(x)
    colours = plain((height, width))
    for step, (row, column) in enumerate(np.ndindex(x.shape)):
        so_far[row, column] = x[row, column]
        down, across = stride * row, stride * column
        window = np.s_[down : down + kernel.shape[0], across : across + kernel.shape[1]]
        shown = colours.copy()
        shown[window] = tint(paint[step], 0.45)
        cells(axis, left, top, shown)
        numbers(axis, left, top, transposed_convolution(so_far, kernel, stride))
        outline(axis, left + across, top + down, kernel.shape[1], kernel.shape[0], paint[step])
        write(axis, left + width / 2, top - 0.5, f"add {x[row, column]} · kernel", 10)
        colours[window] = tint(INK, 0.12)
        left += width + 1
    return left


def zero_insertion_steps(x=TOY, kernel=TOY_KERNEL, stride=2, padding=0, output_padding=0):
    """The same numbers by an ordinary convolution: move apart, surround with zeros, convolve with the flipped kernel.

    Args:
        x: int array (H, W), small.
        kernel: int array (k, k).
        stride, padding, output_padding: of the transposed convolution.

    Returns:
        A Figure: the input, the values moved apart, with zeros around them, the flipped kernel, the output.
    """
    x, kernel = _small(x, kernel, stride)
    padded, out = _inserted(x, kernel, stride, padding, output_padding)
    width = 2 * x.shape[1] + stride * (x.shape[1] - 1) + kernel.shape[1] + padded.shape[1] + out.shape[1] + 8
    figure, axis = sheet(width, max(padded.shape[0], out.shape[0]) + 2.4, inches=10.5)
    _insertion(axis, 0.6, 1.4, x, kernel, stride, padding, output_padding)
    return figure


def _inserted(x, kernel, stride, padding, output_padding):
    padded = insert_and_pad(x, kernel.shape, stride, padding, output_padding)
    return padded, convolution(padded, np.flip(kernel))


def _insertion(axis, left, top, x, kernel, stride, padding, output_padding):
    """The row of `zero_insertion_steps`."""
    padded, out = _inserted(x, kernel, stride, padding, output_padding)
    spread = zero_insertion(x, stride)
    # The same steps applied to marks instead of numbers say which cells hold values of the input.
    mark, spread_mark = np.ones_like(x), zero_insertion(np.ones_like(x), stride)
    padded_mark = insert_and_pad(mark, kernel.shape, stride, padding, output_padding)
    panels = (
        ("input", x, mark),
        (f"stride {stride}: {stride - 1} zero{'s' * (stride > 2)} between", spread, spread_mark),
        ("zeros around", padded, padded_mark),
        ("kernel, flipped", np.flip(kernel), None),
        ("convolve: output", out, None),
    )
    middle = top + max(len(padded), len(out)) / 2
    for k, (name, values, marks) in enumerate(panels):
        y = middle - len(values) / 2
        colours = plain(values.shape)
        if marks is not None:
            colours[marks == 0] = tint(_ADDED, 1)
            colours[marks == 1] = tint(BLUE)
        cells(axis, left, y, colours)
        numbers(axis, left, y, values)
        write(axis, left + values.shape[1] / 2, y - 0.5, name, 10)
        if name == "zeros around":
            outline(axis, left, y, *reversed(kernel.shape), ORANGE)
        if name.startswith("convolve"):
            outline(axis, left, y, 1, 1, ORANGE)
        left += values.shape[1]
        if k < len(panels) - 1:
            sign = "*" if name == "zeros around" else ""
            if sign:
                write(axis, left + 0.8, middle, sign, 14)
            else:
                arrow(axis, (left + 0.35, middle), (left + 1.25, middle))
            left += 1.6


def transposed_convolution_steps():
    """Drawing for images/: one to many, and below it the same output by zeros between the values."""
    figure, axis = paper(32.6, 17.4, inches=9.8)
    heading = {"size": 12, "ha": "left", "weight": "bold"}
    write(axis, 0.6, 0.7, "Transposed convolution: each input cell paints one kernel, and overlaps add up", **heading)
    _painting(axis, 0.6, 2.4, TOY, TOY_KERNEL, 2)
    write(axis, 0.6, 8.6, "The same numbers by an ordinary convolution", **heading)
    _insertion(axis, 2.6, 9.9, TOY, TOY_KERNEL, 2, 0, 0)
    return figure


def down_sampling(size=6, kernel=3, stride=2, padding=1):
    """Drawing for images/: a convolution with stride 2 gathers windows two cells apart into neighbouring cells."""
    for name, number in (("size", size), ("kernel", kernel), ("stride", stride)):
        whole_number(name, number, at_most=MOST_CELLS)
    whole_number("padding", padding, at_least=0, at_most=MOST_CELLS)
    n_out = conv_output_size(size, kernel, stride, padding)
    if n_out < 2:
        raise ValueError(f"down_sampling needs two output cells to show. Received: size={size}, kernel={kernel}")
    padded = size + 2 * padding
    figure, axis = paper(padded + n_out + 6.4, padded + 3.6, inches=7)
    write(axis, 0.7, 0.8, f"Down-sampling: convolution with stride {stride}", 13, ha="left", weight="bold")
    left, top, right = 0.7, 2.2, padded + 4.6
    colours = plain((padded, padded), _ADDED)
    colours[padding : padding + size, padding : padding + size] = tint(EMPTY, 1)
    cells(axis, left, top, colours)
    outline(axis, left + padding, top + padding, size, size, INK, line_width=1.4)
    small_top = top + (padded - n_out) / 2
    cells(axis, right, small_top, plain((n_out, n_out)))
    for cell, colour, style in (((0, 0), BLUE, "-"), ((1, 0), ORANGE, "--")):
        row, column = (stride * place for place in cell)
        outline(axis, left + column, top + row, kernel, kernel, colour, style)
        x, y = right + cell[1], small_top + cell[0]
        cells(axis, x, y, plain((1, 1), colour))
        arrow(axis, (left + column + kernel, top + row + kernel / 2), (x, y + 0.5), colour)
    write(axis, left + padded / 2, top + padded + 0.6, f"input {size} x {size}, padding {padding} (grey)", 10)
    write(axis, right + n_out / 2, small_top + n_out + 0.6, f"output {n_out} x {n_out}", 10)
    formula = f"({size} + 2·{padding} − {kernel}) // {stride} + 1 = {n_out}"
    write(axis, right + n_out / 2, small_top + n_out + 1.5, formula, 10, family="monospace")
    return figure


def up_sampling(size=3, kernel=3, stride=2, padding=1, output_padding=1):
    """Drawing for images/: neighbouring cells paint windows two cells apart; padding cuts, output_padding keeps."""
    for name, number in (("size", size), ("kernel", kernel), ("stride", stride)):
        whole_number(name, number, at_most=MOST_CELLS)
    n_out = transposed_output_size(size, kernel, stride, padding, output_padding)
    painted = stride * (size - 1) + kernel + output_padding
    figure, axis = paper(painted + size + 6.2, painted + 3.6, inches=7)
    write(axis, 0.7, 0.8, f"Up-sampling: transposed convolution with stride {stride}", 13, ha="left", weight="bold")
    left, top, right = 1.6, 2.2, size + 5.4
    small_top = top + (painted - size) / 2
    cells(axis, left, small_top, plain((size, size)))
    colours = plain((painted, painted), _ADDED)
    colours[padding : padding + n_out, padding : padding + n_out] = tint(EMPTY, 1)
    cells(axis, right, top, colours)
    outline(axis, right + padding, top + padding, n_out, n_out, INK, line_width=1.4)
    for cell, colour, style in (((0, size - 1), BLUE, "-"), ((1, size - 1), ORANGE, "--")):
        row, column = (stride * place for place in cell)
        x, y = left + cell[1], small_top + cell[0]
        cells(axis, x, y, plain((1, 1), colour))
        outline(axis, right + column, top + row, kernel, kernel, colour, style)
        arrow(axis, (x + 1, y + 0.5), (right + column, top + row + kernel / 2), colour)
    write(axis, left + size / 2, small_top + size + 0.6, f"input {size} x {size}", 10)
    cut = f"output {n_out} x {n_out} in the black frame; grey is cut off"
    write(axis, right + painted / 2, top + painted + 0.5, cut, 10)
    formula = f"{stride}·({size} − 1) + {kernel} − 2·{padding} + {output_padding} = {n_out}"
    write(axis, left + size / 2 + 0.4, small_top + size + 1.5, formula, 10, family="monospace")
    return figure


def _small(x, kernel, stride):
    """Both as arrays that a page has room for."""
    whole_number("stride", stride, at_most=MOST_CELLS)
    x, kernel = (number_array(name, a, n_axes=2) for name, a in (("x", x), ("kernel", kernel)))
    for name, array in (("x", x), ("kernel", kernel)):
        if max(array.shape) > MOST_CELLS:
            raise ValueError(f"{name} must have at most {MOST_CELLS} cells a side. Received: {name}={shown(array)}")
    return x, kernel
