"""Exercises of notebook 08: pairs that fall apart in the augmentation, the generator's loss, pairs that are wrong."""

from studylib.exercises import Exercise


def check_augment(augment):
    """Check on images whose pixels say where they are from that A and B are cut and mirrored alike."""
    import numpy as np

    height, width, size = 9, 11, 6
    y, x = np.mgrid[:height, :width]
    a = np.stack([y, x, np.zeros_like(y)], axis=-1)
    b = np.stack([y, x, np.ones_like(y)], axis=-1)
    kept, random, seen = (a.copy(), b.copy()), np.random.default_rng(0), []
    for call in range(60):
        cut_a, cut_b = (np.asarray(image) for image in augment(a, b, size, random))
        for name, image, mark in (("A", cut_a, 0), ("B", cut_b, 1)):
            if image.shape != (size, size, 3):
                return f"size={size} must give images of shape (6, 6, 3). Received for {name}: {image.shape}."
            if np.any(image[..., 2] != mark):
                return f"{name}'s window holds pixels of the other image."
            if np.any(np.diff(image[..., 0], axis=0) != 1) or np.any(np.abs(np.diff(image[..., 1], axis=1)) != 1):
                return f"{name}'s window is no window of the image, upright or mirrored left to right."
        corners = [(int(image[0, 0, 0]), int(image[0, 0, 1]), bool(image[0, 0, 1] > image[0, 1, 1])) for image in
                   (cut_a, cut_b)]  # fmt: skip
        if corners[0] != corners[1]:
            (top_a, left_a, mirror_a), (top_b, left_b, mirror_b) = corners
            return (
                f"call {call}: A's first pixel is row {top_a}, column {left_a}{', mirrored' * mirror_a}, and B's row "
                f"{top_b}, column {left_b}{', mirrored' * mirror_b}. They are no pair any more."
            )
        seen.append(corners[0])
    if not (np.array_equal(a, kept[0]) and np.array_equal(b, kept[1])):
        return "the images that were handed in have been changed."
    if len({mirrored for _, _, mirrored in seen}) < 2:
        return f"in {len(seen)} calls the pair was {'always' if seen[0][2] else 'never'} mirrored."
    tops, lefts = {top for top, _, _ in seen}, {left - (size - 1) * mirrored for _, left, mirrored in seen}
    if tops != set(range(height - size + 1)) or lefts != set(range(width - size + 1)):
        return (
            f"in {len(seen)} calls a window of 6 in 9 x 11 pixels should begin at each of the rows 0 to 3 and columns "
            f"0 to 5. Rows seen: {sorted(tops)}, columns: {sorted(lefts)}."
        )
    return None


AUGMENT = Exercise(
    name="pix2pix.1",
    prompt=(
        "`apart` cuts a random window of size x size pixels out of A and another one out of B, and mirrors each by the "
        "toss of a coin. Training runs, and learns to paint between the lines of another picture. Write "
        "`augment(a, b, size, random)` that keeps a pair a pair: every window equally likely, mirrored half of the "
        "time, A and B alike."
    ),
    starter="""
def apart(a, b, size, random):
    cut = []
    for image in (a, b):
        top, left = (random.integers(n - size + 1) for n in image.shape[:2])
        window = image[top : top + size, left : left + size]
        cut.append(window[:, ::-1] if random.random() < 0.5 else window)
    return cut


def augment(a, b, size, random):
    return ...
""",
    answer="augment",
    check=check_augment,
    hints=(
        "How often does `apart` ask the random generator for a number, and how often should a pair?",
        "Draw top, left and the coin once, before the loop over both images.",
    ),
    solution="""
def augment(a, b, size, random):
    # One draw for the pair, then the same cut for both of its images.
    top, left = (random.integers(n - size + 1) for n in a.shape[:2])
    step = -1 if random.random() < 0.5 else 1
    return [image[top : top + size, left : left + size][:, ::step] for image in (a, b)]
""",
    mistakes=(
        # The prompt's: every image has its own window and coin.
        """
def augment(a, b, size, random):
    cut = []
    for image in (a, b):
        top, left = (random.integers(n - size + 1) for n in image.shape[:2])
        window = image[top : top + size, left : left + size]
        cut.append(window[:, ::-1] if random.random() < 0.5 else window)
    return cut
""",
        # The window is shared, the coin is not.
        """
def augment(a, b, size, random):
    top, left = (random.integers(n - size + 1) for n in a.shape[:2])
    windows = [image[top : top + size, left : left + size] for image in (a, b)]
    return [window[:, ::-1] if random.random() < 0.5 else window for window in windows]
""",
        # Never mirrored.
        """
def augment(a, b, size, random):
    top, left = (random.integers(n - size + 1) for n in a.shape[:2])
    return [image[top : top + size, left : left + size] for image in (a, b)]
""",
        # The last row and column are never drawn.
        """
def augment(a, b, size, random):
    top, left = (random.integers(n - size) for n in a.shape[:2])
    step = -1 if random.random() < 0.5 else 1
    return [image[top : top + size, left : left + size][:, ::step] for image in (a, b)]
""",
    ),
)


