"""A picture that follows its controls."""

import asyncio
import html
import io

import ipywidgets

DELAY = 0.02  # seconds from a change to its drawing, for changes that come together to be drawn once


def live(draw, controls):
    """A box of controls with a picture below that is drawn anew after a change.

    A slider that is dragged sends more values than can be drawn. A change orders a drawing that begins a moment later
    and takes the values of that moment; until it begins, further changes order none. So the picture moves during the
    drag, no drawings queue up, and the last one has the last value.

    Args:
        draw: takes the values of the controls by name, returns a matplotlib Figure, or (Figure, HTML) where numbers
            stand below the picture. A ValueError of it is shown as a sentence in their place, and the picture pales.
        controls: dict from argument name to widget.

    Returns:
        An `ipywidgets.VBox`: the controls, the picture, and the text below it.
    """
    picture, text = ipywidgets.Image(format="png"), ipywidgets.HTML()
    # A picture wider than the page shrinks instead of being cut off.
    picture.layout = ipywidgets.Layout(max_width="100%", width="fit-content", object_fit="contain")
    ordered = False

    def redraw():
        nonlocal ordered
        ordered = False
        try:
            drawn = draw(**{name: control.value for name, control in controls.items()})
            figure, numbers = drawn if isinstance(drawn, tuple) else (drawn, "")
            # Speed counts here, not size: the least compression saves a tenth of the time.
            figure.savefig(buffer := io.BytesIO(), format="png", dpi=100, pil_kwargs={"compress_level": 1})
            picture.value, text.value, picture.layout.opacity = buffer.getvalue(), numbers, "1"
        except ValueError as error:
            text.value, picture.layout.opacity = html.escape(str(error)), "0.3"  # the picture is that of before

    def changed(_):
        nonlocal ordered
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside a notebook's kernel there is no queue of changes either
            return redraw()
        if not ordered:
            ordered = True
            loop.call_later(DELAY, redraw)

    for control in controls.values():
        control.observe(changed, names="value")
    redraw()
    rows = ipywidgets.HBox(list(controls.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
    return ipywidgets.VBox([rows, picture, text])
