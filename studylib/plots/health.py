"""Healthy and sick loss curves side by side, and a learner's own curves on the healthy band."""

import textwrap

import numpy as np

from studylib.plots.figure import COLOURS, subplots
from studylib.plots.training import PANELS

_CEILINGS = (1.15, 0.45, 0.9, 0.9)  # of the panels: a sick curve may leave its panel, the healthy ones stay readable
_BAND, _TELLING = "#cfd8d3", "#fff1cc"


def health_courses(columns, healthy, telling=None):
    """Small multiples: a column for each kind of run, a row for each pair of losses, the healthy band behind.

    Args:
        columns: dict from title to a list of runs, dicts of arrays as `studylib.training.read_history` gives them; all
            of them are drawn. Losses on held-out pictures, val_d_A and val_d_B, are drawn where a run has them.
        healthy: list of runs; the band spans them all.
        telling: dict from title to the names of the losses that tell (`studylib.training.health.Finding.columns`);
            their panels are tinted.

    Returns:
        A Figure; the horizontal axis is the share of the training that is over.
    """
    n_rows, n_columns = len(PANELS), len(columns)
    figure, axes = subplots(n_rows, n_columns, size=(1.55 * n_columns + 0.9, 5.6), sharex=True, sharey="row")
    for column, (title, runs) in zip(axes.T, columns.items(), strict=True):
        told = set((telling or {}).get(title, ()))
        for axis, names, ceiling in zip(column, PANELS.values(), _CEILINGS, strict=True):
            _band(axis, healthy, names)
            for run in runs:
                _curves(axis, run, names)
            if told & set(names):
                axis.set_facecolor(_TELLING)
            axis.set(xlim=(0, 100), ylim=(0, ceiling))
        column[0].set_title(textwrap.fill(title, 15), fontsize=9)
        column[-1].set_xticks([0, 50, 100])
    for axis, name in zip(axes[:, 0], PANELS, strict=True):
        axis.set_ylabel(name.replace(", ", ",\n").replace(" (", "\n("), fontsize=8)
    figure.supxlabel("share of the training, %", fontsize=9)
    _legend(figure, axes)
    return figure


def against_healthy(history, healthy):
    """A learner's own losses on the band of healthy runs.

    The band comes from other pictures and other networks: the course is to be compared, less so the height of the L1
    terms, which depends on the pictures' contrast.

    Args:
        history: dict of columns as `read_history` gives it; an empty one leaves the band alone.
        healthy: list of runs, as in `health_courses`.

    Returns:
        A Figure, laid out as `loss_curves`.
    """
    figure, axes = subplots(1, len(PANELS), size=(3 * len(PANELS), 3))
    for axis, (title, names) in zip(axes[0], PANELS.items(), strict=True):
        _band(axis, healthy, names)
        if history:
            _curves(axis, history, names, lw=2.2, marker=".")
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("share of the training, %")
        axis.set(xlim=(0, 102), ylim=(0, None))
    _legend(figure, axes)
    return figure


def _share(values):
    """When each entry ends, in per cent of all of them."""
    return 100 * (1 + np.arange(len(values))) / len(values)


def _band(axis, runs, names):
    values = np.array([run[name] for run in runs for name in names])  # (2 * n_runs, n)
    edges = values.min(axis=0), values.max(axis=0)
    axis.fill_between(_share(values[0]), *edges, color=_BAND, lw=0, label="healthy runs")


def _curves(axis, run, names, lw=1.1, **options):
    # One colour for what has to do with making B: g_adversarial_AB and d_B, cycle_B, identity_B.
    for name in names:
        side = name[-1]
        line = {"color": COLOURS[side], "label": f"losses ending in {side}", "lw": lw, **options}
        axis.plot(_share(run[name]), run[name], "-", **line)
        if f"val_{name}" in run:
            axis.plot(_share(run[name]), run[f"val_{name}"], ":", **line | {"label": f"held out, {side}"})


def _legend(figure, axes):
    entries = {}
    for axis in axes.flat:
        handles, labels = axis.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    entries = dict(sorted(entries.items()))
    n_columns = max(2, int(figure.get_figwidth() / 1.7))  # of the legend: it must not be wider than the figure
    figure.legend(entries.values(), entries, loc="outside upper center", ncol=n_columns, frameon=False, fontsize=8)
