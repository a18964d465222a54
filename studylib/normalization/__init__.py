"""The normalizations: each member of the zoo as a function, and as a layer where Keras has none in the needed form."""

from studylib.normalization.feature_maps import CHANNELS, MATES, MEMBERS, FeatureMaps, Watched, filter_bank
from studylib.normalization.instance import InstanceNormalization
from studylib.normalization.weight import WeightNormalization
from studylib.normalization.zoo import (
    batch_normalization,
    group_normalization,
    instance_normalization,
    layer_normalization,
    mean_off_diagonal,
    statistics_groups,
    weight_normalization,
    whitening,
)

__all__ = [
    "CHANNELS",
    "FeatureMaps",
    "InstanceNormalization",
    "MATES",
    "MEMBERS",
    "Watched",
    "WeightNormalization",
    "batch_normalization",
    "filter_bank",
    "group_normalization",
    "instance_normalization",
    "layer_normalization",
    "mean_off_diagonal",
    "statistics_groups",
    "weight_normalization",
    "whitening",
]
