"""Adam in one operation a variable."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="studylib")
class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, with TensorFlow's own Adam kernel for the update.

    Keras writes the update as a dozen operations for each variable, and a small network on a CPU spends a good part of
    its step on starting them. The numbers are the same up to rounding, and so is the state: both load each other's.

    Args: those of keras.optimizers.Adam. With amsgrad, which the kernel does not know, it is Keras' own update.
    """

    def update_step(self, gradient, variable, learning_rate):
        if self.amsgrad:
            return super().update_step(gradient, variable, learning_rate)
        slot, step = self._get_variable_index(variable), ops.cast(self.iterations + 1, variable.dtype)
        return tf.raw_ops.ResourceApplyAdam(
            var=_tensorflow_variable(variable).handle,
            m=self._momentums[slot].value.handle,
            v=self._velocities[slot].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=ops.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


def _tensorflow_variable(variable):
    return variable.value if isinstance(variable, keras.Variable) else variable
