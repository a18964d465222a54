"""The shelf: what stands on it scores what its card says; the command that fills it; loading."""

import dataclasses
import functools
import json
import re
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import train_pretrained
from benchmarks import quality

from studylib import pretrained
from studylib.data import load_task
from studylib.evaluation import grey_level_error, kid
from studylib.evaluation.table import MODEL
from studylib.pretrained import card as cards
from studylib.pretrained import load_pretrained
from studylib.training import read_history

NAMES = pretrained.names()
TINY = {
    "image_size": 32, "batch_size": 16, "constant_share": 0.5, "jit_compile": False, "learning_rate": 0.002,
    "gen_n_filters": 4, "disc_n_filters": 4, "disc_n_layers": 1, "ema_momentum": 0.9, "seed": 7, "epochs": 99,
}  # fmt: skip
TASK = "shapes/plain2striped"


# ---- the shelf of the study ------------------------------------------------------------------------------------------


@functools.cache
def held_out(name):
    return load_task(name, load_pretrained(name).image_size)


@functools.cache
def made(name):
    return cards.translations(load_pretrained(name), held_out(name))


def test_shelf_holds_both_tasks():
    assert NAMES == ["openmoji/flat2outlined", "openmoji/line2color"]


@pytest.mark.parametrize("name", NAMES)
def test_generators_translate_pictures_of_the_stated_size(name):
    pair = load_pretrained(name)
    size = (2, pair.image_size, pair.image_size, 3)
    for network in pretrained.GENERATORS:
        generator = getattr(pair, network)
        output = np.asarray(generator(np.random.default_rng(0).uniform(-1, 1, size).astype(np.float32)))
        assert output.shape == size and np.abs(output).max() <= 1
        assert np.abs(output[0] - output[1]).mean() > 0.05  # another picture for another input
        assert generator.count_params() == pair.card["parameters"][network]


