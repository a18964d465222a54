"""The views of notebook 05: picture and numbers follow every control."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.evaluation import grey_level_error
from studylib.networks import layer_table, resnet_generator, unet_generator
from studylib.networks.fields import patchgan_field
from studylib.networks.skips import set_gates, with_gates


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def parts(box):
    rows, picture, sentence = box.children[:3]
    return {control.description: control for control in rows.children}, picture, sentence


def bold(sentence):
    return re.findall(r"<b>(.*?)</b>", sentence.value)


def saved(figure):
    figure.savefig(buffer := io.BytesIO(), format="png", dpi=100)
    return pixels(buffer.getvalue())


def test_generators_show_the_static_figure_and_its_counts():
    controls, picture, sentence = parts(widgets.generators("ResNet", 4, 3, 64))
    table = layer_table(resnet_generator((64, 64, 3), n_filters=4, n_blocks=3, name="ResNet"))
    assert np.array_equal(pixels(picture.value), saved(plots.network_diagram(table, details=False)))
    assert bold(sentence)[0] == f"{table.parameters:,}" and bold(sentence)[3:] == ["6 to 12", "73 x 73 pixels"]
    shown = [picture.value]
    for name, value in (("depth", 2), ("filters", 8), ("generator", "U-Net"), ("image size", 128), ("depth", 7)):
        controls[name].value = value
        assert picture.value != shown[-1]
        shown.append(picture.value)
    table = layer_table(unet_generator((128, 128, 3), n_filters=8, n_downsamplings=7, name="U-Net"))
    assert np.array_equal(pixels(picture.value), saved(plots.network_diagram(table, details=False)))
    assert bold(sentence)[0] == f"{table.parameters:,}" and bold(sentence)[3] == "2 to 14"
    controls["generator"].value = "encoder-decoder"
    assert bold(sentence)[3] == "14"


def test_depth_of_a_unet_ends_where_its_image_does():
    controls, _, sentence = parts(widgets.generators("ResNet", 4, 9, 64))
    controls["generator"].value = "U-Net"
    assert (controls["depth"].min, controls["depth"].max, controls["depth"].value) == (2, 6, 6)
    assert bold(sentence)[3] == "2 to 12"
    controls["generator"].value = "ResNet"
    assert (controls["depth"].min, controls["depth"].max) == (1, 9)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), dtype=np.uint8)


def test_receptive_field_follows_and_agrees_with_the_gradient(images):
    box = widgets.receptive_field(images, n_layers=2)
    assert "studylib-receptive-field" in box._dom_classes
    controls, picture, sentence = parts(box)
    assert bold(sentence) == ["34 x 34", "34 x 34"] and controls["row"].max == 13 and controls["column"].max == 21
    before = picture.value
    for name, value in (("image", 1), ("row", 0), ("column", 3)):
        controls[name].value = value
        assert picture.value != before
        before = picture.value
    field = patchgan_field(images[1], 2, 0, 3)
    assert np.array_equal(pixels(before), saved(plots.patch_view(images[1], field, 0, 3)))
    top = field.box.top
    assert top < 0 and f"computed: rows {top} to {top + 33}" in sentence.value
    assert bold(sentence) == ["34 x 34", f"{34 + top} x 34"]  # what lies above the image cannot be measured
    controls["layers"].value = 1
    assert bold(sentence) == ["16 x 16", f"{16 + patchgan_field(images[1], 1, 0, 3).box.top} x 16"]
    controls["column"].value = controls["column"].max
    controls["layers"].value = 3
    assert bold(sentence)[0] == "70 x 70" and controls["column"].value == controls["column"].max == 9


def test_skips_are_cut_by_their_boxes():
    random = np.random.default_rng(0)
    unet = unet_generator((16, 16, 3), n_filters=4, n_downsamplings=3)
    unet.set_weights([random.normal(0, 0.3, weight.shape) for weight in unet.get_weights()])
    inputs, targets = random.uniform(-1, 1, (2, 5, 16, 16, 3)).astype(np.float32)
    controls, picture, sentence = parts(widgets.skips(unet, inputs, targets, n_shown=3))
    assert list(controls) == ["skip_1", "skip_2", "first image"]
    whole = grey_level_error(unet(inputs).numpy(), targets)
    assert bold(sentence) == [f"{whole:.1f}"]
    controls["skip_2"].value = False
    gated = with_gates(unet)
    set_gates(gated, {"skip_2": False})
    outputs = gated(inputs).numpy()
    error = grey_level_error(outputs, targets)
    assert bold(sentence) == [f"{error:.1f}"] and f"with all skips {whole:.1f}" in sentence.value

    before = picture.value
    controls["first image"].value = 2
    assert picture.value != before and controls["first image"].max == 2
    controls["skip_1"].value = False
    assert picture.value != before
    controls["skip_1"].value = controls["skip_2"].value = True
    assert bold(sentence) == [f"{whole:.1f}"]
    np.testing.assert_array_equal(unet(inputs), with_gates(unet)(inputs))  # the reader's own network is untouched
