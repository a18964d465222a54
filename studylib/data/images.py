"""From an image file of any kind to a square RGB array."""

import numpy as np
from PIL import Image, ImageOps

SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".gif", ".bmp", ".webp", ".avif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
MAX_PIXELS = 89_478_485  # Pillow's own limit, a quarter of a gibibyte as RGB: a larger "image" may be an attack


def read_image(path, image_size):
    """Read one picture, upright and without transparency, and fit it into a square.

    The first frame of an animation is taken, the orientation noted by the camera is applied, transparent parts become
    white, and 16 bits are brought down to 8.

    Args:
        path: `pathlib.Path` of the file.
        image_size: height and width in pixels.

    Returns:
        uint8 array (image_size, image_size, 3); see `fit_square`.

    Raises:
        ValueError: naming the file, where it is damaged, too large, or no image at all.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            if width * height <= MAX_PIXELS:
                # A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size for a fraction of the time.
                image.draft(image.mode, (2 * image_size, 2 * image_size))
                if image.format == "PPM" and image.mode == "I":  # Pillow's way to hold a PGM of 16 bits
                    image = image.convert("I;16")
                return fit_square(_to_rgb(ImageOps.exif_transpose(image)), image_size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except Exception as error:  # Pillow's readers raise whatever a damaged file leads them to
        raise ValueError(
            f"{path} cannot be read as an image; replace it or move it elsewhere ({type(error).__name__}: {error})."
        ) from error
    raise ValueError(f"{path} holds more than {MAX_PIXELS:,} pixels; make it smaller before training on it.")


def fit_square(image, image_size):
    """Scale a Pillow image (mode RGB) until its shorter side fits, antialiased, and cut the ends off the longer side.

    Returns:
        uint8 array (image_size, image_size, 3).
    """
    return np.array(ImageOps.fit(image, (image_size, image_size), method=Image.Resampling.BICUBIC))


def _to_rgb(image):
    if image.mode.startswith("I;16"):
        values = np.asarray(image)  # a plain conversion would cut everything above 255 off, not scale it
        return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise ValueError("its 32-bit numbers do not say which value is white; save it with 8 or 16 bits")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image).convert("RGB")
    return image.convert("RGB")