@pytest.mark.parametrize("name", NAMES)
def test_files_are_small_and_hold_weights_only(name):
    for network in pretrained.GENERATORS:
        path = pretrained.SHELF / name / f"{network}.keras"
        assert path.stat().st_size < 6e6
        assert getattr(getattr(load_pretrained(name), network), "optimizer", None) is None
        with zipfile.ZipFile(path) as archive:
            assert not json.loads(archive.read("config.json"))["compile_config"]


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_those_of_the_card(name):
    scores = load_pretrained(name).card["scores"]
    for direction, (inputs, truth) in cards.sides(held_out(name)).items():
        images, stated = made(name)[direction], scores[direction][MODEL]
        # Another processor adds in another order; a value that lies between two grey levels may fall to either.
        assert grey_level_error(images, truth) == pytest.approx(stated["error"], rel=0.01)
        distance = kid(images, truth)
        assert distance.value == pytest.approx(stated["kid"], abs=0.2 * stated["kid_error"])
        assert distance.error == pytest.approx(stated["kid_error"], rel=0.1)
        assert grey_level_error(inputs, truth) == pytest.approx(scores[direction][cards.NOTHING]["error"], rel=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_card_is_complete(name):
    card, task = load_pretrained(name).card, held_out(name)
    assert card["name"] == name and (card["label_a"], card["label_b"]) == (task.label_a, task.label_b)
    counts = {"train_a": len(task.train_a), "train_b": len(task.train_b), "test_pairs": len(task.test_a)}
    assert card["data"] == {**counts, "attribution": task.attribution}
    assert "OpenMoji" in task.attribution and "CC BY-SA 4.0" in card["licence"]
    assert re.fullmatch(r"[0-9a-f]{7,}( [0-9a-f]{7,})*", card["commit"])
    assert card["command"].startswith(f"python tools/train_pretrained.py {name} --epochs {card['epochs']} ")
    assert card["steps"] == card["epochs"] * task.steps_per_epoch(card["recipe"]["batch_size"])
    assert card["seconds"] > 0 and card["machine"] and card["date"] and card["limits"]
    methods = {cards.NOTHING, "constant white", "3x3 maximum filter", "best luminance ramp", "best edge overlay"}
    for direction in cards.DIRECTIONS:
        assert methods | {cards.PAIRED, MODEL} <= set(card["scores"][direction])
    nothing, *judged = card["progress"]
    assert nothing["seconds"] == 0 and judged[-1]["epoch"] == card["epochs"]
    assert judged[-1]["kid"] == pytest.approx(card["scores"]["A to B"][MODEL]["kid"], rel=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_failures_are_the_worst_by_their_rule(name):
    task = held_out(name)
    found = load_pretrained(name).card["failures"]
    for direction, (values, rule) in cards.ranking_values(made(name), task).items():
        worst = found[direction]["worst"]
        assert rule in found[direction]["rule"] and len(worst) == cards.N_FAILURES
        limit = np.sort(values)[-cards.N_FAILURES]
        for entry in worst:
            value = values[task.names_test.index(entry["id"])]
            assert value == pytest.approx(entry["value"], rel=0.02, abs=2e-3)
            assert value > limit - 0.02 * abs(limit) - 2e-3


@pytest.mark.parametrize("name", NAMES)
def test_readme_says_what_the_card_says(name):
    readme, card = (train_pretrained.ROOT / "README.md").read_text(encoding="utf-8"), load_pretrained(name).card
    assert cards.as_markdown(card) in readme
    for sentence in cards.equals_and_betters(card):
        assert sentence in readme


# ---- the command that fills it ---------------------------------------------------------------------------------------


def test_recipe_is_that_of_make_train():
    parameters, ours = train_pretrained.recipe(), quality.RECIPES["ours"]
    gan = train_pretrained.made_for(train_pretrained.CycleGAN, parameters, seed=3)
    config = gan.get_config()
    assert {name: config[name] for name in ours.network} == ours.network and config["seed"] == 3
    assert (parameters["batch_size"], parameters["constant_share"]) == (ours.batch_size, ours.constant_share)
    paired = train_pretrained.made_for(train_pretrained.Pix2Pix, parameters, seed=3)
    assert paired.g_AB.count_params() == gan.g_AB.count_params() and paired.d.count_params() > gan.d_A.count_params()


def test_swapped_task_goes_the_other_way():
    task = load_task("shapes/plain2striped", 16, paired=True)
    back = train_pretrained.swapped(task)
    assert back.train_a is task.train_b and back.train_b is task.train_a and back.test_b is task.test_a
    assert (back.label_a, back.label_b, back.paired) == (task.label_b, task.label_a, True)


def small_task(name, image_size, paired=False):
    """With fewer held-out pictures: judging them takes longer than this training."""
    task = load_task(name, image_size, paired)
    fewer = {name: getattr(task, name)[:30] for name in ("test_a", "test_b", "names_test")}
    return dataclasses.replace(task, **fewer)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A shelf that the command filled in two stretches: the outputs of both, and where it is."""
    folder = tmp_path_factory.mktemp("pretrained")
    places = {name: folder / name for name in ("folder", "runs", "images")}
    arguments = [TASK, "--epochs", "3", "--seed", "5", *sum(([f"--{k}", str(v)] for k, v in places.items()), [])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train_pretrained, "recipe", lambda: TINY)
        patch.setattr(train_pretrained, "load_task", small_task)
        commits = iter(("aaaaaaa", "bbbbbbb", "bbbbbbb", "bbbbbbb"))
        patch.setattr(train_pretrained, "committed", lambda root: next(commits))
        assert train_pretrained.main([*arguments, "--minutes", "1e-9"]) == 0
        assert pretrained.names(places["folder"]) == [] and not places["images"].exists()
        assert train_pretrained.main(arguments) == 0
        assert next(commits, None) is None  # nothing is left to train
    return SimpleNamespace(**places)


def test_command_writes_generators_card_and_gallery(filled):
    assert pretrained.names(filled.folder) == [TASK]
    card = load_pretrained(TASK, filled.folder).card
    assert (card["seed"], card["epochs"], card["commit"]) == (5, 3, "aaaaaaa bbbbbbb")
    assert card["recipe"]["gen_n_filters"] == 4 and card["recipe"]["seed"] == 5 and card["recipe"]["batch_size"] == 16
    history = read_history(filled.runs / "pretrained-shapes-plain2striped")
    assert card["seconds"] == round(history["seconds"][-1]) and len(history["epoch"]) == 3
    assert (filled.images / "gallery_plain2striped.png").stat().st_size > 10_000
    left = [path.name for path in (*filled.folder.rglob("*"), *filled.images.rglob("*")) if path.is_file()]
    assert sorted(left) == ["card.json", "g_AB.keras", "g_BA.keras", "gallery_plain2striped.png"]


def test_exported_generators_hold_the_average_and_score_what_the_card_says(filled):
    pair, task = load_pretrained(TASK, filled.folder), small_task(TASK, 32)
    for direction, images in cards.translations(pair, task).items():
        truth = cards.sides(task)[direction][1]
        stated = pair.card["scores"][direction][MODEL]
        assert grey_level_error(images, truth) == pytest.approx(stated["error"], rel=1e-3)
        assert kid(images, truth).value == pytest.approx(stated["kid"], rel=1e-3)
    # Judged on the way, with the average of the weights, at the last step.
    assert [row["epoch"] for row in pair.card["progress"]] == [0, 1, 2, 3]
    assert pair.card["progress"][-1]["kid"] == pytest.approx(pair.card["scores"]["A to B"][MODEL]["kid"], rel=1e-3)


def test_reference_takes_a_quarter_of_the_steps(filled):
    batch, steps = TINY["batch_size"], {}
    task, paired = load_task(TASK, 32), load_task(TASK, 32, paired=True)
    for direction in ("AB", "BA"):
        history = read_history(filled.runs / f"pretrained-shapes-plain2striped-pix2pix-{direction}")
        steps[direction] = history["step"][-1]
    quarter = 3 * task.steps_per_epoch(batch) / 4
    assert steps["AB"] == steps["BA"]
    assert abs(steps["AB"] - quarter) <= paired.steps_per_epoch(batch)


def test_uncommitted_code_trains_nothing(tmp_path, monkeypatch, capsys):
    def refuse(root):
        raise ValueError("commit studylib and tools")

    monkeypatch.setattr(train_pretrained, "recipe", lambda: TINY)
    monkeypatch.setattr(train_pretrained, "committed", refuse)
    assert train_pretrained.main([TASK, "--runs", str(tmp_path / "runs"), "--folder", str(tmp_path / "shelf")]) == 2
    assert "commit studylib and tools" in capsys.readouterr().err
    assert not any(tmp_path.rglob("*.keras"))


# ---- loading ---------------------------------------------------------------------------------------------------------


def test_loading_again_gives_the_same_object(filled):
    pair = load_pretrained(TASK, filled.folder)
    assert load_pretrained(TASK, filled.folder) is pair and pair.name == TASK and pair.image_size == 32
    assert "plain2striped" in repr(pair)


@pytest.mark.parametrize("name", ["openmoji/line2colour", "", None, 3, ["x"], "../folder"])
def test_unknown_name_is_told_what_is_there(filled, name):
    with pytest.raises(ValueError, match=r"on the shelf: shapes/plain2striped\. Received: name=") as caught:
        load_pretrained(name, filled.folder)
    assert str(caught.value).endswith(repr(name))


def test_empty_shelf_says_so(tmp_path):
    with pytest.raises(ValueError, match="on the shelf: nothing yet"):
        load_pretrained(TASK, tmp_path)


def test_missing_file_is_named(tmp_path):
    (tmp_path / TASK).mkdir(parents=True)
    (tmp_path / TASK / "card.json").write_text("{}")
    (tmp_path / TASK / "g_AB.keras").touch()
    with pytest.raises(ValueError, match=r"make pretrained NAME=shapes/plain2striped.*without g_BA\.keras") as caught:
        load_pretrained(TASK, tmp_path)
    assert f"on the shelf: {TASK}" in str(caught.value)
