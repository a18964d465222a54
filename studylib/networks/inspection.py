"""What a network is made of, counted layer by layer: shapes, parameters, multiply-adds, activation memory.

Nothing is run: the shapes follow from the layers' own `compute_output_shape`, so a network of 54 million parameters is
counted at 256 x 256 in a few milliseconds.
"""

import math
from dataclasses import dataclass

import keras
import tensorflow as tf
from keras import layers

from studylib.networks.arguments import AdmissibleSize, image_shape

_SAME_ARRAY = (AdmissibleSize, layers.Identity)  # hand on what they received: nothing new to keep


@dataclass(frozen=True)
class LayerRow:
    """One layer of a `LayerTable`.

    Attributes:
        name: the layer's name.
        kind: its class, such as "Conv2D"; for keras.layers.Activation the function, such as "tanh".
        output_shape: of one image, without the batch: (height, width, channels).
        parameters: numbers that it holds.
        multiply_adds: products of a weight and a value that are summed up for one image, see `multiply_adds`.
        activation_bytes: size of its output for one image, see `LayerTable`.
        inputs: names of the layers that it reads.
        kernel_size, strides: (height, width) of its kernel and of its step; None for layers without a kernel.
    """

    name: str
    kind: str
    output_shape: tuple
    parameters: int
    multiply_adds: int
    activation_bytes: int
    inputs: tuple
    kernel_size: tuple | None = None
    strides: tuple | None = None


class LayerTable(tuple):
    """The rows of all layers, in the order in which they run, and their sums. `print` shows it.

    `activation_bytes` sums the outputs of all layers for one image. It is what a training step keeps for the way
    back if it keeps every output once; what a program really takes depends on what it fuses and what it recomputes.
    """

    def __new__(cls, name, rows):
        table = super().__new__(cls, rows)
        table.name = name
        return table

    @property
    def parameters(self):
        return sum(row.parameters for row in self)

    @property
    def multiply_adds(self):
        return sum(row.multiply_adds for row in self)

    @property
    def activation_bytes(self):
        return sum(row.activation_bytes for row in self)

    def __str__(self):
        lines = [_line("layer", "kind", "output", "parameters", "multiply-adds", "activations")]
        lines += [_line(row.name, row.kind, shape_text(row.output_shape), *_costs(row)) for row in self]
        return "\n".join([*lines, _line(self.name, "", "", *_costs(self))])

    __repr__ = __str__


def layer_table(model, input_shape=None):
    """The table of a functional or Sequential model: one `LayerRow` for each layer.

    Example:

    >>> table = layer_table(resnet_generator((256, 256, 3)))
    >>> table.parameters, table.multiply_adds
    (11378179, 49551507456)
    >>> layer_table(resnet_generator((None, None, 3)), input_shape=(64, 64, 3)).multiply_adds     # another size

    Args:
        model: a functional keras.Model with one input, or a built keras.Sequential; every layer used once.
        input_shape: (height, width, channels) to count for. None takes the model's own, which must then be known.

    Returns:
        `LayerTable`.

    Raises:
        ValueError: a model of another form; a size that is unknown, or that the network does not admit; a layer with
            a kernel whose multiply-adds are not known here.
    """
    rows = []
    shapes = layer_shapes(model, input_shape)
    makers = {id(layer.output): layer.name for layer in shapes}
    for layer, (inputs, output) in shapes.items():
        if None in output:
            raise ValueError(
                "layer_table needs a height and a width to count for; give input_shape=(height, width, channels). "
                f"Received: input_shape={input_shape}, and a model for {tuple(model.input_shape[1:])}"
            )
        has_kernel = hasattr(layer, "kernel_size")
        rows.append(
            LayerRow(
                name=layer.name,
                kind=layer.activation.__name__ if isinstance(layer, layers.Activation) else type(layer).__name__,
                output_shape=output,
                parameters=layer.count_params(),
                multiply_adds=multiply_adds(layer, inputs[0] if inputs else None, output),
                activation_bytes=0 if isinstance(layer, _SAME_ARRAY) else math.prod(output) * _item_size(layer),
                # A Sequential model does not list its input among its layers.
                inputs=tuple(makers[id(tensor)] for tensor in input_tensors(layer) if id(tensor) in makers),
                kernel_size=tuple(layer.kernel_size) if has_kernel else None,
                strides=tuple(layer.strides) if has_kernel else None,
            )
        )
    return LayerTable(model.name, rows)


