"""Convolution and its transpose against Keras, TensorFlow, PyTorch's numbers, the matrix and plain counting."""

import doctest
import importlib
import itertools
import runpy
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studylib import transposed_convolution as topic
from studylib.transposed_convolution import (
    checkerboard_strength,
    conv_output_size,
    convolution,
    convolution_matrix,
    input_sizes,
    insert_and_pad,
    kernel_overlap,
    periodic_part,
    transposed_convolution,
    transposed_convolution_by_zero_insertion,
    transposed_output_size,
    zero_insertion,
)

GOLDEN = Path(__file__).parent / "golden"
RECIPE = runpy.run_path(GOLDEN / "recipe.py")
FORMS = [transposed_convolution, transposed_convolution_by_zero_insertion]


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "transposed_convolution_golden.npz") as arrays:
        return {name: arrays[name] for name in arrays.files if name != "torch_version"}


@st.composite
def geometries(draw):
    """(kernel, stride, padding, output_padding) that go together."""
    kernel, stride = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    return kernel, stride, draw(st.integers(0, kernel - 1)), draw(st.integers(0, stride - 1))


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def keras_layer(kind, x, kernel, **options):
    layer = kind(1, kernel.shape, use_bias=False, **options)
    layer.build((None, None, None, 1))
    layer.set_weights([kernel[..., None, None]])
    return layer(x[None, ..., None].astype("float32")).numpy()[0, ..., 0]


# --- the numbers that come out


@pytest.mark.parametrize("form", FORMS)
def test_equals_pytorch(form, golden):
    assert len(golden) > 40
    for case, expected in golden.items():
        size, kernel, numbers = (part.replace("x", ",").split(",") for part in case.split("/"))
        weight = RECIPE["draw_weights"]({f"{case}.weight": (1, 1, *map(int, kernel))})[f"{case}.weight"][0, 0]
        x = RECIPE["draw_images"](case, (*map(int, size), 1))[0, ..., 0]
        np.testing.assert_allclose(form(x, weight, *map(int, numbers)), expected, atol=1e-5, err_msg=case)


@pytest.mark.parametrize(("kernel", "stride"), itertools.product([(1, 1), (3, 3), (4, 4), (2, 3)], (1, 2, 3)))
def test_equals_keras_both_ways(kernel, stride):
    x, weights = drawn(0, 7, 6), drawn(1, *kernel)
    down = keras_layer(keras.layers.Conv2D, x, weights, strides=stride)
    np.testing.assert_allclose(convolution(x, weights, stride), down, atol=1e-5)
    up = keras_layer(keras.layers.Conv2DTranspose, x, weights, strides=stride, output_padding=0)
    np.testing.assert_allclose(transposed_convolution(x, weights, stride), up, atol=1e-5)


@pytest.mark.parametrize("kernel", [3, 4])
def test_equals_tensorflow_with_padding_on_both_sides(kernel):
    x, weights = drawn(0, 5, 5), drawn(1, kernel, kernel)
    padding, shape = [[0, 0], [1, 1], [1, 1], [0, 0]], (1, 10, 10, 1)
    # TensorFlow takes the size in place of output_padding.
    up = tf.nn.conv2d_transpose(x[None, ..., None], weights[..., None, None], shape, 2, padding)[0, ..., 0]
    missing = 10 - transposed_output_size(5, kernel, 2, padding=1)
    np.testing.assert_allclose(transposed_convolution(x, weights, 2, 1, missing), up, atol=1e-10)


def test_keras_same_cuts_the_last_row_where_pytorch_cuts_the_first():
    x, weights = drawn(0, 4, 4), drawn(1, 3, 3)
    painted = transposed_convolution(x, weights, 2)
    same = keras_layer(keras.layers.Conv2DTranspose, x, weights, strides=2, padding="same")
    np.testing.assert_allclose(same, painted[:-1, :-1], atol=1e-5)
    np.testing.assert_allclose(transposed_convolution(x, weights, 2, 1, 1), painted[1:, 1:])


