"""The benchmark's parts: what it counts, that contenders do the same, and how measurements become a report."""

import csv
import inspect
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from benchmarks import __main__ as command
from benchmarks import configurations, counting, growth, measuring, ours, profiling, report, textbook, worker
from benchmarks.client import Client, WorkerError, python_with_torch
from benchmarks.configurations import CONFIGURATIONS, MATRIX_PRODUCT, TERMS, Configuration, Contender, draw_batch

from studylib.cyclegan import CycleGAN
from studylib.networks import layer_table, resnet_generator, unet_generator
from studylib.networks.fast import plain_convolutions

TINY = {
    "unet": Configuration("unet", 4, 16, 2, n_downsamplings=2, disc_n_layers=1),
    "resnet": Configuration("resnet", 4, 16, 1, n_blocks=1, disc_n_layers=1),
}


# ---- counting ----


def traced(function, *shapes):
    return tf.function(function).get_concrete_function(*(tf.TensorSpec(shape) for shape in shapes))


@pytest.mark.parametrize("network", [unet_generator((16, 16, 3), 4, 2), resnet_generator((16, 12, 3), 4, 1)])
def test_multiply_adds_of_a_pass_are_those_of_the_layer_table(network):
    function = traced(network, (5, *network.input_shape[1:]))
    assert counting.multiply_adds(function) == 5 * layer_table(network).multiply_adds > 0


def needed(model, batch):
    """What a step needs by the tables of its layers, if nothing in it is computed twice.

    A generator runs on its own reals, on the other domain's (identity), and on fakes (cycle). Only on fakes does the
    gradient go on to its input; elsewhere the first layer's part of it is spared. A discriminator runs on fakes for the
    generators, without gradients of its own weights, and on reals and shown fakes for itself.
    """
    total = 0
    for network, learning in ((model.g_AB, 3), (model.g_BA, 3), (model.d_A, 2), (model.d_B, 2)):
        layers = [row.multiply_adds for row in layer_table(network) if row.multiply_adds]
        total += (3 + learning) * sum(layers) + 3 * sum(layers) - 2 * layers[0]
    return total * batch


@pytest.mark.parametrize("kind", TINY)
def test_multiply_adds_of_a_step_are_what_its_layers_need(kind):
    step = ours.Step(TINY[kind])
    with plain_convolutions():
        assert step.count() == dict.fromkeys(("plain", "ours"), needed(step.model, TINY[kind].batch))


def test_matrix_products_are_counted_inside_functions_and_only_where_they_run():
    @tf.function
    def inner(x, y):
        tf.matmul(x, x, transpose_b=True)  # nobody asks for it
        return tf.matmul(x, y, transpose_a=True)

    assert counting.multiply_adds(traced(inner, (7, 2), (7, 3))) == 2 * 7 * 3
    assert counting.multiply_adds(traced(lambda x, y: inner(x, y) + inner(x, y), (7, 2), (7, 3))) == 2 * 2 * 7 * 3
    batched = traced(lambda x, y: tf.matmul(x, y, adjoint_a=True), (4, 7, 2), (4, 7, 3))
    assert counting.multiply_adds(batched) == 4 * 2 * 7 * 3


def test_what_cannot_be_counted_raises():
    kernel = tf.ones((3, 3, 2, 2))
    with pytest.raises(ValueError, match=r"static shapes. Received: \(None, 6, 6, 2\)"):
        counting.multiply_adds(traced(lambda x: tf.nn.conv2d(x, kernel, 1, "VALID"), (None, 8, 8, 2)))
    with pytest.raises(ValueError, match="loop or a branch"):
        counting.multiply_adds(traced(lambda x: tf.map_fn(lambda y: tf.matmul(y, y), x), (4, 3, 3)))
    with pytest.raises(ValueError, match="of type Einsum"):
        counting.multiply_adds(traced(lambda x: tf.einsum("ij,jk->ik", x, x), (3, 3)))


# ---- the contenders do the same ----


