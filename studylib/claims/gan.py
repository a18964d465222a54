"""The verdicts of notebook 06: what follows from its measurements about the notes' words on GANs and on Adam."""

import numpy as np
from scipy import stats

from studylib.claims import check_the_note

CLOSE = 0.1  # mean difference of two verdicts between 0 and 1; a verdict that knows nothing is off by nearly 0.5
SAME = 0.01  # relative; far more than rounding does to a step, far less than other data do
HAS_GROUPS = 0.7  # silhouette; above it Kaufman and Rousseeuw (1990) speak of a strong structure
COASTS = 0.3  # in units of the way that the slope lasts: without inertia an optimizer ends within one step of the edge


def adversarial(error_before, error_after, verdict_before, verdict_after):
    """6.1: two networks against each other, with a best answer of the discriminator.

    Args:
        error_before, error_after: mean |D - D*| of a discriminator before and after it was trained alone.
        verdict_before, verdict_after: its mean verdict on the fakes, before and after they followed their pushes.
    """
    return check_the_note(
        "6.1",
        "A GAN (적대적 생성 신경망) is a generator (생성자) and a discriminator (판별자) that learn against each "
        "other.",
        error_after <= CLOSE and error_after < error_before / 2 and verdict_after > verdict_before,
        f"trained alone, the discriminator comes from {error_before:.3f} to {error_after:.3f} of the best possible "
        f"verdict p_data / (p_data + p_fake) (mean difference); the fakes that follow its gradient raise its verdict "
        f"on them from {verdict_before:.2f} to {verdict_after:.2f}. What one gains, the other loses.",
    )


def clustering(silhouette_grouped, silhouette_groupless, before, after):
    """6.2: unsupervised learning is clustering. Then a GAN would have nothing to learn where there are no groups.

    Args:
        silhouette_grouped, silhouette_groupless: mean silhouette of the best division into groups, from -1 to 1, of
            data with and without groups.
        before, after: energy distance of a GAN's samples from the data without groups, before and after training.
    """
    is_groupless = silhouette_groupless < HAS_GROUPS <= silhouette_grouped
    return check_the_note(
        "6.2",
        "A GAN is unsupervised learning (비지도학습); such a network clusters (군집화) similar inputs.",
        not (is_groupless and after < before / 5),
        f"on data that have no natural groups (silhouette of the best division {silhouette_groupless:.2f}, against "
        f"{silhouette_grouped:.2f} on the ring) the GAN comes from energy distance {before:.3f} to {after:.4f}. "
        + (
            "It has learned a distribution where there was nothing to cluster."
            if is_groupless and after < before / 5
            else "That is no learning without groups."
        ),
    )


def minimax(note_values, distance_before, distance_as_real, distance_as_fake):
    """6.3: argmin_G max_D E[log D(G(x)) + log(1 - D(y))].

    Args:
        note_values: what the note's formula gives for two discriminators, a dict with "real", the best possible
            probability of "real", and "fake", one minus that.
        distance_before: energy distance of fakes from the data.
        distance_as_real, distance_as_fake: the same after the fakes went a little in the direction in which the
            note's formula falls, D being the probability of "real" and of "fake".
    """
    swapped = note_values["fake"] > note_values["real"] and distance_as_fake < distance_before
    as_it_is = note_values["real"] > note_values["fake"] and distance_as_real < distance_before
    return check_the_note(
        "6.3",
        "The game is argmin_G max_D E[log D(G(x)) + log(1 − D(y))], y being real.",
        swapped or as_it_is,
        f"the formula's value is {note_values['real']:.2f} for the best D that gives the probability of real, and "
        f"{note_values['fake']:.2f} for the best D that gives that of fake; fakes that lower it go from energy "
        f"distance {distance_before:.3f} to {distance_as_real:.3f} with the first, to {distance_as_fake:.3f} with the "
        "second.",
        None if as_it_is else 'D is the probability of "fake". With D the probability of "real", as everywhere else in '
        "this study, it is argmin_G max_D E[log D(y) + log(1 − D(G(x)))].",
    )


def pairs(gan_change, pix2pix_change):
    """6.4: earlier GANs needed pairs, even to generate.

    Args:
        gan_change, pix2pix_change: how much the weights' step changes when the real images of the batch come in
            another order, relative to the length of the step.
    """
    return check_the_note(
        "6.4",
        "Before CycleGAN, GANs needed images in matching pairs, to translate and also to generate.",
        gan_change > SAME,
        f"real samples of one batch in another order change the plain GAN's step by {gan_change:.1e} of its length, "
        f"and that of pix2pix (notebook 08) by {pix2pix_change:.2f}: "
        + (
            "pairs mean nothing to the one, and everything to the other."
            if gan_change <= SAME < pix2pix_change
            else "the order, and with it the pairing, matters where that number is not tiny."
        ),
    )


def seeds(distances, repeated, modes, n_modes):
    """6.5: the result depends on the random seed.

    Args:
        distances: energy distance from the data at the end of runs that differ in their seed only.
        repeated: the same for one of the models, measured again with other samples.
        modes: modes covered in each run, of `n_modes`.
    """
    spread, noise = np.std(distances, ddof=1), np.std(repeated, ddof=1)
    return check_the_note(
        "6.5",
        "The result of a GAN depends on the random seed (랜덤 시드).",
        spread > _clear_ratio(len(distances), len(repeated)) * noise,
        f"energy distance from the data in {len(distances)} runs: {min(distances):.4f} to {max(distances):.4f}, a "
        f"standard deviation of {spread:.4f}; measuring one model {len(repeated)} times over gives {noise:.4f}. Modes "
        f"covered: {', '.join(map(str, modes))} of {n_modes}.",
    )


