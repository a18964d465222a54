"""Convolution and transposed convolution: as a loop over cells, as a matrix, and as zeros put between the values.

A convolution gathers, many cells into one; a transposed convolution scatters, one cell into many::

    convolution               y[o] = sum over j of kernel[j] * x[stride * o + j - padding]
    transposed convolution    y[stride * i + j - padding] += kernel[j] * x[i]    for every i and j

Both read or write the same pairs (i, o) with the same weight, so their matrices are each other's transpose. Everything
here is written for any number of axes: a signal has one, a picture two. `stride`, `padding` and `output_padding` are
whole numbers and hold for every axis; as in every library, the "convolution" of a network does not flip its kernel.

References: Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285; Odena,
Dumoulin, Olah (2016), Deconvolution and Checkerboard Artifacts, doi:10.23915/distill.00003.
"""

from studylib.transposed_convolution.checkerboard import checkerboard_strength, kernel_overlap, periodic_part
from studylib.transposed_convolution.matrix import convolution, convolution_matrix, transposed_convolution
from studylib.transposed_convolution.sizes import conv_output_size, input_sizes, transposed_output_size
from studylib.transposed_convolution.zero_insertion import (
    insert_and_pad,
    transposed_convolution_by_zero_insertion,
    zero_insertion,
)

__all__ = [
    "checkerboard_strength",
    "conv_output_size",
    "convolution",
    "convolution_matrix",
    "input_sizes",
    "insert_and_pad",
    "kernel_overlap",
    "periodic_part",
    "transposed_convolution",
    "transposed_convolution_by_zero_insertion",
    "transposed_output_size",
    "zero_insertion",
]
