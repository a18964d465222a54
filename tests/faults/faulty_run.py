"""A small training in a process of its own, which reports what it does, and may be told to die.

It tells of every event in a line: "at 5" where it begins, "step 6", "saving 6", "saved 6", "warning ...", "finished".
The package knows nothing of this: everything is hung up around it from outside.
"""

import os
import resource
import signal
import sys
import threading
import time
import warnings

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from studylib.cyclegan import CycleGAN
from studylib.data import Task
from studylib.training import train
from studylib.training.shared_run_folder import SharedRunFolder

EPOCHS, STEPS_PER_EPOCH, BATCH_SIZE, SIZE = 8, 10, 2, 16
N_STEPS = EPOCHS * STEPS_PER_EPOCH
SECONDS_BETWEEN_CHECKPOINTS, SECONDS_OF_A_STEP = 0.15, 0.04  # at least: a fast machine must not end too soon


def small_task():
    images = np.random.default_rng(0).integers(0, 256, (2, STEPS_PER_EPOCH * BATCH_SIZE, SIZE, SIZE, 3), np.uint8)
    names = [str(i) for i in range(len(images[0]))]
    return Task("test/faults", SIZE, "A", "B", *images, *images[:, :2], names, names, names[:2], aligned=False)


def small_gan(eager=True):
    keras.utils.set_random_seed(1)
    gan = CycleGAN((SIZE, SIZE, 3), 0.002, 6, gen_n_filters=2, disc_n_filters=2, gen_n_downsamplings=2, disc_n_layers=1)
    gan.compile(run_eagerly=eager, jit_compile=False)
    return gan


def run(folder, eager=True, callbacks=()):
    """Train the small model into `folder`, or go on with it."""
    minutes = SECONDS_BETWEEN_CHECKPOINTS / 60
    options = {"seed": 5, "checkpoint_minutes": minutes, "callbacks": callbacks}
    return train(small_gan(eager), small_task(), folder, EPOCHS, BATCH_SIZE, **options)


class Reporter(keras.callbacks.Callback):
    """Reports every step, and waits a little."""

    def __init__(self, tell):
        super().__init__()
        self.tell = tell

    def on_train_batch_end(self, batch, logs=None):
        self.tell(f"step {int(self.model.generator_optimizer.iterations)}")
        time.sleep(SECONDS_OF_A_STEP)


class Dying:
    """Kills this process while it writes a checkpoint.

    Args:
        folder: of the run.
        write: which write, counted from 1; that before the first step does not count.
        bytes: die when a file has got so many bytes. The system itself kills then, in the middle of writing.
        operation: die before this operation on a file or folder, counted from 1: opened, renamed, removed ...
    """

    OPERATIONS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree")

    def __init__(self, folder, write=None, bytes=None, operation=None):
        self.folder, self.write, self.bytes, self.operation = folder, write, bytes, operation
        self.n_writes, self.n_operations, self.watching = 0, 0, False

    def begin(self):
        self.n_writes += 1
        if self.n_writes != self.write:
            return
        if self.bytes is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores this signal, and would go on
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.bytes, most))
        else:
            self.watching = True
            sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        """An audit hook: Python calls it before every such operation."""
        if self.watching and event in self.OPERATIONS and str(arguments[0]).startswith(self.folder):
            self.n_operations += 1
            if self.n_operations == self.operation:
                os.kill(os.getpid(), signal.SIGKILL)

    def end(self):
        if self.n_writes == self.write:  # there were fewer bytes, or operations
            os.kill(os.getpid(), signal.SIGKILL)


def reporting_folder(tell, dying):
    """A SharedRunFolder that tells when it reads and writes checkpoints."""

    class ReportingFolder(SharedRunFolder):
        def restore(self, model):
            state = super().restore(model)
            self.begun = state["step"] if state else 0
            tell(f"at {self.begun}")
            return state

        def save_checkpoint(self, model, state):
            tell(f"saving {state['step']}")
            if state["step"] > self.begun:
                dying.begin()
            super().save_checkpoint(model, state)
            if state["step"] > self.begun:
                dying.end()
            tell(f"saved {state['step']}")

    return ReportingFolder


def main(folder, eager=True, death=None, tell=lambda line: None):
    tf.config.experimental.enable_op_determinism()
    warnings.showwarning = lambda message, *where: tell(f"warning {message}")
    sys.modules["studylib.training.train"].SharedRunFolder = reporting_folder(tell, Dying(folder, **(death or {})))
    run(folder, eager, callbacks=[Reporter(tell)])
    tell("finished")


def silently(**options):
    """`main`, where what the training prints, such as its progress, goes nowhere."""
    sys.stdout = open(os.devnull, "w")
    tqdm.set_lock(threading.RLock())  # not the one for several processes, which would outlive one that is killed
    main(**options)
