"""Exercises of notebook 11: a picture as OpenCV hands it over, numbers of 8 bits, and sizes that do not fit."""

from studylib.exercises import Exercise


def check_prepare(prepare):
    """Compare with what a single coloured pixel must become, then with `preprocess`."""
    import numpy as np

    from studylib.deployment import preprocess

    pixel = np.array([[[255, 51, 0]]], np.uint8)  # blue, green, red
    received = np.asarray(prepare(pixel.copy()))
    if received.shape != (1, 1, 1, 3):
        return f"a picture of 1 x 1 pixels must come back as a batch of shape (1, 1, 1, 3). Received: {received.shape}."
    if received.dtype != np.float32:
        return f"the generator takes float32. Received: {received.dtype}."
    values = received.ravel().tolist()
    if not np.allclose(values, [-1, -0.6, 1], atol=1e-6):
        return (
            "the pixel (blue, green, red) = (255, 51, 0) must become (red, green, blue) = (-1, -0.6, 1). "
            f"Received: ({', '.join(f'{value:g}' for value in values)})."
        )
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    received = np.asarray(prepare(picture.copy()))
    if received.shape != (1, 5, 7, 3) or not np.allclose(received, preprocess(picture[..., ::-1]), atol=1e-6):
        return "a picture of 5 x 7 pixels keeps its rows and columns where they are; here they do not."
    return None


PREPARE = Exercise(
    name="deployment.1",
    prompt=(
        "A server reads pictures with OpenCV: uint8, (height, width, 3), blue first. Write `prepare(picture)`, which "
        "makes of one of them what the generator takes: float32, a batch of one, red first, from -1 to 1."
    ),
    starter="""
import numpy as np


def prepare(picture):
    return ...
""",
    answer="prepare",
    check=check_prepare,
    hints=(
        "picture[..., ::-1] turns the order of the last axis round.",
        "0 must become -1 and 255 must become 1: divide by np.float32(127.5), subtract 1, and add an axis in front.",
    ),
    solution="""
import numpy as np


def prepare(picture):
    return (picture[..., ::-1] / np.float32(127.5) - 1)[None]
""",
    mistakes=(
        # Blue stays first.
        """
import numpy as np


def prepare(picture):
    return (picture / np.float32(127.5) - 1)[None]
""",
        # [0, 1], as most classifiers take it.
        """
import numpy as np


def prepare(picture):
    return (picture[..., ::-1] / np.float32(255))[None]
""",
        # uint8 minus 128 wraps around before it is divided.
        """
import numpy as np


def prepare(picture):
    return ((picture[..., ::-1] - np.uint8(128)) / np.float32(127.5))[None]
""",
        # All axes are turned round: the picture lies on its side, too.
        """
import numpy as np


def prepare(picture):
    return (picture[::-1, ::-1, ::-1] / np.float32(127.5) - 1)[None]
""",
    ),
)


def check_to_int8(to_int8):
    """Compare with whole numbers worked out by hand, then with what lies outside of the range."""
    import numpy as np

    # -1 to 1.55 in 255 steps: one step is 0.01, and 0 is the 100th, at -128 + 100 = -28.
    for value, expected in ((0.0, -28), (-1.0, -128), (1.55, 127), (0.5, 22), (0.017, -26)):
        received = np.asarray(to_int8(np.array([value]), -1.0, 1.55)).ravel()
        if not (received.size == 1 and received[0] == expected):
            return (
                f"for the range from -1 to 1.55 a step is 0.01 and 0 stands at -28, so that {value:g} becomes "
                f"{expected}. Received: {received.tolist()}."
            )
    received = np.asarray(to_int8(np.array([-7.0, 7.0]), -1.0, 1.55))
    if received.tolist() != [-128, 127]:
        return f"-7 and 7 lie outside of the range and stop at its ends, -128 and 127. Received: {received.tolist()}."
    if received.dtype != np.int8:
        return f"the whole numbers must be of the type int8. Received: {received.dtype}."
    return None


