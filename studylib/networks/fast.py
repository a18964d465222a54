"""Faster forms of the networks' convolutions, used where a training step asks for them on a CPU.

They give the same numbers but for rounding and have the same weights. Everything else, such as a saved model or its
export, consists of ordinary convolutions.
"""

import contextlib
import contextvars

import keras
import tensorflow as tf

from studylib.networks.narrow import narrow_convolution
from studylib.networks.winograd import mixed_kernel, winograd_convolution

# None: ordinary convolutions. A dict: fast ones, and the mixed kernels of this step.
_step = contextvars.ContextVar("mixed kernels of a fast step", default=None)
_allowed = contextvars.ContextVar("fast steps are allowed", default=True)


@contextlib.contextmanager
def fast_convolutions():
    """Inside, convolutions take their fast form, where the sizes are known and there is no GPU (which has its own).

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


@keras.saving.register_keras_serializable(package="studylib")
class Convolution(keras.layers.Conv2D):
    """keras.layers.Conv2D that knows faster forms of itself, see `fast_convolutions`."""

    def convolution_op(self, inputs, kernel):
        form = self._fast_form(inputs) if _step.get() is not None else None
        return super().convolution_op(inputs, kernel) if form is None else form(inputs, tf.convert_to_tensor(kernel))

    def _fast_form(self, inputs):
        ordinary = self.padding == "valid" and self.strides == (1, 1) and self.dilation_rate == (1, 1)
        if not ordinary or self.groups > 1 or self.compute_dtype != "float32" or None in inputs.shape:
            return None
        _, height, width, channels = inputs.shape
        if self.filters <= 4 and self.kernel_size[0] == self.kernel_size[1] > 1:
            return narrow_convolution
        if self.kernel_size == (3, 3) and min(channels, self.filters) >= 128 and height % 2 == width % 2 == 0:
            return self._winograd
        return None

    def _winograd(self, inputs, kernel):
        kernels = _step.get()
        if id(self) not in kernels:
            kernels[id(self)] = tf.stop_gradient(mixed_kernel(kernel))
        return winograd_convolution(inputs, kernel, kernels[id(self)])
