"""Every interactive view of the study. Each function returns an ipywidgets box and calls `plots` for the picture."""

from studylib.widgets.data import augmentation
from studylib.widgets.gan import toy_training
from studylib.widgets.losses import losses
from studylib.widgets.pix2pix import damaged_patch

__all__ = ["augmentation", "damaged_patch", "losses", "toy_training"]
