"""The verdicts of notebook 03 on why to normalize at all: claims 3.1 to 3.9.

Every function takes measured numbers and returns a `NoteCheck`; the thresholds stand here, beside the reason for each.
"""

import numpy as np

from studylib.claims import check_the_note

LEARNED = 0.8  # of the loss of guessing: a fifth better is more than class frequencies and noise of a batch explain
STALLED = 0.95  # of the loss of guessing: what remains at it
VANISHED = 1e-3  # a gradient a thousand times smaller than the last layer's: learning rates do not span more
ROUNDING = 1e-9  # of float64 sums of a few dozen terms, generously
CLEARLY = 1.25  # a quarter more: less is what repeated runs with other initial values differ by
SLOWER = 3  # times as long: on a busy machine, medians of five times of one and the same call differed by as much
CORRELATED = 2  # times the mean size: drawing the examples anew changes it by less than a tenth


def gradients_and_minimum(stalled, exploded, guessing, noisy_end, least):
    """3.1: vanishing and exploding gradients, and a minimum of 0.

    Args:
        stalled, exploded: loss at the end of a training whose gradients vanish, and explode; may be not finite.
        guessing: the loss of saying the classes' frequencies.
        noisy_end, least: loss at the end with disputed labels, and the least loss that these labels allow.
    """
    diverged = not np.isfinite(exploded)
    fails = [not np.isfinite(loss) or loss >= LEARNED * guessing for loss in (stalled, exploded)]
    conditions = []
    if np.isfinite(stalled) and stalled >= STALLED * guessing:
        conditions.append("`converging to a wrong value` means that it stays where it started, when gradients vanish")
    if diverged:
        conditions.append("it is no convergence when they explode: the loss leaves the numbers")
    if least > 0 and noisy_end >= least:
        conditions.append(f"the minimum is not taken to be 0: with disputed labels it is {least:.3f}")
    return check_the_note(
        "3.1",
        "Training looks for the global minimum, where the cost is 0; vanishing or exploding gradients "
        "(기울기 소실, 기울기 폭발) make it converge to a wrong value.",
        all(fails),
        f"loss at the end with vanishing gradients {stalled:.2f}, with exploding ones "
        f"{'not a finite number' if diverged else f'{exploded:.2f}'}, where guessing gives {guessing:.2f}. With one "
        f"label in four disputed a training ended at {noisy_end:.3f}; the least possible is {least:.3f}.",
        "; ".join(conditions) or None,
    )


def squeezing_activations(first_gradients, final_losses, guessing, n_layers):
    """3.2: sigmoid and tanh squeeze, so deep stacks of them stop learning; hence ReLU.

    Args:
        first_gradients: dict from "sigmoid", "tanh", "ReLU" (and more) to the gradient at the first layer, relative
            to the last, each with the initial scale that suits it.
        final_losses: the same names, loss at the end of training.
        guessing: the loss of saying the classes' frequencies.
        n_layers: depth.
    """
    stops = {name: loss >= LEARNED * guessing or not np.isfinite(loss) for name, loss in final_losses.items()}
    exceptions = [name for name in ("sigmoid", "tanh") if not stops[name]]
    listed = ", ".join(f"{name} {first_gradients[name]:.0e} and {final_losses[name]:.2f}" for name in first_gradients)
    condition = None
    if exceptions:
        condition = (
            f"{exceptions[0]} is left out: it squeezes, too, and learned through {n_layers} layers from initial values "
            f"that suit it. What counts is the product of slope and kernel, not the squeezing alone."
        )
    return check_the_note(
        "3.2",
        "Sigmoid and tanh were tried because they map large changes to a small range, but that makes deep stacks stop "
        "learning; so ReLU is used (활성화 함수).",
        len(exceptions) < 2 and not stops["ReLU"],
        f"gradient at the first of {n_layers} layers relative to the last, and loss at the end "
        f"(guessing: {guessing:.2f}): {listed}.",
        condition,
    )


def other_remedies(grid, scales, learning_rates, guessing):
    """3.3: initial values and the learning rate are remedies, too.

    Args:
        grid: (scales, learning rates), loss at the end; may be not finite.
        scales, learning_rates: labels of rows and columns.
        guessing: the loss of saying the classes' frequencies.
    """
    learned = np.nan_to_num(np.asarray(grid, float), nan=np.inf) < LEARNED * guessing
    by_scale = [bool(column.any() and not column.all()) for column in learned.T]
    by_rate = [bool(row.any() and not row.all()) for row in learned]
    hopeless = [f"{scale:.2g}" for scale, row in zip(scales, learned, strict=True) if not row.any()]
    return check_the_note(
        "3.3",
        "Other remedies are the initial values (초기값 설정) and the learning rate (학습률).",
        any(by_scale) and any(by_rate),
        f"of {learned.size} pairs, {learned.sum()} learned. Other initial values turned a failure into a success at "
        f"{sum(by_scale)} of {len(learning_rates)} learning rates, another learning rate at {sum(by_rate)} of "
        f"{len(scales)} initial scales"
        + (f"; no rate tried helped the scales {', '.join(hopeless)}." if hopeless else "."),
    )


