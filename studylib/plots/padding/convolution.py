"""One image, its padding and the convolution behind it: the picture of the interactive view."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from studylib.plots.figure import INK, glyph
from studylib.plots.grid import to_uint8
from studylib.plots.padding.borders import ERROR_MAP

LARGEST_ERROR = 100  # the darkest of the error map: in grey levels, or in the units of a table of numbers
_STEP = 1.03  # from one panel to the next; a panel is 1 wide and 1 high


def padded_convolution(scene, result, margin):
    """The padded image, its true surroundings, the convolved output and its error, side by side.

    Args:
        scene: square array (size, size, channels): 3 channels in [-1, 1] are a picture, 1 channel is a table of
            numbers, which are written into the cells.
        result: what `studylib.padding.convolve_padded` made of it.
        margin: of the scene in pixels.

    Returns:
        A Figure. Its error is in grey levels (0 to 255) for a picture, else in the numbers' own unit. Frames mark the
        image, and, dashed, the pixels of the output that the padding did not reach.
    """
    scene = np.asarray(scene)
    size = len(scene) - 2 * margin
    width = (len(result.padded) - size) // 2
    cut = margin - width
    numbers = scene.shape[-1] == 1
    error = result.error if numbers else 127.5 * result.error
    panels = {
        f"padded: {_size(result.padded)}": result.padded,
        "what really lies around": scene[cut : len(scene) - cut, cut : len(scene) - cut],
        f"convolved: {_size(result.output)}": result.output,
        f"error{'' if numbers else ' in grey levels'}: {_size(error)}": error[..., None],
    }
    # All on one axis, and no pyplot: five axes of their own would take longer to make than the picture to draw.
    figure = Figure(figsize=(10.4, 2.7))
    axis = figure.add_axes([0.004, 0.01, 0.992, 0.98])
    axis.set_axis_off()
    for k, (title, values) in enumerate(panels.items()):
        colours = {"cmap": ERROR_MAP, "vmin": 0, "vmax": LARGEST_ERROR} if k == 3 else {"cmap": "cividis"}
        if numbers and k < 3:
            colours |= {"vmin": -60, "vmax": 99}
        shown = to_uint8(values) if values.shape[-1] == 3 else values[..., 0]
        picture = axis.imshow(shown, extent=(k * _STEP, k * _STEP + 1, 0, 1), interpolation="nearest", **colours)
        axis.text(k * _STEP + 0.5, 1.03, title, ha="center", va="bottom", fontsize=10.5)
        if numbers:
            _write(axis, picture, k * _STEP)
    image = [_frame(k * _STEP, len(result.padded), (width, width, size, size)) for k in (0, 1)]
    untouched = [_frame(3 * _STEP, len(error), box) for box in _untouched(result.touched)]
    axis.add_collection(LineCollection(image, colors="white", linewidths=2.8))
    axis.add_collection(LineCollection(image, colors="black", linewidths=1.2))
    axis.add_collection(LineCollection(untouched, colors="0.4", linewidths=1, linestyles="--"))
    _colour_bar(axis, 4 * _STEP)
    axis.set(xlim=(0, 4 * _STEP + 0.18), ylim=(0, 1.14), aspect="equal")
    return figure


def _size(values):
    return f"{values.shape[0]} x {values.shape[1]}"


def _frame(left, cells, box):
    """Corners of a box (row, column, height, width), in cells, of a panel with `cells` cells a side."""
    row, column, height, width = np.array(box) / cells
    x, y = left + column, 1 - row
    return [(x, y), (x + width, y), (x + width, y - height), (x, y - height), (x, y)]


def _untouched(touched):
    """The box of the pixels that the padding did not reach, as a list: empty where there are none or only such."""
    rows, columns = np.flatnonzero(~touched.all(axis=1)), np.flatnonzero(~touched.all(axis=0))
    return [(rows[0], columns[0], len(rows), len(columns))] if len(rows) and touched.any() else []


def _write(axis, picture, left):
    """Write the picture's numbers into its cells: all of one colour are one path, hundreds of texts would be slow."""
    values = np.round(np.asarray(picture.get_array(), "float64"), 1) + 0.0  # + 0.0: no minus before a zero
    n = len(values)
    height = (0.37 if np.all((values == np.round(values)) & (values >= 0)) else 0.24) / n  # room for decimals
    dark = picture.cmap(picture.norm(values))[..., :3].mean(axis=-1) < 0.5
    for colour, chosen in (("white", dark), (INK, ~dark)):
        vertices, codes = [np.zeros((0, 2))], [np.zeros(0, Path.code_type)]
        for y, x in zip(*np.nonzero(chosen), strict=True):
            outline = glyph(f"{values[y, x]:g}")
            vertices.append(outline.vertices * height + (left + (x + 0.5) / n, 1 - (y + 0.5) / n))
            codes.append(outline.codes)
        # Not add_patch, which would measure every curve for the axis' limits.
        axis.add_artist(PathPatch(Path(np.concatenate(vertices), np.concatenate(codes)), color=colour, lw=0))


def _colour_bar(axis, left):
    scale = np.linspace(LARGEST_ERROR, 0, 64)[:, None]
    axis.imshow(scale, cmap=ERROR_MAP, extent=(left, left + 0.045, 0, 1), aspect="auto")
    for height, text in ((0, "0"), (0.5, f"{LARGEST_ERROR // 2}"), (1, f"{LARGEST_ERROR}+")):
        va = {0: "bottom", 1: "top"}.get(height, "center")
        axis.text(left + 0.06, height, text, fontsize=9, va=va)
