"""Exporting, loading and comparing generators, and their pictures: what the arguments must refuse."""

import numpy as np
from hostile_values import LARGE, flags, images, names, numbers, paths, real, whole
from sound import entry, exports, made, pictures, scaled, small_generator

VALUES = np.linspace(-1, 1, 24)
BYTES = np.zeros((2, 16, 16, 3), np.uint8)
FLOATS = [BYTES, BYTES.astype(int), "cat.png"]  # what is no float image
MODELS = [None, 3, "g.keras", {}, [], object(), dict, np.zeros(3)]


def comparing():
    return {"model": small_generator(), "paths": [exports()["keras"]], "images": scaled(), "rounds": 1}


def calibrating():
    kind = {"format": "litert-int8", "path": "no such folder/g.tflite", "image_size": 16}
    return {"model": small_generator(), "calibration": scaled(), **kind}


# Floats out of [-1, 1] go into a generator: what it makes of them is shown in notebook 11.
GENERATOR_IMAGES = [*images(scale=False), *FLOATS]
ENTRIES = {
    "deployment.comparison.compare": entry(
        comparing,
        model=MODELS,
        paths=[None, "g.onnx", 3, [], {}, [None], [""], ["no/such/file.onnx"], ["g.txt"], {"x": 3}],
        images=GENERATOR_IMAGES,
        rounds=whole(),
        seed=whole(0, most=False),
    ),
    "deployment.checks.check_generator": entry(made(model=None), model=MODELS),
    "deployment.checks.float_batch": entry(made(name="images", images=None), images=GENERATOR_IMAGES),
    "deployment.checks.float_values": entry(
        made(name="images", images=None), images=[*images(shape=False, scale=False, empty=False), *FLOATS]
    ),
    "deployment.formats.any_size": entry(made(model=None), model=MODELS),
    "deployment.formats.export": entry(
        calibrating,
        model=MODELS,
        format=names("torch", "LiteRT"),
        path=[*paths(), "g.onnx", "g"],
        overwrite=flags(),
        calibration=[*images(), *FLOATS, scaled()[:, :8]],
        image_size=[*whole(), LARGE],
    ),
    "deployment.preprocessing.preprocess": entry(
        lambda: {"pictures": pictures(), "image_size": 8},
        pictures=[*images(scale=False), scaled(), pictures()[..., :1]],
        image_size=[*whole(none=True), LARGE, 8192],
    ),
    "deployment.preprocessing.postprocess": entry(
        made(images=None), images=[*images(shape=False, scale=False, empty=False), *FLOATS]
    ),
    "deployment.quantization.quantization": entry(
        made(low=-1.0, high=1.0), low=real(2, -1e31), high=real(-2, 1e31), bits=[*whole(2), 1, 9, 64]
    ),
    "deployment.quantization.quantize": entry(
        made(values=VALUES, low=-1.0, high=1.0),
        values=numbers(),
        low=real(2, -1e31),
        high=real(-2, 1e31),
        bits=whole(2),
    ),
    "deployment.quantization.dequantize": entry(
        made(whole=VALUES, low=-1.0, high=1.0),
        whole=numbers(),
        low=real(2),
        high=real(-2),
        bits=whole(2),
    ),
    "deployment.runtimes.load": entry(made(path="g.onnx"), path=[*paths(), "README.md", "no/such/file.onnx"]),
    "deployment.runtimes.compiled": entry(made(model=None), model=MODELS),
    # ---- what came with it
    "evaluation.frechet.normal_of": entry(
        made(vectors=np.eye(4)), vectors=[*numbers((8, 5)), 3, np.ones(5), np.ones((1, 5))]
    ),
    "evaluation.scores.true_set": entry(
        lambda: {"truth": pictures()}, truth=[*images(), pictures(1), pictures()[..., :1]]
    ),
    "plots.deployment.differences": entry(
        lambda: {"images": pictures(), "truth": pictures()},
        images=[*images(shape=False, empty=False), pictures(1)],
        truth=[*images(shape=False, empty=False), pictures(1)],
        gain=real(0, -1),
    ),
    "plots.deployment.rounded_numbers": entry(
        made(values=VALUES, ranges={"x": (-1, 1)}),
        values=numbers(),
        ranges=[None, 3, {}, [], "x", [(-1, 1)], {"x": None}, {"x": (1,)}, {"x": (1, -1)}, {"x": ("a", "b")}],
        bits=whole(2),
    ),
}
