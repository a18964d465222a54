"""Pictures of the tour: rows of images with names beside them, and CycleGAN at one glance."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from studylib.arguments import real_number, shown
from studylib.plots.figure import COLOURS, INK, PAPER
from studylib.plots.grid import to_uint8


def image_rows(rows, columns=None, title=None, cell=1.0, credit=""):
    """Images in named rows, the same number in each.

    Args:
        rows: dict from row name to images, (N, H, W, 3) or a list of (H, W, 3), uint8 or float in [-1, 1].
        columns: N names to stand above; None for none.
        title: of the figure.
        cell: width of an image in inches.
        credit: whose pictures these are; stands small at the foot.

    Returns:
        A Figure. All images are one mosaic, so it is quick to draw again and again.
    """
    real_number("cell", cell, above=0, at_most=20)
    if not isinstance(rows, dict) or not rows:
        raise ValueError(f"rows must be a dict from row name to images. Received: rows={shown(rows)}")
    pictures = [to_uint8(images) for images in rows.values()]
    if wrong := [images.shape for images in pictures if images.ndim != 4 or 0 in images.shape or images.shape[-1] != 3]:
        raise ValueError(f"image_rows needs images of shape (N, H, W, 3), N of 1 or more. Received: shape {wrong[0]}")
    if len({images.shape for images in pictures}) != 1:
        shapes = {name: images.shape for name, images in zip(rows, pictures, strict=True)}
        raise ValueError(f"image_rows needs the same number and size of images in each row. Received: {shapes}")
    n, height, width, _ = pictures[0].shape
    if columns is not None and len(columns) != n:
        raise ValueError(f"columns must name {n} images, one each. Received: {len(columns)} names")
    gap = max(1, width // 16)
    mosaic = np.pad(np.stack(pictures), ((0, 0), (0, 0), (0, gap), (0, gap), (0, 0)), constant_values=255)
    mosaic = mosaic.transpose(0, 2, 1, 3, 4).reshape(len(rows) * (height + gap), n * (width + gap), 3)

    credit = textwrap.fill(credit, round(20 * (cell * n + 1.2)))
    around = 0.1 + 0.25 * bool(columns) + 0.35 * bool(title) + 0.12 * len(credit.splitlines())
    size = (cell * n + 1.2, cell * len(rows) * height / width + around)
    figure, axis = plt.subplots(figsize=size, layout="constrained")
    plt.close(figure)  # the caller shows it; pyplot must not show it a second time
    axis.imshow(mosaic[:-gap, :-gap], interpolation="nearest")
    axis.set_yticks(np.arange(len(rows)) * (height + gap) + height / 2, rows.keys(), fontsize=10)
    axis.set_xticks(np.arange(n) * (width + gap) + width / 2, columns or [""] * n, fontsize=9)
    axis.tick_params(length=0, labeltop=True, labelbottom=False)
    axis.spines[:].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=11)
    if credit:
        figure.supxlabel(credit, fontsize=6, color="0.4")
    return figure


def cyclegan_diagram(pictures=None):
    """How CycleGAN works: there and back from both sides, with a discriminator watching each fake.

    Args:
        pictures: dict with an image for each of real_A, fake_B, cycled_A, real_B, fake_A, cycled_B, (H, W, 3), uint8
            or float in [-1, 1]. None draws a plain tile instead.

    Returns:
        A Figure on its own light ground, legible on white and on dark pages.
    """
    figure, axis = plt.subplots(figsize=(9, 6.6), facecolor=PAPER)
    plt.close(figure)  # the caller shows it; pyplot must not show it a second time
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.99)
    axis.set_axis_off()
    axis.set_aspect("equal")
    for top, start, other in ((6.6, "A", "B"), (3.15, "B", "A")):
        _there_and_back(axis, top, start, other, pictures)
    axis.plot([0.48, 8.72], [3.32, 3.32], color="0.85", lw=1)
    axis.set_xlim(0.1, 9.1)
    axis.set_ylim(0, 6.6)
    return figure


def _there_and_back(axis, top, start, other, pictures):
    """One direction: real -> fake -> cycled, the cycle above, the discriminator below."""
    y, y_judge = top - 1.35, top - 2.72
    names = (f"real_{start}", f"fake_{other}", f"cycled_{start}")
    for x, name, domain in zip((1.1, 4.6, 8.1), names, (start, other, start), strict=True):
        _tile(axis, x, y, name, domain, pictures)
    for x, name in ((2.85, f"g_{start}{other}"), (6.35, f"g_{other}{start}")):
        _box(axis, x, y, name, "generator", INK)
        _arrow(axis, (x - 1.13, y), (x - 0.62, y))
        _arrow(axis, (x + 0.62, y), (x + 1.13, y))

    # The way back must end where it began.
    _arrow(axis, (8.1, y + 0.62), (1.1, y + 0.62), COLOURS[start], style="<|-|>", bend=0.085)
    text = f"cycle consistency: cycled_{start} should equal real_{start}"
    axis.text(4.6, top - 0.33, text, ha="center", va="center", color=COLOURS[start], fontsize=11, weight="bold")

    _box(axis, 4.6, y_judge, f"d_{other}", "discriminator", COLOURS[other])
    _arrow(axis, (4.6, y - 0.9), (4.6, y_judge + 0.33))
    _tile(axis, 2.45, y_judge, f"real_{other}", other, pictures, half=0.3)
    _arrow(axis, (2.85, y_judge), (3.98, y_judge))
    _arrow(axis, (5.22, y_judge), (5.85, y_judge))
    axis.text(5.95, y_judge, f"a real {other}, or a fake?", va="center", color=INK, fontsize=11, style="italic")


def _tile(axis, x, y, name, domain, pictures, half=0.57):
    """An image in a frame of its domain's colour, its name below (left of it if small)."""
    box = (x - half, x + half, y - half, y + half)
    frame = 0.05
    axis.add_patch(
        plt.Rectangle((box[0] - frame, box[2] - frame), *[2 * (half + frame)] * 2, color=COLOURS[domain], lw=0)
    )
    if pictures is None:
        axis.add_patch(plt.Rectangle((box[0], box[2]), 2 * half, 2 * half, color="white", lw=0))
        axis.text(x, y, domain, ha="center", va="center", color=COLOURS[domain], fontsize=46 * half, weight="bold")
    else:
        axis.imshow(to_uint8(pictures[name]), extent=box, interpolation="nearest", zorder=2)
    where = {"x": x, "y": y - half - 0.1, "ha": "center", "va": "top"}
    if half < 0.5:
        where = {"x": x - half - 0.15, "y": y, "ha": "right", "va": "center"}
    axis.text(where.pop("x"), where.pop("y"), name, color=COLOURS[domain], fontsize=11, family="monospace", **where)


def _box(axis, x, y, name, kind, colour):
    shape = FancyBboxPatch(
        (x - 0.5, y - 0.22), 1.0, 0.44, boxstyle="round,pad=0.08,rounding_size=0.12", color=colour, lw=0
    )
    axis.add_patch(shape)
    axis.text(x, y + 0.1, name, ha="center", va="center", color="white", fontsize=12, family="monospace", weight="bold")
    axis.text(x, y - 0.14, kind, ha="center", va="center", color="white", fontsize=8.5)


def _arrow(axis, start, end, colour=INK, style="-|>", bend=0.0):
    path = f"arc3,rad={bend}"
    axis.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle=style, connectionstyle=path, color=colour, mutation_scale=14, lw=1.6,
            shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip
