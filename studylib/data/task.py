"""What a task is: two sets of training images, as a rule without correspondence, and held-out images to judge by."""

import dataclasses

import numpy as np

from studylib.data import pipeline


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Task:
    """Images of two domains A and B, as `load_task` returns them.

    All images are uint8 arrays (n, image_size, image_size, 3), values 0 to 255.

    Attributes:
        name: the name that `load_task` was called with.
        image_size: height and width in pixels.
        label_a, label_b: what the domains show, in a word or two.
        train_a, train_b: training images. No artwork is in both, and their numbers may differ, unless the task is
            paired: then train_a[i] and train_b[i] are two faces of one artwork.
        test_a, test_b: held-out images.
        names_a, names_b: one id for each training image.
        names_test: one id for each image of test_a, and of test_b too where the task is aligned.
        aligned: True where test_a[i] and test_b[i] are two faces of one artwork, so that an error can be measured.
        attribution: the credit that belongs beside the pictures; empty where none is due.
        paired: True where the training images are pairs.
        jitter: by how much augmentation enlarges an image before it cuts a window of the old size; 1 for not at all.
        shift: by how many whole pixels at most augmentation moves an image; for drawings, whose lines are as thin as a
            pixel and which an enlarged window would blur.
    """

    name: str
    image_size: int
    label_a: str
    label_b: str
    train_a: np.ndarray
    train_b: np.ndarray
    test_a: np.ndarray
    test_b: np.ndarray
    names_a: list[str]
    names_b: list[str]
    names_test: list[str]
    aligned: bool
    attribution: str = ""
    paired: bool = False
    jitter: float = pipeline.JITTER
    shift: int = 0

    def __repr__(self):
        if self.paired:
            counts = f"{len(self.train_a)} pairs of {self.label_a} and {self.label_b}"
        else:
            counts = f"{len(self.train_a)} {self.label_a}, {len(self.train_b)} {self.label_b}"
        test = f"{len(self.test_a)} pairs" if self.aligned else f"{len(self.test_a)} and {len(self.test_b)}"
        return f"Task({self.name!r}, {self.image_size} x {self.image_size}: train {counts}; test {test})"

    def pipeline(self, batch_size=1, seed=0, augment=True, first_step=None):
        """Batches (a, b) of training images, each domain shuffled by itself; pairs stay together and are cut alike.

        Every image is drawn once in a pass over its domain; the shorter domain starts over while the longer one is
        still on its way. An augmented image is a random window of 1/`jitter` of its height and width, enlarged to full
        size, moved by up to `shift` pixels, and mirrored every other time.

        Args:
            batch_size: images of each domain in a batch; always full batches.
            seed: whole number; two pipelines with one seed deliver the same batches, bit for bit.
            augment: False gives the images as they are, still shuffled.
            first_step: None for one finite epoch of `steps_per_epoch(batch_size)` batches; going over the dataset
                again gives the next epoch, with another order and other crops. A whole number k for the endless
                stream of batches k, k + 1, ...: the one that starts at 0, after k batches. It starts at once for any
                k, which is how a run that was killed continues. Epoch e of the finite form is the part of the
                stream that starts at e * steps_per_epoch(batch_size).

        Returns:
            tf.data.Dataset of pairs of float32 tensors (batch_size, image_size, image_size, 3) in [-1, 1].

        Raises:
            ValueError: for arguments out of range.
        """
        images = (self.train_a, self.train_b)
        how = {"paired": self.paired, "jitter": self.jitter, "shift": self.shift}
        return pipeline.image_batches(*images, batch_size, seed, augment, first_step, **how)

    def steps_per_epoch(self, batch_size=1):
        """Number of batches in an epoch: as many full ones as the larger domain fills, at least one."""
        return pipeline.steps_per_epoch(len(self.train_a), len(self.train_b), batch_size)
