"""The view of notebook 01 in the page: every control, and the picture compared with the static figure's pixels."""

import pytest
from fast import FAST
from view import pixels_of

from studylib import plots
from studylib.data import load_task
from studylib.widgets.data import EMBEDDED


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("01_data").widget("augmentation")


def static(task, domain, item, **options):
    """The pixels of the figure that the view should show."""
    images = load_task(task, FAST["01_data"].get("image_size", 64))
    figure = plots.augmented_versions((images.train_a if domain == "A" else images.train_b)[item], **options)
    return pixels_of(figure)


def test_every_control_of_the_augmentation(view, artifacts):
    assert view.controls() == ["task", "domain", "image", "seed", "jitter", "mirror"]
    state = {"task": EMBEDDED[0], "domain": "A", "item": int(view.value("image")), "seed": 0}
    state |= {"jitter": True, "mirror": True}
    view.wait_for_picture(static(**state))

    moves = [
        ("item", 3, lambda: view.set_slider("image", 3)),
        ("seed", 5, lambda: view.set_slider("seed", 5)),
        ("domain", "B", lambda: view.choose("domain", "B")),
        ("task", EMBEDDED[1], lambda: view.choose("task", EMBEDDED[1])),
        ("jitter", False, lambda: view.toggle("jitter")),
        ("mirror", False, lambda: view.toggle("mirror")),
    ]
    for name, value, move in moves:
        state[name] = value
        move()
        view.wait_for_picture(static(**state))
        if name == "task":
            view.screenshot(artifacts / "widget_augmentation.png")
    assert view.text() == ""