def check_generator_loss(generator_loss):
    """Check pix2pix's loss of the generator on numbers to follow by hand, then on random and on extreme ones."""
    import numpy as np

    def expected(scores, fake_B, real_B, lambda_l1):
        return np.mean(np.logaddexp(0, -scores)) + lambda_l1 * np.mean(np.abs(real_B - fake_B))

    random = np.random.default_rng(0)
    flat = np.zeros((1, 1, 1, 3))
    cases = (
        ("scores 0, fake_B equal to real_B, lambda_l1=100", np.zeros((1, 1, 1, 1)), flat, flat, 100),
        ("scores 0, fake_B 0, real_B 0.5, lambda_l1=100", np.zeros((1, 1, 1, 1)), flat, flat + 0.5, 100),
        ("scores -2, fake_B equal to real_B, lambda_l1=100", np.full((1, 1, 1, 1), -2.0), flat, flat, 100),
        ("30 x 30 scores, two images, lambda_l1=10", random.normal(size=(2, 30, 30, 1)),
         *random.uniform(-1, 1, (2, 2, 8, 8, 3)), 10),
        ("scores -10,000, fake_B equal to real_B, lambda_l1=100", np.full((1, 2, 2, 1), -1e4), flat, flat, 100),
    )  # fmt: skip
    for case, *arguments in cases:
        with np.errstate(all="ignore"):
            given = np.asarray(generator_loss(*arguments), float)
        if given.shape != ():
            return f"{case}: the loss is one number. Received: shape {given.shape}."
        if not np.isclose(given, expected(*arguments), rtol=1e-6):
            return f"{case}: the loss is {expected(*arguments):.4f}. Received: {given:.4f}."
    return None


GENERATOR_LOSS = Exercise(
    name="pix2pix.2",
    prompt=(
        "Write pix2pix's loss of the generator, `generator_loss(scores, fake_B, real_B, lambda_l1)`, in NumPy. "
        "`scores` are the discriminator's scores of the pairs (A, fake_B), before the sigmoid: the first term is the "
        "mean of -log sigmoid(scores), finite also where a score is -10,000; the second lambda_l1 times the mean "
        "absolute difference of the images."
    ),
    starter="""
def generator_loss(scores, fake_B, real_B, lambda_l1):
    return ...
""",
    answer="generator_loss",
    check=check_generator_loss,
    hints=(
        "-log sigmoid(s) = log(1 + exp(-s)). Which NumPy function adds two exponentials without computing them?",
        "np.logaddexp(0, -scores), then its mean.",
    ),
    solution="""
import numpy as np


def generator_loss(scores, fake_B, real_B, lambda_l1):
    adversarial = np.mean(np.logaddexp(0, -scores))  # log(exp(0) + exp(-s)) = -log sigmoid(s)
    return adversarial + lambda_l1 * np.mean(np.abs(fake_B - real_B))
""",
    mistakes=(
        # Right on paper, infinite where the sigmoid underflows.
        """
import numpy as np


def generator_loss(scores, fake_B, real_B, lambda_l1):
    return np.mean(-np.log(1 / (1 + np.exp(-scores)))) + lambda_l1 * np.mean(np.abs(fake_B - real_B))
""",
        # The discriminator's term: the fakes should be found out.
        """
import numpy as np


def generator_loss(scores, fake_B, real_B, lambda_l1):
    return np.mean(np.logaddexp(0, scores)) + lambda_l1 * np.mean(np.abs(fake_B - real_B))
""",
        # A sum over all pixels makes lambda_l1 depend on the size of the image.
        """
import numpy as np


def generator_loss(scores, fake_B, real_B, lambda_l1):
    return np.mean(np.logaddexp(0, -scores)) + lambda_l1 * np.sum(np.abs(fake_B - real_B))
""",
    ),
)


