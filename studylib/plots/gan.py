"""Pictures of the plain GAN: a toy in the plane as it trains, seeds, and the paths of optimizers."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from studylib.gan.toy import REACH
from studylib.plots.figure import COLOURS, INK, subplots

# Orange is "fake", blue is "real", white is undecided: told apart by eyes that see no red or no green, too.
VERDICTS = LinearSegmentedColormap.from_list("verdicts", [COLOURS["B"], "#f7f5f0", COLOURS["A"]])
_NOBODY, _SEEN = "#d9d7d2", 0.1  # ground; density from which a verdict has its full colour: 1 in 1000 on 0.1 x 0.1
_ARROW, _LONGEST = 0.15, 0.5  # length of a push of 1, and of the longest arrow drawn, in units of the plane
_STYLES = ("-", "--", "-.", ":", (0, (3, 1, 1, 1, 1, 1)))
_PALETTE = ("#2f3437", "#2a6fb5", "#d06a1c", "#8a5fbf", "#1c8a78")


def toy_gan(snapshot):
    """A toy GAN at one moment: the learned discriminator with the pushes it gives, and the best possible one.

    Args:
        snapshot: a `studylib.gan.ToySnapshot`.

    Returns:
        A Figure of two panels. Colour: the verdict on each place; the best possible one fades to grey where neither
        data nor samples are. Dots: real points; rings: the generator's samples.
        An arrow is the push that a sample receives, 0.15 times as long in the plane as it is, and at most 0.5 long.
    """
    figure, axes = subplots(1, 2, size=(7.6, 3.7), layout=None)
    figure.subplots_adjust(left=0.01, right=0.9, bottom=0.07, top=0.92, wspace=0.04)
    _verdicts(axes[0, 0], snapshot.learned, f"learned discriminator, step {snapshot.step}")
    colours = _verdicts(axes[0, 1], snapshot.optimal, "best possible discriminator (grey: nobody there)")
    _fade(axes[0, 1], snapshot.density)
    for axis in axes[0]:
        _points(axis, snapshot)
    _pushes(axes[0, 0], snapshot)
    # A black arrow in the legend; that of quiver itself would be a block.
    axes[0, 0].plot([], [], marker=r"$\rightarrow$", ls="", color=INK, markersize=9, label="push that it receives")
    axes[0, 0].legend(loc="upper center", bbox_to_anchor=(1.0, 0.015), ncol=3, fontsize=8, frameon=False)
    bar = figure.colorbar(colours, cax=figure.add_axes([0.915, 0.07, 0.02, 0.85]), ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["0\nfake", "0.5", "1\nreal"], fontsize=8)
    return figure


def toy_film(snapshots):
    """A toy GAN at several moments, one column each: above the learned discriminator, below the best possible one.

    The best possible verdict fades to grey where neither data nor samples are.

    Args:
        snapshots: list of `studylib.gan.ToySnapshot`.
    """
    figure, axes = subplots(2, len(snapshots), size=(1.9 * len(snapshots) + 0.3, 4.4))
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)
    for column, snapshot in zip(axes.T, snapshots, strict=True):
        _verdicts(column[0], snapshot.learned, f"step {snapshot.step}\n{snapshot.modes} of {snapshot.n_modes} modes")
        _verdicts(column[1], snapshot.optimal, "")
        _fade(column[1], snapshot.density)
        for axis in column:
            _points(axis, snapshot, size=0.6)
        _pushes(column[0], snapshot)
    axes[0, 0].set_ylabel("learned", fontsize=9)
    axes[1, 0].set_ylabel("best possible", fontsize=9)
    return figure


def _verdicts(axis, verdicts, title):
    axis.set_title(title, fontsize=9)
    axis.set(xticks=[], yticks=[], xlim=(-REACH, REACH), ylim=(-REACH, REACH))
    extent = (-REACH, REACH, -REACH, REACH)
    return axis.imshow(verdicts, cmap=VERDICTS, vmin=0, vmax=1, origin="lower", extent=extent, interpolation="bilinear")


def _fade(axis, density):
    """Take the colour from a panel of verdicts where there is next to nothing to be judged."""
    axis.images[0].set_alpha(np.clip(density / _SEEN, 0, 1))
    axis.set_facecolor(_NOBODY)


def _points(axis, snapshot, size=1.0):
    axis.plot(*snapshot.real.T, ".", markersize=2.5 * size, color=INK, label="real")
    ring = {"markersize": 4 * size, "mfc": "white", "mec": INK, "mew": 0.7 * size}
    axis.plot(*snapshot.fakes.T, "o", label="sample of the generator", **ring)


def _pushes(axis, snapshot):
    lengths = np.linalg.norm(snapshot.pushes, axis=1, keepdims=True)
    arrows = snapshot.pushes * np.minimum(_ARROW, _LONGEST / np.maximum(lengths, 1e-12))
    axis.quiver(*snapshot.fakes.T, *arrows.T, angles="xy", scale_units="xy", scale=1, width=0.0045, color=INK)


def discriminator_alone(learned, optimal, circle, radius=1.0):
    """A discriminator that was trained alone beside the closed form, in the plane and along a circle.

    Args:
        learned, optimal: verdicts on the square from -REACH to REACH, (size, size), row 0 at the bottom.
        circle: dict from a curve's label to verdicts at evenly spaced angles from 0 to 360 degrees, (n,).
        radius: of that circle, which is drawn in.
    """
    figure, axes = subplots(1, 3, size=(10.2, 3.1), gridspec_kw={"width_ratios": [1, 1, 1.7]})
    angles = np.linspace(0, 2 * np.pi, 181)
    for axis, verdicts, title in zip(axes[0], (learned, optimal), ("learned", "closed form"), strict=False):
        colours = _verdicts(axis, verdicts, title)
        axis.plot(radius * np.cos(angles), radius * np.sin(angles), ":", color=INK, linewidth=1)
    bar = figure.colorbar(colours, ax=axes[0, :2].tolist(), ticks=[0, 0.5, 1], shrink=0.8, pad=0.01)
    bar.ax.set_yticklabels(["0 fake", "0.5", "1 real"], fontsize=8)
    axis = axes[0, 2]
    for (label, verdicts), style, colour in zip(circle.items(), _STYLES, _PALETTE, strict=False):
        axis.plot(np.linspace(0, 360, len(verdicts)), verdicts, linestyle=style, color=colour, label=label)
    axis.set(xlabel="angle on the dotted circle (degrees)", ylabel="verdict", ylim=(-0.03, 1.19))
    axis.set_xticks(range(0, 361, 90))
    axis.legend(fontsize=8, frameon=False, ncol=len(circle), loc="upper center")
    return figure


def groups_and_samples(points, groups, centres, samples):
    """What k-means makes of points, and what a generator makes of nothing.

    Args:
        points: (n, 2), divided by `groups`, n whole numbers; centres: (k, 2), those of k-means.
        samples: (m, 2), the generator's.
    """
    figure, axes = subplots(1, 2, size=(7, 3.6), sharex=True, sharey=True)
    for group in range(len(centres)):
        chosen = points[groups == group]
        axes[0, 0].plot(*chosen.T, marker=f"${group}$", ls="", markersize=4.5, color=f"C{group % 10}")
    axes[0, 0].plot(*centres.T, "x", color=INK, markersize=9, markeredgewidth=2, label="centre")
    axes[0, 0].set_title("k-means: a group for each point, no new points", fontsize=9)
    axes[0, 1].plot(*points.T, ".", markersize=3, color=INK, label="real")
    axes[0, 1].plot(*samples.T, "o", markersize=4, mfc="none", mec=COLOURS["B"], mew=0.8, label="sample")
    axes[0, 1].set_title("GAN: new points, no groups", fontsize=9)
    for axis in axes[0]:
        axis.set(xticks=[], yticks=[], xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        axis.legend(fontsize=8, frameon=False, loc="center")
    return figure


def seed_spread(distances, modes, n_modes):
    """The results of runs that differ in their seed only.

    Args:
        distances: dict from the name of a kind of run to the energy distances at the ends of its runs.
        modes: dict from the same names to the modes covered; n_modes: how many there are.
    """
    figure, axes = subplots(size=(7, 0.62 * len(distances) + 1))
    axis = axes[0, 0]
    for k, (name, values) in enumerate(distances.items()):
        axis.plot(values, [k] * len(values), "o", color=_PALETTE[k % 5], fillstyle="none", mew=1.8, markersize=9)
        axis.plot([np.median(values)] * 2, [k - 0.28, k + 0.28], color=INK, linewidth=1.5)
        listed = f"modes: {', '.join(map(str, modes[name]))} of {n_modes}"
        axis.annotate(listed, (1.02, k), xycoords=("axes fraction", "data"), fontsize=8, va="center")
    axis.set_yticks(range(len(distances)), list(distances))
    axis.set_ylim(len(distances) - 0.5, -0.5)
    # Runs that succeed lie within hundredths of 0, those that fail near 1.
    axis.set_xscale("symlog", linthresh=0.02)
    ticks = [0, 0.01, 0.02, 0.1, 1]
    axis.set_xticks(ticks, map(str, ticks))
    everything = np.concatenate([np.ravel(values) for values in distances.values()])
    axis.set_xlim(min(-0.004, 1.2 * everything.min()), max(0.02, 1.4 * everything.max()))
    axis.set_xlabel("energy distance from the data after training (a ring: one seed; line: the median)")
    axis.axvline(0, color="0.8", zorder=0)
    return figure


def optimizer_paths(panels, ylabel="place x"):
    """Where optimizers go, step by step.

    Args:
        panels: dict from a panel's title to a dict from a curve's label to the places, (n_steps + 1,).
    """
    figure, axes = subplots(1, len(panels), size=(3.3 * len(panels), 3))
    for axis, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for (label, places), style, colour in zip(curves.items(), _STYLES, _PALETTE, strict=False):
            axis.plot(places, linestyle=style, color=colour, label=label)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("step")
    axes[0, 0].set_ylabel(ylabel)
    lines = axes[0, 0].lines  # every panel has the same curves
    figure.legend(lines, [line.get_label() for line in lines], loc="outside lower center", ncol=5, frameon=False)
    return figure


def over_training(steps, curves, ylabel, floor=None):
    """A measure over the steps of a training.

    Args:
        steps: numbers of steps. curves: dict from a label to as many values.
        floor: (label, value) of a level to compare with, or None.
    """
    figure, axes = subplots(size=(5, 2.7))
    for (label, values), style, colour in zip(curves.items(), _STYLES, _PALETTE, strict=False):
        axes[0, 0].plot(steps, values, marker="o", linestyle=style, color=colour, label=label)
    if floor is not None:
        axes[0, 0].axhline(floor[1], color="0.5", linestyle=":", label=floor[0])
    axes[0, 0].set(xlabel="training step", ylabel=ylabel)
    axes[0, 0].legend(fontsize=8, frameon=False)
    return figure
