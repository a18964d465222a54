"""The interactive view of notebook 04: every control, the numbers below the picture, and settings that cannot be."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.transposed_convolution import kernel_overlap


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def parts(box):
    rows, picture, text = box.children
    return {control.description: control for control in rows.children}, picture, text


def plain(text):
    return re.sub("<[^>]+>", "", text.value.replace("<br>", "\n"))


def test_begins_as_the_static_figure_and_is_found_by_its_class():
    box = widgets.transposed_convolution()
    controls, picture, text = parts(box)
    assert "studylib-transposed-convolution" in box._dom_classes
    assert (controls["input cell"].value, controls["output cell"].value) == (5, 22)
    plots.transposed_convolution_view().savefig(buffer := io.BytesIO(), format="png", dpi=100)
    assert np.array_equal(pixels(picture.value), pixels(buffer.getvalue()))
    assert "= 2 · (3 − 1) + 3 − 2 · 1 + 1 = 6." in plain(text)
    assert "The convolution makes 3 of 5 or 6." in plain(text)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("input size", 4, "2 · (4 − 1) + 3 − 2 · 1 + 1 = 8."),
        ("kernel", 4, "kernel % stride = 0, even away from the border"),
        ("stride", 3, "stride − 1 = 2 between neighbours"),
        ("padding", 0, "kernel − 1 − padding = 2 around"),
        ("output_padding", 0, "output_padding = 0 more at the end"),
        ("input cell", 9, "input cell 9 (blue) paints 9 cells"),
        ("output cell", 1, "output cell 1 (orange: row 0, column 0) is painted by 1."),
    ],
)
def test_every_control_changes_picture_and_numbers(name, value, sentence):
    controls, picture, text = parts(widgets.transposed_convolution())
    before = pixels(picture.value)
    assert sentence not in plain(text)
    controls[name].value = value
    assert sentence in plain(text) and not np.array_equal(pixels(picture.value), before)


def test_counts_are_those_of_the_overlap():
    controls, _, text = parts(widgets.transposed_convolution(4, 3, 2, 0, 0))
    counts = kernel_overlap((4, 4), 3, 2)
    for cell in (1, 11, 13, 81):
        controls["output cell"].value = cell
        assert f"is painted by {counts.flat[cell - 1]}." in plain(text)
    controls["input cell"].value = 1
    assert "input cell 1 (blue) paints 9 cells" in plain(text)
    controls["padding"].value = 1  # two of the corner kernel's rows and columns are left
    assert "input cell 1 (blue) paints 4 cells" in plain(text)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("output_padding", 2, "output_padding must be at most stride - 1 = 1"),
        ("padding", 3, "padding must be at most kernel - 1 = 2"),
        ("kernel", 1, "padding must be at most kernel - 1 = 0"),
        ("stride", 1, "output_padding must be at most stride - 1 = 0"),
    ],
)
def test_what_cannot_be_is_answered_by_a_sentence_and_can_be_left_again(name, value, sentence):
    controls, _, text = parts(widgets.transposed_convolution())
    before, at_first = controls[name].value, text.value
    controls[name].value = value
    assert text.value.startswith(sentence) and f"Received: {sentence.split()[0]}=" in text.value
    controls[name].value = before
    assert text.value == at_first


def test_sliders_end_with_the_grids():
    controls, _, text = parts(widgets.transposed_convolution())
    controls["output cell"].value = 36
    controls["input cell"].value = 9
    controls["input size"].value = 2
    assert (controls["input cell"].max, controls["output cell"].max) == (4, 16)
    assert "input cell 4 (blue)" in plain(text) and "output cell 16 (orange: row 3, column 3)" in plain(text)
    controls["input size"].value = 4
    assert (controls["input cell"].max, controls["output cell"].max) == (16, 64)
