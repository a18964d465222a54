"""Pictures of CycleGAN's parts: gradients, the learning rate, errors, hidden information, colour drift."""

import textwrap

import numpy as np
from matplotlib.patches import Patch, Rectangle

from studylib.cyclegan.audit import CROSSED, REACH, GradientAudit
from studylib.plots.figure import COLOURS, INK, subplots
from studylib.plots.grid import as_float, image_grid

FORMULAS = {
    "g_adversarial_AB": "d_B(g_AB(A)) should be 1",
    "g_adversarial_BA": "d_A(g_BA(B)) should be 1",
    "cycle_A": "g_BA(g_AB(A)) should be A",
    "cycle_B": "g_AB(g_BA(B)) should be B",
    "identity_A": "g_BA(A) should be A",
    "identity_B": "g_AB(B) should be B",
    "d_A": "d_A(A) should be 1, d_A(g_BA(B)) 0",
    "d_B": "d_B(B) should be 1, d_B(g_AB(A)) 0",
}
# What a cell of `gradient_reach` may mean, and its colour.
_MOVES, _STILL, _ARRIVES, _WRONG = (
    ("moves this network", "#bfe3c6"),
    ("no gradient, as it must be", "#f1f0ec"),
    ("(arrives, but another loss moves this network)", "#dfe6f0"),
    ("not as it must be", "#f4a797"),
)


def gradient_reach(audit):
    """Which network is moved by which term: a table of gradient norms, red where it is not as it must be.

    Args:
        audit: a `studylib.cyclegan.GradientAudit`, drawn as one table of eight terms and four networks; or one of its
            tables: a dict from term to a dict from network to the norm of the term's gradient in that network.

    Returns:
        A Figure. At the right of each row stands what the term asks for.
    """
    norms, crossing = audit, {}
    if isinstance(audit, GradientAudit):
        norms, crossing = {**audit.generators, **audit.discriminators}, audit.crossing
    networks = list(dict.fromkeys(network for row in norms.values() for network in row))
    figure, [[axis]] = subplots(size=(1.1 * len(networks) + 4.2, 0.4 * len(norms) + 1.3))
    seen = set()
    for row, term in enumerate(norms):
        for column, network in enumerate(networks):
            values = norms[term].get(network), crossing.get(term, {}).get(network)
            text, meaning = _cell(term, network, *values)
            place = (column - 0.48, row - 0.46)
            axis.add_patch(Rectangle(place, 0.96, 0.92, color=meaning[1], linewidth=0))
            axis.text(column, row, text, ha="center", va="center", fontsize=10)
            seen.add(meaning)
    axis.set(xlim=(-0.5, len(networks) - 0.5), ylim=(len(norms) - 0.5, -0.5))
    axis.set_xticks(range(len(networks)), networks)
    axis.set_yticks(range(len(norms)), list(norms))
    axis.xaxis.tick_top()
    asked = axis.secondary_yaxis("right")
    asked.set_yticks(range(len(norms)), [FORMULAS.get(term, "") for term in norms], fontsize=9, color="0.35")
    for side in (axis, asked):
        side.tick_params(length=0)
        side.spines[:].set_visible(False)
    meanings = [meaning for meaning in (_MOVES, _STILL, _ARRIVES, _WRONG) if meaning in seen]
    handles = [Patch(color=colour, label=label) for label, colour in meanings]
    figure.legend(handles=handles, loc="outside lower center", ncol=2, fontsize=8, frameon=False)
    figure.suptitle("norm of a loss's gradient (row) in the weights of a network (column)", fontsize=10)
    return figure


def _cell(term, network, norm, crossing):
    """Text and meaning of a cell; a norm of None was not measured on this network's own side."""
    must = REACH.get(term, {network})
    if norm:
        return f"{norm:.3g}", _MOVES if network in must and np.isfinite(norm) else _WRONG
    if norm is not None and term in REACH and network in must:
        return "none", _WRONG
    if crossing:
        return f"({crossing:.3g})", _ARRIVES if network in CROSSED.get(term, {network}) else _WRONG
    return "none", _STILL


