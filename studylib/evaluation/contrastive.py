"""How the encoder learns to see without labels: two windows of one picture are to be alike, all others to differ.

Every artwork comes with all its faces, as line art, in full colour and without outlines, and these count as different
pictures. So the encoder cannot do with the motif alone: it has to look at colours and outlines.

Reference: Chen, Kornblith, Norouzi, Hinton: "A Simple Framework for Contrastive Learning of Visual Representations",
2020. Its colour jitter is left out: it would teach the encoder not to see colours.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from studylib.data import load_task
from studylib.evaluation.encoder import SIZE, features, make_encoder

TEMPERATURE = 0.1
LEAST_SIDE = 0.7  # of a window, as a share of the picture's


def faces_of_artworks(part):
    """Pictures of "train" or "test", uint8 (n artworks, 3 faces, 64, 64, 3): line art, full colour, no outlines."""
    coloured, flat = (load_task(name, SIZE, paired=True) for name in ("openmoji/line2color", "openmoji/flat2outlined"))
    pictures = (getattr(coloured, f"{part}_a"), getattr(coloured, f"{part}_b"), getattr(flat, f"{part}_a"))
    return np.stack(pictures, axis=1)


def random_windows(images, generator):
    """A random square window of each image (N, H, W, C), enlarged to the full size, mirrored every other time."""
    n = len(images)
    side = generator.uniform((n, 1), LEAST_SIDE, 1.0)
    y, x = tf.split(generator.uniform((n, 2)) * (1 - side), 2, axis=1)
    mirrored = generator.uniform((n, 1)) < 0.5
    left, right = tf.where(mirrored, x + side, x), tf.where(mirrored, x, x + side)
    boxes = tf.concat([y, left, y + side, right], axis=1)
    return tf.image.crop_and_resize(images, boxes, tf.range(n), images.shape[1:3])


def contrastive_loss(p, q):
    """Mean cross-entropy of finding q[i] among all q, given p[i], and the other way round.

    Args:
        p, q: (N, d), made of two windows of the same N pictures; taken at unit length.
    """
    p, q = (tf.math.l2_normalize(vectors, axis=1) for vectors in (p, q))
    likeness = tf.matmul(p, q, transpose_b=True) / TEMPERATURE
    own = tf.range(len(p))
    both = (tf.nn.sparse_softmax_cross_entropy_with_logits(own, table) for table in (likeness, tf.transpose(likeness)))
    return tf.reduce_mean(tf.add_n(list(both))) / 2


def train_encoder(artworks, n_steps, artworks_per_step=32, learning_rate=1e-3, seed=0):
    """A trained encoder and its loss after each step.

    Args:
        artworks: uint8, (n, faces, 64, 64, 3), as `faces_of_artworks` gives them.
        learning_rate: at the start; it falls to 0 along half a cosine.
    """
    keras.utils.set_random_seed(seed)
    generator = tf.random.Generator.from_seed(seed, alg="philox")
    encoder = make_encoder()
    # The loss is taken behind two layers that are thrown away: they may forget what the features should keep.
    head = keras.Sequential([keras.Input(encoder.output_shape[1:]), layers.Dense(128, "relu"), layers.Dense(64)])
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, n_steps))
    weights = encoder.trainable_variables + head.trainable_variables
    artworks = tf.constant(artworks)
    n_pictures = artworks_per_step * artworks.shape[1]

    @tf.function
    def step():
        chosen = generator.uniform((artworks_per_step,), maxval=len(artworks), dtype=tf.int32)
        pictures = tf.reshape(tf.gather(artworks, chosen), (n_pictures, *artworks.shape[2:]))
        windows = tf.concat([random_windows(pictures, generator) for _ in range(2)], axis=0)
        with tf.GradientTape() as tape:
            loss = contrastive_loss(*tf.split(head(encoder(windows)), 2))
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    return encoder, [float(step()) for _ in range(n_steps)]


def retrieval_accuracy(encoder, artworks, seed=0):
    """Share of pictures whose second window is found first, among the second windows of all pictures of `artworks`."""
    pictures = tf.constant(artworks.reshape(-1, *artworks.shape[2:]))
    generator = tf.random.Generator.from_seed(seed, alg="philox")
    p, q = (features(random_windows(pictures, generator).numpy() / 127.5 - 1, encoder) for _ in range(2))
    return float(np.mean(np.argmax(p @ q.T, axis=1) == np.arange(len(p))))
