"""Training on several devices or machines: the same model and the same steps, every batch shared out.

tf.distribute keeps a copy of the model on each device, a replica. In a step every replica works on its share of the
batch, the gradients of all are averaged, and all copies take the same update. So a step does what one device would
do with the whole batch; only the image pools are no longer one, since each replica keeps the fakes that it made.
"""

import json
import zlib
from contextlib import ExitStack, nullcontext

import tensorflow as tf

from studylib.arguments import whole_number
from studylib.data import pipeline
from studylib.files import reason
from studylib.training.callbacks import History, Progress, SampleSheet, StopOnNaN
from studylib.training.cluster import LOST_WORKER, in_cluster, of_all_workers, together
from studylib.training.settings import checked, run_settings, set_schedule
from studylib.training.shared_run_folder import SharedRunFolder


def images_per_replica(batch_size, strategy):
    """The share of one replica in a batch.

    Raises:
        ValueError: the shares would not be equal; then the mean over the replicas were not that over the images.
    """
    n_replicas = strategy.num_replicas_in_sync
    if whole_number("batch_size", batch_size) % n_replicas:
        raise ValueError(
            f"batch_size counts the images of all {n_replicas} replicas together and must be a multiple of "
            f"{n_replicas}. Received: batch_size={batch_size}"
        )
    return batch_size // n_replicas


def check_fit(strategy, batch_size):
    """Raise a ValueError if Keras cannot `fit` a model of this strategy, or not on equal shares."""
    if in_cluster(strategy):
        raise ValueError(
            "train must have a model on one machine: Keras cannot fit one on several. Call train_distributed instead. "
            f"Received: a model of {type(strategy).__name__}"
        )
    images_per_replica(batch_size, strategy)


def distributed_batches(strategy, task, batch_size, seed, augment, first_step):
    """An iterator over the batches of ``task.pipeline(batch_size, ...)``, shared out, for `distributed_step`.

    Each worker makes the images of its own replicas only. They depend on (seed, step, place in the batch), so all
    shares together are the batch of one device bit for bit, however many replicas there are.
    """
    size = images_per_replica(batch_size, strategy)
    with tf.device("CPU:0"):
        images_a, images_b = tf.constant(task.train_a), tf.constant(task.train_b)
    seed_a, seed_b = 2 * seed, 2 * seed if task.paired else 2 * seed + 1  # as in the pipeline
    how = (augment, task.jitter, task.shift)

    def of_one_worker(context):
        n_local = context.num_replicas_in_sync // context.num_input_pipelines
        first = context.input_pipeline_id * n_local

        def share(n):  # a worker's replicas take theirs one after the other
            step, replica = first_step + n // n_local, first + n % n_local
            i = step * batch_size + replica * size + tf.range(size, dtype=tf.int64)
            return pipeline.draw(images_a, i, seed_a, *how), pipeline.draw(images_b, i, seed_b, *how)

        shares = tf.data.Dataset.counter().map(share, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return shares.prefetch(tf.data.AUTOTUNE)

    return iter(strategy.distribute_datasets_from_function(of_one_worker))


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
    """`train` for a model on several machines: every worker of a cluster runs the same program and calls this.

    Keras 3 cannot `fit` under MultiWorkerMirroredStrategy; this is a loop around the model's own training step. The
    run folder is that of `train`, and a run may change over from one to the other at a checkpoint. When a worker is
    lost, the others end; started again, all continue at the newest checkpoint and end with the weights of a run that
    nothing has disturbed. A stop loses the steps since that checkpoint.

    Args:
        model: an `AdversarialModel` made in the scope of its strategy, see `choose_strategy`.
        run: folder of the run, on storage that all workers share.
        batch_size: images of each domain in a step, of all replicas together.
        checkpoint_steps: steps from one checkpoint to the next.
        draw: see `train`. The chief alone calls it: it must ask nothing of the strategy.
        task, epochs, constant_share, seed, augment: see `train`.

    Returns:
        The history, on every worker: a list of dicts, one an epoch, losses averaged over the replicas.

    Raises:
        ValueError: the folder holds a run with other settings, an argument is out of its range, or the workers differ
            in their settings or do not see the same folder.
        FloatingPointError: a loss became NaN or infinite.
        OSError: the folder cannot be written.
        RuntimeError: another run trains into the same folder, a worker was lost, or one has failed: it raises its own
            error, and the others this one.
    """
    strategy = model.distribute_strategy
    with ExitStack() as held:
        try:
            with together(strategy):  # one alone may find a lock, other settings, or no checkpoint that can be read
                arguments = checked(epochs, batch_size, constant_share, seed, augment)
                epochs, batch_size, constant_share, seed, augment = arguments
                checkpoint_steps = whole_number("checkpoint_steps", checkpoint_steps)
                images_per_replica(batch_size, strategy)
                run = SharedRunFolder(run, strategy)
                settings = run_settings(model, task, *arguments)
                n_steps = epochs * settings["steps_per_epoch"]
                set_schedule(model, n_steps, constant_share)
                held.enter_context(run.locked())
                run.claim(settings)
                state = run.restore(model)
                history = History(run, settings["steps_per_epoch"], state)
                run.write_history(history.rows)  # it may be ahead of the checkpoint
            step = history.step if state else -1
            _check_alike(strategy, run, step, {**settings, "checkpoint_steps": checkpoint_steps})
            if state is None:
                run.save_checkpoint(model, history.state())  # finds a full disk now, and keeps the start values
            batches = distributed_batches(strategy, task, batch_size, seed, augment, history.step)
            _train(model, batches, run, history, n_steps, checkpoint_steps, draw)
            model.take_average()  # behind the checkpoint, which holds the weights that go on
            run.save_model(model)  # there all meet once more: a chief that left early would count as lost
        except LOST_WORKER as error:
            raise RuntimeError(
                f"Another worker was lost ({reason(error)}). Start all workers again: they continue at the newest "
                f"checkpoint in {run.shared.path}."
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
    history.on_train_begin()
    try:
        while history.step < n_steps:
            losses = dict(zip(model.TERMS, train_step(next(batches)).numpy().tolist(), strict=True))
            ends_epoch = (history.step + 1) % history.steps_per_epoch == 0  # then history and sheet are written
            with together(model.distribute_strategy) if ends_epoch else nullcontext():
                for service in services:
                    service.on_train_batch_end(history.step, losses)
            if history.step % checkpoint_steps == 0 or history.step == n_steps:
                run.save_checkpoint(model, history.state())
    finally:
        if progress:
            progress.close()


def _check_alike(strategy, run, step, settings):
    """Wait for all workers, and raise a ValueError unless all are at one step of one training."""
    here = [step, zlib.crc32(json.dumps(settings, sort_keys=True).encode())]
    steps, checksums = map(set, zip(*of_all_workers(strategy, here), strict=True))
    if len(checksums) > 1:
        raise ValueError("All workers must run the same program with the same settings, and these settings differ.")
    if len(steps) > 1:
        raise ValueError(
            "The run folder must lie on storage that all workers share: they found checkpoints of the steps "
            f"{sorted(steps)}. Received: run={str(run.shared.path)!r}"
        )
