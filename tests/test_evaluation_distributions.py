"""FID against scipy's root of a matrix, its bias against halves of one set, diversity against scipy and a collapse."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.spatial.distance import pdist

from studylib import evaluation
from studylib.data import load_task
from studylib.evaluation.frechet import frechet_distance, normal_of
from studylib.evaluation.scores import true_set


@pytest.fixture(scope="module")
def task():
    return load_task("openmoji/line2color", 64)


def by_matrix_root(x, y):
    cx, cy = np.cov(x.T), np.cov(y.T)
    return np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(cx + cy - 2 * np.real(sqrtm(cx @ cy)))


@pytest.mark.parametrize(("n", "m"), [(60, 40), (200, 90)])
def test_frechet_distance_is_the_published_formula(n, m):
    random = np.random.default_rng(n)
    mix = random.normal(size=(8, 8))
    x, y = random.normal(size=(n, 8)), random.normal(size=(m, 8)) @ mix + 0.5
    assert evaluation.frechet_distance(x, y) == pytest.approx(by_matrix_root(x, y), rel=1e-6)
    assert evaluation.frechet_distance(y, x) == pytest.approx(evaluation.frechet_distance(x, y))


def test_frechet_distance_of_one_number_and_of_fewer_points_than_numbers():
    x, y = np.array([[0.0], [2.0], [4.0]]), np.array([[10.0], [14.0], [18.0]])  # means 2, 14; deviations 2, 4
    assert evaluation.frechet_distance(x, y) == pytest.approx(12**2 + (4 - 2) ** 2)
    few = np.random.default_rng(0).normal(size=(5, 40))
    assert evaluation.frechet_distance(few, few) == pytest.approx(0, abs=1e-9)
    # The two are apart by a shift only, so that the covariances cancel.
    assert evaluation.frechet_distance(few + 3, few) == pytest.approx(40 * 9)


def test_what_is_known_of_the_truth_changes_nothing(task):
    images, truth = task.test_a[:20], task.test_b[:20]
    x, y = evaluation.features(images), evaluation.features(truth)
    assert frechet_distance(x, y, normal_of(y)) == frechet_distance(x, y) > 0
    normal = normal_of(y)
    np.testing.assert_allclose(normal.root.T @ normal.root, np.cov(y.T), atol=1e-8)
    assert normal.variance == pytest.approx(np.trace(np.cov(y.T)))
    assert evaluation.scores(images, truth, known=true_set(truth)) == evaluation.scores(images, truth)


def test_frechet_distance_needs_two_sets_of_one_kind():
    with pytest.raises(ValueError, match=r"Received: shapes \(4, 2\) and \(5, 3\)"):
        evaluation.frechet_distance(np.zeros((4, 2)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"Received: shapes \(1, 2\) and \(5, 2\)"):
        evaluation.frechet_distance(np.zeros((1, 2)), np.zeros((5, 2)))


def test_two_halves_of_the_truth_are_apart_by_fid_and_not_by_kid(task):
    vectors = evaluation.features(task.train_b[:400])
    small, middle, large = evaluation.sample_size_bias(vectors, (20, 60, 200), n_draws=8)
    assert [row.n for row in (small, middle, large)] == [20, 60, 200]
    assert small.fid > 1.5 * middle.fid > 2 * large.fid > 0
    for row in (small, middle, large):
        assert row.fid > 2 * row.fid_spread  # far from 0 in nearly every draw
        assert abs(row.kid) < row.kid_spread  # KID: 0 within chance, which is a third of this for a mean of 8 draws
    assert evaluation.sample_size_bias(vectors, (20,), n_draws=8)[0] == small


def test_halves_must_fit_into_the_set():
    with pytest.raises(ValueError, match="from 3 to 5. Received: sizes=6"):
        evaluation.sample_size_bias(np.eye(10), (6,))


def test_fid_is_that_of_the_encoders_features(task):
    images, truth = task.test_a[:40], task.test_b[:40]
    expected = evaluation.frechet_distance(evaluation.features(images), evaluation.features(truth))
    assert evaluation.fid(images, truth) == expected > evaluation.fid(task.train_b[:40], truth)


def test_mean_pairwise_distance_is_scipys():
    vectors = np.random.default_rng(0).normal(size=(9, 5)) + 0.3
    assert evaluation.mean_pairwise_distance(vectors) == pytest.approx(pdist(vectors, "cosine").mean())
    assert evaluation.mean_pairwise_distance(np.ones((4, 3))) == pytest.approx(0, abs=1e-12)
    assert evaluation.mean_pairwise_distance(np.eye(4)) == pytest.approx(1)
    with pytest.raises(ValueError, match=r"Received: shape \(1, 3\)"):
        evaluation.mean_pairwise_distance(np.ones((1, 3)))


def test_diversity_is_near_1_for_the_truth_and_near_0_for_a_collapse(task):
    assert evaluation.diversity(task.train_b[::2], task.train_b[1::2]) == pytest.approx(1, abs=0.15)
    truth = task.test_b[:60]
    assert evaluation.diversity(truth[::-1], truth) == pytest.approx(1)
    one = np.repeat(truth[:1], 60, axis=0)
    assert evaluation.diversity(one, truth) == pytest.approx(0, abs=1e-5)
    noisy = np.clip(one + np.random.default_rng(0).normal(0, 2, one.shape), 0, 255).astype(np.uint8)
    assert evaluation.diversity(noisy, truth) < 0.05
    two = np.repeat(truth[:2], 30, axis=0)
    assert 0.05 < evaluation.diversity(two, truth) < 0.75
    with pytest.raises(ValueError, match="must differ from one another"):
        evaluation.diversity(truth, one)


def test_likeness_is_1_for_the_truth_itself_and_lower_for_another_picture(task):
    truth = task.test_b[:20]
    np.testing.assert_allclose(evaluation.likeness(truth, truth), 1, atol=1e-5)
    assert np.mean(evaluation.likeness(np.roll(truth, 1, axis=0), truth)) < 0.8


def test_best_typical_and_worst_follow_the_ranking():
    scores = np.array([0.1, 0.9, 0.5, 0.7, 0.3, 0.6, 0.2])
    chosen = evaluation.best_typical_worst(scores, n=1)
    assert {name: list(k) for name, k in chosen.items()} == {"best": [1], "typical": [2], "worst": [0]}
    chosen = evaluation.best_typical_worst(scores, n=2)
    assert {name: list(k) for name, k in chosen.items()} == {"best": [1, 3], "typical": [5, 2], "worst": [6, 0]}
    with pytest.raises(ValueError, match="n must be a whole number from 1 to 2. Received: n=3"):
        evaluation.best_typical_worst(scores, n=3)
