"""Data sets of TensorFlow Datasets: one built here in its own format, read without a network."""

import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from studylib.data import load_task, tfds

SIZE = 16
COUNTS = {"trainA": 3, "trainB": 2, "testA": 2, "testB": 1}
# A name of the real list and one that TensorFlow Datasets has no code for: data on disk is enough.
NAMES = ("cycle_gan/horse2zebra", "my_pictures/day2night")

tensorflow_datasets = pytest.importorskip("tensorflow_datasets", reason="an optional extra")


def pictures(split, channels=3):
    random = np.random.default_rng(sorted(COUNTS).index(split))
    return [random.integers(0, 256, (20, 30, channels), np.uint8) for _ in range(COUNTS[split])]


def store(folder, name, counts=COUNTS, channels=3, feature="image"):
    name, config = name.split("/")

    def examples(split):
        for picture in pictures(split, channels)[: counts[split]]:
            yield {feature: picture, "label": "AB".index(split[-1])}

    tensorflow_datasets.dataset_builders.store_as_tfds_dataset(
        name=name,
        config=config,
        version="3.0.0",
        data_dir=folder,
        split_datasets={
            split: tf.data.Dataset.from_generator(
                lambda split=split: examples(split),
                output_signature={
                    feature: tf.TensorSpec((None, None, channels), tf.uint8),
                    "label": tf.TensorSpec((), tf.int64),
                },
            )
            for split in counts
        },
        features=tensorflow_datasets.features.FeaturesDict(
            {
                feature: tensorflow_datasets.features.Image(shape=(None, None, channels), encoding_format="png"),
                "label": tensorflow_datasets.features.ClassLabel(names=["A", "B"]),
            }
        ),
        disable_shuffling=True,
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    tfds._import_tensorflow_datasets("")
    folder = tmp_path_factory.mktemp("tfds")
    for name in NAMES:
        store(folder, name)
    store(folder, "my_pictures/grey", channels=1)
    store(folder, "my_pictures/half", counts={"trainA": 1, "trainB": 1})
    store(folder, "my_pictures/photos", feature="photo")
    return folder


@pytest.fixture(autouse=True)
def data_dir(stored, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(stored))


@pytest.mark.parametrize("name", NAMES)
def test_a_prepared_data_set(name):
    task = load_task(f"tfds:{name}", image_size=SIZE)
    for split, images in zip(COUNTS, (task.train_a, task.train_b, task.test_a, task.test_b), strict=True):
        # 20 x 30 pixels scaled to 16 x 24, of which the middle 16 x 16 is left.
        scaled = [Image.fromarray(x).resize((24, SIZE), Image.Resampling.BICUBIC) for x in pictures(split)]
        assert images.dtype == np.uint8
        np.testing.assert_allclose(images.astype(int), [np.asarray(x)[:, 4:20] for x in scaled], atol=1)
    assert (task.label_a, task.label_b) == tuple(name.split("/")[1].split("2"))
    assert (task.names_a, task.names_test) == (["trainA/0", "trainA/1", "trainA/2"], ["testA/0", "testA/1"])
    assert not task.aligned
    a, b = next(iter(task.pipeline(2)))
    assert a.shape == b.shape == (2, SIZE, SIZE, 3)


def test_grey_pictures():
    task = load_task("tfds:my_pictures/grey", image_size=SIZE)
    assert task.train_a.shape == (3, SIZE, SIZE, 3)
    assert np.all(np.ptp(task.train_a, axis=-1) == 0)
    assert (task.label_a, task.label_b) == ("A", "B")


@pytest.mark.parametrize(
    "name, labels",
    [
        ("cycle_gan/apple2orange:3.0.0", ("apple", "orange")),
        ("cycle_gan/summer2winter_yosemite", ("summer", "winter_yosemite")),
        ("cycle_gan/maps", ("A", "B")),
    ],
)
def test_labels(name, labels):
    assert tfds._labels(name) == labels


@pytest.mark.parametrize("name", ["no_such_data_set", "cycle_gan/horse2giraffe", "", "a b c"])
def test_an_unknown_name_is_one_sentence(name):
    with pytest.raises(ValueError) as error:
        load_task(f"tfds:{name}", image_size=SIZE)
    message = str(error.value)
    assert "TensorFlow Datasets has no data set of this name" in message and "tfds:cycle_gan/horse2zebra" in message
    assert f"Received: 'tfds:{name}'" in message and "\n" not in message


@pytest.mark.parametrize("name, has", [("half", "splits trainA, trainB and"), ("photos", "features .*photo")])
def test_a_data_set_of_another_kind_is_one_sentence(name, has):
    with pytest.raises(ValueError, match=f'needs the splits .* that hold an "image". Received: .*{name}.*{has}'):
        load_task(f"tfds:my_pictures/{name}", image_size=SIZE)


def test_without_a_network(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))

    def no_network(self, **options):
        raise ConnectionError("Failed to resolve the host\nmore")

    monkeypatch.setattr(tensorflow_datasets.core.DatasetBuilder, "download_and_prepare", no_network)
    with pytest.raises(OSError) as error:
        load_task("tfds:cycle_gan/horse2zebra", image_size=SIZE)
    message = str(error.value)
    assert "'tfds:cycle_gan/horse2zebra' could not be downloaded" in message and '"folder:PATH"' in message
    assert "ConnectionError: Failed to resolve the host)" in message and "\n" not in message


def test_without_the_package_the_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(ModuleNotFoundError, match="needs the package .*: pip install tensorflow-datasets"):
        load_task("tfds:cycle_gan/horse2zebra")


def test_the_package_is_not_imported_for_other_tasks(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    assert len(load_task("shapes/plain2striped", image_size=8).train_a)
