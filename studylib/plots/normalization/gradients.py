"""Pictures of training a deep stack: slopes, gradients through the layers, losses, distributions while it learns."""

import numpy as np
from matplotlib.colors import TwoSlopeNorm

from studylib.plots.figure import subplots

_STYLES = ("-", "--", "-.", ":")  # told apart without colour, too


def activation_functions(curves):
    """Activations and their derivatives, one panel each; the largest slope is written in.

    Args:
        curves: dict from a name to (x, y, slope), three arrays of the same length.
    """
    figure, axes = subplots(1, len(curves), size=(2.4 * len(curves), 2.6), sharey=True)
    for axis, (name, (x, y, slope)) in zip(axes[0], curves.items(), strict=True):
        axis.axhline(0, color="0.85", linewidth=0.8)
        axis.plot(x, y, color="C0", label="function")
        axis.plot(x, slope, "--", color="C1", label="derivative")
        axis.set_title(f"{name}\nlargest slope {np.max(slope):.2f}", fontsize=10)
        axis.set_xlabel("z")
    axes[0, 0].set_ylim(-1.3, 2)
    axes[0, 0].legend(fontsize=8, frameon=False, loc="upper left")
    return figure


def through_layers(panels, ylabel, xlabel="layer (1 = first)"):
    """A number for each layer of a deep stack, measured (rings) and by an equation (lines).

    Args:
        panels: dict from a panel's title to a dict from a curve's label to (measured, predicted), one value for each
            layer; predicted may be None.
    """
    figure, axes = subplots(1, len(panels), size=(3.4 * len(panels), 3.5), sharey=True)
    for axis, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for k, (label, (measured, predicted)) in enumerate(curves.items()):
            layers = np.arange(1, len(measured) + 1)
            axis.plot(layers, measured, "os^D"[k % 4], markersize=4.5, fillstyle="none", color=f"C{k}", label=label)
            if predicted is not None:
                axis.plot(layers, predicted, _STYLES[k % 4], linewidth=1, color=f"C{k}")
        axis.axhline(1, color="0.8", zorder=0)
        axis.set_yscale("log")
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(xlabel)
        axis.xaxis.get_major_locator().set_params(integer=True)
    axes[0, 0].set_ylabel(ylabel)
    handles = axes[0, 0].get_legend_handles_labels()
    title = "marks: measured, lines: equation"
    look = {"fontsize": 9, "title_fontsize": 9, "frameon": False, "ncols": 4}
    figure.legend(*handles, title=title, loc="outside lower center", **look)
    return figure


def training_curves(
    panels,
    xlabel="step",
    ylabel="loss",
    levels=None,
    log_x=False,
    log_y=False,
    sharey=True,
    from_zero=False,
    ceiling=np.inf,
):
    """Curves over the steps of a training; where a curve's numbers stop being finite, a cross and the word tell.

    Args:
        panels: dict from a title to a dict from a label to (x, y); y is (n,), or (n, runs): then every run is a thin
            line and their median a thick one.
        xlabel: one text, or one for each panel.
        levels: dict from a title to (value, words): a horizontal line in that panel.
        from_zero: the vertical axis begins at 0, so that rounding does not look like a curve.
        ceiling: what is larger is drawn at this height.
    """
    figure, axes = subplots(1, len(panels), size=(max(3.5 * len(panels), 4.6), 3.2), sharey=sharey)
    for axis, (title, curves) in zip(axes[0], panels.items(), strict=True):
        if log_x:
            axis.set_xscale("log")
        if log_y:
            axis.set_yscale("log")
        for k, (label, (x, y)) in enumerate(curves.items()):
            y = np.asarray(y, float).reshape(len(x), -1)
            y = np.where(np.isfinite(y), np.minimum(y, ceiling), np.nan)
            middle = np.median(y, axis=1)
            if y.shape[1] > 1:
                axis.plot(x, y, linewidth=0.6, alpha=0.35, color=f"C{k}")
            axis.plot(x, middle, _STYLES[k % 4], linewidth=1.7, color=f"C{k}", label=label)
            finite = np.flatnonzero(np.isfinite(middle))
            if len(finite) < len(x):
                _mark_the_end(axis, x, middle, finite, f"C{k}")
        if levels and title in levels:
            value, words = levels[title]
            axis.axhline(value, color="0.45", linewidth=1, linestyle=(0, (1, 2)))
            ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
            place = {"xycoords": ("axes fraction", "data"), "xytext": (0, -4), "textcoords": "offset points"}
            axis.annotate(words, (0.99, value), fontsize=8, ha="right", va="top", color="0.2", bbox=ground, **place)
        if from_zero:
            axis.set_ylim(bottom=0, top=1.25 * axis.get_ylim()[1])
        axis.set_title(title, fontsize=10)
        axis.legend(fontsize=8, frameon=False)
    for axis, label in zip(axes[0], np.broadcast_to(xlabel, len(panels)), strict=True):
        axis.set_xlabel(label)
    axes[0, 0].set_ylabel(ylabel)
    return figure


