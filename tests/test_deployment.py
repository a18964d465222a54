"""Exported generators: each runtime gives what Keras gives, at sizes it was not built for too; bad input is refused."""

import re
import subprocess
import sys

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tensorflow.core.protobuf import saved_model_pb2

from studylib.deployment import FORMATS, any_size, export, load, quantization, quantize
from studylib.deployment.formats import SUFFIXES
from studylib.networks import resnet_generator, unet_generator

SIZE, FLOAT32 = 64, ("keras", "saved_model", "onnx", "litert")
LITERT = [name for name in FORMATS if name.startswith("litert")]
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (3, SIZE, SIZE, 3)).astype(np.float32)
IMAGES[:, :2], IMAGES[:, 2:4] = -1, 1  # the whole range, for calibration


def spread(model):
    """Weights five times as large: a fresh network would paint nearly grey, and no difference would show."""
    model.set_weights([5 * weight for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def networks():
    keras.utils.set_random_seed(0)
    unet = unet_generator((SIZE, SIZE, 3), n_filters=24, n_downsamplings=4)
    return {"unet": spread(unet), "resnet": spread(resnet_generator((None, None, 3), n_filters=8, n_blocks=2))}


@pytest.fixture(scope="module")
def files(networks, tmp_path_factory):
    """Every network in every format: dict from (network, format) to the path."""
    folder = tmp_path_factory.mktemp("exported")
    written = {}
    for network, model in networks.items():
        for name in FORMATS:
            options = {"image_size": SIZE} if name.startswith("litert") else {}
            options |= {"calibration": IMAGES} if name == "litert-int8" else {}
            path = folder / f"{network}_{name}{SUFFIXES[name]}"
            written[network, name] = export(model, name, path, **options)
    return written


@pytest.mark.parametrize("network", ["unet", "resnet"])
def test_every_format_gives_what_keras_gives(networks, files, network):
    truth = networks[network].predict(IMAGES, verbose=0)
    assert truth.std() > 0.1
    mean = {}
    for name in FORMATS:
        translated = load(files[network, name])(IMAGES)
        assert translated.shape == truth.shape and translated.dtype == np.float32, name
        difference = np.abs(translated - truth)
        mean[name] = difference.mean()
        if name in FLOAT32:
            assert difference.max() < 1e-4, name
    assert 0 < mean["litert-float16"] < 0.01
    assert mean["litert-float16"] < mean["litert-dynamic-range"] < 0.2
    assert mean["litert-dynamic-range"] < mean["litert-int8"] < 0.5 * np.abs(truth - truth.mean()).mean()


@pytest.mark.parametrize("network", ["unet", "resnet"])
def test_litert_files_hold_numbers_of_the_bits_they_are_named_after(files, network):
    sizes = {name: files[network, name].stat().st_size for name in LITERT}
    assert sizes["litert-float16"] < 0.6 * sizes["litert"]
    assert max(sizes["litert-dynamic-range"], sizes["litert-int8"]) < 0.4 * sizes["litert"]
    details = Interpreter(model_path=str(files[network, "litert-int8"])).get_tensor_details()
    floats = [detail["name"] for detail in details if detail["dtype"] == np.float32 and 0 not in detail["shape"]]
    assert len(floats) == 2, "only what goes in and what comes out"


@pytest.mark.parametrize("name", ["onnx", "saved_model"])
@pytest.mark.parametrize("height, width", [(48, 96), (32, 16)])
def test_other_sizes_and_batches_than_the_model_was_built_for(networks, files, name, height, width):
    images = RANDOM.uniform(-1, 1, (2, height, width, 3)).astype(np.float32)
    for network, make in (
        ("unet", lambda: unet_generator((height, width, 3), n_filters=24, n_downsamplings=4)),
        ("resnet", lambda: resnet_generator((height, width, 3), n_filters=8, n_blocks=2)),
    ):
        other = make()
        other.set_weights(networks[network].get_weights())
        translated = load(files[network, name])(images)
        np.testing.assert_allclose(translated, other.predict(images, verbose=0), atol=1e-4, err_msg=network)


def test_litert_file_for_another_size_than_the_models_own(networks, tmp_path):
    images = RANDOM.uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32)
    translated = load(export(networks["unet"], "litert", tmp_path / "small.tflite", image_size=32))(images)
    np.testing.assert_allclose(translated, any_size(networks["unet"]).predict(images, verbose=0), atol=1e-4)


def test_another_program_runs_the_files_without_tensorflow(networks, files, tmp_path):
    """A process that cannot import TensorFlow or Keras, and knows nothing of this package."""
    np.save(tmp_path / "images.npy", IMAGES[:1])
    code = f"""
import sys
sys.modules |= dict.fromkeys(["tensorflow", "keras", "studylib"])
import numpy as np, onnxruntime
from ai_edge_litert.interpreter import Interpreter
images = np.load({str(tmp_path / "images.npy")!r})
session = onnxruntime.InferenceSession({str(files["unet", "onnx"])!r})
(onnx,) = session.run(["translated"], {{"image": images}})
runner = Interpreter(model_path={str(files["unet", "litert"])!r}).get_signature_runner("serving_default")
np.savez({str(tmp_path / "out.npz")!r}, onnx=onnx, litert=runner(image=images)["translated"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    truth = networks["unet"].predict(IMAGES[:1], verbose=0)
    with np.load(tmp_path / "out.npz") as outputs:
        for name in ("onnx", "litert"):
            np.testing.assert_allclose(outputs[name], truth, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("network", ["unet", "resnet"])
def test_onnx_names_what_goes_in_and_what_comes_out(files, network):
    graph = onnx.load(files[network, "onnx"]).graph
    for (value,), name in ((graph.input, "image"), (graph.output, "translated")):
        tensor = value.type.tensor_type
        assert value.name == name and tensor.elem_type == onnx.TensorProto.FLOAT
        assert [size.dim_param or size.dim_value for size in tensor.shape.dim][:3] == ["batch", "height", "width"]


@pytest.mark.parametrize("network", ["unet", "resnet"])
def test_saved_model_has_the_signature_that_tf_serving_asks_for(networks, files, network):
    """Read as `saved_model_cli show --tag_set serve --signature_def serving_default` reads it."""
    saved = saved_model_pb2.SavedModel()
    folder = files[network, "saved_model"]
    saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    (graph,) = [graph for graph in saved.meta_graphs if "serve" in graph.meta_info_def.tags]
    signature = graph.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    for tensors, name in ((signature.inputs, "image"), (signature.outputs, "translated")):
        assert list(tensors) == [name] and tensors[name].dtype == tf.float32.as_datatype_enum
        assert [size.size for size in tensors[name].tensor_shape.dim] == [-1, -1, -1, 3]
    loaded = tf.saved_model.load(folder)
    answer = loaded.signatures["serving_default"](image=tf.constant(IMAGES))["translated"]
    np.testing.assert_allclose(answer, networks[network].predict(IMAGES, verbose=0), atol=1e-4)
    weights = sum(file.stat().st_size for file in folder.glob("variables/*"))
    assert weights < 1.1 * 4 * networks[network].count_params() + 3000, "each weight once"


def test_quantize_is_what_litert_does(files):
    interpreter = Interpreter(
        model_path=str(files["unet", "litert-int8"]), experimental_preserve_all_tensors=True, num_threads=1
    )
    interpreter.allocate_tensors()
    image = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(image, IMAGES[:1])
    interpreter.invoke()
    # The first whole numbers of the network are those of the image.
    details = (
        d for d in interpreter.get_tensor_details() if d["dtype"] == np.int8 and d["shape"].tolist()[1:] == [64, 64, 3]
    )
    first = next(d for d in details if d["quantization"][1] == quantization(-1, 1)[1])
    scale, zero_point = quantization(-1, 1)
    assert first["quantization"] == (pytest.approx(scale, rel=1e-6), zero_point)
    found = interpreter.get_tensor(first["index"]).astype(int)
    # LiteRT multiplies by 1 / scale in float32: a half may fall to the other side.
    assert np.abs(found - quantize(IMAGES[:1], -1, 1)).max() <= 1
    assert np.mean(found == quantize(IMAGES[:1], -1, 1), where=np.abs(IMAGES[:1]) < 1) > 0.999


def test_nothing_is_printed(networks, tmp_path, capfd):
    capfd.readouterr()
    path = export(networks["resnet"], "litert-int8", tmp_path / "r.tflite", calibration=IMAGES, image_size=SIZE)
    load(path)(IMAGES)
    load(export(networks["resnet"], "saved_model", tmp_path / "r"))(IMAGES)
    load(export(networks["resnet"], "onnx", tmp_path / "r.onnx"))(IMAGES)
    assert capfd.readouterr() == ("", "")


def test_existing_files_stay_unless_they_may_be_replaced(networks, tmp_path):
    model, other = networks["resnet"], spread(resnet_generator((None, None, 3), n_filters=8, n_blocks=2))
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


def test_failure_in_the_middle_leaves_what_was_there(networks, tmp_path, monkeypatch):
    model, path = networks["resnet"], tmp_path / "g.keras"
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


def small(*layers):
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def test_layers_that_keras_does_not_know_are_refused_where_a_file_would_name_them(tmp_path):
    outer = keras.Sequential([keras.Input((8, 8, 3)), small(Unknown(name="mine"))])
    with pytest.raises(ValueError, match="layer 'mine' is a Unknown, which Keras does not know: put @keras.saving"):
        export(outer, "keras", tmp_path / "g.keras")
    with pytest.raises(ValueError, match="layer 'negative' is a Lambda, whose code"):
        export(small(keras.layers.Lambda(lambda x: -x, name="negative")), "keras", tmp_path / "g.keras")
    assert list(tmp_path.iterdir()) == []
    images = IMAGES[:, :8, :8]
    np.testing.assert_array_equal(load(export(outer, "onnx", tmp_path / "g.onnx"))(images), -images)


def test_network_of_one_size_is_exported_for_that_size(tmp_path):
    dense = [keras.layers.Flatten(), keras.layers.Dense(192), keras.layers.Reshape((8, 8, 3))]
    model = small(*dense)
    assert any_size(model) is model
    translate = load(export(model, "onnx", tmp_path / "g.onnx"))
    assert translate.shape == (None, 8, 8, 3) and "8 x 8 x 3" in repr(translate)
    images = IMAGES[:, :8, :8]
    np.testing.assert_allclose(translate(images), model.predict(images, verbose=0), atol=1e-5)
    with pytest.raises(ValueError, match=r"takes images of .* = \(8, 8, 3\). Received: \(16, 8, 3\)"):
        translate(IMAGES[:, :16, :8])


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
    (None, {**CALIBRATED, "image_size": 64, "calibration": 9 * IMAGES}, "Received: values from -9 to 9"),
    (None, {**CALIBRATED, "image_size": 64, "calibration": np.nan * IMAGES}, "Received: values from nan to nan"),
]


@pytest.mark.parametrize("model, options, sentence", REFUSED, ids=range(len(REFUSED)))
def test_bad_input_is_refused_in_one_sentence(networks, tmp_path, monkeypatch, model, options, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=sentence) as caught:
        export(networks["resnet"] if model is None else model, **{"format": "onnx", "path": "g.onnx", **options})
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []


def test_size_that_the_network_does_not_admit_is_refused(networks, tmp_path):
    with pytest.raises(ValueError, match="must be multiples of 16"):
        export(networks["unet"], "litert", tmp_path / "g.tflite", image_size=40)
    assert list(tmp_path.iterdir()) == []


def test_path_that_cannot_be_written_is_named(networks, tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "g.onnx"
    with pytest.raises(OSError, match=re.escape(f"{path} cannot be written (")) as caught:
        export(networks["resnet"], "onnx", path)
    assert "choose a folder that can" in str(caught.value)


def test_sizes_that_do_not_fit_are_noticed_in_every_runtime(files):
    images = np.zeros((1, 70, 66, 3), np.float32)
    for name in ("onnx", "saved_model"):
        with pytest.raises(ValueError, match="stopped at images of 70 x 66 pixels; .* multiples of 2"):
            load(files["unet", name])(images)
        with pytest.raises(ValueError, match="made 72 x 68 pixels of 70 x 66; .* multiples of 2"):
            load(files["resnet", name])(images)
    with pytest.raises(ValueError, match=r"takes images of .* = \(64, 64, 3\). Received: \(70, 66, 3\)"):
        load(files["unet", "litert"])(images)
    with pytest.raises(ValueError, match="`preprocess` makes one of pictures. Received: uint8 of shape"):
        load(files["unet", "litert"])(np.zeros((1, 64, 64, 3), np.uint8))


def test_what_cannot_be_loaded_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.onnx does not exist"):
        load(tmp_path / "none.onnx")
    for name, runtime in (
        ("a.onnx", "ONNX Runtime"),
        ("a.tflite", "LiteRT"),
        ("a.keras", "Keras"),
        ("a", "TensorFlow"),
    ):
        path = tmp_path / name
        path.write_text("damaged") if path.suffix else path.mkdir()
        with pytest.raises(ValueError, match=f"{name} cannot be read by {runtime}: export it anew") as caught:
            load(path)
        assert "\n" not in str(caught.value)
    (tmp_path / "a.pt").write_text("")
    with pytest.raises(ValueError, match="path must end in .keras, .onnx or .tflite, or be the folder"):
        load(tmp_path / "a.pt")
