"""What each part of CycleGAN does: the whole model, and the same model with parts of it taken away.

Why: a part that is in a paper is not thereby a part that matters. Take it away, leave all the rest and the budget as
they are, and compare over several seeds; for chance in start values and batches also makes a difference.

The variants are those of the paper's tables 4 and 5, and three that concern this study's own choices. The paper's
ablation uses no identity term, which by itself would keep a generator from ignoring its input. So none of its five
variants has one here either: "GAN + both cycles" is the paper's whole model, and "full" without the identity term.

Reference: Zhu, Park, Isola, Efros (2017), arXiv:1703.10593, section 5.1.4.
"""

import gc
from dataclasses import dataclass, field

import keras
import numpy as np
from scipy.spatial.distance import pdist

from studylib.arguments import image_batch, modest_number, one_of, whole_number
from studylib.cyclegan import GENERATOR_TERMS, CycleGAN
from studylib.data import load_task
from studylib.evaluation import grey_level_error, translate
from studylib.schedule import ConstantThenLinear

TASK = "shapes/plain2striped"  # the truth is exact in both directions
IMAGE_SIZE = 32  # pixels
BATCH_SIZE = 4
LEARNING_RATE = 0.001
SIZES = {"gen_n_filters": 16, "disc_n_filters": 16, "gen_n_downsamplings": 3, "disc_n_layers": 2}
DIRECTIONS = {"AB": "A to B", "BA": "B to A"}
COLOURED = 80  # grey levels between the largest and the smallest channel; the grounds stay far below, the shapes above


def _weights(adversarial=1, forward=10, backward=10, identity=2):
    """The weights of the six terms; `forward` is the cycle that begins with a real A, `backward` with a real B."""
    return dict(zip(GENERATOR_TERMS, (*[adversarial] * 2, forward, backward, *[identity] * 2), strict=True))


@dataclass(frozen=True)
class Variant:
    """CycleGAN with or without a part.

    Attributes:
        weights: dict from each of GENERATOR_TERMS to its weight; a term of weight 0 is left out.
        against: name of the variant that has the part which this one lacks; None for the whole model.
        options: further arguments of `CycleGAN`.
    """

    weights: dict
    against: str | None
    options: dict = field(default_factory=dict)


PAPER, FULL = "GAN + both cycles", "full"  # the whole model of the paper's ablation, and this study's
VARIANTS = {
    "cycle alone": Variant(_weights(adversarial=0, identity=0), PAPER),
    "GAN alone": Variant(_weights(forward=0, backward=0, identity=0), PAPER),
    "GAN + forward cycle": Variant(_weights(backward=0, identity=0), PAPER),
    "GAN + backward cycle": Variant(_weights(forward=0, identity=0), PAPER),
    PAPER: Variant(_weights(identity=0), FULL),
    "full, no pool": Variant(_weights(), FULL, {"buffer_max_length": 0}),
    "full, log loss": Variant(_weights(), FULL, {"adversarial": "gan"}),
    FULL: Variant(_weights(), None),
}


@keras.saving.register_keras_serializable(package="studylib")
class AblatedCycleGAN(CycleGAN):
    """A `CycleGAN` with a weight for each of the six terms of the generators' loss, so that one can be left out.

    Args:
        weights: dict from each of GENERATOR_TERMS to a number; takes the place of the three lambdas.
        args, options: of `CycleGAN`.

    Raises:
        ValueError: `weights` lacks a term, or has one that there is not.
    """

    def __init__(self, *args, weights, **options):
        if set(weights) != set(GENERATOR_TERMS):
            raise ValueError(f"weights must be given for {', '.join(GENERATOR_TERMS)}. Received: weights={weights}")
        super().__init__(*args, **options)
        self._term_weights = dict(weights)

    @property
    def term_weights(self):
        return self._term_weights

    def get_config(self):
        return {**super().get_config(), "weights": dict(self._term_weights)}


