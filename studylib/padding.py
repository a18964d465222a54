"""Paddings that put image content at the border, as Keras layers.

A convolution needs values beyond the edge of the image. Zeros are simple, but a border of zeros is unlike any image:
after normalization it is a grey frame, and a generator paints what it learned about frames. Reflection and replication
continue the image instead. On the row ``1 2 3 4`` a padding of 2 gives::

    zero          0 0 | 1 2 3 4 | 0 0      keras.layers.ZeroPadding2D
    reflection    3 2 | 1 2 3 4 | 3 2      the edge is not repeated (numpy.pad calls it "reflect")
    symmetric     2 1 | 1 2 3 4 | 4 3      the edge is repeated     (numpy.pad calls it "symmetric")
    replication   1 1 | 1 2 3 4 | 4 4      only the edge            (numpy.pad calls it "edge")

The residual generator of CycleGAN pads by reflection before its stride-1 convolutions. `MODES` names the four layers;
`source_index` writes each mode as what it is, a list of indices; `convolve_padded` measures what a mode costs at the
border.
"""

import dataclasses

import keras
import numpy as np
from keras import ops
from numpy.lib.stride_tricks import sliding_window_view

from studylib.arguments import modest_number, number_array, one_of, shown, whole_number

MOST_PADDING = 2**15  # pixels a side


class _Padding2D(keras.layers.Layer):
    """What the paddings share: reading the argument, shapes, serialization. A subclass says where values come from."""

    def __init__(self, padding=1, **kwargs):
        # autocast=False: padding moves values and computes none, so every dtype comes out as it went in.
        super().__init__(autocast=False, **kwargs)
        self.padding = _standardize(padding)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        self._check_reach(input_shape)
        super().build(input_shape)

    def call(self, inputs):
        self._check_reach(inputs.shape)
        return self._pad(inputs)

    def _pad(self, inputs):
        raise NotImplementedError

    @staticmethod
    def reach(size):
        """Widest padding that a side of `size` pixels has content for; None is no limit."""
        return None

    def _check_reach(self, input_shape):
        for axis, size, sides in zip(("height", "width"), input_shape[1:3], self.padding, strict=True):
            if size is None or self.reach(size) is None:
                continue
            if max(sides) > self.reach(size):
                raise ValueError(
                    f"padding of {type(self).__name__} must be at most {self.reach(size)} for a {axis} of {size}, "
                    f"because no more content lies beyond the edge. Received: padding={self.padding}"
                )

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        (top, bottom), (left, right) = self.padding
        return (
            batch,
            None if height is None else top + height + bottom,
            None if width is None else left + width + right,
            channels,
        )

    def compute_output_spec(self, inputs):
        self._check_reach(inputs.shape)
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


@keras.saving.register_keras_serializable(package="studylib")
class ReflectionPadding2D(_Padding2D):
    """Pads height and width with the image's mirror image; the edge itself is not repeated.

    Example:

    >>> row = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 1, 4, 1)
    >>> ReflectionPadding2D(((0, 0), (2, 2)))(row)[0, 0, :, 0]
    [3, 2, 1, 2, 3, 4, 3, 2]

    Args:
        padding: whole number for all four sides, or ((top, bottom), (left, right)).

    Shapes:
        (batch, height, width, channels) -> (batch, top + height + bottom, left + width + right, channels), any dtype.

    Raises:
        ValueError: padding is negative, not whole or of another form; or wider than the image's side minus one.

    Reference: numpy.pad with mode="reflect"; torch.nn.ReflectionPad2d.
    """

    @staticmethod
    def reach(size):
        return size - 1

    def _pad(self, inputs):
        return ops.pad(inputs, ((0, 0), *self.padding, (0, 0)), mode="reflect")


@keras.saving.register_keras_serializable(package="studylib")
class SymmetricPadding2D(_Padding2D):
    """Pads height and width with the image's mirror image, edge included: one pixel off from reflection.

    Arguments and shapes as for ReflectionPadding2D; padding may be as wide as the image.

    Reference: numpy.pad with mode="symmetric".
    """

    @staticmethod
    def reach(size):
        return size

    def _pad(self, inputs):
        return ops.pad(inputs, ((0, 0), *self.padding, (0, 0)), mode="symmetric")


@keras.saving.register_keras_serializable(package="studylib")
class ReplicationPadding2D(_Padding2D):
    """Pads height and width by repeating the outermost pixels; any width of padding is possible.

    Arguments and shapes as for ReflectionPadding2D.

    Reference: numpy.pad with mode="edge"; torch.nn.ReplicationPad2d.
    """

    def _pad(self, inputs):
        (top, bottom), (left, right) = self.padding
        # Slices and concatenation, not a gather: the gradient is then sums over slices instead of a scatter.
        rows = [ops.repeat(inputs[:, :1], top, axis=1), inputs, ops.repeat(inputs[:, -1:], bottom, axis=1)]
        x = ops.concatenate(rows, axis=1)
        columns = [ops.repeat(x[:, :, :1], left, axis=2), x, ops.repeat(x[:, :, -1:], right, axis=2)]
        return ops.concatenate(columns, axis=2)


MODES = {
    "zero": keras.layers.ZeroPadding2D,
    "reflection": ReflectionPadding2D,
    "symmetric": SymmetricPadding2D,
    "replication": ReplicationPadding2D,
}
NUMPY_MODES = {"zero": "constant", "reflection": "reflect", "symmetric": "symmetric", "replication": "edge"}
MOST_CELLS = 10**6  # of a row


