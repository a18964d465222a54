"""Pictures of how good translations are: methods side by side, sample-size bias, cases, measures against damages."""

import numpy as np
from matplotlib.colors import PowerNorm

from studylib.arguments import one_of
from studylib.evaluation.scores import LOWER, MEASURES, NEAR_ONE
from studylib.plots.figure import COLOURS, INK, subplots
from studylib.plots.grid import image_grid

MODEL_COLOUR, OTHER_COLOUR = COLOURS["B"], "0.7"
KEPT = ("doing nothing", "trained model")  # their bars are never cut
CUT = 1.5  # times the longer one of these, where other bars are cut
FINEST = 60  # dB: the ratio of 8-bit pictures that differ by rounding is 59; a larger one is drawn as this


def method_scores(evaluation, measure="kid"):
    """One measure of every method in both directions, as bars; the standard error as a whisker where there is one.

    Args:
        evaluation: a `studylib.evaluation.Evaluation`.
        measure: one of `studylib.evaluation.MEASURES`.

    Returns:
        A Figure. The dashed line is doing nothing; methods without a value have no bar, and a bar that ends in an
        arrow is longer than shown.

    Raises:
        ValueError: a measure that does not exist or does not apply.
    """
    one_of("measure", measure, MEASURES)
    if all(getattr(scores, measure) is None for rows in evaluation.scores.values() for scores in rows.values()):
        raise ValueError(f"measure must be one that applies to the task, which has no pairs. Received: {measure!r}")
    meant = MEASURES[measure]
    n_rows = max(map(len, evaluation.scores.values()))
    limit = _longest_bar(evaluation, measure)
    figure, [axes] = subplots(1, 2, size=(10.5, 0.3 * n_rows + 1.1), sharex=True)
    for axis, (direction, methods) in zip(axes, evaluation.scores.items(), strict=True):
        found = {name: _value_and_error(scores, measure) for name, scores in methods.items()}
        found = {name: pair for name, pair in found.items() if pair is not None}
        values, errors = np.reshape(list(found.values()), (-1, 2)).T
        cut = values > limit
        colours = [MODEL_COLOUR if name == "trained model" else OTHER_COLOUR for name in found]
        whiskers = np.where(cut, 0, errors)
        shown = np.minimum(values, limit)
        axis.barh(list(found), shown, xerr=whiskers, color=colours, error_kw={"ecolor": INK, "capsize": 2})
        for place in range(len(values)):
            text = f"{values[place]:.{meant.digits}f}" + " →" * int(cut[place])
            end = max(0, shown[place] + whiskers[place]) + 0.015 * limit
            axis.text(end, place, text, va="center", fontsize=8)
        if "doing nothing" in found:
            axis.axvline(found["doing nothing"][0], color=INK, linestyle="--", linewidth=1, zorder=0.5)
        axis.set_title(evaluation.titles[direction], fontsize=10)
        better = meant.better if meant.better == NEAR_ONE else meant.better.replace(" is", ":")
        axis.set_xlabel(f"{meant.title} ({better})" + (" ± standard error" if measure == "kid" else ""))
    for axis in axes:
        axis.invert_yaxis()
    axes[0].set_xlim(right=1.2 * limit)
    return figure


def _value_and_error(scores, measure):
    value = getattr(scores, measure)
    if value is None:
        return None
    return tuple(value) if measure == "kid" else (min(value, FINEST) if measure == "psnr" else value, 0.0)


def _longest_bar(evaluation, measure):
    """How long a bar may be: a white sheet may be ten times as far off as all else, which would hide the rest."""
    rows = [scores for methods in evaluation.scores.values() for scores in methods.values()]
    kept = [methods[name] for methods in evaluation.scores.values() for name in KEPT if name in methods]
    longest, longest_kept = (
        max((pair[0] for pair in (_value_and_error(scores, measure) for scores in group) if pair), default=0)
        for group in (rows, kept)
    )
    is_cut = MEASURES[measure].better == LOWER and longest_kept > 0
    return min(longest, CUT * longest_kept) if is_cut else longest


