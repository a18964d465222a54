"""The normalization layers against Keras' own GroupNormalization, and against their equations in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.normalization import InstanceNormalization, WeightNormalization


def images(shape=(2, 6, 5, 3), mean=0.0, seed=0):
    return np.random.default_rng(seed).normal(mean, 2.0, shape).astype("float32")


# --- instance normalization


@settings(max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6), st.integers(1, 5)),
    epsilon=st.sampled_from([1e-5, 1e-3, 0.5]),
    scale=st.booleans(),
    center=st.booleans(),
)
def test_instance_equals_group_normalization_with_one_channel_a_group(shape, epsilon, scale, center):
    layer = InstanceNormalization(epsilon, scale, center)
    oracle = keras.layers.GroupNormalization(groups=-1, epsilon=epsilon, scale=scale, center=center)
    layer.build(shape)
    oracle.build(shape)
    learned = [images(weight.shape, seed=i) for i, weight in enumerate(oracle.weights)]
    layer.set_weights(learned)
    oracle.set_weights(learned)
    x = images(shape)
    np.testing.assert_allclose(layer(x), oracle(x), atol=2e-5)


def test_instance_equation():
    x = images()
    y = np.asarray(InstanceNormalization()(x))
    mean, variance = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)  # var divides by the number of pixels
    np.testing.assert_allclose(y, (x - mean) / np.sqrt(variance + 1e-5), atol=1e-5)


def test_images_of_a_batch_do_not_matter_to_each_other():
    x = images((4, 6, 6, 3))
    layer = InstanceNormalization()
    together = np.asarray(layer(x))
    for i in range(4):
        np.testing.assert_allclose(together[i], layer(x[i : i + 1])[0], atol=1e-6)


def test_a_large_mean_does_not_cancel():
    x = images((1, 32, 32, 2), mean=10000.0)
    exact = x.astype("float64")
    expected = (exact - exact.mean((1, 2))) / np.sqrt(exact.var((1, 2)) + 1e-5)
    # float32 knows numbers near 10000 to 0.001; mean(x^2) - mean(x)^2 would be off by whole units.
    np.testing.assert_allclose(InstanceNormalization()(x), expected, atol=0.02)


def test_a_constant_channel_becomes_zero_with_finite_gradient():
    x = tf.fill((1, 8, 8, 3), 0.7)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = InstanceNormalization()(x)
        total = tf.reduce_sum(y * images((1, 8, 8, 3)))
    np.testing.assert_allclose(y, 0, atol=1e-3)
    assert np.isfinite(tape.gradient(total, x)).all()


@pytest.mark.parametrize("dtype, half_a_unit", [("float16", 2**-11), ("bfloat16", 2**-8)])
def test_half_precision_is_exact_up_to_the_last_rounding(dtype, half_a_unit):
    x = tf.cast(300 + 500 * images((1, 64, 64, 2)), dtype)  # the squares are beyond float16's 65504
    y = InstanceNormalization(dtype=dtype)(x)
    assert y.dtype == dtype
    exact = tf.cast(x, "float64").numpy()
    expected = (exact - exact.mean((1, 2))) / np.sqrt(exact.var((1, 2)) + 1e-5)
    np.testing.assert_allclose(tf.cast(y, "float64"), expected, rtol=1.01 * half_a_unit, atol=1e-5)


def test_gradient_equals_that_of_the_oracle_also_compiled():
    x, weights = tf.constant(images()), images(seed=1)
    layer = InstanceNormalization(scale=True, center=True)
    oracle = keras.layers.GroupNormalization(groups=-1, epsilon=1e-5)

    def gradients(layer, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(layer(x) ** 2 * weights)
        return tape.gradient(total, [x, *(v.value for v in layer.trainable_variables)])

    layer(x), oracle(x)
    expected = gradients(oracle, x)
    for function in (gradients, tf.function(gradients, jit_compile=True)):
        for ours, theirs in zip(function(layer, x), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("shape", [(2, 7, 3), (2, 3, 4, 5, 2)])
def test_any_number_of_spatial_axes(shape):
    x = images(shape)
    axes = tuple(range(1, len(shape) - 1))
    expected = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(InstanceNormalization()(x), expected, atol=1e-5)


def test_instance_saved_and_loaded(tmp_path):
    model = keras.Sequential(
        [keras.Input((None, None, 3)), InstanceNormalization(1e-3, True, True), InstanceNormalization()]
    )
    model.layers[0].set_weights([images((3,)), images((3,), seed=1)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [layer.get_config() for layer in loaded.layers] == [layer.get_config() for layer in model.layers]
    assert [weight.shape for weight in loaded.layers[1].weights] == []
    np.testing.assert_array_equal(loaded(images()), model(images()))


def test_files_from_before_the_module_was_a_folder_still_load():
    saved = keras.saving.serialize_keras_object(InstanceNormalization(1e-3, scale=True))
    saved["module"] = "studylib.normalization"
    loaded = keras.saving.deserialize_keras_object(saved)
    assert type(loaded) is InstanceNormalization and loaded.get_config()["epsilon"] == 1e-3 and loaded.scale


def test_instance_errors():
    with pytest.raises(ValueError, match="epsilon must be a number above 0. Received: epsilon=0"):
        InstanceNormalization(epsilon=0)
    with pytest.raises(ValueError, match="must know the number of channels"):
        InstanceNormalization(scale=True)(keras.Input((4, 4, None)))
    with pytest.raises(ValueError, match="expected min_ndim=3, found ndim=2"):
        InstanceNormalization()(images((4, 4)))


# --- weight normalization


WRAPPED = {
    "dense": (lambda: keras.layers.Dense(4, activation="relu"), (2, 3), (0,)),
    "conv": (lambda: keras.layers.Conv2D(4, 3, strides=2, activation="relu"), (2, 7, 8, 3), (0, 1, 2)),
    "transposed": (lambda: keras.layers.Conv2DTranspose(4, 3, strides=2), (2, 4, 5, 3), (0, 1, 3)),
}
every_wrapped = pytest.mark.parametrize("make, shape, axes", WRAPPED.values(), ids=WRAPPED.keys())


def wrapped(make, shape):
    """A wrapped layer away from its start: g, v and bias drawn at random."""
    layer = WeightNormalization(make())
    layer.build(shape)
    for i, weight in enumerate(layer.weights):
        weight.assign(images(weight.shape, seed=i))
    return layer


@every_wrapped
def test_weight_equation(make, shape, axes):
    layer, plain = wrapped(make, shape), make()
    plain.build(shape)
    v = layer.layer.kernel.numpy()
    plain.kernel.assign(layer.g.numpy() * v / np.sqrt((v**2).sum(axes, keepdims=True)))
    plain.bias.assign(layer.layer.bias)
    x = images(shape)
    np.testing.assert_allclose(layer(x), plain(x), rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(shape) == plain(x).shape
    assert layer.g.shape == tuple(1 if i in axes else 4 for i in range(v.ndim))  # one length a filter


@every_wrapped
def test_weight_wrapping_changes_nothing_at_the_start(make, shape, axes):
    plain = make()
    x = images(shape)
    expected = plain(x)
    np.testing.assert_allclose(WeightNormalization(plain)(x), expected, atol=1e-5)


@every_wrapped
def test_weight_gradients(make, shape, axes):
    """dg = <dw, v> / ||v||, and dv stands upright on v, as in the paper's equation 3."""
    layer, plain = wrapped(make, shape), make()
    plain.build(shape)
    v, g = layer.layer.kernel.numpy(), layer.g.numpy()
    length = np.sqrt((v**2).sum(axes, keepdims=True))
    plain.kernel.assign(g * v / length)
    plain.bias.assign(layer.layer.bias)
    x = images(shape)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(plain(x) ** 2)
    dw = tape.gradient(total, plain.kernel.value).numpy()
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(x) ** 2)
    dg, dv = (gradient.numpy() for gradient in tape.gradient(total, [layer.g.value, layer.layer.kernel.value]))
    expected_dg = (dw * v).sum(axes, keepdims=True) / length
    scale = np.abs(dw).max()
    np.testing.assert_allclose(dg / scale, expected_dg / scale, atol=1e-5)
    np.testing.assert_allclose(dv / scale, (g / length * dw - g * expected_dg / length**2 * v) / scale, atol=1e-5)


