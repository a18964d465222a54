"""The functions of the normalization zoo against Keras' own layers, NumPy, and finite differences."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.normalization import (
    batch_normalization,
    group_normalization,
    instance_normalization,
    layer_normalization,
    statistics_groups,
    weight_normalization,
    whitening,
)

few = settings(max_examples=25)
shapes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 2, 3, 4, 6]))
epsilons = st.sampled_from([1e-5, 1e-3, 0.5])
NORMALIZATIONS = {
    "batch": batch_normalization,
    "layer": layer_normalization,
    "instance": instance_normalization,
    "group": functools.partial(group_normalization, groups=2),
    "whitening": whitening,
}
every = pytest.mark.parametrize("function", NORMALIZATIONS.values(), ids=NORMALIZATIONS.keys())
affine = pytest.mark.parametrize("name", [name for name in NORMALIZATIONS if name != "whitening"])


def numbers(shape=(3, 4, 5, 6), mean=1.0, seed=0):
    return np.random.default_rng(seed).normal(mean, 2.0, shape).astype("float32")


def with_weights(layer, shape):
    """The layer, built, away from its start; and its gamma and beta."""
    layer.build(shape)
    for seed, weight in enumerate(layer.weights):
        weight.assign(np.abs(numbers(weight.shape, seed=seed)) + 0.1)
    return layer, layer.gamma, layer.beta


# --- each member equals its Keras layer


@few
@given(shapes, epsilons)
def test_batch_equals_keras_in_training_and_in_inference(shape, epsilon):
    layer, gamma, beta = with_weights(keras.layers.BatchNormalization(epsilon=epsilon), shape)
    x = numbers(shape)
    mean, variance = layer.moving_mean.numpy(), layer.moving_variance.numpy()
    inference = batch_normalization(x, gamma, beta, mean, variance, epsilon)
    np.testing.assert_allclose(inference, layer(x, training=False), rtol=1e-4, atol=1e-4)
    training = batch_normalization(x, gamma, beta, epsilon=epsilon)
    np.testing.assert_allclose(training, layer(x, training=True), rtol=1e-3, atol=1e-3)


@few
@given(shapes, epsilons)
def test_layer_equals_keras(shape, epsilon):
    layer, gamma, beta = with_weights(keras.layers.LayerNormalization(axis=[1, 2, 3], epsilon=epsilon), shape)
    x = numbers(shape)
    assert gamma.shape == shape[1:]
    np.testing.assert_allclose(layer_normalization(x, gamma, beta, epsilon), layer(x), rtol=1e-3, atol=1e-3)


@few
@given(shapes, epsilons)
def test_instance_equals_keras(shape, epsilon):
    layer, gamma, beta = with_weights(keras.layers.GroupNormalization(groups=-1, epsilon=epsilon), shape)
    x = numbers(shape)
    np.testing.assert_allclose(instance_normalization(x, gamma, beta, epsilon), layer(x), rtol=1e-3, atol=1e-3)


@few
@given(shapes, epsilons, st.data())
def test_group_equals_keras(shape, epsilon, data):
    groups = data.draw(st.sampled_from([g for g in range(1, shape[3] + 1) if shape[3] % g == 0]))
    layer, gamma, beta = with_weights(keras.layers.GroupNormalization(groups=groups, epsilon=epsilon), shape)
    x = numbers(shape)
    np.testing.assert_allclose(group_normalization(x, groups, gamma, beta, epsilon), layer(x), rtol=1e-3, atol=1e-3)


@few
@given(shapes)
def test_one_group_is_layer_and_one_channel_a_group_is_instance(shape):
    x = numbers(shape)
    np.testing.assert_allclose(group_normalization(x, 1), layer_normalization(x), atol=1e-5)
    np.testing.assert_allclose(group_normalization(x, shape[3]), instance_normalization(x), atol=1e-5)


def test_one_image_makes_batch_and_instance_the_same_and_one_channel_all_four():
    one_image, one_channel = numbers((1, 4, 5, 6)), numbers((1, 4, 5, 1))
    np.testing.assert_allclose(batch_normalization(one_image), instance_normalization(one_image), atol=1e-5)
    for function in (batch_normalization, layer_normalization, instance_normalization):
        np.testing.assert_allclose(function(one_channel), group_normalization(one_channel, 1), atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 3, 4, 5), (7, 2)])
def test_weight_equals_unit_normalization_times_g(shape):
    v, g = numbers(shape), numbers(shape[-1:], seed=1)
    unit = keras.layers.UnitNormalization(axis=list(range(len(shape) - 1)))(v)
    w = weight_normalization(v, g)
    np.testing.assert_allclose(w, g * unit, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(np.reshape(w, (-1, shape[-1])), axis=0), np.abs(g), rtol=1e-5)


# --- whitening


def correlated(shape=(4, 8, 8, 5), seed=0):
    """Channels of different scale, every one of them correlated with all others."""
    return (numbers(shape, seed=seed) @ numbers((shape[3],) * 2, seed=seed + 1) * np.arange(1, shape[3] + 1)) + 3


@few
@given(st.integers(1, 6), st.integers(0, 5))
def test_whitened_covariance_is_the_identity(channels, seed):
    x = correlated((4, 8, 8, channels), seed)
    y = np.asarray(whitening(x, 1e-7)).reshape(-1, channels)
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-3)
    covariance = np.cov(y, rowvar=False, bias=True).reshape(channels, channels)
    np.testing.assert_allclose(covariance, np.eye(channels), atol=0.02)


def test_whitening_is_the_symmetric_root_of_the_inverse_covariance():
    x = correlated().astype("float64")
    flat = x.reshape(-1, 5) - x.reshape(-1, 5).mean(axis=0)
    y = np.asarray(whitening(x, 1e-9)).reshape(-1, 5)
    root = np.linalg.lstsq(flat, y, rcond=None)[0]  # y = flat @ root, found without eigenvectors
    np.testing.assert_allclose(root, root.T, atol=1e-8)
    assert (np.linalg.eigvalsh(root) > 0).all()
    np.testing.assert_allclose(root @ np.cov(flat, rowvar=False, bias=True) @ root, np.eye(5), atol=1e-6)


def test_whitening_moves_the_channels_less_than_cholesky():
    x = correlated().astype("float64")
    flat = x.reshape(-1, 5) - x.reshape(-1, 5).mean(axis=0)
    covariance = np.cov(flat, rowvar=False, bias=True)
    scale = np.sqrt(np.diagonal(covariance))

    def kept(y):  # the mean correlation of a channel before with the same channel after
        return np.mean([np.corrcoef(flat[:, k] / scale[k], y[:, k])[0, 1] for k in range(5)])

    def whiten(flat):
        return np.asarray(whitening(flat.reshape(x.shape), 1e-9)).reshape(-1, 5)

    cholesky = np.linalg.solve(np.linalg.cholesky(covariance), flat.T).T
    assert kept(whiten(flat / scale)) > kept(cholesky) + 0.01
    order = [3, 0, 4, 2, 1]  # other order of the channels, the same channels
    np.testing.assert_allclose(whiten(flat[:, order]), whiten(flat)[:, order], atol=1e-6)
    other = np.linalg.solve(np.linalg.cholesky(covariance[np.ix_(order, order)]), flat[:, order].T).T
    assert np.abs(other - cholesky[:, order]).max() > 0.1


def test_whitening_of_dependent_channels_stays_finite():
    x = numbers((1, 2, 2, 3)) * 1000
    x[..., 2] = x[..., 0] + x[..., 1]
    assert np.isfinite(whitening(x)).all() and np.isfinite(whitening(np.zeros((2, 2, 2, 3), "float32"))).all()


# --- which cells share a mean


@few
@given(st.data(), st.sampled_from(["batch", "layer", "instance", "group"]))
def test_one_cell_changes_the_outputs_of_its_group_and_no_other(data, member):
    shape = tuple(data.draw(st.integers(2, 4)) for _ in range(3)) + (data.draw(st.sampled_from([2, 4, 6])),)
    groups = data.draw(st.sampled_from([1, 2, shape[3]])) if member == "group" else None
    cell = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    options = {} if groups is None else {"groups": groups}
    function = {**NORMALIZATIONS, "group": group_normalization}[member]
    x = numbers(shape, seed=data.draw(st.integers(0, 99))).astype("float64")
    changed = x.copy()
    changed[cell] += 0.37
    moved = np.asarray(function(changed, epsilon=0.1, **options) != function(x, epsilon=0.1, **options))
    numbered = statistics_groups(member, shape, groups)
    assert np.array_equal(moved, numbered == numbered[cell])
    assert np.array_equal(np.unique(numbered), np.arange(numbered.max() + 1)) and numbered.shape == shape


def test_numbers_of_groups_by_hand():
    n = statistics_groups("group", (2, 1, 1, 4), groups=2).squeeze()
    assert n.tolist() == [[0, 0, 1, 1], [2, 2, 3, 3]]
    counted = {m: statistics_groups(m, (2, 3, 3, 4)).max() + 1 for m in ("batch", "layer", "instance")}
    assert counted == {"batch": 4, "layer": 2, "instance": 8}


# --- gradients, precision, unknown shapes


@every
def test_gradient_by_finite_differences(function):
    x, weights = tf.constant(correlated((2, 3, 3, 4)), "float64"), numbers((2, 3, 3, 4), seed=9).astype("float64")

    def loss(x):
        return tf.reduce_sum(function(x) * weights)

    with tf.GradientTape() as tape:
        tape.watch(x)
        total = loss(x)
    gradient, step = tape.gradient(total, x).numpy(), 1e-5
    for cell in [(0, 0, 0, 0), (1, 2, 1, 3), (0, 1, 2, 2)]:
        nudge = np.zeros(x.shape)
        nudge[cell] = step
        slope = (loss(x + nudge) - loss(x - nudge)) / (2 * step)
        np.testing.assert_allclose(gradient[cell], slope, rtol=1e-4, atol=1e-7)


def test_weight_gradient_by_finite_differences():
    v, g = (tf.constant(numbers(shape), "float64") for shape in ((2, 2, 3, 4), (4,)))
    weights = numbers(v.shape, seed=9).astype("float64")

    def loss(v, g):
        return tf.reduce_sum(weight_normalization(v, g) * weights)

    with tf.GradientTape() as tape:
        tape.watch([v, g])
        total = loss(v, g)
    dv, dg = tape.gradient(total, [v, g])
    nudge = np.zeros(v.shape)
    nudge[1, 0, 2, 1] = 1e-5
    slope = (loss(v + nudge, g) - loss(v - nudge, g)) / 2e-5
    np.testing.assert_allclose(dv[1, 0, 2, 1], slope, rtol=1e-5)
    np.testing.assert_allclose(dg, [loss(v, row) for row in np.eye(4)], rtol=1e-10)  # linear in g


@every
@pytest.mark.parametrize("dtype, half_a_unit", [("float16", 2**-11), ("bfloat16", 2**-8)])
def test_half_precision_keeps_float32_statistics(function, dtype, half_a_unit):
    x = tf.cast(300 + 500 * numbers((2, 16, 16, 4)), dtype)  # the squares are beyond float16's 65504
    y = function(x)
    assert y.dtype == dtype
    exact = function(tf.cast(x, "float64"))
    assert exact.dtype == "float64"
    np.testing.assert_allclose(tf.cast(y, "float64"), exact, rtol=1.01 * half_a_unit, atol=2e-4)


def test_half_precision_of_a_kernel_and_of_moving_averages():
    v = tf.cast(numbers((3, 3, 64, 2)) * 300, "float16")
    exact = weight_normalization(tf.cast(v, "float64"), [1.0, 2.0])
    np.testing.assert_allclose(weight_normalization(v, [1.0, 2.0]), exact, rtol=1e-3, atol=1e-6)
    x = tf.cast(numbers((2, 3, 3, 2)), "float16")
    y = batch_normalization(x, mean=np.ones(2, "float32"), variance=np.full(2, 4.0, "float32"))
    assert y.dtype == "float16"
    np.testing.assert_allclose(y, (x - 1) / 2, atol=2e-3)


@every
def test_compiled_and_with_unknown_sizes(function):
    compiled = tf.function(function, input_signature=[tf.TensorSpec((None, None, None, 4))], jit_compile=True)
    x = correlated((3, 4, 5, 4))
    np.testing.assert_allclose(compiled(x), function(x), atol=2e-3)


def test_a_large_mean_does_not_cancel():
    x = numbers((2, 16, 16, 2), mean=10000.0)
    for name in ("batch", "layer", "instance", "group"):
        exact = NORMALIZATIONS[name](x.astype("float64"))
        np.testing.assert_allclose(NORMALIZATIONS[name](x), exact, atol=0.02)


@affine
def test_gamma_and_beta_scale_and_shift_a_channel(name):
    x, gamma, beta = numbers(), numbers((6,), seed=1), numbers((6,), seed=2)
    plain = np.asarray(NORMALIZATIONS[name](x))
    np.testing.assert_allclose(NORMALIZATIONS[name](x, gamma=gamma, beta=beta), plain * gamma + beta, atol=1e-5)


# --- errors


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: group_normalization(x, 4), r"groups must divide the 6 channels: one of \[1, 2, 3, 6\].*groups=4"),
        (lambda x: group_normalization(x, 0), "groups must be a whole number of at least 1. Received: groups=0"),
        (lambda x: layer_normalization(x[0]), r"x must be \(N, H, W, C\). Received: x of shape \(4, 5, 6\)"),
        (lambda x: instance_normalization(x.astype("uint8")), "must hold floating-point numbers.*dtype uint8"),
        (lambda x: instance_normalization(x, epsilon=0), "epsilon must be a number above 0. Received: epsilon=0"),
        (lambda x: batch_normalization(x, mean=np.zeros(6)), "needs both mean and variance.*Received: variance=None"),
        (lambda x: batch_normalization(x, gamma=np.ones(5)), r"a channel, 6. Received: gamma of shape \(5,\)"),
        (lambda x: weight_normalization(x, np.ones(3)), r"one length a filter, 6. Received: g of shape \(3,\)"),
        (lambda x: whitening(x, epsilon=-1), "epsilon must be a number above 0. Received: epsilon=-1"),
        (lambda x: statistics_groups("weight", x.shape), "member must be one of batch, .* Received: member='weight'"),
        (lambda x: statistics_groups("layer", x.shape, 2), "groups belongs to the member 'group' alone"),
        (lambda x: statistics_groups("group", x.shape, 5), "groups must divide the 6 channels"),
        (lambda x: statistics_groups("layer", (4, 4, 3)), r"must be \(N, H, W, C\). Received: shape=\(4, 4, 3\)"),
    ],
)
def test_wrong_arguments_are_answered_by_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call(numbers())
    assert "\n" not in str(error.value)
