"""Pictures of exported generators: formats side by side, and what few bits do to numbers."""

import numpy as np

from studylib.arguments import number_array, real_number, shown
from studylib.deployment.comparison import IN_MEMORY
from studylib.deployment.quantization import dequantize, quantize
from studylib.plots.figure import COLOURS, INK, subplots
from studylib.plots.grid import as_float

NO_DIFFERENCE = 1e-6  # grey levels: where the axis begins


def formats(comparison):
    """Exported files side by side: size, time and difference to Keras.

    Args:
        comparison: a `studylib.deployment.Comparison`.

    Returns:
        A Figure of three rows of bars; the model in memory has no size. The differences are on a logarithmic axis,
        and the dashed line is half a grey level, which rounding to uint8 may hide.
    """
    names = list(comparison.rows)
    panels = {
        "file, MB": [row.megabytes for row in comparison.rows.values()],
        "one image, ms (median)": [row.milliseconds for row in comparison.rows.values()],
        "mean difference to Keras, grey levels": [row.mean for row in comparison.rows.values()],
    }
    figure, [axes] = subplots(1, 3, size=(10.5, 0.34 * len(names) + 0.9), sharey=True)
    for axis, (title, values) in zip(axes, panels.items(), strict=True):
        lengths = np.array([value or 0.0 for value in values])
        colours = [COLOURS["A"] if name == IN_MEMORY else COLOURS["B"] for name in names]
        is_difference = axis is axes[-1]
        if is_difference:
            axis.set_xscale("log")
            axis.axvline(0.5, color=INK, linestyle="--", linewidth=1, zorder=0)
            lengths = np.maximum(lengths, NO_DIFFERENCE)
        axis.barh(names, lengths, color=colours)
        for place, value in enumerate(values):
            text = "not on the disk" if value is None else f"{value:.2g}" if is_difference else f"{value:.2f}"
            style = {"va": "center", "fontsize": 8, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}
            axis.annotate(text, (lengths[place], place), (5, 0), textcoords="offset points", **style)
        axis.set_title(title, fontsize=10)
    axes[0].invert_yaxis()
    axes[0].set_xlim(right=1.25 * max(value or 0.0 for value in panels["file, MB"]))
    axes[1].set_xlim(right=1.25 * max(panels["one image, ms (median)"]))
    axes[2].set_xlim(NO_DIFFERENCE, 300)
    axes[2].set_xlabel("dashed: half a grey level")
    return figure


def rounded_numbers(values, ranges, bits=4):
    """What whole numbers of few bits make of numbers, for several ranges that they are spread over.

    Args:
        values: the numbers, an array of any shape.
        ranges: dict from a title to (low, high), the range that the whole numbers cover.
        bits: of the whole numbers.

    Returns:
        A Figure, a panel for each range: grey, how often a number comes; line, what becomes of it, where the
        diagonal would be right; in the title the mean error.

    Raises:
        ValueError: no numbers, no range, or one that `quantize` refuses.
    """
    values = number_array("values", values).ravel()
    pairs = list(ranges.values()) if isinstance(ranges, dict) else []
    if not pairs or not all(isinstance(limits, (tuple, list)) and len(limits) == 2 for limits in pairs):
        raise ValueError(f"ranges must be a dict from a title to (low, high). Received: ranges={shown(ranges)}")
    low, high = float(values.min()), float(values.max())
    figure, [axes] = subplots(1, len(ranges), size=(3.3 * len(ranges), 3.2), sharex=True, sharey=True)
    line = np.linspace(low, high, 1201)
    for axis, (title, limits) in zip(axes, ranges.items(), strict=True):
        error = np.abs(dequantize(quantize(values, *limits, bits), *limits, bits) - values).mean()
        heights, edges = np.histogram(values, 60)
        scaled = heights / heights.max() * 0.45 * (high - low)
        axis.bar(edges[:-1], scaled, np.diff(edges), low, align="edge", color="0.85")
        axis.plot([low, high], [low, high], color="0.6", linestyle="--", linewidth=1)
        axis.plot(line, dequantize(quantize(line, *limits, bits), *limits, bits), color=COLOURS["B"], linewidth=1.6)
        axis.set_title(f"{title}\nmean error {error:.3f}", fontsize=10)
        axis.set_xlabel("number")
    axes[0].set_ylabel(f"what {bits} bits make of it")
    return figure


def differences(images, truth, gain=8):
    """How images differ from others: grey where they are equal, lighter or darker where they are not.

    Args:
        images, truth: arrays of one shape, uint8 or float in [-1, 1].
        gain: by how much the difference is enlarged.

    Returns:
        float32 array of that shape in [-1, 1], an image like others for `image_rows` and `image_grid`.

    Raises:
        ValueError: two shapes, values that are none of images, or a gain that is no number above 0.
    """
    images, truth, gain = as_float(images), as_float(truth), real_number("gain", gain, above=0)
    if images.shape != truth.shape:
        raise ValueError(f"images and truth must be of one shape. Received: shapes {images.shape} and {truth.shape}")
    return np.clip(gain * (images - truth), -1, 1).astype(np.float32)