@every_wrapped
def test_weight_initialize_from_data(make, shape, axes):
    layer = WeightNormalization(make())
    x = images((64, *shape[1:]), mean=3.0)
    layer.initialize(x)
    activation, layer.layer.activation = layer.layer.activation, keras.activations.linear
    t = np.asarray(layer(x))
    np.testing.assert_allclose(t.mean(tuple(range(t.ndim - 1))), 0, atol=1e-4)
    np.testing.assert_allclose(t.std(tuple(range(t.ndim - 1))), 1, atol=1e-4)
    assert activation is make().activation  # was put back


@pytest.mark.parametrize("jit_compile", [False, True])
def test_weight_trains_also_when_the_compiled_step_builds_it(jit_compile):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([WeightNormalization(keras.layers.Dense(1))])
    x = images((64, 3))
    y = x @ np.array([[1.0], [-2.0], [0.5]], "float32")
    model.compile(keras.optimizers.Adam(0.1), "mse", jit_compile=jit_compile)
    history = model.fit(x, y, epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.05 * history[0]
    assert len(model.trainable_variables) == 3  # g, v, bias


@every_wrapped
def test_weight_saved_and_loaded(make, shape, axes, tmp_path):
    model = keras.Sequential([keras.Input(shape[1:]), wrapped(make, shape)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(images(shape)), model(images(shape)))


def test_weight_errors():
    with pytest.raises(ValueError, match="must be a Dense or a convolution of keras.layers. Received: layer=ReLU"):
        WeightNormalization(keras.layers.ReLU())
    with pytest.raises(ValueError, match="needs a layer with a bias"):
        WeightNormalization(keras.layers.Dense(2, use_bias=False)).initialize(images((4, 3)))
