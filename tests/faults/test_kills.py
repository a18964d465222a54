"""A run that is killed again and again, at any moment, ends bit for bit as one that never was."""

import csv
import io
import multiprocessing
import os
import signal
import threading
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

if os.name == "nt":
    pytest.skip("platform: needs POSIX signals", allow_module_level=True)

import faulty_run
from faulty_run import N_STEPS
from jupyter_client import KernelManager

from studylib.training import RunFolder
from studylib.training.run_folder import KEPT_CHECKPOINTS

PROGRAM = Path(faulty_run.__file__)
# A process that has loaded TensorFlow, and nothing else, is copied for every child: to load it takes seconds each time.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["studylib.training", "studylib.cyclegan"])
# What ends the run. One in five dies inside the write of a checkpoint; one loses its newest checkpoint afterwards.
DEATHS = ("moment", "moment", "moment", "write", "cut off")
PATIENCE = 240  # seconds, after which a child is taken to hang


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(10 if metafunc.config.getoption("--full") else 1))


class Child:
    """faulty_run.py at work, and the events that it has reported: pairs of a word and the rest of the line."""

    def __init__(self, folder, **orders):
        self.events, (self.ours, theirs) = [], processes.Pipe(duplex=False)
        orders = {"folder": str(folder), "tell": theirs.send, **orders}
        self.process = processes.Process(target=faulty_run.silently, kwargs=orders)
        self.process.start()
        theirs.close()  # so that its end is noticed
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()

    def until(self, word, count=1):
        """Read on until `count` events began with this word."""
        while len(self.all(word)) < count:
            assert self._read(), f"it ended too soon: {self.events}"

    def end(self):
        """Wait for its end, and read what is left; return the exit status."""
        while self._read():
            pass
        self.process.join()
        self.watchdog.cancel()
        self.ours.close()
        return self.process.exitcode

    def all(self, word):
        return [rest for first, rest in self.events if first == word]

    def steps(self, word):
        return [int(rest) for rest in self.all(word)]

    def _read(self):
        try:
            first, _, rest = self.ours.recv().partition(" ")
        except (EOFError, ConnectionResetError):
            return False
        self.events.append((first, rest))
        return True


def start_and_kill(folder, death, eager, random):
    """Start the run, or go on with it, and end it by force; the Child is returned for its events."""
    if death == "write":
        child = Child(folder, eager=eager, death=inside_a_write(folder, random))
        assert child.end() in (-signal.SIGKILL, -signal.SIGXFSZ), child.events
        assert child.events[-1][0] == "saving", child.events
        return child
    child = Child(folder, eager=eager)
    child.until("step", int(random.integers(1, 8)))
    if death == "cut off":
        child.until("saved", 2)  # the one that it began with, and a new one
    time.sleep(random.uniform(0, 0.1))
    child.process.kill()
    assert child.end() == -signal.SIGKILL, child.events
    if death == "cut off":
        newest = RunFolder(folder).checkpoints()[-1] / "model.keras"
        os.truncate(newest, int(random.integers(newest.stat().st_size)))
    return child


def inside_a_write(folder, random):
    """A moment in one of the next two writes of a checkpoint: after so many bytes, or before an operation on files."""
    write = int(random.integers(1, 3))
    if random.random() < 0.5:
        return {"write": write, "operation": int(random.integers(1, 15))}  # there are 11, and 3 to remove an old one
    size = max((path.stat().st_size for path in folder.rglob("model.keras")), default=100_000)  # one may be cut off
    return {"write": write, "bytes": int(random.integers(0.9 * size))}


