"""Several replicas, on one machine and on two workers: they train as one device would, and outlive a killed worker."""

import os
import signal
import time
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from distributed_runs import (
    BATCH,
    EPOCHS,
    LAST_CHECKPOINT,
    SEED,
    STEPS_PER_EPOCH,
    end,
    run_tiny,
    said,
    start,
    start_cluster,
    tiny_gan,
    tiny_task,
)

from studylib.cyclegan import TERMS
from studylib.schedule import ConstantThenLinear
from studylib.training import RunFolder, read_history, train, train_distributed
from studylib.training.distributed import distributed_batches, images_per_replica

posix = pytest.mark.skipif(os.name == "nt", reason="platform: SIGKILL, and TensorFlow's cluster")


def weights_of(gan):
    return [v.numpy() for v in (*gan.generator_variables, *gan.discriminator_variables, *gan.average.averages)]


def state_of(path):
    """Everything that a saved model holds, its optimizers included."""
    gan = keras.models.load_model(path)
    parts = (gan, gan.generator_optimizer, gan.discriminator_optimizer)
    return [np.array(v) for part in parts for v in part.variables]


def stored_in(path):
    """The arrays of an .npz file, in their order."""
    with np.load(path) as stored:
        return list(stored.values())


def assert_all_equal(values, others, **tolerance):
    for x, y in zip(values, others, strict=True):
        np.testing.assert_allclose(x, y, **{"rtol": 0, "atol": 0, **tolerance})


# ---- one device as the oracle ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh_gan():
    return tiny_gan()


@pytest.fixture(scope="module")
def one_device(fresh_gan):
    """All steps by hand, without pools: mean losses of the epochs, fakes of the steps, weights in the end."""
    gan = tiny_gan(buffer_max_length=0)
    assert_all_equal(weights_of(gan), weights_of(fresh_gan))
    gan.set_learning_rate(ConstantThenLinear(0.01, 3, 3))
    losses, fakes = [], []
    batches = iter(tiny_task().pipeline(BATCH, SEED, first_step=0))
    for _ in range(EPOCHS * STEPS_PER_EPOCH):
        real_A, real_B = next(batches)
        fakes.append((gan.g_BA(real_B).numpy(), gan.g_AB(real_A).numpy()))
        terms = gan.train_step((real_A, real_B))
        losses.append([float(terms[term]) for term in TERMS])
    losses = np.reshape(losses, (EPOCHS, STEPS_PER_EPOCH, -1)).mean(1).T
    return types.SimpleNamespace(losses=dict(zip(TERMS, losses, strict=True)), fakes=fakes, weights=weights_of(gan))


@pytest.fixture(scope="module")
def on_two_devices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "devices"
    codes = end([start("two_devices", str(folder))])
    assert codes == [0], said(folder, 0)
    return folder


@pytest.fixture(scope="module")
def on_two_workers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "workers"
    codes = end(start_cluster(str(folder), "erring_worker"))
    assert codes == [-signal.SIGKILL, 0], said(folder, 0) + said(folder, 1)
    return folder


@pytest.mark.parametrize("run", ["fit", "loop"])
def test_two_devices_equal_one(fresh_gan, one_device, on_two_devices, run):
    history = read_history(on_two_devices / run)
    for term in TERMS:
        np.testing.assert_allclose(history[term], one_device.losses[term], rtol=1e-4)
    gan = keras.models.load_model(on_two_devices / run / "checkpoints" / LAST_CHECKPOINT / "model.keras")
    assert_all_equal(weights_of(gan), one_device.weights, atol=1e-4)
    moved = [abs(x - y).max() for x, y in zip(weights_of(fresh_gan), one_device.weights, strict=True)]
    assert max(moved) > 1e-2  # else the line before would prove nothing


def test_fit_on_two_devices_reports_their_means_and_leaves_xla_off(on_two_devices):
    history = read_history(on_two_devices / "fit")
    jit_compile, means = stored_in(on_two_devices / "fit.npz")
    assert not jit_compile
    assert means.tolist() == pytest.approx([history[term][-1] for term in TERMS], rel=1e-4)


