"""`widgets.live` in the page: every kind of control reaches the drawing, and a fast drag leaves nothing behind."""

import time

import lab
import matplotlib.pyplot as plt
import pytest
from view import pixels_of, poll

from studylib.widgets import live

SOURCE = """
import ipywidgets
import matplotlib.pyplot as plt
from studylib.widgets.live import live

controls = {
    "number": ipywidgets.IntSlider(3, 0, 99, description="number"),
    "share": ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.05, description="share"),
    "word": ipywidgets.SelectionSlider(options=["one", "two", "three"], description="word"),
    "letter": ipywidgets.Dropdown(options=["A", "B", "C", "D"], description="letter"),
    "mode": ipywidgets.ToggleButtons(options=["X", "Y", "Z"], description="mode"),
    "side": ipywidgets.RadioButtons(options=["left", "right"], description="side"),
    "bold": ipywidgets.ToggleButton(description="bold"),
    "grid": ipywidgets.Checkbox(False, description="grid"),
    "title": ipywidgets.Text(description="title"),
    "count": ipywidgets.BoundedIntText(3, 0, 9, description="count"),
}
drawings = 0

def draw(number, **others):
    global drawings
    drawings += 1
    if number == 13:
        raise ValueError("number must not be 13. Received: <13>")
    figure = plt.Figure(figsize=(1, 1), facecolor=(number / 99, 0, 0))
    return figure, " ".join(map(str, [number, *others.values()])) + f" drawings={drawings}"

again = ipywidgets.Button(description="again")
again.on_click(lambda button: setattr(controls["number"], "value", 0))
ipywidgets.VBox([live(draw, controls), again]).add_class("studylib-live")
"""


@pytest.fixture(scope="module")
def notebook(open_source):
    return open_source("live", SOURCE)


@pytest.fixture(scope="module")
def view(notebook):
    return notebook.widget("live")


def red(pixels):
    return int(pixels[50, 50, 0])


def drawings(view):
    return int(view.text().split("drawings=")[1])


def test_every_kind_of_control_reaches_the_drawing(view, artifacts):
    shown = {"number": 3, "share": 0.5, "word": "one", "letter": "A", "mode": "X", "side": "left"}
    shown |= {"bold": False, "grid": False, "title": "", "count": "3"}
    assert view.controls() == [*shown, "again"]
    assert {name: view.value(name) for name in shown} == shown
    moves = [
        ("number", 7, lambda: view.set_slider("number", 7)),
        ("number", 99, lambda: view.set_slider("number", 99)),
        ("number", 60, lambda: view.set_slider("number", 60)),
        ("share", 0.8, lambda: view.set_slider("share", 0.8)),
        ("word", "three", lambda: view.set_slider("word", "three")),
        ("letter", "C", lambda: view.choose("letter", "C")),
        ("letter", "B", lambda: view.choose("letter", "B")),
        ("mode", "Z", lambda: view.choose("mode", "Z")),
        ("side", "right", lambda: view.choose("side", "right")),
        ("bold", True, lambda: view.toggle("bold")),
        ("grid", True, lambda: view.toggle("grid")),
        ("title", "abc", lambda: view.type("title", "abc")),
        ("count", "8", lambda: view.type("count", 8)),
        ("number", 0, lambda: view.press("again")),
    ]
    for name, value, move in moves:
        move()
        shown[name] = value
        view.wait_for_text(" ".join(" ".join(map(str, shown.values())).split()) + " drawings=")
        assert view.value(name) == value
    figure = plt.Figure(figsize=(1, 1), facecolor=(0, 0, 0))
    view.wait_for_picture(pixels_of(figure))
    view.screenshot(artifacts / "widget_live.png")


def test_impossible_value_is_reported(view):
    with pytest.raises(AssertionError, match=r"'share' cannot be 0.83: 0.8, then 0.85"):
        view.set_slider("share", 0.83)
    with pytest.raises(AssertionError, match="0 controls 'missing'"):
        view.toggle("missing")


def test_sentence_of_a_wrong_value_stands_below_the_picture_that_stays(view):
    view.set_slider("number", 12)
    view.wait_for_text("12 ")
    before = view.picture()
    view.set_slider("number", 13)
    view.wait_for_text("number must not be 13. Received: <13>")
    assert view.picture() == before
    view.set_slider("number", 14)
    view.wait_for_text("14 ")


def test_fast_drag_moves_the_picture_and_ends_at_the_last_value(view):
    view.set_slider("number", 0)
    view.wait_for_text("0 ")
    view.wait_for_rest()
    drawn, orders = view.drawn, drawings(view)
    view.drag_slider("number", 0.9, seconds=1)
    during = view.drawn - drawn
    released = time.monotonic()
    last = int(view.value("number"))
    assert last > 80
    view.wait_for_text(f"{last} ")
    lab.TIMED.append((view.name, "number, after a drag", 1000 * (time.monotonic() - released)))
    poll(lambda: red(view.pixels()) == round(255 * last / 99), 20, lambda: f"the picture is not that of {last}")
    # It moved while the mouse did, and few drawings came after it; dozens of values were sent.
    view.wait_for_rest()
    assert int(view.text().split()[0]) == last
    assert during >= 3 and view.drawn - drawn - during <= 3
    assert drawings(view) - orders <= 1 / live.DELAY + 2
