"""The running average of a network's weights."""

import keras
import tensorflow as tf

from studylib.arguments import real_number


@keras.saving.register_keras_serializable(package="studylib")
class WeightAverage(keras.layers.Layer):
    """Exponential moving average of weights that are being trained.

    Why: generator and discriminator push each other around, and the weights of any one moment are one point of that
    wandering. Their average lies in its middle, and paints better (Yazici et al. 2019, "The Unusual Effectiveness of
    Averaging in GAN Training").

    After n updates the momentum is the smaller of `momentum` and (1 + n) / (10 + n): the first, random weights are
    forgotten soon.

    Args:
        momentum: share of the average that stays at an update, from 0 to below 1. With 0.998 the average looks back
            over about 500 steps.
    """

    def __init__(self, momentum, **kwargs):
        super().__init__(**kwargs)
        self.momentum = real_number("momentum", momentum, at_most=0.99999)

    def track(self, variables):
        """Begin with the values that `variables`, a list, have now."""
        self.n_updates = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="n")
        # Replicas of a `tf.distribute` strategy need not exchange averages: each makes its own from equal weights.
        options = {"initializer": "zeros", "trainable": False}
        self.averages = [
            self.add_weight(shape=v.shape, name=f"average_{i}", **options) for i, v in enumerate(variables)
        ]
        for average, variable in zip(self.averages, variables, strict=True):
            average.assign(variable)
        self.built = True

    def update(self, variables):
        """Move a little towards the values that the same variables have now."""
        n = tf.cast(self.n_updates.value, tf.float32)
        momentum = tf.minimum(self.momentum, (1 + n) / (10 + n))
        for average, variable in zip(self.averages, variables, strict=True):
            average.assign(momentum * average.value + (1 - momentum) * variable.value)
        self.n_updates.assign(self.n_updates.value + 1)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}
