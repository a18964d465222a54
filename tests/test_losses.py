"""The losses against formulas written out in NumPy, Keras' own cross-entropy, and extreme scores."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from studylib.losses import adversarial_loss, l1

SCORES = hnp.arrays(np.float32, hnp.array_shapes(max_dims=4, max_side=4), elements=st.floats(-20, 20, width=32))


@given(SCORES, SCORES)
def test_lsgan_is_half_the_sum_of_squared_errors(real, fake):
    loss = adversarial_loss("lsgan")
    expected = 0.5 * (np.mean((real - 1.0) ** 2) + np.mean(fake**2))
    np.testing.assert_allclose(loss.discriminator(real, fake), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loss.generator(fake), np.mean((fake - 1.0) ** 2), rtol=1e-5, atol=1e-6)


@given(SCORES, SCORES)
def test_gan_is_keras_cross_entropy(real, fake):
    loss = adversarial_loss("gan")
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = 0.5 * (cross_entropy(np.ones_like(real), real) + cross_entropy(np.zeros_like(fake), fake))
    np.testing.assert_allclose(loss.discriminator(real, fake), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(loss.generator(fake), cross_entropy(np.ones_like(fake), fake), rtol=1e-4, atol=1e-5)


@given(SCORES)
def test_minimax_is_what_the_discriminator_maximizes(fake):
    """Its generator's loss is minus the fake half of the discriminator's, as a game of one value has it."""
    loss, nothing = adversarial_loss("minimax"), np.full_like(fake, 100)  # a certain "real" costs nothing
    np.testing.assert_allclose(loss.generator(fake), -2 * loss.discriminator(nothing, fake), rtol=1e-5, atol=1e-6)
    if abs(fake).max(initial=0) < 8:
        expected = np.log(1 - 1 / (1 + np.exp(-fake.astype(np.float64)))).mean()
        np.testing.assert_allclose(loss.generator(fake), expected, rtol=1e-4, atol=1e-5)


def test_minimax_saturates_where_the_fake_is_seen_through():
    scores = tf.constant([-10.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(scores)
        values = {name: adversarial_loss(name).generator(scores) for name in ("minimax", "gan")}
    assert abs(float(tape.gradient(values["minimax"], scores)[0])) < 1e-4
    assert abs(float(tape.gradient(values["gan"], scores)[0])) > 0.99


@pytest.mark.parametrize("name", ["lsgan", "gan", "minimax"])
@pytest.mark.parametrize("score", [-1e4, 1e4])
def test_extreme_scores_give_finite_losses_and_gradients(name, score):
    loss = adversarial_loss(name)
    scores = tf.fill((2, 3, 3, 1), score)
    for value in (lambda: loss.discriminator(scores, scores), lambda: loss.generator(scores)):
        with tf.GradientTape() as tape:
            tape.watch(scores)
            result = value()
        assert np.isfinite(result)
        assert np.all(np.isfinite(tape.gradient(result, scores)))


def test_the_wrong_side_always_gets_a_gradient():
    """Fakes that are seen through (a very negative score) must still be pulled up: the GAN loss is non-saturating."""
    for name in ("lsgan", "gan"):
        scores = tf.constant([-50.0])
        with tf.GradientTape() as tape:
            tape.watch(scores)
            value = adversarial_loss(name).generator(scores)
        assert float(tape.gradient(value, scores)[0]) <= -0.99


def test_l1_is_the_mean_absolute_difference():
    x, y = np.random.default_rng(0).uniform(-1, 1, (2, 3, 4, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(l1(x, y), np.abs(x - y).mean(), rtol=1e-6)
    assert float(l1(x, x)) == 0


def test_unknown_name_is_named():
    with pytest.raises(ValueError, match=r"one of lsgan, gan, minimax. Received: adversarial='wgan'"):
        adversarial_loss("wgan")
