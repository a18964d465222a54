"""Every picture of the study. Each function returns a matplotlib Figure and shows nothing."""

from studylib.plots.cyclegan import gradient_reach, held_out_errors, learning_rate, pool_ages
from studylib.plots.data import (
    augmented_versions,
    collage,
    distinct_crops,
    kernel_histograms,
    mirrored_meanings,
    rank_correlation,
    shuffle_orders,
    signal_scale,
    throughput,
    two_domains,
)
from studylib.plots.grid import as_float, drawn, image_grid, sample_sheet, to_uint8
from studylib.plots.tour import cyclegan_diagram, image_rows
from studylib.plots.training import loss_curves

__all__ = [
    "as_float",
    "augmented_versions",
    "collage",
    "cyclegan_diagram",
    "distinct_crops",
    "drawn",
    "gradient_reach",
    "held_out_errors",
    "image_grid",
    "image_rows",
    "kernel_histograms",
    "learning_rate",
    "loss_curves",
    "mirrored_meanings",
    "pool_ages",
    "rank_correlation",
    "sample_sheet",
    "shuffle_orders",
    "signal_scale",
    "throughput",
    "to_uint8",
    "two_domains",
]
