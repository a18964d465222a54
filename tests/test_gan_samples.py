"""The plain GAN through the same training services as CycleGAN: batches, run folder, and an exact resume."""

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from studylib.gan import GAN, SampleTask
from studylib.training import read_history, train

SAMPLES = np.random.default_rng(0).uniform(-1, 1, (10, 4, 4, 1)).astype(np.float32)


def batches(dataset, n):
    return [batch.numpy() for batch in dataset.take(n)]


def names_of(batch):
    """Which of the samples are in a batch."""
    return [int(np.flatnonzero((SAMPLES == one).all(axis=(1, 2, 3)))[0]) for one in batch]


def test_every_sample_comes_once_in_a_pass_and_batch_k_depends_on_seed_and_k():
    task = SampleTask("noise", SAMPLES)
    stream = batches(task.pipeline(4, seed=1, first_step=0), 10)
    order = sum(map(names_of, stream), [])
    passes = np.reshape(order, (4, 10))
    assert all(sorted(each) == list(range(10)) for each in passes.tolist()) and np.any(passes[0] != passes[1])
    for x, y in zip(stream[7:], batches(task.pipeline(4, seed=1, first_step=7), 3), strict=True):
        np.testing.assert_array_equal(x, y)
    assert names_of(batches(task.pipeline(4, seed=2, first_step=0), 1)[0]) != order[:4]
    assert stream[0].dtype == np.float32


def test_epochs_of_the_finite_form_are_parts_of_the_stream():
    task = SampleTask("noise", SAMPLES, passes=2)
    assert task.steps_per_epoch(4) == 5 and SampleTask("noise", SAMPLES).steps_per_epoch(64) == 1
    dataset, stream = task.pipeline(4), batches(task.pipeline(4, first_step=0), 10)
    for x, y in zip([*dataset, *dataset], stream, strict=True):
        np.testing.assert_array_equal(x, y)
    assert task.image_size == 4 and SampleTask("points", np.zeros((5, 2))).image_size == 2


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"Received: shape \(0, 2\)"):
        SampleTask("none", np.zeros((0, 2)))
    with pytest.raises(ValueError, match="Received: passes=0"):
        SampleTask("none", SAMPLES, passes=0)
    task = SampleTask("noise", SAMPLES)
    with pytest.raises(ValueError, match="Received: augment=True"):
        task.pipeline(augment=True)
    with pytest.raises(ValueError, match="Received: first_step=-1"):
        task.pipeline(first_step=-1)
    with pytest.raises(ValueError, match="Received: batch_size=0"):
        task.pipeline(0)


# ---- training --------------------------------------------------------------------------------------------------------


class StopIn(keras.callbacks.Callback):
    """What Ctrl-C does, after so many steps."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("power cut")


def run_into(folder, start, callbacks=(), **changes):
    """A GAN with a buffer and two rates, made anew with other start values, 3 epochs of 5 steps into `folder`."""
    keras.utils.set_random_seed(start)
    gan = GAN((4, 4, 1), noise_dim=3, n_filters=2, discriminator_learning_rate=0.002, buffer_max_length=6)
    gan.compile(run_eagerly=True)
    arguments = {"epochs": 3, "batch_size": 4, "seed": 5, "augment": False, "callbacks": callbacks, **changes}
    rows = train(gan, SampleTask("noise", SAMPLES, passes=2), folder, draw=lambda model: Figure((1, 1)), **arguments)
    return gan, rows


def test_a_run_that_was_cut_off_ends_with_the_weights_of_one_that_was_not(tmp_path):
    whole, rows = run_into(tmp_path / "whole", start=1)
    with pytest.raises(RuntimeError, match="power cut"):
        run_into(tmp_path / "cut", start=1, callbacks=[StopIn(8)], checkpoint_minutes=1e-9)
    assert read_history(tmp_path / "cut")["step"] == [5]  # in the middle of the second epoch
    continued, other_rows = run_into(tmp_path / "cut", start=2)  # start values that must not matter
    for x, y in zip(whole.variables, continued.variables, strict=True):
        np.testing.assert_array_equal(x, y)
    for x, y in zip(whole.discriminator_optimizer.variables, continued.discriminator_optimizer.variables, strict=True):
        np.testing.assert_array_equal(x, y)
    assert int(continued.buffer.n_seen) == 60
    for row, other in zip(rows, other_rows, strict=True):
        assert {**row, "seconds": 0} == {**other, "seconds": 0} and set(row) == {"epoch", "step", "seconds", "g", "d"}
    assert [row["step"] for row in rows] == [5, 10, 15] and len({row["d"] for row in rows}) == 3


def test_run_folder_holds_sheets_history_and_the_model(tmp_path):
    gan, rows = run_into(tmp_path, start=1)
    assert [path.name for path in sorted((tmp_path / "samples").iterdir())] == [f"epoch_00{k}.png" for k in (1, 2, 3)]
    assert read_history(tmp_path)["g"] == pytest.approx([row["g"] for row in rows])
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(3), gan.generate(3))
    with pytest.raises(ValueError, match="model.adversarial='gan'|task"):
        train(gan, SampleTask("others", SAMPLES), tmp_path, epochs=3, batch_size=4, seed=5, augment=False)


def test_rates_fall_together_and_keep_their_ratio(tmp_path):
    seen = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            optimizers = self.model.generator_optimizer, self.model.discriminator_optimizer
            seen.append([float(optimizer.learning_rate) for optimizer in optimizers])

    run_into(tmp_path, start=1, callbacks=[Look()], constant_share=0.2)
    assert seen[0] == pytest.approx([0.001, 0.002]) and seen[-1][0] < 0.0002
    np.testing.assert_allclose(np.array(seen)[:, 1], 2 * np.array(seen)[:, 0], rtol=1e-5)
