"""The verdicts of notebook 07: what follows from its measurements about the notes' words on GAN and LSGAN loss."""

import numpy as np
from scipy import stats

from studylib.claims import check_the_note

# Of 1, the largest gradient that either GAN loss can have: a sample there needs twenty steps for what others do in one.
# LSGAN's gradient has no largest value; below this samples are within 0.025 of their target: not stuck, but arrived.
FLAT = 0.05
STEEP = 0.5  # at least half of that largest gradient: here the loss is not flat
CHANCE = 0.05  # the usual level: one time in twenty a difference this clear comes from the seeds alone
LITTLE = 0.05  # share of runs, or of samples, that "without" may leave; of real points 0.011 lie in no mode


def flatness(gradients, far, shares, failed, n_runs):
    """7.1: the GAN loss is nearly flat for x > 0, so training is hard.

    Args:
        gradients: dict from "gan", "minimax" and "lsgan" to the generator's |gradient| at the scores -far and far,
            by automatic differentiation.
        far: the distance from 0.
        shares: dict from the description of a setting to a dict from the same names to the share of the fakes, over
            all looks at the training runs, whose |gradient| was below FLAT.
        failed: dict from some of these settings to how many runs with the GAN loss failed there.
        n_runs: of how many, in each setting.
    """
    (left, right), (minimax_left, minimax_right) = gradients["gan"], gradients["minimax"]
    conditions = []
    if left >= STEEP:
        conditions.append(
            "the loss is −log σ(x), the non-saturating one, and x > 0 means that the fake already counts as real; a "
            f"fake that is seen through (x < 0) gets a gradient of {left:.2f}"
        )
    if minimax_left < FLAT <= minimax_right:
        most = max(losses["minimax"] for losses in shares.values())
        conditions.append(
            "with the loss log(1 − σ(x)) of the first equation it is the other way round: flat for x < 0, where up to "
            f"{most:.0%} of its fakes were"
        )
    hardest = max(failed, key=failed.get)
    if failed[hardest] == 0:
        conditions.append("that this makes training hard does not follow: no run failed")
    elif shares[hardest]["gan"] < 0.5:
        conditions.append(
            f"that this makes training hard does not follow: where most runs failed ({hardest}, {failed[hardest]} of "
            f"{n_runs}), {shares[hardest]['gan']:.0%} of the fakes were on the flat part"
        )
    listed = ", ".join(f"{name} {a:.4f} and {b:.4f}" for name, (a, b) in gradients.items())
    on_flat = "; ".join(
        f"{setting}: " + ", ".join(f"{name} {share:.0%}" for name, share in losses.items())
        for setting, losses in shares.items()
    )
    return check_the_note(
        "7.1",
        "The GAN loss is nearly flat for x > 0 and does not change there, which makes training hard.",
        right < FLAT,
        f"|gradient| of the generator's loss at the scores {-far:g} and {far:g}: {listed}. Share of the fakes with a "
        f"gradient below {FLAT} during training (with LSGAN these have reached their target): {on_flat}.",
        "; ".join(conditions) or None,
    )


def seed_by_seed(losses):
    """Wilcoxon's signed-rank test of LSGAN's distances against those of the GAN loss.

    A seed gives both losses the same start values, noise and batches, so its two runs are compared with each other.

    Args:
        losses: dict from "gan" and "lsgan" to a dict with "distance", an array of one number for each seed. NaN, a run
            that has diverged, counts as further away than any other.

    Returns:
        (the loss that is nearer by the sum of ranks, p: how often so clear an order comes by chance).
    """
    lsgan, gan = (np.nan_to_num(losses[name]["distance"], nan=1e9, posinf=1e9) for name in ("lsgan", "gan"))
    # Equal pairs speak for neither side, and must not be dropped: so they are split.
    p = stats.wilcoxon(lsgan, gan, zero_method="zsplit").pvalue
    nearer = stats.wilcoxon(lsgan, gan, zero_method="zsplit", alternative="less").pvalue
    return "lsgan" if nearer < 0.5 else "gan", float(p)


def holm(ps):
    """Holm's correction: the same tests' p values, after which all of them together keep the level.

    Reference: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    ps = np.asarray(ps, float)
    order = np.argsort(ps)
    corrected = np.maximum.accumulate(ps[order] * np.arange(len(ps), 0, -1))  # the clearest counts len(ps) times
    return np.minimum(1, corrected)[np.argsort(order)]


def lsgan(settings):
    """7.2: LSGAN is stable and better, without mode collapse, without noise.

    Four words, each of them looked at in every setting. The statement holds, with a condition, if at least two of them
    hold in most settings.

    Args:
        settings: dict from the description of a setting to a dict from "gan" and "lsgan" to a dict of arrays, one
            number for each seed: distance (energy distance), failed, lost (whether modes are missing), and, on the
            ring, inside (share of samples in any mode).
    """
    tests = {setting: seed_by_seed(losses) for setting, losses in settings.items()}
    ps = dict(zip(tests, holm([p for _, p in tests.values()]), strict=True))
    ahead = {setting: nearer for setting, (nearer, _) in tests.items() if ps[setting] < CHANCE}
    ours = {setting: losses["lsgan"] for setting, losses in settings.items()}
    words = {
        "stable": {setting: bool(np.mean(run["failed"]) <= LITTLE) for setting, run in ours.items()},
        "better": {setting: ahead.get(setting) == "lsgan" for setting in ours},
        "without mode collapse": {setting: bool(np.mean(run["lost"]) <= LITTLE) for setting, run in ours.items()},
        "without noise": {setting: _outside(run) <= LITTLE for setting, run in ours.items() if "inside" in run},
    }
    mostly = [word for word, found in words.items() if np.mean(list(found.values())) > 0.5]
    conditions = [_where(word, found) for word, found in words.items() if not all(found.values())]
    if worse := [setting for setting, nearer in ahead.items() if nearer == "gan"]:
        conditions.append(f"the GAN loss is better at {', '.join(worse)}")
    evidence = "; ".join(f"{setting}: {_summary(losses, ps[setting])}" for setting, losses in settings.items())
    return check_the_note(
        "7.2",
        "LSGAN is stable, gives better results, without mode collapse (모드 붕괴) and without noise.",
        len(mostly) >= 2,
        f"GAN loss against LSGAN loss, p from Wilcoxon's test seed by seed, after Holm's correction. {evidence}. "
        f"Of the four words, in most settings: {', '.join(mostly) or 'none'}.",
        "; ".join(conditions) or None,
    )


def _outside(run):
    return float(np.median(1 - run["inside"]))


def _where(word, found):
    yes, no = ([setting for setting, holds in found.items() if holds is wanted] for wanted in (True, False))
    return f"{word} at {', '.join(yes)}, not at {', '.join(no)}" if yes else f"nowhere {word}"


def _summary(losses, p):
    gan, lsgan = losses["gan"], losses["lsgan"]
    texts = [
        f"failed {np.sum(gan['failed'])} against {np.sum(lsgan['failed'])} of {np.size(gan['failed'])}",
        f"modes lost in {np.sum(gan['lost'])} against {np.sum(lsgan['lost'])}",
        f"median distance {np.median(gan['distance']):.3f} against {np.median(lsgan['distance']):.3f} (p = {p:.3f})",
    ]
    if "inside" in gan:
        texts.append(f"outside all modes {_outside(gan):.0%} against {_outside(lsgan):.0%} of the samples (median run)")
    return ", ".join(texts)
