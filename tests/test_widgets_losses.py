"""The interactive view of notebook 07: the picture and the numbers follow score and term."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets


def parts(box):
    rows, picture, text = box.children
    return {control.description: control for control in rows.children}, picture, text


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def numbers(text):
    """(loss, gradient) by the name of the loss, as the page shows them."""
    found = re.findall(r"([^<>]+): loss <b>(.+?)</b>, gradient <b>(.+?)</b>", text.value)
    return {name: (float(loss), float(gradient)) for name, loss, gradient in found}


def test_it_shows_the_static_figure_and_follows_both_controls():
    box = widgets.losses(score=-4.0)
    assert "studylib-losses" in box._dom_classes
    controls, picture, text = parts(box)
    assert set(controls) == {"score", "term"}
    shown = [((-4.0, "generator"), pixels(picture.value), numbers(text))]
    for name, value, state in (("score", 2.5, (2.5, "generator")), ("term", "fake", (2.5, "fake"))):
        controls[name].value = value
        shown.append((state, pixels(picture.value), numbers(text)))
    for state, picture, _ in shown:
        plots.loss_at(*state).savefig(buffer := io.BytesIO(), format="png", dpi=100)
        assert np.array_equal(picture, pixels(buffer.getvalue()))
    assert not np.array_equal(shown[0][1], shown[1][1]) and not np.array_equal(shown[1][1], shown[2][1])


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        # By hand, with sigmoid(2) = 0.8808 and log(1 + exp(-2)) = 0.1269.
        ("generator", {"(non-saturating)": (0.1269, -0.1192), "(minimax)": (-2.1269, -0.8808), "LSGAN": (1, 2)}),
        ("real", {"(non-saturating)": (0.1269, -0.1192), "LSGAN": (1, 2)}),
        ("fake", {"(non-saturating)": (2.1269, 0.8808), "LSGAN": (4, 4)}),
    ],
)
def test_numbers_below_the_picture(side, expected):
    _, _, text = parts(widgets.losses(score=2.0, side=side))
    assert {name.removeprefix("GAN "): both for name, both in numbers(text).items()} == expected
