"""The pattern that an uneven overlap leaves: counts, pictures, spectra, and how training deals with it."""

import numpy as np

from studylib.arguments import number_array, whole_number
from studylib.plots.figure import subplots
from studylib.plots.transposed_convolution.cells import BLUE, ORANGE
from studylib.transposed_convolution import checkerboard_strength, kernel_overlap


def overlap_maps(cases, size=5):
    """How often each output cell is painted.

    Args:
        cases: list of (kernel, stride).
        size: input size.

    Returns:
        A Figure, a map for each case, all in one scale of colours.
    """
    whole_number("size", size, at_most=200)
    maps = [kernel_overlap((size, size), kernel, stride) for kernel, stride in cases]
    figure, axes = subplots(1, len(maps), size=(2.35 * len(maps) + 0.5, 2.7))
    for axis, (kernel, stride), counts in zip(axes[0], cases, maps, strict=True):
        image = axis.imshow(counts, cmap="viridis", vmin=0, vmax=max(counts.max() for counts in maps))
        remainder = kernel % stride
        verdict = "divides" if remainder == 0 else f"remainder {remainder}"
        axis.set_title(f"kernel {kernel}, stride {stride}\n{kernel} % {stride} = {remainder}: {verdict}", fontsize=9)
        axis.set_xticks([])
        axis.set_yticks([])
    bar = figure.colorbar(image, ax=axes, shrink=0.75, label="input cells that paint it")
    bar.ax.yaxis.get_major_locator().set_params(integer=True)
    return figure


def spectrum(image):
    """Mean amplitude of the horizontal waves in a picture's rows, the mean of each row left out.

    Args:
        image: array (H, W).

    Returns:
        (frequencies, amplitudes), two arrays (W // 2 + 1,); the frequencies are in cycles per pixel, 0 to 0.5, the
        amplitudes in the unit of the pixels.
    """
    image = number_array("image", image, n_axes=2).astype(float)
    waves = np.fft.rfft(image - image.mean(axis=1, keepdims=True), axis=1)
    return np.fft.rfftfreq(image.shape[1]), np.abs(waves).mean(axis=0) / image.shape[1]


def spectra(named, stride, zoom=None, credit=""):
    """Pictures, a part of each enlarged, and the spectra of their rows with the frequencies of the stride marked.

    Args:
        named: dict from a title to a picture (H, W) of any range.
        stride: period whose frequencies are marked, and whose `checkerboard_strength` stands above the spectrum, in
            per cent of the picture's standard deviation.
        zoom: (row, column, side) of the part that is enlarged; None: the middle quarter of each side.
        credit: whose pictures these are.

    Returns:
        A Figure: pictures above, parts in the middle, spectra below, logarithmic.
    """
    whole_number("stride", stride, at_least=2)
    figure, axes = subplots(3, len(named), size=(1.9 * len(named) + 0.5, 6.2), sharey="row")
    for column, (title, picture) in zip(axes.T, named.items(), strict=True):
        picture = np.asarray(picture, float)
        height, width = picture.shape
        row, left, side = zoom or (3 * height // 8, 3 * width // 8, height // 4)
        limits = {"vmin": picture.min(), "vmax": picture.max(), "cmap": "gray", "interpolation": "nearest"}
        column[0].imshow(picture, **limits)
        column[1].imshow(picture[row : row + side, left : left + side], **limits)
        frequencies, amplitudes = spectrum(picture)
        column[2].semilogy(frequencies[1:], np.maximum(amplitudes[1:], 1e-5), color=BLUE, linewidth=1.3)
        for multiple in range(1, stride // 2 + 1):
            column[2].axvline(multiple / stride, color=ORANGE, linestyle="--", zorder=0)
        column[0].set_title(title, fontsize=9)
        share = 100 * checkerboard_strength(picture, stride) / max(picture.std(), 1e-12)
        column[2].set_title(f"checkerboard {share:.1f} %", fontsize=9)
        column[2].set_xlabel("cycles per pixel", fontsize=8)
        column[2].set_box_aspect(0.9)
        for axis in column[:2]:
            axis.set_xticks([])
            axis.set_yticks([])
    for axis, name in zip(axes[:, 0], ("whole", "enlarged", "amplitude in the rows"), strict=True):
        axis.set_ylabel(name, fontsize=9)
    if credit:
        figure.supxlabel(credit, fontsize=6, color="0.4")
    return figure


def strength_over_training(steps, curves, losses):
    """Error and checkerboard of several up-sampling layers while they learn.

    Args:
        steps: numbers of the steps that were measured.
        curves: dict from a layer's name to `checkerboard_strength` at those steps, pixels in [-1, 1].
        losses: the same for the mean absolute error on images that were not trained on.

    Returns:
        A Figure with logarithmic heights, that of the checkerboard down to 0.
    """
    figure, axes = subplots(1, 2, size=(8.6, 3.2))
    for axis, data, label in zip(axes[0], (losses, curves), ("mean absolute error", "checkerboard (rms)"), strict=True):
        for k, (name, values) in enumerate(data.items()):
            axis.plot(steps, values, "osD^v"[k % 5] + "-", color=f"C{k}", markersize=4, linewidth=1.2, label=name)
        axis.set_xlabel("training step")
        axis.set_ylabel(f"{label}, images in [-1, 1]", fontsize=9)
    axes[0, 0].set_yscale("log")
    axes[0, 1].set_yscale("symlog", linthresh=1e-3)  # a layer that leaves none is on the picture, too
    axes[0, 1].set_ylim(-2e-4, None)
    axes[0, 0].legend(fontsize=8, frameon=False)
    return figure


def gradient_phases(measured, predicted):
    """Mean square of the gradient that reaches each pixel of a tile, beside the overlap that predicts it.

    Args:
        measured: dict from a title to an array (stride, stride).
        predicted: the same; both are scaled to mean 1.

    Returns:
        A Figure: a map for each title, "measured (predicted)" written into each cell.
    """
    figure, axes = subplots(1, len(measured), size=(2.7 * len(measured), 2.7))
    for axis, (title, values) in zip(axes[0], measured.items(), strict=True):
        values, expected = (np.asarray(tile) / np.mean(tile) for tile in (values, predicted[title]))
        axis.imshow(values, cmap="cividis", vmin=0, vmax=2)
        for (row, column), value in np.ndenumerate(values):
            colour = "white" if value < 1.1 else "black"
            text = f"{value:.2f}\n({expected[row, column]:.2f})"
            axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
        axis.set_title(title, fontsize=9)
        axis.set_xticks(range(values.shape[1]), [f"column {k}" for k in range(values.shape[1])], fontsize=7)
        axis.set_yticks(range(values.shape[0]), [f"row {k}" for k in range(values.shape[0])], fontsize=7)
    return figure
