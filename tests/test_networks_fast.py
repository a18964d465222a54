"""The faster forms of convolutions against tf.nn.conv2d, and a fast training step against a plain one."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.cyclegan import CycleGAN
from studylib.networks.fast import Convolution, fast_convolutions, plain_convolutions
from studylib.networks.narrow import narrow_convolution
from studylib.networks.winograd import mixed_kernel, winograd_convolution


def with_gradients(convolve, x, kernel, weights):
    """Output, and the gradients of a weighted sum of it."""
    x, kernel = tf.constant(x), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = convolve(x, kernel)
        total = tf.reduce_sum(y * weights)
    return [y.numpy(), *(gradient.numpy() for gradient in tape.gradient(total, [x, kernel]))]


def assert_same(form, x_shape, kernel_shape, seed):
    random = np.random.default_rng(seed)
    x, kernel = (random.normal(size=shape).astype(np.float32) for shape in (x_shape, kernel_shape))
    n, height, width, _ = x_shape
    weights = random.normal(size=(n, height - kernel_shape[0] + 1, width - kernel_shape[1] + 1, kernel_shape[3]))
    weights = weights.astype(np.float32)
    expected = with_gradients(lambda x, k: tf.nn.conv2d(x, k, 1, "VALID"), x, kernel, weights)
    for ours, theirs in zip(with_gradients(form, x, kernel, weights), expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=2e-5 * np.abs(theirs).max())


sizes = st.integers(1, 4)


@settings(max_examples=5)
@given(n=st.integers(1, 3), tiles=st.tuples(sizes, sizes), channels=st.tuples(sizes, sizes), seed=st.integers(0, 99))
def test_winograd(n, tiles, channels, seed):
    shape = (n, 2 * tiles[0] + 2, 2 * tiles[1] + 2, channels[0])
    assert_same(lambda x, k: winograd_convolution(x, k, mixed_kernel(k)), shape, (3, 3, *channels), seed)


@settings(max_examples=5)
@given(
    n=st.integers(1, 3), size=st.integers(2, 5), more=st.tuples(sizes, sizes), channels=st.tuples(sizes, sizes),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_narrow(n, size, more, channels, seed):
    shape = (n, size + more[0] - 1, size + more[1] - 1, channels[0])
    assert_same(narrow_convolution, shape, (size, size, *channels), seed)


# ---- which form a layer takes ----------------------------------------------------------------------------------------


def operations(layer, shape):
    """Types of the operations that the layer consists of in a graph."""
    layer.build(shape)
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(shape)).graph
    return {op.type for op in graph.get_operations()}


FAST = {
    "many channels": (Convolution(128, 3), (1, 6, 6, 128)),
    "few outputs": (Convolution(3, 7), (1, 9, 9, 8)),
}
PLAIN = {
    "stride": (Convolution(128, 3, 2), (1, 7, 7, 128)),
    "own padding": (Convolution(3, 7, padding="same"), (1, 9, 9, 8)),
    "odd size": (Convolution(128, 3), (1, 7, 6, 128)),
    "few channels": (Convolution(64, 3), (1, 6, 6, 128)),
    "unknown batch": (Convolution(3, 7), (None, 9, 9, 8)),
    "dilated": (Convolution(3, 3, dilation_rate=2), (1, 9, 9, 8)),
    "groups": (Convolution(4, 3, groups=2), (1, 6, 6, 8)),
    "half precision": (Convolution(3, 7, dtype="mixed_float16"), (1, 9, 9, 8)),
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


def test_a_gpu_keeps_its_own_convolutions(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    with fast_convolutions():
        assert "Conv2D" in operations(*FAST["few outputs"])


# ---- the training step -----------------------------------------------------------------------------------------------


def stepped(jit_compile, seed=0, n_steps=2):
    keras.utils.set_random_seed(seed)
    sizes = {"gen_n_filters": 32, "gen_n_blocks": 2, "disc_n_filters": 8, "disc_n_layers": 1}
    gan = CycleGAN((16, 16, 3), generator_type="resnet", **sizes)
    # Not Adam: it blows the rounding of gradients that should be 0 up to whole steps.
    gan.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
    random = np.random.default_rng(seed)
    step = tf.function(gan.train_step, jit_compile=jit_compile, autograph=False)
    batches = [tf.constant(random.uniform(-1, 1, (2, 2, 16, 16, 3)), "float32") for _ in range(n_steps)]
    terms = [step((a, b)) for a, b in batches]
    return gan, [{name: float(value) for name, value in each.items()} for each in terms]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_fast_step_equals_the_plain_one(jit_compile):
    with plain_convolutions():
        plain, plain_terms = stepped(False)
    fast, fast_terms = stepped(jit_compile)
    for ours, theirs in zip(fast_terms, plain_terms, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5)
    for ours, theirs in zip(fast.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
