"""Makes pytorch_golden.npz: what PyTorch computes for the cases of recipe.py. Needs torch and numpy, not TensorFlow;
make it in an environment of its own (`pip install torch numpy`):

    python tests/golden/make_pytorch_golden.py

The networks stand in torch_networks.py. Stored for each case: `output/CASE` (NHWC), and `shapes/CASE`, lines
such as "model.1.weight 4 3 7 7" from PyTorch's own state_dict.
"""

import numpy as np
import torch
from recipe import CASES, FULL_SIZE, draw_images, draw_weights, store
from torch_networks import build


def shapes_of(network):
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def as_lines(shapes):
    return np.array([" ".join([name, *map(str, shape)]) for name, shape in shapes.items()])


def main():
    stored = {}
    for case, (kind, shape, arguments, dropout) in CASES.items():
        network = build(kind, shape, arguments, dropout).eval()
        shapes = shapes_of(network)
        weights = {name: torch.from_numpy(array).double() for name, array in draw_weights(shapes).items()}
        network.double().load_state_dict(weights)
        images = torch.from_numpy(draw_images(case, shape)).double().permute(0, 3, 1, 2)
        with torch.no_grad():
            output = network(images).permute(0, 2, 3, 1)
        stored[f"output/{case}"] = output.numpy().astype("float32")
        stored[f"shapes/{case}"] = as_lines(shapes)
    for case, arguments in FULL_SIZE.items():
        with torch.device("meta"):
            stored[f"shapes/{case}"] = as_lines(shapes_of(build(*arguments)))

    store("pytorch_golden", stored, torch.__version__)


if __name__ == "__main__":
    main()
