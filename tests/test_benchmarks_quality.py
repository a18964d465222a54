"""Time to quality: what is trained, in which turns, and that the recipe called ours is what the notebook does."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks import quality
from run_notebook import notebook_parameters

from studylib import recorded
from studylib.data import load_task

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "09_cyclegan.ipynb"
TINY = {"gen_n_filters": 4, "gen_n_downsamplings": 2, "disc_n_filters": 4, "disc_n_layers": 1}
SLOW = quality.Recipe(TINY)
QUICK = quality.Recipe(
    TINY | {"learning_rate": 0.002, "ema_momentum": 0.9}, batch_size=64, constant_share=0.5, epochs=2
)


@pytest.fixture(scope="module")
def task():
    return load_task("shapes/plain2striped", 32)


def test_ours_is_the_default_of_the_notebook_and_of_make_train():
    parameters, recipe = notebook_parameters(NOTEBOOK), quality.RECIPES["ours"]
    for name, value in recipe.network.items():
        assert parameters[name] == value, name
    assert (parameters["batch_size"], parameters["constant_share"]) == (recipe.batch_size, recipe.constant_share)
    assert (parameters["task"], parameters["image_size"]) == (quality.TASK, quality.IMAGE_SIZE)
    makefile = (NOTEBOOK.parent.parent / "Makefile").read_text().splitlines()
    assert f"EPOCHS = {recipe.epochs}" in makefile


def test_turns_go_round_until_every_run_has_had_its_time(task, monkeypatch, tmp_path):
    monkeypatch.setattr(quality, "RECIPES", {"slow": SLOW, "quick": QUICK})
    monkeypatch.setattr(quality, "committed", lambda: "abc1234")
    path = tmp_path / "time_to_quality.csv"
    quality.record(path, seeds=[0, 1], minutes=0.05, command="x", names=("slow", "quick"), turn_seconds=2, task=task)
    recording = recorded.read(path)
    assert recording.header["commit"] == "abc1234" and recording.header["seeds"] == "0 1"
    (nothing,) = recording.runs(recipe="doing nothing")
    assert nothing["error_removing"] == nothing["error_inventing"] > 0 and nothing["kid"] > 0
    for name, batch_size in {"slow": 1, "quick": 64, "quick, no average": 64}.items():
        for seed in (0, 1):
            (run,) = recording.runs(recipe=name, seed=seed)
            assert (np.diff(run["step"]) > 0).all() and (np.diff(run["seconds"]) > 0).all()
            assert (run["images"] == run["step"] * batch_size).all()
            if name == "slow":
                assert 3 <= run["seconds"][-1] < 60
            else:
                assert run["step"][-1] == 2 * task.steps_per_epoch(64)
    averaged, running = (recording.runs(recipe=name)[0] for name in ("quick", "quick, no average"))
    assert (averaged["step"] == running["step"]).all() and (averaged["kid"] != running["kid"]).all()


def test_learning_rate_follows_the_share_that_is_done(task, monkeypatch):
    monkeypatch.setattr(quality, "RECIPES", {"quick": QUICK})
    run, rates = quality.Run("quick", 0, task, minutes=1), []
    step = run.model.train_function

    def watched(batches):
        rates.append(
            [float(o.learning_rate) for o in (run.model.generator_optimizer, run.model.discriminator_optimizer)]
        )
        return step(batches)

    run.model.train_function = watched
    run.turn(1000)
    n = 2 * task.steps_per_epoch(64)
    assert run.step == run.n_steps == n and run.progress == 1
    expected = [0.002 * min(1, 2 * (1 - k / n)) for k in range(n)]
    np.testing.assert_allclose(rates, np.transpose([expected, expected]), rtol=1e-5)
    assert [*run.rows[0]] == list(quality.COLUMNS)


@pytest.mark.parametrize("column", ["kid", "error_removing"])
def test_our_recipe_reached_the_papers_score_in_less_than_half_its_time(column):
    """What the notebook shows and the README says, by the recordings that both are made from."""
    folder = NOTEBOOK.parent / "recorded"
    timed, again = (recorded.read(folder / f"time_to_quality{ending}.csv") for ending in ("", "_moved"))
    assert all("--quality" in recording.header["command"] for recording in (timed, again))
    assert timed.header["seeds"] == again.header["seeds"] and timed.header["machine"] == again.header["machine"]
    for seed in map(int, timed.header["seeds"].split()):
        (paper,), (ours,) = (r.runs(recipe=name, seed=seed) for r, name in ((timed, "paper"), (again, "ours")))
        assert paper["seconds"][-1] >= 15 * 60
        assert recorded.time_reached(ours, column, paper[column][-1]) <= paper["seconds"][-1] / 2
