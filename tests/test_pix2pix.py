"""pix2pix: the pair in front of the discriminator, which loss moves which network, saving, and the trainer."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.cyclegan import CycleGAN
from studylib.data import load_task
from studylib.pix2pix import Pix2Pix
from studylib.training import train

SHAPE = (32, 32, 3)


def small(start=1, **changes):
    keras.utils.set_random_seed(start)
    arguments = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}
    return Pix2Pix(SHAPE, **{**arguments, **changes})


def pairs(n=2, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (2, n, *SHAPE)).astype(np.float32)


def weights(model):
    return [np.array(v) for v in model.generator_variables], [np.array(v) for v in model.discriminator_variables]


def moved(before, after):
    return any(np.any(x != y) for x, y in zip(before, after, strict=True))


def test_the_discriminator_sees_the_pair():
    model, (a, b) = small(), pairs()
    assert model.d.input_shape == (None, 32, 32, 6)
    np.testing.assert_array_equal(model.scores(a, b), model.d(np.concatenate([a, b], axis=-1)))
    # The same B beside another A: another verdict.
    assert np.any(np.array(model.scores(a, b)) != np.array(model.scores(a[::-1], b)))


@pytest.mark.parametrize("adversarial", ["gan", "lsgan"])
def test_step_equals_a_textbook_step(adversarial):
    """The paper's two losses written out in NumPy's terms, gradients from one persistent tape, SGD by hand."""
    model, twin, (a, b), rate = small(adversarial=adversarial), small(adversarial=adversarial), pairs(), 0.01
    model.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate), run_eagerly=True)
    with tf.GradientTape(persistent=True) as tape:
        fake = twin.g_AB(a)
        on_fake, on_real = twin.d(tf.concat([a, fake], -1)), twin.d(tf.concat([a, b], -1))
        if adversarial == "gan":
            g_adversarial = tf.reduce_mean(-tf.math.log(tf.sigmoid(on_fake)))
            d = 0.5 * tf.reduce_mean(-tf.math.log(tf.sigmoid(on_real)) - tf.math.log(1 - tf.sigmoid(on_fake)))
        else:
            g_adversarial = tf.reduce_mean((on_fake - 1) ** 2)
            d = 0.5 * tf.reduce_mean((on_real - 1) ** 2 + on_fake**2)
        l1 = tf.reduce_mean(tf.abs(fake - b))
        total = g_adversarial + 100 * l1
    for loss, network in ((total, twin.g_AB), (d, twin.d)):
        gradients = tape.gradient(loss, network.trainable_variables)
        for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
            variable.assign_sub(rate * gradient)
    terms = model.train_step((a, b))
    expected = {"g_adversarial": g_adversarial, "l1": l1, "d": d, "g_loss": total}
    assert set(terms) == set(expected) == set(model.TERMS)
    for name, value in expected.items():
        np.testing.assert_allclose(terms[name], value, rtol=1e-5)
    for x, y in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)


def test_a_test_step_moves_nothing_and_reports_the_same():
    model, data = small(), pairs()
    before = weights(model)
    tested = {name: float(value) for name, value in model.test_step(data).items()}
    assert not any(moved(*both) for both in zip(before, weights(model), strict=True))
    trained = {name: float(value) for name, value in model.train_step(data).items()}
    assert tested == pytest.approx(trained, rel=1e-5)
    assert all(moved(*both) for both in zip(before, weights(model), strict=True))


def test_l1_alone_leaves_the_discriminator_alone():
    model, data = small(lambda_adversarial=0), pairs()
    before = weights(model)
    terms = model.train_step(data)
    after = weights(model)
    assert moved(before[0], after[0]) and not moved(before[1], after[1])
    assert float(terms["d"]) == float(terms["g_adversarial"]) == 0
    assert float(terms["g_loss"]) == pytest.approx(100 * float(terms["l1"]))


def test_gan_alone_does_not_look_at_the_truth():
    a, b = pairs()
    gradients = []
    for truth in (b, b[::-1]):
        model = small(lambda_l1=0)
        before = weights(model)[0]
        model.train_step((a, truth))
        gradients.append([y - x for x, y in zip(before, weights(model)[0], strict=True)])
    for x, y in zip(*gradients, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    "Model, numbers",
    [(Pix2Pix, {"lambda_l1": 0.5}), (CycleGAN, {"lambda_id": 0.5, "ema_momentum": 0.75, "buffer_max_length": 3})],
)
def test_numpy_numbers_become_python_numbers(Model, numbers):
    sizes = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}
    config = Model(SHAPE, learning_rate=2**-12, **sizes, **numbers).get_config()
    of_numpy = {int: np.int32, float: np.float32}
    given = {name: of_numpy[type(value)](value) if type(value) in of_numpy else value for name, value in config.items()}
    model = Model.from_config(given)
    assert json.loads(json.dumps(model.get_config())) == json.loads(json.dumps(config))
    model.train_step(pairs())


def test_saved_and_loaded_model_takes_the_same_next_step(tmp_path):
    model, data = small(lambda_l1=7, adversarial="lsgan"), pairs()
    model.train_step(data)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.get_config() == model.get_config()
    terms, loaded_terms = ({k: float(v) for k, v in m.train_step(data).items()} for m in (model, loaded))
    assert terms == loaded_terms
    for x, y in zip(model.variables, loaded.variables, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("name, model", [("pix2pix", "Pix2Pix((32, 32, 3))"), ("gan", "GAN((2,))")])
def test_a_trained_model_loads_where_nothing_else_was_imported(tmp_path, name, model):
    """`train` leaves its schedule in the optimizers, and the schedule's class has to be known at loading."""
    save = (
        f"from studylib.{name} import *; from studylib.schedule import ConstantThenLinear; m = {model}; "
        "m.set_learning_rate(ConstantThenLinear(0.1, 1, 1)); m.save('model.keras')"
    )
    load = f"import studylib.{name}, keras; print(type(keras.models.load_model('model.keras')).__name__)"
    for code in (save, load):
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == model.split("(")[0]


def test_the_trainer_trains_and_continues_it(tmp_path):
    task = load_task("shapes/plain2striped", 32, paired=True)

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                raise KeyboardInterrupt

    def run(folder, callbacks=()):
        model = small(gen_n_filters=4)
        arguments = {"epochs": 2, "batch_size": 32, "seed": 3, "checkpoint_minutes": 1e-6, "callbacks": callbacks}
        return model, train(model, task, folder, **arguments)

    whole, rows = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", [Stop()])
    model, continued = run(tmp_path / "parts")
    assert [row["l1"] for row in rows] == [row["l1"] for row in continued]
    assert rows[1]["l1"] < rows[0]["l1"]
    for x, y in zip(whole.variables, model.variables, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"lambda_adversarial": 0, "lambda_l1": 0}, "must be above 0. Received: 0 and 0"),
        ({"generator_type": "vit"}, "Received: generator_type='vit'"),
        ({"adversarial": "wgan"}, "Received: adversarial='wgan'"),
        ({"lambda_l1": -1}, "lambda_l1"),
        ({"learning_rate": 0}, "learning_rate"),
    ],
)
def test_bad_arguments_are_named(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        small(**changes)
