"""Files that came from elsewhere, read as data: no code of theirs runs.

A model, a set of weights, a card: whoever sends one sends bytes, and bytes may claim anything. A zip file may unpack to
a thousand times its size, name members outside its folder, or hold a pickle, which is a program. A model of a few bytes
may describe a layer of a billion neurons. So what is read here is looked at first, and whatever is wrong with it
becomes one sentence.

One thing no look tells: layers of a modest size each may still multiply to more memory than there is. Load models of
people whom you trust that far.
"""

import json
import re
import zipfile

import numpy as np

from studylib.arguments import path_of, shown

ALWAYS_TAKEN = 50_000_000  # bytes that any archive may unpack to
MOST_EXPANSION = 20  # beyond that, so many times its own size: weights hardly shrink when they are packed
MOST_UNPACKED = 4_000_000_000  # bytes, however large the archive is
LARGEST_SIZE = 1_000_000  # in the description of a model: neurons, filters, pixels a side
NO_SIZES = (  # numbers of a description that may be larger: names, and steps of schedules
    "seed", "shared_object_id", "n_constant", "n_decay", "decay_steps", "warmup_steps", "first_decay_steps"
)  # fmt: skip
MOST_JSON = 20_000_000  # bytes


def load_network(path, compile=False):
    """Load a Keras model from a `.keras` file, without running code that the file brings along.

    Args:
        path: of the file.
        compile: whether the model gets the optimizers that it was saved with.

    Returns:
        keras.Model

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, no model, describes a size beyond LARGEST_SIZE, or brings code of its own, such as a
            Lambda layer.
    """
    import keras

    path = _file(path)
    check_archive(path)
    try:
        _check_description(path)
        check_weights(path)
        # Safe mode: a file may name layers, and carries no code of its own.
        return keras.models.load_model(path, compile=compile, safe_mode=True)
    except Exception as error:  # Keras, h5py and zipfile have their own ways of saying no
        raise ValueError(
            f"{path} cannot be loaded as a model: it is damaged, asks for too much, or brings code of its own, which "
            f"is never run ({reason(error)})."
        ) from error


def load_arrays(path):
    """Read an `.npz` file of plain arrays: a dict from name to array.

    Example:
        >>> load_pytorch_weights(resnet_generator((256, 256, 3)), load_arrays("latest_net_G_A.npz"))

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, something else (a `.npy` or a `.pth`, for example), or holds objects: these are
            pickles, which run code when they are read.
    """
    path = _file(path)
    check_archive(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if strange := [name for name, content in arrays.items() if isinstance(content, bytes)]:
            raise ValueError(f"{shown(strange[0])} is no array")  # NumPy hands out the bytes, as of a .pth
        return arrays
    except Exception as error:  # damaged: which of a dozen errors that raises depends on the byte
        raise ValueError(
            f"{path} cannot be read as arrays: it is damaged, or holds objects instead of numbers ({reason(error)})."
        ) from error


def read_json(path):
    """Read a JSON file that holds a dict.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, too large, or holds something else.
    """
    path = _file(path)
    if path.stat().st_size > MOST_JSON:
        raise ValueError(f"{path} is too large: {path.stat().st_size:,} bytes of JSON, where {MOST_JSON:,} are read.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: it is no JSON text ({reason(error)}).") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} must hold names and values in braces. Received: {shown(content)}")
    return content


def check_archive(path, most=None):
    """Raise ValueError where a zip file is none, unpacks to far more than its size, or names members outside it.

    Args:
        path: of the file, or a `zipfile.ZipFile` that is open.
        most: bytes that it may unpack to, however large it is; None for MOST_UNPACKED.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: as said above.
    """
    most = MOST_UNPACKED if most is None else most
    if isinstance(path, zipfile.ZipFile):
        return _check_members(path.filename or "The archive", path.infolist(), most)
    path = _file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except Exception as error:
        raise ValueError(
            f"{path} is damaged, or no zip archive, as .keras and .npz files are ({reason(error)})."
        ) from error
    return _check_members(path, members, most)


def _check_members(place, members, most):
    for member in members:
        name = member.filename.replace("\\", "/")
        if ".." in name.split("/") or re.match("/|[A-Za-z]:", name):
            raise ValueError(f"{place} names a member that lies outside it: {shown(member.filename)}.")
    packed, unpacked = sum(m.compress_size for m in members), sum(m.file_size for m in members)
    if unpacked > min(most, max(ALWAYS_TAKEN, MOST_EXPANSION * packed)):
        raise ValueError(f"{place} would unpack from {packed:,} bytes to {unpacked:,}: that is a trap, no data.")


def _check_description(path):
    """Raise an error where the description in a `.keras` file holds a number that is no size of a model."""
    with zipfile.ZipFile(path) as archive:
        left = [("", json.loads(archive.read("config.json")))]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += value.items()
        elif isinstance(value, list):
            left += [(name, part) for part in value]
        elif isinstance(value, int) and value > LARGEST_SIZE and name not in NO_SIZES:
            raise ValueError(f"its config.json holds the size {value:,}, and {LARGEST_SIZE:,} is the largest taken")


def check_weights(path):
    """Raise an error where the weights in a `.keras` file claim far more than they store, or cannot be read.

    A dataset of HDF5 may claim any shape and store nothing. To be called after `check_archive`.
    """
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(".h5"):
                with archive.open(member) as file:  # not read as a whole: large weights are in memory once already
                    claimed = _bytes_claimed(file)
                if claimed > max(ALWAYS_TAKEN, MOST_EXPANSION * member.file_size):
                    raise ValueError(
                        f"{member.filename} claims {claimed:,} bytes of weights and stores {member.file_size:,}"
                    )


def _bytes_claimed(file):
    """What all datasets of an HDF5 file would take in memory, by their shapes."""
    import h5py

    found = []
    with h5py.File(file) as weights:
        weights.visititems(lambda _, item: found.append(getattr(item, "nbytes", 0)))  # a group has none
    return sum(found)


def _file(path):
    path = path_of("path", path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"{path} {what}: name the file (looked for {path.absolute()}).")
    return path


def reason(error, most=160):
    """The error's name and its first line with words, as the end of a sentence."""
    # Keras quotes the error that it met.
    quoting = "Exception encountered:|Exception encountered when calling .*\n|Example error message for object .*:\n"
    text = re.sub(r"\x1b\[\d*m", "", re.split(quoting, str(error))[-1])  # some of it is bold
    lines = [line.strip().rstrip(".:") for line in text.splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return f"{type(error).__name__}: {lines[0] if len(lines[0]) <= most else lines[0][:most] + ' ...'}"
