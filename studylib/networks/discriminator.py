"""The discriminator: a network from an image to a map of scores."""

import keras
from keras import layers

from studylib.arguments import modest_number
from studylib.networks.arguments import MOST_CHANNELS, MOST_HALVINGS, AdmissibleSize, image_shape
from studylib.networks.blocks import convolution
from studylib.normalization import InstanceNormalization


def patchgan_discriminator(input_shape, n_filters=64, n_layers=3, name="patchgan_discriminator"):
    """PatchGAN: scores overlapping patches as real or fake, not the image as a whole.

    It is a plain convolutional network that stops early. Each score sees a patch of 16, 34 or 70 pixels a side
    (n_layers = 1, 2, 3), so it judges texture, and it works on images of any size.

    Example:

    >>> d_B = patchgan_discriminator((256, 256, 3))     # 2,764,737 parameters
    >>> d_B(b).shape
    (1, 30, 30, 1)

    Args:
        input_shape: (height, width, channels); height and width at least 3 * 2^n_layers, or None for any such size.
        n_filters: channels after the first convolution; they double at each one up to 8 n_filters.
        n_layers: number of convolutions of stride 2.
        name: name of the model.

    Shapes:
        (batch, height, width, channels) in [-1, 1] -> (batch, height / 2^n_layers - 2, width / 2^n_layers - 2, 1),
        divisions rounded down. Scores are any real numbers: no sigmoid, the loss decides what they mean.

    Returns:
        keras.Model

    Raises:
        ValueError: a size below the smallest (here, or at the call where input_shape holds None), or a bad number.

    Reference: Isola, Zhu, Zhou, Efros (2017), arXiv:1611.07004, section 3.2.2 and appendix 6.1.2.
    """
    height, width, channels = image_shape(input_shape)
    n_filters = modest_number("n_filters", n_filters, MOST_CHANNELS)
    n_layers = modest_number("n_layers", n_layers, MOST_HALVINGS)
    admissible = AdmissibleSize(at_least=3 * 2**n_layers, name="admissible_size")
    admissible.check(height, width)

    inputs = keras.Input((height, width, channels), name="image")
    x = admissible(inputs)  # (H, W, channels)
    for i in range(1, n_layers + 2):
        # Zeros on all four sides; Keras' "same" is one-sided at odd sizes and stride 1.
        x = layers.ZeroPadding2D(1, name=f"pad_{i}")(x)
        strides = 2 if i <= n_layers else 1  # halves height and width; the one at stride 1 shrinks them by one pixel
        x = convolution(n_filters * min(2 ** (i - 1), 8), 4, strides, name=f"conv_{i}")(x)
        if i > 1:
            x = InstanceNormalization(name=f"norm_{i}")(x)
        x = layers.LeakyReLU(0.2, name=f"relu_{i}")(x)

    x = layers.ZeroPadding2D(1, name="score_pad")(x)
    # float32 also under mixed precision: losses are computed on this.
    scores = convolution(1, 4, dtype="float32", name="score_conv")(x)  # (H / 2^n_layers - 2, W / 2^n_layers - 2, 1)
    return keras.Model(inputs, scores, name=name)
