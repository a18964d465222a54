"""Pictures of a training run."""

from studylib.plots.figure import subplots

PANELS = {
    "adversarial, generators": ("g_adversarial_AB", "g_adversarial_BA"),
    "adversarial, discriminators": ("d_A", "d_B"),
    "cycle (L1)": ("cycle_A", "cycle_B"),
    "identity (L1)": ("identity_A", "identity_B"),
}


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
