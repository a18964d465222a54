"""The report page of a run: one file, nothing from outside, everything escaped, and whole or not at all."""

import base64
import dataclasses
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
import write_report as tool
from PIL import Image

from studylib import evaluation, report
from studylib.cyclegan import CycleGAN
from studylib.data import load_task
from studylib.training import RunFolder

PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """What a page holds: tags with their attributes, texts, and which tags were not closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def as_they_are(images):
    return images


MODEL = SimpleNamespace(g_AB=lambda images: -np.asarray(images), g_BA=as_they_are)


@pytest.fixture(scope="module")
def task():
    whole = load_task("shapes/plain2striped", image_size=32)
    return dataclasses.replace(
        whole, label_a="plain <b>", test_a=whole.test_a[:12], test_b=whole.test_b[:12], attribution="Drawn & given"
    )


@pytest.fixture(scope="module")
def found(task):
    return evaluation.evaluate(MODEL, task)


@pytest.fixture(autouse=True, scope="module")
def asked(found):
    """The table is computed once for all pages; a list of what it was asked for."""
    calls = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "evaluate", lambda *given: calls.append(given) or found)
        yield calls


def made_run(path, task):
    folder = RunFolder(path / "my <run>")
    folder.claim({"task": task.name, "image_size": 32, "epochs": 7, "note": "<script>alert(1)</script>"})
    names = "g_adversarial_AB g_adversarial_BA cycle_A cycle_B identity_A identity_B d_A d_B seconds".split()
    folder.write_history([{"epoch": k, **dict.fromkeys(names, 0.5 * k)} for k in range(1, 8)])
    for epoch in range(1, 8):
        path = folder.sample_path(epoch)
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (epoch, 1)).save(path)
    return folder


@pytest.fixture
def run(tmp_path, task):
    return made_run(tmp_path, task)


@pytest.fixture(scope="module")
def page(tmp_path_factory, task):
    run = made_run(tmp_path_factory.mktemp("runs"), task)
    path = report.write_report(run.path, MODEL, task)
    assert path == run.path / "report.html"
    return path.read_text("utf-8")


def test_page_is_one_file_without_script_or_network(page):
    found = Page(page)
    assert not found.open and "script" not in [tag for tag, _ in found.tags]
    for tag, attributes in found.tags:
        assert tag not in ("link", "iframe", "object", "a") and not any(name.startswith("on") for name in attributes)
        if tag == "img":
            assert base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,")).startswith(PNG)
            assert attributes["alt"]
    assert not re.search(r"https?://|url\(|@import", page)
    (policy,) = (a["content"] for t, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in found.tags


def test_page_escapes_what_it_is_given(page):
    assert "<script>alert" not in page and "plain <b>" not in page and "my <run>" not in page
    text = " ".join(Page(page).texts)
    assert '"<script>alert(1)</script>"' in text and "plain <b> to striped" in text and "my <run>" in text
    assert "Drawn & given" in text


def test_page_holds_the_table_its_sentences_and_the_settings(page, task, found, asked):
    texts = Page(page).texts
    assert asked[0] == (MODEL, task, None)
    for direction in ("A to B", "B to A"):
        assert found.comparison(direction) in texts
        for line in found.rows(direction):
            assert all(cell in texts for cell in line if cell)
    assert page.count('<tr class="model">') == 2 and "epochs" in texts and "7" in texts
    assert "7 epochs, 0.1 minutes." in texts


def test_page_shows_some_epochs_the_first_and_last_among_them(page):
    widths, captions = [], []
    for caption in re.findall(r"<figcaption>(Samples after epoch \d+)", page):
        captions.append(int(caption.split()[-1]))
    for source in re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="Samples', page):
        png = base64.b64decode(source)
        widths.append(int.from_bytes(png[16:20], "big"))  # as wide as the epoch's number
    assert captions == widths == [1, 3, 5, 7]


def test_cases_follow_the_stated_rule(page, task, monkeypatch, run):
    assert "ranked by how like the translation is to its truth" in page
    shown = []
    monkeypatch.setattr(report.plots, "cases", lambda *given: shown.append(given) or report.plots.loss_curves({}))
    report.write_report(run.path, MODEL, dataclasses.replace(task, aligned=False))
    columns, chosen, likenesses, credit = shown[1]  # B to A: nothing is done, and nothing undone
    assert list(columns) == ["striped", "to plain <b>", "back to striped"] and credit == "Drawn & given"
    cycled = evaluation.translate(MODEL.g_AB, task.test_b)
    np.testing.assert_allclose(likenesses, evaluation.likeness(cycled, task.test_b), atol=1e-5)
    assert {name: len(k) for name, k in chosen.items()} == {"best": 3, "typical": 3, "worst": 3}


def test_page_before_the_first_epoch(run, task):
    run.history_path.unlink()
    assert "No epoch has ended yet." in report.write_report(run.path, MODEL, task).read_text("utf-8")


def test_a_page_that_fails_leaves_the_one_before(run, task, monkeypatch):
    path = run.path / "report.html"
    path.write_text("the one before")
    monkeypatch.setattr(report, "_PAGE", "{missing}")
    with pytest.raises(KeyError):
        report.write_report(run.path, MODEL, task)
    assert path.read_text() == "the one before" and not list(run.path.glob(".writing_*"))


def test_what_is_no_run_is_refused_in_one_sentence(run, task, tmp_path):
    with pytest.raises(ValueError, match="must be the folder of a run.* Received: .*nowhere"):
        report.write_report(tmp_path / "nowhere", MODEL, task)
    with pytest.raises(ValueError, match="was of the task 'shapes/plain2striped' at 32 pixels.* 'mine' at 32 pixels"):
        report.write_report(run.path, MODEL, dataclasses.replace(task, name="mine"))


def test_the_command_writes_the_page_of_a_run(tmp_path, capsys):
    task = load_task("shapes/plain2striped", image_size=16)
    sizes = {"gen_n_filters": 2, "disc_n_filters": 2, "gen_n_downsamplings": 2, "disc_n_layers": 1}
    model = CycleGAN((16, 16, 3), **sizes, ema_momentum=0.9)
    run = RunFolder(tmp_path / "small")
    run.claim({"task": task.name, "image_size": 16, "epochs": 3})
    image = task.test_a[:1] / 127.5 - 1
    by_average = model.g_AB(image).numpy()  # which begins with these weights
    for weight in model.generator_variables:
        weight.assign(weight * 2)
    run.save_checkpoint(model, {"step": 2})
    run.save_model(model)
    tool.main([str(run.path)])
    assert capsys.readouterr().out == f"{run.path / 'report.html'}\n"
    assert "<td>epochs</td><td>3</td>" in (run.path / "report.html").read_text("utf-8")
    loaded, same_task = tool.load_run(run.path)
    assert same_task.name == task.name and same_task.image_size == 16
    np.testing.assert_allclose(loaded.g_AB(image), model.g_AB(image), atol=1e-5)
    run.model_path.unlink()
    loaded, _ = tool.load_run(run.path)
    np.testing.assert_allclose(loaded.g_AB(image), by_average, atol=1e-5)
    assert np.abs(by_average - model.g_AB(image)).max() > 1e-3
    assert "judged is step_000000002" in capsys.readouterr().out
    for step in (3, 4):
        (run.checkpoints_path / f"step_00000000{step}").mkdir()
        (run.checkpoints_path / f"step_00000000{step}" / "model.keras").write_bytes(b"cut off"[: step - 3])
    loaded, _ = tool.load_run(run.path)
    np.testing.assert_allclose(loaded.g_AB(image), by_average, atol=1e-5)
    left_out, also, judged = capsys.readouterr().out.splitlines()
    assert re.match("Left out: .*step_000000004.model.keras is damaged", left_out) and "step_000000003" in also
    assert judged == "The run is not finished: judged is step_000000002."
    (run.checkpoints_path / "step_000000002" / "model.keras").unlink()
    with pytest.raises(ValueError, match="step_000000002.model.keras does not exist"):
        tool.load_run(run.path)


def test_the_command_says_what_is_missing(tmp_path):
    with pytest.raises(SystemExit, match="There must be a run, with its config.json"):
        tool.main([str(tmp_path)])
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SystemExit, match="must have saved a model or a checkpoint"):
        tool.main([str(tmp_path)])
