"""Where XLA keeps what it compiled: the second run of a model begins in half the time, or less.

TensorFlow reads its flags once, when it starts, so ``import studylib`` sets them. A program that is not compatible with
another processor or another TensorFlow is kept in a folder of its own for each.
"""

import functools
import hashlib
import importlib.metadata
import os
import platform
import shutil
import tempfile
from pathlib import Path

import platformdirs

FLAG = "--tf_xla_persistent_cache_directory"
KEPT_BYTES = 300 * 10**6  # a model takes 5 to 20 MB
FREE_BYTES = 10**9  # of the disk; with less nothing is kept, for XLA fails where it cannot write


def cache_folder():
    """Where this package keeps what it makes once: the environment variable STUDYLIB_CACHE, else the user's cache."""
    chosen = os.environ.get("STUDYLIB_CACHE")
    try:
        return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("studylib")
    except RuntimeError:  # ~ of a user whom nobody knows
        raise ValueError(f"STUDYLIB_CACHE must name a folder. Received: STUDYLIB_CACHE={chosen!r}") from None


def set_up():
    """Let XLA keep its programs in `cache_folder`, if it can be written; a cache that the user has chosen stays."""
    flags = os.environ.get("TF_XLA_FLAGS", "")
    if FLAG in flags:
        return
    try:
        folder = cache_folder() / "xla" / fingerprint()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        usable = shutil.disk_usage(folder).free >= FREE_BYTES
        tidy(folder)
    except (OSError, ValueError, importlib.metadata.PackageNotFoundError):  # what needs the cache will say why
        return
    if usable and not any(c.isspace() for c in str(folder)):  # flags are separated by spaces
        os.environ["TF_XLA_FLAGS"] = f"{flags} {FLAG}={folder}".strip()


def fingerprint():
    """A short name of TensorFlow's version and this processor with its instructions."""
    processor = [platform.machine(), platform.processor()]
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        first = cpuinfo.read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
        processor += [line for line in first if line.startswith(("model name", "flags", "Features"))]
    digest = hashlib.sha256("\n".join(processor).encode()).hexdigest()
    return f"tensorflow-{importlib.metadata.version('tensorflow')}-{digest[:12]}"


def tidy(folder):
    """Remove the oldest programs beyond KEPT_BYTES, and those that a power cut has cut off: XLA would fail on them."""
    kept = 0
    for path in sorted(folder.glob("*.pb"), key=lambda path: path.stat().st_mtime, reverse=True):
        kept += path.stat().st_size
        if kept > KEPT_BYTES or not is_whole(path):
            path.unlink(missing_ok=True)


def is_whole(path):
    """Whether a serialized protocol buffer message, see protobuf.dev/programming-guides/encoding, ends with its file.

    It is a row of fields: a tag, whose lowest three bits say the kind, then a number, or a length and so many bytes.
    """
    size = path.stat().st_size
    with open(path, "rb") as file:
        while file.tell() < size:
            tag = _varint(file)
            kind = tag & 7 if tag else None
            if kind == 0:
                length = 0 if _varint(file) is not None else None
            else:
                length = _varint(file) if kind == 2 else {1: 8, 5: 4}.get(kind)
            if length is None or file.tell() + length > size:
                return False
            file.seek(length, os.SEEK_CUR)
    return size > 0


def _varint(file):
    """A number, seven bits a byte, the lowest first; None where the file ends, or in place of a number is too long."""
    value = 0
    for shift, byte in zip(range(0, 70, 7), iter(functools.partial(file.read, 1), b""), strict=False):
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return value
    return None
