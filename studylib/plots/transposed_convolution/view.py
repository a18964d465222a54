"""The picture behind the interactive view: what one output cell reads and what one input cell paints."""

import numpy as np

from studylib.arguments import whole_number
from studylib.plots.transposed_convolution.cells import BLUE, EMPTY, ORANGE, cells, numbers, outline, sheet, tint, write
from studylib.transposed_convolution import insert_and_pad, kernel_overlap

_INSERTED, _AROUND, _EXTRA = "#f1f0ec", "#d9d7d0", "#f3d9e6"
MOST_CELLS = 40  # a side: more cannot be read


def transposed_convolution_view(
    input_size=3, kernel=3, stride=2, padding=1, output_padding=1, input_cell=5, output_cell=22
):
    """Left the input with its zeros, right how many input cells paint each cell of the output.

    Args:
        input_size, kernel, stride, padding, output_padding: of the transposed convolution, equal for both axes.
        input_cell: number of an input cell, row by row from 1; what it paints is outlined in the output.
        output_cell: number of an output cell, row by row from 1; the window that it reads is outlined in the input.

    Returns:
        A Figure. A number past the last cell stands for the last one.

    Raises:
        ValueError: where the numbers do not go together; the sentence says which one to change.
    """
    for name, number in (("input_size", input_size), ("kernel", kernel), ("stride", stride)):
        whole_number(name, number, at_most=MOST_CELLS)
    whole_number("input_cell", input_cell)
    whole_number("output_cell", output_cell)
    counts = kernel_overlap((input_size, input_size), kernel, stride, padding, output_padding)
    n_out, places = len(counts), stride * (input_size - 1) + 1
    row, column = divmod(min(input_cell, input_size**2) - 1, input_size)
    out_row, out_column = divmod(min(output_cell, n_out**2) - 1, n_out)
    numbered = 1 + np.arange(input_size**2).reshape(input_size, input_size)
    padded = insert_and_pad(numbered, (kernel, kernel), stride, padding, output_padding)
    side = kernel - 1 - padding

    total = len(padded) + n_out
    extent = max(len(padded), n_out)
    scale = max(1, total / 22)  # of gaps and texts, in cells
    figure, axis = sheet(total + 3 * scale, extent + 3.2 * scale, inches=8)
    # The page must not grow and shrink under the slider, so the figure keeps its size, and the cells fit into it.
    figure.set_size_inches(8, 4.6)
    left, right, top = scale, len(padded) + 2 * scale, 1.6 * scale
    points = 72 * min(8 / (total + 3 * scale), 4.6 / (extent + 3.2 * scale))  # side of a cell
    digit = min(8, 0.45 * points)

    colours = np.broadcast_to(tint(_AROUND, 1), (*padded.shape, 3)).copy()
    colours[side : side + places, side : side + places] = tint(_INSERTED, 1)
    colours[padded > 0] = tint(BLUE)
    if output_padding:
        colours[-output_padding:], colours[:, -output_padding:] = tint(_EXTRA, 1), tint(_EXTRA, 1)
    cells(axis, left, top, colours)
    numbers(axis, left, top, padded, digit, blank=0)
    outline(axis, left + out_column, top + out_row, kernel, kernel, ORANGE)
    value_at = side + stride * np.array([column, row])
    outline(axis, left + value_at[0], top + value_at[1], 1, 1, BLUE)

    cells(axis, right, top, _shades(counts))
    numbers(axis, right, top, counts, digit)
    first = np.maximum(stride * np.array([column, row]) - padding, 0)
    last = np.minimum(stride * np.array([column, row]) - padding + kernel, n_out)
    if (last > first).all():
        outline(axis, right + first[0], top + first[1], *(last - first), BLUE)
    outline(axis, right + out_column, top + out_row, 1, 1, ORANGE)
    write(axis, left + len(padded) / 2, 0.8 * scale, "input, zeros inserted", 11)
    write(axis, right + n_out / 2, 0.8 * scale, "output: how often painted", 11)
    legend = "blue: an input cell and what it paints    orange: an output cell and what it reads"
    legend += "\nzeros: light between the values, grey around them" + ", pink by output_padding" * (output_padding > 0)
    write(axis, (total + 3 * scale) / 2, extent + 2.4 * scale, legend, 9)
    return figure


def _shades(counts):
    """White for 0, darker the more; light enough for dark numbers."""
    share = counts / max(counts.max(), 1)
    low, high = np.array(tint(EMPTY, 1)), np.array(tint("#7a6fb0", 0.75))
    return low + share[..., None] * (high - low)
