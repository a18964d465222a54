"""A picture that follows its controls: drawn during a drag, and the latest value last."""

import asyncio
import time

import ipywidgets
import matplotlib.pyplot as plt
import pytest

from studylib.widgets import live


@pytest.fixture
def counted():
    """A view that counts how often it was drawn."""
    drawn = []

    def draw(x):
        if x < 0:
            raise ValueError(f"x must not be negative. Received: x={x}")
        drawn.append(x)
        figure = plt.Figure(figsize=(1, 1))
        figure.text(0.5, 0.5, str(x))
        return figure

    slider = ipywidgets.IntSlider(0, -9, 99)
    box = live.live(draw, {"x": slider})
    return slider, box, drawn


def test_values_that_come_together_are_drawn_once_and_the_latest_wins(counted):
    slider, _, drawn = counted

    async def jump():
        for x in range(1, 30):
            slider.value = x
            await asyncio.sleep(0)
        await asyncio.sleep(5 * live.DELAY)

    asyncio.run(jump())
    assert drawn[0] == 0 and drawn[-1] == 29 and len(drawn) < 6  # two, unless the machine stalls meanwhile


def test_long_drag_is_drawn_while_it_lasts_and_no_more_often_than_it_can_be_shown(counted):
    slider, _, drawn = counted

    async def drag():
        begun = time.monotonic()
        for x in range(1, 100):
            slider.value = x
            await asyncio.sleep(live.DELAY / 5)
        during, lasted = len(drawn), time.monotonic() - begun
        await asyncio.sleep(5 * live.DELAY)
        return during, lasted

    during, lasted = asyncio.run(drag())
    assert 5 < during <= lasted / live.DELAY + 2
    assert drawn == sorted(set(drawn)) and drawn[-1] == 99


def test_nothing_is_drawn_when_nothing_changes(counted):
    slider, _, drawn = counted

    async def rest():
        slider.value = 5
        await asyncio.sleep(5 * live.DELAY)
        slider.value = 5
        await asyncio.sleep(5 * live.DELAY)

    asyncio.run(rest())
    assert drawn == [0, 5]


def test_numbers_stand_below_the_picture():
    slider = ipywidgets.IntSlider(2, 0, 9)
    box = live.live(lambda x: (plt.Figure(figsize=(1, 1)), f"<b>{x * x}</b>"), {"x": slider})
    picture, text = box.children[1:]
    assert bytes(picture.value[:4]) == b"\x89PNG" and text.value == "<b>4</b>"
    slider.value = 3
    assert text.value == "<b>9</b>"


def test_wrong_value_is_answered_by_a_sentence_and_the_view_goes_on(counted):
    slider, box, _ = counted
    picture, sentence = box.children[1:]
    before = picture.value
    slider.value = -1
    assert sentence.value == "x must not be negative. Received: x=-1"
    assert picture.value == before and picture.layout.opacity == "0.3"  # it is not that of the slider any more
    slider.value = 2
    assert sentence.value == "" and picture.value != before and picture.layout.opacity == "1"
