"""The interactive view of notebook 08: damage wanders over an image, and the PatchGAN's score map follows."""

import ipywidgets
import numpy as np
import tensorflow as tf

from studylib import plots
from studylib.arguments import image_values, whole_number
from studylib.patchgan import DAMAGES, damaged, patch_grid, scores_that_see
from studylib.widgets.live import live


def damaged_patch(models, real_A, real_B, size=8):
    """Move a damaged square over an image B: `plots.damaged_patch` with controls, and its numbers below.

    Args:
        models: dict from a name to a `studylib.pix2pix.Pix2Pix` that was trained with an adversarial term; their
            discriminators are asked.
        real_A, real_B: pairs to choose from, uint8, (N, H, W, 3), H = W.
        size: of the square at first, in pixels, at most half the image.

    Returns:
        An ipywidgets box of the class "studylib-damaged-patch".

    Raises:
        ValueError: without a single pair, or images that are not square.
    """
    real_A, real_B = image_values("real_A", real_A), image_values("real_B", real_B)
    if real_B.ndim != 4 or not real_B.size or real_B.shape[1] != real_B.shape[2] or real_A.shape != real_B.shape:
        shapes = f"real_A of shape {real_A.shape}, real_B of shape {real_B.shape}"
        raise ValueError(f"damaged_patch needs pairs of square images. Received: {shapes}")
    n, height, width = real_B.shape[:3]
    size = whole_number("size", size, at_most=height // 2)
    # Compiled once for a batch of one; called op by op, the network would be slower than the hand on the slider.
    scores = {name: tf.function(model.scores) for name, model in models.items()}
    state = {}  # the chosen discriminator and pair, and its undamaged score map

    def score_map(name, a, b):
        pair = (tf.constant(image[None] / np.float32(127.5) - 1) for image in (a, b))
        return scores[name](*pair).numpy()[0, :, :, 0]

    middle = (height - size) // 2
    controls = {
        "name": ipywidgets.Dropdown(options=list(models), description="trained by"),
        "item": ipywidgets.IntSlider(0, 0, n - 1, description="image"),
        "kind": ipywidgets.Dropdown(options=DAMAGES, description="damage"),
        "left": ipywidgets.IntSlider(middle, 0, height - 1, description="left"),
        "top": ipywidgets.IntSlider(middle, 0, height - 1, description="top"),
        "size": ipywidgets.IntSlider(size, 1, height // 2, description="size"),
    }

    def draw(name, item, kind, left, top, size):
        if state.get("chosen") != (name, item):
            state.update(chosen=(name, item), before=score_map(name, real_A[item], real_B[item]))
        n_layers = models[name].disc_n_layers
        top, left = min(top, height - size), min(left, width - size)  # the square stops at the edge
        spoiled = damaged(real_B[item], top, left, size, kind)
        before, after = state["before"], score_map(name, real_A[item], spoiled)
        touched = scores_that_see(top, left, size, height, n_layers)
        figure = plots.damaged_patch(real_A[item], spoiled, before, after, (top, left, size), n_layers, touched)
        return figure, _numbers(before, after, touched, n_layers)

    return live(draw, controls).add_class("studylib-damaged-patch")


def _numbers(before, after, touched, n_layers):
    """The numbers below the picture, as HTML."""
    change = np.abs(after - before)
    outside = f"{change[~touched].mean():.3f} in the {np.sum(~touched)} others" if (~touched).any() else "no others"
    field = patch_grid(n_layers).size
    lowest = np.unravel_index(np.argmin(after), after.shape)
    sees = "sees the damage" if touched[lowest] else "does not see the damage"
    return (
        f"<b>{touched.sum()} of {touched.size}</b> scores see the damage, each through "
        f"{field} x {field} pixels. "
        f"Mean change of a score: <b>{change[touched].mean():.3f}</b> in these, {outside}.<br>"
        f"Mean score {before.mean():.3f} before, {after.mean():.3f} with the damage; the lowest score {sees}."
    )
