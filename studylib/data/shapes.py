"""A task drawn by code in a moment: plain shapes <-> the same kind of shapes with stripes.

The truth is exact in both directions, for stripes lie level, are always white, and start at the middle of their shape:
a plain shape has one striped twin. (Level, because a mirrored picture must be as likely as the picture itself.)
"""

import colorsys

import numpy as np

from studylib.data.task import Task

NAME = "shapes/plain2striped"
N_TRAIN, N_TEST = 256, 64
_SIZES = (N_TRAIN, N_TRAIN, N_TEST)

_STRIPE = 1 / 16  # height of a stripe and of a gap, as a fraction of the picture
_CORNERS = (3, 4, 5, 6, 60)  # sixty corners pass for a circle


def load(name, image_size, paired=False):
    """See `load_task`. Picture i of a part is drawn from the seed (part, i): no scene is in two parts."""
    scenes = {part: [_scene(np.random.default_rng([part, i])) for i in range(n)] for part, n in enumerate(_SIZES)}
    b = 0 if paired else 1  # the part behind domain B
    return Task(
        name,
        image_size,
        label_a="plain",
        label_b="striped",
        train_a=_draw_all(scenes[0], image_size, striped=False),
        train_b=_draw_all(scenes[b], image_size, striped=True),
        test_a=_draw_all(scenes[2], image_size, striped=False),
        test_b=_draw_all(scenes[2], image_size, striped=True),
        names_a=[f"shapes_0_{i}" for i in range(N_TRAIN)],
        names_b=[f"shapes_{b}_{i}" for i in range(N_TRAIN)],
        names_test=[f"shapes_2_{i}" for i in range(N_TEST)],
        aligned=True,
        paired=paired,
    )


def _scene(random):
    """One or two shapes on a light ground: (ground colour, [(x, y, radius, corners, turn, colour), ...]).

    Lengths are fractions of the picture, colours RGB in 0..1.
    """
    ground = colorsys.hsv_to_rgb(random.random(), random.uniform(0.02, 0.1), random.uniform(0.94, 1.0))
    n_shapes = random.integers(1, 3)
    shapes = []
    for i in range(n_shapes):
        radius = random.uniform(0.26, 0.4) / n_shapes**0.5
        # Two shapes keep to their halves of a diagonal, so that they hardly overlap.
        middle = 0.5 if n_shapes == 1 else (0.29, 0.71)[i]
        x, y = middle + random.uniform(-0.04, 0.04, 2)
        colour = colorsys.hsv_to_rgb(random.random(), random.uniform(0.6, 0.9), random.uniform(0.6, 0.9))
        shapes.append((x, y, radius, random.choice(_CORNERS), random.uniform(0, 2 * np.pi), colour))
    return ground, shapes


def _draw_all(scenes, image_size, striped):
    return np.stack([draw(scene, image_size, striped) for scene in scenes])


def draw(scene, image_size, striped):
    """One picture: uint8 array (image_size, image_size, 3).

    Edges are soft over one pixel, which is what antialiasing by area comes to.
    """
    ground, shapes = scene
    at = (np.arange(image_size) + 0.5) / image_size
    picture = np.broadcast_to(np.array(ground), (image_size, image_size, 3))
    for x, y, radius, corners, turn, colour in shapes:
        dy, dx = at[:, None] - y, at[None, :] - x
        # Distance from the outline of a regular polygon: along the normal of the side that the pixel faces.
        side = 2 * np.pi / corners
        angle = (np.arctan2(dy, dx) + turn) % side - side / 2
        distance = np.hypot(dx, dy) * np.cos(angle) - radius * np.cos(side / 2)
        inside = np.clip(0.5 - distance * image_size, 0, 1)[..., None]
        paint = np.array(colour)
        if striped:
            # A triangle wave: its slope is one, so it measures the distance from the nearest edge of a stripe.
            wave = np.abs((dy - _STRIPE / 2) % (2 * _STRIPE) - _STRIPE) - _STRIPE / 2
            white = np.clip(0.5 + wave * image_size, 0, 1)[..., None]
            paint = white + (1 - white) * paint
        picture = inside * paint + (1 - inside) * picture
    return np.round(255 * picture).astype(np.uint8)
