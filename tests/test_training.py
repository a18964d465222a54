"""The trainer: what a run leaves behind, and that an interrupted run ends as one that was not."""

import csv
import errno
import os
import shutil
import signal

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from studylib import files
from studylib.cyclegan import TERMS, CycleGAN
from studylib.data import Task
from studylib.training import RunFolder, read_history, run_folder, train
from studylib.widgets.training import LiveTraining

EPOCHS, STEPS_PER_EPOCH = 3, 4


def tiny_task():
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 32, 32, 3), dtype=np.uint8)
    names = [str(i) for i in range(8)]
    return Task(
        name="test/tiny",
        image_size=32,
        label_a="A",
        label_b="B",
        train_a=images[0],
        train_b=images[1],
        test_a=images[2],
        test_b=images[3],
        names_a=names,
        names_b=names,
        names_test=names,
        aligned=False,
    )


def tiny_gan(start=1, run_eagerly=True, **changes):
    keras.utils.set_random_seed(start)
    arguments = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}
    gan = CycleGAN(input_dim=(32, 32, 3), buffer_max_length=6, **{**arguments, **changes})
    gan.compile(run_eagerly=run_eagerly)  # tracing the graph takes longer than these few steps
    return gan


def run_tiny(run, gan=None, **changes):
    gan = gan or tiny_gan()
    arguments = {"epochs": EPOCHS, "batch_size": 2, "seed": 5, **changes}
    return gan, train(gan, tiny_task(), run, **arguments)


def state_of(gan):
    parts = (gan.g_AB, gan.g_BA, gan.d_A, gan.d_B, gan.pool_A, gan.pool_B)
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    return [np.array(v) for part in (*parts, *optimizers) for v in part.variables]


def assert_same_run(gan, rows, other, other_rows):
    for x, y in zip(state_of(gan), state_of(other), strict=True):
        np.testing.assert_array_equal(x, y)
    without_time = [[{k: v for k, v in row.items() if k != "seconds"} for row in r] for r in (rows, other_rows)]
    assert without_time[0] == without_time[1]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    gan, rows = run_tiny(path, draw=lambda model: Figure(figsize=(1, 1)))
    return path, gan, rows


@pytest.fixture(scope="module")
def stopped_twice(tmp_path_factory):
    if os.name == "nt":
        pytest.skip("platform: POSIX signals")
    path = tmp_path_factory.mktemp("stopped")
    for step in (3, 2):
        run_tiny(path, callbacks=[AtStep(step, interrupt)])
    assert [folder.name for folder in RunFolder(path).checkpoints()] == ["step_000000003", "step_000000005"]
    return path


class AtStep(keras.callbacks.Callback):
    """Does something once, after a given number of steps of this `train` call."""

    def __init__(self, step, action):
        super().__init__()
        self.step, self.action, self.count = step, action, 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1
        if self.count == self.step:
            self.action()


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


# ---- what a run leaves behind ----------------------------------------------------------------------------------------


def test_run_folder_holds_what_was_promised(uninterrupted):
    path, gan, rows = uninterrupted
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    history = read_history(path)
    assert set(history) == {"epoch", "step", "seconds", *TERMS}
    assert history["step"] == [4, 8, 12]
    for name in TERMS:
        assert history[name] == [row[name] for row in rows]
    assert sorted(p.name for p in (path / "samples").iterdir()) == [f"epoch_00{i}.png" for i in (1, 2, 3)]
    loaded = keras.models.load_model(path / "model.keras")
    for x, y in zip(state_of(gan), state_of(loaded), strict=True):
        np.testing.assert_array_equal(x, y)
    assert not [p.name for p in path.rglob("*") if p.name.startswith(".") and p.name != ".lock"]
    assert len(RunFolder(path).checkpoints()) <= 2


def test_history_is_the_mean_over_the_steps_of_an_epoch(uninterrupted):
    gan = tiny_gan()
    batches = iter(tiny_task().pipeline(2, seed=5, first_step=0))
    terms = [gan.train_step(next(batches)) for _ in range(STEPS_PER_EPOCH)]
    for name in TERMS:
        expected = np.mean([float(t[name]) for t in terms])
        assert uninterrupted[2][0][name] == pytest.approx(expected, rel=1e-3), name


