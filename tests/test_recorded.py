"""Recorded runs: what is written is read, and the check finds whatever has changed."""

import random
import re

import numpy as np
import pytest
import record_runs
from record_runs import main

from studylib.recorded import HEADER, Experiment, read, record

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


def test_run_that_is_not_there_is_named(path):
    with pytest.raises(ValueError, match="must hold the run that is asked for. Received: {'kind': 'flat'}"):
        read(path).runs(kind="flat")


def test_header_must_be_complete(path):
    change(path, "# commit: the commit\n", "")
    with pytest.raises(ValueError, match=r"cheap.csv must say .* Missing: \['commit'\]"):
        read(path)


@pytest.mark.parametrize("draw", ["0", "1", "2", "3"])
def test_repetition_of_an_untouched_recording_agrees(path, experiment, capsys, draw):
    assert check(path, experiment, "--draw", draw) == 0
    assert "Every repeated step is as it was recorded." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new"), [("plain,1,10,6,", "plain,1,10,6.1,"), ("steep,1,10,26,", "steep,1,10,25.9,")]
)
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


@pytest.mark.parametrize(("value", "status"), [("75.07", 0), ("75.08", 1), ("nan", 1)])
def test_a_thousandth_is_allowed(path, experiment, value, status):
    change(path, "steep,0,30,75,", f"steep,0,30,{value},")
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


def test_command_makes_what_it_checks(tmp_path, experiment, capsys):
    folder = tmp_path / "recorded"
    assert main(["cheap"], {"cheap": experiment}, folder) == 0
    made = read(folder / "cheap.csv").header
    assert made["command"] == "python tools/record_runs.py cheap" and made["seeds"] == "0 1"
    assert "TensorFlow" in made["machine"] and "UTC" in made["time"]
    assert check(folder / "cheap.csv", experiment) == 0
    assert main(["cheep"], {"cheap": experiment}, folder) == 2
    assert capsys.readouterr().err == "A recording must be one of ['cheap']. Received: 'cheep'\n"


def test_recordings_of_the_study_hold_every_step_of_their_experiments():
    experiments = record_runs.experiments()
    assert {path.stem for path in record_runs.FOLDER.glob("*.csv")} == set(experiments)
    for name, experiment in experiments.items():
        recording = read(record_runs.FOLDER / f"{name}.csv")
        assert recording.header["command"] == f"python tools/record_runs.py {name}"
        rows = [tuple(row[key] for key in (*experiment.settings[0], "step")) for row in recording.rows]
        assert rows == [
            (*settings.values(), step)
            for settings in experiment.settings
            for step in range(settings["every"], settings["n_steps"] + 1, settings["every"])
        ]
        for run in recording.runs():
            assert np.isfinite([run[column] for column in ("g", "d", "modes", "distance")]).all()
