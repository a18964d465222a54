"""The step of this study, run as `fit` runs it."""

import keras
import tensorflow as tf

from benchmarks import counting, profiling, weights
from benchmarks.configurations import draw_batch
from studylib.cyclegan import CycleGAN
from studylib.networks.fast import plain_convolutions


class Step:
    """CycleGAN and its own train function on one batch, again and again.

    Args:
        configuration: `Configuration`.
        jit_compile: as in `CycleGAN.compile`; None leaves the model as its constructor compiled it.
    """

    def __init__(self, configuration, jit_compile=None):
        keras.utils.set_random_seed(0)
        self.configuration = configuration
        self.model = CycleGAN(
            input_dim=configuration.image_shape,
            generator_type=configuration.generator,
            gen_n_filters=configuration.n_filters,
            disc_n_filters=configuration.n_filters,
            gen_n_blocks=configuration.n_blocks,
            gen_n_downsamplings=configuration.n_downsamplings,
            disc_n_layers=configuration.disc_n_layers,
        )
        if jit_compile is not None:
            self.model.compile(jit_compile=jit_compile)
        self.batches = iter(tf.data.Dataset.from_tensors(draw_batch(configuration)).repeat())

    def save(self, path):
        weights.save(self.model, path)

    def load(self, path):
        weights.load(self.model, path)

    def run(self, n_steps):
        """Take steps, at least n_steps; returns their number and the last one's losses."""
        self.model.make_train_function()
        executions = -(-n_steps // self.model.steps_per_execution)
        for _ in range(executions):
            terms = self.model.train_function(self.batches)
        return executions * self.model.steps_per_execution, {name: float(term) for name, term in terms.items()}

    def count(self):
        """Multiply-adds of one step without XLA: with ordinary convolutions, and in the forms that it really takes.

        The first is the useful work, for every contender: a faster form may do it with fewer products.
        """
        with plain_convolutions():
            plain = self._count()
        return {"plain": plain, "ours": self._count()}

    def _count(self):
        spec = tf.TensorSpec((self.configuration.batch, *self.configuration.image_shape))
        step = tf.function(lambda a, b: self.model.train_step((a, b)), jit_compile=False)
        return counting.multiply_adds(step.get_concrete_function(spec, spec))

    def profile(self, n_steps):
        """Seconds and number of runs of each operation type in one step, see `profiling.profile`."""
        return profiling.profile(self.run, n_steps)
