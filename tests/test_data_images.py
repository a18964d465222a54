"""Image files of every kind, sound and damaged."""

import contextlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studylib.data import images
from studylib.data.images import fit_square, read_image

SIZE = 16
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def flat(mode, colour, size=(20, 20)):
    return Image.new(mode, size, colour)


def saved(tmp_path, image, name, **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def assert_colour(array, colour, tolerance=0):
    assert array.shape == (SIZE, SIZE, 3)
    assert array.dtype == np.uint8
    np.testing.assert_allclose(array.astype(int), np.broadcast_to(colour, array.shape), atol=tolerance)


def palette_image():
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, *GREEN])
    return image


@pytest.mark.parametrize(
    "image, name, colour",
    [
        (flat("RGB", (10, 20, 30)), "x.png", (10, 20, 30)),
        (flat("RGB", (10, 20, 30)), "x.bmp", (10, 20, 30)),
        (flat("RGB", (10, 20, 30)), "X.TIF", (10, 20, 30)),
        (flat("L", 77), "grey.png", (77, 77, 77)),
        (flat("L", 77), "grey.pgm", (77, 77, 77)),
        (flat("1", 1), "bits.png", WHITE),
        (palette_image(), "palette.png", GREEN),
        (palette_image(), "palette.gif", GREEN),
        (flat("RGBA", (255, 0, 0, 0)), "transparent.png", WHITE),
        (flat("RGBA", (255, 0, 0, 255)), "opaque.png", RED),
        (flat("LA", (0, 0)), "grey_transparent.png", WHITE),
        (flat("I;16", 65535), "white16.png", WHITE),
        (flat("I;16", 0x8000), "grey16.png", (128, 128, 128)),
        (flat("I;16", 0x8000), "grey16.tiff", (128, 128, 128)),
        (flat("I;16", 0x8000), "grey16.pgm", (128, 128, 128)),
        (flat("RGB", (10, 20, 30)), "사과 하나.png", (10, 20, 30)),
    ],
)
def test_modes(tmp_path, image, name, colour):
    assert_colour(read_image(saved(tmp_path, image, name), SIZE), colour)


@pytest.mark.parametrize("mode, colour", [("RGB", (200, 100, 50)), ("L", 90), ("CMYK", (0, 255, 255, 0))])
def test_jpeg(tmp_path, mode, colour):
    expected = {"RGB": (200, 100, 50), "L": (90, 90, 90), "CMYK": RED}[mode]
    assert_colour(read_image(saved(tmp_path, flat(mode, colour), "x.jpg"), SIZE), expected, tolerance=4)


def test_half_transparent_is_mixed_with_white(tmp_path):
    path = saved(tmp_path, flat("RGBA", (255, 0, 0, 128)), "x.png")
    assert_colour(read_image(path, SIZE), (255, 127, 127), tolerance=1)


def test_a_transparent_colour_of_a_palette_is_white(tmp_path):
    assert_colour(read_image(saved(tmp_path, palette_image(), "x.png", transparency=1), SIZE), WHITE)


@pytest.mark.parametrize("name", ["x.gif", "x.png", "x.webp"])
def test_of_an_animation_the_first_frame(tmp_path, name):
    frames = [flat("RGB", BLUE), flat("RGB", RED)]
    options = {"lossless": True} if name.endswith("webp") else {}
    path = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:], **options)
    with Image.open(path) as image:
        assert image.n_frames == 2
    assert_colour(read_image(path, SIZE), BLUE)


def test_the_camera_may_have_been_turned(tmp_path):
    """Orientation 6: the first row of the file is the right side of the picture."""
    stored = np.zeros((20, 20, 3), np.uint8)
    stored[:10] = RED
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = read_image(saved(tmp_path, Image.fromarray(stored), "x.png", exif=exif), SIZE)
    assert tuple(upright[8, -1]) == RED
    assert tuple(upright[8, 0]) == (0, 0, 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 7)])
def test_tiny_and_thin(tmp_path, size):
    assert_colour(read_image(saved(tmp_path, flat("RGB", GREEN, size), "x.png"), SIZE), GREEN)


