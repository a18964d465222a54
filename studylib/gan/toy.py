"""A GAN on points in the plane that is trained a few steps at a time and looked at in between."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit

from studylib.arguments import modest_number, one_of, real_number, shown
from studylib.gan.distributions import GaussianMixture, _in_the_plane, ring, spiral
from studylib.gan.measures import energy_distance, log_densities, modes_covered
from studylib.gan.model import GAN, LARGEST_SEED
from studylib.gan.steps import LARGEST_BATCH, compile_steps
from studylib.losses import ADVERSARIAL_LOSSES, adversarial_loss

DATA = {"ring": ring, "spiral": spiral}
REACH = 1.5  # the square that is looked at goes from -REACH to REACH in both directions
N_JUDGED = 500  # samples that every measure takes
_N_DATA = 20_000
MOST_STEPS, MOST_SHOWN, LARGEST_GRID = 10**7, N_JUDGED, 1000


@dataclass(frozen=True, eq=False)
class ToySnapshot:
    """A toy GAN at one moment.

    Attributes:
        step: training steps so far. losses: means of "g" and "d" over the steps since the snapshot before; None at 0.
        adversarial: name of the loss.
        real, fakes: points, (n, 2).
        pushes: (n, 2), the direction in which the generator's loss of each fake falls, minus its gradient.
        learned, optimal: verdicts on the square from -REACH to REACH, (size, size), row 0 at the bottom: the trained
            discriminator's, and the best possible one's for these data and these fakes. 1 is real, 0 is fake.
        density: p_data + p_fake on the same square: where it is nearly 0, nobody asks for a verdict.
        modes, n_modes: Gaussians of the data that the fakes have found, and how many there are.
        inside: share of the fakes that lie in any of them.
        distance: energy distance of the fakes from the data.
    """

    step: int
    losses: dict | None
    adversarial: str
    real: np.ndarray
    fakes: np.ndarray
    pushes: np.ndarray
    learned: np.ndarray
    optimal: np.ndarray
    density: np.ndarray
    modes: int
    n_modes: int
    inside: float
    distance: float


def start_anew(gan, seed):
    """Give every network of `gan` start values that depend on `seed` only: Glorot's rule, biases 0.

    The global random state is neither used nor changed, so a view that starts anew disturbs nothing else.
    """
    modest_number("seed", seed, LARGEST_SEED, at_least=0)
    for k, variable in enumerate(gan.generator_variables + gan.discriminator_variables):
        if len(variable.shape) > 1:
            initializer = keras.initializers.GlorotUniform(seed=int(np.random.default_rng([seed, k]).integers(2**31)))
            variable.assign(initializer(variable.shape))


class ToyTraining:
    """A GAN on a distribution in the plane.

    Loss, data and learning rates may be changed while it trains: assign to the attributes, or `set_learning_rates`.

    Example:
        >>> toy = ToyTraining("ring", seed=1)
        >>> toy.run(500)
        >>> toy.snapshot().modes
        8

    Args:
        data: "ring", "spiral" or a `GaussianMixture`.
        adversarial: "gan", "lsgan" or "minimax", see `studylib.losses`.
        learning_rate, discriminator_learning_rate: of the two Adam optimizers.
        seed: of start values, noise and batches.
        batch_size: real samples a step, and as many fakes.
        options: of `GAN`, for instance n_discriminators=3.

    Raises:
        ValueError: an argument is out of its range.
    """

    def __init__(
        self,
        data="ring",
        adversarial="gan",
        learning_rate=0.001,
        discriminator_learning_rate=0.001,
        seed=0,
        batch_size=256,
        **options,
    ):
        _check_data(data)  # here already: what follows takes a while
        modest_number("batch_size", batch_size, LARGEST_BATCH)
        one_of("adversarial", adversarial, ADVERSARIAL_LOSSES)
        self.gan = GAN(
            (2,),
            learning_rate=learning_rate,
            discriminator_learning_rate=discriminator_learning_rate,
            adversarial=adversarial,
            seed=seed,
            **options,
        )
        start_anew(self.gan, seed)
        self.batch_size = batch_size
        self._compiled = {}  # a compiled step holds its loss
        self._losses = None
        self.adversarial = adversarial
        self.data = data

    @property
    def data(self):
        """What is trained on, as it was given; assign another name or `GaussianMixture`."""
        return self._data

    @data.setter
    def data(self, data):
        _check_data(data)
        self._data = data
        self.mixture = DATA[data]() if isinstance(data, str) else data
        self._samples = tf.constant(self.mixture.sample(_N_DATA, seed=self.gan.seed))

    @property
    def adversarial(self):
        """Name of the loss; assign another one."""
        return self._adversarial

    @adversarial.setter
    def adversarial(self, name):
        one_of("adversarial", name, ADVERSARIAL_LOSSES)
        if name not in self._compiled:
            self.gan.loss_function = adversarial_loss(name)
            self._compiled[name] = compile_steps(self.gan, self.batch_size), _compile_pushes(self.gan)
        self._adversarial = name

    def set_learning_rates(self, generator, discriminator):
        """Give both optimizers new learning rates; their memory is kept."""
        self.gan.set_learning_rate(
            real_number("generator", generator, above=0), real_number("discriminator", discriminator, above=0)
        )

    @property
    def step(self):
        """Training steps so far."""
        return int(self.gan.generator_optimizer.iterations)

    def run(self, n):
        """Take n training steps; returns the means of both losses over them."""
        modest_number("n", n, MOST_STEPS)
        self._losses = self._compiled[self.adversarial][0](self._samples, n)
        return self._losses

    def verdicts(self, points):
        """The discriminator's verdict on each point, (..., 2) -> (...): 1 real, 0 fake.

        A cross-entropy discriminator scores with the logit of its verdict. A least-squares one is trained to score 1
        and 0 themselves; what lies outside is cut off.
        """
        points = _in_the_plane("points", points).astype(np.float32)
        scores = self.gan.scores(tf.constant(points.reshape(-1, 2))).numpy().reshape(points.shape[:-1])
        return np.clip(scores, 0, 1) if self.adversarial == "lsgan" else expit(scores)

    def snapshot(self, n_shown=120, size=41):
        """Look at this moment.

        Args:
            n_shown: real points and fakes in it; measures take 500.
            size: points of the square's grid in each direction.

        Raises:
            ValueError: the fakes are no longer finite, so that there is nothing to look at.
        """
        modest_number("n_shown", n_shown, MOST_SHOWN)
        modest_number("size", size, LARGEST_GRID, at_least=2)
        fakes = self.gan.generate(N_JUDGED, seed=1)
        if not np.isfinite(fakes).all():
            raise ValueError("The networks have diverged: start anew, with smaller learning rates.")
        real = self.mixture.sample(N_JUDGED, seed=1)
        line = np.linspace(-REACH, REACH, size)
        grid = np.stack(np.meshgrid(line, line), axis=-1)
        modes, inside = modes_covered(fakes, self.mixture)
        log_data, log_fake = log_densities(grid, self.mixture, fakes)
        return ToySnapshot(
            self.step,
            self._losses,
            self.adversarial,
            real[:n_shown],
            fakes[:n_shown],
            self._compiled[self.adversarial][1](tf.constant(fakes[:n_shown])).numpy(),
            self.verdicts(grid),
            expit(log_data - log_fake),  # as `optimal_discriminator` gives it
            np.exp(log_data) + np.exp(log_fake),
            modes,
            len(self.mixture.centres),
            inside,
            energy_distance(fakes, real),
        )


def _check_data(data):
    if not (isinstance(data, GaussianMixture) or (isinstance(data, str) and data in DATA)):
        raise ValueError(f"data must be one of {sorted(DATA)} or a GaussianMixture. Received: data={shown(data)}")


def _compile_pushes(gan):
    """A compiled function: fakes (n, 2) -> minus the gradient of each one's own loss, (n, 2)."""
    loss_function = gan.loss_function

    @tf.function
    def pushes(fakes):
        with tf.GradientTape() as tape:
            tape.watch(fakes)
            # The loss is a mean over the fakes; times their number, each gradient is that of its own loss.
            loss = loss_function.generator(gan.scores(fakes)) * tf.cast(tf.shape(fakes)[0], tf.float32)
        return -tape.gradient(loss, fakes)

    return pushes.get_concrete_function(tf.TensorSpec((None, 2)))
