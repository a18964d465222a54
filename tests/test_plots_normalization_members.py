"""The pictures of the members of the zoo: that what was measured stands where it belongs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from studylib import plots


def legend(axis):
    return [text.get_text() for text in axis.get_legend().get_texts()]


def line(axis, label):
    return next(each for each in axis.lines if each.get_label() == label)


def test_runs_are_marks_and_their_means_a_line():
    curves = {"batch": ((1, 4, 64), [[0.2, 0.8, 0.8], [0.4, 1.0, 0.6]]), "group": ((1, 4, 64), [0.9, 0.8, 0.7])}
    figure = plots.repeated_runs({"digits": curves}, "batch size", "test accuracy", logx=True)
    (axis,) = figure.axes
    assert axis.get_title() == "digits" and axis.get_xlabel() == "batch size" and axis.get_ylabel() == "test accuracy"
    assert legend(axis) == ["batch", "group"]
    mean = line(axis, "batch")
    np.testing.assert_allclose(mean.get_ydata(), [0.3, 0.9, 0.7])
    marks = [each for each in axis.lines if each.get_color() == mean.get_color() and each is not mean]
    np.testing.assert_allclose([each.get_ydata() for each in marks], [[0.2, 0.8, 0.8], [0.4, 1.0, 0.6]])
    assert axis.get_xscale() == "log" and [t.get_text() for t in axis.get_xticklabels()] == ["1", "4", "64"]
    styles = {(each.get_color(), each.get_marker(), each.get_linestyle()) for each in map(line, [axis] * 2, curves)}
    assert len({colour for colour, _, _ in styles}) == len({mark for _, mark, _ in styles}) == 2
    plt.close("all")


def test_texts_stand_side_by_side_and_a_label_has_one_colour_in_all_panels():
    panels = {"one": {"a": (["x", "y"], [1, 2]), "b": (["x", "y"], [2, 3])}, "two": {"b": (["x", "y"], [4, 5])}}
    figure = plots.repeated_runs(panels, ["left", "right"], "value", ylim=(0, 6))
    first, second = figure.axes
    assert [axis.get_xlabel() for axis in figure.axes] == ["left", "right"]
    assert [t.get_text() for t in second.get_xticklabels()] == ["x", "y"] and list(second.get_xticks()) == [0, 1]
    assert line(first, "b").get_color() == line(second, "b").get_color() != line(first, "a").get_color()
    assert first.get_ylim() == second.get_ylim() == (0, 6)


@pytest.mark.parametrize("slope", [-0.5, -0.25])
def test_fitted_law_goes_through_points_that_follow_it(slope):
    sizes = np.array([1, 4, 16])
    figure = plots.statistics_error(sizes, {"mean": 0.3 * sizes**slope}, {"mean": slope})
    points, law = figure.axes[0].lines
    np.testing.assert_allclose(law.get_ydata(), points.get_ydata())
    assert f"{slope:.2f}" in law.get_label() and points.get_label() == "mean"
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"
    assert "units of the whole set's" in figure.axes[0].get_ylabel()


def test_training_shows_smoothed_loss_and_each_layers_gradient():
    losses = {"none": np.full(30, 2.0), "batch": np.r_[np.full(15, 2.0), np.zeros(15)]}
    figure = plots.member_training(losses, {"none": [1e-3, 1e-2], "batch": [1.0, 2.0]}, smooth=10)
    left, right = figure.axes
    smoothed = line(left, "batch")
    assert list(smoothed.get_xdata()) == list(range(10, 31))  # a mean needs 10 steps
    assert smoothed.get_ydata()[0] == pytest.approx(2) and smoothed.get_ydata()[-1] == pytest.approx(0, abs=1e-12)
    assert smoothed.get_ydata()[10] == pytest.approx(1)  # of steps 11 to 20
    np.testing.assert_allclose(line(right, "none").get_ydata(), [1e-3, 1e-2])
    assert list(line(right, "none").get_xdata()) == [1, 2] and legend(right) == ["none", "batch"]
    assert right.get_yscale() == "log" and "gradient norm" in right.get_ylabel()
    for name in losses:
        assert line(left, name).get_color() == line(right, name).get_color()


def test_contrast_rows_have_one_scale_a_row_and_say_the_difference():
    picture = np.array([[0.0, 1.0], [0.5, 1.0]])
    rows = {"before": [picture, 0.1 * picture], "after": [picture, picture]}
    figure = plots.contrast_rows(rows, (1, 0.1), credit="drawn by us")
    assert figure.get_supxlabel() == "drawn by us"
    axes = np.reshape(figure.axes, (2, 2))
    assert [axis.get_title() for axis in axes[0]] == ["contrast 1", "contrast 0.1"]
    assert [row[0].get_ylabel() for row in axes] == ["before", "after"]
    assert [axis.get_xlabel() for axis in axes.flat] == [f"differs by {d}" for d in ("0", "0.9", "0", "0")]
    assert {axis.images[0].get_clim() for axis in axes[0]} == {(0, 1)}  # the faint one looks faint


def test_invariance_error_shows_measurement_as_marks_and_equation_as_line():
    figure = plots.invariance_error([0.5, 0.1], {1e-5: [1e-4, 2e-3]}, {1e-5: [1.1e-4, 2.1e-3]})
    (axis,) = figure.axes
    drawn = {each.get_linestyle(): list(each.get_ydata()) for each in axis.lines[:2]}
    assert drawn["-"] == [1.1e-4, 2.1e-3] and drawn["None"] == [1e-4, 2e-3]
    assert legend(axis) == ["epsilon = 1e-05", "lines: the equation"] and axis.xaxis_inverted()
