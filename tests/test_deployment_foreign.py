"""Files of other programs, networks unlike the study's, and the trial that a LiteRT file has to pass."""

import subprocess
import sys

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf

from studylib.deployment import export, foreign, litert_trial, load
from studylib.deployment.formats import SUFFIXES

IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 3)).astype(np.float32)
linux = pytest.mark.skipif(sys.platform != "linux", reason="platform: only Linux counts the memory asked for")


def small(*layers, size=8, channels=3):
    return keras.Sequential([keras.Input((size, size, channels)), *layers])


def loaded(model, name, folder, **options):
    return load(export(model, name, folder / f"g{SUFFIXES[name]}", **options))


@keras.saving.register_keras_serializable(package="test_deployment")
class AlwaysDropout(keras.layers.Dropout):
    """As pix2pix has it, whenever it is called: `model(images, training=False)` overrides a `training=True` within."""

    def call(self, inputs, training=False):
        return super().call(inputs, training=True)


@pytest.mark.parametrize("name", ["keras", "saved_model"])
def test_dropout_of_pix2pix_draws_anew_for_every_call(tmp_path, name):
    translate, images = loaded(small(AlwaysDropout(0.5)), name, tmp_path), np.ones((1, 8, 8, 3), np.float32)
    first, second = translate(images), translate(images)
    assert set(np.unique(first)) == set(np.unique(second)) == {0, 2} and (first != second).any()


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_dropout_of_pix2pix_has_no_other_format(tmp_path, name):
    with pytest.raises(ValueError, match=rf"cannot become {name} \(.+\): export another format") as caught:
        loaded(small(AlwaysDropout(0.5)), name, tmp_path)
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["keras", "saved_model", "onnx"])
def test_networks_of_mixed_precision_take_and_return_float32(tmp_path, name):
    model = small(keras.layers.Conv2D(3, 1, dtype="mixed_float16"))
    assert model(IMAGES).dtype == "float16"
    translated = loaded(model, name, tmp_path)(IMAGES)
    assert translated.dtype == np.float32
    np.testing.assert_allclose(translated, model.predict(IMAGES, verbose=0), atol=1e-2)


def test_litert_has_no_convolution_of_float16(tmp_path):
    sentence = r"cannot become litert \(it has no BiasAdd, Conv2D\): export another format, or another image_size\.$"
    with pytest.raises(ValueError, match=sentence):
        loaded(small(keras.layers.Conv2D(3, 1, dtype="mixed_float16")), "litert", tmp_path)


def test_networks_that_enlarge_are_no_generators(tmp_path):
    with pytest.raises(ValueError, match="must return images of the size that it takes. Received: .*16, 16, 3"):
        export(small(keras.layers.UpSampling2D()), "onnx", tmp_path / "g.onnx")
    translate = loaded(small(keras.layers.UpSampling2D(), size=None), "onnx", tmp_path)
    with pytest.raises(ValueError, match="made 16 x 16 pixels of 8 x 8; a generator returns the size that it takes"):
        translate(IMAGES)


def test_only_files_of_any_size_speak_of_multiples(tmp_path):
    class Enlarging(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3), tf.float32)])
        def serve(self, image):
            return {"translated": tf.repeat(image, 2, axis=1)}

    module = Enlarging()
    tf.saved_model.save(module, str(tmp_path / "g"), signatures={"serving_default": module.serve})
    with pytest.raises(ValueError, match="made 16 x 8 pixels of 8 x 8; .* takes\\.$"):
        load(tmp_path / "g")(IMAGES)


def int8_file(path):
    converter = tf.lite.TFLiteConverter.from_keras_model(small(keras.layers.Conv2D(3, 1)))
    converter.optimizations, converter.inference_input_type = [tf.lite.Optimize.DEFAULT], tf.int8
    converter.representative_dataset = lambda: ([image[None]] for image in IMAGES)
    path.write_bytes(converter.convert())


def float16_file(path):
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT16, (1, 8, 8, 3)) for name in "ab"]
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["a"], ["b"])], "g", ends[:1], ends[1:])
    opset = onnx.helper.make_opsetid("", 17)
    path.write_bytes(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString())


@pytest.mark.parametrize(
    "write, name, kind", [(int8_file, "g.tflite", "int8"), (float16_file, "g.onnx", r"tensor\(float16\)")]
)
def test_files_for_other_numbers_are_refused_when_they_are_loaded(tmp_path, write, name, kind):
    write(tmp_path / name)
    with pytest.raises(ValueError, match=f"it takes {kind}, and images are float32"):
        load(tmp_path / name)


def test_trial_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign, "_sound", set())
    monkeypatch.setattr(foreign, "SECONDS", 0.01)
    with pytest.raises(ValueError, match="takes more than 0.01 s for one image: a smaller image_size takes less"):
        loaded(small(keras.layers.Rescaling(2.0)), "litert", tmp_path)


@linux
def test_trial_refuses_what_would_fill_the_memory(tmp_path):
    """8 x 8 pixels that become 20,000 x 20,000 on the way: 1.6 GB of them."""
    model = small(keras.layers.UpSampling2D(2500), keras.layers.AveragePooling2D(2500), channels=1)
    with pytest.raises(ValueError, match="g.tflite cannot be read by LiteRT"):
        loaded(model, "litert", tmp_path)


@linux
def test_trial_counts_what_the_file_takes_and_not_what_was_held_before():
    code = f"""
import mmap, runpy
held = mmap.mmap(-1, 5 * 10**9, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, mmap.PROT_READ)
runpy.run_path({litert_trial.__file__!r})["limit"](10**7)
taken = bytearray(10**9)
try:
    bytearray(5 * 10**8)
except MemoryError:
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr
