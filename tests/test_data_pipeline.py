"""The stream of batches: order, continuation and augmentation, each against arithmetic done without TensorFlow."""

import collections
import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib.data import Task
from studylib.data.pipeline import JITTER, draw, image_batches, random_box, shifted

SIZE = 8


def numbered(n, offset=0, size=SIZE):
    """n images, the i-th of which is filled with the value offset + i, so that a batch tells which ones are in it."""
    levels = np.arange(offset, offset + n, dtype=np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (n, size, size, 3)).copy()


def task_of(train_a, train_b):
    names = [[str(i) for i in range(len(x))] for x in (train_a, train_b)]
    return Task("test", train_a.shape[1], "a", "b", train_a, train_b, train_a[:1], train_b[:1], *names, ["0"], False)


def values(images):
    """Which numbered images a batch holds."""
    levels = np.round((np.asarray(images) + 1) * 127.5).astype(int)
    assert np.all(levels == levels[:, :1, :1, :1]), "an image is not of one value"
    return levels[:, 0, 0, 0].tolist()


def samples(dataset, n_batches):
    """(samples of A, samples of B) as lists of image numbers."""
    batches = list(itertools.islice(dataset, n_batches))
    return sum((values(a) for a, _ in batches), []), sum((values(b) for _, b in batches), [])


def equal(batches, others):
    batches, others = (np.array([np.stack(pair) for pair in some]) for some in (batches, others))
    assert batches.shape == others.shape
    return np.array_equal(batches, others)


@settings(max_examples=8)
@given(
    n_a=st.integers(1, 20),
    n_b=st.integers(1, 20),
    batch_size=st.integers(1, 7),
    seed=st.integers(0, 2**31 - 1),
    augment=st.booleans(),
)
def test_an_epoch(n_a, n_b, batch_size, seed, augment):
    task = task_of(numbered(n_a), numbered(n_b, offset=100))
    dataset = task.pipeline(batch_size, seed, augment)
    steps = max(1, max(n_a, n_b) // batch_size)
    batches = list(dataset)
    assert len(batches) == steps == task.steps_per_epoch(batch_size) == int(dataset.cardinality())
    for batch in batches:
        for images in batch:
            assert images.shape == (batch_size, SIZE, SIZE, 3)
            assert images.dtype == tf.float32
            assert -1 <= np.min(images) and np.max(images) <= 1
    static = [spec.shape.as_list() for spec in dataset.element_spec]
    assert static == 2 * [[batch_size, SIZE, SIZE, 3]]


@settings(max_examples=8)
@given(n_a=st.integers(1, 20), n_b=st.integers(1, 20), batch_size=st.integers(1, 7), augment=st.booleans())
def test_every_image_is_drawn_once_in_each_pass(n_a, n_b, batch_size, augment):
    stream = task_of(numbered(n_a), numbered(n_b, offset=100)).pipeline(batch_size, 3, augment, first_step=0)
    n_batches = -(-3 * max(n_a, n_b) // batch_size)
    for drawn, n, offset in zip(samples(stream, n_batches), (n_a, n_b), (0, 100), strict=True):
        for start in range(0, len(drawn) - n + 1, n):
            assert sorted(drawn[start : start + n]) == list(range(offset, offset + n))


def test_each_domain_is_shuffled_by_itself_and_anew_in_each_pass():
    n = 200
    drawn_a, drawn_b = samples(task_of(numbered(n), numbered(n)).pipeline(10, first_step=0), 60)
    passes = [drawn[i : i + n] for drawn in (drawn_a, drawn_b) for i in range(0, 3 * n, n)]
    for one, other in itertools.combinations([*passes, list(range(n))], 2):
        meetings = sum(x == y for x, y in zip(one, other, strict=True))
        assert meetings <= 8, "two independent orders agree in one place on average"
    # Well mixed: the first tenth of a pass comes from everywhere, not from a buffer at the beginning.
    for order in passes:
        assert max(order[:20]) > 120 and min(order[:20]) < 80


@settings(max_examples=8)
@given(
    n_a=st.integers(1, 12),
    n_b=st.integers(1, 12),
    batch_size=st.integers(1, 5),
    first_step=st.integers(0, 30),
    seed=st.integers(0, 1000),
)
def test_the_stream_can_be_entered_anywhere(n_a, n_b, batch_size, first_step, seed):
    random = np.random.default_rng(0)
    task = task_of(*(random.integers(0, 256, (n, SIZE, SIZE, 3), np.uint8) for n in (n_a, n_b)))
    from_start = task.pipeline(batch_size, seed, first_step=0).skip(first_step).take(4)
    assert equal(from_start, task.pipeline(batch_size, seed, first_step=first_step).take(4))


def test_entering_far_away_takes_no_longer():
    task = task_of(numbered(7), numbered(5, offset=100))
    batch = next(iter(task.pipeline(3, first_step=10**9)))
    assert [values(images) for images in batch] == [
        values(images) for images in next(iter(task.pipeline(1, first_step=3 * 10**9).unbatch().batch(3)))
    ]


def test_the_batch_size_changes_no_sample():
    random = np.random.default_rng(0)
    task = task_of(*(random.integers(0, 256, (n, SIZE, SIZE, 3), np.uint8) for n in (9, 6)))
    singles = task.pipeline(1, first_step=0).take(12).unbatch()
    assert equal(singles, task.pipeline(4, first_step=0).take(3).unbatch())


def test_epochs_are_the_stream_in_pieces():
    random = np.random.default_rng(0)
    task = task_of(*(random.integers(0, 256, (n, SIZE, SIZE, 3), np.uint8) for n in (11, 6)))
    dataset, steps = task.pipeline(2, seed=5), task.steps_per_epoch(2)
    epochs = [list(dataset) for _ in range(3)]
    assert equal(sum(epochs, []), task.pipeline(2, seed=5, first_step=0).take(3 * steps))
    assert not equal(epochs[0], epochs[1])


def test_one_seed_one_result():
    random = np.random.default_rng(0)
    task = task_of(*(random.integers(0, 256, (n, SIZE, SIZE, 3), np.uint8) for n in (11, 6)))
    one, same, other = (task.pipeline(2, seed) for seed in (5, 5, 6))
    next(iter(one)), next(iter(same))  # an epoch that is broken off counts as one
    assert equal(one, same)
    assert not equal(one, other)


def test_images_stay_what_they_are_without_augmentation():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, SIZE, SIZE, 3), np.uint8)
    drawn = np.concatenate([a for a, _ in task_of(images, images).pipeline(1, augment=False)])
    expected = images.astype(np.float64) / 127.5 - 1
    by_first_pixels = [sorted(x.reshape(5, -1).tolist()) for x in (drawn, expected)]
    np.testing.assert_allclose(*by_first_pixels, atol=1e-6)


