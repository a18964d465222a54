"""Exercises of notebook 06: the best possible verdict, a discriminator's step that moves too much, and the push."""

from studylib.exercises import Exercise

# (log p_data, log p_fake): from equal densities to places where both densities are 0 in floating point.
VERDICT_CASES = ((0.0, 0.0), (0.0, -1.0), (-3.0, 1.0), (2.0, -4.0), (-900.0, -901.0), (-2e4, -1e4), (-1e4, -2e4))


def check_verdict(verdict):
    """Check the closed form on numbers, and on an array of all of them."""
    import numpy as np

    for log_data, log_fake in VERDICT_CASES:
        expected = np.exp(log_data - np.logaddexp(log_data, log_fake))
        given = np.asarray(verdict(np.float64(log_data), np.float64(log_fake)))
        if not np.allclose(given, expected, rtol=1e-6, atol=1e-12):
            return (
                f"log_p_data={log_data:g}, log_p_fake={log_fake:g}: the verdict is {expected:.4g}. Received: {given}."
            )
    columns = np.array(VERDICT_CASES)
    if (shape := np.shape(verdict(columns[:, 0], columns[:, 1]))) != (len(columns),):
        return f"two arrays of shape ({len(columns)},) must give one of that shape. Received: shape {shape}."
    return None


VERDICT = Exercise(
    name="gan.1",
    prompt=(
        "Write `verdict(log_p_data, log_p_fake)`: the best possible discriminator at a point, p_data / (p_data + "
        "p_fake), from the logarithms of both densities. Far from all points both densities are 0 in floating point "
        "and their logarithms are not: the verdict is a number there, too."
    ),
    starter="""
def verdict(log_p_data, log_p_fake):
    return ...
""",
    answer="verdict",
    check=check_verdict,
    hints=(
        "Divide numerator and denominator by p_data. Which quotient is left, and what is its logarithm?",
        "1 / (1 + exp(-s)) with s = log_p_data - log_p_fake is the sigmoid of s; scipy.special.expit never overflows.",
    ),
    solution="""
from scipy.special import expit


def verdict(log_p_data, log_p_fake):
    return expit(log_p_data - log_p_fake)
""",
    mistakes=(
        # The formula as it is printed: 0 / 0 far away.
        """
import numpy as np


def verdict(log_p_data, log_p_fake):
    with np.errstate(invalid="ignore"):
        return np.exp(log_p_data) / (np.exp(log_p_data) + np.exp(log_p_fake))
""",
        # The best verdict "fake".
        """
from scipy.special import expit


def verdict(log_p_data, log_p_fake):
    return expit(log_p_fake - log_p_data)
""",
        # A crutch in the denominator: no nan any more, and a wrong number.
        """
import numpy as np


def verdict(log_p_data, log_p_fake):
    return np.exp(log_p_data) / (np.exp(log_p_data) + np.exp(log_p_fake) + 1e-12)
""",
    ),
)


def check_discriminator_step(step):
    """Check one step with SGD: the discriminator's weights against a gradient worked out here."""
    import keras
    import numpy as np
    import tensorflow as tf

    def network(n_in, n_out, seed):
        made = keras.Sequential([keras.Input((n_in,)), keras.layers.Dense(n_out)])
        random = np.random.default_rng(seed)
        made.set_weights([random.normal(size=w.shape) for w in made.get_weights()])
        return made

    g, d, twin = network(3, 2, 0), network(2, 1, 1), network(2, 1, 1)
    random = np.random.default_rng(2)
    real, noise = (random.normal(size=(5, n)).astype(np.float32) for n in (2, 3))
    before = g.get_weights()
    with tf.GradientTape() as tape:
        probabilities = tf.sigmoid(twin(real)), tf.sigmoid(twin(g(noise)))
        loss = -0.5 * tf.reduce_mean(tf.math.log(probabilities[0]) + tf.math.log(1 - probabilities[1]))
    expected = [
        (w - 0.1 * gradient).numpy()
        for w, gradient in zip(twin.trainable_variables, tape.gradient(loss, twin.trainable_variables), strict=True)
    ]
    returned = step(g, d, real, noise, keras.optimizers.SGD(0.1))
    moved = max(np.abs(a - b).max() for a, b in zip(before, g.get_weights(), strict=True))
    if moved > 0:
        return f"after the discriminator's step a weight of the generator has moved by {moved:.3f}; it must stay."
    names = ("kernel", "bias")
    for name, right, old, new in zip(names, expected, network(2, 1, 1).get_weights(), d.get_weights(), strict=True):
        if not np.allclose(new, right, atol=1e-5):
            change, wanted = (np.round(np.ravel(w - old), 3).tolist() for w in (new, right))
            return f"the discriminator's {name} must change by {wanted} in this step, and changes by {change}."
    if not np.allclose(returned, loss, atol=1e-5):
        return f"the step must return its loss, {float(loss):.4f}. Received: {np.asarray(returned)}."
    return None


