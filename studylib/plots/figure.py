"""What the figures of the study share: how they begin, their colours, quick digits."""

import functools

import matplotlib.pyplot as plt
from matplotlib.path import Path
from matplotlib.textpath import TextPath

# Told apart by eyes that see no red or no green, too, and dark enough for texts on PAPER (WCAG 2: 4.5 to 1).
COLOURS = {"A": "#2a6fb5", "B": "#b3570f"}
INK, PAPER = "#2f3437", "#fbfaf7"  # a drawing brings its own light ground: legible in print and on dark pages


def subplots(n_rows=1, n_columns=1, size=(4, 3), **options):
    """A Figure of `size` inches and its axes, an array (n_rows, n_columns), without frames above and to the right.

    The figure is closed for pyplot: the caller shows it, and it must not appear a second time.
    """
    options = {"layout": "constrained", **options}
    figure, axes = plt.subplots(n_rows, n_columns, figsize=size, squeeze=False, **options)
    plt.close(figure)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


@functools.cache
def glyph(text):
    """The outlines of a number, a digit being 1 high, with the middle at 0."""
    drawn = TextPath((0, 0), text, size=1)
    low, high = drawn.get_extents().get_points()
    digit = TextPath((0, 0), "0", size=1).get_extents().height
    return Path((drawn.vertices - (low + high) / 2) / digit, drawn.codes)
