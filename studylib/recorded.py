"""Runs that are longer than a notebook's minutes: recorded once, read by the notebooks, checked by repeating them.

A recording is a CSV file. Comment lines at its top say how it was made: command, commit, seeds, machine, time. Below,
each row is one logged step of one run, with the run's settings in the first columns.

Example:
    >>> runs = read("recorded/ring_losses.csv").runs(adversarial="gan")
    >>> [run["distance"][-1] for run in runs]
"""

import csv
import itertools
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studylib.arguments import path_of, shown, whole_number

HEADER = ("command", "commit", "seeds", "machine", "time")
TOLERANCE = 1e-3  # of the recorded number
SMALL = 0.01  # numbers nearer to 0 are compared as if they were this large; the least distances are a tenth of it
MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Experiment:
    """Runs that are recorded together.

    Attributes:
        run: takes the settings of a run by name and yields a dict of numbers for each logged step, the same ones at
            every call.
        settings: a dict for each run, all with the same names.
    """

    run: Callable[..., Iterator[dict]]
    settings: list[dict]


@dataclass(frozen=True, eq=False)
class Recording:
    """What `read` gives.

    Attributes:
        header: dict of the texts at the file's top.
        rows: list of dicts, one for each logged step: text where a column holds words, else float.
    """

    header: dict
    rows: list[dict]

    def runs(self, **chosen):
        """The runs whose columns have the `chosen` values: for each a dict from column to an array over its steps.

        Raises:
            ValueError: there is none.
        """
        if self.rows and (unknown := [name for name in (*chosen, "step") if name not in self.rows[0]]):
            columns = ", ".join(self.rows[0])
            raise ValueError(f"the recording has no column {unknown[0]!r}: {columns}. Received: {shown(chosen)}")
        found, previous = [], None
        for row in self.rows:
            if all(row[name] == value for name, value in chosen.items()):
                if previous is None or row["step"] <= previous["step"]:
                    found.append([])
                found[-1].append(row)
                previous = row
        if not found:
            raise ValueError(f"the recording must hold the run that is asked for. Received: {shown(chosen)}")
        return [{name: np.array([row[name] for row in run]) for name in run[0]} for run in found]


def time_reached(run, column, score):
    """Seconds from which on a run's `column` stays at `score` or below, at every later row; nan if it never does."""
    above = np.flatnonzero(run[column] > score)
    first = above[-1] + 1 if len(above) else 0
    return float(run["seconds"][first]) if first < len(run["seconds"]) else float("nan")


def read(path):
    """Read a recording.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, too large, or a line of the header is missing.
    """
    path = path_of("path", path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file: name the CSV file of a recording.")
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} is too large for a recording: {path.stat().st_size:,} bytes.")
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is damaged: it is no text.") from None
    header = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# ") and ": " in line)
    if missing := [name for name in HEADER if not header.get(name)]:
        raise ValueError(f"{Path(path).name} must say in its first lines: {', '.join(HEADER)}. Missing: {missing}")
    try:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    except csv.Error as error:
        raise ValueError(f"{path} is damaged: {error}.") from None
    for k, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise ValueError(f"{path} is damaged: its row {k} has not as many columns as its head.")
    return Recording(header, [{name: _value(text) for name, text in row.items()} for row in rows])


def record(experiment, path, header, told=print):
    """Run an `Experiment` and write the recording. `told` takes a sentence after each run.

    The finished runs are kept in a file beside (see `unfinished`): stopped and called again, it goes on behind the last
    of them, and ends with the recording that it would have made in one go.

    Args:
        header: a function that gives the dict of texts for the top; called after each run, so that it knows the time.

    Raises:
        ValueError: the file beside holds other runs than this experiment begins with.
    """
    beside = unfinished(path)
    rows = read(beside).rows if beside.exists() else []
    done, expected = list(_by_run(experiment, rows)), [tuple(settings.values()) for settings in experiment.settings]
    n_done = len(done)
    if done != expected[:n_done]:
        raise ValueError(f"{beside.name} must hold the first runs of the experiment: remove it to begin anew.")
    if n_done:
        told(f"{Path(path).stem}: going on behind run {n_done} of {len(expected)}")
    for k, settings in enumerate(experiment.settings[n_done:], n_done):
        rows += [settings | entry for entry in experiment.run(**settings)]
        write(rows, beside, header())
        told(f"{Path(path).stem}: run {k + 1} of {len(expected)}, {_named(rows[-1])}")
    os.replace(beside, path)


