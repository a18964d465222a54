"""The verdicts of notebook 01: what follows from its measurements about the notes' words on data.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

import numpy as np

from studylib.claims import check_the_note

CLEARLY_FASTER = 1.1  # a tenth: less is what two runs of the same pipeline differ by on a busy machine


def initializers(stddevs, scale_bare, scale_normalized, intended=0.02, tolerance=0.05):
    """1.1: the kernels are N(0, `intended`).

    Args:
        stddevs: dict from a network's name to the measured standard deviation of its kernels.
        scale_bare, scale_normalized: root mean square of the last layer's output, for an input of 1, in a deep stack
            started this way, without and with instance normalization.
        tolerance: relative; a twentieth is far more than chance gives over 100,000 weights, and tells 0.02 from
            every rule that looks at the number of inputs.
    """
    measured = ", ".join(f"{name} {stddev:.4f}" for name, stddev in stddevs.items())
    return check_the_note(
        "1.1",
        "There are several initializers (초기값 설정); RandomNormal is the one used.",
        all(abs(stddev / intended - 1) <= tolerance for stddev in stddevs.values()),
        f"standard deviation of the kernels, intended {intended}: {measured}. A stack of convolutions started like "
        f"this scales a signal of size 1 to {scale_bare:.0e}; with instance normalization it ends at "
        f"{scale_normalized:.2f}.",
    )


def autotune(by_hand, by_itself, n_cores):
    """1.2: parallel map and prefetch, both on AUTOTUNE, make training's images come faster.

    Args:
        by_hand: throughput with both, divided by throughput with neither, one ratio for each round.
        by_itself: the same for the pipeline with neither in which TensorFlow may rewrite the steps on its own.
        n_cores: of the machine, for the record.
    """
    conditions = []
    if (slower := np.sum(np.asarray(by_hand) < 1)) > 0:
        conditions.append(
            f"there is time left on the processor's cores: in {slower} of {len(by_hand)} rounds here, it was no faster"
        )
    if np.median(by_itself) >= CLEARLY_FASTER:
        conditions.append(
            "the comparison is with a pipeline that TensorFlow may not rewrite: left alone, this version makes a plain "
            f"map parallel by itself, {np.median(by_itself):.1f} times as fast without a word in the code"
        )
    return check_the_note(
        "1.2",
        "`tf.data.AUTOTUNE` belongs into the data pipeline (데이터 파이프라인).",
        np.median(by_hand) >= CLEARLY_FASTER,
        f"images a second that a training step receives, with parallel map and prefetch against without, in "
        f"{len(by_hand)} rounds on this machine ({n_cores} cores): {_spread(by_hand)} (median, smallest to largest).",
        "; and ".join(conditions) or None,
    )


def _spread(ratios):
    return f"{np.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"


def augmentation(n_drawings, n_unchanged_pixels, other_meanings, crops_cached_last, crops_cached_first):
    """1.3: augmentation changes pixels, never the label.

    Args:
        n_drawings: drawings that were mirrored.
        n_unchanged_pixels: those of them that a mirror leaves as they are.
        other_meanings: list of (drawing, the other drawing that its mirror image is), as text.
        crops_cached_last, crops_cached_first: distinct crops of an image after the same number of epochs, with
            cache() after and before the random step.
    """
    conditions = []
    if other_meanings:
        conditions.append("the change carries no meaning in these images, as it does in text and arrows")
    if crops_cached_last < crops_cached_first:
        conditions.append("the random step comes after cache()")
    examples = "; ".join(f"{drawing} → {other}" for drawing, other in other_meanings[:2])
    return check_the_note(
        "1.3",
        "Data augmentation (데이터 증강) changes pixels without changing the label, and is very common.",
        n_unchanged_pixels < n_drawings and len(other_meanings) < n_drawings / 2,
        f"a mirror changes the pixels of {n_drawings - n_unchanged_pixels} of {n_drawings} drawings, and turns "
        f"{len(other_meanings)} of them into a drawing of something else{f' ({examples})' * bool(examples)}. Distinct "
        f"crops of one image in the same epochs: {crops_cached_first:.1f} with cache() before the random step, "
        f"{crops_cached_last:.1f} with cache() after it.",
        "; and ".join(conditions) or None,
    )


def shuffling(by_buffer, permutation, between_domains, n):
    """1.4: shuffling mixes the order, and the two domains independently.

    Args:
        by_buffer: dict from buffer size to the rank correlation between position in and position out.
        permutation: the same for studylib's own order.
        between_domains: rank correlation between the images of A and B that come together.
        n: number of images.
    """
    noise = 4 / n**0.5  # a random order of n things has a correlation of about 1/sqrt(n) either way
    largest = max(by_buffer)
    too_small = {size: r for size, r in by_buffer.items() if abs(r) > noise}
    condition = None
    if too_small:
        listed = ", ".join(f"{r:.2f} with a buffer of {size}" for size, r in too_small.items())
        condition = f"the buffer holds (nearly) all {n} images: the correlation is {listed}."
    return check_the_note(
        "1.4",
        "The data are shuffled (셔플).",
        all(abs(r) <= noise for r in (by_buffer[largest], permutation, between_domains)),
        f"rank correlation of position in and position out, where chance gives up to {noise:.2f}: "
        f"{by_buffer[largest]:.2f} with a buffer of {largest}, {permutation:.2f} in studylib's order; between the two "
        f"domains {between_domains:.2f}.",
        condition,
    )


def unpaired(shared, mirror_twins=()):
    """1.5: two sets without correspondence, split without leaks.

    Args:
        shared: dict from a task's name to (artworks in both training domains, artworks in training and in test).
        mirror_twins: pairs of ids on two sides of the split, one being the other's mirror image.
    """
    counts = ", ".join(f"{name} {both} and {leaked}" for name, (both, leaked) in shared.items())
    condition = None
    if len(mirror_twins):
        condition = (
            f"a mirror image counts as another drawing: {len(mirror_twins)} drawings have their mirror twin on the "
            f"other side of the split, such as {' and '.join(mirror_twins[0])}."
        )
    return check_the_note(
        "1.5",
        "CycleGAN learns from unpaired images (짝이 안 맞는 이미지): two sets, no correspondence.",
        all(both == 0 and leaked == 0 for both, leaked in shared.values()),
        f"artworks that are in both training domains, and in training as well as in test: {counts}.",
        condition,
    )
