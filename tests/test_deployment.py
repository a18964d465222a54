"""Exported generators: each runtime gives what Keras gives, at sizes it was not built for too."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf
from ai_edge_litert import interpreter as litert
from ai_edge_litert.interpreter import Interpreter
from tensorflow.core.protobuf import saved_model_pb2

from studylib import pretrained
from studylib.data import load_task
from studylib.deployment import FORMATS, any_size, export, load, preprocess, quantization, quantize, runtimes
from studylib.deployment.formats import SUFFIXES
from studylib.deployment.messages import hidden_messages
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


@pytest.mark.parametrize("name", pretrained.names())
def test_trained_weights_lose_nothing(name, tmp_path):
    """The shelf's g_AB on held-out pictures, which no test of weights drawn at random stands for."""
    painter = pretrained.load_pretrained(name)
    images = preprocess(load_task(name, painter.image_size).test_a[:8])
    truth = painter.g_AB(images).numpy()
    for format in FLOAT32:
        size = {"image_size": painter.image_size} if format == "litert" else {}
        path = export(painter.g_AB, format, tmp_path / f"g{SUFFIXES[format]}", **size)
        assert np.abs(load(path)(images) - truth).max() < 1e-4, format


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


def test_onnx_says_what_the_numbers_mean(tmp_path):
    model = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(3, 1)])
    properties = onnx.load(export(model, "onnx", tmp_path / "g.onnx")).metadata_props
    assert {entry.key: entry.value for entry in properties} == {
        "image": "float32, NHWC, 1 channels, -1 to 1",
        "translated": "float32, NHWC, RGB, -1 to 1",
    }


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
    scale, zero_point = quantization(-1, 1)  # -1: a half is rounded away from zero
    assert first["quantization"] == (pytest.approx(scale, rel=1e-6), zero_point)
    found = interpreter.get_tensor(first["index"]).astype(int)
    # LiteRT multiplies by 1 / scale in float32: a half may fall to the other side.
    assert np.abs(found - quantize(IMAGES[:1], -1, 1)).max() <= 1
    assert np.mean(found == quantize(IMAGES[:1], -1, 1), where=np.abs(IMAGES[:1]) < 1) > 0.999


def test_litert_weights_are_symmetric_with_a_scale_for_each_channel(files):
    """As the docstring of `quantization` says."""
    interpreter = Interpreter(model_path=str(files["unet", "litert-int8"]))
    interpreter.allocate_tensors()
    details = [d for d in interpreter.get_tensor_details() if d["dtype"] == np.int8]
    weights = [d for d in details if len(d["quantization_parameters"]["scales"]) > 1]
    assert len(weights) >= 7
    for detail in weights:
        parameters = detail["quantization_parameters"]
        assert len(parameters["scales"]) == detail["shape"][parameters["quantized_dimension"]]
        assert not parameters["zero_points"].any() and interpreter.get_tensor(detail["index"]).min() >= -127


def test_runtimes_are_told_of_all_cores(files, monkeypatch):
    told = {}
    session, interpreter = onnxruntime.InferenceSession, litert.Interpreter

    def make_session(content, sess_options, **options):
        told["ONNX Runtime"] = sess_options.intra_op_num_threads
        return session(content, sess_options, **options)

    def make_interpreter(num_threads, **options):
        told["LiteRT"] = num_threads
        return interpreter(num_threads=num_threads, **options)

    monkeypatch.setattr(onnxruntime, "InferenceSession", make_session)
    monkeypatch.setattr(litert, "Interpreter", make_interpreter)
    monkeypatch.setattr(runtimes, "usable_cores", lambda: 3)
    for name in ("onnx", "litert"):
        load(files["resnet", name])
    assert told == {"ONNX Runtime": 3, "LiteRT": 3}


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_paths_may_hold_letters_of_all_the_world(networks, files, tmp_path, name):
    (tmp_path / "für später").mkdir()
    path = shutil.copy(files["resnet", name], tmp_path / "für später" / f"고양이{SUFFIXES[name]}")
    np.testing.assert_allclose(load(path)(IMAGES), networks["resnet"].predict(IMAGES, verbose=0), atol=1e-4)


