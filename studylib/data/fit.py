"""A learner's own picture, whatever its kind, fitted to what a model takes."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from studylib.arguments import modest_number, path_of, shown, true_or_false
from studylib.data.images import LARGEST_SIZE, MAX_PIXELS, fit_square, open_picture, upright_rgb

MAX_BYTES = 50_000_000
SMALLEST = 8  # pixels, the shorter side: of less there is nothing to see


def fit_picture(picture, image_size, whole=True):
    """Read one picture, upright and on white, as a square RGB array.

    The orientation that a camera noted is applied, transparent parts become white, grey becomes RGB, 16 bits become 8,
    and of an animation the first frame is taken.

    Example:
        >>> fit_picture("~/Pictures/cat.jpg", image_size=64).shape
        (64, 64, 3)

    Args:
        picture: path of a file, or the bytes of one.
        image_size: height and width in pixels.
        whole: True shows all of it, with white beside a picture that is not square; False cuts the middle out.

    Returns:
        uint8 array (image_size, image_size, 3).

    Raises:
        ValueError: in one sentence, for what is no picture, is damaged, too small, or too large.
    """
    image_size = modest_number("image_size", image_size, LARGEST_SIZE)
    whole = true_or_false("whole", whole)
    name, data = _contents(picture)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with open_picture(io.BytesIO(data)) as image:
                _check_size(name, *image.size)
                image = upright_rgb(image, image_size)
                return _padded(image, image_size) if whole else fit_square(image, image_size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(_too_large(name)) from None
    except _Refused as refused:
        raise ValueError(str(refused)) from None
    except UnidentifiedImageError:
        raise ValueError(f"{name} is no picture that can be read: save it as PNG or JPEG.") from None
    except Exception as error:  # Pillow's readers raise whatever a damaged file leads them to
        reason = " ".join(str(error).split()).rstrip(".")
        raise ValueError(f"{name} is damaged or of a kind that cannot be read: save it anew ({reason}).") from error


class _Refused(Exception):
    """A sound picture that is not taken; the message is the sentence."""


def _contents(picture):
    """What to call the picture in a sentence, and its bytes."""
    if isinstance(picture, (bytes, bytearray, memoryview)):
        data = bytes(picture)
        name, n_bytes = "The picture", len(data)
    elif isinstance(picture, (str, Path)) and str(picture).strip():
        path = path_of("picture", str(picture).strip())
        name = str(path)
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise ValueError(
                f"picture must be the file of one picture, and {path.absolute()} {what}. "
                f"Received: picture={shown(picture)}"
            )
        n_bytes, data = path.stat().st_size, None
    else:
        raise ValueError(f"picture must be a path or the bytes of a file. Received: picture={shown(picture)}")
    if n_bytes > MAX_BYTES:
        raise ValueError(f"{name} has {n_bytes / 1e6:.0f} MB, and {MAX_BYTES / 1e6:.0f} are taken: make it smaller.")
    if n_bytes == 0:
        raise ValueError(f"{name} is empty: choose another file.")
    try:
        return name, path.read_bytes() if data is None else data
    except OSError as error:
        raise ValueError(f"{name} cannot be opened: {error.strerror}.") from error


def _check_size(name, width, height):
    if width * height > MAX_PIXELS:
        raise _Refused(_too_large(name))
    if min(width, height) < SMALLEST:
        raise _Refused(f"{name} is too small, {width} x {height} pixels: each side must have at least {SMALLEST}.")


def _too_large(name):
    return f"{name} holds more than {MAX_PIXELS:,} pixels: make it smaller."


def _padded(image, image_size):
    """All of a Pillow image (mode RGB) in the middle of a white square."""
    longer = max(image.size)
    # Of a very thin picture at least a line is left.
    width, height = (max(1, round(side * image_size / longer)) for side in image.size)
    square = Image.new("RGB", (image_size, image_size), "white")
    corner = ((image_size - width) // 2, (image_size - height) // 2)
    square.paste(image.resize((width, height), Image.Resampling.BICUBIC), corner)
    return np.array(square)