def test_model_of_two_devices_goes_on_on_one(on_two_devices):
    gan = keras.models.load_model(on_two_devices / "run" / "checkpoints" / LAST_CHECKPOINT / "model.keras")
    restored = stored_in(on_two_devices / "pools.npz")[0]
    np.testing.assert_array_equal([gan.pool_A.images, gan.pool_B.images], restored[:, 0])
    assert [o.loss_scale_factor for o in (gan.generator_optimizer, gan.discriminator_optimizer)] == [None, None]
    terms = gan.train_step(next(iter(tiny_task().pipeline(BATCH, SEED))))
    assert np.isfinite([terms[term] for term in TERMS]).all()


def test_every_replica_has_a_pool_of_its_own_fakes(one_device, on_two_devices):
    _, first_epoch, *_ = stored_in(on_two_devices / "pools.npz")
    for which in range(2):
        for replica in range(2):
            own = [fakes[which][2 * replica : 2 * replica + 2] for fakes in one_device.fakes[:STEPS_PER_EPOCH]]
            np.testing.assert_allclose(first_epoch[which, replica], np.concatenate(own), atol=1e-4)


def test_every_replica_gets_its_own_pool_back(on_two_devices):
    restored, *_, last_epoch = stored_in(on_two_devices / "pools.npz")
    np.testing.assert_array_equal(restored, last_epoch)
    assert (restored[:, 0] != restored[:, 1]).any()


def test_pool_of_a_run_on_one_device_goes_to_all_replicas(on_two_devices):
    given, (trained, *_) = np.load(on_two_devices / "of_one_device.npy"), stored_in(on_two_devices / "pools.npz")
    for replica in range(2):
        np.testing.assert_array_equal(given[:, replica], trained[:, 0])


def test_damaged_pools_are_a_damaged_checkpoint(on_two_devices):
    words = (on_two_devices / "words").read_text()
    assert words.startswith("4\n") and f"{LAST_CHECKPOINT} is damaged" in words


@posix
def test_two_workers_equal_two_devices_and_one(one_device, on_two_devices, on_two_workers):
    workers, devices = read_history(on_two_workers), read_history(on_two_devices / "run")
    assert workers["step"] == [2, 4, 6]
    for term in TERMS:
        assert workers[term][0] == pytest.approx(one_device.losses[term][0], rel=1e-4), term
        assert workers[term] == pytest.approx(devices[term], rel=1e-3), term  # here the pools are at work
    models = [keras.models.load_model(path / "model.keras") for path in (on_two_workers, on_two_devices / "run")]
    assert_all_equal(*map(weights_of, models), atol=1e-3)
    kept = sorted(path.name for path in (on_two_workers / "checkpoints").iterdir())
    assert kept == ["step_000000004", LAST_CHECKPOINT]
    assert not list(on_two_workers.parent.glob("studylib_worker_*"))  # where the second one saved
    assert "6/6" in said(on_two_workers, 0) and "6/6" not in said(on_two_workers, 1)  # only the chief reports


@posix
def test_killed_worker_is_started_again_and_nothing_is_lost(on_two_workers, tmp_path):
    folder = tmp_path / "run"
    workers = start_cluster(str(folder))
    until = time.monotonic() + 600
    while not (folder / "checkpoints" / "step_000000002").exists() and time.monotonic() < until:
        time.sleep(0.01)
    if [process.poll() for process in workers] != [None, None]:
        end(workers, seconds=0)
        pytest.fail(said(folder, 0) + said(folder, 1))
    moment = np.random.default_rng(SEED).uniform(0, 0.1)
    print(f"killed {moment:.3f} s after a checkpoint")
    time.sleep(moment)
    workers[1].kill()
    chief, _ = end(workers)
    assert chief != 0 and not (folder / "model.keras").exists(), "the run ended before the worker was killed"
    assert "Another worker was lost" in said(folder, 0) and "Start all workers again" in said(folder, 0)
    assert len(read_history(folder).get("step", ())) < EPOCHS

    assert end(start_cluster(str(folder))) == [0, 0], said(folder, 0) + said(folder, 1)
    histories = [read_history(path) for path in (folder, on_two_workers)]
    assert histories[0]["step"] == histories[1]["step"]
    for term in TERMS:
        assert histories[0][term] == pytest.approx(histories[1][term], rel=1e-3), term
    states = [state_of(path / "checkpoints" / LAST_CHECKPOINT / "model.keras") for path in (folder, on_two_workers)]
    assert_all_equal(*states, atol=1e-4)
    pools = [stored_in(path / "checkpoints" / LAST_CHECKPOINT / "pools.npz") for path in (folder, on_two_workers)]
    assert_all_equal(*pools, atol=1e-3)


