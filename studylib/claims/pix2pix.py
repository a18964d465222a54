"""The verdicts of notebook 08: what follows from its measurements about the notes' words on pix2pix.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

import numpy as np

from studylib.claims import check_the_note

CLEARLY = 0.9  # a tenth less: two trainings of these sizes that differ only in their seed are nearer to each other
SAME = 0.02  # of the range of the toy's answers: gradient descent stops within its step of the minimum


def pairs(errors):
    """8.1: pairs are needed, and only one direction is learned.

    Args:
        errors: held-out errors in grey levels: "doing nothing", "true pairs", "mixed-up pairs" and "other direction",
            the generator that was trained on the same pairs from the other side.
    """
    right, listed = errors["true pairs"], ", ".join(f"{name} {error:.1f}" for name, error in errors.items())
    return check_the_note(
        "8.1",
        "pix2pix needs image pairs (쌍을 이룬 이미지), and works in one direction (한방향).",
        right < CLEARLY * min(errors["mixed-up pairs"], errors["other direction"], errors["doing nothing"]),
        f"held-out error in grey levels, from full colour to line art: {listed}.",
    )


def photographs(pairs_of_drawings, two_tone):
    """8.2: both sets must be photographs.

    Args:
        pairs_of_drawings: dict from a task without photographs to (error of the trained model, error of the best that
            needs no training).
        two_tone: share of the line art's pixels that are nearly black or nearly white.
    """
    listed = ", ".join(f"{name}: {ours:.1f} against {other:.1f}" for name, (ours, other) in pairs_of_drawings.items())
    return check_the_note(
        "8.2",
        "Both sets of images must be photographs (사진).",
        not any(ours < CLEARLY * other for ours, other in pairs_of_drawings.values()),
        f"held-out error in grey levels of a model trained on drawings against the best without training: {listed}. "
        f"No picture here is a photograph: {two_tone:.0%} of the line art's pixels are nearly black or nearly white.",
    )


def middle_value(answers, learned, worst_pixel, sharpness, colourfulness):
    """8.3: L1 alone picks a middle value, so the result is blurred and pale.

    Args:
        answers: the toy's true answers. learned: dict from "L1" and "L2" to the number learned from them.
        worst_pixel: largest difference, in grey levels, between the toy image learned with L1 and the pixels' medians.
        sharpness, colourfulness: (L1 alone, the true images), held out; L1 alone a list, one number a seed.
    """
    middles = {"L1": ("median", np.median(answers)), "L2": ("mean", np.mean(answers))}
    exact = all(abs(learned[name] - value) <= SAME * np.ptp(answers) for name, (_, value) in middles.items())
    toy = "; ".join(f"{name} learned {learned[name]:.3f}, {what} {v:.3f}" for name, (what, v) in middles.items())
    (sharp, true_sharp), (colour, true_colour) = sharpness, colourfulness
    is_paler = max(colour) < true_colour
    condition = None if is_paler else "blurred, yes; paler than the true images it was not in every run here"
    return check_the_note(
        "8.3",
        "L1 alone picks a middle value (중간값) of all plausible answers: the result is blurred and weak in colour.",
        exact and worst_pixel <= 255 * SAME and max(sharp) < CLEARLY * true_sharp,
        f"toy: {toy}; toy image learned with L1 within {worst_pixel:.1f} grey levels of the median of every pixel. "
        f"OpenMoji, held out, L1 alone against the true images: sharpness {_listed(sharp)} against {true_sharp:.1f}, "
        f"colourfulness {_listed(colour)} against {true_colour:.1f}.",
        condition,
    )


def both_terms(errors, sharpness, colourfulness, true_sharpness, true_colour):
    """8.4: the GAN term overcomes the blur, and L1 guides and steadies the GAN.

    Args:
        errors, sharpness, colourfulness: dicts from "L1", "GAN" and "L1 + GAN" to a list, one number a seed, held out.
        true_sharpness, true_colour: of the true images.
    """
    runs = range(len(errors["L1"]))
    sharper = [sharpness["L1 + GAN"][i] > sharpness["L1"][i] for i in runs]
    guided = [errors["L1 + GAN"][i] < errors["GAN"][i] for i in runs]
    conditions = []
    blurred = np.mean(sharpness["L1"])
    gained, missing = np.mean(sharpness["L1 + GAN"]) - blurred, true_sharpness - blurred
    if gained < missing / 2:
        conditions.append(f"it lessens the blur: {gained / missing:.0%} of the sharpness that L1 alone lacks was won")
    if len(runs) > 1 and np.ptp(errors["L1 + GAN"]) >= np.ptp(errors["GAN"]):
        conditions.append("steadier it is not here: the errors of the seeds lie no closer together")
    gap = {name: np.mean(np.abs(np.subtract(colourfulness[name], true_colour))) for name in ("L1", "L1 + GAN")}
    if gap["L1 + GAN"] >= gap["L1"]:
        conditions.append(
            "livelier is not truer: the colourfulness of both terms is further from that of the true images "
            f"({_listed(colourfulness['L1 + GAN'])} against {true_colour:.1f}) than that of L1 alone "
            f"({_listed(colourfulness['L1'])})"
        )
    n_seeds = "1 seed was" if len(runs) == 1 else f"{len(runs)} seeds were"
    few = f"{n_seeds} run, with a short training each: a tendency, no more"
    return check_the_note(
        "8.4",
        "The GAN loss overcomes what L1 lacks, and L1 guides and steadies the GAN.",
        all(sharper) and all(guided),
        f"held out, in {len(runs)} seed(s): sharpness with both terms {_listed(sharpness['L1 + GAN'])}, L1 alone "
        f"{_listed(sharpness['L1'])}; error with both {_listed(errors['L1 + GAN'])}, GAN alone "
        f"{_listed(errors['GAN'])} grey levels.",
        "; ".join([*conditions, few]),
    )


def patches(share_seen, n_seeing, changes, signed):
    """8.5: PatchGAN judges patches, so the generator learns which patch is wrong.

    Args:
        share_seen: share of all scores whose receptive field meets the damage.
        n_seeing: how many scores see one and the same pixel in the middle of the image.
        changes: dict from a discriminator to (mean change of the scores that see the damage, that of all others),
            absolute.
        signed: dict from a discriminator to the mean signed change of the scores that see the damage.
    """
    conditions = []
    if n_seeing > 1:
        conditions.append(
            f"the patches overlap: {n_seeing} scores see one pixel, so that the map points to a neighbourhood and to "
            "no single patch"
        )
    if any(outside > 0 for _, outside in changes.values()):
        conditions.append("a little of it reaches every score, as instance normalization averages over the whole map")
    if blind := [name for name, change in signed.items() if change >= 0]:
        conditions.append(
            f"a fault must be of the kind that the discriminator met in training: the score did not fall where "
            f"that of {' and '.join(blind)} saw the damage"
        )
    listed = ", ".join(f"{name} {inside:.3f} and {outside:.3f}" for name, (inside, outside) in changes.items())
    falls = ", ".join(f"{name} {change:+.3f}" for name, change in signed.items())
    return check_the_note(
        "8.5",
        "PatchGAN judges patches (패치), so the generator knows which patch has a large loss, and improves it.",
        all(inside > 2 * outside for inside, outside in changes.values()) and min(signed.values()) < 0,
        f"{share_seen:.0%} of the scores see the damaged square. Mean size of the change in these and in the others, "
        f"by discriminator: {listed}; with its sign, in these: {falls}.",
        "; and ".join(conditions) or None,
    )


def sees_the_pair(channels, moved, prefers_own):
    """8.6: the discriminator sees the pair.

    Args:
        channels: (channels of the discriminator's input, channels of an image).
        moved: dict from a discriminator to the mean absolute change of a score when only A is exchanged.
        prefers_own: dict from a discriminator to the share of images B that score higher beside their own A.
    """
    undecided = [name for name, share in prefers_own.items() if share <= 0.5]
    condition = None
    if undecided:
        condition = (
            "seeing the pair is not yet minding it: no training batch holds a wrong A, and the discriminator of "
            f"{' and '.join(undecided)} scores most images higher beside another's A"
        )
    listed = ", ".join(f"{name} {moved[name]:.3f}, own A preferred by {prefers_own[name]:.0%}" for name in moved)
    return check_the_note(
        "8.6",
        "The paired images (paired 이미지) go into the discriminator together, and it tells real from fake.",
        channels[0] == 2 * channels[1] and all(change > 0 for change in moved.values()),
        f"{channels[0]} channels go in, for images of {channels[1]}. The same held-out B beside another A, mean change "
        f"of a score by discriminator: {listed}.",
        condition,
    )


def whose_loss(pix2pix_change, cyclegan_change, own_error, other_error):
    """8.7: L1 + GAN is CycleGAN's loss, and it ignores the input.

    Args:
        pix2pix_change, cyclegan_change: by how much the generators' loss changes when the images B of a batch change
            places, relative.
        own_error, other_error: error of the translations to their own truth and to that of another image.
    """
    return check_the_note(
        "8.7",
        "||y - G(x)|| plus the GAN's loss is the loss of CycleGAN, and it ignores the input.",
        cyclegan_change > 1e-4 and own_error > CLEARLY * other_error,
        f"when the images B of one batch change places, pix2pix's loss changes by {pix2pix_change:.1%} and CycleGAN's "
        f"by {cyclegan_change:.1%}: only the first compares with a y that belongs to x. Error of pix2pix's "
        f"translations to their own truth {own_error:.1f}, to another's {other_error:.1f} grey levels.",
    )


def super_resolution(errors):
    """8.8: super-resolution with the same model.

    Args:
        errors: held-out errors in grey levels: "repeated pixels", "bicubic", "L1" and "L1 + GAN".
    """
    ours = {name: errors[name] for name in ("L1", "L1 + GAN")}
    condition = None
    if sum(error < CLEARLY * errors["bicubic"] for error in ours.values()) == 1:
        condition = f"with {min(ours, key=ours.get)} as the objective; the other one is no clear gain over bicubic"
    return check_the_note(
        "8.8",
        "Super-resolution (초해상도), a heading in the notes: the same pix2pix makes large pictures of small ones.",
        min(ours.values()) < CLEARLY * errors["bicubic"],
        f"held-out error in grey levels: {', '.join(f'{name} {error:.1f}' for name, error in errors.items())}.",
        condition,
    )


def _listed(values):
    return ", ".join(f"{value:.1f}" for value in values)
