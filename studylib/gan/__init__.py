"""The plain GAN: distributions whose truth is known, the model, and what its samples are worth."""

from studylib.gan.distributions import GaussianMixture, ring, spiral
from studylib.gan.measures import energy_distance, modes_covered, optimal_discriminator
from studylib.gan.model import GAN
from studylib.gan.samples import SampleTask
from studylib.gan.steps import compile_steps
from studylib.gan.toy import ToySnapshot, ToyTraining

__all__ = [
    "GAN",
    "GaussianMixture",
    "SampleTask",
    "ToySnapshot",
    "ToyTraining",
    "compile_steps",
    "energy_distance",
    "modes_covered",
    "optimal_discriminator",
    "ring",
    "spiral",
]