def test_learning_rate_falls_to_zero_in_both_optimizers(uninterrupted):
    gan = uninterrupted[1]
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == 0
        schedule = keras.saving.deserialize_keras_object(optimizer.get_config()["learning_rate"])
        rates = [float(schedule(step)) for step in (0, 6, 9, 12)]
        np.testing.assert_allclose(rates, [0.0002, 0.0002, 0.0001, 0.0], atol=1e-9)


def test_finished_run_is_loaded_at_once(uninterrupted, capsys):
    path, gan, rows = uninterrupted
    gan_again, rows_again = run_tiny(path, tiny_gan(start=2))
    assert "is finished: 3 epochs" in capsys.readouterr().out
    assert_same_run(gan, rows, gan_again, rows_again)


def test_tensorboard_by_option(tmp_path):
    run_tiny(tmp_path, epochs=1, tensorboard=True)
    assert list((tmp_path / "tensorboard").rglob("events.out.*"))


# ---- interruptions ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
@pytest.mark.parametrize("steps", [(4,), (6,), (1, 2, 3)])
def test_interrupted_run_continues_exactly(uninterrupted, tmp_path, capsys, steps):
    for step in steps:
        _, rows = run_tiny(tmp_path, callbacks=[AtStep(step, interrupt)])
        assert "Run the same again to continue." in capsys.readouterr().out
        assert len(rows) < EPOCHS
    gan, rows = run_tiny(tmp_path, tiny_gan(start=9))  # its start values must not matter
    assert "Continuing" in capsys.readouterr().out
    assert_same_run(*uninterrupted[1:], gan, rows)
    with open(tmp_path / "history.csv") as file:
        assert len(list(csv.DictReader(file))) == EPOCHS


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_compiled_run_continues_exactly(tmp_path):
    whole = run_tiny(tmp_path / "whole", tiny_gan(run_eagerly=False))
    run_tiny(tmp_path / "parts", tiny_gan(run_eagerly=False), callbacks=[AtStep(7, interrupt)])
    assert_same_run(*whole, *run_tiny(tmp_path / "parts", tiny_gan(start=9, run_eagerly=False)))


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_stop_in_the_first_epoch_with_live_pictures(tmp_path, capsys):
    live = LiveTraining(lambda model: Figure(figsize=(1, 1)), lambda: read_history(tmp_path))
    run_tiny(tmp_path, callbacks=[AtStep(1, interrupt), live])
    assert "Stopped after step 1 of 12" in capsys.readouterr().out
    assert [folder.name for folder in RunFolder(tmp_path).checkpoints()] == ["step_000000000", "step_000000001"]


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_stop_is_kept_even_where_a_picture_fails(tmp_path):
    class Fails(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise OSError("no space left to draw")

    with pytest.raises(OSError, match="no space left"):
        run_tiny(tmp_path, callbacks=[AtStep(2, interrupt), Fails()])
    assert [folder.name for folder in RunFolder(tmp_path).checkpoints()] == ["step_000000000", "step_000000002"]


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_stop_in_a_step_that_fails_keeps_nothing_of_it(tmp_path):
    class InterruptSecond(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                interrupt()

    with pytest.raises(FloatingPointError, match="stopped at step 1"):
        run_tiny(tmp_path, tiny_gan(learning_rate=1e30), callbacks=[InterruptSecond()])
    assert [folder.name for folder in RunFolder(tmp_path).checkpoints()] == ["step_000000000"]


def test_model_that_has_trained_on_begins_anew_where_its_run_does(uninterrupted, tmp_path):
    """In a notebook the same model comes back after an error that came before the first checkpoint but one."""

    def fails():
        raise RuntimeError("no such font")

    gan = tiny_gan()
    with pytest.raises(RuntimeError, match="no such font"):
        run_tiny(tmp_path, gan, callbacks=[AtStep(3, fails)])
    assert int(gan.generator_optimizer.iterations) == 3
    assert_same_run(*uninterrupted[1:], *run_tiny(tmp_path, gan))


def test_progress_line_names_every_loss_and_the_time_left(tmp_path, capsys):
    run_tiny(tmp_path, epochs=1)
    out = capsys.readouterr().out
    assert "4/4" in out and "left" in out
    for name in TERMS:
        assert f"{name.replace('g_adversarial', 'adv')} " in out, name


def test_death_inside_a_checkpoint_leaves_the_one_before(stopped_twice, tmp_path, monkeypatch):
    shutil.copytree(stopped_twice, tmp_path, dirs_exist_ok=True)
    before = RunFolder(tmp_path).checkpoints()

    def dies(source, target, replace=os.replace):
        if "step_" in str(target):
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        run_tiny(tmp_path, callbacks=[AtStep(2, interrupt)])
    monkeypatch.undo()
    assert RunFolder(tmp_path).checkpoints() == before
    _, rows = run_tiny(tmp_path)
    assert len(rows) == EPOCHS
    assert not list((tmp_path / "checkpoints").glob(".writing*"))


@pytest.mark.parametrize("damage", ["truncate", "flip", "header", "no state", "flipped state"])
def test_damaged_checkpoint_falls_back_to_the_one_before(uninterrupted, stopped_twice, tmp_path, damage):
    shutil.copytree(stopped_twice, tmp_path, dirs_exist_ok=True)
    newest = RunFolder(tmp_path).checkpoints()[-1]
    content = bytearray((newest / "model.keras").read_bytes())
    if damage == "truncate":
        (newest / "model.keras").write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        content[len(content) // 2] ^= 255
        (newest / "model.keras").write_bytes(content)
    elif damage == "header":
        content[content.rindex(b"PK\x01\x02") + 10] = 99  # a compression method that does not exist
        (newest / "model.keras").write_bytes(content)
    elif damage == "no state":
        (newest / "state.json").unlink()
    else:
        state = (newest / "state.json").read_text()
        (newest / "state.json").write_text(state.replace("0.", "1.", 1))  # still JSON, and another sum
    with pytest.warns(UserWarning, match="step_000000005 is damaged"):
        gan, rows = run_tiny(tmp_path)
    assert_same_run(*uninterrupted[1:], gan, rows)


def test_no_readable_checkpoint_is_said(stopped_twice, tmp_path):
    shutil.copytree(stopped_twice, tmp_path, dirs_exist_ok=True)
    for folder in RunFolder(tmp_path).checkpoints():
        (folder / "model.keras").write_bytes(b"")
    sentence = r"No checkpoint in .* can be read \(the oldest: .* not a zip file\). .* choose another run name"
    with pytest.warns(UserWarning), pytest.raises(ValueError, match=sentence):
        run_tiny(tmp_path)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (OSError(errno.EIO, "Input/output error"), OSError, "step_000000005.* could not be read: Input/output error"),
        (OSError(errno.EACCES, "Permission denied"), OSError, "could not be read: Permission denied. It may be sound"),
        (MemoryError(), MemoryError, ""),
    ],
)
@pytest.mark.parametrize("place", ["archive", "weights", "model"])
def test_trouble_of_the_machine_is_no_damage(
    place, error, kind, sentence, uninterrupted, stopped_twice, tmp_path, monkeypatch, recwarn
):
    """Were it taken for damage, the run would go on from the older checkpoint, and remove the newer in the end."""
    shutil.copytree(stopped_twice, tmp_path, dirs_exist_ok=True)

    def fails(*_):
        raise error

    gan = tiny_gan()
    where = {"archive": (run_folder.zipfile, "ZipFile"), "weights": (run_folder, "check_weights")}
    with monkeypatch.context() as patch:
        patch.setattr(*where.get(place, (gan, "load_weights")), fails)
        with pytest.raises(kind, match=sentence):
            run_tiny(tmp_path, gan)
    assert not [warning for warning in recwarn if "damaged" in str(warning.message)]
    assert RunFolder(tmp_path).checkpoints()[-1].name == "step_000000005"
    assert_same_run(*uninterrupted[1:], *run_tiny(tmp_path, gan))


def test_large_checkpoints_of_ones_own_are_read(uninterrupted, stopped_twice, tmp_path, monkeypatch):
    """What strangers send may unpack to so much only; a run may have written more."""
    shutil.copytree(stopped_twice, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
    assert_same_run(*uninterrupted[1:], *run_tiny(tmp_path))
