"""The errors and the filters against pixels written out by hand, PIL's own filter, and models that are known."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from studylib import evaluation
from studylib.data import load_task


class Exact:
    """A "model" that knows the truth in one direction and does nothing in the other."""

    def __init__(self, task):
        lookup = {a.tobytes(): b for a, b in zip(task.test_a, task.test_b, strict=True)}
        as_float = lambda image: image.astype(np.float32) / 127.5 - 1  # noqa: E731
        to_bytes = lambda image: np.rint((image + 1) * 127.5).astype(np.uint8).tobytes()  # noqa: E731
        self.g_AB = lambda images: np.stack([as_float(lookup[to_bytes(image)]) for image in images])
        self.g_BA = lambda images: images


def test_error_is_in_grey_levels_for_both_kinds_of_image():
    images, truth = np.full((2, 4, 4, 3), 100, np.uint8), np.full((2, 4, 4, 3), 130, np.uint8)
    assert evaluation.grey_level_error(images, truth) == 30
    assert evaluation.grey_level_error(images / 127.5 - 1, truth / 127.5 - 1) == pytest.approx(30)


def test_maximum_filter_equals_pillows():
    images = np.random.default_rng(0).integers(0, 256, (3, 12, 10, 3), dtype=np.uint8)
    ours = evaluation.maximum_filter(images)
    for image, filtered in zip(images, ours, strict=True):
        expected = np.asarray(Image.fromarray(image).filter(ImageFilter.MaxFilter(3)))
        np.testing.assert_array_equal(filtered[1:-1, 1:-1], expected[1:-1, 1:-1])  # Pillow treats the border otherwise


def test_luminance_ramp():
    colours = np.array([[[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0]]]], np.uint8)
    grey = evaluation.luminance_ramp(colours, 0, 255)[0, 0]
    np.testing.assert_array_equal(grey[:, 0], [255, 0, 76, 150])  # 0.299 and 0.587 of 255
    assert np.all(grey == grey[:, :1])
    np.testing.assert_array_equal(evaluation.luminance_ramp(colours, 80, 140)[0, 0, :, 0], [255, 0, 0, 255])


def ramp_errors(task, from_b):
    inputs, truth = (task.test_b, task.test_a) if from_b else (task.test_a, task.test_b)
    ramps = (evaluation.luminance_ramp(inputs, *ramp) for ramp in ((0, 256), (64, 128), (32, 224)))
    return [evaluation.grey_level_error(images, truth) for images in ramps]


def test_table_sets_every_error_beside_doing_nothing():
    one, other = {"doing nothing": 20.0, "trained model": 5.0}, {"doing nothing": 10.0, "trained model": 12.0}
    errors = {"A to B": one, "B to A": other}
    assert evaluation.as_markdown(errors, "a", "b").splitlines() == [
        "| | a to b | b to a |",
        "|:--|--:|--:|",
        "| doing nothing | 20.0 (+0%) | 10.0 (+0%) |",
        "| trained model | 5.0 (-75%) | 12.0 (+20%) |",
    ]


def test_held_out_errors_of_known_models():
    task = load_task("shapes/plain2striped", image_size=32)
    errors = evaluation.held_out_errors(Exact(task), task)
    assert errors["A to B"]["trained model"] == 0
    assert errors["B to A"]["trained model"] == errors["B to A"]["doing nothing"] > 0
    for direction in errors.values():
        white = direction["constant white"]
        assert set(direction) == {
            "doing nothing", "constant white", "3x3 maximum filter", "best luminance ramp", "trained model",
        }  # fmt: skip
        assert white > 0
        assert direction["best luminance ramp"] <= min(ramp_errors(task, from_b=direction is errors["B to A"]))
    by_hand = np.abs(task.test_a.astype(float) - task.test_b).mean()
    assert errors["A to B"]["doing nothing"] == pytest.approx(by_hand)


def test_without_pairs_there_is_no_error():
    task = load_task("shapes/plain2striped", image_size=32)
    unpaired = type(task)(**{**vars(task), "aligned": False, "name": "mine"})
    with pytest.raises(ValueError, match="the test images of 'mine' are no pairs"):
        evaluation.held_out_errors(Exact(task), unpaired)
