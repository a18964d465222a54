"""The verdicts of notebook 03: why networks are normalized (3.1 to 3.9), the members of the family (3.10 to 3.20)."""

from studylib.claims.normalization.members import (
    batch_size,
    group_batches,
    group_ends,
    inference,
    instance_contrast,
    instance_weights,
    layer_norm,
    no_moving_averages,
    recognition,
    side_by_side,
    weight_norm,
)
from studylib.claims.normalization.why import (
    averaging,
    batch_norm_against_whitening,
    covariate_shift,
    gradients_and_minimum,
    growing_value,
    local_minima,
    other_remedies,
    squeezing_activations,
    whitening_moments,
)

__all__ = [
    "averaging",
    "batch_norm_against_whitening",
    "batch_size",
    "covariate_shift",
    "gradients_and_minimum",
    "group_batches",
    "group_ends",
    "growing_value",
    "inference",
    "instance_contrast",
    "instance_weights",
    "layer_norm",
    "local_minima",
    "no_moving_averages",
    "other_remedies",
    "recognition",
    "side_by_side",
    "squeezing_activations",
    "weight_norm",
    "whitening_moments",
]
