"""Faster forms of the networks' convolutions, used where a training step asks for them on a CPU.

They give the same numbers but for rounding and have the same weights. Everything else, such as a saved model or its
export, consists of ordinary convolutions.
"""

import contextlib
import contextvars

import keras
import tensorflow as tf

from studylib.networks.narrow import convolution_of_few, narrow_convolution, narrow_transposed_convolution
from studylib.networks.winograd import mixed_kernel, winograd_convolution

FEW, MANY = 4, 128  # channels

# None: ordinary convolutions. A dict: fast ones, and the mixed kernels of this step.
_step = contextvars.ContextVar("mixed kernels of a fast step", default=None)
_allowed = contextvars.ContextVar("fast steps are allowed", default=True)


@contextlib.contextmanager
def fast_convolutions():
    """Inside, compiled convolutions take their fast form where sizes are known and there is no GPU (it has its own).

    As a decorator of a training step, or by ``with``; the kernels must not change inside.
    """
    fast = _allowed.get() and not tf.config.list_physical_devices("GPU")
    token = _step.set({} if fast else None)
    try:
        yield
    finally:
        _step.reset(token)


@contextlib.contextmanager
def plain_convolutions():
    """Inside, `fast_convolutions` does nothing: for comparing the two."""
    token = _allowed.set(False)
    try:
        yield
    finally:
        _allowed.reset(token)


def xla_is_faster(image_shape):
    """Whether a training step on images of this shape, (height, width, channels), is faster with XLA.

    On a processor it is below 128 x 128 pixels: there XLA saves most by making one operation of many small ones, and
    above it the convolutions decide, which are TensorFlow's own without it. `make bench` measures both. On a GPU yes.
    """
    height, width = image_shape[:2]
    small = None not in (height, width) and height * width < 128 * 128
    return small or bool(tf.config.list_physical_devices("GPU"))


def _is_fast(layer, inputs):
    """Whether a layer may take a fast form of itself here.

    Compiled steps only: operation by operation the fast forms would be the slow ones.
    """
    return (
        _step.get() is not None
        and not tf.executing_eagerly()
        and layer.compute_dtype == "float32"
        and layer.data_format == "channels_last"
        and layer.dilation_rate in (1, (1, 1))
        and getattr(layer, "groups", 1) == 1
        and None not in inputs.shape
        and layer.kernel_size[0] == layer.kernel_size[1] > 1
        and layer.strides[0] == layer.strides[1]
    )


@keras.saving.register_keras_serializable(package="studylib")
class Conv2D(keras.layers.Conv2D):
    """keras.layers.Conv2D that knows faster forms of itself, see `fast_convolutions`."""

    def convolution_op(self, inputs, kernel):
        form = self._fast_form(inputs) if _is_fast(self, inputs) else None
        return super().convolution_op(inputs, kernel) if form is None else form(inputs, tf.convert_to_tensor(kernel))

    def _fast_form(self, inputs):
        _, height, width, channels = inputs.shape
        size, stride = self.kernel_size[0], self.strides[0]
        if channels <= FEW and self._is_even(height, width):
            return self._of_few
        if self.padding != "valid" or stride > 1:
            return None
        if self.filters <= FEW:
            return narrow_convolution
        if size == 3 and min(channels, self.filters) >= MANY and height % 2 == width % 2 == 0:
            return self._winograd
        return None

    def _is_even(self, height, width):
        """Whether the padding is the same on all sides."""
        size, stride = self.kernel_size[0], self.strides[0]
        return self.padding == "valid" or (height % stride == width % stride == (size - stride) % 2 == 0)

    def _of_few(self, inputs, kernel):
        size, stride = self.kernel_size[0], self.strides[0]
        around = (size - stride) // 2 if self.padding == "same" else 0
        padded = tf.pad(inputs, [[0, 0], [around, around], [around, around], [0, 0]]) if around else inputs
        return convolution_of_few(padded, kernel, stride)

    def _winograd(self, inputs, kernel):
        kernels = _step.get()
        if id(self) not in kernels:
            kernels[id(self)] = tf.stop_gradient(mixed_kernel(kernel))
        return winograd_convolution(inputs, kernel, kernels[id(self)])


@keras.saving.register_keras_serializable(package="studylib")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """keras.layers.Conv2DTranspose that knows a faster form of itself, see `fast_convolutions`."""

    def call(self, inputs):
        narrow = _is_fast(self, inputs) and self.filters <= FEW
        cut = (self.kernel_size[0] - self.strides[0]) / 2 if self.padding == "same" else 0
        if not narrow or self.output_padding is not None or cut % 1:
            return super().call(inputs)
        outputs = narrow_transposed_convolution(inputs, tf.convert_to_tensor(self.kernel), self.strides[0], int(cut))
        return self.activation(tf.nn.bias_add(outputs, self.bias) if self.use_bias else outputs)
