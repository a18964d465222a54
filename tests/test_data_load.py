"""Names, sizes and the task that is drawn by code."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.data import TASK_NAMES, load_task

SHAPES = "shapes/plain2striped"


@pytest.mark.parametrize(
    "name, hint",
    [
        ("openmoji/line2colour", "Did you mean 'openmoji/line2color'?"),
        ("openmoji/flat2outline", "Did you mean 'openmoji/flat2outlined'?"),
        ("shapes", ""),
        ("openmoji/nope", ""),
        ("", ""),
        ("horse2zebra", ""),
    ],
)
def test_unknown_names(name, hint):
    with pytest.raises(ValueError) as error:
        load_task(name)
    message = str(error.value)
    assert all(existing in message for existing in TASK_NAMES)
    assert f"Received: name={name!r}" in message
    assert hint in message and "\n" not in message


@pytest.mark.parametrize("name", [None, 3, ["openmoji/line2color"]])
def test_a_name_is_a_string(name):
    with pytest.raises(ValueError, match="name must be a string"):
        load_task(name)


@pytest.mark.parametrize("size", [0, -1, 7, 1025, 10**9, 3.5, 64.0, "64", None, True, (64, 64)])
@pytest.mark.parametrize("name", [*TASK_NAMES[:3], "folder:nowhere"])
def test_bad_sizes(name, size):
    with pytest.raises(ValueError) as error:
        load_task(name, image_size=size)
    assert str(error.value) == f"image_size must be a whole number from 8 to 1024. Received: image_size={size!r}"


@settings(max_examples=5)
@given(st.sampled_from([8, 11, 16, 32]))
def test_shapes_at_any_size(size):
    task = load_task(SHAPES, image_size=size)
    assert task.train_a.shape == task.train_b.shape == (256, size, size, 3)
    assert task.test_a.shape == task.test_b.shape == (64, size, size, 3)
    assert task.train_a.dtype == task.test_b.dtype == np.uint8
    assert task.aligned
    assert [len(names) for names in (task.names_a, task.names_b, task.names_test)] == [256, 256, 64]
    assert len({*task.names_a, *task.names_b, *task.names_test}) == 576


def test_a_task_is_described_in_a_line():
    assert repr(load_task(SHAPES, 16)) == f"Task('{SHAPES}', 16 x 16: train 256 plain, 256 striped; test 64 pairs)"


def test_shapes_are_there_in_a_moment():
    start = time.process_time()  # other programs at work do not count
    load_task(SHAPES, image_size=64)
    assert time.process_time() - start < 2


def test_shapes_are_the_same_every_time():
    one, other = (load_task(SHAPES, image_size=16) for _ in range(2))
    for part in ("train_a", "train_b", "test_a", "test_b"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_no_scene_of_the_shapes_is_drawn_twice():
    task = load_task(SHAPES, image_size=16)
    a, b = (images.reshape(len(images), -1) for images in (task.train_a, task.test_a))
    assert len(np.unique(np.concatenate([a, b]), axis=0)) == len(a) + len(b)
    # Ground colours tell the scenes of A and of B apart: the upper right corner is never painted on.
    corners = [tuple(image[0, -1]) for images in (task.train_a, task.train_b, task.test_a) for image in images]
    assert len(set(corners)) > 0.9 * len(corners)


def test_the_truth_of_the_shapes_is_exact():
    """A striped twin is the plain picture with white level stripes inside the shapes, and nothing else."""
    task = load_task(SHAPES, image_size=64)
    plain, striped = task.test_a.astype(int), task.test_b.astype(int)
    changed = np.any(np.abs(plain - striped) > 3, axis=-1)  # 3: rounding of pixels that a shape barely touches
    ground = plain[:, :1, -1:]
    outside = np.all(plain == ground, axis=-1)
    assert not np.any(changed & outside)
    inside_share = np.mean(changed, axis=(1, 2)) / np.mean(~outside, axis=(1, 2))
    assert np.all((inside_share > 0.3) & (inside_share < 0.8))
    assert np.all(np.any(np.all(striped == 255, axis=-1), axis=(1, 2))), "each picture has pure white in it"
    assert np.all(striped >= plain - 1), "white only makes lighter"
    # Level: within a row, the pixels deep inside a single shape are changed alike.
    single = [i for i in range(64) if len(np.unique(plain[i][~outside[i]], axis=0)) < 400]
    assert single
    for i in single:
        rows = [changed[i, y][~outside[i, y]] for y in range(64)]
        fractions = [row[1:-1].mean() for row in rows if len(row) > 12]
        assert np.mean([fraction in (0, 1) for fraction in fractions]) > 0.7
