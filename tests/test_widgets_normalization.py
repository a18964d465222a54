"""The interactive view of notebook 03: every control reaches the picture, and the numbers are the right ones."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.normalization import CHANNELS, FeatureMaps

VALUES = {  # of every control, in an order in which each one matters when it is moved
    "batch mates": ("mates", "inverted"),
    "contrast": ("contrast", 0.5),
    "brightness": ("brightness", 0.4),
    "affine (gamma, beta)": ("affine", True),
    "mode": ("inference", True),
    "image": ("image", 3),
    "channel": ("channel", 4),
    "batch size": ("batch_size", 2),
    "member": ("member", "group"),
    "groups": ("groups", 8),
}


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.fixture(scope="module")
def maps():
    y, x = np.mgrid[:16, :16]
    discs = [(x - 8) ** 2 + (y - 4 - k % 8) ** 2 < 6 + 5 * k for k in range(12)]
    colours = np.random.default_rng(0).integers(0, 200, (12, 3))
    images = [np.where(disc[..., None], colour, 255) for disc, colour in zip(discs, colours, strict=True)]
    return FeatureMaps(np.stack(images).astype("uint8"))


@pytest.fixture
def view(maps):
    box = widgets.normalization(maps, image=1, credit="drawn <by> us")
    rows, picture, text = box.children
    return {control.description: control for control in rows.children}, picture, text


def test_opens_as_the_static_figure(maps, view):
    controls, picture, text = view
    figure = plots.normalized_image(maps.watch(image=1, groups=controls["groups"].value))
    figure.savefig(buffer := io.BytesIO(), dpi=100)
    assert np.array_equal(pixels(picture.value), pixels(buffer.getvalue()))
    assert list(controls)[:3] == ["member", "groups", "mode"] and set(controls) == set(VALUES)
    assert "drawn &lt;by&gt; us" in text.value and "studylib-normalization" in widgets.normalization(maps)._dom_classes


def test_every_control_changes_the_picture_to_that_of_its_value(maps, view):
    controls, picture, _ = view
    settings = {"image": 1, "groups": controls["groups"].value}
    assert set(VALUES) == set(controls)
    for name, (argument, value) in VALUES.items():
        before = picture.value
        controls[name].value = value
        settings[argument] = value
        assert picture.value != before, name
        plots.normalized_image(maps.watch(**settings)).savefig(buffer := io.BytesIO(), dpi=100)
        assert np.array_equal(pixels(picture.value), pixels(buffer.getvalue())), name


def read(text):
    """The numbers below the picture: the cells of the table row by row, and the bold ones."""
    cells = [re.findall(r"<td>(.*?)</td>", row)[1:] for row in re.findall(r"<tr>(.*?)</tr>", text)[1:]]
    return [[float(cell) for cell in row] for row in cells], [float(b) for b in re.findall(r"<b>(.*?)</b>", text)]


def test_numbers_by_hand(maps, view):
    controls, _, text = view
    controls["batch mates"].value = "others"
    controls["channel"].value = 3
    controls["affine (gamma, beta)"].value = True
    elsewhere = [8, 9, 10, 11, 0, 1, 2]  # half of the twelve further on
    before = maps.features[[1, *elsewhere], :, :, 3].astype("float64")
    usual = maps.features[1:9, :, :, 3].astype("float64")

    def after(x):
        return 1.5 * (x - x.mean()) / np.sqrt(x.var() + 1e-5) + 0.5

    (watched, shared), bold = read(text.value)
    y = after(before)
    np.testing.assert_allclose(watched, [before[0].mean(), before[0].var(), y[0].mean(), y[0].var()], atol=1e-3)
    np.testing.assert_allclose(shared, [before.mean(), before.var(), 0.5, 2.25], atol=2e-3)
    change = np.abs(y[0] - after(usual)[0]).mean()
    np.testing.assert_allclose(bold, [8, 8 * 256, 16, 16, change], atol=1e-3)
    assert "means in this batch: <b>8</b>" in text.value and "change of the output" in text.value


@pytest.mark.parametrize(
    "member, means, cells, parameters, averages",
    [
        ("none", 0, None, 0, 0),
        ("batch", 8, 2048, 0, 16),
        ("layer", 8, 2048, 0, 0),
        ("instance", 64, 256, 0, 0),
        ("group", 16, 1024, 0, 0),
        ("weight", 0, None, 8, 0),
        ("whitening", 8, 2048, 0, 0),
    ],
)
def test_counts_of_every_member(view, member, means, cells, parameters, averages):
    controls, _, text = view
    controls["groups"].value = 2
    controls["member"].value = member
    rows, bold = read(text.value)
    assert bold[:-1] == [number for number in (means, cells, parameters, averages) if number is not None]
    assert len(rows) == (1 if cells is None else 2)


def test_only_what_the_member_knows_can_be_moved(view):
    controls, _, _ = view
    for member in ("none", "batch", "layer", "instance", "group", "weight", "whitening"):
        controls["member"].value = member
        locked = [controls[name].disabled for name in ("groups", "mode", "affine (gamma, beta)")]
        assert locked == [member != "group", member != "batch", member in ("none", "weight")]
        always = ("image", "channel", "batch size", "batch mates", "contrast", "brightness")
        assert not any(controls[name].disabled for name in always)


def test_inference_names_where_its_means_come_from(view):
    controls, _, text = view
    controls["batch mates"].value = "others"
    assert read(text.value)[1][-1] > 0.001
    controls["mode"].value = True
    assert "means kept from training: <b>8</b>" in text.value and read(text.value)[1][-1] == 0


def test_small_pools_and_other_kernels_are_served(maps):
    kernel = np.random.default_rng(0).normal(size=(3, 3, 3, 6))
    controls = widgets.normalization(FeatureMaps(plots.to_uint8(maps.images[:9]), kernel)).children[0].children
    controls = {control.description: control for control in controls}
    assert controls["batch size"].options == (1, 2, 4, 8) and controls["groups"].options == (1, 2, 3, 6)
    assert controls["channel"].options[5] == ("channel 5", 5) and len(CHANNELS) == 8
