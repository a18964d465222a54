"""What `export` refuses, in one sentence each, and what it leaves as it was."""

import errno
import os
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from studylib.deployment import any_size, export, load
from studylib.networks import resnet_generator, unet_generator

IMAGES = np.random.default_rng(0).uniform(-1, 1, (3, 64, 64, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def resnet():
    keras.utils.set_random_seed(0)
    return resnet_generator((None, None, 3), n_filters=8, n_blocks=2)


def small(*layers):
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def test_existing_files_stay_unless_they_may_be_replaced(resnet, tmp_path):
    model, other = resnet, resnet_generator((None, None, 3), n_filters=8, n_blocks=2)
    for name, path in (("onnx", tmp_path / "g.onnx"), ("saved_model", tmp_path / "served")):
        export(model, name, path)
        with pytest.raises(FileExistsError, match=f"{path} is there already: .*overwrite=True"):
            export(other, name, path)
        np.testing.assert_allclose(load(path)(IMAGES), model.predict(IMAGES, verbose=0), atol=1e-4)
        assert export(other, name, path, overwrite=True) == path
        np.testing.assert_allclose(load(path)(IMAGES), other.predict(IMAGES, verbose=0), atol=1e-4)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "diary.txt").write_text("dear diary")
    with pytest.raises(FileExistsError, match="is a folder and no SavedModel, so it is not replaced"):
        export(model, "saved_model", mine, overwrite=True)
    assert (mine / "diary.txt").read_text() == "dear diary"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["g.onnx", "mine", "served"]


def test_file_and_folder_take_each_others_place(tmp_path):
    model, images = small(keras.layers.Rescaling(2.0)), IMAGES[:, :8, :8]
    (tmp_path / "g").write_text("old")
    export(model, "saved_model", tmp_path / "g", overwrite=True)
    os.replace(export(model, "saved_model", tmp_path / "other"), tmp_path / "g.keras")
    export(model, "keras", tmp_path / "g.keras", overwrite=True)
    assert (tmp_path / "g").is_dir() and (tmp_path / "g.keras").is_file()
    for path in tmp_path.iterdir():
        np.testing.assert_array_equal(load(path)(images), 2 * images)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("how_often", [1, 2])
def test_what_was_there_survives_when_its_place_cannot_be_taken(tmp_path, monkeypatch, how_often):
    """As on Windows, where a program that reads the folder keeps it from being renamed."""
    path, images, failed = tmp_path / "served", IMAGES[:, :8, :8], []
    export(small(keras.layers.Rescaling(2.0)), "saved_model", path)

    def replace(source, target, replace=os.replace):
        if Path(target) == path and len(failed) < how_often:
            failed.append(source)
            raise PermissionError(errno.EACCES, "in use", str(source))
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(OSError, match="served cannot be written .*in use"):
            export(small(keras.layers.Rescaling(3.0)), "saved_model", path, overwrite=True)
    (left,) = tmp_path.iterdir()
    assert len(failed) == how_often and (left == path) == (how_often == 1)
    kept = path if how_often == 1 else left / "old"  # where it could not come back it is not thrown away
    np.testing.assert_array_equal(load(kept)(images), 2 * images)


def test_failure_in_the_middle_leaves_what_was_there(resnet, tmp_path, monkeypatch):
    model, path = resnet, tmp_path / "g.keras"
    path.write_text("old")

    def save(self, temporary):
        temporary.write_text("half of it")
        raise OSError("disk full")

    monkeypatch.setattr(keras.Model, "save", save)
    with pytest.raises(OSError, match="disk full"):
        export(model, "keras", path, overwrite=True)
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["g.keras"]


class Unknown(keras.layers.Layer):
    def call(self, inputs):
        return -inputs

    def compute_output_shape(self, input_shape):
        return input_shape


class Applied(keras.layers.Layer):
    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


class Eyes(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return keras.ops.ones(shape, dtype)


def halved(values):
    return values / 2


UNLOADABLE = {
    "layer": (lambda: Unknown(), "Could not locate class 'Unknown'"),
    "layer in a model": (lambda: small(Unknown()), "Could not locate class 'Unknown'"),
    "layer in a wrapper": (lambda: keras.layers.TimeDistributed(Unknown()), "Could not locate class 'Unknown'"),
    "activation": (lambda: keras.layers.Conv2D(3, 1, activation=halved), "halved"),
    "activation without a name": (lambda: keras.layers.Conv2D(3, 1, activation=lambda x: -x), "activation function"),
    "initializer": (lambda: keras.layers.Conv2D(3, 1, kernel_initializer=Eyes()), "Eyes"),
    "Lambda": (lambda: keras.layers.Lambda(lambda x: -x), "Lambda"),
    "argument": (lambda: Applied(halved), "Applied was created by passing .*get_config"),
}


@pytest.mark.parametrize("name", UNLOADABLE)
def test_files_that_would_not_load_again_are_not_written(tmp_path, name):
    """All of these are known to this process, and Keras saves nearly all of them."""
    make, cause = UNLOADABLE[name]
    with pytest.raises(ValueError, match=rf"cannot be a .keras file \(.*{cause}.*\): put @keras.saving") as caught:
        export(small(make()), "keras", tmp_path / "g.keras")
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("layer, factor", [(small(Unknown()), -1), (Applied(halved), 0.5)])
def test_graphs_need_no_names_of_layers(tmp_path, layer, factor):
    model, images = small(layer), IMAGES[:, :8, :8]
    assert any_size(model) is model
    np.testing.assert_array_equal(load(export(model, "onnx", tmp_path / "g.onnx"))(images), factor * images)


def test_file_of_another_program_with_layers_that_keras_does_not_know(tmp_path):
    small(Unknown()).save(tmp_path / "g.keras")
    with pytest.raises(ValueError, match="g.keras cannot be loaded as a model: .*Could not locate class 'Unknown'"):
        load(tmp_path / "g.keras")


class Subclassed(keras.Model):
    g_AB = None

    def call(self, inputs):
        return inputs


CALIBRATED = {"format": "litert-int8", "path": "g.tflite"}
GREY = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 1)])
REFUSED = [
    (keras.Sequential([keras.layers.Conv2D(3, 3)]), {}, "must be built before it is exported: call it once on images"),
    (small(keras.layers.TimeDistributed(Applied(halved))), {}, "must be built before it is exported"),
    (Subclassed(), {}, r"must be functional or sequential; export the generator inside such as model.g_AB"),
    (np.zeros(3), {}, "model must be a keras.Model. Received: ndarray"),
    (small(keras.layers.Flatten()), {}, r"must take and return images.* Received: .*\(None, 192\)"),
    (None, {"format": "torch"}, "format must be one of keras, saved_model, onnx, .* Received: format='torch'"),
    (None, {"path": "g.tflite"}, "path must end in .onnx for onnx. Received: 'g.tflite'"),
    (None, {"format": "saved_model"}, "path must name a folder for saved_model, without .onnx"),
    (None, {"image_size": 64}, "image_size is for LiteRT; onnx takes every size"),
    (None, {"calibration": IMAGES}, "calibration is for litert-int8"),
    (None, {"format": "litert", "path": "g.tflite"}, "image_size must say for which size.*takes any"),
    (None, {"format": "litert", "path": "g.tflite", "image_size": 0}, "image_size must be a whole number"),
    (None, {**CALIBRATED, "image_size": 64}, "must hold float images .*`preprocess`.* Received: calibration=None"),
    (GREY, CALIBRATED, r"in \[-1, 1\]. Received: calibration=None"),
    (None, {**CALIBRATED, "image_size": 32, "calibration": IMAGES}, r"Received: shape \(3, 64, 64, 3\)"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": (99 * IMAGES).astype(int)}, "Received: int64"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": 9 * np.sign(IMAGES)}, "float32 values from -9 to 9"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": np.nan * IMAGES}, "calibration must hold finite numbers"),
]


