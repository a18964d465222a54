"""Arguments that work, to be spoiled one by one; nothing is made before it is needed."""

import functools
from dataclasses import dataclass
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
