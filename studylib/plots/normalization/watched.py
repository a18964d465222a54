"""One image among its batch mates, before and after a normalization."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from studylib.normalization import CHANNELS
from studylib.plots.figure import COLOURS, INK
from studylib.plots.grid import to_uint8
from studylib.plots.normalization.cube import draw_cube, title

WATCHED, SHARED = COLOURS["B"], COLOURS["A"]
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
    settings, channel = watched.settings, watched.settings["channel"]
    before, after, usual = (maps[..., channel] for maps in (watched.before, watched.after, watched.usual))
    # Few axes, few ticks and no legend: the picture follows a slider.
    figure = plt.figure(figsize=(9.4, 4.3))
    plt.close(figure)
    cube = figure.add_axes((0.005, 0.44, 0.22, 0.48))
    shape = (5, 2, 3, watched.before.shape[-1])
    draw_cube(cube, settings["member"], shape, settings["groups"], channel, (2, 3, 3, shape[3]))
    cube.set_xlabel("")  # the numbers that count are those of the real batch
    cube.set_title(title(settings["member"], settings["groups"]), fontsize=11, fontweight="bold", color=INK)
    name = CHANNELS[channel] if len(CHANNELS) == shape[3] else f"channel {channel}"
    maps = (
        (f"{name}, before", before, watched.scale[channel]),
        ("after", after, _OUTPUT),
        ("change of the output", after - usual, _OUTPUT),
    )
    _pictures(figure.add_axes((0.23, 0.4, 0.77, 0.6)), watched.batch, maps)
    parts = (("before", before, watched.shared_before), ("after", after, watched.shared_after))
    _spreads(figure.add_axes((0.3, 0.125, 0.68, 0.28)), parts)
    key = "dot and whiskers: mean and\none standard deviation"
    for k, (text, colour) in enumerate(
        ((key, INK), ("all cells that share\nits mean", SHARED), ("the watched image's\nfeature map", WATCHED))
    ):
        if colour != SHARED or watched.shared_before is not None:
            figure.text(0.012, 0.1 + 0.095 * k, text, fontsize=8.5, color=colour, va="bottom", linespacing=1.1)
    if credit:
        figure.text(0.99, 0.008, credit, fontsize=6.5, color="0.4", ha="right")
    return figure


def _pictures(axis, batch, maps):
    """The batch and three feature maps in a row, in one axes whose units are the width of a picture."""
    mosaic = _batch_picture(batch)
    label = {"fontsize": 9.5, "color": INK, "ha": "center"}
    axis.imshow(mosaic, extent=(0, 1, 0, 1), interpolation="nearest")
    axis.text(0.5, 1.05, f"batch of {len(batch)}", **label)
    size = 1 / _rows(len(batch))
    axis.add_patch(Rectangle((0, 1 - size), size, size, fill=False, edgecolor=WATCHED, linewidth=2.5))
    for k, (name, picture, limit) in enumerate(maps, start=1):
        left = 1.12 * k
        axis.imshow(
            picture, extent=(left, left + 1, 0, 1), cmap="PuOr_r", vmin=-limit, vmax=limit, interpolation="nearest"
        )
        axis.add_patch(Rectangle((left, 0), 1, 1, fill=False, edgecolor="0.6", linewidth=0.8))
        axis.text(left + 0.5, 1.05, name, **label)
        key = f"purple {-limit:.2g}, white 0, brown {limit:.2g}"
        axis.text(left + 0.5, -0.03, key, **label | {"fontsize": 8}, va="top")
    axis.set_xlim(-0.02, 4.38)
    axis.set_ylim(-0.2, 1.2)
    axis.set_axis_off()


def _spreads(axis, parts):
    """Two histograms over one axis, logarithmic in height; values beyond its ends are counted in the last bins."""
    for row, (label, values, shared) in enumerate(parts):
        floor = 1.45 * (len(parts) - 1 - row)
        axis.axhline(floor, color="0.7", linewidth=0.8, zorder=0)
        axis.text(_BINS[0] - 0.1, floor + 0.4, label, fontsize=9.5, color=INK, ha="right")
        drawn = [(values, WATCHED, 1.12)]
        if shared is not None:
            drawn.append((shared, SHARED, 1.27))
        for numbers, colour, height in drawn:
            counts = np.histogram(np.clip(numbers, _BINS[0], _BINS[-1]), _BINS)[0] / numbers.size
            bars = 1 - np.log10(np.maximum(counts, _SMALLEST)) / np.log10(_SMALLEST)  # 1 is all cells, 0 the smallest
            fill = colour == WATCHED
            axis.stairs(bars + floor, _BINS, baseline=floor, color=colour, fill=fill, alpha=0.6 if fill else 1, lw=1.3)
            mean, deviation = float(numbers.mean()), float(numbers.std())
            ends = [mean - deviation, mean, mean + deviation]
            axis.plot(ends, [floor + height] * 3, ".-", color=colour, linewidth=1.6, markersize=9, markevery=[1])
    axis.set_xlim(_BINS[0], _BINS[-1])
    axis.set_ylim(0, 2.85)
    axis.set_yticks([])
    axis.set_xticks(range(-6, 7, 2))
    axis.tick_params(labelsize=8.5)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.set_xlabel("value of a cell (height: share of the cells, on a logarithmic scale)", fontsize=9)


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
