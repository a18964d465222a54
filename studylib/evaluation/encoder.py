"""A small network that turns a picture into 128 numbers, trained here (see `contrastive` and its card)."""

import functools
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from studylib.arguments import image_batch, modest_number
from studylib.files import load_network

SIZE = 64  # pixels; other pictures are brought to it
LARGEST_BATCH = 4096
PATH = Path(__file__).parent.parent / "pretrained" / "encoder.keras"
CARD = PATH.with_suffix(".json")


def make_encoder():
    """An untrained encoder: four convolutions, each halving the picture, and the mean over all places.

    Its input are images (N, 64, 64, 3), float, 0 to 255; its output (N, 128).
    """
    encoder = keras.Sequential([keras.Input((SIZE, SIZE, 3)), layers.Rescaling(1 / 127.5, -1)], name="encoder")
    for filters, size in ((32, 5), (64, 3), (128, 3), (128, 3)):
        convolution = layers.Conv2D(filters, size, 2, "same", kernel_initializer="he_normal")
        encoder.add(convolution)
        encoder.add(layers.LeakyReLU(0.2))
    encoder.add(layers.GlobalAveragePooling2D())
    return encoder


@functools.cache
def load_encoder():
    """The trained encoder that comes with this package."""
    return load_network(PATH)


def features(images, encoder=None, batch_size=64):
    """What the encoder sees in pictures: vectors of equal length, whose products say how alike two pictures are.

    Args:
        images: (N, H, W, 3), uint8 or float in [-1, 1].
        encoder: another one than that of `load_encoder`.

    Returns:
        float32 (N, d), each of length sqrt(d): the product of two of them, over d, is the cosine of their angle.

    Raises:
        ValueError: pictures of another shape.
    """
    images = image_batch("images", images, channels=3)
    modest_number("batch_size", batch_size, LARGEST_BATCH)
    levels = images.astype(np.float32) if images.dtype == np.uint8 else (images.astype(np.float32) + 1) * 127.5
    if levels.shape[1:3] != (SIZE, SIZE):
        levels = tf.image.resize(levels, (SIZE, SIZE), antialias=True).numpy()
    encoder = encoder or load_encoder()
    vectors = np.concatenate([encoder(levels[i : i + batch_size]) for i in range(0, len(levels), batch_size)])
    return vectors * (np.sqrt(vectors.shape[1]) / np.linalg.norm(vectors, axis=1, keepdims=True))
