"""Pictures of what normalizing and whitening do to features: clouds, correlations, cost."""

import numpy as np

from studylib.normalization import mean_off_diagonal
from studylib.plots.figure import subplots


def clouds(panels):
    """Two features as a cloud of points, with their mean and covariance matrix as numbers.

    Args:
        panels: dict from a title to an array (n, 2).
    """
    figure, axes = subplots(1, len(panels), size=(2.7 * len(panels), 3.5), sharex=True, sharey=True)
    for axis, (title, points) in zip(axes[0], panels.items(), strict=True):
        axis.axhline(0, color="0.8", linewidth=0.8, zorder=0)
        axis.axvline(0, color="0.8", linewidth=0.8, zorder=0)
        axis.plot(*np.asarray(points).T, ".", markersize=3, alpha=0.7)
        mean = np.round(np.mean(points, axis=0), 1) + 0.0  # adding 0 makes -0.0 a plain 0
        (a, b), (_, d) = np.cov(points, rowvar=False, bias=True)
        numbers = f"mean ({mean[0]:.1f}, {mean[1]:.1f})\nvariances {a:.2f}, {d:.2f}\ncovariance {b:.2f}"
        axis.set_title(f"{title}\n", fontsize=10, fontweight="bold")
        axis.set_xlabel(f"feature 1\n\n{numbers}".replace("-", "−"), fontsize=9)
        axis.set_aspect("equal")
    axes[0, 0].set_ylabel("feature 2", fontsize=9)
    return figure


def correlation_matrices(panels):
    """Square matrices side by side on one scale from -1 to 1; a title gives the mean size off the diagonal.

    Args:
        panels: dict from a title to a matrix (C, C).
    """
    figure, axes = subplots(1, len(panels), size=(2.9 * len(panels) + 0.6, 3.1))
    for axis, (title, matrix) in zip(axes[0], panels.items(), strict=True):
        size = mean_off_diagonal(matrix)
        picture = axis.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
        axis.set_title(f"{title}\nmean size off the diagonal: {size:.2f}", fontsize=10)
        axis.set_xlabel("channel")
    axes[0, 0].set_ylabel("channel")
    figure.colorbar(picture, ax=list(axes[0]), shrink=0.8, label="correlation")
    return figure


def whitening_cost(channels, seconds, fits):
    """Time against the number of channels, both axes logarithmic.

    Args:
        channels: the numbers of channels, ascending.
        seconds: dict from a label to (channels, rounds); the marks are medians.
        fits: dict from a label to (exponent, fitted seconds, the channels that were fitted).
    """
    figure, axes = subplots(size=(5.4, 3.4))
    axis = axes[0, 0]
    for k, (label, times) in enumerate(seconds.items()):
        times = 1000 * np.asarray(times)
        axis.fill_between(channels, times.min(axis=1), times.max(axis=1), color=f"C{k}", alpha=0.2, linewidth=0)
        axis.plot(channels, np.median(times, axis=1), "os"[k % 2], color=f"C{k}", label=label)
        exponent, fitted, fitted_channels = fits[label]
        axis.plot(fitted_channels, 1000 * np.asarray(fitted), "-" if k else "--", color=f"C{k}", linewidth=1.2)
        place = (fitted_channels[-1], 1000 * fitted[-1])
        axis.annotate(f"C^{exponent:.1f}", place, xytext=(8, -3), textcoords="offset points", color=f"C{k}")
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.margins(x=0.16)
    axis.set_xticks(channels, [f"{c}" for c in channels])
    axis.set_xlabel("channels C")
    axis.set_ylabel("milliseconds a call (median, smallest to largest)", fontsize=9)
    axis.legend(fontsize=9, frameon=False)
    return figure
