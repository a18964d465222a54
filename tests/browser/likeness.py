"""Are two pictures of one figure, saved in two ways?"""

import io

import numpy as np
from PIL import Image

SIZE = (120, 60)


def small(pixels):
    """The picture without its white margins, which ways of saving differ in, at one size."""
    drawn = np.argwhere((pixels < 250).any(axis=2))
    (top, left), (bottom, right) = drawn.min(axis=0), drawn.max(axis=0) + 1
    return np.asarray(Image.fromarray(pixels[top:bottom, left:right]).resize(SIZE, Image.Resampling.BOX), float)


def difference(one, other):
    """Mean absolute difference of two pictures (height, width, 3), in grey levels."""
    return np.abs(small(one) - small(other)).mean()


def nearest(picture, others):
    """The index of the one of `others` that is most like `picture`."""
    return int(np.argmin([difference(picture, other) for other in others]))


def pixels(file):
    """The picture of a PNG file, a path or bytes, as an array (height, width, 3), uint8."""
    return np.asarray(Image.open(io.BytesIO(file) if isinstance(file, bytes) else file).convert("RGB"))
