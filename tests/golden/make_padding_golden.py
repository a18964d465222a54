"""Makes padding_golden.npz: PyTorch's paddings and strided convolutions. Needs torch and numpy, not TensorFlow; make it
in an environment of its own (`pip install torch numpy`):

    python tests/golden/make_padding_golden.py

Images and kernels are those of recipe.py, drawn from their names, so only outputs are stored (NHWC): `pad/MODE/WIDTHS`,
WIDTHS being top, bottom, left and right, and `conv/KERNEL/HEIGHTxWIDTH` for stride 2 and padding 1.
"""


import torch
from recipe import draw_images, draw_weights, store
from torch import nn

PADDINGS = {"zero": nn.ZeroPad2d, "reflection": nn.ReflectionPad2d, "replication": nn.ReplicationPad2d}
WIDTHS = ((1, 1, 1, 1), (3, 3, 3, 3), (0, 1, 0, 1), (2, 0, 1, 3))
SHAPE = (5, 6, 3)
KERNELS = (3, 4)
SIZES = ((8, 8), (7, 7), (8, 11))


def to_torch(images):
    return torch.from_numpy(images).double().permute(0, 3, 1, 2)


def to_numpy(images):
    return images.permute(0, 2, 3, 1).numpy().astype("float32")


def main():
    stored = {}
    for mode, padding in PADDINGS.items():
        for top, bottom, left, right in WIDTHS:
            case = f"pad/{mode}/{top},{bottom},{left},{right}"
            images = to_torch(draw_images(case, SHAPE))
            stored[case] = to_numpy(padding((left, right, top, bottom))(images))
    for k in KERNELS:
        for height, width in SIZES:
            case = f"conv/{k}/{height}x{width}"
            weights = draw_weights({f"{case}.weight": (4, 3, k, k), f"{case}.bias": (4,)})
            weight, bias = (torch.from_numpy(array).double() for array in weights.values())
            images = to_torch(draw_images(case, (height, width, 3)))
            stored[case] = to_numpy(nn.functional.conv2d(images, weight, bias, stride=2, padding=1))

    store("padding_golden", stored, torch.__version__)


if __name__ == "__main__":
    main()
