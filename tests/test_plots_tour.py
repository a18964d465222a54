"""The tour's pictures: every image in its place, every name of the idea in the diagram."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from studylib import plots
from studylib.plots.tour import COLOURS, PAPER

rng = np.random.default_rng(0)
NAMES = ("real_A", "fake_B", "cycled_A", "real_B", "fake_A", "cycled_B")


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("size", [(32, 32), (8, 20)])
def test_image_rows_places_every_image(size):
    rows = {name: rng.integers(0, 256, (3, *size, 3), dtype=np.uint8) for name in ("first", "second")}
    figure = plots.image_rows(rows, columns=["a", "b", "c"])
    mosaic = np.asarray(figure.axes[0].images[0].get_array())
    gap = mosaic.shape[0] - 2 * size[0]
    assert gap > 0 and mosaic.shape == (2 * size[0] + gap, 3 * size[1] + 2 * gap, 3)
    for i, images in enumerate(rows.values()):
        for j, image in enumerate(images):
            y, x = i * (size[0] + gap), j * (size[1] + gap)
            np.testing.assert_array_equal(mosaic[y : y + size[0], x : x + size[1]], image)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["first", "second"]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["a", "b", "c"]


def test_image_rows_gives_credit():
    figure = plots.image_rows({"x": np.zeros((3, 4, 4, 3), np.uint8)}, credit="drawn by nobody")
    assert figure.get_supxlabel() == "drawn by nobody"


def test_image_rows_scales_floats_and_takes_lists():
    figure = plots.image_rows({"x": [np.full((4, 4, 3), value, "float32") for value in (-1, 1)]})
    mosaic = np.asarray(figure.axes[0].images[0].get_array())
    assert (mosaic[:, :4] == 0).all() and (mosaic[:, -4:] == 255).all()


def test_image_rows_refuses_what_does_not_fit():
    image = np.zeros((2, 4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match=r"same number and size .* Received: .*\(1, 4, 4, 3\)"):
        plots.image_rows({"a": image, "b": image[:1]})
    with pytest.raises(ValueError, match="columns must name 2 images.* Received: 1 names"):
        plots.image_rows({"a": image}, columns=["x"])


def test_diagram_names_all_four_networks_and_all_six_images():
    shown = texts(plots.cyclegan_diagram())
    for name in (*NAMES, "g_AB", "g_BA", "d_A", "d_B"):
        assert name in shown, name
    assert shown.count("g_AB") == shown.count("g_BA") == 2 and shown.count("d_A") == shown.count("d_B") == 1


def test_diagram_shows_the_given_pictures():
    pictures = {name: np.full((4, 4, 3), 10 * i, np.uint8) for i, name in enumerate(NAMES)}
    images = plots.cyclegan_diagram(pictures).axes[0].images
    shown = [int(np.asarray(image.get_array())[0, 0, 0]) // 10 for image in images]
    # Both ways in order, and each discriminator with the real pictures of its own domain.
    assert shown == [0, 1, 2, 3, 3, 4, 5, 0]


def test_diagram_is_legible_on_its_own_ground():
    figure = plots.cyclegan_diagram()
    assert figure.get_facecolor() == (*to_rgb(PAPER), 1.0)  # opaque: a dark page does not shine through

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return np.dot(linear, (0.2126, 0.7152, 0.0722))

    for colour in COLOURS.values():  # WCAG 2
        assert (luminance(PAPER) + 0.05) / (luminance(colour) + 0.05) >= 4.5


def test_figures_are_not_left_open():
    plots.cyclegan_diagram()
    plots.image_rows({"a": np.zeros((1, 4, 4, 3), np.uint8)})
    assert plt.get_fignums() == []
