"""Where a score of the PatchGAN looks: the geometry behind its score map, and damage to look for.

The map of `studylib.networks.patchgan_discriminator` has one score for each patch, its receptive field. Neighbouring
fields overlap by all but 2^n_layers pixels, so that every pixel is judged many times.
"""

import functools
from typing import NamedTuple

import numpy as np

from studylib.arguments import image_values, modest_number, one_of, shown, whole_number
from studylib.networks import patchgan_discriminator
from studylib.networks.fields import seen_pixels

DAMAGES = ("grey", "shifted colours", "blur", "noise")
MOST_LAYERS = 6  # of which a score sees 574 pixels a side


class PatchGrid(NamedTuple):
    """The patches behind a score map, in pixels.

    Score i along an axis sees the `size` pixels from start + i * stride on; those outside the image are padding.
    """

    size: int
    stride: int
    start: int


def patch_grid(n_layers):
    """The `PatchGrid` of a PatchGAN with n_layers stride-2 convolutions: (16, 2, -5) for one of them."""
    return _patch_grid(modest_number("n_layers", n_layers, MOST_LAYERS))


@functools.cache
def _patch_grid(n_layers):
    model = patchgan_discriminator((2 ** (n_layers + 2),) * 2 + (3,), n_filters=1, n_layers=n_layers)
    first, second = (seen_pixels(model, i, i) for i in (0, 1))
    return PatchGrid(first.height, second.top - first.top, first.top)


def scores_that_see(top, left, size, image_size, n_layers):
    """Which scores have a part of a square of the image in their receptive field.

    Args:
        top, left, size: the square, in pixels.
        image_size: height and width of the image.
        n_layers: of the PatchGAN.

    Returns:
        bool array, as large as the score map: (image_size / 2^n_layers - 2) a side, rounded down.
    """
    grid = patch_grid(n_layers)
    size, image_size = whole_number("size", size), modest_number("image_size", image_size, 2**15)
    top, left = whole_number("top", top, at_least=0), whole_number("left", left, at_least=0)
    first = grid.start + grid.stride * np.arange(image_size // grid.stride - 2)
    rows, columns = ((first < begin + size) & (first + grid.size > begin) for begin in (top, left))
    return rows[:, None] & columns[None, :]


def damaged(image, top, left, size, kind="grey"):
    """An image with one spoiled square.

    Args:
        image: uint8, (H, W, 3).
        top, left, size: the square, in pixels; all of it must lie in the image.
        kind: "grey" (one middle grey), "shifted colours" (red becomes green becomes blue), "blur" (the square's mean
            colour) or "noise" (the same noise at each call).

    Returns:
        uint8, (H, W, 3); `image` itself is left as it is.

    Raises:
        ValueError: another kind, or a square that leaves the image.
    """
    one_of("kind", kind, DAMAGES)
    image = image_values("image", image)
    if image.ndim != 3:
        raise ValueError(f"image must be of shape (H, W, 3). Received: shape {image.shape}")
    size, height, width = whole_number("size", size), *image.shape[:2]
    top, left = whole_number("top", top, at_least=0), whole_number("left", left, at_least=0)
    if top > height - size or left > width - size:
        raise ValueError(
            f"The square must lie in the image of {height} x {width} pixels. "
            f"Received: top={shown(top)}, left={shown(left)}, size={shown(size)}"
        )
    result = image.copy()
    square = result[top : top + size, left : left + size]  # a view: writing to it writes to the result
    if kind == "grey":
        square[:] = 128
    elif kind == "shifted colours":
        square[:] = square[..., [2, 0, 1]]
    elif kind == "blur":
        square[:] = np.rint(square.mean(axis=(0, 1)))
    else:
        square[:] = np.random.default_rng(0).integers(0, 256, square.shape)
    return result
