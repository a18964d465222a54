"""Data sets of TensorFlow Datasets that have the splits trainA, trainB, testA and testB, such as cycle_gan/horse2zebra.

The package tensorflow-datasets is an optional extra and is imported only when such a task is asked for.
"""

import importlib.resources.abc
import importlib.util
import os
import re
import sys

import numpy as np
from PIL import Image

from studylib.data.images import fit_square
from studylib.data.task import Task

_SPLITS = ("trainA", "trainB", "testA", "testB")


def load(name, dataset_name, image_size, paired=False):
    """See `load_task`. Data sets lie in the folder of the environment variable TFDS_DATA_DIR, by default
    ~/tensorflow_datasets; one that is not there is downloaded first."""
    if paired:
        raise ValueError(
            f'Only openmoji, shapes and "folder:PATH" have pairs to train on. Received: {name!r} with paired=True'
        )
    tensorflow_datasets = _import_tensorflow_datasets(name)
    try:
        builder = tensorflow_datasets.builder(dataset_name, data_dir=os.environ.get("TFDS_DATA_DIR"))
    except (tensorflow_datasets.core.DatasetNotFoundError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(
            f'TensorFlow Datasets has no data set of this name; one that it has is "tfds:cycle_gan/horse2zebra". '
            f"Received: {name!r} ({reason})"
        ) from error
    try:
        builder.download_and_prepare()  # returns at once where the data set is there already
    except OSError as error:  # what requests raises without a network is one, too
        reason = str(error).strip().splitlines()[0]
        raise OSError(
            f"{name!r} could not be downloaded to {builder.data_dir}; check the network, or load pictures of your own "
            f'with "folder:PATH" ({type(error).__name__}: {reason})'
        ) from error
    missing = [split for split in _SPLITS if split not in builder.info.splits]
    if missing or "image" not in builder.info.features:
        raise ValueError(
            f'A task needs the splits {", ".join(_SPLITS)} of examples that hold an "image". Received: {name!r} with '
            f"the splits {', '.join(builder.info.splits)} and the features {', '.join(builder.info.features)}"
        )
    images = {split: _read_split(tensorflow_datasets, builder, split, image_size) for split in _SPLITS}
    label_a, label_b = _labels(dataset_name)
    return Task(
        name,
        image_size,
        label_a,
        label_b,
        train_a=images["trainA"],
        train_b=images["trainB"],
        test_a=images["testA"],
        test_b=images["testB"],
        names_a=[f"trainA/{i}" for i in range(len(images["trainA"]))],
        names_b=[f"trainB/{i}" for i in range(len(images["trainB"]))],
        names_test=[f"testA/{i}" for i in range(len(images["testA"]))],
        aligned=False,
    )


def _import_tensorflow_datasets(name):
    try:
        import tensorflow_datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{name!r} needs the package tensorflow-datasets: pip install tensorflow-datasets"
        ) from error
    if importlib.util.find_spec("importlib_resources") is None:
        # Version 4.9.10 uses this backport without requiring it (its issue 11212); Python's own module is the same.
        sys.modules["importlib_resources"] = importlib.resources
    return tensorflow_datasets


def _read_split(tensorflow_datasets, builder, split, image_size):
    images = np.empty((builder.info.splits[split].num_examples, image_size, image_size, 3), np.uint8)
    if not len(images):
        raise ValueError(f"The split {split} of {builder.info.full_name} holds no image.")
    examples = tensorflow_datasets.as_numpy(builder.as_dataset(split=split, shuffle_files=False))
    for i, example in enumerate(examples):
        pixels = example["image"]
        grey = pixels.shape[-1] == 1
        images[i] = fit_square(Image.fromarray(pixels[..., 0] if grey else pixels).convert("RGB"), image_size)
    return images


def _labels(dataset_name):
    """("horse", "zebra") for "cycle_gan/horse2zebra:3.0.0"; ("A", "B") for a name that does not say."""
    found = re.search(r"([a-z]+)2([a-z_]+)(:[\d.]+)?$", dataset_name)
    return found.group(1, 2) if found else ("A", "B")
