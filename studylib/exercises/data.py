"""Exercises of notebook 01: the order of a pipeline's steps, a split without leakage, and two independent orders."""

from studylib.exercises import Exercise


def check_pipeline(pipeline):
    """Check that two epochs show every image, decode each once and crop it anew."""
    import numpy as np
    import tensorflow as tf

    size, count, loads = 8, 6, []

    def load_one(name):
        loads.append(name)
        y, x = np.mgrid[:size, :size]
        return np.stack([np.full_like(y, name), y, x], axis=-1).astype(np.int64)  # a pixel tells where it is from

    def load(name):
        image = tf.numpy_function(load_one, [name], tf.int64)
        return tf.ensure_shape(image, (size, size, 3))

    generator = tf.random.Generator.from_seed(0)

    def crop(image):
        # tf.image.random_crop repeats its numbers in every epoch where a global seed is set, as in the notebooks.
        return tf.image.stateless_random_crop(image, (size // 2, size // 2, 3), seed=generator.make_seeds()[:, 0])

    dataset = pipeline(tf.range(count, dtype=tf.int64), load, crop)
    epochs = []
    for _ in range(2):
        shapes = [tuple(batch.shape) for batch in dataset]
        if shapes != [(2, size // 2, size // 2, 3)] * (count // 2):
            return f"6 images must come as 3 batches of shape (2, 4, 4, 3). Received in an epoch: {shapes}."
        epochs.append(np.concatenate(list(dataset)))
        seen = sorted(int(image[0, 0, 0]) for image in epochs[-1])
        if seen != list(range(count)):
            return f"an epoch must show every image once, and image numbers {list(range(count))} came as {seen}."
    if len(loads) > count:
        return (
            f"load ran {len(loads)} times in 4 epochs of {count} images. Once for each image is enough when the "
            "decoded images are kept."
        )
    corners = [{int(image[0, 0, 0]): tuple(map(int, image[0, 0, 1:])) for image in epoch} for epoch in epochs]
    if corners[0] == corners[1]:
        y, x = corners[0][0]
        return (
            f"image 0 was cropped at row {y}, column {x} in one epoch and at the same place in another, and so was "
            "every other image: the network sees the same few crops for ever."
        )
    return None


PIPELINE = Exercise(
    name="data.1",
    prompt=(
        "The pipeline `frozen` decodes images, crops them at random and keeps them in memory. It trains, and its "
        "augmentation does nothing after the first epoch. Write `pipeline` with the same steps in an order in which "
        "every epoch has other crops, and every image is still decoded only once."
    ),
    starter="""
def frozen(names, load, crop):
    return tf.data.Dataset.from_tensor_slices(names).map(load).map(crop).cache().batch(2)


def pipeline(names, load, crop):
    return ...
""",
    answer="pipeline",
    check=check_pipeline,
    hints=(
        "cache() keeps what reaches it. What reaches it in `frozen`?",
        "What costs much and never changes belongs before cache(); what is random belongs after it.",
    ),
    solution="""
import tensorflow as tf


def pipeline(names, load, crop):
    # The decoded image is kept, and each epoch cuts its own piece out of it.
    return tf.data.Dataset.from_tensor_slices(names).map(load).cache().map(crop).batch(2)
""",
    mistakes=(
        # The order of the prompt: the first crop is kept.
        """
import tensorflow as tf


def pipeline(names, load, crop):
    return tf.data.Dataset.from_tensor_slices(names).map(load).map(crop).cache().batch(2)
""",
        # The same mistake one step later.
        """
import tensorflow as tf


def pipeline(names, load, crop):
    return tf.data.Dataset.from_tensor_slices(names).map(load).map(crop).batch(2).cache()
""",
        # No cache: crops differ, and every epoch decodes every file.
        """
import tensorflow as tf


def pipeline(names, load, crop):
    return tf.data.Dataset.from_tensor_slices(names).map(load).map(crop).batch(2)
""",
        # Whole batches are cropped, which random_crop refuses.
        """
import tensorflow as tf


def pipeline(names, load, crop):
    return tf.data.Dataset.from_tensor_slices(names).map(load).cache().batch(2).map(crop)
""",
        # No augmentation at all.
        """
import tensorflow as tf


def pipeline(names, load, crop):
    return tf.data.Dataset.from_tensor_slices(names).map(load).cache().batch(2)
""",
    ),
)

# From the smallest to one in which the groups are of unequal size and lie apart.
SPLIT_CASES = (
    (["cat", "dog"], ["cat", "dog"]),
    (["wave", "wave-dark", "sun"], ["wave", "wave", "sun"]),
    (["sun", "wave", "moon", "wave-dark"], ["sun", "wave", "moon", "wave"]),
    ([f"artwork-{i}" for i in range(40)], [f"drawing-{i * i % 11}" for i in range(40)]),
)


def check_split(split):
    """Check on small collections that every artwork is on one side, and so is every group."""
    for names, groups in SPLIT_CASES:
        case = f"names={names}, groups={groups}" if len(names) < 5 else f"{len(names)} names in 6 groups"
        train, test = (list(side) for side in split(list(names), list(groups)))
        if lost := sorted(set(names) - set(train) - set(test)):
            return f"{case}: {lost[0]!r} is on neither side."
        if both := sorted(set(train) & set(test)):
            return f"{case}: {both[0]!r} is on both sides."
        if sorted(train + test) != sorted(names):
            return f"{case}: the two sides hold {len(train)} + {len(test)} names, some of them twice or unknown."
        group = dict(zip(names, groups, strict=True))
        if leaked := sorted({group[name] for name in train} & {group[name] for name in test}):
            a, b = (next(name for name in side if group[name] == leaked[0]) for side in (train, test))
            return f"{case}: {a!r} trains and {b!r} tests, and both are of the group {leaked[0]!r}."
        if not train or not test:
            return f"{case}: {'test' if train else 'train'} is empty, with two groups to share out."
        if any([list(side) for side in split(list(names), list(groups))] != [train, test] for _ in range(20)):
            return f"{case}: the same call makes another split another time, so no two scores could be compared."
    return None


SPLIT = Exercise(
    name="data.2",
    prompt=(
        "A hand that waves exists in six skin tones: one drawing, six artworks. If one of them trains and another one "
        "tests, the test rewards memory. Write `split(names, groups)`, where groups[i] says which drawing names[i] "
        "belongs to: it returns (train, test), two lists of names, with every name on one side, every group on one "
        "side, and neither side empty as long as there are two groups; the same at every call."
    ),
    starter="""
def split(names, groups):
    train, test = ..., ...
    return train, test
""",
    answer="split",
    check=check_split,
    hints=(
        "Share out the groups first; the names follow their group.",
        "sorted(set(groups)) is a list of groups whose order is the same at every call. Give every fourth to test.",
    ),
    solution="""
def split(names, groups):
    test_groups = set(sorted(set(groups))[::4])  # every fourth group, beginning with the first
    train = [name for name, group in zip(names, groups) if group not in test_groups]
    test = [name for name, group in zip(names, groups) if group in test_groups]
    return train, test
""",
    mistakes=(
        # The groups are ignored.
        """
def split(names, groups):
    border = len(names) * 3 // 4
    return names[:border], names[border:]
""",
        # Shuffled names leak even more, and otherwise at every call.
        """
import random


def split(names, groups):
    shuffled = random.sample(names, len(names))
    border = len(names) * 3 // 4
    return shuffled[:border], shuffled[border:]
""",
        # One artwork of a group is kept: no leak, and most of the data is gone.
        """
def split(names, groups):
    first = list({group: name for name, group in reversed(list(zip(names, groups)))}.values())
    return first[1:], first[:1]
""",
        # Groups are shared out, differently at every call.
        """
import random


def split(names, groups):
    kinds = sorted(set(groups))
    test_groups = random.sample(kinds, max(1, len(kinds) // 4))
    train = [name for name, group in zip(names, groups) if group not in test_groups]
    return train, [name for name in names if name not in train]
""",
        # A quarter of few groups is none.
        """
def split(names, groups):
    kinds = sorted(set(groups))
    test_groups = kinds[: len(kinds) // 4]
    train = [name for name, group in zip(names, groups) if group not in test_groups]
    return train, [name for name in names if name not in train]
""",
    ),
)


def check_draw(draw):
    """Check that the two domains are shuffled independently, pass by pass, without hidden state."""
    for n_a, n_b in ((2, 2), (3, 2), (40, 40)):
        case, n_samples = f"n_a={n_a}, n_b={n_b}, seed=0", 4 * max(n_a, n_b)
        samples = [tuple(map(int, draw(i, n_a, n_b, 0))) for i in range(n_samples)]
        for i in (n_samples - 1, 1):
            if (again := tuple(map(int, draw(i, n_a, n_b, 0)))) != samples[i]:
                return (
                    f"{case}: sample {i} was {samples[i]}, and asked for again it is {again}. A run that was killed "
                    "could not continue with the images it would have seen."
                )
        for domain, n in (("A", n_a), ("B", n_b)):
            drawn = [sample["AB".index(domain)] for sample in samples]
            passes = [drawn[start : start + n] for start in range(0, n_samples - n + 1, n)]
            for number, images in enumerate(passes):
                if sorted(images) != list(range(n)):
                    return f"{case}: pass {number} over {domain} must show images {list(range(n))}, and shows {images}."
            if n == 40 and any(images == passes[0] for images in passes[1:]):
                return f"{case}: domain {domain} comes in the same order in more than one pass."
            if n == 40 and drawn == [draw(i, n_a, n_b, 1)["AB".index(domain)] for i in range(n_samples)]:
                return f"{case}: domain {domain} comes in the same order with seed=1."
    partners = [dict(samples[start : start + 40]) for start in range(0, n_samples, 40)]
    if all(a == b for a, b in partners[0].items()):
        return f"{case}: image k of A always comes with image k of B, and they may be a pair."
    if partners[0] == partners[1]:
        return f"{case}: image 0 of A comes with image {partners[0][0]} of B in every pass, and so it goes for all."
    return None


DRAW = Exercise(
    name="data.3",
    prompt=(
        "`in_step` says which image of A and which image of B are sample number i of an endless stream. Where the "
        "domains are of one size, image k of A always meets image k of B: pairs, without anybody having asked for "
        "them. Write `draw(i, n_a, n_b, seed)` that returns (a, b), with 0 <= a < n_a and 0 <= b < n_b: each pass "
        "over a domain shows every image of it once, every pass in another order, the two domains independently of "
        "each other. The same arguments give the same sample at any time, so that a killed run can continue at i."
    ),
    starter="""
def in_step(i, n_a, n_b, seed):
    order = [np.random.default_rng([seed, i // n]).permutation(n) for n in (n_a, n_b)]
    return order[0][i % n_a], order[1][i % n_b]


def draw(i, n_a, n_b, seed):
    a, b = ..., ...
    return a, b
""",
    answer="draw",
    check=check_draw,
    hints=(
        "Which numbers does the generator of `in_step` depend on? What tells A from B among them?",
        "default_rng takes a list of whole numbers: the seed, the number of the pass, and one more for the domain.",
    ),
    solution="""
import numpy as np


def draw(i, n_a, n_b, seed):
    # A generator for each seed, domain and pass: nothing has to be remembered between two calls.
    order_a = np.random.default_rng([seed, 0, i // n_a]).permutation(n_a)
    order_b = np.random.default_rng([seed, 1, i // n_b]).permutation(n_b)
    return order_a[i % n_a], order_b[i % n_b]
""",
    mistakes=(
        # One order for both domains.
        """
import numpy as np


def draw(i, n_a, n_b, seed):
    order_a, order_b = (np.random.default_rng([seed, i // n]).permutation(n) for n in (n_a, n_b))
    return order_a[i % n_a], order_b[i % n_b]
""",
        # Independent draws: some images come twice, others never.
        """
import numpy as np


def draw(i, n_a, n_b, seed):
    random = np.random.default_rng([seed, i])
    return random.integers(n_a), random.integers(n_b)
""",
        # One order for all passes.
        """
import numpy as np


def draw(i, n_a, n_b, seed):
    order_a, order_b = (np.random.default_rng([seed, domain]).permutation(n) for domain, n in enumerate((n_a, n_b)))
    return order_a[i % n_a], order_b[i % n_b]
""",
        # Hidden state: the answer depends on what was asked before.
        """
import numpy as np

random = np.random.default_rng(0)


def draw(i, n_a, n_b, seed):
    a, b = (int(random.permutation(n)[i % n]) for n in (n_a, n_b))
    return a, b
""",
        # The seed is forgotten.
        """
import numpy as np


def draw(i, n_a, n_b, seed):
    order_a = np.random.default_rng([0, i // n_a]).permutation(n_a)
    order_b = np.random.default_rng([1, i // n_b]).permutation(n_b)
    return order_a[i % n_a], order_b[i % n_b]
""",
    ),
)

EXERCISES = (PIPELINE, SPLIT, DRAW)
