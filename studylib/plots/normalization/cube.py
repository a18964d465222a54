"""The norms as cubes: which cells of a tensor share one mean, drawn cell by cell."""

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from studylib.arguments import shown, whole_number
from studylib.normalization import MEMBERS, statistics_groups
from studylib.plots.figure import COLOURS, INK, PAPER, subplots

SHARED, LINKED = COLOURS["A"], "#b9d0e8"  # dark enough and light enough to differ in print without colours
MOST_CELLS = 40  # along an axis: more cannot be told apart
KERNEL_SHAPE = (2, 3, 4, 6)  # (kh, kw, in, out) of the cube for "weight"
_TITLES = {"none": "no normalization", "whitening": "whitening", "group": "group norm, {} groups"}
_SIDES = np.array([1.0, 0.86, 0.94])  # light on the top, the right and the left side of the cube
# A step along each axis on the page: images to the upper right, pixels up, channels to the upper left.
_STEP = np.array([[np.cos(np.pi / 6), 0.5], [0.0, 1.0], [-np.cos(np.pi / 6), 0.5]])


def normalization_cubes(members=("batch", "layer", "instance", "group"), shape=(5, 2, 3, 6), groups=2, channel=0):
    """The well-known picture of the norms: in each cube, the cells that share one mean are coloured.

    A cube is a tensor (N, H, W, C) with the pixels stacked: one axis for the images, one for the channels, one for
    H and W together. Of all sets of cells the one is shown that holds a channel of the first image, which is in front.

    Args:
        members: of "none", "batch", "layer", "instance", "group", "weight" (the cube is a kernel then) and
            "whitening".
        shape: (N, H, W, C) of the tensor.
        groups: groups of channels, for "group".
        channel: whose set is shown, from 0.

    Returns:
        A Figure.

    Raises:
        ValueError: there is no such member; channel is not one of the C; groups does not divide C.

    Reference: after figure 2 of Wu, He (2018), Group Normalization, arXiv:1803.08494.
    """
    if isinstance(members, str) or not members:
        raise ValueError(f"members must be a list of {', '.join(MEMBERS)}. Received: members={shown(members)}")
    for member in members:
        sets_of_cells(member, shape, groups, channel, KERNEL_SHAPE)  # for its checks, before anything is drawn
    figure, axes = subplots(1, len(members), size=(2.05 * len(members), 3.1), layout=None, facecolor=PAPER)
    figure.subplots_adjust(0, 0.14, 1, 0.91, wspace=0.0)
    for axis, member in zip(axes[0], members, strict=True):
        draw_cube(axis, member, shape, groups, channel)
        axis.set_title(title(member, groups), fontsize=11, fontweight="bold", color=INK)
    keys = [Patch(facecolor=SHARED, edgecolor=INK, label="cells that share one mean")]
    if "whitening" in members:
        keys.append(Patch(facecolor=LINKED, edgecolor=INK, label="cells that share one covariance"))
    if "weight" in members:
        keys[0].set_label("cells that share one mean (of a kernel: one length)")
    figure.legend(handles=keys, loc="lower center", ncols=2, frameon=False, fontsize=9, labelcolor=INK)
    return figure


def title(member, groups):
    """The member's name as a title; group normalization with its number of groups."""
    return _TITLES.get(member, f"{member} norm").format(groups).replace(" 1 groups", " 1 group")


def draw_cube(axis, member, shape, groups=2, channel=0, kernel_shape=KERNEL_SHAPE):
    """Draws one cube, with its axes named and the sets counted below.

    Args:
        axis: matplotlib axes; they lose their frame.
        member, shape, groups, channel: see `normalization_cubes`.
        kernel_shape: (kh, kw, in, out), for "weight".
    """
    level, names, counted = sets_of_cells(member, shape, groups, channel, kernel_shape)
    draw_cells(axis, level)
    for text in around_cells(level.shape, names):
        axis.text(**text)
    (left, right), (bottom, top) = extent(level.shape)
    axis.set_aspect("equal")
    axis.set_xlim(left, right)
    axis.set_ylim(bottom, top)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)
    axis.set_facecolor("none")
    axis.set_xlabel(counted, fontsize=9, color=INK)


