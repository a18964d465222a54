"""Pictures of the image pool: what it holds and shows at a moment, and how old its images are."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from studylib.cyclegan.pool_history import expected_age_shares
from studylib.plots.figure import INK

_AGES = plt.get_cmap("viridis_r")  # yellow: new; dark: old
_EMPTY = (0.93, 0.93, 0.92, 1.0)


def pool_ages(ages, max_length):
    """How old the images are that a pool shows, in images generated since, beside what the rule predicts.

    Args:
        ages: 0 for an image shown at once, k for one that was followed by k others.
        max_length: size of the pool; 0 for none.
    """
    figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
    plt.close(figure)  # the caller shows it; pyplot must not show it a second time
    _age_bars(axis, np.asarray(ages), max_length)
    if max_length:
        place = np.searchsorted(_age_edges(max_length), max_length) - 0.5
        axis.axvline(place, color="tab:red", linestyle="--", linewidth=1)
        axis.text(place, 0.8, f" the last {max_length} images end here", color="tab:red", fontsize=9,
                  transform=axis.get_xaxis_transform())  # fmt: skip
    return figure


def image_pool(history, query):
    """A pool at one moment: its slots coloured by age, what it shows, and the ages of all that it has shown.

    Args:
        history: a `studylib.cyclegan.PoolHistory`.
        query: number of the image that came last, from 0.

    Returns:
        A Figure, quick to draw again and again.

    Raises:
        ValueError: `query` is beyond the history.
    """
    n = len(history.shown)
    if not 0 <= query < n:
        raise ValueError(f"query must be from 0 to {n - 1}, a query of this history. Received: query={query}")
    # Made for a slider: no layout engine and few artists.
    figure = plt.figure(figsize=(9.6, 2.9))
    plt.close(figure)
    slots, text, bars = (figure.add_axes(box) for box in ([0.01, 0.19, 0.28, 0.67], [0.31, 0.19, 0.2, 0.67],
                                                          [0.57, 0.19, 0.42, 0.67]))  # fmt: skip
    _draw_slots(slots, history, query)
    _say_what_is_shown(text, history, query)
    full = history.ages[history.max_length : query + 1]
    _age_bars(bars, full, history.max_length)
    since = " since it is full" if history.max_length else ""
    bars.set_title(f"ages of the {len(full)} images shown{since}", fontsize=10)
    bars.set_ylim(0, 105)
    return figure


def _draw_slots(axis, history, query):
    axis.set_axis_off()
    length = history.max_length
    axis.set_title(f"the pool: {length} slots" if length else "no pool (buffer_max_length=0)", fontsize=10)
    if not length:
        return
    width = int(np.ceil(np.sqrt(1.6 * length)))
    height = -(-length // width)
    ages = query - history.slots[query]
    colours = np.ones((height * width, 4))
    colours[:length] = np.where(history.slots[query][:, None] < 0, _EMPTY, _colours(ages, length))
    axis.imshow(colours.reshape(height, width, 4), interpolation="nearest")
    axis.hlines(np.arange(height) - 0.5, -0.5, width - 0.5, color="white", linewidth=1.5)
    axis.vlines(np.arange(width) - 0.5, -0.5, height - 0.5, color="white", linewidth=1.5)
    entered = np.flatnonzero(history.slots[query] == query)
    for slot in entered:
        place = (slot % width - 0.5, slot // width - 0.5)
        axis.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor="#d0453e", linewidth=2.5, clip_on=False))
    axis.set(xlim=(-0.6, width - 0.4), ylim=(height - 0.4, -0.6))
    legend = f"yellow: new, dark: {_oldest(length)} images old or older\nred frame: changed just now"
    axis.text(0, -0.03, legend, fontsize=8, color="0.35", va="top", transform=axis.transAxes)


def _say_what_is_shown(axis, history, query):
    axis.set_axis_off()
    age = history.ages[query]
    is_filling = query < history.max_length
    what = "stored, and shown" if is_filling else "swapped:\nan older one is shown" if age else "shown at once"
    axis.text(0.0, 0.95, f"image {query} comes", fontsize=11, va="top", color=INK)
    axis.text(0.0, 0.75, what, fontsize=10, va="top", color="0.35")
    axis.add_patch(Rectangle((0.0, 0.12), 0.24, 0.3, facecolor=_colours(age, history.max_length), edgecolor="0.7"))
    axis.text(0.3, 0.27, f"shown:\nimage {history.shown[query]}\nage {age}", fontsize=10, va="center", color=INK)


def _age_bars(axis, ages, max_length):
    """Shares in percent: a bar for new images, the others by half lengths of the pool; the dots are the rule's."""
    edges = _age_edges(max_length)
    places, shares = np.arange(len(edges)), np.zeros(len(edges))
    if len(ages):
        shares = 100 * np.bincount(np.searchsorted(edges, ages, side="right") - 1, minlength=len(edges)) / len(ages)
    axis.bar(places, shares, width=1, color=_colours(edges, max_length), edgecolor="0.7", linewidth=0.5)
    expected = 100 * np.add.reduceat(expected_age_shares(max_length, edges[-1] + 1), edges)
    expected[-1] = 100 - expected[:-1].sum()
    axis.plot(places, expected, "o", color="black", markersize=4, label="by the 50 % rule" if max_length else "all new")
    axis.legend(fontsize=8, frameon=False, loc="upper right")
    axis.spines[["top", "right"]].set_visible(False)
    # An old image's bar stands between the ages where it begins and ends; the last has no end.
    axis.set_xticks([0, *(places[3:-1] - 0.5)[::2], places[-1]], ["new", *edges[3:-1:2], f"{edges[-1]}+"], fontsize=8)
    axis.set_xlabel("age of the image shown, in images generated since")
    axis.set_ylabel("share shown, %")


def _age_edges(max_length):
    """Where the bars begin; the last one has no end. The pool's length is one of the edges."""
    width = (max_length // 2 if max_length % 2 == 0 else max_length) or 25
    return np.array([0, 1, *range(width + (width == 1), 12 * width + 1, width)])


def _oldest(max_length):
    """From this age on an image is as dark as can be."""
    return max(4 * max_length, 10)


def _colours(ages, max_length):
    return _AGES(np.clip(ages / _oldest(max_length), 0, 1))
