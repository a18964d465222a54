"""Real feature maps to normalize: a first layer's answer to images, and one image watched among its batch mates.

The layer is a fixed bank of eight 5x5 filters of the kind that trained first layers end up with: smoothed brightness
and colours, edges, lines, spots. It has no bias, so that a picture's contrast is a factor in front of its
feature maps, and reflection padding, so that brightness adds the same number to every pixel of a map.
"""

import dataclasses
import functools

import keras
import numpy as np

from studylib.arguments import array_size, number_array, one_of, real_number, true_or_false, whole_number
from studylib.normalization import zoo

CHANNELS = (
    "brightness",
    "yellow - blue",
    "red - green",
    "vertical edges",
    "horizontal edges",
    "vertical lines",
    "diagonal lines",
    "spots",
)
MEMBERS = ("none", "batch", "layer", "instance", "group", "weight", "whitening")
MATES = ("same", "others", "inverted")
GAMMA, BETA = 1.5, 0.5  # stand for what training would learn
MOMENTUM, STEPS = 0.99, 1000  # of the moving averages, as keras.layers.BatchNormalization has them by default

_FUNCTIONS = {
    "batch": zoo.batch_normalization,
    "layer": zoo.layer_normalization,
    "instance": zoo.instance_normalization,
    "group": zoo.group_normalization,
}


def filter_bank():
    """The kernel (5, 5, 3, 8), float32; its filters are named in CHANNELS, and none is a sum of the others."""
    y, x = np.mgrid[-2:3, -2:3]
    blur = np.exp(-(x**2 + y**2) / 2)
    blur /= blur.sum()
    spot = blur - 1 / 25
    grey, yellow, red = np.array([1, 1, 1]) / 3, np.array([0.5, 0.5, -1]), np.array([1, -1, 0])
    masks = [blur, blur, blur, x * blur, y * blur, (y * y - x * x) * blur / 2, -x * y * blur, 2 * spot]
    colours = [grey, yellow, red, *[grey] * 5]
    # (5, 5, 1) times (3,), stacked along the filters
    return np.stack([m[..., None] * c for m, c in zip(masks, colours, strict=True)], axis=-1).astype("float32")


@dataclasses.dataclass(frozen=True)
class Watched:
    """What a normalization does to one image among its batch mates; see `FeatureMaps.watch`.

    Args:
        batch: the images, float32 (N, H, W, 3) about [-1, 1]; the watched one is the first.
        before, after: the watched image's feature maps, (H, W, C).
        usual: `after` with the batch mates, the contrast and the brightness left alone, (H, W, C).
        shared_before, shared_after: values of all cells that share a mean with the watched channel, or None.
        settings: the arguments of `watch`, a dict.
        scale: the largest magnitude of each channel among all images, (C,); a picture's colours end there.
        parameters: how many numbers the normalization learns.
        averages: how many moving averages it keeps.
    """

    batch: np.ndarray
    before: np.ndarray
    after: np.ndarray
    usual: np.ndarray
    shared_before: np.ndarray | None
    shared_after: np.ndarray | None
    settings: dict
    scale: np.ndarray
    parameters: int
    averages: int

    @property
    def means(self):
        """How many means the batch has, or 0."""
        return 0 if self.shared_before is None else len(self.batch) * self.before.size // self.shared_before.size

    @property
    def change(self):
        """The mean absolute difference between `after` and `usual` in the watched channel."""
        channel = self.settings["channel"]
        return float(np.mean(np.abs(self.after[..., channel] - self.usual[..., channel])))


