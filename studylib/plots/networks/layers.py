"""A few layers drawn one by one, and what networks cost."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch

from studylib.networks.inspection import LayerTable, layer_table, shape_text
from studylib.plots.figure import INK, PAPER, subplots
from studylib.plots.networks.diagram import SKIP

_FILLS = {"Conv2D": "#8fb8de", "Conv2DTranspose": "#f0b27a", "Add": "#ffffff", "Concatenate": "#ffffff"}
_NAMES = {
    "InputLayer": "x",
    "ReflectionPadding2D": "reflection\npadding",
    "ZeroPadding2D": "zero\npadding",
    "Conv2D": "conv",
    "Conv2DTranspose": "up-conv",
    "InstanceNormalization": "instance\nnorm",
    "LeakyReLU": "leaky\nReLU",
}


def layer_diagram(network, input_shape=None, title=None):
    """Every layer of a small network as a box, from left to right; ways past other layers as arcs above.

    Args:
        network: a functional keras.Model, or its `LayerTable`.
        input_shape: (height, width, channels), for a model that leaves them open.
        title: of the figure; None is the model's name.

    Returns:
        A Figure on its own light ground.

    Raises:
        ValueError: as `studylib.networks.inspection`.
    """
    table = network if isinstance(network, LayerTable) else layer_table(network, input_shape)
    slot, half = 1.02, 0.42
    place = {row.name: i for i, row in enumerate(table)}
    arcs = [(place[name], i) for i, row in enumerate(table) for name in row.inputs if place[name] < i - 1]
    levels = {arc: 0.78 + 0.3 * sum(_inside(other, arc) for other in arcs) for arc in arcs}
    top = max(levels.values(), default=0.5) + 0.55
    figure, axis = plt.subplots(figsize=(slot * len(table), top + 0.8), facecolor=PAPER)
    plt.close(figure)  # the caller shows it
    figure.subplots_adjust(0, 0, 1, 1)
    axis.set_axis_off()
    axis.set(xlim=(0, slot * len(table)), ylim=(-0.8, top))
    for i, row in enumerate(table):
        x = slot * (i + 0.5)
        rounded = {"boxstyle": "round,pad=0,rounding_size=0.08", "facecolor": _FILLS.get(row.kind, "#e4e4e4")}
        axis.add_patch(FancyBboxPatch((x - half, -0.36), 2 * half, 0.72, edgecolor=INK, **rounded))
        axis.text(x, 0, _what(row), ha="center", va="center", fontsize=9, color=INK)
        axis.text(x, -0.5, shape_text(row.output_shape), ha="center", va="top", fontsize=8.5, color=INK)
        if i and place[row.inputs[-1]] == i - 1:
            _arrow(axis, (x - slot + half, 0), (x - half, 0), INK)
    for (start, end), y in levels.items():
        a, b = slot * (start + 0.5), slot * (end + 0.5)
        axis.plot([a, a, b], [0.36, y, y], color=SKIP, lw=1.8)
        _arrow(axis, (b, y), (b, 0.36), SKIP)
        axis.text((a + b) / 2, y + 0.05, "skip", ha="center", va="bottom", fontsize=9, color=SKIP)
    axis.text(slot * len(table) / 2, top - 0.16, title or table.name, ha="center", va="center", fontsize=11, color=INK)
    return figure


def network_costs(tables):
    """Parameters, multiply-adds and activation memory of several networks, for one image, as bars.

    Args:
        tables: dict from a title, such as "256 x 256", to a dict from a network's name to its `LayerTable`.
    """
    kinds = (
        ("parameters, millions", "parameters", 1e6),
        ("multiply-adds, billions", "multiply_adds", 1e9),
        ("activations, MB", "activation_bytes", 2**20),
    )
    n = max(map(len, tables.values()))
    figure, axes = subplots(len(tables), 3, size=(9, 0.36 * n * len(tables) + 0.62 * len(tables)))
    for row, (title, networks) in zip(axes, tables.items(), strict=True):
        for axis, (label, name, unit) in zip(row, kinds, strict=True):
            values = np.array([getattr(table, name) / unit for table in networks.values()])
            bars = axis.barh(list(networks), values, color=["C0", "C1", "C2", "C3"][: len(values)], alpha=0.75)
            axis.bar_label(bars, [f"{value:.3g}" for value in values], fontsize=8, padding=3)
            axis.set_xlim(0, 1.22 * values.max())
            axis.set_title(f"{title}: {label}", fontsize=9)
            axis.invert_yaxis()
            axis.tick_params(labelsize=8)
            if axis is not row[0]:
                axis.set_yticklabels([])
    return figure


def _inside(inner, outer):
    return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]


def _what(row):
    kernel = "" if row.kernel_size is None else f"\n{row.kernel_size[0]}x{row.kernel_size[1]}"
    return _NAMES.get(row.kind, row.kind) + kernel


def _arrow(axis, start, end, colour):
    arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", end, start, arrowprops=arrow)
