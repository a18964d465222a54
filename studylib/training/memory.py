"""How much memory a training takes, estimated before its first step, and whether this machine has it.

A sum of parts, each counted from the model, times a factor that was fitted once on measured peaks:

    PYTHONPATH=tests python -m benchmarks --memory
"""

import math

import psutil
import tensorflow as tf

from studylib.arguments import whole_number
from studylib.cyclegan import CycleGAN
from studylib.networks.inspection import layer_table
from studylib.normalization import InstanceNormalization
from studylib.pix2pix import Pix2Pix

# How many images go through each network for one image of the batch, all passes of a training step together.
# CycleGAN: a generator makes fakes, cycled and same images; a discriminator judges the fakes once for the generators,
# then reals and shown fakes for itself. Pix2Pix: the same without the ways back and the identities.
PASSES = {
    CycleGAN: {"g_AB": 3, "g_BA": 3, "d_A": 3, "d_B": 3},
    Pix2Pix: {"g_AB": 1, "d": 3},
}

# Bytes for one of each of `memory_parts`, as the command above fitted them on 13 settings of 1.0 to 2.8 GB (Linux, 2
# cores). On eight others, of 1.5 to 6.7 GB, the estimate was at most 6 % off. They had no part in the factors; what
# is counted was chosen with most of them in sight.
FACTORS = {
    "process": 632e6,  # Python and TensorFlow, before there is a model
    "layers": 2.96e6,  # the graph of the step, and its many small kernels
    "parameters": 8.17,  # weights, gradients, two moments of Adam; a copy of the weights and moments for a checkpoint
    # A normalized feature map goes with others of its size: centred, activated, padded for the next layer, and the
    # temporaries of the way back. The outputs of all layers, with one factor, fit U-Nets and ResNets less well.
    "activations": 5.0,
    "xla": 462e6,  # its compiler, and the step that it compiled
    "pools": 2.0,  # not fitted: the pools, and their copy for a checkpoint
}


def memory_parts(model, batch_size, image_size=None):
    """What a training's memory is made of, counted but not yet weighted: a dict with the keys of FACTORS.

    Args:
        model, batch_size, image_size: as of `estimated_memory`.

    Returns:
        "process": 1. "layers": number of layers of all networks. "parameters", "pools": bytes of the networks' weights
        and of the image pools. "activations": bytes of all normalized feature maps, of all passes of a step. "xla":
        1 where XLA compiles the step, else 0.

    Raises:
        ValueError: see `estimated_memory`.
    """
    batch_size = whole_number("batch_size", batch_size)
    passes = _passes(model)
    height, width = (size or image_size for size in model.input_dim[:2])
    if not (height and width):
        raise ValueError(
            "This model takes images of any size; say which it is trained on: image_size, in pixels. "
            f"Received: image_size={image_size!r}"
        )
    activations = n_layers = parameters = 0
    for name, images in passes.items():
        network = getattr(model, name)
        table = layer_table(network, (height, width, network.input_shape[-1]))
        n_layers += len(table)
        parameters += _bytes(network.variables)
        normalized = sum(row.activation_bytes for row in table if row.kind == InstanceNormalization.__name__)
        activations += images * batch_size * normalized
    return {
        "process": 1,
        "layers": n_layers,
        "parameters": parameters,
        "activations": activations,
        "xla": int(model.jit_compile),
        "pools": sum(_bytes(getattr(model, name).variables) for name in ("pool_A", "pool_B") if hasattr(model, name)),
    }


def estimated_memory(model, batch_size, image_size=None):
    """Bytes of main memory that a training of `model` by `train` takes at its highest, Python and TensorFlow included.

    Example:
        >>> estimated_memory(CycleGAN((64, 64, 3)), batch_size=8) / 1e9

    Args:
        model: a `CycleGAN` or `Pix2Pix`, compiled as it will be trained: XLA takes more.
        batch_size: images of each domain in a step.
        image_size: height and width in pixels; looked at only where the model's input_dim leaves them open.

    Returns:
        int. It holds for a training on the processor. Terms whose weight is 0 count like the others, the arrays of the
        task and the pictures of a notebook do not.

    Raises:
        ValueError: a model of another kind, a batch_size below 1, or a size that is not known.
    """
    return round(weighted_sum(memory_parts(model, batch_size, image_size), FACTORS))


def weighted_sum(parts, factors):
    """Bytes that `memory_parts` make with other factors than FACTORS."""
    return sum(factors[name] * amount for name, amount in parts.items())


def memory_sentence(model, batch_size, image_size=None):
    """What a training needs and what is free, in one sentence for people; a warning with ways out where it is short.

    Args: those of `estimated_memory`.

    Returns:
        str. It is empty where nothing is known: for models of other kinds, and where TensorFlow has a GPU, whose own
        memory decides.
    """
    if not isinstance(model, tuple(PASSES)) or tf.config.list_physical_devices("GPU"):
        return ""
    needs, has = estimated_memory(model, batch_size, image_size), _free()
    needed, free = (f"{n_bytes / 1e9:.1f} GB" for n_bytes in (needs, has))
    if needs <= has:
        return f"This training needs about {needed} of memory; {free} are free here."
    smaller = ["a smaller batch_size"] * (batch_size > 1) + ["a smaller image_size", "fewer filters"]
    return (
        f"WARNING: this training needs about {needed} of memory, and only {free} are free here. It may become very "
        f"slow, or be ended by the system. Take {', '.join(smaller[:-1])} or {smaller[-1]}, or close other programs."
    )


def _free():
    """Bytes for a training: what is free, and what of its process stands here already."""
    here = min(psutil.Process().memory_info().rss, FACTORS["process"])
    return psutil.virtual_memory().available + here


def _passes(model):
    for kind, passes in PASSES.items():
        if isinstance(model, kind):
            return passes
    raise ValueError(f"memory is estimated for CycleGAN and Pix2Pix. Received: a model of kind {type(model).__name__}")


def _bytes(variables):
    return sum(math.prod(variable.shape) * tf.as_dtype(variable.dtype).size for variable in variables)