def _mark_the_end(axis, x, y, finite, colour):
    last = finite[-1] if len(finite) else 0
    place = (x[last], y[last]) if len(finite) else (x[0], 1)
    axis.plot(*place, "x", color=colour, markersize=9, markeredgewidth=2)
    axis.annotate("no longer finite", place, xytext=(8, -3), textcoords="offset points", fontsize=8, color=colour)


def learning_rate_grid(losses, scales, learning_rates, guessing):
    """The loss that each pair of initial scale and learning rate ends with: blue learned, red did not, grey diverged.

    Args:
        losses: (scales, learning rates); not finite means that the run diverged.
        scales, learning_rates: the labels of rows and columns.
        guessing: the loss of a network that has learned nothing; four fifths of it are white.
    """
    losses = np.asarray(losses, float)
    figure, axes = subplots(size=(0.95 * len(learning_rates) + 1.9, 0.5 * len(scales) + 1.1))
    axis = axes[0, 0]
    norm = TwoSlopeNorm(0.8 * guessing, vmin=0.1 * guessing, vmax=1.25 * guessing)
    axis.set_facecolor("0.8")  # seen where a loss is not finite
    axis.imshow(np.ma.masked_invalid(losses), cmap="RdBu_r", norm=norm, aspect="auto")
    for (row, column), loss in np.ndenumerate(losses):
        words = "diverged" if not np.isfinite(loss) else f"{loss:.2f}" if loss < 100 else f"{loss:.0e}"
        dark = np.isfinite(losses[row, column]) and not 0.3 * guessing < losses[row, column] < 1.1 * guessing
        axis.text(column, row, words, ha="center", va="center", fontsize=9, color="white" if dark else "black")
    axis.set_xticks(range(len(learning_rates)), [f"{rate:g}" for rate in learning_rates])
    axis.set_yticks(range(len(scales)), [f"{scale:.2g}" for scale in scales])
    axis.spines[:].set_visible(False)
    axis.set_xlabel("learning rate")
    axis.set_ylabel("initial scale of the kernels")
    return figure


def ranges(panels, xlabel="step", ylabel="", log_y=False):
    """Bands from low to high with a line in the middle, one panel each, on one scale.

    Args:
        panels: dict from a title to (x, low, middle, high).
    """
    figure, axes = subplots(1, len(panels), size=(3.2 * len(panels), 2.8), sharey=True)
    for k, (axis, (title, (x, low, middle, high))) in enumerate(zip(axes[0], panels.items(), strict=True)):
        axis.fill_between(x, low, high, color=f"C{k}", alpha=0.3, linewidth=0)
        axis.plot(x, middle, color=f"C{k}", linewidth=1.3)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(xlabel)
        if log_y:
            axis.set_yscale("log")
    axes[0, 0].set_ylabel(ylabel, fontsize=9)
    return figure


def against_learning_rate(losses, learning_rates):
    """Final loss against the learning rate: a mark a run, a line through the medians, diverged runs on top.

    Args:
        losses: dict from a label to (learning rates, runs).
        learning_rates: the learning rates, ascending.
    """
    figure, axes = subplots(size=(5.4, 3.4))
    axis = axes[0, 0]
    finite = np.concatenate([np.ravel(values)[np.isfinite(np.ravel(values))] for values in losses.values()])
    top = 3 * finite.max()
    for k, (label, values) in enumerate(losses.items()):
        values = np.where(np.isfinite(values), values, top)
        middle = np.median(values, axis=1)
        rates = np.asarray(learning_rates) * (1 + 0.08 * (k - (len(losses) - 1) / 2))  # side by side, not on top
        axis.plot(rates, values, "os^D"[k % 4], markersize=4.5, fillstyle="none", color=f"C{k}")
        axis.plot(rates, middle, _STYLES[k % 4], color=f"C{k}", label=label)
    axis.axhline(top, color="0.8", linewidth=1, zorder=0)
    axis.annotate(
        "diverged",
        (0, top),
        xycoords=("axes fraction", "data"),
        xytext=(4, 4),
        fontsize=8,
        textcoords="offset points",
        color="0.35",
    )
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.margins(y=0.12)
    axis.set_xlabel("learning rate")
    axis.set_ylabel("loss at the end")
    axis.legend(fontsize=9, frameon=False)
    return figure
