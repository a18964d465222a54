"""Skip connections with a valve: the same network, with any of its skips cut."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="studylib")
class GatedConcatenate(layers.Concatenate):
    """Concatenate whose first input is multiplied by a gate, a number that is not trained: 1 is open, 0 is cut.

    Shapes:
        [(batch, height, width, c), (batch, height, width, d)] -> (batch, height, width, c + d)
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.gate = self.add_weight(shape=(), initializer="ones", trainable=False, name="gate")

    def call(self, inputs):
        skip, *others = inputs
        return super().call([skip * keras.ops.cast(self.gate, skip.dtype), *others])


def with_gates(model):
    """A copy of `model`, weights included, whose concatenations are `GatedConcatenate`; all gates are open.

    A cut skip hands on zeros. After instance normalization 0 is the mean of every channel, so a cut skip says
    "average everywhere".

    Example:

    >>> gated = with_gates(unet)
    >>> set_gates(gated, {"skip_1": False})     # the others are opened
    >>> gated(images)

    Args:
        model: functional, with one Concatenate or more, such as `unet_generator` makes.

    Raises:
        ValueError: it has no Concatenate.
    """
    names = skip_names(model)
    if not names:
        raise ValueError(f"model must have a Concatenate, as U-Nets do. Received: model={model.name!r}")

    def gated(layer):
        kind = GatedConcatenate if layer.name in names else type(layer)
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=gated)
    for layer in copy.layers:
        if layer.weights and layer.name not in names:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy


def set_gates(model, is_open):
    """Open or cut the skips of a model made by `with_gates`.

    Args:
        is_open: dict from a skip's name to True (open) or False (cut); skips that are not named are opened.

    Raises:
        ValueError: a name that is no skip of the model.
    """
    names = skip_names(model)
    if unknown := set(is_open) - set(names):
        raise ValueError(f"the skips of {model.name!r} are {', '.join(names)}. Received: {', '.join(sorted(unknown))}")
    for name in names:
        model.get_layer(name).gate.assign(float(is_open.get(name, True)))


def skip_names(model):
    """Names of the concatenations of a model, sorted: skip_1 is the one at the largest size."""
    return sorted(layer.name for layer in model.layers if isinstance(layer, layers.Concatenate))
