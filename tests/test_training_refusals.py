"""What a training refuses to begin, or to go on with, is refused in one sentence; nothing is written over."""

import errno
import json
import shutil

import numpy as np
import pytest
from test_training import run_tiny, tiny_gan

from studylib.training import RunFolder, run_folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a finished run."""
    path = tmp_path_factory.mktemp("run")
    run_tiny(path)
    return path


def test_other_settings_are_named(finished):
    with pytest.raises(ValueError, match=r"holds a run with batch_size=2 \(now 4\)"):
        run_tiny(finished, batch_size=4)
    with pytest.raises(ValueError, match=r"with model.lambda_id=2 \(now 7\)\..* choose another run name"):
        run_tiny(finished, tiny_gan(lambda_id=7))


def test_results_without_a_checkpoint_are_not_written_over(finished, tmp_path):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "checkpoints")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(ValueError, match="holds results, and no checkpoint to go on from. Choose another run name"):
        run_tiny(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("content", ["{}", '{"name": "my-app"}', "// not JSON", "[1]"])
def test_folder_of_another_program_is_left_alone(content, tmp_path):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match="config.json .* Choose another run name"):
        run_tiny(tmp_path)
    assert (tmp_path / "config.json").read_text() == content


def test_numpy_numbers_train_as_python_numbers_do(tmp_path):
    run_tiny(tmp_path / "python", tiny_gan(learning_rate=2**-12), epochs=1)
    gan = tiny_gan(learning_rate=np.float32(2**-12), gen_n_filters=np.int64(2), lambda_id=np.float32(2))
    run_tiny(tmp_path / "numpy", gan, epochs=np.int64(1), constant_share=np.float32(0.5))
    configs = [json.loads((tmp_path / name / "config.json").read_text()) for name in ("python", "numpy")]
    assert configs[0] == configs[1]


def test_optimizer_state_is_never_left_out_silently(finished, recwarn):
    sentence = "step_000000012 is whole, and not of this model .*Skipping variable loading.* Choose another run name"
    with pytest.raises(ValueError, match=sentence):
        RunFolder(finished).restore(tiny_gan())  # no schedule: its optimizers have other variables
    assert not [warning for warning in recwarn if "damaged" in str(warning.message)]


def test_second_run_into_one_folder_is_refused(tmp_path):
    with RunFolder(tmp_path).locked(), pytest.raises(RuntimeError, match="Another process is training into"):
        run_tiny(tmp_path)


def test_storage_without_locks_is_named(tmp_path, monkeypatch):
    def refuses(lock):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(run_folder.FileLock, "acquire", refuses)
    with pytest.raises(OSError, match=r"on storage without locks \(No locks available\).* Choose a folder") as error:
        run_tiny(tmp_path)
    assert error.value.errno == errno.ENOLCK


def test_a_loss_that_is_no_number_stops_the_run(tmp_path):
    gan = tiny_gan(learning_rate=1e30)
    with pytest.raises(FloatingPointError, match=r"stopped .* is not a finite number. Try a smaller learning_rate"):
        run_tiny(tmp_path, gan, checkpoint_minutes=1e-9)
    for folder in RunFolder(tmp_path).checkpoints():  # none was made from a broken loss
        assert np.isfinite(list(json.loads((folder / "state.json").read_text())["sums"].values())).all()


@pytest.mark.parametrize(
    "changes",
    [{"epochs": 0}, {"epochs": 2.5}, {"batch_size": -1}, {"constant_share": 1.5}, {"checkpoint_minutes": 0}]
    + [{"seed": -1}, {"seed": 2**31}, {"augment": 1}, {"epochs": 10**9}],
)
def test_bad_arguments_are_named(tmp_path, changes):
    ((name, value),) = changes.items()
    with pytest.raises(ValueError, match=f"{name} must be .*Received: {name}={value}"):
        run_tiny(tmp_path, **changes)
    assert not list(tmp_path.iterdir())
