"""The interactive view of notebook 08: it opens on the static figure, follows every control, and gives the numbers."""

import io
import re

import keras
import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.patchgan import damaged, scores_that_see
from studylib.pix2pix import Pix2Pix

SIZE = 32


@pytest.fixture(scope="module")
def models():
    keras.utils.set_random_seed(0)
    sizes = {"gen_n_filters": 2, "disc_n_filters": 4, "gen_n_downsamplings": 2}
    return {f"{n}": Pix2Pix((SIZE, SIZE, 3), disc_n_layers=n, **sizes) for n in (1, 2)}


@pytest.fixture
def view(models):
    a, b = np.random.default_rng(0).integers(0, 256, (2, 3, SIZE, SIZE, 3), dtype=np.uint8)
    box = widgets.damaged_patch(models, a, b)
    rows, picture, text = box.children
    assert "studylib-damaged-patch" in box._dom_classes
    return {control.description: control for control in rows.children}, picture, text, a, b


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def expected(model, a, b, top, left, size, kind):
    def scores(image):
        return model.scores(*(x[None] / np.float32(127.5) - 1 for x in (a, image))).numpy()[0, :, :, 0]

    spoiled = damaged(b, top, left, size, kind)
    touched = scores_that_see(top, left, size, SIZE, model.disc_n_layers)
    square = (top, left, size)
    maps = scores(b), scores(spoiled)
    plots.damaged_patch(a, spoiled, *maps, square, model.disc_n_layers, touched).savefig(
        buffer := io.BytesIO(), format="png", dpi=100
    )
    return pixels(buffer.getvalue()), maps[1] - maps[0], touched


def same(shown, picture):  # the compiled network rounds otherwise: a grey level, here and there
    return shown.shape == picture.shape and np.mean(np.abs(shown.astype(int) - picture) > 3) < 0.001


def test_it_opens_on_the_static_figure_and_follows_every_control(view, models):
    controls, picture, text, a, b = view
    opening, change, touched = expected(models["1"], a[0], b[0], 12, 12, 8, "grey")
    assert same(pixels(picture.value), opening)
    seen, inside = re.search(r"<b>(\d+) of 196</b>.*<b>([\d.]+)</b> in these", text.value).groups()
    assert int(seen) == touched.sum() and float(inside) == pytest.approx(np.abs(change[touched]).mean(), abs=6e-4)
    shown = [pixels(picture.value)]
    for name, value in (
        ("left", 2), ("top", 20), ("size", 5), ("damage", "noise"), ("image", 2), ("trained by", "2")
    ):  # fmt: skip
        controls[name].value = value
        shown.append(pixels(picture.value))
    assert all(not np.array_equal(x, y) for x, y in zip(shown, shown[1:], strict=False))
    assert same(shown[-1], expected(models["2"], a[2], b[2], 20, 2, 5, "noise")[0])


def test_the_square_stops_at_the_edge(view, models):
    controls, picture, text, a, b = view
    controls["left"].value = controls["top"].value = SIZE - 1
    assert same(pixels(picture.value), expected(models["1"], a[0], b[0], SIZE - 8, SIZE - 8, 8, "grey")[0])
    controls["size"].value = SIZE // 2
    assert "scores see the damage" in text.value


def test_it_needs_pairs_of_square_images(models):
    for shape in ((0, 8, 8, 3), (2, 8, 12, 3)):
        with pytest.raises(ValueError, match=re.escape(f"real_B of shape {shape}")):
            widgets.damaged_patch(models, np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))
