"""The cubes and the watched image of notebook 03: the coloured cells, the numbers below, the values in the pictures."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from studylib import plots
from studylib.normalization import MEMBERS, FeatureMaps
from studylib.plots.normalization.cube import LINKED, SHARED


@pytest.fixture(scope="module")
def maps():
    y, x = np.mgrid[:16, :16]
    discs = [(x - 8) ** 2 + (y - 4 - k) ** 2 < 6 + 5 * k for k in range(6)]
    colours = np.random.default_rng(0).integers(0, 200, (6, 3))
    images = [np.where(disc[..., None], colour, 255) for disc, colour in zip(discs, colours, strict=True)]
    return FeatureMaps(np.stack(images).astype("uint8"))


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def coloured(axis, colour, shape):
    """The cells on the visible sides that are drawn in `colour`, as three sets of index pairs: top, right, left."""
    (block,) = axis.collections
    faces = block.get_facecolor()[:, :3]
    n, p, c = shape
    # A side of the cube is shaded: the hue counts, that is the ratio of the channels.
    hue = np.array(to_rgb(colour))
    alike = np.abs(faces / faces.max(1, keepdims=True) - hue / hue.max()).max(1) < 0.01
    top, right, left = np.split(alike, [n * c, n * c + n * p])
    return top.reshape(n, c), right.reshape(n, p), left.reshape(p, c)


def mask(shape, *parts):
    """Cells (n, p, c) of a block that are in `parts`, as seen from its three visible sides."""
    cells = np.zeros(shape, bool)
    cells[parts] = True
    return cells[:, -1], cells[:, :, 0], cells[0]


every = slice(None)
SETS = {  # of cell (image 0, pixel 0, channel 3)
    "batch": (every, every, 3),
    "layer": (0, every, every),
    "instance": (0, every, 3),
    "group": (0, every, slice(2, 4)),
    "weight": (every, every, 3),
    "whitening": (every, every, 3),
}


@pytest.mark.parametrize("member", SETS)
def test_cells_of_one_mean_are_coloured_and_no_others(member):
    figure = drawn(plots.normalization_cubes((member,), (4, 2, 2, 6), groups=3, channel=3))
    shape = (4, 6, 6) if member == "weight" else (4, 4, 6)  # the kernel's 2 x 3 taps
    for found, expected in zip(coloured(figure.axes[0], SHARED, shape), mask(shape, *SETS[member]), strict=True):
        assert np.array_equal(found, expected)
    linked = sum(side.sum() for side in coloured(figure.axes[0], LINKED, shape))
    others = sum((~side).sum() for side in mask(shape, *SETS[member]))
    assert linked == (others if member == "whitening" else 0)


def test_none_is_a_white_cube():
    figure = drawn(plots.normalization_cubes(("none",), (2, 1, 2, 3)))
    faces = figure.axes[0].collections[0].get_facecolor()[:, :3]
    assert np.allclose(faces, faces[:, :1]) and figure.axes[0].get_xlabel() == "no statistics"


def test_sides_meet_at_their_edges_and_cover_the_cube():
    figure = plots.normalization_cubes(("batch",), (3, 2, 2, 5))
    polygons = np.array([path.vertices[:4] for path in figure.axes[0].collections[0].get_paths()])
    assert len(polygons) == 3 * 5 + 3 * 4 + 4 * 5

    def area(polygon):
        x, y = polygon.T
        return abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2

    # A unit square seen along the diagonal, on every side: the cosine of 30 degrees.
    np.testing.assert_allclose([area(p) for p in polygons], np.cos(np.pi / 6), atol=1e-9)
    # The near upper corner belongs to all three sides, the lower one to two.
    assert [(np.abs(polygons - corner).max(-1) < 1e-9).any(1).sum() for corner in ([0, 4], [0, 0])] == [3, 2]


def test_static_figure_says_what_is_what():
    figure = drawn(plots.normalization_cubes())
    names = ["batch norm", "layer norm", "instance norm", "group norm, 2 groups"]
    assert [axis.get_title() for axis in figure.axes] == names
    counted = ["6 means of 30 cells", "5 means of 36 cells", "30 means of 6 cells", "10 means of 18 cells"]
    assert [axis.get_xlabel() for axis in figure.axes] == counted
    for axis in figure.axes:
        assert {text.get_text() for text in axis.texts} == {"images N", "pixels\nH, W", "channels C"}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cells that share one mean"]


def test_words_keep_inside_and_apart():
    """In the static figure: no text leaves the page or lies on another one."""
    figure = plots.normalization_cubes(MEMBERS)
    figure.draw_without_rendering()
    page, boxes = figure.bbox, []
    for axis in figure.axes:
        boxes += [text.get_window_extent() for text in (axis.title, axis.xaxis.label)]
        boxes += [text.get_window_extent() for text in axis.texts if not text.get_rotation()]
    boxes.append(figure.legends[0].get_window_extent())
    for k, box in enumerate(boxes):
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        assert not any(box.overlaps(other) for other in boxes[:k])


def test_one_group_is_in_the_singular():
    assert plots.normalization_cubes(("group",), groups=1).axes[0].get_title() == "group norm, 1 group"
    assert plots.normalization_cubes(("layer",), (1, 2, 2, 2)).axes[0].get_xlabel() == "1 mean of 8 cells"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"members": ("local",)}, "members must be of none, batch, .* Received: 'local'"),
        ({"channel": 6}, "channel must be one of the 6, from 0 on. Received: channel=6"),
        ({"groups": 4}, "groups must divide the 6 channels"),
    ],
)
def test_wrong_arguments_are_answered_by_one_sentence(options, message):
    with pytest.raises(ValueError, match=message):
        plots.normalization_cubes(**options)


# --- the watched image


def test_watched_image_shows_the_values(maps):
    watched = maps.watch("batch", batch_size=4, image=1, channel=3, mates="inverted", contrast=0.5)
    figure = drawn(plots.normalized_image(watched, credit="drawn by us"))
    (page,) = figure.axes
    words = {text.get_text() for text in figure.texts}
    assert {"batch norm", "batch of 4", "vertical edges, before", "after", "change of the output"} < words
    assert "drawn by us" in words
    batch, *shown = page.images
    expected = (watched.before[..., 3], watched.after[..., 3], watched.after[..., 3] - watched.usual[..., 3])
    for image, values in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(image.get_array(), values)
    limits = [image.get_clim() for image in shown]
    scale = float(np.abs(maps.features[..., 3]).max())  # of all images: it stays where it is when contrast changes
    np.testing.assert_allclose(limits, [(-scale, scale), (-3, 3), (-3, 3)])
    mosaic = np.asarray(batch.get_array())
    assert mosaic.shape == (32, 32, 3)
    np.testing.assert_array_equal(mosaic[:16, 16:], plots.to_uint8(-maps.images[2]))
    # Lower left, mean and upper end of the whiskers, in a line for the watched image and one for those that share.
    whiskers = [value_at(line.get_xdata()) for line in page.lines if line.get_marker() == "."]
    own, shared = (np.reshape(line, (2, 4))[:, :3] for line in whiskers)  # the fourth is a gap
    both = zip(
        (own, shared), ((watched.before, watched.after), (watched.shared_before, watched.shared_after)), strict=True
    )
    for line, parts in both:
        for ends, values in zip(line, parts, strict=True):
            values = values[..., 3] if values.ndim == 3 and values.shape[-1] == 8 else values
            mean, deviation = values.mean(), values.std()
            np.testing.assert_allclose(ends, (mean - deviation, mean, mean + deviation), atol=1e-5)


def value_at(x):
    """The value of a cell that stands at `x` on the page, from where the numbers of the axis stand."""
    return (np.asarray(x) - 602) / 50


def test_numbers_of_the_axis_stand_where_their_values_are(maps):
    figure = plots.normalized_image(maps.watch("batch", batch_size=4))
    ticks = {text.get_text(): value_at(text.get_position()[0]) for text in figure.texts if text.get_text() in "−6−3036"}
    assert ticks == {"−6": -6, "−3": -3, "0": 0, "3": 3, "6": 6}


def test_heights_are_the_logarithm_of_shares(maps):
    watched = maps.watch("instance", batch_size=2, channel=0)
    first = plots.normalized_image(watched).axes[0].collections[-1].get_paths()[0].vertices[:130]
    edges = value_at(first[::2, 0])
    assert np.array_equal(first[::2, 0], first[1::2, 0])
    counts = np.histogram(watched.before[..., 0], edges)[0] / 256
    floor, heights = first[0, 1], first[1:-1:2, 1]
    assert counts.sum() == 1 and first[-1, 1] == floor and np.array_equal(heights, first[2::2, 1])
    shares = 10 ** (4 * ((heights - floor) / 42 - 1))  # 42 is every cell, 0 is one in ten thousand
    np.testing.assert_allclose(shares[counts > 0], counts[counts > 0], rtol=1e-6)
    assert (heights[counts == 0] == floor).all()


@pytest.mark.parametrize("member", MEMBERS)
def test_every_member_is_drawn_and_says_only_what_there_is(maps, member):
    watched = maps.watch(member, batch_size=1 if member == "batch" else 6, channel=7)
    figure = drawn(plots.normalized_image(watched))
    words = " ".join(text.get_text() for text in figure.texts)
    shares = member not in ("none", "weight")
    assert ("cells that share" in words) == shares and "watched image" in words
    assert len(figure.axes[0].collections[-1].get_paths()) == (4 if shares else 2)
    assert sum(line.get_marker() == "." for line in figure.axes[0].lines) == (2 if shares else 1)


@pytest.mark.parametrize("member", MEMBERS)
def test_words_of_the_watched_image_keep_inside_and_apart(maps, member):
    figure = plots.normalized_image(maps.watch(member, batch_size=4, channel=6), credit="pictures by somebody")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.texts if not text.get_rotation()]
    for k, box in enumerate(boxes):
        assert 0 <= box.x0 and box.x1 <= figure.bbox.x1 and 0 <= box.y0 and box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:k])