@pytest.mark.parametrize("kind", TINY)
def test_textbook_takes_the_steps_of_ours(kind, tmp_path):
    first, second = ours.Step(TINY[kind]), textbook.Step(TINY[kind], jit_compile=False)
    first.save(tmp_path / "weights.npz")
    second.load(tmp_path / "weights.npz")
    batch = draw_batch(TINY[kind])
    # The second step's losses also tell that the first one moved the weights alike.
    for tolerance in (1e-5, 1e-3):
        with plain_convolutions():  # the fast ones compile at each eager call; test_networks_fast.py has them
            expected = first.model.train_step(batch)
        found = second._train_step(*map(tf.constant, batch))
        assert set(found) == set(TERMS) < set(expected)
        for term in TERMS:
            assert float(found[term]) == pytest.approx(float(expected[term]), abs=tolerance), term


def test_every_contender_has_the_defaults_of_the_class():
    defaults = {name: p.default for name, p in inspect.signature(CycleGAN).parameters.items()}
    for name in ("LAMBDA_VALIDATION", "LAMBDA_RECONSTR", "LAMBDA_ID", "LEARNING_RATE"):
        assert getattr(configurations, name) == defaults[name.lower()]
    assert configurations.POOL_SIZE == defaults["buffer_max_length"]


def test_another_step_is_no_contender():
    same = dict.fromkeys(TERMS, 0.5)
    assert measuring.difference(({**same, "d_A": 0.5005}, {**same, "d_A": 0.53}), (same, same)) == ""
    for value in (0.503, float("nan")):
        found = measuring.difference(({**same, "d_A": value}, same), (same, same))
        assert found == f"another step: d_A is {value:.6f} in step 1, and 0.500000 in ours"
    found = measuring.difference((same, {**same, "cycle_B": 0.6}), (same, same))
    assert found == "another step: cycle_B is 0.600000 in step 2, and 0.500000 in ours"


# ---- worker processes ----


def test_a_worker_answers_and_says_what_went_wrong():
    with Client(Contender("peak", "matrix_product", {"sizes": [16, 32]}), TINY["unet"]) as client:
        found = client.ask("rate", 0.01)
        assert found["size"] in (16, 32) and 0 < found["rate"] < 1e15
        assert client.ask("versions").startswith("TensorFlow 2.")
        with pytest.raises(WorkerError, match="'matrix_product' failed at 'no_such_thing': AttributeError"):
            client.ask("no_such_thing")
    assert client.process.returncode is not None
    with pytest.raises(WorkerError, match="failed at 'no_such_contender': ModuleNotFoundError"):
        Client(Contender("none", "no_such_contender"), TINY["unet"])


