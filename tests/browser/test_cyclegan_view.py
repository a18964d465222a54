"""Notebook 09 in the page: the sheet and the curves while it trains, and the view of the image pool."""

import base64
import io
import re
import time

import pytest
from fast import FAST
from likeness import difference, nearest, pixels
from view import photograph, pixels_of, poll

from studylib import plots
from studylib.cyclegan import pool_history
from studylib.training import read_history

EPOCHS = 3
CELL = "callbacks=[LiveTraining"


@pytest.fixture(scope="module")
def notebook(open_notebook):
    parameters = FAST["09_cyclegan"] | {"epochs": EPOCHS, "run_name": "watched"}
    return open_notebook("09_cyclegan", parameters=parameters, watch=CELL)


def test_sheet_and_curves_are_renewed_while_the_model_trains(notebook, study, artifacts):
    run = study.folder / "runs" / "watched"
    shown = [pixels(base64.b64decode(address.split(",", 1)[1])) for address in notebook.shown()]
    assert len(shown) == 2 * EPOCHS  # a sheet before and one after each epoch; curves after each but the first
    saved = [pixels(run / "samples" / f"epoch_{epoch:03d}.png") for epoch in range(1, EPOCHS + 1)]
    order = [nearest(sheet, shown) for sheet in saved]
    assert order == sorted(set(order)) and order[0] == 1
    assert max(difference(sheet, shown[i]) for sheet, i in zip(saved, order, strict=True)) < 3

    # What stays: the last sheet, and the curves of the history that was written.
    sheet, curves = notebook.outputs(CELL)
    plots.loss_curves(read_history(run)).savefig(buffer := io.BytesIO(), format="png")
    assert nearest(sheet, saved) == EPOCHS - 1 and difference(curves, pixels(buffer.getvalue())) < 3
    photograph(notebook.cell(CELL), artifacts / "live_training.png")


# ---- the image pool --------------------------------------------------------------------------------------------------

N_IMAGES = 400  # as the notebook has it


@pytest.fixture(scope="module")
def pool(notebook):
    return notebook.widget("image-pool")


def wait_for_moment(pool, length, query):
    """Wait for the picture and the numbers of a moment that a pool of our own has, too."""
    history = pool_history(length, N_IMAGES, seed=0)
    pool.wait_for_picture(pixels_of(plots.image_pool(history, query)))
    ages = history.ages[length : query + 1]
    if not len(ages):
        pool.wait_for_text(f"The pool is filling: {query + 1} of {length} slots are taken")
        return
    words = "Of the {} images shown since the pool is full {:.0%} were new .* and {:.0%} were"
    words = words if length else "Without a pool all {} images shown are new"
    pool.wait_for_text(re.compile(words.format(len(ages), (ages == 0).mean(), (ages >= length).mean())))


def shown(pool):
    """Number of the image at which the slider stands."""
    return int(pool.value("image"))


def test_pool_opens_full_and_follows_slider_and_size(pool, artifacts):
    assert pool.controls() == ["image", "pool holds"]
    wait_for_moment(pool, 50, 100)
    pool.screenshot(artifacts / "widget_image_pool.png")
    pool.set_slider("image", 10)
    wait_for_moment(pool, 50, 10)
    for option, length in (("2 images", 2), ("0: no pool", 0), ("50 images", 50)):
        pool.choose("pool holds", option)
        wait_for_moment(pool, length, 10)
    pool.drag_slider("image", 0.6)
    poll(lambda: 200 < shown(pool) < 280, 20, lambda: f"dragged to 60 %, it stands at {shown(pool)}")
    wait_for_moment(pool, 50, shown(pool))


def test_pool_plays_pauses_and_starts_anew(pool):
    pool.choose("pool holds", "10 images")
    pool.set_slider("image", 20)
    wait_for_moment(pool, 10, 20)
    pictures = pool.drawn
    play, stop, _ = pool.root.locator(".widget-play button").all()
    play.click()
    poll(lambda: shown(pool) >= 25, 30, lambda: f"it plays and stands at {shown(pool)}")
    play.click()
    at_rest = pool.wait_for_rest(lambda: shown(pool))
    assert 25 <= at_rest < 60 and pool.drawn >= pictures + 2  # one by one, not in one leap
    time.sleep(1)
    assert shown(pool) == at_rest
    wait_for_moment(pool, 10, at_rest)
    stop.click()
    wait_for_moment(pool, 10, 0)
