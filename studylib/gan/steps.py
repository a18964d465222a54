"""Many training steps in one call: a step on toy data takes less time than Python needs to ask for it."""

import tensorflow as tf

from studylib.arguments import modest_number

LARGEST_BATCH = 65_536


def compile_steps(gan, batch_size=256):
    """Compile the training of `gan`, with the loss that it has at this moment.

    Example:
        >>> train = compile_steps(gan := GAN((2,)))
        >>> train(ring().sample(20_000), 500)
        {'g': 1.2, 'd': 0.6}

    Args:
        gan: a `GAN`.
        batch_size: samples a step. Which ones depends on (gan.seed, step) only.

    Returns:
        A function of (samples, n), samples float32 (N, *gan.sample_shape): it takes n steps and returns the means of
        both losses over them, a dict of floats.
    """
    modest_number("batch_size", batch_size, LARGEST_BATCH)

    @tf.function
    def steps(samples, n):
        for _ in tf.range(n):
            step = tf.cast(gan.generator_optimizer.iterations.value, tf.int32)
            chosen = tf.random.stateless_uniform((batch_size,), [gan.seed, step], 0, tf.shape(samples)[0], tf.int32)
            gan.train_step(tf.gather(samples, chosen))

    # A concrete function: TensorFlow warns of every further model that it compiles, as if it were one by mistake.
    steps = steps.get_concrete_function(tf.TensorSpec((None, *gan.sample_shape)), tf.TensorSpec((), tf.int32))

    def train(samples, n):
        for mean in gan.metrics:
            mean.reset_state()
        steps(tf.convert_to_tensor(samples, tf.float32), tf.constant(n))
        return {mean.name: float(mean.result()) for mean in gan.metrics}

    return train
