"""Train a model on a task, through `fit`, so that it can be stopped at any moment and continued exactly."""

import signal
import threading
from contextlib import contextmanager

import keras

from studylib.arguments import real_number, true_or_false
from studylib.training.callbacks import Checkpoint, History, Progress, SampleSheet, StopAfterStep, StopOnNaN
from studylib.training.distributed import check_fit
from studylib.training.memory import memory_sentence
from studylib.training.settings import checked, run_settings, set_schedule
from studylib.training.shared_run_folder import SharedRunFolder


def train(
    model,
    task,
    run,
    epochs,
    batch_size=1,
    constant_share=0.5,
    seed=0,
    augment=True,
    draw=None,
    checkpoint_minutes=2,
    tensorboard=False,
    callbacks=(),
):
    """Train `model` on `task` and keep everything in a run folder. Called again after an interruption, it continues.

    The batch of step k depends on (seed, k) only, and a checkpoint holds the networks, both optimizers, the pools and
    the sums of the running epoch. A run that was stopped, or killed, therefore ends with the very weights and history
    of one that was not: on a CPU bit for bit, with `tf.config.experimental.enable_op_determinism()` called before; on a
    GPU, or without it, TensorFlow may add up in another order. A checkpoint is also made before the first step, so
    that a full disk is found then, and the start values are kept. The two newest stay.

    Before the first step it says how much memory the training needs, and how much is free.

    Args:
        model: an `AdversarialModel`, such as `CycleGAN`. It is trained, or restored, in place; where it keeps an
            average of its generators' weights, they have it in the end.
        task: a `studylib.data.Task`.
        run: folder of the run, for example "runs/line2color".
        epochs: passes over the larger domain.
        batch_size: images of each domain in a step.
        constant_share: share of the steps at the full learning rate, from 0 to 1; over the rest it falls to zero.
        seed: of the order and the augmentation of the images.
        augment: random crops and mirror images.
        draw: function of the model that returns a matplotlib figure: the sample sheet saved after each epoch.
        checkpoint_minutes: time between two checkpoints.
        tensorboard: also write logs for TensorBoard to `<run>/tensorboard`.
        callbacks: further Keras callbacks.

    Returns:
        The history: a list of dicts, one an epoch, as in history.csv. Shorter than `epochs` if the run was stopped.

    Raises:
        ValueError: the folder holds a run with other settings, or an argument is out of its range.
        FloatingPointError: a loss became NaN or infinite.
        OSError: the disk is full, or the folder may not be written.
        RuntimeError: another process trains into the same folder.
    """
    epochs, batch_size, constant_share, seed, augment = checked(epochs, batch_size, constant_share, seed, augment)
    real_number("checkpoint_minutes", checkpoint_minutes, above=0)
    tensorboard = true_or_false("tensorboard", tensorboard)

    check_fit(model.distribute_strategy, batch_size)
    run = SharedRunFolder(run, model.distribute_strategy)
    settings = run_settings(model, task, epochs, batch_size, constant_share, seed, augment)
    steps_per_epoch = settings["steps_per_epoch"]
    n_steps = epochs * steps_per_epoch
    set_schedule(model, n_steps, constant_share)
    with run.locked():
        run.claim(settings)
        history = History(run, steps_per_epoch, run.restore(model))
        run.write_history(history.rows)  # it may be ahead of the checkpoint, or damaged
        if history.step == n_steps:
            model.take_average()
            if not run.has_model():  # it was killed just before
                run.save_model(model)
            print(f"{run.path} is finished: {epochs} epochs in {history.elapsed():.0f} s. Its weights are loaded.")
            return history.rows
        if history.step:
            print(f"Continuing {run.path} at step {history.step} of {n_steps}.")
        if sentence := memory_sentence(model, batch_size, task.image_size):
            print(sentence)
        run.save_checkpoint(model, history.state())

        stop = StopAfterStep()
        progress = Progress(history.step, n_steps)
        # In this order: a loss that is not a number must neither reach the history nor a checkpoint.
        services = [StopOnNaN(history), history, progress]
        if draw:
            services.append(SampleSheet(run, history, draw))
        services += [Checkpoint(run, history, checkpoint_minutes), *callbacks, stop]
        if tensorboard:
            services.append(keras.callbacks.TensorBoard(run.path / "tensorboard", update_freq=10))
        try:
            with stopped_by_interrupt(stop):
                while history.step < n_steps and not stop.requested:
                    # `fit` counts whole epochs: an epoch that was interrupted is finished by a call of its own.
                    epoch, done = divmod(history.step, steps_per_epoch)
                    model.fit(
                        task.pipeline(batch_size, seed, augment, first_step=history.step),
                        initial_epoch=epoch,
                        epochs=epoch + 1 if done else epochs,
                        steps_per_epoch=steps_per_epoch - done,
                        callbacks=services,
                        shuffle=False,
                        verbose=0,
                    )
            run.save_checkpoint(model, history.state())
        except Exception:
            # Whatever else fails, such as a callback that draws, the work is kept.
            if stop.requested and not history.in_step:
                run.save_checkpoint(model, history.state())
            raise
        finally:
            progress.close()
        model.take_average()  # behind the checkpoint, which holds the weights that go on
        if history.step < n_steps:
            print(f"Stopped after step {history.step} of {n_steps}. Run the same again to continue.")
        else:
            run.save_model(model)
    return history.rows


@contextmanager
def stopped_by_interrupt(stop):
    """While inside, Ctrl-C or the notebook's stop button asks `stop` to end the run; a second one interrupts."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return

    def request(signum, frame):
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    before = signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
