"""What one score of a discriminator sees."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from studylib.plots.grid import to_uint8

_FRAME = "#d01c8b"


def patch_view(image, field, row, column, credit=""):
    """One score of a PatchGAN: the patch that it sees on the image, the gradient that shows it, and its place.

    Args:
        image: (H, W, 3), uint8 or float in [-1, 1].
        field: `studylib.networks.fields.PatchField` of the score; its box may reach past the image.
        row, column: place of the score.
        credit: whose picture this is.

    Returns:
        A Figure of three panels; quick to draw again and again.
    """
    box, gradient, scores = field
    figure = plt.Figure(figsize=(9.3, 3.55))
    height, width = np.shape(image)[:2]
    panels = [figure.add_axes((left, 0.1, 0.3, 0.72)) for left in (0.02, 0.345, 0.67)]
    panels[0].imshow(to_uint8(image), interpolation="nearest")
    panels[0].set_title(f"image, {height} x {width}:\nthe patch of {box.height} x {box.width} pixels", fontsize=9)

    # On a logarithmic scale: a corner of the patch is reached by one way through the kernels, its centre by many.
    seen = gradient > 0
    largest = np.max(gradient, initial=1e-30)
    shade = np.where(seen, np.log10(np.maximum(gradient / largest, 1e-9)), np.nan)
    panels[1].imshow(np.zeros((height, width)), cmap="Greys", vmin=0, vmax=1)
    panels[1].imshow(shade, cmap="viridis", vmin=-6, vmax=0, interpolation="nearest")
    panels[1].set_title("gradient of the score at each pixel\n(yellow: large; white: exactly 0)", fontsize=9)

    cells = np.zeros(scores)
    cells[row, column] = 1
    panels[2].imshow(cells, cmap="RdPu", vmin=0, vmax=1.25)
    panels[2].set_title(f"the map of {scores[0]} x {scores[1]} scores:\nrow {row}, column {column}", fontsize=9)
    for axis in panels[:2]:
        corner = (box.left - 0.5, box.top - 0.5)
        if axis is panels[0]:  # a white edge below: the frame is seen on every ground
            axis.add_patch(Rectangle(corner, box.width, box.height, fill=False, edgecolor="white", lw=5))
        axis.add_patch(Rectangle(corner, box.width, box.height, fill=False, edgecolor=_FRAME, lw=2.4))
        axis.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    for axis in panels:
        axis.set(xticks=[], yticks=[])
    if credit:
        figure.text(0.5, 0.03, credit, ha="center", va="center", fontsize=6.5, color="0.35")
    return figure