def variant_model(variant, n_steps, **sizes):
    """The untrained model of a variant, with its learning rate: constant over the first half, then to zero.

    Args:
        variant: a name of VARIANTS. n_steps: of the whole training.
        sizes: of the networks, in place of SIZES.

    Raises:
        ValueError: another name.
    """
    one_of("variant", variant, VARIANTS)
    modest_number("n_steps", n_steps, 10**9)
    chosen, shape = VARIANTS[variant], (IMAGE_SIZE, IMAGE_SIZE, 3)
    model = AblatedCycleGAN(shape, LEARNING_RATE, weights=chosen.weights, **{**SIZES, **sizes, **chosen.options})
    model.compile(jit_compile=False)
    model.set_learning_rate(ConstantThenLinear(LEARNING_RATE, n_steps // 2, n_steps - n_steps // 2))
    return model


def ablation_run(variant, seed, n_steps, every, **sizes):
    """Train one variant on shapes/plain2striped, 32 x 32 pixels, and judge it every so many steps.

    Args:
        variant: a name of VARIANTS.
        seed: of start values, order and pools: the same for every variant.
        n_steps: a multiple of `every`.
        sizes: of the networks, in place of SIZES.

    Yields:
        A dict of numbers: step, then those of `judged` over all held-out pairs.

    Raises:
        ValueError: another variant, or an `every` that `n_steps` is no multiple of.
    """
    task = load_task(TASK, IMAGE_SIZE)
    for model, step in trained_in_parts(variant, seed, n_steps, every, task, **sizes):
        yield {"step": step, **judged(model, task)}
    del model
    gc.collect()  # a model refers to itself: without this, each of many runs would keep its memory


def trained_in_parts(variant, seed, n_steps, every, task, **sizes):
    """The training of `ablation_run`: yields (model, step) every so many steps, always the same model."""
    if whole_number("n_steps", n_steps) % whole_number("every", every):
        raise ValueError(f"n_steps must be a multiple of every. Received: n_steps={n_steps}, every={every}")
    keras.utils.set_random_seed(seed)
    model = variant_model(variant, n_steps, seed=seed, **sizes)
    for done in range(0, n_steps, every):
        # Images as they are: an enlarged window would have stripes of another height, and blurred ones.
        batches = task.pipeline(BATCH_SIZE, seed, augment=False, first_step=done)
        model.fit(batches, steps_per_epoch=every, shuffle=False, verbose=0)
        yield model, done + every


def judged(model, task):
    """Held-out figures of a model with generators `g_AB` and `g_BA`, in both directions.

    Args:
        task: an aligned `studylib.data.Task`.

    Returns:
        A dict of floats, five for the direction AB and five for BA:
            error: difference from the truth, in grey levels;
            diversity: see `pixel_diversity`; 0 where every input gives the same output;
            own: see `own_share`; small where the input is ignored;
            drift: change in grey levels where nothing should change: the coloured pixels that A and B have in common;
            same: change in grey levels of an image that is in the target domain already.
    """
    coloured = np.ptp(task.test_b, axis=-1).astype(int) >= COLOURED  # (N, H, W)
    alike = np.abs(task.test_a.astype(int) - task.test_b).max(axis=-1) <= 1
    still = coloured & alike
    figures = {}
    for name, generator, inputs, truth in (
        ("AB", model.g_AB, task.test_a, task.test_b),
        ("BA", model.g_BA, task.test_b, task.test_a),
    ):
        fakes = translate(generator, inputs)
        figures |= {
            f"error_{name}": grey_level_error(fakes, truth),
            f"diversity_{name}": pixel_diversity(fakes, truth),
            f"own_{name}": own_share(fakes, truth),
            f"drift_{name}": grey_level_error(fakes[still], inputs[still]),
            f"same_{name}": grey_level_error(translate(generator, truth), truth),
        }
    return figures


def pixel_diversity(images, truth):
    """How different the images are from one another, as a share of how different the true ones are.

    By pixels, so that a recorded number depends on no encoder; `studylib.evaluation.diversity` asks one.

    Args:
        images, truth: uint8, (N, H, W, C), N of 2 or more.

    Returns:
        Mean absolute difference over all pairs of `images`, divided by that of `truth`: 0 where all are the same one.
    """
    images, truth = image_batch("images", images, at_least=2), image_batch("truth", truth, at_least=2)
    rows, true = (np.reshape(x, (len(x), -1)).astype(float) for x in (images, truth))
    return float(pdist(rows, "cityblock").mean() / pdist(true, "cityblock").mean())


def own_share(images, truth):
    """Share of the images whose shapes fit their own true image better than any other: 1/N if the input were ignored.

    Colours do not count: a generator that turns all colours round does not ignore its input.

    Args:
        images, truth: uint8, (N, H, W, C); truth[i] is what images[i] ought to be.
    """
    images, truth = image_batch("images", images), image_batch("truth", truth)
    if images.shape != truth.shape:
        raise ValueError(f"images and truth must be of one shape. Received: shapes {images.shape} and {truth.shape}")
    fits = silhouettes(images) @ silhouettes(truth).T  # correlations, (N, N)
    return float(np.mean(fits.argmax(axis=1) == np.arange(len(fits))))


def silhouettes(images):
    """How far each pixel's colour is from that of the corners, as a row of mean 0 and length 1: (N, H * W)."""
    pixels = image_batch("images", images).astype(float)
    ground = pixels[:, [0, 0, -1, -1], [0, -1, 0, -1]].mean(axis=1)  # (N, C)
    rows = np.linalg.norm(pixels - ground[:, None, None], axis=-1).reshape(len(pixels), -1)
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)  # an even picture fits nothing
