"""All measures of one set of pictures at once, and how each is to be read."""

from typing import NamedTuple

from studylib.arguments import true_or_false
from studylib.evaluation.diversity import relative_diversity
from studylib.evaluation.encoder import features
from studylib.evaluation.frechet import frechet_distance
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


def scores(images, truth, paired=True, true_features=None):
    """Judge a set of pictures by all measures except the cycle error, which needs a model.

    Args:
        images, truth: (N, H, W, 3) of one shape, uint8 or float in [-1, 1], N of 3 or more.
        paired: whether truth[i] is what images[i] should be. If not, measures that compare the two are None.
        true_features: `features(truth)`, where the caller has them already.

    Returns:
        `Scores`.

    Raises:
        ValueError: two shapes, fewer than 3 pictures, or true pictures that are all alike.
    """
    true_or_false("paired", paired)
    vectors = features(images)
    true_features = features(truth) if true_features is None else true_features
    by_pair = [None] * 4
    if paired:
        edges = edge_scores(images, truth).f1
        by_pair = [grey_level_error(images, truth), psnr(images, truth), ssim(images, truth), edges]
    return Scores(
        *by_pair,
        colour=colour_distance(images, truth),
        kid=kernel_distance(vectors, true_features),
        fid=frechet_distance(vectors, true_features),
        diversity=relative_diversity(vectors, true_features),
    )


def _text(value, digits):
    if value is None:
        return ""
    if isinstance(value, KernelDistance):
        return str(value)
    return "∞" if value == float("inf") else f"{value:.{digits}f}"
