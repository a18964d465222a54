"""Recorded runs: what is written is read, and the check finds whatever has changed."""

import os
import platform
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import record_runs
from record_runs import main

from studylib.recorded import HEADER, Experiment, read, record, time_reached, unfinished

SETTINGS = [{"kind": kind, "seed": seed} for kind in ("plain", "steep") for seed in (0, 1)]


def run(kind, seed):
    """A run that is cheap and depends on its settings only."""
    for step in (10, 20, 30):
        yield {"step": step, "value": (2.5 if kind == "steep" else 0.5) * step + seed, "text_free": -1e-5 * step}


def header():
    return {name: f"the {name}" for name in HEADER}


@pytest.fixture
def experiment():
    return Experiment(run, SETTINGS)


@pytest.fixture
def path(tmp_path, experiment):
    record(experiment, tmp_path / "cheap.csv", header, told=lambda sentence: None)
    return tmp_path / "cheap.csv"


def check(path, experiment, *options):
    return main(["--check", *options], {"cheap": experiment}, path.parent)


@pytest.fixture
def checkout(tmp_path):
    """A git repository whose code is committed."""
    (tmp_path / "checkout" / "studylib").mkdir(parents=True)
    (tmp_path / "checkout" / "studylib" / "code.py").write_text("step = 1\n")
    for words in ("init -q", "add .", "-c user.name=n -c user.email=e commit -q -m all"):
        subprocess.run(["git", *words.split()], cwd=tmp_path / "checkout", check=True)
    return tmp_path / "checkout"


def change(path, old, new, count=1):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))


def test_what_is_written_is_read(path):
    recording = read(path)
    assert recording.header == header()
    assert path.read_text().splitlines()[5:7] == ["kind,seed,step,value,text_free", "plain,0,10,5,-0.0001"]
    runs = recording.runs(kind="steep")
    assert len(runs) == 2 and len(recording.runs()) == 4
    np.testing.assert_array_equal(runs[1]["value"], [26, 51, 76])
    np.testing.assert_array_equal(runs[1]["step"], [10, 20, 30])
    assert list(runs[0]["kind"]) == ["steep"] * 3


def test_recording_that_cannot_be_finished_leaves_the_one_before(path, experiment):
    before = path.read_text()

    def no_header():
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        record(experiment, path, no_header, told=str)
    assert path.read_text() == before


class Stopped:
    """The run of the fixtures, which is interrupted once, in the middle of its third call, and counts its calls."""

    def __init__(self):
        self.calls = []

    def __call__(self, kind, seed):
        self.calls.append((kind, seed))
        for entry in run(kind, seed):
            if len(self.calls) == 3 and entry["step"] == 20:
                raise KeyboardInterrupt
            yield entry


def test_a_recording_that_is_stopped_goes_on_behind_the_last_whole_run(path, tmp_path):
    stopped, other, told = Stopped(), tmp_path / "other.csv", []
    experiment = Experiment(stopped, SETTINGS)
    with pytest.raises(KeyboardInterrupt):
        record(experiment, other, header, told=told.append)
    assert not other.exists() and len(read(unfinished(other)).runs()) == 2
    record(experiment, other, header, told=told.append)
    assert stopped.calls == [("plain", 0), ("plain", 1), ("steep", 0), ("steep", 0), ("steep", 1)]
    assert other.read_bytes() == path.read_bytes()  # as if it had never been stopped
    assert "other: going on behind run 2 of 4" in told
    assert sorted(file.name for file in tmp_path.glob("*.*")) == ["cheap.csv", "other.csv"]


def test_a_recording_does_not_go_on_behind_runs_of_another_experiment(path, experiment):
    os.replace(path, unfinished(path))
    with pytest.raises(ValueError, match="cheap.unfinished must hold the first runs of the experiment: remove it"):
        record(Experiment(run, SETTINGS[1:]), path, header, told=str)
    record(experiment, path, header, told=str)  # all runs are there: only the name was missing
    assert len(read(path).runs()) == 4


def test_run_that_is_not_there_is_named(path):
    with pytest.raises(ValueError, match="must hold the run that is asked for. Received: {'kind': 'flat'}"):
        read(path).runs(kind="flat")


def test_time_reached_is_when_the_score_stays():
    run = {"seconds": np.array([10.0, 20, 30, 40]), "score": np.array([5.0, 2, 3, 1])}
    assert [time_reached(run, "score", score) for score in (5, 3, 2, 1)] == [10, 20, 40, 40]
    assert np.isnan(time_reached(run, "score", 0.5))


def test_header_must_be_complete(path):
    change(path, "# commit: the commit\n", "")
    with pytest.raises(ValueError, match=r"cheap.csv must say .* Missing: \['commit'\]"):
        read(path)


@pytest.mark.parametrize("draw", ["0", "1", "2", "3"])
def test_repetition_of_an_untouched_recording_agrees(path, experiment, capsys, draw):
    assert check(path, experiment, "--draw", draw) == 0
    assert "Every repeated step is as it was recorded." in capsys.readouterr().out


