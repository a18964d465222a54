"""CycleGAN's step in PyTorch, in the order of the reference implementation.

All generators' losses in one backward pass while the discriminators are frozen, one Adam for both generators; then each
discriminator on its reals and on fakes from a pool of 50, one Adam for both. Needs torch and numpy, not TensorFlow.
"""

import itertools
import random

import numpy as np
import torch
from golden.torch_networks import build
from torch import nn

from benchmarks.configurations import (
    BETA_1,
    LAMBDA_ID,
    LAMBDA_RECONSTR,
    LAMBDA_VALIDATION,
    LEARNING_RATE,
    NETWORKS,
    POOL_SIZE,
    draw_batch,
)


class ImagePool:
    """Older fakes for a discriminator: while it fills, images come back as they are; then each with probability 1/2."""

    def __init__(self):
        self.images = []

    def query(self, images):
        shown = []
        for image in images.detach().split(1):
            if len(self.images) < POOL_SIZE:
                self.images.append(image)
            elif random.random() > 0.5:
                slot = random.randrange(POOL_SIZE)
                image, self.images[slot] = self.images[slot], image.clone()
            shown.append(image)
        return torch.cat(shown)


class Step:
    """The four networks, both optimizers and pools, and a step on one batch, again and again.

    Args:
        configuration: `Configuration`.
        channels_last: keep the channels of a pixel together in memory, as TensorFlow does; else NCHW, as the reference.
    """

    def __init__(self, configuration, channels_last):
        torch.manual_seed(0)
        random.seed(0)
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        shape, n = configuration.image_shape, configuration.n_filters
        numbers = {"resnet": {"n_blocks": configuration.n_blocks}}
        numbers["unet"] = {"n_downsamplings": configuration.n_downsamplings}
        kinds = {"g": (configuration.generator, numbers[configuration.generator])}
        kinds["d"] = ("patchgan", {"n_layers": configuration.disc_n_layers})
        for name in NETWORKS:
            kind, arguments = kinds[name[0]]
            network = build(kind, shape, {"n_filters": n, **arguments})
            setattr(self, name, network.to(memory_format=self.memory_format))
        self.generator_optimizer = self.adam(self.g_AB, self.g_BA)
        self.discriminator_optimizer = self.adam(self.d_A, self.d_B)
        self.pool_A, self.pool_B = ImagePool(), ImagePool()
        self.l1, self.squared = nn.L1Loss(), nn.MSELoss()
        self.real_A, self.real_B = (
            torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(memory_format=self.memory_format)
            for images in draw_batch(configuration)
        )

    @staticmethod
    def adam(*networks):
        parameters = itertools.chain(*(network.parameters() for network in networks))
        return torch.optim.Adam(parameters, lr=LEARNING_RATE, betas=(BETA_1, 0.999))

    def load(self, path):
        with np.load(path) as arrays:
            for network in NETWORKS:
                entries = {n.split("/")[1]: torch.tensor(arrays[n]) for n in arrays if n.startswith(f"{network}/")}
                getattr(self, network).load_state_dict(entries)

    def run(self, n_steps):
        """Take n_steps steps; returns their number and the last one's losses."""
        for _ in range(n_steps):
            terms = self.train_step()
        return n_steps, {name: float(term.detach()) for name, term in terms.items()}

    def train_step(self):
        fake_B = self.g_AB(self.real_A)
        cycled_A = self.g_BA(fake_B)
        fake_A = self.g_BA(self.real_B)
        cycled_B = self.g_AB(fake_A)

        self.set_requires_grad(False)
        self.generator_optimizer.zero_grad()
        terms = {
            "identity_A": self.l1(self.g_BA(self.real_A), self.real_A),
            "identity_B": self.l1(self.g_AB(self.real_B), self.real_B),
            "g_adversarial_AB": self.score(self.d_B(fake_B), 1.0),
            "g_adversarial_BA": self.score(self.d_A(fake_A), 1.0),
            "cycle_A": self.l1(cycled_A, self.real_A),
            "cycle_B": self.l1(cycled_B, self.real_B),
        }
        g_loss = LAMBDA_VALIDATION * (terms["g_adversarial_AB"] + terms["g_adversarial_BA"])
        g_loss = g_loss + LAMBDA_RECONSTR * (terms["cycle_A"] + terms["cycle_B"])
        g_loss = g_loss + LAMBDA_ID * (terms["identity_A"] + terms["identity_B"])
        g_loss.backward()
        self.generator_optimizer.step()

        self.set_requires_grad(True)
        self.discriminator_optimizer.zero_grad()
        terms["d_A"] = self.discriminator_backward(self.d_A, self.real_A, self.pool_A.query(fake_A))
        terms["d_B"] = self.discriminator_backward(self.d_B, self.real_B, self.pool_B.query(fake_B))
        self.discriminator_optimizer.step()
        return {**terms, "g_loss": g_loss}

    def discriminator_backward(self, discriminator, real, fake):
        loss = 0.5 * (self.score(discriminator(real), 1.0) + self.score(discriminator(fake), 0.0))
        loss.backward()
        return loss

    def score(self, scores, target):
        return self.squared(scores, torch.tensor(target).expand_as(scores))

    def set_requires_grad(self, wanted):
        for parameter in itertools.chain(self.d_A.parameters(), self.d_B.parameters()):
            parameter.requires_grad = wanted
