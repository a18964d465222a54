"""How good samples are where the truth is known: modes, distance of two samples, the best possible discriminator."""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import expit

from studylib.arguments import number_array, real_number
from studylib.gan.distributions import GaussianMixture


def modes_covered(samples, mixture, within=3.0, share=0.2):
    """How many of the mixture's Gaussians the samples have found.

    A mode counts when it holds at least `share` of the samples that an even division would give it, each within so
    many standard deviations of its centre.

    Args:
        samples: (n, 2).
        mixture: a `GaussianMixture`.
        within: radius of a mode in standard deviations; 3 hold 98.9% of a Gaussian in the plane.
        share: 0.2 asks for a fifth of the fair share.

    Returns:
        (number of modes covered, share of the samples that lie in any mode).
    """
    real_number("within", within, above=0)
    real_number("share", share, above=0)
    samples = number_array("samples", samples, n_axes=2, finite=False)
    if samples.shape[1] != 2:
        raise ValueError(f"samples must be of shape (n, 2). Received: shape {samples.shape}")
    distances = cdist(samples, mixture.centres)  # (n, k)
    nearest = distances.argmin(axis=1)
    inside = distances.min(axis=1) <= within * mixture.stddev
    counts = np.bincount(nearest[inside], minlength=len(mixture.centres))
    needed = share * len(samples) / len(mixture.centres)
    return int(np.sum(counts >= max(needed, 1))), float(inside.mean())


def energy_distance(x, y):
    """Distance of two distributions by their samples: 2 E|X - Y| - E|X - X'| - E|Y - Y'|, estimated without bias.

    It is 0 in the mean if and only if both distributions are the same; by chance an estimate may be a little below.

    Args:
        x, y: arrays (n, ...) and (m, ...) of samples of one shape, n and m at least 2. The distance has their unit.

    Raises:
        ValueError: a sample holds fewer than 2, or the two hold samples of different shapes.

    Reference: Szekely, Rizzo (2013), Energy statistics: A class of statistics based on distances.
    """
    x, y = (number_array(name, a, finite=False).astype(np.float64) for name, a in (("x", x), ("y", y)))
    if not (x.ndim and y.ndim):
        raise ValueError(
            f"energy_distance needs two samples, (n, ...) and (m, ...). Received: shapes {x.shape} and {y.shape}"
        )
    if min(len(x), len(y)) < 2:
        raise ValueError(
            f"energy_distance needs two samples of at least 2 each. Received: shapes {x.shape} and {y.shape}"
        )
    if x.shape[1:] != y.shape[1:]:
        raise ValueError(
            f"energy_distance needs two samples of one shape, (n, ...) and (m, ...). Received: {x.shape} and {y.shape}"
        )
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    # Without the distance of a point from itself: counting these zeros would be the bias.
    within_x = cdist(x, x).sum() / (len(x) * (len(x) - 1))
    within_y = cdist(y, y).sum() / (len(y) * (len(y) - 1))
    return float(2 * cdist(x, y).mean() - within_x - within_y)


def log_densities(points, mixture, fakes, bandwidth=0.05):
    """Natural logarithms of p_data and p_fake at each point, after both were spread alike.

    p_fake is known by samples only, so each of them is spread to a Gaussian. The data are spread by as much: otherwise
    a generator that is perfect would seem wider than its data, and be told from them.

    Args:
        points: (..., 2).
        mixture: the data, a `GaussianMixture`.
        fakes: (n, 2); some thousand make a smooth picture.
        bandwidth: standard deviation of the spread.

    Returns:
        (log p_data, log p_fake), each (...).
    """
    real_number("bandwidth", bandwidth, above=0)
    data = GaussianMixture(mixture.centres, np.hypot(mixture.stddev, bandwidth))  # variances add
    fakes = number_array("fakes", fakes, n_axes=2, finite=False)
    return data.log_density(points), GaussianMixture(fakes, bandwidth).log_density(points)


def optimal_discriminator(points, mixture, fakes, bandwidth=0.05):
    """The best possible verdict at each point, p_data / (p_data + p_fake) (Goodfellow et al. 2014, proposition 1).

    It is the verdict on data and fakes that have both been spread by `bandwidth`, see `log_densities`, with the same
    arguments.

    Returns:
        Probabilities of "real", (...).
    """
    log_data, log_fake = log_densities(points, mixture, fakes, bandwidth)
    return expit(log_data - log_fake)
