"""Pictures of the adversarial losses: values and gradients against the score, and what training makes of them."""

import numpy as np
from scipy.special import expit

from studylib.arguments import number_array, one_of, real_number
from studylib.plots.figure import INK, PAPER, subplots

# Colour, line style and name of each loss: told apart in print, too.
LOSSES = {
    "gan": ("#2a6fb5", "-", "GAN (non-saturating)"),
    "minimax": ("#8a5fbf", ":", "GAN (minimax)"),
    "lsgan": ("#d06a1c", "--", "LSGAN"),
}
# Scores that are looked at, and the strongest gradient in the picture. Beyond, scores count in the outermost bins.
_WINDOWS = {"gan": (-6, 6, 1), "minimax": (-6, 6, 1), "lsgan": (-1, 2, 4)}
SIDES = ("generator", "real", "fake")
MOST_REACH = 1000
_TITLES = {
    "generator": "generator: a fake",
    "real": "discriminator: a real sample",
    "fake": "discriminator: a fake",
}


def loss_value(adversarial, side, score):
    """The loss of one sample, as an array like `score`.

    Args:
        adversarial: "gan", "minimax" or "lsgan".
        side: "generator", or "real" or "fake" for the discriminator's two terms, before they are halved.
        score: array, float64.
    """
    score = _checked(adversarial, side, score)
    if adversarial == "lsgan":
        return (score - (side != "fake")) ** 2
    if side == "fake":
        return np.logaddexp(0, score)  # -log(1 - sigmoid(score))
    return -np.logaddexp(0, score) if (adversarial, side) == ("minimax", "generator") else np.logaddexp(0, -score)


def loss_gradient(adversarial, side, score):
    """The derivative of `loss_value` by the score: same arguments."""
    score = _checked(adversarial, side, score)
    if adversarial == "lsgan":
        return 2 * (score - (side != "fake"))
    if side == "fake":
        return expit(score)
    return -expit(score) if (adversarial, side) == ("minimax", "generator") else -expit(-score)


def _checked(adversarial, side, score):
    """The score as float64; a network that has diverged may give nan."""
    one_of("adversarial", adversarial, LOSSES)
    one_of("side", side, SIDES)
    return number_array("score", score, finite=False).astype(np.float64)


def adversarial_losses(reach=6.0):
    """Every adversarial loss and its gradient against the score, one column for each term of the game.

    Args:
        reach: the scores go from -reach to reach.

    Returns:
        A Figure on its own light ground.
    """
    real_number("reach", reach, above=0, at_most=MOST_REACH)
    figure, axes = subplots(2, 3, size=(8.4, 4.6), layout=None, sharex=True, facecolor=PAPER)
    figure.subplots_adjust(left=0.075, right=0.985, top=0.86, bottom=0.1, wspace=0.2, hspace=0.12)
    for column, side in zip(axes.T, SIDES, strict=True):
        for axis, function in zip(column, (loss_value, loss_gradient), strict=True):
            _curves(axis, function, side, reach)
            axis.set_facecolor(PAPER)
        column[0].set_title(_TITLES[side], fontsize=10)
        column[1].set_xlabel("score  (fake < > real)")
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel("gradient by the score")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="upper center", ncol=3, frameon=False, fontsize=9)
    return figure


def loss_at(score=-4.0, side="generator", reach=6.0):
    """One term of the game, and where a sample with this score is on it.

    Args:
        score: from -reach to reach. side: "generator", or "real" or "fake" for the discriminator's terms.
    """
    one_of("side", side, SIDES)
    real_number("reach", reach, above=0, at_most=MOST_REACH)
    real_number("score", score, at_least=-reach, at_most=reach)
    figure, axes = subplots(1, 2, size=(7, 2.8), layout=None)
    figure.subplots_adjust(left=0.07, right=0.985, top=0.86, bottom=0.17, wspace=0.2)
    panels = {"loss": loss_value, "gradient by the score": loss_gradient}
    for axis, (title, function) in zip(axes[0], panels.items(), strict=True):
        _curves(axis, function, side, reach)
        axis.axvline(score, color="0.5", lw=0.8, zorder=0)
        for name in losses_of(side):
            value = float(function(name, side, score))
            shown = float(np.clip(value, *axis.get_ylim()))
            # What lies beyond the picture stands at its edge, as a triangle that points there.
            marker = "o" if shown == value else "^" if value > shown else "v"
            axis.plot(score, shown, marker, color=LOSSES[name][0], mec=INK, markersize=8, clip_on=False, zorder=3)
        axis.set_ylabel(title)
        axis.set_xlabel(f"score   ({_TITLES[side]})")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="upper center", ncol=3, frameon=False, fontsize=9)
    return figure


def losses_of(side):
    """Names of the losses that differ in this term: both cross-entropy games have the same discriminator."""
    return list(LOSSES) if one_of("side", side, SIDES) == "generator" else ["gan", "lsgan"]


def _curves(axis, function, side, reach):
    scores = np.linspace(-reach, reach, 241)
    for name in losses_of(side):
        colour, style, label = LOSSES[name]
        axis.plot(scores, function(name, side, scores), color=colour, linestyle=style, lw=1.8, label=label)
    axis.axhline(0, color="0.75", lw=0.8, zorder=0)
    limits, ticks = ((-6.3, 9.5), (-5, 0, 5)) if function is loss_value else ((-4.3, 4.3), (-4, -2, 0, 2, 4))
    axis.set(xlim=(-reach, reach), ylim=limits, xticks=np.linspace(-reach, reach, 5), yticks=ticks)


