"""The learning-rate schedule of the CycleGAN paper."""

import keras
import numpy as np
import tensorflow as tf

from studylib.arguments import real_number, shown


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
        real_number("initial_learning_rate", initial_learning_rate)
        if any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0 for n in (n_constant, n_decay)):
            raise ValueError(
                "n_constant and n_decay are numbers of steps and must not be negative. "
                f"Received: n_constant={shown(n_constant)}, n_decay={shown(n_decay)}"
            )
        self.initial_learning_rate = initial_learning_rate
        self.n_constant = n_constant
        self.n_decay = n_decay

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