def test_a_worker_that_dies_is_named_with_its_last_words(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'out of luck' >&2\nexit 3\n")
    python.chmod(0o755)
    with pytest.raises(WorkerError, match="ended with code 3 at 'matrix_product': out of luck"):
        Client(MATRIX_PRODUCT, TINY["unet"], python)


def test_interpreter_of_pytorch(tmp_path, monkeypatch):
    with_torch, without = tmp_path / "with", tmp_path / "without"
    for path, code in ((with_torch, 0), (without, 1)):
        path.write_text(f"#!/bin/sh\nexit {code}\n")
        path.chmod(0o755)
    assert python_with_torch(str(with_torch)) == str(with_torch)
    assert python_with_torch(str(without)) is None and python_with_torch(str(tmp_path / "missing")) is None
    monkeypatch.setenv("STUDYLIB_TORCH_PYTHON", str(with_torch))
    assert python_with_torch() == str(with_torch)


def test_resident_memory_grows_with_what_is_held():
    before, _ = worker.resident_memory()
    held = np.ones(50_000_000, "uint8")
    now, highest = worker.resident_memory()
    assert 40e6 < now - before < 80e6 or sys.platform != "linux"
    assert highest >= now > held.size


# ---- measuring and reporting ----


def test_everyone_has_as_many_turns_in_orders_that_change():
    seen = []
    tasks = {name: lambda name=name: seen.append(name) or len(seen) for name in "abc"}
    found = measuring.alternate(tasks, 8)
    rounds = ["".join(seen[i : i + 3]) for i in range(0, 24, 3)]
    assert [sorted(one) for one in rounds] == [["a", "b", "c"]] * 8 and len(set(rounds)) > 2
    assert sorted(sum(found.values(), [])) == list(range(1, 25))
    assert found["b"] == [seen.index("b", 3 * i) + 1 for i in range(8)]


@pytest.fixture
def measured():
    """Steps that take twice, and with XLA one and a half times as long as ours, on a machine that slows down."""
    noise = np.array([1.0, 2.0, 4.0])
    names = {"ours": 1.0, "ours, XLA": 0.8, "textbook": 2.0, "textbook, XLA": 1.5, "PyTorch": 1.25}
    seconds = {name: list(0.1 * factor * noise) for name, factor in names.items()}
    return measuring.Measurements(
        "unet-64-batch1",
        CONFIGURATIONS["unet-64-batch1"],
        multiply_adds={"plain": 5e9, "ours": 4e9},
        seconds=seconds,
        rates=list(100e9 / noise),
        matrix_size=2048,
        first_seconds=dict.fromkeys(names, 7.0),
        memory_start=dict.fromkeys(names, 600 * 2**20),
        memory_peak=dict.fromkeys(names, 850 * 2**20),
        n_steps=dict.fromkeys(names, 10),
        versions=dict.fromkeys(names, "TensorFlow 2.21.0"),
        missing={"PyTorch, channels last": "left out: no PyTorch here"},
    )


def test_ratios_are_taken_between_neighbours_in_time(measured):
    rows = {row["contender"]: row for row in report.rows(measured)}
    # The machine's pace changed by 4; every ratio is exact all the same.
    assert rows["ours"]["ms"] == pytest.approx(200)
    for suffix in ("", "_low", "_high"):
        assert rows["ours"]["to_textbook" + suffix] == pytest.approx(1.5)  # its faster form, with XLA
        assert rows["ours, XLA"]["to_textbook" + suffix] == pytest.approx(1.5 / 0.8)
        assert rows["ours"]["to_pytorch" + suffix] == pytest.approx(1.25)
        assert rows["ours"]["share_of_peak" + suffix] == pytest.approx(5e9 / 0.1 / 100e9)
    assert rows["textbook"]["to_textbook"] == pytest.approx(0.75)
    assert rows["ours"]["memory_of_steps_mb"] == 250 and rows["ours"]["peak_gflops"] == pytest.approx(100)


def test_spread_is_the_quartiles(measured):
    measured.seconds["textbook, XLA"] = [0.2, 0.2, 0.2]
    measured.seconds["ours"] = [0.1, 0.2, 0.4]  # ratios 2, 1, 1/2
    row = report.rows(measured)[0]
    assert (row["to_textbook_low"], row["to_textbook"], row["to_textbook_high"]) == pytest.approx((0.75, 1, 1.5))


def test_table_and_csv_say_the_same(measured, tmp_path):
    rows = report.rows(measured, machine=lambda: "a machine")
    lines = report.as_text(rows).splitlines()
    assert len(lines) == 1 + len(rows) == 7
    assert re.search(r"^ours +200\.0 +1\.50 \(1\.50-1\.50\) +1\.25 \(1\.25-1\.25\) +50% +850, 250 MB$", lines[1])
    assert re.search("^PyTorch, channels last +left out: no PyTorch here$", lines[-1])
    assert "5 G multiply-adds" in report.summary(measured) and "ours does 80%" in report.summary(measured)

    report.write_csv(rows, tmp_path / "deep" / "steps.csv")
    with open(tmp_path / "deep" / "steps.csv", encoding="utf-8", newline="") as file:
        stored = list(csv.DictReader(file))
    assert [row["contender"] for row in stored] == [row["contender"] for row in rows]
    assert float(stored[0]["to_textbook"]) == 1.5 and stored[0]["machine"] == "a machine" and stored[0]["date"]
    assert stored[-1]["ms"] == "" and stored[-1]["remark"].startswith("left out")


RESULTS = Path(report.__file__).parent / "results"


def test_readme_shows_the_ratios_that_were_measured():
    with open(RESULTS / "steps.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [*dict.fromkeys(row["configuration"] for row in rows)] == list(CONFIGURATIONS)
    assert all(int(row["alternations"]) >= 10 for row in rows if row["ms"])
    assert report.as_markdown(rows) in (RESULTS.parents[2] / "README.md").read_text(encoding="utf-8")


def test_readme_table_takes_our_faster_form(measured):
    rows = report.rows(measured)
    line = "| U-Net, 24 filters, 64 x 64, batch 1 | {} | {} | {} | {} |"
    assert report.as_markdown(rows).splitlines()[-1] == line.format("1.88", "1.56", "62%", "on")
    rows[1]["ms"] = 1000.0
    assert report.as_markdown(rows).splitlines()[-1] == line.format("1.50", "1.25", "50%", "off")


def test_without_pytorch_there_is_no_ratio_to_it(measured):
    del measured.seconds["PyTorch"]
    rows = report.rows(measured)
    assert "to_pytorch" not in rows[0] and re.search(r"\) +- ", report.as_text(rows).splitlines()[1])


def test_machine_line_names_the_cores():
    assert re.search(r"\d+ cores$", report.machine())


@pytest.mark.skipif(not hasattr(os, "getloadavg"), reason="platform: no load average")
def test_a_busy_machine_is_told(monkeypatch):
    monkeypatch.setattr(os, "getloadavg", lambda: (0.1, 3.0, 3.0))
    assert report.busy_elsewhere() == ""
    monkeypatch.setattr(os, "getloadavg", lambda: (1.7, 0.0, 0.0))
    assert "load 1.7 over the last minute" in report.busy_elsewhere()


def test_profile_finds_the_operations_of_a_step():
    product = tf.function(lambda x: tf.nn.relu(tf.matmul(x, x)))
    x = tf.ones((300, 300))
    found = profiling.profile(lambda n: (n, [product(x) for _ in range(n)]), 4)
    runs = {kind: n for kind, _, n in found["operations"]}
    assert any("MatMul" in kind and n == 1 for kind, n in runs.items())
    table = profiling.as_text(found)
    assert "MatMul" in table and sum(float(share) for share in re.findall(r"([\d.]+)%", table)) == pytest.approx(100, 1)


# ---- growth ----


@pytest.mark.parametrize("power", [-1, 0, 0.5, 1, 2.3])
def test_exponent_of_a_power_law(power):
    x = np.array([1, 2, 5, 9])
    assert growth.exponent(x, 0.03 * x ** float(power)) == pytest.approx(power, abs=1e-12)


def test_growth_is_tabled_and_drawn():
    series = [
        growth.Series(network, axis, x, [0.01 * v**power for v in x], [2**20 * v for v in x])
        for network, power in (("U-Net", 0.8), ("ResNet-6", 1.1))
        for axis, x in (("size", [1024, 4096, 16384]), ("batch", [1, 2, 4]))
    ]
    rows = growth.rows(series)
    assert len(rows) == 12 and rows[1]["x"] == 4096 and rows[1]["memory_of_steps_mb"] == 4096
    assert rows[1]["exponent_of_time"] == pytest.approx(0.8) and rows[1]["exponent_of_memory"] == pytest.approx(1)
    axes = growth.draw(series).axes
    assert [axis.get_xlabel() for axis in axes] == ["pixels of an image", "images in a batch"] * 2
    legends = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert legends == ["U-Net: exponent 0.80", "ResNet-6: exponent 1.10"]


# ---- the command line ----


def test_quick_is_less_of_everything_and_gives_way_to_what_is_asked():
    slow, quick = command.parse([]), command.parse(["--quick", "--alternations", "4"])
    assert slow.alternations >= 10 and slow.configurations == list(CONFIGURATIONS)
    assert quick.alternations == 4 and quick.seconds < slow.seconds and set(quick.configurations) < set(CONFIGURATIONS)


@pytest.mark.parametrize("arguments", [["--alternations", "0"], ["--seconds", "-1"], ["--growth", "--steps"]])
def test_bad_options_end_with_a_sentence(arguments, capsys):
    with pytest.raises(SystemExit):
        command.parse(arguments)
    assert arguments[0] in capsys.readouterr().err


def test_steps_are_written_after_each_configuration(measured, tmp_path, monkeypatch, capsys):
    def measure(name, *_):
        if name != "unet-64-batch1":
            raise WorkerError("'ours' failed")
        return measured

    monkeypatch.setattr(command, "measure", measure)
    monkeypatch.setattr(report, "busy_elsewhere", lambda: "")
    arguments = ["--steps", "--folder", str(tmp_path), "--configurations", "unet-64-batch1", "resnet6-64-batch1"]
    assert command.main(arguments) == 1
    assert "unet-64-batch1" in (tmp_path / "steps.csv").read_text(encoding="utf-8")
    assert capsys.readouterr().err == "The benchmark stopped: 'ours' failed\n"
