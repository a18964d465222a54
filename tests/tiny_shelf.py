"""A shelf of one pair of tiny, untrained generators, for tests of what uses the shelf and not its quality."""

import json

import keras

from studylib.networks import unet_generator

TASK, SIZE = "shapes/plain2striped", 32
LIMITS = "It has learned nothing."


def fill(folder):
    """Put the pair for TASK, of pictures of SIZE x SIZE pixels, with its card into a folder; return the folder."""
    place = folder / TASK
    place.mkdir(parents=True)
    keras.utils.set_random_seed(0)
    for network in ("g_AB", "g_BA"):
        generator = unet_generator((None, None, 3), n_filters=8, n_downsamplings=2)
        # Untrained, it answers with something near grey, where little can go wrong.
        generator.set_weights([5 * weight for weight in generator.get_weights()])
        generator.save(place / f"{network}.keras")
    (place / "card.json").write_text(json.dumps({"image_size": SIZE, "commit": "none", "limits": LIMITS}))
    return folder
