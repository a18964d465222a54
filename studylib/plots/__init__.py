"""Every picture of the study. Each function returns a matplotlib Figure and shows nothing."""

from studylib.plots.grid import as_float, image_grid, sample_sheet, to_uint8
from studylib.plots.training import loss_curves

__all__ = ["as_float", "image_grid", "loss_curves", "sample_sheet", "to_uint8"]
