"""The model: two generators, two discriminators, an image pool for each discriminator, one training step.

Zhu, Park, Isola, Efros: "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", ICCV 2017.
"""

import keras
import tensorflow as tf

from studylib.adversarial import AdversarialModel
from studylib.arguments import real_number, whole_number
from studylib.average import WeightAverage
from studylib.cyclegan.image_pool import ImagePool
from studylib.losses import adversarial_loss, l1
from studylib.networks import make_generator, patchgan_discriminator
from studylib.networks.arguments import image_shape
from studylib.networks.fast import fast_convolutions

GENERATOR_TERMS = ("g_adversarial_AB", "g_adversarial_BA", "cycle_A", "cycle_B", "identity_A", "identity_B")
TERMS = (*GENERATOR_TERMS, "d_A", "d_B", "g_loss")


def shared_pass(network, *batches):
    """Send several batches through one network in a single pass; return one output per batch.

    This equals separate passes because an instance-normalized network treats every image by itself.
    """
    sizes = [tf.shape(batch)[0] if batch.shape[0] is None else batch.shape[0] for batch in batches]
    return tf.split(network(tf.concat(batches, axis=0)), sizes)


@keras.saving.register_keras_serializable(package="studylib")
class CycleGAN(AdversarialModel):
    """Unpaired translation between the image domains A and B.

    Why: with no pairs there is no target to compare g_AB(A) with. A discriminator asks instead whether it looks like
    B, and a second generator must find the way back: g_BA(g_AB(A)) should be A again.

    Example:
        >>> gan = CycleGAN(input_dim=(64, 64, 3), generator_type="unet", gen_n_filters=24)
        >>> gan.fit(load_task("openmoji/line2color").pipeline(batch_size=8), epochs=2)
        >>> fake_B = gan(real_A)

    Args:
        input_dim: (height, width, channels) of the images of both domains.
        learning_rate: of both Adam optimizers (beta_1 0.5). `set_learning_rate` changes it or sets a schedule.
        buffer_max_length: size of each image pool; 0 switches the pools off.
        lambda_validation, lambda_reconstr, lambda_id: weights of the adversarial, cycle and identity terms.
        generator_type: "unet", "resnet" or "encoder_decoder".
        gen_n_filters, disc_n_filters: channels of the first convolution.
        gen_n_blocks: residual blocks (ResNet only). gen_n_downsamplings: halvings (U-Net and encoder-decoder only).
        disc_n_layers: stride-2 convolutions of each PatchGAN.
        adversarial: "lsgan", "gan" or "minimax", see `studylib.losses`.
        ema_momentum: of a running average of the generators' weights, which paints better than the weights of one
            moment; 0 keeps none. See `WeightAverage`; `take_average` and `averaged` bring it into the generators.
        seed: of the image pools. The networks' start values follow `keras.utils.set_random_seed`.

    Both optimizers are built here, so `fit` works at once and nothing is lost on saving: a model saved as `.keras` and
    loaded takes the same next step, bit for bit. All images are float32 NHWC in [-1, 1].
    """

    TERMS = TERMS

    def __init__(
        self,
        input_dim,
        learning_rate=0.0002,
        buffer_max_length=50,
        lambda_validation=1,
        lambda_reconstr=10,
        lambda_id=2,
        generator_type="unet",
        gen_n_filters=32,
        disc_n_filters=32,
        gen_n_blocks=9,
        gen_n_downsamplings=4,
        disc_n_layers=3,
        adversarial="lsgan",
        ema_momentum=0,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.input_dim = image_shape(input_dim, name="input_dim")
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.buffer_max_length = whole_number("buffer_max_length", buffer_max_length, at_least=0)
        self.lambda_validation = real_number("lambda_validation", lambda_validation)
        self.lambda_reconstr = real_number("lambda_reconstr", lambda_reconstr)
        self.lambda_id = real_number("lambda_id", lambda_id)
        self.generator_type = generator_type
        self.gen_n_filters = whole_number("gen_n_filters", gen_n_filters)
        self.disc_n_filters = whole_number("disc_n_filters", disc_n_filters)
        self.gen_n_blocks = whole_number("gen_n_blocks", gen_n_blocks)
        self.gen_n_downsamplings = whole_number("gen_n_downsamplings", gen_n_downsamplings)
        self.disc_n_layers = whole_number("disc_n_layers", disc_n_layers)
        self.adversarial = adversarial
        self.ema_momentum = real_number("ema_momentum", ema_momentum, at_most=0.99999)
        self.seed = whole_number("seed", seed, at_least=0)

        self.loss_function = adversarial_loss(adversarial)
        numbers = (self.gen_n_filters, self.gen_n_blocks, self.gen_n_downsamplings)
        self.g_AB = make_generator(generator_type, self.input_dim, *numbers)
        self.g_BA = make_generator(generator_type, self.input_dim, *numbers)
        self.d_A = patchgan_discriminator(self.input_dim, self.disc_n_filters, self.disc_n_layers)
        self.d_B = patchgan_discriminator(self.input_dim, self.disc_n_filters, self.disc_n_layers)
        self.pool_A = ImagePool(self.buffer_max_length, seed=2 * self.seed)
        self.pool_B = ImagePool(self.buffer_max_length, seed=2 * self.seed + 1)
        self.average = WeightAverage(self.ema_momentum) if self.ema_momentum else None
        self.build((None, *self.input_dim))
        self.compile()

    def build(self, input_shape):
        self.pool_A.build(input_shape)
        self.pool_B.build(input_shape)
        if self.average:
            self.average.track(self.generator_variables)
        self.built = True

    def call(self, real_A):
        """Translate images of domain A: (N, H, W, C) -> (N, H, W, C), both in [-1, 1]."""
        return self.g_AB(real_A)

    # ---- the training step -------------------------------------------------------------------------------------------

    @property
    def generator_variables(self):
        return self.g_AB.trainable_variables + self.g_BA.trainable_variables

    @property
    def discriminator_variables(self):
        return self.d_A.trainable_variables + self.d_B.trainable_variables

    def generator_terms(self, real_A, real_B):
        """The six unweighted terms of the generators' loss, and both fakes.

        Returns:
            (terms, fake_A, fake_B): a dict of scalars named as GENERATOR_TERMS, and two image batches.
        """
        fake_B, same_B = shared_pass(self.g_AB, real_A, real_B)
        fake_A, same_A = shared_pass(self.g_BA, real_B, real_A)
        cycled_A = self.g_BA(fake_B)
        cycled_B = self.g_AB(fake_A)
        terms = {
            "g_adversarial_AB": self.loss_function.generator(self.d_B(fake_B)),
            "g_adversarial_BA": self.loss_function.generator(self.d_A(fake_A)),
            "cycle_A": l1(cycled_A, real_A),
            "cycle_B": l1(cycled_B, real_B),
            "identity_A": l1(same_A, real_A),
            "identity_B": l1(same_B, real_B),
        }
        return terms, fake_A, fake_B

    @property
    def term_weights(self):
        """What each of GENERATOR_TERMS counts in the generators' loss: a dict to numbers."""
        adversarial, cycle, identity = self.lambda_validation, self.lambda_reconstr, self.lambda_id
        return dict(zip(GENERATOR_TERMS, (adversarial, adversarial, cycle, cycle, identity, identity), strict=True))

    def generator_loss(self, terms):
        """The weighted total of the six terms. A term whose weight is 0 is left out, so it costs no gradient."""
        return sum((weight * terms[name] for name, weight in self.term_weights.items() if weight), tf.zeros(()))

    def discriminator_terms(self, real_A, real_B, fake_A, fake_B):
        """Loss of each discriminator: its reals should score 1, the fakes shown to it 0."""
        real_A_scores, fake_A_scores = shared_pass(self.d_A, real_A, fake_A)
        real_B_scores, fake_B_scores = shared_pass(self.d_B, real_B, fake_B)
        return {
            "d_A": self.loss_function.discriminator(real_A_scores, fake_A_scores),
            "d_B": self.loss_function.discriminator(real_B_scores, fake_B_scores),
        }

    @fast_convolutions()
    def train_step(self, data):
        """One step of all four networks on a batch of each domain, (real_A, real_B), float32 NHWC in [-1, 1].

        Returns:
            This batch's unweighted terms, and the generators' weighted total `g_loss`.
        """
        real_A, real_B = (tf.convert_to_tensor(images, tf.float32) for images in data)

        # Each tape watches its own networks: no gradient is computed for weights that this loss must not move.
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in self.generator_variables])
            terms, fake_A, fake_B = self.generator_terms(real_A, real_B)
            g_loss = self.generator_loss(terms)
        generator_gradients = tape.gradient(
            g_loss, [v.value for v in self.generator_variables], unconnected_gradients="zero"
        )

        shown_A, shown_B = self.pool_A(fake_A), self.pool_B(fake_B)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in self.discriminator_variables])
            d_terms = self.discriminator_terms(real_A, real_B, shown_A, shown_B)
            d_loss = d_terms["d_A"] + d_terms["d_B"]
        discriminator_gradients = tape.gradient(d_loss, [v.value for v in self.discriminator_variables])

        self.generator_optimizer.apply(generator_gradients, self.generator_variables)
        self.discriminator_optimizer.apply(discriminator_gradients, self.discriminator_variables)
        if self.average:
            self.average.update(self.generator_variables)
        return self.report({**terms, **d_terms, "g_loss": g_loss})

    def test_step(self, data):
        """The same terms without an update; the discriminators see the new fakes, the pools stay as they are."""
        real_A, real_B = (tf.convert_to_tensor(images, tf.float32) for images in data)
        terms, fake_A, fake_B = self.generator_terms(real_A, real_B)
        d_terms = self.discriminator_terms(real_A, real_B, fake_A, fake_B)
        return self.report({**terms, **d_terms, "g_loss": self.generator_loss(terms)})

    def get_config(self):
        names = (
            "input_dim", "learning_rate", "buffer_max_length", "lambda_validation", "lambda_reconstr", "lambda_id",
            "generator_type", "gen_n_filters", "disc_n_filters", "gen_n_blocks", "gen_n_downsamplings",
            "disc_n_layers", "adversarial", "ema_momentum", "seed",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