def score_paths(paths):
    """How single scores move when each one follows its own loss.

    Args:
        paths: dict from the name of a loss to scores, (n_steps + 1, n_starts).
    """
    figure, axes = subplots(1, len(paths), size=(2.9 * len(paths), 2.8), sharey=True)
    for axis, (name, scores) in zip(axes[0], paths.items(), strict=True):
        colour, style, label = LOSSES[name]
        axis.plot(scores, color=colour, linestyle=style)
        for start, end in zip(scores[0], scores[-1], strict=True):
            axis.annotate(f"{start:g}", (0, start), (-3, 0), textcoords="offset points", ha="right", va="center")
            axis.plot(len(scores) - 1, end, "o", color=colour)
        axis.axhline(0, color="0.75", lw=0.8, zorder=0)
        axis.set_xlim(-0.16 * len(scores), 1.04 * len(scores))
        axis.set_title(label, fontsize=10)
        axis.set_xlabel("step")
    axes[0, 0].set_ylabel("score of a fake")
    return figure


def score_histograms(moments):
    """Where the scores of real samples and fakes lie during training, on the gradient that the fakes get there.

    Args:
        moments: dict from the name of a loss to a list of (title, scores of real samples, scores of fakes).
    """
    n_columns = max(map(len, moments.values()))
    figure, axes = subplots(len(moments), n_columns, size=(2.3 * n_columns + 0.7, 1.75 * len(moments) + 0.5))
    for row, (name, columns) in zip(axes, moments.items(), strict=True):
        colour, style, label = LOSSES[name]
        low, high, strongest = _WINDOWS[name]
        edges = np.linspace(low, high, 49)
        for axis, (title, real, fake) in zip(row, columns, strict=True):
            for scores, options in (
                (real, {"color": INK, "histtype": "step", "label": "real"}),
                (fake, {"color": "0.72", "label": "fakes"}),
            ):
                weights = np.full(len(scores), 1 / len(scores))
                axis.hist(np.clip(scores, low, high), edges, weights=weights, **options)
            strength = axis.twinx()
            strength.plot(edges, np.abs(loss_gradient(name, "generator", edges)), color=colour, linestyle=style)
            strength.set(ylim=(0, 1.1 * strongest), yticks=[0, strongest] if axis is row[-1] else [])
            strength.spines[["top", "left"]].set_visible(False)
            axis.set(ylim=(0, 0.6), yticks=[0, 0.5] if axis is row[0] else [], xticks=[low, 0, high])
            axis.set_title(title, fontsize=9)
        row[0].set_ylabel(f"{label}\nshare of samples", fontsize=9)
        strength.set_ylabel("|gradient| (line)", fontsize=9, color=colour)
    for axis in axes[-1]:
        axis.set_xlabel("score")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncol=2, frameon=False, fontsize=9)
    return figure


def loss_comparison(panels, ylabel, floor=None, scale="linear", linthresh=0.02):
    """A measure over the steps of training, the same runs with one loss and another.

    Args:
        panels: dict from a panel's title to a dict from the name of a loss to (steps (n,), values (n_runs, n)).
        floor: (label, value) of a line to compare with, or None.
        scale: of the y axis, "linear" or "symlog", which is linear below `linthresh`.

    Returns:
        A Figure: thin lines are runs, the thick one is their median.
    """
    figure, axes = subplots(1, len(panels), size=(max(3.2 * len(panels) + 0.4, 5.6), 3), sharey=True)
    for axis, (title, losses) in zip(axes[0], panels.items(), strict=True):
        for name, (steps, values) in losses.items():
            colour, style, label = LOSSES[name]
            axis.plot(steps, np.transpose(values), color=colour, linestyle=style, lw=0.6, alpha=0.5)
            axis.plot(steps, np.median(values, axis=0), color=colour, linestyle=style, lw=2.4, label=label)
        if floor is not None:
            axis.axhline(floor[1], color="0.4", lw=1, label=floor[0])
        if scale == "symlog":
            axis.set_yscale("symlog", linthresh=linthresh)
            ticks = [0, *(tick for tick in (0.02, 0.1, 0.5, 1) if tick >= linthresh)]
            axis.set_yticks(ticks, map(str, ticks))
            axis.set_yticks([], minor=True)
            axis.set_ylim(bottom=min(-linthresh / 2, *(np.min(values) for _, values in losses.values())))
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("training step")
    axes[0, 0].set_ylabel(ylabel)
    entries = {}
    for axis in axes[0]:
        handles, labels = axis.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    entries = dict(sorted(entries.items(), key=lambda entry: floor is not None and entry[0] == floor[0]))  # it is last
    figure.legend(entries.values(), entries, loc="outside lower center", ncol=len(entries), frameon=False, fontsize=9)
    return figure


def failures(counts, n_runs):
    """The share of runs that failed, a group of bars for each setting.

    Args:
        counts: dict from a setting to a dict from the name of a loss to the number of failed runs.
        n_runs: of each kind.
    """
    figure, axes = subplots(size=(6.4, 2.8))
    axis, width = axes[0, 0], 0.26
    for k, losses in enumerate(counts.values()):
        for j, (name, count) in enumerate(losses.items()):
            colour, _, label = LOSSES[name]
            place = k + (j - (len(losses) - 1) / 2) * width
            axis.bar(place, count / n_runs, 0.9 * width, color=colour, hatch=("", "..", "//")[j % 3], ec="white",
                     label=label if k == 0 else None)  # fmt: skip
            axis.annotate(f"{count} of {n_runs}", (place, count / n_runs), (0, 2), textcoords="offset points",
                          ha="center", fontsize=8)  # fmt: skip
    axis.set_xticks(range(len(counts)), counts)
    axis.set(ylim=(0, 1.12), yticks=[0, 0.5, 1], ylabel="share of runs that failed")
    figure.legend(loc="outside upper center", ncol=3, frameon=False, fontsize=9)
    return figure
