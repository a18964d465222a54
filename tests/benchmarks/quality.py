"""How good after how long: recipes trained in turn on one task, judged on its held-out pairs as they go."""

import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import keras
import tensorflow as tf
from record_runs import committed

from benchmarks import report
from studylib import evaluation, recorded
from studylib.cyclegan import CycleGAN
from studylib.data import load_task
from studylib.data.pipeline import JITTER

TASK, IMAGE_SIZE = "openmoji/line2color", 64
COLUMNS = ("recipe", "seed", "step", "images", "seconds", "kid", "kid_error", "error_removing", "error_inventing")


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        network: arguments of CycleGAN, weights of the terms included.
        batch_size: images of each domain in a step.
        constant_share: share of the steps at the full learning rate.
        epochs: passes over the larger domain; None for as many as the time allows.
        jit_compile: XLA on or off, whichever is the faster for these networks here.
        augmentation: fields of the task to be replaced; empty for those that it comes with.
    """

    network: dict
    batch_size: int = 1
    constant_share: float = 0.5
    epochs: int | None = None
    jit_compile: bool = False
    augmentation: dict = field(default_factory=dict)


OUR_NETWORK = {"generator_type": "unet", "gen_n_filters": 24, "disc_n_filters": 16, "disc_n_layers": 2}
PAPER_WEIGHTS = {"learning_rate": 0.0002, "lambda_reconstr": 10, "lambda_id": 5}
OUR_WEIGHTS = {"learning_rate": 0.0003, "lambda_reconstr": 4, "lambda_id": 0.5, "ema_momentum": 0.998}
# The paper's images have 128 or 256 pixels; for the smaller ones it takes six residual blocks. Its 200 epochs would
# last for days here: the schedule of its recipes is fitted to the time instead, which is in their favour.
PAPER_NETWORK = {"generator_type": "resnet", "gen_n_filters": 64, "gen_n_blocks": 6, "disc_n_filters": 64}
RECIPES = {
    "paper": Recipe(PAPER_NETWORK | PAPER_WEIGHTS, augmentation={"jitter": JITTER, "shift": 0}),
    # The defaults of notebook 09 and `make train`; a test compares.
    "ours": Recipe(OUR_NETWORK | OUR_WEIGHTS, batch_size=4, constant_share=0.6, epochs=30, jit_compile=True),
}


class Run:
    """One recipe with one seed, trained a turn at a time. Judging is not counted as time, compiling is.

    Args:
        name: of RECIPES.
        seed: of start values, pools and the order of the images.
        task: a `studylib.data.Task`.
        minutes: how long to train, where the recipe does not say how many epochs.

    Attributes:
        step, seconds: trained so far.
        rows: dicts with COLUMNS, one a turn, and where weights are averaged one without that, too.
    """

    def __init__(self, name, seed, task, minutes):
        self.name, self.seed, self.task, self.recipe = name, seed, task, RECIPES[name]
        keras.utils.set_random_seed(seed)
        self.model = CycleGAN(input_dim=(task.image_size, task.image_size, 3), seed=seed, **self.recipe.network)
        self.model.compile(jit_compile=self.recipe.jit_compile)
        self.model.make_train_function()
        augmented = replace(task, **self.recipe.augmentation)
        self.batches = iter(augmented.pipeline(self.recipe.batch_size, seed, first_step=0))
        epochs = self.recipe.epochs
        self.n_steps = epochs and epochs * task.steps_per_epoch(self.recipe.batch_size)
        self.budget, self.step, self.seconds, self.rows = 60 * minutes, 0, 0.0, []

    @property
    def progress(self):
        """From 0 to 1, where the run is finished."""
        return min(1.0, self.step / self.n_steps if self.n_steps else self.seconds / self.budget)

    def turn(self, seconds):
        """Train for so long, then judge."""
        end = self.seconds + seconds
        while self.seconds < end and self.progress < 1:
            begun = time.perf_counter()
            rate = min(1.0, (1 - self.progress) / (1 - self.recipe.constant_share)) * self.model.learning_rate
            for optimizer in (self.model.generator_optimizer, self.model.discriminator_optimizer):
                optimizer.learning_rate = rate
            terms = self.model.train_function(self.batches)
            float(terms["g_loss"])  # waits until the step is done
            self.step, self.seconds = self.step + 1, self.seconds + time.perf_counter() - begun
        with self.model.averaged():
            self.rows.append(self.judged(self.name))
        if self.model.average:  # it changes nothing in the training: one run shows both
            self.rows.append(self.judged(f"{self.name}, no average"))

    def judged(self, name):
        task, to_colour, to_lines = self.task, self.model.g_AB, self.model.g_BA
        coloured = evaluation.translate(to_colour, task.test_a)
        kid = evaluation.kid(coloured, task.test_b)
        errors = (
            evaluation.grey_level_error(evaluation.translate(to_lines, task.test_b), task.test_a),
            evaluation.grey_level_error(coloured, task.test_b),
        )
        images = self.step * self.recipe.batch_size
        return dict(zip(COLUMNS, (name, self.seed, self.step, images, self.seconds, *kid, *errors), strict=True))


def measure(names, seeds, minutes, turn_seconds, task=None, told=print):
    """Train every recipe with every seed, a seed at a time, its recipes in turn in an order that is new each time.

    Yields:
        The rows of all runs so far, after each round of turns.
    """
    task, done, chance = task or load_task(TASK, IMAGE_SIZE), [], random.Random(0)
    for seed in seeds:
        runs = [Run(name, seed, task, minutes) for name in names]
        while unfinished := [run for run in runs if run.progress < 1]:
            for run in chance.sample(unfinished, len(unfinished)):
                run.turn(turn_seconds)
                told(", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
                               for name, value in run.rows[-1].items()))  # fmt: skip
            yield done + [row for run in runs for row in run.rows]
        done += [row for run in runs for row in run.rows]


def record(path, seeds, minutes, command, names=tuple(RECIPES), turn_seconds=60, task=None):
    """Measure and write a recording (`studylib.recorded`) after every round: what was measured stays if it is stopped.

    Its first row stands for no training: what the untouched inputs score.
    """
    task, commit, begun = task or load_task(TASK, IMAGE_SIZE), committed(), time.monotonic()
    untouched = dict.fromkeys(COLUMNS, 0.0) | {"recipe": "doing nothing"}
    untouched["kid"], untouched["kid_error"] = evaluation.kid(task.test_a, task.test_b)
    untouched["error_removing"] = untouched["error_inventing"] = evaluation.grey_level_error(task.test_a, task.test_b)
    for rows in measure(names, seeds, minutes, turn_seconds, task):
        header = {
            "command": command,
            "commit": commit,
            "seeds": " ".join(map(str, seeds)),
            "machine": f"{report.machine()}, TensorFlow {tf.__version__}",
            "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {time.monotonic() - begun:.0f} seconds",
        }
        recorded.write([untouched, *rows], path, header)
