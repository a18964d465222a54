"""The verdicts of notebook 02: what follows from its measurements about the notes' words on padding.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

import numpy as np

from studylib.claims import check_the_note

MEANINGFUL = 0.1  # a correlation; less explains under a hundredth of the variance, and chance gives that at times
CLEARLY = 2  # standard errors: what chance alone exceeds once in twenty times
EXACT = 1e-6  # copying changes no value, and the largest value here is of the order of one
FINITE_DIFFERENCE = 1e-2  # float32 and a step of one leave a thousandth of a whole number at most


def size_and_meaning(sizes, correlations):
    """2.1: padding corrects the output size, and its values mean nothing.

    Args:
        sizes: dict from a number of layers to (side of the image, side after the layers with padding, without).
        correlations: dict from a mode to the correlation between the values that it puts beside the image and what
            really was there; 0 for a constant.
    """
    kept = all(padded == side for side, padded, _ in sizes.values())
    needed = any(bare != side for side, _, bare in sizes.values())
    meaningful = [mode for mode, value in correlations.items() if value >= MEANINGFUL]
    condition = None
    if meaningful:
        condition = (
            f"the values are without meaning in {_listed(set(correlations) - set(meaningful), correlations) or 'none'} "
            f"only; {_listed(meaningful, correlations)} put the image's content there."
        )
    sides = ", ".join(f"{side} → {padded} with and {bare} without" for side, padded, bare in sizes.values())
    values = ", ".join(f"{mode} {value:.2f}" for mode, value in correlations.items())
    return check_the_note(
        "2.1",
        "Padding (패딩) corrects the size of the output; it fills the empty places with values that mean nothing.",
        kept and needed and len(meaningful) < len(correlations),
        f"side of an image after {', '.join(map(str, sizes))} convolutions: {sides} padding. Correlation of the padded "
        f"values with what really lay one pixel beyond the edge: {values}.",
        condition,
    )


def _listed(modes, order):
    names = [mode for mode in order if mode in modes]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def three_modes(differences, gradient_differences, off_by_one):
    """2.2: the paddings do what the notes say, forward and backward.

    Args:
        differences: dict from a mode to the largest difference between the layer and numpy.pad.
        gradient_differences: dict from a mode to the largest difference between its gradient and finite differences.
        off_by_one: largest difference between reflection and symmetric padding of the same image.
    """
    exact = all(value <= EXACT for value in differences.values())
    gradients = all(value <= FINITE_DIFFERENCE for value in gradient_differences.values())
    names = ", ".join(f"{mode} {value:.0e}" if value else f"{mode} 0" for mode, value in differences.items())
    told_apart = "differ" if off_by_one > EXACT else "do not differ"
    return check_the_note(
        "2.2",
        "Zero padding (제로 패딩) fills with 0, reflection padding (반사 패딩) mirrors the input at its edge, "
        "replication padding (복제 패딩) copies it as it is at the edge.",
        exact and gradients,
        f"largest difference between each layer and numpy.pad: {names}; between its gradient and finite differences: "
        f"{max(gradient_differences.values()):.0e}. Mirroring at the edge leaves open whether the edge itself is "
        f"repeated: reflection (it is not) and symmetric (it is) {told_apart}, by up to {off_by_one:.2g}.",
    )


def natural_border(errors, trained):
    """2.3: reflection uses the image itself, so the border looks natural and the GAN does better.

    Args:
        errors: dict from a kind of image to a dict from a mode to the border error of each image in an untrained
            stack of convolutions, where the true surroundings are known.
        trained: dict from a kind of image to a dict from a mode to the error of the outermost pixels in networks that
            were trained with it, one for each seed.
    """
    untrained_better = all(_clearly_less(modes["reflection"], modes["zero"]) for modes in errors.values())
    conditions = ["what is measured is the error at the border, not the quality of a GAN's pictures"]
    lost = [kind for kind, modes in trained.items() if not _less_for_every_seed(modes["reflection"], modes["zero"])]
    if lost:
        conditions.append(
            f"the network cannot learn to expect zeros: once trained, reflection does not beat zeros for every seed on "
            f"{' and '.join(lost)}"
        )
    if all(np.mean(modes["replication"]) <= np.mean(modes["reflection"]) for modes in errors.values()):
        conditions.append("it is not the mirror that matters: replication errs as little, or less")
    stack = "; ".join(f"{kind}: {_means(modes)}" for kind, modes in errors.items())
    after = "; ".join(
        f"{kind}: {np.mean(modes['reflection']) / np.mean(modes['zero']):.2f}" for kind, modes in trained.items()
    )
    return check_the_note(
        "2.3",
        "Reflection padding (반사 패딩) uses the image itself, so the border looks like the image and the GAN does "
        "better.",
        untrained_better,
        f"mean error of an untrained stack of convolutions ({stack}). In networks trained with their padding, the "
        f"error of the outermost pixels with reflection divided by that with zeros ({after}).",
        "; ".join(conditions) + ".",
    )


def _clearly_less(a, b):
    """Whether a is less than b in the mean over the same images, by more than chance would give."""
    difference = np.asarray(b) - np.asarray(a)
    return bool(difference.mean() > CLEARLY * difference.std() / np.sqrt(len(difference)))


def _less_for_every_seed(a, b):
    return bool(np.all(np.asarray(a) < np.asarray(b)))


def _means(modes):
    return ", ".join(f"{mode} {np.mean(values):.3f}" for mode, values in modes.items())
