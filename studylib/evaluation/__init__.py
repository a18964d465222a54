"""How good translations are: against the truth of held-out pairs, and as a set beside a set of true pictures."""

from studylib.evaluation.diversity import best_typical_worst, diversity, likeness, mean_pairwise_distance
from studylib.evaluation.encoder import features, load_encoder
from studylib.evaluation.filters import edge_overlay, hand_made_filters, luminance_ramp, maximum_filter
from studylib.evaluation.frechet import SizeBias, fid, frechet_distance, sample_size_bias
from studylib.evaluation.held_out import as_markdown, cycle_errors, held_out_errors, translate
from studylib.evaluation.inception import inception_features
from studylib.evaluation.kernel_distance import KernelDistance, kernel_distance, kid
from studylib.evaluation.measures import colourfulness, grey_level_error, sharpness
from studylib.evaluation.paired import EdgeScores, colour_distance, edge_scores, edge_strength, psnr, ssim
from studylib.evaluation.scores import MEASURES, Scores, scores
from studylib.evaluation.table import Evaluation, evaluate

__all__ = [
    "MEASURES",
    "EdgeScores",
    "Evaluation",
    "KernelDistance",
    "Scores",
    "SizeBias",
    "as_markdown",
    "best_typical_worst",
    "colour_distance",
    "colourfulness",
    "cycle_errors",
    "diversity",
    "edge_overlay",
    "edge_scores",
    "edge_strength",
    "evaluate",
    "features",
    "fid",
    "frechet_distance",
    "grey_level_error",
    "hand_made_filters",
    "held_out_errors",
    "inception_features",
    "kernel_distance",
    "kid",
    "likeness",
    "load_encoder",
    "luminance_ramp",
    "maximum_filter",
    "mean_pairwise_distance",
    "psnr",
    "sample_size_bias",
    "scores",
    "sharpness",
    "ssim",
    "translate",
]
