"""What an image pool holds and shows, query by query, and how old its images are: measured, and by the 50% rule."""

from typing import NamedTuple

import numpy as np

from studylib.arguments import array_size, modest_number, whole_number
from studylib.cyclegan.image_pool import LONGEST_POOL, ImagePool


class PoolHistory(NamedTuple):
    """The life of a pool to which images 0, 1, 2, ... came one after the other.

    Attributes:
        shown: (n,), number of the image that was shown when image i came.
        slots: (n, max_length), number of the image in each slot after that; -1 where none is yet.
    """

    shown: np.ndarray
    slots: np.ndarray

    @property
    def ages(self):
        """(n,), age of each image shown: 0 for a new one, k for one that k others followed."""
        return np.arange(len(self.shown)) - self.shown

    @property
    def max_length(self):
        return self.slots.shape[1]


def pool_history(max_length=50, n_images=400, seed=0):
    """Send numbered images through an `ImagePool` and keep what it did.

    Args:
        max_length: of the pool; 0 switches it off.
        n_images: how many images come, at most 10,000.
        seed: of the pool.

    Returns:
        `PoolHistory`.

    Raises:
        ValueError: an argument is out of its range.
    """
    whole_number("n_images", n_images, at_most=10_000)
    numbers = np.arange(n_images)
    images = numbers.astype(np.float32).reshape(-1, 1, 1, 1)
    pool = ImagePool(max_length, seed)
    array_size((n_images, 4 * pool.max_length), n_images=n_images, max_length=max_length)
    shown = [np.ravel(pool(batch)) for batch in np.array_split(images, -(-n_images // 500))]
    shown = np.concatenate(shown).astype(int)
    # An image that is shown at once did not enter, unless the pool was filling; any other gave up its slot.
    slots = np.full((n_images, max_length), -1)
    for i in numbers:
        slots[i] = slots[i - 1] if i else -1
        if i < max_length:
            slots[i, i] = i
        elif shown[i] != i:
            slots[i, slots[i] == shown[i]] = i
    return PoolHistory(shown, slots)


def expected_age_shares(max_length, n_ages):
    """Probability that an image shown is k images old, for k = 0 ... n_ages - 1, once the pool's start is forgotten.

    By the rule, an image is shown at once with probability 1/2. Otherwise it enters, and at every later query it is
    the one that is shown and replaced with probability p = 1 / (2 max_length): half the queries swap, and they choose
    each slot equally often. So it is shown at age k with probability 1/2 · (1 - p)^(k - 1) · p: a geometric tail, whose
    mean age is 1 / p, twice the pool's length.

    Args:
        max_length: of the pool; 0 for none, which shows new images only.
        n_ages: length of the result.

    Returns:
        float64, (n_ages,); it sums to 1 as n_ages grows.
    """
    max_length = modest_number("max_length", max_length, LONGEST_POOL, at_least=0)
    n_ages = modest_number("n_ages", n_ages, 10**6)
    shares = np.zeros(n_ages)
    shares[0] = 0.5 if max_length else 1.0
    if max_length:
        p = 1 / (2 * max_length)
        shares[1:] = 0.5 * p * (1 - p) ** np.arange(n_ages - 1)
    return shares
