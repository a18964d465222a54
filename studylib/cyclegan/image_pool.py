"""The image pool: a memory of earlier fakes for a discriminator."""

import keras
import tensorflow as tf

from studylib.arguments import modest_number, whole_number

LONGEST_POOL = 10_000  # images


def two_uniforms(seed, n):
    """Two random numbers in [0, 1) that depend on (seed, n) only, for every n of an int32 vector.

    TensorFlow's stateless generators give other numbers inside XLA than outside, also for the same named algorithm.
    The pool must not depend on how its step is compiled, so this is an integer hash (Wellons' lowbias32), twice.
    """

    def mixed(x):
        for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
            x = tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, tf.constant(shift, tf.uint32)))
            x = x * tf.constant(factor, tf.uint32)
        return tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, tf.constant(16, tf.uint32)))

    start = mixed(tf.constant(seed % 2**32, tf.uint32))
    hashes = mixed(start + 2 * tf.cast(n, tf.uint32) + tf.constant([[0], [1]], tf.uint32))
    return tf.unstack(tf.cast(tf.bitwise.right_shift(hashes, tf.constant(8, tf.uint32)), tf.float32) / 2.0**24)


@keras.saving.register_keras_serializable(package="studylib")
class ImagePool(keras.layers.Layer):
    """Show a discriminator older fakes beside new ones (Shrivastava et al. 2017), by the 50% rule.

    Until the pool is full, each image is stored and returned. After that each image is, with probability one half,
    returned as it is; otherwise it takes the place of a random stored image, and that older one is returned.

    Args:
        max_length: number of images the pool holds. 0 switches it off.
        seed: integer; the n-th image that enters draws its slot and its coin from (seed, n), so a pool that was saved
            and loaded goes on exactly as it would have.

    Input and output shape: (N, H, W, C), any value range. The buffer is a non-trainable weight. Under a `tf.distribute`
    strategy every replica has a buffer of its own; what is saved is the first one's.
    """

    def __init__(self, max_length=50, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.max_length = modest_number("max_length", max_length, LONGEST_POOL, at_least=0)
        self.seed = whole_number("seed", seed, at_least=0)

    def build(self, input_shape):
        if self.max_length:
            if None in input_shape[1:]:
                raise ValueError(
                    "The image pool stores images of one size: give input_dim a height and width, or switch the pool "
                    f"off with buffer_max_length=0. Received: {tuple(input_shape[1:])}"
                )
            self.images = self.add_weight(
                shape=(self.max_length, *input_shape[1:]), initializer="zeros", trainable=False, name="images"
            )
            self.n_seen = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="n_seen")
        self.built = True

    def call(self, images):
        if not self.max_length:
            return images
        pool, order = self.images.value, tf.range(tf.shape(images)[0])
        place = self.n_seen.value + order
        where, coin = two_uniforms(self.seed, place)
        is_filling = place < self.max_length
        is_swap = tf.logical_and(tf.logical_not(is_filling), coin < 0.5)
        slot = tf.where(is_filling, place, tf.cast(where * self.max_length, tf.int32))

        # The images enter one after the other, and an image may replace one of the same batch. So that nothing has to
        # wait, it is worked out for each image (row) which images (columns) enter the slot that it looks at.
        enters = tf.logical_and(slot[:, None] == slot, tf.logical_or(is_filling, is_swap))
        before = tf.logical_and(enters, order < order[:, None])
        stored = tf.gather(pool, slot)
        older = self._last(before, images, stored)
        # Where several images look at one slot, all of them write the same image to it: the last one that enters.
        pool.scatter_update(tf.IndexedSlices(self._last(enters, images, stored), slot))
        self.n_seen.value.assign_add(tf.size(order))
        return self._choose(is_swap, older, images)

    def _last(self, among, images, otherwise):
        """For each row of `among`, bool (N, N), the last of the images it marks, or its own of `otherwise`."""
        last = tf.reduce_max(tf.where(among, tf.range(tf.shape(images)[0]), -1), axis=1)
        return self._choose(last < 0, otherwise, tf.gather(images, tf.maximum(last, 0)))

    @staticmethod
    def _choose(condition, yes, no):
        """tf.where for a condition of shape (N,) and two batches of any further axes."""
        return tf.where(tf.reshape(condition, (-1, *[1] * (yes.shape.rank - 1))), yes, no)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "max_length": self.max_length, "seed": self.seed}