# ---- one replica -----------------------------------------------------------------------------------------------------


def test_loop_on_one_device_equals_train(tmp_path, capsys):
    runs = {"loop": train_distributed, "fit": train}
    rows = {name: run_tiny(tiny_gan(), tmp_path / name, trainer) for name, trainer in runs.items()}
    last = f"checkpoints/{LAST_CHECKPOINT}/model.keras"
    assert_all_equal(state_of(tmp_path / "loop" / last), state_of(tmp_path / "fit" / last))
    for row, other in zip(rows["loop"], rows["fit"], strict=True):
        assert {**row, "seconds": 0} == {**other, "seconds": 0}
    assert (tmp_path / "loop" / "config.json").read_text() == (tmp_path / "fit" / "config.json").read_text()
    gan = tiny_gan()
    capsys.readouterr()
    run_tiny(gan, tmp_path / "loop", train)  # each takes up what the other has left
    assert "is finished: 3 epochs" in capsys.readouterr().out
    assert_all_equal(weights_of(gan), weights_of(keras.models.load_model(tmp_path / "fit" / "model.keras")))
    assert [folder.name for folder in RunFolder(tmp_path / "fit").checkpoints()][-1] == LAST_CHECKPOINT


def test_compiled_again_outside_the_scope():
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        gan = tiny_gan()
    gan.compile(run_eagerly=True)
    before = weights_of(gan)
    losses = gan.fit(tiny_task().pipeline(BATCH, SEED).take(1), verbose=0).history
    assert np.isfinite([losses[term] for term in TERMS]).all()
    assert any((x != y).any() for x, y in zip(before, weights_of(gan), strict=True))


# ---- shares ----------------------------------------------------------------------------------------------------------


class Worker:
    """What `distributed_batches` asks of a strategy, for one of two workers with two replicas each."""

    num_replicas_in_sync = 4

    def __init__(self, number):
        self.context = tf.distribute.InputContext(2, number, self.num_replicas_in_sync)

    def distribute_datasets_from_function(self, function):
        return function(self.context)


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize(("augment", "shift"), [(False, 0), (True, 0), (True, 2)])
def test_shares_together_are_the_batch_of_one_device(paired, augment, shift):
    task, first_step = tiny_task(paired, shift), 3
    whole = iter(task.pipeline(8, SEED, augment, first_step=first_step))
    workers = [distributed_batches(Worker(number), task, 8, SEED, augment, first_step) for number in range(2)]
    for _ in range(3):
        shares = [next(worker) for worker in workers for _ in range(2)]
        for domain, expected in enumerate(next(whole)):
            assert [len(share[domain]) for share in shares] == [2] * 4
            np.testing.assert_array_equal(np.concatenate([share[domain] for share in shares]), expected)


def test_share_must_be_equal():
    assert images_per_replica(12, Worker(0)) == 3
    with pytest.raises(ValueError, match=r"all 4 replicas .* must be a multiple of 4\. Received: batch_size=10"):
        images_per_replica(10, Worker(0))
    with pytest.raises(ValueError, match="batch_size must be a whole number"):
        images_per_replica(0, Worker(0))


@pytest.mark.parametrize(
    "changes", [{"epochs": 0}, {"batch_size": -1}, {"constant_share": 1.5}, {"checkpoint_steps": 0}, {"seed": -1}]
)
def test_bad_arguments_are_named(fresh_gan, tmp_path, changes):
    ((name, value),) = changes.items()
    with pytest.raises(ValueError, match=f"{name} must be .*Received: {name}={value}"):
        run_tiny(fresh_gan, tmp_path, **changes)
    assert not list(tmp_path.iterdir())
