"""The plain GAN: distributions whose truth is known, the model, and what its samples are worth."""

from studylib.gan.distributions import GaussianMixture, ring, spiral
from studylib.gan.measures import energy_distance, modes_covered, optimal_discriminator
from studylib.gan.model import GAN

__all__ = [
    "GAN",
    "GaussianMixture",
    "energy_distance",
    "modes_covered",
    "optimal_discriminator",
    "ring",
    "spiral",
]
