"""The verdicts of notebooks 09 and 10: what follows from its measurements about the notes' words on CycleGAN.

Every function takes measured numbers and returns a `NoteCheck`.
"""

import numpy as np

from studylib.claims import check_the_note
from studylib.cyclegan.pool_history import expected_age_shares

LOST = 0.5  # of what the model gained on its own domain: who has less than this left has lost the greater part


def four_networks(shapes, n_shared):
    """9.1: two generators, two discriminators, no pairs.

    Args:
        shapes: dict from a network's name to the shape of its output for one image.
        n_shared: number of artworks that are in both training domains.
    """
    generators = [name for name, shape in shapes.items() if shape[-1] == 3]
    judges = [name for name, shape in shapes.items() if shape[-1] == 1]
    return check_the_note(
        "9.1",
        "CycleGAN has two generators (생성자) and two discriminators (판별자), and needs no pairs (짝).",
        len(generators) == 2 and len(judges) == 2 and n_shared == 0,
        f"{len(generators)} networks return an image ({', '.join(generators)}) and {len(judges)} a map of scores "
        f"({', '.join(judges)}); {n_shared} artworks are in both training domains.",
    )


def way_back(change_by_verdict, change_by_fake):
    """9.2: what the way back depends on.

    Args:
        change_by_verdict: mean change of the cycled image when d_B, and with it every verdict, is another.
        change_by_fake: mean change of the cycled image when the fake image is shifted a little.
    """
    return check_the_note(
        "9.2",
        "F is a discriminator (판별자), and X is made again from the verdict on the fake.",
        change_by_verdict > change_by_fake,
        f"with other weights in d_B the cycled image changes by {change_by_verdict:.3f}; with another fake image it "
        f"changes by {change_by_fake:.3f} (mean absolute, images in [-1, 1]). The second generator, g_BA, makes the "
        "image again from the fake.",
    )


def third_term(loss_against_y, loss_against_x):
    """9.3: can a discriminator that compares F(y) with y tell a generator that does nothing?

    Args:
        loss_against_y, loss_against_x: loss of a discriminator trained on fakes F(y) = y, with y or x as the reals.
            0.25 is what LSGAN leaves to a discriminator that can tell nothing, 0 is a perfect one.
    """
    return check_the_note(
        "9.3",
        "The third term of the loss is LGAN(F(y), y).",
        # The control first: a judge that cannot tell y from x either has not been trained long enough to decide.
        loss_against_y < 0.125 or loss_against_x >= 0.125,
        f"for a generator that does nothing, F(y) = y, a discriminator trained with y as the reals ends at a loss of "
        f"{loss_against_y:.3f}, where 0.25 means that it cannot tell; with x as the reals it ends at "
        f"{loss_against_x:.3f}. Compared with y, doing nothing would be perfect.",
    )


def terms(norms, discriminator_norms):
    """9.5: six terms for the generators, two for the discriminators.

    Args:
        norms: dict from each term of the generators to the norms of its gradient in g_AB and g_BA.
        discriminator_norms: dict from each term of the discriminators to the norms in d_A and d_B.
    """
    both = [term for term, values in norms.items() if all(values.values())]
    own = all({name for name, norm in values.items() if norm} == {term} for term, values in discriminator_norms.items())
    return check_the_note(
        "9.5",
        "The generators' objective (목적함수) has 6 terms, the discriminators' has 2.",
        len(norms) == 6 and len(discriminator_norms) == 2 and all(any(v.values()) for v in norms.values()) and own,
        f"{len(norms)} terms reach a generator, of which {' and '.join(both)} reach both; {len(discriminator_norms)} "
        f"terms reach a discriminator, {'each its own' if own else 'but not each its own'}.",
    )


def own_targets(final_note, final_own):
    """9.6: where two scores end when they follow a loss downhill.

    Args:
        final_note: (real, fake) scores after descending the squared difference between the two.
        final_own: the same after descending the discriminator's loss of this study.
    """
    told_apart = np.allclose(final_note, (1, 0), atol=0.1)
    return check_the_note(
        "9.6",
        "A discriminator's loss is the cost between its verdicts on the fake and on the real image.",
        told_apart,
        f"the scores of a real and a fake image that descend this cost end at {final_note[0]:.2f} and "
        f"{final_note[1]:.2f}; each against its own target, 1 and 0, they end at {final_own[0]:.2f} and "
        f"{final_own[1]:.2f}.",
    )


def constructor(n_parameters, losses):
    """9.8: the call of the notes.

    Args:
        n_parameters: of one generator it made.
        losses: the terms of one training step, a dict of numbers.
    """
    return check_the_note(
        "9.8",
        "CycleGAN(input_dim, learning_rate=0.0002, buffer_max_length=50, ...) makes the model.",
        n_parameters > 0 and bool(np.all(np.isfinite(list(losses.values())))),
        f"called as written, it makes generators of {n_parameters:,} parameters, and one training step gives "
        f"{len(losses)} finite losses.",
    )