class FeatureMaps:
    """The feature maps of many images, computed once, from which batches are put together.

    Args:
        images: uint8 (P, H, W, 3), at least 2.
        kernel: (kh, kw, 3, C) with odd kh and kw; default `filter_bank()`.

    Raises:
        ValueError: images is not as above.
    """

    def __init__(self, images, kernel=None):
        images = number_array("images", images, empty=True)
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3 or len(images) < 2:
            raise ValueError(
                f"images must be uint8 of shape (2 or more, H, W, 3). Received: {images.dtype}, shape {images.shape}"
            )
        self.kernel = filter_bank() if kernel is None else number_array("kernel", kernel, n_axes=4).astype("float32")
        self.images = images.astype("float32") / 127.5 - 1
        pads = [(0, 0), *((size // 2, size // 2) for size in self.kernel.shape[:2]), (0, 0)]
        padded = np.pad(self.images, pads, "reflect")
        self.features = np.asarray(keras.ops.conv(padded, self.kernel, padding="valid"))  # (P, H, W, C)
        self._scale = np.abs(self.features).max((0, 1, 2))
        self._remembered = None, None

    def watch(
        self,
        member="batch",
        groups=2,
        batch_size=8,
        affine=False,
        inference=False,
        image=0,
        channel=0,
        mates="same",
        contrast=1.0,
        brightness=0.0,
        epsilon=1e-5,
    ):
        """Normalizes a batch that begins with one image, the watched one.

        Args:
            member: "none", "batch", "layer", "instance", "group", "weight" or "whitening".
            groups: of channels, for "group".
            batch_size: N, images in the batch.
            affine: multiply by GAMMA and add BETA at the end, as layers do that learned them; not for "none" and
                "weight", whose factor g is the kernel's (here 1).
            inference: for "batch": use moving averages of STEPS training batches of this size.
            image: number of the watched image.
            channel: number of the watched channel.
            mates: the other N - 1 images: "same" are those that follow the watched one, "others" come from elsewhere,
                "inverted" are the first as negatives.
            contrast: factor on the watched image's values, which are 0 at middle grey; nothing is clipped.
            brightness: added to the watched image's values.
            epsilon: of the normalization.

        Returns:
            A `Watched`.

        Raises:
            ValueError: an argument is out of its range.
        """
        settings = {key: value for key, value in locals().items() if key != "self"}
        self._check(settings)
        rows = (image + np.arange(batch_size)) % len(self.images)
        sign = np.ones((batch_size, 1, 1, 1), "float32")
        sign[1:] = -1 if mates == "inverted" else 1
        if mates == "others":
            rows[1:] = (rows[1:] + len(self.images) // 2) % len(self.images)

        batch, before = self.images[rows] * sign, self.features[rows] * sign
        batch[0] = batch[0] * contrast + brightness
        before[0] = before[0] * contrast + brightness * self.kernel.sum((0, 1, 2))  # the layer is linear
        after = self._normalize(before, settings)

        shared = None
        if member not in ("none", "weight"):
            known = "batch" if member == "whitening" else member
            numbers = zoo.statistics_groups(known, before.shape, groups if member == "group" else None)
            shared = numbers == numbers[0, 0, 0, channel]
        channels = before.shape[-1]
        learned = 2 * channels if affine and member not in ("none", "weight") else 0
        return Watched(
            batch=batch,
            before=before[0],
            after=after[0],
            usual=self._usual(settings),
            shared_before=None if shared is None else before[shared],
            shared_after=None if shared is None else after[shared],
            settings=settings,
            scale=self._scale,
            parameters=channels if member == "weight" else learned,
            averages=2 * channels if member == "batch" else 0,
        )

    def moving_averages(self, batch_size, momentum=MOMENTUM, steps=STEPS, seed=0):
        """Mean and variance a channel, as batch normalization has them after a training on random batches.

        Args:
            batch_size: images in each batch.
            momentum: share of the old average in the new one.
            steps: how many batches.
            seed: draws them.

        Returns:
            (mean, variance), each (C,).
        """
        whole_number("seed", seed, at_least=0)
        real_number("momentum", momentum, at_most=1)
        array_size(
            (whole_number("steps", steps), whole_number("batch_size", batch_size)), steps=steps, batch_size=batch_size
        )
        drawn = np.random.default_rng(seed).integers(len(self.images), size=(steps, batch_size))
        means = self._moments[0][drawn].mean(1)  # (steps, C)
        variances = self._moments[1][drawn].mean(1) - means**2
        # new = momentum * old + (1 - momentum) * batch, from mean 0 and variance 1 on, written as one sum.
        weights = (1 - momentum) * momentum ** np.arange(steps - 1, -1, -1)
        return weights @ means, weights @ variances + momentum**steps

    @functools.cached_property
    def _moments(self):
        """The means of the features and of their squares, an image and a channel, (P, C)."""
        features = self.features.astype("float64")
        return features.mean((1, 2)), (features**2).mean((1, 2))

    def _usual(self, settings):
        """The watched image's output with nothing changed; remembered, as a slider asks for it many times."""
        names = ("member", "groups", "batch_size", "affine", "inference", "image", "epsilon")
        key = tuple(settings[name] for name in names)
        if self._remembered[0] != key:
            rows = (settings["image"] + np.arange(settings["batch_size"])) % len(self.images)
            self._remembered = key, self._normalize(self.features[rows], settings)[0]
        return self._remembered[1]

    def _normalize(self, x, settings):
        member, channels = settings["member"], x.shape[-1]
        options = {"epsilon": settings["epsilon"]}
        if member == "none":
            return x
        if member == "weight":
            # w = v / ||v||: the layer is linear, so that dividing its output is dividing its kernel.
            return x / np.linalg.norm(self.kernel.reshape(-1, channels), axis=0)
        if member == "whitening":
            y = np.asarray(zoo.whitening(x, **options))
            return y * GAMMA + BETA if settings["affine"] else y
        if settings["affine"]:
            options |= {"gamma": np.full(channels, GAMMA), "beta": np.full(channels, BETA)}
        if member == "group":
            options["groups"] = settings["groups"]
        if member == "batch" and settings["inference"]:
            options["mean"], options["variance"] = self.moving_averages(settings["batch_size"])
        return np.asarray(_FUNCTIONS[member](x, **options))

    def _check(self, settings):
        for name, known in (("member", MEMBERS), ("mates", MATES)):
            one_of(name, settings[name], known)
        whole_number("batch_size", settings["batch_size"], 1, len(self.images))
        whole_number("image", settings["image"], 0, len(self.images) - 1)
        whole_number("channel", settings["channel"], 0, self.features.shape[-1] - 1)
        for name in ("affine", "inference"):
            true_or_false(name, settings[name])
        if settings["member"] == "group":
            whole_number("groups", settings["groups"])
        real_number("epsilon", settings["epsilon"], above=0)
        real_number("contrast", settings["contrast"])
        real_number("brightness", settings["brightness"], at_least=-float("inf"))
