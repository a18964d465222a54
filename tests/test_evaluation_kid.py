"""The kernel distance against double sums and chance, its encoder against its card, both against damaged pictures."""

import json

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from studylib import evaluation
from studylib.data import load_task
from studylib.evaluation import contrastive, encoder, kernel_distance


@pytest.fixture(scope="module")
def task():
    return load_task("openmoji/line2color", 64)


def by_double_sum(x, y):
    """The estimate as the papers print it, pair by pair."""
    n, d = x.shape
    total = 0.0
    for i in range(n):
        for j in range(n):
            if i != j:
                total += (x[i] @ x[j] / d + 1) ** 3 + (y[i] @ y[j] / d + 1) ** 3
                total -= (x[i] @ y[j] / d + 1) ** 3 + (x[j] @ y[i] / d + 1) ** 3
    return total / (n * (n - 1))


@settings(max_examples=25)
@given(st.integers(3, 9), st.integers(1, 6), st.integers(0, 999))
def test_estimate_is_the_double_sum_and_its_error_the_jackknife(n, d, seed):
    x, y = np.random.default_rng(seed).normal(size=(2, n, d))
    found = kernel_distance(x, y)
    assert found.value == pytest.approx(by_double_sum(x, y))
    without = [by_double_sum(np.delete(x, i, 0), np.delete(y, i, 0)) for i in range(n)] if n > 3 else None
    if without:
        assert found.error == pytest.approx(np.sqrt((n - 1) * np.var(without)))


def test_two_points_are_as_far_apart_as_their_kernels_say():
    x, y = np.tile([1.0, 0.0], (5, 1)), np.tile([0.0, 2.0], (5, 1))
    value, error = kernel_distance(x, y)
    assert value == pytest.approx(1.5**3 + 3**3 - 2 * 1**3) and error == pytest.approx(0, abs=1e-9)


def test_sets_of_one_source_score_zero_on_average_and_the_error_is_their_spread():
    random = np.random.default_rng(0)
    found = [kernel_distance(*random.normal(size=(2, 40, 3))) for _ in range(400)]
    values, errors = np.array(found).T
    assert abs(values.mean()) < 3 * values.std() / 20
    assert (values < 0).any()
    assert 0.6 < np.sqrt(np.mean(errors**2)) / values.std() < 1.7


def test_belonging_together_does_not_bring_two_sets_nearer():
    """Pairs may be alike, sets of pairs are from two sources all the same: the estimate is that of unrelated sets."""
    random = np.random.default_rng(1)
    related, unrelated = [], []
    for _ in range(300):
        x, z = random.normal(size=(2, 30, 2))
        related.append(kernel_distance(x, x + 0.5).value)
        unrelated.append(kernel_distance(x, z + 0.5).value)
    assert np.mean(related) == pytest.approx(np.mean(unrelated), abs=4 * np.std(unrelated) / np.sqrt(300))