def sets_of_cells(member, shape, groups, channel, kernel_shape):
    """What a cube shows: level (images, pixels, channels), 0 apart, 1 linked, 2 shared; its axes' names; the count.

    See `draw_cube` for the arguments.
    """
    if not isinstance(member, str) or member not in MEMBERS:
        raise ValueError(f"members must be of {', '.join(MEMBERS)}. Received: {shown(member)}")
    if not isinstance(shape, (tuple, list)) or len(shape) != 4:
        raise ValueError(f"shape must be (N, H, W, C). Received: shape={shown(shape)}")
    for size in shape:
        whole_number("shape", size, at_most=MOST_CELLS)
    if whole_number("channel", channel, at_least=0) >= shape[3]:
        raise ValueError(f"channel must be one of the {shape[3]}, from 0 on. Received: channel={shown(channel)}")
    if member == "weight":
        kh, kw, n_in, n_out = kernel_shape
        shape, names = (n_in, kh, kw, n_out), ("inputs", "kernel\nkh, kw", "filters")
        numbers, counted = np.broadcast_to(np.arange(n_out), shape), f"{n_out} lengths, one a filter"
    elif member == "none":
        numbers, names, counted = None, ("images N", "pixels\nH, W", "channels C"), "no statistics"
    else:
        known = "batch" if member == "whitening" else member  # whitening's means are those of the channels, too
        numbers = statistics_groups(known, shape, groups if member == "group" else None)
        names = ("images N", "pixels\nH, W", "channels C")
        means, cells = numbers.max() + 1, numbers.size // (numbers.max() + 1)
        counted = f"{_count(means, 'mean')} of {_count(cells, 'cell')}"
        if member == "whitening":
            counted += f"\n1 covariance {shape[3]} x {shape[3]}"
    n_images, pixels, channels = shape[0], shape[1] * shape[2], shape[3]
    level = np.zeros((n_images, pixels, channels), int)
    if numbers is not None:
        numbers = numbers.reshape(level.shape)
        level[:] = member == "whitening"
        level[numbers == numbers[0, 0, min(channel, channels - 1)]] = 2
    return level, names, counted


def draw_cells(axis, level, place=(0, 0), size=1):
    """The three visible sides of a block of cells, their lower corner in front at `place`, an edge `size` long.

    Args:
        axis: matplotlib axes.
        level: (images, pixels, channels), see `sets_of_cells`.
    """
    n, p, c = level.shape
    palette = np.array([to_rgb("white"), to_rgb(LINKED), to_rgb(SHARED)])
    corners, colours = [], []
    for side, (missing, cells) in enumerate(((1, level[:, -1]), (2, level[:, :, 0]), (0, level[0]))):
        along = [axis_ for axis_ in range(3) if axis_ != missing]
        at = np.zeros((*cells.shape, 4, 3))
        at[..., missing] = p if missing == 1 else 0
        first, second = np.indices(cells.shape)
        at[..., along[0]] = first[..., None] + [0, 1, 1, 0]
        at[..., along[1]] = second[..., None] + [0, 0, 1, 1]
        corners.append((at @ _STEP).reshape(-1, 4, 2))
        colours.append(palette[cells.ravel()] * _SIDES[side])
    polygons = size * np.concatenate(corners) + place
    cells = PolyCollection(polygons, facecolors=np.concatenate(colours), edgecolors=INK, linewidths=0.6)
    axis.add_collection(cells, autolim=False)


def around_cells(shape, names, place=(0, 0), size=1):
    """The names of a block's axes as arguments of `text`: a list of dicts; the arguments are those of `draw_cells`."""
    n, p, c = shape
    right, left = np.array([n / 2, 0, 0]) @ _STEP + (0.75, -0.75), np.array([0, 0, c / 2]) @ _STEP + (-0.75, -0.75)
    side = np.array([0, p / 2, c]) @ _STEP + (-0.5, 0)
    texts = []
    for at, name, ha, turn in (
        (right, names[0], "center", 30),
        (left, names[2], "center", -30),
        (side, names[1], "right", 0),
    ):
        x, y = size * at + place
        texts.append(
            {"x": x, "y": y, "s": name, "ha": ha, "va": "center", "rotation": turn, "fontsize": 9, "color": INK}
        )
    return texts


def extent(shape):
    """(left, right), (bottom, top) of a block of cells and the names around it, for edges of 1."""
    n, p, c = shape
    width = _STEP[0, 0]
    return (-c * width - 3.2, n * width + 0.8), (-1.6, p + 0.5 * (n + c) + 0.5)


def _count(number, thing):
    return f"{number} {thing}" + ("s" if number != 1 else "")
