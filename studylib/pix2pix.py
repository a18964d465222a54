"""Translation learned from pairs: a U-Net, a discriminator that sees both images of a pair, and an L1 term.

Isola, Zhu, Zhou, Efros: "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017.
"""

import keras
import tensorflow as tf

from studylib.adversarial import AdversarialModel
from studylib.arguments import real_number, whole_number
from studylib.losses import adversarial_loss, l1
from studylib.networks import make_generator, patchgan_discriminator
from studylib.networks.arguments import image_shape
from studylib.networks.fast import fast_convolutions


@keras.saving.register_keras_serializable(package="studylib")
class Pix2Pix(AdversarialModel):
    """Paired translation from A to B.

    Why: where each image of A has its true B, the difference between fake_B and real_B can be trained on. By itself
    this L1 term settles for the median of all plausible answers, which is blurred and pale; a discriminator that sees
    the pair (A, B) asks for an answer that looks like one of them.

    Example:
        >>> task = load_task("openmoji/line2color", paired=True)
        >>> model = Pix2Pix(input_dim=(64, 64, 3), gen_n_filters=24)
        >>> model.fit(task.pipeline(batch_size=8), epochs=2)
        >>> fake_B = model(real_A)

    Args:
        input_dim: (height, width, channels) of the images of both domains.
        learning_rate: of both Adam optimizers (beta_1 0.5). `set_learning_rate` changes it or sets a schedule.
        lambda_adversarial, lambda_l1: weights of the two terms of the generator's loss; the paper's are 1 and 100.
            With lambda_adversarial=0 only L1 is trained on, and the discriminator rests.
        generator_type: "unet", "resnet" or "encoder_decoder".
        gen_n_filters, disc_n_filters: channels of the first convolution.
        gen_n_blocks: residual blocks (ResNet only). gen_n_downsamplings: halvings (U-Net and encoder-decoder only).
        disc_n_layers: stride-2 convolutions of the PatchGAN.
        adversarial: "gan" (the paper's) or "lsgan", see `studylib.losses`.

    The paper adds noise by dropout in the generator and reports that it hardly changes the output; there is none here,
    so the same image always gives the same translation. All images are float32 NHWC in [-1, 1].

    Raises:
        ValueError: an argument is out of its range, or both weights are 0.
    """

    TERMS = ("g_adversarial", "l1", "d", "g_loss")

    def __init__(
        self,
        input_dim,
        learning_rate=0.0002,
        lambda_adversarial=1,
        lambda_l1=100,
        generator_type="unet",
        gen_n_filters=32,
        disc_n_filters=32,
        gen_n_blocks=9,
        gen_n_downsamplings=4,
        disc_n_layers=3,
        adversarial="gan",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.input_dim = image_shape(input_dim, name="input_dim")
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.lambda_adversarial = real_number("lambda_adversarial", lambda_adversarial)
        self.lambda_l1 = real_number("lambda_l1", lambda_l1)
        if not (self.lambda_adversarial or self.lambda_l1):
            raise ValueError("One of lambda_adversarial and lambda_l1 must be above 0. Received: 0 and 0")
        self.generator_type = generator_type
        self.gen_n_filters = whole_number("gen_n_filters", gen_n_filters)
        self.disc_n_filters = whole_number("disc_n_filters", disc_n_filters)
        self.gen_n_blocks = whole_number("gen_n_blocks", gen_n_blocks)
        self.gen_n_downsamplings = whole_number("gen_n_downsamplings", gen_n_downsamplings)
        self.disc_n_layers = whole_number("disc_n_layers", disc_n_layers)
        self.adversarial = adversarial

        self.loss_function = adversarial_loss(adversarial)
        numbers = (self.gen_n_filters, self.gen_n_blocks, self.gen_n_downsamplings)
        self.g_AB = make_generator(generator_type, self.input_dim, *numbers)
        height, width, channels = self.input_dim
        self.d = patchgan_discriminator((height, width, 2 * channels), self.disc_n_filters, self.disc_n_layers)
        self.build((None, *self.input_dim))
        self.compile()

    def build(self, input_shape):
        self.built = True

    def call(self, real_A):
        """Translate images of domain A: (N, H, W, C) -> (N, H, W, C), both in [-1, 1]."""
        return self.g_AB(real_A)

    @property
    def generator_variables(self):
        return self.g_AB.trainable_variables

    @property
    def discriminator_variables(self):
        return self.d.trainable_variables

    def scores(self, real_A, image_B):
        """The discriminator's score map of pairs (A, B): it cannot ask "a real B?" without "of this A?"."""
        return self.d(tf.concat([real_A, image_B], axis=-1))

    def generator_terms(self, real_A, real_B):
        """The two unweighted terms of the generator's loss, and the fakes: (dict of scalars, images)."""
        fake_B = self.g_AB(real_A)
        terms = {"l1": l1(fake_B, real_B), "g_adversarial": tf.zeros(())}
        if self.lambda_adversarial:
            terms["g_adversarial"] = self.loss_function.generator(self.scores(real_A, fake_B))
        return terms, fake_B

    def generator_loss(self, terms):
        """The weighted sum of both terms."""
        return self.lambda_adversarial * terms["g_adversarial"] + self.lambda_l1 * terms["l1"]

    def discriminator_loss(self, real_A, real_B, fake_B):
        """The true pair should score 1 ("real"), the pair with the fake 0. A scalar."""
        return self.loss_function.discriminator(self.scores(real_A, real_B), self.scores(real_A, fake_B))

    @fast_convolutions()
    def train_step(self, data):
        """One step of both networks on a batch of pairs (real_A, real_B), float32 NHWC in [-1, 1].

        Returns:
            This batch's unweighted terms l1, g_adversarial and d, and the generator's weighted total `g_loss`.
        """
        real_A, real_B = (tf.convert_to_tensor(images, tf.float32) for images in data)

        # Each tape watches its own network: no gradient is computed for weights that this loss must not move.
        generator_variables = [v.value for v in self.generator_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(generator_variables)
            terms, fake_B = self.generator_terms(real_A, real_B)
            g_loss = self.generator_loss(terms)
        generator_gradients = tape.gradient(g_loss, generator_variables)

        d_loss = tf.zeros(())
        if self.lambda_adversarial:
            discriminator_variables = [v.value for v in self.discriminator_variables]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(discriminator_variables)
                d_loss = self.discriminator_loss(real_A, real_B, fake_B)
            discriminator_gradients = tape.gradient(d_loss, discriminator_variables)
            self.discriminator_optimizer.apply(discriminator_gradients, self.discriminator_variables)

        self.generator_optimizer.apply(generator_gradients, self.generator_variables)
        return self.report({**terms, "d": d_loss, "g_loss": g_loss})

    def test_step(self, data):
        """The same terms without an update."""
        real_A, real_B = (tf.convert_to_tensor(images, tf.float32) for images in data)
        terms, fake_B = self.generator_terms(real_A, real_B)
        d_loss = self.discriminator_loss(real_A, real_B, fake_B) if self.lambda_adversarial else tf.zeros(())
        return self.report({**terms, "d": d_loss, "g_loss": self.generator_loss(terms)})

    def get_config(self):
        names = (
            "input_dim", "learning_rate", "lambda_adversarial", "lambda_l1", "generator_type", "gen_n_filters",
            "disc_n_filters", "gen_n_blocks", "gen_n_downsamplings", "disc_n_layers", "adversarial",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
