"""Healthy and sick trainings of a small CycleGAN, to be recorded: each sickness comes from a cause that makes it.

Notebook 09 reads them from `notebooks/recorded` (`studylib.recorded`), beside the learner's own history;
`studylib.training.health` was fitted to some of their seeds and is tested on the others.
"""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from studylib.arguments import one_of
from studylib.cyclegan import CycleGAN
from studylib.cyclegan.model import TERMS
from studylib.data import load_task
from studylib.recorded import read
from studylib.schedule import ConstantThenLinear

RECORDING = Path(__file__).parents[2] / "notebooks" / "recorded" / "health.csv"
HELD_OUT = ("val_d_A", "val_d_B")  # Keras' names for the discriminators' losses on held-out pictures
IMAGE_SIZE, BATCH_SIZE, LEARNING_RATE = 32, 4, 0.002
SIZES = {"gen_n_filters": 8, "disc_n_filters": 8, "gen_n_downsamplings": 3, "disc_n_layers": 1}

# What each kind does differently; see `health_run`.
CAUSES = {
    "healthy": {},
    "collapsed discriminator": {"generator_rate": LEARNING_RATE / 1000},
    "does nothing": {"lambda_reconstr": 1000, "lambda_id": 1000},
    "colour inversion": {"inverted": True, "lambda_id": 0},
    "inversion repaired": {"inverted": True, "lambda_id": 30},
    "learned by heart": {"n_pictures": 8},
    "diverged": {"generator_rate": 1.0, "discriminator_rate": 1.0},
}


def health_run(kind, seed, n_steps, every):
    """Train on shapes/plain2striped, 32 x 32 pixels, and log every so many steps.

    Args:
        kind: of CAUSES. "collapsed discriminator": the generators' learning rate is a thousandth of the
            discriminators'. "does nothing": cycle and identity terms weigh a thousand times the adversarial one.
            "colour inversion": both generators start as `complementary`, and the identity terms are off; "inversion
            repaired": the same start, with them. "learned by heart": eight pictures a domain, not augmented.
            "diverged": a learning rate of 1.
        seed: of start values, order and augmentation.
        n_steps: a multiple of `every`. The learning rates are constant over the first half, then fall to zero.

    Yields:
        A dict of numbers: step; the means of all terms since the entry before, as in a run's history.csv; val_d_A and
        val_d_B, the discriminators' losses on the held-out pictures.

    Raises:
        ValueError: another kind.
    """
    one_of("kind", kind, CAUSES)
    cause = {"n_pictures": None, "inverted": False} | CAUSES[kind]
    rates = [cause.pop(f"{network}_rate", LEARNING_RATE) for network in ("generator", "discriminator")]
    n_pictures, inverted = cause.pop("n_pictures"), cause.pop("inverted")
    task = load_task("shapes/plain2striped", IMAGE_SIZE)
    train = dataclasses.replace(task, train_a=task.train_a[:n_pictures], train_b=task.train_b[:n_pictures])
    test = tuple(images / np.float32(127.5) - 1 for images in (task.test_a, task.test_b))
    held_out = tf.data.Dataset.from_tensors(test)  # one batch of all

    keras.utils.set_random_seed(seed)
    model = CycleGAN((IMAGE_SIZE, IMAGE_SIZE, 3), **{"lambda_id": 5, **SIZES, **cause})
    if inverted:
        start_inverted(model, task.train_a)
    model.compile(jit_compile=False)
    model.set_learning_rate(*(ConstantThenLinear(rate, n_steps // 2, n_steps - n_steps // 2) for rate in rates))
    for done in range(0, n_steps, every):
        batches = train.pipeline(BATCH_SIZE, seed, augment=n_pictures is None, first_step=done)
        options = {"steps_per_epoch": every, "validation_data": held_out, "shuffle": False, "verbose": 0}
        logged = model.fit(batches, **options).history
        yield {"step": done + every, **{name: logged[name][-1] for name in (*TERMS, *HELD_OUT)}}


def start_inverted(model, images, epochs=12):
    """Make both generators of a CycleGAN turn every colour into its complement.

    Args:
        images: uint8, (N, H, W, 3).
    """
    images = images / np.float32(127.5) - 1
    model.g_AB.compile(keras.optimizers.Adam(LEARNING_RATE), "mae", jit_compile=False)
    model.g_AB.fit(images, complementary(images), batch_size=16, epochs=epochs, verbose=0)
    model.g_BA.set_weights(model.g_AB.get_weights())


def complementary(images):
    """Every colour with the opposite hue and the same lightness: the brightest channel becomes the darkest.

    Twice is the image again. Where all hues are equally frequent no discriminator can object to it, nor can the cycle:
    only the identity terms do.

    Args:
        images: (..., 3), of any range.
    """
    return images.max(axis=-1, keepdims=True) + images.min(axis=-1, keepdims=True) - images


def health_settings(n_healthy=8, n_sick=4, n_steps=384, every=32):
    """Settings of all recorded runs, for `studylib.recorded.Experiment`."""
    return [
        {"kind": kind, "seed": seed, "n_steps": n_steps, "every": every}
        for kind in CAUSES
        for seed in range(n_healthy if kind == "healthy" else n_sick)
    ]


def recorded_runs():
    """The recorded runs: a dict from each kind to a list of histories, as `Recording.runs` gives them, by seed.

    Raises:
        FileNotFoundError: there is no recording.
    """
    if not RECORDING.exists():
        raise FileNotFoundError(f"There is no {RECORDING.name} in {RECORDING.parent}: make recorded NAMES=health")
    recording = read(RECORDING)
    return {kind: recording.runs(kind=kind) for kind in CAUSES}
