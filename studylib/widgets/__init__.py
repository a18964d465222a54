"""Every interactive view of the study. Each function returns an ipywidgets box and calls `plots` for the picture."""

from studylib.widgets.data import augmentation

__all__ = ["augmentation"]
