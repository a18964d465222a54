"""Distributions in the plane whose density is known in closed form, so that a GAN can be compared with the truth."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from studylib.arguments import modest_number, number_array, real_number, whole_number

MOST_MODES, MOST_SAMPLES = 10_000, 10**7


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """Equally likely round Gaussians.

    Attributes:
        centres: float array (k, 2).
        stddev: of each Gaussian, in both directions.
    """

    centres: np.ndarray
    stddev: float

    def sample(self, n, seed=0):
        """n points, float32 (n, 2); the same for the same seed."""
        modest_number("n", n, MOST_SAMPLES)
        whole_number("seed", seed, at_least=0)
        random = np.random.default_rng(seed)
        chosen = self.centres[random.integers(len(self.centres), size=n)]
        return (chosen + random.normal(scale=self.stddev, size=(n, 2))).astype(np.float32)

    def log_density(self, points):
        """Natural logarithm of the density at each point: (..., 2) -> (...)."""
        points = _in_the_plane("points", points)
        squares = cdist(points.reshape(-1, 2), self.centres, "sqeuclidean")
        exponents = -squares.reshape(*points.shape[:-1], -1) / (2 * self.stddev**2)  # (..., k)
        largest = exponents.max(axis=-1, keepdims=True)  # far from all centres every exp would be 0
        total = largest[..., 0] + np.log(np.exp(exponents - largest).sum(axis=-1))
        return total - np.log(len(self.centres) * 2 * np.pi * self.stddev**2)


def ring(n_modes=8, radius=1.0, stddev=0.05):
    """Gaussians evenly on a circle: the standard test for mode collapse (Metz et al. 2017, arXiv:1611.02163)."""
    n_modes = modest_number("n_modes", n_modes, MOST_MODES)
    radius, stddev = real_number("radius", radius, above=0), real_number("stddev", stddev, above=0)
    angles = 2 * np.pi * np.arange(n_modes) / n_modes
    return GaussianMixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), stddev)


def spiral(n_modes=60, turns=1.5, stddev=0.03):
    """Gaussians so close along a spiral, from radius 0.15 to 1, that they make one curve."""
    n_modes = modest_number("n_modes", n_modes, MOST_MODES, at_least=2)
    turns, stddev = real_number("turns", turns, above=0), real_number("stddev", stddev, above=0)
    # The root spaces the centres evenly along the curve, not in the angle.
    radii = np.sqrt(np.linspace(0.15**2, 1, n_modes))
    angles = 2 * np.pi * turns * radii
    return GaussianMixture(radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1), stddev)


def _in_the_plane(name, points):
    """(..., 2) as float64; what a GAN that has diverged makes may be nan."""
    points = number_array(name, points, finite=False).astype(np.float64)
    if points.shape[-1:] != (2,):
        raise ValueError(f"{name} must be of shape (..., 2). Received: shape {points.shape}")
    return points
