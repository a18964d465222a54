"""The pictures of a training run: that the right image, number and name stand in the right place."""

import numpy as np
import pytest

from studylib import plots
from studylib.data import load_task
from studylib.recorded import Recording


class Painter:
    """A model whose generators paint one grey each."""

    def g_AB(self, images):
        return np.full_like(images, 0.5)

    def g_BA(self, images):
        return np.full_like(images, -0.5)


def shown(figure):
    """A list of (column title, mean grey level of its first image)."""
    titled = [axis for axis in figure.axes if axis.get_title()]
    return [(axis.get_title().replace("\n", " "), float(np.mean(axis.images[0].get_array()))) for axis in titled]


def test_sample_sheet_shows_both_directions():
    black, white = np.zeros((2, 8, 8, 3), np.uint8), np.full((2, 8, 8, 3), 255, np.uint8)
    figure = plots.sample_sheet(Painter(), black, white, "line", "colour", credit="drawn by nobody")
    assert shown(figure) == [
        ("line", 0),
        ("to colour", 191),
        ("back to line", 64),
        ("colour", 255),
        ("to line", 64),
        ("back to colour", 191),
    ]
    assert figure.get_supxlabel() == "drawn by nobody"


def test_grid_has_a_row_an_image_and_refuses_an_empty_column():
    images = np.zeros((3, 4, 4, 1), np.uint8)
    assert len(plots.image_grid({"x": images, "y": images[:2]}).axes) == 4
    with pytest.raises(ValueError, match="empty column"):
        plots.image_grid({"x": images[:0]})


def test_drawn_images_are_pairs_and_never_too_many():
    task = load_task("shapes/plain2striped", image_size=16)
    a, b = plots.drawn(task, 5, seed=3)
    rows = [[np.array_equal(image, other) for other in task.test_a].index(True) for image in a]
    np.testing.assert_array_equal(b, task.test_b[rows])
    assert len(plots.drawn(task, 10**6, seed=0)[0]) == len(task.test_a)
    nothing_held_out = type(task)(**{**vars(task), "test_a": task.test_a[:0]})
    assert len(plots.drawn(nothing_held_out, 5, seed=0)[0]) == 5


def test_loss_curves_plot_each_column_and_bear_an_empty_history():
    names = [name for pair in plots.training.PANELS.values() for name in pair]
    history = {"epoch": [1, 2, 3], **{name: [i, i + 1, i + 2] for i, name in enumerate(names)}}
    axes = plots.loss_curves(history).axes
    lines = {line.get_label(): list(line.get_ydata()) for axis in axes for line in axis.lines}
    assert lines == {name: history[name] for name in names}
    assert all(not axis.lines for axis in plots.loss_curves({}).axes)


def test_time_to_quality_draws_a_line_for_each_run_and_what_no_training_scores():
    def row(recipe, seed, minutes, score):
        scores = {"kid": score, "kid_error": 0.5, "error_removing": 9 * score}
        return {"recipe": recipe, "seed": seed, "step": minutes, "seconds": 60 * minutes, **scores}

    rows = [row("doing nothing", 0, 0, 7), row("slow", 0, 1, 6), row("slow", 0, 2, 5)]
    rows += [row("quick", seed, minutes, 4 - minutes + seed) for seed in (0, 1) for minutes in (1, 2)]
    figure = plots.time_to_quality(Recording({}, rows), {"slow": "the paper's", "quick": "ours"})
    invented, removed = figure.axes
    drawn = [list(map(tuple, line.get_xydata())) for line in invented.lines]
    assert drawn == [[(1, 6), (2, 5)], [(1, 3), (2, 2)], [(1, 4), (2, 3)], [(0, 7), (1, 7)]]
    assert [list(line.get_ydata()) for line in removed.lines] == [[54, 45], [27, 18], [36, 27], [63, 63]]
    assert [text.get_text() for text in removed.get_legend().get_texts()] == ["the paper's", "ours"]
    band = invented.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == (4.5, 6.5) and not removed.collections


def test_bars_of_the_held_out_errors():
    errors = {
        "A to B": {"doing nothing": 10.0, "trained model": 4.0},
        "B to A": {"doing nothing": 20.0, "trained model": 30.0},
    }
    left, right = plots.held_out_errors(errors, "plain", "striped").axes
    assert (left.get_title(), right.get_title()) == ("plain to striped", "striped to plain")
    assert left.yaxis_inverted() and right.yaxis_inverted()  # the first method on top, as in the table
    assert [bar.get_width() for bar in left.patches] == [10, 4]
    assert [bar.get_width() for bar in right.patches] == [20, 30]
    assert left.lines[0].get_xdata()[0] == 10 and right.lines[0].get_xdata()[0] == 20


def test_pool_ages_give_new_images_a_bar_of_their_own():
    bars = plots.pool_ages([0, 0, 0, 5, 60], max_length=50).axes[0].patches
    assert bars[0].get_width() == 1 and bars[0].get_height() == pytest.approx(60)
    assert sum(bar.get_height() for bar in bars) == pytest.approx(100)


def test_gradient_reach_writes_the_norms():
    figure = plots.gradient_reach({"cycle_A": {"g_AB": 0.25, "g_BA": 0.0}, "identity_B": {"g_AB": 1.5, "g_BA": 0.0}})
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.25", "none", "1.5", "none"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["cycle_A", "identity_B"]
