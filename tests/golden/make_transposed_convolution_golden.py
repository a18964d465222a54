"""Makes transposed_convolution_golden.npz: PyTorch's transposed convolutions. Needs torch and numpy, not TensorFlow;
make it in an environment of its own (`pip install torch numpy`):

    python tests/golden/make_transposed_convolution_golden.py

Values and kernels are those of recipe.py, drawn from their names, so only outputs are stored: (H, W) for each case
`HEIGHTxWIDTH/KERNEL/STRIDE,PADDING,OUTPUT_PADDING`.
"""

from itertools import product

import torch
from recipe import draw_images, draw_weights, store
from torch import nn

SIZES = ((3, 3), (2, 5))
KERNELS = ((1, 1), (3, 3), (4, 4), (2, 5))
NUMBERS = ((1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 1, 0), (2, 1, 1), (3, 0, 2), (3, 2, 0), (3, 1, 1))


def main():
    stored = {}
    for (height, width), kernel, (stride, padding, output_padding) in product(SIZES, KERNELS, NUMBERS):
        if padding >= min(kernel):
            continue  # studylib refuses these
        case = f"{height}x{width}/{kernel[0]}x{kernel[1]}/{stride},{padding},{output_padding}"
        layer = nn.ConvTranspose2d(1, 1, kernel, stride, padding, output_padding, bias=False).double()
        weight = draw_weights({f"{case}.weight": (1, 1, *kernel)})[f"{case}.weight"]
        layer.weight.data = torch.from_numpy(weight).double()
        x = torch.from_numpy(draw_images(case, (height, width, 1))).double()[:1].permute(0, 3, 1, 2)
        stored[case] = layer(x).detach()[0, 0].numpy().astype("float32")

    store("transposed_convolution_golden", stored, torch.__version__)


if __name__ == "__main__":
    main()
