"""Galleries that nobody picked: the best, the typical and the worst translations, each found by a stated rule."""

import textwrap

import numpy as np

from studylib.arguments import real_number, whole_number
from studylib.plots.figure import INK, subplots
from studylib.plots.grid import to_uint8

GROUP_GAP = 0.45  # between best, typical and worst, in widths of a picture


def gallery_ranks(n, n_extreme=3, n_typical=8):
    """Which of n ranked pictures a gallery shows: a dict from "best", "typical" and "worst" to ranks, 0 being the best.

    The typical ones are the middles of `n_typical` equal parts of the ranks between the best and the worst.

    Raises:
        ValueError: fewer pictures than places.
    """
    whole_number("n", n, at_least=0)
    whole_number("n_extreme", n_extreme)
    whole_number("n_typical", n_typical)
    n_places = 2 * n_extreme + n_typical
    if n < n_places:
        raise ValueError(f"a gallery needs a picture for each of its {n_places} places. Received: {n} pictures")
    middles = n_extreme + (2 * np.arange(n_typical) + 1) * (n - 2 * n_extreme) // (2 * n_typical)
    return {
        "best": list(range(n_extreme)),
        "typical": middles.tolist(),
        "worst": list(range(n - n_extreme, n)),
    }


def gallery(directions, title=None, credit="", n_extreme=3, n_typical=8, cell=0.72):
    """The best, the typical and the worst translations in each direction, ranked by a figure of each picture.

    Args:
        directions: dict from a direction's title to a dict: "inputs", "outputs" and "truth", (N, H, W, 3), uint8 or
            float in [-1, 1]; "values", (N,), lower is better; "rule", what the values are, in words.
        title: of the figure.
        credit: whose pictures these are; stands small at the foot.
        n_extreme, n_typical: how many best, worst and typical ones; see `gallery_ranks`.
        cell: width of a picture in inches.

    Returns:
        A Figure with three rows of pictures for each direction; above a picture its rank, below it its value.

    Raises:
        ValueError: fewer pictures than places.
    """
    real_number("cell", cell, above=0, at_most=20)
    whole_number("n_extreme", n_extreme)
    width = cell * (2 * n_extreme + n_typical + 2 * GROUP_GAP) + 1.1
    figure, axes = subplots(len(directions), size=(width, (3 * cell + 1.05) * len(directions) + 0.5))
    figure.get_layout_engine().set(h_pad=0.1)
    for axis, (name, shown) in zip(axes[:, 0], directions.items(), strict=True):
        _block(axis, name, shown, n_extreme, n_typical, round(14 * width))
    if title:
        figure.suptitle(title, fontsize=12)
    if credit:
        figure.supxlabel(textwrap.fill(credit, round(20 * width)), fontsize=7, color="0.4")
    return figure


def _block(axis, name, shown, n_extreme, n_typical, line):
    """One direction: inputs above outputs above truths, a column for each rank."""
    values = np.asarray(shown["values"])
    order = np.argsort(values, kind="stable")
    rows = {"input": shown["inputs"], "output": shown["outputs"], "truth": shown["truth"]}
    left, places, labels = 0.0, [], []
    for group, ranks in gallery_ranks(len(values), n_extreme, n_typical).items():
        named = group if group != "typical" else f"typical: the middles of {n_typical} equal parts of the rest"
        axis.text(left + len(ranks) / 2, 3.32, named, ha="center", va="bottom", fontsize=9, weight="bold", color=INK)
        for rank in ranks:
            for height, images in zip((2, 1, 0), rows.values(), strict=True):
                box = (left + 0.03, left + 0.97, height + 0.03, height + 0.97)
                axis.imshow(to_uint8(images[order[rank]]), extent=box, interpolation="nearest")
            axis.text(left + 0.5, 3.03, f"{rank + 1}", ha="center", va="bottom", fontsize=8, color="0.4")
            places.append(left + 0.5)
            labels.append(f"{values[order[rank]]:.3g}")
            left += 1
        left += GROUP_GAP
    axis.set(xlim=(0, left - GROUP_GAP), ylim=(0, 3.65), aspect="equal")
    axis.set_xticks(places, labels, fontsize=8, color="0.4")
    axis.set_yticks((2.5, 1.5, 0.5), rows, fontsize=9)
    axis.tick_params(length=0, pad=1)
    axis.spines[:].set_visible(False)
    rule = f"{len(values)} held-out pictures, ranked (number above) by {shown['rule']} (below; lower is better)"
    axis.set_title(textwrap.fill(f"{name}: {rule}", line), fontsize=9, loc="left")
