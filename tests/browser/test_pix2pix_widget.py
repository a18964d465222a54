"""The score map of notebook 08 in the page: the damage is moved, the map and its numbers follow."""

import pytest
from fast import FAST

from studylib.patchgan import patch_grid, scores_that_see

SIZE = FAST["08_pix2pix"]["image_size"]
N_LAYERS = 1  # of the notebook's discriminators


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("08_pix2pix").widget("damaged-patch")


def check(view, **moved):
    """Move the sliders; wait for the number of scores that see a square of where all sliders now stand."""
    for slider, value in moved.items():
        view.set_slider(slider, value)
    stands = {name: int(view.value(name)) for name in ("top", "left", "size")}
    assert stands | moved == stands
    top, left, size = stands.values()
    sees = scores_that_see(min(top, SIZE - size), min(left, SIZE - size), size, SIZE, N_LAYERS)  # it stops at the edge
    field = patch_grid(N_LAYERS).size
    view.wait_for_text(f"{sees.sum()} of {sees.size} scores see the damage, each through {field} x {field} pixels")
    return sees.sum()


def test_it_has_its_controls_and_numbers(view, artifacts):
    assert view.controls() == ["trained by", "image", "damage", "left", "top", "size"]
    check(view)
    view.screenshot(artifacts / "widget_damaged_patch.png")


def test_every_slider_changes_how_many_scores_see_the_damage(view):
    steps = [{"left": 1}, {"top": 2}, {"size": 2}, {"left": 0, "top": 0, "size": 1}, {"left": 12, "top": 20, "size": 8}]
    counts = [check(view)] + [check(view, **step) for step in steps]
    assert all(one != other for one, other in zip(counts, counts[1:], strict=False))


@pytest.mark.parametrize(("slider", "value"), [("left", 5), ("top", 6), ("size", 7), ("image", 1)])
def test_every_slider_moves_the_picture(view, slider, value):
    before = view.picture()
    view.set_slider(slider, value)
    assert view.wait_for_change(before) != before


def test_the_square_stops_at_the_edge(view):
    check(view, left=SIZE - 1, top=SIZE - 1, size=3)


@pytest.mark.parametrize(("dropdown", "value"), [("damage", "noise"), ("trained by", "L1 + GAN")])
def test_every_choice_changes_the_picture_and_not_which_scores_see_it(view, dropdown, value):
    n = check(view, left=12, top=12, size=8)
    before = view.wait_for_rest()
    view.choose(dropdown, value)
    assert view.wait_for_change(before) != before
    assert check(view) == n
