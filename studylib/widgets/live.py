"""A picture that follows its controls."""

import asyncio
import io

import ipywidgets

DELAY = 0.05  # seconds without a further change after which the picture is drawn


def live(draw, controls):
    """A box of controls with a picture below that is drawn anew after a change.

    A slider that is dragged sends more values than can be drawn. Only the latest counts: a change that comes before
    the picture of the one before was begun takes its place.

    Args:
        draw: takes the values of the controls by name, returns a matplotlib Figure. A ValueError of it is shown as a
            sentence in place of the picture.
        controls: dict from argument name to widget.

    Returns:
        An `ipywidgets.VBox`: the controls, the picture, and the place for a sentence.
    """
    picture, sentence = ipywidgets.Image(format="png"), ipywidgets.Label()
    # A picture wider than the page shrinks instead of being cut off.
    picture.layout = ipywidgets.Layout(max_width="100%", width="fit-content", object_fit="contain")
    waiting = None

    def redraw():
        nonlocal waiting
        waiting = None
        try:
            buffer = io.BytesIO()
            figure = draw(**{name: control.value for name, control in controls.items()})
            figure.savefig(buffer, format="png", dpi=100)
            picture.value, sentence.value = buffer.getvalue(), ""
        except ValueError as error:
            sentence.value = str(error)

    def changed(_):
        nonlocal waiting
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside a notebook's kernel there is no queue of changes either
            return redraw()
        if waiting is not None:
            waiting.cancel()
        waiting = loop.call_later(DELAY, redraw)

    for control in controls.values():
        control.observe(changed, names="value")
    redraw()
    rows = ipywidgets.HBox(list(controls.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
    return ipywidgets.VBox([rows, picture, sentence])