def numpy_crop(image, box):
    """Bilinear interpolation, written out: corner pixels of the result lie on the corners of the box."""
    height, width, _ = image.shape
    y1, x1, y2, x2 = (float(edge) for edge in box)
    ys = np.linspace(y1, y2, height) * (height - 1)
    xs = np.linspace(x1, x2, width) * (width - 1)
    top, left = np.floor(ys).astype(int), np.floor(xs).astype(int)
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    dy, dx = (ys - top)[:, None, None], (xs - left)[None, :, None]
    image = image.astype(np.float64)
    upper = image[top][:, left] * (1 - dx) + image[top][:, right] * dx
    lower = image[bottom][:, left] * (1 - dx) + image[bottom][:, right] * dx
    return upper * (1 - dy) + lower * dy


def test_augmentation_is_a_crop_a_resize_and_a_mirror():
    images = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 3), np.uint8)
    drawn = draw(tf.constant(images), tf.range(20, dtype=tf.int64), domain_seed=4)
    for i, image in enumerate(drawn):
        expected = numpy_crop(images[0], random_box(tf.constant(i, tf.int64), 4)) / 127.5 - 1
        np.testing.assert_allclose(image, expected, atol=1e-4)


def test_windows_have_the_right_size_and_lie_everywhere_inside():
    """An image whose red and green are the coordinates shows where each window was taken from."""
    size, n = 32, 400
    ramp = np.linspace(0, 248, size).astype(np.uint8)
    assert np.all(np.diff(ramp.astype(int)) == 8)
    image = np.zeros((1, size, size, 3), np.uint8)
    image[0, :, :, 0], image[0, :, :, 1] = ramp[None, :], ramp[:, None]
    drawn = (draw(tf.constant(image), tf.range(n, dtype=tf.int64), domain_seed=0).numpy() + 1) * 127.5 / 248
    left, right = drawn[:, 0, 0, 0], drawn[:, 0, -1, 0]
    top, bottom = drawn[:, 0, 0, 1], drawn[:, -1, 0, 1]
    np.testing.assert_allclose(np.abs(right - left), 1 / JITTER, atol=1e-4)
    np.testing.assert_allclose(bottom - top, 1 / JITTER, atol=1e-4)  # never upside down
    assert drawn[..., :2].min() >= -1e-4 and drawn[..., :2].max() <= 1 + 1e-4
    assert 0.4 < np.mean(right < left) < 0.6
    room = 1 - 1 / JITTER
    for offset in (np.minimum(left, right), top):
        assert offset.min() < 0.1 * room and offset.max() > 0.9 * room
        assert abs(offset.mean() - room / 2) < 0.1 * room
    assert abs(np.corrcoef(np.minimum(left, right), top)[0, 1]) < 0.2


