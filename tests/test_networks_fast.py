"""The faster forms of convolutions against tf.nn.conv2d, and a fast training step against a plain one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.cyclegan import CycleGAN
from studylib.networks.fast import (
    Conv2D,
    Conv2DTranspose,
    fast_convolutions,
    plain_convolutions,
    xla_is_faster,
)
from studylib.networks.narrow import convolution_of_few, narrow_convolution, narrow_transposed_convolution
from studylib.networks.winograd import mixed_kernel, winograd_convolution


def with_gradients(convolve, x, kernel, weights):
    """Output, and the gradients of a weighted sum of it."""
    x, kernel = tf.constant(x), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = convolve(x, kernel)
        total = tf.reduce_sum(y * weights)
    return [y.numpy(), *(gradient.numpy() for gradient in tape.gradient(total, [x, kernel]))]


def assert_same(form, plain, x_shape, kernel_shape):
    random = np.random.default_rng(0)
    x, kernel = (random.normal(size=shape).astype(np.float32) for shape in (x_shape, kernel_shape))
    weights = random.normal(size=plain(x, kernel).shape).astype(np.float32)
    expected = with_gradients(plain, x, kernel, weights)
    for ours, theirs in zip(with_gradients(form, x, kernel, weights), expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=2e-5 * np.abs(theirs).max())


def ordinary(stride):
    return lambda x, kernel: tf.nn.conv2d(x, kernel, stride, "VALID")


def transposed(stride, padding):
    """Keras' own, for a kernel (k, k, O, C)."""
    return lambda x, kernel: keras.ops.conv_transpose(x, kernel, stride, padding)


@pytest.mark.parametrize("shape", [(1, 4, 4, 1), (2, 6, 10, 3), (3, 8, 4, 5)])
def test_winograd(shape):
    kernel_shape = (3, 3, shape[-1], 4)
    assert_same(lambda x, k: winograd_convolution(x, k, mixed_kernel(k)), ordinary(1), shape, kernel_shape)


@pytest.mark.parametrize(("shape", "size"), [((1, 7, 7, 6), 7), ((2, 9, 8, 5), 4), ((2, 3, 5, 1), 2)])
def test_narrow(shape, size):
    assert_same(narrow_convolution, ordinary(1), shape, (size, size, shape[-1], 3))


@pytest.mark.parametrize(
    ("shape", "size", "stride"), [((2, 9, 8, 3), 7, 1), ((2, 10, 13, 3), 4, 2), ((1, 8, 7, 1), 3, 2)]
)
def test_few_inputs(shape, size, stride):
    form = lambda x, kernel: convolution_of_few(x, kernel, stride)  # noqa: E731
    assert_same(form, ordinary(stride), shape, (size, size, shape[-1], 5))


@pytest.mark.parametrize(
    ("shape", "size", "stride", "padding"),
    [
        ((2, 5, 6, 7), 4, 2, "same"),
        ((1, 3, 3, 7), 3, 1, "same"),
        ((2, 4, 2, 3), 2, 2, "same"),
        ((1, 1, 1, 2), 4, 2, "same"),
        ((2, 4, 5, 6), 3, 2, "valid"),
        ((1, 3, 2, 4), 5, 3, "valid"),
    ],
)
def test_narrow_transposed(shape, size, stride, padding):
    def form(x, kernel):
        return narrow_transposed_convolution(x, kernel, stride, (size - stride) // 2 if padding == "same" else 0)

    assert_same(form, transposed(stride, padding), shape, (size, size, 3, shape[-1]))


# ---- which form a layer takes ----------------------------------------------------------------------------------------


def operations(layer, shape):
    """Types of the operations that the layer consists of in a graph."""
    layer(np.zeros((1, *shape[1:]), np.float32))  # builds it
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(shape)).graph
    return {op.type.removesuffix("BackpropInput") for op in graph.get_operations()}


