"""Pictures of the ablation: every variant's errors over the seeds, and its outputs on the same inputs."""

import numpy as np

from studylib.plots.figure import COLOURS, INK, subplots
from studylib.plots.grid import image_grid

# Colour and marker of each variant's dots: by whether it is a whole model.
_WHOLE, _LESS = ("o", COLOURS["A"]), ("D", COLOURS["B"])


def ablation_spread(measured, references, xlabel, whole=(), titles=None):
    """One figure of every variant in both directions: a dot for each seed, their median as a bar.

    Args:
        measured: dict from variant to a dict from direction to a list, one number a seed.
        references: dict from direction to (label, value) of a level to compare with, the dotted line.
        xlabel: what the numbers are.
        whole: names of the variants that lack nothing; their dots are blue and round, the others' brown diamonds.
        titles: dict from direction to the title of its panel, by default the name itself.

    Returns:
        A Figure with a row for each variant and a panel for each direction.
    """
    directions = list(references)
    size = (3.4 * len(directions) + 1.6, 0.34 * len(measured) + 1.15)
    figure, [axes] = subplots(1, len(directions), size=size, sharey=True, sharex=True)
    largest = max(v for row in measured.values() for d in directions for v in row[d])
    largest = max(largest, *(value for _, value in references.values()))
    for axis, direction in zip(axes, directions, strict=True):
        for k, (name, row) in enumerate(measured.items()):
            marker, colour = _WHOLE if name in whole else _LESS
            axis.plot(row[direction], [k] * len(row[direction]), marker, color=colour, mfc="none", mew=1.5, ms=6.5)
            axis.plot([np.median(row[direction])] * 2, [k - 0.36, k + 0.36], color=INK, linewidth=2)
        label, value = references[direction]
        axis.axvline(value, color=INK, linestyle=":", linewidth=1.5, zorder=0)
        axis.set_title((titles or {}).get(direction, direction), fontsize=10)
        axis.set_xlabel(f"{xlabel}\ndotted: {label}, {value:.3g}", fontsize=9)
        axis.set_ylim(len(measured) - 0.4, -0.6)
        axis.set_xlim(0, 1.06 * largest)
        axis.grid(axis="y", color="0.9")
        axis.set_axisbelow(True)
    axes[0].set_yticks(range(len(measured)), list(measured))
    round_marks = "    round: the whole model" if set(whole) & set(measured) else ""
    legend = f"a mark is a seed, the bar their median{round_marks}    diamond: a part is missing, or another one"
    figure.supxlabel(legend, fontsize=8, color="0.35")
    return figure


def ablation_outputs(inputs, outputs, truth, title=None):
    """The same inputs translated by several variants.

    Args:
        inputs, truth: (N, H, W, C), uint8 or float in [-1, 1].
        outputs: dict from variant to what it made of the inputs.

    Returns:
        A Figure with N rows: input, each variant, truth.
    """
    return image_grid({"input": inputs, **outputs, "truth": truth}, title=title, cell=0.9)
