"""What a training run leaves on the disk, and how it is read again."""

import csv
import json
import os
import shutil
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

KEPT_CHECKPOINTS = 2


def _flush_to_disk(path):
    """Make sure a finished file outlives a power cut before anything is renamed to point at it."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def written_atomically(path):
    """Give a temporary path beside `path`; it takes the final name only when the block ends without an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".writing_{path.name}")  # the ending stays: writers look at it
    try:
        yield temporary
        _flush_to_disk(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class RunFolder:
    """The folder of one training run.

    ``config.json`` what was trained and how; ``history.csv`` a row an epoch; ``samples/epoch_001.png`` ... a sheet an
    epoch; ``checkpoints/step_000000123/`` the newest checkpoints; ``model.keras`` the trained model.

    Args:
        path: the folder. It is made at the first write.
    """

    def __init__(self, path):
        self.path = Path(path).expanduser()
        self.history_path = self.path / "history.csv"
        self.model_path = self.path / "model.keras"
        self.checkpoints_path = self.path / "checkpoints"

    def sample_path(self, epoch):
        """Path of the sample sheet of an epoch, counted from 1."""
        return self.path / "samples" / f"epoch_{epoch:03d}.png"

    @contextmanager
    def locked(self):
        """Hold the folder for one run: two trainings that write into one folder would destroy each other."""
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / ".lock", timeout=0):
                for leftover in self.path.rglob(".writing_*"):  # of a run that was killed while it wrote
                    shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
                yield
        except Timeout:
            raise RuntimeError(
                f"Another process is training into {self.path}. Wait for it, stop it, or choose another run name."
            ) from None

    def claim(self, config):
        """Note what this run trains, or check that an earlier start noted the same.

        Raises:
            ValueError: the folder holds a run with other settings; the sentence names them.
        """
        config = json.loads(json.dumps(config))  # tuples become lists, as they will be read
        path = self.path / "config.json"
        if not path.exists():
            with written_atomically(path) as temporary:
                temporary.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
            return
        earlier = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name in config if config[name] != earlier.get(name)]
        if changed:
            differences = ", ".join(f"{name}={earlier.get(name)!r} (now {config[name]!r})" for name in changed)
            raise ValueError(
                f"{self.path} holds a run with {differences}. To continue it, use its settings; to start anew, choose "
                "another run name or delete the folder."
            )

    def write_history(self, rows):
        """Write all rows (dicts with the same keys) to history.csv."""
        with written_atomically(self.history_path) as temporary, open(temporary, "w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def save_model(self, model):
        """Save the trained model as model.keras."""
        with written_atomically(self.model_path) as temporary:
            model.save(temporary)

    def save_checkpoint(self, model, state):
        """Save everything that the run needs to continue exactly: the model and `state`, a dict with its "step".

        Both files are written into a temporary folder that is renamed when it is complete, so a run that is killed
        here leaves the checkpoint before untouched. Older checkpoints beyond KEPT_CHECKPOINTS are removed.
        """
        final = self.checkpoints_path / f"step_{state['step']:09d}"
        if final.exists():
            return
        temporary = self.checkpoints_path / f".writing_{final.name}"
        temporary.mkdir(parents=True)
        model.save(temporary / "model.keras")
        (temporary / "state.json").write_text(json.dumps(state), encoding="utf-8")
        for file in temporary.iterdir():
            _flush_to_disk(file)
        os.replace(temporary, final)
        for old in self.checkpoints()[:-KEPT_CHECKPOINTS]:
            shutil.rmtree(old, ignore_errors=True)

    def checkpoints(self):
        """Folders of the complete checkpoints, oldest first."""
        return sorted(self.checkpoints_path.glob("step_*"))

    def restore(self, model):
        """Load the newest checkpoint that is whole into `model`, in place; return its state, or None if there is none.

        Raises:
            ValueError: there are checkpoints, but none can be read.
        """
        checkpoints = self.checkpoints()
        for folder in reversed(checkpoints):
            try:
                state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
                damaged = zipfile.ZipFile(folder / "model.keras").testzip()
                if damaged:
                    raise ValueError(f"{damaged} fails its checksum")
                with warnings.catch_warnings():
                    # Keras only warns when it leaves out an optimizer's state; here that would spoil the run.
                    warnings.filterwarnings("error", message="Skipping variable loading")
                    model.load_weights(folder / "model.keras")
                return state
            except Exception as error:  # a damaged zip raises nearly anything: EOFError, NotImplementedError, ...
                warnings.warn(f"The checkpoint {folder} is damaged ({error}); trying the one before.", stacklevel=2)
        if checkpoints:
            raise ValueError(f"No checkpoint in {self.checkpoints_path} can be read. Delete {self.path} to start anew.")
        return None


def read_history(path):
    """Read a history.csv: a dict from column name to a list of numbers, one an epoch.

    Empty before the first epoch has ended.

    Args:
        path: of the file, or of the run folder that holds it.
    """
    path = Path(path)
    path = path / "history.csv" if path.is_dir() else path
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}
