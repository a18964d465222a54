"""What the pictures of CycleGAN's parts show: values, colours, words."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from studylib import plots
from studylib.cyclegan import (
    GradientAudit,
    colour_drift,
    expected_age_shares,
    gaussian_noise,
    hidden_information,
    pool_history,
    round_trip,
)

SIX = ("g_adversarial_AB", "g_adversarial_BA", "cycle_A", "cycle_B", "identity_A", "identity_B")


def audit():
    own = {"g_adversarial_AB": "g_AB", "g_adversarial_BA": "g_BA", "identity_A": "g_BA", "identity_B": "g_AB"}
    judges = {"g_adversarial_AB": "d_B", "g_adversarial_BA": "d_A"}
    return GradientAudit(
        generators={t: {g: 1.5 if own.get(t, g) == g else 0.0 for g in ("g_AB", "g_BA")} for t in SIX},
        discriminators={
            d: {n: 0.25 if n == d else 0.0 for n in ("d_A", "d_B", "g_AB", "g_BA")} for d in ("d_A", "d_B")
        },
        crossing={t: {d: 0.7 if judges.get(t) == d else 0.0 for d in ("d_A", "d_B")} for t in SIX}
        | {"d_A": {"g_AB": 0.0, "g_BA": 0.3}, "d_B": {"g_AB": 0.3, "g_BA": 0.0}},
    )


def cells(figure):
    """{(row, column): (text, colour)} by the names at the axes."""
    axis = figure.axes[0]
    rows, columns = (
        [label.get_text() for label in labels] for labels in (axis.get_yticklabels(), axis.get_xticklabels())
    )
    colours = [to_hex(patch.get_facecolor()) for patch in axis.patches]
    places = [(rows[int(text.get_position()[1])], columns[int(text.get_position()[0])]) for text in axis.texts]
    return {place: (text.get_text(), colour) for place, text, colour in zip(places, axis.texts, colours, strict=True)}


def test_gradient_reach_shows_eight_terms_and_four_networks():
    shown = cells(plots.gradient_reach(audit()))
    assert len(shown) == 32
    assert shown["cycle_A", "g_BA"][0] == "1.5" and shown["d_A", "d_A"][0] == "0.25"
    assert shown["identity_A", "g_AB"][0] == shown["d_A", "d_B"][0] == shown["cycle_A", "d_A"][0] == "none"
    assert shown["g_adversarial_AB", "d_B"][0] == "(0.7)" and shown["d_A", "g_BA"][0] == "(0.3)"
    legend = [text.get_text() for text in plots.gradient_reach(audit()).legends[0].get_texts()]
    assert len(legend) == 3 and "not as it must be" not in legend  # healthy: no red


@pytest.mark.parametrize(
    ("table", "term", "network", "norm", "text"),
    [
        ("generators", "cycle_A", "g_AB", 0.0, "none"),
        ("generators", "identity_A", "g_AB", 0.2, "0.2"),
        ("discriminators", "d_A", "d_A", 0.0, "none"),
        ("discriminators", "d_A", "d_B", 0.2, "0.2"),
        ("discriminators", "d_B", "g_AB", 0.2, "0.2"),
        ("crossing", "g_adversarial_AB", "d_A", 0.2, "(0.2)"),
        ("crossing", "d_A", "g_AB", 0.2, "(0.2)"),
    ],
)
def test_gradient_reach_paints_what_is_wrong_red(table, term, network, norm, text):
    broken = audit()
    getattr(broken, table)[term][network] = norm
    figure = plots.gradient_reach(broken)
    shown, healthy = cells(figure), cells(plots.gradient_reach(audit()))
    changed = [place for place in shown if shown[place] != healthy[place]]
    assert changed == [(term, network)] and shown[term, network][0] == text
    red = int(shown[term, network][1][1:3], 16), int(shown[term, network][1][3:5], 16)
    assert red[0] > red[1] + 50
    assert figure.legends[0].get_texts()[-1].get_text() == "not as it must be"


@pytest.mark.parametrize(("max_length", "edges"), [(10, [0, 1, 5, 10, 15]), (7, [0, 1, 7, 14, 21]), (1, [0, 1, 2, 3])])
def test_pool_ages_stand_beside_the_rule(max_length, edges):
    ages = pool_history(max_length, 1000).ages[max_length:]
    axis = plots.pool_ages(ages, max_length).axes[0]
    heights = [bar.get_height() for bar in axis.patches]
    counts = [np.sum((ages >= low) & (ages < high)) for low, high in zip(edges, edges[1:], strict=False)]
    assert heights[: len(counts)] == pytest.approx(100 * np.array(counts) / len(ages))
    assert sum(heights) == pytest.approx(100)
    shares = axis.lines[0].get_ydata()
    theory = 100 * expected_age_shares(max_length, 1000)
    assert shares[0] == 50 and sum(shares) == pytest.approx(100)
    for i in range(1, len(edges) - 1):
        assert shares[i] == pytest.approx(theory[edges[i] : edges[i + 1]].sum())
    assert axis.lines[1].get_xdata()[0] == edges.index(max_length) - 0.5  # the red line stands where their bar begins
    assert f"the last {max_length} images end here" in axis.texts[0].get_text()


def test_ages_without_a_pool_are_all_new():
    off = plots.pool_ages([0, 0, 0], 0).axes[0]
    assert off.patches[0].get_height() == 100 and list(off.lines[0].get_ydata()[:2]) == [100, 0] and not off.texts


def test_image_pool_shows_the_slots_the_query_and_the_ages_so_far():
    history = pool_history(12, 300, seed=1)
    query = int(np.flatnonzero(history.ages[50:])[0]) + 50  # a swap
    slots, text, histogram = plots.image_pool(history, query).axes
    colours = np.asarray(slots.images[0].get_array()).reshape(-1, 4)[:12]
    ages = query - history.slots[query]
    for x, y in ((ages.argmax(), ages.argmin()),):
        assert colours[x].sum() < colours[y].sum()  # older is darker
    width = slots.images[0].get_array().shape[1]
    frame = slots.patches[0]
    entered = int(np.flatnonzero(history.slots[query] == query)[0])
    assert frame.get_xy() == (entered % width - 0.5, entered // width - 0.5)
    words = " ".join(t.get_text() for t in text.texts)
    assert (
        f"image {query} comes" in words and f"shown:\nimage {history.shown[query]}\nage {history.ages[query]}" in words
    )
    assert "swapped" in words
    so_far = history.ages[12 : query + 1]
    assert f"the {len(so_far)} images shown" in histogram.get_title()
    assert histogram.patches[0].get_height() == pytest.approx(100 * np.mean(so_far == 0))


def test_image_pool_while_it_fills_and_without_one():
    filling = plots.image_pool(pool_history(12, 50), 3).axes
    colours = np.asarray(filling[0].images[0].get_array()).reshape(-1, 4)[:12]
    assert len({tuple(c) for c in colours[4:]}) == 1 and tuple(colours[4]) not in {tuple(c) for c in colours[:4]}
    assert "stored, and shown" in [t.get_text() for t in filling[1].texts]
    assert not [p for p in filling[2].patches if p.get_height()]
    off = plots.image_pool(pool_history(0, 50), 20).axes
    assert "no pool" in off[0].get_title() and not off[0].images
    assert off[2].patches[0].get_height() == 100
    with pytest.raises(ValueError, match="query must be from 0 to 49.*Received: query=50"):
        plots.image_pool(pool_history(0, 50), 50)


def images(n=3):
    return np.random.default_rng(0).uniform(-0.5, 0.5, (n, 8, 8, 3)).astype(np.float32)


def test_disturbed_round_trips_state_the_factor():
    trip = round_trip(lambda x: x, lambda x: x, images(), lambda x: x + 0.02)
    figure = plots.disturbed_round_trips(trip, "a tint", "striped", "plain")
    titles = [axis.get_title().replace("\n", " ") for axis in figure.axes[:6]]
    assert titles[0] == "striped: input" and "plain: fake" == titles[1] and titles[2] == "fake with a tint"
    factor = float(titles[3].split("×")[1])
    assert factor in (32, 64)
    grey = np.asarray(figure.axes[3].images[0].get_array())
    assert np.all(np.abs(grey - (0.02 * factor + 1) * 127.5) < 1)
    eight = plots.disturbed_round_trips(trip, "a tint", factor=8)
    assert "× 8" in eight.axes[3].get_title() and len(eight.axes) == 18
    still = round_trip(lambda x: x, lambda x: x, images(), lambda x: x)
    assert np.all(np.asarray(plots.disturbed_round_trips(still, "nothing").axes[3].images[0].get_array()) == 128)


def test_hidden_information_draws_both_directions_and_the_controls():
    model = SimpleNamespace(g_AB=lambda x: x / 4, g_BA=lambda x: 4 * x)
    table = hidden_information(model, images(), images(), noise=(1, 8), blurs=(1.0,), aligned=True)
    figure = plots.hidden_information(table, "plain", "striped")
    for axis, title, rows in zip(figure.axes, ("plain to striped and back", "striped to plain and back"),
                                 table.values(), strict=True):  # fmt: skip
        assert axis.get_title() == title
        lines = {line.get_label(): line for line in axis.lines}
        noisy = [rows[name] for name in ("undisturbed", "noise 1", "noise 8")]
        np.testing.assert_allclose(lines["noise (its standard deviation)"].get_ydata(), [r.error for r in noisy])
        np.testing.assert_allclose(lines["noise (its standard deviation)"].get_xdata(), [r.fake for r in noisy])
        (x0, x1), (y0, y1) = lines["a way back that copies"].get_data()
        assert x0 == 0 and y0 == rows["undisturbed"].error and y1 - y0 == pytest.approx(x1)
        assert lines["blur 1"].get_ydata()[0] == rows["blur 1"].error
        true = lines["back from a true picture: hides nothing"].get_ydata()
        assert true[0] == rows["true picture"].error
        assert [t.get_text() for t in axis.texts] == ["0", "1", "8"]
        assert axis.get_ylim()[0] == 0 and axis.get_ylim()[1] > max(row.error for row in rows.values())
        assert axis.get_xlim()[1] > max(row.fake for name, row in rows.items() if name != "true picture")
    plain = plots.hidden_information(hidden_information(model, images(), images(), noise=(1,), blurs=()))
    assert "true" not in " ".join(line.get_label() for line in plain.axes[0].lines)


def test_colour_drift_shows_each_image_and_channel():
    tint = np.array([0.2, 0.0, -0.1], np.float32)
    drifts = {
        "with": colour_drift(lambda x: x, images(4)),
        "without": colour_drift(lambda x: x + tint, images(4)),
    }
    figure = plots.colour_drift(drifts, "striped", n_images=2)
    titles = [axis.get_title().replace("\n", " ") for axis in figure.axes[:3]]
    assert titles == ["striped as it is", "with", "without"]
    shifts = figure.axes[-1]
    dots = [line.get_ydata() for line in shifts.lines if line.get_marker() == "."]
    assert len(dots) == 6 and all(len(values) == 4 for values in dots)
    np.testing.assert_allclose([values.mean() for values in dots], [0, 0, 0, 25.5, 0, -12.75], atol=1e-3)
    labels = [label.get_text() for label in shifts.get_xticklabels()]
    assert labels == ["with\nerror 0.0", "without\nerror 12.8"]
    grey = {"one channel": colour_drift(lambda x: x, images()[..., :1])}
    assert len(plots.colour_drift(grey, n_images=9).axes) == 3 * 2 + 1


def test_noise_of_a_level_is_amplified_until_it_is_seen():
    trip = round_trip(lambda x: x, lambda x: x, images(), gaussian_noise(1))
    title = plots.disturbed_round_trips(trip, "noise 1").axes[3].get_title().replace("\n", " ")
    assert float(title.split("×")[1]) == 32
