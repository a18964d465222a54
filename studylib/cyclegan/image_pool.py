"""The image pool: a memory of earlier fakes for a discriminator."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="studylib")
class ImagePool(keras.layers.Layer):
    """Show a discriminator older fakes beside new ones (Shrivastava et al. 2017), by the 50% rule.

    Until the pool is full, each image is stored and returned. After that each image is, with probability one half,
    returned as it is; otherwise it takes the place of a random stored image, and that older one is returned.

    Args:
        max_length: number of images the pool holds. 0 switches it off.
        seed: integer; the n-th image that enters draws its slot and its coin from (seed, n), so a pool that was saved
            and loaded goes on exactly as it would have.

    Input and output shape: (N, H, W, C), any value range. The buffer is a non-trainable weight.
    """

    def __init__(self, max_length=50, seed=0, **kwargs):
        super().__init__(trainable=False, **kwargs)
        if isinstance(max_length, bool) or not isinstance(max_length, int) or max_length < 0:
            raise ValueError(f"max_length must be a whole number, 0 or more. Received: max_length={max_length!r}")
        self.max_length = max_length
        self.seed = seed

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
        # One image after the other: an image may replace one that entered earlier in the same batch.
        return tf.map_fn(self._query, images, parallel_iterations=1)

    def _query(self, image):
        """Store or swap one image, (H, W, C) -> (H, W, C)."""
        pool, n_seen = self.images.value, tf.identity(self.n_seen.value)
        # A named algorithm, because the default differs between plain TensorFlow and XLA.
        where, coin = tf.unstack(tf.random.stateless_uniform([2], [self.seed, n_seen], alg="philox"))
        is_filling = n_seen < self.max_length
        is_swap = tf.logical_and(tf.logical_not(is_filling), coin < 0.5)
        slot = tf.where(is_filling, n_seen, tf.cast(where * self.max_length, tf.int32))
        older = tf.gather(pool, slot)
        pool.scatter_nd_update([[slot]], [tf.where(tf.logical_or(is_filling, is_swap), image, older)])
        self.n_seen.value.assign_add(1)
        return tf.where(is_swap, older, image)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "max_length": self.max_length, "seed": self.seed}
