"""Hidden information, colour drift and the pool's history, against maps whose answers can be computed by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from studylib.cyclegan import (
    ImagePool,
    blur,
    colour_drift,
    eight_bits,
    expected_age_shares,
    gaussian_noise,
    hidden_information,
    pool_history,
    round_trip,
)

GAIN = 8  # of the hiding pair: the fake shows an eighth of the original's contrast


def images(n=4, seed=0, limit=0.5):
    return np.random.default_rng(seed).uniform(-limit, limit, (n, 32, 32, 3)).astype(np.float32)


COPY = SimpleNamespace(g_AB=lambda x: x, g_BA=lambda x: x)
HIDE = SimpleNamespace(g_AB=lambda x: x / GAIN, g_BA=lambda x: x * GAIN)  # hides from A to B, copies loudly back
FORGET = SimpleNamespace(g_AB=lambda x: 0 * x, g_BA=lambda x: 0 * x)


# ---- hidden information ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "gain", "back"), [(COPY, 1, 1), (HIDE, GAIN, 1 / GAIN), (FORGET, 0, 0)])
def test_noise_comes_back_with_the_gain_of_the_way_back(model, gain, back):
    table = hidden_information(model, images(), images(seed=1, limit=0.1), noise=(1, 4), blurs=())
    there, and_back = table["A to B to A"], table["B to A to B"]
    for levels in (1, 4):
        row = there[f"noise {levels}"]
        assert row.noise == levels
        assert row.fake == pytest.approx(levels * np.sqrt(2 / np.pi), rel=0.03)  # mean of |normal noise|
        assert row.moved == pytest.approx(gain * row.fake, rel=1e-3, abs=1e-6)
        assert row.gain == pytest.approx(gain, rel=1e-3)
        if gain:  # the way back was perfect, so all of its error is the noise
            assert row.error == pytest.approx(row.moved, rel=1e-3)
    assert there["undisturbed"].fake == there["undisturbed"].moved == 0 and np.isnan(there["undisturbed"].gain)
    assert and_back["noise 1"].gain == pytest.approx(back, rel=1e-3)


def test_rounding_destroys_what_is_below_a_grey_level_and_nothing_else():
    # An eighth of a grey level at most.
    faint = SimpleNamespace(g_AB=lambda x: x / 500, g_BA=lambda x: np.clip(x * 500, -1, 1))
    hidden = hidden_information(faint, images(), images(), noise=(), blurs=())["A to B to A"]
    copied = hidden_information(COPY, images(), images(), noise=(), blurs=())["A to B to A"]
    assert hidden["undisturbed"].error < 0.01
    assert hidden["8-bit rounding"].error > 20 and hidden["8-bit rounding"].fake < 0.5
    assert copied["8-bit rounding"].error == pytest.approx(0.25, abs=0.01)  # uniform within half a level


def test_blur_spares_flat_images_and_takes_fine_patterns():
    flat, fine = np.full((1, 16, 16, 3), 0.3, np.float32), np.zeros((1, 16, 16, 3), np.float32)
    fine[:, ::2] = 0.5
    np.testing.assert_allclose(blur(1)(flat), flat, atol=1e-6)
    assert np.abs(blur(1)(fine)[0, 4:-4].mean() - 0.25) < 0.01 and np.ptp(blur(1)(fine)[0, 4:-4]) < 0.02


def test_disturbances_are_pictures_and_repeat():
    x = images(limit=1.0)
    for disturb in (gaussian_noise(40, seed=3), blur(0.7), eight_bits):
        y = disturb(x)
        assert y.dtype == np.float32 and y.shape == x.shape and np.abs(y).max() <= 1 + 1e-6
        np.testing.assert_array_equal(y, disturb(x))
    assert np.any(gaussian_noise(4, 1)(x) != gaussian_noise(4, 2)(x))
    levels = (eight_bits(x) + 1) * 127.5
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)
    np.testing.assert_allclose(gaussian_noise(0)(x), x)
    for make in (gaussian_noise, blur):
        with pytest.raises(ValueError, match="Received: .*=-1"):
            make(-1)


def test_true_picture_is_the_control_that_cannot_hide():
    a, b = images(), images(seed=1)
    table = hidden_information(HIDE, a, b, noise=(1,), blurs=(), aligned=True)
    expected = 127.5 * np.mean(np.abs(GAIN * b - a))
    assert table["A to B to A"]["true picture"].error == pytest.approx(expected, rel=1e-4)
    assert table["A to B to A"]["undisturbed"].error < 0.01
    assert "true picture" not in hidden_information(HIDE, a, b, noise=(1,), blurs=())["A to B to A"]


def test_round_trip_keeps_every_picture():
    x = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    trip = round_trip(lambda y: -y, lambda y: y / 2, x, lambda y: y + 0.1)
    scaled = x / 127.5 - 1
    for name, expected in (
        ("images", scaled), ("fake", -scaled), ("disturbed", 0.1 - scaled),
        ("cycled", -scaled / 2), ("cycled_disturbed", 0.05 - scaled / 2),
    ):  # fmt: skip
        np.testing.assert_allclose(getattr(trip, name), expected, atol=1e-6, err_msg=name)


def test_bad_images_are_named():
    with pytest.raises(ValueError, match=r"N of 1 or more. Received: shape \(0, 8, 8, 3\)"):
        hidden_information(COPY, np.zeros((0, 8, 8, 3)), images())
    with pytest.raises(ValueError, match=r"aligned=True.*\(4, 32, 32, 3\) and \(2, 32, 32, 3\)"):
        hidden_information(COPY, images(4), images(2), aligned=True)
    with pytest.raises(ValueError, match="Received: shape"):
        colour_drift(COPY.g_AB, np.zeros((8, 8, 3)))


# ---- colour drift ----------------------------------------------------------------------------------------------------


def test_tint_is_found_channel_by_channel():
    tint = np.array([0.2, 0.0, -0.1], np.float32)
    drift = colour_drift(lambda x: x + tint, images(n=20))
    np.testing.assert_allclose(drift.shift, 127.5 * tint, atol=1e-3)
    assert drift.shifts.shape == (20, 3) and drift.error == pytest.approx(127.5 * 0.1, rel=1e-3)
    left_alone = colour_drift(lambda x: x, images())
    assert left_alone.error == 0 and np.all(left_alone.shifts == 0)


def test_opposite_shifts_cancel_in_the_mean_and_not_image_by_image():
    sign = np.array([1.0, -1.0], np.float32).reshape(2, 1, 1, 1)
    drift = colour_drift(lambda x: x + 0.2 * sign, (127.5 * (images(n=2) + 1)).astype(np.uint8))
    np.testing.assert_allclose(drift.shift, 0, atol=1e-3)
    np.testing.assert_allclose(drift.shifts[:, 0], [25.5, -25.5], rtol=1e-3)
    assert drift.error == pytest.approx(25.5, rel=1e-3)


# ---- the pool's history ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_length", [0, 1, 7])
def test_history_is_what_the_pool_does_one_by_one(max_length):
    history, pool = pool_history(max_length, 120, seed=3), ImagePool(max_length, seed=3)
    for number in range(120):
        shown = pool(np.full((1, 1, 1, 1), number, np.float32))
        assert int(shown[0, 0, 0, 0]) == history.shown[number]
        assert history.ages[number] == number - history.shown[number]
        if max_length:
            taken = min(number + 1, max_length)
            np.testing.assert_array_equal(np.ravel(pool.images)[:taken], history.slots[number, :taken])
            assert np.all(history.slots[number, taken:] == -1)
    assert history.slots.shape == (120, max_length) and history.max_length == max_length


@pytest.mark.parametrize("max_length", [1, 5, 20])
def test_ages_follow_the_geometric_tail(max_length):
    """Pearson's test against the closed form; long runs of several seeds, without the pool's start."""
    runs = [pool_history(max_length, 3000 + 20 * max_length, seed).ages[20 * max_length :] for seed in range(3)]
    ages = np.concatenate(runs)
    edges = [0, 1, *np.unique(np.geomspace(2, 6 * max_length + 3, 8).astype(int))]
    expected = len(ages) * np.add.reduceat(expected_age_shares(max_length, 100 * max_length + 400), edges)
    observed = np.histogram(ages, [*edges, 10**6])[0]
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3


def test_expected_shares_are_a_distribution_with_the_stated_mean():
    for max_length in (1, 10, 50):
        shares = expected_age_shares(max_length, 60 * max_length)
        assert shares.sum() == pytest.approx(1, abs=1e-9) and shares[0] == 0.5
        assert np.average(np.arange(len(shares))[1:], weights=shares[1:]) == pytest.approx(2 * max_length, rel=1e-6)
    np.testing.assert_array_equal(expected_age_shares(0, 3), [1, 0, 0])


def test_history_refuses_other_lengths():
    with pytest.raises(ValueError, match="Received: max_length=-1"):
        pool_history(-1)
    with pytest.raises(ValueError, match="Received: n_images=0"):
        pool_history(5, 0)
