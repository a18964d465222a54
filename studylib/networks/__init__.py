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

What they are made of, without running them: `layer_table`, `stage_table`, `convolutions_on_paths`, `receptive_field`.
"""

from studylib.networks.discriminator import patchgan_discriminator
from studylib.networks.fields import receptive_field
from studylib.networks.generators import (
    encoder_decoder_generator,
    make_generator,
    resnet_generator,
    unet_generator,
)
from studylib.networks.inspection import layer_table
from studylib.networks.pytorch_weights import load_pytorch_weights
from studylib.networks.stages import convolutions_on_paths, stage_table

__all__ = [
    "convolutions_on_paths",
    "encoder_decoder_generator",
    "layer_table",
    "load_pytorch_weights",
    "make_generator",
    "patchgan_discriminator",
    "receptive_field",
    "resnet_generator",
    "stage_table",
    "unet_generator",
]
