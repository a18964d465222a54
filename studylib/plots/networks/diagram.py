"""A network drawn from itself: one block for each of its stages, an arc for each of its skips."""

import math

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Patch

from studylib.networks.inspection import LayerTable, layer_table, megabytes, shape_text, short_number
from studylib.networks.stages import repeats, stages
from studylib.plots.figure import INK, PAPER

# Fill, hatch and name of each kind of stage: told apart in black and white, too.
_KINDS = {
    "in": ("#ffffff", "", "image"),
    "down": ("#8fb8de", "\\\\\\", "convolution, stride 2"),
    "level": ("#d9d9d9", "", "convolution, stride 1"),
    "up": ("#f0b27a", "///", "transposed convolution"),
}
SKIP = "#8a2f6b"
_SLOT = 0.84  # inches from one block to the next
_UNIT = 0.21  # inches for each doubling of height
_LINE = 0.152  # inches for each line of text


def network_diagram(network, input_shape=None, title=None, details=True):
    """Draw a network from its layers: nothing is placed by hand.

    A block is a convolution with the padding before it and the normalization and activation behind it. Its height
    stands for the rows of its output, its width for the channels, both on a logarithmic scale. Arcs are skips: they
    end where values are added (+) or concatenated. Rounds of equal stages are drawn once, with their number.

    Args:
        network: a functional keras.Model, or its `LayerTable`.
        input_shape: (height, width, channels), for a model that leaves them open.
        title: of the figure; None is the model's name with its costs for one image.
        details: False leaves out what each stage does and names its shape only, which is quicker to draw.

    Returns:
        A Figure on its own light ground.

    Raises:
        ValueError: as `studylib.networks.inspection`; or an output has no height and width.
    """
    table = network if isinstance(network, LayerTable) else layer_table(network, input_shape)
    if flat := [row.name for row in table if len(row.output_shape) != 3]:
        raise ValueError(f"network_diagram needs (height, width, channels) in each layer. Received: layer {flat[0]!r}")
    every = stages(table)
    rounds = repeats(every)
    hidden = {first + i for first, period, times in rounds for i in range(period, period * times)}
    shown = [k for k in range(len(every)) if k not in hidden]
    # A stage behind the rounds that reads their end reads the end of the one round that is drawn.
    last_of = {first + period * times - 1: first + period - 1 for first, period, times in rounds}
    place = {k: i for i, k in enumerate(shown)}
    place |= {last: place[drawn] for last, drawn in last_of.items()}
    arcs = [(place[start], place[k], kind) for k in shown for start, kind in every[k].skips if start in place]

    blocks = [_block(i, every[k].output_shape) for i, k in enumerate(shown)]
    labels = [_label(every[k], details) for k in shown]
    tracks = _tracks(blocks, arcs)
    top = max([block[3] for block in blocks] + [y for y in tracks]) + (0.62 if rounds else 0.3)
    bottom = min(block[2] for block in blocks) - _LINE * max(label.count("\n") + 1 for label in labels) - 0.18
    width, height = max(_SLOT * len(shown), 5.6), top - bottom + 1.0
    figure, axis = plt.subplots(figsize=(width, height), facecolor=PAPER)
    plt.close(figure)  # the caller shows it
    axis.set_position((0, 0.5 / height, 1, (top - bottom) / height))
    axis.set_axis_off()
    middle = _SLOT * len(shown) / 2
    axis.set(xlim=(middle - width / 2, middle + width / 2), ylim=(bottom, top))

    _draw_blocks(axis, blocks, [every[k].direction for k in shown])
    floor = min(block[2] for block in blocks)
    for block, label in zip(blocks, labels, strict=True):
        axis.text((block[0] + block[1]) / 2, floor - 0.08, label, ha="center", va="top", fontsize=8, color=INK)
    for (start, end, kind), y in zip(arcs, tracks, strict=True):
        _draw_arc(axis, blocks[start], blocks[end], y, kind)
    for first, period, times in rounds:
        _draw_rounds(axis, blocks[place[first]], blocks[place[first + period - 1]], times, top - 0.3)

    figure.text(0.5, 1 - 0.26 / height, title or _title(table), ha="center", va="center", fontsize=10, color=INK)
    _draw_legend(figure, height, {every[k].direction for k in shown}, bool(arcs))
    return figure


