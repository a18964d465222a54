"""The matrix of a convolution, the sizes that it maps onto each other, and signals before and after it."""

import numpy as np

from studylib.plots.figure import COLOURS, INK, subplots
from studylib.plots.transposed_convolution.cells import BLUE, LINE, ORANGE, cells, numbers, sheet, tint, write
from studylib.transposed_convolution import conv_output_size


def matrix_grids(named, cell=0.24):
    """Matrices side by side as grids of numbers, cells that hold 0 left white.

    Args:
        named: dict from a title to a matrix, (rows, columns), of whole numbers.
        cell: side of a cell in inches.

    Returns:
        A Figure; a cell is the darker, the larger its number.
    """
    arrays = {title: np.asarray(matrix) for title, matrix in named.items()}
    width = sum(matrix.shape[1] for matrix in arrays.values()) + 2 * len(arrays) + 1
    height = max(len(matrix) for matrix in arrays.values()) + 2.2
    figure, axis = sheet(width, height, inches=cell * width)
    left, largest = 1.5, max(np.abs(matrix).max() for matrix in arrays.values())
    for title, matrix in arrays.items():
        top = 1.6 + (height - 2.2 - len(matrix)) / 2
        share = (np.abs(matrix) / largest)[..., None]
        cells(axis, left, top, 1 - share * (1 - np.array(tint(BLUE, 0.6))))
        numbers(axis, left, top, matrix, size=72 * cell * 0.4, blank=0)
        write(axis, left + matrix.shape[1] / 2, top - 0.7, title, 9)
        left += matrix.shape[1] + 2
    return figure


def size_stairs(sizes, kernel, padding, strides=(1, 2, 3)):
    """Output size against input size: a stair as wide as the stride is a set of sizes that cannot be told apart.

    Args:
        sizes: input sizes, whole numbers.
        kernel, padding: of the convolution.
        strides: one curve each.

    Returns:
        A Figure.
    """
    figure, axes = subplots(size=(5.6, 3.2))
    axis = axes[0, 0]
    for k, stride in enumerate(strides):
        outputs = [conv_output_size(size, kernel, stride, padding) for size in sizes]
        axis.plot(sizes, outputs, "osD^v"[k % 5] + "-", markersize=4, linewidth=1, label=f"stride {stride}")
    axis.set_xlabel("input size (cells)")
    axis.set_ylabel("output size (cells)")
    axis.grid(color="0.92")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.legend(fontsize=8, frameon=False, title=f"kernel {kernel}, padding {padding}", title_fontsize=8)
    return figure


def rows_of_cells(rows, highlight=None):
    """One-dimensional signals below each other, a cell for each value, places numbered.

    Args:
        rows: dict from a row's name to whole numbers (W,).
        highlight: dict from a row's name to the place that is outlined in it.

    Returns:
        A Figure.
    """
    width = max(len(values) for values in rows.values())
    names = 0.24 * max(map(len, rows)) + 1  # room for them, in cells
    figure, axis = sheet(names + width + 1, 1.5 * len(rows) + 0.8, inches=0.4 * (names + width + 1))
    for k, (name, values) in enumerate(rows.items()):
        top = 0.9 + 1.5 * k
        values = np.asarray(values)[None]
        colours = np.where((values != 0)[..., None], tint(BLUE), 1.0)
        if highlight and name in highlight:
            colours[0, highlight[name]] = tint(ORANGE, 0.7)
        cells(axis, names, top, colours)
        numbers(axis, names, top, values, size=9)
        write(axis, names - 0.4, top + 0.5, name, 10, ha="right")
    for place in range(width):
        write(axis, names + 0.5 + place, 0.5, place, 7, colour=LINE)
    return figure


def ways_back(signal, versions, xlabel="place in the signal"):
    """A signal, and what several ways back made of its convolution.

    Args:
        signal: array (W,).
        versions: dict from a title to an array (W,).

    Returns:
        A Figure, one panel a version; the root mean square of the difference stands in its title.
    """
    figure, axes = subplots(1, len(versions), size=(3.1 * len(versions), 2.6), sharey=True)
    for axis, (title, values) in zip(axes[0], versions.items(), strict=True):
        axis.plot(signal, color=INK, linewidth=3, alpha=0.25, label="signal")
        axis.plot(values, color=COLOURS["B"], linewidth=1.4, label="way back")
        difference = np.sqrt(np.mean((np.asarray(values) - signal) ** 2))
        axis.set_title(f"{title}\nrms difference {difference:.2g}", fontsize=9)
        axis.set_xlabel(xlabel, fontsize=8)
    axes[0, 0].legend(fontsize=8, frameon=False)
    return figure
