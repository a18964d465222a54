"""The paddings against numpy.pad, which is written independently of TensorFlow, and against PyTorch's numbers."""

import runpy
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.padding import (
    MODES,
    ReflectionPadding2D,
    ReplicationPadding2D,
    SymmetricPadding2D,
    convolve_padded,
    source_index,
    widest_padding,
)

GOLDEN = Path(__file__).parent / "golden"
RECIPE = runpy.run_path(GOLDEN / "recipe.py")
with np.load(GOLDEN / "padding_golden.npz") as arrays:  # made by make_padding_golden.py
    PYTORCH = {case: arrays[case] for case in arrays if "/" in case}

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


@settings(max_examples=40)
@given(shape_and_padding(lambda size: size - 1))
def test_reflection_equals_numpy(case):
    shape, padding = case
    x = images(shape)
    np.testing.assert_array_equal(ReflectionPadding2D(padding)(x), numpy_pad(ReflectionPadding2D, x, padding))


@settings(max_examples=40)
@given(shape_and_padding(lambda size: size))
def test_symmetric_equals_numpy(case):
    shape, padding = case
    x = images(shape)
    np.testing.assert_array_equal(SymmetricPadding2D(padding)(x), numpy_pad(SymmetricPadding2D, x, padding))


@settings(max_examples=40)
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
@pytest.mark.parametrize(
    "bad", [-1, 40_000, 1.5, 1.0, True, None, "1", (1, 2), (1, 2, 3, 4), ((1, 2), (3,)), ((1, -2), 0)]
)
def test_bad_padding_is_named(layer, bad):
    with pytest.raises(ValueError) as error:
        layer(bad)
    assert str(error.value).startswith("padding must be a whole number from 0 to 32768, or ")
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


@given(mode=st.sampled_from(list(MODES)), size=st.integers(1, 7), sides=st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_source_index_says_what_numpy_copies(mode, size, sides):
    if max(sides) > widest_padding(mode, size):
        with pytest.raises(ValueError, match=f"must be at most {size - (mode == 'reflection')} for {mode} of {size}"):
            source_index(size, *sides, mode)
        return
    row = np.arange(size)
    if mode == "zero":
        expected = np.pad(row, sides, constant_values=-1)
    else:
        expected = np.pad(row, sides, mode={"replication": "edge", "reflection": "reflect"}.get(mode, mode))
    np.testing.assert_array_equal(source_index(size, *sides, mode), expected)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((4, 1, 1, "mirror"), "mode must be one of zero, reflection, .* Received: mode='mirror'"),
        ((0, 1, 1, "zero"), "size must be a whole number of at least 1. Received: size=0"),
        ((4, -1, 1, "zero"), "before must be .* Received: before=-1"),
        ((4, 1, 1.0, "zero"), "after must be .* Received: after=1.0"),
    ],
)
def test_source_index_names_what_is_wrong(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        source_index(*arguments)


@pytest.mark.parametrize("case", [case for case in PYTORCH if case.startswith("pad/")])
def test_layers_equal_pytorch(case):
    _, mode, widths = case.split("/")
    top, bottom, left, right = map(int, widths.split(","))
    images = RECIPE["draw_images"](case, (5, 6, 3))
    np.testing.assert_array_equal(MODES[mode](((top, bottom), (left, right)))(images), PYTORCH[case])


@pytest.mark.parametrize("case", [case for case in PYTORCH if case.startswith("conv/")])
def test_strided_convolution_needs_its_padding_on_both_sides(case):
    """Keras' "same" is PyTorch's padding=1 only where the two sides of its padding happen to be equal."""
    _, k, size = case.split("/")
    k, (height, width) = int(k), map(int, size.split("x"))
    images = RECIPE["draw_images"](case, (height, width, 3))
    kernel, bias = RECIPE["draw_weights"]({f"{case}.weight": (4, 3, k, k), f"{case}.bias": (4,)}).values()
    x = keras.Input((height, width, 3))
    symmetric = keras.layers.Conv2D(4, k, 2, name="valid")(keras.layers.ZeroPadding2D(1)(x))
    model = keras.Model(x, [symmetric, keras.layers.Conv2D(4, k, 2, "same", name="same")(x)])
    for name in ("valid", "same"):
        model.get_layer(name).set_weights([kernel.transpose(2, 3, 1, 0), bias])
    padded, same = model(images)
    np.testing.assert_allclose(padded, PYTORCH[case], atol=1e-5)
    total = [max((-(-side // 2) - 1) * 2 + k - side, 0) for side in (height, width)]  # Keras' rule
    if total == [2, 2]:
        np.testing.assert_allclose(same, PYTORCH[case], atol=1e-5)
    else:
        assert same.shape != padded.shape or np.abs(same - padded).max() > 0.1


def scene(height=11, width=12):
    return np.random.default_rng(0).normal(size=(height, width, 2)).astype("float32")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("width", "k"), [(0, 3), (1, 3), (3, 3), (2, 5)])
def test_convolve_padded_against_keras(mode, width, k):
    kernel = np.random.default_rng(1).normal(size=(k, k)).astype("float32")
    result = convolve_padded(scene(), 3, mode, width, kernel)
    image = scene()[None, 3:-3, 3:-3]
    layer = keras.layers.DepthwiseConv2D(k, use_bias=False)
    layer.build(image.shape)
    layer.set_weights([np.repeat(kernel[:, :, None, None], 2, axis=2)])
    padded = MODES[mode](width)(image)
    np.testing.assert_array_equal(result.padded, padded[0])
    np.testing.assert_allclose(result.output, layer(padded)[0], atol=1e-5)
    # The truth of a wide padding is the convolution of the scene, cut to the image and what lies around it.
    whole = layer(scene()[None])[0].numpy()
    cut = 3 - width
    truth = whole[cut : len(whole) - cut, cut : whole.shape[1] - cut]
    np.testing.assert_allclose(result.truth, truth, atol=1e-5)
    np.testing.assert_allclose(result.error, np.abs(result.output - result.truth).mean(-1))


def test_only_touched_pixels_are_wrong():
    result = convolve_padded(scene(), 3, "zero", 1, np.ones((3, 3)))
    assert result.output.shape == (5, 6, 2) and result.touched.sum() == 2 * 6 + 2 * 3
    assert np.array_equal(result.touched, result.error > 1e-5)
    assert np.isclose(result.border_error, result.error[result.error > 1e-5].mean())
    assert convolve_padded(scene(), 3, "zero", 0, np.ones((3, 3))).border_error == 0


def test_what_continues_without_end_is_padded_without_error():
    flat = np.full((12, 12, 1), 0.5)
    errors = {mode: convolve_padded(flat, 3, mode, 2, np.ones((5, 5)) / 25).error.max() for mode in MODES}
    assert errors["zero"] > 0.1 and all(errors[mode] < 1e-6 for mode in MODES if mode != "zero")


@pytest.mark.parametrize(
    ("margin", "mode", "width", "k", "sentence"),
    [
        (3, "mirror", 1, 3, "mode must be one of"),
        (3, "zero", 4, 3, "width must be a whole number from 0 to 3. Received: width=4"),
        (5, "reflection", 2, 3, "width must be at most 0 for reflection of this image. Received: width=2"),
        (5, "zero", 0, 3, "kernel must fit into the padded image of 1 x 2 pixels.*Received: a kernel of 3 x 3"),
    ],
)
def test_convolve_padded_names_what_is_wrong(margin, mode, width, k, sentence):
    with pytest.raises(ValueError, match=sentence):
        convolve_padded(scene(), margin, mode, width, np.ones((k, k)))
