"""The two convolutions of all the networks; each call draws its own kernel, N(0, 0.02), from Keras' global seed."""

from keras import initializers

from studylib.networks.fast import Conv2D, Conv2DTranspose


def convolution(filters, size, strides=1, padding="valid", **kwargs):
    """Conv2D, with faster forms for training, and with a bias that starts at 0."""
    # A new initializer each time: one object shared by two layers would give both the same kernel.
    kernel = initializers.RandomNormal(stddev=0.02)
    return Conv2D(filters, size, strides, padding, kernel_initializer=kernel, **kwargs)


def transposed_convolution(filters, size, strides=2, padding="valid", **kwargs):
    """Conv2DTranspose, with a faster form for training, and with a bias that starts at 0."""
    kernel = initializers.RandomNormal(stddev=0.02)
    return Conv2DTranspose(filters, size, strides, padding, kernel_initializer=kernel, **kwargs)
