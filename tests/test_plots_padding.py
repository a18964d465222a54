"""The figures of notebook 02: what they draw is what they were given, and arcs end where the copies stand."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from studylib import plots
from studylib.padding import MODES, NUMPY_MODES, convolve_padded


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def collection(axis, kind):
    return next(each for each in axis.collections if isinstance(each, kind))


def titles(figure):
    return [axis.get_title() for axis in figure.axes if axis.get_title()]


def numbered(mode, height, width, padding):
    image = np.arange(1, height * width + 1).reshape(height, width)
    return np.pad(image, padding, mode=NUMPY_MODES[mode])


@pytest.mark.parametrize(("height", "width", "padding"), [(3, 4, 2), (4, 3, 1), (4, 5, 3)])
def test_padding_modes_numbers_every_cell_as_numpy_does(height, width, padding):
    figure = drawn(plots.padding_modes(height, width, padding))
    assert [title.split(":")[0] for title in titles(figure)] == list(MODES)
    for axis, mode in zip(figure.axes, MODES, strict=True):
        expected = numbered(mode, height, width, padding)
        written = {(int(t.get_position()[1]), int(t.get_position()[0])): int(t.get_text()) for t in axis.texts}
        assert written == {place: int(value) for place, value in np.ndenumerate(expected)}
        # A cell has the colour of the pixel whose number it carries, and no two pixels share one.
        colours = collection(axis, PolyCollection).get_facecolors()
        by_number = {}
        for colour, value in zip(map(tuple, colours), expected.ravel(), strict=True):
            assert by_number.setdefault(int(value), colour) == colour
        assert len(set(by_number.values())) == len(by_number)
        (frame,) = axis.patches
        assert (*frame.get_xy(), frame.get_width(), frame.get_height()) == (padding, padding, width, height)


def test_arcs_lead_from_a_column_and_a_row_to_their_copies():
    zero, *copying = drawn(plots.padding_modes(3, 4, 2)).axes
    assert not any(isinstance(each, LineCollection) for each in zero.collections)
    for axis, mode in zip(copying, list(MODES)[1:], strict=True):
        expected = numbered(mode, 3, 4, 2)
        arcs = collection(axis, LineCollection).get_segments()
        assert len(arcs) == 4 + 4  # two columns and two rows on either side
        for arc in arcs:
            (x0, y0), (x1, y1) = arc[0], arc[-1]
            if y0 < 0:  # above: columns
                assert np.array_equal(expected[:, int(x0)], expected[:, int(x1)])
                assert 2 <= int(x0) < 6 and not 2 <= int(x1) < 6
            else:
                assert x0 < 0 and np.array_equal(expected[int(y0)], expected[int(y1)])
                assert 2 <= int(y0) < 5 and not 2 <= int(y1) < 5
            assert -1.95 < arc.min() and np.ptp(arc, axis=0).min() > 0.3  # inside the panel, and seen
        rings = axis.lines[-1].get_xydata().astype(int)
        assert expected[rings[0][1], rings[0][0]] == expected[rings[1][1], rings[1][0]] and tuple(rings[0]) == (0, 0)


def test_padding_modes_as_svg_is_legible_without_a_background():
    figure = plots.padding_modes()
    figure.savefig(buffer := io.BytesIO(), format="svg")
    assert buffer.getvalue().startswith(b"<?xml") and figure.get_facecolor()[:3] > (0.9, 0.9, 0.9)
    # At 600 pixels of width no letter is smaller than 9 pixels.
    scale = 600 / (72 * figure.get_figwidth())
    texts = [text for axis in figure.axes for text in axis.texts] + figure.texts
    assert min(text.get_fontsize() for text in texts) * scale > 9 * 72 / 96


def test_one_mode_alone():
    figure = drawn(plots.padding_modes(2, 2, 1, modes=("reflection",)))
    assert titles(figure) == ["reflection: the edge is not repeated"]


def test_gradient_counts_are_written_into_the_cells():
    maps = {mode: np.arange(6).reshape(2, 3) + k for k, mode in enumerate(MODES)}
    figure = drawn(plots.gradient_counts({"first": maps, "second": maps}))
    assert titles(figure) == list(MODES) and [figure.axes[k].get_ylabel() for k in (0, 4)] == ["first", "second"]
    assert [text.get_text() for text in figure.axes[5].texts] == ["1", "2", "3", "4", "5", "6"]
    assert {image.get_clim() for axis in figure.axes for image in axis.images} == {(0, 12)}


def strided_middles(size, kernel, before, after):
    """By definition: the padded row's windows, two apart, as places in the row."""
    return [start - before + (kernel - 1) / 2 for start in range(0, before + size + after - kernel + 1, 2)]


