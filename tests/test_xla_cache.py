"""Programs that XLA compiled are used again, and no state of their folder stops a model."""

import os
import subprocess
import sys

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from studylib import xla_cache

PROGRAM = """
import studylib, sys, time
begun = time.perf_counter()
import tensorflow as tf
assert tf.function(lambda x: tf.nn.relu(x @ x + 1), jit_compile=True)(tf.ones((3, 3)))[0, 0] == 4
"""


def run(cache, program=PROGRAM, **environment):
    environment = {"STUDYLIB_CACHE": str(cache), "TF_XLA_FLAGS": "", **environment}
    subprocess.run([sys.executable, "-c", program], env=os.environ | environment, check=True, capture_output=True)
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*.pb")}


def test_second_run_takes_the_program_of_the_first_and_a_cut_off_one_is_replaced(tmp_path):
    made = run(tmp_path)
    assert len(made) == 1
    assert run(tmp_path) == made
    (path,) = made
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert not xla_cache.is_whole(path)
    assert list(run(tmp_path)) == [path] and xla_cache.is_whole(path)


def test_without_a_folder_to_write_into_models_run_all_the_same(tmp_path):
    (tmp_path / "file").write_text("in the way")
    run(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "in the way"


def test_choice_of_the_user_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDYLIB_CACHE", str(tmp_path / "mine"))
    chosen = f"--tf_xla_auto_jit=0 {xla_cache.FLAG}=/elsewhere"
    monkeypatch.setenv("TF_XLA_FLAGS", chosen)
    xla_cache.set_up()
    assert os.environ["TF_XLA_FLAGS"] == chosen and not (tmp_path / "mine").exists()
    monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=0")
    xla_cache.set_up()
    folder = tmp_path / "mine" / "xla" / xla_cache.fingerprint()
    assert os.environ["TF_XLA_FLAGS"] == f"--tf_xla_auto_jit=0 {xla_cache.FLAG}={folder}" and folder.is_dir()


@pytest.mark.parametrize("reason", ["full disk", "a space in the path"])
def test_nothing_is_kept_where_it_cannot_be(reason, tmp_path, monkeypatch):
    monkeypatch.setenv("STUDYLIB_CACHE", str(tmp_path / ("a b" if "space" in reason else "ab")))
    monkeypatch.delenv("TF_XLA_FLAGS", raising=False)
    if reason == "full disk":
        monkeypatch.setattr(xla_cache, "FREE_BYTES", 10**18)
    xla_cache.set_up()
    assert "TF_XLA_FLAGS" not in os.environ


def test_oldest_programs_make_room(tmp_path, monkeypatch):
    message = struct_pb2.Value(string_value="x" * 90).SerializeToString()
    for age in range(5):
        (tmp_path / f"{age}.pb").write_bytes(message)
        os.utime(tmp_path / f"{age}.pb", (10**9 - age, 10**9 - age))
    monkeypatch.setattr(xla_cache, "KEPT_BYTES", 3 * len(message))
    xla_cache.tidy(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.pb", "1.pb", "2.pb"]


MESSAGES = st.recursive(
    st.one_of(st.booleans(), st.floats(allow_nan=False), st.text(max_size=300)),
    lambda inside: st.dictionaries(st.text(max_size=5), inside, max_size=4),
    max_leaves=6,
)


@given(MESSAGES, st.floats(0.01, 0.99))
def test_whole_messages_are_told_from_cut_off_ones(tmp_path_factory, content, share):
    path = tmp_path_factory.mktemp("message") / "x.pb"
    # As in XLA's own file: everything in fields that hold a message or a text.
    message = struct_pb2.Struct(fields={"key": _value(content)}).SerializeToString()
    path.write_bytes(message)
    assert xla_cache.is_whole(path)
    path.write_bytes(message[: max(1, int(share * len(message)))])
    assert not xla_cache.is_whole(path)


def _value(content):
    if isinstance(content, dict):
        return struct_pb2.Value(struct_value={"fields": {name: _value(item) for name, item in content.items()}})
    name = {bool: "bool_value", float: "number_value", str: "string_value"}[type(content)]
    return struct_pb2.Value(**{name: content})


def test_import_costs_next_to_nothing():
    program = "import tensorflow, time; t = time.perf_counter(); import studylib; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3
