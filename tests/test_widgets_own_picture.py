"""A picture of one's own: fitted whatever its kind, refused in one sentence, and translated in the view."""

import base64
import dataclasses
import io
import re
import struct
import zlib
from datetime import UTC, datetime
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studylib import plots
from studylib.data import fit, load_task
from studylib.data.fit import fit_picture
from studylib.widgets.own_picture import both_ways, own_picture

SIZE = 16
RED, WHITE = (255, 0, 0), (255, 255, 255)
# Mode, a colour in it, the RGB that it is, and a format that holds it.
COLOURS = [
    ("RGB", (10, 20, 30), (10, 20, 30), "PNG"),
    ("L", 77, (77, 77, 77), "PNG"),
    ("1", 0, (0, 0, 0), "PNG"),
    ("P", 0, (0, 0, 0), "GIF"),
    ("LA", (77, 255), (77, 77, 77), "PNG"),
    ("LA", (0, 0), WHITE, "PNG"),
    ("RGBA", (255, 0, 0, 255), RED, "WEBP"),
    ("RGBA", (255, 0, 0, 0), WHITE, "PNG"),
    ("I;16", 0x8000, (128, 128, 128), "PNG"),
    ("CMYK", (0, 255, 255, 0), RED, "TIFF"),
]


def contents(image, kind="PNG", **options):
    image.save(buffer := io.BytesIO(), kind, **options)
    return buffer.getvalue()


