"""What a skip carries: pictures with and without it, and the error it leaves."""

import matplotlib.pyplot as plt
import numpy as np

from studylib.plots.figure import subplots
from studylib.plots.grid import to_uint8

_GAP = 3


def cut_skips(rows, errors, cell=0.95, credit=""):
    """Rows of pictures, with the mean error of each beside it.

    Args:
        rows: dict from a row's name to images, (N, H, W, 3), uint8 or float in [-1, 1]; N and sizes the same in all.
        errors: dict from a row's name to its error in grey levels; rows without one have no number.
        cell: width of a picture in inches.
        credit: whose pictures these are.

    Returns:
        A Figure; quick to draw again and again.

    Raises:
        ValueError: the rows differ in number or size of images.
    """
    pictures = [to_uint8(images) for images in rows.values()]
    if len({images.shape for images in pictures}) != 1:
        shapes = {name: images.shape for name, images in zip(rows, pictures, strict=True)}
        raise ValueError(f"cut_skips needs the same number and size of images in each row. Received: {shapes}")
    n, height, width, channels = pictures[0].shape
    mosaic = np.pad(np.stack(pictures), ((0, 0), (0, 0), (0, _GAP), (0, _GAP), (0, 0)), constant_values=255)
    mosaic = mosaic.transpose(0, 2, 1, 3, 4).reshape(len(rows) * (height + _GAP), n * (width + _GAP), channels)
    size = (cell * n + 1.95, cell * len(rows) * height / width + 0.22)
    figure = plt.Figure(figsize=size)
    axis = figure.add_axes((1.9 / size[0], 0.17 / size[1], cell * n / size[0], 1 - 0.22 / size[1]))
    axis.imshow(mosaic[:-_GAP, :-_GAP], interpolation="nearest", aspect="auto")
    labels = [f"{name}\nerror {errors[name]:.1f}" if name in errors else name for name in rows]
    axis.set_yticks(np.arange(len(rows)) * (height + _GAP) + height / 2, labels, fontsize=9)
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    if credit:
        figure.text(0.5, 0.075 / size[1], credit, ha="center", va="center", fontsize=6.5, color="0.35")
    return figure


def coarse_and_fine(errors, ylabel="error, grey levels"):
    """The error of large areas beside that of details, one group of bars for each way of using the network.

    Args:
        errors: dict from a name to (coarse, fine) error in grey levels.
    """
    figure, [[axis]] = subplots(size=(1.25 * len(errors) + 1.6, 2.9))
    values = np.array(list(errors.values()))
    for k, (label, hatch) in enumerate((("coarse: means of 8 x 8 pixels", ""), ("fine: what is left", "///"))):
        places = np.arange(len(errors)) + 0.38 * (k - 0.5)
        bars = axis.bar(places, values[:, k], 0.36, label=label, color=f"C{k}", alpha=0.75, hatch=hatch)
        axis.bar_label(bars, fmt="%.1f", fontsize=8)
    axis.set_xticks(range(len(errors)), list(errors), fontsize=9)
    axis.set_ylabel(ylabel)
    axis.set_ylim(0, 1.18 * values.max())
    axis.legend(fontsize=8, frameon=False)
    return figure