FAST = {
    "many channels": (Conv2D(128, 3), (1, 6, 6, 128)),
    "few outputs": (Conv2D(3, 7), (1, 9, 9, 8)),
    "few outputs, transposed": (Conv2DTranspose(3, 4, 2, padding="same"), (1, 4, 4, 8)),
}
PLAIN = {
    "stride": (Conv2D(128, 3, 2), (1, 7, 7, 128)),
    "own padding": (Conv2D(3, 7, padding="same"), (1, 9, 9, 8)),
    "odd size": (Conv2D(128, 3), (1, 7, 6, 128)),
    "few channels": (Conv2D(64, 3), (1, 6, 6, 128)),
    "unknown batch": (Conv2D(3, 7), (None, 9, 9, 8)),
    "dilated": (Conv2D(3, 3, dilation_rate=2), (1, 9, 9, 8)),
    "half precision": (Conv2D(3, 7, dtype="mixed_float16"), (1, 9, 9, 8)),
    "many outputs, transposed": (Conv2DTranspose(8, 4, 2, padding="same"), (1, 4, 4, 8)),
    "uneven cut": (Conv2DTranspose(3, 3, 2, padding="same"), (1, 4, 4, 8)),
}


@pytest.mark.parametrize(("layer", "shape"), FAST.values(), ids=FAST)
def test_fast_form_inside_the_scope_only(layer, shape):
    with fast_convolutions():
        assert "Conv2D" not in operations(layer, shape)
        with plain_convolutions(), fast_convolutions():
            assert "Conv2D" in operations(layer, shape)
    assert "Conv2D" in operations(layer, shape)


@pytest.mark.parametrize(("layer", "shape"), PLAIN.values(), ids=PLAIN)
def test_other_convolutions_stay_what_they_are(layer, shape):
    with fast_convolutions():
        assert "Conv2D" in operations(layer, shape)


def test_groups_stay_what_they_are():
    """Seen by the numbers: Keras hands groups to a compiled function of its own."""
    layer, x = Conv2D(4, 3, groups=2), np.ones((1, 6, 6, 8), np.float32)
    expected = layer(x)
    with fast_convolutions():
        np.testing.assert_allclose(tf.function(layer)(x), expected, rtol=1e-5)


def test_a_gpu_keeps_its_own_convolutions(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    with fast_convolutions():
        assert "Conv2D" in operations(*FAST["few outputs"])


# ---- the training step -----------------------------------------------------------------------------------------------


def stepped(jit_compile):
    """A small CycleGAN after one compiled step, and the terms of that step."""
    keras.utils.set_random_seed(0)
    sizes = {"gen_n_filters": 32, "gen_n_blocks": 2, "disc_n_filters": 8, "disc_n_layers": 1}
    gan = CycleGAN((16, 16, 3), generator_type="resnet", **sizes)
    # Not Adam: it blows the rounding of gradients that should be 0 up to whole steps.
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    real_A, real_B = np.random.default_rng(0).uniform(-1, 1, (2, 2, 16, 16, 3)).astype(np.float32)
    before = gan.get_weights()
    terms = tf.function(gan.train_step, jit_compile=jit_compile, autograph=False)((real_A, real_B))
    moved = [new - old for new, old in zip(gan.get_weights(), before, strict=True)]
    return {name: float(value) for name, value in terms.items()}, moved


@pytest.mark.parametrize("jit_compile", [False, True])
def test_fast_step_equals_the_plain_one(jit_compile):
    with plain_convolutions():
        plain_terms, plain_moved = stepped(False)
    terms, moved = stepped(jit_compile)
    assert terms == pytest.approx(plain_terms, rel=1e-5)
    for ours, theirs in zip(moved, plain_moved, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert max(np.abs(theirs).max() for theirs in plain_moved[:-4]) > 0.01  # it was a step


@pytest.mark.parametrize(
    ("shape", "faster"), [((64, 64, 3), True), ((128, 128, 3), False), ((96, 200, 3), False), ((None, None, 3), False)]
)
def test_xla_is_for_small_images_and_for_gpus(shape, faster, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert xla_is_faster(shape) is faster
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    assert xla_is_faster(shape) is True
