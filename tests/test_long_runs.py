"""A long training takes no more memory, open files or disk space at its end than near its beginning.

10,000 steps with --full, else some hundreds. The model is as small as can be: what grows with the steps is not hidden
behind it.
"""

import concurrent.futures
import mmap
import multiprocessing
from types import SimpleNamespace

import keras
import numpy as np
import psutil
import pytest
from matplotlib.figure import Figure
from scipy.stats import theilslopes

from studylib.cyclegan import CycleGAN
from studylib.data import Task
from studylib.training import read_history, train
from studylib.training.run_folder import KEPT_CHECKPOINTS

SIZE, STEPS_PER_EPOCH = 16, 50
N_STEPS, N_STEPS_FULL = 600, 10_000
WARM_UP = 200  # steps until everything has been done once: graph, checkpoints, sheets
# Bytes of memory a step. A batch of this model has 6,144: both would see that it is not set free.
BOUND, BOUND_FULL = 5_000, 400


class Usage(keras.callbacks.Callback):
    """Notes what the process and the run folder take after every fifth step."""

    NOTED = ("steps", "memory", "files", "checkpoints", "bytes")

    def __init__(self, folder):
        super().__init__()
        self.folder, self.process, self.step = folder, psutil.Process(), 0
        for name in self.NOTED:
            setattr(self, name, [])

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        if self.step % 5:
            return
        checkpoints = list((self.folder / "checkpoints").iterdir())
        self.steps.append(self.step)
        self.memory.append(self.process.memory_info().rss)
        self.files.append(n_handles(self.process))
        self.checkpoints.append(len(checkpoints))
        self.bytes.append(sum(file.stat().st_size for folder in checkpoints for file in folder.iterdir()))


def n_handles(process):
    """Open files of every kind: sockets and pipes, too."""
    return process.num_fds() if hasattr(process, "num_fds") else process.num_handles()


def bytes_per_step(steps, memory):
    """Slope of the memory over the steps, once the run is warm: a median, which few jumps cannot move."""
    warm = np.asarray(steps) > WARM_UP
    return theilslopes(np.asarray(memory)[warm], np.asarray(steps)[warm]).slope


@pytest.fixture(scope="module")
def n_steps(request):
    return N_STEPS_FULL if request.config.getoption("--full") else N_STEPS


@pytest.fixture(scope="module")
def run(n_steps, tmp_path_factory):
    """A long run: its folder, and what it took, in a process where no other test has left anything."""
    folder = tmp_path_factory.mktemp("long")
    processes = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, processes) as pool:
        return folder, pool.submit(usage_of_long_run, folder, n_steps).result()


def usage_of_long_run(folder, n_steps):
    images = np.random.default_rng(0).integers(0, 256, (2, STEPS_PER_EPOCH, SIZE, SIZE, 3), np.uint8)
    names = [str(i) for i in range(STEPS_PER_EPOCH)]
    task = Task("test/long", SIZE, "A", "B", *images, *images[:, :2], names, names, names[:2], aligned=False)
    keras.utils.set_random_seed(0)
    gan = CycleGAN((SIZE, SIZE, 3), gen_n_filters=2, disc_n_filters=2, gen_n_downsamplings=2, disc_n_layers=1)
    gan.compile(jit_compile=False)
    usage = Usage(folder)
    train(
        gan,
        task,
        folder,
        epochs=n_steps // STEPS_PER_EPOCH,
        draw=lambda model: Figure((1, 1)),
        checkpoint_minutes=0.5 / 60,
        callbacks=[usage],
    )
    return SimpleNamespace(**{name: getattr(usage, name) for name in Usage.NOTED})


def test_memory_stays_flat(run, n_steps):
    _, usage = run
    slope = bytes_per_step(usage.steps, usage.memory)
    print(f"memory: {slope:.0f} bytes a step over {n_steps} steps; {usage.memory[-1] / 1e6:.0f} MB in the end")
    assert usage.steps[-1] == n_steps
    assert slope < (BOUND if n_steps == N_STEPS else BOUND_FULL)


def test_open_files_stay_as_many(run):
    _, usage = run
    warm = usage.files[WARM_UP // 5 :]
    assert max(warm) <= warm[0] and len(warm) > 50, sorted(set(warm))


def test_disk_is_bounded_by_the_newest_checkpoints(run, n_steps):
    folder, usage = run
    assert max(usage.checkpoints) == KEPT_CHECKPOINTS
    one = max((path / "model.keras").stat().st_size for path in (folder / "checkpoints").iterdir())
    assert max(usage.bytes) < (KEPT_CHECKPOINTS + 0.5) * one
    # What grows is said in RunFolder: a row and a sheet an epoch.
    n_epochs = n_steps // STEPS_PER_EPOCH
    assert len(read_history(folder)["epoch"]) == len(list((folder / "samples").iterdir())) == n_epochs
    others = {path.name for path in folder.iterdir()} - {"samples"}
    assert others == {"config.json", "history.csv", "checkpoints", "model.keras", ".lock"}


def test_a_leak_would_be_seen():
    """The same measure on a process that keeps 8 kB of every step, in pages that nothing else had before."""
    steps, memory, leak, process = range(5, N_STEPS + 1, 5), [], [], psutil.Process()
    for _ in steps:
        leak.append(mmap.mmap(-1, 5 * 8_192))
        leak[-1].write(bytes(5 * 8_192))
        memory.append(process.memory_info().rss)
    assert bytes_per_step(steps, memory) > BOUND
