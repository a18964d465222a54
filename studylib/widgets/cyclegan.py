"""The interactive view of notebook 09: the image pool at work, image by image."""

import functools

import ipywidgets

from studylib import plots
from studylib.arguments import whole_number
from studylib.cyclegan import expected_age_shares, pool_history
from studylib.widgets.live import live

INTERVAL = 300  # milliseconds between two images while it plays


def image_pool(max_length=50, n_images=400, seed=0):
    """Let images come to a pool one by one: `plots.image_pool` with a play button, a slider and the pool's size.

    Args:
        max_length: of the pool at first; 0 for none.
        n_images: how many come.
        seed: of the pool.

    Returns:
        An ipywidgets box of the class "studylib-image-pool".

    Raises:
        ValueError: an argument is out of its range.
    """
    max_length = whole_number("max_length", max_length, at_least=0)
    history = functools.cache(lambda length: pool_history(length, n_images, seed))
    lengths = sorted({0, 2, 10, 50, history(max_length).max_length}, reverse=True)
    options = [(f"{length} images" if length else "0: no pool", length) for length in lengths]
    query = ipywidgets.IntSlider(min(2 * max_length, n_images - 1), 0, n_images - 1, description="image")
    query.layout = ipywidgets.Layout(width="420px")
    length = ipywidgets.Dropdown(options=options, value=max_length, description="pool holds")

    def draw(query, length):
        return plots.image_pool(history(length), query), _numbers(history(length), query)

    box = live(draw, {"query": query, "length": length})
    play = ipywidgets.Play(value=query.value, min=0, max=n_images - 1, interval=INTERVAL)
    # Through the kernel: where the kernel is busy, pictures are left out instead of queueing up.
    ipywidgets.link((play, "value"), (query, "value"))
    box.children = (ipywidgets.HBox([play, *box.children[0].children], layout=box.children[0].layout),
                    *box.children[1:])  # fmt: skip
    return box.add_class("studylib-image-pool")


def _numbers(history, query):
    """The numbers below the picture, as HTML."""
    length, ages = history.max_length, history.ages[history.max_length : query + 1]
    if not len(ages):
        return f"The pool is filling: {query + 1} of {length} slots are taken, and every image is shown at once."
    if not length:
        return f"Without a pool all <b>{len(ages)}</b> images shown are new."
    older = 1 - expected_age_shares(length, length).sum()
    return (
        f"Of the <b>{len(ages)}</b> images shown since the pool is full <b>{(ages == 0).mean():.0%}</b> were new (the "
        f"rule: 50%) and <b>{(ages >= length).mean():.0%}</b> were {length} images old or older (in the long run: "
        f"{older:.0%})."
    )