def pool(ages, max_length, ages_off=()):
    """9.9: what the pool shows.

    Args:
        ages: of the images shown once the pool is full: 0 for a new one, k for one that k others followed.
        max_length: size of the pool.
        ages_off: the same for a pool of length 0.
    """
    ages = np.asarray(ages)
    share_new, share_older = np.mean(ages == 0), np.mean(ages >= max_length)
    older = 1 - expected_age_shares(max_length, max_length).sum()
    condition = None
    if share_older > 0:
        condition = (
            f"it sees a random choice among earlier images, not the last {max_length}: half are new, and some are "
            "much older, because an image stays until chance replaces it."
        )
    return check_the_note(
        "9.9",
        f"The discriminator sees the last {max_length} images.",
        share_new < 0.95,
        f"of the images shown {100 * share_new:.0f} % are new and {100 * share_older:.0f} % are older than the last "
        f"{max_length} (by the 50% rule 50 % and {100 * older:.0f} %); the oldest is {ages.max()} images old."
        + (f" With the pool off {100 * np.mean(np.equal(ages_off, 0)):.0f} % are new." if len(ages_off) else ""),
        condition,
    )


def objective(terms, mse, l1):
    """9.10: which terms are mean squared errors.

    Args:
        terms: dict of the six terms as the model reports them.
        mse, l1: the same terms computed apart as mean squared and as mean absolute error.
    """
    squared = [name for name in terms if np.isclose(terms[name], mse[name], rtol=1e-4)]
    absolute = [name for name in terms if np.isclose(terms[name], l1[name], rtol=1e-4)]
    condition = f"{', '.join(absolute)} are mean absolute errors (L1)." if absolute else None
    return check_the_note(
        "9.10",
        "The objective (목적함수) is the mean squared error.",
        bool(squared),
        f"computed apart, {len(squared)} of the six terms equal the mean squared error ({', '.join(squared)}) and "
        f"{len(absolute)} the mean absolute error.",
        condition,
    )


def blend(error_blend, error_translation, through_blend, through_translation):
    """9.11: is style transfer an interpolation of two images?

    Args:
        error_blend, error_translation: to the truth, in grey levels.
        through_blend, through_translation: correlation with the other image, whose content should not show.
    """
    return check_the_note(
        "9.11",
        "Style transfer must not interpolate two images: the other one would shine through, in muddy colours.",
        error_translation < error_blend and through_translation < through_blend,
        f"half of an image and half of one from the other domain is {error_blend:.0f} grey levels from the truth, the "
        f"translation {error_translation:.0f}; the correlation with the other image is {through_blend:.2f} in the "
        f"blend and {through_translation:.2f} in the translation.",
    )


def schedule(rates, n_constant, n_steps):
    """9.13: the learning rate over a run.

    Args:
        rates: of each step 0 ... n_steps, as the optimizers use them.
        n_constant: steps that should be constant.
        n_steps: of the run.
    """
    rates = np.asarray(rates)
    middle = (n_constant + n_steps) // 2
    expected = rates[0] * np.interp(np.arange(n_steps + 1), [0, n_constant, n_steps], [1, 1, 0])
    return check_the_note(
        "9.13",
        "The learning rate is constant first, then falls linearly to zero.",
        bool(np.allclose(rates, expected, atol=1e-3 * rates[0])),
        f"{rates[0]:.2g} at step 0, {rates[n_constant]:.2g} at step {n_constant}, {rates[middle]:.2g} at step "
        f"{middle}, {rates[-1]:.2g} at step {n_steps}.",
    )


def outside_domain(errors, nothing, own):
    """9.14: a model on images of a domain that it was not trained on, where the truth is known all the same.

    The gain is the share of the error of doing nothing that the model takes away: 1 for a perfect one, 0 for one that
    is as good as none, negative for one that does harm.

    Args:
        errors: dict from a domain's name to the model's error on held-out pairs, in grey levels.
        nothing: the same for doing nothing.
        own: name of the domain that the model was trained on.
    """
    gains = {name: 1 - errors[name] / nothing[name] for name in errors}
    others = [name for name in gains if name != own]
    low = [name for name in others if gains[name] < LOST * gains[own] or gains[own] <= 0]
    kept = [name for name in others if name not in low]
    listed = ", ".join(f"{name} {errors[name]:.1f} ({gains[name]:+.0%})" for name in others)
    condition = (
        f"it depends on what changes: more than half of the gain is left by {' and '.join(kept)}." if kept else None
    )
    if gains[own] <= 0:
        condition = f"nothing can be decided here: on {own} itself the model is no better than doing nothing."
    return check_the_note(
        "9.14",
        "Used on another domain (영역 적응, domain adaptation) the accuracy may be low.",
        bool(low),
        f"error in grey levels, and the share of the error of doing nothing that the model takes away: {own} "
        f"{errors[own]:.1f} ({gains[own]:+.0%}); {listed}.",
        condition,
    )