@pytest.mark.parametrize(("size", "kernel", "sides"), [(8, 3, (0, 1)), (7, 3, (1, 1)), (8, 4, (1, 1)), (9, 4, (1, 2))])
def test_strided_windows(size, kernel, sides):
    figure = drawn(plots.strided_windows(size, kernel))
    assert [axis.get_title(loc="left") for axis in figure.axes] == [
        'padding="same" (Keras)',
        "padding=1 on both sides (PyTorch)",
    ]
    for axis, (before, after) in zip(figure.axes, (sides, (1, 1)), strict=True):
        middles = strided_middles(size, kernel, before, after)
        dots = [line.get_xdata()[0] for line in axis.lines if line.get_marker() == "o"]
        assert dots == middles
        assert axis.texts[-1].get_text() == "middles of the windows: " + ", ".join(f"{m:g}" for m in middles)
        assert sum(patch.get_hatch() is not None for patch in axis.patches) == before + after


def test_padded_pictures_show_what_numpy_pads():
    scene = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    figure = drawn(plots.padded_pictures({"one": scene, "two": scene[::-1]}, 3, "drawn by nobody"))
    assert titles(figure) == ["true surroundings", *MODES] and figure.get_supxlabel() == "drawn by nobody"
    shown = [np.asarray(axis.images[0].get_array()) for axis in figure.axes]
    assert np.array_equal(shown[0], scene) and np.array_equal(shown[5], scene[::-1])
    for picture, mode in zip(shown[2:5], list(NUMPY_MODES.values())[1:], strict=True):
        assert np.array_equal(picture, np.pad(scene[3:-3, 3:-3], ((3, 3), (3, 3), (0, 0)), mode=mode))
    assert (shown[1][:3] == 128).all() and np.array_equal(shown[1][3:-3, 3:-3], scene[3:-3, 3:-3])  # mid-grey
    frame = figure.axes[0].patches[0]
    assert (frame.get_xy(), frame.get_width()) == ((2.5, 2.5), 10)


def test_curves_and_maps_hold_the_numbers():
    curves = {mode: np.array([5.0, 1, 0.5]) + k for k, mode in enumerate(MODES)}
    figure = drawn(plots.guesses({"a": curves, "b": curves, "c": curves}, ["correlation"] * 3, top=7))
    first = figure.axes[0]
    assert [list(line.get_ydata()) for line in first.lines[:2]] == [[5, 1, 0.5], [6, 2, 1.5]]
    assert list(first.lines[3].get_ydata()) == [7, 4, 3.5] and [text.get_text() for text in first.texts] == ["8.0"]
    assert list(first.lines[0].get_xdata()) == [1, 2, 3] and first.get_ylabel() == "correlation"
    # Curves are told apart without colour.
    assert len({(line.get_marker(), line.get_linestyle()) for line in first.lines}) == 4

    figure = drawn(plots.border_profiles({"low": {"zero": [0.1, 0]}, "high": {"zero": [0.9, 0.2]}}))
    low, high = figure.axes
    assert list(high.lines[0].get_ydata()) == [0.9, 0.2] and titles(figure) == ["low", "high"]
    assert low.get_ylim() == high.get_ylim() and low.get_ylim()[0] == 0 and low.get_ylim()[1] > 0.9

    errors = {mode: np.full((4, 5), 0.25 * k) for k, mode in enumerate(MODES)}
    figure = drawn(plots.border_maps({"real": errors}, label="wrong"))
    maps = figure.axes[:4]
    assert [axis.get_xlabel() for axis in maps] == ["mean 0.000", "mean 0.250", "mean 0.500", "mean 0.750"]
    assert {axis.images[0].get_clim() for axis in maps} == {(0, 0.75)} and figure.axes[4].get_ylabel() == "wrong"


