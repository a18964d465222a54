"""Several replicas, on one machine and on two workers: they train as one device would, and outlive a killed worker."""

import json
import os
import socket
import subprocess
import sys
import time
import types
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.cyclegan import TERMS, CycleGAN
from studylib.data import Task
from studylib.optimizers import FusedAdam
from studylib.training import RunFolder, choose_strategy, read_history, train, train_distributed
from studylib.training.cluster import check_tf_config, number_of_worker
from studylib.training.distributed import distributed_batches, images_per_replica
from studylib.training.shared_run_folder import SharedRunFolder

BATCH, EPOCHS, STEPS_PER_EPOCH, SEED = 4, 3, 2, 5
LAST_CHECKPOINT = "step_000000006"
posix = pytest.mark.skipif(os.name == "nt", reason="platform: SIGKILL, and TensorFlow's cluster")


def tiny_task(paired=False):
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 16, 16, 3), dtype=np.uint8)
    names = [str(i) for i in range(8)]
    return Task("test/tiny", 16, "A", "B", *images, names, names, names, aligned=False, paired=paired)


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


# ---- children --------------------------------------------------------------------------------------------------------


def start(function, folder, **environment):
    """Call a function of this file with a folder in a process of its own; its words go to <folder>_<n>.log."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import test_distributed; {}(sys.argv[2])"
    number = json.loads(environment["TF_CONFIG"])["task"]["index"] if environment else 0
    with open(f"{folder}_{number}.log", "w") as log:
        return subprocess.Popen(
            [sys.executable, "-c", program.format(f"test_distributed.{function}"), os.path.dirname(__file__), folder],
            stdout=log,
            stderr=log,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "no_proxy": "127.0.0.1", **environment},
        )


def start_cluster(folder):
    """Two workers on free ports of this machine."""
    sockets = [socket.socket() for _ in range(2)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    cluster = {"worker": [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]}
    for each in sockets:
        each.close()
    tasks = [{"type": "worker", "index": index} for index in range(2)]
    return [start("worker", folder, TF_CONFIG=json.dumps({"cluster": cluster, "task": task})) for task in tasks]


def end(processes, seconds=60):
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
    run_tiny(gan, folder, checkpoint_steps=2)


def two_devices(folder):
    """Two virtual devices: `fit`, then the loop, then its checkpoint restored whole and damaged."""
    folder = Path(folder)
    folder.mkdir()
    one, two = [tf.config.LogicalDeviceConfiguration() for _ in range(2)]
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [one, two])
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

    def pools(gan):
        locals_ = [strategy.experimental_local_results(pool.images.value) for pool in (gan.pool_A, gan.pool_B)]
        return [[v.numpy() for v in replicas] for replicas in locals_]

    with strategy.scope():
        gan = tiny_gan(run_eagerly=False, jit_compile=True)
    batches = tiny_task().pipeline(BATCH, SEED, first_step=0)
    losses = gan.fit(batches, steps_per_epoch=STEPS_PER_EPOCH, shuffle=False, verbose=0).history
    np.savez(folder / "fit.npz", [losses[term][0] for term in TERMS], gan.jit_compile, *pools(gan), *weights_of(gan))
    gan.save(folder / "fit.keras")

    for name, trainer, options in (("fit", train, {}), ("run", train_distributed, {"checkpoint_steps": 2})):
        with strategy.scope():
            gan = tiny_gan()
        run_tiny(gan, folder / name, trainer, **options)
    trained = pools(gan)
    run = SharedRunFolder(folder / "run", strategy)
    with strategy.scope():
        gan = tiny_gan()
    gan.set_learning_rate(keras.optimizers.schedules.ExponentialDecay(0.01, 1, 1.0))  # no variable, as in the run
    run.restore(gan)
    np.savez(folder / "pools.npz", trained, pools(gan))
    (run.checkpoints_path / LAST_CHECKPOINT / "pools.npz").write_bytes(b"PK damaged")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        state = run.restore(gan)
    (folder / "words").write_text(f"{state['step']}\n" + "\n".join(str(warning.message) for warning in caught))


# ---- one device as the oracle ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh_gan():
    return tiny_gan()


@pytest.fixture(scope="module")
def one_device():
    """One epoch, step by step: the mean losses, the weights before and after, and the fakes of each step."""
    gan = tiny_gan(buffer_max_length=0)
    before, losses, fakes = weights_of(gan), [], []
    batches = iter(tiny_task().pipeline(BATCH, SEED, first_step=0))
    for _ in range(STEPS_PER_EPOCH):
        real_A, real_B = next(batches)
        fakes.append((gan.g_BA(real_B).numpy(), gan.g_AB(real_A).numpy()))
        terms = gan.train_step((real_A, real_B))
        losses.append([float(terms[term]) for term in TERMS])
    return types.SimpleNamespace(before=before, losses=np.mean(losses, 0), after=weights_of(gan), fakes=fakes)


@pytest.fixture(scope="module")
def on_two_devices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "devices"
    codes = end([start("two_devices", str(folder))])
    assert codes == [0], said(folder, 0)
    return folder


@pytest.fixture(scope="module")
def on_two_workers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "workers"
    codes = end(start_cluster(str(folder)))
    assert codes == [0, 0], said(folder, 0) + said(folder, 1)
    return folder


def test_fit_on_two_devices_equals_one(one_device, on_two_devices):
    losses, jit_compile, pool_A, pool_B, *weights = stored_in(on_two_devices / "fit.npz")
    np.testing.assert_allclose(losses, one_device.losses, rtol=1e-4)
    assert_all_equal(weights, one_device.after, atol=1e-4)
    moved = [abs(x - y).max() for x, y in zip(one_device.before, one_device.after, strict=True)]
    assert max(moved) > 1e-2  # else the line before would prove nothing
    assert not jit_compile
    for pool, which in ((pool_A, 0), (pool_B, 1)):
        for replica in range(2):
            own = [fakes[which][2 * replica : 2 * replica + 2] for fakes in one_device.fakes]
            np.testing.assert_allclose(pool[replica], np.concatenate(own), atol=1e-4)


def test_model_of_two_devices_goes_on_on_one(on_two_devices):
    _, _, pool_A, _, *weights = stored_in(on_two_devices / "fit.npz")
    gan = keras.models.load_model(on_two_devices / "fit.keras")
    assert_all_equal(weights_of(gan), weights)
    np.testing.assert_array_equal(gan.pool_A.images.numpy(), pool_A[0])
    assert [o.loss_scale_factor for o in (gan.generator_optimizer, gan.discriminator_optimizer)] == [None, None]
    losses = gan.fit(tiny_task().pipeline(BATCH, SEED).take(1), verbose=0).history
    assert np.isfinite([losses[term] for term in TERMS]).all()


def test_every_replica_gets_its_own_pool_back(on_two_devices):
    trained, restored = stored_in(on_two_devices / "pools.npz")
    np.testing.assert_array_equal(trained, restored)
    assert (trained[:, 0] != trained[:, 1]).any()


def test_damaged_pools_are_a_damaged_checkpoint(on_two_devices):
    words = (on_two_devices / "words").read_text()
    assert words.startswith("4\n") and f"{LAST_CHECKPOINT} is damaged" in words


def test_fit_and_loop_on_two_devices_are_one(on_two_devices):
    histories = [read_history(on_two_devices / name) for name in ("fit", "run")]
    for term in TERMS:
        assert histories[0][term] == pytest.approx(histories[1][term], rel=1e-3), term
    models = [keras.models.load_model(on_two_devices / name / "model.keras") for name in ("fit", "run")]
    assert_all_equal(*map(weights_of, models), atol=1e-3)
    pools = stored_in(on_two_devices / "fit" / "checkpoints" / LAST_CHECKPOINT / "pools.npz")
    trained, _ = stored_in(on_two_devices / "pools.npz")
    assert_all_equal(pools, trained, atol=1e-2)


@posix
def test_two_workers_equal_two_devices_and_one(one_device, on_two_devices, on_two_workers):
    histories = [read_history(on_two_workers), read_history(on_two_devices / "run")]
    assert histories[0]["step"] == [2, 4, 6]
    for term, expected in zip(TERMS, one_device.losses, strict=True):
        assert histories[0][term][0] == pytest.approx(expected, rel=1e-4), term
        assert histories[0][term] == pytest.approx(histories[1][term], rel=1e-3), term  # here the pools are at work
    models = [keras.models.load_model(path / "model.keras") for path in (on_two_workers, on_two_devices / "run")]
    assert_all_equal(weights_of(models[0]), weights_of(models[1]), atol=1e-3)
    kept = sorted(path.name for path in (on_two_workers / "checkpoints").iterdir())
    assert kept == ["step_000000004", LAST_CHECKPOINT]
    assert "6/6" in said(on_two_workers, 0) and "6/6" not in said(on_two_workers, 1)  # only the chief reports


@posix
def test_killed_worker_is_started_again_and_nothing_is_lost(on_two_workers, tmp_path):
    folder = tmp_path / "run"
    workers = start_cluster(str(folder))
    until = time.monotonic() + 60
    while not (folder / "checkpoints" / "step_000000002").exists() and time.monotonic() < until:
        time.sleep(0.01)
    if [process.poll() for process in workers] != [None, None]:
        end(workers, seconds=0)
        pytest.fail(said(folder, 0) + said(folder, 1))
    time.sleep(np.random.default_rng().uniform(0, 0.2))
    workers[1].kill()
    chief, _ = end(workers)
    assert chief != 0 and not (folder / "model.keras").exists(), "the run ended before the worker was killed"
    assert "Another worker was lost" in said(folder, 0) and "Start all workers again" in said(folder, 0)
    assert len(read_history(folder).get("step", ())) < EPOCHS

    assert end(start_cluster(str(folder))) == [0, 0], said(folder, 0) + said(folder, 1)
    for name in ("model.keras", f"checkpoints/{LAST_CHECKPOINT}/model.keras"):
        assert_all_equal(state_of(folder / name), state_of(on_two_workers / name))
    pools = [stored_in(path / "checkpoints" / LAST_CHECKPOINT / "pools.npz") for path in (folder, on_two_workers)]
    assert_all_equal(*pools)
    histories = [read_history(path) for path in (folder, on_two_workers)]
    assert all(histories[0][term] == histories[1][term] for term in ("step", *TERMS))


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
@pytest.mark.parametrize("augment", [False, True])
def test_shares_together_are_the_batch_of_one_device(paired, augment):
    task, first_step = tiny_task(paired), 3
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


# ---- the cluster -----------------------------------------------------------------------------------------------------

ADDRESSES = ["host1:2222", "[::1]:2222", "10.0.0.3:65535"]


def tf_config(cluster=None, task=None):
    return json.dumps({"cluster": cluster, "task": task, "environment": "cloud"})


@pytest.mark.parametrize("task", [{"type": "chief", "index": 0}, {"type": "worker", "index": "1"}])
def test_good_tf_config(task):
    check_tf_config(tf_config({"chief": ADDRESSES[:1], "worker": ADDRESSES[1:]}, task))


FIRST = {"type": "worker", "index": 0}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("worker 0", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "names no cluster"),
        (tf_config(), "names no cluster"),
        (tf_config({}, FIRST), "names no cluster"),
        (tf_config({"ps": ADDRESSES, "worker": ADDRESSES}, FIRST), "chief and worker only, not ps"),
        (tf_config({"worker": "host1:2222"}, FIRST), "a list of addresses"),
        (tf_config({"worker": []}, FIRST), "a list of addresses"),
        (tf_config({"worker": ["host1"]}, FIRST), "holds 'host1' where host:port"),
        (tf_config({"worker": ["host1:99999"]}, FIRST), "holds 'host1:99999'"),
        (tf_config({"worker": [2222]}, FIRST), "holds 2222"),
        (tf_config({"worker": ADDRESSES[:1] * 2}, FIRST), "an address twice"),
        (tf_config({"chief": ADDRESSES[:2], "worker": ADDRESSES[2:]}, FIRST), "one chief only"),
        (tf_config({"worker": ADDRESSES}), "which task this process is, of type worker"),
        (tf_config({"worker": ADDRESSES}, {"type": "chief", "index": 0}), "of type worker"),
        (tf_config({"worker": ADDRESSES}, {"type": ["worker"], "index": 0}), "of type worker"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker"}), "an index from 0 to 2"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker", "index": 3}), "an index from 0 to 2"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker", "index": -1}), "an index from 0 to 2"),
        (tf_config({"worker": ADDRESSES}, {"type": "worker", "index": True}), "an index from 0 to 2"),
    ],
)
def test_bad_tf_config_is_one_sentence(monkeypatch, text, problem):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError) as caught:
        choose_strategy()
    assert str(caught.value).startswith("TF_CONFIG ") and problem in str(caught.value)
    assert "It should look like" in str(caught.value) and "Received: TF_CONFIG=" in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700


def test_without_tf_config_there_is_no_cluster(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])
    strategy = choose_strategy()
    assert strategy.num_replicas_in_sync == 1 and not tf.distribute.has_strategy()
    assert number_of_worker(strategy) == 0


def test_cluster_is_joined_first_or_never(monkeypatch):
    tf.constant(0)  # from here on TensorFlow is in use
    monkeypatch.setenv("TF_CONFIG", tf_config({"worker": ["127.0.0.1:1"]}, FIRST))
    with pytest.raises(RuntimeError, match="cannot join the cluster .* before anything else of TensorFlow is used"):
        choose_strategy()


@pytest.mark.parametrize(
    ("jobs", "task", "number"),
    [
        ({"worker": 3}, ("worker", 0), 0),
        ({"worker": 3}, ("worker", 2), 2),
        ({"worker": 2, "chief": 1}, ("chief", 0), 0),
        ({"worker": 2, "chief": 1}, ("worker", 1), 2),
    ],
)
def test_number_of_worker(jobs, task, number):
    cluster = tf.train.ClusterSpec({job: [f"{job}{i}:1" for i in range(n)] for job, n in jobs.items()})
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(cluster, task_type=task[0], task_id=task[1])
    assert number_of_worker(types.SimpleNamespace(cluster_resolver=resolver)) == number
