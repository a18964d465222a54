"""The interactive view of notebook 07: a sample on the loss curves."""

import ipywidgets

from studylib import plots
from studylib.arguments import one_of, real_number
from studylib.plots.losses import LOSSES, loss_gradient, loss_value, losses_of
from studylib.widgets.live import live

_TERMS = [
    ("generator: a fake", "generator"),
    ("discriminator: a real sample", "real"),
    ("discriminator: a fake", "fake"),
]


def losses(score=-4.0, side="generator"):
    """Move the score of a sample, and read value and gradient of every loss there.

    The picture is `plots.loss_at(score, side)`.

    Args:
        score: where the slider stands at first, from -6 to 6.
        side: the term that is shown first: "generator", "real" or "fake".

    Returns:
        An ipywidgets box of the class "studylib-losses".
    """
    real_number("score", score, at_least=-6, at_most=6)
    one_of("side", side, [value for _, value in _TERMS])
    wide = ipywidgets.Layout(width="350px")
    controls = {
        "score": ipywidgets.FloatSlider(score, min=-6, max=6, step=0.1, description="score", layout=wide),
        "side": ipywidgets.Dropdown(options=_TERMS, value=side, description="term", layout=wide),
    }

    def draw(score, side):
        lines = [
            f"{LOSSES[name][2]}: loss <b>{loss_value(name, side, score):.4f}</b>, gradient "
            f"<b>{loss_gradient(name, side, score):.4f}</b>"
            for name in losses_of(side)
        ]
        return plots.loss_at(score, side), "<br>".join(lines)

    return live(draw, controls).add_class("studylib-losses")
