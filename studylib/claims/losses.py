"""The verdicts of notebook 07: what follows from its measurements about the notes' words on GAN and LSGAN loss."""

import numpy as np
from scipy import stats

from studylib.claims import check_the_note

FLAT = 0.05  # of the largest gradient of the loss: a sample there needs twenty steps for what others do in one
STEEP = 0.5  # at least half of it: here the loss is not flat
CHANCE = 0.05  # the usual level: one time in twenty a difference this clear comes from the seeds alone
LITTLE_OUTSIDE = 0.05  # share of samples in no mode; of real ones it is 0.011, and seeing five in a hundred is noise


def flatness(gradients, far, shares):
    """7.1: the GAN loss is nearly flat for x > 0, so training is hard.

    Args:
        gradients: dict from "gan", "minimax" and "lsgan" to the generator's |gradient| at the scores -far and far,
            by automatic differentiation.
        far: the distance from 0.
        shares: dict from the same names to the share of the fakes, over all looks at the training runs, whose
            |gradient| was below FLAT.
    """
    (left, right), (minimax_left, minimax_right) = gradients["gan"], gradients["minimax"]
    conditions = []
    if left >= STEEP:
        conditions.append(
            "the loss is −log σ(x), the non-saturating one, and x > 0 means that the fake already counts as real; a "
            f"fake that is seen through (x < 0) gets a gradient of {left:.2f}"
        )
    if minimax_left < FLAT <= minimax_right:
        conditions.append(
            "with the loss log(1 − σ(x)) of the first equation it is the other way round: flat for x < 0, where "
            f"{shares['minimax']:.0%} of its fakes were"
        )
    if shares["gan"] < 0.5:
        conditions.append(
            f"that this makes training hard does not follow: in the runs here {shares['gan']:.0%} of the fakes "
            "were on the flat part"
        )
    listed = ", ".join(f"{name} {a:.4f} and {b:.4f}" for name, (a, b) in gradients.items())
    return check_the_note(
        "7.1",
        "The GAN loss is nearly flat for x > 0 and does not change there, which makes training hard.",
        right < FLAT,
        f"|gradient| of the generator's loss at the scores {-far:g} and {far:g}: {listed}. Share of the fakes with a "
        f"gradient below {FLAT} during training: "
        + ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        + ".",
        "; ".join(conditions) or None,
    )


def lsgan(runs, n_modes, images):
    """7.2: LSGAN is stable and better, without mode collapse, without noise.

    Args:
        runs: dict from the description of a setting to a dict from "gan" and "lsgan" to a dict of arrays, one number
            for each seed: modes (covered), inside (share of samples in any mode), distance (energy distance), failed.
        n_modes: how many modes the data have.
        images: the same dict for one setting with images, without `inside`; of ten digits.
    """
    everything = [losses["lsgan"] for losses in (*runs.values(), images)]
    n_failed, n_all = (sum(int(f(run["failed"])) for run in everything) for f in (np.sum, np.size))
    n_collapsed = sum(int(np.sum(losses["lsgan"]["modes"] < n_modes)) for losses in runs.values())
    outside = float(np.median(np.concatenate([1 - losses["lsgan"]["inside"] for losses in runs.values()])))
    better, worse = [], []
    for setting, losses in {**runs, "images": images}.items():
        p = stats.mannwhitneyu(losses["lsgan"]["distance"], losses["gan"]["distance"]).pvalue
        if p < CHANCE:
            nearer = np.median(losses["lsgan"]["distance"]) < np.median(losses["gan"]["distance"])
            (better if nearer else worse).append(setting)
    conditions = []
    if n_failed:
        conditions.append(f"it is not immune: {n_failed} of its {n_all} runs failed")
    if n_collapsed:
        conditions.append(f"modes are lost with it, too: {n_collapsed} of its runs on the ring covered fewer than all")
    if outside > LITTLE_OUTSIDE:
        conditions.append(f"there is noise: {outside:.0%} of its samples lie in no mode (median of the runs)")
    if worse or len(better) < len(runs) + 1:
        words = [
            f"nearer to the data than the GAN loss: {', '.join(better)}",
            f"further away: {', '.join(worse) or 'nowhere'}",
            "no clear difference elsewhere" * (len(better) + len(worse) < len(runs) + 1),
        ]
        conditions.append("whether it is better depends on the setting (" + "; ".join(filter(None, words)) + ")")
    listed = "; ".join(f"{setting}: {_summary(losses)}" for setting, losses in {**runs, "images": images}.items())
    return check_the_note(
        "7.2",
        "LSGAN is stable, gives better results, without mode collapse (모드 붕괴) and without noise.",
        bool(better),  # nearer to the data at least somewhere
        f"failed runs and median energy distance, GAN loss against LSGAN loss: {listed}.",
        "; ".join(conditions) or None,
    )


def _summary(losses):
    return " against ".join(
        f"{int(np.sum(run['failed']))} of {np.size(run['failed'])} and {np.median(run['distance']):.3f}"
        for run in (losses["gan"], losses["lsgan"])
    )
