"""The score map of notebook 08 in the page: the damage is moved, the map and its numbers follow."""

import re

import pytest


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("08_pix2pix").widget("damaged-patch")


def seen(view):
    """How many scores see the damage, of how many."""
    return tuple(map(int, re.search(r"(\d+) of (\d+) scores see the damage", view.text()).groups()))


def test_it_has_its_controls_and_numbers(view, artifacts):
    assert view.controls() == ["trained by", "image", "damage", "left", "top", "size"]
    some, all_scores = seen(view)
    assert 0 < some <= all_scores
    view.screenshot(artifacts / "widget_damaged_patch.png")


@pytest.mark.parametrize(("slider", "value"), [("left", 1), ("top", 2), ("size", 2), ("image", 1)])
def test_every_slider_moves_the_picture(view, slider, value):
    before = view.picture()
    view.set_slider(slider, value)
    assert view.wait_for_change(before) != before


def test_a_small_square_in_the_corner_is_seen_by_few_scores(view):
    view.set_slider("left", 12)
    view.set_slider("top", 12)
    view.set_slider("size", 8)
    view.wait_for_rest(view.text)
    middle = seen(view)[0]
    view.set_slider("size", 1)
    view.set_slider("left", 0)
    view.set_slider("top", 0)
    view.wait_for_rest(view.text)
    assert seen(view)[0] < middle / 4


@pytest.mark.parametrize(("dropdown", "value"), [("damage", "noise"), ("trained by", "L1 + GAN")])
def test_every_choice_changes_the_picture(view, dropdown, value):
    view.set_slider("size", 8)
    before = view.wait_for_rest()
    view.choose(dropdown, value)
    assert view.wait_for_change(before) != before
