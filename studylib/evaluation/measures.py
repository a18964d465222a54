"""What one look at pictures measures: distance to a truth, sharpness, colour.

An error in grey levels is the mean absolute difference to the truth, over all pixels and channels, on the scale 0 to
255. It judges a direction in which something is removed, such as colour, because there is one right answer. Where
something is invented it does not: a red apple is no worse than a green one, yet its error is large.
"""

import numpy as np

from studylib.arguments import image_batch, image_values


def grey_level_error(images, truth):
    """Mean absolute difference of two sets of images, in grey levels (0 to 255).

    Args:
        images, truth: arrays of one shape, (N, H, W, C), both uint8 or both float in [-1, 1].

    Raises:
        ValueError: two shapes, two scales, or no images.
    """
    images, truth = image_values("images", images), image_values("truth", truth)
    if images.shape != truth.shape or (images.dtype == np.uint8) != (truth.dtype == np.uint8) or not images.size:
        raise ValueError(
            "images and truth must be of one shape, and both uint8 or both float in [-1, 1]. "
            f"Received: {images.dtype} of shape {images.shape} and {truth.dtype} of shape {truth.shape}"
        )
    scale = 1.0 if truth.dtype == np.uint8 else 127.5
    return scale * float(np.mean(np.abs(images.astype(np.float64) - truth)))


def sharpness(images, where=None):
    """How steep the edges are: the mean slope from pixel to pixel, each slope weighted by its own size.

    Why: a step of 200 grey levels scores 200 where it takes one pixel and 50 where it is spread over four, and flat
    areas count for nothing, so that the number does not depend on how many edges there are. A paler picture has flatter
    edges, too: look at `colourfulness` beside it.

    Args:
        images: (N, H, W, C), uint8 or float in [-1, 1].
        where: bool, (N, H, W); only slopes between two True pixels count. None takes all.

    Returns:
        Grey levels (0 to 255) per pixel; 0 where there is no slope at all.
    """
    levels = grey_levels(images)
    if levels.ndim != 4 or (where is not None and np.shape(where) != levels.shape[:3]):
        raise ValueError(
            "images must be of shape (N, H, W, C), and where (N, H, W) or None. "
            f"Received: shape {levels.shape}, where of shape {np.shape(where)}"
        )
    total = squares = 0.0
    for axis in (1, 2):
        slopes = np.abs(np.diff(levels, axis=axis))
        if where is not None:
            ahead, behind = (np.delete(np.asarray(where), end, axis=axis) for end in (0, -1))
            slopes = slopes[ahead & behind]
        total, squares = total + slopes.sum(), squares + np.square(slopes).sum()
    return float(squares / total) if total else 0.0


def colourfulness(images):
    """How colourful people find the images: the M3 of Hasler and Suesstrunk, mean over the images.

    Args:
        images: (N, H, W, 3), uint8 or float in [-1, 1].

    Returns:
        0 for grey pictures; the authors call 15 slightly, 45 quite and 82 highly colourful.

    Raises:
        ValueError: images without three channels.

    Reference: Hasler, Suesstrunk: "Measuring Colourfulness in Natural Images", SPIE 5007, 2003.
    """
    levels = grey_levels(image_batch("images", images, channels=3))
    red, green, blue = np.moveaxis(levels, -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])  # (2, N, H, W)
    spread, middle = (np.hypot(*f(opponents, axis=(2, 3))) for f in (np.std, np.mean))
    return float(np.mean(spread + 0.3 * middle))


def grey_levels(images):
    """Images, uint8 or float in [-1, 1], as float64 from 0 to 255."""
    images = image_values("images", images)
    levels = images.astype(np.float64)
    return levels if images.dtype == np.uint8 else (levels + 1) * 127.5
