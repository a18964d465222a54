"""Small trained weights that come with the study, each with a card that says what made them and how good they are.

The shelf is this folder: `<task's name>/g_AB.keras`, `g_BA.keras` and `card.json`. `make pretrained` fills it.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import keras

# The layers that the files name must be known to Keras before it loads them.
import studylib.networks  # noqa: F401
from studylib.arguments import path_of, shown, whole_number
from studylib.files import load_network, read_json

SHELF = Path(__file__).parent
GENERATORS = ("g_AB", "g_BA")


@dataclass(frozen=True)
class Pretrained:
    """What `load_pretrained` gives.

    Attributes:
        name: the task that it was trained on.
        g_AB, g_BA: keras models from images (N, image_size, image_size, 3), float in [-1, 1], to images alike. Without
            optimizers and pools: they translate and do not train on.
        card: dict: data, recipe, command, commit, seed, seconds, scores, failures and limits.
        image_size: height and width in pixels.
    """

    name: str
    g_AB: keras.Model
    g_BA: keras.Model
    card: dict
    image_size: int

    def __repr__(self):
        return f"Pretrained({self.name!r}, {self.image_size} x {self.image_size}, commit {self.card['commit']})"


def names(folder=SHELF):
    """Sorted names of what is on the shelf: of every folder that holds a card."""
    folder = path_of("folder", folder)
    return sorted(card.parent.relative_to(folder).as_posix() for card in folder.rglob("card.json"))


def load_pretrained(name, folder=SHELF):
    """Load a trained pair of generators with its card. A second call gives the same object, at once.

    Example:
        >>> painter = load_pretrained("openmoji/line2color")
        >>> coloured = evaluation.translate(painter.g_AB, task.test_a)

    Args:
        name: of a task, such as "openmoji/line2color"; `names()` lists what is there.
        folder: another shelf than the one that comes with this package.

    Returns:
        `Pretrained`.

    Raises:
        ValueError: nothing of that name is on the shelf, or one of its files is missing, damaged, or brings code along.
    """
    known = names(folder)
    there = f"on the shelf: {', '.join(known) or 'nothing yet'}"
    if name not in known:
        raise ValueError(f"name must be one of those {there}. Received: name={shown(name)}")
    place = path_of("folder", folder).absolute() / name
    if missing := [f"{network}.keras" for network in GENERATORS if not (place / f"{network}.keras").exists()]:
        raise ValueError(
            f"{name} is incomplete ({there}): make it anew with `make pretrained NAME={name}`. Received: a folder "
            f"without {' and '.join(missing)}"
        )
    return _load(name, place, (place / "card.json").stat().st_mtime_ns)


@functools.cache
def _load(name, place, written):
    """`written`, the time of the card, is only here so that a newer one is not taken for the one that was loaded."""
    card = read_json(place / "card.json")
    if missing := [entry for entry in ("image_size", "commit") if entry not in card]:
        raise ValueError(f"{place / 'card.json'} must say {missing[0]}. Received: {shown(list(card))}")
    image_size = whole_number("image_size", card["image_size"])
    networks = [load_network(place / f"{network}.keras") for network in GENERATORS]
    return Pretrained(name, *networks, card, image_size)
