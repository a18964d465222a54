"""Sound files pass the looks that are given to all; what is refused, tests/fuzz tries."""

import io
import zipfile

import keras
import numpy as np
import pytest

from studylib.cyclegan import CycleGAN
from studylib.files import check_archive, load_arrays, load_network, read_json
from studylib.networks import load_pytorch_weights, patchgan_discriminator

SMALL = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1, "buffer_max_length": 2}


def test_model_comes_back_with_its_optimizers_where_they_are_asked_for(tmp_path):
    gan = CycleGAN((16, 16, 3), **SMALL)
    batch = np.random.default_rng(0).uniform(-1, 1, (2, 1, 16, 16, 3)).astype(np.float32)
    gan.train_step(batch)
    gan.save(tmp_path / "gan.keras")
    loaded = load_network(tmp_path / "gan.keras", compile=True)
    np.testing.assert_array_equal(loaded(batch[0]), gan(batch[0]))
    for own, other in zip(gan.generator_optimizer.variables, loaded.generator_optimizer.variables, strict=True):
        np.testing.assert_array_equal(own, other)


def test_weights_of_nothing_but_zeros_are_no_bomb(tmp_path):
    layer = keras.layers.Dense(2000, kernel_initializer="zeros")  # 8 MB that a zip file makes very small
    keras.Sequential([keras.Input((1000,)), layer]).save(tmp_path / "x.keras")
    with zipfile.ZipFile(tmp_path / "x.keras") as sound, zipfile.ZipFile(tmp_path / "packed.keras", "w", 8) as packed:
        for name in sound.namelist():
            packed.writestr(name, sound.read(name))
    assert (tmp_path / "packed.keras").stat().st_size < 100_000
    assert load_network(str(tmp_path / "packed.keras")).count_params() == 2_002_000


def test_arrays_come_back_and_serve_as_weights(tmp_path):
    model = patchgan_discriminator((32, 32, 3), 2, 1)
    kernels = {"model.0": model.get_layer("conv_1"), "model.2": model.get_layer("conv_2")}
    kernels["model.5"] = model.get_layer("score_conv")
    weights = {
        f"{name}.weight": np.ones(np.array(layer.kernel).transpose(3, 2, 0, 1).shape) for name, layer in kernels.items()
    }
    weights |= {f"{name}.bias": np.full(layer.bias.shape, 3.0) for name, layer in kernels.items()}
    np.savez(tmp_path / "x.npz", **weights)
    loaded = load_arrays(tmp_path / "x.npz")
    assert loaded.keys() == weights.keys() and all(np.array_equal(loaded[name], weights[name]) for name in weights)
    for state_dict in (loaded, np.load(tmp_path / "x.npz")):
        load_pytorch_weights(model, state_dict)
        assert np.all(np.array(model.get_layer("conv_1").bias) == 3)


def test_settings_come_back(tmp_path):
    (tmp_path / "x.json").write_text('{"name": "선화", "size": [64, 64]}', encoding="utf-8")
    assert read_json(tmp_path / "x.json") == {"name": "선화", "size": [64, 64]}


def test_members_in_folders_are_inside(tmp_path):
    with zipfile.ZipFile(path := tmp_path / "x.zip", "w") as archive:
        archive.writestr("assets/vocabulary/words.txt", "x")
        archive.writestr("a..b.npy", "x")
    check_archive(path)
    for name in ("../x", "a/../../x", "/x", "C:/x", "..\\x"):
        with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
            archive.writestr(name, "x")
        with zipfile.ZipFile(buffer) as archive, pytest.raises(ValueError, match="a member that lies outside it"):
            check_archive(archive)
