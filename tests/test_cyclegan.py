"""The model: its terms against separate passes, its step against a textbook step, its pool against the rule."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.cyclegan import GENERATOR_TERMS, TERMS, ConstantThenLinear, CycleGAN, ImagePool

SIZES = {"gen_n_filters": 4, "disc_n_filters": 4, "gen_n_downsamplings": 3, "disc_n_layers": 2}
SMALL = {"input_dim": (32, 32, 3), **SIZES}


def small_gan(**changes):
    keras.utils.set_random_seed(1)
    return CycleGAN(**{**SMALL, **changes})


def batches(n_steps=1, batch_size=3, seed=0):
    images = np.random.default_rng(seed).uniform(-1, 1, (n_steps, 2, batch_size, 32, 32, 3)).astype(np.float32)
    return [(a, b) for a, b in images]


def state_of(gan):
    """Every number that the next step depends on."""
    return [np.array(v) for part in (gan, gan.generator_optimizer, gan.discriminator_optimizer) for v in part.variables]


def assert_same_state(left, right):
    for x, y in zip(state_of(left), state_of(right), strict=True):
        np.testing.assert_array_equal(x, y)


# ---- construction ----------------------------------------------------------------------------------------------------


def test_the_call_of_the_notes_works_as_written():
    gan = CycleGAN(
        input_dim=(64, 64, 3),
        learning_rate=0.0002,
        buffer_max_length=50,
        lambda_validation=1,
        lambda_reconstr=10,
        lambda_id=2,
        generator_type="unet",
        gen_n_filters=32,
        disc_n_filters=32,
    )
    assert gan.g_AB.count_params() == 1_545_411
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert optimizer.built
        assert optimizer.beta_1 == 0.5
        assert float(optimizer.learning_rate) == pytest.approx(0.0002)
    assert gan(np.zeros((1, 64, 64, 3), np.float32)).shape == (1, 64, 64, 3)


@pytest.mark.parametrize("generator_type", ["unet", "resnet", "encoder_decoder"])
def test_every_generator_type_trains(generator_type):
    gan = small_gan(generator_type=generator_type, gen_n_blocks=1)
    terms = gan.train_step(batches()[0])
    assert set(terms) == set(TERMS)
    assert np.all(np.isfinite([float(v) for v in terms.values()]))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"input_dim": (64, 64)}, r"input_dim must be \(height, width, channels\).*Received: input_dim=\(64, 64\)"),
        ({"input_dim": 64}, "Received: input_dim=64"),
        ({"input_dim": (64, 64, 0)}, "Received"),
        ({"generator_type": "vit"}, "Received: generator_type='vit'"),
        ({"adversarial": "wgan"}, "Received: adversarial='wgan'"),
        ({"lambda_id": -1}, "Received: lambda_id=-1"),
        ({"learning_rate": 0}, "Received: learning_rate=0"),
        ({"learning_rate": "fast"}, "learning_rate must be a number above 0. Received: learning_rate='fast'"),
        ({"lambda_reconstr": None}, "lambda_reconstr must be a number from 0 on. Received: lambda_reconstr=None"),
        ({"lambda_id": float("nan")}, "Received: lambda_id=nan"),
        ({"seed": -1}, "Received: seed=-1"),
        ({"buffer_max_length": -5}, "Received: buffer_max_length=-5"),
        ({"input_dim": (None, None, 3)}, "buffer_max_length=0"),
    ],
)
def test_bad_arguments_are_named(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        CycleGAN(**{**SMALL, **changes})


def test_config_holds_every_argument():
    gan = small_gan(lambda_id=0.5, seed=3, adversarial="gan")
    arguments = set(inspect.signature(CycleGAN.__init__).parameters) - {"self", "kwargs"}
    assert arguments <= set(gan.get_config())
    assert CycleGAN.from_config(gan.get_config()).get_config() == gan.get_config()


# ---- terms and gradients ---------------------------------------------------------------------------------------------


def textbook_terms(gan, a, b):
    """The terms as the paper writes them: one pass for each use of a network, and NumPy means."""
    l1 = lambda x, y: tf.reduce_mean(tf.abs(x - y))  # noqa: E731
    mse = lambda scores, target: tf.reduce_mean((scores - target) ** 2)  # noqa: E731
    fake_B, fake_A = gan.g_AB(a), gan.g_BA(b)
    return {
        "g_adversarial_AB": mse(gan.d_B(fake_B), 1.0),
        "g_adversarial_BA": mse(gan.d_A(fake_A), 1.0),
        "cycle_A": l1(gan.g_BA(fake_B), a),
        "cycle_B": l1(gan.g_AB(fake_A), b),
        "identity_A": l1(gan.g_BA(a), a),
        "identity_B": l1(gan.g_AB(b), b),
        "d_A": 0.5 * (mse(gan.d_A(a), 1.0) + mse(gan.d_A(fake_A), 0.0)),
        "d_B": 0.5 * (mse(gan.d_B(b), 1.0) + mse(gan.d_B(fake_B), 0.0)),
    }


def test_terms_equal_separate_passes():
    gan, (data,) = small_gan(), batches()
    expected = textbook_terms(gan, *data)
    expected["g_loss"] = (
        sum(expected[t] for t in ("g_adversarial_AB", "g_adversarial_BA"))
        + 10 * (expected["cycle_A"] + expected["cycle_B"])
        + 2 * (expected["identity_A"] + expected["identity_B"])
    )
    for terms in (gan.test_step(data), gan.train_step(data)):  # the pools are empty: the first step shows new fakes
        assert set(terms) == set(expected)
        for name in expected:
            np.testing.assert_allclose(terms[name], expected[name], rtol=1e-5, err_msg=name)


def test_each_generator_term_reaches_the_generators_it_must():
    gan, (data,) = small_gan(), batches()
    reached = {
        "g_adversarial_AB": (True, False),
        "g_adversarial_BA": (False, True),
        "cycle_A": (True, True),
        "cycle_B": (True, True),
        "identity_A": (False, True),
        "identity_B": (True, False),
    }
    for term in GENERATOR_TERMS:
        with tf.GradientTape(persistent=True) as tape:
            value = gan.generator_terms(*data)[0][term]
        kernels = [[v for v in g.trainable_variables if "kernel" in v.path] for g in (gan.g_AB, gan.g_BA)]
        is_reached = tuple(all(g is not None and np.any(g) for g in tape.gradient(value, k)) for k in kernels)
        assert is_reached == reached[term], term


@pytest.mark.parametrize("weights", [{}, {"lambda_id": 0}, {"lambda_validation": 0, "lambda_reconstr": 3}])
def test_step_equals_a_textbook_step(weights):
    """Four optimizers, one persistent tape, separate passes: the step of the public tutorials, the same weights."""
    gan, twin, (data,) = small_gan(**weights), small_gan(**weights), batches()
    with tf.GradientTape(persistent=True) as tape:
        terms = textbook_terms(twin, *data)
        total = (
            twin.lambda_validation * (terms["g_adversarial_AB"] + terms["g_adversarial_BA"])
            + twin.lambda_reconstr * (terms["cycle_A"] + terms["cycle_B"])
            + twin.lambda_id * (terms["identity_A"] + terms["identity_B"])
        )
    losses = {"g_AB": total, "g_BA": total, "d_A": terms["d_A"], "d_B": terms["d_B"]}
    gradients = {name: tape.gradient(loss, getattr(twin, name).trainable_variables) for name, loss in losses.items()}
    for name, gradient in gradients.items():
        optimizer = keras.optimizers.Adam(0.0002, beta_1=0.5)
        optimizer.apply_gradients(zip(gradient, getattr(twin, name).trainable_variables, strict=True))
    gan.train_step(data)
    for name in gradients:
        for x, y in zip(getattr(gan, name).get_weights(), getattr(twin, name).get_weights(), strict=True):
            # A bias before an instance norm has no gradient but rounding noise, which Adam scales up to a whole step.
            if x.ndim > 1:
                np.testing.assert_allclose(x, y, atol=1e-5)


def test_a_step_moves_all_networks_and_a_test_step_moves_nothing():
    gan, (data,) = small_gan(), batches()
    before = state_of(gan)
    gan.test_step(data)
    gan.reset_metrics()
    for x, y in zip(before, state_of(gan), strict=True):
        np.testing.assert_array_equal(x, y)
    networks = (gan.g_AB, gan.g_BA, gan.d_A, gan.d_B)
    before = [network.get_weights()[0] for network in networks]
    gan.train_step(data)
    for weights, network in zip(before, networks, strict=True):
        assert np.any(weights != network.get_weights()[0])


def test_fit_reports_epoch_means_of_the_batches():
    data = batches(n_steps=3)
    by_hand = small_gan()
    terms = [by_hand.train_step(batch) for batch in data]
    dataset = tf.data.Dataset.from_tensor_slices(tuple(np.stack(side) for side in zip(*data, strict=True)))
    logs = small_gan().fit(dataset, verbose=0, shuffle=False).history
    for name in TERMS:
        np.testing.assert_allclose(logs[name][0], np.mean([float(t[name]) for t in terms]), rtol=1e-3, err_msg=name)


def test_xla_step_equals_plain_step():
    data = batches(n_steps=2)
    dataset = tf.data.Dataset.from_tensor_slices(tuple(np.stack(side) for side in zip(*data, strict=True)))
    plain, fast = small_gan(buffer_max_length=4), small_gan(buffer_max_length=4)  # the second batch meets a full pool
    for gan in (plain, fast):
        # Adam's first steps have the size of the learning rate however small the gradient: they would show rounding.
        gan.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01), jit_compile=gan is fast)
        gan.fit(dataset, verbose=0, shuffle=False)
    start = small_gan().g_AB.get_weights()[0]
    assert np.abs(plain.g_AB.get_weights()[0] - start).max() > 1e-3  # the steps were no small matter
    for x, y in zip(plain.variables, fast.variables, strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5, err_msg=x.path)


# ---- saving ----------------------------------------------------------------------------------------------------------


def test_saved_and_loaded_model_takes_the_same_next_steps(tmp_path):
    *earlier, tenth, eleventh = batches(n_steps=5)
    gan = small_gan(buffer_max_length=5, lambda_id=3)
    gan.set_learning_rate(ConstantThenLinear(0.001, n_constant=2, n_decay=4))
    for batch in earlier:
        gan.train_step(batch)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.get_config() == gan.get_config()
    assert_same_state(loaded, gan)
    for batch in (tenth, eleventh):
        terms, loaded_terms = gan.train_step(batch), loaded.train_step(batch)
        assert {k: float(v) for k, v in terms.items()} == {k: float(v) for k, v in loaded_terms.items()}
    assert_same_state(loaded, gan)
    assert int(loaded.generator_optimizer.iterations) == 5


def test_other_optimizers_are_kept(tmp_path):
    gan = small_gan()
    gan.compile(keras.optimizers.SGD(0.1, momentum=0.9), keras.optimizers.Adam(0.5), jit_compile=True)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert isinstance(loaded.generator_optimizer, keras.optimizers.SGD)
    assert loaded.optimizer is loaded.generator_optimizer
    assert float(loaded.discriminator_optimizer.learning_rate) == 0.5
    assert loaded.jit_compile is True


# ---- learning rate ---------------------------------------------------------------------------------------------------


def test_schedule_is_constant_then_linear_to_zero():
    schedule = ConstantThenLinear(0.4, n_constant=100, n_decay=200)
    steps = [0, 99, 100, 150, 200, 300, 1000]
    expected = np.interp(steps, [0, 100, 300], [0.4, 0.4, 0.0])
    np.testing.assert_allclose([float(schedule(step)) for step in steps], expected, atol=1e-7)


@pytest.mark.parametrize(("name", "value"), [("n_constant", 100.0), ("n_decay", -1)])
def test_steps_of_the_schedule_are_whole_numbers(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 0. Received: {name}={value}"):
        ConstantThenLinear(0.4, **{"n_constant": 1, "n_decay": 1, name: value})


def test_schedule_reaches_both_optimizers_and_keeps_their_state():
    gan, (data,) = small_gan(), batches()
    gan.train_step(data)
    moments = [np.array(v) for v in gan.generator_optimizer.variables if "momentum" in v.path or "velocity" in v.path]
    gan.set_learning_rate(ConstantThenLinear(0.0002, n_constant=0, n_decay=2))
    kept = [np.array(v) for v in gan.generator_optimizer.variables if "momentum" in v.path or "velocity" in v.path]
    assert len(moments) == len(kept) > 0
    for x, y in zip(moments, kept, strict=True):
        np.testing.assert_array_equal(x, y)
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(0.0001)
    gan.train_step(data)
    weights = [network.get_weights() for network in (gan.g_AB, gan.d_B)]
    gan.train_step(data)  # the rate is 0 now
    for before, network in zip(weights, (gan.g_AB, gan.d_B), strict=True):
        for x, y in zip(before, network.get_weights(), strict=True):
            np.testing.assert_array_equal(x, y)
    gan.set_learning_rate(0.003)
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(0.003)


# ---- the image pool --------------------------------------------------------------------------------------------------


def numbered(numbers):
    """Images that carry their number in every pixel."""
    return np.ones((len(numbers), 2, 2, 1), np.float32) * np.reshape(numbers, (-1, 1, 1, 1))


def shown_by(pool, n_images, batch_size):
    numbers = np.arange(n_images).reshape(-1, batch_size)
    return np.concatenate([np.array(pool(numbered(batch)))[:, 0, 0, 0] for batch in numbers]).astype(int)


def test_pool_follows_the_rule():
    n_images, max_length = 1200, 10
    pool = ImagePool(max_length, seed=4)
    stored, n_swaps = [], 0
    for number in range(n_images):
        before = np.array(pool.images)[:, 0, 0, 0] if stored else []
        (shown,) = shown_by_one(pool, number)
        if len(stored) < max_length:
            assert shown == number
            stored.append(number)
        elif shown != number:
            assert shown in before
            stored[stored.index(shown)] = number
            n_swaps += 1
        assert sorted(np.array(pool.images)[: len(stored), 0, 0, 0].astype(int)) == sorted(stored)
    share = n_swaps / (n_images - max_length)
    assert abs(share - 0.5) < 4 * np.sqrt(0.25 / n_images)  # four standard errors of a fair coin


def shown_by_one(pool, number):
    return np.array(pool(numbered([number])))[:, 0, 0, 0].astype(int)


@pytest.mark.parametrize(("max_length", "batch_size"), [(1, 5), (2, 12), (7, 12), (30, 12)])
def test_pool_treats_a_batch_as_images_one_after_the_other(max_length, batch_size):
    one_by_one, at_once = ImagePool(max_length, seed=1), ImagePool(max_length, seed=1)
    np.testing.assert_array_equal(shown_by(one_by_one, 120, 1), shown_by(at_once, 120, batch_size))
    np.testing.assert_array_equal(one_by_one.images, at_once.images)


def test_pool_depends_on_its_seed():
    assert np.any(shown_by(ImagePool(7, seed=1), 120, 4) != shown_by(ImagePool(7, seed=2), 120, 4))


def test_pool_of_length_zero_is_off():
    images = numbered([1, 2, 3])
    np.testing.assert_array_equal(ImagePool(0)(images), images)
    gan, (data,) = small_gan(buffer_max_length=0), batches()
    gan.train_step(data)
    assert gan.pool_A.weights == []
    none_size = small_gan(input_dim=(None, None, 3), buffer_max_length=0)
    assert np.isfinite(float(none_size.train_step(data)["g_loss"]))


def test_pool_is_saved_with_a_model(tmp_path):
    inputs = keras.Input((2, 2, 1))
    model = keras.Model(inputs, ImagePool(3, seed=5)(inputs))
    for number in range(10):
        model(numbered([number]))
    model.save(tmp_path / "pool.keras")
    loaded = keras.models.load_model(tmp_path / "pool.keras")
    for number in range(10, 30):
        np.testing.assert_array_equal(model(numbered([number])), loaded(numbered([number])))
