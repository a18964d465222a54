"""Batches without end, unpaired or paired: shuffle, jitter or shift, mirror, batch, prefetch.

The usual chain ``shuffle(buffer).map(random_crop)`` carries hidden state: to continue a run that was killed after ten
thousand batches, all of them have to be drawn again. Here sample number i is a pure function of (seed, domain, i), so
the stream can be entered anywhere at once, and a continued run sees exactly the images it would have seen.

Reference: the jitter (enlarge by 286/256, crop back, mirror) is that of Isola et al. 2017, "Image-to-Image Translation
with Conditional Adversarial Networks", section 6.2, and of the CycleGAN paper (Zhu et al. 2017).
"""

import itertools

import tensorflow as tf

from studylib.arguments import image_batch, modest_number, real_number, true_or_false, whole_number

JITTER = 1.12  # 286 / 256 in the papers: an image is enlarged by this factor, then a window of the old size is cut out
LARGEST_BATCH = 65_536


def shuffled(i, n_images, domain_seed):
    """Which image is drawn as sample i: every pass over the n images is one permutation of them, each another one."""
    return tf.random.experimental.index_shuffle(i % n_images, seed=[domain_seed, i // n_images], max_index=n_images - 1)


def random_box(i, domain_seed, jitter=JITTER):
    """The part of the image that sample i shows: (y1, x1, y2, x2) in fractions; x1 > x2 is a mirrored image.

    Cutting a window out of an enlarged image is the same as enlarging a part of the image, which is one operation.
    """
    y, x, coin = tf.unstack(tf.random.stateless_uniform([3], seed=[domain_seed, i]))
    side = 1 / jitter
    y1, x1 = y * (1 - side), x * (1 - side)
    y2, x2 = y1 + side, x1 + side
    return tf.where(coin < 0.5, [y1, x1, y2, x2], [y1, x2, y2, x1])


def shifted(batch, i, domain_seed, shift):
    """Move each image of a batch by up to `shift` whole pixels in each direction; what comes in repeats the border.

    No pixel is computed anew: lines of one pixel stay as thin and as dark as they were drawn, where the enlarged window
    blurs them.
    """
    uniform = tf.map_fn(
        lambda k: tf.random.stateless_uniform([2], seed=[domain_seed, k]), i, fn_output_signature=tf.float32
    )
    moves = tf.cast(tf.floor(uniform * (2 * shift + 1)), tf.int32) - shift  # (batch, 2)
    for axis in (1, 2):
        size = batch.shape[axis]
        taken = tf.clip_by_value(tf.range(size) + moves[:, axis - 1, None], 0, size - 1)  # (batch, size)
        batch = tf.gather(batch, taken, axis=axis, batch_dims=1)
    return batch


def draw(images, i, domain_seed, augment=True, jitter=JITTER, shift=0):
    """Samples number i (a vector) of one domain.

    Args:
        images: uint8 tensor (n, height, width, channels), the whole domain.
        i: int64 tensor (batch,): positions in the endless stream of samples.
        domain_seed: whole number; another one gives other orders and other crops.
        augment: False takes the images whole and unmirrored.
        jitter: factor of the enlargement before the crop; 1 mirrors only.
        shift: pixels, see `shifted`.

    Returns:
        float32 tensor (batch, height, width, channels) in [-1, 1].
    """
    n_images = tf.shape(images, tf.int64)[0]
    chosen = tf.map_fn(lambda k: shuffled(k, n_images, domain_seed), i)
    if augment:
        boxes = tf.map_fn(lambda k: random_box(k, domain_seed, jitter), i, fn_output_signature=tf.float32)
        batch = tf.image.crop_and_resize(images, boxes, tf.cast(chosen, tf.int32), images.shape[1:3])
        batch = shifted(batch, i, domain_seed, shift) if shift else batch
    else:
        batch = tf.cast(tf.gather(images, chosen), tf.float32)
    return batch / 127.5 - 1


def image_batches(
    images_a, images_b, batch_size=1, seed=0, augment=True, first_step=None, paired=False, jitter=JITTER, shift=0
):
    """See `Task.pipeline`, which calls this with its own images.

    Args:
        images_a, images_b: uint8, (n, height, width, channels) and (m, height, width, channels).
        paired: images_a[i] and images_b[i] belong together: they come together, cut and mirrored alike.
        jitter, shift: see `draw`.

    Raises:
        ValueError: an argument is out of its range.
    """
    images_a = image_batch("images_a", images_a, kind="uint8")
    images_b = image_batch("images_b", images_b, kind="uint8")
    modest_number("batch_size", batch_size, LARGEST_BATCH)
    whole_number("seed", seed, at_least=0, at_most=2**31 - 1)
    true_or_false("augment", augment)
    real_number("jitter", jitter, at_least=1)
    whole_number("shift", shift, at_least=0)
    if first_step is not None:
        whole_number("first_step", first_step, at_least=0, at_most=2**40)
    with tf.device("CPU:0"):
        images_a, images_b = tf.constant(images_a), tf.constant(images_b)

    how = (augment, jitter, shift)

    def batch_of(step):
        i = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        # Unpaired, each domain has its own seed: shuffled alike, they would meet in the same company in every pass.
        seed_b = 2 * seed if paired else 2 * seed + 1
        return draw(images_a, i, 2 * seed, *how), draw(images_b, i, seed_b, *how)

    if first_step is None:
        steps = one_epoch_after_another(steps_per_epoch(len(images_a), len(images_b), batch_size))
    else:
        steps = tf.data.Dataset.counter(first_step)
    return steps.map(batch_of, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)


def one_epoch_after_another(n_steps):
    """A dataset that counts 0 ... n-1 the first time it is iterated over, n ... 2n-1 the second time, and so on."""
    whole_number("n_steps", n_steps, at_most=2**40)
    epochs = itertools.count()
    first = tf.data.Dataset.from_generator(
        lambda: iter([next(epochs) * n_steps]), output_signature=tf.TensorSpec((), tf.int64)
    )
    steps = first.flat_map(lambda start: tf.data.Dataset.range(start, start + n_steps))
    return steps.apply(tf.data.experimental.assert_cardinality(n_steps))  # lets Keras show how much of an epoch is left


def steps_per_epoch(n_a, n_b, batch_size):
    """Full batches that the larger domain fills, at least one."""
    return max(1, max(n_a, n_b) // modest_number("batch_size", batch_size, LARGEST_BATCH))
