"""Exercises of notebook 05: the cost of a convolution, the receptive field, and a residual block with a bug."""

from studylib.exercises import Exercise

# Input shape, filters, kernel, stride: from the smallest to a size that the stride does not divide.
COST_CASES = (
    ((1, 1, 1), 1, 1, 1),
    ((4, 4, 2), 3, 1, 1),
    ((4, 6, 3), 5, 3, 1),
    ((8, 8, 4), 6, 4, 2),
    ((7, 7, 2), 3, 3, 2),
)


def check_cost(cost):
    """Check parameters against Keras' own layer, and products against what happens at every output value."""
    from keras import layers

    for shape, filters, kernel, stride in COST_CASES:
        case = f"input_shape={shape}, filters={filters}, kernel={kernel}, stride={stride}"
        layer = layers.Conv2D(filters, kernel, stride, padding="same")
        layer.build((None, *shape))
        _, rows, columns, _ = layer.compute_output_shape((None, *shape))
        products = rows * columns * filters * kernel**2 * shape[2]
        parameters, multiply_adds = cost(shape, filters, kernel, stride)
        if parameters != layer.count_params():
            return f"{case}: Keras' layer holds {layer.count_params()} numbers, and the answer is {parameters}."
        if multiply_adds != products:
            return (
                f"{case}: each of the {rows} x {columns} x {filters} output values sums up {kernel**2 * shape[2]} "
                f"products, {products} in all, and the answer is {multiply_adds}."
            )
    return None


COST = Exercise(
    name="networks.1",
    prompt=(
        "What does a convolution cost? Write `cost(input_shape, filters, kernel, stride)` for a convolution with a "
        "bias, a square kernel and padding 'same' (output rows = input rows / stride, rounded up): it returns "
        "(parameters, multiply_adds) as whole numbers. The bias is a parameter and no multiplication."
    ),
    starter="""
def cost(input_shape, filters, kernel, stride):
    height, width, channels = input_shape
    parameters, multiply_adds = ..., ...
    return parameters, multiply_adds
""",
    answer="cost",
    check=check_cost,
    hints=(
        "One filter holds kernel * kernel * channels weights and one bias. How many filters are there?",
        "The weights of all filters are used once for every place of the output: -(-height // stride) rows of it.",
    ),
    solution="""
def cost(input_shape, filters, kernel, stride):
    height, width, channels = input_shape
    weights = kernel * kernel * channels * filters
    places = -(-height // stride) * -(-width // stride)  # rounded up
    return weights + filters, weights * places
""",
    mistakes=(
        # The bias is forgotten.
        """
def cost(input_shape, filters, kernel, stride):
    height, width, channels = input_shape
    weights = kernel * kernel * channels * filters
    return weights, weights * -(-height // stride) * -(-width // stride)
""",
        # A filter is taken for flat: it goes through all channels of the input.
        """
def cost(input_shape, filters, kernel, stride):
    height, width, channels = input_shape
    weights = kernel * kernel * filters
    return weights + filters, weights * -(-height // stride) * -(-width // stride)
""",
        # Every place of the input, although the kernel visits one in stride * stride.
        """
def cost(input_shape, filters, kernel, stride):
    height, width, channels = input_shape
    weights = kernel * kernel * channels * filters
    return weights + filters, weights * height * width
""",
        # Rounded down.
        """
def cost(input_shape, filters, kernel, stride):
    height, width, channels = input_shape
    weights = kernel * kernel * channels * filters
    return weights + filters, weights * (height // stride) * (width // stride)
""",
    ),
)

# Lists of (kernel, stride), from the input on; the last is the PatchGAN of the papers.
FIELD_CASES = (
    [(3, 1)],
    [(3, 1), (3, 1)],
    [(2, 2), (2, 1)],
    [(4, 2), (4, 1)],
    [(1, 3), (5, 2), (2, 2)],
    [(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)],
)


