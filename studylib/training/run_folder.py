"""What a training run leaves on the disk, and how it is read again."""

import csv
import errno
import json
import math
import os
import shutil
import warnings
import zipfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from studylib.arguments import path_of
from studylib.files import check_archive, check_weights, read_json, reason

KEPT_CHECKPOINTS = 2
SETTINGS = {"task", "epochs", "seed"}  # that every version of the study has noted
NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP)  # what storage answers that has none
OF_THE_FILE = (None, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EINVAL)  # what a missing or damaged file leads to


@contextmanager
def written_atomically(path):
    """Give a temporary path beside `path`, for a file or for a folder of files.

    It takes the final name only when the block ends without an error, and the system is told to write it out before. So
    what has that name outlives a power cut, unless the drive itself holds it back, as a Mac's may for a moment.

    Raises:
        OSError: the disk is full, or the folder may not be written; the sentence says where.
    """
    path = Path(path)
    temporary = path.with_name(f".writing_{path.name}")  # the ending stays: writers look at it
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        for file in temporary.iterdir() if temporary.is_dir() else [temporary]:
            with open(file, "rb+") as written:
                os.fsync(written.fileno())
        if temporary.is_dir():
            _flush_names(temporary)
        os.replace(temporary, path)
        for folder in (path.parent, path.parent.parent):  # the folder itself may be new
            _flush_names(folder)
    except OSError as error:
        if error.errno is None:  # not from the system
            raise
        raise _unwritable(path, error) from error
    finally:
        _remove(temporary)  # half a checkpoint would keep a full disk full


