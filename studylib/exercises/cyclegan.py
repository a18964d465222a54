"""Exercises of notebook 09: the cycle loss, the image pool, the schedule (`cyclegan_audit` holds the fourth)."""

from studylib.exercises import Exercise


def check_cycle_loss(cycle_loss):
    """Check the value, and that both generators receive a gradient, on images of one pixel."""
    import tensorflow as tf

    g_AB, g_BA = tf.Variable(2.0), tf.Variable(3.0)
    real_A = tf.constant([[[[0.1]]], [[[-0.3]]]])
    with tf.GradientTape() as tape:
        value = cycle_loss(lambda images: g_AB * images, lambda images: g_BA * images, real_A)
    # |3 * 2 * x - x| = 5 |x|, on average 5 * 0.2
    if abs(float(value) - 1.0) > 1e-5:
        return (
            "for g_AB(x) = 2x, g_BA(x) = 3x and the pixels 0.1 and -0.3 the way there and back gives 0.6 and -1.8, "
            f"so the mean absolute difference to the input is 1.0. Received: {float(value):.3f}."
        )
    reached = tape.gradient(value, {"g_AB": g_AB, "g_BA": g_BA})
    missing = [name for name, gradient in reached.items() if gradient is None or float(gradient) == 0]
    if missing:
        return f"the value is right, and no gradient reaches {' and '.join(missing)}: that generator learns nothing."
    return None


CYCLE_LOSS = Exercise(
    name="cyclegan.1",
    prompt=(
        "Find the bug. `broken` computes the cycle loss of A, its value is right, and yet trained with it g_AB makes "
        "images that g_BA can never bring back. Write `cycle_loss` so that the loss moves every network that it must."
    ),
    starter="""
def broken(g_AB, g_BA, real_A):
    fake_B = tf.stop_gradient(g_AB(real_A))
    return tf.reduce_mean(tf.abs(g_BA(fake_B) - real_A))


def cycle_loss(g_AB, g_BA, real_A):
    return ...
""",
    answer="cycle_loss",
    check=check_cycle_loss,
    hints=(
        "Print the gradient of broken(...) with respect to the weights of g_AB, and of g_BA.",
        "tf.stop_gradient lets the value through and nothing back. In a discriminator's step that is harmless.",
    ),
    solution="""
import tensorflow as tf


def cycle_loss(g_AB, g_BA, real_A):
    # Both generators answer for the way there and back, so the gradient passes through both.
    return tf.reduce_mean(tf.abs(g_BA(g_AB(real_A)) - real_A))
""",
    mistakes=(
        # The bug itself.
        """
import tensorflow as tf


def cycle_loss(g_AB, g_BA, real_A):
    return tf.reduce_mean(tf.abs(g_BA(tf.stop_gradient(g_AB(real_A))) - real_A))
""",
        # Squared instead of absolute.
        """
import tensorflow as tf


def cycle_loss(g_AB, g_BA, real_A):
    return tf.reduce_mean(tf.square(g_BA(g_AB(real_A)) - real_A))
""",
        # Compared with the translation, which lives in the other domain.
        """
import tensorflow as tf


def cycle_loss(g_AB, g_BA, real_A):
    fake_B = g_AB(real_A)
    return tf.reduce_mean(tf.abs(g_BA(fake_B) - fake_B))
""",
    ),
)


def check_query(query):
    """Check every case of the rule: filling, handed through, swapped."""
    cases = [
        # pool, image, max_length, coin, slot, shown, pool afterwards
        ([], "a", 2, 0.1, 0, "a", ["a"]),
        (["a"], "b", 2, 0.1, 0, "b", ["a", "b"]),
        (["a", "b"], "c", 2, 0.7, 1, "c", ["a", "b"]),
        (["a", "b"], "c", 2, 0.2, 1, "b", ["a", "c"]),
        (["a", "b"], "c", 2, 0.2, 0, "a", ["c", "b"]),
    ]
    for pool, image, max_length, coin, slot, shown, after in cases:
        received = query(list(pool), image, max_length, coin, slot)
        if not isinstance(received, tuple) or len(received) != 2:
            return f"query must return (shown, pool). Received: {received!r}."
        if received != (shown, after):
            return (
                f"query({pool}, {image!r}, max_length={max_length}, coin={coin}, slot={slot}) must show {shown!r} and "
                f"leave {after}. Received: shown {received[0]!r}, pool {received[1]}."
            )
    return None