TO_INT8 = Exercise(
    name="deployment.2",
    prompt=(
        "Write `to_int8(values, low, high)`: the numbers from low to high (low <= 0 <= high) spread evenly over the "
        "256 whole numbers from -128 to 127. With scale = (high - low) / 255 and zero_point, the whole number nearest "
        "to -128 - low / scale, a value becomes the whole number nearest to value / scale, plus zero_point. What lies "
        "outside of the range stops at its end."
    ),
    starter="""
import numpy as np


def to_int8(values, low, high):
    return ...
""",
    answer="to_int8",
    check=check_to_int8,
    hints=(
        "np.rint rounds; astype(np.int8) alone cuts the digits off, and turns 128 into -128.",
        "Round, add the zero point, np.clip to -128 and 127, and only then astype(np.int8).",
    ),
    solution="""
import numpy as np


def to_int8(values, low, high):
    scale = (high - low) / 255
    zero_point = np.rint(-128 - low / scale)
    return np.clip(np.rint(values / scale) + zero_point, -128, 127).astype(np.int8)
""",
    mistakes=(
        # Not clipped: what is too large comes out very small.
        """
import numpy as np


def to_int8(values, low, high):
    scale = (high - low) / 255
    zero_point = np.rint(-128 - low / scale)
    return (np.rint(values / scale) + zero_point).astype(np.int64).astype(np.int8)
""",
        # Without a zero point: half of the whole numbers may be wasted.
        """
import numpy as np


def to_int8(values, low, high):
    scale = max(-low, high) / 127
    return np.clip(np.rint(values / scale), -128, 127).astype(np.int8)
""",
        # Cut off instead of rounded.
        """
import numpy as np


def to_int8(values, low, high):
    scale = (high - low) / 255
    zero_point = np.rint(-128 - low / scale)
    return np.clip(np.trunc(values / scale) + zero_point, -128, 127).astype(np.int8)
""",
    ),
)


def check_any_picture(translate_any):
    """Try sizes with a stand-in for the generator, which refuses what does not fit, as a U-Net does."""
    import numpy as np

    seen = []

    def generator(images):
        height, width = images.shape[1:3]
        seen.append((height, width))
        if height % 16 or width % 16:
            raise ValueError(f"the generator was called with {height} x {width} pixels")
        return -images  # a negative: every pixel stays in its place

    random = np.random.default_rng(0)
    for height, width, wanted in ((16, 32, (16, 32)), (20, 16, (32, 16)), (33, 47, (48, 48)), (5, 100, (16, 112))):
        images = random.uniform(-1, 1, (2, height, width, 3)).astype(np.float32)
        seen.clear()
        result = np.asarray(translate_any(generator, images.copy(), 16))
        if not seen:
            return "the generator was not called."
        if seen[-1] != wanted:
            return (
                f"for images of {height} x {width} the smallest that fit are {wanted[0]} x {wanted[1]}. "
                f"The generator was called with {seen[-1][0]} x {seen[-1][1]}."
            )
        if result.shape != images.shape:
            return f"images of shape {images.shape} must come back in that shape. Received: {result.shape}."
        if not np.array_equal(result, -images):
            return f"of images of {height} x {width}, pixels come back in other places or changed."
    return None


ANY_PICTURE = Exercise(
    name="deployment.3",
    prompt=(
        "Write `translate_any(generator, images, multiple)` for images (N, H, W, 3) of any size: continue them with "
        "their outermost pixels, below and on the right, up to the next multiple; translate; and cut the result to "
        "the size of the images. Images that fit already are not made larger."
    ),
    starter="""
import numpy as np


def translate_any(generator, images, multiple):
    return ...
""",
    answer="translate_any",
    check=check_any_picture,
    hints=(
        "-20 % 16 is 12 in Python: just what is missing from 20 to 32. And -32 % 16 is 0.",
        'np.pad(images, ((0, 0), (0, below), (0, right), (0, 0)), mode="edge")',
    ),
    solution="""
import numpy as np


def translate_any(generator, images, multiple):
    height, width = images.shape[1:3]
    missing = ((0, 0), (0, -height % multiple), (0, -width % multiple), (0, 0))
    return generator(np.pad(images, missing, mode="edge"))[:, :height, :width]
""",
    mistakes=(
        # A whole block more where the size fits already.
        """
import numpy as np


def translate_any(generator, images, multiple):
    height, width = images.shape[1:3]
    missing = ((0, 0), (0, multiple - height % multiple), (0, multiple - width % multiple), (0, 0))
    return generator(np.pad(images, missing, mode="edge"))[:, :height, :width]
""",
        # Not cut: the result is larger than the images.
        """
import numpy as np


def translate_any(generator, images, multiple):
    height, width = images.shape[1:3]
    missing = ((0, 0), (0, -height % multiple), (0, -width % multiple), (0, 0))
    return generator(np.pad(images, missing, mode="edge"))
""",
        # Continued on both sides, and cut on one.
        """
import numpy as np


def translate_any(generator, images, multiple):
    height, width = images.shape[1:3]
    below, right = -height % multiple, -width % multiple
    missing = ((0, 0), (below // 2, below - below // 2), (right // 2, right - right // 2), (0, 0))
    return generator(np.pad(images, missing, mode="edge"))[:, :height, :width]
""",
    ),
)

EXERCISES = (PREPARE, TO_INT8, ANY_PICTURE)
