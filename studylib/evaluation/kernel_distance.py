"""Do two sets of pictures look as if they came from one source? The kernel distance of KID.

It judges what has no single right answer: a set of invented colours is good if it is like the set of true ones, picture
by picture different as they may be.

Reference: Binkowski, Sutherland, Arbel, Gretton: "Demystifying MMD GANs", 2018; Gretton et al.: "A Kernel Two-Sample
Test", 2012, lemma 6, for the estimate.
"""

from typing import NamedTuple

import numpy as np

from studylib.arguments import number_array
from studylib.evaluation.encoder import features


class KernelDistance(NamedTuple):
    """An estimate and its standard error. 0 for sets from one source; by chance the estimate may be a little below."""

    value: float
    error: float

    def __str__(self):
        return f"{self.value:.3f} ± {self.error:.3f}"


def kernel_distance(x, y):
    """Unbiased estimate of the squared maximum mean discrepancy of two sets, with KID's kernel (x·y / d + 1)³.

    x[i] and y[i] are never compared with each other. So the two may belong to one artwork, the one made of it and the
    true one, and the estimate is still that of two independent sets. Its error is the jackknife's: one pair left out
    at a time.

    Args:
        x, y: features, (n, d) each, n of 3 or more.

    Returns:
        `KernelDistance`.

    Raises:
        ValueError: sets of other shapes.
    """
    x, y = number_array("x", x).astype(np.float64), number_array("y", y).astype(np.float64)
    if x.ndim != 2 or x.shape != y.shape or len(x) < 3:
        raise ValueError(
            "Both sets must be of one shape (n, d) with n of 3 or more: leave out pictures of the larger set. "
            f"Received: shapes {x.shape} and {y.shape}"
        )
    n, d = x.shape

    def kernel(u, v):
        return (u @ v.T / d + 1) ** 3

    terms = kernel(x, x) + kernel(y, y) - kernel(x, y) - kernel(y, x)
    np.fill_diagonal(terms, 0)
    rows = terms.sum(axis=1)
    value = rows.sum() / (n * (n - 1))
    without_one = (rows.sum() - 2 * rows) / ((n - 1) * (n - 2))
    error = np.sqrt((n - 1) / n * np.sum((without_one - without_one.mean()) ** 2))
    return KernelDistance(float(value), float(error))


def kid(images, truth):
    """Kernel distance of two sets of pictures, on the features of this study's own encoder (see its card).

    The inception distance proper takes InceptionV3's features, whose weights are a download. So a figure of this
    function compares with its own kind only, not with those of papers.

    Args:
        images, truth: (n, H, W, 3), uint8 or float in [-1, 1], the same n; their sizes may differ.

    Returns:
        `KernelDistance`.
    """
    return kernel_distance(features(images), features(truth))
