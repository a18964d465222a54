"""The average of the generators' weights against the formula, and what is drawn, saved and continued with it."""

import os

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure
from test_training import AtStep, assert_same_run, interrupt, run_tiny, tiny_gan, tiny_task

from studylib.average import WeightAverage
from studylib.training import RunFolder

MOMENTUM = 0.9


def batch():
    return next(iter(tiny_task().pipeline(2, seed=3)))


def test_update_is_the_formula():
    variable = keras.Variable([1.0, -4.0])
    average = WeightAverage(0.5)
    average.track([variable])
    expected = np.array([1.0, -4.0])
    for n, value in enumerate(([3.0, 0.0], [7.0, 5.0], [-2.0, 1.0], [0.0, 0.0], [9.0, 9.0], [1.0, 2.0], [4.0, 4.0],
                               [2.0, 8.0], [6.0, 6.0], [5.0, 1.0])):  # fmt: skip
        variable.assign(value)
        average.update([variable])
        momentum = min(0.5, (1 + n) / (10 + n))  # the fraction is the smaller one for n up to 8
        expected = momentum * expected + (1 - momentum) * np.array(value)
        np.testing.assert_allclose(average.averages[0].numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("momentum", [-0.1, 1, "much", float("nan")])
def test_momentum_out_of_range_is_refused(momentum):
    with pytest.raises(ValueError, match="momentum must be a number from 0 to 0.99999. Received: .*momentum="):
        WeightAverage(momentum)
    with pytest.raises(ValueError, match="ema_momentum must be"):
        tiny_gan(ema_momentum=momentum)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_step_moves_the_average_and_is_otherwise_the_same(jit_compile):
    plain, averaging = tiny_gan(), tiny_gan(ema_momentum=MOMENTUM)
    start = [variable.numpy() for variable in averaging.generator_variables]
    for gan in (plain, averaging):
        gan.compile(jit_compile=jit_compile)
        gan.fit(tiny_task().pipeline(2, seed=3).take(1), verbose=0)
    for x, y in zip(plain.generator_variables, averaging.generator_variables, strict=True):
        np.testing.assert_array_equal(x, y)
    assert int(averaging.average.n_updates) == 1
    for average, first, now in zip(averaging.average.averages, start, averaging.generator_variables, strict=True):
        np.testing.assert_allclose(average, 0.1 * first + 0.9 * now.numpy(), atol=1e-6)


def test_averaged_is_for_a_while_and_take_average_for_good():
    gan = tiny_gan(ema_momentum=MOMENTUM)
    for _ in range(2):
        gan.train_step(batch())
    running = [variable.numpy() for variable in gan.generator_variables]
    averages = [variable.numpy() for variable in gan.average.averages]
    assert any((x != y).any() for x, y in zip(running, averages, strict=True))

    def has(values):
        return all((x.numpy() == y).all() for x, y in zip(gan.generator_variables, values, strict=True))

    with pytest.raises(RuntimeError, match="inside"), gan.averaged():
        assert has(averages)
        raise RuntimeError("inside")
    assert has(running)
    gan.take_average()
    assert has(averages)


def test_without_an_average_nothing_changes():
    gan = tiny_gan()
    assert gan.average is None
    before = gan.g_AB.get_weights()
    gan.take_average()
    with gan.averaged():
        pass
    for x, y in zip(before, gan.g_AB.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def test_saved_model_goes_on_averaging(tmp_path):
    gan = tiny_gan(ema_momentum=MOMENTUM)
    gan.train_step(batch())
    gan.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.ema_momentum == MOMENTUM
    for model in (gan, loaded):
        model.train_step(batch())
    assert int(loaded.average.n_updates) == 2
    for x, y in zip(gan.average.averages, loaded.average.averages, strict=True):
        np.testing.assert_array_equal(x, y)


def same(variables, others):
    for x, y in zip(variables, others, strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_interrupted_run_draws_and_ends_with_the_average_of_one_that_was_not(tmp_path):
    drawn = []

    def draw(model):
        same(model.generator_variables, model.average.averages)
        drawn.append(model.average.n_updates.numpy())
        return Figure(figsize=(1, 1))

    gan, rows = run_tiny(tmp_path / "whole", tiny_gan(ema_momentum=MOMENTUM), draw=draw)
    assert drawn == [4, 8, 12]
    same(gan.generator_variables, gan.average.averages)

    run_tiny(tmp_path / "half", tiny_gan(ema_momentum=MOMENTUM), callbacks=[AtStep(5, interrupt)])
    assert [path.name for path in RunFolder(tmp_path / "half").checkpoints()] == ["step_000000000", "step_000000005"]
    again, again_rows = run_tiny(tmp_path / "half", tiny_gan(ema_momentum=MOMENTUM))
    assert_same_run(gan, rows, again, again_rows)
    same(gan.average.averages, again.average.averages)
    finished, _ = run_tiny(tmp_path / "half", tiny_gan(ema_momentum=MOMENTUM))
    same(gan.generator_variables, finished.generator_variables)
