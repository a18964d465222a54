"""Interactive view of notebook 04."""

import math

import ipywidgets

from studylib import plots
from studylib.arguments import whole_number
from studylib.transposed_convolution import input_sizes, kernel_overlap, transposed_output_size
from studylib.widgets.live import live


def transposed_convolution(input_size=3, kernel=3, stride=2, padding=1, output_padding=1):
    """Choose every number of a transposed convolution and look at its grids: `plots.transposed_convolution_view`.

    Args:
        input_size, kernel, stride, padding, output_padding: where the sliders begin.

    Returns:
        An ipywidgets box; below the picture stand the size formula with its numbers and what the two cells do, or,
        where the numbers do not go together, a sentence that says which one to change.
    """
    for name, number, least, most in (
        ("input_size", input_size, 1, 4),
        ("kernel", kernel, 1, 5),
        ("stride", stride, 1, 3),
        ("padding", padding, 0, 4),
        ("output_padding", output_padding, 0, 2),
    ):
        whole_number(name, number, least, most)
    controls = {
        "input_size": ipywidgets.IntSlider(input_size, 1, 4, description="input size"),
        "kernel": ipywidgets.IntSlider(kernel, 1, 5, description="kernel"),
        "stride": ipywidgets.IntSlider(stride, 1, 3, description="stride"),
        "padding": ipywidgets.IntSlider(padding, 0, 4, description="padding"),
        "output_padding": ipywidgets.IntSlider(output_padding, 0, 2, description="output_padding"),
        "input_cell": ipywidgets.IntSlider(1, 1, 16, description="input cell"),
        "output_cell": ipywidgets.IntSlider(1, 1, 256, description="output cell"),
    }
    for control in controls.values():
        control.style.description_width = "initial"  # "output_padding" is longer than the usual width

    def draw(input_cell, output_cell, **numbers):
        n_out = transposed_output_size(**_renamed(numbers))
        # Sizes change under the two cells; a slider past the end moves back.
        controls["input_cell"].max, controls["output_cell"].max = numbers["input_size"] ** 2, n_out**2
        figure = plots.transposed_convolution_view(**numbers, input_cell=input_cell, output_cell=output_cell)
        return figure, _sentences(input_cell, output_cell, n_out, numbers)

    box = live(draw, controls).add_class("studylib-transposed-convolution")
    for name in ("input_cell", "output_cell"):  # begin in the middle, which is known once the sizes are
        side = math.isqrt(controls[name].max)
        controls[name].value = side // 2 * (side + 1) + 1
    return box


def _renamed(numbers):
    return {"size" if name == "input_size" else name: value for name, value in numbers.items()}


def _sentences(input_cell, output_cell, n_out, numbers):
    """The size formula with its numbers, the zeros, and what the two chosen cells do, as HTML."""
    n, k, s, p, more = numbers.values()
    counts = kernel_overlap((n, n), k, s, p, more)
    row, column = divmod(min(input_cell, n * n) - 1, n)
    out_row, out_column = divmod(min(output_cell, n_out**2) - 1, n_out)
    # Places of a row that this input cell paints: those of its kernel that are not cut off.
    painted = [len(range(max(s * i - p, 0), min(s * i - p + k, n_out))) for i in (row, column)]
    back = " or ".join(map(str, input_sizes(n, k, s, p)))
    lines = (
        f"<b>output size</b> = stride · (input size − 1) + kernel − 2 · padding + output_padding "
        f"= {s} · ({n} − 1) + {k} − 2 · {p} + {more} = <b>{n_out}</b>. The convolution makes {n} of {back}.",
        f"<b>zeros</b>: stride − 1 = {s - 1} between neighbours, kernel − 1 − padding = {k - 1 - p} around, and "
        f"output_padding = {more} more at the end.",
        f"<b>input cell {min(input_cell, n * n)}</b> (blue) paints {painted[0] * painted[1]} cells; "
        f"<b>output cell {min(output_cell, n_out**2)}</b> (orange: row {out_row}, column {out_column}) is painted by "
        f"{counts[out_row, out_column]}.",
        f"<b>overlap</b>: kernel % stride = {k % s}, {'even' if k % s == 0 else 'uneven'} away from the border.",
    )
    return "<br>".join(lines)