def whole_and_cut_off(folder):
    """Steps of the checkpoints, in two lists: a whole zip archive has its table of contents at its end."""
    found = {True: [], False: []}
    for path in RunFolder(folder).checkpoints():
        found[zipfile.is_zipfile(path / "model.keras")].append(int(path.name.removeprefix("step_")))
    return found[True], found[False]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Function of `eager` that returns the folder of a run that nothing happened to."""
    folders = {}

    def trained(eager=True):
        if eager not in folders:
            folders[eager] = tmp_path_factory.mktemp("uninterrupted")
            child = Child(folders[eager], eager=eager)
            assert child.end() == 0, child.events
        return folders[eager]

    return trained


def arrays(path):
    """All arrays of a .keras file by their names: weights, optimizers, pools."""
    found = {}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def assert_same_end(folder, other):
    for name in ("model.keras", f"checkpoints/step_{N_STEPS:09d}/model.keras"):
        ours, theirs = arrays(folder / name), arrays(other / name)
        assert ours.keys() == theirs.keys() and len(ours) > 50
        different = [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()]
        assert not different
    assert history_without_times(folder) == history_without_times(other)


def history_without_times(folder):
    with open(folder / "history.csv", newline="") as file:
        return [{name: text for name, text in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def test_run_that_is_killed_five_times_ends_as_one_that_was_not(seed, uninterrupted, tmp_path):
    eager = seed % 2 == 0  # every other run is compiled to a graph
    random = np.random.default_rng(seed)
    begins, cut_off, lost = 0, [], []
    for death in random.permutation(DEATHS):
        child = start_and_kill(tmp_path, death, eager, random)
        # It began where the one before it had left its newest whole checkpoint: nothing else was lost.
        assert child.steps("at") == [begins]
        assert sum("is damaged" in warning for warning in child.all("warning")) == len(cut_off), child.events
        done = max(child.steps("step"), default=begins)
        whole, cut_off = whole_and_cut_off(tmp_path)
        begins = whole[-1]
        cut_off = [step for step in cut_off if step > begins]  # not one whose removal was under way
        if death == "cut off":
            assert cut_off
        else:
            # All that it reported as saved is there, and perhaps one of which it could not report any more.
            assert begins in (child.steps("saved")[-1], child.steps("saving")[-1])
        lost.append(max(0, done - begins))
        print(f"seed {seed}: {death} at step {done}, {lost[-1]} steps lost")
        # Those that stay, one that is half written, one that is damaged, one that was not yet removed.
        assert len(list((tmp_path / "checkpoints").iterdir())) <= KEPT_CHECKPOINTS + 3
    last = Child(tmp_path, eager=eager)
    assert last.end() == 0 and last.steps("at") == [begins] and last.all("finished"), last.events
    assert last.steps("step") == list(range(begins + 1, N_STEPS + 1))
    assert_same_end(tmp_path, uninterrupted(eager))
    assert len(RunFolder(tmp_path).checkpoints()) <= KEPT_CHECKPOINTS and not list(tmp_path.rglob(".writing_*"))


def test_second_run_into_the_folder_of_a_running_one_is_refused(tmp_path):
    child = Child(tmp_path)
    try:
        child.until("step")
        os.kill(child.process.pid, signal.SIGSTOP)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        with pytest.raises(RuntimeError, match="Another process is training into .* choose another run name"):
            faulty_run.run(tmp_path)
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    finally:
        child.process.kill()
        child.end()
    with RunFolder(tmp_path).locked():  # the lock of a process ends with it
        pass


@pytest.mark.long
@pytest.mark.parametrize("now", [True, False], ids=["killed", "asked first"])
def test_run_in_a_notebook_continues_after_a_restart_of_its_kernel(now, uninterrupted, tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(PROGRAM.parent)!r})\n"
        f"import faulty_run; faulty_run.main({str(tmp_path)!r})"
    )
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        client.execute(code)
        deadline = time.monotonic() + PATIENCE
        while not (checkpoints := RunFolder(tmp_path).checkpoints()) or checkpoints[-1].name == "step_000000000":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        manager.restart_kernel(now=now)
        client.wait_for_ready(timeout=60)
        assert not RunFolder(tmp_path).model_path.exists(), "the run ended before the restart"
        reply = client.execute_interactive(code, timeout=PATIENCE, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert_same_end(tmp_path, uninterrupted())