@pytest.mark.parametrize("model, options, sentence", REFUSED, ids=range(len(REFUSED)))
def test_bad_input_is_refused_in_one_sentence(resnet, tmp_path, monkeypatch, model, options, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=sentence) as caught:
        export(resnet if model is None else model, **{"format": "onnx", "path": "g.onnx", **options})
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []


def test_size_that_the_network_does_not_admit_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be multiples of 16") as caught:
        export(unet_generator((64, 64, 3), 4, 4), "litert", tmp_path / "g.tflite", image_size=40)
    assert not re.search("[\n\x1b]", str(caught.value)) and list(tmp_path.iterdir()) == []


def test_what_a_converter_cannot_do_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"cannot become onnx \(.*Lgamma.*\): export another format\.$") as caught:
        export(small(Applied(tf.math.lgamma)), "onnx", tmp_path / "g.onnx")
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []


def test_dense_network_for_another_size_is_refused_in_one_sentence(tmp_path):
    dense = [keras.layers.Flatten(), keras.layers.Dense(192), keras.layers.Reshape((8, 8, 3))]
    with pytest.raises(
        ValueError,
        match=r"cannot become litert \(.*expected axis -1 of input shape to have value 192.*\): .*another image_size",
    ) as caught:
        export(small(*dense), "litert", tmp_path / "g.tflite", image_size=16)
    assert not re.search("[\n\x1b]", str(caught.value)) and list(tmp_path.iterdir()) == []


def test_path_that_cannot_be_written_is_named(resnet, tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "g.onnx"
    with pytest.raises(OSError, match=re.escape(f"{path} cannot be written (")) as caught:
        export(resnet, "onnx", path)
    assert "choose a folder that can" in str(caught.value)


@pytest.mark.parametrize(
    "is_patched",
    [
        True,
        pytest.param(
            False,
            marks=pytest.mark.skipif(
                os.name == "nt" or os.geteuid() == 0, reason="platform: no permission stops root, or Windows"
            ),
        ),
    ],
)
def test_read_only_folder_is_refused(tmp_path, monkeypatch, is_patched):
    def mkdir(path, *arguments, **options):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(os, "mkdir", mkdir) if is_patched else tmp_path.chmod(0o555)
    with pytest.raises(OSError, match=r"g.onnx cannot be written \(.*(Read-only|Permission) .*\): choose a") as caught:
        export(small(keras.layers.Rescaling(2.0)), "onnx", tmp_path / "g.onnx")
    monkeypatch.undo()
    tmp_path.chmod(0o755)
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []
