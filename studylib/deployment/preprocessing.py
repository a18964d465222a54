"""What stands between a picture and the generator, in one place, and what is often done in its stead."""

import numpy as np
import tensorflow as tf
from PIL import Image

from studylib.arguments import array_size, modest_number, number_array
from studylib.data.images import LARGEST_SIZE, fit_square
from studylib.deployment.checks import float_values


def preprocess(pictures, image_size=None):
    """Pictures as a generator takes them.

    Why: a generator knows numbers from [-1, 1], red first, of pictures that were made small in one certain way. It
    accepts others without a word, and answers them badly.

    Args:
        pictures: uint8 array (H, W, 3) of one picture or (N, H, W, 3) of several; RGB, 0 to 255.
        image_size: height and width in pixels to which they are scaled as training pictures are: bicubic with
            antialiasing, the ends of the longer side cut off. None leaves their size.

    Returns:
        float32 array (N, height, width, 3) in [-1, 1].

    Raises:
        ValueError: pictures of another kind or shape, or an image_size out of range.
    """
    pictures = number_array("pictures", pictures, empty=True)
    batch = pictures[None] if pictures.ndim == 3 else pictures
    if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[-1] != 3 or 0 in batch.shape:
        raise ValueError(
            "pictures must be a uint8 array (height, width, 3) or (number, height, width, 3). "
            f"Received: {pictures.dtype} of shape {pictures.shape}"
        )
    if image_size is not None:
        size = modest_number("image_size", image_size, LARGEST_SIZE)
        array_size((size, size, 3), image_size=size)
        batch = np.stack([fit_square(Image.fromarray(picture), size) for picture in batch])
    return batch / np.float32(127.5) - 1


def postprocess(images):
    """What a generator returns as pictures: float (N, H, W, 3) in [-1, 1] to uint8 (N, H, W, 3), rounded.

    Raises:
        ValueError: uint8 already, no numbers, or not finite.
    """
    images = float_values("images", images)
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)


def _resized(pictures, image_size, method):
    pictures = [np.asarray(Image.fromarray(picture).resize((image_size, image_size), method)) for picture in pictures]
    return preprocess(np.stack(pictures))


# What is found in the place of `preprocess`: functions of (pictures, image_size) as there, for square pictures.
MISTAKES = {
    "nearest neighbour": lambda pictures, size: _resized(pictures, size, Image.Resampling.NEAREST),
    # The default of tf.image.resize, as of OpenCV.
    "bilinear, no antialiasing": lambda pictures, size: tf.image.resize(pictures, (size, size)).numpy() / 127.5 - 1,
    "bilinear, antialiased": lambda pictures, size: _resized(pictures, size, Image.Resampling.BILINEAR),
    "blue first (BGR)": lambda pictures, size: preprocess(pictures, size)[..., ::-1],
    "[0, 1]": lambda pictures, size: (preprocess(pictures, size) + 1) / 2,
    "[0, 255]": lambda pictures, size: (preprocess(pictures, size) + 1) * np.float32(127.5),
}
