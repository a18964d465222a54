"""The replay buffer of the plain GAN: earlier fakes for its discriminators."""

import keras
import tensorflow as tf

from studylib.cyclegan.image_pool import ImagePool


@keras.saving.register_keras_serializable(package="studylib")
class ReplayBuffer(ImagePool):
    """The image pool for large batches: the 50% rule for all samples of a batch at once.

    CycleGAN's pool takes its images one after the other, so that one may replace another of the same batch. Here the
    samples of a batch go to slots that differ from each other, the empty ones first: a few operations for the batch
    instead of a few for each sample, which for points in the plane would take longer than the rest of the step.

    Args:
        max_length, seed: as of `ImagePool`. Of a batch that is larger than the buffer, the rest passes by it.

    Input and output shape: (N, ...), any value range.
    """

    def call(self, samples):
        if not self.max_length:
            return samples
        pool, n_seen = self.images.value, tf.identity(self.n_seen.value)
        n = tf.minimum(tf.shape(samples)[0], self.max_length)
        entering, passing_by = samples[:n], samples[n:]

        numbers, coins = tf.unstack(tf.random.stateless_uniform((2, self.max_length), seed=[self.seed, n_seen]))
        slots = tf.range(self.max_length)
        # The places of the smallest numbers are places drawn at random; empty slots get numbers below all others.
        empty_first = tf.where(slots >= n_seen, tf.cast(slots - self.max_length, tf.float32), numbers)
        slots = tf.argsort(empty_first)[:n]
        is_filling = slots >= n_seen
        is_swap = tf.logical_and(tf.logical_not(is_filling), coins[:n] < 0.5)

        def choose(mask, x, y):  # sample by sample
            return tf.where(tf.reshape(mask, (-1, *[1] * (len(samples.shape) - 1))), x, y)

        older = tf.gather(pool, slots)
        pool.scatter_nd_update(slots[:, None], choose(tf.logical_or(is_filling, is_swap), entering, older))
        self.n_seen.value.assign_add(n)
        return tf.concat([choose(is_swap, older, entering), passing_by], axis=0)
