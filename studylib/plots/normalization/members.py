"""Pictures of what the normalizations do to a training, and to an image whose contrast changes."""

import matplotlib.pyplot as plt
import numpy as np

from studylib.plots.figure import subplots

# A curve is known by its mark as well as by its colour: in print, and to eyes that see fewer colours.
_MARKS = "osD^vXP*"
_LINES = ("-", "--", "-.", ":")
_OKABE_ITO = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#2f3437")


def repeated_runs(panels, xlabel, ylabel, logx=False, logy=False, ylim=None):
    """Curves measured several times: every measurement as a small mark, their means joined by a line.

    Args:
        panels: dict from a panel's title to a dict from a curve's label to (x, values): x has n numbers, or n texts
            that stand side by side; values has the shape (n,) or (runs, n).
        xlabel: for all panels, or one for each.
        ylabel: of the panels, which share their y axis.
        logx, logy: logarithmic axes; a logarithmic x axis has its ticks at the values of x.
        ylim: (lowest, highest).

    Returns:
        A Figure; the curves are named in the first panel.
    """
    figure, axes = subplots(1, len(panels), size=(4.3 * len(panels) + 0.5 * (len(panels) == 1), 3.3), sharey=True)
    xlabels = [xlabel] * len(panels) if isinstance(xlabel, str) else xlabel
    labels = dict.fromkeys(label for curves in panels.values() for label in curves)
    style = {label: (_OKABE_ITO[k % 7], _MARKS[k % 8], _LINES[k % 4]) for k, label in enumerate(labels)}
    for axis, (title, curves), below in zip(axes[0], panels.items(), xlabels, strict=True):
        for label, (x, values) in curves.items():
            colour, mark, line = style[label]
            values = np.atleast_2d(values)  # (runs, n)
            place = x if isinstance(x[0], (int, float, np.number)) else np.arange(len(x))
            axis.plot(place, values.mean(axis=0), mark + line, color=colour, markersize=6, label=label)
            axis.plot(place, values.T, mark, color=colour, markersize=2.5, alpha=0.6)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(below)
        if logx:
            axis.set_xscale("log")
        if logx or place is not x:
            axis.set_xticks(place, [f"{value:g}" if place is x else value for value in x])
            axis.minorticks_off()
        axis.grid(axis="y", color="0.92")
    if logy:
        axes[0, 0].set_yscale("log")
    axes[0, 0].set(ylabel=ylabel, ylim=ylim)
    axes[0, 0].legend(fontsize=8, frameon=False)
    return figure


def statistics_error(sizes, errors, slopes):
    """The error of a mean and of a variance that are estimated from few images, with the law fitted to it.

    Args:
        sizes: batch sizes.
        errors: dict from a statistic's name to its typical error for each size.
        slopes: dict from the same names to the fitted exponent: error ~ size ** slope.
    """
    figure, axes = subplots(size=(5.6, 3.4))
    axis = axes[0, 0]
    sizes = np.asarray(sizes)
    for k, (name, values) in enumerate(errors.items()):
        values = np.asarray(values)
        # The line through the middle of the points, in logarithms.
        law = np.exp(np.mean(np.log(values))) * (sizes / np.exp(np.mean(np.log(sizes)))) ** slopes[name]
        axis.plot(sizes, values, _MARKS[k], color=_OKABE_ITO[k], label=name)
        axis.plot(sizes, law, _LINES[k], color=_OKABE_ITO[k], label=f"fit: proportional to N$^{{{slopes[name]:.2f}}}$")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.minorticks_off()
    ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    low, high = axis.get_ylim()
    inside = [tick for tick in ticks if low <= tick <= high]
    axis.set_yticks(inside, [f"{tick:g}" for tick in inside])
    axis.set_ylim(low, high)
    axis.set_xlabel("images in the batch, N")
    axis.set_ylabel("error of the batch's statistic,\nin units of the whole set's")
    axis.legend(fontsize=8, frameon=False)
    return figure


