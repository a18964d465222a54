"""Pictures of a training run."""

from studylib.plots.figure import COLOURS, INK, subplots

PANELS = {
    "adversarial, generators": ("g_adversarial_AB", "g_adversarial_BA"),
    "adversarial, discriminators": ("d_A", "d_B"),
    "cycle (L1)": ("cycle_A", "cycle_B"),
    "identity (L1)": ("identity_A", "identity_B"),
}
_RECIPES = ((COLOURS["A"], "-"), (COLOURS["B"], "--"), (INK, "-."), ("#1c8a78", ":"))


def loss_curves(history):
    """The eight losses of a CycleGAN over the epochs, related ones together.

    Args:
        history: dict from column name to a list, one value an epoch, as `studylib.training.read_history` gives; an
            empty one leaves the panels empty.
    """
    figure, [axes] = subplots(1, len(PANELS), size=(3 * len(PANELS), 2.6))
    for axis, (title, names) in zip(axes, PANELS.items(), strict=True):
        for name in names if history else ():
            axis.plot(history["epoch"], history[name], marker=".", label=name)
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("epoch")
        axis.set_ylim(bottom=0)
        if history:
            axis.legend(fontsize=8, frameon=False)
    return figure


def time_to_quality(recording, names, nothing="doing nothing"):
    """How good recipes are after how many minutes of training, in both directions; lower is better.

    Args:
        recording: a `studylib.recorded.Recording` with columns recipe, seed, seconds, kid, kid_error, error_removing.
        names: dict from the recipes, at most four, to what the legend calls them.
        nothing: recipe of the row without training, drawn as a dotted line.

    Returns:
        A Figure: left the kernel distance of the direction that invents, with one standard error as a band, right the
        error of the one that removes. A line for each seed.
    """
    figure, [axes] = subplots(1, 2, size=(9, 3.4))
    (untrained,) = recording.runs(recipe=nothing)
    titles = {"kid": "invented: kernel distance (KID)", "error_removing": "removed: error, grey levels"}
    for axis, (column, title) in zip(axes, titles.items(), strict=True):
        for (recipe, name), (colour, line) in zip(names.items(), _RECIPES, strict=False):
            for i, run in enumerate(recording.runs(recipe=recipe)):
                minutes = run["seconds"] / 60
                axis.plot(minutes, run[column], line, color=colour, label=None if i else name)
                if column == "kid":
                    low, high = run["kid"] - run["kid_error"], run["kid"] + run["kid_error"]
                    axis.fill_between(minutes, low, high, color=colour, alpha=0.15, lw=0)
        axis.axhline(untrained[column][0], color=INK, ls=":", lw=1)
        axis.text(1, untrained[column][0], nothing, transform=axis.get_yaxis_transform(), ha="right", va="bottom",
                  fontsize=8, color=INK)  # fmt: skip
        axis.set(title=title, xlabel="minutes of training", xlim=(0, None), ylim=(0, None))
        axis.title.set_fontsize(10)
    axes[1].legend(fontsize=8, frameon=False)  # where the lines leave room
    return figure
