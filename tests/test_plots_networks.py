"""The figures of notebook 05: what they draw is the model they were given."""

import io

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from studylib import plots
from studylib.networks import layer_table, patchgan_discriminator, resnet_generator, unet_generator
from studylib.networks.fields import PatchField, PixelBox
from studylib.plots.figure import PAPER


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO(), dpi=50)
    assert buffer.getbuffer().nbytes > 1000
    return figure


def blocks(axis):
    """{kind: list of (left, right, bottom, top)} of the blocks drawn, each from left to right."""
    found = {}
    for collection in axis.collections:
        if collection.get_label() in ("in", "down", "level", "up"):
            corners = [path.vertices for path in collection.get_paths()]
            found[collection.get_label()] = [(*xy[:, 0][[0, 1]], *xy[:, 1][[0, 2]]) for xy in corners]
    return found


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_unet_diagram_has_a_block_a_stage_and_an_arc_a_skip():
    table = layer_table(unet_generator((64, 64, 3), n_filters=8, n_downsamplings=4))
    figure = drawn(plots.network_diagram(table))
    (axis,) = figure.axes
    found = blocks(axis)
    assert {kind: len(each) for kind, each in found.items()} == {"in": 1, "down": 4, "level": 0, "up": 4}
    heights = [top - bottom for _, _, bottom, top in found["down"]]
    np.testing.assert_allclose(np.diff(heights), heights[1] - heights[0])  # a halving is a step of the same height
    assert heights[0] > heights[-1]
    np.testing.assert_allclose(heights[2::-1], [top - bottom for _, _, bottom, top in found["up"][:3]])

    labels = [text for text in texts(axis) if " ch" in text]
    assert len(labels) == 9 and labels[0] == "64x64\n3 ch\nimage"
    assert labels[1] == "32x32\n8 ch\nconv 4x4\nstride 2\nleaky ReLU"
    assert labels[7] == "32x32\n16 ch\nup-conv 4x4\nstride 2\nnorm\nconcat\nReLU"

    everything = sorted(found["in"] + found["down"] + found["up"])
    arcs = [line.get_xydata() for line in axis.lines if len(line.get_xydata()) == 3]
    assert len(arcs) == 3 and texts(axis).count("concat") == 3
    for arc, (start, end) in zip(sorted(arcs, key=lambda a: -a[0][0]), ((3, 5), (2, 6), (1, 7)), strict=True):
        assert everything[start][0] < arc[0][0] < everything[start][1]  # leaves from its own block
        assert everything[end][0] < arc[2][0] < everything[end][1]  # arrives at its own
        assert all(arc[1][1] > block[3] for block in everything[start : end + 1])  # above all between
    assert f"{table.parameters:,} parameters" in figure.texts[0].get_text()


def test_rounds_of_residual_blocks_are_drawn_once():
    (axis,) = drawn(plots.network_diagram(resnet_generator((32, 32, 3), n_filters=4, n_blocks=5))).axes
    assert {kind: len(each) for kind, each in blocks(axis).items()} == {"in": 1, "down": 2, "level": 4, "up": 2}
    assert "5 times" in texts(axis) and texts(axis).count("+") == 1
    (axis,) = drawn(plots.network_diagram(resnet_generator((32, 32, 3), n_filters=4, n_blocks=1))).axes
    assert len(blocks(axis)["level"]) == 4 and not any("times" in text for text in texts(axis))


def test_diagram_takes_a_size_a_title_and_leaves_out_details():
    model = patchgan_discriminator((None, None, 3), n_filters=4, n_layers=2)
    figure = drawn(plots.network_diagram(model, (48, 32, 3), title="mine", details=False))
    labels = [text for text in texts(figure.axes[0]) if " ch" in text]
    assert labels == ["48x32\n3 ch", "24x16\n4 ch", "12x8\n8 ch", "11x7\n16 ch", "10x6\n1 ch"]
    assert figure.texts[0].get_text() == "mine" and figure.get_facecolor()[:3] == to_rgb(PAPER)
    with pytest.raises(ValueError, match="give input_shape"):
        plots.network_diagram(model)
    flat = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(name="flat")])
    with pytest.raises(ValueError, match="needs .* in each layer. Received: layer 'flat'"):
        plots.network_diagram(flat)


