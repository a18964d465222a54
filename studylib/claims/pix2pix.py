"""The verdicts of notebook 08: what follows from its measurements about the notes' words on pix2pix.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

import numpy as np
from scipy.stats import permutation_test

from studylib.claims import check_the_note

CLEARLY = 0.9  # a tenth less: two trainings of these sizes that differ only in their seed are nearer to each other
SAME = 0.02  # of the range of the toy's answers: gradient descent stops within its step of the minimum
HALF = 0.5  # of what L1 alone lacks: who makes up for less has not overcome it
CHANCE = 0.05  # the usual limit of a p-value
OWN_FAULT = "of fake_B"  # the kind of damage that the discriminator met in training


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
        sharpness, colourfulness: of L1 alone over all held-out images, as a share of the true images' value; a list
            each, one number a run.
    """
    middles = {"L1": ("median", np.median(answers)), "L2": ("mean", np.mean(answers))}
    exact = all(abs(learned[name] - value) <= SAME * np.ptp(answers) for name, (_, value) in middles.items())
    toy = "; ".join(f"{name} learned {learned[name]:.3f}, {what} {v:.3f}" for name, (what, v) in middles.items())
    listed = {
        name: ", ".join(f"{share:.0%}" for share in shares)
        for name, shares in {"sharpness": sharpness, "colourfulness": colourfulness}.items()
    }
    condition = None
    if max(colourfulness) >= CLEARLY:
        condition = (
            "blurred, yes; clearly weaker in colour it was not in every run: "
            f"{min(colourfulness):.0%} to {max(colourfulness):.0%} of the true images' colourfulness"
        )
    return check_the_note(
        "8.3",
        "L1 alone picks a middle value (중간값) of all plausible answers: the result is blurred and weak in colour.",
        exact and worst_pixel <= 255 * SAME and max(sharpness) < CLEARLY,
        f"toy: {toy}; toy image learned with L1 within {worst_pixel:.1f} grey levels of the median of every pixel. "
        f"OpenMoji, all held-out images, L1 alone in {len(sharpness)} runs: sharpness {listed['sharpness']}, "
        f"colourfulness {listed['colourfulness']} of that of the true images.",
        condition,
    )


def both_terms(measured, truth, nothing):
    """8.4: the GAN term overcomes what L1 lacks, and L1 guides and steadies the GAN.

    L1 alone may lack sharpness and colour (8.3). A lack is overcome where every seed gains and the mean of the seeds
    comes nearer to the true images by at least half; the statement holds in part where one of the two is overcome.

    Args:
        measured: {"error" or "sharpness" or "colourfulness": {"L1" or "GAN" or "L1 + GAN": list, one number a seed}},
            held out; the seeds in the same order, for a seed gives every objective the same start and batches.
        truth: {"sharpness": ..., "colourfulness": ...} of the true images.
        nothing: error of leaving the input as it is.
    """
    errors, conditions, evidence, overcome = measured["error"], [], [], []
    for figure in ("sharpness", "colourfulness"):
        l1, both = measured[figure]["L1"], measured[figure]["L1 + GAN"]
        # What L1 lacks is systematic, so it is the means that are compared; chance is in the seeds one by one.
        l1_gap, both_gap = (abs(np.mean(values) - truth[figure]) for values in (l1, both))
        nearer = 1 - both_gap / l1_gap
        overcome.append(nearer >= HALF and all(np.greater(both, l1)))
        evidence.append(f"{figure} {_listed(both)}, L1 alone {_listed(l1)}, the true images {truth[figure]:.1f}")
        if not overcome[-1]:
            change = f"{nearer:.0%} nearer to" if nearer > 0 else f"{-nearer:.0%} further from"
            conditions.append(f"in {figure} L1 + GAN is {change} the true images than L1 alone, in the mean")
    spread = {name: np.std(errors[name], ddof=1) for name in ("GAN", "L1 + GAN")}
    chance = _spread_by_chance(errors["GAN"], errors["L1 + GAN"])
    if chance >= CHANCE:
        conditions.append(
            "that L1 steadies is not shown: were both equally steady, such a difference of spread would come by chance "
            f"in {chance:.0%} of cases"
        )
    if min(map(np.mean, errors.values())) >= nothing:
        conditions.append(f"by this error none of the three is better than leaving the input as it is ({nothing:.1f})")
    return check_the_note(
        "8.4",
        "The GAN loss overcomes what L1 lacks, and L1 guides and steadies the GAN.",
        any(overcome) and bool(np.all(np.less(errors["L1 + GAN"], errors["GAN"]))),
        f"held out, {len(errors['L1'])} recorded seeds, with both terms: {'; '.join(evidence)}; error in grey levels "
        f"{_listed(errors['L1 + GAN'])}, L1 alone {_listed(errors['L1'])}, GAN alone {_listed(errors['GAN'])}, its "
        f"standard deviation with both {spread['L1 + GAN']:.2f}, GAN alone {spread['GAN']:.2f}, p = {chance:.2f}.",
        "; ".join(conditions) or None,
    )


