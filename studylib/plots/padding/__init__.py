"""Pictures of padding: what it copies, where its gradient goes, and what it costs at the border."""

from studylib.plots.padding.borders import border_growth, border_maps, border_profiles, guesses, padded_pictures
from studylib.plots.padding.convolution import padded_convolution
from studylib.plots.padding.grids import gradient_counts, padding_modes, strided_windows

__all__ = [
    "border_growth",
    "border_maps",
    "border_profiles",
    "gradient_counts",
    "guesses",
    "padded_convolution",
    "padded_pictures",
    "padding_modes",
    "strided_windows",
]
