"""Every interactive view of the study. Each function returns an ipywidgets box and calls `plots` for the picture."""

from studylib.widgets.data import augmentation
from studylib.widgets.networks import generators, receptive_field, skips
from studylib.widgets.normalization import normalization
from studylib.widgets.padding import padding
from studylib.widgets.transposed_convolution import transposed_convolution

__all__ = [
    "augmentation",
    "generators",
    "normalization",
    "padding",
    "receptive_field",
    "skips",
    "transposed_convolution",
]
