"""What the network builders check before they build: channels, and sizes that the network admits."""

import keras

from studylib.arguments import shown, whole_number

MOST_PIXELS, MOST_CHANNELS, MOST_HALVINGS = 2**15, 1024, 12  # along a side; nothing that a network is built for


def image_shape(input_shape, name="input_shape"):
    """`input_shape` as (height, width, channels); height and width may be None, channels may not."""
    try:
        height, width, channels = (
            None if size is None else whole_number("size", size, at_most=MOST_PIXELS) for size in input_shape
        )
        if channels is None or channels > MOST_CHANNELS:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be (height, width, channels): sides of 1 to {MOST_PIXELS} pixels, or None for one that may "
            f"vary, and 1 to {MOST_CHANNELS} channels. Received: {name}={shown(input_shape)}"
        ) from None
    return height, width, channels


@keras.saving.register_keras_serializable(package="studylib")
class AdmissibleSize(keras.layers.Layer):
    """Passes images through unchanged, and stops those whose height or width the network does not admit.

    Without it a U-Net would fail somewhere in the middle, and a residual generator would return another size.

    Args:
        multiple_of: height and width must be multiples of this number of pixels.
        at_least: smallest height and width, in pixels.

    Raises:
        ValueError: another size, as soon as it is known: when the network is built, or else when it is called.
    """

    def __init__(self, multiple_of=1, at_least=1, **kwargs):
        super().__init__(**kwargs)
        self.multiple_of = whole_number("multiple_of", multiple_of)
        self.at_least = whole_number("at_least", at_least)

    def check(self, height, width):
        """Raises a sentence that names the nearest admissible sizes; None stands for a size not yet known."""
        sizes = (height, width)
        if all(size is None or self._nearest(size) == (size, size) for size in sizes):
            return
        smaller, larger = zip(*((None, None) if size is None else self._nearest(size) for size in sizes), strict=True)
        nearest = " or ".join(dict.fromkeys(_text(pair) for pair in (smaller, larger)))
        multiples = [f"multiples of {self.multiple_of}"] * (self.multiple_of > 1)
        kind = " and ".join(multiples + [f"at least {self.at_least}"] * (self.at_least > self.multiple_of))
        raise ValueError(
            f"height and width of the images must be {kind}; the nearest that fit are {nearest}. "
            f"Received: {_text(sizes)}"
        )

    def _nearest(self, size):
        smaller = max(size // self.multiple_of * self.multiple_of, self.at_least)
        larger = max(-(-size // self.multiple_of) * self.multiple_of, self.at_least)
        return smaller, larger

    def call(self, inputs):
        self.check(*inputs.shape[1:3])
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "multiple_of": self.multiple_of, "at_least": self.at_least}


def _text(sizes):
    return " x ".join("any" if size is None else str(size) for size in sizes)
