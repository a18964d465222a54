"""FID: the Fréchet distance of two sets of features, each taken for a normal distribution. And why it needs many.

Where KID's estimate is right on average for sets of any size, that of FID is too large, the more so the smaller the
sets: two halves of one and the same set are apart. So FIDs of different sizes must not be compared, and a small FID of
a small set proves nothing.

References: Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter: "GANs Trained by a Two Time-Scale Update Rule Converge
to a Local Nash Equilibrium", 2017; Binkowski et al.: "Demystifying MMD GANs", 2018, for the bias; Chong, Forsyth:
"Effectively Unbiased FID and Inception Score and where to find them", 2020.
"""

from typing import NamedTuple

import numpy as np

from studylib.arguments import number_array, shown, whole_number
from studylib.evaluation.encoder import features
from studylib.evaluation.kernel_distance import kernel_distance


class Normal(NamedTuple):
    """The normal distribution that a set of features is taken for.

    Attributes:
        mean: (d,).
        variance: trace of the covariance.
        root: an R of d rows or fewer; RᵀR is the covariance.
    """

    mean: np.ndarray
    variance: float
    root: np.ndarray


def normal_of(vectors):
    """The `Normal` of features, (n, d), n of 2 or more. Who compares one set with many computes it only once.

    Raises:
        ValueError: another shape, or fewer.
    """
    vectors = number_array("vectors", vectors, n_axes=2).astype(np.float64)
    if len(vectors) < 2:
        raise ValueError(f"vectors must be of shape (n, d), n of 2 or more. Received: shape {vectors.shape}")
    mean = vectors.mean(axis=0)
    centred = (vectors - mean) / np.sqrt(len(vectors) - 1)
    return Normal(mean, np.sum(centred**2), np.linalg.qr(centred, mode="r"))


def frechet_distance(x, y, normal_y=None):
    """Squared Fréchet (Wasserstein-2) distance of two normal distributions with the sets' means and covariances.

    |mean x - mean y|² + trace(Cx + Cy - 2 (Cx Cy)^½). The trace of the root is the sum of the singular values of
    X Yᵀ / sqrt((n - 1)(m - 1)), X and Y being the centred sets: no root of a matrix is taken, so that sets smaller
    than d, whose covariances have no inverse, need no special care.

    Args:
        x, y: features, (n, d) and (m, d), n and m of 2 or more.
        normal_y: `normal_of(y)`, where the caller has it already.

    Returns:
        Float, 0 or more; the square of the features' unit.

    Raises:
        ValueError: sets of other shapes.
    """
    x, y = number_array("x", x).astype(np.float64), number_array("y", y).astype(np.float64)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        raise ValueError(
            "The sets must be of shapes (n, d) and (m, d) with n and m of 2 or more. "
            f"Received: shapes {x.shape} and {y.shape}"
        )
    of_x, of_y = normal_of(x), normal_y or normal_of(y)
    overlap = np.linalg.svd(of_x.root @ of_y.root.T, compute_uv=False).sum()
    distance = np.sum((of_x.mean - of_y.mean) ** 2) + (of_x.variance + of_y.variance) - 2 * overlap
    return float(max(distance, 0.0))  # rounding may take it just below


def fid(images, truth):
    """Fréchet distance of two sets of pictures, on the features of this study's own encoder (see its card).

    It compares with figures of this function only, for sets of the same sizes. See `sample_size_bias`.

    Args:
        images, truth: (n, H, W, 3) and (m, H, W, 3), uint8 or float in [-1, 1].
    """
    return frechet_distance(features(images), features(truth))


class SizeBias(NamedTuple):
    """Distances of two sets of `n` pictures from one source: means over many draws, and standard deviations."""

    n: int
    fid: float
    fid_spread: float
    kid: float
    kid_spread: float


def sample_size_bias(vectors, sizes, n_draws=20, seed=0):
    """How far two halves of one and the same set seem to be apart, by FID and by KID, for each size of a half.

    Args:
        vectors: features of true pictures, (N, d).
        sizes: pictures in each half, 3 to N / 2.
        n_draws: how often two halves are drawn at random, without overlap.
        seed: of the draws.

    Returns:
        List of `SizeBias`, one a size. A measure without bias has a mean of about 0.

    Raises:
        ValueError: a size out of range.
    """
    vectors = number_array("vectors", vectors, n_axes=2).astype(np.float64)
    chance = np.random.default_rng(whole_number("seed", seed, at_least=0))
    whole_number("n_draws", n_draws, at_least=2)
    if np.ndim(sizes) != 1:
        raise ValueError(f"sizes must be a list of whole numbers. Received: sizes={shown(sizes)}")
    found = []
    for n in sizes:
        n = whole_number("sizes", n, at_least=3, at_most=len(vectors) // 2)
        distances = []
        for _ in range(n_draws):
            half, other = np.split(vectors[chance.permutation(len(vectors))[: 2 * n]], 2)
            distances.append((frechet_distance(half, other), kernel_distance(half, other).value))
        means, spreads = np.mean(distances, axis=0), np.std(distances, axis=0, ddof=1)
        found.append(SizeBias(n, *map(float, (means[0], spreads[0], means[1], spreads[1]))))
    return found
