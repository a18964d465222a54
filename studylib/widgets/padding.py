"""Interactive view of notebook 02."""

import functools
import html

import ipywidgets
import numpy as np

from studylib import plots
from studylib.arguments import image_batch, one_of, shown, whole_number
from studylib.padding import MODES, convolve_padded
from studylib.widgets.live import live

NUMBERS = "numbers"
# A table whose numbers are their own address: 42 stands in row 4, column 2, and a copied cell says where it is from.
TABLE = np.add.outer(10 * np.arange(10), np.arange(10))[..., None].astype("float32")
TABLE_MARGIN = 3


def kernel_of(name, size):
    """The kernel (size, size) called `name`: "blur" is the mean of the window, "edges" the middle minus that mean."""
    one_of("name", name, ("blur", "edges"))
    size = whole_number("size", size, at_most=1000)
    blur = np.full((size, size), 1 / size**2, "float32")
    if name == "blur":
        return blur
    middle = np.zeros_like(blur)
    middle[size // 2, size // 2] = 1
    return middle - blur


def padding(scenes, margin=8, credit=""):
    """Choose an image, a padding and a convolution, and see what the padding costs: `plots.padded_convolution`.

    A small table of numbers comes first, as image "numbers"; its pixels are their own addresses.

    Args:
        scenes: dict from a name to pictures, uint8 (n, height, width, 3); the image is a picture without its margin.
        margin: in pixels; the widest padding.
        credit: whose pictures these are; stands small below the numbers.

    Returns:
        An ipywidgets box; below the picture stand the shapes, and the error at the border for each mode.
    """
    if not isinstance(scenes, dict):
        raise ValueError(f"scenes must be a dict from name to pictures. Received: scenes={shown(scenes)}")
    for images in scenes.values():
        shortest = min(image_batch("scenes", images, channels=3).shape[1:3])
        whole_number("margin", margin, at_most=(shortest - 1) // 2)
    pictures = {name: np.asarray(images).astype("float32") / 127.5 - 1 for name, images in scenes.items()}
    pictures = {NUMBERS: TABLE[None]} | pictures
    controls = {
        "image": ipywidgets.Dropdown(options=list(pictures), description="image"),
        "item": ipywidgets.IntSlider(0, 0, 0, description="item"),
        "mode": ipywidgets.Dropdown(options=list(MODES), value="reflection", description="mode"),
        "width": ipywidgets.IntSlider(2, 0, TABLE_MARGIN, description="width"),
        "size": ipywidgets.SelectionSlider(options=[1, 3, 5, 7], value=3, description="kernel size"),
        "kernel": ipywidgets.Dropdown(options=["blur", "edges"], description="kernel"),
    }

    small = f"<br><small>{html.escape(credit)}</small>" * bool(credit)

    def draw(image, item, mode, width, size, kernel):
        chosen, edge = pictures[image], TABLE_MARGIN if image == NUMBERS else margin
        # Images differ in number and in margin; a slider past the end moves back.
        controls["item"].max, controls["width"].max = len(chosen) - 1, edge
        scene, width = chosen[min(item, len(chosen) - 1)], min(width, edge)
        convolve = functools.partial(convolve_padded, scene, edge, width=width, kernel=kernel_of(kernel, size))
        results = {name: convolve(mode=name) for name in MODES}
        figure = plots.padded_convolution(scene, results[mode], edge)
        return figure, _numbers(scene, edge, mode, results) + small

    return live(draw, controls).add_class("studylib-padding")


def _numbers(scene, margin, mode, results):
    """Shapes of the chosen mode and errors of all of them, as HTML."""
    result, unit = results[mode], 1 if scene.shape[-1] == 1 else 127.5
    names = "" if unit == 1 else " grey levels"
    image = scene[margin:-margin, margin:-margin]
    steps = {"image": image, "padded": result.padded, "convolved": result.output}
    shapes = " → ".join(f"{name} {' x '.join(map(str, values.shape))}" for name, values in steps.items())
    touched = f"{result.touched.sum()} of {result.touched.size} pixels reach into the padding"
    errors = (
        f"<b>{name} {unit * each.border_error:.1f}</b>" if name == mode else f"{name} {unit * each.border_error:.1f}"
        for name, each in results.items()
    )
    return f"{shapes}; {touched}.<br>Mean error of these pixels{names and ', in' + names}: {' · '.join(errors)}."
