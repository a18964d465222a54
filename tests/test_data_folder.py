"""Tasks made of a folder of images: both layouts, held-out images, and every way to get it wrong."""

import os
import time
import unicodedata

import numpy as np
import pytest
from PIL import Image

from studylib.data import images, load_task

SIZE = 8


def put(folder, names, first_value=0):
    """Images of one colour each: the i-th is filled with first_value + i."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        Image.new("L", (12, 10), first_value + i).save(folder / name)


def values(images):
    assert np.all(images == images[:, :1, :1, :1])
    return images[:, 0, 0, 0].tolist()


@pytest.fixture
def root(tmp_path):
    """Two domains of 3 and 2 training images, 2 and 1 test images."""
    put(tmp_path / "trainA", ["a.png", "b.png", "c.png"], 0)
    put(tmp_path / "trainB", ["d.png", "e.png"], 10)
    put(tmp_path / "testA", ["f.png", "g.png"], 20)
    put(tmp_path / "testB", ["h.png"], 30)
    return tmp_path


def test_train_and_test_folders(root):
    task = load_task(f"folder:{root}", image_size=SIZE)
    assert [values(x) for x in (task.train_a, task.train_b, task.test_a, task.test_b)] == [
        [0, 1, 2],
        [10, 11],
        [20, 21],
        [30],
    ]
    assert (task.names_a, task.names_b, task.names_test) == (
        ["trainA/a.png", "trainA/b.png", "trainA/c.png"],
        ["trainB/d.png", "trainB/e.png"],
        ["testA/f.png", "testA/g.png"],
    )
    assert (task.label_a, task.label_b, task.aligned, task.attribution) == ("A", "B", False, "")
    assert task.name == f"folder:{root}"
    a, b = next(iter(task.pipeline(2)))
    assert a.shape == b.shape == (2, SIZE, SIZE, 3)


@pytest.mark.parametrize("with_test", [True, False])
def test_class_folders(tmp_path, with_test):
    put(tmp_path / "train" / "zebra", ["1.png", "2.png"], 10)
    put(tmp_path / "train" / "말", ["3.png", "4.png", "5.png"], 20)
    if with_test:
        put(tmp_path / "test" / "zebra", ["6.png"], 30)
        put(tmp_path / "test" / "말", ["7.png"], 40)
    (tmp_path / "train" / ".ipynb_checkpoints").mkdir()
    task = load_task(f"folder:{tmp_path}", image_size=SIZE)
    assert (task.label_a, task.label_b) == ("zebra", "말")
    if with_test:
        assert (values(task.test_a), values(task.test_b)) == ([30], [40])
        assert (values(task.train_a), values(task.train_b)) == ([10, 11], [20, 21, 22])
    else:
        assert sorted(values(task.train_a) + values(task.test_a)) == [10, 11]
        assert sorted(values(task.train_b) + values(task.test_b)) == [20, 21, 22]


def test_a_relative_path_with_spaces_and_korean(root, tmp_path, monkeypatch):
    odd = tmp_path / "나의 그림 1"
    odd.mkdir()
    for name in ("trainA", "trainB", "testA", "testB"):
        (root / name).rename(odd / name)
    monkeypatch.chdir(tmp_path)
    assert len(load_task("folder:나의 그림 1", image_size=SIZE).train_a) == 3
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert len(load_task("folder:~/나의 그림 1", image_size=SIZE).train_a) == 3


@pytest.mark.parametrize("limit", [119, 120])  # pixels; the pictures have 120
def test_large_pictures_are_read_one_at_a_time(root, monkeypatch, limit):
    at_work, most = [], []

    def slowly(image, image_size, upright_rgb=images.upright_rgb):
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.03)
        at_work.pop()
        return upright_rgb(image, image_size)

    monkeypatch.setattr(images, "LARGE_PIXELS", limit)
    monkeypatch.setattr(images, "upright_rgb", slowly)
    assert len(load_task(f"folder:{root}", image_size=SIZE).train_a) == 3
    assert len(most) == 8 and (max(most) == 1) == (limit == 119)


def test_other_files_are_passed_over(root):
    for name in ("notes.txt", ".DS_Store", "Thumbs.db", ".hidden.png", "._a.png"):
        (root / "trainA" / name).write_bytes(b"no image")
    (root / "trainA" / "deeper.png").mkdir()
    assert load_task(f"folder:{root}", image_size=SIZE).names_a == [f"trainA/{i}.png" for i in "abc"]


def test_names_are_one_whether_composed_or_not(root):
    put(root / "testA", [unicodedata.normalize("NFD", "사과.png")])
    put(root / "testB", [unicodedata.normalize("NFC", "사과.png")])
    for name in ("f.png", "g.png"):
        os.unlink(root / "testA" / name)
    os.unlink(root / "testB" / "h.png")
    task = load_task(f"folder:{root}", image_size=SIZE)
    assert task.aligned and task.names_test == [unicodedata.normalize("NFC", "testA/사과.png")]


def test_aligned_means_the_same_names_in_both_test_folders(root):
    for part, value in (("testA", 40), ("testB", 60)):
        for path in (root / part).iterdir():
            path.unlink()
        put(root / part, [f"{i}.{'png' if part == 'testA' else 'bmp'}" for i in range(12)], value)
    task = load_task(f"folder:{root}", image_size=SIZE)
    assert task.aligned
    assert [b - a for a, b in zip(values(task.test_a), values(task.test_b), strict=True)] == [20] * 12
    (root / "testB" / "3.bmp").rename(root / "testB" / "x.bmp")
    assert not load_task(f"folder:{root}", image_size=SIZE).aligned


def test_without_test_folders_a_tenth_is_held_out(tmp_path):
    put(tmp_path / "trainA", [f"{i:03}.png" for i in range(100)])
    put(tmp_path / "trainB", [f"{i:03}.png" for i in range(100)], 100)
    task = load_task(f"folder:{tmp_path}", image_size=SIZE)
    assert len(task.test_a) == len(task.test_b) == 10
    assert sorted(values(task.train_a) + values(task.test_a)) == list(range(100))
    assert len(task.names_a) == 90
    # Pairs that lie in the two folders under one name are held out together.
    assert values(task.test_a) == [value - 100 for value in values(task.test_b)]
    assert max(np.diff(values(task.test_a))) > 1, "not the last ones, but some from everywhere"
    again = load_task(f"folder:{tmp_path}", image_size=SIZE)
    assert again.names_test == task.names_test
    # Nobody said that these are pairs: two sets of photographs are often numbered alike.
    assert not task.aligned
    assert not set(task.names_a) & set(task.names_b)


def test_a_single_image_is_trained_on(tmp_path):
    put(tmp_path / "trainA", ["1.png"])
    put(tmp_path / "trainB", ["2.png"], 9)
    task = load_task(f"folder:{tmp_path}", image_size=SIZE)
    assert task.train_a.shape == (1, SIZE, SIZE, 3)
    assert task.test_a.shape == (0, SIZE, SIZE, 3)
    assert not task.aligned


def one_sentence(error, *parts):
    message = str(error.value)
    assert "\n" not in message
    for part in parts:
        assert str(part) in message
    return True


def test_missing_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as error:
        load_task("folder:없는 폴더")
    assert one_sentence(error, "There is no folder", "없는 폴더", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="There is no folder file"):
        load_task("folder:file")


def test_empty_path():
    with pytest.raises(ValueError, match="comes a path, as in .* Received: name='folder: '"):
        load_task("folder: ")


@pytest.mark.parametrize(
    "folders, found",
    [
        ([], "no folder at all"),
        (["trainA"], "trainA"),
        (["train"], "Found in train: no folder at all"),
        (["train/apple", "train/orange", "train/pear"], "Found in train: apple, orange, pear"),
    ],
)
def test_other_layouts(tmp_path, folders, found):
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(ValueError) as error:
        load_task(f"folder:{tmp_path}")
    assert one_sentence(error, tmp_path, "needs either the folders trainA and trainB, or a folder train", found)


def test_a_test_folder_with_other_classes(tmp_path):
    for folder in ("train/apple", "train/orange", "test/apple", "test/oranges"):
        put(tmp_path / folder, ["1.png"])
    with pytest.raises(ValueError) as error:
        load_task(f"folder:{tmp_path}", image_size=SIZE)
    assert one_sentence(error, tmp_path / "test", "missing: orange")


@pytest.mark.parametrize("part", ["trainA", "testB"])
@pytest.mark.parametrize("others", [[], ["IMG_1.HEIC"]])
def test_empty_domain(root, part, others):
    for path in (root / part).iterdir():
        path.unlink()
    for name in others:
        (root / part / name).write_bytes(b"no image that Pillow reads")
    with pytest.raises(ValueError) as error:
        load_task(f"folder:{root}", image_size=SIZE)
    assert one_sentence(error, root / part, "holds no image (.jpg", *(others or ["Found: nothing"]))


def test_a_damaged_file_stops_the_loading_and_is_named(root):
    put(root / "trainB", [f"{i}.png" for i in range(30)])
    (root / "trainB" / "나쁜 그림.png").write_text("no image")
    with pytest.raises(ValueError) as error:
        load_task(f"folder:{root}", image_size=SIZE)
    assert one_sentence(error, root / "trainB" / "나쁜 그림.png", "cannot be read as an image")
