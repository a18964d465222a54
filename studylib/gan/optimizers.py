"""What an optimizer does with a gradient that one knows: its path on functions of a single number."""

import keras
import numpy as np

from studylib.arguments import modest_number, number_array, one_of, real_number

MOST_STEPS = 10**6


def optimizers(learning_rate=0.1):
    """Keras' own optimizers at one learning rate: a dict from name to an object that has not been used.

    Momentum and both decay rates are 0.9, the second one of Adam 0.999: the usual values, so that their memories reach
    back about 10 steps and 1000.
    """
    real_number("learning_rate", learning_rate, above=0)
    return {
        "SGD": keras.optimizers.SGD(learning_rate),
        "momentum": keras.optimizers.SGD(learning_rate, momentum=0.9),
        "AdaGrad": keras.optimizers.Adagrad(learning_rate, initial_accumulator_value=0.0),
        "RMSProp": keras.optimizers.RMSprop(learning_rate, rho=0.9),
        "Adam": keras.optimizers.Adam(learning_rate),
    }


def path(optimizer, slope, start, n_steps):
    """Where an optimizer goes.

    Args:
        optimizer: a Keras optimizer that has not been used.
        slope: function of an array (k,) that returns the derivative at each of its numbers, (k,).
        start: k numbers to start from. The optimizer treats them one by one, so these are k paths.
        n_steps: number of steps.

    Returns:
        float64 array (n_steps + 1, k); row 0 is the start.
    """
    modest_number("n_steps", n_steps, MOST_STEPS)
    x = keras.Variable(np.atleast_1d(number_array("start", start).astype(np.float64)), dtype="float64")
    optimizer.build([x])
    places = [x.numpy()]
    for _ in range(n_steps):
        optimizer.apply([keras.ops.convert_to_tensor(slope(places[-1]), dtype="float64")], [x])
        places.append(x.numpy())
    return np.stack(places)


def adam_by_hand(slope, start, n_steps, learning_rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7, squares="mean"):
    """Adam written out (Kingma, Ba 2015, algorithm 1, in the order of the end of its section 2).

    Args:
        slope, start, n_steps: as in `path`.
        learning_rate, beta_1, beta_2, epsilon: Keras' names and default values, the learning rate apart.
        squares: what divides the step. "mean", a moving mean of the gradients' squares, is RMSProp's and makes this
            Adam. "sum", the sum of all squares so far, is AdaGrad's: what "momentum + AdaGrad" would be.

    Returns:
        float64 array (n_steps + 1, k).
    """
    one_of("squares", squares, ("mean", "sum"))
    modest_number("n_steps", n_steps, MOST_STEPS)
    for name, rate in (("learning_rate", learning_rate), ("epsilon", epsilon)):
        real_number(name, rate)
    for name, decay in (("beta_1", beta_1), ("beta_2", beta_2)):
        real_number(name, decay, at_most=1)
    x = np.atleast_1d(number_array("start", start).astype(np.float64))
    m, v, places = np.zeros_like(x), np.zeros_like(x), [x]
    for t in range(1, n_steps + 1):
        gradient = slope(x)
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2 if squares == "mean" else v + gradient**2
        # A moving mean that began at 0 is too small by the weight that it has not yet gathered.
        missing = np.sqrt(1 - beta_2**t) if squares == "mean" else 1
        x = x - learning_rate * m / (1 - beta_1**t) * missing / (np.sqrt(v) + epsilon)
        places.append(x)
    return np.stack(places)
