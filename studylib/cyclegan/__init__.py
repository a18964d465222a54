"""CycleGAN and its parts: the model, the image pool, the learning-rate schedule, and what can be measured in them."""

from studylib.cyclegan.audit import GradientAudit, gradient_audit, gradient_faults, gradient_remarks
from studylib.cyclegan.colour_drift import ColourDrift, colour_drift
from studylib.cyclegan.hidden_information import (
    Disturbance,
    RoundTrip,
    blur,
    eight_bits,
    gaussian_noise,
    hidden_information,
    round_trip,
)
from studylib.cyclegan.image_pool import ImagePool
from studylib.cyclegan.model import GENERATOR_TERMS, TERMS, CycleGAN, shared_pass
from studylib.cyclegan.pool_history import PoolHistory, expected_age_shares, pool_history
from studylib.schedule import ConstantThenLinear

__all__ = [
    "GENERATOR_TERMS",
    "TERMS",
    "ColourDrift",
    "ConstantThenLinear",
    "CycleGAN",
    "Disturbance",
    "GradientAudit",
    "ImagePool",
    "PoolHistory",
    "RoundTrip",
    "blur",
    "colour_drift",
    "eight_bits",
    "expected_age_shares",
    "gaussian_noise",
    "gradient_audit",
    "gradient_faults",
    "gradient_remarks",
    "hidden_information",
    "pool_history",
    "round_trip",
    "shared_pass",
]
