"""InceptionV3's features with weights that the test makes: no network is asked, and no weights are shipped."""

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

from studylib import evaluation
from studylib.evaluation import inception

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A network with random weights, and the file they are in."""
    keras.utils.set_random_seed(0)
    network = keras.applications.InceptionV3(include_top=False, pooling="avg", weights=None, input_shape=(299, 299, 3))
    path = tmp_path_factory.mktemp("keras") / "models" / inception.FILE
    path.parent.mkdir()
    with h5py.File(path, "w") as file:  # the older format, in which Keras' own copy comes
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    yield network, path
    inception._network.cache_clear()
    path.unlink()


def test_features_are_the_networks_on_enlarged_pictures(made, monkeypatch):
    network, path = made
    monkeypatch.setenv("KERAS_HOME", str(path.parent.parent))
    found = evaluation.inception_features(IMAGES, batch_size=2)  # finds the file where Keras would
    enlarged = keras.ops.image.resize(IMAGES.astype("float32"), (299, 299), antialias=True)
    expected = network(keras.applications.inception_v3.preprocess_input(np.array(enlarged))).numpy()
    assert found.shape == (3, 2048) and found.std() > 0
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    again = evaluation.inception_features(IMAGES / np.float32(127.5) - 1, path)
    np.testing.assert_allclose(again, found, rtol=1e-2, atol=1e-3 * np.abs(found).max())
    assert evaluation.frechet_distance(found, found) == pytest.approx(0, abs=1e-6)


def test_weights_that_are_missing_say_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"run keras.applications.InceptionV3\(include_top=False\) once"
    ) as error:
        evaluation.inception_features(IMAGES)
    assert str(tmp_path) in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(FileNotFoundError, match="mine.h5"):
        evaluation.inception_features(IMAGES, tmp_path / "mine.h5")


@pytest.mark.parametrize("name", ["other.weights.h5", "broken.h5"])
def test_another_file_is_refused_in_one_sentence(name, tmp_path):
    path = tmp_path / name
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    if name.endswith(".weights.h5"):
        other.save_weights(path)
    else:
        path.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="weights must be a file with the weights of .* cannot be loaded") as error:
        evaluation.inception_features(IMAGES, path)
    assert "\n" not in str(error.value)


def test_pictures_have_three_channels():
    with pytest.raises(ValueError, match=r"Received: shape \(20, 20, 3\)"):
        evaluation.inception_features(IMAGES[0])
