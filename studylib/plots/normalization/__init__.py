"""Pictures of normalization: which cells share a mean, and what that does to one image and to a training."""

from studylib.plots.normalization.cube import draw_cube, normalization_cubes
from studylib.plots.normalization.gradients import (
    activation_functions,
    against_learning_rate,
    learning_rate_grid,
    ranges,
    through_layers,
    training_curves,
)
from studylib.plots.normalization.members import (
    contrast_rows,
    invariance_error,
    member_training,
    repeated_runs,
    statistics_error,
)
from studylib.plots.normalization.watched import normalized_image
from studylib.plots.normalization.whitening import clouds, correlation_matrices, whitening_cost

__all__ = [
    "activation_functions",
    "against_learning_rate",
    "clouds",
    "contrast_rows",
    "correlation_matrices",
    "draw_cube",
    "invariance_error",
    "learning_rate_grid",
    "member_training",
    "normalization_cubes",
    "normalized_image",
    "ranges",
    "repeated_runs",
    "statistics_error",
    "through_layers",
    "training_curves",
    "whitening_cost",
]