@pytest.mark.parametrize(("old", "new"), [("plain,1,10,6,", "plain,1,10,6.1,"), ("steep,1,10,26,", "steep,1,10,25.9,")])
def test_changed_start_of_any_run_is_found_whichever_is_drawn(path, experiment, capsys, old, new):
    change(path, old, new)
    for draw in range(4):
        assert check(path, experiment, "--draw", str(draw)) == 1
        assert re.search(r"at step 10, value is recorded as 6?(25.9|.1)? and comes out as \d+", capsys.readouterr().err)


def test_changed_end_is_found_where_the_run_is_drawn_and_only_there(path, experiment, capsys):
    change(path, "steep,0,30,75,", "steep,0,30,75.2,")
    statuses = {}
    for draw in range(20):
        statuses[draw] = check(path, experiment, "--draw", str(draw))
        printed = capsys.readouterr()
        assert ("all of kind steep, seed 0" in printed.out) == (statuses[draw] == 1)
    assert set(statuses.values()) == {0, 1}
    assert "75.2" in printed.err or statuses[19] == 0


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("75,-0.0003", "75.07,-0.0003", 0),
        ("75,-0.0003", "75.08,-0.0003", 1),
        ("75,-0.0003", "nan,-0.0003", 1),
        # Near 0: a thousandth of 0.01, and not of 1.
        ("75,-0.0003", "75,-0.000309", 0),
        ("75,-0.0003", "75,-0.000311", 1),
    ],
)
def test_a_thousandth_is_allowed(path, experiment, old, new, status):
    change(path, f"steep,0,30,{old}", f"steep,0,30,{new}")
    (draw,) = [k for k in range(50) if random.Random(k).randrange(4) == 2][:1]
    assert check(path, experiment, "--draw", str(draw)) == status


def test_missing_step_missing_run_and_other_columns_are_found(path, experiment, capsys):
    original = path.read_text()
    for line, sentence in (
        ("plain,0,30,15,-0.0003\n", "2 steps are recorded, and the run logs 3"),
        ("".join(re.findall(r"plain,1,.*\n", original)), r"Different: [('plain', 1)]"),
    ):
        path.write_text(original.replace(line, ""))
        draw = next(k for k in range(50) if random.Random(k).randrange(4) == 0)
        assert check(path, experiment, "--draw", str(draw)) == 1
        assert sentence in capsys.readouterr().err
    path.write_text(original.replace("text_free", "other"))
    assert check(path, experiment) == 1 and "the columns are" in capsys.readouterr().err


def test_quick_check_repeats_so_many_starts_and_no_more(path, experiment, capsys):
    change(path, "plain,1,10,6,", "plain,1,10,6.1,")
    change(path, "plain,1,20,11,", "plain,1,20,12,")
    started = {}
    for draw in range(12):
        status = check(path, experiment, "--first", "2", "--draw", str(draw))
        printed = capsys.readouterr()
        started[draw] = re.findall(r"kind (\w+), seed (\d)", printed.out)
        assert len(set(started[draw])) == 2
        assert status == (("plain", "1") in started[draw])
        assert "step 20" not in printed.err
    assert len(set(map(tuple, started.values()))) > 2
    assert check(path, experiment, "--first", "99") == 1  # all of them
    with pytest.raises(ValueError, match="first must be a whole number of at least 1. Received: first=0"):
        check(path, experiment, "--first", "0")


def test_command_makes_what_it_checks(tmp_path, experiment, checkout, capsys):
    folder = tmp_path / "recorded"
    assert main(["cheap"], {"cheap": experiment}, folder, checkout) == 0
    made = read(folder / "cheap.csv").header
    assert made["command"] == "python tools/record_runs.py cheap" and made["seeds"] == "0 1"
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True).stdout
    assert len(made["commit"]) >= 7 and head.startswith(made["commit"])
    assert "TensorFlow" in made["machine"] and "UTC" in made["time"]
    assert check(folder / "cheap.csv", experiment) == 0
    assert main(["cheep"], {"cheap": experiment}, folder) == 2
    assert capsys.readouterr().err == "A recording must be one of ['cheap']. Received: 'cheep'\n"


def test_only_committed_code_is_recorded(tmp_path, experiment, checkout, capsys):
    def make(root=checkout):
        return main(["cheap"], {"cheap": experiment}, tmp_path / "recorded", root)

    (checkout / "notes.md").write_text("what is not code may change")
    (checkout / "notebooks").mkdir()
    (checkout / "notebooks" / "other.csv").write_text("and so may the recordings")
    (checkout / "studylib" / "pretrained" / "task").mkdir(parents=True)
    (checkout / "studylib" / "pretrained" / "task" / "g_AB.keras").write_text("and weights on the shelf")
    assert make() == 0
    (tmp_path / "recorded" / "cheap.csv").unlink()
    (checkout / "tools").mkdir()
    changes = (("studylib/code.py", "step = 2\n"), ("studylib/pretrained/card.py", ""), ("tools/new.py", ""))
    for name, text in changes:
        (checkout / name).write_text(text)
    capsys.readouterr()
    assert make() == 2 and not (tmp_path / "recorded" / "cheap.csv").exists()
    error = capsys.readouterr().err
    assert "commit studylib and tools. Received: changes in studylib/code.py, studylib/pretrained/, tools/" in error
    (tmp_path / "elsewhere").mkdir()
    assert make(tmp_path / "elsewhere") == 2 and "Received: no commit" in capsys.readouterr().err


