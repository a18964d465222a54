"""Weight normalization: leaves the activations alone and rewrites the kernel as a length times a direction."""

import keras
import tensorflow as tf
from keras import ops

_ORDINARY = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
_TRANSPOSED = (keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose)


@keras.saving.register_keras_serializable(package="studylib")
class WeightNormalization(keras.layers.Wrapper):
    """Learns the length g and the direction v of a layer's kernel apart: ``w = g * v / ||v||``, one g a filter.

    The wrapped layer's own kernel is v; its bias and activation stay as they are. At the start g = ||v||, so that
    wrapping changes no output; `initialize` sets g and the bias from data, as the paper does.

    Example:

    >>> layer = WeightNormalization(keras.layers.Conv2D(64, 3))
    >>> y = layer(images)
    >>> layer.initialize(images)        # optional: this batch now leaves the layer with mean 0, variance 1

    Args:
        layer: a Dense or a convolution (Conv1D, Conv2D, Conv3D; their transposed forms too).

    Shapes:
        those of the wrapped layer.

    Raises:
        ValueError: the layer is of another kind.

    Reference: Salimans, Kingma (2016), Weight Normalization, arXiv:1602.07868.
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, _ORDINARY + _TRANSPOSED):
            raise ValueError(
                f"layer must be a Dense or a convolution of keras.layers. Received: layer={type(layer).__name__}"
            )
        super().__init__(layer, **kwargs)

    def build(self, input_shape=None):
        # init_scope: g starts from the values of v, which have to exist even where a compiled step builds the layer.
        with tf.init_scope():
            super().build(input_shape)  # builds the wrapped layer too
            self._add_length()

    def _add_length(self):
        rank = len(self.layer.kernel.shape)
        filters = rank - 2 if isinstance(self.layer, _TRANSPOSED) else rank - 1
        self._all_but_filters = tuple(axis for axis in range(rank) if axis != filters)
        # Shaped like the kernel, with ones, so that it multiplies the direction of either kind of kernel.
        shape = [size if axis == filters else 1 for axis, size in enumerate(self.layer.kernel.shape)]
        self.g = self.add_weight(shape=shape, initializer=self._start, name="g", autocast=False)

    def call(self, inputs):
        return self._apply(inputs, self.g * self._direction())

    def initialize(self, inputs):
        """Sets g and the bias so that this batch has mean 0 and variance 1 a filter, just before the activation.

        Args:
            inputs: a batch as the layer sees it; more images make better statistics.

        Raises:
            ValueError: the wrapped layer has no bias to remove the mean with.
        """
        if not self.layer.use_bias:
            raise ValueError("initialize needs a layer with a bias. Received: a layer with use_bias=False")
        self(inputs)  # builds what is not built
        activation, self.layer.activation = self.layer.activation, keras.activations.linear
        try:
            self.layer.bias.assign(ops.zeros_like(self.layer.bias))
            t = ops.cast(self._apply(inputs, self._direction()), "float32")
        finally:
            self.layer.activation = activation
        mean, variance = ops.moments(t, axes=tuple(range(len(t.shape) - 1)))
        deviation = ops.sqrt(variance + 1e-10)
        self.g.assign(ops.reshape(1 / deviation, self.g.shape))
        self.layer.bias.assign(-mean / deviation)

    def _start(self, shape, dtype=None):
        return self._length(ops.convert_to_tensor(self.layer.kernel))

    def _length(self, v):
        return ops.sqrt(ops.sum(ops.square(v), axis=self._all_but_filters, keepdims=True))

    def _direction(self):
        v = ops.cast(self.layer.kernel, "float32")
        return v / self._length(v)

    def _apply(self, inputs, kernel):
        """The wrapped layer's output with `kernel` in place of its own, differentiable in `kernel`."""
        trainable = [kernel if v is self.layer.kernel else v for v in self.layer.trainable_variables]
        fixed = [kernel if v is self.layer.kernel else v for v in self.layer.non_trainable_variables]
        outputs, _ = self.layer.stateless_call(trainable, fixed, inputs)
        return outputs

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)
