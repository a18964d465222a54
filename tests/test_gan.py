"""The plain GAN and the measures around it, each against something worked out another way."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from studylib.gan import GAN, GaussianMixture, energy_distance, modes_covered, optimal_discriminator, ring, spiral
from studylib.gan.measures import log_densities
from studylib.schedule import ConstantThenLinear

# ---- distributions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mixture", [ring(5, radius=0.8, stddev=0.2), spiral(9, stddev=0.3)])
def test_density_is_scipys_and_integrates_to_one(mixture):
    points = np.random.default_rng(0).normal(size=(50, 2))
    each = [stats.multivariate_normal(centre, mixture.stddev**2).pdf(points) for centre in mixture.centres]
    np.testing.assert_allclose(np.exp(mixture.log_density(points)), np.mean(each, axis=0), rtol=1e-9)
    line = np.linspace(-3, 3, 201)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    total = integrate.simpson(integrate.simpson(np.exp(mixture.log_density(grid)), x=line), x=line)
    assert total == pytest.approx(1, abs=1e-3)
    assert np.isfinite(mixture.log_density(np.array([1e4, 0.0])))


def test_samples_follow_the_mixture():
    mixture = ring(4, radius=2, stddev=0.1)
    samples = mixture.sample(4000, seed=1)
    assert samples.shape == (4000, 2) and samples.dtype == np.float32
    np.testing.assert_array_equal(samples, mixture.sample(4000, seed=1))
    offsets = samples[:, None] - mixture.centres
    nearest = np.abs(offsets).sum(axis=-1).argmin(axis=1)
    assert np.bincount(nearest) == pytest.approx([1000] * 4, abs=120)
    assert np.std(offsets[np.arange(4000), nearest]) == pytest.approx(0.1, rel=0.05)
    np.testing.assert_allclose(np.linalg.norm(mixture.centres, axis=1), 2)


def test_spiral_is_one_curve():
    centres = spiral().centres
    gaps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    assert gaps.max() < 4 * spiral().stddev
    assert np.linalg.norm(centres, axis=1)[[0, -1]] == pytest.approx([0.15, 1])


# ---- measures --------------------------------------------------------------------------------------------------------


def test_modes_covered_by_hand():
    mixture = GaussianMixture(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]), 1.0)
    samples = np.array([[0, 0]] * 80 + [[10, 2.9]] * 7 + [[0, 10]] * 6 + [[5, 5]] * 7, float)
    assert modes_covered(samples, mixture, share=0.2) == (2, 0.93)  # a fifth of 33.3 is 6.67
    assert modes_covered(samples, mixture, share=0.18)[0] == 3
    assert modes_covered(samples, mixture, within=2.8)[0] == 1
    assert modes_covered(mixture.sample(500), mixture)[0] == 3


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 12), m=st.integers(2, 12), d=st.integers(1, 3), seed=st.integers(0, 99))
def test_energy_distance_is_the_double_sum(n, m, d, seed):
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(n, d)), random.normal(1, size=(m, d))

    def mean(a, b, same):
        norms = [np.linalg.norm(p - q) for i, p in enumerate(a) for j, q in enumerate(b) if not (same and i == j)]
        return np.mean(norms)

    expected = 2 * mean(x, y, False) - mean(x, x, True) - mean(y, y, True)
    assert energy_distance(x, y) == pytest.approx(expected)


def test_energy_distance_is_zero_in_the_mean_for_one_distribution_and_known_for_two():
    random = np.random.default_rng(0)
    same = [energy_distance(*random.normal(size=(2, 30, 1))) for _ in range(400)]
    assert abs(np.mean(same)) < 3 * np.std(same) / 20 and np.std(same) > 0
    # Two points at distance 3 of mass 1 each: 2 * 3.
    assert energy_distance(np.zeros((5, 2)), np.full((5, 2), [0.0, 3.0])) == pytest.approx(6)
    with pytest.raises(ValueError, match=r"Received: shapes \(1, 2\) and \(5, 2\)"):
        energy_distance(np.zeros((1, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match=r"Received: \(4, 2\) and \(5, 3\)"):
        energy_distance(np.zeros((4, 2)), np.zeros((5, 3)))
    images = random.normal(size=(2, 6, 4, 4, 1))
    assert energy_distance(*images) == pytest.approx(energy_distance(*images.reshape(2, 6, 16)))


def test_optimal_discriminator_is_a_half_where_both_agree_and_certain_elsewhere():
    data = GaussianMixture(np.array([[0.0, 0.0]]), 1.0)
    fakes = data.sample(20_000, seed=2)
    near = optimal_discriminator(np.array([[0.0, 0.0], [0.5, -0.5]]), data, fakes, bandwidth=0.1)
    assert near == pytest.approx([0.5, 0.5], abs=0.05)
    far = optimal_discriminator(np.array([[0.0, 0.0], [8.0, 0.0]]), data, fakes + [8, 0])
    assert far[0] > 0.99 and far[1] < 0.01
    # Exactly: one fake, so that p_fake is one Gaussian; the data's variance grows by that of the spread.
    at = np.array([0.3, 0.1])
    p, q = stats.multivariate_normal([0, 0], 1.25).pdf(at), stats.multivariate_normal([1, 1], 0.25).pdf(at)
    assert optimal_discriminator(at, data, [[1.0, 1.0]], bandwidth=0.5) == pytest.approx(p / (p + q))
    assert np.exp(log_densities(at, data, [[1.0, 1.0]], bandwidth=0.5)) == pytest.approx([p, q])
    with pytest.raises(ValueError, match="Received: bandwidth=0"):
        optimal_discriminator(at, data, fakes, bandwidth=0)


def test_perfect_generator_cannot_be_told_from_narrow_data():
    """Gaussians as narrow as the spread: a spread of the fakes alone would make them look wider than the data."""
    data = ring()
    real, fakes = data.sample(2000, seed=1), data.sample(20_000, seed=2)
    verdicts = optimal_discriminator(real, data, fakes)
    assert np.quantile(np.abs(verdicts - 0.5), 0.95) < 0.1 and np.mean(verdicts) == pytest.approx(0.5, abs=0.01)
    around = data.centres[0] + 0.15 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])  # 3 standard deviations away
    assert optimal_discriminator(around, data, fakes) == pytest.approx([0.5] * 4, abs=0.1)


# ---- the model -------------------------------------------------------------------------------------------------------


def toy(start=0, **changes):
    keras.utils.set_random_seed(start)
    return GAN((2,), **{"noise_dim": 4, "n_filters": 16, **changes})


@pytest.mark.parametrize("n_discriminators", [1, 3])
def test_step_equals_a_textbook_step(n_discriminators):
    """Losses written out, every network with a gradient of its own, SGD by hand."""
    gan, twin, rate = toy(n_discriminators=n_discriminators), toy(n_discriminators=n_discriminators), 0.1
    gan.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate), run_eagerly=True)
    real = ring().sample(32)
    noise = tf.random.stateless_normal((32, 4), seed=[1, 0])
    with tf.GradientTape(persistent=True) as tape:
        fake = twin.g(noise)
        g = tf.reduce_mean(-tf.math.log(tf.sigmoid(sum(d(fake) for d in twin.ds) / n_discriminators)))
        each = [
            0.5 * tf.reduce_mean(-tf.math.log(tf.sigmoid(d(real))) - tf.math.log(1 - tf.sigmoid(d(fake))))
            for d in twin.ds
        ]
    for loss, network in [(g, twin.g), *zip(each, twin.ds, strict=True)]:
        for variable, gradient in zip(
            network.trainable_variables, tape.gradient(loss, network.trainable_variables), strict=True
        ):
            variable.assign_sub(rate * gradient)
    terms = gan.train_step(real)
    assert float(terms["g"]) == pytest.approx(float(g), rel=1e-5)
    assert float(terms["d"]) == pytest.approx(float(np.mean(each)), rel=1e-5)
    for x, y in zip(gan.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_discriminators_start_elsewhere():
    gan = toy(n_discriminators=2)
    first, second = (d.get_weights()[0] for d in gan.ds)
    assert np.any(first != second)


def test_it_learns_a_single_gaussian():
    # A discriminator that learns four times as fast: with equal rates the samples circle around the data, and where the
    # training stops on its circle is a matter of rounding, which differs between processors.
    gan = toy(n_filters=32, learning_rate=0.0005, discriminator_learning_rate=0.002)
    data = GaussianMixture(np.array([[0.5, -0.5]]), 0.5)
    before = energy_distance(gan.generate(500), data.sample(500))
    batches = tf.data.Dataset.from_tensor_slices(data.sample(64 * 1500, seed=3)).batch(64)
    gan.fit(batches, verbose=0)
    after = energy_distance(gan.generate(500), data.sample(500))
    assert after < before / 5


def test_the_buffer_shows_earlier_fakes():
    gan = toy(buffer_max_length=20)
    fakes = []
    for _ in range(6):
        step = int(gan.generator_optimizer.iterations)
        fakes.append(gan.g(tf.random.stateless_normal((8, 4), seed=[1, step])).numpy())
        gan.train_step(ring().sample(8))
    stored = gan.buffer.images.numpy()
    distances = [[np.abs(batch - point).max(axis=1).min() for batch in fakes] for point in stored]
    assert np.max(np.min(distances, axis=1)) < 1e-5
    from_step = np.argmin(distances, axis=1)
    assert len(set(from_step)) > 2 and min(from_step) < 2


def test_judged_noise_is_none_of_the_training_noise():
    """generate(seed=1) of a model once showed the very samples of the first training step."""
    gan, noise = toy(), {}
    gan.g = lambda z: noise.setdefault(len(noise), z)  # what the generator is given
    for seed in range(4):
        gan.generate(16, seed=seed)
    judged = np.stack([z.numpy() for z in noise.values()])
    assert len(np.unique(judged[:, 0, 0])) == 4
    trained = [tf.random.stateless_normal((16, 4), seed=[s + 1, step]).numpy() for s in range(4) for step in range(4)]
    assert not np.isin(judged, trained).any()
    with pytest.raises(ValueError, match="Received: seed=-1"):
        gan.generate(1, seed=-1)


def test_learning_rate_keeps_the_ratio_of_the_two():
    def rates(gan):
        return [float(o.learning_rate) for o in (gan.generator_optimizer, gan.discriminator_optimizer)]

    gan = toy(learning_rate=0.001, discriminator_learning_rate=0.01)
    assert rates(gan) == pytest.approx([0.001, 0.01])
    gan.set_learning_rate(0.0005)
    assert rates(gan) == pytest.approx([0.0005, 0.005])
    gan.set_learning_rate(0.002, 0.003)
    assert rates(gan) == pytest.approx([0.002, 0.003])
    gan.set_learning_rate(ConstantThenLinear(0.001, n_constant=0, n_decay=2))
    gan.train_step(ring().sample(4))
    assert rates(gan) == pytest.approx([0.0005, 0.005])
    gan.set_learning_rate(0.004)  # a number after a schedule
    assert rates(gan) == pytest.approx([0.004, 0.04])
    for wrong in ("x", None, -1.0, float("nan"), True, [0.1]):
        with pytest.raises(ValueError, match="learning_rate must be a number from 0 on. Received: "):
            gan.set_learning_rate(wrong)
    with pytest.raises(ValueError, match="discriminator_learning_rate must be a number from 0 on. Received: .*'x'"):
        gan.set_learning_rate(0.1, "x")
    assert rates(gan) == pytest.approx([0.004, 0.04])
    alike = toy(learning_rate=0.002)
    alike.set_learning_rate(0.001)
    assert rates(alike) == pytest.approx([0.001, 0.001])


def test_schedules_of_both_rates_are_saved(tmp_path):
    gan = toy(learning_rate=0.001, discriminator_learning_rate=0.002)
    gan.set_learning_rate(ConstantThenLinear(0.001, n_constant=1, n_decay=2))
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    for model in (gan, loaded):
        for _ in range(2):
            model.train_step(ring().sample(4))
        assert float(model.discriminator_optimizer.learning_rate) == pytest.approx(0.001)
        assert float(model.generator_optimizer.learning_rate) == pytest.approx(0.0005)


def test_images_come_out_in_their_shape_and_range():
    keras.utils.set_random_seed(0)
    gan = GAN((8, 12, 1), n_filters=4)
    fakes = gan.generate(5)
    assert fakes.shape == (5, 8, 12, 1) and np.abs(fakes).max() <= 1
    assert gan.scores(fakes).shape == (5, 1)
    before = [v.numpy() for v in gan.generator_variables + gan.discriminator_variables]
    gan.train_step(np.zeros((4, 8, 12, 1), np.float32))
    kernels = [(x, v) for x, v in zip(before, gan.generator_variables + gan.discriminator_variables, strict=True)]
    assert all(np.any(x != v.numpy()) for x, v in kernels if x.ndim > 1)


def test_saved_and_loaded_model_takes_the_same_next_step(tmp_path):
    gan, real = toy(n_discriminators=2, buffer_max_length=5, discriminator_learning_rate=0.01), ring().sample(16)
    gan.train_step(real)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.get_config() == gan.get_config()
    assert float(loaded.discriminator_optimizer.learning_rate) == pytest.approx(0.01)
    assert {k: float(v) for k, v in gan.train_step(real).items()} == {
        k: float(v) for k, v in loaded.train_step(real).items()
    }
    for x, y in zip(gan.variables, loaded.variables, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    "shape, changes, sentence",
    [
        ((9, 8, 1), {}, r"multiples of 4. Received: sample_shape=\(9, 8, 1\)"),
        ((2, 2), {}, r"Received: sample_shape=\(2, 2\)"),
        (2, {}, "Received: sample_shape=2$"),
        ((4097,), {}, r"numbers from 1 to 4096, .* Received: sample_shape=\(4097,\)"),
        ((2,), {"n_discriminators": 0}, "n_discriminators"),
        ((2,), {"adversarial": "wgan"}, "Received: adversarial='wgan'"),
        ((2,), {"discriminator_learning_rate": -1}, "discriminator_learning_rate"),
    ],
)
def test_bad_arguments_are_named(shape, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        GAN(shape, **changes)
