"""The view of notebook 04 in the page: every slider, against counts and sizes that are worked out here."""

import numpy as np
import pytest
from view import pixels_of

from studylib import plots

START = {"input_size": 3, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("04_transposed_convolution").widget("transposed-convolution")


def painted(input_size, kernel, stride, padding, output_padding):
    """How often each cell of the output is painted, by painting."""
    canvas = np.zeros([stride * (input_size - 1) + kernel + output_padding] * 2, int)
    for row, column in np.ndindex(input_size, input_size):
        canvas[stride * row : stride * row + kernel, stride * column : stride * column + kernel] += 1
    return canvas[padding : len(canvas) - padding, padding : len(canvas) - padding]


def static(input_cell, output_cell, **numbers):
    """The pixels of the figure that the view should show."""
    figure = plots.transposed_convolution_view(**numbers, input_cell=input_cell, output_cell=output_cell)
    return pixels_of(figure)


def check(view, input_cell, output_cell, **numbers):
    """Wait until the page shows these numbers: the size, the count of the output cell, and the picture."""
    counts = painted(**numbers)
    cell = min(output_cell, counts.size)
    row, column = divmod(cell - 1, len(counts))
    view.wait_for_text(f"= {len(counts)}. The convolution makes {numbers['input_size']} of")
    view.wait_for_text(f"output cell {cell} (orange: row {row}, column {column}) is painted by {counts[row, column]}.")
    view.wait_for_picture(static(input_cell, output_cell, **numbers))


def test_every_slider_of_the_transposed_convolution(view, artifacts):
    names = ["input size", "kernel", "stride", "padding", "output_padding", "input cell", "output cell"]
    assert view.controls() == names
    numbers, cells = dict(START), {"input_cell": 5, "output_cell": 22}
    check(view, **cells, **numbers)
    view.screenshot(artifacts / "widget_transposed_convolution.png")

    for name, value in (("output_padding", 0), ("padding", 0), ("kernel", 4), ("stride", 3), ("input size", 4)):
        numbers[name.replace(" ", "_")] = value
        view.set_slider(name, value)
        check(view, **cells, **numbers)
    for name, value in (("input cell", 16), ("output cell", 60)):
        cells[name.replace(" ", "_")] = value
        view.set_slider(name, value)
        check(view, **cells, **numbers)
    view.wait_for_text("input cell 16 (blue) paints 16 cells")
    view.screenshot(artifacts / "widget_transposed_convolution_4_4_3.png")


def test_a_setting_that_cannot_be_says_so_and_the_view_goes_on(view, artifacts):
    view.set_slider("output_padding", 2)  # admissible with stride 3
    view.wait_for_text("and output_padding = 2 more at the end")
    view.set_slider("stride", 2)
    view.wait_for_text("output_padding must be at most stride - 1 = 1")
    view.screenshot(artifacts / "widget_transposed_convolution_refused.png")
    view.set_slider("output_padding", 1)
    view.wait_for_text("and output_padding = 1 more at the end")


def test_a_slider_follows_the_mouse(view):
    before = view.text()
    view.drag_slider("output cell", 0.5)
    view.wait_for_change(before)
    cell = int(view.value("output cell"))
    assert cell > 1
    view.wait_for_text(f"output cell {cell} (orange")
