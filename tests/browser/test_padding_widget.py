"""The view of notebook 02 in the page: every control, its picture, and its numbers against sums done by windows."""

from pathlib import Path

import nbformat
import pytest
from fast import FAST
from padding_numbers import TABLE, agree, blur, edges, expected
from view import pixels_of

from studylib import plots
from studylib.padding import convolve_padded

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "02_padding.ipynb"


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("02_padding").widget("padding")


@pytest.fixture(scope="module")
def lively():
    """The pictures of the view: the cells of the notebook that choose them, with the small numbers."""
    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    namespace = {}
    exec(cells[0], namespace)
    namespace |= FAST["02_padding"]
    exec(next(source for source in cells if source.startswith("import inspect")), namespace)
    first, last = (next(k for k, source in enumerate(cells) if text in source) for text in ("task = load", "lively = "))
    for source in cells[first : last + 1]:
        exec(source, namespace)
    return namespace["lively"]


def static(scene, margin, mode, width, kernel):
    """The pixels of the figure that the view should show."""
    figure = plots.padded_convolution(scene, convolve_padded(scene, margin, mode, width, kernel), margin)
    return pixels_of(figure)


def test_every_control_of_the_padding(view, lively, artifacts):
    assert view.controls() == ["image", "item", "mode", "width", "kernel size", "kernel"]
    pictures = {name: images.astype("float32") / 127.5 - 1 for name, images in lively.items()}
    scene, margin, state = TABLE, 3, {"mode": "reflection", "width": 2, "kernel": blur(3)}

    def shows_what_it_should():
        view.wait_for_picture(static(scene.astype("float32"), margin, **state))
        agree(view.text(), view.root.locator("b").inner_text().split()[0], expected(scene, margin, **state))

    shows_what_it_should()
    moves = [
        (lambda: view.choose("mode", "symmetric"), {"mode": "symmetric"}),
        (lambda: view.set_slider("width", 3), {"width": 3}),
        (lambda: view.set_slider("kernel size", 5), {"kernel": blur(5)}),
        (lambda: view.choose("image", "photographs"), {"scene": ("photographs", 0)}),
        (lambda: view.set_slider("item", 5), {"scene": ("photographs", 5)}),
        (lambda: view.set_slider("width", 8), {"width": 8}),
        (lambda: view.choose("kernel", "edges"), {"kernel": edges(5)}),
        (lambda: view.choose("mode", "zero"), {"mode": "zero"}),
        (lambda: view.drag_slider("width", 0.0), {"width": 0}),
        (lambda: view.set_slider("width", 4), {"width": 4}),
        (lambda: view.choose("image", "drawings"), {"scene": ("drawings", 5)}),
        (lambda: view.choose("mode", "replication"), {"mode": "replication"}),
    ]
    for k, (move, change) in enumerate(moves):
        before = view.picture()
        move()
        view.wait_for_change(before)
        if chosen := change.pop("scene", None):
            scene, margin = pictures[chosen[0]][chosen[1]], 8
        state |= change
        shows_what_it_should()
        if k in (2, 6):
            view.screenshot(artifacts / f"widget_padding_{'numbers' if k == 2 else 'photograph'}.png")


def test_a_kernel_without_room_is_a_sentence_and_the_view_goes_on(view):
    view.choose("image", "numbers")
    view.choose("kernel", "blur")
    view.set_slider("width", 0)
    view.set_slider("kernel size", 7)
    view.wait_for_text("kernel must fit into the padded image of 4 x 4 pixels")
    view.set_slider("width", 2)
    view.wait_for_text("convolved 2 x 2 x 1")