def source_index(size, before, after, mode):
    """Which pixel of a row each cell of the padded row shows: padding as a list of indices.

    Example:

    >>> source_index(4, 2, 2, "reflection")
    [2, 1, 0, 1, 2, 3, 2, 1]

    Args:
        size: pixels of the row, at least 1.
        before, after: cells added on either side.
        mode: a name of `MODES`.

    Returns:
        int array (before + size + after,); -1 stands for a zero that comes from no pixel.

    Raises:
        ValueError: for an unknown mode, a number out of range, or a padding that the row has no content for.
    """
    _check_mode(mode)
    size = modest_number("size", size, MOST_CELLS)
    before, after = (
        modest_number(name, n, MOST_CELLS, at_least=0) for name, n in (("before", before), ("after", after))
    )
    if max(before, after) > (widest := widest_padding(mode, size)):
        raise ValueError(
            f"before and after must be at most {widest} for {mode} of {size} pixels, because no more content lies "
            f"beyond the edge. Received: before={before}, after={after}"
        )
    place, last = np.arange(-before, size + after), size - 1
    if mode == "zero":
        return np.where((place < 0) | (place > last), -1, place)
    if mode == "replication":
        return np.clip(place, 0, last)
    if mode == "reflection":  # the mirror stands on the middle of the outermost pixel
        return last - np.abs(last - np.abs(place))
    place = np.where(place < 0, -1 - place, place)  # symmetric: the mirror stands on its outer side
    return np.where(place > last, 2 * last + 1 - place, place)


@dataclasses.dataclass(frozen=True, eq=False)
class PaddedConvolution:
    """What `convolve_padded` returns; all float32 arrays (height, width, channels).

    Attributes:
        padded: the image with its padding.
        output: its convolution.
        truth: the convolution of the image in its true surroundings, of the same size.
        touched: bool (height, width), the pixels of the output whose kernel reached into the padding.
    """

    padded: np.ndarray
    output: np.ndarray
    truth: np.ndarray
    touched: np.ndarray

    @property
    def error(self):
        """Absolute difference of output and truth, mean over the channels: (height, width)."""
        return np.abs(self.output - self.truth).mean(axis=-1)

    @property
    def border_error(self):
        """Mean of `error` over the touched pixels; 0 where there are none."""
        return float(self.error[self.touched].mean()) if self.touched.any() else 0.0


def convolve_padded(scene, margin, mode, width, kernel):
    """Cut an image out of a scene, pad and convolve it, and compare with the scene, which knows what lay beyond.

    Args:
        scene: array (height, width, channels). The image is the scene without a margin on each side.
        margin: width of that margin in pixels; with it the truth is known for any `width` up to it.
        mode: a name of `MODES`.
        width: pixels of padding on each side, 0 to `margin`.
        kernel: array (k, k), applied to each channel by itself, with stride 1.

    Returns:
        A `PaddedConvolution`; its output has the image's side + 2 * width - k + 1 pixels.

    Raises:
        ValueError: for an unknown mode, a width out of range, or where nothing is left of the output.
    """
    _check_mode(mode)
    scene = number_array("scene", scene, n_axes=3).astype("float32")
    kernel = number_array("kernel", kernel, n_axes=2).astype("float32")
    margin = whole_number("margin", margin, at_most=max(1, (min(scene.shape[:2]) - 1) // 2))
    width = whole_number("width", width, at_least=0, at_most=margin)
    image = scene[margin:-margin, margin:-margin]
    if width > (widest := min(widest_padding(mode, side) for side in image.shape[:2])):
        raise ValueError(f"width must be at most {widest} for {mode} of this image. Received: width={width}")
    sides = ((width, width), (width, width), (0, 0))
    padded = np.pad(image, sides, mode=NUMPY_MODES[mode])
    if min(padded.shape[:2]) < len(kernel):
        raise ValueError(
            f"kernel must fit into the padded image of {padded.shape[0]} x {padded.shape[1]} pixels: take a smaller "
            f"kernel or a wider padding. Received: a kernel of {len(kernel)} x {len(kernel)}"
        )
    true = scene[margin - width : len(scene) - margin + width, margin - width : scene.shape[1] - margin + width]
    invented = np.pad(np.zeros(image.shape[:2], bool), sides[:2], constant_values=True)
    touched = sliding_window_view(invented, kernel.shape).any(axis=(2, 3))
    return PaddedConvolution(padded, _convolve(padded, kernel), _convolve(true, kernel), touched)


def _convolve(image, kernel):
    return np.einsum("hwcij,ij->hwc", sliding_window_view(image, kernel.shape, axis=(0, 1)), kernel, optimize=True)


def widest_padding(mode, size):
    """Widest padding of a `mode` that a side of `size` pixels has content for; infinite for zero and replication."""
    _check_mode(mode)
    size = whole_number("size", size)
    reach = MODES[mode].reach(size) if hasattr(MODES[mode], "reach") else None
    return float("inf") if reach is None else reach


def _check_mode(mode):
    one_of("mode", mode, MODES)


def _standardize(padding):
    """((top, bottom), (left, right)) of whole numbers, from that form or from one number for all sides."""
    try:
        if isinstance(padding, (list, tuple)):
            (top, bottom), (left, right) = padding
        else:
            top = bottom = left = right = padding
        sides = [whole_number("padding", side, 0, MOST_PADDING) for side in (top, bottom, left, right)]
    except (TypeError, ValueError):
        raise ValueError(
            f"padding must be a whole number from 0 to {MOST_PADDING}, or ((top, bottom), (left, right)) of such "
            f"numbers. Received: padding={shown(padding)}"
        ) from None
    return tuple(sides[:2]), tuple(sides[2:])