def check_judged_pairs(judged_pairs):
    """Check which pairs the discriminator is given, and what it is to answer, on images that say who they are."""
    import numpy as np

    for n in (2, 3, 5):
        number = np.arange(n, dtype=float)[:, None, None, None]
        real_A, real_B, fake_B = (number + hundreds + np.zeros((n, 2, 2, 3)) for hundreds in (0, 100, 200))
        given = judged_pairs(real_A, real_B, fake_B)
        if len(given) != 3:
            return f"three batches are due: true, generated, mismatched. Received: {len(given)}."
        for kind, pair, (batch, label) in zip(("true", "generated", "mismatched"), range(3), given, strict=True):
            batch = np.asarray(batch)
            if batch.shape != (n, 2, 2, 6):
                return f"{n} pairs of 2 x 2 pixels, 3 channels, are of shape ({n}, 2, 2, 6). Received: {batch.shape}."
            if label != (1 if pair == 0 else 0):
                return f"the {kind} pairs carry the label {label}. Real is 1, and only the true pairs are real."
            first, second = batch[:, 0, 0, 0], batch[:, 0, 0, 3]
            if np.any(batch != np.repeat(np.stack([first, second], -1), 3, axis=-1)[:, None, None]):
                return f"a {kind} pair is put together from pieces of several images."
            if np.any(first >= 100) or np.any((second >= 200) != (kind == "generated")) or np.any(second < 100):
                return f"the {kind} pairs must be A, then {'fake_B' if kind == 'generated' else 'real_B'}."
            own = first == second % 100
            if kind == "mismatched" and own.any():
                i = int(np.flatnonzero(own)[0])
                return f"{n} pairs: mismatched pair {i} is image {int(first[i])} of A with its own B, labelled 0."
            if kind != "mismatched" and not own.all():
                i = int(np.flatnonzero(~own)[0])
                a, b = int(first[i]), int(second[i] % 100)
                return f"{n} pairs: {kind} pair {i} is image {a} of A with image {b} of B."
            if len(set(second)) < n:
                return f"{n} pairs: the {kind} pairs leave out an image of B."
    return None


JUDGED_PAIRS = Exercise(
    name="pix2pix.3",
    prompt=(
        "A discriminator that only ever sees fakes beside the right A may learn to look at B alone. Give it pairs that "
        "are wrong in another way: `judged_pairs(real_A, real_B, fake_B)` returns three (batch, label), in this order: "
        "true pairs (1), generated pairs (0), and mismatched ones (0), where each real_B stands beside the A of "
        "another image of the batch. A batch is (N, H, W, 2C), A first. N is at least 2."
    ),
    starter="""
def judged_pairs(real_A, real_B, fake_B):
    true, generated, mismatched = ..., ..., ...
    return (true, 1), (generated, 0), (mismatched, 0)
""",
    answer="judged_pairs",
    check=check_judged_pairs,
    hints=(
        "Images are joined along their channels, the last axis.",
        "A random order may leave an image where it was. np.roll by one never does, for N of at least 2.",
    ),
    solution="""
import numpy as np


def judged_pairs(real_A, real_B, fake_B):
    def pair(a, b):
        return np.concatenate([a, b], axis=-1)

    others_A = np.roll(real_A, 1, axis=0)  # everyone's A moves on by one: nobody keeps their own
    return (pair(real_A, real_B), 1), (pair(real_A, fake_B), 0), (pair(others_A, real_B), 0)
""",
    mistakes=(
        # A random order leaves some images in their places.
        """
import numpy as np


def judged_pairs(real_A, real_B, fake_B):
    def pair(a, b):
        return np.concatenate([a, b], axis=-1)

    others_A = np.random.default_rng(0).permutation(real_A)
    return (pair(real_A, real_B), 1), (pair(real_A, fake_B), 0), (pair(others_A, real_B), 0)
""",
        # Real images, so label 1: it learns that the lines do not matter.
        """
import numpy as np


def judged_pairs(real_A, real_B, fake_B):
    def pair(a, b):
        return np.concatenate([a, b], axis=-1)

    return (pair(real_A, real_B), 1), (pair(real_A, fake_B), 0), (pair(np.roll(real_A, 1, 0), real_B), 1)
""",
        # np.roll without an axis shifts the pixels as well.
        """
import numpy as np


def judged_pairs(real_A, real_B, fake_B):
    def pair(a, b):
        return np.concatenate([a, b], axis=-1)

    return (pair(real_A, real_B), 1), (pair(real_A, fake_B), 0), (pair(np.roll(real_A, 1), real_B), 0)
""",
    ),
)

EXERCISES = (AUGMENT, GENERATOR_LOSS, JUDGED_PAIRS)
