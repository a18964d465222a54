"""What a padding costs near the border: pictures that were continued, maps, profiles and growth of the error."""

import numpy as np
from matplotlib.patches import Rectangle

from studylib.arguments import image_values, shown, whole_number
from studylib.padding import NUMPY_MODES
from studylib.plots.figure import subplots
from studylib.plots.grid import to_uint8

# Colour, marker and dashes: told apart without colour too.
STYLES = {
    "zero": {"color": "#555555", "marker": "s", "linestyle": "-"},
    "reflection": {"color": "#2a6fb5", "marker": "o", "linestyle": "-"},
    "symmetric": {"color": "#7b4fa3", "marker": "^", "linestyle": "--"},
    "replication": {"color": "#d06a1c", "marker": "v", "linestyle": "-."},
}
ERROR_MAP = "magma_r"  # pale where nothing is wrong


def padded_pictures(scenes, margin, credit=""):
    """Pictures cut out of larger ones: what really lies around them, and what each padding puts there.

    Args:
        scenes: dict from a row's name to one picture, uint8 (height, width, 3); the image is the picture without its
            margin, and each mode pads it by the margin.
        margin: in pixels.
        credit: whose pictures these are; stands small at the foot.

    Returns:
        A Figure; a frame marks the image itself.
    """
    if not isinstance(scenes, dict) or not scenes:
        raise ValueError(f"scenes must be a dict from name to picture. Received: scenes={shown(scenes)}")
    for scene in scenes.values():
        if image_values("scenes", scene).ndim != 3:
            raise ValueError(f"scenes must hold pictures (height, width, 3). Received: shape {np.shape(scene)}")
        whole_number("margin", margin, at_most=(min(np.shape(scene)[:2]) - 1) // 2)
    n_columns = 1 + len(NUMPY_MODES)
    figure, axes = subplots(len(scenes), n_columns, size=(1.75 * n_columns, 1.85 * len(scenes) + 0.4))
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)
    for row, (name, scene) in zip(axes, scenes.items(), strict=True):
        # Zero is the middle of [-1, 1]: a mid-grey among the colours.
        image = scene[margin:-margin, margin:-margin].astype("float32") / 127.5 - 1
        sides = ((margin, margin), (margin, margin), (0, 0))
        pictures = {"true surroundings": scene}
        pictures |= {mode: to_uint8(np.pad(image, sides, mode=numpy_mode)) for mode, numpy_mode in NUMPY_MODES.items()}
        for axis, (title, picture) in zip(row, pictures.items(), strict=True):
            axis.imshow(picture, interpolation="nearest")
            frame_image(axis, margin, image.shape)
            axis.set_title(title if row[0] is axes[0, 0] else "", fontsize=11)
            no_ticks(axis)
        row[0].set_ylabel(name, fontsize=10)
    if credit:
        figure.supxlabel(credit, fontsize=7, color="0.35")
    return figure


def frame_image(axis, margin, shape):
    """Draw a frame around an image of (height, width, ...) that lies `margin` pixels inside the picture."""
    for colour, width in (("white", 2.6), ("black", 1.1)):  # seen on light and on dark pictures
        corner = (margin - 0.5, margin - 0.5)
        axis.add_patch(Rectangle(corner, shape[1], shape[0], fill=False, edgecolor=colour, lw=width))


def no_ticks(axis):
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)


def guesses(panels, ylabels, top=None):
    """How well padding guesses what lies beyond the edge, against the distance from the edge; two panels a row.

    Args:
        panels: dict from a title to a dict from a mode to values, the first of them one pixel beyond the edge.
        ylabels: one text a panel.
        top: values above it are drawn at it, their number beside them; None for none.
    """
    figure, axes = subplots(-(-len(panels) // 2), 2, size=(8.4, 2.7 * -(-len(panels) // 2)))
    for axis, (title, curves), ylabel in zip(axes.flat, panels.items(), ylabels, strict=False):
        for mode, values in curves.items():
            places, values = np.arange(1, len(values) + 1), np.asarray(values, float)
            shown = values if top is None else np.minimum(values, top)
            axis.plot(places, shown, markersize=5, label=mode, **STYLES[mode])
            for place, value in zip(places[values > shown], values[values > shown], strict=True):
                where = {"xytext": (7, -2), "textcoords": "offset points", "va": "center"}
                axis.annotate(f"{value:.1f}", (place, top), fontsize=8, color=STYLES[mode]["color"], **where)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("pixels beyond the edge")
        axis.set_ylabel(ylabel)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))
    axes[0, 0].legend(fontsize=8, frameon=False)
    return figure