def member_training(losses, gradients, smooth=10):
    """How a training goes with each member: its loss, and the gradients that its layers receive.

    Args:
        losses: dict from a member's name to the loss of each step, (steps,).
        gradients: dict from the same names to the gradient norm of each layer's kernel, (layers,).
        smooth: steps of the loss that are averaged.
    """
    figure, axes = subplots(1, 2, size=(9.4, 3.5))
    left, right = axes[0]
    for k, name in enumerate(losses):
        colour, mark, line = _OKABE_ITO[k % 7], _MARKS[k % 8], _LINES[k % 4]
        window = max(1, min(smooth, len(losses[name])))
        curve = np.convolve(losses[name], np.full(window, 1 / window), mode="valid")
        steps = np.arange(window, len(losses[name]) + 1)
        left.plot(steps, curve, line + mark, markevery=max(1, len(curve) // 6), color=colour, markersize=5, label=name)
        right.plot(range(1, len(gradients[name]) + 1), gradients[name], line + mark, color=colour, label=name)
    left.set(xlabel="step", ylabel=f"training loss\n(mean of {smooth} steps)", yscale="log")
    left.set_title("loss", fontsize=10)
    right.set(xlabel="layer (the last is the Dense)", ylabel="gradient norm of the kernel\nin the first steps")
    right.set_yscale("log")
    right.set_title("gradients", fontsize=10)
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def contrast_rows(rows, contrasts, original=1, credit=""):
    """One feature map at several contrasts, before and after normalization.

    Args:
        rows: dict from a row's name to maps (n, H, W), one for each contrast. A row has one scale of greys for all of
            its maps, so that a fading map is seen to fade.
        contrasts: n numbers, the factors on the image.
        original: the contrast whose map a difference is taken from.
        credit: whose picture it is; stands small at the foot.

    Returns:
        A Figure; below each map stands the largest difference to the original's.
    """
    figure, axes = plt.subplots(
        len(rows), len(contrasts), figsize=(1.3 * len(contrasts) + 1.2, 1.55 * len(rows) + 0.3), squeeze=False
    )
    plt.close(figure)
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02)
    for axis, contrast in zip(axes[0], contrasts, strict=True):
        axis.set_title(f"contrast {contrast:g}", fontsize=9)
    for row, (name, maps) in zip(axes, rows.items(), strict=True):
        maps = np.asarray(maps)
        reference = maps[list(contrasts).index(original)]
        low, high = maps.min(), maps.max()
        for axis, each in zip(row, maps, strict=True):
            axis.imshow(each, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
            axis.set_xticks([])
            axis.set_yticks([])
            axis.set_xlabel(f"differs by {np.abs(each - reference).max():.2g}", fontsize=8)
        row[0].set_ylabel(name, fontsize=9)
    if credit:
        figure.supxlabel(credit, fontsize=6, color="0.4")
    return figure


def invariance_error(contrasts, measured, predicted):
    """How far a normalized output moves when the contrast falls, against what epsilon explains.

    Args:
        contrasts: n factors on the input.
        measured: dict from an epsilon to n differences, relative to the output at contrast 1.
        predicted: dict from the same epsilons to what the equation gives.
    """
    figure, axes = subplots(size=(5.6, 3.3))
    axis = axes[0, 0]
    for k, epsilon in enumerate(measured):
        axis.plot(contrasts, predicted[epsilon], _LINES[k], color=_OKABE_ITO[k], linewidth=1.2)
        axis.plot(contrasts, measured[epsilon], _MARKS[k], color=_OKABE_ITO[k], label=f"epsilon = {epsilon:g}")
    axis.plot([], [], "-", color="0.4", label="lines: the equation")
    axis.set(xscale="log", yscale="log", xlabel="contrast a of the input", ylabel="relative change\nof the output")
    axis.axhline(1, color="0.85", zorder=0)
    axis.invert_xaxis()
    axis.legend(fontsize=8, frameon=False)
    return figure