def test_messages_are_hidden_where_there_is_no_standard_error(monkeypatch):
    def closed(descriptor):
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(os, "dup", closed)
    with pytest.raises(ValueError, match="from inside"), hidden_messages():
        raise ValueError("from inside")


def test_nothing_is_printed(networks, tmp_path, capfd):
    capfd.readouterr()
    path = export(networks["resnet"], "litert-int8", tmp_path / "r.tflite", calibration=IMAGES, image_size=SIZE)
    load(path)(IMAGES)
    load(export(networks["resnet"], "saved_model", tmp_path / "r"))(IMAGES)
    load(export(networks["resnet"], "onnx", tmp_path / "r.onnx"))(IMAGES)
    assert capfd.readouterr() == ("", "")


def test_network_of_one_size_is_exported_for_that_size(tmp_path):
    dense = [keras.layers.Flatten(), keras.layers.Dense(192), keras.layers.Reshape((8, 8, 3))]
    model = keras.Sequential([keras.Input((8, 8, 3)), *dense])
    assert any_size(model) is model
    translate = load(export(model, "onnx", tmp_path / "g.onnx"))
    assert translate.shape == (None, 8, 8, 3) and "8 x 8 x 3" in repr(translate)
    images = IMAGES[:, :8, :8]
    np.testing.assert_allclose(translate(images), model.predict(images, verbose=0), atol=1e-5)
    with pytest.raises(ValueError, match=r"takes images of .* = \(8, 8, 3\). Received: \(16, 8, 3\)"):
        translate(IMAGES[:, :16, :8])


def test_sizes_that_do_not_fit_are_noticed_in_every_runtime(files):
    images = np.zeros((1, 70, 66, 3), np.float32)
    for name in ("onnx", "saved_model"):
        with pytest.raises(ValueError, match=r"stopped at images of 70 x 66 pixels \(.+\); .* multiples of 2"):
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
        ("a", "TensorFlow"),
    ):
        path = tmp_path / name
        path.write_text("damaged") if path.suffix else path.mkdir()
        with pytest.raises(ValueError, match=rf"{name} cannot be read by {runtime}: export it anew \(.+\)") as caught:
            load(path)
        assert "\n" not in str(caught.value)
    (tmp_path / "a.keras").write_text("damaged")
    with pytest.raises(ValueError, match="a.keras is damaged, or no zip archive"):
        load(tmp_path / "a.keras")
    for name in ("a.pt", "without"):
        (tmp_path / name).write_text("")
        with pytest.raises(ValueError, match="path must end in .keras, .onnx or .tflite, or be the folder"):
            load(tmp_path / name)
    tf.saved_model.save(tf.Module(), str(tmp_path / "bare"))
    with pytest.raises(ValueError, match="bare cannot be read by TensorFlow: .*no signature 'serving_default'"):
        load(tmp_path / "bare")


def test_missing_runtime_is_not_taken_for_a_damaged_file(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"\.onnx needs ONNX Runtime, which is not installed \(.+\): `make study`"):
        load(files["resnet", "onnx"])


@pytest.mark.parametrize(
    "error, sentence",
    [
        (MemoryError(), r"g.onnx needs more memory than there is for images of shape \(3, 64, 64, 3\): give it fewer"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), "g.onnx needs more memory than there is"),
        (RuntimeError("no kernel for Tanh\nmore"), r"pixels \(RuntimeError: no kernel for Tanh\); .* multiples of 2"),
    ],
    ids=["Python", "TensorFlow", "another"],
)
def test_what_stops_a_run_is_said(error, sentence):
    def run(images):
        raise error

    with pytest.raises(ValueError, match=sentence) as caught:
        runtimes.Translator(Path("g.onnx"), "none", run, (None, None, None, 3))(IMAGES)
    assert "\n" not in str(caught.value)