def bomb(width, height):
    """A PNG of a few bytes that says it has so many pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


# ---- fit_picture -----------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    colour=st.sampled_from(COLOURS),
    width=st.integers(8, 70),
    height=st.integers(8, 70),
    size=st.integers(1, 40),
    whole=st.booleans(),
)
def test_every_mode_and_size_becomes_a_square(colour, width, height, size, whole):
    mode, value, rgb, kind = colour
    options = {"lossless": True} if kind == "WEBP" else {}
    fitted = fit_picture(contents(Image.new(mode, (width, height), value), kind, **options), size, whole)
    assert fitted.shape == (size, size, 3) and fitted.dtype == np.uint8
    has_colour = np.abs(fitted.astype(int) - rgb).max(axis=-1) <= 1
    if not whole:
        assert has_colour.all()
        return
    # Where it is narrower than the square there is white, as much on the one side as on the other, or a pixel more.
    white = (fitted == 255).all(axis=-1)
    assert (has_colour | white).all() and has_colour[size // 2 - (size > 1), size // 2 - (size > 1)]
    for axis, side in ((0, width), (1, height)):
        filled = np.flatnonzero(has_colour.any(axis=axis))
        before, after = filled[0], size - 1 - filled[-1]
        if rgb != WHITE:
            assert len(filled) == max(1, round(side * size / max(width, height))) and 0 <= after - before <= 1


def test_whole_keeps_what_the_middle_loses():
    """A wide picture whose left third is red: all of it shows the red, its middle does not."""
    image = Image.new("RGB", (90, 30), "blue")
    image.paste("red", (0, 0, 30, 30))
    data = contents(image)
    whole, middle = (fit_picture(data, 30, shown) for shown in (True, False))
    assert tuple(whole[15, 2]) == RED and tuple(whole[0, 0]) == WHITE and tuple(whole[15, 28]) == (0, 0, 255)
    assert (middle == (0, 0, 255)).all()


def test_the_camera_may_have_been_turned():
    """Orientation 6: the first row of the file is the right side of the picture."""
    stored = np.zeros((20, 20, 3), np.uint8)
    stored[:10] = RED
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = fit_picture(contents(Image.fromarray(stored), exif=exif), SIZE)
    assert tuple(upright[8, -1]) == RED and tuple(upright[8, 0]) == (0, 0, 0)


def test_path_and_bytes_give_the_same(tmp_path, monkeypatch):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (33, 47, 3), dtype=np.uint8))
    path = tmp_path / "내 그림.png"
    image.save(path)
    data = path.read_bytes()
    monkeypatch.setenv("HOME", str(tmp_path))
    for same in (path, str(path), f" {path} ", "~/내 그림.png", bytearray(data), memoryview(data)):
        np.testing.assert_array_equal(fit_picture(same, SIZE), fit_picture(data, SIZE))


def test_large_photo_is_taken():
    image = Image.new("RGB", (3000, 2000), (10, 200, 30))
    fitted = fit_picture(contents(image, "JPEG"), SIZE)
    assert np.abs(fitted[8, 8].astype(int) - (10, 200, 30)).max() <= 3 and (fitted[0] == 255).all()


whole_png = contents(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)))


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (b"", "The picture is empty"),
        (b"no picture at all", "is no picture that can be read: save it as PNG or JPEG"),
        (whole_png[: len(whole_png) // 2], "is damaged"),
        (contents(Image.new("RGB", (7, 300))), "is too small, 7 x 300 pixels: each side must have at least 8"),
        (contents(Image.new("F", (20, 20)), "TIFF"), "of a kind that cannot be read"),
        (bomb(30_000, 30_000), "holds more than 89,478,485 pixels"),
        (bomb(10_000, 9_500), "holds more than 89,478,485 pixels"),
        ("no/such/file.png", "no/such/file.png does not exist"),
        (".", "is a folder"),
        ("  ", "Received: picture=' '"),
        (None, "Received: picture=None"),
        (7, "Received: picture=7"),
    ],
    ids=str,
)
def test_what_cannot_be_taken_is_refused_in_one_sentence(picture, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        fit_picture(picture, SIZE)
    assert str(caught.value).count("\n") == 0


def test_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.png"
    with open(path, "wb") as file:
        file.truncate(fit.MAX_BYTES + 1)  # takes no room on the disk
    for picture in (path, bytes(fit.MAX_BYTES + 1)):
        with pytest.raises(ValueError, match="has 50 MB, and 50 are taken"):
            fit_picture(picture, SIZE)


def test_image_size_is_checked():
    for size in (0, 2.5, "64"):
        with pytest.raises(ValueError, match=f"image_size={size!r}"):
            fit_picture(whole_png, size)


# ---- the view --------------------------------------------------------------------------------------------------------

MODEL = SimpleNamespace(g_AB=lambda images: -images, g_BA=lambda images: images[:, ::-1])


@pytest.fixture(scope="module")
def task():
    return load_task("shapes/plain2striped", 32)


@pytest.fixture
def view(task):
    box = own_picture(MODEL, task)
    assert "studylib-own-picture" in box._dom_classes
    pad, rows, picture, text = box.children
    assert "<canvas" in pad.value and "<script" not in pad.value
    upload, path, whole, drawing = rows.children
    return SimpleNamespace(
        upload=upload, path=path, whole=whole, drawing=drawing, text=text, shown=lambda: pixels(picture.value)
    )


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def expected(picture, task, credit=""):
    columns = {"the picture": picture[None], "to striped": 255 - picture[None], "to plain": picture[None, ::-1]}
    plots.image_grid(columns, cell=2.2, credit=credit).savefig(buffer := io.BytesIO(), format="png", dpi=100)
    return pixels(buffer.getvalue())


def file_of(data, name="a.png"):
    return {"name": name, "type": "image/png", "size": len(data), "content": memoryview(data),
            "last_modified": datetime.now(UTC)}  # fmt: skip


def test_it_opens_on_a_held_out_picture(view, task):
    np.testing.assert_array_equal(view.shown(), expected(plots.drawn(task, 1, 0)[0][0], task))
    assert "from the task" in view.text.value


def test_credit_of_the_task_stands_beside_its_picture_only(task):
    credited = dataclasses.replace(task, attribution="drawn by somebody")
    opening = pixels(own_picture(MODEL, credited).children[2].value)
    np.testing.assert_array_equal(opening, expected(plots.drawn(task, 1, 0)[0][0], task, "drawn by somebody"))


def test_upload_path_and_drawing_are_shown_the_newest_first(view, task, tmp_path):
    random = np.random.default_rng(1)
    pictures = [random.integers(0, 256, (40, 60, 3), dtype=np.uint8) for _ in range(3)]
    files = [contents(Image.fromarray(picture)) for picture in pictures]
    (tmp_path / "second.png").write_bytes(files[1])

    def shows(data, whole=True):
        np.testing.assert_array_equal(view.shown(), expected(fit_picture(data, 32, whole), task))
        assert view.text.value == "Fitted to 32 x 32 pixels, as the model takes it."

    view.upload.value = (file_of(files[0]),)
    shows(files[0])
    view.path.value = str(tmp_path / "second.png")
    shows(files[1])
    view.drawing.value = "data:image/png;base64," + base64.b64encode(files[2]).decode()
    shows(files[2])
    view.whole.value = False
    shows(files[2], whole=False)
    view.upload.value = (file_of(files[1]),)
    shows(files[1], whole=False)


def test_wrong_files_are_answered_by_a_sentence_and_the_view_goes_on(view, task):
    before = view.shown()
    view.upload.value = (file_of(b"text", "a.txt"),)
    assert "is no picture that can be read" in view.text.value
    view.path.value = "nowhere.png"
    assert "nowhere.png does not exist" in view.text.value
    view.drawing.value = "data:text/html,hello"
    assert "data:text/html,hello" in view.text.value
    np.testing.assert_array_equal(view.shown(), before)
    view.upload.value = (file_of(whole_png),)
    np.testing.assert_array_equal(view.shown(), expected(fit_picture(whole_png, 32), task))


def test_static_twin_is_the_view_s_picture(task):
    picture = task.test_b[0]
    generators = {"g_AB": MODEL.g_AB, "g_BA": MODEL.g_BA}
    figure = both_ways(generators, picture, task)
    assert not plt.get_fignums()
    shown = [np.asarray(axis.images[0].get_array()) for axis in figure.axes]
    for image, truth in zip(shown, (picture, 255 - picture, picture[::-1]), strict=True):
        np.testing.assert_array_equal(image, truth)


def test_model_without_generators_is_refused(task):
    with pytest.raises(ValueError, match="Missing in .*: g_BA"):
        own_picture(SimpleNamespace(g_AB=lambda images: images), task)