def test_command_goes_on_with_the_same_code_only_and_adds_up_the_time(tmp_path, checkout, capsys):
    def make(stop=True):
        experiment = Experiment(stopped if stop else run, SETTINGS)
        return main(["cheap"], {"cheap": experiment}, tmp_path / "recorded", checkout)

    def commit(name, text):
        (checkout / name).write_text(text)
        for words in ("add .", "-c user.name=n -c user.email=e commit -q -m more"):
            subprocess.run(["git", *words.split()], cwd=checkout, check=True)

    stopped, beside = Stopped(), tmp_path / "recorded" / "cheap.unfinished"
    with pytest.raises(KeyboardInterrupt):
        make()
    change(beside, "UTC, 0 seconds", "UTC, 5000 seconds")
    commit("studylib/code.py", "step = 2\n")
    capsys.readouterr()
    assert make() == 2 and len(stopped.calls) == 3
    assert re.search(r"cheap.unfinished holds runs of the code at commit \w{7,}: go on there", capsys.readouterr().err)
    commit("studylib/code.py", "step = 1\n")
    commit("notes.md", "other files may change in between")
    (checkout / "studylib" / "pretrained" / "task").mkdir(parents=True)
    commit("studylib/pretrained/task/g_AB.keras", "and so may weights on the shelf")
    assert make() == 0 and len(stopped.calls) == 5 and not beside.exists()
    assert re.search(r"UTC, 500\d seconds", read(tmp_path / "recorded" / "cheap.csv").header["time"])


def test_recordings_of_the_study_were_made_from_committed_code():
    for path in record_runs.FOLDER.glob("*.csv"):
        assert re.fullmatch("[0-9a-f]{7,40}", read(path).header["commit"]), path.name


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="platform: other processors round in another order than the one that recorded",
)
def test_recorded_runs_begin_again_as_they_were_recorded(tmp_path):
    """`make recorded-check` in small, in a process of its own: TensorFlow must be set up before it is imported."""
    # Only the ring: the digits' convolutions sum thousands of numbers, in blocks that may follow a processor's caches.
    names = ["ring_losses"]
    shutil.copy(record_runs.FOLDER / "ring_losses.csv", tmp_path)
    lines = (tmp_path / "ring_losses.csv").read_text().splitlines()
    (at,) = [k for k, line in enumerate(lines) if line.startswith("adversarial,")]
    where = lines[at].split(",").index("d")
    for k in range(at + 1, len(lines)):
        values = lines[k].split(",")
        values[where] = str(1.002 * float(values[where]))
        lines[k] = ",".join(values)
    (tmp_path / "ring_losses.csv").write_text("\n".join(lines))
    program = (
        "import pathlib, record_runs as r; r.repeatable(); options = ['--check', '--first', '1']; "
        f"print('status', r.main([*options, *{names}]), r.main([*options, 'ring_losses'], None, "
        f"pathlib.Path({str(tmp_path)!r})))"
    )
    root = Path(record_runs.__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tools")])}
    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert "status 0 1" in result.stdout, result.stdout + result.stderr
    assert re.search(r"ring_losses.csv, .*: at step 500, d is recorded as", result.stderr)


def test_recordings_of_the_study_hold_every_step_of_their_experiments():
    experiments = record_runs.experiments()
    # What `make bench` timed cannot be repeated to the digit: tests/test_benchmarks_quality.py looks at it.
    timed = {path.stem for path in record_runs.FOLDER.glob("time_to_quality*.csv")}
    assert {path.stem for path in record_runs.FOLDER.glob("*.csv")} == set(experiments) | timed
    for name, experiment in experiments.items():
        recording = read(record_runs.FOLDER / f"{name}.csv")
        assert recording.header["command"] == f"python tools/record_runs.py {name}"
        rows = [tuple(row[key] for key in (*experiment.settings[0], "step")) for row in recording.rows]
        steps = sorted({row[-1] for row in rows})
        assert rows == [(*settings.values(), step) for settings in experiment.settings for step in steps]
        for settings in experiment.settings:
            if "every" in settings:
                assert steps == list(range(settings["every"], settings["n_steps"] + 1, settings["every"]))
        for run in recording.runs():
            assert all(np.isfinite(column).all() for column in run.values() if column.dtype.kind == "f")