@settings(max_examples=60)
@given(geometries(), st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
def test_the_three_forms_are_one(geometry, height, width, seed):
    kernel, stride, padding, output_padding = geometry
    assume(all(stride * (n - 1) + kernel - 2 * padding + output_padding >= 1 for n in (height, width)))
    x, weights = drawn(seed, height, width), drawn(seed + 1, kernel, kernel)
    painted = transposed_convolution(x, weights, *geometry[1:])
    np.testing.assert_allclose(transposed_convolution_by_zero_insertion(x, weights, *geometry[1:]), painted, atol=1e-12)
    matrix = convolution_matrix(weights, painted.shape, stride, padding)
    np.testing.assert_allclose((matrix.T @ x.ravel()).reshape(painted.shape), painted, atol=1e-12)


@settings(max_examples=40)
@given(geometries(), st.integers(1, 9), st.integers(0, 99))
def test_transpose_moves_to_the_other_side_of_a_product(geometry, size, seed):
    """<conv(x), y> = <x, transposed(y)>, which defines the transpose."""
    kernel, stride, padding, _ = geometry
    assume(size + 2 * padding >= kernel)
    x, weights = drawn(seed, size), drawn(seed + 1, kernel)
    y = drawn(seed + 2, conv_output_size(size, kernel, stride, padding))
    lost = (size + 2 * padding - kernel) % stride
    back = transposed_convolution(y, weights, stride, padding, lost)
    assert back.shape == x.shape
    np.testing.assert_allclose(convolution(x, weights, stride, padding) @ y, x @ back, atol=1e-10)


def test_three_axes_and_whole_numbers():
    x, kernel = np.arange(8).reshape(2, 2, 2), np.arange(1, 9).reshape(2, 2, 2)
    assert convolution(x, kernel).item() == np.sum(x * kernel)
    up = transposed_convolution(x, kernel, stride=2)
    assert up.dtype == int and np.array_equal(up, np.kron(x, kernel))  # kernels side by side


def test_matrix_by_hand():
    expected = [[2, 3, 0, 0], [0, 1, 2, 3]]
    assert np.array_equal(convolution_matrix(np.array([1, 2, 3]), 4, stride=2, padding=1), expected)
    two = convolution_matrix(np.array([[1, 2], [3, 4]]), (2, 3))
    assert np.array_equal(two, [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]])


def test_inserted_zeros_lie_between_and_padding_around():
    assert np.array_equal(zero_insertion(np.array([[1, 2], [3, 4]]), 2), [[1, 0, 2], [0, 0, 0], [3, 0, 4]])
    assert np.array_equal(insert_and_pad(np.array([5, 6]), (3,), 3, 1, 2), [0, 5, 0, 0, 6, 0, 0, 0])
    assert np.array_equal(insert_and_pad(np.array([5, 6, 7]), (3,), 1, 2), [5, 6, 7])  # nothing is left to add


# --- sizes


@settings(max_examples=80)
@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 4), st.integers(0, 5))
def test_conv_size_is_that_of_keras(size, kernel, stride, padding):
    assume(size + 2 * padding >= kernel)
    counted = len(range(0, size + 2 * padding - kernel + 1, stride))  # the places where a window may begin
    assert conv_output_size(size, kernel, stride, padding) == counted
    layer = keras.layers.Conv1D(1, kernel, stride)
    assert layer.compute_output_shape((1, size + 2 * padding, 1))[1] == counted


@settings(max_examples=80)
@given(geometries(), st.integers(1, 8))
def test_input_sizes_are_all_that_lead_there(geometry, output_size):
    kernel, stride, padding, _ = geometry
    tried = [n for n in range(1, 60) if n + 2 * padding >= kernel and conv_output_size(n, *geometry[:3]) == output_size]
    assert input_sizes(output_size, kernel, stride, padding) == tried
    backs = [stride * (output_size - 1) + kernel - 2 * padding + more for more in range(stride)]
    assert tried == [back for back in backs if back >= 1]
    if backs[0] >= 1:
        assert tried == [transposed_output_size(output_size, kernel, stride, padding, more) for more in range(stride)]


# --- overlap and checkerboard


@settings(max_examples=60)
@given(geometries(), st.integers(1, 6), st.integers(1, 6))
def test_overlap_is_the_transposed_convolution_of_ones(geometry, height, width):
    kernel = geometry[0]
    ones = np.ones((height, width), int), np.ones((kernel, kernel), int)
    try:
        expected = transposed_convolution(*ones, *geometry[1:])
    except ValueError:
        assume(False)
    assert np.array_equal(kernel_overlap((height, width), *geometry), expected)


