"""Exercises of notebook 07: a loss that survives large scores, a sigmoid too many, and LSGAN's best score."""

from studylib.exercises import Exercise

SCORES = (0.0, 2.0, -3.0, 30.0, -120.0, 1e4, -1e4)


def check_safe_loss(generator_loss):
    """Check value and gradient of -log sigmoid(score), small scores first."""
    import numpy as np
    import tensorflow as tf

    for score in SCORES:
        given = tf.constant([score])
        with tf.GradientTape() as tape:
            tape.watch(given)
            loss = tf.convert_to_tensor(generator_loss(given))
        if loss.shape.rank != 0:
            return f"the loss of a batch is one number, the mean. Received: a tensor of shape {tuple(loss.shape)}."
        gradient = tape.gradient(loss, given)
        right = float(np.logaddexp(0, -score)), float(-np.exp(-np.logaddexp(0, score)))
        received = float(loss), np.nan if gradient is None else float(gradient[0])
        if not np.allclose(received, right, rtol=1e-4, atol=1e-6):
            return (
                f"score {score:g}: the loss is {right[0]:.6g} and its gradient {right[1]:.6g}. "
                f"Received: {received[0]:.6g} and {received[1]:.6g}."
            )
    mean = float(generator_loss(tf.constant([[0.0], [2.0]])))
    if not np.isclose(mean, np.logaddexp(0, [-0.0, -2.0]).mean(), rtol=1e-4):
        return f"the scores 0 and 2 together: the loss is the mean of both, 0.410038. Received: {mean:.6g}."
    return None


SAFE = Exercise(
    name="gan_loss_vs_lsgan_loss.1",
    prompt=(
        "Write `generator_loss(fake_scores)` in TensorFlow: the mean of -log sigmoid(score) over a tensor of scores. "
        "At scores of -10000 and 10000 both the loss and its gradient are finite and right."
    ),
    starter="""
def generator_loss(fake_scores):
    return ...
""",
    answer="generator_loss",
    check=check_safe_loss,
    hints=(
        "Write sigmoid(s) as 1 / (1 + exp(-s)) and take the logarithm: which function of s is left?",
        "-log sigmoid(s) = log(1 + exp(-s)), and TensorFlow has log(1 + exp(x)) under the name tf.nn.softplus.",
    ),
    solution="""
import tensorflow as tf


def generator_loss(fake_scores):
    return tf.reduce_mean(tf.nn.softplus(-fake_scores))
""",
    mistakes=(
        # The formula as it is printed: log(0) far to the left.
        """
import tensorflow as tf


def generator_loss(fake_scores):
    return -tf.reduce_mean(tf.math.log(tf.sigmoid(fake_scores)))
""",
        # A crutch: finite, and no gradient where it is needed most.
        """
import tensorflow as tf


def generator_loss(fake_scores):
    return -tf.reduce_mean(tf.math.log(tf.sigmoid(fake_scores) + 1e-8))
""",
        # The discriminator's half: the sign of the score.
        """
import tensorflow as tf


def generator_loss(fake_scores):
    return tf.reduce_mean(tf.nn.softplus(fake_scores))
""",
        # Adds up instead of averaging.
        """
import tensorflow as tf


def generator_loss(fake_scores):
    return tf.reduce_sum(tf.nn.softplus(-fake_scores))
""",
    ),
)


def check_discriminator_loss(discriminator_loss):
    """Check the loss of a discriminator that ends without a sigmoid."""
    import numpy as np
    import tensorflow as tf

    for real, fake in (([0.0], [0.0]), ([1.0], [-1.0]), ([8.0], [-8.0]), ([-4.0], [5.0]), ([1.0, 3.0], [-2.0, 0.5])):
        right = 0.5 * (np.logaddexp(0, -np.array(real)).mean() + np.logaddexp(0, fake).mean())
        scores = [tf.constant(column)[:, None] for column in (real, fake)]
        given = float(discriminator_loss(*scores))
        if not np.isclose(given, right, rtol=1e-4, atol=1e-6):
            return (
                f"real scores {real}, fake scores {fake}: half of -log D(real) - log(1 - D(fake)) is {right:.4f}. "
                f"Received: {given:.4f}."
            )
    return None


