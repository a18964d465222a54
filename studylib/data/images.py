"""From an image file of any kind to a square RGB array."""

import contextlib
import threading

import numpy as np
from PIL import Image, ImageOps

from studylib.arguments import modest_number, path_of, shown

SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".gif", ".bmp", ".webp", ".avif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
MAX_PIXELS = 89_478_485  # Pillow's own limit, a quarter of a gibibyte as RGB: a larger "image" may be an attack
LARGE_PIXELS = 10_000_000  # a picture of which more are decoded is read while no other such one is
LARGEST_SIZE = 8192  # pixels a side, of the picture that is asked for
PROGRAMS = ("EPS", "WMF")  # kinds of files that Pillow hands to another program; EPS to Ghostscript, which runs it


_alone = threading.Lock()  # for large pictures: several threads read at once, and each would take its gigabyte


def open_picture(file):
    """`PIL.Image.open` for every kind of file that is a picture and no program.

    Args:
        file: path, or a file object in binary mode.
    """
    Image.init()  # which kinds there are depends on how Pillow was built
    return Image.open(file, formats=[kind for kind in Image.ID if kind not in PROGRAMS])


def read_image(path, image_size):
    """Read one picture, upright and without transparency, and fit it into a square.

    The first frame of an animation is taken, the orientation noted by the camera is applied, transparent parts become
    white, and 16 bits are brought down to 8. Of several threads only one reads a large picture at a time.

    Args:
        path: of the file.
        image_size: height and width in pixels.

    Returns:
        uint8 array (image_size, image_size, 3); see `fit_square`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: naming the file, where it is damaged, too large, or no image at all.
    """
    path = path_of("path", path)
    image_size = modest_number("image_size", image_size, LARGEST_SIZE)
    if not path.is_file():  # a folder; or a pipe, which one could wait for for ever
        raise FileNotFoundError(f"{path} is no file that can be read as an image.")
    try:
        with open_picture(path) as image:
            width, height = image.size
            if width * height <= MAX_PIXELS:
                _draft(image, image_size)
                if not image.info.get("progressive"):  # such a JPEG is held whole, however small it is decoded
                    width, height = image.size
                with _alone if width * height > LARGE_PIXELS else contextlib.nullcontext():
                    return fit_square(upright_rgb(image, image_size), image_size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except Exception as error:  # Pillow's readers raise whatever a damaged file leads them to
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{path} cannot be read as an image; replace it or move it elsewhere ({type(error).__name__}: {reason})."
        ) from error
    raise ValueError(f"{path} holds more than {MAX_PIXELS:,} pixels; make it smaller before training on it.")


def upright_rgb(image, image_size):
    """An image that was just opened, as the camera was held, in mode RGB and on white.

    A large one is never held more than three times, so that any that MAX_PIXELS admits takes less than a gigabyte.

    Args:
        image: Pillow image, as `open_picture` gives it.
        image_size: of the square that it is for.
    """
    _draft(image, image_size)
    if image.format == "PPM" and image.mode == "I":  # Pillow's way to hold a PGM of 16 bits
        image = image.convert("I;16")
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I;16"):
        values = np.asarray(image)  # a plain conversion would cut everything above 255 off, not scale it
        return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise ValueError("its 32-bit numbers do not say which value is white; save it with 8 or 16 bits")
    if image.has_transparency_data:
        return _on_white(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _draft(image, image_size):
    """Let a JPEG be decoded at 1/2, 1/4 or 1/8 of its size, for a fraction of the time. A second call does nothing."""
    image.draft(image.mode, (2 * image_size, 2 * image_size))


def _on_white(image):
    """What lies before white paper, in mode RGB."""
    if image.mode == "LA":  # by its bands, which take a quarter of the memory that the image takes
        colour, alpha = image.split()
        paper = Image.new("L", image.size, "white")
    else:
        colour = image if image.mode == "RGBA" else image.convert("RGBA")
        alpha, paper = colour.getchannel("A"), Image.new("RGB", image.size, "white")
    paper.paste(colour, mask=alpha)
    del colour, alpha
    return paper.convert("RGB") if paper.mode == "L" else paper


def fit_square(image, image_size):
    """Scale a Pillow image (mode RGB) until its shorter side fits, antialiased, and cut the ends off the longer side.

    Returns:
        uint8 array (image_size, image_size, 3).

    Raises:
        ValueError: `image` is no Pillow image of mode RGB, or image_size out of range.
    """
    image_size = modest_number("image_size", image_size, LARGEST_SIZE)
    if not isinstance(image, Image.Image) or image.mode != "RGB":
        given = image.mode if isinstance(image, Image.Image) else shown(image)
        raise ValueError(f"image must be a Pillow image of mode RGB. Received: image={given}")
    return np.array(ImageOps.fit(image, (image_size, image_size), method=Image.Resampling.BICUBIC))
