"""Draw the study's figures into images/ as SVG (``make images``).

The same code gives the same bytes: no date, no version, no random ids. Texts are drawn as paths, so that a page shows
them without the font; each figure stands on its own light ground, legible in print and on dark pages.
"""

import argparse
import os
from pathlib import Path

import matplotlib

import studylib.quiet  # noqa: F401
from studylib import plots

ROOT = Path(__file__).parent.parent

# File name: function in studylib.plots, and the title that screen readers are given.
IMAGES = {
    "padding": ("padding_modes", "Zero, reflection, replication and symmetric padding of a small grid"),
    "normalization": (
        "normalization_cubes",
        "The cells that share a mean in batch, layer, instance and group norm",
    ),
    "transposed_convolution": ("transposed_convolution_steps", "A transposed convolution, painted cell by cell"),
    "down_sampling": ("down_sampling", "A strided convolution makes a grid smaller"),
    "up_sampling": ("up_sampling", "A transposed convolution makes a grid larger"),
    "residual_block": ("residual_block", "A residual block"),
    "generator": ("generator_diagram", "The ResNet generator, layer by layer"),
    "discriminator": ("discriminator_diagram", "The PatchGAN discriminator, layer by layer"),
    "cyclegan": ("cyclegan_diagram", "CycleGAN: there and back from both domains, with a discriminator for each"),
}


def figure(name):
    """The matplotlib Figure of images/<name>.svg."""
    return getattr(plots, IMAGES[name][0])()


def write(name, folder):
    """Write <name>.svg into `folder`, in one piece: never half a file."""
    path = Path(folder) / f"{name}.svg"
    unfinished = path.with_suffix(".part")
    with matplotlib.rc_context({"svg.hashsalt": "studylib", "svg.fonttype": "path"}):
        drawn = figure(name)
        metadata = {"Title": IMAGES[name][1], "Creator": None, "Date": None}
        drawn.savefig(unfinished, format="svg", facecolor=drawn.get_facecolor(), metadata=metadata)
    os.replace(unfinished, path)
    return path


def main():
    parser = argparse.ArgumentParser(description="Draw the study's figures as SVG.")
    parser.add_argument("--folder", type=Path, default=ROOT / "images")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in IMAGES:
        print(write(name, options.folder))


if __name__ == "__main__":
    main()
