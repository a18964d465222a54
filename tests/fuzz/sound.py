"""Arguments that work, to be spoiled one by one; nothing is made before it is needed."""

import atexit
import functools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np


@dataclass(frozen=True)
class Entry:
    """`sound`: function that gives the working arguments, a dict. `bad`: a list of values for some of them."""

    sound: callable
    bad: dict


def entry(_sound, **bad):
    return Entry(_sound, bad)


def made(**options):
    """The arguments themselves, as a function."""
    return lambda: dict(options)


def same(x):
    return x


BOTH = SimpleNamespace(g_AB=same, g_BA=same)


@functools.cache
def task():
    from studylib.data import load_task

    return load_task("shapes/plain2striped", 16)


def pictures(n=4):
    return task().test_a[:n]


def scaled(n=4):
    return pictures(n).astype(np.float32) / 127.5 - 1


@functools.cache
def unet():
    from studylib.networks import unet_generator

    return unet_generator((16, 16, 3), 2, 2)


@functools.cache
def patchgan():
    from studylib.networks import patchgan_discriminator

    return patchgan_discriminator((32, 32, 3), 2, 1)


@functools.cache
def feature_maps():
    from studylib.normalization import FeatureMaps

    return FeatureMaps(task().test_a[:8])


@functools.cache
def toy():
    from studylib.gan import ToyTraining

    return ToyTraining(batch_size=16, n_filters=4)


def ring():
    from studylib.gan import ring

    return ring()


def samples():
    from studylib.gan import SampleTask

    return SampleTask("points", np.zeros((4, 2), np.float32))


@functools.cache
def small_generator():
    import keras

    return keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 3, padding="same")])


@functools.cache
def exports():
    """{format: path} of the small generator; of a SavedModel the path of its graph."""
    from studylib.deployment import export

    folder = Path(tempfile.mkdtemp(prefix="sound_exports_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    names = {"keras": "g.keras", "saved_model": "g", "onnx": "g.onnx"}
    names |= {"litert": "g.tflite", "litert-int8": "g8.tflite"}
    options = {"litert": {"image_size": 16}, "litert-int8": {"image_size": 16, "calibration": scaled()}}
    paths = {
        kind: export(small_generator(), kind, folder / name, **options.get(kind, {})) for kind, name in names.items()
    }
    return paths | {"saved_model": paths["saved_model"] / "saved_model.pb"}
