"""A generative adversarial network for points in the plane or for small images.

Goodfellow et al.: "Generative Adversarial Nets", 2014; for images after Radford et al.: DCGAN, arXiv:1511.06434.
"""

import keras
import tensorflow as tf
from keras import layers

from studylib.adversarial import AdversarialModel
from studylib.arguments import modest_number, real_number, shown, whole_number
from studylib.cyclegan.image_pool import ImagePool
from studylib.losses import adversarial_loss
from studylib.optimizers import FusedAdam

LARGEST_SEED = 2**31 - 2
MOST_CHANNELS, MOST_DISCRIMINATORS, LARGEST_SIZE, MOST_SAMPLES = 1024, 64, 4096, 10**6


@keras.saving.register_keras_serializable(package="studylib")
class Times(keras.optimizers.schedules.LearningRateSchedule):
    """Another schedule, its rates multiplied by `factor`."""

    def __init__(self, schedule, factor):
        self.schedule, self.factor = schedule, factor

    def __call__(self, step):
        return self.factor * self.schedule(step)

    def get_config(self):
        return {"schedule": keras.saving.serialize_keras_object(self.schedule), "factor": self.factor}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["schedule"]), config["factor"])


@keras.saving.register_keras_serializable(package="studylib")
class GAN(AdversarialModel):
    """Noise in, samples out: a generator against one discriminator or several.

    Example:
        >>> gan = GAN((2,))                                     # points in the plane
        >>> gan.train_step(ring().sample(256))
        >>> fakes = gan.generate(1000)

    Args:
        sample_shape: (d,) for points, (height, width, channels) for images, height and width multiples of 4.
        noise_dim: numbers that the generator makes a sample of, drawn from N(0, 1).
        n_filters: width of the hidden layers (points) or channels of the first convolution (images).
        learning_rate: of the generator. discriminator_learning_rate: None for the same.
        adversarial: "gan", "lsgan" or "minimax", see `studylib.losses`.
        n_discriminators: how many discriminators are trained side by side. The generator sees the mean of their
            scores; each of them starts elsewhere and is trained by itself.
        buffer_max_length: size of the replay buffer of earlier fakes (`ImagePool`); 0 for none.
        seed: of the noise and of the buffer. The networks' start values follow `keras.utils.set_random_seed`.

    Raises:
        ValueError: an argument is out of its range.
    """

    TERMS = ("g", "d")

    def __init__(
        self,
        sample_shape,
        noise_dim=8,
        n_filters=64,
        learning_rate=0.001,
        discriminator_learning_rate=None,
        adversarial="gan",
        n_discriminators=1,
        buffer_max_length=0,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sample_shape = _sample_shape(sample_shape)
        self.noise_dim = modest_number("noise_dim", noise_dim, MOST_CHANNELS)
        self.n_filters = modest_number("n_filters", n_filters, MOST_CHANNELS)
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        name, rate = "discriminator_learning_rate", discriminator_learning_rate
        self.discriminator_learning_rate = None if rate is None else real_number(name, rate, above=0)
        self.adversarial = adversarial
        self.n_discriminators = modest_number("n_discriminators", n_discriminators, MOST_DISCRIMINATORS)
        self.buffer_max_length = whole_number("buffer_max_length", buffer_max_length, at_least=0)
        self.seed = modest_number("seed", seed, LARGEST_SEED, at_least=0)

        self.loss_function = adversarial_loss(adversarial)
        make_g, make_d = (_mlp_g, _mlp_d) if len(self.sample_shape) == 1 else (_conv_g, _conv_d)
        self.g = make_g(self.noise_dim, self.sample_shape, self.n_filters)
        self.ds = [make_d(self.sample_shape, self.n_filters) for _ in range(self.n_discriminators)]
        self.buffer = ImagePool(buffer_max_length, seed=seed)
        self.build((None, *self.sample_shape))
        self.compile()

    def build(self, input_shape):
        self.buffer.build(input_shape)
        self.built = True

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **kwargs):
        rate = self.discriminator_learning_rate
        if discriminator_optimizer is None and rate is not None:
            discriminator_optimizer = FusedAdam(rate, beta_1=0.5)
        super().compile(generator_optimizer, discriminator_optimizer, **kwargs)

    def set_learning_rate(self, learning_rate, discriminator_learning_rate=None):
        """Give the generator's optimizer a learning rate, a number or a schedule; state is kept.

        Args:
            discriminator_learning_rate: None keeps the ratio of the two rates that the model was made with.

        Raises:
            ValueError: a rate that is neither a schedule nor a number of 0 or more.
        """
        if discriminator_learning_rate is None:
            ratio = (self.discriminator_learning_rate or self.learning_rate) / self.learning_rate
            if callable(learning_rate):
                discriminator_learning_rate = Times(learning_rate, ratio)
            else:
                discriminator_learning_rate = ratio * real_number("learning_rate", learning_rate)
        super().set_learning_rate(learning_rate, discriminator_learning_rate)

    @property
    def generator_variables(self):
        return self.g.trainable_variables

    @property
    def discriminator_variables(self):
        return [v for d in self.ds for v in d.trainable_variables]

    def call(self, noise):
        """Samples for noise: (N, noise_dim) -> (N, *sample_shape)."""
        return self.g(noise)

    def generate(self, n, seed=0):
        """n samples as a NumPy array (n, *sample_shape); the same for the same seed and weights.

        Their noise is none that any training step of any model draws.
        """
        modest_number("n", n, MOST_SAMPLES)
        modest_number("seed", seed, LARGEST_SEED, at_least=0)
        # A training step's key begins with a number above 0: what is judged must not be what was trained on.
        return self.g(tf.random.stateless_normal((n, self.noise_dim), seed=[-seed, 0])).numpy()

    def scores(self, samples):
        """The mean score of all discriminators, (N, ...) -> (N, 1): above "real", below "fake"."""
        return tf.add_n([d(samples) for d in self.ds]) / self.n_discriminators

    def train_step(self, real):
        """One step of the generator and of every discriminator on a batch of real samples, float32 (N, *sample_shape).

        Returns:
            dict of this batch's losses: g, and d, the mean over the discriminators.
        """
        real = tf.convert_to_tensor(real, tf.float32)
        # Keyed by the step: a run that was saved and loaded meets the noise that it would have met.
        step = tf.cast(self.generator_optimizer.iterations.value, tf.int32)
        noise = tf.random.stateless_normal((tf.shape(real)[0], self.noise_dim), seed=[self.seed + 1, step])

        # Each tape watches its own networks: no gradient is computed for weights that this loss must not move.
        generator_variables = [v.value for v in self.generator_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(generator_variables)
            fake = self.g(noise)
            g_loss = self.loss_function.generator(self.scores(fake))
        generator_gradients = tape.gradient(g_loss, generator_variables)

        shown = self.buffer(fake)
        discriminator_variables = [v.value for v in self.discriminator_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(discriminator_variables)
            d_losses = [self.loss_function.discriminator(d(real), d(shown)) for d in self.ds]
            d_total = tf.add_n(d_losses)
        discriminator_gradients = tape.gradient(d_total, discriminator_variables)

        self.generator_optimizer.apply(generator_gradients, self.generator_variables)
        self.discriminator_optimizer.apply(discriminator_gradients, self.discriminator_variables)
        return self.report({"g": g_loss, "d": d_total / self.n_discriminators})

    def get_config(self):
        names = (
            "sample_shape", "noise_dim", "n_filters", "learning_rate", "discriminator_learning_rate", "adversarial",
            "n_discriminators", "buffer_max_length", "seed",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _sample_shape(given):
    try:
        shape = tuple(whole_number("sample_shape", size, at_most=LARGEST_SIZE) for size in given)
    except (TypeError, ValueError):
        shape = ()
    if len(shape) not in (1, 3) or (len(shape) == 3 and (shape[0] % 4 or shape[1] % 4)):
        raise ValueError(
            "sample_shape must be (d,) for points or (height, width, channels) for images, numbers from 1 to "
            f"{LARGEST_SIZE}, height and width multiples of 4. Received: sample_shape={shown(given)}"
        )
    return shape


def _mlp_g(noise_dim, sample_shape, width):
    """Noise -> points, two hidden layers."""
    return keras.Sequential(
        [keras.Input((noise_dim,)), *[layers.Dense(width, "relu") for _ in range(2)], layers.Dense(*sample_shape)],
        name="generator",
    )


def _mlp_d(sample_shape, width):
    """Points -> one score each, two hidden layers."""
    return keras.Sequential(
        [keras.Input(sample_shape), *[layers.Dense(width, "leaky_relu") for _ in range(2)], layers.Dense(1)]
    )


def _conv_g(noise_dim, sample_shape, n_filters):
    """Noise -> images in [-1, 1]: a quarter of the size, then doubled twice."""
    height, width, channels = sample_shape
    core = (height // 4, width // 4, 2 * n_filters)
    return keras.Sequential(
        [
            keras.Input((noise_dim,)),
            layers.Dense(core[0] * core[1] * core[2], use_bias=False),
            layers.Reshape(core),
            layers.GroupNormalization(groups=1, epsilon=1e-5),
            layers.ReLU(),
            layers.Conv2DTranspose(n_filters, 4, 2, "same", use_bias=False),
            layers.GroupNormalization(groups=1, epsilon=1e-5),
            layers.ReLU(),
            layers.Conv2DTranspose(channels, 4, 2, "same", activation="tanh"),
        ],
        name="generator",
    )


def _conv_d(sample_shape, n_filters):
    """Images -> one score each: halved twice, then all features together."""
    return keras.Sequential(
        [
            keras.Input(sample_shape),
            layers.Conv2D(n_filters, 4, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(2 * n_filters, 4, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
