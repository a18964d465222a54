"""The figures of notebook 01: what they draw is what they were given."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from studylib import plots
from studylib.data import load_task
from studylib.data.pipeline import draw
from studylib.plots.data import random_boxes


@pytest.fixture(scope="module")
def task():
    return load_task("shapes/plain2striped", 16)


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def titles(figure):
    return [axis.get_title() for axis in figure.axes]


def test_collage_puts_every_image_in_its_place():
    images = np.random.default_rng(0).integers(0, 255, (5, 16, 16, 3), dtype=np.uint8)
    picture = plots.collage(images, 3)
    assert picture.shape == (2 * 16 + 1, 3 * 16 + 2, 3)
    for k, image in enumerate(images):
        y, x = 17 * (k // 3), 17 * (k % 3)
        assert np.array_equal(picture[y : y + 16, x : x + 16], image)
    assert (picture[17:, 34:] == 255).all() and (picture[16] == 255).all()  # the missing sixth, and a gap


def test_two_domains_names_what_is_shown(task):
    figure = drawn(plots.two_domains(task, n_rows=2))
    first, second, test = titles(figure)
    assert first == "train A: plain, 256 images" and second == "train B: striped, 256 images"
    assert test == "test: 64 pairs, each one artwork"
    again, other = (plots.two_domains(task, 2, seed).axes[0].images[0].get_array() for seed in (0, 1))
    assert np.array_equal(figure.axes[0].images[0].get_array(), again) and not np.array_equal(again, other)


def test_pairs_stand_side_by_side(task):
    picture = np.asarray(plots.two_domains(task, n_rows=1).axes[2].images[0].get_array())
    sides = picture[1:17, 1:17], picture[1:17, 18:34]
    (number,) = [k for k, image in enumerate(task.test_a) if np.array_equal(image, sides[0])]
    assert np.array_equal(sides[1], task.test_b[number])


def test_versions_are_those_of_the_pipeline(task):
    figure = drawn(plots.augmented_versions(task.train_a[0], n=5, seed=7))
    large, small = figure.axes
    shown = [np.asarray(image.get_array()) for image in small.images]
    truth = draw(task.train_a[:1], np.arange(5), 7).numpy()
    assert np.array_equal(shown, plots.to_uint8(truth))
    mirrored = random_boxes(5, 7)[:, 1] > random_boxes(5, 7)[:, 3]
    assert [text.get_text() == "mirrored" for text in small.texts] == mirrored.tolist()
    # The windows of the first three, in the colours of their frames.
    colours = [patch.get_edgecolor() for patch in small.patches]
    assert [patch.get_edgecolor() for patch in large.patches] == colours[:3] and len(set(colours)) == 4


def test_boxes_without_a_part_of_the_augmentation():
    both, still, upright, plain = (
        random_boxes(40, 3, jitter, mirror) for jitter, mirror in ((1, 1), (0, 1), (1, 0), (0, 0))
    )
    mirrored = both[:, 1] > both[:, 3]
    assert 5 < mirrored.sum() < 35
    assert np.array_equal(still[mirrored], np.tile([0, 1, 1, 0], (mirrored.sum(), 1)))
    assert np.array_equal(upright[:, [1, 3]], np.sort(both[:, [1, 3]])) and (plain == [0, 0, 1, 1]).all()


def test_curves_hold_the_numbers():
    values = np.array([1.0, 0.5, 0.25])
    panels = {"bare": {"He": (values, values), "Glorot": (values / 2, None)}, "normalized": {"He": (values, None)}}
    left, right = drawn(plots.signal_scale(panels)).axes
    assert [len(axis.lines) for axis in (left, right)] == [4, 2]  # with the line at 1
    assert np.array_equal(left.lines[0].get_ydata(), values) and left.get_yscale() == "log"

    (axis,) = drawn(plots.distinct_crops({"frozen": [1, 1, 1], "fresh": [1, 2, 3]})).axes
    assert [list(line.get_ydata()) for line in axis.lines] == [[1, 1, 1], [1, 2, 3]]

    (axis,) = drawn(plots.throughput({"neither": [100, 300, 120], "both": [200, 210, 220]})).axes
    assert [bar.get_width() for bar in axis.patches] == [120, 210]
    assert [text.get_text() for text in axis.texts] == ["median 120", "median 210"]


def test_kernel_histogram_is_a_density_beside_the_curve():
    (axis,) = drawn(plots.kernel_histograms({"net": np.random.default_rng(0).normal(0, 0.02, 50_000)})).axes
    (curve,) = axis.lines
    assert np.isclose(max(curve.get_ydata()), 1 / (0.02 * np.sqrt(2 * np.pi)), rtol=0.01)
    heights = axis.patches[0].get_xy()[:, 1]
    assert np.isclose(heights.max(), max(curve.get_ydata()), rtol=0.1)


def test_mirrored_meanings_shows_the_mirror_image(task):
    a, b = task.train_a[:2]
    figure = drawn(plots.mirrored_meanings([("one", a, "two", b), ("text", b, "none", None)]))
    shown = [np.asarray(axis.images[0].get_array()) for axis in figure.axes]
    assert np.array_equal(shown[1], a[:, ::-1]) and np.array_equal(shown[2], b) and (shown[5] == 255).all()
    assert [axis.get_xlabel() for axis in figure.axes] == ["one", "", "two", "text", "", "none"]


def test_rank_correlation_against_its_definition():
    x, y = (np.random.default_rng(seed).permutation(30) for seed in (0, 1))
    by_definition = 1 - 6 * np.sum((x - y) ** 2) / (30 * (30**2 - 1))  # Spearman's formula, without ties
    assert np.isclose(plots.rank_correlation(x, y), by_definition)
    assert np.isclose(plots.rank_correlation(x, np.exp(x / 9)), 1) and np.isclose(plots.rank_correlation(x, -x), -1)
    figure = drawn(plots.shuffle_orders({"same": (x, x), "reverse": (x, -x)}))
    assert titles(figure) == ["same\nrank correlation 1.00", "reverse\nrank correlation -1.00"]
