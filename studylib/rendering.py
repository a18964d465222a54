"""Drawings in SVG as arrays of pixels.

A module of its own, without TensorFlow, so that the processes that draw start in a moment.
"""

import io
from pathlib import Path

import joblib
import numpy as np
import resvg_py
from PIL import Image

_WORTH_PROCESSES = 200  # drawings; fewer are done before a second process has started


def render(svg, image_size, style_sheet=None):
    """One drawing.

    Args:
        svg: text of the SVG.
        image_size: height and width in pixels.
        style_sheet: CSS that is applied to it.

    Returns:
        uint8 array (image_size, image_size, 3), antialiased on white.
    """
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=image_size,
        height=image_size,
        background="white",
        skip_system_fonts=True,
        style_sheet=style_sheet,
    )
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"))


def render_file(path, image_size, style_sheet=None):
    """`render` for the SVG in the file at `path`."""
    return render(Path(path).read_text(encoding="utf-8"), image_size, style_sheet)


def render_files(wanted, image_size):
    """Many drawings, on all cores: processes and not threads, as the renderer holds the interpreter's lock.

    Args:
        wanted: list of (path, style_sheet).
        image_size: height and width in pixels.

    Yields:
        The arrays of `render`, in the order of `wanted`.
    """
    n_jobs = -1 if len(wanted) >= _WORTH_PROCESSES else 1
    draw = joblib.delayed(render_file)
    yield from joblib.Parallel(n_jobs, return_as="generator")(draw(path, image_size, sheet) for path, sheet in wanted)