def remedies(distances, weights, seconds):
    """6.6: averaging several discriminators, or a replay buffer, against the dependence on the seed.

    Args:
        distances: dict from "one discriminator" and the names of the remedies to the energy distances of its runs.
        weights: dict from the same names to the bytes that training keeps: weights, optimizers' slots, buffer.
        seconds: dict from the same names to the times of the same number of steps, taken in turns.
    """
    plain, *others = distances
    spreads = {name: np.std(values, ddof=1) for name, values in distances.items()}
    gains = {name: float(spreads[plain] / spreads[name]) for name in others}
    clear = {name: _clear_ratio(len(distances[plain]), len(distances[name])) for name in others}
    costs = {
        name: f"{np.median(distances[name]):.4f} ± {spreads[name]:.4f} ({weights[name] / 1024:.0f} KiB, "
        f"{np.median(np.array(seconds[name]) / seconds[plain]):.1f} times the time)"
        for name in distances
    }
    conditions = []
    for name, gain in gains.items():
        if gain <= 1:
            conditions.append(f"not in this setting for {name}, whose spread is no smaller")
        elif gain < clear[name]:
            conditions.append(
                f"more runs confirm it for {name}: a spread {gain:.1f} times smaller may be chance, which over so few "
                f"seeds gives up to {clear[name]:.1f}"
            )
    return check_the_note(
        "6.6",
        "Against the dependence on the seed: many discriminators averaged, at the price of memory, or a replay buffer.",
        max(gains.values()) > 1,
        f"energy distance, median ± standard deviation over {len(distances[plain])} seeds: "
        + "; ".join(f"{name} {text}" for name, text in costs.items())
        + ".",
        "; ".join(conditions) or None,
    )


def _clear_ratio(n, m):
    """The ratio of two standard deviations, of n and m runs, that chance exceeds one time in twenty (F test)."""
    return float(np.sqrt(stats.f.ppf(0.95, n - 1, m - 1)))


def adam(error_mean, error_sum, step_far, step_near, step_ratio, coasted):
    """6.7: Adam is momentum + AdaGrad, with small steps near the optimum.

    Args:
        error_mean, error_sum: largest distance of Keras' Adam from momentum with RMSProp's moving mean, and from
            momentum with AdaGrad's sum, along one path.
        step_far, step_near: Adam's first step far from the optimum and near it, where the slopes are the same.
        step_ratio: its step on a slope of 100 divided by that on a slope of 1, at one distance.
        coasted: how far it goes on over flat ground, in units of the way that the slope lasted.
    """
    conditions = []
    if error_mean < error_sum:
        conditions.append(
            "the second part is RMSProp's moving mean of squared gradients, not AdaGrad's sum, which would only grow"
        )
    if abs(step_far / step_near - 1) < 0.1:
        conditions.append(
            "steps are scaled by the size of the gradients; how near the optimum is, Adam does not know, and a "
            "variable far from it takes the same step"
        )
    return check_the_note(
        "6.7",
        "Adam is momentum + AdaGrad: inertia, and small steps for variables that have changed much, because those are "
        "near the optimum.",
        coasted > COASTS and 0.5 < step_ratio < 2,
        f"Keras' Adam is {error_mean:.1e} from momentum with a moving mean of squares, and {error_sum:.2f} from "
        f"momentum with their sum. First step {step_far:.3f} far from the optimum, {step_near:.3f} near it, with the "
        f"same slope. A slope 100 times as steep makes the step {step_ratio:.2f} times as long. Past the end of the "
        f"slope it coasts {coasted:.2f} times the slope's length.",
        "; and ".join(conditions) or None,
    )


def words(last_batch, mean_of_batches, reported, whole_set):
    """6.8: "cost" is for a data set, "loss" the mean of one training step.

    Args:
        last_batch: what the last training step of an epoch returned. mean_of_batches: the mean of all of its steps.
        reported: what Keras prints as "loss" at the end of that epoch.
        whole_set: what Keras' `evaluate` calls "loss", over all data with the weights of that moment.
    """
    different = abs(whole_set - reported) > 1e-3 * abs(reported)
    of_one_step = abs(reported - last_batch) <= 1e-3 * abs(last_batch)
    return check_the_note(
        "6.8",
        "The cost function is the error of one data set; the loss function is the mean error of one training step.",
        of_one_step or abs(reported - mean_of_batches) <= 1e-3 * abs(mean_of_batches),
        f'what Keras calls "loss": {last_batch:.4f} for the last step; {reported:.4f} for the epoch, where the mean '
        f"of its steps is {mean_of_batches:.4f}; {whole_set:.4f} for the whole set with the final weights.",
        'somebody says so first: usage varies, and Keras calls all of these "loss". This study says loss, of a batch, '
        "of an epoch (the mean of its batches), or of a set."
        if different or not of_one_step
        else None,
    )
