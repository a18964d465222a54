"""What the pictures of notebook 08 show: positions, values and texts."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from studylib import plots
from studylib.patchgan import patch_grid, scores_that_see


def test_middle_values_mark_the_minimum_of_each_loss():
    answers = [0.0, 0.1, 0.2, 0.9, 1.0]
    figure = plots.middle_values(answers, {"L1": 0.2, "L2": 0.44})
    for axis, middle, title in zip(figure.axes, (0.2, 0.44), ("median 0.200", "mean 0.440"), strict=True):
        curve, ticks, line, dot = axis.lines
        guesses, losses = curve.get_data()
        assert guesses[np.argmin(losses)] == pytest.approx(middle, abs=0.005)
        assert list(ticks.get_xdata()) == answers and line.get_xdata()[0] == pytest.approx(middle)
        assert dot.get_xdata()[0] == middle and dot.get_ydata()[0] == pytest.approx(losses.min(), abs=0.01)
        assert title in axis.get_title() and "learned" in axis.get_title()


def test_middle_values_show_a_learned_number_that_is_off():
    axis = plots.middle_values([0.0, 0.5, 1.0], {"L1": 0.9, "L2": 0.5}).axes[0]
    assert axis.lines[-1].get_xdata()[0] == 0.9 and "median 0.500, learned 0.900" in axis.get_title()


def test_objectives_show_every_seed_the_mean_the_truth_and_doing_nothing():
    measured = {
        "error": {"L1": [19.0, 21.0], "GAN": [25.0, 29.0]},
        "sharpness": {"L1": [30.0, 30.0], "GAN": [50.0, 52.0]},
    }
    truths, nothing = {"error": 0.0, "sharpness": 80.0}, {"error": 33.0, "sharpness": 3.0}
    figure = plots.objectives(measured, truths, nothing, {"error": "error, grey levels"})
    assert [axis.get_title() for axis in figure.axes] == ["error, grey levels", "sharpness"]
    for axis, name in zip(figure.axes, measured, strict=True):
        assert [bar.get_height() for bar in axis.patches] == [np.mean(v) for v in measured[name].values()]
        *dots, dashed, dotted = axis.lines
        assert [list(dot.get_ydata()) for dot in dots] == list(measured[name].values())
        assert set(dashed.get_ydata()) == {truths[name]} and dashed.get_linestyle() == "--"
        assert set(dotted.get_ydata()) == {nothing[name]} and dotted.get_linestyle() == ":"
        assert axis.get_ylim()[1] > 1.05 * max(truths[name], nothing[name], 29)
        texts = [text.get_text() for text in axis.texts]
        assert texts == [f"{np.mean(v):.1f}" for v in measured[name].values()]
        assert f"true images, {truths[name]:.1f}" in axis.get_xlabel()
        assert f"doing nothing, {nothing[name]:.1f}" in axis.get_xlabel()


def test_pair_scores_count_what_lies_below_the_diagonal():
    axis = plots.pair_scores([1.0, 2.0, 3.0, 4.0], [0.0, 3.0, 1.0, 0.0]).axes[0]
    points, diagonal = axis.lines
    assert np.array_equal(points.get_xydata(), [[1, 0], [2, 3], [3, 1], [4, 0]])
    assert np.array_equal(*diagonal.get_data()) and axis.get_title().startswith("75% of 4")


@pytest.mark.parametrize(("size", "n_layers"), [(32, 1), (64, 2)])
def test_scores_stand_at_the_middle_of_their_fields(size, n_layers):
    image = np.zeros((size, size, 3), np.uint8)
    touched = scores_that_see(10, 4, 6, size, n_layers)
    before = np.zeros(touched.shape)
    after = before.copy()
    after[2, 3] = -3
    figure = plots.damaged_patch(image, image, before, after, (10, 4, 6), n_layers, touched)
    a, b, scores, change = figure.axes[:4]
    field, stride, start = patch_grid(n_layers)
    left, right, bottom, top = scores.images[0].get_extent()
    for i in (0, len(before) - 1):
        centre = left + (right - left) * (i + 0.5) / len(before)
        assert centre == pytest.approx(start + stride * i + (field - 1) / 2)
    assert (left, right) == (top, bottom)
    assert np.asarray(scores.images[0].get_array())[2, 3] == pytest.approx(1 / (1 + np.exp(3)))
    assert np.asarray(change.images[0].get_array())[2, 3] == -3 and change.images[0].get_clim() == (-3, 3)
    damage = [axis.patches[0] for axis in (b, scores, change)]
    assert all(p.get_xy() == (3.5, 9.5) and p.get_width() == 6 for p in damage) and not a.patches
    frame = change.patches[1]
    assert isinstance(frame, Rectangle) and frame.get_linestyle() == "--"
    centres = start + stride * np.flatnonzero(touched.any(axis=0)) + (field - 1) / 2
    assert frame.get_x() == pytest.approx(centres[0] - stride / 2)
    assert frame.get_x() + frame.get_width() == pytest.approx(centres[-1] + stride / 2)
    assert [axis.get_title() for axis in (a, b)] == ["A", "B, damaged"]
    assert "-3.0 (orange) to +3.0 (violet)" in change.get_title()


def test_without_damage_nothing_is_framed():
    image = np.zeros((32, 32, 3), np.uint8)
    figure = plots.damaged_patch(image, image, np.full((14, 14), 1e6), np.full((14, 14), 1e6), None, 1)
    assert not any(axis.patches for axis in figure.axes[:4]) and figure.axes[1].get_title() == "B"
    assert np.all(np.asarray(figure.axes[2].images[0].get_array()) == 1)
