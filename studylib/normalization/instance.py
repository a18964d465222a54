"""Instance normalization, what CycleGAN uses: every image and every channel for itself.

A picture's contrast is removed, and the other images of the batch do not matter.
"""

import keras
from keras import ops

from studylib.arguments import real_number, true_or_false


@keras.saving.register_keras_serializable(package="studylib")
class InstanceNormalization(keras.layers.Layer):
    """Gives every channel of every image mean 0 and variance 1 over its pixels.

    ``y = (x - mean) / sqrt(variance + epsilon)``, mean and (biased) variance over all axes between the first and the
    last; then ``y * gamma + beta`` where asked for. Training and inference do the same.

    Example:

    >>> y = InstanceNormalization()(np.random.rand(2, 8, 8, 3))     # y[0, :, :, 0]: mean 0, variance 1

    Args:
        epsilon: number above 0 that keeps constant channels finite.
        scale: learn one factor gamma a channel (starts at 1).
        center: learn one offset beta a channel (starts at 0).

    Shapes:
        (batch, height, width, channels) -> the same. Any number of axes from three on works.
        Statistics are computed in float32 also for float16 and bfloat16 inputs.

    Raises:
        ValueError: epsilon is not above 0; scale or center is asked for and the number of channels is unknown.

    Reference: Ulyanov, Vedaldi, Lempitsky (2016), Instance Normalization: The Missing Ingredient for Fast
    Stylization, arXiv:1607.08022. Equals keras.layers.GroupNormalization(groups=-1, epsilon=epsilon, ...).
    """

    def __init__(self, epsilon=1e-5, scale=False, center=False, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = real_number("epsilon", epsilon, above=0)
        self.scale = true_or_false("scale", scale)
        self.center = true_or_false("center", center)
        self.input_spec = keras.layers.InputSpec(min_ndim=3)

    def build(self, input_shape):
        channels = input_shape[-1]
        if channels is None and (self.scale or self.center):
            raise ValueError(
                "InstanceNormalization with scale or center must know the number of channels. "
                f"Received: input shape {tuple(input_shape)}"
            )
        # autocast=False: under mixed precision the few numbers of a channel stay float32.
        self.gamma = (
            self.add_weight(shape=(channels,), initializer="ones", name="gamma", autocast=False) if self.scale else None
        )
        self.beta = (
            self.add_weight(shape=(channels,), initializer="zeros", name="beta", autocast=False)
            if self.center
            else None
        )
        super().build(input_shape)

    def call(self, inputs):
        x = ops.cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs
        pixels = tuple(range(1, len(x.shape) - 1))
        # Subtract first, square second: mean(x^2) - mean(x)^2 would cancel when the mean is large.
        centered = x - ops.mean(x, axis=pixels, keepdims=True)
        variance = ops.mean(ops.square(centered), axis=pixels, keepdims=True)
        factor = ops.rsqrt(variance + self.epsilon)
        if self.scale:
            factor = factor * self.gamma
        y = centered * factor
        if self.center:
            y = y + self.beta
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon, "scale": self.scale, "center": self.center}