def border_maps(errors, label="error (1 = spread of the true values)"):
    """The error of every pixel, mean over many images, a heat map for each mode.

    Args:
        errors: dict from a row's name to a dict from a mode to an array (height, width). All share one scale.
        label: of the colour bar.
    """
    modes = list(next(iter(errors.values())))
    figure, axes = subplots(len(errors), len(modes), size=(1.9 * len(modes) + 1, 1.95 * len(errors) + 0.3))
    largest = max(np.max(values) for maps in errors.values() for values in maps.values())
    for row, (name, maps) in zip(axes, errors.items(), strict=True):
        for axis, mode in zip(row, modes, strict=True):
            shown = axis.imshow(maps[mode], cmap=ERROR_MAP, vmin=0, vmax=largest, interpolation="nearest")
            axis.set_title(mode if row[0] is axes[0, 0] else "", fontsize=11)
            axis.set_xlabel(f"mean {np.mean(maps[mode]):.3f}", fontsize=9)
            axis.set_xticks([])
            axis.set_yticks([])
            axis.spines[:].set(visible=True, color="0.7")
        row[0].set_ylabel(name, fontsize=10)
    figure.colorbar(shown, ax=axes, fraction=0.025, label=label)
    return figure


def border_profiles(panels, ylabel="error (1 = spread of the true values)"):
    """The error against the distance from the border.

    Args:
        panels: dict from a title to a dict from a mode to values; the first is that of the outermost pixels.
    """
    figure, axes = subplots(1, len(panels), size=(3.7 * len(panels), 3.1), sharey=True)
    for axis, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for mode, values in curves.items():
            axis.plot(values, markersize=5, label=mode, **STYLES[mode])
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("pixels from the border")
        axis.xaxis.get_major_locator().set_params(integer=True)
    axes[0, 0].set_ylabel(ylabel)
    axes[0, 0].set_ylim(bottom=0)
    axes[0, -1].legend(fontsize=8, frameon=False)
    return figure


def border_growth(errors, label="error (1 = spread of the true values)"):
    """How the wrong frame grows inwards with the number of 3 x 3 convolutions; steps mark how far it can reach.

    Args:
        errors: dict from a mode to an array (layers, distances): the error after each layer, by distance from the
            border in pixels; more distances than layers.
    """
    figure, axes = subplots(1, len(errors), size=(2.3 * len(errors) + 0.9, 2.7), sharey=True)
    largest = max(np.max(values) for values in errors.values())
    for axis, (mode, values) in zip(axes[0], errors.items(), strict=True):
        n_layers, n_distances = np.shape(values)
        extent = (-0.5, n_distances - 0.5, n_layers + 0.5, 0.5)
        shown = axis.imshow(values, cmap=ERROR_MAP, vmin=0, vmax=largest, extent=extent, aspect="auto")
        front = np.arange(n_layers + 1) + 0.5  # k layers of 3 x 3 reach k pixels
        axis.plot(front, front, drawstyle="steps-pre", color="0.35", lw=1)
        axis.set_title(mode, fontsize=11)
        axis.set_xlabel("pixels from the border")
        axis.xaxis.get_major_locator().set_params(integer=True)
    axes[0, 0].set_ylabel("layers")
    axes[0, 0].yaxis.get_major_locator().set_params(integer=True)
    figure.colorbar(shown, ax=axes, fraction=0.025, label=label)
    return figure
