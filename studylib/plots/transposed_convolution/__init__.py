"""Pictures of convolutions and transposed convolutions: cells, matrices, sizes, and the pattern of the overlap."""

from studylib.plots.transposed_convolution.checkerboard import (
    gradient_phases,
    overlap_maps,
    spectra,
    spectrum,
    strength_over_training,
)
from studylib.plots.transposed_convolution.matrices import matrix_grids, rows_of_cells, size_stairs, ways_back
from studylib.plots.transposed_convolution.steps import (
    down_sampling,
    painted_cell_by_cell,
    transposed_convolution_steps,
    up_sampling,
    zero_insertion_steps,
)
from studylib.plots.transposed_convolution.view import transposed_convolution_view

__all__ = [
    "down_sampling",
    "gradient_phases",
    "matrix_grids",
    "overlap_maps",
    "painted_cell_by_cell",
    "rows_of_cells",
    "size_stairs",
    "spectra",
    "spectrum",
    "strength_over_training",
    "transposed_convolution_steps",
    "transposed_convolution_view",
    "up_sampling",
    "ways_back",
    "zero_insertion_steps",
]