def check_field(field):
    """Check the recursion against counting: walk back from one output and collect the inputs."""
    for layers in FIELD_CASES:
        seen = {0}
        for kernel, stride in reversed(layers):
            seen = {place * stride + offset for place in seen for offset in range(kernel)}
        truth = max(seen) - min(seen) + 1
        if (answer := field(list(layers))) != truth:
            return (
                f"layers={layers}: output 0 is made from the inputs {min(seen)} to {max(seen)}, {truth} of them, and "
                f"the answer is {answer}."
            )
    return None


FIELD = Exercise(
    name="networks.2",
    prompt=(
        "Write `field(layers)`: layers is a list of (kernel, stride) from the input to the output, and the result is "
        "the number of input pixels, along one side, that an output value sees. For the five convolutions of the "
        "PatchGAN it is 70."
    ),
    starter="""
def field(layers):
    size = ...  # of one pixel of the input it is 1
    return size
""",
    answer="field",
    check=check_field,
    hints=(
        "A kernel of k adds k - 1 neighbours to the one value. How many input pixels is it from one to the next?",
        "A layer's own stride moves its outputs apart, not the inputs that its kernel covers: the order matters.",
    ),
    solution="""
def field(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        size = size + (kernel - 1) * jump
        jump = jump * stride
    return size
""",
    mistakes=(
        # Strides are forgotten.
        """
def field(layers):
    return 1 + sum(kernel - 1 for kernel, stride in layers)
""",
        # The stride counts for its own layer already.
        """
def field(layers):
    size, jump = 1, 1
    for kernel, stride in layers:
        jump = jump * stride
        size = size + (kernel - 1) * jump
    return size
""",
        # Kernels are multiplied, as if the windows did not overlap.
        """
def field(layers):
    size = 1
    for kernel, stride in layers:
        size = size * kernel
    return size
""",
    ),
)


def check_block(block):
    """Check that the block is the identity where its kernels are 0, and the study's own block where they are not."""
    import keras
    import numpy as np

    from studylib.networks.generators import residual_block

    def model(builder):
        inputs = keras.Input((6, 5, 2))
        return keras.Model(inputs, builder(inputs))

    answer, truth = model(block), model(lambda x: residual_block(x, name="block"))
    shapes, expected = ([tuple(weight.shape) for weight in m.get_weights()] for m in (answer, truth))
    if shapes != expected:
        return f"the block must hold two 3x3 convolutions with biases, weights {expected}, and it holds {shapes}."
    x = np.array([-2.0, 1.0] * 30, np.float32).reshape(1, 6, 5, 2)
    answer.set_weights([np.zeros_like(weight) for weight in answer.get_weights()])
    y = np.asarray(answer(x))
    if y.shape != x.shape:
        return f"x of shape {x.shape[1:]} comes out as {y.shape[1:]}; it could not be added to x."
    if not np.allclose(y, x, atol=1e-4):
        place = tuple(int(i) for i in np.unravel_index(np.abs(y - x).argmax(), x.shape))
        return (
            "with all kernels 0 the block has no correction to add and must return x: a value "
            f"{x[place]:g} of x came out as {y[place]:.3g}."
        )
    random = np.random.default_rng(0)
    weights = [random.normal(size=shape).astype(np.float32) for shape in expected]
    for network in (answer, truth):
        network.set_weights(weights)
    x = random.normal(size=(2, 6, 5, 2)).astype(np.float32)
    correction, should = (np.asarray(network(x)) - x for network in (answer, truth))
    if not np.allclose(correction, should, atol=1e-3):
        return (
            "with random kernels the correction (output minus x) is not that of reflection padding, convolution, "
            f"normalization, ReLU, padding, convolution, normalization: its values lie in {correction.min():.2f} to "
            f"{correction.max():.2f}, and should lie in {should.min():.2f} to {should.max():.2f}."
        )
    return None


