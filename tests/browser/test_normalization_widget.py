"""The view of notebook 03 in the page: every control, its picture, and its numbers against sums done here."""

import re

import numpy as np
import pytest
from fast import FAST
from view import pixels_of

from studylib import plots
from studylib.data import load_task
from studylib.normalization import CHANNELS, FeatureMaps


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("03_normalization").widget("normalization")


@pytest.fixture(scope="module")
def maps():
    image_size = FAST["03_normalization"].get("image_size", 32)
    return FeatureMaps(load_task("openmoji/line2color", image_size).test_b)


def static(maps, settings):
    """The pixels of the figure that the view should show."""
    return pixels_of(plots.normalized_image(maps.watch(**settings)))


def expected(maps, member, groups, inference, affine, image, channel, batch_size, mates, contrast, brightness):
    """The numbers below the picture for batch and group normalization, from the images' maps and NumPy alone."""
    count = len(maps.images)

    def output(mates, contrast, brightness):
        rows = (image + np.arange(batch_size)) % count
        sign = np.ones(batch_size)
        if mates == "others":
            rows[1:] = (rows[1:] + count // 2) % count
        sign[1:] = -1 if mates == "inverted" else 1
        x = maps.features[rows].astype("float64") * sign[:, None, None, None]
        x[0] = x[0] * contrast + brightness * (np.arange(8) == 0)  # of the filters only the first has a sum, of 1
        if member == "batch":
            shared, watched = x[..., channel], x[0, ..., channel]
        else:
            size = 8 // groups
            shared, watched = x[0, ..., channel // size * size : channel // size * size + size], x[0, ..., channel]
        mean, variance = shared.mean(), shared.var()
        if inference and member == "batch":
            mean, variance = (kept[channel] for kept in maps.moving_averages(batch_size))
        scale, shift = (1.5, 0.5) if affine else (1, 0)
        return shared, watched, [scale * (x - mean) / np.sqrt(variance + 1e-5) + shift for x in (shared, watched)]

    shared, watched, (shared_after, after) = output(mates, contrast, brightness)
    change = np.abs(after - output("same", 1, 0)[2][1]).mean()
    table = [watched.mean(), watched.var(), after.mean(), after.var()]
    table += [shared.mean(), shared.var(), shared_after.mean(), shared_after.var()]
    means = 8 if member == "batch" else batch_size * groups
    return [*table, means, shared.size, 16 * affine, 16 * (member == "batch"), change]


def test_every_control_of_the_zoo(view, maps, artifacts):
    names = ["member", "groups", "mode", "affine (gamma, beta)", "batch size", "batch mates"]
    assert view.controls() == [*names, "image", "contrast", "brightness", "channel"]
    state = {"member": "batch", "groups": int(view.value("groups")), "inference": False, "affine": False}
    state |= {"image": int(view.value("image")), "channel": 0, "batch_size": 8}
    state |= {"mates": "same", "contrast": 1.0, "brightness": 0.0}

    moves = [
        ("channel", 7, lambda: view.choose("channel", CHANNELS[7])),
        ("mates", "inverted", lambda: view.choose("batch mates", "inverted")),
        ("batch_size", 4, lambda: view.set_slider("batch size", 4)),
        ("contrast", 0.6, lambda: view.set_slider("contrast", 0.6)),
        ("channel", 0, lambda: view.choose("channel", CHANNELS[0])),
        ("brightness", 0.3, lambda: view.set_slider("brightness", 0.3)),
        ("affine", True, lambda: view.toggle("affine (gamma, beta)")),
        ("mates", "others", lambda: view.choose("batch mates", "others")),
        ("inference", True, lambda: view.choose("mode", "inference")),
        ("image", 7, lambda: view.set_slider("image", 7)),
        ("member", "group", lambda: view.choose("member", "group")),
        ("groups", 8, lambda: view.set_slider("groups", 8)),
    ]
    view.wait_for_picture(static(maps, state))
    for name, value, move in moves:
        before = view.picture()
        move()
        assert view.wait_for_change(before) != before
        state[name] = value
        view.wait_for_picture(static(maps, state))
        numbers = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", view.text().split("All emojis")[0])
        shown = [float(number) for number in numbers]
        np.testing.assert_allclose(shown, expected(maps, **state), atol=2e-3, err_msg=f"{name}={value}")
        if name in ("inference", "groups"):
            view.screenshot(artifacts / f"widget_normalization_{name}.png")


def test_every_member_is_drawn_and_locks_what_it_does_not_know(view):
    for member in ("none", "batch", "layer", "instance", "weight", "whitening"):
        before = view.picture()
        view.choose("member", member)
        assert view.wait_for_change(before) != before
        locked = [
            view.control(name).locator(part).is_disabled()
            for name, part in (("mode", "select"), ("affine (gamma, beta)", "input"))
        ]
        assert locked == [member != "batch", member in ("none", "weight")]


def test_fast_drag_ends_at_the_last_value(view):
    view.choose("member", "batch")
    view.drag_slider("contrast", 0.0)
    view.wait_for_rest()
    assert view.value("contrast") == 0.2
    drawn = view.drawn
    view.drag_slider("contrast", 1.0, seconds=1.0)
    view.wait_for_rest()
    assert view.value("contrast") == 2.0 and 1 <= view.drawn - drawn <= 19