POOL = Exercise(
    name="cyclegan.2",
    prompt=(
        "Write the rule of the image pool for one image. While the pool is not full, the image is added and shown. "
        "When it is full and the coin, a number from 0 to 1, is under 0.5, the image takes the place of pool[slot], "
        "and the one that stood there is shown; otherwise the image is shown and the pool stays as it is."
    ),
    starter="""
def query(pool, image, max_length, coin, slot):
    shown = ...
    return shown, pool
""",
    answer="query",
    check=check_query,
    hints=(
        "Three cases, and in each of them exactly one image is shown.",
        "In the swap, keep pool[slot] in a variable before you write into it.",
    ),
    solution="""
def query(pool, image, max_length, coin, slot):
    if len(pool) < max_length:
        return image, pool + [image]
    if coin >= 0.5:
        return image, pool
    return pool[slot], pool[:slot] + [image] + pool[slot + 1 :]
""",
    mistakes=(
        # A queue: the oldest image leaves, whatever the coin says.
        """
def query(pool, image, max_length, coin, slot):
    if len(pool) < max_length:
        return image, pool + [image]
    return pool[0], pool[1:] + [image]
""",
        # Always a stored image once the pool is full: the discriminator never meets a new fake at once.
        """
def query(pool, image, max_length, coin, slot):
    if len(pool) < max_length:
        return image, pool + [image]
    shown, pool[slot] = pool[slot], image
    return shown, pool
""",
        # The old image is overwritten before it is shown.
        """
def query(pool, image, max_length, coin, slot):
    if len(pool) < max_length:
        return image, pool + [image]
    if coin < 0.5:
        pool[slot] = image
        return pool[slot], pool
    return image, pool
""",
    ),
)


def check_rate(learning_rate):
    """Compare with the straight lines through the corners of the schedule."""
    import numpy as np

    initial, n_constant, n_decay = 0.2, 4, 8
    for step in range(15):
        expected = float(np.interp(step, [0, n_constant, n_constant + n_decay], [initial, initial, 0.0]))
        received = learning_rate(step, initial, n_constant, n_decay)
        if abs(float(received) - expected) > 1e-6:
            return (
                f"with initial={initial}, n_constant={n_constant}, n_decay={n_decay} the rate at step {step} is "
                f"{expected:.3f}. Received: {float(received):.3f}."
            )
    return None


RATE = Exercise(
    name="cyclegan.3",
    prompt=(
        "Write the learning rate of the paper: `initial` up to step n_constant, from there on a straight line that "
        "reaches 0 after n_decay more steps, and 0 ever after."
    ),
    starter="""
def learning_rate(step, initial, n_constant, n_decay):
    return ...
""",
    answer="learning_rate",
    check=check_rate,
    hints=(
        "How many steps of the decay are over at `step`? It must not be fewer than 0, nor more than n_decay.",
        "The share of the rate that is left is 1 minus that number over n_decay.",
    ),
    solution="""
def learning_rate(step, initial, n_constant, n_decay):
    steps_of_decay = min(max(step - n_constant, 0), n_decay)
    return initial * (1 - steps_of_decay / n_decay)
""",
    mistakes=(
        # It falls from the start: the constant part is only added to the length.
        """
def learning_rate(step, initial, n_constant, n_decay):
    return initial * (1 - min(step / (n_constant + n_decay), 1))
""",
        # Below zero at the end: the networks would climb their losses.
        """
def learning_rate(step, initial, n_constant, n_decay):
    return initial * (1 - max(step - n_constant, 0) / n_decay)
""",
        # A staircase of one step.
        """
def learning_rate(step, initial, n_constant, n_decay):
    return initial if step < n_constant else 0.0
""",
    ),
)

EXERCISES = (CYCLE_LOSS, POOL, RATE)
