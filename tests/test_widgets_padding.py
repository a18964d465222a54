"""The interactive view of notebook 02: its picture is the static one, and its numbers are computed anew here."""

import io
import re

import numpy as np
import pytest
from padding_numbers import TABLE, agree, blur, edges, expected, numbers
from PIL import Image

from studylib import plots, widgets
from studylib.padding import MODES, convolve_padded

SCENES = {
    "noise": np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), dtype=np.uint8),
    "flat": np.full((1, 20, 20, 3), 200, np.uint8),
}
MARGIN = 5


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.fixture
def view():
    box = widgets.padding(SCENES, MARGIN)
    rows, picture, text = box.children
    return box, {control.description: control for control in rows.children}, picture, text


def bold(text):
    return re.search(r"<b>(\w+)", text.value)[1]


def test_opens_with_the_numbers(view):
    box, controls, picture, text = view
    assert "studylib-padding" in box._dom_classes
    assert list(controls) == ["image", "item", "mode", "width", "kernel size", "kernel"]
    assert controls["image"].options == ("numbers", "noise", "flat") and controls["width"].max == 3
    agree(text.value, bold(text), expected(TABLE, 3, "reflection", 2, blur(3)))
    figure = plots.padded_convolution(TABLE, convolve_padded(TABLE, 3, "reflection", 2, blur(3)), 3)
    figure.savefig(buffer := io.BytesIO(), format="png", dpi=100)
    assert np.array_equal(pixels(picture.value), pixels(buffer.getvalue()))


def test_every_control_changes_the_picture_to_the_right_numbers(view):
    _, controls, picture, text = view
    state = {"mode": "reflection", "width": 2, "kernel": blur(3)}
    moves = [
        ("image", "noise", {}),
        ("item", 2, {}),
        ("mode", "zero", {"mode": "zero"}),
        ("width", 5, {"width": 5}),
        ("kernel size", 7, {"kernel": blur(7)}),
        ("kernel", "edges", {"kernel": edges(7)}),
    ]
    item = 0
    for name, value, change in moves:
        before = picture.value
        controls[name].value = value
        state |= change
        item = value if name == "item" else item
        scene = SCENES["noise"][item] / 127.5 - 1
        agree(text.value, bold(text), expected(scene, MARGIN, **state))
        assert "grey levels" in text.value and not np.array_equal(pixels(picture.value), pixels(before)), name


def test_credit_stands_below_the_numbers():
    text = widgets.padding(SCENES, MARGIN, credit="by A & B").children[-1]
    assert text.value.endswith("<small>by A &amp; B</small>")


def test_sliders_shorten_to_what_the_image_has(view):
    _, controls, _, text = view
    controls["image"].value = "noise"
    controls["item"].value, controls["width"].value = 2, 5
    controls["image"].value = "flat"
    assert (controls["item"].max, controls["item"].value) == (0, 0)
    agree(text.value, bold(text), expected(SCENES["flat"][0] / 127.5 - 1, MARGIN, "reflection", 5, blur(3)))
    controls["image"].value = "numbers"
    assert (controls["width"].max, controls["width"].value) == (3, 3)
    agree(text.value, bold(text), expected(TABLE, 3, "reflection", 3, blur(3)))


def test_too_large_a_kernel_is_answered_by_a_sentence(view):
    _, controls, picture, text = view
    controls["width"].value = 0
    before = picture.value
    controls["kernel size"].value = 7
    assert text.value.startswith("kernel must fit into the padded image of 4 x 4 pixels") and picture.value == before
    controls["width"].value = 3
    agree(text.value, bold(text), expected(TABLE, 3, "reflection", 3, blur(7)))


def test_without_padding_there_is_no_error(view):
    _, controls, _, text = view
    controls["width"].value = 0
    assert numbers(text.value)[2:6] == ((2, 2, 1), 0, 4, dict.fromkeys(MODES, 0.0))
