"""Splitting artworks so that nothing leaks: look-alikes stay together, and no artwork is in both training domains.

A CycleGAN that has seen the line art of a bicycle in domain A and the coloured bicycle in domain B was given a pair
after all, and a test picture whose twin was in training says nothing about new pictures.
"""

import hashlib

import numpy as np

PARTS = ("train_a", "train_b", "test")
TEST_SHARE = 0.13  # of the groups that are small enough; about a tenth of the pictures
LARGEST_TEST_GROUP = 6  # a family of forty smileys would be a fifth of the test set, and none were left to learn from


def join(n, pairs):
    """Groups that follow from "these two belong together".

    Args:
        n: number of things.
        pairs: iterable of (i, j), both below n.

    Returns:
        int array (n,): the smallest member of the group that each thing is in.
    """
    parent = list(range(n))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in pairs:
        i, j = root(i), root(j)
        parent[max(i, j)] = min(i, j)
    return np.array([root(i) for i in range(n)], dtype=int)


def same_key(keys):
    """Pairs (first, later) of positions that hold equal keys."""
    first = {}
    return [(first.setdefault(key, i), i) for i, key in enumerate(keys)]


def look_alikes(images, tolerance):
    """Pairs of images that are the same but for details.

    Args:
        images: uint8 array (n, height, width, channels), small (32 x 32 will do): all pairs are compared.
        tolerance: mean squared difference, with 1.0 between black and white.

    Returns:
        int array (pairs, 2) of positions i < j.
    """
    x = images.reshape(len(images), -1).astype(np.float32) / 255
    squares = np.sum(x * x, axis=1)
    distance = (squares[:, None] + squares - 2 * x @ x.T) / x.shape[1]
    return np.argwhere(np.triu(distance < tolerance, k=1))


def split(names, groups):
    """Send every group to training A, training B or test, by a hash of its first name.

    A hash instead of a shuffled list: an artwork that a later release adds or drops moves no other one.

    Args:
        names: list of n unique ids.
        groups: int array (n,) as `join` returns it.

    Returns:
        list of n members of PARTS.
    """
    members = np.bincount(groups, minlength=len(names))
    parts = []
    for group in groups:
        digest = hashlib.sha256(names[group].encode()).digest()
        if members[group] <= LARGEST_TEST_GROUP and digest[0] / 256 < TEST_SHARE:
            parts.append("test")
        else:
            parts.append("train_a" if digest[1] < 128 else "train_b")
    return parts
