"""Numbers as whole numbers of few bits: what LiteRT does to weights and, in full int8, to everything in between."""

import math

import numpy as np

from studylib.arguments import number_array, real_number, shown, whole_number

FARTHEST, NEAREST = 1e30, 1e-30  # of low and high: beyond, and nearer to 0, floats run out


def quantization(low, high, bits=8):
    """The scale and the zero point that spread the whole numbers of `bits` bits evenly over [low, high].

    ``real = scale * (whole - zero_point)``, with whole from -2^(bits-1) to 2^(bits-1) - 1. The range is widened to
    hold 0, which must have a whole number of its own: it is the padding, and what a ReLU leaves.

    This is for what flows between layers. LiteRT's weights are symmetric: the zero point is 0, the whole numbers go
    from -127 to 127, and each output channel of a convolution has a scale of its own.

    Args:
        low, high: the smallest and the largest number that occurs, not both 0; calibration finds them.
        bits: 2 to 8.

    Returns:
        (scale, zero_point): float above 0, int.

    Raises:
        ValueError: low above high, both 0, numbers that are not finite or beyond 1e30, or bits out of range.

    Reference: Jacob and others (2018), Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference, arXiv:1712.05877; Google, LiteRT 8-bit quantization specification.
    """
    bits = whole_number("bits", bits, at_least=2, at_most=8)
    for name, end in (("low", low), ("high", high)):
        real_number(name, end, at_least=-FARTHEST, at_most=FARTHEST)
    if low > high or max(-low, high) < NEAREST:
        raise ValueError(f"low must not be above high, nor both 0. Received: low={shown(low)}, high={shown(high)}")
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / (2**bits - 1)
    zero_point = -(2 ** (bits - 1)) - low / scale
    return scale, int(zero_point + math.copysign(0.5, zero_point))  # halves away from zero, as LiteRT's converter


def quantize(values, low, high, bits=8):
    """Numbers as whole numbers: int8 array of the shape of `values`. What lies outside of [low, high] is cut off.

    Arguments and errors as for `quantization`.
    """
    scale, zero_point = quantization(low, high, bits)
    values = number_array("values", values).astype(np.float64)
    whole = np.rint(values / scale) + zero_point
    return np.clip(whole, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1).astype(np.int8)


def dequantize(whole, low, high, bits=8):
    """The numbers that the whole numbers of `quantize` stand for, float32."""
    scale, zero_point = quantization(low, high, bits)
    whole = number_array("whole", whole).astype(np.float64)
    return (scale * (whole - zero_point)).astype(np.float32)
