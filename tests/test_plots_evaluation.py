"""What the pictures of notebook 10 show: bars, errors, texts, rows."""

import dataclasses

import numpy as np
import pytest

from studylib import evaluation, plots
from studylib.evaluation.scores import Scores


def row(kid, error=5.0, psnr=20.0, cycle=None):
    return Scores(error, psnr, 0.5, 0.5, 10.0, evaluation.KernelDistance(kid, 0.1), 5.0, 1.0, cycle)


TABLE = evaluation.Evaluation(
    "t",
    9,
    {"A to B": "a to b", "B to A": "b to a"},
    {
        "A to B": {"doing nothing": row(2.0), "trained model": row(0.5), "other true pictures": row(-0.01, None)},
        "B to A": {"doing nothing": row(3.0), "trained model": row(4.0), "other true pictures": row(0.02, None)},
    },
    ("doing nothing",),
)


def test_bars_have_the_values_and_kid_its_errors():
    figure = plots.method_scores(TABLE, "kid")
    for axis, direction in zip(figure.axes, TABLE.scores, strict=True):
        rows = TABLE.scores[direction]
        assert axis.get_title() == TABLE.titles[direction] and "lower: better" in axis.get_xlabel()
        whiskers, bars = axis.containers
        assert [bar.get_width() for bar in bars] == [scores.kid.value for scores in rows.values()]
        segments = whiskers.lines[2][0].get_segments()
        assert [np.ptp(segment[:, 0]) for segment in segments] == pytest.approx([0.2] * 3)
        assert [label.get_text() for label in axis.get_yticklabels()] == list(rows)
        (line,) = [line for line in axis.lines if line.get_linestyle() == "--"]
        assert line.get_xdata()[0] == rows["doing nothing"].kid.value
        colours = {bar.get_facecolor() for bar in bars}
        assert len(colours) == 2 and bars[1].get_facecolor() != bars[0].get_facecolor()


def test_bars_that_are_far_too_long_are_cut_and_say_so():
    far = {direction: {**rows, "constant white": row(90.0)} for direction, rows in TABLE.scores.items()}
    figure = plots.method_scores(dataclasses.replace(TABLE, scores=far), "kid")
    for axis in figure.axes:
        texts = {text.get_text(): text.get_position()[0] for text in axis.texts}
        assert axis.get_xlim()[1] == pytest.approx(1.2 * 1.5 * 4.0) and texts["90.000 →"] < axis.get_xlim()[1]
        assert sum("→" in text for text in texts) == 1
    assert not any("→" in text.get_text() for axis in plots.method_scores(TABLE, "kid").axes for text in axis.texts)


def test_bars_leave_out_what_has_no_value():
    axis = plots.method_scores(TABLE, "error").axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["doing nothing", "trained model"]
    assert "standard error" not in axis.get_xlabel()
    with pytest.raises(ValueError, match="must be one that applies to the task.* Received: 'cycle'"):
        plots.method_scores(TABLE, "cycle")
    with pytest.raises(ValueError, match="measure must be one of error, .* Received: measure='is'"):
        plots.method_scores(TABLE, "is")


def test_bias_is_drawn_over_the_size_with_a_band():
    rows = [evaluation.SizeBias(n, 100 / n, 1.0, 0.0, 0.5) for n in (10, 100)]
    figure = plots.sample_size_bias(rows)
    for axis, means, spread in zip(figure.axes, ([10, 1], [0, 0]), (1.0, 0.5), strict=True):
        curve, zero = axis.lines
        assert list(curve.get_xdata()) == [10, 100] and list(curve.get_ydata()) == means
        assert set(zero.get_ydata()) == {0}
        band = axis.collections[0].get_paths()[0].vertices
        at_ten = band[np.isclose(band[:, 0], 10)][:, 1]
        assert (at_ten.min(), at_ten.max()) == pytest.approx((means[0] - spread, means[0] + spread))
        assert [label.get_text() for label in axis.get_xticklabels()] == ["10", "100"]


def test_cases_show_the_chosen_pictures_with_their_group_and_score():
    images = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)
    chosen = {"best": np.array([4]), "worst": np.array([1, 0])}
    figure = plots.cases({"in": images, "out": images + 100}, chosen, np.arange(6) / 10, "by somebody")
    shown = [int(axis.images[0].get_array().max()) for axis in figure.axes]
    assert shown == [4, 104, 1, 101, 0, 100]
    assert [axis.get_ylabel() for axis in figure.axes[::2]] == ["best\n0.40", "worst\n0.10", "worst\n0.00"]
    assert [axis.get_title() for axis in figure.axes[:2]] == ["in", "out"]
    assert figure.get_supxlabel() == "by somebody"


def test_damage_table_is_darkest_where_a_measure_changes_most():
    found = {"none": row(0.0, 0.0, np.inf), "blur": row(0.5, 4.0, 30.0), "noise": row(2.0, 2.0, 25.0)}
    figure = plots.damage_table(found, "none")
    (axis,) = figure.axes
    values = np.asarray(axis.images[0].get_array())
    labels = [label.get_text() for label in axis.get_yticklabels()]
    by_name = dict(zip(labels, values.tolist(), strict=True))
    assert by_name["error, grey levels ↓"] == [0, 1, 0.5] and by_name["KID ↓"] == [0, 0.25, 1]
    assert by_name["PSNR, dB ↑"] == pytest.approx([0, 30 / 35, 1])  # infinite counts as 60 dB
    assert by_name["SSIM ↑"] == [0, 0, 0] and "diversity → 1" in by_name and "cycle error ↓" not in by_name
    texts = [text.get_text() for text in axis.texts]
    assert texts[:3] == ["0.0", "4.0", "2.0"] and texts[3] == "∞"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["none", "blur", "noise"]
