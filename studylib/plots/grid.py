"""Pictures made of rows of images."""

import textwrap

import numpy as np

from studylib.arguments import image_values, number_array, real_number, shown, whole_number
from studylib.plots.figure import subplots


def to_uint8(images):
    """Images as uint8: float images are scaled from [-1, 1], and cut off there; uint8 images stay. Any shape.

    Raises:
        ValueError: nan, infinite, or no numbers at all.
    """
    images = number_array("images", images, empty=True)
    if images.dtype == np.uint8:
        return images
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)


def image_grid(columns, title=None, cell=1.0, credit=""):
    """Images side by side, one titled column for each kind.

    Args:
        columns: dict from column title to images, (N, H, W, C), uint8 or float in [-1, 1]; C is 1 or 3.
        title: of the whole figure.
        cell: width of an image in inches.
        credit: whose pictures these are; stands small at the foot.

    Returns:
        A Figure with N rows.

    Raises:
        ValueError: no image, or images of another form.
    """
    real_number("cell", cell, above=0, at_most=20)
    columns = _checked(columns)
    n_rows = min((len(images) for images in columns.values()), default=0)
    if n_rows == 0:
        raise ValueError("image_grid needs at least one image in each column. Received: an empty column")
    height = cell * n_rows + 0.5 + (0.3 if title else 0)
    figure, axes = subplots(n_rows, len(columns), size=(cell * len(columns), height))
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for axis_column, (name, images) in zip(axes.T, columns.items(), strict=True):
        axis_column[0].set_title(textwrap.fill(name, round(13 * cell)), fontsize=9)
        for axis, image in zip(axis_column, to_uint8(images), strict=False):
            axis.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            axis.set_xticks([])
            axis.set_yticks([])
            axis.spines[:].set(visible=True, color="0.8")
    if title:
        figure.suptitle(title, fontsize=10)
    if credit:
        figure.supxlabel(textwrap.fill(credit, round(20 * cell * len(columns))), fontsize=6, color="0.4")
    return figure


def sample_sheet(model, real_A, real_B, label_a="A", label_b="B", credit=""):
    """Both directions of a CycleGAN at a glance: input, translation, and the way back.

    Args:
        model: a CycleGAN.
        real_A, real_B: images, (N, H, W, C), uint8 or float in [-1, 1].
        label_a, label_b: names of the domains.
        credit: whose pictures these are.
    """
    real_A, real_B = (as_float(images) for images in (real_A, real_B))
    fake_B, fake_A = model.g_AB(real_A), model.g_BA(real_B)
    columns = {
        label_a: real_A,
        f"to {label_b}": fake_B,
        f"back to {label_a}": model.g_BA(fake_B),
        label_b: real_B,
        f"to {label_a}": fake_A,
        f"back to {label_b}": model.g_AB(fake_A),
    }
    return image_grid(columns, credit=credit)


def drawn(task, n, seed):
    """Up to n held-out images of each domain, drawn by a seed: in an aligned task the same artworks on both sides.

    Where nothing was held out, training images take their place.

    Returns:
        (images_a, images_b), uint8, of equal length.
    """
    whole_number("n", n)
    whole_number("seed", seed, at_least=0)
    sides = [test if len(test) else train for test, train in ((task.test_a, task.train_a), (task.test_b, task.train_b))]
    rows = np.random.default_rng(seed).permutation(min(map(len, sides)))[:n]
    return sides[0][rows], sides[1][rows]


def as_float(images):
    """Images as float32 in [-1, 1]: uint8 images are scaled, float images stay."""
    images = image_values("images", images)
    return images.astype(np.float32) / 127.5 - 1 if images.dtype == np.uint8 else images


def _checked(columns):
    """The columns as a dict of uint8 arrays (N, H, W, C)."""
    if not isinstance(columns, dict):
        raise ValueError(f"columns must be a dict from title to images. Received: columns={shown(columns)}")
    checked = {name: to_uint8(images) for name, images in columns.items()}
    for name, images in checked.items():
        if images.ndim != 4 or (len(images) and (images.shape[-1] not in (1, 3) or 0 in images.shape)):
            raise ValueError(
                f"images must be of shape (N, H, W, C), C being 1 or 3. Received: shape {images.shape} as {name!r}"
            )
    return checked
