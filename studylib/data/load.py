"""From a task's name to its images."""

import difflib

from studylib.arguments import shown, true_or_false, whole_number
from studylib.data import folder, openmoji, shapes, tfds

# All images of a task are held in memory: at 64 pixels OpenMoji takes 26 MB, at 256 already 0.4 GB, at 1024 6.6 GB.
SMALLEST, LARGEST = 8, 1024

_EMBEDDED = {
    **{name: openmoji.load for name in openmoji.TASKS},
    openmoji.SUPERRES: openmoji.load_superres,
    shapes.NAME: shapes.load,
}
_PREFIXES = {"folder:": folder.load, "tfds:": tfds.load}
TASK_NAMES = (*_EMBEDDED, "folder:PATH", "tfds:cycle_gan/NAME")


def load_task(name, image_size=64, paired=False):
    """Load the images of a task.

    Example:
        >>> task = load_task("openmoji/line2color", image_size=64)
        >>> task.train_a.shape[1:], task.train_a.dtype
        ((64, 64, 3), dtype('uint8'))

    Args:
        name: one of
            "openmoji/line2color": line art <-> full colour;
            "openmoji/flat2outlined": colour without outlines <-> colour with outlines;
            "openmoji/superres": small pictures (16 x 16 for image_size=64), enlarged by repeating pixels <-> full
                size; always paired;
            "shapes/plain2striped": plain shapes <-> striped shapes, drawn by code in a moment;
            "folder:PATH": your own images in trainA/, trainB/ and, if you have them, testA/, testB/;
            "tfds:cycle_gan/NAME": a data set of TensorFlow Datasets, such as "tfds:cycle_gan/horse2zebra".
        image_size: height and width in pixels, 8 to 1024.
        paired: True gives training images in pairs, train_a[i] and train_b[i] being two faces of one artwork, as
            pix2pix needs them. A folder's pairs are the files of the same name.

    Returns:
        A `Task`. Its images are uint8 arrays (n, image_size, image_size, 3).

    Raises:
        ValueError: for a name that does not exist, a size out of range, files that are no readable images, or pairs
            where there are none.
        FileNotFoundError: where a folder is missing.
        ModuleNotFoundError: where "tfds:" is asked for and tensorflow-datasets is not installed.
    """
    image_size = whole_number("image_size", image_size, SMALLEST, LARGEST)
    paired = true_or_false("paired", paired)
    if not isinstance(name, str):
        raise ValueError(f"name must be a string, one of {', '.join(TASK_NAMES)}. Received: name={shown(name)}")
    if name in _EMBEDDED:
        return _EMBEDDED[name](name, image_size, paired)
    for prefix, load in _PREFIXES.items():
        if name.startswith(prefix):
            return load(name, name.removeprefix(prefix), image_size, paired)
    nearest = difflib.get_close_matches(name[:100], _EMBEDDED, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(
        f"There is no such task; the tasks are {', '.join(TASK_NAMES)}. Received: name={shown(name)}.{hint}"
    )
