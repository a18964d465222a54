"""The live toy of notebook 06 in the page: start, stop, step, reset, and every control while it trains."""

import io
import re
import time

import numpy as np
import pytest
from PIL import Image
from view import poll

from studylib import plots
from studylib.gan import ToyTraining


@pytest.fixture(scope="module")
def view(open_notebook):
    return open_notebook("06_gan").widget("toy-training")


def step(view):
    return int(re.search(r"step (\d+)", view.text())[1])


def wait_for_steps(view, n):
    poll(lambda: step(view) >= n, 60, lambda: f"no {n} steps: {view.text()}")


def other_pixels(view, toy):
    """Share of the pixels that differ from the static figure of `toy`; rounding may move the edge of an arrow."""
    plots.toy_gan(toy.snapshot()).savefig(buffer := io.BytesIO(), format="png", dpi=100)
    expected = np.asarray(Image.open(buffer).convert("RGB")).astype(int)
    return np.mean(np.abs(view.pixels() - expected) > 8)


def wait_for_picture_of(view, toy):
    poll(lambda: other_pixels(view, toy) < 0.001, 20, lambda: f"{other_pixels(view, toy):.2%} of the pixels are others")


def test_it_rests_until_it_is_started_and_a_step_shows_the_static_figure(view):
    names = ["start", "stop", "step", "reset", "data", "loss", "seed"]
    assert view.controls() == [*names, "rate of generator", "rate of discriminator", "steps a picture"]
    assert "no step taken yet" in view.text() and "of 8" in view.text()
    view.set_slider("steps a picture", 10)
    view.press("step")
    view.wait_for_text("step 10, loss gan")
    twin = ToyTraining("ring", "gan", 0.001, 0.002, seed=0)
    twin.run(10)
    wait_for_picture_of(view, twin)


def test_it_trains_beside_everything_else_and_takes_the_latest_values(view, artifacts):
    view.press("reset")
    view.wait_for_text("step 0")
    view.set_slider("steps a picture", 50)
    view.press("start")
    wait_for_steps(view, 200)
    view.screenshot(artifacts / "widget_toy_training.png")
    for loss in ("lsgan", "minimax", "gan"):
        view.choose("loss", loss)
        view.wait_for_text(f"loss {loss}")
    view.choose("data", "spiral")
    view.wait_for_text("of 60")
    now = step(view)
    view.drag_slider("rate of generator", 0.1)
    view.drag_slider("rate of discriminator", 0.9)
    wait_for_steps(view, now + 100)
    view.press("stop")
    poll(lambda: view.control("stop").is_disabled(), 20, lambda: "it has not stopped")
    at_rest = view.wait_for_rest(view.text)  # what was under way to the page arrives
    time.sleep(1)
    assert view.text() == at_rest


def test_dragged_rates_are_those_of_the_next_steps(view):
    view.choose("data", "ring")
    view.set_slider("steps a picture", 10)
    view.drag_slider("rate of generator", 0.4)
    view.drag_slider("rate of discriminator", 0.8)
    g_rate, d_rate = (view.value(f"rate of {network}") for network in ("generator", "discriminator"))
    assert g_rate != 0.001 and d_rate not in (0.002, g_rate)
    view.press("reset")
    view.wait_for_text("step 0")
    view.press("step")
    shown = view.wait_for_text("step 10, loss gan")
    usual, twin = (ToyTraining("ring", "gan", *rates, seed=0) for rates in ((0.001, 0.002), (g_rate, d_rate)))
    for toy in (usual, twin):
        toy.run(10)
    wait_for_picture_of(view, twin)
    assert other_pixels(view, usual) > 0.01  # the rates that the notebook gives would show something else
    losses, distance = re.search(r"discriminator ([\d.]+), generator ([\d.]+)", shown), twin.snapshot().distance
    assert [float(x) for x in losses.groups()] == pytest.approx([twin.snapshot().losses[k] for k in "dg"], abs=0.002)
    assert float(re.search(r"from the data ([\d.]+)", shown)[1]) == pytest.approx(distance, abs=0.002)


def test_reset_takes_the_seed(view):
    view.choose("data", "ring")
    view.press("reset")
    view.wait_for_text("step 0")
    view.wait_for_text("of 8")
    first = view.wait_for_rest()
    view.type("seed", 3)
    assert view.wait_for_change(first) != first
    view.type("seed", 0)
    poll(lambda: view.picture() == first, 20, lambda: "seed 0 shows another start")
