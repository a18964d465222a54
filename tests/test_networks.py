"""The networks: known parameter counts, and what theory says of them. PyTorch's numbers: test_pytorch_weights.py."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from studylib.networks import (
    encoder_decoder_generator,
    patchgan_discriminator,
    resnet_generator,
    unet_generator,
)
from studylib.networks.arguments import AdmissibleSize
from studylib.normalization import InstanceNormalization

SMALL = {
    "resnet": lambda shape, **more: resnet_generator(shape, n_filters=4, n_blocks=2, **more),
    "unet": lambda shape, **more: unet_generator(shape, n_filters=4, n_downsamplings=3, **more),
    "encoder_decoder": lambda shape, **more: encoder_decoder_generator(shape, n_filters=4, n_downsamplings=3, **more),
    "patchgan": lambda shape, **more: patchgan_discriminator(shape, n_filters=4, n_layers=2, **more),
}
every_network = pytest.mark.parametrize("small", SMALL.values(), ids=SMALL.keys())
every_generator = pytest.mark.parametrize("small", list(SMALL.values())[:3], ids=list(SMALL)[:3])


def images(height=16, width=16, channels=3, batch=2):
    return np.random.default_rng(0).uniform(-1, 1, (batch, height, width, channels)).astype("float32")


def with_random_weights(model):
    rng = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.3, variable.shape))
    return model


# --- parameters and shapes


@pytest.mark.parametrize(
    "builder, arguments, parameters",
    [
        (resnet_generator, {}, 11_378_179),
        (unet_generator, {}, 54_409_603),
        (unet_generator, dict(n_filters=32, n_downsamplings=4), 1_545_411),
        (encoder_decoder_generator, {}, 39_071_107),
        (patchgan_discriminator, {}, 2_764_737),
    ],
)
def test_parameter_counts(builder, arguments, parameters):
    model = builder((256, 256, 3), **arguments)
    assert model.count_params() == parameters
    assert model.output_shape == ((None, 30, 30, 1) if builder is patchgan_discriminator else (None, 256, 256, 3))


@every_generator
@pytest.mark.parametrize("channels, output_channels", [(1, 3), (2, None), (3, 1), (4, 4)])
def test_generators_return_images_of_the_same_size(small, channels, output_channels):
    model = small((16, 24, channels), output_channels=output_channels)
    output = model(images(16, 24, channels)).numpy()
    assert output.shape == (2, 16, 24, output_channels or channels)
    assert np.abs(output).max() <= 1


@every_network
def test_one_network_for_many_sizes(small):
    flexible, fixed = with_random_weights(small((None, None, 3))), small((24, 16, 3))
    fixed.set_weights(flexible.get_weights())
    np.testing.assert_array_equal(flexible(images(24, 16)), fixed(images(24, 16)))
    assert flexible(images(40, 32)).shape[0] == 2


@every_network
def test_saved_loaded_and_compiled_give_the_same(small, tmp_path):
    model, x = with_random_weights(small((None, None, 3))), images(24, 16)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    with pytest.raises(ValueError, match="height and width of the images must be"):
        loaded(images(6, 7))
    np.testing.assert_allclose(tf.function(model, jit_compile=True)(x), model(x), atol=1e-4)


@every_network
def test_kernels_start_normal_and_different_and_follow_the_seed(small):
    keras.utils.set_random_seed(3)
    first, second = small((16, 16, 3)), small((16, 16, 3))
    keras.utils.set_random_seed(3)
    again = small((16, 16, 3))
    kernels = [v.numpy() for v in first.trainable_variables if v.name == "kernel"]
    values = np.concatenate([kernel.ravel() for kernel in kernels])
    assert abs(values.mean()) < 0.002 and abs(values.std() - 0.02) < 0.002
    assert all(np.all(v.numpy() == 0) for v in first.trainable_variables if v.name == "bias")
    assert len({kernel.ravel()[0] for kernel in kernels}) == len(kernels)  # no two layers drew the same numbers
    for kernel, other, same in zip(first.get_weights(), second.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(kernel, same)
        assert kernel.ndim == 1 or not np.array_equal(kernel, other)


@every_network
def test_mixed_precision_returns_float32(small):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = small((16, 16, 3))
    finally:
        keras.config.set_dtype_policy(policy)
    exact = small((16, 16, 3))
    exact.set_weights(mixed.get_weights())
    output = mixed(images())
    assert output.dtype == "float32"
    np.testing.assert_allclose(output, exact(images()), atol=0.1)


# --- what the geometry means


@pytest.mark.parametrize("n_layers, patch", [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_receptive_field_of_patchgan(n_layers, patch):
    size = 2 * patch + 2**n_layers
    model = patchgan_discriminator((size, size, 1), n_filters=1, n_layers=n_layers)
    # Without normalization, whose statistics see the whole image, and with ones, so that no gradient cancels.
    model = keras.models.clone_model(
        model,
        clone_function=lambda layer: keras.layers.Identity(name=layer.name)
        if isinstance(layer, InstanceNormalization)
        else type(layer).from_config(layer.get_config()),
    )
    model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
    x = tf.constant(images(size, size, 1, batch=1))
    i, j = model.output_shape[1] // 2, model.output_shape[2] // 2 - 1  # near the centre: the whole patch is inside
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = model(x)[0, i, j, 0]
    seen = tape.gradient(score, x)[0, :, :, 0].numpy() != 0
    # Padding moves the field's start up by one pixel at every convolution, at that convolution's scale.
    start = -(sum(2**k for k in range(n_layers)) + 2 * 2**n_layers)
    expected = np.zeros((size, size), bool)
    first_row, first_column = i * 2**n_layers + start, j * 2**n_layers + start
    expected[first_row : first_row + patch, first_column : first_column + patch] = True
    assert expected.sum() == patch**2
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("kind", ["unet", "encoder_decoder", "patchgan"])
def test_mirrored_image_and_kernels_give_the_mirrored_result(kind):
    """Even kernels at even sizes have no side of their own; padding on one side only would give them one."""
    model, mirrored = with_random_weights(SMALL[kind]((16, 32, 3))), SMALL[kind]((16, 32, 3))
    mirrored.set_weights([w[::-1, ::-1] if w.ndim == 4 else w for w in model.get_weights()])
    x = images(16, 32)
    np.testing.assert_allclose(mirrored(x[:, ::-1, ::-1]), model(x)[:, ::-1, ::-1], atol=1e-4)


def test_encoder_decoder_is_the_unet_that_ignores_its_skips():
    plain, unet = with_random_weights(SMALL["encoder_decoder"]((16, 16, 3))), SMALL["unet"]((16, 16, 3))
    for layer in unet.layers:
        weights = plain.get_layer(layer.name).get_weights() if layer.weights else []
        if layer.name in ("up_1_conv", "up_2_conv"):  # kernels (height, width, out, skip + below)
            weights[0] = np.concatenate([np.zeros_like(weights[0]), weights[0]], axis=3)
        layer.set_weights(weights)
    np.testing.assert_allclose(unet(images()), plain(images()), atol=1e-5)


# --- sizes and arguments


@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 100), st.integers(1, 100))
def test_nearest_sizes(power, at_least, height, width):
    multiple = 2**power
    at_least = at_least * multiple
    fits = [size for size in range(1, 300) if size % multiple == 0 and size >= at_least]
    guard = AdmissibleSize(multiple, at_least)
    if height in fits and width in fits:
        guard.check(height, width)
        return
    smaller, larger = (
        tuple(pick([fit for fit in fits if below(fit, size)] or fits[:1]) for size in (height, width))
        for pick, below in ((max, int.__le__), (min, int.__ge__))
    )
    with pytest.raises(ValueError) as error:
        guard.check(height, width)
    pairs = dict.fromkeys(f"{h} x {w}" for h, w in (smaller, larger))
    assert f"the nearest that fit are {' or '.join(pairs)}. Received: {height} x {width}" in str(error.value)


@pytest.mark.parametrize(
    "build, bad, sentence",
    [
        (resnet_generator, (62, 64), "multiples of 4 and at least 8; the nearest that fit are 60 x 64 or 64 x 64"),
        (resnet_generator, (4, 16), "the nearest that fit are 8 x 16"),
        (unet_generator, (255, 300), "multiples of 256; the nearest that fit are 256 x 256 or 256 x 512"),
        (encoder_decoder_generator, (64, 512), "multiples of 256; the nearest that fit are 256 x 512"),
        (patchgan_discriminator, (23, 64), "must be at least 24; the nearest that fit are 24 x 64"),
    ],
)
def test_sizes_that_do_not_fit(build, bad, sentence):
    with pytest.raises(ValueError) as error:
        build((*bad, 3))
    assert sentence in str(error.value) and str(error.value).endswith(f"Received: {bad[0]} x {bad[1]}")
    flexible = build((None, None, 3), n_filters=1)
    with pytest.raises(ValueError, match=sentence):
        flexible(images(*bad))
    with pytest.raises(ValueError, match="Received: any x "):
        build((None, 7, 3))


@every_network
@pytest.mark.parametrize("bad", [(64, 64), (64, 64, None), (64, 64, 0), (64, -64, 3), (64.0, 64, 3), 64, None, "abc"])
def test_bad_input_shape(small, bad):
    with pytest.raises(ValueError, match="input_shape must be .* Received: input_shape="):
        small(bad)


@pytest.mark.parametrize("bad", [(64, 64, 2000), (40_000, 64, 3)])
def test_limits_of_the_input_shape_are_told(bad):
    with pytest.raises(ValueError, match="sides of 1 to 32768 pixels, .* 1 to 1024 channels. Received: input_shape="):
        patchgan_discriminator(bad)


@pytest.mark.parametrize("bad", [0, -1, 2.0, "4", None, True])
@pytest.mark.parametrize(
    "build, name",
    [
        (resnet_generator, "n_filters"),
        (resnet_generator, "n_blocks"),
        (unet_generator, "n_filters"),
        (unet_generator, "n_downsamplings"),
        (encoder_decoder_generator, "n_downsamplings"),
        (patchgan_discriminator, "n_filters"),
        (patchgan_discriminator, "n_layers"),
    ],
)
def test_bad_numbers(build, name, bad):
    with pytest.raises(ValueError) as error:
        build((256, 256, 3), **{name: bad})
    assert str(error.value).startswith(f"{name} must be a whole number of at least")
    assert str(error.value).endswith(f"Received: {name}={bad!r}")


def test_a_unet_has_two_levels_or_more_and_some_output():
    with pytest.raises(ValueError, match="n_downsamplings must be a whole number of at least 2. Received: .*=1"):
        unet_generator((64, 64, 3), n_downsamplings=1)
    with pytest.raises(ValueError, match="output_channels must be a whole number of at least 1. Received: .*=0"):
        unet_generator((256, 256, 3), output_channels=0)
