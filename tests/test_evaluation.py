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


def test_edge_overlay_darkens_both_sides_of_an_edge_and_nothing_else():
    images = np.full((1, 6, 8, 3), 240, np.uint8)
    images[:, :, 4:, 2] = 100  # an edge in blue only, of 140 levels
    expected = images.copy()
    expected[:, :, 3:5] = np.rint(expected[:, :, 3:5] * 0.25)
    np.testing.assert_array_equal(evaluation.edge_overlay(images, 140, 0.75), expected)
    np.testing.assert_array_equal(evaluation.edge_overlay(images, 141, 0.75), images)


def test_filters_are_images_at_the_settings_that_the_score_prefers():
    outlined = np.full((2, 16, 16, 3), 255, np.uint8)
    outlined[:, 4:12, 4:12] = (200, 60, 60)
    truth = evaluation.edge_overlay(outlined, 64, 1.0)
    made = evaluation.hand_made_filters(outlined, truth)
    assert all(images.shape == outlined.shape and images.dtype == np.uint8 for images in made.values())
    np.testing.assert_array_equal(made["best edge overlay"], truth)
    brightest = evaluation.hand_made_filters(outlined, truth, score=lambda images, _: -images.mean())
    assert brightest["best edge overlay"].mean() > made["best edge overlay"].mean()


def test_cycle_error_goes_there_and_back_from_both_sides():
    task = load_task("shapes/plain2striped", image_size=32)

    class Model:
        def g_AB(self, images):
            return images / 2  # halves the contrast: rounding to 8 bits is all that is lost on the way back

        def g_BA(self, images):
            return np.clip(images * 2, -1, 1)

    found = evaluation.cycle_errors(Model(), task)
    assert found["A to B"] < 1
    levels = task.test_b / 127.5 - 1
    assert found["B to A"] == pytest.approx(127.5 * np.abs(np.clip(2 * levels, -1, 1) / 2 - levels).mean(), abs=0.6)
    assert found["B to A"] > 20


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
            "doing nothing", "constant white", "3x3 maximum filter", "best luminance ramp", "best edge overlay",
            "trained model",
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


def ramp(width, height=200, kind=np.uint8):
    """A picture of one edge, dark to bright, that takes `width` pixels."""
    row = np.clip((np.arange(16) - 7) / width, 0, 1) * height
    return np.tile(row[None, None, :, None], (2, 16, 1, 3)).astype(kind)


@pytest.mark.parametrize(("width", "height", "expected"), [(1, 200, 200), (4, 200, 50), (2, 100, 50)])
def test_sharpness_is_the_slope_of_an_edge(width, height, expected):
    assert evaluation.sharpness(ramp(width, height)) == pytest.approx(expected)
    assert evaluation.sharpness(ramp(width, height, float) / 127.5 - 1) == pytest.approx(expected)
    assert evaluation.sharpness(ramp(width, height).transpose(0, 2, 1, 3)) == pytest.approx(expected)


def test_sharpness_falls_with_pillows_blur_and_does_not_count_edges():
    random = np.random.default_rng(0)
    blocks = np.kron(random.integers(0, 256, (1, 4, 4, 3)), np.ones((1, 8, 8, 1))).astype(np.uint8)
    blurred = [np.asarray(Image.fromarray(blocks[0]).filter(ImageFilter.GaussianBlur(r))) for r in (0, 1, 2)]
    values = [evaluation.sharpness(image[None]) for image in blurred]
    assert values[0] > 1.5 * values[1] > 2 * values[2] > 0
    assert evaluation.sharpness(np.tile(ramp(4), (1, 1, 3, 1))[:, :, :16]) == evaluation.sharpness(ramp(4))


def test_sharpness_looks_only_where_it_is_told():
    both = np.concatenate([ramp(1), ramp(4)], axis=1)  # one above the other
    where = np.zeros(both.shape[:3], bool)
    assert evaluation.sharpness(both, where) == 0
    where[:, 16:] = True
    assert evaluation.sharpness(both, where) == pytest.approx(50)
    assert evaluation.sharpness(both) > evaluation.sharpness(both, where)


def test_colourfulness_of_known_pictures():
    picture = np.zeros((1, 2, 2, 3), np.uint8)
    assert evaluation.colourfulness(np.full_like(picture, 90)) == 0
    picture[..., 0] = 200  # all red: no spread, means 200 and 100
    assert evaluation.colourfulness(picture) == pytest.approx(0.3 * np.hypot(200, 100))
    picture[0, 0] = (0, 200, 0)  # half red, half green: red - green is 200 and -200
    assert evaluation.colourfulness(picture) == pytest.approx(200 + 0.3 * 100)
    assert evaluation.colourfulness(picture / 127.5 - 1) == pytest.approx(230)
    grey, white = np.full_like(picture, 90), np.full_like(picture, 255)
    assert evaluation.colourfulness(np.concatenate([picture, grey, white, white])) == pytest.approx(230 / 4)
    paler = (picture.astype(float) + 255) / 2
    assert evaluation.colourfulness(paler.astype(np.uint8)) == pytest.approx(115, abs=1)


def test_colourfulness_needs_colours():
    with pytest.raises(ValueError, match=r"Received: shape \(2, 4, 4, 1\)"):
        evaluation.colourfulness(np.zeros((2, 4, 4, 1), np.uint8))
