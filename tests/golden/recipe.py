"""What the golden numbers are made from: shared by the make_*_golden.py and the tests, so only outputs are stored.

Weights are drawn name by name: entry "model.1.weight" comes from numpy.random.default_rng(crc32("model.1.weight")),
standard normal, divided by the square root of the number of values that one output sums over (a bias is multiplied by
0.1 instead). Images come from numpy.random.default_rng(crc32(case)), uniform in [-1, 1], NHWC.
"""

import os
import zlib
from pathlib import Path

import numpy as np

# case: kind, (height, width, channels) of two images, arguments of the builder, dropout in the residual blocks
CASES = {
    "resnet_square": ("resnet", (16, 16, 3), dict(n_filters=4, n_blocks=2), False),
    "resnet_smallest": ("resnet", (8, 8, 1), dict(n_filters=4, n_blocks=1), False),
    "resnet_wide_to_grey": ("resnet", (12, 20, 4), dict(n_filters=4, n_blocks=2, output_channels=1), False),
    "resnet_dropout": ("resnet", (20, 8, 3), dict(n_filters=4, n_blocks=3), True),
    "unet_3": ("unet", (16, 16, 3), dict(n_filters=4, n_downsamplings=3), False),
    "unet_core_of_one_pixel": ("unet", (16, 16, 1), dict(n_filters=4, n_downsamplings=4), False),
    "unet_wide_to_rgb": ("unet", (16, 48, 4), dict(n_filters=2, n_downsamplings=4, output_channels=3), False),
    "unet_2": ("unet", (20, 12, 3), dict(n_filters=4, n_downsamplings=2), False),
    "unet_5": ("unet", (64, 32, 1), dict(n_filters=2, n_downsamplings=5, output_channels=3), False),
    "patchgan_square": ("patchgan", (48, 48, 3), dict(n_filters=4, n_layers=3), False),
    "patchgan_odd": ("patchgan", (37, 50, 3), dict(n_filters=4, n_layers=3), False),
    "patchgan_smallest": ("patchgan", (24, 24, 4), dict(n_filters=4, n_layers=3), False),
    "patchgan_1": ("patchgan", (13, 17, 1), dict(n_filters=4, n_layers=1), False),
    "patchgan_2": ("patchgan", (31, 22, 3), dict(n_filters=4, n_layers=2), False),
    "patchgan_4": ("patchgan", (67, 49, 3), dict(n_filters=2, n_layers=4), False),
}

# The full networks: only the names and shapes of their entries are stored.
FULL_SIZE = {
    "resnet_9blocks": ("resnet", (256, 256, 3), dict(n_filters=64, n_blocks=9), False),
    "resnet_9blocks_dropout": ("resnet", (256, 256, 3), dict(n_filters=64, n_blocks=9), True),
    "unet_256": ("unet", (256, 256, 3), dict(n_filters=64, n_downsamplings=8), False),
    "patchgan": ("patchgan", (256, 256, 3), dict(n_filters=64, n_layers=3), False),
}


def draw_weights(shapes):
    """{name: float32 array} for {name: shape}, in PyTorch's names and orders of axes."""
    return {name: _draw(name, shape) for name, shape in shapes.items()}


def _draw(name, shape):
    values = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(shape)
    scale = 0.1 if len(shape) == 1 else 1 / np.sqrt(np.prod(shape[1:]))
    return (values * scale).astype("float32")


def draw_images(case, shape):
    """Two images, float32 NHWC in [-1, 1]."""
    rng = np.random.default_rng(zlib.crc32(case.encode()))
    return rng.uniform(-1, 1, (2, *shape)).astype("float32")


def store(name, arrays, torch_version):
    """Write the arrays to <name>.npz beside this file, in one piece, with the version that made them."""
    path = Path(__file__).with_name(f"{name}.npz")
    unfinished = path.with_suffix(".unfinished.npz")
    np.savez_compressed(unfinished, torch_version=np.array(torch_version), **arrays)
    os.replace(unfinished, path)
    print(f"{path.name}: {len(arrays)} arrays, {path.stat().st_size / 1000:.0f} kB, torch {torch_version}")
