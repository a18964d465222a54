"""What a generator does to images that are already where it should take them: the identity term's question."""

from typing import NamedTuple

import numpy as np

from studylib.arguments import image_batch, modest_number


class ColourDrift(NamedTuple):
    """How far a generator moved images of its own target domain; grey levels (0 to 255).

    Attributes:
        images: the images as they were, float32 (N, H, W, C) in [-1, 1].
        moved: what the generator made of them, the same shape.
    """

    images: np.ndarray
    moved: np.ndarray

    @property
    def error(self):
        """Mean absolute difference, all pixels and channels: 0 for a generator that leaves them alone."""
        return float(127.5 * np.mean(np.abs(self.moved - self.images, dtype=np.float64)))

    @property
    def shifts(self):
        """(N, C): change of the mean of each channel of each image. Positive: it became brighter."""
        return 127.5 * np.mean(self.moved - self.images, axis=(1, 2), dtype=np.float64)

    @property
    def shift(self):
        """(C,): the mean of `shifts`: a tint given to all images alike. Opposite shifts of two images cancel here."""
        return self.shifts.mean(axis=0)


def colour_drift(generator, images, batch_size=16):
    """Send images through the generator whose target domain they come from: g_AB(B), or g_BA(A).

    Why: such an image needs no translation. Neither the adversarial nor the cycle terms say so; the identity term does,
    and Zhu et al. (2017, section 5.2) give it to keep the tint of paintings.

    Example:
        >>> colour_drift(gan.g_AB, task.test_b).error

    Args:
        generator: such as gan.g_AB.
        images: (N, H, W, C), uint8 or float in [-1, 1], of the domain that it translates to.

    Returns:
        `ColourDrift`.

    Raises:
        ValueError: there is no image.
    """
    images = image_batch("images", images)
    modest_number("batch_size", batch_size, 4096)
    scaled = images.astype(np.float32) / np.float32(127.5) - 1 if images.dtype == np.uint8 else images
    moved = [np.asarray(generator(scaled[i : i + batch_size])) for i in range(0, len(scaled), batch_size)]
    return ColourDrift(scaled, np.concatenate(moved))
