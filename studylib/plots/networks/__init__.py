"""Pictures of networks: diagrams drawn from the models themselves, what a score sees, what a skip carries."""

import keras

from studylib.networks import patchgan_discriminator, resnet_generator
from studylib.networks.generators import residual_block as add_residual_block
from studylib.plots.networks.diagram import network_diagram
from studylib.plots.networks.fields import patch_view
from studylib.plots.networks.layers import layer_diagram, network_costs
from studylib.plots.networks.skips import coarse_and_fine, cut_skips

__all__ = [
    "coarse_and_fine",
    "cut_skips",
    "discriminator_diagram",
    "generator_diagram",
    "layer_diagram",
    "network_costs",
    "network_diagram",
    "patch_view",
    "residual_block",
]


def residual_block():
    """One of the residual blocks of CycleGAN's generator, layer by layer."""
    x = keras.Input((64, 64, 256), name="x")
    model = keras.Model(x, add_residual_block(x, name="block"), name="residual block: x plus a correction of x")
    return layer_diagram(model)


def generator_diagram():
    """CycleGAN's generator for 256 x 256 images."""
    return network_diagram(resnet_generator((256, 256, 3), name="ResNet generator"))


def discriminator_diagram():
    """The PatchGAN discriminator for 256 x 256 images."""
    return network_diagram(patchgan_discriminator((256, 256, 3), name="PatchGAN discriminator"))