def test_layer_diagram_draws_every_layer_and_the_way_past_them():
    figure = drawn(plots.residual_block())
    (axis,) = figure.axes
    assert len(axis.patches) == 9
    named = [text for text in texts(axis) if " x " not in text and text not in ("skip", "")]
    assert named[:9] == [
        "x", "reflection\npadding", "conv\n3x3", "instance\nnorm", "ReLU",
        "reflection\npadding", "conv\n3x3", "instance\nnorm", "Add",
    ]  # fmt: skip
    (arc,) = [line.get_xydata() for line in axis.lines]
    boxes = [patch.get_bbox() for patch in axis.patches]
    assert boxes[0].x0 < arc[0][0] < boxes[0].x1 and boxes[8].x0 < arc[2][0] < boxes[8].x1
    assert texts(axis).count("66 x 66 x 256") == 2 and texts(axis).count("skip") == 1


def test_figures_for_the_pages_need_no_arguments():
    for figure, words in ((plots.generator_diagram(), "9 times"), (plots.discriminator_diagram(), "30x30\n1 ch")):
        assert any(words in text for text in texts(drawn(figure).axes[0]))
        assert figure.get_facecolor()[:3] == to_rgb(PAPER)


def test_network_costs_are_those_of_the_tables():
    tables = {"tiny": layer_table(patchgan_discriminator((24, 24, 3), 2)), "PatchGAN": layer_table(
        patchgan_discriminator((24, 24, 3), 8))}  # fmt: skip
    axes = drawn(plots.network_costs({"24 x 24": tables})).axes
    assert [axis.get_title() for axis in axes] == [
        "24 x 24: parameters, millions", "24 x 24: multiply-adds, billions", "24 x 24: activations, MB",
    ]  # fmt: skip
    names = {"parameters": 1e6, "multiply_adds": 1e9, "activation_bytes": 2**20}
    for axis, (name, unit) in zip(axes, names.items(), strict=True):
        widths = [bar.get_width() for bar in axis.patches]
        np.testing.assert_allclose(widths, [getattr(table, name) / unit for table in tables.values()])


def test_patch_view_frames_the_box_and_shows_where_the_gradient_is_zero():
    image = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    gradient = np.zeros((20, 24), np.float32)
    gradient[0:6, 3:9] = 0.5
    field = PatchField(PixelBox(-2, 6, 3, 9), gradient, (4, 5))
    left, middle, right = drawn(plots.patch_view(image, field, 0, 2, credit="me")).axes
    assert np.array_equal(left.images[0].get_array(), image) and "8 x 6 pixels" in left.get_title()
    for axis in (left, middle):
        frame = axis.patches[-1]
        assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (2.5, -2.5, 6, 8)
    shade = np.ma.filled(middle.images[1].get_array(), np.nan)
    assert np.array_equal(np.isfinite(shade), gradient > 0)
    cells = np.asarray(right.images[0].get_array())
    assert cells.shape == (4, 5) and cells.sum() == cells[0, 2] == 1


def test_cut_skips_places_pictures_and_errors():
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 8, 3), dtype=np.uint8)
    figure = drawn(plots.cut_skips({"truth": images[0], "cut": images[1]}, {"cut": 12.34}))
    mosaic = np.asarray(figure.axes[0].images[0].get_array())
    for row in range(2):
        for column in range(3):
            y, x = 11 * row, 11 * column
            assert np.array_equal(mosaic[y : y + 8, x : x + 8], images[row, column])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["truth", "cut\nerror 12.3"]
    with pytest.raises(ValueError, match="same number and size .* Received: .*'cut': \\(1, 8, 8, 3\\)"):
        plots.cut_skips({"truth": images[0], "cut": images[1][:1]}, {})


def test_coarse_and_fine_bars():
    (axis,) = drawn(plots.coarse_and_fine({"whole": (1.0, 2.0), "cut": (3.0, 4.0)})).axes
    assert [bar.get_height() for bar in axis.patches] == [1, 3, 2, 4]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["whole", "cut"]
