"""Does a generator paint many pictures, or one for all? And how like its truth is each picture by itself?

A generator has collapsed when what it paints hardly depends on what it is given.
"""

import numpy as np

from studylib.arguments import number_array, whole_number
from studylib.evaluation.encoder import features


def mean_pairwise_distance(vectors):
    """Mean of 1 - cosine over all pairs of two different rows.

    Args:
        vectors: features, (n, d), n of 2 or more.

    Raises:
        ValueError: a set of another shape.
    """
    vectors = number_array("vectors", vectors).astype(np.float64)
    if vectors.ndim != 2 or len(vectors) < 2:
        raise ValueError(f"vectors must be of shape (n, d), n of 2 or more. Received: shape {vectors.shape}")
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    n = len(unit)
    # Each row with itself has the cosine 1, so the sum over pairs of different rows is that over all, less n.
    return float(max(0.0, 1 - (np.sum(unit.sum(axis=0) ** 2) - n) / (n * (n - 1))))


def diversity(images, truth):
    """How different the pictures of a set are from one another, as a share of how different those of the truth are.

    By the features of this study's encoder. It says nothing about how good the pictures are: noise is diverse.

    Args:
        images, truth: (n, H, W, 3) and (m, H, W, 3), uint8 or float in [-1, 1]; n and m of 2 or more. `images` are the
            translations of different inputs.

    Returns:
        1 for a set as varied as the truth, from which another draw of true pictures may differ by a tenth or two; 0
        for a generator that paints one picture whatever it is given.

    Raises:
        ValueError: sets of other shapes, or true pictures that are all alike.
    """
    return relative_diversity(features(images), features(truth))


def relative_diversity(vectors, true_vectors):
    """`diversity` of features, (n, d) and (m, d)."""
    true = mean_pairwise_distance(true_vectors)
    if true < 1e-6:
        raise ValueError("The true pictures must differ from one another. Received: pictures that are all alike")
    return mean_pairwise_distance(vectors) / true


def likeness(images, truth):
    """How like its own truth each picture is in the eyes of this study's encoder: cosines, at most 1, (N,).

    Unlike an error in grey levels it does not grow with the size of what is drawn.
    """
    found, true = features(images), features(truth)
    return np.sum(found * true, axis=1) / found.shape[1]


def best_typical_worst(scores, n=3):
    """Which pictures to show so that nobody has chosen them.

    Args:
        scores: a number for each picture, higher is better, (N,).
        n: how many of each, at most N / 3.

    Returns:
        {"best": indices, "typical": those around the middle of the ranking, "worst": indices}, each from better to
        worse.
    """
    scores = number_array("scores", scores, n_axes=1, finite=False)
    n = whole_number("n", n, at_most=len(scores) // 3)
    ranking = np.argsort(-scores, kind="stable")
    middle = (len(scores) - n) // 2
    return {"best": ranking[:n], "typical": ranking[middle : middle + n], "worst": ranking[-n:]}
