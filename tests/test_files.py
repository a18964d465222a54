"""Sound files pass the looks that are given to all; what is refused, tests/fuzz tries."""

import io
import zipfile

import keras
import numpy as np
import pytest

from studylib import files
from studylib.cyclegan import ConstantThenLinear, CycleGAN
from studylib.files import check_archive, load_arrays, load_network, read_json
from studylib.networks import load_pytorch_weights, patchgan_discriminator

SMALL = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1, "buffer_max_length": 2}


LONG = [ConstantThenLinear(0.001, 10**7, 10**7), keras.optimizers.schedules.CosineDecay(0.001, 10**7)]


@pytest.mark.parametrize("schedule", LONG, ids=lambda schedule: type(schedule).__name__)
def test_model_comes_back_with_its_optimizers_where_they_are_asked_for(tmp_path, schedule):
    gan = CycleGAN((16, 16, 3), **SMALL, seed=2**31 - 1)  # the largest number that a description holds
    gan.set_learning_rate(schedule)
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


@pytest.mark.parametrize(("units", "is_refused"), [(3, False), (10**6 + 1, True)])
def test_description_holds_no_size_beyond_reason(tmp_path, units, is_refused):
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save(tmp_path / "x.keras")
    with zipfile.ZipFile(tmp_path / "x.keras") as sound, zipfile.ZipFile(tmp_path / "y.keras", "w") as changed:
        for name in sound.namelist():
            changed.writestr(name, sound.read(name).replace(b'"units": 3', f'"units": {units}'.encode()))
    if is_refused:
        with pytest.raises(ValueError, match="y.keras .* holds the size 1,000,001, and 1,000,000 is the largest taken"):
            load_network(tmp_path / "y.keras")
    else:
        assert load_network(tmp_path / "y.keras").count_params() == 15


def test_archive_that_would_unpack_to_too_much_is_refused(tmp_path, monkeypatch):
    np.savez(tmp_path / "x.npz", x=np.arange(100.0))
    monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
    load_arrays(tmp_path / "x.npz")
    monkeypatch.setattr(files, "MOST_UNPACKED", 900)
    with pytest.raises(ValueError, match=r"x.npz would unpack from [\d,]+ bytes to 928: that is a trap"):
        load_arrays(tmp_path / "x.npz")


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
    np.savez(tmp_path / "named.npz", **{"conv/kernel:0": np.ones(2)})  # as TensorFlow names variables
    assert load_arrays(tmp_path / "named.npz").keys() == {"conv/kernel:0"}
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
