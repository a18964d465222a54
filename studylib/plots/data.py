"""Pictures of the time before training: domains, augmentation, order, speed, and the scale of a first signal."""

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.patches import Rectangle

from studylib.arguments import image_values, modest_number, number_array, true_or_false, whole_number
from studylib.data.pipeline import random_box
from studylib.plots.figure import subplots
from studylib.plots.grid import to_uint8

_GAP = 0.08  # white space between the images of a collage, as a fraction of an image
MOST_SHOWN, MOST_BOXES = 100, 10_000


def collage(images, n_columns):
    """Images as one picture: uint8 (N, H, W, 3) -> uint8 (height, width, 3), row by row on white."""
    images = to_uint8(images)
    if images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(f"images must be of shape (N, H, W, 3). Received: shape {images.shape}")
    modest_number("n_columns", n_columns, MOST_SHOWN)
    gap = round(_GAP * images.shape[2])
    rows = -(-len(images) // n_columns)
    cells = np.full((rows * n_columns, images.shape[1] + gap, images.shape[2] + gap, 3), 255, np.uint8)
    cells[: len(images), :-gap, :-gap] = images
    cells = cells.reshape(rows, n_columns, *cells.shape[1:])
    return cells.transpose(0, 2, 1, 3, 4).reshape(rows * cells.shape[2], n_columns * cells.shape[3], 3)[:-gap, :-gap]


def _show(axis, picture, title):
    axis.imshow(picture, interpolation="nearest")
    axis.set_title(title, fontsize=9)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)


def two_domains(task, n_rows=4, seed=0):
    """The training images of both domains as they are, without order, beside held-out ones.

    Args:
        task: a `studylib.data.Task`.
        n_rows: rows of images in each of the three parts.
        seed: draws the images that are shown; they are not chosen.

    Returns:
        A Figure; the credit that the pictures need stands below.
    """
    modest_number("n_rows", n_rows, MOST_SHOWN)
    whole_number("seed", seed, at_least=0)
    random = np.random.default_rng(seed)

    def some(images, n):
        return images[random.permutation(len(images))[:n]]

    figure, axes = subplots(1, 3, size=(9.4, 0.62 * n_rows + 0.7), gridspec_kw={"width_ratios": [5, 5, 4.2]})
    for axis, label, images, letter in zip(
        axes[0], (task.label_a, task.label_b), (task.train_a, task.train_b), "AB", strict=False
    ):
        _show(axis, collage(some(images, 5 * n_rows), 5), f"train {letter}: {label}, {len(images)} images")
    chosen = random.permutation(min(len(task.test_a), len(task.test_b)))[: 2 * n_rows]
    pairs = np.stack([task.test_a[chosen], task.test_b[chosen]], axis=1).reshape(-1, *task.test_a.shape[1:])
    what = f"{len(task.test_a)} pairs, each one artwork" if task.aligned else "A beside B, no pairs"
    _show(axes[0, 2], _pairs_collage(pairs, 2), f"test: {what}")
    figure.get_layout_engine().set(w_pad=0.12)
    figure.suptitle(task.name, fontsize=10, fontweight="bold")
    if task.attribution:
        figure.supxlabel(task.attribution, fontsize=7, color="0.35")
    return figure


