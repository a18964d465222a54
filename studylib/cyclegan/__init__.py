"""CycleGAN and its parts: the model, the image pool, the learning-rate schedule."""

from studylib.cyclegan.image_pool import ImagePool
from studylib.cyclegan.model import GENERATOR_TERMS, TERMS, CycleGAN, shared_pass
from studylib.schedule import ConstantThenLinear

__all__ = ["GENERATOR_TERMS", "TERMS", "ConstantThenLinear", "CycleGAN", "ImagePool", "shared_pass"]
