"""Grids of cells with numbers in them, and outlines around some: what the figures of this folder are drawn with."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.transforms import IdentityTransform

from studylib.plots.figure import INK, PAPER, glyph

# Okabe and Ito's: told apart by eyes that see no red or no green, and of different greys in print.
BLUE, ORANGE, GREEN, PINK = "#0072b2", "#e69f00", "#009e73", "#cc79a7"
PAINTS = (BLUE, ORANGE, GREEN, PINK)
LINE, EMPTY = "#8d8d88", "#ffffff"


def sheet(width, height, inches, ground="white"):
    """A Figure with one axis whose unit is a cell; y grows downwards, as in an image.

    Args:
        width, height: in cells.
        inches: width of the figure; its height follows.
        ground: colour behind everything.

    Returns:
        (Figure, axis)
    """
    figure, axis = plt.subplots(figsize=(inches, inches * height / width), facecolor=ground)
    plt.close(figure)  # the caller shows it; pyplot must not show it a second time
    figure.subplots_adjust(0, 0, 1, 1)
    axis.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axis.set_axis_off()
    return figure, axis


def tint(colour, strength=0.35):
    """A light version of a colour, as an RGB triple."""
    return tuple(1 - strength * (1 - channel) for channel in to_rgb(colour))


def cells(axis, x, y, colours):
    """Squares side by side, the first at (x, y); colours is an array (H, W, 3). One artist, however many there are."""
    height, width = np.shape(colours)[:2]
    edges = {"edgecolors": LINE, "linewidth": 0.6}
    return axis.pcolormesh(x + np.arange(width + 1), y + np.arange(height + 1), np.asarray(colours), **edges)


def numbers(axis, x, y, values, size=8.5, colour=INK, blank=None):
    """Numbers in the middle of their cells.

    They are shapes in one collection: hundreds of texts would take longer than a slider may.

    Args:
        x, y: place of the first cell's corner.
        values: int array (H, W).
        size: height of a digit in points.
        blank: value that is not written.

    Returns:
        The collection; its offsets are the places, its paths the `glyph` of each number.
    """
    values = np.asarray(values)
    rows, columns = np.nonzero(np.ones(values.shape) if blank is None else values != blank)
    places = np.stack([x + columns + 0.5, y + rows + 0.5], axis=1)
    glyphs = [glyph(str(value)) for value in values[rows, columns]]
    look = {"facecolors": colour, "linewidths": 0}
    written = PathCollection(glyphs, [size**2], offsets=places, offset_transform=axis.transData, **look)
    written.set_transform(IdentityTransform())  # glyphs are in points, only their places in cells
    return axis.add_collection(written, autolim=False)


def outline(axis, x, y, width, height, colour, style="-", line_width=2.6):
    """The frame of a rectangle of cells."""
    frame = {"fill": False, "edgecolor": colour, "linestyle": style, "linewidth": line_width, "joinstyle": "miter"}
    return axis.add_patch(Rectangle((x, y), width, height, **frame))


def arrow(axis, start, end, colour=INK, line_width=1.6):
    """An arrow from point to point."""
    shape = {"arrowstyle": "-|>", "mutation_scale": 12, "shrinkA": 0, "shrinkB": 0}
    return axis.add_patch(FancyArrowPatch(start, end, color=colour, lw=line_width, **shape))


def paper(width, height, inches):
    """A `sheet` on the light ground that a drawing for images/ brings along."""
    return sheet(width, height, inches, ground=PAPER)


def write(axis, x, y, text, size=10, colour=INK, **options):
    """A text; centred unless the options say otherwise."""
    return axis.text(x, y, text, fontsize=size, color=colour, **{"ha": "center", "va": "center", **options})
