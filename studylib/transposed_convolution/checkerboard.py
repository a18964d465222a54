"""How often each cell is painted, and how much of a picture repeats with the stride."""

import numpy as np

from studylib.arguments import number_array, shown, whole_number
from studylib.transposed_convolution.sizes import one_per_axis, output_shape


def kernel_overlap(size, kernel, stride=1, padding=0, output_padding=0):
    """How many input cells paint each output cell.

    Without borders the counts repeat with the stride. They are all equal if the stride divides the kernel; if not,
    some cells are painted more often than others, and the picture has a pattern before it has any content.

    Example:

    >>> kernel_overlap(4, 3, stride=2)
    array([1, 1, 2, 1, 2, 1, 2, 1, 1])

    Args:
        size: input size; one whole number, or one for each axis.
        kernel, stride, padding, output_padding: see `transposed_output_size`; the same for every axis.

    Returns:
        int array, n axes; the transposed convolution of ones with a kernel of ones.
    """
    sizes = one_per_axis(size, max(1, np.size(size)))
    shape = output_shape(sizes, (kernel,) * len(sizes), stride, padding, output_padding)
    counts = np.ones((), int)
    for n, n_out in zip(sizes, shape, strict=True):
        place = np.arange(n_out) + padding
        last = np.minimum(place // stride, n - 1)  # the last cell that starts at or before this place
        first = np.maximum(-((kernel - 1 - place) // stride), 0)  # the first one that still reaches it
        counts = np.multiply.outer(counts, np.maximum(last - first + 1, 0))
    return counts


def periodic_part(images, stride):
    """The part of a picture that repeats every `stride` pixels: the mean over all its tiles, without the grey level.

    Its Fourier transform is the picture's own at the frequencies 1/stride, 2/stride, ... and 0 elsewhere, so this is
    the checkerboard and nothing else; the picture's content adds little, because it does not keep time with the stride.

    Args:
        images: array (..., H, W).
        stride: period in pixels, at least 2. Rows and columns beyond a multiple of it are left out.

    Returns:
        float array (..., stride, stride), mean 0.

    Raises:
        ValueError: for a stride out of range, or a picture smaller than one tile.
    """
    images = number_array("images", images).astype(float)
    stride = whole_number("stride", stride, at_least=2)
    if images.ndim < 2:
        raise ValueError(f"images must be of shape (..., H, W). Received: shape {images.shape}")
    height, width = (size // stride for size in images.shape[-2:])
    if not height or not width:
        raise ValueError(
            "images must be at least as high and wide as the stride. "
            f"Received: images of shape {images.shape}, stride={shown(stride)}"
        )
    tiles = images[..., : height * stride, : width * stride].reshape(*images.shape[:-2], height, stride, width, stride)
    tile = tiles.mean(axis=(-4, -2))
    return tile - tile.mean(axis=(-2, -1), keepdims=True)


def checkerboard_strength(images, stride):
    """Root mean square of `periodic_part`, in the unit of the pixels: array (...) for images (..., H, W)."""
    return np.sqrt(np.mean(periodic_part(images, stride) ** 2, axis=(-2, -1)))
