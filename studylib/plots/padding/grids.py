"""Small grids of cells: where every padded cell comes from, where gradients go, where strided windows lie."""

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Rectangle

from studylib.arguments import one_of, shown, whole_number
from studylib.padding import MODES, source_index
from studylib.plots.figure import INK, PAPER, subplots

# One tint for each column of the image, told apart by eyes that see no red or no green; lighter from row to row.
TINTS = np.array([[0.35, 0.63, 0.86], [0.95, 0.65, 0.30], [0.40, 0.74, 0.62], [0.80, 0.58, 0.78], [0.85, 0.80, 0.40]])
ZERO = np.array([0.82, 0.82, 0.80])
WORDS = {
    "zero": "zero: no pixel is copied",
    "reflection": "reflection: the edge is not repeated",
    "symmetric": "symmetric: the edge is repeated",
    "replication": "replication: only the edge",
}

MOST_CELLS = 40  # a side: more cannot be read


def padding_modes(height=3, width=4, padding=2, modes=tuple(MODES)):
    """The paddings of a small numbered image, each copied cell in the colour of the pixel that it was copied from.

    Arcs join the added columns (above) and the added rows (left) to the column or row that they repeat; a line joins
    one corner to its pixel.

    Args:
        height, width: of the image, whose pixels are numbered 1, 2, 3 ...; at most 5 columns.
        padding: cells added on each side.
        modes: names of `studylib.padding.MODES`.

    Returns:
        A Figure on its own light ground.
    """
    if isinstance(modes, str) or not modes:
        raise ValueError(f"modes must be a list of {', '.join(MODES)}. Received: modes={shown(modes)}")
    modes = [one_of("modes", mode, MODES) for mode in modes]
    for name, size in (("height", height), ("width", width), ("padding", padding)):
        whole_number(name, size, at_most=MOST_CELLS)
    n_columns = min(2, len(modes))
    n_rows = -(-len(modes) // n_columns)
    panel = 0.46 * (width + 2 * padding + 2.2), 0.46 * (height + 2 * padding + 2.7)
    figure, axes = subplots(
        n_rows, n_columns, size=(panel[0] * n_columns, panel[1] * n_rows), facecolor=PAPER, layout=None
    )
    figure.subplots_adjust(0.01, 0.045, 0.99, 0.955, 0.04, 0.11)
    caption = "Frame: the image. Arcs: from its rows and columns to their copies (dot). Rings: a pixel and one copy."
    figure.text(0.5, 0.012, caption, ha="center", color=INK, fontsize=11.5)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, mode in zip(axes.flat, modes, strict=False):
        _joined_grid(axis, height, width, padding, mode)
    return figure


def _joined_grid(axis, height, width, padding, mode):
    rows, columns = (source_index(size, padding, padding, mode) for size in (height, width))
    cells, colours = [], []
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            zero = row < 0 or column < 0
            cells.append([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)])
            colours.append(ZERO if zero else _tint(row, column, height))
            inside = padding <= y < padding + height and padding <= x < padding + width
            weight = {"weight": "bold", "fontsize": 15} if inside else {"fontsize": 13}
            number = "0" if zero else str(row * width + column + 1)
            axis.text(x + 0.5, y + 0.5, number, ha="center", va="center", color=INK, zorder=4, **weight)
    axis.add_collection(PolyCollection(cells, facecolors=colours, edgecolors=PAPER, linewidths=1.2))
    axis.add_patch(Rectangle((padding, padding), width, height, fill=False, edgecolor=INK, lw=2.6, zorder=3))
    if mode != "zero":
        arcs = [np.stack([x, -y], 1) for x, y in _arcs(columns, padding, width)]
        arcs += [np.stack([-y, x], 1) for x, y in _arcs(rows, padding, height)]
        axis.add_collection(LineCollection(arcs, colors=INK, linewidths=1.3))
        ends = np.array([arc[-1] for arc in arcs])
        axis.plot(*ends.T, "o", color=INK, markersize=4)
        corner = np.array([[0.5, 0.5], [padding + columns[0] + 0.5, padding + rows[0] + 0.5]])
        along = (corner[1] - corner[0]) / np.hypot(*(corner[1] - corner[0]))
        line = corner + [0.36 * along, -0.36 * along]  # from ring to ring
        axis.plot(*line.T, color=INK, lw=1.2, ls=(0, (3, 3)), alpha=0.7, zorder=2)
        axis.plot(*corner.T, "o", fillstyle="none", color=INK, markersize=23, mew=1.2, zorder=2)
    axis.set_title(WORDS[mode], fontsize=13, color=INK, weight="bold", loc="center", pad=3)
    axis.set_aspect("equal")
    axis.set_xlim(-1.95, len(columns) + 0.1)
    axis.set_ylim(len(rows) + 0.1, -1.95)


