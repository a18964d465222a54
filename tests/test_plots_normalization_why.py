"""The figures of notebook 03, first half: what they draw is what they were given."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from studylib import plots
from studylib.normalization import mean_off_diagonal


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_activation_functions_name_the_largest_slope():
    x = np.linspace(-5, 5, 101)
    sigmoid = 1 / (1 + np.exp(-x))
    figure = drawn(
        plots.activation_functions({"sigmoid": (x, sigmoid, sigmoid * (1 - sigmoid)), "zero": (x, x, 0 * x)})
    )
    assert [axis.get_title() for axis in figure.axes] == ["sigmoid\nlargest slope 0.25", "zero\nlargest slope 0.00"]
    _, function, derivative = figure.axes[0].lines
    assert np.array_equal(function.get_ydata(), sigmoid) and derivative.get_ydata().max() == pytest.approx(0.25)
    assert function.get_linestyle() != derivative.get_linestyle()  # told apart in print, too


def test_through_layers_marks_what_was_measured_and_draws_the_equation():
    measured, predicted = np.array([1e-3, 1e-2, 1.0]), np.array([2e-3, 3e-2, 1.0])
    figure = drawn(plots.through_layers({"a": {"tanh": (measured, predicted), "ReLU": (measured, None)}}, "gradient"))
    (axis,) = figure.axes
    marks, line, others, one = axis.lines
    assert np.array_equal(marks.get_ydata(), measured) and list(marks.get_xdata()) == [1, 2, 3]
    assert marks.get_linestyle() == "None" and marks.get_marker() != others.get_marker()
    assert np.array_equal(line.get_ydata(), predicted) and line.get_color() == marks.get_color()
    assert axis.get_yscale() == "log" and list(one.get_ydata()) == [1, 1]
    assert [text.get_text() for text in figure.legends[0].texts] == ["tanh", "ReLU"]


def test_training_curves_draw_every_run_and_the_median():
    y = np.array([[3.0, 2.0, 9.0], [1.0, 2.0, 8.0]])
    panels = {"left": {"a": ([0, 1], y)}, "right": {"b": ([5, 6], [1.0, 4.0])}}
    figure = drawn(plots.training_curves(panels, ("examples", "seconds"), levels={"right": (2.3, "guessing")}))
    left, right = figure.axes
    assert [list(line.get_ydata()) for line in left.lines] == [[3, 1], [2, 2], [9, 8], [3, 2]]
    assert left.lines[-1].get_linewidth() > left.lines[0].get_linewidth()
    assert [axis.get_xlabel() for axis in figure.axes] == ["examples", "seconds"]
    assert texts(left) == [] and texts(right) == ["guessing"] and list(right.lines[-1].get_ydata()) == [2.3, 2.3]


def test_training_curves_tell_where_the_numbers_end():
    panels = {"p": {"a": (np.arange(4), [2.0, 5000.0, np.inf, np.nan]), "b": (np.arange(4), [2.0, 1.9, 1.8, 1.7])}}
    (axis,) = drawn(plots.training_curves(panels, log_y=True, ceiling=100)).axes
    assert texts(axis) == ["no longer finite"] and axis.texts[0].xy == (1, 100)
    (cross,) = [line for line in axis.lines if line.get_marker() == "x"]
    assert (list(cross.get_xdata()), list(cross.get_ydata())) == ([1], [100])


def test_training_curves_from_zero_do_not_magnify_rounding():
    panels = {"p": {"a": (np.arange(3), [0.17, 0.17 + 1e-6, 0.17])}}
    (axis,) = drawn(plots.training_curves(panels, from_zero=True)).axes
    assert axis.get_ylim()[0] == 0 and axis.get_ylim()[1] > 0.17


def test_grid_shows_each_loss_where_it_belongs():
    losses = [[2.3, 0.5, np.nan], [2.3, 0.1, 1e5]]
    (axis,) = drawn(plots.learning_rate_grid(losses, [0.7, 2**0.5], [0.01, 0.1, 1.0], np.log(10))).axes
    at = {text.get_position(): text.get_text() for text in axis.texts}
    assert at == {(0, 0): "2.30", (1, 0): "0.50", (2, 0): "diverged", (0, 1): "2.30", (1, 1): "0.10", (2, 1): "1e+05"}
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0.01", "0.1", "1"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["0.7", "1.4"]
    (image,) = axis.images
    red, _, blue, _ = image.cmap(image.norm(2.3))
    assert red > blue  # guessing
    red, _, blue, _ = image.cmap(image.norm(0.5))
    assert blue > red  # learned
    assert np.ma.getmaskarray(image.get_array())[0, 2] and not np.ma.getmaskarray(image.get_array())[1, 2]


def test_ranges_reach_from_low_to_high():
    x = np.arange(3)
    figure = drawn(plots.ranges({"plain": (x, x - 1.0, x, x + 2.0), "norm": (x, x, x, x)}, ylabel="input"))
    band = figure.axes[0].collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == -1 and band[:, 1].max() == 4
    assert [axis.get_title() for axis in figure.axes] == ["plain", "norm"]
    assert list(figure.axes[0].lines[0].get_ydata()) == [0, 1, 2]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_against_learning_rate_puts_diverged_runs_on_top():
    losses = {"plain": np.array([[0.1, 0.3, 0.2], [np.nan, np.nan, 0.5]]), "norm": np.full((2, 3), 0.05)}
    (axis,) = drawn(plots.against_learning_rate(losses, [0.1, 1.0])).axes
    top = 3 * 0.5
    medians = [list(line.get_ydata()) for line in axis.lines if line.get_label() in losses]
    assert medians == [pytest.approx([0.2, top]), pytest.approx([0.05, 0.05])]
    assert texts(axis) == ["diverged"] and axis.texts[0].xy[1] == pytest.approx(top)


def test_clouds_give_their_moments():
    points = np.array([[0.0, 0.0], [2.0, 2.0], [0.0, 2.0], [2.0, 0.0]])
    figure = drawn(plots.clouds({"square": points, "line": points[:2]}))
    square, line = (axis.get_xlabel() for axis in figure.axes)
    assert "mean (1.0, 1.0)\nvariances 1.00, 1.00\ncovariance 0.00" in square and "covariance 1.00" in line
    cloud = figure.axes[0].lines[-1]
    assert np.array_equal(np.stack(cloud.get_data(), axis=1), points)


def test_correlation_matrices_share_one_scale():
    matrix = np.array([[1.0, -0.5, 0.1], [-0.5, 1.0, 0.3], [0.1, 0.3, 1.0]])
    assert mean_off_diagonal(matrix) == pytest.approx(0.3) and mean_off_diagonal(np.eye(4)) == 0
    figure = drawn(plots.correlation_matrices({"before": matrix, "after": np.eye(3)}))
    before, after, bar = figure.axes
    assert before.get_title().endswith("0.30") and after.get_title().endswith("0.00")
    assert {axis.images[0].get_clim() for axis in (before, after)} == {(-1, 1)} and bar.get_ylabel() == "correlation"
    assert np.array_equal(before.images[0].get_array(), matrix)


def test_cost_is_drawn_with_its_exponent():
    channels = [16, 32, 64]
    seconds = {"whitening": np.array([[1, 2, 9], [4, 4, 5], [16, 17, 15]]) / 1000, "norm": np.ones((3, 3)) / 1000}
    fits = {
        name: (exponent, np.array([0.004, 0.016]), channels[1:])
        for name, exponent in zip(seconds, (2.04, 0.0), strict=True)
    }
    (axis,) = drawn(plots.whitening_cost(channels, seconds, fits)).axes
    assert list(axis.lines[0].get_ydata()) == pytest.approx([2, 4, 16])  # medians, in milliseconds
    assert texts(axis) == ["C^2.0", "C^0.0"]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["16", "32", "64"]
