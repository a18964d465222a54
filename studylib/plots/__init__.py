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
from studylib.plots.gan import (
    discriminator_alone,
    groups_and_samples,
    optimizer_paths,
    over_training,
    seed_spread,
    toy_film,
    toy_gan,
)
from studylib.plots.grid import as_float, drawn, image_grid, sample_sheet, to_uint8
from studylib.plots.losses import (
    adversarial_losses,
    failures,
    loss_at,
    loss_comparison,
    score_histograms,
    score_paths,
)
from studylib.plots.pix2pix import damaged_patch, middle_values, objectives, pair_scores
from studylib.plots.tour import cyclegan_diagram, image_rows
from studylib.plots.training import loss_curves

__all__ = [
    "adversarial_losses",
    "as_float",
    "augmented_versions",
    "collage",
    "cyclegan_diagram",
    "damaged_patch",
    "discriminator_alone",
    "distinct_crops",
    "drawn",
    "failures",
    "gradient_reach",
    "groups_and_samples",
    "held_out_errors",
    "image_grid",
    "image_rows",
    "kernel_histograms",
    "learning_rate",
    "loss_at",
    "loss_comparison",
    "loss_curves",
    "middle_values",
    "mirrored_meanings",
    "objectives",
    "optimizer_paths",
    "over_training",
    "pair_scores",
    "pool_ages",
    "rank_correlation",
    "sample_sheet",
    "score_histograms",
    "score_paths",
    "seed_spread",
    "shuffle_orders",
    "signal_scale",
    "throughput",
    "to_uint8",
    "toy_film",
    "toy_gan",
    "two_domains",
]