def test_sets_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match=r"n of 3 or more.*\(4, 2\) and \(5, 2\)"):
        kernel_distance(np.zeros((4, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match=r"Received: shapes \(2, 2\)"):
        kernel_distance(np.zeros((2, 2)), np.zeros((2, 2)))


def test_features_have_one_length_whatever_the_type_and_size(task):
    images = task.test_b[:5]
    found = evaluation.features(images)
    assert found.shape == (5, 128)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.sqrt(128), rtol=1e-5)
    np.testing.assert_allclose(evaluation.features(images / np.float32(127.5) - 1), found, atol=1e-3)
    larger = images.repeat(2, axis=1).repeat(2, axis=2)
    cosines = np.sum(evaluation.features(larger) * found, axis=1) / 128
    assert cosines.min() > 0.99
    with pytest.raises(ValueError, match=r"must be of shape \(N, H, W, 3\).*\(64, 64, 3\)"):
        evaluation.features(images[0])


def pale(images, by):
    return np.rint(images + by * (255.0 - images)).astype(np.uint8)


def grey(images, by):
    luminance = np.repeat((images @ [0.299, 0.587, 0.114])[..., None], 3, axis=-1)
    return np.rint((1 - by) * images + by * luminance).astype(np.uint8)


def blurred(images, by):
    """Mixed with the mean of the 3 x 3 neighbours."""
    mean = tf.nn.avg_pool2d(images.astype(np.float32), 3, 1, "SAME").numpy()
    return np.rint((1 - by) * images + by * mean).astype(np.uint8)


@pytest.mark.parametrize("damage", [pale, grey, blurred])
def test_distance_grows_with_the_damage(task, damage):
    distances = [evaluation.kid(damage(task.test_b, by), task.test_b) for by in (0, 0.3, 0.6, 1)]
    values = [found.value for found in distances]
    assert values[0] == pytest.approx(0, abs=1e-9) and values == sorted(values) and len(set(values)) == 4
    assert values[-1] > 3 * distances[-1].error


def test_other_true_pictures_are_nearer_than_any_that_lack_something(task):
    order = np.random.default_rng(0).permutation(len(task.train_b))[: len(task.test_b)]
    others = evaluation.kid(task.train_b[order], task.test_b)
    assert abs(others.value) < 4 * others.error
    for lacking in (task.test_a, grey(task.test_b, 1), np.full_like(task.test_b, 255)):
        found = evaluation.kid(lacking, task.test_b)
        assert found.value - others.value > 3 * np.hypot(found.error, others.error)


def test_card_is_true():
    card = json.loads(encoder.CARD.read_text())
    trained = evaluation.load_encoder()
    assert card["parameters"] == trained.count_params() == encoder.make_encoder().count_params()
    assert encoder.PATH.stat().st_size < 2**21
    held_out = contrastive.faces_of_artworks("test")
    found = contrastive.retrieval_accuracy(trained, held_out)
    assert found == pytest.approx(card["retrieval_among_held_out"], abs=0.01)
    assert card["chance_of_retrieval"] == pytest.approx(1 / held_out[:, :, 0, 0, 0].size, abs=1e-4)
    untrained = contrastive.retrieval_accuracy(encoder.make_encoder(), held_out)
    assert card["retrieval_among_held_out"] > 2 * untrained


def test_contrastive_loss_is_the_cross_entropy_of_the_table_of_cosines():
    p, q = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    cosines = (p / np.linalg.norm(p, axis=1)[:, None]) @ (q / np.linalg.norm(q, axis=1)[:, None]).T
    table = np.exp(cosines / contrastive.TEMPERATURE)
    rows, columns = (-np.log(np.diag(table) / table.sum(axis)) for axis in (1, 0))
    assert float(contrastive.contrastive_loss(p, q)) == pytest.approx((rows.mean() + columns.mean()) / 2, rel=1e-4)


def test_windows_lie_inside_and_half_are_mirrored():
    ramp = np.tile(np.arange(64, dtype=np.float32)[None, None, :, None], (200, 64, 1, 3))
    generator = tf.random.Generator.from_seed(0)
    windows = contrastive.random_windows(tf.constant(ramp), generator).numpy()
    assert windows.shape == ramp.shape and windows.min() >= 0 and windows.max() <= 63
    spans = windows[:, 0, -1, 0] - windows[:, 0, 0, 0]
    assert 60 < (spans > 0).sum() < 140
    assert np.abs(spans).min() >= 63 * contrastive.LEAST_SIDE - 1e-3


def test_training_makes_the_loss_fall():
    artworks = np.random.default_rng(0).integers(0, 256, (8, 2, 1, 1, 3), dtype=np.uint8).repeat(64, 2).repeat(64, 3)
    _, losses = contrastive.train_encoder(artworks, 15, artworks_per_step=4)
    assert np.mean(losses[-3:]) < 0.7 * np.mean(losses[:3])
