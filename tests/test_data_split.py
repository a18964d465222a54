"""Grouping and splitting, against definitions written out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studylib.data import split

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


@given(PAIRS)
def test_join_against_repeated_matrix_products(pairs):
    reach = np.eye(20, dtype=bool)
    for i, j in pairs:
        reach[i, j] = reach[j, i] = True
    for _ in range(5):  # paths of length 1, 2, 4, ..., 32
        reach = reach @ reach
    assert split.join(20, pairs).tolist() == [int(np.flatnonzero(row)[0]) for row in reach]


@given(st.lists(st.sampled_from("abcde"), max_size=12))
def test_same_key(keys):
    groups = split.join(len(keys), split.same_key(keys))
    for i, key in enumerate(keys):
        assert groups[i] == keys.index(key)


def test_look_alikes():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (6, 8, 8, 3), np.uint8)
    images[4] = images[1]
    images[5] = np.clip(images[2].astype(int) + 5, 0, 255)
    expected = [
        (i, j)
        for i in range(6)
        for j in range(i + 1, 6)
        if np.mean((images[i] / 255.0 - images[j] / 255.0) ** 2) < 0.004
    ]
    assert expected == [(1, 4), (2, 5)]
    assert split.look_alikes(images, 0.004).tolist() == [list(pair) for pair in expected]


@given(PAIRS, st.integers(0, 1000))
def test_a_group_is_never_divided(pairs, start):
    names = [f"artwork {start + i}" for i in range(20)]
    groups = split.join(20, pairs)
    parts = split.split(names, groups)
    assert set(parts) <= set(split.PARTS)
    assert len(set(zip(groups.tolist(), parts, strict=True))) == len(set(groups.tolist()))


def test_shares_and_large_groups():
    names = [f"artwork {i}" for i in range(4000)]
    parts = split.split(names, np.arange(4000))
    shares = [parts.count(part) / 4000 for part in split.PARTS]
    np.testing.assert_allclose(shares, [(1 - split.TEST_SHARE) / 2] * 2 + [split.TEST_SHARE], atol=0.03)
    in_tens = split.split(names, np.arange(4000) // 10 * 10)
    assert "test" not in in_tens and {*in_tens} == {"train_a", "train_b"}


def test_a_new_artwork_moves_no_other_one():
    names = [f"artwork {i}" for i in range(100)]
    before = dict(zip(names, split.split(names, np.arange(100)), strict=True))
    more = sorted([*names, "another", "zebra"])
    after = dict(zip(more, split.split(more, np.arange(102)), strict=True))
    assert all(after[name] == part for name, part in before.items())