def sample_size_bias(rows):
    """FID and KID of two halves of one set, over the size of a half: 0 would be right.

    Args:
        rows: as `studylib.evaluation.sample_size_bias` returns them.

    Returns:
        A Figure. The band is one standard deviation of single draws.
    """
    sizes = [row.n for row in rows]
    figure, [axes] = subplots(1, 2, size=(8.4, 2.9))
    for axis, name, colour in zip(axes, ("fid", "kid"), (COLOURS["B"], COLOURS["A"]), strict=True):
        means = np.array([getattr(row, name) for row in rows])
        spreads = np.array([getattr(row, f"{name}_spread") for row in rows])
        axis.fill_between(sizes, means - spreads, means + spreads, color=colour, alpha=0.2, lw=0)
        axis.plot(sizes, means, "o-", color=colour, markersize=4)
        axis.axhline(0, color=INK, linestyle="--", linewidth=1)
        axis.set_xscale("log")
        axis.set_xticks(sizes, [str(n) for n in sizes])
        axis.minorticks_off()
        axis.set_title(f"{name.upper()} between two halves of the true pictures", fontsize=10)
        axis.set_xlabel("pictures in each half")
        axis.set_ylabel(f"{name.upper()} (0 is right)")
    return figure


def cases(columns, chosen, scores=None, credit=""):
    """Rows of pictures by a stated rule: each row says to which group it belongs.

    Args:
        columns: dict from column title to all images, (N, H, W, C), uint8 or float in [-1, 1].
        chosen: dict from a group's name to the indices of its pictures, as `best_typical_worst` gives it.
        scores: what the pictures were ranked by, (N,); stands beside each row.
        credit: whose pictures these are.

    Returns:
        A Figure.
    """
    rows = [(name, k) for name, indices in chosen.items() for k in indices]
    indices = [k for _, k in rows]
    figure = image_grid({title: np.asarray(images)[indices] for title, images in columns.items()}, credit=credit)
    first_column = figure.axes[:: len(columns)]
    for axis, (name, k) in zip(first_column, rows, strict=True):
        text = name if scores is None else f"{name}\n{scores[k]:.2f}"
        axis.set_ylabel(text, rotation=0, ha="right", va="center", fontsize=8)
    return figure


def damage_table(found, untouched):
    """What every measure says of every damage: numbers, the darker the further from those of the untouched pictures.

    Args:
        found: dict from the damage's name to its `studylib.evaluation.Scores`.
        untouched: the name in `found` that the others are compared with.

    Returns:
        A Figure. Within a row, white is as good as untouched, and the darkest cell has the largest change.
    """
    names = [name for name in MEASURES if getattr(found[untouched], name) is not None]
    values = np.array([[np.ravel(getattr(scores, name))[0] for scores in found.values()] for name in names], float)
    values = np.minimum(values, np.where(np.isposinf(values), FINEST, np.inf))
    change = np.abs(values - values[:, [list(found).index(untouched)]])
    largest = change.max(axis=1, keepdims=True)
    change = np.divide(change, largest, out=np.zeros_like(change), where=largest > 0)
    figure, [[axis]] = subplots(size=(1.05 * len(found) + 1.9, 0.38 * len(names) + 0.8))
    # Below one, the power lets small changes show beside the largest; 2.2 keeps the darkest cells legible.
    axis.imshow(change, cmap="Oranges", norm=PowerNorm(0.5, vmin=0, vmax=2.2), aspect="auto")
    texts = {name: dict(zip(MEASURES, scores.texts(), strict=True)) for name, scores in found.items()}
    for row, name in enumerate(names):
        for column, damage in enumerate(found):
            text = texts[damage][name].split(" ±")[0]
            axis.text(column, row, text, ha="center", va="center", fontsize=9)
    signs = {LOWER: "↓", NEAR_ONE: "→ 1"}
    axis.set_xticks(range(len(found)), [name.replace(" ", "\n", 1) for name in found], fontsize=9)
    axis.set_yticks(range(len(names)), [f"{MEASURES[n].title} {signs.get(MEASURES[n].better, '↑')}" for n in names])
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure
