"""The interactive view of notebook 01: a picture that follows its controls, the latest value only."""

import asyncio
import io

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.data import load_task
from studylib.widgets import data, live

NAME = "shapes/plain2striped"


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def parts(box):
    rows, picture, sentence = box.children
    return {control.description: control for control in rows.children}, picture, sentence


def test_augmentation_shows_the_static_figure_and_follows_every_control():
    controls, picture, _ = parts(widgets.augmentation([NAME], image_size=16))
    task = load_task(NAME, 16)
    figures = [plots.augmented_versions(task.train_a[127])]  # it opens in the middle of 256
    pictures = [pixels(picture.value)]
    for name, value in (("image", 3), ("domain", "B"), ("mirror", False), ("jitter", False), ("seed", 5)):
        controls[name].value = value
        pictures.append(pixels(picture.value))
    figures.append(plots.augmented_versions(task.train_b[3], seed=5, jitter=False, mirror=False))
    for figure, shown in zip(figures, (pictures[0], pictures[-1]), strict=True):
        figure.savefig(buffer := io.BytesIO(), format="png", dpi=100)
        assert np.array_equal(shown, pixels(buffer.getvalue()))
    # Whole and unmirrored images do not depend on the seed; every other control changed the picture.
    changed = [not np.array_equal(a, b) for a, b in zip(pictures, pictures[1:], strict=False)]
    assert changed == [True, True, True, True, False]


def test_shorter_domain_shortens_the_slider(monkeypatch):
    task = load_task(NAME, 16)
    object.__setattr__(task, "train_b", task.train_b[:4])
    monkeypatch.setattr(data, "load_task", lambda name, image_size: task)
    controls, picture, sentence = parts(widgets.augmentation([NAME], image_size=16))
    controls["image"].value = 200
    controls["domain"].value = "B"
    assert controls["image"].max == 3 and controls["image"].value == 3 and sentence.value == ""


@pytest.fixture
def counted():
    """A view that counts how often it was drawn."""
    drawn = []

    def draw(x):
        if x < 0:
            raise ValueError(f"x must not be negative. Received: x={x}")
        drawn.append(x)
        figure = plt.Figure(figsize=(1, 1))
        figure.text(0.5, 0.5, str(x))
        return figure

    slider = ipywidgets.IntSlider(0, -9, 99)
    box = live.live(draw, {"x": slider})
    return slider, box, drawn


def test_latest_value_wins(counted):
    slider, _, drawn = counted

    async def drag():
        for x in range(1, 30):
            slider.value = x
            await asyncio.sleep(0)
        await asyncio.sleep(5 * live.DELAY)

    asyncio.run(drag())
    assert drawn[0] == 0 and drawn[-1] == 29 and len(drawn) < 6  # two, unless the machine stalls while it drags


def test_wrong_value_is_answered_by_a_sentence_and_the_view_goes_on(counted):
    slider, box, _ = counted
    _, picture, sentence = parts(box)
    before = picture.value
    slider.value = -1
    assert sentence.value == "x must not be negative. Received: x=-1" and picture.value == before
    slider.value = 2
    assert sentence.value == "" and picture.value != before
