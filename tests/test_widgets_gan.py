"""The live toy: a task beside everything else that starts, stops, steps, and takes the latest values."""

import asyncio
import io
import time

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from studylib import plots, widgets
from studylib.gan import ToyTraining
from studylib.widgets import gan as module


def controls_of(box):
    found = {}
    for child in getattr(box, "children", ()):
        if isinstance(child, ipywidgets.Box):
            found |= controls_of(child)
        elif getattr(child, "description", ""):
            found[child.description] = child
    return found


class Hands:
    """What a reader sees and does."""

    def __init__(self, **options):
        self.box = widgets.toy_training(**options)
        self.controls = controls_of(self.box)
        self.picture, self.text = self.box.children[-2:]

    def press(self, name):
        self.controls[name].click()

    @property
    def step(self):
        return int(self.text.value.split("step <b>")[1].split("<")[0])


@pytest.fixture
def hands():
    return Hands(data="ring", seed=2)


async def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_it_opens_at_rest_and_a_step_shows_the_static_figure(hands):
    assert "studylib-toy-training" in hands.box._dom_classes
    assert hands.step == 0 and "no step taken yet" in hands.text.value and hands.controls["stop"].disabled
    names = ["start", "stop", "step", "reset", "data", "loss", "seed", "rate of generator", "rate of discriminator"]
    assert list(hands.controls) == [*names, "steps a picture"]
    hands.controls["steps a picture"].value = 5
    hands.press("step")
    assert hands.step == 5
    twin = ToyTraining("ring", "gan", 0.001, 0.002, seed=2)
    twin.run(5)
    plots.toy_gan(moment := twin.snapshot()).savefig(buffer := io.BytesIO(), format="png", dpi=100)
    difference = pixels(hands.picture.value).astype(int) - pixels(buffer.getvalue())
    assert np.mean(np.abs(difference) > 8) < 0.001  # rounding may move an arrow's edge by a pixel
    assert f"{moment.modes} of 8" in hands.text.value and f"discriminator {moment.losses['d']:.3f}" in hands.text.value


def test_start_trains_in_the_background_and_stop_ends_it(hands):
    async def use():
        hands.press("start")
        assert hands.controls["start"].disabled and not hands.controls["stop"].disabled
        assert hands.step == 0  # pressing returns at once; the work is done beside
        await until(lambda: hands.step >= 150)
        hands.press("stop")
        stopped = hands.step
        assert hands.controls["stop"].disabled and not hands.controls["start"].disabled
        await asyncio.sleep(5 * module.PAUSE)
        assert hands.step == stopped
        hands.press("start")
        await until(lambda: hands.step > stopped)
        hands.press("step")  # one slice, and it rests
        stepped = hands.step
        await asyncio.sleep(5 * module.PAUSE)
        assert hands.step == stepped

    asyncio.run(use())


def test_latest_values_are_taken_while_it_trains(hands):
    async def use():
        hands.press("start")
        await until(lambda: hands.step >= 50)
        for loss in ("lsgan", "minimax", "lsgan"):
            hands.controls["loss"].value = loss
        hands.controls["data"].value = "spiral"
        for rate in (0.01, 0.05, 0.0001):
            hands.controls["rate of generator"].value = rate
        now = hands.step
        await until(lambda: hands.step > now)
        assert "loss lsgan" in hands.text.value and "of 60" in hands.text.value
        assert float(view_of(hands).toy.gan.generator_optimizer.learning_rate) == pytest.approx(0.0001)
        hands.press("stop")

    asyncio.run(use())


def view_of(hands):
    assert module._training is not None
    return module._training


def test_reset_starts_anew_from_the_seed_and_keeps_running(hands):
    first = hands.picture.value
    hands.press("step")
    hands.press("reset")
    assert hands.step == 0 and hands.picture.value == first
    hands.controls["seed"].value = 3
    assert hands.step == 0 and hands.picture.value != first

    async def use():
        hands.controls["loss"].value = "lsgan"
        hands.press("start")
        await until(lambda: hands.step >= 100)
        hands.press("reset")
        assert hands.step == 0
        await until(lambda: hands.step >= 50)
        assert "loss lsgan" in hands.text.value
        hands.press("stop")

    asyncio.run(use())


def test_only_one_view_trains(hands):
    async def use():
        other = Hands()
        hands.press("start")
        await until(lambda: hands.step > 0)
        other.press("start")
        assert not hands.controls["start"].disabled
        stopped = hands.step
        await until(lambda: other.step > 100)
        assert hands.step == stopped
        other.press("stop")

    asyncio.run(use())


def test_it_ends_by_itself(hands, monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 100)

    async def use():
        hands.press("start")
        await until(lambda: hands.controls["stop"].disabled)
        assert hands.step == 100

    asyncio.run(use())


def test_diverged_networks_are_said_to_be_so_and_reset_helps(hands):
    async def use():
        hands.press("start")
        await until(lambda: hands.step > 0)
        gan = view_of(hands).toy.gan
        gan.g.set_weights([w * np.nan for w in gan.g.get_weights()])
        await until(lambda: "have diverged" in hands.text.value)
        await until(lambda: hands.controls["stop"].disabled)
        hands.press("reset")
        assert hands.step == 0
        hands.press("step")
        assert hands.step == 50

    asyncio.run(use())


def test_rates_of_ones_own_stand_on_the_sliders():
    controls = Hands(learning_rate=0.0007, discriminator_learning_rate=0.004).controls
    assert controls["rate of generator"].value == 0.0007 and 0.0007 in controls["rate of generator"].options
    assert controls["rate of discriminator"].value == 0.004


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="learning_rate"):
        widgets.toy_training(learning_rate=-1)
    with pytest.raises(ValueError, match="Received: adversarial='wgan'"):
        widgets.toy_training(adversarial="wgan")
    with pytest.raises(ValueError, match="Received: data='rings'"):
        widgets.toy_training(data="rings")
