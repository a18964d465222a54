"""Numbers as whole numbers of few bits: what LiteRT does to weights and, in full int8, to everything in between."""

import numpy as np

from studylib.arguments import whole_number


def quantization(low, high, bits=8):
    """The scale and the zero point that spread the whole numbers of `bits` bits evenly over [low, high].

    ``real = scale * (whole - zero_point)``, with whole from -2^(bits-1) to 2^(bits-1) - 1. The range is widened to
    hold 0, which must have a whole number of its own: it is the padding, and what a ReLU leaves.

    Args:
        low, high: the smallest and the largest number that occurs, not both 0; calibration finds them.
        bits: 2 to 8.

    Returns:
        (scale, zero_point): float above 0, int.

    Raises:
        ValueError: low above high, both 0, numbers that are not finite, or bits out of range.

    Reference: Jacob and others (2018), Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference, arXiv:1712.05877.
    """
    bits = whole_number("bits", bits, at_least=2, at_most=8)
    if not (np.isfinite([low, high]).all() and low <= high and (low, high) != (0, 0)):
        raise ValueError(f"low and high must be finite, low <= high, and not both 0. Received: low={low}, high={high}")
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / (2**bits - 1)
    return scale, int(_rounded(-(2 ** (bits - 1)) - low / scale))


def quantize(values, low, high, bits=8):
    """Numbers as whole numbers: int8 array of the shape of `values`. What lies outside of [low, high] is cut off.

    Arguments and errors as for `quantization`.
    """
    scale, zero_point = quantization(low, high, bits)
    whole = _rounded(np.asarray(values, np.float64) / scale) + zero_point
    return np.clip(whole, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1).astype(np.int8)


def dequantize(whole, low, high, bits=8):
    """The numbers that the whole numbers of `quantize` stand for, float32."""
    scale, zero_point = quantization(low, high, bits)
    return (scale * (np.asarray(whole, np.float64) - zero_point)).astype(np.float32)


def _rounded(values):
    """To the nearest whole number, halves away from zero, as LiteRT does."""
    return np.sign(values) * np.floor(np.abs(values) + 0.5)