BLOCK = Exercise(
    name="networks.3",
    prompt=(
        "Find the bug. `broken` is a residual block that trains, and networks made of it lag behind. The symptom, "
        "measured above: with all its kernels 0 it has nothing to add and should return x, but negative values come "
        "back as 0. Write `block(x)` without the bug: reflection padding, 3x3 convolution, instance normalization, "
        "ReLU, padding, convolution, normalization, and the sum."
    ),
    starter="""
def broken(x):
    y = x
    for _ in range(2):
        y = ReflectionPadding2D(1)(y)
        y = keras.layers.Conv2D(x.shape[-1], 3)(y)
        y = InstanceNormalization()(y)
        y = keras.layers.ReLU()(y)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))


def block(x):
    return ...
""",
    answer="block",
    check=check_block,
    hints=(
        "Follow one negative value of x on its way to the output. Where does it end?",
        "There are three ReLUs, and the block of CycleGAN has one. What may a correction be if it ends in a ReLU?",
    ),
    solution="""
import keras

from studylib.normalization import InstanceNormalization
from studylib.padding import ReflectionPadding2D


def block(x):
    y = ReflectionPadding2D(1)(x)
    y = keras.layers.Conv2D(x.shape[-1], 3)(y)
    y = InstanceNormalization()(y)
    y = keras.layers.ReLU()(y)
    y = ReflectionPadding2D(1)(y)
    y = keras.layers.Conv2D(x.shape[-1], 3)(y)
    y = InstanceNormalization()(y)
    return keras.layers.Add()([x, y])  # no ReLU behind the sum, none at the end of the correction
""",
    mistakes=(
        # As in the prompt.
        """
import keras

from studylib.normalization import InstanceNormalization
from studylib.padding import ReflectionPadding2D


def block(x):
    y = x
    for _ in range(2):
        y = ReflectionPadding2D(1)(y)
        y = keras.layers.Conv2D(x.shape[-1], 3)(y)
        y = InstanceNormalization()(y)
        y = keras.layers.ReLU()(y)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))
""",
        # The ReLU is moved from the sum to the correction, which can only grow values then.
        """
import keras

from studylib.normalization import InstanceNormalization
from studylib.padding import ReflectionPadding2D


def block(x):
    y = x
    for _ in range(2):
        y = ReflectionPadding2D(1)(y)
        y = keras.layers.Conv2D(x.shape[-1], 3)(y)
        y = InstanceNormalization()(y)
        y = keras.layers.ReLU()(y)
    return keras.layers.Add()([x, y])
""",
        # No sum at all.
        """
import keras

from studylib.normalization import InstanceNormalization
from studylib.padding import ReflectionPadding2D


def block(x):
    y = ReflectionPadding2D(1)(x)
    y = keras.layers.ReLU()(InstanceNormalization()(keras.layers.Conv2D(x.shape[-1], 3)(y)))
    y = ReflectionPadding2D(1)(y)
    return InstanceNormalization()(keras.layers.Conv2D(x.shape[-1], 3)(y))
""",
        # Zeros at the border instead of the image's own content.
        """
import keras

from studylib.normalization import InstanceNormalization


def block(x):
    y = keras.layers.Conv2D(x.shape[-1], 3, padding="same")(x)
    y = keras.layers.ReLU()(InstanceNormalization()(y))
    y = keras.layers.Conv2D(x.shape[-1], 3, padding="same")(y)
    return keras.layers.Add()([x, InstanceNormalization()(y)])
""",
        # No ReLU anywhere: the correction is nearly linear.
        """
import keras

from studylib.normalization import InstanceNormalization
from studylib.padding import ReflectionPadding2D


def block(x):
    y = x
    for _ in range(2):
        y = InstanceNormalization()(keras.layers.Conv2D(x.shape[-1], 3)(ReflectionPadding2D(1)(y)))
    return keras.layers.Add()([x, y])
""",
    ),
)

EXERCISES = (COST, FIELD, BLOCK)
