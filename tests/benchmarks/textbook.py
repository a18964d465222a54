"""CycleGAN's step as public tutorials have it: what a reader would write before thinking about speed.

Four optimizers, one persistent tape, every network called separately for every batch (ten calls), no image pool. The
networks are those of the study, from Keras' own layers. Loss weights and learning rate are the study's, so that both
compute the same numbers.
"""

import keras
import tensorflow as tf
from keras import layers

from benchmarks import weights
from benchmarks.configurations import (
    BETA_1,
    LAMBDA_ID,
    LAMBDA_RECONSTR,
    LAMBDA_VALIDATION,
    LEARNING_RATE,
    NETWORKS,
    draw_batch,
)


class Step:
    """The four networks, their optimizers, and one compiled step on one batch, again and again."""

    def __init__(self, configuration, jit_compile):
        self.g_AB, self.g_BA = generator(configuration), generator(configuration)
        self.d_A, self.d_B = discriminator(configuration), discriminator(configuration)
        self.networks = [getattr(self, name) for name in NETWORKS]
        self.optimizers = [keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1) for _ in self.networks]
        for optimizer, network in zip(self.optimizers, self.networks, strict=True):
            optimizer.build(network.trainable_variables)
        self.train_step = tf.function(self._train_step, jit_compile=jit_compile)
        self.batches = iter(tf.data.Dataset.from_tensors(draw_batch(configuration)).repeat())

    def load(self, path):
        weights.load(self, path)

    def run(self, n_steps):
        """Take n_steps steps; returns their number and the last one's losses."""
        for _ in range(n_steps):
            terms = self.train_step(*next(self.batches))
        return n_steps, {name: float(term) for name, term in terms.items()}

    def _train_step(self, real_A, real_B):
        with tf.GradientTape(persistent=True) as tape:
            fake_B = self.g_AB(real_A, training=True)
            cycled_A = self.g_BA(fake_B, training=True)
            fake_A = self.g_BA(real_B, training=True)
            cycled_B = self.g_AB(fake_A, training=True)
            same_A = self.g_BA(real_A, training=True)
            same_B = self.g_AB(real_B, training=True)

            real_A_scores = self.d_A(real_A, training=True)
            real_B_scores = self.d_B(real_B, training=True)
            fake_A_scores = self.d_A(fake_A, training=True)
            fake_B_scores = self.d_B(fake_B, training=True)

            terms = {
                "g_adversarial_AB": squared_error(fake_B_scores, 1.0),
                "g_adversarial_BA": squared_error(fake_A_scores, 1.0),
                "cycle_A": absolute_error(cycled_A, real_A),
                "cycle_B": absolute_error(cycled_B, real_B),
                "identity_A": absolute_error(same_A, real_A),
                "identity_B": absolute_error(same_B, real_B),
                "d_A": 0.5 * (squared_error(real_A_scores, 1.0) + squared_error(fake_A_scores, 0.0)),
                "d_B": 0.5 * (squared_error(real_B_scores, 1.0) + squared_error(fake_B_scores, 0.0)),
            }
            cycle = LAMBDA_RECONSTR * (terms["cycle_A"] + terms["cycle_B"])
            g_AB_loss = LAMBDA_VALIDATION * terms["g_adversarial_AB"] + cycle + LAMBDA_ID * terms["identity_B"]
            g_BA_loss = LAMBDA_VALIDATION * terms["g_adversarial_BA"] + cycle + LAMBDA_ID * terms["identity_A"]

        losses = (g_AB_loss, g_BA_loss, terms["d_A"], terms["d_B"])
        gradients = [
            tape.gradient(loss, network.trainable_variables)
            for loss, network in zip(losses, self.networks, strict=True)
        ]
        for optimizer, network, gradient in zip(self.optimizers, self.networks, gradients, strict=True):
            optimizer.apply_gradients(zip(gradient, network.trainable_variables, strict=True))
        return terms


def squared_error(scores, target):
    return tf.reduce_mean(tf.square(scores - target))


def absolute_error(x, y):
    return tf.reduce_mean(tf.abs(x - y))


# ---- the networks; the layers' names let `load_pytorch_weights` fill them ----


class InstanceNormalization(layers.Layer):
    def call(self, x):
        mean, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-5)


class ReflectionPadding(layers.Layer):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def call(self, x):
        return tf.pad(x, [[0, 0], [self.size] * 2, [self.size] * 2, [0, 0]], mode="REFLECT")


def generator(configuration):
    """The generator of a `Configuration`: images (N, size, size, 3) in [-1, 1] to such images."""
    make = {"resnet": resnet, "unet": unet}[configuration.generator]
    image = keras.Input(configuration.image_shape)
    return keras.Model(image, make(image, configuration))


def resnet(x, configuration):
    n = configuration.n_filters
    x = ReflectionPadding(3)(x)
    x = norm_relu(layers.Conv2D(n, 7, name="stem_conv")(x))
    for i in (1, 2):
        x = layers.ZeroPadding2D(1)(x)
        x = norm_relu(layers.Conv2D(n * 2**i, 3, strides=2, name=f"down_{i}_conv")(x))
    for i in range(1, configuration.n_blocks + 1):
        y = ReflectionPadding(1)(x)
        y = norm_relu(layers.Conv2D(4 * n, 3, name=f"block_{i}_conv_1")(y))
        y = ReflectionPadding(1)(y)
        y = InstanceNormalization()(layers.Conv2D(4 * n, 3, name=f"block_{i}_conv_2")(y))
        x = x + y
    for i in (1, 2):
        x = layers.Conv2DTranspose(4 * n // 2**i, 3, strides=2, name=f"up_{i}_conv")(x)
        x = norm_relu(layers.Cropping2D(((1, 0), (1, 0)))(x))
    x = ReflectionPadding(3)(x)
    return layers.Conv2D(3, 7, activation="tanh", name="head_conv")(x)


def norm_relu(x):
    return layers.ReLU()(InstanceNormalization()(x))


def unet(x, configuration):
    levels = configuration.n_downsamplings
    filters = [configuration.n_filters * min(2**i, 8) for i in range(levels)]
    skips = []
    for i in range(1, levels + 1):
        if i > 1:
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Conv2D(filters[i - 1], 4, strides=2, padding="same", name=f"down_{i}_conv")(x)
        if 1 < i < levels:
            x = InstanceNormalization()(x)
        skips.append(x)
    for i in range(levels, 1, -1):
        x = layers.ReLU()(x)
        x = layers.Conv2DTranspose(filters[i - 2], 4, strides=2, padding="same", name=f"up_{i}_conv")(x)
        x = layers.Concatenate()([skips[i - 2], InstanceNormalization()(x)])
    x = layers.ReLU()(x)
    return layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh", name="up_1_conv")(x)


def discriminator(configuration):
    """The PatchGAN of a `Configuration`: images to maps of scores."""
    n_layers = configuration.disc_n_layers
    x = image = keras.Input(configuration.image_shape)
    for i in range(1, n_layers + 2):
        filters, strides = configuration.n_filters * min(2 ** (i - 1), 8), 2 if i <= n_layers else 1
        x = layers.ZeroPadding2D(1)(x)
        x = layers.Conv2D(filters, 4, strides=strides, name=f"conv_{i}")(x)
        if i > 1:
            x = InstanceNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.ZeroPadding2D(1)(x)
    return keras.Model(image, layers.Conv2D(1, 4, name="score_conv")(x))
