"""The machine check: every shortage is one sentence with a way out, and a fitting machine gets none."""

import dataclasses
import importlib.metadata
import os
import platform
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from studylib import machine
from studylib.machine import Readings, check_machine

FITTING = Readings(
    python="3.12.4",
    packages={"tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.3.0"},
    memory_free_gb=12.0,
    memory_total_gb=16.0,
    disk_free_gb=50.0,
    cores=4,
    system="Linux x86_64",
    wanted_python=">=3.11,<3.14",
    wanted_packages={"tensorflow": "<2.22,>=2.21", "keras": "<4,>=3.15", "numpy": "<2.5,>=2.1"},
)


def with_(**changes):
    return check_machine(dataclasses.replace(FITTING, **changes))


def row(report, what):
    (found,) = [row for row in report.rows if row.what == what]
    return found


def test_fitting_machine_has_no_problem():
    report = check_machine(FITTING)
    assert report.problems == []
    assert report.summary == "This machine is ready for the study."
    assert [row.what for row in report.rows] == [
        "Python", "TensorFlow", "Keras", "NumPy", "Memory", "Processor", "Accelerator", "Disk"
    ]  # fmt: skip
    assert row(report, "Python").wanted == "3.11 or later, before 3.14"
    assert row(report, "Memory").found == "12.0 GB free of 16.0 GB"


@pytest.mark.parametrize(
    ("changes", "what", "found", "way_out"),
    [
        ({"python": "3.10.9"}, "Python", "Received: 3.10.9", "make study"),
        ({"python": "3.14.0"}, "Python", "before 3.14", "make study"),
        ({"wanted_python": "", "wanted_packages": {}}, "Python", "not installed", "make study"),
        ({"packages": FITTING.packages | {"tensorflow": "2.18.0"}}, "TensorFlow", "Received: 2.18.0", "make study"),
        ({"packages": FITTING.packages | {"keras": "2.15.0"}}, "Keras", "3.15 or later, before 4", "environment.yml"),
        ({"packages": FITTING.packages | {"numpy": None}}, "NumPy", "is not installed", "make study"),
        ({"memory_free_gb": 1.26}, "Memory", "Only 1.3 GB", "run this cell again"),
        ({"memory_free_gb": 1.26, "memory_total_gb": 3.9}, "Memory", "3.9 GB in all", "smaller batch_size"),
        ({"cores": 1}, "Processor", "1 core ", "2 cores or more"),
        ({"has_nvidia_driver": True}, "Accelerator", "cannot use the GPU", "'.[gpu]'"),
        ({"disk_free_gb": 0.44}, "Disk", "Only 0.4 GB", "another disk"),
    ],
)
def test_shortage_is_one_sentence_in_its_row(changes, what, found, way_out):
    report = with_(**changes)
    assert report.problems == [row(report, what).problem] and report.problems[0]
    assert found in report.problems[0] and way_out in report.problems[0]
    assert report.summary.startswith("1 thing needs")
    assert report.problems[0] in repr(report)


def test_two_shortages_are_counted():
    report = with_(cores=1, disk_free_gb=0.1)
    assert len(report.problems) == 2 and report.summary.startswith("2 things need")


def test_limits_are_included():
    assert with_(memory_free_gb=4.0, disk_free_gb=2.0, cores=2, python="3.11.0").problems == []
    assert len(with_(memory_free_gb=3.999, disk_free_gb=1.999).problems) == 2


def test_gpu_is_named():
    report = with_(gpus=("NVIDIA H200", "NVIDIA L4"), has_nvidia_driver=True)
    assert report.problems == []
    assert row(report, "Accelerator").found == "NVIDIA H200, NVIDIA L4"
    assert "will use it" in row(report, "Accelerator").verdict


class Cells(HTMLParser):
    """The texts of a table's cells, row by row; complains about tags left open."""

    def __init__(self):
        super().__init__()
        self.rows, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.rows and self.rows[-1] and self.open[-1] != "p":
            self.rows[-1][-1] += data


def test_html_holds_the_same_as_the_rows_and_is_escaped():
    report = with_(gpus=("<b>GPU & co</b>",), python="3.10.1")
    cells = Cells()
    cells.feed(report._repr_html_())
    assert cells.open == []
    assert [line[:3] for line in cells.rows[1:]] == [[r.what, r.found, r.wanted] for r in report.rows]
    assert [line[3].split(" ", 1)[1] for line in cells.rows[1:]] == [r.verdict for r in report.rows]
    assert [line[3][0] == "✓" for line in cells.rows[1:]] == [not r.problem for r in report.rows]


def test_text_is_a_table():
    report = check_machine(FITTING)
    lines = repr(report).splitlines()
    column = lines[0].index("wanted")
    assert [line[column:].startswith(r.wanted) for line, r in zip(lines[1:-1], report.rows, strict=True)] == [True] * 8
    assert lines[-1] == "This machine is ready for the study."


def test_this_machine_is_read():
    readings = machine.read_machine()
    assert readings.python == platform.python_version()
    assert readings.packages == {name: importlib.metadata.version(name) for name in machine.PACKAGES}
    assert 0 < readings.memory_free_gb < readings.memory_total_gb
    assert readings.cores >= 1 and readings.disk_free_gb > 0
    versions = [row for row in check_machine(readings).rows if row.what in ("Python", "TensorFlow", "Keras", "NumPy")]
    assert [row.problem for row in versions] == [""] * 4


def test_wanted_versions_are_those_of_pyproject():
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    python, packages = machine.wanted_versions()
    assert set(python.split(",")) == set(project["requires-python"].split(","))
    listed = {f"{name}{part}" for name, range_ in packages.items() for part in range_.split(",")}
    stated = {f"{name}{part}" for name in packages for text in project["dependencies"] if text.startswith(f"{name}>")
              for part in text.removeprefix(name).split(",")}  # fmt: skip
    assert set(packages) == set(machine.PACKAGES) and listed == stated


def test_quiet_import_of_tensorflow_prints_nothing_and_gives_the_stream_back():
    code = "import os, studylib.quiet, tensorflow as tf; tf.constant(1); os.write(2, b'after')"
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "after")


def test_missing_package_is_no_error(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    monkeypatch.setattr(importlib.metadata, "metadata", missing)
    readings = machine.read_machine()
    assert set(readings.packages.values()) == {None} and readings.wanted_packages == {}
    assert len(check_machine(readings).problems) >= 4
