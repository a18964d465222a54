"""The factors of studylib's estimate of memory: fitted on measured peaks, and judged on settings that had no part.

Each setting is trained for a few steps by `studylib.training.train`, checkpoint included, in a process of its own, one
after the other: the highest memory of a process is what a training takes, and it cannot be measured twice in one.
"""

import tempfile
from typing import NamedTuple

import keras
import numpy as np

from benchmarks.client import Client
from benchmarks.configurations import Configuration, Contender
from benchmarks.worker import resident_memory
from studylib.cyclegan import CycleGAN
from studylib.data import Task
from studylib.pix2pix import Pix2Pix
from studylib.training import train
from studylib.training.memory import FACTORS, memory_parts, weighted_sum

MODELS = {"CycleGAN": CycleGAN, "Pix2Pix": Pix2Pix}
GIVEN = ("pools",)  # their factor is known


class Setting(NamedTuple):
    """One training: `Configuration`, compiled by XLA or not, a name of MODELS, filters of the discriminators."""

    configuration: Configuration
    jit_compile: bool = False
    model: str = "CycleGAN"
    disc_n_filters: int | None = None  # None: as many as the generators'
    n_steps: int = 3

    def __str__(self):
        return f"{self.model}, {self.configuration}{', XLA' * self.jit_compile}"


SMALL, WIDE_UNET, LARGE_UNET, MANY_UNET = (
    Configuration("unet", *numbers) for numbers in ((16, 32, 1), (64, 64, 2), (24, 128, 4), (32, 128, 16))
)
RESNET, MANY_RESNET, WIDE_RESNET, LARGE_RESNET = (
    Configuration("resnet", *numbers) for numbers in ((16, 64, 4), (32, 64, 8), (64, 64, 1), (32, 128, 2))
)
RESNET9 = Configuration("resnet", 64, 256, 1, n_blocks=9)  # the paper's
FITTED = (
    *map(Setting, (SMALL, WIDE_UNET, LARGE_UNET, MANY_UNET, RESNET, MANY_RESNET, WIDE_RESNET, LARGE_RESNET)),
    *(Setting(c, jit_compile=True) for c in (SMALL, WIDE_UNET, MANY_UNET, RESNET, LARGE_RESNET)),
)
HELD_OUT = (
    Setting(Configuration("unet", 24, 64, 4), jit_compile=True, disc_n_filters=16),  # the default of notebook 09
    Setting(Configuration("unet", 24, 64, 64)),
    Setting(Configuration("unet", 48, 128, 2)),
    Setting(Configuration("resnet", 16, 64, 32)),
    Setting(Configuration("resnet", 24, 96, 4)),
    Setting(RESNET9, n_steps=2),
    Setting(RESNET9, n_steps=2, jit_compile=True),
    Setting(Configuration("unet", 64, 256, 1, n_downsamplings=8), model="Pix2Pix"),  # the paper's
)


class Step:
    """The far end, see `benchmarks.worker`: a model that is trained once."""

    def __init__(self, configuration, model="CycleGAN", jit_compile=False, disc_n_filters=None):
        keras.utils.set_random_seed(0)
        self.configuration = configuration
        self.model = MODELS[model](
            input_dim=configuration.image_shape,
            generator_type=configuration.generator,
            gen_n_filters=configuration.n_filters,
            disc_n_filters=disc_n_filters or configuration.n_filters,
            gen_n_blocks=configuration.n_blocks,
            gen_n_downsamplings=configuration.n_downsamplings,
            disc_n_layers=configuration.disc_n_layers,
        )
        self.model.compile(jit_compile=jit_compile)

    def measure(self, n_steps):
        """Train. Answers {"parts": see `memory_parts`, "peak": bytes of this process at its highest}."""
        batch, size = self.configuration.batch, self.configuration.size
        images = np.random.default_rng(0).integers(0, 256, (n_steps * batch, size, size, 3), dtype=np.uint8)
        names = [str(i) for i in range(len(images))]
        domains, ids = dict.fromkeys(("train_a", "train_b", "test_a", "test_b"), images), ("names_a", "names_b")
        task = Task("noise", size, "A", "B", **domains, **dict.fromkeys((*ids, "names_test"), names), aligned=True)
        with tempfile.TemporaryDirectory() as folder:
            train(self.model, task, folder, epochs=1, batch_size=batch)
        return {"parts": memory_parts(self.model, batch), "peak": resident_memory()[1]}


def measure(setting):
    """One setting in a process of its own: what `Step.measure` answers.

    Raises:
        WorkerError: the process failed.
    """
    arguments = {"model": setting.model, "jit_compile": setting.jit_compile, "disc_n_filters": setting.disc_n_filters}
    with Client(Contender("ours", "memory", arguments), setting.configuration) as client:
        return client.ask("measure", setting.n_steps)


def fit(measured):
    """The factors, a dict as FACTORS, with the least squares of the relative errors; those of GIVEN stay.

    Args:
        measured: list of what `measure` returned.
    """
    free = [name for name in FACTORS if name not in GIVEN]
    peaks = np.array([one["peak"] for one in measured])
    parts = np.array([[one["parts"][name] for name in free] for one in measured])
    known = np.array([sum(FACTORS[name] * one["parts"][name] for name in GIVEN) for one in measured])
    parts, wanted = parts / peaks[:, None], 1 - known / peaks
    scale = parts.max(axis=0)  # columns of like size
    factors = np.linalg.lstsq(parts / scale, wanted)[0] / scale
    return {**dict(zip(free, map(float, factors), strict=True)), **{name: FACTORS[name] for name in GIVEN}}


def row(setting, found, factors, part):
    """A row of the CSV file: measured and estimated, in 10^6 bytes, and the estimate's relative error."""
    estimate = weighted_sum(found["parts"], factors)
    return {
        "setting": str(setting),
        "part": part,
        **setting.configuration.as_dict(),
        "disc_n_filters": setting.disc_n_filters or setting.configuration.n_filters,
        "jit_compile": setting.jit_compile,
        "peak_mb": found["peak"] / 1e6,
        "estimate_mb": estimate / 1e6,
        "error": estimate / found["peak"] - 1,
        **{f"part_{name}": value for name, value in found["parts"].items()},
    }


def as_text(rows, factors):
    """The rows, their largest errors, and the factors, for people."""
    lines = [
        f"{row['setting']:<58}{row['part']:<9} peak {row['peak_mb']:>5.0f} MB, estimate {row['estimate_mb']:>5.0f} MB "
        f"({row['error']:+.0%})"
        for row in rows
    ]
    for part in dict.fromkeys(row["part"] for row in rows):
        lines.append(f"largest error, {part}: {max(abs(row['error']) for row in rows if row['part'] == part):.0%}")
    return "\n".join([*lines, "FACTORS of studylib/training/memory.py:", *(f"{n} {f:.4g}" for n, f in factors.items())])
