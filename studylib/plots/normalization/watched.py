"""One image among its batch mates, before and after a normalization."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection

from studylib.normalization import CHANNELS
from studylib.plots.figure import COLOURS, INK
from studylib.plots.grid import to_uint8
from studylib.plots.normalization.cube import around_cells, draw_cells, extent, sets_of_cells, title

WATCHED, SHARED = COLOURS["B"], COLOURS["A"]
_PALE = "#d19a6f"  # WATCHED on white, without the cost of a transparent colour
_WIDTH, _HEIGHT, _PICTURE, _TALL = 940, 430, 164, 42  # of page, feature map and bar, in hundredths of an inch
_OUTPUT = 3.0  # the colours of outputs end at -3 and 3
_BINS = np.linspace(-6.4, 6.4, 65)
_SMALLEST = 1e-4  # share of the cells at which a bar begins


def normalized_image(watched, credit=""):
    """What a normalization does to one image among its batch mates.

    The cube: whose mean the watched channel shares. The batch, with the watched image in a frame. That image's feature
    map before and after, and how far the changes of its mates, contrast and brightness have moved the output. Below,
    how its values and those of all cells with the same mean are spread; a dot with whiskers is their mean and one
    standard deviation to either side.

    Args:
        watched: a `studylib.normalization.Watched`.
        credit: whose pictures these are; stands small at the foot.

    Returns:
        A Figure.
    """
    channel = watched.settings["channel"]
    before, after, usual = (maps[..., channel] for maps in (watched.before, watched.after, watched.usual))
    # The picture follows a slider: one axes for the whole page, few artists and few words.
    figure = plt.figure(figsize=(_WIDTH / 100, _HEIGHT / 100))
    plt.close(figure)
    page = figure.add_axes((0, 0, 1, 1), xlim=(0, _WIDTH), ylim=(0, _HEIGHT))  # in hundredths of an inch
    page.set_axis_off()

    def write(x, y, s, fontsize=9.5, color=INK, **options):
        figure.text(x, y, s, transform=page.transData, fontsize=fontsize, color=color, **options)

    _cube(page, write, watched)
    name = CHANNELS[channel] if len(CHANNELS) == watched.before.shape[-1] else f"channel {channel}"
    maps = (
        (f"{name}, before", before, watched.scale[channel]),
        ("after", after, _OUTPUT),
        ("change of the output", after - usual, _OUTPUT),
    )
    _pictures(page, write, watched.batch, maps)
    parts = (("before", before, watched.shared_before), ("after", after, watched.shared_after))
    _spreads(page, write, parts)
    key = "dot and whiskers: mean,\none standard deviation"
    for k, (text, colour) in enumerate(
        ((key, INK), ("all cells that share\nits mean", SHARED), ("the watched image's\nfeature map", WATCHED))
    ):
        if colour != SHARED or watched.shared_before is not None:
            write(11, 43 + 41 * k, text, 8.5, colour, va="bottom", linespacing=1.1)
    if credit:
        write(_WIDTH - 9, 3, credit, 6.5, "0.4", ha="right")
    return figure


def _cube(page, write, watched):
    """The cube of the member in the upper left corner; the numbers that count are those of the real batch."""
    settings, channels = watched.settings, watched.before.shape[-1]
    member, groups = settings["member"], settings["groups"]
    level, names, _ = sets_of_cells(member, (5, 2, 3, channels), groups, settings["channel"], (2, 3, 3, channels))
    (left, right), (bottom, top) = extent(level.shape)
    size = min(207 / (right - left), 206 / (top - bottom))  # of an edge
    place = np.array([5 - size * left, 190 - size * bottom])
    draw_cells(page, level, place, size)
    for text in around_cells(level.shape, names, place, size):
        write(**text)
    write(108, 400, title(member, groups), 11, fontweight="bold", ha="center")


def _pictures(page, write, batch, maps):
    """The batch and three feature maps in a row."""
    page.imshow(_batch_picture(batch), extent=_square(0), interpolation="nearest", aspect="auto")
    left, right, bottom, top = _square(0)
    write(left + _PICTURE / 2, top + 8, f"batch of {len(batch)}", ha="center")
    size = _PICTURE / _rows(len(batch))
    frames = [_box(left, left + size, top - size, top)]
    for k, (name, picture, limit) in enumerate(maps, start=1):
        left, right, bottom, top = _square(k)
        colours = {"cmap": "PuOr_r", "vmin": -limit, "vmax": limit}
        page.imshow(picture, extent=_square(k), interpolation="nearest", aspect="auto", **colours)
        frames.append(_box(left, right, bottom, top))
        write((left + right) / 2, top + 8, name, ha="center")
        if k < 3:  # the last two have one scale, and one key between them
            middle = (left + right) / 2 if k == 1 else (left + _square(3)[1]) / 2
            write(middle, bottom - 5, f"purple {-limit:.2g}, white 0, brown {limit:.2g}", 8, ha="center", va="top")
    edges, widths = [WATCHED] + ["0.6"] * len(maps), [2.5] + [0.8] * len(maps)
    page.add_collection(
        PolyCollection(frames, facecolors="none", edgecolors=edges, linewidths=widths, zorder=3), autolim=False
    )


def _spreads(page, write, parts):
    """Two histograms over one axis, logarithmic in height; values beyond its ends are counted in the last bins."""
    outlines, faces, edges, axis, middles = [], [], [], [], {WATCHED: [], SHARED: []}
    for row, (label, values, shared) in enumerate(parts):
        floor = 56 + 61 * (len(parts) - 1 - row)
        axis += [(_x(_BINS[0]), floor), (_x(_BINS[-1]), floor), (np.nan, np.nan)]
        write(_x(_BINS[0]) - 5, floor + 17, label, ha="right")
        drawn = [(values, WATCHED, 1.12)]
        if shared is not None:
            drawn.append((shared, SHARED, 1.27))
        for numbers, colour, height in drawn:
            counts = np.histogram(np.clip(numbers, _BINS[0], _BINS[-1]), _BINS)[0] / numbers.size
            bars = 1 - np.log10(np.maximum(counts, _SMALLEST)) / np.log10(_SMALLEST)  # 1 is all cells, 0 the smallest
            tops = np.concatenate([[0], np.repeat(bars, 2), [0]])
            outlines.append(np.stack([_x(np.repeat(_BINS, 2)), floor + _TALL * tops], axis=1))
            faces.append(_PALE if colour == WATCHED else "none")
            edges.append("none" if colour == WATCHED else colour)
            mean, deviation = float(numbers.mean()), float(numbers.std())
            middles[colour] += [(_x(mean + k * deviation), floor + _TALL * height) for k in (-1, 0, 1)]
            middles[colour].append((np.nan, np.nan))
    for tick in (-6, -3, 0, 3, 6):  # 3 is where the colours of the outputs end
        axis += [(_x(tick), 56), (_x(tick), 52), (np.nan, np.nan)]
        write(_x(tick), 49, f"{tick}".replace("-", "−"), 8.5, ha="center", va="top")
    page.plot(*np.transpose(axis), color="0.4", linewidth=0.8, zorder=0, scalex=False, scaley=False)
    bars = PolyCollection(outlines, facecolors=faces, edgecolors=edges, linewidths=1.3, closed=False)
    page.add_collection(bars, autolim=False)
    for colour, points in middles.items():
        if points:
            page.plot(
                *np.transpose(points), ".-", color=colour, linewidth=1.6, markersize=9, markevery=(1, 4),
                scalex=False, scaley=False,
            )  # fmt: skip
    write(_x(0), 31, "value of a cell (height: logarithm of the share of cells)", 9, ha="center", va="top")


def _x(value):
    """Where a value stands on the page; 0 is in the middle of the spreads."""
    return 602 + 50 * value


def _square(k):
    """(left, right, bottom, top) of picture k on the page."""
    left = 220 + 184 * k
    return left, left + _PICTURE, 219, 219 + _PICTURE


def _box(left, right, bottom, top):
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def _rows(n):
    return math.ceil(math.sqrt(n))


def _batch_picture(batch):
    """The images of a batch in a square, uint8, on white; with fewer pixels where they would not be seen."""
    rows = _rows(len(batch))
    step = max(1, rows * batch.shape[1] // 192)
    images = to_uint8(batch[:, ::step, ::step])
    height, width = images.shape[1:3]
    cells = np.full((rows * rows, height, width, 3), 255, np.uint8)
    cells[: len(images)] = images
    return cells.reshape(rows, rows, height, width, 3).transpose(0, 2, 1, 3, 4).reshape(rows * height, rows * width, 3)
