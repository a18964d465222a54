"""A picture that follows its controls."""

import asyncio
import html
import io

import ipywidgets

DELAY = 0.05  # seconds without a further change after which the picture is drawn


def live(draw, controls):
    """A box of controls with a picture below that is drawn anew after a change.

    A slider that is dragged sends more values than can be drawn. Only the latest counts: a change that comes before
    the picture of the one before was begun takes its place.

    Args:
        draw: takes the values of the controls by name, returns a matplotlib Figure, or (Figure, HTML) where numbers
            stand below the picture. A ValueError of it is shown as a sentence in their place.
        controls: dict from argument name to widget.

    Returns:
        An `ipywidgets.VBox`: the controls, the picture, and the text below it.
    """
    picture, text = ipywidgets.Image(format="png"), ipywidgets.HTML()
    # A picture wider than the page shrinks instead of being cut off.
    picture.layout = ipywidgets.Layout(max_width="100%", width="fit-content", object_fit="contain")
    waiting = None

    def redraw():
        nonlocal waiting
        waiting = None
        try:
            drawn = draw(**{name: control.value for name, control in controls.items()})
            figure, numbers = drawn if isinstance(drawn, tuple) else (drawn, "")
            figure.savefig(buffer := io.BytesIO(), format="png", dpi=100)
            picture.value, text.value = buffer.getvalue(), numbers
        except ValueError as error:
            text.value = html.escape(str(error))

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
    return ipywidgets.VBox([rows, picture, text])