def learning_rate(rates):
    """The learning rate of every step of a run, from step 0 on."""
    figure, [[axis]] = subplots(size=(5, 2.2))
    axis.plot(rates)
    axis.set_xlabel("training step")
    axis.set_ylabel("learning rate")
    axis.set_ylim(bottom=0)
    return figure


def held_out_errors(errors, label_a, label_b):
    """Errors of every method in both directions, as bars; doing nothing is the line to stay under.

    Args:
        errors: as `studylib.evaluation.held_out_errors` returns them.
        label_a, label_b: names of the domains.
    """
    titles = {"A to B": f"{label_a} to {label_b}", "B to A": f"{label_b} to {label_a}"}
    figure, [axes] = subplots(1, 2, size=(9, 2.6), sharey=True)
    for axis, (direction, methods) in zip(axes, errors.items(), strict=True):
        names, values = list(methods), list(methods.values())
        colours = ["tab:orange" if name == "trained model" else "0.7" for name in names]
        bars = axis.barh(names, values, color=colours)
        axis.bar_label(bars, fmt="%.1f", padding=3)
        axis.axvline(methods["doing nothing"], color="black", linestyle="--", linewidth=1)
        axis.set_title(titles[direction], fontsize=10)
        axis.set_xlabel("mean absolute error, grey levels (0 is perfect)")
        axis.set_xlim(0, 1.15 * max(values))
    axes[0].invert_yaxis()
    return figure


def disturbed_round_trips(trip, disturbance, label="input", label_fake="fake", factor=None, credit=""):
    """There and back with a fake that was disturbed: what could be seen of it, and what became of the way back.

    Args:
        trip: a `studylib.cyclegan.RoundTrip`.
        disturbance: its name, such as "noise 4".
        label, label_fake: names of the two domains.
        factor: by which the change of the fake is amplified; None takes the power of 2 that makes it easily seen.
        credit: whose pictures these are.

    Returns:
        A Figure with a row for each image. Middle grey in the fourth column: no change.
    """
    change = trip.disturbed - trip.fake
    if factor is None:
        largest = max(float(np.quantile(np.abs(change), 0.99)), 1e-6)
        factor = 2 ** max(0, round(np.log2(0.7 / largest)))
    columns = {
        f"{label}: input": trip.images,
        f"{label_fake}: fake": trip.fake,
        f"fake with {disturbance}": trip.disturbed,
        f"change of the fake × {factor:g}": np.clip(factor * change, -1, 1),
        "back from the fake": trip.cycled,
        f"back from the fake with {disturbance}": trip.cycled_disturbed,
    }
    return image_grid(columns, cell=1.15, credit=credit)


