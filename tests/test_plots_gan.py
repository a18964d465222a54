"""The figures of notebook 06: what they draw is what they were given."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver

from studylib import plots
from studylib.gan import ToySnapshot
from studylib.gan.toy import REACH


def moment(step=7, pushes=((1.0, 0.0), (0.0, -2.0), (30.0, 40.0))):
    random = np.random.default_rng(step)
    return ToySnapshot(
        step, {"g": 0.7, "d": 0.6}, "gan", random.uniform(-1, 1, (5, 2)), random.uniform(-1, 1, (3, 2)),
        np.array(pushes), random.uniform(0, 1, (4, 4)), random.uniform(0, 1, (4, 4)), random.uniform(0, 0.2, (4, 4)),
        3, 8, 0.5, 0.1,
    )  # fmt: skip


def drawn(figure):
    """The figure, after it could be drawn without being left open in pyplot."""
    assert isinstance(figure, Figure) and not plt.get_fignums()
    figure.savefig(buffer := io.BytesIO())
    assert buffer.getbuffer().nbytes > 1000
    return figure


def curves(axis):
    return {line.get_label(): line.get_xydata() for line in axis.lines}


def test_toy_shows_verdicts_points_and_pushes():
    given = moment()
    figure = drawn(plots.toy_gan(given))
    learned, best, bar = figure.axes
    assert learned.get_title() == "learned discriminator, step 7"
    assert best.get_title() == "best possible discriminator (grey: nobody there)"
    for axis, verdicts in ((learned, given.learned), (best, given.optimal)):
        (image,) = axis.images
        np.testing.assert_array_equal(image.get_array(), verdicts)
        assert image.origin == "lower" and image.get_extent() == [-REACH, REACH, -REACH, REACH]
        assert image.get_clim() == (0, 1)
        np.testing.assert_array_equal(curves(axis)["real"], given.real)
        np.testing.assert_array_equal(curves(axis)["sample of the generator"], given.fakes)
    (arrows,) = [artist for artist in learned.collections if isinstance(artist, Quiver)]
    np.testing.assert_array_equal(arrows.XY, given.fakes)
    # 0.15 of the push; the long one (50) is cut to 0.5 and keeps its direction.
    np.testing.assert_allclose(np.stack([arrows.U, arrows.V], axis=1), [[0.15, 0], [0, -0.3], [0.3, 0.4]])
    assert not best.collections
    assert [label.get_text() for label in bar.get_yticklabels()] == ["0\nfake", "0.5", "1\nreal"]
    texts = [text.get_text() for text in learned.get_legend().get_texts()]
    assert texts == ["real", "sample of the generator", "push that it receives"]


def test_best_verdict_fades_to_grey_where_nobody_is():
    given = moment()
    for column in np.reshape(drawn(plots.toy_gan(given)).axes[:2], (1, 2)), np.reshape(
        drawn(plots.toy_film([given])).axes, (1, 2)
    ):
        learned, best = column[0]
        np.testing.assert_allclose(best.images[0].get_alpha(), np.minimum(given.density / 0.1, 1))
        assert learned.images[0].get_alpha() is None
        red, green, blue, _ = best.get_facecolor()
        assert max(red, green, blue) - min(red, green, blue) < 0.03 and red < 0.9  # neither "undecided" nor a verdict


def test_sample_without_a_push_draws_no_arrow():
    figure = drawn(plots.toy_gan(moment(pushes=np.zeros((3, 2)))))
    (arrows,) = [artist for artist in figure.axes[0].collections if isinstance(artist, Quiver)]
    assert np.all(arrows.U == 0) and np.all(arrows.V == 0)


def test_blue_is_real_and_orange_is_fake():
    from studylib.plots.gan import VERDICTS

    fake, real = VERDICTS(0.0), VERDICTS(1.0)
    assert fake[0] > fake[2] and real[2] > real[0] and min(VERDICTS(0.5)) > 0.9


def test_film_has_a_column_for_each_moment():
    film = [moment(0), moment(5), moment(9)]
    axes = np.reshape(drawn(plots.toy_film(film)).axes, (2, 3))
    assert [axis.get_title() for axis in axes[0]] == [f"step {k}\n3 of 8 modes" for k in (0, 5, 9)]
    for column, given in zip(axes.T, film, strict=True):
        np.testing.assert_array_equal(column[0].images[0].get_array(), given.learned)
        np.testing.assert_array_equal(column[1].images[0].get_array(), given.optimal)
    assert [axis.get_ylabel() for axis in axes[:, 0]] == ["learned", "best possible"]


def test_discriminator_alone_draws_the_circle_and_the_curves():
    learned, optimal = np.zeros((3, 3)), np.ones((3, 3))
    given = {"closed form": np.array([0.1, 0.9, 0.1]), "learned": np.array([0.2, 0.8, 0.2])}
    left, right, curve, _ = drawn(plots.discriminator_alone(learned, optimal, given, radius=1.2)).axes
    assert (left.images[0].get_array() == 0).all() and (right.images[0].get_array() == 1).all()
    np.testing.assert_allclose(np.linalg.norm(left.lines[0].get_xydata(), axis=1), 1.2)
    for label, values in given.items():
        np.testing.assert_allclose(curves(curve)[label], np.stack([[0, 180, 360], values], axis=1))
    assert len({line.get_linestyle() for line in curve.lines}) == 2  # told apart in print, too


def test_groups_are_written_as_digits():
    points, centres = np.array([[0, 0], [1, 1], [0.1, 0]]), np.array([[0.05, 0], [1, 1]])
    left, right = drawn(plots.groups_and_samples(points, np.array([0, 1, 0]), centres, points + 0.2)).axes
    assert [line.get_marker() for line in left.lines] == ["$0$", "$1$", "x"]
    np.testing.assert_array_equal(left.lines[0].get_xydata(), points[[0, 2]])
    np.testing.assert_array_equal(curves(left)["centre"], centres)
    np.testing.assert_allclose(curves(right)["sample"], points + 0.2)


def test_seeds_show_every_run_its_median_and_its_modes():
    given = {"one": [0.1, 0.5, 0.2], "three": [0.1, 0.1, 0.3]}
    axis = drawn(plots.seed_spread(given, {"one": [8, 1, 4], "three": [8, 8, 7]}, 8)).axes[0]
    dots = [line for line in axis.lines if line.get_marker() == "o"]
    assert [list(line.get_xdata()) for line in dots] == list(given.values())
    assert list(axis.lines[1].get_xdata()) == [0.2, 0.2] and list(axis.lines[3].get_xdata()) == [0.1, 0.1]
    assert [text.get_text() for text in axis.texts] == ["modes: 8, 1, 4 of 8", "modes: 8, 8, 7 of 8"]
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["one", "three"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first kind on top


def test_paths_and_measures_are_drawn_step_by_step():
    panels = {"valley": {"SGD": [2, 1, 0], "Adam": [2, 1.9, 1.8]}, "cliff": {"SGD": [1, 0, 0]}}
    figure = drawn(plots.optimizer_paths(panels))
    first, second = figure.axes
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["SGD", "Adam"]
    assert (first.get_title(), second.get_title()) == ("valley", "cliff")
    assert list(curves(first)["Adam"][:, 1]) == [2, 1.9, 1.8] and first.get_ylabel() == "place x"
    assert len({line.get_linestyle() for line in first.lines}) == 2

    axis = drawn(plots.over_training([0, 10], {"samples": [3.0, 1.0]}, "distance", ("floor", 0.5))).axes[0]
    assert curves(axis)["samples"].tolist() == [[0, 3.0], [10, 1.0]]
    assert axis.lines[1].get_ydata() == pytest.approx([0.5, 0.5]) and axis.get_ylabel() == "distance"
    assert len(drawn(plots.over_training([0, 10], {"samples": [3.0, 1.0]}, "distance")).axes[0].lines) == 1
