"""Receptive fields: kernels and strides against the gradient, which knows nothing of them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from keras import layers

from studylib.networks import (
    encoder_decoder_generator,
    patchgan_discriminator,
    receptive_field,
    resnet_generator,
    unet_generator,
)
from studylib.networks.fields import (
    PixelBox,
    box_of,
    patchgan_field,
    score_gradient,
    seen_pixels,
    share_outside,
    without_normalization,
)
from studylib.padding import ReplicationPadding2D


def with_ones(model):
    """The model without normalization, kernels of 1 and biases of 0: no gradient cancels or is cut off by a ReLU."""
    model = without_normalization(model)
    model.set_weights([np.full_like(weight, weight.ndim > 1) for weight in model.get_weights()])
    return model


def measured(model, row, column):
    height, width, channels = model.input_shape[1:]
    # Small positive inputs, so that tanh at the end does not saturate to an exact 1.
    gradient = score_gradient(model, np.full((1, height, width, channels), 1e-30, np.float32), row, column)
    return box_of(gradient[0].numpy() > 0)


def on_the_image(box, height, width):
    return PixelBox(max(box.top, 0), min(box.bottom, height), max(box.left, 0), min(box.right, width))


@pytest.mark.parametrize("n_layers, side", [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_patchgan(n_layers, side):
    model = patchgan_discriminator((None, None, 3), n_filters=1, n_layers=n_layers)
    assert receptive_field(model) == side
    image = np.random.default_rng(0).integers(0, 256, (192, 160, 3), dtype=np.uint8)
    for row, column in ((0, 0), (4, 5)):
        found = patchgan_field(image, n_layers, row, column)
        assert found.box == seen_pixels(model, row, column) and found.box.height == found.box.width == side
        assert box_of(found.gradient > 0) == on_the_image(found.box, 192, 160)
        assert np.count_nonzero(found.gradient) == (lambda b: b.height * b.width)(on_the_image(found.box, 192, 160))


LAYERS = st.one_of(
    st.builds(
        lambda kernel, stride, same: lambda: layers.Conv2D(1, kernel, stride, "same" if same else "valid"),
        st.integers(1, 4), st.integers(1, 3), st.booleans(),
    ),
    st.builds(
        lambda kernel, stride, same: lambda: layers.Conv2DTranspose(1, kernel, stride, "same" if same else "valid"),
        st.integers(2, 4), st.integers(1, 2), st.booleans(),
    ),
    st.builds(lambda t, b: lambda: layers.ZeroPadding2D(((t, b), (b, t))), st.integers(0, 2), st.integers(0, 2)),
    st.builds(lambda t: lambda: layers.Cropping2D(((t, 0), (0, t))), st.integers(0, 1)),
    st.just(lambda: layers.AveragePooling2D(2)),
    st.just(lambda: layers.UpSampling2D(2)),
    st.just(lambda: layers.ReLU()),
)  # fmt: skip


@settings(max_examples=25, phases=(Phase.explicit, Phase.generate))  # shrinking would take minutes
@given(st.lists(LAYERS, min_size=1, max_size=3), st.integers(40, 45), st.integers(40, 45), st.integers(-2, 2))
def test_any_chain_of_layers(chain, height, width, off_centre):
    x = inputs = keras.Input((height, width, 1))
    for make in chain:
        x = make()(x)
    model = with_ones(keras.Model(inputs, x))
    rows, columns = model.output_shape[1:3]
    assume(min(rows, columns) > 4)
    row, column = rows // 2 + off_centre, columns // 2 - off_centre
    box = seen_pixels(model, row, column)
    assume(box == on_the_image(box, height, width))
    found = measured(model, row, column)
    # A stride larger than the kernel before it leaves out pixels, at the rim of the box too; else they are equal.
    if any(layer.strides[0] > layer.kernel_size[0] for layer in model.layers if isinstance(layer, layers.Conv2D)):
        assert box.top <= found.top and found.bottom <= box.bottom
        assert box.left <= found.left and found.right <= box.right
    else:
        assert found == box


@pytest.mark.parametrize(
    "build",
    [
        lambda shape: resnet_generator(shape, n_filters=1, n_blocks=1),
        lambda shape: unet_generator(shape, n_filters=1, n_downsamplings=3),
        lambda shape: encoder_decoder_generator(shape, n_filters=1, n_downsamplings=3),
    ],
    ids=["resnet", "unet", "encoder_decoder"],
)
def test_generators_far_from_the_border(build):
    model = with_ones(build((96, 96, 1)))
    boxes = {(row, column): seen_pixels(model, row, column) for row, column in ((48, 48), (49, 51), (45, 50))}
    for place, box in boxes.items():
        assert measured(model, *place) == box
    assert receptive_field(model) == max(seen_pixels(model, i, i).height for i in range(40, 56))


def test_field_of_known_stacks():
    def stack(*kernels_and_strides):
        convolutions = [layers.Conv2D(1, *each) for each in kernels_and_strides]
        return keras.Sequential([keras.Input((None, None, 1)), *convolutions])

    assert receptive_field(stack((3, 1))) == 3
    assert receptive_field(stack((3, 1), (3, 1))) == 5
    assert receptive_field(stack((4, 2), (4, 2), (4, 1))) == 4 + 3 * 2 + 3 * 4
    dilated = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(1, 3, dilation_rate=4)])
    assert receptive_field(dilated) == 9
    padded = keras.Sequential([keras.Input((9, 9, 1)), ReplicationPadding2D(2), layers.Conv2D(1, 3)])
    assert seen_pixels(padded, 0, 4) == PixelBox(-2, 1, 2, 5)


def test_what_has_no_square_field():
    oblong = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(1, (1, 3))], name="oblong")
    with pytest.raises(ValueError, match="model='oblong', whose field has 1 x 3 pixels"):
        receptive_field(oblong)
    assert seen_pixels(oblong, 0, 0) == PixelBox(0, 1, 0, 3)
    dense = keras.Sequential([keras.Input((8, 8, 1)), layers.Dense(1, name="mix"), layers.Softmax()])
    with pytest.raises(ValueError, match="Received: layer 'softmax.*' of kind Softmax"):
        seen_pixels(dense, 0, 0)


def test_normalization_reaches_the_whole_image_and_is_left_out_of_the_copy():
    model = patchgan_discriminator((64, 64, 3), n_filters=4, n_layers=2)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 64, 64, 3)).astype(np.float32)
    box = seen_pixels(model, 7, 7)
    normalized, bare = (score_gradient(m, image, 7, 7)[0].numpy() for m in (model, without_normalization(model)))
    assert share_outside(bare, box) == pytest.approx(0, abs=1e-6) and share_outside(normalized, box) > 0.01
    assert box_of(normalized > 0) == PixelBox(0, 64, 0, 64)
    copy = without_normalization(model)
    for own, other in zip(model.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(own, other)


def test_box_and_share_by_hand():
    mask = np.zeros((4, 5), bool)
    mask[1, 2] = mask[3, 4] = True
    assert box_of(mask) == PixelBox(1, 4, 2, 5) and (box_of(mask).height, box_of(mask).width) == (3, 3)
    assert share_outside(np.ones((4, 5)), PixelBox(-3, 2, 0, 2)) == pytest.approx(1 - 4 / 20)
    with pytest.raises(ValueError, match="at least one True cell"):
        box_of(np.zeros((2, 2), bool))
    with pytest.raises(ValueError, match="must be within 6 x 6. Received: row=6, column=0"):
        patchgan_field(np.zeros((64, 64, 3)), 3, 6, 0)


def test_gradient_is_that_of_the_score():
    model = keras.Sequential([keras.Input((3, 3, 2)), layers.Conv2D(1, 2, kernel_initializer="ones", use_bias=False)])
    gradient = score_gradient(model, tf.zeros((2, 3, 3, 2)), 1, 0).numpy()
    assert gradient.shape == (2, 3, 3)
    np.testing.assert_array_equal(gradient[0], [[0, 0, 0], [2, 2, 0], [2, 2, 0]])
