"""The estimate of a training's memory: its parts counted by hand, its factors against a measured process."""

import csv
import sys
from types import SimpleNamespace

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf
from benchmarks import __main__ as command
from benchmarks import memory as benchmark
from benchmarks.client import WorkerError
from benchmarks.configurations import Configuration
from test_training import run_tiny, tiny_gan

from studylib.cyclegan import CycleGAN
from studylib.gan import GAN
from studylib.pix2pix import Pix2Pix
from studylib.training import estimated_memory, memory_sentence
from studylib.training.memory import FACTORS, PASSES, memory_parts, weighted_sum

TOLERANCE = 0.25  # what is promised
TINY = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 3, "disc_n_layers": 1}

# Values of all normalized feature maps, counted by hand for one image of 8 x 8 pixels: the generator's down 2, up 3 and
# up 2 (not the first level, nor the core), and the discriminator's second convolution, 4 x 4 on 4 x 4 and a border.
GENERATOR = 2 * 2 * 4 + 2 * 2 * 4 + 4 * 4 * 2
DISCRIMINATOR = 3 * 3 * 4


# ---- the parts -------------------------------------------------------------------------------------------------------


def test_parts_of_cyclegan_are_those_counted_by_hand():
    gan = CycleGAN((8, 8, 3), buffer_max_length=7, **TINY)
    gan.compile(jit_compile=True)
    parts = memory_parts(gan, batch_size=5)
    assert parts["activations"] == 4 * 5 * 3 * (2 * GENERATOR + 2 * DISCRIMINATOR)
    assert parts["parameters"] == 4 * sum(network.count_params() for network in (gan.g_AB, gan.g_BA, gan.d_A, gan.d_B))
    assert parts["pools"] == 2 * 4 * (7 * 8 * 8 * 3 + 1)  # images, and how many were seen
    assert parts["layers"] == 2 * (len(gan.g_AB.layers) + len(gan.d_A.layers))
    assert parts["xla"] == 1 and parts["process"] == 1 and set(parts) == set(FACTORS)


def test_parts_of_pix2pix_are_those_counted_by_hand():
    model = Pix2Pix((8, 8, 3), **TINY)
    model.compile(jit_compile=False)
    parts = memory_parts(model, batch_size=5)
    assert parts["activations"] == 4 * 5 * (GENERATOR + 3 * DISCRIMINATOR)
    assert parts["parameters"] == 4 * model.count_params() and parts["pools"] == parts["xla"] == 0


@pytest.mark.parametrize("kind", [CycleGAN, Pix2Pix])
def test_passes_are_those_of_the_step(kind, monkeypatch):
    model, seen, call = kind((8, 8, 3), **TINY), {}, keras.Model.__call__
    names = {id(getattr(model, name)): name for name in PASSES[kind]}

    def spy(network, images, *arguments, **keywords):
        if id(network) in names:
            seen[names[id(network)]] = seen.get(names[id(network)], 0) + images.shape[0]
        return call(network, images, *arguments, **keywords)

    monkeypatch.setattr(keras.Model, "__call__", spy)
    model.train_step(tuple(np.zeros((2, 2, 8, 8, 3), "float32")))
    assert {name: n_images / 2 for name, n_images in seen.items()} == PASSES[kind]


def test_estimate_grows_with_whatever_takes_more():
    def estimate(batch_size=2, size=32, jit_compile=False, **changes):
        gan = CycleGAN((size, size, 3), **{"buffer_max_length": 6, **TINY, **changes})
        gan.compile(jit_compile=jit_compile)
        return estimated_memory(gan, batch_size)

    small = estimate()
    assert isinstance(small, int) and 0.3e9 < small < 2e9
    for more in (
        {"batch_size": 3}, {"size": 64}, {"gen_n_filters": 4}, {"disc_n_filters": 4}, {"gen_n_downsamplings": 4},
        {"buffer_max_length": 50}, {"jit_compile": True},
    ):  # fmt: skip
        assert estimate(**more) > small, more
    # Only the activations know the batch, and they are proportional to it.
    assert estimate(batch_size=5) - estimate(batch_size=3) == pytest.approx(2 * (estimate(batch_size=3) - small), abs=9)


def test_a_model_for_any_size_is_counted_at_the_size_it_is_trained_on():
    fixed, free = (CycleGAN((*size, 3), buffer_max_length=0, **TINY) for size in ((16, 16), (None, None)))
    assert estimated_memory(free, 2, image_size=16) == estimated_memory(fixed, 2)
    assert estimated_memory(fixed, 2, image_size=99) == estimated_memory(fixed, 2)
    with pytest.raises(ValueError, match="say which it is trained on: image_size, .* Received: image_size=None"):
        estimated_memory(free, 2)


def test_what_cannot_be_estimated_is_said():
    with pytest.raises(ValueError, match="for CycleGAN and Pix2Pix. Received: a model of kind GAN"):
        estimated_memory(GAN((2,)), 2)
    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1. Received: batch_size=0"):
        estimated_memory(tiny_gan(), 0)