def test_growth_marks_how_far_the_layers_reach():
    errors = {"zero": np.tri(3, 6), "reflection": np.tri(3, 6) / 2}
    figure = drawn(plots.border_growth(errors))
    for axis, values in zip(figure.axes, errors.values(), strict=False):
        (image,), (front,) = axis.images, axis.lines
        assert np.array_equal(image.get_array(), values) and image.get_extent() == [-0.5, 5.5, 3.5, 0.5]
        # Row k + 1 of the picture spans k + 0.5 to k + 1.5 and is coloured up to k + 0.5: steps go down, then right.
        assert np.array_equal(front.get_xdata(), [0.5, 1.5, 2.5, 3.5]) and front.get_drawstyle() == "steps-pre"


def panels(figure):
    """The four pictures from left to right, without the colour bar."""
    images = sorted(figure.axes[0].images, key=lambda image: image.get_extent()[0])[:4]
    return [np.asarray(image.get_array()) for image in images]


def test_padded_convolution_shows_picture_truth_output_and_error():
    scene = np.random.default_rng(0).uniform(-1, 1, (20, 20, 3)).astype("float32")
    result = convolve_padded(scene, 5, "symmetric", 2, np.full((3, 3), 1 / 9))
    figure = drawn(plots.padded_convolution(scene, result, 5))
    padded, true, output, error = panels(figure)
    assert np.array_equal(padded, plots.to_uint8(np.pad(scene[5:-5, 5:-5], ((2, 2), (2, 2), (0, 0)), mode="symmetric")))
    assert np.array_equal(true, plots.to_uint8(scene[3:-3, 3:-3]))
    assert np.array_equal(output, plots.to_uint8(result.output)) and np.allclose(error, 127.5 * result.error)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[:2] == ["padded: 14 x 14", "what really lies around"]
    assert texts[2:4] == ["convolved: 12 x 12", "error in grey levels: 12 x 12"]
    assert texts[4:] == ["0", "50", "100+"]
    white, _, dashed = figure.axes[0].collections
    corners = white.get_segments()[0]
    assert np.allclose(corners.min(axis=0), (2 / 14, 2 / 14)) and np.allclose(corners.max(axis=0), (12 / 14, 12 / 14))
    (inner,) = dashed.get_segments()  # touched: two of twelve pixels on each side
    assert np.allclose(np.ptp(inner, axis=0), (8 / 12, 8 / 12))


@pytest.mark.parametrize(("width", "untouched"), [(0, 0), (3, 1)])
def test_padded_convolution_of_numbers(width, untouched):
    table = np.add.outer(10 * np.arange(10), np.arange(10))[..., None].astype("float32")
    result = convolve_padded(table, 3, "replication", width, np.ones((1, 1)))
    figure = drawn(plots.padded_convolution(table, result, 3))
    assert np.array_equal(panels(figure)[0], np.pad(table[3:-3, 3:-3, 0], width, mode="edge"))
    assert np.array_equal(panels(figure)[3], result.error) and figure.axes[0].texts[3].get_text().startswith("error: ")
    assert len(figure.axes[0].collections[-1].get_segments()) == untouched
    # Digits are paths: every cell of the four panels has some, and they lie inside it.
    digits = [patch.get_path() for patch in figure.axes[0].patches]
    size = 4 + 2 * width
    cells = {(int(x // 1.03), int((x % 1.03) * size), int(y * size)) for path in digits for x, y in path.vertices}
    assert cells == {(panel, x, y) for panel in range(4) for x in range(size) for y in range(size)}