def _block(i, shape):
    """(left, right, bottom, top) in inches of block number i."""
    half_width = _SLOT * (0.05 + 0.033 * math.log2(shape[2]))
    half_height = _UNIT * (math.log2(shape[0]) + 1) / 2
    middle = _SLOT * (i + 0.5)
    return middle - half_width, middle + half_width, -half_height, half_height


def _label(stage, details):
    height, width, channels = stage.output_shape
    words = stage.words if details else ()
    return "\n".join([f"{height}x{width}", f"{channels} ch", *words]).replace(" /", "\nstride ")


def _tracks(blocks, arcs):
    """For each arc the height at which it runs: above all blocks between its ends."""
    return [max(block[3] for block in blocks[start : end + 1]) + 0.17 for start, end, _ in arcs]


def _draw_blocks(axis, blocks, directions):
    for direction, (fill, hatch, _) in _KINDS.items():
        corners = [
            [(left, bottom), (right, bottom), (right, top), (left, top)]
            for (left, right, bottom, top), kind in zip(blocks, directions, strict=True)
            if kind == direction
        ]
        collection = PolyCollection(corners, facecolor=fill, edgecolor=INK, linewidth=0.9, hatch=hatch, zorder=2)
        collection.set_label(direction)
        axis.add_collection(collection)
    between = [[(a[1], 0), (b[0], 0)] for a, b in zip(blocks, blocks[1:], strict=False)]
    axis.add_collection(LineCollection(between, color=INK, linewidth=1, zorder=1))


def _draw_arc(axis, start, end, y, kind):
    """Up from the right part of one block, along, and down onto the left part of another."""
    from_x = 0.3 * start[0] + 0.7 * start[1]
    to_x = 0.7 * end[0] + 0.3 * end[1]
    axis.plot([from_x, from_x, to_x], [start[3], y, y], color=SKIP, lw=1.5, solid_joinstyle="round", zorder=3)
    arrow = {"arrowstyle": "-|>", "color": SKIP, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", (to_x, end[3]), (to_x, y), arrowprops=arrow, zorder=3)
    sign = {"Add": "+", "Concatenate": "concat"}.get(kind, kind)
    if sign == "+":
        axis.text(to_x, y - 0.02, sign, ha="center", va="bottom", color=SKIP, fontsize=11)
    else:  # under the line: the arc of the next larger level runs close above it
        axis.text(to_x - 0.06, y - 0.02, sign, ha="right", va="top", color=SKIP, fontsize=7.5)


def _draw_rounds(axis, first, last, times, y):
    left, right = first[0] - 0.06, last[1] + 0.06
    axis.plot([left, left, right, right], [y - 0.08, y, y, y - 0.08], color=INK, lw=1)
    axis.text((left + right) / 2, y + 0.03, f"{times} times", ha="center", va="bottom", fontsize=9, color=INK)


def _draw_legend(figure, height, directions, has_arcs):
    handles = [
        Patch(facecolor=fill, edgecolor=INK, hatch=hatch, label=name)
        for direction, (fill, hatch, name) in _KINDS.items()
        if direction in directions and direction != "in"
    ]
    if has_arcs:
        handles.append(plt.Line2D([], [], color=SKIP, lw=1.5, label="skip"))
    style = {"fontsize": 8, "frameon": False, "labelcolor": INK, "columnspacing": 1.2, "handletextpad": 0.5}
    figure.legend(handles=handles, loc="lower center", ncols=len(handles), bbox_to_anchor=(0.5, 0.13 / height), **style)
    scale = "height of a block: rows, width: channels (ch), both on a logarithmic scale"
    figure.text(0.5, 0.1 / height, scale, ha="center", va="center", fontsize=8, color=INK)


def _title(table):
    shapes = f"{shape_text(table[0].output_shape)} to {shape_text(table[-1].output_shape)}"
    return (
        f"{table.name}: {shapes}\n{table.parameters:,} parameters, {short_number(table.multiply_adds)} multiply-adds, "
        f"{megabytes(table.activation_bytes)} of activations"
    )
