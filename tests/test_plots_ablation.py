"""What the ablation's pictures show: every seed, the median, doing nothing, and each variant's outputs."""

import numpy as np

from studylib import plots

MEASURED = {
    "GAN alone": {"AB": [26.0, 31.0, 28.0], "BA": [40.0, 47.0, 41.0]},
    "full": {"AB": [8, 9, 7], "BA": [5, 4, 6]},
}
NOTHING = {"AB": ("doing nothing", 16.4), "BA": ("doing nothing", 16.4)}


def test_spread_shows_every_seed_its_median_and_doing_nothing():
    figure = plots.ablation_spread(MEASURED, NOTHING, "error", whole=("full",), titles={"AB": "plain to striped"})
    assert [axis.get_title() for axis in figure.axes] == ["plain to striped", "BA"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(MEASURED)
    for axis, direction in zip(figure.axes, ("AB", "BA"), strict=True):
        less, less_median, whole, whole_median, nothing = axis.lines
        for marks, bar, name in ((less, less_median, "GAN alone"), (whole, whole_median, "full")):
            assert list(marks.get_xdata()) == MEASURED[name][direction]
            assert set(marks.get_ydata()) == {list(MEASURED).index(name)}
            assert list(bar.get_xdata()) == [np.median(MEASURED[name][direction])] * 2
        assert less.get_marker() != whole.get_marker() and less.get_color() != whole.get_color()
        assert list(nothing.get_xdata()) == [16.4, 16.4] and nothing.get_linestyle() == ":"
        assert "error\ndotted: doing nothing, 16.4" == axis.get_xlabel()
        low, high = axis.get_xlim()
        assert low == 0 and high > 47  # the panels share a scale, so that they can be compared
        assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first variant stands on top


def test_outputs_stand_between_input_and_truth():
    images = [np.full((2, 4, 4, 3), k, np.uint8) for k in (0, 50, 100, 150)]
    inputs, gan, full, truth = images
    figure = plots.ablation_outputs(inputs, {"GAN alone": gan, "full": full}, truth)
    first_row = figure.axes[:4]
    assert [axis.get_title() for axis in first_row] == ["input", "GAN alone", "full", "truth"]
    assert [axis.images[0].get_array()[0, 0, 0] for axis in first_row] == [0, 50, 100, 150]
