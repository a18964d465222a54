"""The padding layers against numpy.pad, which is written independently of TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.padding import ReflectionPadding2D, ReplicationPadding2D, SymmetricPadding2D

NUMPY_MODE = {ReflectionPadding2D: "reflect", SymmetricPadding2D: "symmetric", ReplicationPadding2D: "edge"}
every_layer = pytest.mark.parametrize("layer", NUMPY_MODE)


def images(shape, dtype="float32"):
    return np.random.default_rng(0).integers(0, 100, shape).astype(dtype)


def numpy_pad(layer, x, padding):
    return np.pad(x, ((0, 0), *padding, (0, 0)), mode=NUMPY_MODE[layer])


@st.composite
def shape_and_padding(draw, widest):
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    padding = tuple(
        (draw(st.integers(0, widest(size))), draw(st.integers(0, widest(size)))) for size in (height, width)
    )
    return (draw(st.integers(1, 2)), height, width, draw(st.integers(1, 4))), padding


@settings(deadline=None, max_examples=40)
@given(shape_and_padding(lambda size: size - 1))
def test_reflection_equals_numpy(case):
    shape, padding = case
    x = images(shape)
    np.testing.assert_array_equal(ReflectionPadding2D(padding)(x), numpy_pad(ReflectionPadding2D, x, padding))


@settings(deadline=None, max_examples=40)
@given(shape_and_padding(lambda size: size))
def test_symmetric_equals_numpy(case):
    shape, padding = case
    x = images(shape)
    np.testing.assert_array_equal(SymmetricPadding2D(padding)(x), numpy_pad(SymmetricPadding2D, x, padding))


@settings(deadline=None, max_examples=40)
@given(shape_and_padding(lambda size: 2 * size + 3))
def test_replication_equals_numpy(case):
    shape, padding = case
    x = images(shape)
    np.testing.assert_array_equal(ReplicationPadding2D(padding)(x), numpy_pad(ReplicationPadding2D, x, padding))


@every_layer
def test_one_number_pads_all_four_sides(layer):
    x = images((2, 4, 5, 3))
    np.testing.assert_array_equal(layer(2)(x), numpy_pad(layer, x, ((2, 2), (2, 2))))
    np.testing.assert_array_equal(layer(np.int64(2))(x), layer([[2, 2], [2, 2]])(x))
    np.testing.assert_array_equal(layer(0)(x), x)


@every_layer
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64"])
def test_dtype_and_values_stay(layer, dtype):
    x = tf.cast(images((1, 3, 4, 2)), dtype)
    y = layer(((1, 2), (0, 1)))(x)
    assert y.dtype == x.dtype
    assert layer(1)(keras.Input((3, 4, 2), dtype=dtype)).dtype == dtype
    expected = numpy_pad(layer, tf.cast(x, "float64").numpy(), ((1, 2), (0, 1)))
    np.testing.assert_array_equal(tf.cast(y, "float64"), expected)


@every_layer
@pytest.mark.parametrize("jit_compile", [False, True])
def test_gradient_returns_to_the_pixel_it_was_copied_from(layer, jit_compile):
    shape, padding = (1, 4, 5, 2), ((3, 1), (2, 3))
    x = tf.constant(images(shape))
    source = numpy_pad(layer, np.arange(x.shape.num_elements()).reshape(shape), padding)
    weights = np.random.default_rng(1).normal(size=source.shape).astype("float32")

    @tf.function(jit_compile=jit_compile)
    def padded_and_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(padding)(x)
            total = tf.reduce_sum(y * weights)
        return y, tape.gradient(total, x)

    y, gradient = padded_and_gradient(x)
    np.testing.assert_array_equal(y, numpy_pad(layer, x.numpy(), padding))
    expected = np.bincount(source.ravel(), weights.ravel()).reshape(shape)
    np.testing.assert_allclose(gradient, expected, atol=1e-5)


@every_layer
def test_shapes_unknown_until_the_call(layer):
    model = keras.Sequential([keras.Input((None, 7, 3)), layer(((1, 2), (3, 0)))])
    assert model.output_shape == (None, None, 10, 3)
    assert layer(((1, 2), (3, 0))).compute_output_shape((5, 4, None, 3)) == (5, 7, None, 3)
    assert model(images((2, 4, 7, 3))).shape == (2, 7, 10, 3)


@every_layer
def test_saved_and_loaded(layer, tmp_path):
    x = images((2, 5, 6, 3))
    model = keras.Sequential([keras.Input((None, None, 3)), layer(((1, 2), (3, 4)), name="pad")])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.get_layer("pad").get_config() == model.get_layer("pad").get_config()
    np.testing.assert_array_equal(loaded(x), numpy_pad(layer, x, ((1, 2), (3, 4))))


@every_layer
@pytest.mark.parametrize("bad", [-1, 1.5, 1.0, True, None, "1", (1, 2), (1, 2, 3, 4), ((1, 2), (3,)), ((1, -2), 0)])
def test_bad_padding_is_named(layer, bad):
    with pytest.raises(ValueError) as error:
        layer(bad)
    assert str(error.value).startswith("padding must be")
    assert str(error.value).endswith(f"Received: padding={bad!r}")


@pytest.mark.parametrize("layer, widest", [(ReflectionPadding2D, 3), (SymmetricPadding2D, 4)])
def test_no_wider_than_the_content(layer, widest):
    x = images((1, 9, 4, 1))
    assert layer(widest)(x).shape == (1, 9 + 2 * widest, 4 + 2 * widest, 1)
    sentence = f"must be at most {widest} for a width of 4"
    with pytest.raises(ValueError, match=sentence):
        layer(widest + 1)(x)
    with pytest.raises(ValueError, match=sentence):
        layer(widest + 1)(keras.Input((9, 4, 1)))
    built = layer(widest + 1)
    built(images((1, 9, 9, 1)))
    with pytest.raises(ValueError, match=sentence):
        built(x)
    with pytest.raises(ValueError, match=sentence):
        built(keras.Input((9, 4, 1)))


@every_layer
def test_other_ranks_are_refused(layer):
    with pytest.raises(ValueError, match="expected ndim=4, found ndim=3"):
        layer(1)(images((4, 4, 3)))
