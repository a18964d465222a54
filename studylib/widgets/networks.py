"""Interactive views of notebook 05: generators of any size, what a score sees, what a skip carries."""

import functools

import ipywidgets
import tensorflow as tf

from studylib import plots
from studylib.arguments import image_batch, one_of, shown, whole_number
from studylib.evaluation import grey_level_error
from studylib.networks import encoder_decoder_generator, fields, resnet_generator, unet_generator
from studylib.networks.inspection import layer_table, megabytes, short_number
from studylib.networks.skips import set_gates, skip_names, with_gates
from studylib.networks.stages import convolutions_on_paths
from studylib.plots.grid import as_float
from studylib.widgets.live import live

_BUILDERS = {
    "ResNet": (resnet_generator, "n_blocks"),
    "U-Net": (unet_generator, "n_downsamplings"),
    "encoder-decoder": (encoder_decoder_generator, "n_downsamplings"),
}
_FILTERS, _SIZES = (4, 8, 16, 32, 64), (64, 128, 256)


@functools.cache
def _counted(generator, n_filters, depth, size):
    """(LayerTable, (fewest, most) convolutions on a path, receptive field) of a generator, which is not kept."""
    build, name = _BUILDERS[generator]
    model = build((size, size, 3), n_filters=n_filters, name=generator, **{name: depth})
    table = layer_table(model)
    return table, convolutions_on_paths(table), fields.receptive_field(model)


def generators(generator="ResNet", n_filters=16, depth=6, size=64):
    """Choose a generator and its numbers, see its diagram and what it costs: `plots.network_diagram` with controls.

    Args:
        generator: "ResNet", "U-Net" or "encoder-decoder".
        n_filters: 4, 8, 16, 32 or 64.
        depth: residual blocks of the ResNet, halvings of the others.
        size: height and width of the images, 64, 128 or 256.

    Returns:
        An ipywidgets box.
    """
    one_of("generator", generator, _BUILDERS)
    whole_number("depth", depth, at_most=9)
    for name, number, choices in (("n_filters", n_filters, _FILTERS), ("size", size, _SIZES)):
        if whole_number(name, number) not in choices:
            raise ValueError(f"{name} must be one of {choices}. Received: {name}={shown(number)}")
    controls = {
        "generator": ipywidgets.Dropdown(value=generator, options=tuple(_BUILDERS), description="generator"),
        "n_filters": ipywidgets.SelectionSlider(value=n_filters, options=_FILTERS, description="filters"),
        "depth": ipywidgets.IntSlider(depth, 1, 9, description="depth"),
        "size": ipywidgets.Dropdown(value=size, options=_SIZES, description="image size"),
    }

    def draw(generator, n_filters, depth, size):
        # A U-Net can halve 64 pixels six times; the slider ends where the network does.
        low, high = (1, 9) if generator == "ResNet" else (2, size.bit_length() - 1)
        controls["depth"].max, controls["depth"].min = high, low
        table, (fewest, most), field = _counted(generator, n_filters, min(max(depth, low), high), size)
        numbers = {
            "parameters": f"{table.parameters:,}",
            "multiply-adds": short_number(table.multiply_adds),
            "activations": megabytes(table.activation_bytes),
            "convolutions on a way through": f"{fewest}" if fewest == most else f"{fewest} to {most}",
            "a pixel sees": f"{field} x {field} pixels",
        }
        text = "; ".join(f"{name}: <b>{value}</b>" for name, value in numbers.items())
        return plots.network_diagram(table, details=False), text

    return live(draw, controls).add_class("studylib-generators")


def receptive_field(images, n_layers=3, credit=""):
    """Choose a score of a PatchGAN and see its patch on the image: `plots.patch_view` with controls.

    Args:
        images: (N, H, W, 3), uint8 or float in [-1, 1]; from 48 pixels on.
        n_layers: stride-2 convolutions at the start, 1 to 4.
        credit: whose pictures these are.

    Returns:
        An ipywidgets box.
    """
    images = image_batch("images", images, channels=3)
    whole_number("n_layers", n_layers, at_most=4)
    for n in range(1, 5):  # compiled here, not at the first move of a slider
        fields.patchgan_field(images[0], n, 0, 0)
    rows, columns = fields.patchgan_field(images[0], n_layers, 0, 0).scores
    controls = {
        "item": ipywidgets.IntSlider(0, 0, len(images) - 1, description="image"),
        "n_layers": ipywidgets.IntSlider(n_layers, 1, 4, description="layers"),
        "row": ipywidgets.IntSlider(rows // 2, 0, rows - 1, description="row"),
        "column": ipywidgets.IntSlider(columns // 2, 0, columns - 1, description="column"),
    }

    def draw(item, n_layers, row, column):
        rows, columns = fields.patchgan_field(images[item], n_layers, 0, 0).scores
        controls["row"].max, controls["column"].max = rows - 1, columns - 1
        row, column = min(row, rows - 1), min(column, columns - 1)
        field = fields.patchgan_field(images[item], n_layers, row, column)
        text = (
            f"computed: {_text(field.box)}; measured on the image: {_text(fields.box_of(field.gradient > 0))}; "
            f"scores: {rows} x {columns}"
        )
        return plots.patch_view(images[item], field, row, column, credit), text

    return live(draw, controls).add_class("studylib-receptive-field")


def _text(box):
    rows, columns = f"rows {box.top} to {box.bottom - 1}", f"columns {box.left} to {box.right - 1}"
    return f"{rows}, {columns}: <b>{box.height} x {box.width}</b> pixels"


def skips(model, inputs, targets, n_shown=6, credit=""):
    """Cut skips of a trained U-Net by checkbox and look at what it makes then: `plots.cut_skips` with controls.

    Args:
        model: a trained network of `unet_generator`.
        inputs, targets: images, (N, H, W, 3), uint8 or float in [-1, 1].
        n_shown: how many pictures are shown; the error is over all.
        credit: whose pictures these are.

    Returns:
        An ipywidgets box.
    """
    gated = with_gates(model)
    run = tf.function(lambda images: gated(images))
    inputs, targets = image_batch("inputs", inputs), image_batch("targets", targets)
    inputs, targets = tf.constant(as_float(inputs)), as_float(targets)
    names = skip_names(model)
    n_shown = min(whole_number("n_shown", n_shown), len(targets))

    @functools.cache
    def translated(is_open):
        set_gates(gated, dict(zip(names, is_open, strict=True)))
        return run(inputs).numpy()

    whole = (True,) * len(names)
    whole_error = grey_level_error(translated(whole), targets)
    controls = {name: ipywidgets.Checkbox(True, description=name) for name in names}
    controls["first"] = ipywidgets.IntSlider(0, 0, len(targets) - n_shown, description="first image")

    def draw(first, **is_open):
        open_names = [name for name in names if is_open[name]]
        outputs = translated(tuple(is_open[name] for name in names))
        error = grey_level_error(outputs, targets)
        part = slice(first, first + n_shown)
        label = "all skips open" if len(open_names) == len(names) else f"open: {', '.join(open_names) or 'none'}"
        rows = {"input": inputs[part].numpy(), "truth": targets[part], label: outputs[part]}
        text = f"error over all {len(targets)} images: <b>{error:.1f}</b> grey levels, with all skips {whole_error:.1f}"
        return plots.cut_skips(rows, {label: error}, credit=credit), text

    return live(draw, controls).add_class("studylib-skips")
