"""A picture of one's own, translated both ways: uploaded, named by its path, or drawn with the mouse.

The drawing needs no package beside ipywidgets. Its canvas stands in an HTML widget, whose scripts do not run but whose
event handlers do; when the pen is lifted, they write the drawing, as the text of a data URL, into a hidden text widget,
and that one is heard by the kernel like any other.
"""

import base64
import html

import ipywidgets
import numpy as np
import tensorflow as tf

from studylib import plots
from studylib.arguments import shown
from studylib.data.fit import fit_picture
from studylib.widgets.live import live

FITS = {"all of it, on white": True, "its middle": False}
CANVAS_SIZE = 256  # pixels

_HAND_OVER = """
    const text = this.closest('.studylib-own-picture').querySelector('.studylib-drawing textarea');
    text.value = canvas.toDataURL('image/png');
    text.dispatchEvent(new Event('input', {bubbles: true}));
"""
_LINE_TO_HERE = """
    const pen = canvas.getContext('2d'), box = this.parentElement;
    pen.strokeStyle = box.querySelector('[type=color]').value;
    pen.lineWidth = box.querySelector('[type=range]').value;
    pen.lineCap = 'round';
    pen.beginPath();
    pen.moveTo(...canvas.from);
    canvas.from = [event.offsetX, event.offsetY];
    pen.lineTo(...canvas.from);
    pen.stroke();
"""
_HANDLERS = {
    "onpointerdown": "this.setPointerCapture(event.pointerId); this.from = [event.offsetX, event.offsetY];"
    f"const canvas = this; {_LINE_TO_HERE}",
    "onpointermove": f"if (this.from) {{ const canvas = this; {_LINE_TO_HERE} }}",
    "onpointerup": f"if (this.from) {{ this.from = null; const canvas = this; {_HAND_OVER} }}",
}
_HANDLERS["onpointercancel"] = _HANDLERS["onpointerup"]  # the page took the pen away: what is drawn counts
_CLEAR = f"""
    const canvas = this.parentElement.querySelector('canvas');
    canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height); {_HAND_OVER}
"""
_ATTRIBUTES = " ".join(f'{name}="{html.escape(code)}"' for name, code in _HANDLERS.items())
_PAD = f"""
<div>
  Draw here; when you lift the pen, the drawing is translated:
  <canvas width="{CANVAS_SIZE}" height="{CANVAS_SIZE}" aria-label="draw here"
    style="background: white; border: 1px solid #888; touch-action: none; cursor: crosshair; display: block"
    {_ATTRIBUTES}></canvas>
  <label>colour <input type="color" value="#1a1a1a"></label>
  <label>pen <input type="range" min="1" max="40" value="9" style="width: 90px"></label>
  <button onclick="{html.escape(_CLEAR)}">clear</button>
</div>
"""


def own_picture(model, task):
    """Translate a picture of the learner's, in both directions: `plots.image_grid` with controls.

    It opens on a held-out picture of the task. Nothing is stored.

    Args:
        model: has .g_AB and .g_BA, functions of float32 images (1, task.image_size, task.image_size, 3) in [-1, 1];
            a `CycleGAN`, for example.
        task: the `Task` that the model was trained on.

    Returns:
        An ipywidgets box of the class "studylib-own-picture".

    Raises:
        ValueError: the model lacks a generator.
    """
    if missing := [name for name in ("g_AB", "g_BA") if not callable(getattr(model, name, None))]:
        raise ValueError(f"own_picture needs a model with g_AB and g_BA. Missing in {model!r:.60}: {missing[0]}")
    translations = {name: tf.function(getattr(model, name)) for name in ("g_AB", "g_BA")}
    controls = {
        "upload": ipywidgets.FileUpload(accept="image/*", description="upload"),
        "path": ipywidgets.Text(placeholder="or a path, then Enter", description="path", continuous_update=False),
        "whole": ipywidgets.ToggleButtons(options=FITS, description="show"),
        "drawing": ipywidgets.Textarea(layout=ipywidgets.Layout(display="none")).add_class("studylib-drawing"),
    }
    source = "none yet"

    def chosen(change):
        nonlocal source
        source = next(name for name, control in controls.items() if control is change["owner"])

    for name in ("upload", "path", "drawing"):
        controls[name].observe(chosen, names="value")  # before `live` listens, which draws what was chosen last

    def draw(upload, path, whole, drawing):
        if source == "none yet":
            picture = plots.drawn(task, 1, seed=0)[0][0]
            text, credit = "This one is from the task. Upload, name or draw one of your own.", task.attribution
        else:
            file = uploaded(upload) if source == "upload" else decoded(drawing) if source == "drawing" else path
            picture, credit = fit_picture(file, task.image_size, whole), ""
            text = f"Fitted to {task.image_size} x {task.image_size} pixels, as the model takes it."
        return both_ways(translations, picture, task, credit), text

    box = live(draw, controls).add_class("studylib-own-picture")
    box.children = (ipywidgets.HTML(_PAD), *box.children)
    return box


def both_ways(translations, picture, task, credit=""):
    """A picture, taken for one of A and for one of B: the Figure that the view shows.

    Args:
        translations: dict with "g_AB" and "g_BA", functions of a batch of images in [-1, 1].
        picture: uint8, (H, W, 3).
        task: names the domains.
        credit: whose picture it is.
    """
    batch = tf.constant(plots.as_float(picture[None]))
    columns = {
        "the picture": picture[None],
        f"to {task.label_b}": np.asarray(translations["g_AB"](batch)),
        f"to {task.label_a}": np.asarray(translations["g_BA"](batch)),
    }
    return plots.image_grid(columns, cell=2.2, credit=credit)


def uploaded(files):
    """The bytes of the file that a FileUpload holds.

    Raises:
        ValueError: it holds none.
    """
    if not files:
        raise ValueError("No file was uploaded: choose one.")
    return bytes(files[0]["content"])


def decoded(data_url):
    """The bytes of the drawing in a data URL, as a canvas writes it.

    Raises:
        ValueError: it holds none.
    """
    head, _, text = data_url.partition(",") if isinstance(data_url, str) else ("", "", "")
    try:
        if head != "data:image/png;base64":
            raise ValueError
        return base64.b64decode(text, validate=True)
    except ValueError:  # also of letters that are no base64
        raise ValueError(f"A drawing must come as a PNG's data URL. Received: data_url={shown(data_url)}") from None