def covariate_shift(shifts, losses, across, roughness):
    """3.4: instability is internal covariance shift, and batch normalization removes it.

    Args:
        shifts: dict with "plain", "batch norm" and "batch norm + noise": movement of the means of a layer's inputs
            during training, in standard deviations.
        losses: the same names, loss at the end.
        across: the same names, variance of the inputs of each layer at the end.
        roughness: dict with "plain" and "batch norm": (range of the loss along the gradient, change of the gradient a
            unit of distance).
    """
    reduced = shifts["batch norm"] * CLEARLY < shifts["plain"]
    helps = losses["batch norm"] < losses["plain"]
    noisy = "batch norm + noise"
    harmless = shifts[noisy] > CLEARLY * shifts["plain"] and losses[noisy] < losses["plain"]
    smoother = [roughness["batch norm"][k] * CLEARLY < roughness["plain"][k] for k in (0, 1)]
    spread = {name: max(values) / min(values) for name, values in across.items()}
    surface = (
        "smoother" if all(smoother) else "not clearly smoother" if not any(smoother) else "smoother in one measure"
    )
    return check_the_note(
        "3.4",
        "The instability of training is the `internal covariance shift`: the variance of the inputs differs from layer "
        "to layer. Batch normalization (배치 정규화) removes it.",
        reduced and helps and not harmless,
        f"the word is covariate, an input whose distribution changes while the network learns. Shift of the last "
        f"layer's inputs {_with_losses(shifts, losses)}. Largest by smallest variance from layer to layer: "
        f"{spread['plain']:.1f} plain, {spread['batch norm']:.1f} with batch normalization. "
        + ("More shift than plain went with a lower loss, so the shift is not what slows training. " * harmless)
        + f"With batch normalization the loss along the gradient was {surface}: it varied by "
        f"{roughness['batch norm'][0]:.2g} instead of {roughness['plain'][0]:.2g}, and the gradient changed by "
        f"{roughness['batch norm'][1]:.2g} a unit of distance instead of {roughness['plain'][1]:.2g}.",
        "it is not the only effect: the loss also became smoother" if any(smoother) else None,
    )


def _with_losses(shifts, losses):
    return ", ".join(f"{shifts[name]:.3f} ({name}, loss {losses[name]:.3f})" for name in shifts)


def local_minima(stuck, n_starts, by_rate, learning_rates, guessing):
    """3.5: normalization lowers the chance of falling into a local minimum.

    Args:
        stuck: dict with "plain" and "batch norm": starts of a small problem that end at a bad place without slope.
        n_starts: of each.
        by_rate: the same names, loss at the end for each learning rate.
        learning_rates: ascending.
        guessing: the loss of saying the classes' frequencies.
    """
    learned = {name: np.nan_to_num(losses, nan=np.inf) < LEARNED * guessing for name, losses in by_rate.items()}
    wider = int(learned["batch norm"].sum() - learned["plain"].sum())
    shares = {name: count / n_starts for name, count in stuck.items()}
    # Two standard deviations of the difference of two counted shares: less is chance.
    chance = 2 * np.sqrt(sum(share * (1 - share) for share in shares.values()) / n_starts)
    fewer = shares["plain"] - shares["batch norm"] > chance
    more = shares["batch norm"] - shares["plain"] > chance
    largest = {name: max(np.asarray(learning_rates)[good], default=None) for name, good in learned.items()}
    conditions = []
    if not fewer:
        protection = "more starts were stuck with it" if more else "from stuck starts it did not protect"
        conditions.append(f"`local minimum` means ending badly at a large learning rate; {protection}")
    elif stuck["batch norm"]:
        conditions.append("lower does not mean never: some starts are stuck with it, too")
    return check_the_note(
        "3.5",
        "Normalization (정규화) lowers the chance of falling into a local minimum (국소 최솟값).",
        fewer or wider > 0,
        f"XOR starts that end stuck: {stuck['plain']} of {n_starts} without, {stuck['batch norm']} of {n_starts} with "
        f"batch normalization (chance alone: up to {chance * n_starts:.0f} apart). Largest learning rate that still "
        f"learned the digits: {_rate(largest['plain'])} without, {_rate(largest['batch norm'])} with it.",
        "; and ".join(conditions) or None,
    )


def _rate(rate):
    return "none" if rate is None else f"{rate:g}"


