"""images/: every static figure, drawn by `make images`, legible on white and dark pages and on paper."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from functools import cache
from pathlib import Path

import draw_images
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from studylib.plots.figure import PAPER

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
every_image = pytest.mark.parametrize("name", draw_images.IMAGES)


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory):
    """The figures as ``make images`` draws them, in a process of its own."""
    folder = tmp_path_factory.mktemp("images")
    command = [sys.executable, str(ROOT / "tools" / "draw_images.py"), "--folder", str(folder)]
    environment = os.environ | {"PYTHONHASHSEED": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [Path(line).name for line in done.stdout.splitlines()] == [f"{name}.svg" for name in draw_images.IMAGES]
    return folder


def test_folder_holds_the_figures_and_no_others():
    assert {path.stem for path in (ROOT / "images").glob("*.svg")} == set(draw_images.IMAGES)


@every_image
def test_drawn_again_is_the_same_file(name, redrawn, tmp_path):
    path = draw_images.write(name, tmp_path)
    assert path.read_bytes() == (redrawn / f"{name}.svg").read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == [f"{name}.svg"]


# Another machine's arithmetic may move a line by a fraction of a point, and ids are hashes of such numbers. So the
# numbers are compared, to a tenth of a point, and all that is no number must be the same.
@every_image
def test_committed_file_is_what_the_code_draws_today(name, redrawn):
    def parts(path):
        text = re.sub(r"(?<=[\"#])(\w*?)[0-9a-f]{10}(?=[\")])", r"\1", path.read_text(encoding="utf-8"))
        pattern = r"-?\b\d+\.?\d*(?:e-?\d+)?"
        return re.sub(pattern, "0", text), np.array(re.findall(pattern, text), float)

    (old, old_numbers), (new, new_numbers) = parts(ROOT / "images" / f"{name}.svg"), parts(redrawn / f"{name}.svg")
    way_out = f"images/{name}.svg is out of date: run `make images`"
    assert old == new, way_out
    np.testing.assert_allclose(old_numbers, new_numbers, atol=0.1, err_msg=way_out)


@every_image
def test_file_is_a_drawing_on_an_opaque_ground(name, redrawn):
    root = ElementTree.parse(redrawn / f"{name}.svg").getroot()
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == draw_images.IMAGES[name][1]
    x, y, width, height = map(float, root.get("viewBox").split())
    assert (x, y) == (0, 0) and 400 <= width <= 720 and root.get("width") == f"{width:g}pt"
    # No pixels, and no font that a page would have to find.
    assert {element.tag for element in root.iter()} & {f"{SVG}image", f"{SVG}text"} == set()
    ground = next(root.iter(f"{SVG}path"))
    assert ground.get("style") == f"fill: {PAPER}"
    corners = np.array(re.findall(r"-?[\d.]+", ground.get("d")), float).reshape(-1, 2)
    np.testing.assert_allclose([corners.min(axis=0), corners.max(axis=0)], [(0, 0), (width, height)])


@cache
def measured(name):
    """For each text of the figure: (the text, its box in pixels, its height at 600 pixels' width, its contrast)."""
    figure = draw_images.figure(name)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    off = {
        text
        for axes in figure.axes
        if not axes.axison
        for axis in (axes.xaxis, axes.yaxis)
        for text in axis.findobj(Text)
    }
    texts = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip() and text not in off
    ]
    boxes = [text.get_window_extent() for text in texts]
    for text in texts:
        text.set_visible(False)
    canvas.draw()
    ground = np.asarray(canvas.buffer_rgba())[..., :3]
    height, width = ground.shape[:2]
    found = []
    for text, box in zip(texts, boxes, strict=True):
        behind = ground[max(0, height - int(box.y1)) : height - int(box.y0), max(0, int(box.x0)) : int(box.x1) + 1]
        colour = Counter(map(tuple, behind.reshape(-1, 3))).most_common(1)[0][0]
        size = text.get_fontsize() * 600 / (72 * figure.get_size_inches()[0])
        found.append((text.get_text(), box, size, contrast(to_rgb(text.get_color()), np.array(colour) / 255)))
    return found, (width, height)


def contrast(one, other):
    """The contrast ratio of WCAG 2 of two colours (r, g, b) in [0, 1]: 1 for equal ones, 21 for black on white."""

    def luminance(colour):
        colour = np.asarray(colour)
        return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21) and contrast((0.3, 0.2, 0.1), (0.3, 0.2, 0.1)) == 1
    assert contrast((119 / 255,) * 3, (1, 1, 1)) == pytest.approx(4.48, abs=0.005)  # WCAG's own example: #777 on white


@every_image
def test_texts_stand_out_from_what_is_behind_them(name):
    found, _ = measured(name)
    assert found and [(text, round(ratio, 2)) for text, _, _, ratio in found if ratio < 4.5] == []


@every_image
def test_texts_are_legible_at_600_pixels_and_not_cut_off(name):
    found, (width, height) = measured(name)
    assert [(text, round(size, 1)) for text, _, size, _ in found if size < 7.5] == []
    outside = [text for text, box, _, _ in found if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert outside == []


@every_image
def test_texts_do_not_overlap(name):
    found, _ = measured(name)
    boxes = [(text, box.padded(-1)) for text, box, _, _ in found]
    pairs = [(a, b) for i, (a, box) in enumerate(boxes) for b, other in boxes[:i] if box.overlaps(other)]
    assert pairs == []
