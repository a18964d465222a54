"""Exercises of notebook 11: their answers are what studylib and LiteRT compute, and work on an exported file."""

import numpy as np
import pytest

from studylib import exercises
from studylib.deployment import export, load, preprocess, quantize
from studylib.networks import unet_generator


def solved(name):
    namespace = {}
    exec(exercises.get(name).solution, namespace)
    return namespace[exercises.get(name).answer]


def test_solutions_are_what_studylib_computes():
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (9, 4, 3), dtype=np.uint8)
    np.testing.assert_allclose(solved("deployment.1")(picture), preprocess(picture[..., ::-1]), atol=1e-6)
    values = random.normal(size=1000)
    for low, high in ((-1, 1.55), (0, 3), (-2.7, 0.4)):
        np.testing.assert_array_equal(solved("deployment.2")(values, low, high), quantize(values, low, high))


def test_any_picture_goes_through_an_exported_file(tmp_path):
    translate = load(export(unet_generator((32, 32, 3), 4, 3), "onnx", tmp_path / "g.onnx"))
    images = np.random.default_rng(0).uniform(-1, 1, (1, 45, 22, 3)).astype(np.float32)
    with pytest.raises(ValueError, match="multiples of 2"):
        translate(images)
    assert solved("deployment.3")(translate, images, 8).shape == images.shape


def test_a_wrong_answer_is_told_the_numbers(capsys):
    assert exercises.check("deployment.1", lambda picture: (picture / np.float32(127.5) - 1)[None]) is False
    assert "(red, green, blue) = (-1, -0.6, 1). Received: (1, -0.6, -1)" in capsys.readouterr().out
    assert exercises.check("deployment.2", lambda values, low, high: np.int8(values)) is False
    assert "0 becomes -28. Received: [0]" in capsys.readouterr().out
    assert exercises.check("deployment.3", lambda generator, images, multiple: generator(images)) is False
    assert "stops with ValueError: the generator was called with 20 x 16 pixels" in capsys.readouterr().out