def _flush_names(folder):
    """Let the names in a folder outlive a power cut, where the system can: Windows cannot."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _unwritable(path, error):
    """The error that says in one sentence that `path` could not be written."""
    sentence = (
        f"{path} could not be written: {error.strerror}. What was there before is as it was. Make room, or "
        "make the folder writable, and run the same again."
    )
    return OSError(error.errno, sentence)  # "[Errno 28] ...": programs look at the number


def _without_locks(path, error):
    """The error that says in one sentence that nothing guards `path` against a second run."""
    sentence = (
        f"{path} lies on storage without locks ({error.strerror}), where two trainings could write at once. Choose a "
        "folder on a disk of this machine."
    )
    return OSError(error.errno, sentence)


def _let_through(error, path):
    """Raise an error that says nothing about the file at `path`: want of memory, or trouble with the storage."""
    if isinstance(error, MemoryError):
        raise error
    if isinstance(error, OSError) and error.errno not in OF_THE_FILE:
        sentence = (
            f"{path} could not be read: {error.strerror}. It may be sound, and is kept. See to the storage, or make it "
            "readable, and run the same again; if it stays so, move it away, and the run goes on from the one before."
        )
        raise OSError(error.errno, sentence) from error


def _check_whole(path):
    """Raise an error unless a .keras file is what it claims, and every part of it has its checksum."""
    with zipfile.ZipFile(path) as archive:
        check_archive(archive, most=math.inf)  # what the run itself has written may be large
        if damaged := archive.testzip():
            raise ValueError(f"{damaged} fails its checksum")


def _checksum(state):
    return zlib.crc32(json.dumps(state).encode())


class RunFolder:
    """The folder of one training run.

    ``config.json`` what was trained and how; ``history.csv`` a row an epoch; ``samples/epoch_001.png`` ... a sheet an
    epoch; ``checkpoints/step_000000123/`` the newest KEPT_CHECKPOINTS; ``model.keras`` the trained model. Only rows
    and sheets grow in number with the run.

    Args:
        path: the folder. It is made at the first write.

    Raises:
        ValueError: `path` is no path.
    """

    def __init__(self, path):
        self.path = path_of("path", path)
        self.history_path = self.path / "history.csv"
        self.model_path = self.path / "model.keras"
        self.checkpoints_path = self.path / "checkpoints"
        self._current = None  # the checkpoint that was read or written last

    def sample_path(self, epoch):
        """Path of the sample sheet of an epoch, counted from 1."""
        return self.path / "samples" / f"epoch_{epoch:03d}.png"

    @contextmanager
    def locked(self):
        """Hold the folder for one run: two trainings that write into one folder would destroy each other.

        Raises:
            RuntimeError: another training holds it.
            OSError: the folder cannot be written, or its storage has no locks.
        """
        lock = FileLock(self.path / ".lock", timeout=0)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise RuntimeError(
                f"Another process is training into {self.path}. Wait for it, stop it, or choose another run name."
            ) from None
        except OSError as error:
            raise (_without_locks if error.errno in NO_LOCKS else _unwritable)(self.path, error) from error
        try:
            for leftover in list(self.path.rglob(".writing_*")):  # of a run that was killed while it wrote
                _remove(leftover)
            yield
        finally:
            lock.release()

    def claim(self, config):
        """Note what this run trains, or check that an earlier start noted the same.

        A setting that an older version of the study did not note is taken to be the same.

        Raises:
            ValueError: the folder holds a run with other settings, or something else; the sentence names it.
            OSError: the folder cannot be written.
        """
        config = json.loads(json.dumps(config))  # tuples become lists, as they will be read
        path = self.path / "config.json"
        earlier = self._settings(path)
        if earlier is None:
            with written_atomically(path) as temporary:
                temporary.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
            return
        if not SETTINGS <= earlier.keys():
            raise ValueError(f"{path} is not of a run of this study. Choose another run name.")
        changed = [name for name in config if config[name] != earlier.get(name, config[name])]
        if changed:
            differences = ", ".join(f"{name}={earlier.get(name)!r} (now {config[name]!r})" for name in changed)
            raise ValueError(
                f"{self.path} holds a run with {differences}. To continue it, use its settings; to start anew, choose "
                "another run name or delete the folder."
            )

    def write_history(self, rows):
        """Write all rows (dicts with the same keys) to history.csv; of none there is no file."""
        if not rows:
            self.history_path.unlink(missing_ok=True)
            return
        with written_atomically(self.history_path) as temporary:
            with open(temporary, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)

    def save_model(self, model):
        """Save the trained model as model.keras."""
        with written_atomically(self.model_path) as temporary:
            model.save(temporary)

    def has_model(self):
        """Whether model.keras is there, and whole."""
        try:
            _check_whole(self.model_path)
        except Exception:  # a damaged zip raises nearly anything: EOFError, NotImplementedError, ...
            return False
        return True

    def save_checkpoint(self, model, state):
        """Save everything that the run needs to continue exactly: the model and `state`, a dict with its "step".

        Both files are written into a temporary folder that is renamed when it is complete, so a run that is killed
        here leaves the checkpoint before untouched. Then the newest KEPT_CHECKPOINTS stay. Older ones are removed, and
        so are those of later steps: they are damaged, or the run would have gone on from there.

        Raises:
            OSError: the checkpoint could not be written.
        """
        final = self.checkpoints_path / f"step_{state['step']:09d}"
        if final == self._current:
            return
        _remove(final)  # damaged, as above
        with written_atomically(final) as temporary:
            temporary.mkdir()
            model.save(temporary / "model.keras")
            sealed = {**state, "crc32": _checksum(state)}
            (temporary / "state.json").write_text(json.dumps(sealed), encoding="utf-8")
        self._current = final
        kept = [folder for folder in self.checkpoints() if folder <= final][-KEPT_CHECKPOINTS:]
        for folder in self.checkpoints():
            if folder not in kept:
                _remove(folder)

    def checkpoints(self):
        """Folders of the complete checkpoints, oldest first."""
        return sorted(self.checkpoints_path.glob("step_*"))

    def restore(self, model):
        """Load the newest checkpoint that is whole into `model`, in place; return its state, or None if there is none.

        Raises:
            ValueError: there are checkpoints, and all are damaged; or the newest that is whole is of another model; or
                there is none beside results, which a run that begins anew would write over.
            OSError: the storage fails, or may not be read. This and want of memory are no reason to take an older one.
        """
        problem = None
        for folder in reversed(self.checkpoints()):
            try:
                state = _state_if_whole(folder)
            except Exception as error:  # as in has_model
                _let_through(error, folder)
                problem = reason(error)
                warnings.warn(f"The checkpoint {folder} is damaged ({problem}); trying the one before.", stacklevel=2)
                continue
            _load(folder / "model.keras", model)
            self._current = folder
            return state
        if problem:
            raise ValueError(
                f"No checkpoint in {self.checkpoints_path} can be read (the oldest: {problem}). To start anew, choose "
                "another run name."
            )
        if self.model_path.exists() or self.history_path.exists():
            raise ValueError(f"{self.path} holds results, and no checkpoint to go on from. Choose another run name.")
        return None

    def _settings(self, path):
        """What config.json holds; None where there is none, or one of this run that was damaged."""
        try:
            return read_json(path)
        except FileNotFoundError:
            return None
        except ValueError as error:
            if not self.checkpoints():  # who knows whose it is
                raise ValueError(f"{error} Choose another run name.") from error
            warnings.warn(f"{error} It is written anew, with the settings of now.", stacklevel=3)
            return None


def _state_if_whole(folder):
    """The state of a checkpoint that is what it was when it was written. Whatever is wrong with it raises an error."""
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    checksum = state.pop("crc32", None)  # the checkpoints of older versions have none
    if checksum not in (None, _checksum(state)):
        raise ValueError("state.json fails its checksum")
    for path in (folder / "model.keras", *folder.glob("*.npz")):
        _check_whole(path)
    check_weights(folder / "model.keras")
    return state


def _load(path, model):
    """Load a `.keras` file that is whole into `model`: what fails now is no damage."""
    try:
        with warnings.catch_warnings():
            # Keras only warns when it leaves out an optimizer's state; here that would spoil the run.
            warnings.filterwarnings("error", message="Skipping variable loading")
            model.load_weights(path)
    except Exception as error:
        _let_through(error, path)
        raise ValueError(
            f"The checkpoint {path.parent} is whole, and not of this model ({reason(error)}). Choose another run name, "
            "or go on with the version of the study and the settings that it was made with."
        ) from error


def read_history(path):
    """Read a history.csv: a dict from column name to a list of numbers, one an epoch.

    Empty before the first epoch has ended.

    Args:
        path: of the file, or of the run folder that holds it.

    Raises:
        ValueError: the file is damaged, or `path` no path.
    """
    path = path_of("path", path)
    path = path / "history.csv" if path.is_dir() else path
    if not path.exists():
        return {}
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, strict=True))
        return {name: [float(row[name]) for row in rows] for name in rows[0]}
    except (ValueError, TypeError, IndexError, csv.Error):
        raise ValueError(
            f"path must be the history of a run, a table of numbers. Received: {path}, which is damaged. Continue the "
            "run: it writes the file anew."
        ) from None
