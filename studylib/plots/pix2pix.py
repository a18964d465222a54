"""Pictures of pix2pix: middle values, three objectives side by side, and the score map of a PatchGAN."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from studylib.patchgan import patch_grid
from studylib.plots.figure import subplots
from studylib.plots.grid import to_uint8

MARKERS = "osD^v"


def middle_values(answers, learned):
    """Which one number serves several true answers best: both losses over all guesses, and where learning ended.

    Args:
        answers: the true answers to one and the same question, a sequence of numbers.
        learned: dict from "L1" and "L2" to the number that gradient descent found.

    Returns:
        A Figure with a panel for each loss.
    """
    answers = np.asarray(answers, float)
    margin = 0.1 * np.ptp(answers)
    guesses = np.linspace(answers.min() - margin, answers.max() + margin, 400)
    differences = guesses[:, None] - answers
    curves = {
        "L1": ("mean |guess - answer|", np.abs(differences).mean(axis=1), "median", np.median(answers)),
        "L2": ("mean (guess - answer)²", np.square(differences).mean(axis=1), "mean", np.mean(answers)),
    }
    figure, [axes] = subplots(1, 2, size=(8.4, 2.9))
    for k, (axis, (name, (formula, curve, middle, best))) in enumerate(zip(axes, curves.items(), strict=True)):
        axis.plot(guesses, curve, color=f"C{k}")
        axis.plot(answers, np.zeros_like(answers), "k|", markersize=14, markeredgewidth=2, clip_on=False)
        axis.axvline(best, color="0.6", linestyle="--", zorder=0)
        axis.plot(learned[name], np.interp(learned[name], guesses, curve), "o", color=f"C{k}", markersize=8)
        axis.set_ylim(0, 1.1 * curve.max())
        axis.set_title(f"{name}: {middle} {best:.3f}, learned {learned[name]:.3f}", fontsize=10)
        axis.set_xlabel("guess (black ticks: the true answers)")
        axis.set_ylabel(formula)
    return figure


def objectives(measured, truth, nothing, titles=None):
    """Held-out figures of several objectives: a dot for each seed, their mean as a bar, and what to compare with.

    Args:
        measured: dict from a figure's name to a dict from objective to a list, one number a seed.
        truth: dict from a figure's name to the value of the true images, the dashed line.
        nothing: the same for the input as it is, the dotted line.
        titles: dict from a figure's name to the title of its panel, by default the name itself.

    Returns:
        A Figure with one panel for each figure.
    """
    figure, [axes] = subplots(1, len(measured), size=(2.6 * len(measured), 2.9))
    for axis, (name, by_objective) in zip(np.atleast_1d(axes), measured.items(), strict=True):
        for k, (objective, values) in enumerate(by_objective.items()):
            axis.bar(objective, np.mean(values), color=f"C{k}", alpha=0.4)
            axis.plot([objective] * len(values), values, MARKERS[k % len(MARKERS)], color=f"C{k}", markersize=5)
            axis.text(k, np.mean(values) / 2, f"{np.mean(values):.1f}", ha="center", va="center")
        axis.axhline(truth[name], color="black", linestyle="--", linewidth=1)
        axis.axhline(nothing[name], color="black", linestyle=":", linewidth=1.8)
        largest = max(truth[name], nothing[name], *(max(values) for values in by_objective.values()))
        axis.set_ylim(0, 1.1 * largest)
        axis.set_title((titles or {}).get(name, name), fontsize=10)
        lines = f"dashed: true images, {truth[name]:.1f}", f"dotted: doing nothing, {nothing[name]:.1f}"
        axis.set_xlabel("\n".join(lines), fontsize=8)
    return figure


def pair_scores(own, other):
    """What the discriminator says of an image B beside its own A and beside another one.

    Args:
        own, other: mean score of each pair, (N,), in the same order.

    Returns:
        A Figure; a point below the diagonal is an image that scores higher beside its own A.
    """
    own, other = np.asarray(own), np.asarray(other)
    figure, [[axis]] = subplots(size=(4.4, 3.8))
    axis.plot(own, other, "o", markersize=4, alpha=0.6)
    limits = min(own.min(), other.min()), max(own.max(), other.max())
    axis.plot(limits, limits, "k--", linewidth=1)
    axis.set_aspect("equal")
    axis.set_title(f"{np.mean(own > other):.0%} of {len(own)} score higher beside their own A", fontsize=10)
    axis.set_xlabel("mean score of B beside its own A")
    axis.set_ylabel("the same B beside another A")
    axis.text(0.97, 0.03, "own A scores higher", transform=axis.transAxes, ha="right", fontsize=8, color="0.35")
    return figure


def damaged_patch(real_A, image_B, before, after, square, n_layers, touched=None):
    """A damaged pair, the score map of a PatchGAN over it, and what the damage changed in the map.

    Args:
        real_A, image_B: the pair, (H, W, 3), uint8 or float in [-1, 1]; image_B is the damaged one.
        before, after: score maps without and with the damage, (h, w), logits.
        square: (top, left, size) of the damage in pixels; None where there is none.
        n_layers: of the PatchGAN: places the scores over the image.
        touched: bool, (h, w): the scores whose receptive field meets the square, see
            `studylib.patchgan.scores_that_see`. They are framed.

    Returns:
        A Figure. All four panels share the image's pixels: a score stands at the middle of its receptive field.
    """
    height, width = image_B.shape[:2]
    before, after = np.asarray(before), np.asarray(after)
    field, stride, start = patch_grid(n_layers)
    corner = start + (field - stride) / 2 - 0.5  # edge of the first score's cell, in imshow's pixels
    extent = (corner, corner + stride * after.shape[1], corner + stride * after.shape[0], corner)

    # Made for a slider: no layout engine, few artists, and words in place of colour bars.
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.9))
    plt.close(figure)
    figure.subplots_adjust(0.01, 0.07, 0.99, 0.84, wspace=0.06)
    probability = 1 / (1 + np.exp(-np.clip(after, -50, 50)))
    change = after - before
    limit = max(1.0, np.abs(change).max())
    axes[0].imshow(to_uint8(real_A), interpolation="nearest")
    axes[1].imshow(to_uint8(image_B), interpolation="nearest")
    axes[2].imshow(probability, cmap="viridis", vmin=0, vmax=1, extent=extent, interpolation="nearest")
    axes[3].imshow(change, cmap="PuOr", vmin=-limit, vmax=limit, extent=extent, interpolation="nearest")
    titles = (
        "A",
        "B, damaged" if square else "B",
        'D: probability of "real"\n0 (dark blue) to 1 (yellow)',
        f"change of the score\n-{limit:.1f} (orange) to +{limit:.1f} (violet)",
    )
    for axis, title in zip(axes, titles, strict=True):
        axis.set_title(title, fontsize=10)
        axis.set(xticks=[], yticks=[], xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        if square and axis is not axes[0]:
            top, left, size = square
            axis.add_patch(Rectangle((left - 0.5, top - 0.5), size, size, fill=False, edgecolor="#d0453e", lw=1.5))
    if touched is not None and touched.any():
        rows, columns = (np.flatnonzero(touched.any(axis=k)) for k in (1, 0))
        place = (corner + stride * columns[0], corner + stride * rows[0])
        size = stride * (columns[-1] - columns[0] + 1), stride * (rows[-1] - rows[0] + 1)
        axes[3].add_patch(Rectangle(place, *size, fill=False, edgecolor="black", linestyle="--", lw=1.2))
    figure.text(0.01, 0.02, "red: the damage   dashed: the scores that see it", fontsize=8, color="0.35")
    return figure