def test_a_shift_moves_whole_pixels_in_all_directions_and_repeats_the_border():
    shift, n = 2, 300
    image = np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8)
    framed = np.pad(image, ((shift, shift), (shift, shift), (0, 0)), mode="edge")
    places = itertools.product(range(2 * shift + 1), repeat=2)
    windows = {(y, x): framed[y : y + 12, x : x + 10] for y, x in places}
    seen = collections.Counter()
    batch = tf.repeat(tf.constant(image[None], tf.float32), n, axis=0)
    for moved in shifted(batch, tf.range(n, dtype=tf.int64), 4, shift).numpy():
        [found] = [place for place, window in windows.items() if np.array_equal(window, moved)]
        seen[found] += 1
    assert set(seen) == set(windows) and max(seen.values()) < 3 * n / len(windows)


def test_shifted_drawings_keep_their_pixel_values():
    """A black line of one pixel stays one: an enlarged window would spread it over two."""
    image = np.full((1, 16, 16, 3), 255, np.uint8)
    image[0, :, 8] = 0
    samples = tf.range(20, dtype=tf.int64)
    moved = draw(tf.constant(image), samples, 4, jitter=1.0, shift=3).numpy()
    line = np.sort(image[0, :, :, 0] / 127.5 - 1)
    for picture in moved:
        np.testing.assert_allclose(np.sort(picture[:, :, 0]), line, atol=1e-5)
    assert len({int(picture[0, :, 0].argmin()) for picture in moved}) > 4
    enlarged = draw(tf.constant(image), samples, 4).numpy()
    assert np.mean(enlarged[:, :, :, 0].min(axis=2) > -0.9) > 0.3


def test_the_two_domains_are_augmented_by_themselves():
    image = np.random.default_rng(0).integers(0, 256, (1, SIZE, SIZE, 3), np.uint8)
    for a, b in task_of(image, image).pipeline(4, first_step=0).take(5):
        assert not np.allclose(a, b)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1. Received: batch_size=0"),
        ({"batch_size": 2.0}, "batch_size must be .* Received: batch_size=2.0"),
        ({"batch_size": True}, "batch_size must be .* Received: batch_size=True"),
        ({"seed": -1}, "seed must be .* Received: seed=-1"),
        ({"seed": 2**31}, "seed must be .* Received: seed=2147483648"),
        ({"seed": None}, "seed must be .* Received: seed=None"),
        ({"first_step": -1}, "first_step must be .* Received: first_step=-1"),
        ({"first_step": "0"}, "first_step must be .* Received: first_step='0'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        task_of(numbered(3), numbered(3)).pipeline(**arguments)


@pytest.mark.parametrize("domain", ["images_a", "images_b"])
def test_images_that_are_scaled_already_are_refused(domain):
    """They would be scaled once more, to a grey of almost -1."""
    images = {name: numbered(3) for name in ("images_a", "images_b")}
    images[domain] = (images[domain] / 127.5 - 1).astype(np.float32)
    with pytest.raises(ValueError, match=f"{domain} must be uint8, 0 to 255. Received: {domain} of float32"):
        image_batches(**images)


def test_steps_per_epoch_checks_its_argument():
    with pytest.raises(ValueError, match="batch_size must be .* Received: batch_size=0"):
        task_of(numbered(3), numbered(3)).steps_per_epoch(0)
