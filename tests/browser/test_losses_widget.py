"""The loss curves of notebook 07 in the page: picture and numbers follow the score and the term."""

import pytest
from view import pixels_of

from studylib import plots
from studylib.plots.losses import loss_gradient, loss_value


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("07_gan_loss_vs_lsgan_loss").widget("losses")


def check(view, score, side):
    """Wait until the page shows this sample: the numbers of two losses, and the picture."""
    for name, label in (("gan", "GAN (non-saturating)"), ("lsgan", "LSGAN")):
        value, gradient = loss_value(name, side, score), loss_gradient(name, side, score)
        view.wait_for_text(f"{label}: loss {value:.4f}, gradient {gradient:.4f}")
    view.wait_for_picture(pixels_of(plots.loss_at(score, side)))


def test_score_and_term(view, artifacts):
    assert view.controls() == ["score", "term"]
    check(view, -4.0, "generator")
    view.screenshot(artifacts / "widget_losses.png")
    view.set_slider("score", 2.5)
    check(view, 2.5, "generator")
    view.choose("term", "discriminator: a fake")
    check(view, 2.5, "fake")
    assert "minimax" not in view.text()
    view.choose("term", "discriminator: a real sample")
    check(view, 2.5, "real")


def test_numbers_follow_the_slider_during_a_drag(view):
    before = view.text()
    view.drag_slider("score", 0.2)
    assert view.wait_for_change(before) != before