SIGMOID = Exercise(
    name="gan_loss_vs_lsgan_loss.2",
    prompt=(
        "Find the bug. With `stuck_loss` a discriminator tells two groups of points apart that lie far from each "
        "other, and yet its loss stays at 0.50 and does not get below. The networks of this study end "
        "without a sigmoid. Write `discriminator_loss(real_scores, fake_scores)`: half of -log D(real) - "
        "log(1 - D(fake)), with D = sigmoid(score)."
    ),
    starter="""
def stuck_loss(real_scores, fake_scores):
    real, fake = tf.sigmoid(real_scores), tf.sigmoid(fake_scores)
    return 0.5 * (tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake)))


def discriminator_loss(real_scores, fake_scores):
    return ...
""",
    answer="discriminator_loss",
    check=check_discriminator_loss,
    hints=(
        "softplus(-s) is -log sigmoid(s). How often is a sigmoid applied in all?",
        "After the first sigmoid the 'scores' lie between 0 and 1. What are softplus(-1) and softplus(0)?",
    ),
    solution="""
import tensorflow as tf


def discriminator_loss(real_scores, fake_scores):
    return 0.5 * (tf.reduce_mean(tf.nn.softplus(-real_scores)) + tf.reduce_mean(tf.nn.softplus(fake_scores)))
""",
    mistakes=(
        # The bug: a sigmoid of a sigmoid.
        """
import tensorflow as tf


def discriminator_loss(real_scores, fake_scores):
    real, fake = tf.sigmoid(real_scores), tf.sigmoid(fake_scores)
    return 0.5 * (tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake)))
""",
        # No sigmoid at all: scores taken for probabilities.
        """
import keras
import tensorflow as tf


def discriminator_loss(real_scores, fake_scores):
    cross_entropy = keras.losses.BinaryCrossentropy()
    real = cross_entropy(tf.ones_like(real_scores), real_scores)
    fake = cross_entropy(tf.zeros_like(fake_scores), fake_scores)
    return 0.5 * (real + fake)
""",
        # The labels are swapped.
        """
import tensorflow as tf


def discriminator_loss(real_scores, fake_scores):
    return 0.5 * (tf.reduce_mean(tf.nn.softplus(real_scores)) + tf.reduce_mean(tf.nn.softplus(-fake_scores)))
""",
        # The half is forgotten.
        """
import tensorflow as tf


def discriminator_loss(real_scores, fake_scores):
    return tf.reduce_mean(tf.nn.softplus(-real_scores)) + tf.reduce_mean(tf.nn.softplus(fake_scores))
""",
    ),
)


def check_best_score(best_score):
    """Check against the minimum of the expected loss, found numerically."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    cases = ((1, 1, 0, 1), (3, 1, 0, 1), (1, 3, 0, 1), (1, 1, -1, 1), (3, 1, -1, 1), (0.2, 0.7, 2, 5))
    for p_data, p_fake, a, b in cases:

        def loss(score, p_data=p_data, p_fake=p_fake, a=a, b=b):
            return p_data * (score - b) ** 2 + p_fake * (score - a) ** 2

        right = minimize_scalar(loss).x
        given = np.asarray(best_score(p_data, p_fake, a, b), dtype=float)
        if given.shape != () or not np.isclose(given, right, rtol=1e-5, atol=1e-6):
            return (
                f"p_data={p_data:g}, p_fake={p_fake:g}, target {a:g} for fakes and {b:g} for real samples: the loss is "
                f"least at score {right:.4f}. Received: {given}."
            )
    return None


BEST = Exercise(
    name="gan_loss_vs_lsgan_loss.3",
    prompt=(
        "At one place the data have the density p_data and the fakes p_fake. A least-squares discriminator wants to "
        "score fakes a and real samples b, so at this place its loss is p_data * (score - b)**2 + p_fake * "
        "(score - a)**2. Write `best_score(p_data, p_fake, a, b)`, the score that makes it least. What is it for a = "
        "0, b = 1, and where have you met that number?"
    ),
    starter="""
def best_score(p_data, p_fake, a, b):
    return ...
""",
    answer="best_score",
    check=check_best_score,
    hints=(
        "Where is the derivative of the loss by the score 0?",
        "2 p_data (score - b) + 2 p_fake (score - a) = 0: a mean of a and b, weighted with the densities.",
    ),
    solution="""
def best_score(p_data, p_fake, a, b):
    # For a = 0, b = 1: p_data / (p_data + p_fake), the best possible verdict of notebook 06, with no sigmoid around it.
    return (b * p_data + a * p_fake) / (p_data + p_fake)
""",
    mistakes=(
        # The cross-entropy game's best verdict: right only for the targets 0 and 1.
        """
def best_score(p_data, p_fake, a, b):
    return p_data / (p_data + p_fake)
""",
        # The targets are swapped.
        """
def best_score(p_data, p_fake, a, b):
    return (a * p_data + b * p_fake) / (p_data + p_fake)
""",
        # The best logit, not the best score of least squares.
        """
import numpy as np


def best_score(p_data, p_fake, a, b):
    return np.log(p_data / p_fake)
""",
    ),
)

EXERCISES = (SAFE, SIGMOID, BEST)
