"""The same network, the same data and the same budget, trained with one loss or another.

Each function is one run that depends on its arguments only, and logs as it goes: notebook 07 takes a few of them itself
and reads the others from `notebooks/recorded` (`studylib.recorded`).
"""

from functools import cache

import numpy as np

from studylib.gan.measures import energy_distance, modes_covered
from studylib.gan.model import GAN
from studylib.gan.steps import compile_steps
from studylib.gan.toy import N_JUDGED, ToyTraining, start_anew


def toy_run(adversarial, discriminator_learning_rate, seed, n_steps, every):
    """Train on the ring of eight Gaussians, batches of 64, and log every so many steps.

    Args:
        adversarial: "gan", "lsgan" or "minimax". discriminator_learning_rate: the generator's is 0.001.
        seed: of start values, noise, batches and data.
        n_steps: a multiple of `every`.

    Yields:
        A dict of numbers: step; g and d, both losses as means since the entry before; modes covered; inside, the share
        of the samples that lie in a mode; distance, the energy distance of the samples from the data.
    """
    toy = ToyTraining("ring", adversarial, 0.001, discriminator_learning_rate, seed=seed, batch_size=64)
    real = toy.mixture.sample(N_JUDGED, seed=1)
    for _ in range(n_steps // every):
        losses = toy.run(every)
        fakes = toy.gan.generate(N_JUDGED, seed=1)
        modes, inside = modes_covered(fakes, toy.mixture)
        distance = energy_distance(fakes, real)
        yield {"step": toy.step, **losses, "modes": modes, "inside": inside, "distance": distance}


def digits_run(adversarial, seed, n_steps, every):
    """Train on the 8 x 8 digits of scikit-learn, batches of 64, and log every so many steps.

    A "mode" is a digit: each sample is given the class of its nearest real image, and a class counts as covered where
    it holds at least a fifth of the fair share of the samples.

    Args:
        adversarial, seed, n_steps, every: as in `toy_run`. The rates are 0.001 and 0.002.

    Yields:
        A dict of numbers: step, g, d, modes, and distance: the energy distance of 500 samples from the 500 test images,
        the pixels being numbers in [-1, 1].
    """
    gan, training = digits_gan(adversarial, seed)
    train, test, _, _ = digits()
    for k in range(n_steps // every):
        losses = training(train, every)
        fakes = gan.generate(N_JUDGED, seed=1)
        modes, distance = digits_covered(fakes), energy_distance(fakes, test)
        yield {"step": every * (k + 1), **losses, "modes": modes, "distance": distance}


def digits_gan(adversarial, seed):
    """The untrained GAN of `digits_run` and its training, a function of (images, number of steps)."""
    options = {"noise_dim": 16, "n_filters": 16, "learning_rate": 0.001, "discriminator_learning_rate": 0.002}
    gan = GAN((8, 8, 1), adversarial=adversarial, seed=seed, **options)
    start_anew(gan, seed)
    return gan, compile_steps(gan, batch_size=64)


@cache
def digits():
    """scikit-learn's digits in [-1, 1]: 1297 images to train with, 500 to test with, and the classes of both.

    Reference: UCI repository, Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, 1998).
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.target))
    images = (bunch.images[order, ..., None] / 8 - 1).astype(np.float32)  # (1797, 8, 8, 1)
    classes = bunch.target[order]
    return images[N_JUDGED:], images[:N_JUDGED], classes[N_JUDGED:], classes[:N_JUDGED]


def digits_covered(images, share=0.2):
    """How many of the ten digits are among `images`, (n, 8, 8, 1), by the class of the nearest training image.

    An image that is not finite, as a generator that has diverged makes them, counts for no digit.
    """
    rows = np.reshape(images, (len(images), -1))
    rows = rows[np.isfinite(rows).all(axis=1)]
    counts = np.bincount(classifier().predict(rows), minlength=10) if len(rows) else np.zeros(10)
    return int(np.sum(counts >= share * len(images) / 10))


@cache
def classifier():
    """Nearest neighbour among the training digits, for rows of 64 pixels; the tests hold its accuracy."""
    from sklearn.neighbors import KNeighborsClassifier

    train, _, classes, _ = digits()
    return KNeighborsClassifier(1, algorithm="brute").fit(train.reshape(len(train), -1), classes)


def noise_floor(mixture, n_pairs=100):
    """What the energy distance gives by chance: the 95th percentile over pairs of samples of 500 of one mixture.

    As many as a run is judged by: the fewer, the further apart two samples of the same are by chance.
    """
    pairs = ((mixture.sample(N_JUDGED, seed=2 * k), mixture.sample(N_JUDGED, seed=2 * k + 1)) for k in range(n_pairs))
    return float(np.percentile([energy_distance(x, y) for x, y in pairs], 95))


def digits_floor(n_pairs=100):
    """The same for the digits: pairs of 500 images drawn at random from all, none of them in both."""
    train, test, _, _ = digits()
    images = np.concatenate([train, test])
    orders = (np.random.default_rng(k).permutation(len(images))[: 2 * N_JUDGED] for k in range(n_pairs))
    pairs = (np.split(images[order], 2) for order in orders)
    return float(np.percentile([energy_distance(x, y) for x, y in pairs], 95))


def has_failed(modes, n_modes, distance, floor, times=10):
    """Whether a run failed: fewer than half of the modes, or further from the data than so many times the floor.

    Ten floors are plainly visible in a scatter plot; a run within a few of them may be a lucky or unlucky sample. A
    run that has diverged has a distance of NaN, which is not near the data.
    """
    return modes < n_modes / 2 or not distance <= times * floor