def _tint(row, column, height):
    lighter = 0.62 * row / max(1, height - 1)
    return TINTS[column % len(TINTS)] * (1 - lighter) + lighter


def _arcs(sources, padding, size):
    """Half ellipses from each added cell to the cell that it repeats; they end at the added one."""
    angle = np.linspace(0, np.pi, 24)
    for place, source in enumerate(sources):
        if padding <= place < padding + size:
            continue
        start, end = padding + source + 0.5, place + 0.5
        middle, radius = (start + end) / 2, (end - start) / 2
        # Flat ones: the widest arc must not be higher than the room above the grid.
        yield middle - radius * np.cos(angle), (0.35 + 0.42 * abs(radius)) * np.sin(angle) + 0.1


def gradient_counts(counts):
    """How often each pixel takes part: small heat maps with the numbers written in.

    Args:
        counts: dict from a row's name to a dict from a column's name to an array (height, width) of whole numbers.

    Returns:
        A Figure.
    """
    n_columns = max(map(len, counts.values()))
    figure, axes = subplots(len(counts), n_columns, size=(2.4 * n_columns + 0.4, 2.1 * len(counts) + 0.2))
    for row, (name, maps) in zip(axes, counts.items(), strict=True):
        largest = max(np.max(values) for values in maps.values())
        for axis, (mode, values) in zip(row, maps.items(), strict=False):
            axis.imshow(values, cmap="Blues", vmin=0, vmax=1.5 * largest)
            for (y, x), value in np.ndenumerate(np.asarray(values)):
                axis.text(x, y, f"{value:.0f}", ha="center", va="center", color=INK, fontsize=9)
            axis.set_xticks([])
            axis.set_yticks([])
            axis.spines[:].set(visible=True, color=INK)
            axis.set_title(mode if row[0] is axes[0, 0] else "", fontsize=11)
        row[0].set_ylabel(name, fontsize=10)
    return figure


def strided_windows(size=8, kernel=3):
    """Where the windows of a stride-2 convolution lie on a row: Keras' "same" and PyTorch's padding=1.

    Args:
        size: pixels of the row.
        kernel: width of the window.

    Returns:
        A Figure: cells of the row, padded cells hatched, a bar for each window with its middle marked.
    """
    size = whole_number("size", size, at_most=MOST_CELLS)
    kernel = whole_number("kernel", kernel, at_most=size)
    figure, axes = subplots(2, 1, size=(7, 4.1), facecolor=PAPER, layout=None)
    figure.subplots_adjust(0.02, 0.02, 0.98, 0.93, hspace=0.22)
    total = max((-(-size // 2) - 1) * 2 + kernel - size, 0)  # Keras' rule, and the larger half stands at the end
    cases = {'padding="same" (Keras)': (total // 2, total - total // 2), "padding=1 on both sides (PyTorch)": (1, 1)}
    for axis, (name, (before, after)) in zip(axes[:, 0], cases.items(), strict=True):
        axis.set_axis_off()
        axis.set_title(name, fontsize=12, color=INK, weight="bold", loc="left", x=0.02)
        for place in range(-before, size + after):
            added = not 0 <= place < size
            style = {"facecolor": ZERO, "hatch": "////"} if added else {"facecolor": TINTS[0] * 0.5 + 0.5}
            axis.add_patch(Rectangle((place - 0.5, 0), 1, 0.8, edgecolor=PAPER, lw=1.5, **style))
            axis.text(place, 0.4, "0" if added else str(place), ha="center", va="center", color=INK, fontsize=12)
        n_windows = (before + size + after - kernel) // 2 + 1
        for k in range(n_windows):
            start, y = 2 * k - before, -0.35 - 0.42 * (k % 2)
            axis.plot([start - 0.42, start + kernel - 0.58], [y, y], color=INK, lw=2.5, solid_capstyle="butt")
            axis.plot(start + (kernel - 1) / 2, y, "o", color=INK, markersize=8)
        middles = np.arange(n_windows) * 2 - before + (kernel - 1) / 2
        told = ", ".join(f"{middle:g}" for middle in middles)
        axis.text(-1.5, -1.35, f"middles of the windows: {told}", color=INK, fontsize=11, va="center")
        axis.set_xlim(-1.7, size + 0.7)
        axis.set_ylim(-1.65, 0.9)
    return figure
