"""Pictures of CycleGAN's parts: gradients, the image pool, the learning rate, errors."""

import numpy as np

from studylib.plots.figure import subplots


def gradient_reach(norms):
    """Which generator is moved by which term: a table of gradient norms, dark where there is none.

    Args:
        norms: dict from term to a dict from network to the norm of the term's gradient in that network.
    """
    networks = list(next(iter(norms.values())))
    values = np.array([[norms[term][network] for network in networks] for term in norms])
    figure, [[axis]] = subplots(size=(4.2, 0.42 * len(norms) + 0.7))
    axis.imshow(values > 0, cmap="Greens", vmin=-0.2, vmax=2, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        axis.text(column, row, f"{value:.3g}" if value else "none", ha="center", va="center", fontsize=10)
    axis.set_xticks(range(len(networks)), networks)
    axis.set_yticks(range(len(norms)), list(norms))
    axis.xaxis.tick_top()
    axis.set_xticks(np.arange(len(networks) - 1) + 0.5, minor=True)
    axis.set_yticks(np.arange(len(norms) - 1) + 0.5, minor=True)
    axis.tick_params(which="both", length=0)
    axis.grid(which="minor", color="white", linewidth=3)
    axis.spines[:].set_visible(False)
    return figure


def pool_ages(ages, max_length):
    """How old the images are that a pool shows: a histogram, in images entered since.

    Args:
        ages: 0 for an image shown at once, k for one that was followed by k others.
        max_length: size of the pool.
    """
    ages = np.asarray(ages)
    figure, [[axis]] = subplots(size=(7, 2.6))
    # New images have a bar of their own, of width one; the others come in tens.
    edges = [0, 1, *range(10, ages.max() + 11, 10)]
    axis.hist(ages, edges, weights=np.full(len(ages), 100 / len(ages)))
    axis.axvline(max_length, color="tab:red", linestyle="--")
    axis.text(max_length + 3, 0.9 * axis.get_ylim()[1], f"the last {max_length} images end here", color="tab:red")
    axis.set_xlabel("age of the image shown, in images generated since")
    axis.set_ylabel("share shown, %")
    return figure


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