def unfinished(path):
    """Where `record` keeps the finished runs of a recording that is not whole yet: a path beside it."""
    return Path(path).with_suffix(".unfinished")


def write(rows, path, header):
    """Write a recording: dicts of one shape, a dict for each row, and the dict of texts for the top."""
    unfinished = Path(path).with_suffix(".part")  # the recording before stays until this one is whole
    with open(unfinished, "w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {name}: {text}\n" for name, text in header.items())
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    os.replace(unfinished, path)


def check(experiment, path, draw=None, first=None, told=print):
    """Repeat the start of every run of a recording, and one run, drawn at random, to its end.

    Args:
        draw: number that decides what is drawn; None for chance.
        first: a quick check instead: only the start, up to the first logged step, of so many runs drawn at random.

    Returns:
        List of sentences, one for each way in which file and repetition differ: empty if all is well.
    """
    recorded = read(path)
    name = Path(path).name
    by_run = _by_run(experiment, recorded.rows)
    expected = [tuple(settings.values()) for settings in experiment.settings]
    if list(by_run) != expected:
        odd = sorted(set(expected) ^ set(by_run), key=str) or "their order"
        return [f"{name} must hold the runs of the experiment. Different: {odd}"]
    everything, chance = range(len(expected)), random.Random(draw)
    if first is None:
        starts, whole = everything, chance.randrange(len(expected))
        told(f"{name}: the start of {len(expected)} runs, and all of {_named(experiment.settings[whole])}")
    else:
        starts, whole = chance.sample(everything, min(whole_number("first", first), len(expected))), None
        told(f"{name}: the start of " + "; ".join(_named(experiment.settings[k]) for k in starts))
    problems = []
    for k in starts:
        settings = experiment.settings[k]
        again = experiment.run(**settings)
        again, run = (list(again), by_run[expected[k]]) if k == whole else ([next(again)], by_run[expected[k]][:1])
        problem = _difference(run, [settings | entry for entry in again])
        problems += [f"{name}, {_named(settings)}: {problem}"] if problem else []
    return problems


def _by_run(experiment, rows):
    """The rows of each run: a dict from the values of its settings, in the order of the rows."""
    by_run = {}
    for row in rows:
        by_run.setdefault(tuple(row.get(name) for name in experiment.settings[0]), []).append(row)
    return by_run


def _difference(recorded, again):
    """The first difference between two lists of rows, in words, or None."""
    for old, new in itertools.zip_longest(recorded, again):
        if old is None or new is None:
            return f"{len(recorded)} steps are recorded, and the run logs {len(again)}"
        if list(old) != list(new):
            return f"the columns are {list(old)}, and the run logs {list(new)}"
        for column, value in old.items():
            same = value == new[column] if isinstance(value, str) else _is_near(value, new[column])
            if not same:
                return f"at step {new['step']:g}, {column} is recorded as {value} and comes out as {new[column]}"
    return None


def _is_near(recorded, value):
    return bool(np.isclose(value, recorded, rtol=0, atol=TOLERANCE * max(SMALL, abs(recorded)), equal_nan=True))


def _value(text):
    try:
        return float(text)
    except ValueError:
        return text


def _text(value):
    return value if isinstance(value, str) else f"{value:.7g}"


def _named(settings):
    return ", ".join(f"{name} {_text(value)}" for name, value in settings.items())
