"""The views of notebook 05 in the page: every control, and numbers that are computed here in another way."""

import re

import pytest
from view import pixels_of

from studylib import plots
from studylib.networks import encoder_decoder_generator, layer_table, resnet_generator, unet_generator

BUILDERS = {
    "ResNet": lambda size, n, depth: resnet_generator((size, size, 3), n, depth, name="ResNet"),
    "U-Net": lambda size, n, depth: unet_generator((size, size, 3), n, depth, name="U-Net"),
    "encoder-decoder": lambda size, n, depth: encoder_decoder_generator(
        (size, size, 3), n, depth, name="encoder-decoder"
    ),
}


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook("05_networks", seconds=420)


def test_every_control_of_the_generators(notebook, artifacts):
    view = notebook.widget("generators")
    assert view.controls() == ["generator", "filters", "depth", "image size"]

    def shows(generator, size, n_filters, depth, ways):
        model = BUILDERS[generator](size, n_filters, depth)
        view.wait_for_text(f"parameters: {model.count_params():,}")
        assert f"convolutions on a way through: {ways};" in view.text()
        view.wait_for_picture(pixels_of(plots.network_diagram(layer_table(model), details=False)))

    shows("ResNet", 64, 16, 6, "6 to 18")
    view.set_slider("depth", 4)
    shows("ResNet", 64, 16, 4, "6 to 14")
    view.set_slider("filters", 8)
    shows("ResNet", 64, 8, 4, "6 to 14")
    view.choose("generator", "U-Net")
    shows("U-Net", 64, 8, 4, "2 to 8")
    view.choose("image size", "128")
    shows("U-Net", 128, 8, 4, "2 to 8")
    view.drag_slider("depth", 1.0)
    shows("U-Net", 128, 8, 7, "2 to 14")  # 128 pixels can be halved seven times
    view.screenshot(artifacts / "widget_generators.png")
    view.choose("generator", "encoder-decoder")
    shows("encoder-decoder", 128, 8, 7, "14")


def test_every_control_of_the_receptive_field(notebook, artifacts):
    view = notebook.widget("receptive-field")
    assert view.controls() == ["image", "layers", "row", "column"]

    def shows(n_layers, row, column):
        side = {1: 16, 2: 34, 3: 70, 4: 142}[n_layers]
        # Zeros stand before the image: one pixel at each convolution, at that convolution's scale.
        first = [i * 2**n_layers - (2**n_layers - 1) - 2 * 2**n_layers for i in (row, column)]
        spans = [(max(start, 0), min(start + side, 256)) for start in first]
        seen = " x ".join(str(end - start) for start, end in spans)
        rows, columns = (f"{start} to {start + side - 1}" for start in first)
        text = view.wait_for_text(f"computed: rows {rows}, columns {columns}: {side} x {side} pixels")
        assert f": {seen} pixels; scores: {256 // 2**n_layers - 2} x " in text

    shows(3, 15, 15)
    before = view.picture()
    view.set_slider("row", 0)
    shows(3, 0, 15)
    view.drag_slider("column", 0.0)
    shows(3, 0, 0)
    view.set_slider("column", 20)
    view.set_slider("row", 12)
    shows(3, 12, 20)
    view.set_slider("layers", 2)
    shows(2, 12, 20)
    view.set_slider("layers", 4)
    shows(4, 12, 13)  # there are 14 x 14 scores: the column moved back
    view.set_slider("layers", 3)
    shows(3, 12, 13)
    moved = view.picture()
    view.set_slider("image", 2)
    assert view.wait_for_change(moved) != before
    view.screenshot(artifacts / "widget_receptive_field.png")


def test_every_control_of_the_skips(notebook, artifacts):
    view = notebook.widget("skips")
    assert view.controls() == ["skip_1", "skip_2", "skip_3", "first image"]
    # The notebook's own numbers, from a cell that knows nothing of the view.
    printed = notebook.page.locator(".jp-OutputArea-output pre", has_text="'trained without':").inner_text()
    errors = dict(re.findall(r"'([\w ]+)': ([\d.]+)", printed))

    def shows(error):
        text = view.wait_for_text(f"error over all 64 images: {error} grey levels")
        assert f"with all skips {errors['all skips']}" in text

    shows(errors["all skips"])
    for name in ("skip_1", "skip_2", "skip_3"):
        before = view.picture()
        view.toggle(name)
        shows(errors[f"{name} cut"])
        assert view.wait_for_change(before) != before
        if name == "skip_2":
            view.screenshot(artifacts / "widget_skips.png")
        view.toggle(name)
        shows(errors["all skips"])
    before = view.wait_for_rest()
    view.set_slider("first image", 20)
    assert view.wait_for_change(before) != before
    shows(errors["all skips"])  # it is the error over all images, whichever are shown
