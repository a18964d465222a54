"""What each part of CycleGAN does: variants without it, their runs, and what several seeds of each allow to say."""

from studylib.ablation.runs import (
    DIRECTIONS,
    FULL,
    IMAGE_SIZE,
    PAPER,
    TASK,
    VARIANTS,
    AblatedCycleGAN,
    Variant,
    ablation_run,
    judged,
    own_share,
    pixel_diversity,
    trained_in_parts,
    variant_model,
)
from studylib.ablation.statistics import CHANCE, Comparison, comparisons, finals, holm, least_p

__all__ = [
    "CHANCE",
    "DIRECTIONS",
    "FULL",
    "IMAGE_SIZE",
    "PAPER",
    "TASK",
    "VARIANTS",
    "AblatedCycleGAN",
    "Comparison",
    "Variant",
    "ablation_run",
    "comparisons",
    "finals",
    "holm",
    "judged",
    "least_p",
    "own_share",
    "pixel_diversity",
    "trained_in_parts",
    "variant_model",
]
