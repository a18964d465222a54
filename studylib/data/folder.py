"""Your own images as a task.

Either of two layouts::

    PATH/trainA/  PATH/trainB/          PATH/train/apple/  PATH/train/orange/
    PATH/testA/   PATH/testB/           PATH/test/apple/   PATH/test/orange/

In the second, the class that comes first in the alphabet is A. The test folders may be missing: then a tenth of the
training images is held out, chosen by a hash of the file names, so that the choice is the same every time and files
of one name in both domains are held out together.
"""

import concurrent.futures
import hashlib
import unicodedata

import numpy as np
from tqdm.auto import tqdm

from studylib.arguments import path_of, shown
from studylib.data.images import SUFFIXES, read_image
from studylib.data.task import Task

HELD_OUT = 0.1


def load(name, path, image_size, paired=False):
    """See `load_task`; `path` may be relative or begin with ~."""
    if not path.strip():
        raise ValueError(f'After "folder:" comes a path, as in "folder:~/apple2orange". Received: name={shown(name)}')
    root = path_of("name", path)
    if not root.is_dir():
        raise FileNotFoundError(f"There is no folder {root} (looked for {root.absolute()}).")
    labels, folders = _layout(root)

    files = {}
    for domain in "AB":
        train, test = folders[f"train{domain}"], folders[f"test{domain}"]
        files[f"train{domain}"] = _image_files(train)
        if test.is_dir():
            files[f"test{domain}"] = _image_files(test)
        else:
            files[f"train{domain}"], files[f"test{domain}"] = _hold_out(files[f"train{domain}"])
    if paired:
        _check_pairs(root, files["trainA"], files["trainB"])
    images = _read_all(files, image_size)
    stems_a, stems_b = ([_stem(file) for file in files[part]] for part in ("testA", "testB"))
    return Task(
        name,
        image_size,
        *labels,
        train_a=images["trainA"],
        train_b=images["trainB"],
        test_a=images["testA"],
        test_b=images["testB"],
        # With the folder: files that are called the same in both domains are in general different artworks.
        names_a=[_id(file) for file in files["trainA"]],
        names_b=[_id(file) for file in files["trainB"]],
        names_test=[_id(file) for file in files["testA"]],
        # Two folders that are both numbered say nothing: only test folders that somebody made can hold pairs.
        aligned=(paired or folders["testA"].is_dir()) and stems_a == stems_b and len(set(stems_a)) == len(stems_a),
        paired=paired,
    )


def _check_pairs(root, files_a, files_b):
    """Raise ValueError unless each training file of A has its partner of the same name in B."""
    stems = [[_stem(file) for file in files] for files in (files_a, files_b)]
    alone = sorted(set(stems[0]) ^ set(stems[1]))
    if alone or len(set(stems[0])) != len(stems[0]) or len(set(stems[1])) != len(stems[1]):
        example = f"{alone[0]} is in one domain only" if alone else "a name comes twice in one domain"
        raise ValueError(
            f"paired=True needs files of the same names in both training domains of {root}, as in trainA/7.png and "
            f"trainB/7.png; {example}."
        )


def _layout(root):
    """The labels of A and B, and the folder of each part."""
    children = {_name(child): child for child in root.iterdir() if child.is_dir()}
    if "trainA" in children and "trainB" in children:
        return ("A", "B"), {part: root / part for part in ("trainA", "trainB", "testA", "testB")}
    wanted = f"{root} needs either the folders trainA and trainB, or a folder train with two class folders in it"
    if "train" not in children:
        raise ValueError(f"{wanted}. Found: {', '.join(sorted(children)) or 'no folder at all'}.")
    classes = sorted(_name(c) for c in children["train"].iterdir() if c.is_dir() and not c.name.startswith("."))
    if len(classes) != 2:
        raise ValueError(f"{wanted}. Found in train: {', '.join(classes) or 'no folder at all'}.")
    by_name = {
        (part, _name(child)): child
        for part in ("train", "test")
        if part in children
        for child in children[part].iterdir()
    }
    missing = [c for c in classes if ("test", c) not in by_name]
    if "test" in children and missing:
        raise ValueError(f"{root / 'test'} needs the class folders of train; missing: {', '.join(missing)}.")
    folders = {
        f"{part}{domain}": by_name.get((part, label), root / part / label)
        for part in ("train", "test")
        for domain, label in zip("AB", classes, strict=True)
    }
    return tuple(classes), folders


def _image_files(folder):
    """The image files of a folder, sorted by name. Files of other kinds and hidden files are none of them."""
    files = [f for f in folder.iterdir() if f.is_file() and not f.name.startswith(".")]
    images = [f for f in files if f.suffix.lower() in SUFFIXES]
    if not images:
        found = f"{len(files)} other files, such as {files[0].name}" if files else "nothing"
        raise ValueError(f"{folder} holds no image ({', '.join(SUFFIXES)}). Found: {found}.")
    return sorted(images, key=_name)


def _hold_out(files):
    """(kept, held out): a tenth, at least one image; of a single image nothing can be held out."""
    n_test = max(1, round(HELD_OUT * len(files))) if len(files) > 1 else 0
    by_hash = sorted(files, key=lambda file: hashlib.sha256(_stem(file).encode()).digest())
    held_out = set(by_hash[:n_test])
    return [f for f in files if f not in held_out], [f for f in files if f in held_out]


def _read_all(files, image_size):
    """A dict of uint8 arrays (n, image_size, image_size, 3) for a dict of lists of files."""
    images = {part: np.empty((len(paths), image_size, image_size, 3), np.uint8) for part, paths in files.items()}
    jobs = [(part, i, path) for part, paths in files.items() for i, path in enumerate(paths)]

    def read(job):
        part, i, path = job
        images[part][i] = read_image(path, image_size)

    # Pillow decodes outside the interpreter's lock, so threads help; large pictures wait for each other (see
    # `read_image`). The first failure, in order, ends the loop.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        futures = [pool.submit(read, job) for job in jobs]
        try:
            for future in tqdm(futures, desc="reading images", unit=" images", delay=1):
                future.result()
        finally:
            pool.shutdown(cancel_futures=True)
    return images


def _name(path):
    """The file's name; macOS may store Korean syllables taken apart, which would sort and compare otherwise."""
    return unicodedata.normalize("NFC", path.name)


def _id(path):
    return f"{unicodedata.normalize('NFC', path.parent.name)}/{_name(path)}"


def _stem(path):
    return unicodedata.normalize("NFC", path.stem)
