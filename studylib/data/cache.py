"""Arrays that are made once and read from disk afterwards."""

import os
import re

import filelock
import numpy as np

from studylib.arguments import shown
from studylib.xla_cache import cache_folder


def cached(file_name, make):
    """The arrays in the file of that name; the first time, those that make() returns.

    Two processes that ask at once make them once: the other one waits. The file appears complete or not at all, so a
    process may be killed at any moment; a file that was damaged later is made anew.

    Args:
        file_name: names everything that the arrays depend on, ends in ".npz".
        make: function without arguments that returns a dict of arrays.

    Returns:
        dict of arrays, none of them of objects.

    Raises:
        ValueError: for a name that is none, or leads out of the cache folder.
        OSError: where the cache folder cannot be written.
    """
    if not (isinstance(file_name, str) and re.fullmatch(r"[\w .+-]+\.npz", file_name)):
        raise ValueError(f"file_name must be a plain name that ends in .npz. Received: file_name={shown(file_name)}")
    path = cache_folder() / file_name
    arrays = _read(path)
    if arrays is not None:
        return arrays
    lock = filelock.FileLock(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise OSError(
            f"The cache folder {path.parent} cannot be written ({error.strerror}); set the environment variable "
            "STUDYLIB_CACHE to a folder that can."
        ) from error
    try:
        arrays = _read(path)  # another process may have made it while this one waited
        if arrays is None:
            arrays = make()
            _write(path, arrays)
    finally:
        lock.release()
    return arrays


def _read(path):
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except FileNotFoundError:
        return None
    except Exception:  # damaged: which of a dozen errors that raises depends on the byte
        return None


def _write(path, arrays):
    temporary = path.with_suffix(".part")  # one name is enough, as the caller holds the lock
    with open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
