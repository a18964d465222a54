"""Pictures beside their truth: PSNR, SSIM, edges in the right places, and colours, where many answers are right.

References: Wang, Bovik, Sheikh, Simoncelli: "Image Quality Assessment: From Error Visibility to Structural Similarity",
2004, for SSIM; Martin, Fowlkes, Malik: "Learning to Detect Natural Image Boundaries", PAMI 2004, for judging edges by
precision and recall with a tolerance.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from scipy import ndimage
from scipy.stats import wasserstein_distance

from studylib.arguments import image_values, real_number
from studylib.evaluation.measures import grey_levels

EDGE = 64  # grey levels between the neighbours of a pixel: less does not read as an outline on white
SSIM_WINDOW = 11  # pixels, as published


class EdgeScores(NamedTuple):
    """Shares from 0 to 1. `precision`: of the edges found, those that are true; `recall`: of the true, those found."""

    precision: float
    recall: float
    f1: float


def psnr(images, truth):
    """Peak signal-to-noise ratio of a whole set, in decibels: higher is better, infinite for the truth itself.

    The squared error is averaged over all pictures before the logarithm is taken: one perfect picture would make the
    mean of the pictures' own ratios infinite.

    Args:
        images, truth: (N, H, W, C) of one shape, uint8 or float in [-1, 1].

    Raises:
        ValueError: two shapes.
    """
    one_tall_picture = (levels.reshape(1, -1, *levels.shape[2:]) for levels in _of_one_shape(images, truth))
    return float(tf.image.psnr(*one_tall_picture, max_val=255)[0])


def ssim(images, truth):
    """Structural similarity, mean over the pictures: at most 1, which only the truth itself has.

    It compares brightness, contrast and pattern within a sliding window, so that a blur costs more than a paler tone.
    Arguments and errors as for `psnr`. The window of 11 pixels is smaller for pictures that are smaller.
    """
    levels, true_levels = _of_one_shape(images, truth)
    window = min(SSIM_WINDOW, *levels.shape[1:3])
    return float(np.mean(tf.image.ssim(levels, true_levels, max_val=255, filter_size=window)))


def edge_strength(images):
    """How much each pixel's neighbours on opposite sides differ, by Sobel's filter, in the channel with the largest.

    Args:
        images: (N, H, W, C), uint8 or float in [-1, 1].

    Returns:
        Float32 (N, H, W), grey levels: beside a straight step of h grey levels, h.
    """
    levels = grey_levels(images).astype(np.float32)
    if levels.ndim != 4 or min(levels.shape[:3]) < 1:
        raise ValueError(f"images must be of shape (N, H, W, C), N of 1 or more. Received: shape {levels.shape}")
    slopes = tf.image.sobel_edges(tf.constant(levels)).numpy()  # (N, H, W, C, 2)
    return np.linalg.norm(slopes, axis=-1).max(axis=-1) / 4


def edge_scores(images, truth, threshold=EDGE):
    """Are the edges where they should be, to within one pixel, diagonals included?

    Counted over the whole set, so that a picture with few edges counts little. Why: outlines are thin. Drawn one
    pixel beside the truth they cost as large a mean error as outlines that are missing.

    Args:
        images, truth: (N, H, W, C) of one shape, uint8 or float in [-1, 1].
        threshold: of `edge_strength`, in grey levels.

    Returns:
        `EdgeScores`. Where there are no edges at all, neither found nor true, all three are 1.

    Raises:
        ValueError: two shapes.
    """
    real_number("threshold", threshold, above=0)
    found, true = (edge_strength(levels) >= threshold for levels in _as_images(images, truth))

    def share_near(edges, others):
        near = ndimage.maximum_filter(others, size=(1, 3, 3), mode="constant")
        return float(near[edges].mean()) if edges.any() else float(not others.any())

    precision, recall = share_near(found, true), share_near(true, found)
    total = precision + recall
    return EdgeScores(precision, recall, 2 * precision * recall / total if total else 0.0)


def colour_distance(images, truth):
    """How far the colours of one set are from those of another, whichever picture and place they are in.

    The earth mover's distance of the histograms of all pixels, channel by channel, mean of three channels: by how many
    grey levels a pixel has to change on average. The channels are opponents, as in the eye: brightness, red against
    green, yellow against blue. In red, green and blue each by itself, a set of red and cyan pictures could not be told
    from one of white and black: both are half full and half empty in every channel.

    Args:
        images, truth: (N, H, W, 3), uint8 or float in [-1, 1]; their numbers and sizes may differ.

    Returns:
        Grey levels, 0 or more. Lower is better. 0 also where the right colours are on the wrong pictures.

    Raises:
        ValueError: images without three channels.
    """
    distances = []
    for found, true in zip(_opponent_histograms(images), _opponent_histograms(truth), strict=True):
        distances.append(wasserstein_distance(_HALF_LEVELS, _HALF_LEVELS, found, true))
    return float(np.mean(distances))


_HALF_LEVELS = np.arange(-510, 511) / 2  # what an opponent channel can take: -255 to 255 in steps of a half


def _opponent_histograms(images):
    """Number of pixels at each of _HALF_LEVELS, for the three opponent channels."""
    levels = grey_levels(images)
    if levels.ndim != 4 or levels.shape[-1] != 3 or not levels.size:
        raise ValueError(f"images must be of shape (N, H, W, 3), N of 1 or more. Received: shape {levels.shape}")
    red, green, blue = np.moveaxis(levels, -1, 0)
    opponents = ((red + green + blue) / 3, red - green, (red + green) / 2 - blue)
    return [np.bincount(np.rint(2 * channel).astype(int).ravel() + 510, minlength=1021) for channel in opponents]


def _as_images(images, truth):
    images, truth = image_values("images", images), image_values("truth", truth)
    if images.shape != truth.shape or images.ndim != 4 or not len(images):
        raise ValueError(
            "images and truth must be of one shape (N, H, W, C), N of 1 or more, a picture for each truth. "
            f"Received: shapes {images.shape} and {truth.shape}"
        )
    return images, truth


def _of_one_shape(images, truth):
    return tuple(grey_levels(levels).astype(np.float32) for levels in _as_images(images, truth))
