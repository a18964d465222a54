"""Every interactive view of the study. Each function returns an ipywidgets box and calls `plots` for the picture."""

from studylib.widgets.cyclegan import image_pool
from studylib.widgets.data import augmentation
from studylib.widgets.gan import toy_training
from studylib.widgets.losses import losses
from studylib.widgets.networks import generators, receptive_field, skips
from studylib.widgets.normalization import normalization
from studylib.widgets.own_picture import own_picture
from studylib.widgets.padding import padding
from studylib.widgets.pix2pix import damaged_patch
from studylib.widgets.transposed_convolution import transposed_convolution

__all__ = [
    "augmentation",
    "damaged_patch",
    "generators",
    "image_pool",
    "losses",
    "normalization",
    "own_picture",
    "padding",
    "receptive_field",
    "skips",
    "toy_training",
    "transposed_convolution",
]