def hidden_information(table, label_a="A", label_b="B"):
    """How fast the way back fails when the fake is disturbed, one panel for each direction.

    Args:
        table: as `studylib.cyclegan.hidden_information` returns it.
        label_a, label_b: names of the domains.

    Returns:
        A Figure. Above the dashed line a disturbance harms the way back by more than it changes the fake.
    """
    titles = (f"{label_a} to {label_b} and back", f"{label_b} to {label_a} and back")
    figure, [axes] = subplots(1, 2, size=(9.6, 3.8), sharey=True)
    for axis, title, rows in zip(axes, titles, table.values(), strict=True):
        start = rows["undisturbed"].error
        noisy = {name: row for name, row in rows.items() if not np.isnan(row.noise)}
        others = {name: row for name, row in rows.items() if np.isnan(row.noise) and name != "true picture"}
        right = 1.08 * max(row.fake for row in (*noisy.values(), *others.values())) or 1.0
        axis.plot([0, right], [start, start + right], "--", color="0.5", linewidth=1, label="a way back that copies")
        axis.plot(*zip(*((row.fake, row.error) for row in noisy.values()), strict=True), "o-", color=COLOURS["A"],
                  label="noise (its standard deviation)")  # fmt: skip
        for row in noisy.values():
            axis.annotate(f"{row.noise:g}", (row.fake, row.error), (0, 6), textcoords="offset points", ha="center",
                          fontsize=8, color=COLOURS["A"])  # fmt: skip
        for (name, row), marker in zip(others.items(), "Xs^Dv", strict=False):
            axis.plot(row.fake, row.error, marker, color=COLOURS["B"], label=name)
        if "true picture" in rows:
            error = rows["true picture"].error
            axis.axhline(error, color=INK, linestyle=":", label="back from a true picture: hides nothing")
        axis.set_xlim(-0.02 * right, right)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("change of the fake, grey levels (mean)")
    # Last, and for both: a limit that is set ends the scaling to what is drawn.
    axes[0].set_ylim(0, 1.12 * max(row.error for rows in table.values() for row in rows.values()) or 1.0)
    axes[0].set_ylabel("error of the picture that came back,\ngrey levels (mean)")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncol=3, fontsize=8, frameon=False)
    return figure


def colour_drift(drifts, label="B", n_images=3, credit=""):
    """What generators do to images that are already in their target domain: the pictures, and each channel's shift.

    Args:
        drifts: dict from a generator's name to its `studylib.cyclegan.ColourDrift`, of the same images.
        label: name of that domain.
        n_images: how many of them are shown.
        credit: whose pictures these are.

    Returns:
        A Figure: the images before and after; at the right a dot for each image and channel, the bar at their mean.
    """
    first = next(iter(drifts.values()))
    n = min(n_images, len(first.images))
    pictures = {f"{label} as it is": first.images, **{name: drift.moved for name, drift in drifts.items()}}
    figure, axes = subplots(n, len(pictures) + 1, size=(1.15 * len(pictures) + 3.6, max(2.6, 1.2 * n + 0.5)),
                            gridspec_kw={"width_ratios": [1] * len(pictures) + [2.6]})  # fmt: skip
    for column, (name, images) in zip(axes.T, pictures.items(), strict=False):
        column[0].set_title(textwrap.fill(name, 15), fontsize=9)
        for axis, image in zip(column, images, strict=False):
            axis.imshow(np.clip((as_float(image) + 1) / 2, 0, 1).squeeze(), cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=True, color="0.8")
    for axis in axes[:, -1]:
        axis.remove()
    _channel_shifts(figure.add_subplot(axes[0, -1].get_gridspec()[:, -1]), drifts)
    if credit:
        figure.supxlabel(credit, fontsize=6, color="0.4", wrap=True)
    return figure


def _channel_shifts(axis, drifts):
    """A dot for each image and channel, side by side for each generator."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.axhline(0, color="0.6", linewidth=1)
    for group, drift in enumerate(drifts.values()):
        for channel, values in enumerate(drift.shifts.T):
            colour = (("tab:red", "tab:green", "tab:blue") if drift.shifts.shape[1] == 3 else ("0.3",))[channel % 3]
            x = group + 0.22 * (channel - (drift.shifts.shape[1] - 1) / 2)
            axis.plot(np.linspace(x - 0.05, x + 0.05, len(values)), values, ".", color=colour, markersize=3, alpha=0.6)
            axis.plot([x - 0.08, x + 0.08], [values.mean()] * 2, color=INK, linewidth=2)
    names = [f"{textwrap.fill(name, 15)}\nerror {drift.error:.1f}" for name, drift in drifts.items()]
    axis.set_xticks(range(len(drifts)), names)
    axis.set_xlim(-0.5, len(drifts) - 0.5)
    axis.set_ylabel("shift of a channel's mean, grey levels\n(a dot an image, bar: their mean)", fontsize=9)
    axis.tick_params(labelsize=9)