def multiply_adds(layer, input_shape, output_shape):
    """Products of a weight and a value that `layer` sums up for one image; zeros of the padding count.

    A convolution takes kernel height * kernel width * input channels products for each value of its output. A
    transposed convolution takes kernel height * kernel width * output channels for each value of its input. Layers
    without a kernel count as 0: they do a few operations a value, where a convolution does hundreds.

    Args:
        layer: a Keras layer.
        input_shape, output_shape: without the batch, such as (height, width, channels).

    Raises:
        ValueError: a layer that has a kernel and is no Dense, Conv2D or Conv2DTranspose.
    """
    if not hasattr(layer, "kernel"):
        return 0
    if isinstance(layer, layers.Dense):
        return math.prod(output_shape) * input_shape[-1]
    if isinstance(layer, layers.Conv2D):
        return math.prod(output_shape) * math.prod(layer.kernel_size) * input_shape[-1] // layer.groups
    if isinstance(layer, layers.Conv2DTranspose):
        return math.prod(input_shape) * math.prod(layer.kernel_size) * output_shape[-1]
    raise ValueError(
        "multiply_adds knows the kernels of Dense, Conv2D and Conv2DTranspose. "
        f"Received: layer {layer.name!r} of kind {type(layer).__name__}"
    )


def layer_shapes(model, input_shape=None):
    """{layer: (shapes of its inputs, shape of its output)} in the order in which they run, without the batch.

    Arguments and errors as for layer_table; where a size is unknown it is None.
    """
    if not isinstance(model, keras.Model) or len(getattr(model, "inputs", None) or []) != 1:
        raise ValueError(
            "model must be a functional keras.Model or a built keras.Sequential with one input. "
            f"Received: model={getattr(model, 'name', model)!r} of kind {type(model).__name__}"
        )
    own = tuple(model.inputs[0].shape[1:])
    if input_shape is None:
        start = own
    else:
        start = image_shape(input_shape) if len(own) == 3 else tuple(input_shape)
        if start[-1] != own[-1]:
            raise ValueError(f"input_shape must have the model's {own[-1]} channels. Received: {input_shape=}")
    shapes = {id(model.inputs[0]): start}
    found = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model) or len(layer._inbound_nodes) != 1:
            raise ValueError(
                "every layer must be used once, and be no model of its own. "
                f"Received: layer {layer.name!r} of kind {type(layer).__name__}, used {len(layer._inbound_nodes)} times"
            )
        inputs = [shapes[id(tensor)] for tensor in input_tensors(layer)]
        if isinstance(layer, layers.InputLayer):
            output = start
        else:
            if isinstance(layer, AdmissibleSize):
                layer.check(*inputs[0][:2])
            batched = [(None, *shape) for shape in inputs]
            output = tuple(layer.compute_output_shape(batched if len(batched) > 1 else batched[0]))[1:]
        shapes[id(layer.output)] = output
        found[layer] = (inputs, output)
    return found


def input_tensors(layer):
    """The symbolic tensors that a layer of a functional model reads; none for its input layer."""
    if isinstance(layer, layers.InputLayer):
        return []
    return layer.input if isinstance(layer.input, list) else [layer.input]


def shape_text(shape):
    """(64, 64, 128) as "64 x 64 x 128"."""
    return " x ".join("?" if size is None else str(size) for size in shape)


def short_number(value):
    """A count in a few characters: 512, 8.19 k, 11.4 M, 56.8 G."""
    for factor, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= factor:
            return f"{value / factor:.3g}{unit}"
    return f"{value:g}"


def megabytes(n_bytes):
    """Bytes as text in MB of 2^20 bytes."""
    return f"{n_bytes / 2**20:.3g} MB" if n_bytes < 1000 * 2**20 else f"{n_bytes / 2**20:.0f} MB"


def _costs(counted):
    return f"{counted.parameters:,}", short_number(counted.multiply_adds), megabytes(counted.activation_bytes)


def _line(name, kind, shape, parameters, products, activations):
    return f"{name:<26}{kind:<23}{shape:<17}{parameters:>12}{products:>15}{activations:>13}"


def _item_size(layer):
    return tf.as_dtype(layer.compute_dtype).size
