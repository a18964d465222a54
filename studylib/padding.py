"""Paddings that put image content at the border, as Keras layers.

A convolution needs values beyond the edge of the image. Zeros are simple, but a border of zeros is unlike any image:
after normalization it is a grey frame, and a generator paints what it learned about frames. Reflection and replication
continue the image instead. On the row ``1 2 3 4`` a padding of 2 gives::

    zero          0 0 | 1 2 3 4 | 0 0      keras.layers.ZeroPadding2D
    reflection    3 2 | 1 2 3 4 | 3 2      the edge is not repeated (numpy.pad calls it "reflect")
    symmetric     2 1 | 1 2 3 4 | 4 3      the edge is repeated     (numpy.pad calls it "symmetric")
    replication   1 1 | 1 2 3 4 | 4 4      only the edge            (numpy.pad calls it "edge")

The residual generator of CycleGAN pads by reflection before its stride-1 convolutions.
"""

import operator

import keras
from keras import ops


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

    def reach(self, size):
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

    def reach(self, size):
        return size - 1

    def _pad(self, inputs):
        return ops.pad(inputs, ((0, 0), *self.padding, (0, 0)), mode="reflect")


@keras.saving.register_keras_serializable(package="studylib")
class SymmetricPadding2D(_Padding2D):
    """Pads height and width with the image's mirror image, edge included: one pixel off from reflection.

    Arguments and shapes as for ReflectionPadding2D; padding may be as wide as the image.

    Reference: numpy.pad with mode="symmetric".
    """

    def reach(self, size):
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


def _standardize(padding):
    """((top, bottom), (left, right)) of whole numbers, from that form or from one number for all sides."""
    try:
        if isinstance(padding, (list, tuple)):
            (top, bottom), (left, right) = padding
        else:
            top = bottom = left = right = padding
        sides = [_whole_number(side) for side in (top, bottom, left, right)]
    except (TypeError, ValueError):
        sides = [-1]
    if min(sides) < 0:
        raise ValueError(
            "padding must be a whole number of at least 0, or ((top, bottom), (left, right)) of such numbers. "
            f"Received: padding={padding!r}"
        )
    return tuple(sides[:2]), tuple(sides[2:])


def _whole_number(value):
    if isinstance(value, bool):
        raise TypeError("True and False are not numbers of pixels")
    return operator.index(value)
