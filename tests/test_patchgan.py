"""The receptive field against gradients of a network of plain convolutions, and against the PatchGAN itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.networks import patchgan_discriminator
from studylib.patchgan import DAMAGES, damaged, patch_grid, scores_that_see


def plain(size, n_layers):
    """The PatchGAN's geometry in Keras' own layers: all weights 1, nothing else, so that no gradient is 0."""
    layers = [keras.Input((size, size, 1))]
    for strides in (*[2] * n_layers, 1, 1):
        layers += [keras.layers.ZeroPadding2D(1), keras.layers.Conv2D(1, 4, strides, kernel_initializer="ones")]
    return keras.Sequential(layers)


def seen(network, size, score):
    """The pixels with a gradient from one score: bool, (size, size)."""
    image = tf.zeros((1, size, size, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = network(image)[0, score, score, 0]
    return tape.gradient(value, image).numpy()[0, :, :, 0] != 0


@pytest.mark.parametrize(("n_layers", "size", "expected"), [(1, 40, 16), (2, 64, 34), (3, 120, 70)])
def test_patches_are_the_pixels_with_a_gradient(n_layers, size, expected):
    network = plain(size, n_layers)
    field, stride, start = patch_grid(n_layers)
    assert (field, stride) == (expected, 2**n_layers)
    for score in range(network.output_shape[1]):
        pixels = np.flatnonzero(seen(network, size, score).any(axis=1))
        first = start + score * stride
        assert (pixels[0], pixels[-1]) == (max(first, 0), min(first + field, size) - 1)


@pytest.mark.parametrize("size", [32, 33])
def test_scores_that_see_a_square_are_those_with_a_gradient(size):
    network = plain(size, 1)
    ours = scores_that_see(9, 20, 3, size, 1)
    assert ours.shape == patchgan_discriminator((size, size, 3), 2, 1).output_shape[1:3]
    square = np.zeros((1, size, size, 1), np.float32)
    square[0, 9:12, 20:23] = 1
    np.testing.assert_array_equal(ours, network(square).numpy()[0, :, :, 0] != network(0 * square).numpy()[0, :, :, 0])


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_changes_the_square_and_nothing_else(kind):
    image = np.random.default_rng(1).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    before = image.copy()
    result = damaged(image, 3, 5, 8, kind)
    inside = np.zeros((20, 24), bool)
    inside[3:11, 5:13] = True
    assert np.array_equal(image, before) and np.array_equal(result[~inside], image[~inside])
    assert np.mean(result[inside] != image[inside]) > 0.9
    assert np.array_equal(result, damaged(image, 3, 5, 8, kind))
    if kind == "blur":
        np.testing.assert_allclose(result[4, 6], image[3:11, 5:13].mean(axis=(0, 1)), atol=0.5)
    if kind == "shifted colours":
        np.testing.assert_array_equal(result[4, 6], image[4, 6][[2, 0, 1]])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((3, 5, 8, "scratch"), "Received: kind='scratch'"),
        ((17, 5, 8), "image of 20 x 24 pixels. Received: top=17, left=5, size=8"),
        ((-1, 5, 8), "Received: top=-1"),
        ((3, 5, 0), "size must be a whole number"),
    ],
)
def test_bad_squares_are_named(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        damaged(np.zeros((20, 24, 3), np.uint8), *arguments)