# ---- the sentence ----------------------------------------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch):
    """A machine without a GPU: set .available, bytes that are free, and .rss, bytes that this process holds."""
    readings = SimpleNamespace(available=8.3e9, rss=0)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: readings)
    monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(memory_info=lambda: readings))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])
    return readings


def test_enough_memory_is_said_in_one_sentence(machine):
    needed, sentence = estimated_memory(tiny_gan(), 2) / 1e9, memory_sentence(tiny_gan(), 2)
    assert sentence == f"This training needs about {needed:.1f} GB of memory; 8.3 GB are free here."


def test_too_little_memory_is_a_warning_with_the_way_out(machine):
    machine.available = 0.31e9
    sentence = memory_sentence(tiny_gan(), 2)
    assert sentence.startswith("WARNING: this training needs about ") and "only 0.3 GB are free here" in sentence
    assert "Take a smaller batch_size, a smaller image_size or fewer filters, or close other programs." in sentence
    assert "batch_size" not in memory_sentence(tiny_gan(), 1)  # it cannot be smaller


def test_what_the_process_holds_already_is_not_needed_again(machine):
    needed = estimated_memory(tiny_gan(), 2)
    machine.available = needed - 0.2e9
    assert memory_sentence(tiny_gan(), 2).startswith("WARNING")
    machine.rss = 0.21e9
    assert memory_sentence(tiny_gan(), 2).startswith("This training needs")
    # An earlier training in this process is no help to the next one.
    machine.available, machine.rss = needed - FACTORS["process"] - 0.1e9, 50e9
    assert memory_sentence(tiny_gan(), 2).startswith("WARNING")


def test_nothing_is_said_where_nothing_is_known(machine, monkeypatch):
    assert memory_sentence(GAN((2,)), 2) == ""
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"] if kind == "GPU" else [])
    assert memory_sentence(tiny_gan(), 2) == ""


def test_train_says_it_before_the_first_step_and_not_of_a_finished_run(machine, tmp_path, capsys):
    gan, _ = run_tiny(tmp_path, epochs=1)
    out, sentence = capsys.readouterr().out, memory_sentence(gan, 2)
    assert out.count(sentence) == 1 and out.index(sentence) < out.index("0/4")
    run_tiny(tmp_path, epochs=1)
    assert "needs about" not in capsys.readouterr().out


# ---- the factors -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="platform: the factors were fitted on Linux")
def test_estimate_is_what_a_process_takes():
    found = benchmark.measure(benchmark.Setting(Configuration("unet", 20, 48, 3), n_steps=1))
    estimate = weighted_sum(found["parts"], FACTORS)
    assert estimate == pytest.approx(found["peak"], rel=TOLERANCE), found
    # Without what depends on the model it would be far off: the test can fail.
    assert FACTORS["process"] < (1 - TOLERANCE) * found["peak"]


def synthetic(factors, n=12):
    """Measurements of a machine that has exactly these factors."""
    draw, made = np.random.default_rng(0), []
    for i in range(n):
        sizes = {name: float(draw.uniform(1e6, 500e6)) for name in ("parameters", "activations", "pools")}
        parts = {**sizes, "process": 1, "layers": int(draw.integers(40, 300)), "xla": i % 2}
        made.append({"parts": parts, "peak": weighted_sum(parts, factors)})
    return made


def test_fit_finds_the_factors():
    factors = {name: 1.3 * factor for name, factor in FACTORS.items()} | {"pools": FACTORS["pools"]}
    assert benchmark.fit(synthetic(factors)) == pytest.approx(factors, rel=1e-6)


def test_command_fits_on_one_part_and_judges_on_another(tmp_path, monkeypatch, capsys):
    found = iter(synthetic(FACTORS, len(benchmark.FITTED)) + synthetic({**FACTORS, "process": 0}, 9))
    monkeypatch.setattr(benchmark, "measure", lambda setting: next(found))
    assert not set(benchmark.FITTED) & set(benchmark.HELD_OUT)
    assert command.main(["--memory", "--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "largest error, fitted: 0%" in out and "largest error, held out: 0%" not in out
    assert f"parameters {FACTORS['parameters']:.4g}" in out
    with open(tmp_path / "memory.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["part"] for row in rows].count("held out") == len(benchmark.HELD_OUT) >= 4
    held_out = [row for row in rows if row["part"] == "held out"]
    assert all(float(row["error"]) > 0 and row["machine"] for row in held_out)
    row = held_out[0]
    assert float(row["error"]) == pytest.approx(float(row["estimate_mb"]) / float(row["peak_mb"]) - 1, rel=1e-3)


def test_a_failed_measurement_ends_with_a_sentence(tmp_path, monkeypatch, capsys):
    def fails(setting):
        raise WorkerError("the process was ended")

    monkeypatch.setattr(benchmark, "measure", fails)
    assert command.main(["--memory", "--folder", str(tmp_path)]) == 1
    assert "The benchmark stopped: the process was ended" in capsys.readouterr().err
