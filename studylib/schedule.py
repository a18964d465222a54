"""The learning-rate schedule of the CycleGAN paper."""

import keras
import tensorflow as tf

from studylib.arguments import real_number, whole_number


@keras.saving.register_keras_serializable(package="studylib")
class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate that stays constant for ``n_constant`` steps, then falls linearly to zero in ``n_decay`` steps.

    Example:
        >>> schedule = ConstantThenLinear(0.0002, n_constant=100, n_decay=100)
        >>> [float(schedule(step)) for step in (0, 100, 150, 200, 300)]  # 0.0002, 0.0002, 0.0001, 0.0, 0.0

    Raises:
        ValueError: an argument is out of its range.
    """

    def __init__(self, initial_learning_rate, n_constant, n_decay):
        self.initial_learning_rate = real_number("initial_learning_rate", initial_learning_rate)
        self.n_constant = whole_number("n_constant", n_constant, at_least=0)
        self.n_decay = whole_number("n_decay", n_decay, at_least=0)

    def __call__(self, step):
        n_after = tf.cast(step, tf.float32) - self.n_constant
        share_left = 1.0 - tf.clip_by_value(n_after / max(self.n_decay, 1), 0.0, 1.0)
        return self.initial_learning_rate * share_left

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "n_constant": self.n_constant,
            "n_decay": self.n_decay,
        }
