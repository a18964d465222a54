"""Small trainings on several devices and workers, each in processes of its own: for test_distributed.py."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.figure import Figure

from studylib.cyclegan import CycleGAN
from studylib.data import Task
from studylib.optimizers import FusedAdam
from studylib.schedule import ConstantThenLinear
from studylib.training import choose_strategy, train, train_distributed
from studylib.training.cluster import number_of_worker
from studylib.training.shared_run_folder import SharedRunFolder

BATCH, EPOCHS, STEPS_PER_EPOCH, SEED = 4, 3, 2, 5
LAST_CHECKPOINT = "step_000000006"
PORTS = random.Random(os.getpid())  # so that tests side by side choose others


def tiny_task(paired=False, shift=0):
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 16, 16, 3), dtype=np.uint8)
    names = [str(i) for i in range(8)]
    return Task("test/tiny", 16, "A", "B", *images, names, names, names, aligned=False, paired=paired, shift=shift)


def tiny_gan(buffer_max_length=4, **changes):
    """A CycleGAN. On two replicas its pools give back all images of the first epoch as they come, then they act."""
    keras.utils.set_random_seed(1)
    sizes = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}
    gan = CycleGAN((16, 16, 3), 0.01, buffer_max_length, ema_momentum=0.9, **sizes)
    # Where the true gradient is zero, Adam's usual epsilon would make a full step of a rounding error.
    optimizers = [FusedAdam(0.01, beta_1=0.5, epsilon=1e-3) for _ in range(2)]
    gan.compile(*optimizers, **{"run_eagerly": True, **changes})
    return gan


def run_tiny(gan, folder, trainer=train_distributed, **changes):
    return trainer(gan, tiny_task(), folder, **{"epochs": EPOCHS, "batch_size": BATCH, "seed": SEED, **changes})


def start(function, folder, **environment):
    """Call a function of this file with a folder in a process of its own; its words go to <folder>_<n>.log."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import distributed_runs; distributed_runs.{}(sys.argv[2])"
    number = json.loads(environment["TF_CONFIG"])["task"]["index"] if environment else 0
    temporary = os.path.dirname(folder)  # a killed worker leaves its own there
    with open(f"{folder}_{number}.log", "w") as log:
        return subprocess.Popen(
            [sys.executable, "-c", program.format(function), os.path.dirname(__file__), folder],
            stdout=log,
            stderr=log,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "no_proxy": "127.0.0.1", "TMPDIR": temporary, **environment},
        )


def free_ports(n):
    """Ports below those that systems hand out by themselves: nobody takes them before TensorFlow, which loads first."""
    ports = set()
    while len(ports) < n:
        port = PORTS.randrange(15_000, 25_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("", port))
            ports.add(port)
    return sorted(ports)


def start_cluster(folder, function="worker"):
    """Two workers on free ports of this machine."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    tasks = [{"type": "worker", "index": index} for index in range(2)]
    return [start(function, folder, TF_CONFIG=json.dumps({"cluster": cluster, "task": task})) for task in tasks]


def end(processes, seconds=600):
    """Exit codes of processes. They are waited for, and ended when the time is up."""
    until = time.monotonic() + seconds
    try:
        for process in processes:
            process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        pass
    finally:
        for process in processes:
            process.kill()
    return [process.wait() for process in processes]


def said(folder, number):
    return Path(f"{folder}_{number}.log").read_text(errors="replace")


def worker(folder):
    """One worker of a cluster: what a user's program would do."""
    strategy = choose_strategy()
    tf.config.experimental.enable_op_determinism()
    with strategy.scope():
        gan = tiny_gan()

    def sheet(gan):  # on the chief alone: what it does must not wait for the other worker
        gan.g_AB(np.zeros((1, 16, 16, 3), np.float32))
        return Figure()

    run_tiny(gan, folder, checkpoint_steps=2, draw=sheet)


@contextmanager
def refused_by_the_chief(number, error, sentence):
    """Inside, the chief fails by itself: it says why, the other worker says who, and neither waits for the other."""
    expected = (error, sentence) if number == 0 else (RuntimeError, "^Worker 0 has failed; its own message says why")
    begun = time.monotonic()
    with pytest.raises(expected[0], match=expected[1]):
        yield
    assert time.monotonic() - begun < 60


def erring_worker(folder):
    """Another one, with a compiled step. Before and after the run it makes mistakes; then the chief dies."""
    strategy = choose_strategy()
    with strategy.scope():
        gan = tiny_gan(run_eagerly=False)
    number = number_of_worker(strategy)
    with pytest.raises(ValueError, match="Call train_distributed instead"):
        run_tiny(gan, f"{folder}_unused", train)
    with pytest.raises(ValueError, match="these settings differ"):
        run_tiny(gan, f"{folder}_unused", seed=number)
    if number == 0:
        Path(f"{folder}_lost").mkdir()
        Path(f"{folder}_lost", "checkpoints").symlink_to("nowhere")  # as on a disk that is not there
    with refused_by_the_chief(number, OSError, "step_000000000 could not be written"):
        run_tiny(gan, f"{folder}_lost", checkpoint_steps=2)
    run_tiny(gan, folder, checkpoint_steps=2)
    with refused_by_the_chief(number, ValueError, r"holds a run with epochs=3 \(now 4\)"):
        run_tiny(gan, folder, epochs=4, checkpoint_steps=2)
    with pytest.raises(ValueError, match=r"storage that all workers share.*steps \[-1, 6\]"):
        run_tiny(gan, folder if number == 0 else f"{folder}_elsewhere", checkpoint_steps=2)
    if number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    with pytest.raises(RuntimeError, match="Another worker was lost .* Start all workers again"):
        run_tiny(gan, folder, checkpoint_steps=2)


def two_devices(folder):
    """Two virtual devices: `fit` and the loop without pools, then with; its checkpoint restored whole and damaged."""
    folder = Path(folder)
    folder.mkdir()
    one, two = [tf.config.LogicalDeviceConfiguration() for _ in range(2)]
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [one, two])
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

    def pools(gan):
        locals_ = [strategy.experimental_local_results(pool.images.value) for pool in (gan.pool_A, gan.pool_B)]
        return [[v.numpy() for v in replicas] for replicas in locals_]

    with strategy.scope():
        gan = tiny_gan(buffer_max_length=0, run_eagerly=False, jit_compile=True)
    run_tiny(gan, folder / "fit", train)
    np.savez(folder / "fit.npz", gan.jit_compile, [mean.result() for mean in gan.metrics])
    with strategy.scope():
        gan = tiny_gan(buffer_max_length=0)
    run_tiny(gan, folder / "loop")

    epochs = []
    with strategy.scope():
        gan = tiny_gan()
    run_tiny(gan, folder / "run", checkpoint_steps=2, draw=lambda gan: epochs.append(pools(gan)) or Figure())
    run = SharedRunFolder(folder / "run", strategy)
    with strategy.scope():
        gan = tiny_gan()
    gan.set_learning_rate(ConstantThenLinear(0.01, 3, 3))
    run.restore(gan)
    np.savez(folder / "pools.npz", pools(gan), *epochs)
    pools_path = run.checkpoints_path / LAST_CHECKPOINT / "pools.npz"
    pools_path.write_bytes(b"PK damaged")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        state = run.restore(gan)
    (folder / "words").write_text(f"{state['step']}\n" + "\n".join(str(warning.message) for warning in caught))
    pools_path.unlink()
    run.restore(gan)
    np.save(folder / "of_one_device.npy", pools(gan))
