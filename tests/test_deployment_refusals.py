"""What `export` refuses, in one sentence each, and what it leaves as it was."""

import re

import keras
import numpy as np
import pytest

from studylib.deployment import export, load
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


def test_layers_that_keras_does_not_know_are_refused_where_a_file_would_name_them(tmp_path):
    outer = keras.Sequential([keras.Input((8, 8, 3)), small(Unknown(name="mine"))])
    with pytest.raises(ValueError, match="layer 'mine' is a Unknown, which Keras does not know: put @keras.saving"):
        export(outer, "keras", tmp_path / "g.keras")
    with pytest.raises(ValueError, match="layer 'negative' is a Lambda, whose code"):
        export(small(keras.layers.Lambda(lambda x: -x, name="negative")), "keras", tmp_path / "g.keras")
    assert list(tmp_path.iterdir()) == []
    images = IMAGES[:, :8, :8]
    np.testing.assert_array_equal(load(export(outer, "onnx", tmp_path / "g.onnx"))(images), -images)


class Subclassed(keras.Model):
    g_AB = None

    def call(self, inputs):
        return inputs


CALIBRATED = {"format": "litert-int8", "path": "g.tflite"}
REFUSED = [
    (keras.Sequential([keras.layers.Conv2D(3, 3)]), {}, "must be built before it is exported: call it once on images"),
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
    (None, {**CALIBRATED, "image_size": 64}, "must hold float images .*`preprocess`.* Received: no calibration"),
    (None, {**CALIBRATED, "image_size": 32, "calibration": IMAGES}, r"Received: shape \(3, 64, 64, 3\)"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": (99 * IMAGES).astype(int)}, "Received: int64"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": 9 * np.sign(IMAGES)}, "Received: values from -9 to 9"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": np.nan * IMAGES}, "Received: values from nan to nan"),
]


@pytest.mark.parametrize("model, options, sentence", REFUSED, ids=range(len(REFUSED)))
def test_bad_input_is_refused_in_one_sentence(resnet, tmp_path, monkeypatch, model, options, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=sentence) as caught:
        export(resnet if model is None else model, **{"format": "onnx", "path": "g.onnx", **options})
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []


def test_size_that_the_network_does_not_admit_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be multiples of 16"):
        export(unet_generator((64, 64, 3), 4, 4), "litert", tmp_path / "g.tflite", image_size=40)
    assert list(tmp_path.iterdir()) == []


def test_path_that_cannot_be_written_is_named(resnet, tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "g.onnx"
    with pytest.raises(OSError, match=re.escape(f"{path} cannot be written (")) as caught:
        export(resnet, "onnx", path)
    assert "choose a folder that can" in str(caught.value)
