"""Which devices and machines a training has, and this process's place among them."""

import json
import os
import re
from contextlib import contextmanager, suppress

import tensorflow as tf

from studylib.files import reason

TF_CONFIG_EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
JOBS = ("chief", "worker")  # in the order in which TensorFlow counts the workers
LOST_WORKER = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError)
EVALUATOR = "evaluator"  # a job that launchers name, and that takes no part in the training


def choose_strategy():
    """The tf.distribute strategy for what there is, so that one program runs on a laptop and on a cluster.

    With the environment variable ``TF_CONFIG``, as TensorFlow documents it: MultiWorkerMirroredStrategy over the
    workers that it names; this waits until all of them have started. Each then answers at its port without a password,
    on every network of its machine. Else (a ``TF_CONFIG`` of ``{}`` names no cluster), with several GPUs:
    MirroredStrategy over them. Else TensorFlow's default strategy, which changes nothing.

    Example:
        >>> with choose_strategy().scope():
        ...     gan = CycleGAN(input_dim=(64, 64, 3))

    Raises:
        ValueError: TF_CONFIG is not as it should be.
        RuntimeError: the cluster cannot be joined.
    """
    text = os.environ.get("TF_CONFIG", "")
    if "".join(text.split()) not in ("", "{}"):  # launchers set the latter for a machine that works alone
        check_tf_config(text)
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except (RuntimeError, tf.errors.OpError) as error:
            raise RuntimeError(
                "This worker cannot join the cluster of TF_CONFIG. Choose the strategy before anything else of "
                f"TensorFlow is used, and see that the worker's own port is free. TensorFlow says: {reason(error)}"
            ) from error
    if len(tf.config.list_physical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def check_tf_config(text):
    """Look at a TF_CONFIG before TensorFlow does, which would wait forever for some of the mistakes.

    Raises:
        ValueError: one sentence that says what is wrong with it.
    """
    if problem := _problem(text):
        text = text if len(text) <= 300 else f"{text[:300]} ..."
        raise ValueError(f"TF_CONFIG {problem}. It should look like {TF_CONFIG_EXAMPLE}. Received: TF_CONFIG={text!r}")


def _problem(text):
    """What is wrong, as the end of a sentence that begins with TF_CONFIG; None where nothing is."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({reason(error)})"
    cluster, task = (config.get(name) if isinstance(config, dict) else None for name in ("cluster", "task"))
    if isinstance(cluster, dict):
        cluster = {job: addresses for job, addresses in cluster.items() if job != EVALUATOR}
    return _problem_of_cluster(cluster) or _problem_of_task(task, cluster)


def _problem_of_cluster(cluster):
    if not isinstance(cluster, dict) or not cluster:
        return "names no cluster"
    if unknown := sorted(set(cluster) - set(JOBS)):
        return f"may give the jobs chief and worker only, not {', '.join(unknown)}"
    if not all(isinstance(addresses, list) and addresses for addresses in cluster.values()):
        return "must give each job a list of addresses"
    addresses = [address for job in cluster.values() for address in job]
    if wrong := [address for address in addresses if not _is_address(address)]:
        return f"holds {wrong[0]!r} where host:port is expected"
    if len(set(addresses)) < len(addresses):
        return "names an address twice"
    return "may name one chief only" if len(cluster.get("chief", ())) > 1 else None


def _problem_of_task(task, cluster):
    if isinstance(task, dict) and task.get("type") == EVALUATOR:
        return "makes this process an evaluator, which the study has no work for: start none"
    if not isinstance(task, dict) or task.get("type") not in list(cluster):
        return f"must say which task this process is, of type {' or '.join(cluster)}"
    n_tasks, index = len(cluster[task["type"]]), str(task.get("index"))
    if not re.fullmatch("[0-9]{1,9}", index) or int(index) >= n_tasks:
        return f"must give the task an index from 0 to {n_tasks - 1}, its place in the list of its job"
    return None


def _is_address(text):
    found = re.fullmatch(r"([^\s:/\[\]]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})", text) if isinstance(text, str) else None
    return bool(found) and 0 < int(found[2]) < 2**16


def number_of_worker(strategy):
    """The number of this process among the workers of a strategy: 0 is the chief, or the first where none is named."""
    resolver = strategy.cluster_resolver
    if resolver is None or not (cluster := resolver.cluster_spec().as_dict()):
        return 0
    tasks = [(job, index) for job in JOBS for index in range(len(cluster.get(job, ())))]
    return tasks.index((resolver.task_type, resolver.task_id))


def in_cluster(strategy):
    """Whether a strategy's workers are processes of their own."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def of_all_workers(strategy, row):
    """Wait for all workers; return the rows of whole numbers that they give, a list a worker."""
    return strategy.gather(tf.constant([row], tf.float64), axis=0).numpy().astype(int).tolist()


@contextmanager
def together(strategy):
    """Inside, a worker may fail alone, on a full disk for instance: then the others end too, instead of waiting for it.

    What is done inside must not itself wait for other workers.

    Raises:
        RuntimeError: it went well here, but failed on another worker.
    """
    if not in_cluster(strategy):
        yield
        return
    number = number_of_worker(strategy)
    try:
        yield
    except Exception:
        with suppress(*LOST_WORKER):
            of_all_workers(strategy, [number])
        raise
    failed = [number for (number,) in of_all_workers(strategy, [-1]) if number >= 0]
    if failed:
        raise RuntimeError(f"Worker {failed[0]} has failed; its own message says why. Mend that, then start all again.")
