"""Which pixels an output value sees: computed from kernels and strides, and measured by the gradient."""

import functools
import math
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from studylib.arguments import image_values, shown, whole_number
from studylib.networks.arguments import AdmissibleSize
from studylib.networks.discriminator import patchgan_discriminator
from studylib.networks.inspection import input_tensors, layer_shapes
from studylib.normalization import InstanceNormalization

_NORMALIZATIONS = (
    InstanceNormalization,
    layers.BatchNormalization,
    layers.GroupNormalization,
    layers.LayerNormalization,
)
# One pixel in, the same pixel out. What a normalization takes from the whole image are two numbers a channel; by
# custom they do not count as seeing.
_PIXEL_BY_PIXEL = (
    layers.InputLayer, AdmissibleSize, layers.Identity, layers.Activation, layers.ReLU, layers.LeakyReLU,
    layers.Dropout, layers.Rescaling, layers.Add, layers.Average, layers.Concatenate, layers.Maximum, layers.Multiply,
    layers.Subtract, *_NORMALIZATIONS,
)  # fmt: skip


class PixelBox(NamedTuple):
    """Rows top, ..., bottom - 1 and columns left, ..., right - 1. It may reach past the image, into the padding."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self):
        return self.bottom - self.top

    @property
    def width(self):
        return self.right - self.left


def seen_pixels(model, row, column, input_shape=None):
    """The smallest box around all pixels that can change the output value at (row, column).

    Going backwards, an interval of a layer's output becomes the interval of its input that it is made from: at stride
    s and kernel k, outputs i to j come from inputs i * s to j * s + k - 1, less the padding at the start.

    Args:
        model: functional or Sequential, of convolutions, paddings, croppings, pooling, resizing, and layers that work
            pixel by pixel. Sums and concatenations see what any of their inputs sees. Statistics of normalizations do
            not count.
        row, column: whole numbers, the place of an output value.
        input_shape: (height, width, channels); None takes the model's own. A size that is unknown is taken for one
            that all strides divide.

    Returns:
        `PixelBox`, in pixels of the input image.

    Raises:
        ValueError: the model is of another form, or holds a layer that is not among these.
    """
    whole_number("row", row, at_least=0)
    whole_number("column", column, at_least=0)
    shapes = layer_shapes(model, input_shape)
    seen = {id(model.outputs[0]): ((row, row), (column, column))}  # first and last, for rows and for columns
    for layer in reversed(shapes):
        intervals = seen.pop(id(layer.output), None)
        if intervals is None:  # not on a way to this output
            continue
        (size,) = shapes[layer][0][:1] or [(None, None)]
        before = tuple(_source(layer, axis, *intervals[axis], size[axis]) for axis in (0, 1))
        for tensor in input_tensors(layer):
            known = seen.get(id(tensor), before)
            seen[id(tensor)] = tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(before, known, strict=True))
    (top, bottom), (left, right) = before
    return PixelBox(top, bottom + 1, left, right + 1)


def receptive_field(model):
    """Side, in pixels, of the square that an output value of `model` sees: 70 for the PatchGAN of the papers.

    Behind a transposed convolution neighbours see squares of different size; this is the largest.

    Args:
        model: as for seen_pixels; kernels and strides the same for height and width.

    Raises:
        ValueError: as seen_pixels; or the field is no square, and seen_pixels tells both sides.
    """
    period = math.prod(
        layer.strides[0] for layer in layer_shapes(model) if isinstance(layer, layers.Conv2DTranspose)
    ) * math.prod(layer.size[0] for layer in model.layers if isinstance(layer, layers.UpSampling2D))
    boxes = [seen_pixels(model, i, i) for i in range(period)]
    if any(box.height != box.width for box in boxes):
        raise ValueError(
            "receptive_field is for square fields; seen_pixels tells height and width. "
            f"Received: model={model.name!r}, whose field has {boxes[0].height} x {boxes[0].width} pixels"
        )
    return max(box.height for box in boxes)


def without_normalization(model):
    """A copy of `model`, weights included, whose normalizations hand on what they receive.

    Their statistics come from all pixels of the image, so that the gradient of any score reaches all pixels.
    """
    copy = keras.models.clone_model(
        model,
        clone_function=lambda layer: (
            layers.Identity(name=layer.name)
            if isinstance(layer, _NORMALIZATIONS)
            else type(layer).from_config(layer.get_config())
        ),
    )
    for layer in copy.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy


def score_gradient(model, images, row, column):
    """How much each pixel moves the output at (row, column): the gradient's absolute value, summed over channels.

    Args:
        model: from images to maps of scores, (N, h, w, channels).
        images: float (N, H, W, C).
        row, column: whole numbers or scalar tensors, the place of the score.

    Returns:
        tensor (N, H, W), 0 where a pixel has no influence.
    """
    images = tf.convert_to_tensor(images, "float32")
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = tf.reduce_sum(model(images)[:, row, column])
    return tf.reduce_sum(tf.abs(tape.gradient(score, images)), axis=-1)


class PatchField(NamedTuple):
    """What one score of a PatchGAN sees of an image.

    box: `PixelBox`, computed from kernels and strides. gradient: (H, W), measured, see `score_gradient`. scores:
    (rows, columns) of the map of scores.
    """

    box: PixelBox
    gradient: np.ndarray
    scores: tuple


def patchgan_field(image, n_layers, row, column):
    """What the score at (row, column) of a PatchGAN with n_layers sees of an image: computed, and measured.

    The PatchGAN is a narrow one without normalization: how many filters there are does not change what a score sees.

    Args:
        image: (H, W, C), float in [-1, 1] or uint8; only the pattern of the gradient is of use, not its size.

    Returns:
        `PatchField`.

    Raises:
        ValueError: the image is too small, or there is no such score.
    """
    image = image_values("image", image)
    if image.ndim != 3:
        raise ValueError(f"image must be of shape (H, W, C). Received: shape {image.shape}")
    model, gradient_of = _narrow_patchgan(whole_number("n_layers", n_layers), *image.shape)
    rows, columns = model.output_shape[1:3]
    row, column = whole_number("row", row, at_least=0), whole_number("column", column, at_least=0)
    if row >= rows or column >= columns:
        raise ValueError(
            f"row and column must be within {rows} x {columns}. Received: row={shown(row)}, column={shown(column)}"
        )
    gradient = gradient_of(tf.cast(image, "float32")[None], tf.constant(row), tf.constant(column))[0].numpy()
    return PatchField(seen_pixels(model, row, column), gradient, (rows, columns))


@functools.cache
def _narrow_patchgan(n_layers, *image_shape):
    model = without_normalization(patchgan_discriminator(image_shape, n_filters=2, n_layers=n_layers))
    # Compiled: a view that follows a slider has no time for layer after layer.
    return model, tf.function(functools.partial(score_gradient, model))


def box_of(mask):
    """The smallest `PixelBox` around the True cells of a (H, W) array.

    Raises:
        ValueError: nothing in it is True.
    """
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(f"mask must be an array of truth values, (H, W). Received: mask={shown(mask)}")
    rows, columns = (np.flatnonzero(np.any(mask, axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ValueError(f"mask must hold at least one True cell. Received: shape {mask.shape} without one")
    return PixelBox(*(int(i) for i in (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)))


def share_outside(gradient, box):
    """Share of the gradient, (H, W), that lies outside a `PixelBox`, 0 to 1."""
    inside = gradient[max(box.top, 0) : box.bottom, max(box.left, 0) : box.right]
    return float(1 - np.sum(inside, dtype=np.float64) / np.sum(gradient, dtype=np.float64))


def _source(layer, axis, first, last, size):
    """The interval of the layer's input, along one axis, that its outputs first to last are made from."""
    if isinstance(layer, layers.Conv2DTranspose):
        kernel, stride = layer.kernel_size[axis], layer.strides[axis]
        if layer.output_padding is not None or layer.dilation_rate not in (1, (1, 1)):
            raise _unknown(layer)
        cropped = max(kernel - stride, 0) // 2 if layer.padding == "same" else 0
        # Input i paints outputs i * stride - cropped to i * stride - cropped + kernel - 1.
        return -((kernel - 1 - first - cropped) // stride), (last + cropped) // stride
    if isinstance(layer, (layers.Conv2D, layers.MaxPooling2D, layers.AveragePooling2D)):
        kernel = layer.kernel_size if isinstance(layer, layers.Conv2D) else layer.pool_size
        dilation = layer.dilation_rate[axis] if isinstance(layer, layers.Conv2D) else 1
        reach, stride = (kernel[axis] - 1) * dilation + 1, layer.strides[axis]
        padded = 0
        if layer.padding == "same":
            rest = 0 if size is None else size % stride
            padded = max(reach - (rest or stride), 0) // 2
        return first * stride - padded, last * stride - padded + reach - 1
    if hasattr(layer, "padding") and "Padding2D" in type(layer).__name__:
        return first - layer.padding[axis][0], last - layer.padding[axis][0]
    if isinstance(layer, layers.Cropping2D):
        return first + layer.cropping[axis][0], last + layer.cropping[axis][0]
    if isinstance(layer, layers.UpSampling2D) and layer.interpolation == "nearest":
        return first // layer.size[axis], last // layer.size[axis]
    if isinstance(layer, _PIXEL_BY_PIXEL):
        return first, last
    raise _unknown(layer)


def _unknown(layer):
    return ValueError(
        "receptive fields are known for convolutions, paddings, croppings, pooling, nearest-neighbour resizing and "
        f"layers that work pixel by pixel. Received: layer {layer.name!r} of kind {type(layer).__name__}"
    )
