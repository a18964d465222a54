"""Checkpoints of the PyTorch implementation: the same weights give the same images, and bad ones change nothing.

The expected numbers in tests/golden were computed by PyTorch; recipe.py says from which weights and images.
"""

import re
import runpy
from pathlib import Path

import keras
import numpy as np
import pytest

from studylib.networks import (
    encoder_decoder_generator,
    load_pytorch_weights,
    patchgan_discriminator,
    resnet_generator,
    unet_generator,
)

GOLDEN = Path(__file__).parent / "golden"
RECIPE = runpy.run_path(GOLDEN / "recipe.py")
BUILDERS = {"resnet": resnet_generator, "unet": unet_generator, "patchgan": patchgan_discriminator}


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "pytorch_golden.npz") as arrays:
        return dict(arrays)


def shapes(golden, case):
    lines = (str(line).split() for line in golden[f"shapes/{case}"])
    return {name: tuple(map(int, shape)) for name, *shape in lines}


def model_and_weights(golden, case):
    kind, shape, arguments, _ = RECIPE["CASES"][case]
    return BUILDERS[kind](shape, **arguments), RECIPE["draw_weights"](shapes(golden, case))


# --- the same weights, the same output


@pytest.mark.parametrize("case", RECIPE["CASES"])
def test_output_equals_pytorch(case, golden):
    model, weights = model_and_weights(golden, case)
    load_pytorch_weights(model, weights)
    output = model(RECIPE["draw_images"](case, model.input_shape[1:]))
    np.testing.assert_allclose(output, golden[f"output/{case}"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("case", RECIPE["FULL_SIZE"])
def test_full_size_checkpoints_are_accepted(case, golden):
    kind, shape, arguments, _ = RECIPE["FULL_SIZE"][case]
    model = BUILDERS[kind](shape, **arguments)
    entries = shapes(golden, case)
    assert sum(map(np.prod, entries.values())) == model.count_params()
    # Every entry filled with its own number: each variable must have taken exactly one, and all must be taken.
    numbers = {name: np.full(shape, i, "float32") for i, (name, shape) in enumerate(entries.items(), start=1)}
    load_pytorch_weights(model, numbers)
    taken = [np.unique(variable.numpy()).tolist() for variable in model.trainable_variables]
    assert sorted(taken) == [[i] for i in range(1, len(entries) + 1)]


class Tensor:
    """What a tensor of another framework is to us: something numpy.asarray can read."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)


@pytest.mark.parametrize(
    "convert, tolerance",
    [
        (lambda array: array.astype("float64"), 0),
        (lambda array: array.astype("float16"), 1e-3),
        (lambda array: array.tolist(), 0),
        (Tensor, 0),
    ],
)
def test_whatever_numpy_can_read(convert, tolerance, golden):
    model, weights = model_and_weights(golden, "unet_2")
    load_pytorch_weights(model, weights)
    expected = model.get_weights()
    model.set_weights([np.zeros_like(weight) for weight in expected])
    load_pytorch_weights(model, {name: convert(array) for name, array in weights.items()})
    for ours, theirs in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=tolerance)


def test_prefix_and_running_statistics_are_ignored(golden):
    model, weights = model_and_weights(golden, "resnet_square")
    entries = {f"module.{name}": array for name, array in weights.items()}
    entries["module.model.2.running_mean"] = entries["module.model.2.running_var"] = np.ones(4)
    entries["module.model.2.num_batches_tracked"] = np.array(7)
    load_pytorch_weights(model, entries)
    output = model(RECIPE["draw_images"]("resnet_square", (16, 16, 3)))
    np.testing.assert_allclose(output, golden["output/resnet_square"], atol=1e-5)


def test_encoder_decoder_takes_the_names_of_the_unet(golden):
    model = encoder_decoder_generator((16, 16, 3), n_filters=4, n_downsamplings=2)
    weights = RECIPE["draw_weights"](shapes(golden, "unet_2"))
    weights["model.model.3.weight"] = weights["model.model.3.weight"][4:]  # only what comes from below
    load_pytorch_weights(model, weights)
    kernel = model.get_layer("up_1_conv").kernel
    np.testing.assert_array_equal(kernel, weights["model.model.3.weight"].transpose(2, 3, 1, 0))


# --- bad checkpoints


def without(name):
    return lambda weights: {key: array for key, array in weights.items() if key != name}


def changed(name, change):
    return lambda weights: {**weights, name: change(weights.get(name))}


def batch_normalized(weights):
    """As trained with --norm batch: no biases under a normalization, which has a scale, a shift and statistics."""
    del weights["model.4.bias"]
    return {**weights, "model.5.weight": np.ones(8), "model.5.bias": np.ones(8), "model.5.running_mean": np.ones(8)}


def set_one(value):
    def change(array):
        array = array.copy()
        array.flat[3] = value
        return array

    return change


FIRST, LAST = "model.1.weight", "model.19.bias"  # of the ResNet with two blocks
BAD = {
    "missing": (without(LAST), f"Received: .* and 16 more; missing {re.escape(LAST)}$"),
    "extra": (changed("model.99.weight", lambda _: np.ones((1, 1, 3, 3))), r"more; unexpected model\.99\.weight$"),
    "both": (lambda w: {**without(LAST)(w), "epoch": 3}, "more; missing model.19.bias; unexpected epoch$"),
    "empty": (lambda w: {}, r"no entry; missing model\.1\.weight, model\.1\.bias, model\.4\.weight and 17 more$"),
    "kernel order of Keras": (
        changed(FIRST, lambda array: array.transpose(2, 3, 1, 0)),
        r"model\.1\.weight must have shape \(4, 3, 7, 7\) .* Received: shape \(7, 7, 3, 4\)$",
    ),
    "last entry misshapen": (changed(LAST, lambda array: array[:2]), r"must have shape \(3,\) .* shape \(2,\)$"),
    "batch normalization": (batch_normalized, r"not from one with batch normalization. Received: model\.5\.weight$"),
    "not a number": (changed(LAST, lambda array: array * np.nan), "finite numbers. Received: model.19.bias"),
    "infinite": (changed(FIRST, set_one(np.inf)), "finite numbers. Received: model.1.weight"),
    "too large for float32": (changed(FIRST, lambda array: array.astype("float64") * 1e300), "finite numbers"),
    "text": (changed(LAST, lambda array: "weights"), "must hold arrays of numbers. Received: model.19.bias"),
    "complex": (changed(FIRST, lambda array: array * 1j), "must hold arrays of numbers. Received: model.1.weight"),
    "ragged": (changed(LAST, lambda array: [[1, 2], [3]]), "must hold arrays of numbers. Received: model.19.bias"),
    "prefixed and not": (lambda w: {**w, f"module.{LAST}": w[LAST]}, "each entry once. Received: model.19.bias"),
    "a whole checkpoint": (lambda w: {"state_dict": w}, "unexpected state_dict"),
    "a list": (lambda w: list(w.items()), "state_dict must be a mapping .* Received: list$"),
    "a path": (lambda w: "latest_net_G.pth", "state_dict must be a mapping .* Received: str$"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("spoil, sentence", BAD.values(), ids=BAD.keys())
def test_bad_checkpoints_raise_one_sentence_and_change_nothing(spoil, sentence, golden):
    model, weights = model_and_weights(golden, "resnet_square")
    before = model.get_weights()
    with pytest.raises(ValueError, match=sentence) as error:
        load_pytorch_weights(model, spoil(weights))
    assert "\n" not in str(error.value)
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "model",
    [
        resnet_generator((8, 8, 3), n_filters=4, n_blocks=3),
        unet_generator((8, 8, 3), n_filters=4, n_downsamplings=2),
        patchgan_discriminator((24, 24, 3), n_filters=4),
    ],
    ids=lambda model: model.name,
)
def test_checkpoints_of_another_network(model, golden):
    _, weights = model_and_weights(golden, "resnet_square")
    with pytest.raises(ValueError, match="state_dict must hold exactly the convolutions of the model"):
        load_pytorch_weights(model, weights)


@pytest.mark.parametrize("model", [keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(1, 3)]), None, "g_AB"])
def test_other_models_are_refused(model):
    with pytest.raises(ValueError, match="model must be made by resnet_generator, .* Received: model="):
        load_pytorch_weights(model, {})
