"""What a few lines without learning make of a picture. A trained model has to do better to have learned anything."""

import itertools

import numpy as np
import tensorflow as tf

from studylib.arguments import image_batch, real_number, shown
from studylib.evaluation.measures import grey_level_error
from studylib.evaluation.paired import edge_strength

LUMINANCE = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
RAMPS = tuple((black, white) for black in range(0, 160, 32) for white in range(black + 32, 257, 32))
OVERLAYS = tuple(itertools.product((16, 32, 64, 96), (0.4, 0.7, 1.0)))


def maximum_filter(images):
    """The brightest of the 3 x 3 neighbours, channel by channel: removes dark lines up to two pixels wide.

    Args:
        images: uint8, (N, H, W, C).
    """
    images = _as_bytes("images", images)
    return tf.nn.max_pool2d(tf.cast(images, tf.float32), 3, strides=1, padding="SAME").numpy().astype(np.uint8)


def luminance_ramp(images, black, white):
    """Grey by luminance, stretched so that `black` and all darker becomes 0, `white` and all brighter 255.

    Args:
        images: uint8, (N, H, W, 3).
        black, white: grey levels, black < white.
    """
    images = _as_bytes("images", images, channels=3)
    for name, level in (("black", black), ("white", white)):
        real_number(name, level, at_least=-255, at_most=510)
    if black >= white:
        raise ValueError(f"black must be below white. Received: black={shown(black)}, white={shown(white)}")
    stretched = (images @ LUMINANCE - black) / (white - black)
    return np.repeat(np.rint(255 * np.clip(stretched, 0, 1))[..., None], 3, axis=-1).astype(np.uint8)


def edge_overlay(images, threshold, strength, edges=None):
    """Darken the pixels on strong edges: an outline around every area of one colour.

    Args:
        images: uint8, (N, H, W, C).
        threshold: grey levels, see `studylib.evaluation.paired.edge_strength`; edges of this and above are darkened.
        strength: share of its brightness that such a pixel loses, from 0 to 1.
        edges: `edge_strength(images)`, where the caller has it already.
    """
    images = _as_bytes("images", images)
    real_number("threshold", threshold)
    real_number("strength", strength, at_most=1)
    on_edge = (edge_strength(images) if edges is None else edges) >= threshold
    return np.rint(images * (1 - strength * on_edge[..., None])).astype(np.uint8)


def hand_made_filters(inputs, truth, score=grey_level_error):
    """The pictures that each filter makes, at its best: a dict from the filter's name to uint8 images like `inputs`.

    The ramp takes the best of 30 settings and the overlay the best of 12, on these very images: an advantage that a
    trained model does not have.

    Args:
        inputs: uint8, (N, H, W, 3).
        truth: what `score` compares with.
        score: function of (images, truth), lower is better; it picks the settings.
    """

    inputs = _as_bytes("inputs", inputs, channels=3)

    def best(function, settings, *given):
        made = (function(inputs, *setting, *given) for setting in settings)
        return min(made, key=lambda images: score(images, truth))

    return {
        "3x3 maximum filter": maximum_filter(inputs),
        "best luminance ramp": best(luminance_ramp, RAMPS),
        "best edge overlay": best(edge_overlay, OVERLAYS, edge_strength(inputs)),
    }


def _as_bytes(name, images, channels=None):
    images = image_batch(name, images, channels)
    if images.dtype != np.uint8:
        raise ValueError(f"{name} must be uint8. Received: {images.dtype} of shape {images.shape}")
    return images