def patches(share_seen, n_seeing, changes, signed):
    """8.5: PatchGAN judges patches, so the generator learns which patch is wrong.

    The faults that the generator has to learn of are its own: a square of fake_B in the true image decides. Its scores
    must fall, and by more than a score changes that does not see the damage.

    Args:
        share_seen: share of all scores whose receptive field meets the damage.
        n_seeing: how many scores see one and the same pixel in the middle of the image.
        changes: dict from a discriminator to (mean change of the scores that see the damage, that of all others),
            absolute.
        signed: dict from a discriminator to a dict from the kind of damage, OWN_FAULT among them, to the mean signed
            change of the scores that see it.
    """
    conditions = []
    if n_seeing > 1:
        conditions.append(
            f"the patches overlap: {n_seeing} scores see one pixel, so that the map points to a neighbourhood and to "
            "no single patch"
        )
    if any(outside > 0 for _, outside in changes.values()):
        conditions.append("a little of it reaches every score, as instance normalization averages over the whole map")
    pleased = [
        f"{kind} ({name} {change:+.3f})"
        for name, by_kind in signed.items()
        for kind, change in by_kind.items()
        if kind != OWN_FAULT and change >= 0
    ]
    if pleased:
        conditions.append(
            "it is no judge of faults that its generator does not make: the score did not fall for "
            f"{', '.join(pleased)}"
        )
    listed = ", ".join(f"{name} {inside:.3f} and {outside:.3f}" for name, (inside, outside) in changes.items())
    falls = ", ".join(f"{name} {by_kind[OWN_FAULT]:+.3f}" for name, by_kind in signed.items())
    return check_the_note(
        "8.5",
        "PatchGAN judges patches (패치), so the generator knows which patch has a large loss, and improves it.",
        all(inside > 2 * outside for inside, outside in changes.values())
        and all(signed[name][OWN_FAULT] < -outside for name, (_, outside) in changes.items()),
        f"{share_seen:.0%} of the scores see the damaged square. Mean size of the change in these and in the others, "
        f"by discriminator: {listed}. With its sign, in these, for a square of the generator's own fake_B: {falls}.",
        "; and ".join(conditions) or None,
    )


def sees_the_pair(channels, moved, prefers_own, fakes_prefer_own, n_images):
    """8.6: the discriminator sees the pair.

    Args:
        channels: (channels of the discriminator's input, channels of an image).
        moved: dict from a discriminator to the mean absolute change of a score when only A is exchanged.
        prefers_own: dict from a discriminator to the share of true images B that score higher beside their own A.
        fakes_prefer_own: the same for fake_B in place of B.
        n_images: how many images the shares are of.
    """
    chance = 1 / np.sqrt(n_images)  # two standard errors of a share of one half
    conditions = []
    for name, share in prefers_own.items():
        fakes = fakes_prefer_own[name]
        if share < 0.5 - chance:
            learned = (
                f"so does its fake_B (own A preferred by {fakes:.0%}), as if a wrong A were a sign of a true image"
                if fakes < 0.5 - chance
                else f"its fake_B does not (own A preferred by {fakes:.0%}), so that a wrong A by itself is no merit"
            )
            conditions.append(
                f"the discriminator of {name} prefers the wrong A more often than chance would ({1 - share:.0%}); "
                f"{learned}"
            )
        elif share <= 0.5 + chance:
            conditions.append(
                f"the discriminator of {name} has no preference for the right A beyond chance ({share:.0%})"
            )
    listed = ", ".join(f"{name} {moved[name]:.3f}, own A preferred by {prefers_own[name]:.0%}" for name in moved)
    return check_the_note(
        "8.6",
        "The paired images (paired 이미지) go into the discriminator together, and it tells real from fake.",
        channels[0] == 2 * channels[1] and all(change > 0 for change in moved.values()),
        f"{channels[0]} channels go in, for images of {channels[1]}. The same {n_images} held-out B beside another A, "
        f"mean change of a score by discriminator: {listed}.",
        "seeing the pair is not yet minding it: " + "; ".join(conditions) if conditions else None,
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


def _spread_by_chance(wider, narrower):
    """How often chance makes `wider` exceed `narrower` so far in spread: an exact permutation test, one-sided.

    What changes places are the distances from the own median (Brown and Forsythe's), so that no normality is assumed.
    """
    distances = [np.abs(np.asarray(values, float) - np.median(values)) for values in (wider, narrower)]
    test = permutation_test(distances, lambda x, y: np.mean(x) - np.mean(y), alternative="greater", n_resamples=np.inf)
    return float(test.pvalue)
