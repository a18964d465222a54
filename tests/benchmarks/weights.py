"""Start values that all contenders share: a file of arrays named "g_AB/model.1.weight", as in PyTorch's checkpoints."""

import numpy as np

from benchmarks.configurations import NETWORKS
from studylib.networks import load_pytorch_weights
from studylib.networks.pytorch_weights import _pytorch_names


def save(model, path):
    """Write the weights of model.g_AB, .g_BA, .d_A, .d_B in PyTorch's names and order of axes."""
    arrays = {}
    for network in NETWORKS:
        for name, layer in _pytorch_names(getattr(model, network), with_dropout=False).items():
            arrays[f"{network}/{name}.weight"] = np.transpose(layer.kernel, (3, 2, 0, 1))
            arrays[f"{network}/{name}.bias"] = np.asarray(layer.bias)
    np.savez(path, **arrays)


def load(model, path):
    """Set the weights of model.g_AB, .g_BA, .d_A, .d_B from a file of `save`."""
    for network in NETWORKS:
        load_pytorch_weights(getattr(model, network), of_network(path, network))


def of_network(path, network):
    """The entries of one network, without its name in front."""
    with np.load(path) as arrays:
        return {name.split("/")[1]: arrays[name] for name in arrays if name.startswith(f"{network}/")}
