"""All measures of one set of pictures at once, and how each is to be read."""

from typing import NamedTuple

import numpy as np

from studylib.arguments import image_batch, true_or_false
from studylib.evaluation.diversity import relative_diversity
from studylib.evaluation.encoder import features
from studylib.evaluation.frechet import Normal, frechet_distance, normal_of
from studylib.evaluation.kernel_distance import KernelDistance, kernel_distance
from studylib.evaluation.measures import grey_level_error
from studylib.evaluation.paired import colour_distance, edge_scores, psnr, ssim

LOWER, HIGHER, NEAR_ONE = "lower is better", "higher is better", "1 is right"


class Measure(NamedTuple):
    """`title` for tables, number of `digits` behind the point, what is `better`, and whether it needs pairs."""

    title: str
    digits: int
    better: str
    paired: bool = False

    def is_better(self, value, than):
        """Whether `value` is better than another one, by however little."""
        if self.better == NEAR_ONE:
            return abs(value - 1) < abs(than - 1)
        return value > than if self.better == HIGHER else value < than


MEASURES = {
    "error": Measure("error, grey levels", 1, LOWER, paired=True),
    "psnr": Measure("PSNR, dB", 1, HIGHER, paired=True),
    "ssim": Measure("SSIM", 3, HIGHER, paired=True),
    "edge_f1": Measure("edge F1", 2, HIGHER, paired=True),
    "colour": Measure("colour distance", 1, LOWER),
    "kid": Measure("KID", 3, LOWER),
    "fid": Measure("FID", 1, LOWER),
    "diversity": Measure("diversity", 2, NEAR_ONE),
    "cycle": Measure("cycle error", 1, LOWER),
}


class Scores(NamedTuple):
    """What the MEASURES say of a set of pictures. None where a measure does not apply.

    `error`, `colour` and `cycle` are in grey levels, `psnr` in decibels; `kid` is a `KernelDistance`.
    """

    error: float | None
    psnr: float | None
    ssim: float | None
    edge_f1: float | None
    colour: float
    kid: KernelDistance
    fid: float
    diversity: float
    cycle: float | None = None

    def texts(self):
        """Each value as a table shows it, in the order of MEASURES."""
        return [_text(value, measure.digits) for value, measure in zip(self, MEASURES.values(), strict=True)]


class TrueSet(NamedTuple):
    """What the distances between sets need of a set of true pictures: features, (n, d), and their `Normal`."""

    features: np.ndarray
    normal: Normal


def true_set(truth):
    """The `TrueSet` of pictures, (n, H, W, 3), n of 2 or more.

    Who holds many sets against one truth computes it only once.

    Raises:
        ValueError: another shape, or fewer.
    """
    vectors = features(image_batch("truth", truth, channels=3, at_least=2))
    return TrueSet(vectors, normal_of(vectors))


def scores(images, truth, paired=True, known=None):
    """Judge a set of pictures by all measures except the cycle error, which needs a model.

    Args:
        images, truth: (N, H, W, 3) of one shape, uint8 or float in [-1, 1], N of 3 or more.
        paired: whether truth[i] is what images[i] should be. If not, measures that compare the two are None.
        known: `true_set(truth)`, where the caller has it already.

    Returns:
        `Scores`.

    Raises:
        ValueError: two shapes, fewer than 3 pictures, or true pictures that are all alike.
    """
    true_or_false("paired", paired)
    vectors, known = features(images), known or true_set(truth)
    by_pair = [None] * 4
    if paired:
        edges = edge_scores(images, truth).f1
        by_pair = [grey_level_error(images, truth), psnr(images, truth), ssim(images, truth), edges]
    return Scores(
        *by_pair,
        colour=colour_distance(images, truth),
        kid=kernel_distance(vectors, known.features),
        fid=frechet_distance(vectors, known.features, known.normal),
        diversity=relative_diversity(vectors, known.features),
    )


def _text(value, digits):
    if value is None:
        return ""
    if isinstance(value, KernelDistance):
        return str(value)
    return "∞" if value == float("inf") else f"{value:.{digits}f}"
