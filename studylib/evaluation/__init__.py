"""How good translations are: against the truth of held-out pairs, and as a set beside a set of true pictures."""

from studylib.evaluation.encoder import features, load_encoder
from studylib.evaluation.held_out import (
    as_markdown,
    hand_made_filters,
    held_out_errors,
    luminance_ramp,
    maximum_filter,
    translate,
)
from studylib.evaluation.kernel_distance import KernelDistance, kernel_distance, kid
from studylib.evaluation.measures import colourfulness, grey_level_error, sharpness

__all__ = [
    "KernelDistance",
    "as_markdown",
    "colourfulness",
    "features",
    "grey_level_error",
    "hand_made_filters",
    "held_out_errors",
    "kernel_distance",
    "kid",
    "load_encoder",
    "luminance_ramp",
    "maximum_filter",
    "sharpness",
    "translate",
]