def _pairs_collage(images, pairs_a_row):
    """Neighbours 2k and 2k + 1 joined in one grey frame."""
    size, frame = images.shape[1], max(1, round(0.05 * images.shape[1]))
    tiles = np.full((len(images) // 2, size + 2 * frame, 2 * size + 3 * frame, 3), 170, np.uint8)
    tiles[:, frame:-frame, frame : frame + size] = images[::2]
    tiles[:, frame:-frame, 2 * frame + size : -frame] = images[1::2]
    return collage(tiles, pairs_a_row)


def random_boxes(n, seed=0, jitter=True, mirror=True):
    """Parts of an image as `Task.pipeline` draws them for samples 0 to n - 1.

    Args:
        n: how many.
        seed: of the domain.
        jitter, mirror: False leaves that part of the augmentation out.

    Returns:
        float32 array (n, 4) of (y1, x1, y2, x2) in fractions; x1 > x2 is mirrored.
    """
    modest_number("n", n, MOST_BOXES)
    whole_number("seed", seed, at_least=0, at_most=2**31 - 1)
    boxes = np.stack([random_box(i, seed).numpy() for i in range(n)])
    mirrored = boxes[:, 1] > boxes[:, 3]
    boxes[mirrored] = boxes[mirrored][:, [0, 3, 2, 1]]
    if not jitter:
        boxes[:] = (0, 0, 1, 1)
    if mirror:
        boxes[mirrored] = boxes[mirrored][:, [0, 3, 2, 1]]
    return boxes


def augmented_versions(image, n=10, seed=0, jitter=True, mirror=True):
    """One image, and what the network may see of it.

    Args:
        image: uint8 array (H, W, 3).
        n: number of versions.
        seed, jitter, mirror: see `random_boxes`.

    Returns:
        A Figure: the image with the first three windows drawn in, and n versions, those three framed in their colours.
    """
    image = image_values("image", image)
    if image.ndim != 3 or image.shape[-1] != 3:
        raise ValueError(f"image must be of shape (H, W, 3). Received: shape {image.shape}")
    true_or_false("jitter", jitter)
    true_or_false("mirror", mirror)
    boxes = random_boxes(modest_number("n", n, MOST_SHOWN), seed, jitter, mirror)
    height, width = image.shape[:2]
    versions = tf.image.crop_and_resize(image[None], boxes, np.zeros(n, np.int32), (height, width)).numpy()
    rows, gap, line = 2, 0.07, 0.2  # gaps and lines of text, in widths of an image
    columns, ratio = -(-n // rows), height / width
    # Two axes for all images, placed by hand: a slider redraws this.
    size = np.array([(columns + 2) * (1 + gap), rows * (ratio + line)])
    figure = plt.figure(figsize=1.15 * size)
    plt.close(figure)
    large = figure.add_axes((0.01, 0.03, 1.85 / size[0], 0.85))
    _show(large, image, f"one image, {width} x {height} pixels")
    small = figure.add_axes((2 * (1 + gap) / size[0], 0, columns * (1 + gap) / size[0], 1))
    small.set_axis_off()
    for k, (y1, x1, y2, x2) in enumerate(boxes):
        left, bottom = k % columns * (1 + gap), (rows - 1 - k // columns) * (ratio + line) + gap / 4
        frame = {"fill": False, "edgecolor": f"C{k}" if k < 3 else "0.8", "linewidth": 2.5 if k < 3 else 1}
        place = (left, left + 1, bottom, bottom + ratio)
        small.imshow(np.rint(versions[k]).astype(np.uint8), extent=place, interpolation="nearest")
        small.add_patch(Rectangle((left, bottom), 1, ratio, **frame))
        text = "mirrored" if x1 > x2 else "as it is"
        small.text(left + 0.5, bottom + ratio + 0.03, text, ha="center", va="bottom", fontsize=9)
        if k < 3:
            corner = (min(x1, x2) * width - 0.5, y1 * height - 0.5)
            large.add_patch(Rectangle(corner, abs(x2 - x1) * width, (y2 - y1) * height, **frame | {"linewidth": 2}))
    small.set(xlim=(-gap / 2, size[0] - 2 * (1 + gap) - gap / 2), ylim=(0, size[1]))
    return figure


def mirrored_meanings(examples):
    """Drawings whose mirror image is a drawing of something else.

    Args:
        examples: list of (name, image, other name, other image), images uint8 (H, W, 3); where there is no such
            drawing, the other name says so and the other image is None.
    """
    figure, axes = subplots(len(examples), 3, size=(6, 1.45 * len(examples) + 0.3))
    titles = ("drawing", "its mirror image", "another drawing of the set")
    for row, (name, image, other_name, other) in zip(axes, examples, strict=True):
        first = row[0] is axes[0, 0]
        for axis, picture, label, title in zip(
            row, (image, image[:, ::-1], other), (name, "", other_name), titles, strict=True
        ):
            _show(axis, np.full_like(image, 255) if picture is None else picture, title if first else "")
            axis.set_xlabel(label, fontsize=8)
    return figure


def signal_scale(panels, ylabel="root mean square of the output"):
    """How large the signal is after each layer of a deep stack.

    Args:
        panels: dict from a panel's title to a dict from a curve's label to (measured, predicted): one value for each
            layer, the first being the input's; predicted may be None.
    """
    figure, axes = subplots(1, len(panels), size=(4.4 * len(panels), 3.2), sharey=True)
    for axis, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for k, (label, (measured, predicted)) in enumerate(curves.items()):
            # Rings of different size: curves that coincide are all seen.
            axis.plot(measured, "o", markersize=3 + 2 * k, fillstyle="none", color=f"C{k}", label=label)
            if predicted is not None:
                axis.plot(predicted, "-", linewidth=1, color=f"C{k}")
        axis.set_yscale("log")
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("layer (0 = the input)")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.axhline(1, color="0.8", zorder=0)
    axes[0, 0].set_ylabel(ylabel)
    axes[0, 0].legend(fontsize=8, frameon=False, title="kernels", title_fontsize=8, loc="lower left")
    return figure


def kernel_histograms(kernels, stddev=0.02):
    """The numbers that networks start with, against the normal distribution that they are meant to have.

    Args:
        kernels: dict from a network's name to a float array of any shape.
        stddev: of the curve.
    """
    figure, axes = subplots(size=(5.4, 3))
    axis = axes[0, 0]
    edges = np.linspace(-4 * stddev, 4 * stddev, 61)
    for name, values in kernels.items():
        axis.hist(np.ravel(values), edges, density=True, histtype="step", linewidth=1.4, label=name)
    density = np.exp(-0.5 * (edges / stddev) ** 2) / (stddev * np.sqrt(2 * np.pi))
    axis.plot(edges, density, "k--", label=f"N(0, {stddev})")
    axis.set_xlabel("value of a weight")
    axis.set_ylabel("density")
    axis.legend(fontsize=8, frameon=False)
    return figure


def throughput(measured, xlabel="images per second that reach the training step"):
    """Speed of several pipelines, every measurement and its median.

    Args:
        measured: dict from a pipeline's name to images per second, one number for each round.
    """
    figure, axes = subplots(size=(7, 0.45 * len(measured) + 0.9))
    axis = axes[0, 0]
    for k, (name, values) in enumerate(measured.items()):
        middle = np.median(values)
        axis.barh(name, middle, color=f"C{k}", alpha=0.45)
        axis.plot(values, [name] * len(values), "o", markersize=4, color=f"C{k}")
        place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
        axis.annotate(f"median {middle:.0f}", (max(values), k), fontsize=8, **place)
    axis.invert_yaxis()
    axis.margins(x=0.12)
    axis.set_xlim(left=0)
    axis.set_xlabel(xlabel)
    return figure


def distinct_crops(counts):
    """How many different crops of an image the network has seen after each epoch.

    Args:
        counts: dict from a pipeline's name to one number for each epoch.
    """
    figure, axes = subplots(size=(5.4, 3))
    axis = axes[0, 0]
    for k, (name, values) in enumerate(counts.items()):
        # Thinner on top of thicker: lines that coincide are all seen.
        axis.plot(range(1, len(values) + 1), values, "o-", linewidth=1.5 + 1.7 * (len(counts) - 1 - k), label=name)
    axis.set_xlabel("epoch")
    axis.set_ylabel("different crops of one image\n(mean over the images)")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_ylim(bottom=0)
    axis.legend(fontsize=8, frameon=False)
    return figure


def shuffle_orders(panels, xlabel="position in the data", ylabel="position after shuffling"):
    """Orders as clouds of points: a line is no mixing, an even cloud is full mixing.

    Args:
        panels: dict from a title to (x, y), two arrays of the same length; their rank correlation is added.
    """
    figure, axes = subplots(1, len(panels), size=(2.3 * len(panels), 2.75), sharey=True)
    for axis, (title, (x, y)) in zip(axes[0], panels.items(), strict=True):
        axis.plot(x, y, ".", markersize=3)
        axis.set_title(f"{title}\nrank correlation {rank_correlation(x, y):.2f}", fontsize=9)
        axis.set_box_aspect(1)
    figure.supxlabel(xlabel, fontsize=9)
    axes[0, 0].set_ylabel(ylabel, fontsize=9)
    return figure


def rank_correlation(x, y):
    """Spearman's correlation of two sequences without ties: 1 is the same order, 0 none, -1 the reverse."""
    x, y = number_array("x", x, n_axes=1), number_array("y", y, n_axes=1)
    if len(x) != len(y) or len(x) < 2:
        raise ValueError(f"x and y must be of one length, 2 or more. Received: {len(x)} and {len(y)} numbers")
    ranks = [np.argsort(np.argsort(values)) for values in (x, y)]
    return float(np.corrcoef(*ranks)[0, 1])
