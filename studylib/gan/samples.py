"""Samples of a single kind as a task that `studylib.training.train` trains on."""

import dataclasses

import numpy as np
import tensorflow as tf

from studylib.arguments import whole_number
from studylib.data import pipeline


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class SampleTask:
    """What a plain GAN is trained on: one set of samples, in place of the two domains of a `studylib.data.Task`.

    Example:
        >>> train(GAN((8, 8, 1)), SampleTask("digits", images), "runs/digits", epochs=10, augment=False)

    Args:
        name: of the data, noted in the run folder.
        samples: float32 (N, *sample_shape), as the model takes them.
        passes: passes over the samples that make an epoch, after which a row of the history and a sample sheet are
            written: a pass over few small samples takes less time than a sheet.

    Raises:
        ValueError: there is no sample, or `passes` is out of its range.
    """

    name: str
    samples: np.ndarray
    passes: int = 1

    def __post_init__(self):
        whole_number("passes", self.passes)
        if not np.ndim(self.samples) or not len(self.samples):
            raise ValueError(
                f"samples must be an array (N, ...), N at least 1. Received: shape {np.shape(self.samples)}"
            )

    def __repr__(self):
        return f"SampleTask({self.name!r}, {len(self.samples)} samples of shape {self.samples.shape[1:]})"

    @property
    def image_size(self):
        """Height of the images; of points, their dimension."""
        return self.samples.shape[1]

    def steps_per_epoch(self, batch_size=1):
        """Number of batches in an epoch: full ones, at least one."""
        return max(1, self.passes * len(self.samples) // whole_number("batch_size", batch_size))

    def pipeline(self, batch_size=1, seed=0, augment=False, first_step=None):
        """Batches of samples; every sample is drawn once in a pass, and batch k depends on (seed, k) only.

        Args:
            batch_size, seed, first_step: as of `Task.pipeline`.
            augment: False. How samples of any kind may be changed without changing what they are, nobody knows.

        Returns:
            tf.data.Dataset of float32 tensors (batch_size, *sample_shape).

        Raises:
            ValueError: an argument is out of its range.
        """
        whole_number("batch_size", batch_size)
        whole_number("seed", seed, at_least=0, at_most=2**31 - 1)
        if augment:
            raise ValueError(f"augment must be False: samples are shown as they are. Received: augment={augment!r}")
        if first_step is None:
            steps = pipeline.one_epoch_after_another(self.steps_per_epoch(batch_size))
        else:
            steps = tf.data.Dataset.counter(whole_number("first_step", first_step, at_least=0, at_most=2**40))
        with tf.device("CPU:0"):
            samples = tf.constant(self.samples, tf.float32)

        def batch_of(step):
            i = step * batch_size + tf.range(batch_size, dtype=tf.int64)
            return tf.gather(samples, tf.map_fn(lambda k: pipeline.shuffled(k, len(self.samples), seed), i))

        return steps.map(batch_of, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)
