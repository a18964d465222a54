"""The figures of notebook 07: what they draw is what they were given, and the curves are studylib's losses."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from studylib import plots
from studylib.losses import adversarial_loss
from studylib.plots.figure import PAPER
from studylib.plots.losses import LOSSES, SIDES, loss_gradient, loss_value, losses_of


def drawn(figure):
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def lines(axis):
    return {line.get_label(): line for line in axis.lines if not line.get_label().startswith("_")}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("side", SIDES)
def test_curves_are_the_losses_of_the_study_and_their_derivatives(name, side):
    scores = np.array([-9.0, -2.0, -0.5, 0.0, 0.3, 1.0, 4.0, 9.0])
    loss = adversarial_loss(name)
    target, other = (1.0, 0.0) if name == "lsgan" else (50.0, -50.0)  # scores that cost the other half nothing
    for score, value, gradient in zip(
        scores, loss_value(name, side, scores), loss_gradient(name, side, scores), strict=True
    ):
        given = tf.constant([score], tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(given)
            if side == "generator":
                result = loss.generator(given)
            elif side == "real":
                result = 2 * loss.discriminator(given, tf.constant([other], tf.float64))
            else:
                result = 2 * loss.discriminator(tf.constant([target], tf.float64), given)
        assert float(result) == pytest.approx(value, abs=1e-9)
        assert float(tape.gradient(result, given)[0]) == pytest.approx(gradient, abs=1e-9)


def test_all_losses_stand_in_two_rows_of_three():
    figure = drawn(plots.adversarial_losses())
    assert to_hex(figure.get_facecolor()) == PAPER
    axes = np.reshape(figure.axes, (2, 3))
    assert [axis.get_title() for axis in axes[0]] == [
        "generator: a fake", "discriminator: a real sample", "discriminator: a fake"
    ]  # fmt: skip
    assert [axis.get_ylabel() for axis in axes[:, 0]] == ["loss", "gradient by the score"]
    for column, side in zip(axes.T, SIDES, strict=True):
        for axis, function in zip(column, (loss_value, loss_gradient), strict=True):
            labels = {LOSSES[name][2]: name for name in losses_of(side)}
            assert list(lines(axis)) == list(labels)
            for label, line in lines(axis).items():
                x, y = line.get_data()
                np.testing.assert_allclose(y, function(labels[label], side, x))
            assert len({line.get_linestyle() for line in lines(axis).values()}) == len(labels)  # for print
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [label for _, _, label in LOSSES.values()]


def test_marks_stand_on_the_curves():
    left, right = drawn(plots.loss_at(2.0, "fake")).axes
    for axis, values in ((left, {2.126928, 4.0}), (right, {0.880797, 4.0})):
        marks = [line.get_data() for line in axis.lines if line.get_marker() == "o"]
        assert [float(np.ravel(x)[0]) for x, _ in marks] == [2.0, 2.0]
        assert {round(float(np.ravel(y)[0]), 6) for _, y in marks} == values
        assert axis.get_xlabel() == "score   (discriminator: a fake)"


def test_what_lies_beyond_the_picture_is_pointed_at():
    for score, marker in ((-4.0, "v"), (5.0, "^")):
        gradient = drawn(plots.loss_at(score)).axes[1]
        (beyond,) = [line for line in gradient.lines if line.get_marker() in "v^"]
        assert beyond.get_marker() == marker and beyond.get_color() == LOSSES["lsgan"][0]
        assert float(beyond.get_ydata()[0]) == gradient.get_ylim()[marker == "^"]


def test_score_paths_name_every_start():
    paths = {"gan": np.array([[-6.0, 2.0], [-5.0, 3.0]]), "lsgan": np.array([[-6.0, 2.0], [1.0, 1.0]])}
    figure = drawn(plots.score_paths(paths))
    assert [axis.get_title() for axis in figure.axes] == ["GAN (non-saturating)", "LSGAN"]
    for axis, scores in zip(figure.axes, paths.values(), strict=True):
        for line, column in zip(axis.lines, scores.T, strict=False):
            np.testing.assert_array_equal(line.get_ydata(), column)
        assert [text.get_text() for text in axis.texts] == ["-6", "2"]


def test_histograms_count_shares_and_show_the_gradient():
    real, fake = np.array([0.1, 0.1, 3.0, 3.0]), np.array([-20.0, -20.0, -20.0, 2.1])
    moments = {"gan": [("step 5", real, fake), ("step 9", real, fake)], "lsgan": [("step 5", real, fake)] * 2}
    figure = drawn(plots.score_histograms(moments))
    first = figure.axes[0]
    assert first.get_title() == "step 5" and first.get_ylabel().startswith("GAN (non-saturating)")
    heights = [patch.get_height() for patch in first.patches if hasattr(patch, "get_height")]
    assert heights[0] == pytest.approx(0.75) and sum(heights) == pytest.approx(1)  # what lies beyond: outermost bin
    curves = [axis.lines[0] for axis in figure.axes if axis.lines]
    for line, name in zip(curves, ["gan", "gan", "lsgan", "lsgan"], strict=True):
        x, y = line.get_data()
        np.testing.assert_allclose(y, np.abs(loss_gradient(name, "generator", x)))


@pytest.mark.parametrize("scale", ["linear", "symlog"])
def test_comparison_draws_runs_and_their_median(scale):
    steps, values = np.array([10, 20]), np.array([[1.0, 0.5], [3.0, 0.1], [2.0, 0.01]])
    panels = {"here": {"gan": (steps, values)}, "there": {"gan": (steps, 2 * values), "lsgan": (steps, values)}}
    figure = drawn(plots.loss_comparison(panels, "distance", ("failed above", 0.3), scale))
    left, right = figure.axes
    assert [axis.get_title() for axis in figure.axes] == ["here", "there"] and left.get_ylabel() == "distance"
    assert left.get_yscale() == scale
    for line, run in zip(left.lines, values, strict=False):
        np.testing.assert_array_equal(line.get_ydata(), run)
    np.testing.assert_allclose(lines(left)["GAN (non-saturating)"].get_ydata(), [2.0, 0.1])
    np.testing.assert_allclose(lines(right)["LSGAN"].get_ydata(), [2.0, 0.1])
    assert set(lines(right)["failed above"].get_ydata()) == {0.3}
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["GAN (non-saturating)", "LSGAN", "failed above"]  # every label of every panel, once


def test_failures_are_bars_with_their_counts():
    counts = {"slow": {"gan": 10, "lsgan": 7}, "fast": {"gan": 0, "lsgan": 1}}
    (axis,) = drawn(plots.failures(counts, 10)).axes
    assert [bar.get_height() for bar in axis.patches] == [1.0, 0.7, 0.0, 0.1]
    assert [text.get_text() for text in axis.texts] == ["10 of 10", "7 of 10", "0 of 10", "1 of 10"]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["slow", "fast"]
    assert len({bar.get_hatch() for bar in axis.patches}) == 2
