"""Every loss of the study, each once.

The discriminators end without a sigmoid: their scores are unbounded. Each adversarial loss here takes those raw scores.
"""

import tensorflow as tf

from studylib.arguments import one_of


def l1(x, y):
    """Mean absolute difference of two batches of images: the cycle and the identity loss of CycleGAN.

    Args:
        x, y: tensors of one shape, usually (N, H, W, C) in [-1, 1].

    Returns:
        A scalar, 0 where both are equal, at most 2 for images in [-1, 1].
    """
    return tf.reduce_mean(tf.abs(x - y))


class LSGANLoss:
    """Least squares: a real image should score 1, a generated one 0 (Mao et al. 2017).

    The gradient grows with the distance from the target, so a sample far on the right side of the decision boundary is
    still pulled back to it.
    """

    def discriminator(self, real_scores, fake_scores):
        """Half the sum of both squared errors. Scores of any shape; returns a scalar."""
        return 0.5 * (tf.reduce_mean(tf.square(real_scores - 1.0)) + tf.reduce_mean(tf.square(fake_scores)))

    def generator(self, fake_scores):
        """The generator wants its images scored 1. Scores of any shape; returns a scalar."""
        return tf.reduce_mean(tf.square(fake_scores - 1.0))


class GANLoss:
    """Cross-entropy on the logit: D = sigmoid(score) is the probability of "real" (Goodfellow et al. 2014).

    The generator's loss is the non-saturating one, -log D(fake). ``-log sigmoid(s)`` is computed as ``softplus(-s)``,
    which neither overflows nor loses its gradient to rounding at scores as large as 1e4.
    """

    def discriminator(self, real_scores, fake_scores):
        """Half of -log D(real) - log(1 - D(fake)). Scores of any shape; returns a scalar."""
        return 0.5 * (tf.reduce_mean(tf.nn.softplus(-real_scores)) + tf.reduce_mean(tf.nn.softplus(fake_scores)))

    def generator(self, fake_scores):
        """-log D(fake). Scores of any shape; returns a scalar."""
        return tf.reduce_mean(tf.nn.softplus(-fake_scores))


class MinimaxLoss(GANLoss):
    """The cross-entropy game as the first equation of Goodfellow et al. (2014) has it: the generator minimizes what the
    discriminator maximizes, log(1 - D(fake)). It saturates: a fake that is seen through gets hardly any gradient.
    """

    def generator(self, fake_scores):
        """log(1 - D(fake)), at most 0. Scores of any shape; returns a scalar."""
        return -tf.reduce_mean(tf.nn.softplus(fake_scores))


ADVERSARIAL_LOSSES = {"lsgan": LSGANLoss, "gan": GANLoss, "minimax": MinimaxLoss}


def adversarial_loss(name):
    """Return the adversarial loss of that name.

    Args:
        name: "lsgan" (least squares), "gan" (cross-entropy, non-saturating generator) or "minimax" (cross-entropy, the
            generator that saturates: for comparison).

    Returns:
        An object with ``.discriminator(real_scores, fake_scores)``, half the sum over real and fake, and
        ``.generator(fake_scores)``. Both return a scalar, the mean over all scores.

    Raises:
        ValueError: for any other name.
    """
    return ADVERSARIAL_LOSSES[one_of("adversarial", name, ADVERSARIAL_LOSSES)]()
