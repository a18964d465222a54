"""Checks that exporting, loading and comparing share."""

import keras
import numpy as np

from studylib.arguments import number_array


def float_values(name, images):
    """Return images, of any shape, as a float array. Values beyond [-1, 1] are taken: to meet them is a lesson.

    Raises:
        ValueError: they are uint8, no numbers, or not finite.
    """
    values = number_array(name, images, empty=True)
    if values.dtype.kind != "f":
        raise ValueError(
            f"{name} must be a float array in [-1, 1]; `preprocess` makes one of pictures. "
            f"Received: {values.dtype} of shape {values.shape}"
        )
    return values


def float_batch(name, images):
    """Return images as a float32 array (N, H, W, C).

    Raises:
        ValueError: another shape, or no image; and values that `float_values` refuses.
    """
    values = number_array(name, images, empty=True)
    if values.ndim != 4 or 0 in values.shape or values.dtype.kind != "f":
        raise ValueError(
            f"{name} must be a float array (number, height, width, channels) in [-1, 1]; `preprocess` makes one of "
            f"pictures. Received: {values.dtype} of shape {values.shape}"
        )
    return values.astype(np.float32, copy=False)


def check_generator(model):
    """Raise a ValueError unless `model` is a Keras model, built, from one batch of images to another of that size."""
    if not isinstance(model, keras.Model):
        raise ValueError(f"model must be a keras.Model. Received: {type(model).__name__}")
    if not isinstance(model, keras.Sequential) and not hasattr(model, "inputs"):
        own = " such as model.g_AB" if hasattr(model, "g_AB") else ""
        raise ValueError(
            f"model must be functional or sequential; export the generator inside{own}. "
            f"Received: {type(model).__name__} {model.name!r}"
        )
    if not model.built or not getattr(model, "inputs", None):  # one without them raises
        raise ValueError(
            f"model must be built before it is exported: call it once on images. Received: {model.name!r}, not built"
        )
    shapes = [tuple(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    if len(shapes) != 2 or any(len(shape) != 4 or shape[-1] is None for shape in shapes):
        raise ValueError(
            "model must take and return images, (batch, height, width, channels). "
            f"Received: {model.name!r} with {', '.join(map(str, shapes))}"
        )
    if any(None not in sizes and sizes[0] != sizes[1] for sizes in zip(*(shape[1:3] for shape in shapes), strict=True)):
        raise ValueError(
            "model must return images of the size that it takes. "
            f"Received: {model.name!r} with {', '.join(map(str, shapes))}"
        )
