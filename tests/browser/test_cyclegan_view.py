"""Notebook 09 while it trains: the sheet is renewed after each epoch, the curves below it from the second on."""

import base64
import io

import pytest
from fast import FAST
from likeness import difference, nearest, pixels
from view import photograph

from studylib import plots
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
