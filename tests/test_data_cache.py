"""The cache under the worst treatment: killed writers, two writers, damaged files."""

import pathlib
import subprocess
import sys

import numpy as np
import platformdirs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studylib.data import cache

ARRAYS = {"x": np.arange(5000), "names": np.array(["가", "b"])}

# Child processes load the one file: importing the package would load TensorFlow each time.
PREAMBLE = f"""
import importlib.util, os, sys, time
import numpy as np
spec = importlib.util.spec_from_file_location("cache", {cache.__file__!r})
cache = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cache)
"""


def child(code):
    return subprocess.Popen([sys.executable, "-c", PREAMBLE + code], stdout=subprocess.PIPE, text=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDYLIB_CACHE", str(tmp_path / "캐시 folder"))
    return tmp_path / "캐시 folder"


def never():
    raise AssertionError("made a second time")


def assert_arrays(arrays):
    assert arrays.keys() == ARRAYS.keys()
    for key, expected in ARRAYS.items():
        np.testing.assert_array_equal(arrays[key], expected)
        assert arrays[key].dtype == expected.dtype


def test_makes_once_and_reads_afterwards(folder):
    assert_arrays(cache.cached("x.npz", lambda: ARRAYS))
    assert_arrays(cache.cached("x.npz", never))
    assert {path.name for path in folder.iterdir()} <= {"x.npz", "x.npz.lock"}


def test_default_folder_is_the_users(monkeypatch):
    monkeypatch.delenv("STUDYLIB_CACHE")
    assert cache.cache_folder() == platformdirs.user_cache_path("studylib")
    monkeypatch.setenv("STUDYLIB_CACHE", "~/here")
    assert cache.cache_folder() == pathlib.Path.home() / "here"


@pytest.mark.parametrize("content", [b"", b"hello", b"PK"])
def test_a_file_of_something_else_is_made_anew(folder, content):
    folder.mkdir()
    (folder / "x.npz").write_bytes(content)
    assert_arrays(cache.cached("x.npz", lambda: ARRAYS))
    assert_arrays(cache.cached("x.npz", never))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), cut=st.booleans())
def test_a_damaged_file_never_gives_wrong_arrays(folder, position, cut):
    path = folder / "x.npz"
    path.unlink(missing_ok=True)
    cache.cached("x.npz", lambda: ARRAYS)
    damaged = bytearray(path.read_bytes())
    at = int(position * len(damaged))
    if cut:
        del damaged[at:]
    else:
        damaged[at] ^= 0xFF
    path.write_bytes(damaged)
    assert_arrays(cache.cached("x.npz", lambda: ARRAYS))


def test_killed_while_making(folder):
    process = child("""
def make():
    print("making", flush=True)
    time.sleep(60)
cache.cached("x.npz", make)
""")
    assert process.stdout.readline() == "making\n"
    process.kill()
    process.communicate()
    assert not (folder / "x.npz").exists()
    assert_arrays(cache.cached("x.npz", lambda: ARRAYS))


def test_killed_while_writing(folder):
    process = child("""
def write_half(file, **arrays):
    file.write(b"PK half a file")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)
cache.np.savez_compressed = write_half
cache.cached("x.npz", lambda: {"x": np.arange(3)})
""")
    assert process.stdout.readline() == "writing\n"
    process.kill()
    process.communicate()
    assert not (folder / "x.npz").exists()
    assert_arrays(cache.cached("x.npz", lambda: ARRAYS))
    assert {path.name for path in folder.iterdir()} <= {"x.npz", "x.npz.lock"}, "the half file is still there"


def test_two_processes_at_once_make_it_once():
    code = """
def make():
    print("made", flush=True)
    time.sleep(1)
    return {"x": np.arange(3)}
print(cache.cached("x.npz", make)["x"].tolist())
"""
    processes = [child(code) for _ in range(2)]
    output = "".join(process.communicate()[0] for process in processes)
    assert output.count("made") == 1
    assert output.count("[0, 1, 2]") == 2


def test_an_error_while_making_passes_through_and_leaves_nothing(folder):
    with pytest.raises(ZeroDivisionError):
        cache.cached("x.npz", lambda: 1 / 0)
    assert not (folder / "x.npz").exists()
    assert_arrays(cache.cached("x.npz", lambda: ARRAYS))


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv("STUDYLIB_CACHE", str(in_the_way))
    with pytest.raises(OSError, match="cache folder .*file cannot be written .*STUDYLIB_CACHE"):
        cache.cached("x.npz", lambda: ARRAYS)
