"""Keras callbacks of a training run. They know the run folder and the names of the losses, not the model's inside."""

import math
import sys
import time

import keras
from tqdm import tqdm

from studylib.training.run_folder import written_atomically


class History(keras.callbacks.Callback):
    """Epoch means of every loss, kept across interruptions and written to history.csv at the end of each epoch.

    Keras' own epoch logs start from nothing when a run continues in mid-epoch, so the sums are ours and are part of
    the checkpoint.

    Args:
        run: the RunFolder.
        steps_per_epoch: training steps in an epoch.
        state: what an earlier `state()` returned, or None.
    """

    def __init__(self, run, steps_per_epoch, state=None):
        super().__init__()
        self.run = run
        self.steps_per_epoch = steps_per_epoch
        state = state or {"step": 0, "seconds": 0.0, "rows": [], "sums": {}}
        self.step, self.rows, self.sums = state["step"], state["rows"], state["sums"]
        self.seconds, self.started = state["seconds"], None
        self.in_step = False  # inside, the model may be ahead of what is counted here: no moment for a checkpoint

    def state(self):
        """All that a checkpoint must hold, ready for JSON."""
        return {"step": self.step, "seconds": self.elapsed(), "rows": self.rows, "sums": self.sums}

    def elapsed(self):
        """Seconds of training, those before an interruption included."""
        return self.seconds + (time.monotonic() - self.started if self.started else 0.0)

    def on_train_begin(self, logs=None):
        self.started = self.started or time.monotonic()

    def on_train_batch_begin(self, batch, logs=None):
        self.in_step = True

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        for name, value in logs.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value)
        if self.step % self.steps_per_epoch == 0:
            means = {name: total / self.steps_per_epoch for name, total in self.sums.items()}
            epoch = self.step // self.steps_per_epoch
            self.rows.append({"epoch": epoch, "step": self.step, "seconds": round(self.elapsed(), 1), **means})
            self.sums = {}
            self.run.write_history(self.rows)
        self.in_step = False


class Progress(keras.callbacks.Callback):
    """One line for the whole run: every loss and the time left."""

    def __init__(self, first_step, n_steps):
        super().__init__()
        # Text, not a widget, so that `make train` shows it in a terminal too.
        self.bar = tqdm(
            total=n_steps,
            initial=first_step,
            unit="step",
            file=sys.stdout,
            mininterval=1,
            bar_format="{percentage:3.0f}% {n_fmt}/{total_fmt}, {elapsed} so far, {remaining} left{postfix}",
        )

    def on_train_batch_end(self, batch, logs=None):
        losses = (f"{name.replace('g_adversarial', 'adv')} {value:.2f}" for name, value in logs.items())
        self.bar.set_postfix_str("  ".join(losses), refresh=False)
        self.bar.update()

    def close(self):
        self.bar.close()


class StopOnNaN(keras.callbacks.Callback):
    """End the run when a loss is no longer a number: every later step would only spread it."""

    def __init__(self, history):
        super().__init__()
        self.history = history

    def on_train_batch_end(self, batch, logs=None):
        broken = [name for name, value in logs.items() if not math.isfinite(value)]
        if broken:
            raise FloatingPointError(
                f"Training stopped at step {self.history.step}: {', '.join(broken)} is not a finite number. Try a "
                "smaller learning_rate under another run name, and look for images that are not in [-1, 1]."
            )


class Checkpoint(keras.callbacks.Callback):
    """Save a checkpoint every few minutes."""

    def __init__(self, run, history, minutes):
        super().__init__()
        self.run, self.history, self.interval = run, history, 60 * minutes
        self.saved = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() - self.saved >= self.interval:
            self.run.save_checkpoint(self.model, self.history.state())
            self.saved = time.monotonic()


class SampleSheet(keras.callbacks.Callback):
    """Save `draw(model)`, a matplotlib figure, as the sample sheet of every finished epoch, with averaged weights."""

    def __init__(self, run, history, draw):
        super().__init__()
        self.run, self.history, self.draw = run, history, draw

    def on_train_batch_end(self, batch, logs=None):
        epoch, rest = divmod(self.history.step, self.history.steps_per_epoch)
        if rest == 0:
            with self.model.averaged():
                sheet = self.draw(self.model)
            with written_atomically(self.run.sample_path(epoch)) as temporary:
                sheet.savefig(temporary)


class StopAfterStep(keras.callbacks.Callback):
    """Let a stop signal end the run after the step under way, so that the checkpoint holds whole steps."""

    def __init__(self):
        super().__init__()
        self.requested = False

    def on_train_batch_end(self, batch, logs=None):
        if self.requested:
            self.model.stop_training = True
