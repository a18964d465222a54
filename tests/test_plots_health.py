"""The pictures of healthy and sick curves: the band is the healthy runs', the tint is where a sickness shows."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from studylib import plots
from studylib.plots.health import _TELLING
from studylib.plots.training import PANELS
from studylib.training.health import examine
from studylib.training.health_runs import recorded_runs

NAMES = list(PANELS.values())


@pytest.fixture(scope="module")
def runs():
    return recorded_runs()


def drawn(figure):
    assert not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def band_of(axis):
    """Lower and upper edge of the band at each of its places."""
    (band,) = axis.collections
    points = band.get_paths()[0].vertices
    return {round(x, 6): (points[points[:, 0] == x, 1].min(), points[points[:, 0] == x, 1].max()) for x in points[:, 0]}


def assert_band(axis, healthy, names):
    values = np.array([run[name] for run in healthy for name in names])
    edges = band_of(axis)
    assert len(edges) == values.shape[1] and max(edges) == 100
    for (low, high), column in zip((edges[x] for x in sorted(edges)), values.T, strict=True):
        assert (low, high) == pytest.approx((column.min(), column.max()))


def test_courses_show_every_run_on_the_band_and_tint_what_tells(runs):
    kinds = ["healthy", "collapsed discriminator", "colour inversion", "learned by heart"]
    telling = {kind: examine(runs[kind][0])[0].columns for kind in kinds}
    figure = drawn(plots.health_courses({kind: runs[kind] for kind in kinds}, runs["healthy"], telling))
    axes = np.array(figure.axes).reshape(len(PANELS), len(kinds))
    for kind, column in zip(kinds, axes.T, strict=True):
        assert column[0].get_title().replace("\n", " ") == kind
        for axis, names in zip(column, NAMES, strict=True):
            assert_band(axis, runs["healthy"], names)
            assert (to_hex(axis.get_facecolor()) == _TELLING) == bool(set(telling[kind]) & set(names))
            solid = [line for line in axis.lines if line.get_linestyle() == "-"]
            expected = [run[name] for run in runs[kind] for name in names]
            assert len(solid) == len(expected)
            assert all(np.array_equal(line.get_ydata(), values) for line, values in zip(solid, expected, strict=True))
            dotted = [line for line in axis.lines if line.get_linestyle() == ":"]
            assert len(dotted) == (len(solid) if names == ("d_A", "d_B") else 0)
    assert not any(to_hex(axis.get_facecolor()) == _TELLING for axis in axes[:, 0])
    assert sum(to_hex(axis.get_facecolor()) == _TELLING for axis in axes[:, 1]) == 2


def test_courses_without_a_name_give_nothing_away(runs):
    figure = drawn(plots.health_courses({"1": [runs["does nothing"][0]]}, runs["healthy"]))
    assert not any(to_hex(axis.get_facecolor()) == _TELLING for axis in figure.axes)


@pytest.mark.parametrize("n", [2, 6, 40])
def test_own_curves_stand_on_the_band_whatever_their_length(runs, n):
    history = {name: list(np.linspace(1, 0.1 * i, n)) for i, names in enumerate(NAMES) for name in names}
    figure = drawn(plots.against_healthy({**history, "epoch": list(range(1, n + 1))}, runs["healthy"]))
    for axis, names, title in zip(figure.axes, NAMES, PANELS, strict=True):
        assert axis.get_title() == title
        assert_band(axis, runs["healthy"], names)
        for line, name in zip(axis.lines, names, strict=True):
            assert list(line.get_ydata()) == history[name]
            assert line.get_xdata()[-1] == 100 and line.get_xdata()[0] == pytest.approx(100 / n)
        assert len({line.get_color() for line in axis.lines}) == 2


def test_before_the_first_epoch_there_is_only_the_band(runs):
    figure = drawn(plots.against_healthy({}, runs["healthy"]))
    assert all(len(axis.collections) == 1 and not axis.lines for axis in figure.axes)
