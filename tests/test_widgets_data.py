"""The interactive view of notebook 01: the static figure, following its controls."""

import io

import numpy as np
from PIL import Image

from studylib import plots, widgets
from studylib.data import load_task
from studylib.widgets import data

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
