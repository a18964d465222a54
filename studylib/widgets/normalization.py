"""The interactive view of notebook 03: one image among its batch mates, before and after a normalization."""

import html

import ipywidgets
import numpy as np

from studylib import plots
from studylib.arguments import whole_number
from studylib.normalization import CHANNELS, MATES, MEMBERS
from studylib.widgets.live import live

# Three in a row of a page of usual width, with room for every description.
_PLACE = {"layout": {"width": "275px"}, "style": {"description_width": "90px"}}


def normalization(maps, image=0, credit=""):
    """Choose a member of the zoo, change one image or its batch mates, and see whom it touches.

    The picture is `plots.normalized_image(maps.watch(...))`; the arguments of `watch` are the controls.

    Args:
        maps: a `studylib.normalization.FeatureMaps` of 8 images or more.
        image: number of the image that is watched first.
        credit: whose pictures these are.

    Returns:
        An ipywidgets box of the class "studylib-normalization".
    """
    image = whole_number("image", image, at_least=0, at_most=len(maps.images) - 1)
    channels = maps.features.shape[-1]
    names = CHANNELS if channels == len(CHANNELS) else [f"channel {k}" for k in range(channels)]
    sizes = [size for size in (1, 2, 4, 8, 16, 32) if size <= len(maps.images)]
    divisors = [groups for groups in range(1, channels + 1) if channels % groups == 0]

    def choice(label, options, value, kind=ipywidgets.Dropdown):
        return kind(options=options, value=value, description=label, **_PLACE)

    def slider(label, value, low, high):
        return ipywidgets.FloatSlider(value, min=low, max=high, step=0.1, description=label, **_PLACE)

    controls = {
        "member": choice("member", MEMBERS, "batch"),
        "groups": choice("groups", divisors, divisors[len(divisors) // 2], ipywidgets.SelectionSlider),
        "inference": choice("mode", [("training", False), ("inference", True)], False),
        "affine": ipywidgets.Checkbox(False, description="affine (gamma, beta)", layout=_PLACE["layout"]),
        "batch_size": choice("batch size", sizes, 8, ipywidgets.SelectionSlider),
        "mates": choice("batch mates", MATES, "same"),
        "image": ipywidgets.IntSlider(image, 0, len(maps.images) - 1, description="image", **_PLACE),
        "contrast": slider("contrast", 1.0, 0.2, 2.0),
        "brightness": slider("brightness", 0.0, -1.0, 1.0),
        "channel": choice("channel", list(zip(names, range(channels), strict=True)), 0),
    }

    def draw(member, **options):
        # What the member does not know cannot be moved.
        controls["groups"].disabled = member != "group"
        controls["inference"].disabled = member != "batch"
        controls["affine"].disabled = member in ("none", "weight")
        watched = maps.watch(member, **options)
        return plots.normalized_image(watched), numbers(watched, credit)

    return live(draw, controls).add_class("studylib-normalization")


def numbers(watched, credit=""):
    """The statistics of a `Watched` as HTML: a table, and a line on what is shared, learned and changed."""
    channel = watched.settings["channel"]
    rows = {"watched feature map": (watched.before[..., channel], watched.after[..., channel])}
    if watched.means:
        rows["all cells that share its mean"] = (watched.shared_before, watched.shared_after)
    table = "".join(
        f"<tr><td>{name}</td>" + "".join(f"<td>{_number(f(v))}</td>" for v in pair for f in (np.mean, np.var)) + "</tr>"
        for name, pair in rows.items()
    )
    kept = watched.averages and watched.settings["inference"]
    shared = f"{'means kept from training' if kept else 'means in this batch'}: <b>{watched.means}</b>"
    if watched.means:
        shared += f", each for <b>{watched.shared_before.size}</b> cells"
    learned = f"learned parameters: <b>{watched.parameters}</b>, moving averages: <b>{watched.averages}</b>"
    changed = "change of the output by mates, contrast and brightness (mean of the absolute values)"
    return (
        '<div style="line-height: 1.5"><table style="text-align: right; border-spacing: 1em 0">'
        "<tr><th></th><th>mean before</th><th>variance before</th><th>mean after</th><th>variance after</th></tr>"
        f"{table}</table>{shared}; {learned}<br>{changed}: <b>{_number(watched.change)}</b>"
        f"<br><small>{html.escape(credit)}</small></div>"
    )


def _number(value):
    return f"{value:.3f}".replace("-0.000", "0.000")