@pytest.mark.parametrize(("kernel", "stride"), itertools.product(range(1, 7), range(1, 5)))
def test_overlap_is_even_where_the_stride_divides_the_kernel(kernel, stride):
    inside = kernel_overlap(30, kernel, stride)[kernel:-kernel]
    assert (len(set(inside)) == 1) == (kernel % stride == 0)
    assert inside.min() == kernel // stride


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_strength_is_the_power_at_the_frequencies_of_the_stride(stride):
    image = drawn(stride, 24, 24)
    amplitudes = np.abs(np.fft.fft2(image)) / image.size
    at_stride = amplitudes[:: 24 // stride, :: 24 // stride]
    by_fourier = np.sqrt(np.sum(at_stride**2) - at_stride[0, 0] ** 2)  # without the grey level
    assert checkerboard_strength(image, stride) == pytest.approx(by_fourier)


def test_periodic_part_of_a_chequer_is_the_chequer():
    chequer = np.tile([[1.0, -1.0], [-1.0, 1.0]], (4, 5)) * 0.25
    images = np.stack([chequer + 3, np.full((8, 10), 3.0)])
    np.testing.assert_allclose(periodic_part(images, 2)[0], chequer[:2, :2])
    np.testing.assert_allclose(checkerboard_strength(images, 2), [0.25, 0])
    assert checkerboard_strength(np.pad(chequer, ((0, 1), (0, 1)), constant_values=9), 2) == pytest.approx(0.25)


# --- one clear sentence


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: conv_output_size(3, 5), "kernel must fit into the padded input, 3 + 2 * 0 = 3 cells"),
        (lambda: conv_output_size(3, 5), "Received: kernel=5"),
        (lambda: conv_output_size(3, 3, stride=0), "stride must be a whole number of at least 1. Received: stride=0"),
        (lambda: conv_output_size(3, 3, padding=-1), "whole number of at least 0. Received: padding=-1"),
        (lambda: transposed_output_size(3, 3, 2, 3), "padding must be at most kernel - 1 = 2"),
        (lambda: transposed_output_size(3, 3, 2, 1, 2), "output_padding must be at most stride - 1 = 1"),
        (lambda: transposed_output_size(3, 3, 2, 1, 2), "Received: output_padding=2"),
        (lambda: transposed_output_size(1, 3, 2, 2), "padding must leave at least one cell of the 3 that are painted"),
        (lambda: input_sizes(2, 3, 2, 5), "Received: padding=5"),
        (lambda: convolution(np.ones(4), np.ones((2, 2))), "the same number of axes. Received: (4,) and (2, 2)"),
        (lambda: transposed_convolution(np.ones((2, 2)), np.ones(2)), "Received: (2, 2) and (2,)"),
        (lambda: convolution(np.ones((4, 2)), np.ones((3, 3))), "Received: kernel=3"),
        (lambda: convolution_matrix(np.ones((2, 2)), (3, 3, 3)), "one number for each of 2 axes. Received: [3, 3, 3]"),
        (lambda: insert_and_pad(np.ones(3), (2,), padding=2), "padding must be at most kernel - 1 = 1"),
        (lambda: zero_insertion(np.ones(3), 0), "stride must be a whole number of at least 1"),
        (lambda: kernel_overlap(3, 2, 2, 0, 3), "output_padding must be at most stride - 1 = 1"),
        (lambda: periodic_part(np.ones((1, 8)), 2), "as the stride. Received: images of shape (1, 8), stride=2"),
        (lambda: checkerboard_strength(np.ones((8, 8)), 1), "stride must be a whole number of at least 2"),
    ],
)
def test_wrong_number_is_named_in_one_sentence(call, sentence):
    with pytest.raises(ValueError) as caught:
        call()
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["sizes", "matrix", "zero_insertion", "checkerboard"])
def test_examples_of_the_docstrings(name):
    module = importlib.import_module(f"{topic.__name__}.{name}")
    result = doctest.testmod(module, extraglobs={"np": np})
    assert result.failed == 0 and result.attempted > 0
