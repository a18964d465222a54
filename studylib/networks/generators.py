"""Generators: networks from images to images of the same size, float32 NHWC in [-1, 1]."""

import keras
from keras import layers

from studylib.arguments import modest_number, one_of
from studylib.networks.arguments import MOST_CHANNELS, MOST_HALVINGS, AdmissibleSize, image_shape
from studylib.networks.blocks import convolution, transposed_convolution
from studylib.normalization import InstanceNormalization
from studylib.padding import ReflectionPadding2D

MOST_BLOCKS = 100


def resnet_generator(input_shape, n_filters=64, n_blocks=9, output_channels=None, name="resnet_generator"):
    """CycleGAN's own generator: shrink by 4, refine by residual blocks, grow by 4.

    Most of the work happens at a quarter of the size, where each block adds a correction to what it received. The
    image's own content is mirrored at the border instead of zeros.

    Example:

    >>> g_AB = resnet_generator((256, 256, 3))      # 11,378,179 parameters
    >>> fake_B = g_AB(a)

    Args:
        input_shape: (height, width, channels); height and width multiples of 4 from 8 on, or None for any such size.
        n_filters: channels at full size; twice at half size, four times in the blocks.
        n_blocks: number of residual blocks; the paper takes 6 at 128 x 128 and 9 at 256 x 256.
        output_channels: channels of the result; None is as many as the input has.
        name: name of the model.

    Shapes:
        (batch, height, width, channels) -> (batch, height, width, output_channels), both in [-1, 1].

    Returns:
        keras.Model

    Raises:
        ValueError: a size that is not admitted (here, or at the call where input_shape holds None), or a bad number.

    Reference: Zhu, Park, Isola, Efros (2017), arXiv:1703.10593, appendix 7.2; after Johnson et al. (2016).
    """
    height, width, channels = image_shape(input_shape)
    n_filters = modest_number("n_filters", n_filters, MOST_CHANNELS)
    n_blocks = modest_number("n_blocks", n_blocks, MOST_BLOCKS)
    output_channels = channels if output_channels is None else output_channels
    modest_number("output_channels", output_channels, MOST_CHANNELS)
    admissible = AdmissibleSize(multiple_of=4, at_least=8, name="admissible_size")
    admissible.check(height, width)

    inputs = keras.Input((height, width, channels), name="image")
    x = admissible(inputs)  # (H, W, channels)
    x = ReflectionPadding2D(3, name="stem_pad")(x)
    x = convolution(n_filters, 7, name="stem_conv")(x)  # (H, W, n)
    x = InstanceNormalization(name="stem_norm")(x)
    x = layers.ReLU(name="stem_relu")(x)

    for i in (1, 2):  # (H/2, W/2, 2n), then (H/4, W/4, 4n)
        # Zeros on all four sides: Keras' "same" would pad only two of them at stride 2, and shift the image.
        x = layers.ZeroPadding2D(1, name=f"down_{i}_pad")(x)
        x = convolution(n_filters * 2**i, 3, strides=2, name=f"down_{i}_conv")(x)
        x = InstanceNormalization(name=f"down_{i}_norm")(x)
        x = layers.ReLU(name=f"down_{i}_relu")(x)

    for i in range(1, n_blocks + 1):
        x = residual_block(x, name=f"block_{i}")

    for i in (1, 2):  # (H/2, W/2, 2n), then (H, W, n)
        x = transposed_convolution(n_filters * 4 // 2**i, 3, name=f"up_{i}_conv")(x)
        # 2H + 1 rows came out; the first one goes. Keras' "same" would cut the last one, and shift the image.
        x = layers.Cropping2D(((1, 0), (1, 0)), name=f"up_{i}_crop")(x)
        x = InstanceNormalization(name=f"up_{i}_norm")(x)
        x = layers.ReLU(name=f"up_{i}_relu")(x)

    x = ReflectionPadding2D(3, name="head_pad")(x)
    x = convolution(output_channels, 7, name="head_conv")(x)  # (H, W, output_channels)
    # float32 also under mixed precision: losses are computed on this.
    outputs = layers.Activation("tanh", dtype="float32", name="head_tanh")(x)
    return keras.Model(inputs, outputs, name=name)


def residual_block(x, name):
    """x plus two 3x3 convolutions of x. No ReLU after the sum: the way of the identity stays free."""
    channels = x.shape[-1]
    y = ReflectionPadding2D(1, name=f"{name}_pad_1")(x)
    y = convolution(channels, 3, name=f"{name}_conv_1")(y)
    y = InstanceNormalization(name=f"{name}_norm_1")(y)
    y = layers.ReLU(name=f"{name}_relu")(y)
    y = ReflectionPadding2D(1, name=f"{name}_pad_2")(y)
    y = convolution(channels, 3, name=f"{name}_conv_2")(y)
    y = InstanceNormalization(name=f"{name}_norm_2")(y)
    return layers.Add(name=f"{name}_sum")([x, y])


def unet_generator(input_shape, n_filters=64, n_downsamplings=8, output_channels=None, name="unet_generator"):
    """The generator of pix2pix: halve the image down to a small core, grow it again, hand detail across by skips.

    Every level on the way up sees, beside what came from below, the features of its own size from the way down.

    Example:

    >>> g_AB = unet_generator((256, 256, 3))                                # 54,409,603 parameters
    >>> g_AB = unet_generator((64, 64, 3), n_filters=32, n_downsamplings=4) #  1,545,411 parameters

    Args:
        input_shape: (height, width, channels); height and width multiples of 2^n_downsamplings, or None for any such.
        n_filters: channels after the first convolution; they double at each level up to 8 n_filters.
        n_downsamplings: how often the image is halved, 2 or more.
        output_channels: channels of the result; None is as many as the input has.
        name: name of the model.

    Shapes:
        (batch, height, width, channels) -> (batch, height, width, output_channels), both in [-1, 1].

    Returns:
        keras.Model

    Raises:
        ValueError: a size that is not admitted (here, or at the call where input_shape holds None), or a bad number.

    Reference: Isola, Zhu, Zhou, Efros (2017), arXiv:1611.07004; after Ronneberger et al. (2015), arXiv:1505.04597.
    """
    return _hourglass(input_shape, n_filters, n_downsamplings, output_channels, skips=True, name=name)


def encoder_decoder_generator(
    input_shape, n_filters=64, n_downsamplings=8, output_channels=None, name="encoder_decoder_generator"
):
    """The U-Net without its skips: everything has to pass through the core.

    Arguments, shapes and errors as for unet_generator. Made for comparison: what the skips are worth is what this
    network lacks.
    """
    return _hourglass(input_shape, n_filters, n_downsamplings, output_channels, skips=False, name=name)


def _hourglass(input_shape, n_filters, n_downsamplings, output_channels, skips, name):
    height, width, channels = image_shape(input_shape)
    n_filters = modest_number("n_filters", n_filters, MOST_CHANNELS)
    n_downsamplings = modest_number("n_downsamplings", n_downsamplings, MOST_HALVINGS, at_least=2)
    output_channels = channels if output_channels is None else output_channels
    modest_number("output_channels", output_channels, MOST_CHANNELS)
    admissible = AdmissibleSize(2**n_downsamplings, 2**n_downsamplings, name="admissible_size")
    admissible.check(height, width)
    filters = [n_filters * min(2**i, 8) for i in range(n_downsamplings)]  # n, 2n, 4n, 8n, 8n, ...

    # padding="same" is symmetric here, one pixel a side: kernel 4, stride 2, and every size on the way is even.
    inputs = keras.Input((height, width, channels), name="image")
    x = admissible(inputs)  # (H, W, channels)
    features = {}
    for i in range(1, n_downsamplings + 1):  # (H/2, W/2, n), (H/4, W/4, 2n), ... the core
        if i > 1:
            x = layers.LeakyReLU(0.2, name=f"down_{i}_relu")(x)
        x = convolution(filters[i - 1], 4, strides=2, padding="same", name=f"down_{i}_conv")(x)
        # Not on the first level, and not on the core: it may be a single pixel, whose normalized value is always 0.
        if 1 < i < n_downsamplings:
            x = InstanceNormalization(name=f"down_{i}_norm")(x)
        features[i] = x

    for i in range(n_downsamplings, 1, -1):  # each level doubles height and width
        x = layers.ReLU(name=f"up_{i}_relu")(x)
        x = transposed_convolution(filters[i - 2], 4, padding="same", name=f"up_{i}_conv")(x)
        x = InstanceNormalization(name=f"up_{i}_norm")(x)
        if skips:
            # The reference hands over features after LeakyReLU (it works in place); the ReLU that follows makes both
            # the same, because relu(leaky_relu(x)) = relu(x).
            x = layers.Concatenate(name=f"skip_{i - 1}")([features[i - 1], x])

    x = layers.ReLU(name="up_1_relu")(x)
    x = transposed_convolution(output_channels, 4, padding="same", name="up_1_conv")(x)  # (H, W, output_channels)
    # float32 also under mixed precision: losses are computed on this.
    outputs = layers.Activation("tanh", dtype="float32", name="up_1_tanh")(x)
    return keras.Model(inputs, outputs, name=name)


def make_generator(generator_type, input_shape, n_filters, n_blocks, n_downsamplings):
    """The generator of that name: "resnet" looks at n_blocks, "unet" and "encoder_decoder" at n_downsamplings.

    Raises:
        ValueError: there is no generator of that name, or an argument is not admitted.
    """
    one_of("generator_type", generator_type, ("unet", "resnet", "encoder_decoder"))
    if generator_type == "resnet":
        return resnet_generator(input_shape, n_filters, n_blocks)
    if generator_type == "unet":
        return unet_generator(input_shape, n_filters, n_downsamplings)
    return encoder_decoder_generator(input_shape, n_filters, n_downsamplings)
