"""Training on several devices or machines: the same model and the same steps, every batch shared out.

tf.distribute keeps a copy of the model on each device, a replica. In a step every replica works on its share of the
batch, the gradients of all are averaged, and all copies take the same update. So a step does what one device would
do with the whole batch; only the image pools are no longer one, since each replica keeps the fakes that it made.
"""

import contextlib
import functools
import warnings

import numpy as np
import tensorflow as tf

from studylib.arguments import real_number, whole_number
from studylib.cyclegan.image_pool import ImagePool
from studylib.data import pipeline
from studylib.schedule import ConstantThenLinear
from studylib.training.callbacks import History, Progress, SampleSheet, StopOnNaN
from studylib.training.cluster import first_line, place_in_cluster
from studylib.training.run_folder import RunFolder, written_atomically

LOST_WORKER = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError)


# ---- what every replica sees -----------------------------------------------------------------------------------------


def images_per_replica(batch_size, n_replicas):
    """The share of one replica in a batch.

    Raises:
        ValueError: the shares would not be equal; then the mean over the replicas were not that over the images.
    """
    if whole_number("batch_size", batch_size) % n_replicas:
        raise ValueError(
            f"batch_size counts the images of all {n_replicas} replicas together and must be a multiple of "
            f"{n_replicas}. Received: batch_size={batch_size}"
        )
    return batch_size // n_replicas


