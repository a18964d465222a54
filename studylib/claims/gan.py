"""The verdicts of notebook 06: what follows from its measurements about the notes' words on GANs and on Adam."""

from itertools import combinations

import numpy as np
from scipy import stats

from studylib.claims import check_the_note

CLOSE = 0.1  # mean difference of two verdicts between 0 and 1; a verdict that knows nothing is off by nearly 0.5
SAME = 0.01  # relative; far more than rounding does to a step, far less than other data do
HAS_GROUPS = 0.5  # silhouette; up to it Kaufman and Rousseeuw (1990) speak of a structure that is weak, or made up
CHANCE = 0.05  # what comes by chance less often than this is taken for real; divided by the number of questions asked
KEEPS_PACE = 0.5  # last step by first step: AdaGrad's falls below it after three steps of one size
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
        f"on them from {verdict_before:.2f} to {verdict_after:.2f}.",
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
        None
        if as_it_is
        else 'D is the probability of "fake". With D the probability of "real", as everywhere else in '
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
        repeated: for each of these models the same again, measured with other samples, (n_runs, n_times).
        modes: modes covered in each run, of `n_modes`.
    """
    spread, noise = np.std(distances, ddof=1), np.sqrt(np.var(repeated, axis=1, ddof=1).mean())
    # By ranks: distances of runs that succeed and of runs that fail are far from normally distributed.
    p = stats.kruskal(*repeated).pvalue
    return check_the_note(
        "6.5",
        "The result of a GAN depends on the random seed (랜덤 시드).",
        p < CHANCE and spread > noise,
        f"energy distance from the data in {len(distances)} runs: {min(distances):.4f} to {max(distances):.4f}, a "
        f"standard deviation of {spread:.4f}. Measuring each of these models {np.shape(repeated)[1]} times over gives "
        f"{noise:.4f}; if all were equally good, they would differ as clearly with probability {p:.1g} (Kruskal-Wallis "
        f"test). Modes covered: {', '.join(map(str, modes))} of {n_modes}.",
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
    costs = {
        name: f"{np.median(distances[name]):.4f} ± {spreads[name]:.4f} ({weights[name] / 1024:.0f} KiB, "
        f"{np.median(np.array(seconds[name]) / seconds[plain]):.1f} times the time)"
        for name in distances
    }
    conditions = []
    for name, gain in gains.items():
        if gain <= 1:
            conditions.append(f"not in this setting for {name}, whose spread is no smaller")
        elif (p := wider_by_chance(distances[plain], distances[name])) > CHANCE / len(others):
            conditions.append(
                f"more runs confirm it for {name}: its spread is {gain:.1f} times smaller, and in {p:.0%} of the ways "
                "to deal out the same runs to both kinds the difference is as large"
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


def wider_by_chance(wide, narrow):
    """How often chance makes one group of runs wider than another by as much as `wide` is wider than `narrow`.

    An exact permutation test: the share of all ways to deal out the same values to two groups of these sizes in which
    the standard deviations differ as much. It does not ask how values are distributed: those of runs that either
    succeed or fail are far from normal, and a test that takes them for normal is wrong several times too often.
    """
    values = np.array([*wide, *narrow])
    observed = np.std(wide, ddof=1) - np.std(narrow, ddof=1)

    def difference(chosen):
        return np.std(values[list(chosen)], ddof=1) - np.std(np.delete(values, chosen), ddof=1)

    dealt = [difference(chosen) for chosen in combinations(range(len(values)), len(wide))]
    return float(np.mean(np.array(dealt) >= observed - 1e-12))


def adam(error_mean, error_sum, step_far, step_near, pace, step_ratio, coasted):
    """6.7: Adam is momentum + AdaGrad, with small steps near the optimum.

    Args:
        error_mean, error_sum: largest distance of Keras' Adam from momentum with RMSProp's moving mean, and from
            momentum with AdaGrad's sum, along one path.
        step_far, step_near: Adam's first step far from the optimum and near it, where the slopes are the same.
        pace: dict from "Adam" and "AdaGrad" to the last step of a long way on one slope, divided by the first.
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
    if pace["Adam"] > KEEPS_PACE:
        conditions.append(
            f"a variable that has changed much keeps steps {pace['Adam']:.2f} times as long as its first"
            + (", where it is AdaGrad's that get small" if pace["AdaGrad"] <= KEEPS_PACE else "")
        )
    return check_the_note(
        "6.7",
        "Adam is momentum + AdaGrad: inertia, and small steps for variables that have changed much, because those are "
        "near the optimum.",
        coasted > COASTS and 0.5 < step_ratio < 2,
        f"Keras' Adam is {error_mean:.1e} from momentum with a moving mean of squares, and {error_sum:.2f} from "
        f"momentum with their sum. First step {step_far:.3f} far from the optimum, {step_near:.3f} near it, with the "
        f"same slope; at the end of a long way on it the step is {pace['Adam']:.2f} times the first, and AdaGrad's is "
        f"{pace['AdaGrad']:.2f} times. A slope 100 times as steep makes the step {step_ratio:.2f} times as long. Past "
        f"the end of the slope it coasts {coasted:.2f} times the slope's length.",
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
