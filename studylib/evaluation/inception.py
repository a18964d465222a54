"""Features of InceptionV3, the network that published FIDs and KIDs are measured with. Its weights are a download.

This module never downloads. Keras' weights were trained on ImageNet, as those of the published figures were, but not in
the same run: distances come out alike, not equal.

Reference: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: "Rethinking the Inception Architecture for Computer Vision", 2015.
"""

import functools
import os
import warnings

import keras
import numpy as np
import tensorflow as tf

from studylib.arguments import image_batch, modest_number, path_of
from studylib.evaluation.encoder import LARGEST_BATCH
from studylib.evaluation.measures import grey_levels

SIZE = 299  # pixels
FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"  # as Keras names it


def cached_weights():
    """Where Keras keeps InceptionV3's weights once it has downloaded them."""
    return path_of("KERAS_HOME", os.environ.get("KERAS_HOME", "~/.keras")) / "models" / FILE


def inception_features(images, weights=None, batch_size=16):
    """What InceptionV3 sees in pictures, for `frechet_distance` and `kernel_distance`.

    Args:
        images: (N, H, W, 3), uint8 or float in [-1, 1]; brought to 299 x 299.
        weights: file with the weights of keras.applications.InceptionV3(include_top=False). None for Keras' cache.

    Returns:
        float32 (N, 2048): the mean over all places of the last feature maps.

    Raises:
        FileNotFoundError: the weights are not there; the sentence says how to get them.
        ValueError: the file holds something else, or pictures of another shape.
    """
    images = image_batch("images", images, channels=3)
    modest_number("batch_size", batch_size, LARGEST_BATCH)
    path = cached_weights() if weights is None else path_of("weights", weights)
    if not path.is_file():
        raise FileNotFoundError(
            f"InceptionV3's weights are not at {path}: with a network at hand, run "
            "keras.applications.InceptionV3(include_top=False) once, which downloads about 90 MB into Keras' cache, or "
            "pass weights=PATH of a copy."
        )
    network = _network(path.resolve(), path.stat().st_mtime_ns)
    found = []
    for i in range(0, len(images), batch_size):
        levels = tf.image.resize(grey_levels(images[i : i + batch_size]), (SIZE, SIZE), antialias=True)
        found.append(network(tf.cast(levels, tf.float32) / 127.5 - 1).numpy())
    return np.concatenate(found)


@functools.lru_cache(maxsize=1)
def _network(path, changed):
    """InceptionV3 with the weights at `path`; `changed`, the file's time, makes a new file a new network."""
    network = keras.applications.InceptionV3(
        include_top=False, pooling="avg", weights=None, input_shape=(SIZE, SIZE, 3)
    )
    try:
        with warnings.catch_warnings():
            # Keras only warns where a file holds nothing for a layer, whose random weights would then be used.
            warnings.filterwarnings("error", message="Skipping|.*could not be loaded")
            network.load_weights(path)
    except Exception as error:  # h5py, zipfile and Keras have their own ways of saying no
        raise ValueError(
            "weights must be a file with the weights of keras.applications.InceptionV3(include_top=False). "
            f"Received: {path}, which cannot be loaded into it ({type(error).__name__})"
        ) from None
    return network