def replica_batches(task, batch_size, seed, augment, first_step, replicas, n_replicas):
    """The shares of one worker's replicas, one after the other, of each batch of ``task.pipeline(batch_size, ...)``.

    Only those images are made. Each depends on (seed, step, its place in the batch), so all shares together are the
    batch of one device bit for bit, however many replicas there are.

    Args:
        task, batch_size, seed, augment: see `studylib.data.Task.pipeline`.
        first_step: step of the first batch.
        replicas: range of the worker's replicas among all of them.
        n_replicas: replicas of all workers.

    Returns:
        Endless tf.data.Dataset of pairs of float32 tensors (batch_size / n_replicas, height, width, channels).
    """
    size = images_per_replica(batch_size, n_replicas)
    with tf.device("CPU:0"):
        images_a, images_b = tf.constant(task.train_a), tf.constant(task.train_b)
    seed_a, seed_b = 2 * seed, 2 * seed if task.paired else 2 * seed + 1  # as in the pipeline

    def share(n):
        step, replica = first_step + n // len(replicas), replicas[0] + n % len(replicas)
        i = step * batch_size + replica * size + tf.range(size, dtype=tf.int64)
        return (
            pipeline.draw(images_a, i, seed_a, augment, task.jitter),
            pipeline.draw(images_b, i, seed_b, augment, task.jitter),
        )

    shares = tf.data.Dataset.counter().map(share, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return shares.prefetch(tf.data.AUTOTUNE)


def distributed_step(model):
    """A function that takes a distributed batch, trains all replicas on it, and returns their mean losses (TERMS)."""
    strategy = model.distribute_strategy

    def one_replica(data):
        terms = model.train_step(data)
        return tf.stack([terms[name] for name in model.TERMS])

    @tf.autograph.experimental.do_not_convert  # as Keras does
    def step(batch):
        return strategy.reduce("MEAN", strategy.run(one_replica, args=(batch,)), axis=None)

    return step if model.run_eagerly else tf.function(step)


# ---- what stays on the disk ------------------------------------------------------------------------------------------


def _by_the_chief(method):
    @functools.wraps(method)
    def only_there(self, *args):
        if self.worker == 0:
            method(self, *args)

    return only_there


class SharedRunFolder(RunFolder):
    """The run folder of a training on several replicas: worker 0, the chief, writes, and all workers read.

    Beside a checkpoint lie the image pools of all replicas, ``checkpoints/pools_000000123.npz``: the model itself is
    saved with those of the first. With one replica it is a `RunFolder`, and both read each other's.

    Args:
        path: the folder, on storage that all workers share.
        strategy: a tf.distribute strategy.
    """

    def __init__(self, path, strategy):
        super().__init__(path)
        self.strategy = strategy
        self.worker, self.n_workers = place_in_cluster(strategy)
        self.n_replicas = strategy.num_replicas_in_sync

    claim = _by_the_chief(RunFolder.claim)
    write_history = _by_the_chief(RunFolder.write_history)
    save_model = _by_the_chief(RunFolder.save_model)

    @contextlib.contextmanager
    def locked(self):
        with super().locked() if self.worker == 0 else contextlib.nullcontext():
            yield

    def save_checkpoint(self, model, state):
        """As `RunFolder.save_checkpoint`. All workers must call it at the same step: each is asked for its pools."""
        pools = _image_pools(model) if self.n_replicas > 1 else []
        images = [self._of_all_replicas(pool.images) for pool in pools]
        if self.worker == 0:
            if images:
                with written_atomically(self._pools_path(state["step"])) as temporary:
                    np.savez(temporary, *images)
            super().save_checkpoint(model, state)
            steps = {folder.name.removeprefix("step_") for folder in self.checkpoints()}
            for path in self.checkpoints_path.glob("pools_*.npz"):
                if path.stem.removeprefix("pools_") not in steps:
                    path.unlink(missing_ok=True)

    def restore(self, model):
        """As `RunFolder.restore`; every worker restores its own replicas."""
        state = super().restore(model)
        if state and self.n_replicas > 1:
            self._restore_pools(_image_pools(model), self._pools_path(state["step"]))
        return state

    def _pools_path(self, step):
        return self.checkpoints_path / f"pools_{step:09d}.npz"

    def _of_all_replicas(self, variable):
        """The values that a variable has on all replicas, (n_replicas, *shape), on every worker."""
        local = tf.stack([tf.identity(v) for v in self.strategy.experimental_local_results(variable.value)])
        return self.strategy.gather(local, axis=0).numpy()

    def _restore_pools(self, pools, path):
        """Give each replica its own images again. Where they are not known, all go on with those of the first one."""
        try:
            with np.load(path) as stored:
                images_of_all = list(stored.values())
        except FileNotFoundError:  # the run was on one device until now, or has no pools
            return
        except Exception as error:  # a damaged zip raises nearly anything
            warnings.warn(f"{path} is damaged ({error}); all replicas go on with one pool.", stacklevel=2)
            return
        first = self.worker * (self.n_replicas // self.n_workers)
        for pool, images in zip(pools, images_of_all, strict=True):
            if len(images) == self.n_replicas:  # else there were fewer or more of them
                replicas = self.strategy.experimental_local_results(pool.images.value)
                for variable, own in zip(replicas, images[first:], strict=False):
                    variable.assign(own)


def _image_pools(model):
    return [layer for layer in model.layers if isinstance(layer, ImagePool) and layer.max_length]


# ---- the run ---------------------------------------------------------------------------------------------------------


def train_distributed(
    model,
    task,
    run,
    epochs,
    batch_size=1,
    constant_share=0.5,
    seed=0,
    augment=True,
    draw=None,
    checkpoint_steps=100,
):
    """`train` for a model on several replicas: every worker of a cluster runs the same program and calls this.

    Keras 3 cannot `fit` under MultiWorkerMirroredStrategy; this is a loop around the model's own training step. The
    run folder is that of `train`, and a run may change over from one to the other at a checkpoint. When a worker is
    lost, the others end; started again, all continue at the newest checkpoint and end with the weights of a run that
    nothing has disturbed. A stop loses the steps since that checkpoint.

    Args:
        model: an `AdversarialModel` made in the scope of its strategy, see `choose_strategy`.
        run: folder of the run, on storage that all workers share.
        batch_size: images of each domain in a step, of all replicas together.
        checkpoint_steps: steps from one checkpoint to the next.
        task, epochs, constant_share, seed, augment, draw: see `train`.

    Returns:
        The history, on every worker: a list of dicts, one an epoch, losses averaged over the replicas.

    Raises:
        ValueError: the folder holds a run with other settings, an argument is out of its range, or the workers do not
            see the same folder.
        FloatingPointError: a loss became NaN or infinite.
        OSError: the folder cannot be written.
        RuntimeError: another run trains into the same folder, or a worker was lost.
    """
    strategy = model.distribute_strategy
    epochs, checkpoint_steps = whole_number("epochs", epochs), whole_number("checkpoint_steps", checkpoint_steps)
    images_per_replica(batch_size, strategy.num_replicas_in_sync)
    real_number("constant_share", constant_share, at_most=1)
    whole_number("seed", seed, at_least=0, at_most=2**31 - 1)

    run = SharedRunFolder(run, strategy)
    steps_per_epoch = task.steps_per_epoch(batch_size)
    n_steps = epochs * steps_per_epoch
    n_constant = round(constant_share * n_steps)
    model.set_learning_rate(ConstantThenLinear(model.learning_rate, n_constant, n_steps - n_constant))
    with run.locked():
        run.claim(
            {
                **{f"model.{name}": value for name, value in model.get_config().items() if name != "name"},
                "task": task.name,
                "image_size": task.image_size,
                "epochs": epochs,
                "batch_size": batch_size,
                "constant_share": constant_share,
                "seed": seed,
                "augment": augment,
                "steps_per_epoch": steps_per_epoch,
            }
        )
        history = History(run, steps_per_epoch, run.restore(model))
        run.write_history(history.rows)  # it may be ahead of the checkpoint
        try:
            _check_that_all_are_at(history.step, run)
            batches = _distributed_batches(strategy, task, batch_size, seed, augment, history.step)
            _train(model, batches, run, history, n_steps, checkpoint_steps, draw)
            model.take_average()  # behind the checkpoint, which holds the weights that go on
            run.save_model(model)
            _check_that_all_are_at(n_steps, run)  # end together: a chief that left early would count as lost
        except LOST_WORKER as error:
            raise RuntimeError(
                f"Another worker was lost ({first_line(error)}). Start all workers again: they continue at the newest "
                f"checkpoint in {run.path}."
            ) from error
    return history.rows


def _train(model, batches, run, history, n_steps, checkpoint_steps, draw):
    """The loop. All workers take the same way through it: what one of them does alone must not wait for others."""
    services = [StopOnNaN(history), history]
    progress = None
    if run.worker == 0:
        progress = Progress(history.step, n_steps)
        services += [progress, SampleSheet(run, history, draw)] if draw else [progress]
    for service in services:
        service.set_model(model)
    train_step = distributed_step(model)
    run.save_checkpoint(model, history.state())  # finds a full disk now, and keeps the start values
    history.on_train_begin()
    try:
        while history.step < n_steps:
            losses = dict(zip(model.TERMS, train_step(next(batches)).numpy().tolist(), strict=True))
            for service in services:
                service.on_train_batch_end(history.step, losses)
            if history.step % checkpoint_steps == 0 or history.step == n_steps:
                run.save_checkpoint(model, history.state())
    finally:
        if progress:
            progress.close()


def _distributed_batches(strategy, task, batch_size, seed, augment, first_step):
    """An iterator over what `distributed_step` takes."""

    def of_one_worker(context):
        n_replicas = context.num_replicas_in_sync
        n_local = n_replicas // context.num_input_pipelines
        first = n_local * context.input_pipeline_id
        return replica_batches(task, batch_size, seed, augment, first_step, range(first, first + n_local), n_replicas)

    return iter(strategy.distribute_datasets_from_function(of_one_worker))


def _check_that_all_are_at(step, run):
    """Wait for all workers, and compare where they are."""
    steps = {int(s) for s in run.strategy.gather(tf.constant([step], tf.float32), axis=0).numpy()}
    if len(steps) > 1:
        raise ValueError(
            f"The workers found checkpoints of different steps, {sorted(steps)}: the run folder must lie on storage "
            f"that all of them share. Received: run={str(run.path)!r}"
        )
