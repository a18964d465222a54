"""The toy that is trained in slices, its compiled steps, and the optimizers' paths."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.gan import GAN, GaussianMixture, ToyTraining, compile_steps, energy_distance, optimal_discriminator, ring
from studylib.gan.optimizers import adam_by_hand, optimizers, path
from studylib.gan.toy import REACH, start_anew

SMALL = {"n_filters": 8, "noise_dim": 3, "batch_size": 16}


def weights(toy):
    return [v.numpy() for v in toy.gan.generator_variables + toy.gan.discriminator_variables]


def test_compiled_steps_are_the_models_own_steps():
    samples = ring().sample(50)
    gan, twin = (GAN((2,), n_filters=8, noise_dim=3, seed=4) for _ in range(2))
    for model in (gan, twin):
        start_anew(model, 1)
    means = compile_steps(gan, batch_size=16)(samples, 3)
    each = []
    for step in range(3):
        chosen = tf.random.stateless_uniform((16,), [4, step], 0, 50, tf.int32)
        each.append(twin.train_step(samples[chosen.numpy()]))
    for x, y in zip(gan.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)
    assert means == pytest.approx({name: np.mean([float(e[name]) for e in each]) for name in ("g", "d")}, rel=1e-4)


def test_slices_of_steps_are_one_run_and_the_seed_is_all_that_counts():
    keras.utils.set_random_seed(1)
    in_one, in_slices = ToyTraining(seed=3, **SMALL), ToyTraining(seed=3, **SMALL)
    state = tf.random.uniform(()).numpy()
    keras.utils.set_random_seed(1)
    assert state == tf.random.uniform(()).numpy()  # a toy leaves the global random state alone
    other = ToyTraining(seed=4, **SMALL)
    assert all(np.array_equal(x, y) for x, y in zip(weights(in_one), weights(in_slices), strict=True))
    assert any(np.any(x != y) for x, y in zip(weights(in_one), weights(other), strict=True))
    in_one.run(10)
    in_slices.run(3)
    in_slices.run(7)
    assert in_one.step == in_slices.step == 10
    for x, y in zip(weights(in_one), weights(in_slices), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)


def test_discriminators_start_differently_and_by_glorots_rule():
    gan = GAN((2,), n_discriminators=2)
    start_anew(gan, 0)
    first, second = (d.get_weights() for d in gan.ds)
    assert np.any(first[0] != second[0]) and np.all(first[1] == 0)
    kernel = first[2]  # (64, 64): uniform within sqrt(6 / 128)
    assert np.abs(kernel).max() == pytest.approx(np.sqrt(6 / 128), rel=0.01)


def test_snapshot_shows_the_models_samples_verdicts_and_closed_form():
    toy = ToyTraining(**SMALL)
    toy.run(2)
    moment = toy.snapshot(n_shown=7, size=5)
    fakes = toy.gan.generate(500, seed=1)
    np.testing.assert_allclose(moment.fakes, fakes[:7], atol=1e-6)
    line = np.linspace(-REACH, REACH, 5)
    x, y = line[4], line[1]
    score = float(toy.gan.scores(tf.constant([[x, y]], tf.float32))[0, 0])
    assert moment.learned[1, 4] == pytest.approx(1 / (1 + np.exp(-score)), rel=1e-4)
    assert moment.optimal[1, 4] == pytest.approx(optimal_discriminator([x, y], ring(), fakes))
    scattered = GaussianMixture(fakes, 0.05).log_density([x, y])
    both = np.exp(GaussianMixture(ring().centres, np.hypot(0.05, 0.05)).log_density([x, y])) + np.exp(scattered)
    assert moment.density[1, 4] == pytest.approx(both)
    assert moment.distance == pytest.approx(energy_distance(fakes, ring().sample(500, seed=1)), abs=1e-5)
    assert (moment.step, moment.n_modes, moment.losses.keys()) == (2, 8, {"g", "d"})


@pytest.mark.parametrize("adversarial", ["gan", "lsgan", "minimax"])
def test_pushes_lower_each_samples_own_loss(adversarial):
    """Against finite differences of the loss, written out."""
    toy = ToyTraining(adversarial=adversarial, n_filters=16)
    toy.run(20)
    moment = toy.snapshot(n_shown=4)
    loss = {
        "gan": lambda s: np.log1p(np.exp(-s)),
        "minimax": lambda s: -np.log1p(np.exp(s)),
        "lsgan": lambda s: (s - 1) ** 2,
    }[adversarial]

    def each(points):
        return loss(toy.gan.scores(tf.constant(points)).numpy()[:, 0].astype(np.float64))

    eps = np.float32(1e-3)
    axes = eps * np.eye(2, dtype=np.float32)
    slopes = [(each(moment.fakes + e) - each(moment.fakes - e)) / (2 * eps) for e in axes]
    np.testing.assert_allclose(moment.pushes, -np.stack(slopes, axis=1), atol=0.02 * np.abs(moment.pushes).max() + 1e-4)


def test_everything_may_be_changed_on_the_way():
    toy = ToyTraining(**SMALL)
    toy.run(2)
    before = weights(toy)
    toy.adversarial, toy.data = "lsgan", "spiral"
    assert all(np.array_equal(x, y) for x, y in zip(before, weights(toy), strict=True)) and toy.step == 2
    moment = toy.snapshot()
    assert (moment.adversarial, moment.n_modes) == ("lsgan", 60)
    assert moment.learned.min() >= 0 and moment.learned.max() <= 1
    toy.set_learning_rates(1e-9, 0.1)
    toy.run(1)
    n = len(toy.gan.generator_variables)
    moved = [np.abs(x - y).max() for x, y in zip(before, weights(toy), strict=True)]
    assert max(moved[:n]) < 1e-6 and max(moved[n:]) > 1e-3
    with pytest.raises(ValueError, match="Received: data='rings'"):
        toy.data = "rings"
    with pytest.raises(ValueError, match="generator must be"):
        toy.set_learning_rates(0, 0.1)
    toy.gan.g.set_weights([w * np.nan for w in toy.gan.g.get_weights()])
    with pytest.raises(ValueError, match="have diverged"):
        toy.snapshot()


def test_own_mixture_is_learned():
    toy = ToyTraining(ring(60, radius=0.8), discriminator_learning_rate=0.002)
    before = toy.snapshot().distance
    toy.run(900)
    assert toy.snapshot().distance < before / 5


# ---- optimizers ------------------------------------------------------------------------------------------------------


def textbook(name, slope, x, n, rate=0.1):
    """Paths in plain numbers (Goodfellow, Bengio, Courville, Deep Learning, chapter 8; epsilon aside)."""
    velocity = total = mean = 0.0
    places = [x]
    for _ in range(n):
        g = slope(x)
        total, mean = total + g * g, 0.9 * mean + 0.1 * g * g
        velocity = 0.9 * velocity - rate * g
        x += {
            "SGD": -rate * g,
            "momentum": velocity,
            "AdaGrad": -rate * g / np.sqrt(total),
            "RMSProp": -rate * g / np.sqrt(mean),
        }[name]
        places.append(x)
    return places


@pytest.mark.parametrize("name", ["SGD", "momentum", "AdaGrad", "RMSProp"])
def test_paths_are_the_textbooks(name):
    taken = path(optimizers()[name], lambda x: x + 1, [2.0, -5.0], 12)
    assert taken.shape == (13, 2)
    for k, start in enumerate((2.0, -5.0)):
        np.testing.assert_allclose(taken[:, k], textbook(name, lambda x: x + 1, start, 12), rtol=1e-4, atol=1e-4)


def test_adam_by_hand_is_keras_adam_and_the_sum_is_not():
    def slope(x):
        return np.array([0.01, 1.0, 100.0]) * x

    taken = path(optimizers()["Adam"], slope, np.ones(3), 40)
    np.testing.assert_allclose(adam_by_hand(slope, np.ones(3), 40), taken, atol=1e-5)
    assert np.abs(adam_by_hand(slope, np.ones(3), 40, squares="sum") - taken).max() > 0.1
    with pytest.raises(ValueError, match="Received: squares='max'"):
        adam_by_hand(slope, np.ones(3), 1, squares="max")
    with pytest.raises(ValueError, match="n_steps"):
        path(optimizers()["SGD"], slope, np.ones(3), 0)