def averaging(gradient_gap, weight_gaps, losses):
    """3.6: a mini-batch averages weights.

    Args:
        gradient_gap: largest difference between the mean of single gradients and the gradient of the mean loss.
        weight_gaps: dict from a number of steps to the relative difference between averaged weights and the weights
            that the averaged gradient gives.
        losses: dict from the kind of descent to its loss at the end.
    """
    same = {steps: gap <= ROUNDING for steps, gap in weight_gaps.items()}
    listed = ", ".join(f"{weight_gaps[steps]:.0e} after {steps}" for steps in sorted(weight_gaps))
    condition = None
    if not all(same.values()):
        condition = (
            "it is the gradients that are averaged. Averaging weights is the same for the steps that start from one "
            f"place, and no longer from {min(k for k in same if not same[k])} steps on"
        )
    return check_the_note(
        "3.6",
        "Batch gradient descent uses all data for a step, SGD one example, a mini-batch (미니배치) a part of them, "
        "over which it averages weights.",
        gradient_gap <= ROUNDING and same[min(weight_gaps)],
        f"mean of 32 gradients against the gradient of the mean: {gradient_gap:.0e} apart. Averaged weights against "
        f"weights from the averaged gradient, relative, by number of steps: {listed}. Loss at the end: "
        + ", ".join(f"{loss:.3f} ({name})" for name, loss in losses.items())
        + ".",
        condition,
    )


def whitening_moments(variance, deviation, exponent, ratio, channels):
    """3.7: whitening makes variance 0 and standard deviation 1, and is costly.

    Args:
        variance, deviation: of a whitened channel.
        exponent: of the time as a power of the number of channels.
        ratio: time of whitening by that of batch normalization, at `channels` channels.
    """
    costly = ratio > SLOWER
    return check_the_note(
        "3.7",
        "Whitening (백색화) makes the variance 0 and the standard deviation 1; it needs the covariance matrix and its "
        "inverse, and is costly.",
        abs(variance) < 0.1 and abs(deviation - 1) < 0.1 and costly,
        f"a whitened channel has variance {variance:.2f} and standard deviation {deviation:.2f}. With {channels} "
        f"channels whitening took {ratio:.0f} times as long as batch normalization, growing like channels to the power "
        f"of {exponent:.1f}: costly {'holds' if costly else 'does not hold'}.",
    )


def growing_value(ignored, through):
    """3.8: beside whitening, a value can grow regardless of back-propagation.

    Args:
        ignored, through: arrays (steps, 2) of the bias and the loss, with a gradient that takes the mean for a
            constant, and with one that goes through it.
    """
    ignored, through = np.asarray(ignored), np.asarray(through)
    moves = [abs(walk[-1, 0] - walk[0, 0]) for walk in (ignored, through)]
    change = np.ptp(ignored[:, 1])
    # Growing without end: the second half brings as much as the first. Standing still: to float32's rounding.
    first, second = np.diff(ignored[[0, len(ignored) // 2, -1], 0])
    grows = moves[0] > 1 and abs(second) > 0.9 * abs(first)
    return check_the_note(
        "3.8",
        "With whitening simply put in, a value can grow regardless of back-propagation (역전파).",
        bool(grows and change < 1e-3 * abs(ignored[0, 1])),
        f"with a gradient that ignores the normalization, the bias moved by {moves[0]:.1f} in {len(ignored)} steps "
        f"while the loss changed by {change:.0e}; with one that goes through it, the bias moved by {moves[1]:.0e}.",
    )


def batch_norm_against_whitening(off_diagonal, ratio, channels, pushes):
    """3.9: batch normalization solves the problem of whitening.

    Args:
        off_diagonal: dict with "as they are", "batch normalization" and "whitening": mean size of the correlations.
        ratio: time of whitening by that of batch normalization, at `channels` channels.
        pushes: dict with "through the statistics" and "statistics ignored": sum of the gradients of a channel, in
            units of one of them.
    """
    left = off_diagonal["batch normalization"]
    # Nothing pushes a channel as a whole: a hundredth of what does where the statistics are ignored.
    calm = pushes["through the statistics"] < 0.01 * pushes["statistics ignored"]
    keeps = left > 0.5 * off_diagonal["as they are"] and left > CORRELATED * off_diagonal["whitening"]
    return check_the_note(
        "3.9",
        "Batch normalization (배치 정규화) solves the problem of whitening (백색화).",
        ratio > SLOWER and calm,
        f"at {channels} channels whitening took {ratio:.0f} times as long. Push on a channel as a whole: "
        f"{pushes['through the statistics']:.0e} through the statistics, {pushes['statistics ignored']:.0e} where they "
        f"are ignored. Mean size of the correlations: {off_diagonal['as they are']:.2f} before, {left:.2f} after batch "
        f"normalization, {off_diagonal['whitening']:.2f} after whitening.",
        "the features may stay correlated: it scales each channel and leaves the rest to the next layer"
        if keeps
        else None,
    )
