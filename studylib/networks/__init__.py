"""The networks of the study: three generators and the PatchGAN discriminator.

========================== ================================= ======================= =======================
builder                    idea                              parameters at 256x256x3 height and width
========================== ================================= ======================= =======================
resnet_generator           shrink by 4, refine, grow         11,378,179              multiples of 4, from 8
unet_generator             shrink to the core, grow, skips   54,409,603              multiples of 2^n
encoder_decoder_generator  the U-Net without its skips       39,071,107              multiples of 2^n
patchgan_discriminator     one score a patch                 2,764,737               from 3 * 2^n_layers
========================== ================================= ======================= =======================

Images are float32 NHWC in [-1, 1]. All are functional Keras models whose geometry is, to the pixel, that of the public
PyTorch implementation of CycleGAN, so that `load_pytorch_weights` carries its checkpoints over.
"""

from studylib.networks.discriminator import patchgan_discriminator
from studylib.networks.generators import (
    encoder_decoder_generator,
    make_generator,
    resnet_generator,
    unet_generator,
)
from studylib.networks.pytorch_weights import load_pytorch_weights

__all__ = [
    "encoder_decoder_generator",
    "load_pytorch_weights",
    "make_generator",
    "patchgan_discriminator",
    "resnet_generator",
    "unet_generator",
]
