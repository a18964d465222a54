"""A picture of one's own in the page: uploaded, or drawn with the mouse, and translated both ways."""

import re

import numpy as np
import pytest
from PIL import Image
from view import pixels_of, poll

from studylib.data import load_task
from studylib.data.fit import fit_picture
from studylib.widgets.own_picture import both_ways

SIZE = 32
SOURCE = f"""
from types import SimpleNamespace

from studylib.data import load_task
from studylib.widgets.own_picture import own_picture

model = SimpleNamespace(g_AB=lambda images: -images, g_BA=lambda images: images[:, ::-1])
own_picture(model, load_task("shapes/plain2striped", {SIZE}))
"""
GENERATORS = {"g_AB": lambda images: -images, "g_BA": lambda images: images[:, ::-1]}


@pytest.fixture(scope="module")
def notebook(open_source):
    return open_source("own", SOURCE)


@pytest.fixture(scope="module")
def view(notebook):
    return notebook.widget("own-picture")


@pytest.fixture(scope="module")
def task():
    return load_task("shapes/plain2striped", SIZE)


def upload(view, path):
    """Choose a file as a reader does, through the button."""
    with view.root.page.expect_file_chooser() as chooser:
        view.root.locator("button", has_text=re.compile("upload")).first.click()
    chooser.value.set_files(path)


def test_file_is_uploaded_and_translated_both_ways(view, task, tmp_path, artifacts):
    view.wait_for_text("This one is from the task")
    path = tmp_path / "mine.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 30, 3), dtype=np.uint8)).save(path)
    upload(view, path)
    view.wait_for_text(f"Fitted to {SIZE} x {SIZE} pixels")
    view.wait_for_picture(pixels_of(both_ways(GENERATORS, fit_picture(path, SIZE), task)))
    view.choose("show", "its middle")
    view.wait_for_picture(pixels_of(both_ways(GENERATORS, fit_picture(path, SIZE, whole=False), task)))
    view.screenshot(artifacts / "widget_own_picture.png")


def test_file_that_is_no_picture_is_answered_by_a_sentence(view, tmp_path):
    path = tmp_path / "text.png"
    path.write_text("no picture")
    before = view.picture()
    upload(view, path)
    view.wait_for_text("is no picture that can be read")
    assert view.picture() == before


def test_drawing_is_translated_and_cleared(view, task, artifacts):
    canvas = view.root.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box, mouse = canvas.bounding_box(), view.root.page.mouse
    before = view.picture()
    mouse.move(box["x"] + 20, box["y"] + 128)
    mouse.down()
    mouse.move(box["x"] + 236, box["y"] + 128, steps=10)
    mouse.up()
    view.wait_for_change(before)
    view.wait_for_text(f"Fitted to {SIZE} x {SIZE} pixels")
    drawn = view.pixels().astype(int)
    white = pixels_of(both_ways(GENERATORS, np.full((SIZE, SIZE, 3), 255, np.uint8), task))
    # A dark line across the middle of the first picture, and nowhere else in it.
    third = white.shape[1] // 3
    darker = np.argwhere((drawn[:, :third] - white[:, :third]).min(axis=-1) < -60)
    (top, left), (bottom, right) = darker.min(axis=0), darker.max(axis=0)
    assert right - left > 5 * (bottom - top) > 0 and abs((left + right) / 2 - third / 2) < 0.1 * third
    view.screenshot(artifacts / "widget_own_picture_drawn.png")
    view.root.locator("button", has_text="clear").click()
    poll(lambda: np.array_equal(view.pixels(), white), 20, lambda: "the cleared drawing is not white")
