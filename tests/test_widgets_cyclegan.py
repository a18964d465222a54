"""The view of the image pool: it opens on the static figure, follows slider, play button and size."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.cyclegan import pool_history


@pytest.fixture
def view():
    box = widgets.image_pool(10, n_images=120, seed=2)
    assert "studylib-image-pool" in box._dom_classes
    rows, picture, text = box.children
    play, query, length = rows.children
    return play, query, length, picture, text


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def expected(length, query):
    plots.image_pool(pool_history(length, 120, 2), query).savefig(buffer := io.BytesIO(), format="png", dpi=100)
    return pixels(buffer.getvalue())


def test_it_opens_on_the_static_figure_and_follows_its_controls(view):
    play, query, length, picture, text = view
    assert (query.description, length.description) == ("image", "pool holds")
    assert query.value == play.value == 20 and query.max == play.max == 119
    np.testing.assert_array_equal(pixels(picture.value), expected(10, 20))
    query.value = 75
    assert play.value == 75  # play goes on from where the slider was left
    np.testing.assert_array_equal(pixels(picture.value), expected(10, 75))
    play.value = 76
    assert query.value == 76
    np.testing.assert_array_equal(pixels(picture.value), expected(10, 76))
    length.value = 2
    np.testing.assert_array_equal(pixels(picture.value), expected(2, 76))


def test_numbers_below_are_those_of_the_pool(view):
    play, query, length, picture, text = view
    query.value = 110
    ages = pool_history(10, 120, 2).ages[10:111]
    new, older = re.search(r"<b>(\d+)%</b> were new .* <b>(\d+)%</b> were 10 images", text.value).groups()
    assert f"<b>{len(ages)}</b> images shown" in text.value
    assert int(new) == round(100 * np.mean(ages == 0)) and int(older) == round(100 * np.mean(ages >= 10))
    query.value = 4
    assert "5 of 10 slots are taken" in text.value
    length.value = 0
    assert "Without a pool all <b>5</b>" in text.value


def test_every_size_is_offered_once_and_bad_ones_are_refused():
    length = widgets.image_pool(7, 50).children[0].children[2]
    assert [value for _, value in length.options] == [50, 10, 7, 2, 0] and length.value == 7
    assert widgets.image_pool(0, 50).children[0].children[2].value == 0
    for arguments in ((-1, 50), (5, 0)):
        with pytest.raises(ValueError, match="must be a whole number"):
            widgets.image_pool(*arguments)