@settings(max_examples=30)
@given(width=st.integers(1, 60), height=st.integers(1, 60), size=st.integers(1, 40))
def test_fit_square_shows_the_middle(width, height, size):
    """A ramp along the longer side: the result is the middle of it, evenly sampled, unchanged along the other side."""
    longer = max(width, height)
    ramp = np.linspace(0, 250, longer)
    picture = np.broadcast_to(ramp[None, :] if width >= height else ramp[:, None], (height, width))
    result = fit_square(Image.fromarray(picture.astype(np.uint8)).convert("RGB"), size)
    assert result.shape == (size, size, 3)
    line = result[size // 2, :, 0] if width >= height else result[:, size // 2, 0]
    assert np.all(np.diff(line.astype(int)) >= -1)
    middle = np.median(ramp)
    assert abs(line.astype(float).mean() - middle) <= 3 + 250 / longer


def test_downscaling_is_antialiased():
    checkers = np.indices((64, 64)).sum(axis=0) % 2 * 255
    grey = fit_square(Image.fromarray(checkers.astype(np.uint8)).convert("RGB"), 16)
    assert np.all(np.abs(grey[2:-2, 2:-2].astype(int) - 127) <= 3)


def test_a_large_jpeg_is_read_faster_but_equal(tmp_path):
    ramp = np.linspace(0, 255, 800)
    photo = np.stack(np.broadcast_arrays(ramp[None, :], ramp[:, None], 128), axis=-1).astype(np.uint8)
    path = saved(tmp_path, Image.fromarray(photo), "x.jpg", quality=95)
    np.testing.assert_allclose(read_image(path, SIZE).astype(int), fit_square(Image.fromarray(photo), SIZE), atol=4)


@pytest.mark.parametrize(("options", "waits"), [({}, False), ({"progressive": True}, True)])
def test_jpeg_counts_by_what_is_decoded_of_it(tmp_path, monkeypatch, options, waits):
    entered = []
    monkeypatch.setattr(images, "_alone", contextlib.ExitStack())
    images._alone.callback(entered.append, 1)
    monkeypatch.setattr(images, "LARGE_PIXELS", 150 * 150)
    read_image(saved(tmp_path, flat("RGB", GREEN, (400, 400)), "x.jpg", **options), SIZE)  # decoded at 50 x 50
    assert bool(entered) == waits


def damaged_files(tmp_path):
    random = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    for kind in ("jpeg", "png", "gif", "webp", "tiff", "bmp"):
        buffer = io.BytesIO()
        Image.fromarray(random).save(buffer, kind)
        path = tmp_path / f"잘린 {kind}.{kind}"
        path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
        yield path
    for name, content in {"text.png": b"hello, I am a text\n", "empty.jpg": b"", "zip.png": b"PK\3\4"}.items():
        (tmp_path / name).write_bytes(content)
        yield tmp_path / name
    yield saved(tmp_path, flat("F", 0.5), "float.tif")


def test_damaged_files_are_named_in_one_sentence(tmp_path):
    for path in damaged_files(tmp_path):
        with pytest.raises(ValueError) as caught:
            read_image(path, SIZE)
        assert str(path) in str(caught.value)
        assert "cannot be read as an image" in str(caught.value)
        assert "\n" not in str(caught.value)


@settings(max_examples=40)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255), st.sampled_from(["png", "jpeg", "gif"]))
def test_any_damaged_byte_gives_an_image_or_a_sentence(tmp_path_factory, position, value, kind):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)).save(buffer, kind)
    content = bytearray(buffer.getvalue())
    content[int(position * len(content))] = value
    path = tmp_path_factory.mktemp("bytes") / f"x.{kind}"
    path.write_bytes(content)
    try:
        result = read_image(path, SIZE)
    except ValueError as error:
        assert str(path) in str(error)
    else:
        assert result.shape == (SIZE, SIZE, 3)


@pytest.mark.parametrize("pixels", [images.MAX_PIXELS + 1, 3 * images.MAX_PIXELS])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_huge_images_are_refused_before_they_are_decoded(tmp_path, pixels):
    width = 10_000
    path = tmp_path / "huge.png"
    path.write_bytes(png_header(width, -(-pixels // width)))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"huge.png holds more than 89,478,485 pixels; make it smaller"):
        read_image(path, SIZE)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def png_header(width, height):
    """The beginning of a PNG that claims these dimensions."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (body, data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
