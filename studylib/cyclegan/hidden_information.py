"""Does a fake carry what the eye cannot see? Disturb it a little, and look what becomes of the way back.

The cycle loss asks for the original back, also where the fake should not show it: line art shows no colours. A pair of
generators may then hide the original in the fake, as a faint pattern. Such a message is fragile: noise or rounding that
nobody sees destroys it, while what is drawn openly survives.

Reference: Chu, Zhmoginov, Sandler: "CycleGAN, a Master of Steganography", 2017.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from studylib.arguments import image_batch, image_values, real_number, shown, true_or_false, whole_number

NOISE = (1, 2, 4, 8, 16)  # grey levels
BLUR = (0.5, 1.0)  # pixels
_LEVEL = 1 / 127.5  # a grey level, in images from -1 to 1


class RoundTrip(NamedTuple):
    """Images on the way there and back, and the same way with a disturbed fake; float32 (N, H, W, C) in [-1, 1]."""

    images: np.ndarray
    fake: np.ndarray
    disturbed: np.ndarray
    cycled: np.ndarray
    cycled_disturbed: np.ndarray


class Disturbance(NamedTuple):
    """What a disturbance of the fakes did, mean absolute differences in grey levels (0 to 255).

    Attributes:
        noise: standard deviation of the noise, grey levels; 0 for none, nan for a disturbance of another kind.
        fake: how far the fakes were changed: what could be seen.
        error: of the reconstruction, from the original.
        moved: how far the reconstruction went from that of the undisturbed fake.
    """

    noise: float
    fake: float
    error: float
    moved: float

    @property
    def gain(self):
        """Change of the reconstruction for each grey level of the fake's. 1 for a way back that copies, nan for 0/0."""
        return self.moved / self.fake if self.fake else float("nan")


def gaussian_noise(levels, seed=0):
    """A disturbance: adds normal noise with a standard deviation of `levels` grey levels, the same at each call."""
    real_number("levels", levels, at_most=255)
    whole_number("seed", seed, at_least=0)

    def disturb(images):
        noise = np.random.default_rng(seed).normal(0, levels * _LEVEL, images.shape)
        return np.clip(images + noise, -1, 1).astype(np.float32)

    return disturb


def blur(pixels):
    """A disturbance: blurs by a Gaussian with a standard deviation of `pixels`."""
    real_number("pixels", pixels, at_most=1000)
    return lambda images: gaussian_filter(images, (0, pixels, pixels, 0), mode="nearest")


def eight_bits(images):
    """A disturbance: rounds to whole grey levels, as saving to a file does."""
    images = image_values("images", images)
    return (np.rint((images + 1) / _LEVEL) * _LEVEL - 1).astype(np.float32)


def round_trip(there, back, images, disturb):
    """There and back, with the fake as it is and with the fake disturbed.

    Args:
        there, back: generators, such as gan.g_AB and gan.g_BA.
        images: (N, H, W, C), uint8 or float in [-1, 1].
        disturb: function of images, float32 in [-1, 1]: one of `gaussian_noise(4)`, `blur(1)`, `eight_bits`, ...

    Returns:
        `RoundTrip`.
    """
    images = _as_float(images)
    fake = _translated(there, images)
    return _way_back(back, images, fake, _translated(back, fake), disturb(fake))


def hidden_information(model, real_A, real_B, noise=NOISE, blurs=BLUR, aligned=False, seed=0):
    """How fragile the way back is, in both directions.

    The controls that give the numbers a meaning: a way back that copies what it sees has a `gain` of 1; a direction
    whose fakes show all that the way back needs has nothing to hide; and with `aligned`, the way back starts from the
    true picture of the other domain, in which no generator can have hidden anything. A cycle error far below that one,
    which disturbances that nobody sees destroy, was reached by hidden information.

    Args:
        model: with generators g_AB and g_BA.
        real_A, real_B: images, (N, H, W, C), uint8 or float in [-1, 1].
        noise: standard deviations in grey levels. blurs: standard deviations in pixels.
        aligned: True where real_A[i] and real_B[i] are two faces of one artwork: adds the row "true picture".
        seed: of the noise.

    Returns:
        {"A to B to A": {name: `Disturbance`, ...}, "B to A to B": {...}}, the names being "undisturbed", "8-bit
        rounding", "noise 1", ..., "blur 0.5", ..., and perhaps "true picture".

    Raises:
        ValueError: no image, or other shapes on both sides where they should be aligned.
    """
    real_A, real_B = _as_float(real_A), _as_float(real_B)
    for name, strengths in (("noise", noise), ("blurs", blurs)):
        if np.ndim(strengths) != 1:
            raise ValueError(f"{name} must be a list of numbers. Received: {name}={shown(strengths)}")
        for strength in strengths:
            real_number(name, strength, at_most=255)
    if true_or_false("aligned", aligned) and real_A.shape != real_B.shape:
        raise ValueError(
            f"aligned=True needs as many images B as A, and of one size. Received: shapes {real_A.shape} and "
            f"{real_B.shape}"
        )
    disturbances = {"undisturbed": (0.0, lambda fake: fake), "8-bit rounding": (float("nan"), eight_bits)}
    disturbances |= {f"noise {levels:g}": (float(levels), gaussian_noise(levels, seed)) for levels in noise}
    disturbances |= {f"blur {pixels:g}": (float("nan"), blur(pixels)) for pixels in blurs}
    table = {}
    for direction, there, back, images, truth in (
        ("A to B to A", model.g_AB, model.g_BA, real_A, real_B),
        ("B to A to B", model.g_BA, model.g_AB, real_B, real_A),
    ):
        fake = _translated(there, images)
        cycled = _translated(back, fake)
        rows = {
            name: (strength, _way_back(back, images, fake, cycled, disturb(fake)))
            for name, (strength, disturb) in disturbances.items()
        }
        if aligned:
            rows["true picture"] = (float("nan"), _way_back(back, images, fake, cycled, truth))
        table[direction] = {name: _measured(strength, trip) for name, (strength, trip) in rows.items()}
    return table


def _measured(strength, trip):
    return Disturbance(
        strength,
        fake=_grey_levels_apart(trip.disturbed, trip.fake),
        error=_grey_levels_apart(trip.cycled_disturbed, trip.images),
        moved=_grey_levels_apart(trip.cycled_disturbed, trip.cycled),
    )


def _way_back(back, images, fake, cycled, disturbed):
    return RoundTrip(images, fake, disturbed, cycled, _translated(back, disturbed))


def _grey_levels_apart(x, y):
    return float(np.mean(np.abs(x.astype(np.float64) - y))) / _LEVEL


def _translated(generator, images, batch_size=16):
    # Floats, not grey levels: rounding is one of the disturbances, and must not come before the others.
    return np.concatenate(
        [np.asarray(generator(images[i : i + batch_size])) for i in range(0, len(images), batch_size)]
    )


def _as_float(images):
    images = image_batch("images", images)
    return images.astype(np.float32) / np.float32(127.5) - 1 if images.dtype == np.uint8 else images.astype(np.float32)
