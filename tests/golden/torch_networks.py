"""The networks of the study in PyTorch, for the golden numbers beside this file and for tests/benchmarks.

They are written from the papers and from the names in published checkpoints, and agree with those checkpoints in names
and arithmetic. ReLUs work in place, as in the reference implementation, which saves memory. Images are NCHW.
"""

import torch
from torch import nn


def instance_norm(channels):
    return nn.InstanceNorm2d(channels, affine=False, track_running_stats=False)


class ResidualBlock(nn.Module):
    def __init__(self, channels, dropout):
        super().__init__()
        modules = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), instance_norm(channels)]
        modules += [nn.ReLU(inplace=True)]
        modules += [nn.Dropout(0.5)] if dropout else []
        modules += [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), instance_norm(channels)]
        self.conv_block = nn.Sequential(*modules)

    def forward(self, x):
        return x + self.conv_block(x)


class ResNetGenerator(nn.Module):
    def __init__(self, channels, n_filters, n_blocks, output_channels, dropout):
        super().__init__()
        n = n_filters
        modules = [nn.ReflectionPad2d(3), nn.Conv2d(channels, n, 7), instance_norm(n), nn.ReLU(inplace=True)]
        for inner, outer in ((n, 2 * n), (2 * n, 4 * n)):
            modules += [nn.Conv2d(inner, outer, 3, stride=2, padding=1), instance_norm(outer), nn.ReLU(inplace=True)]
        modules += [ResidualBlock(4 * n, dropout) for _ in range(n_blocks)]
        for inner, outer in ((4 * n, 2 * n), (2 * n, n)):
            grow = nn.ConvTranspose2d(inner, outer, 3, stride=2, padding=1, output_padding=1)
            modules += [grow, instance_norm(outer), nn.ReLU(inplace=True)]
        modules += [nn.ReflectionPad2d(3), nn.Conv2d(n, output_channels, 7), nn.Tanh()]
        self.model = nn.Sequential(*modules)

    def forward(self, x):
        return self.model(x)


class UNetLevel(nn.Module):
    """One level and, inside it, all deeper ones; returns its input beside its result (the outermost: the result)."""

    def __init__(self, inputs, filters, outputs, deeper=None, outermost=False):
        super().__init__()
        self.outermost = outermost
        down = nn.Conv2d(inputs, filters, 4, stride=2, padding=1)
        up = nn.ConvTranspose2d(2 * filters if deeper else filters, outputs, 4, stride=2, padding=1)
        if outermost:
            modules = [down, deeper, nn.ReLU(inplace=True), up, nn.Tanh()]
        elif deeper:
            modules = [nn.LeakyReLU(0.2, inplace=True), down, instance_norm(filters), deeper]
            modules += [nn.ReLU(inplace=True), up, instance_norm(outputs)]
        else:
            modules = [nn.LeakyReLU(0.2, inplace=True), down, nn.ReLU(inplace=True), up, instance_norm(outputs)]
        self.model = nn.Sequential(*modules)

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], dim=1)


class UNetGenerator(nn.Module):
    def __init__(self, channels, n_filters, n_downsamplings, output_channels):
        super().__init__()
        filters = [n_filters * min(2**i, 8) for i in range(n_downsamplings)]
        level = None
        for i in range(n_downsamplings - 1, 0, -1):
            level = UNetLevel(filters[i - 1], filters[i], filters[i - 1], deeper=level)
        self.model = UNetLevel(channels, filters[0], output_channels, deeper=level, outermost=True)

    def forward(self, x):
        return self.model(x)


class PatchGAN(nn.Module):
    def __init__(self, channels, n_filters, n_layers):
        super().__init__()
        modules = [nn.Conv2d(channels, n_filters, 4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
        inner = n_filters
        for i in range(1, n_layers + 1):
            outer = n_filters * min(2**i, 8)
            stride = 2 if i < n_layers else 1
            modules += [nn.Conv2d(inner, outer, 4, stride, padding=1), instance_norm(outer)]
            modules += [nn.LeakyReLU(0.2, inplace=True)]
            inner = outer
        modules += [nn.Conv2d(inner, 1, 4, stride=1, padding=1)]
        self.model = nn.Sequential(*modules)

    def forward(self, x):
        return self.model(x)


def build(kind, shape, arguments, dropout=False):
    """A network: kind "resnet", "unet" or "patchgan", shape (height, width, channels), arguments of its class."""
    channels = shape[2]
    if kind == "patchgan":
        return PatchGAN(channels, **arguments)
    arguments = {"output_channels": channels, **arguments}
    if kind == "unet":
        return UNetGenerator(channels, **arguments)
    return ResNetGenerator(channels, **arguments, dropout=dropout)
