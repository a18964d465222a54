"""What is measured, and who takes part. No TensorFlow and no PyTorch here: every worker reads this."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Configuration:
    """Networks, images and batch of one comparison.

    Attributes:
        generator: "unet" or "resnet".
        n_filters: channels of the first convolution, of generators and discriminators.
        size: height and width of the images, in pixels.
        batch: images of each domain in a step.
        n_blocks: residual blocks, of a ResNet. n_downsamplings: halvings, of a U-Net.
        disc_n_layers: stride-2 convolutions of each PatchGAN.
    """

    generator: str
    n_filters: int
    size: int
    batch: int
    n_blocks: int = 6
    n_downsamplings: int = 4
    disc_n_layers: int = 3

    def __str__(self):
        kind = f"ResNet-{self.n_blocks}" if self.generator == "resnet" else "U-Net"
        return f"{kind}, {self.n_filters} filters, {self.size} x {self.size}, batch {self.batch}"

    @property
    def image_shape(self):
        return (self.size, self.size, 3)

    def as_dict(self):
        return asdict(self)


CONFIGURATIONS = {
    "unet-64-batch8": Configuration("unet", 24, 64, 8),
    "unet-64-batch1": Configuration("unet", 24, 64, 1),
    "resnet6-64-batch1": Configuration("resnet", 32, 64, 1),
    "resnet6-64-batch8": Configuration("resnet", 32, 64, 8),
    "resnet6-128-batch1": Configuration("resnet", 64, 128, 1),
    "resnet9-256-batch1": Configuration("resnet", 64, 256, 1, n_blocks=9),
}


class Contender(NamedTuple):
    """Who takes part: `Step(configuration, **arguments)` of a module of this folder, in a process of its own.

    Attributes:
        family: its faster form counts, where it is the one that others are compared with.
        environment: variables that the process gets.
    """

    family: str
    module: str
    arguments: dict = {}
    environment: dict = {}


CONTENDERS = {
    "ours": Contender("ours", "ours"),
    "ours, XLA": Contender("ours", "ours", {"jit_compile": True}),
    # What `import studylib` changes in its process is no part of a textbook.
    "textbook": Contender("textbook", "textbook", {"jit_compile": False}, {"STUDYLIB_KEEP_MEMORY": "0"}),
    "textbook, XLA": Contender("textbook", "textbook", {"jit_compile": True}, {"STUDYLIB_KEEP_MEMORY": "0"}),
    "PyTorch": Contender("PyTorch", "reference_torch", {"channels_last": False}),
    "PyTorch, channels last": Contender("PyTorch", "reference_torch", {"channels_last": True}),
    # By default its threads wait for one another by spinning: on an idle machine up to twice as fast as this form,
    # beside a busy neighbour many times slower.
    "PyTorch, threads sleep": Contender(
        "PyTorch", "reference_torch", {"channels_last": False}, {"OMP_WAIT_POLICY": "PASSIVE"}
    ),
}
MATRIX_PRODUCT = Contender("peak", "matrix_product")

NETWORKS = ("g_AB", "g_BA", "d_A", "d_B")
LEARNING_RATE, BETA_1, POOL_SIZE = 0.0002, 0.5, 50
LAMBDA_VALIDATION, LAMBDA_RECONSTR, LAMBDA_ID = 1, 10, 2  # the defaults of CycleGAN, for every contender
TERMS = ("g_adversarial_AB", "g_adversarial_BA", "cycle_A", "cycle_B", "identity_A", "identity_B", "d_A", "d_B")


def draw_batch(configuration):
    """The batch of every step of every contender: (real_A, real_B), float32 NHWC in [-1, 1]."""
    shape = (2, configuration.batch, *configuration.image_shape)
    return tuple(np.random.default_rng(0).uniform(-1, 1, shape).astype("float32"))