STEP = Exercise(
    name="gan.2",
    prompt=(
        "Find the bug. A toy trains with `leaky_step`: the discriminator's loss falls as never before, the energy "
        "distance does not, and the samples run away from the data. Write `discriminator_step` with the same arguments "
        "that does what a discriminator's step should: one step of `optimizer` down the discriminator's loss, "
        "half of -log D(real) - log(1 - D(fake)), moving nothing but the discriminator. It returns the loss."
    ),
    starter="""
def leaky_step(g, d, real, noise, optimizer):
    with tf.GradientTape() as tape:
        loss = GANLoss().discriminator(d(real), d(g(noise)))
    variables = g.trainable_variables + d.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def discriminator_step(g, d, real, noise, optimizer):
    return ...
""",
    answer="discriminator_step",
    check=check_discriminator_step,
    hints=(
        "Whose interest is it that the discriminator's loss is small? Who is moved so that it gets small?",
        "The gradient is computed for a list of variables and applied to the same list: which ones belong in it?",
    ),
    solution="""
import tensorflow as tf

from studylib.losses import GANLoss


def discriminator_step(g, d, real, noise, optimizer):
    fake = g(noise)  # outside the tape: for this step the fakes are numbers that came from somewhere
    with tf.GradientTape() as tape:
        loss = GANLoss().discriminator(d(real), d(fake))
    optimizer.apply(tape.gradient(loss, d.trainable_variables), d.trainable_variables)
    return loss
""",
    mistakes=(
        # The bug: the generator helps the discriminator.
        """
import tensorflow as tf

from studylib.losses import GANLoss


def discriminator_step(g, d, real, noise, optimizer):
    with tf.GradientTape() as tape:
        loss = GANLoss().discriminator(d(real), d(g(noise)))
    variables = g.trainable_variables + d.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss
""",
        # Only the labels are swapped.
        """
import tensorflow as tf

from studylib.losses import GANLoss


def discriminator_step(g, d, real, noise, optimizer):
    with tf.GradientTape() as tape:
        loss = GANLoss().discriminator(d(g(noise)), d(real))
    optimizer.apply(tape.gradient(loss, d.trainable_variables), d.trainable_variables)
    return loss
""",
        # Up instead of down: the discriminator is made worse.
        """
import tensorflow as tf

from studylib.losses import GANLoss


def discriminator_step(g, d, real, noise, optimizer):
    with tf.GradientTape() as tape:
        loss = -GANLoss().discriminator(d(real), d(g(noise)))
    optimizer.apply(tape.gradient(loss, d.trainable_variables), d.trainable_variables)
    return loss
""",
        # The real half is forgotten.
        """
import tensorflow as tf


def discriminator_step(g, d, real, noise, optimizer):
    with tf.GradientTape() as tape:
        loss = 0.5 * tf.reduce_mean(tf.nn.softplus(d(g(noise))))
    optimizer.apply(tape.gradient(loss, d.trainable_variables), d.trainable_variables)
    return loss
""",
    ),
)


def check_push(push):
    """Check the push of both losses against automatic differentiation along a straight slope."""
    import numpy as np
    import tensorflow as tf

    from studylib.losses import adversarial_loss

    for name in ("gan", "minimax"):
        for score in (0.0, 2.0, -2.0, -9.0):
            slope = np.array([3.0, -4.0])
            place = tf.zeros(2, tf.float64)
            with tf.GradientTape() as tape:
                tape.watch(place)
                loss = adversarial_loss(name).generator(score + tf.reduce_sum(slope * place))
            expected = -tape.gradient(loss, place).numpy()
            given = np.asarray(push(np.float64(score), slope, name))
            if given.shape != (2,) or not np.allclose(given, expected, rtol=1e-3):
                return (
                    f"score {score:g}, slope [3, -4], loss {name!r}: the push is {expected.round(6).tolist()}. "
                    f"Received: {np.round(given, 6).tolist()}."
                )
    return None


PUSH = Exercise(
    name="gan.3",
    prompt=(
        "A sample sits where the discriminator's score is `score` and rises by `slope`, an array (2,), its gradient in "
        "the plane. Write `push(score, slope, adversarial)`: minus the gradient of the sample's own loss, for "
        "adversarial='gan', where the loss is -log D, and for 'minimax', where it is log(1 - D); D = sigmoid(score). "
        "Then look at score = -9, a fake that is seen through."
    ),
    starter="""
def push(score, slope, adversarial):
    return ...
""",
    answer="push",
    check=check_push,
    hints=(
        "The chain rule: derivative of the loss by the score, times the slope. The derivative of sigmoid is D (1 - D).",
        "d/ds of -log D is -(1 - D); d/ds of log(1 - D) is -D.",
    ),
    solution="""
import numpy as np


def push(score, slope, adversarial):
    D = 1 / (1 + np.exp(-score))
    return (1 - D if adversarial == "gan" else D) * slope
""",
    mistakes=(
        # Exchanged: the saturating loss takes the other's place.
        """
import numpy as np


def push(score, slope, adversarial):
    D = 1 / (1 + np.exp(-score))
    return (D if adversarial == "gan" else 1 - D) * slope
""",
        # The gradient, not minus the gradient: away from the data.
        """
import numpy as np


def push(score, slope, adversarial):
    D = 1 / (1 + np.exp(-score))
    return -(1 - D if adversarial == "gan" else D) * slope
""",
        # The derivative of the logarithm is forgotten.
        """
import numpy as np


def push(score, slope, adversarial):
    D = 1 / (1 + np.exp(-score))
    return D * (1 - D) * slope
""",
    ),
)

EXERCISES = (VERDICT, STEP, PUSH)
