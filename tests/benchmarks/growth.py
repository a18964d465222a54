"""How time and memory of our step grow with pixels, filters and batch: one axis at a time, the exponent fitted."""

from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.client import Client
from benchmarks.configurations import CONTENDERS, Configuration
from benchmarks.measuring import alternate

BASES = {"U-Net": Configuration("unet", 24, 64, 1), "ResNet-6": Configuration("resnet", 32, 64, 1)}
VALUES = {"size": (32, 48, 64, 96, 128), "n_filters": (8, 16, 32, 64), "batch": (1, 2, 4, 8)}
AXES = {"size": "pixels of an image", "n_filters": "filters", "batch": "images in a batch"}


@dataclass
class Series:
    """One network along one axis: lists with a number for each point.

    Attributes:
        network, axis: of BASES and AXES.
        x: number of pixels, filters or images.
        seconds: of a step, the median over alternations.
        memory: bytes that the steps took at most, above the size of the process before the first one.
    """

    network: str
    axis: str
    x: list
    seconds: list
    memory: list

    def exponents(self):
        """Fitted exponents: of time, of memory."""
        return exponent(self.x, self.seconds), exponent(self.x, self.memory)


def exponent(x, y):
    """p of y = c x^p, by least squares on the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def measure_series(network, axis, values, alternations, seconds):
    """Measure a `Series`: all its points live side by side and take turns."""
    with ExitStack() as stack:
        tasks, starts, peaks = {}, {}, {}
        for value in values:
            client = stack.enter_context(Client(CONTENDERS["ours"], replace(BASES[network], **{axis: value})))
            starts[value] = client.ask("run", 1)["memory_before"]
            client.ask("run", 1)
            again = client.ask("run", 1)
            n_steps = max(1, round(seconds * again["steps"] / again["seconds"]))

            def turn(client=client, n_steps=n_steps, value=value):
                done = client.ask("run", n_steps)
                peaks[value] = done["memory_peak"]
                return done["seconds"] / done["steps"]

            tasks[value] = turn
        times = alternate(tasks, alternations)
    return Series(
        network,
        axis,
        x=[value**2 if axis == "size" else value for value in values],
        seconds=[float(np.median(times[value])) for value in values],
        memory=[peaks[value] - starts[value] for value in values],
    )


def rows(series):
    """Rows for a CSV file: a dict for each point."""
    made = []
    for one in series:
        of_time, of_memory = one.exponents()
        for x, seconds, memory in zip(one.x, one.seconds, one.memory, strict=True):
            point = {"network": one.network, "axis": AXES[one.axis], "x": x, "ms": 1000 * seconds}
            point |= {"memory_of_steps_mb": memory / 2**20}
            made.append({**point, "exponent_of_time": of_time, "exponent_of_memory": of_memory})
    return made


def draw(series):
    """A Figure: time above memory, a column for each axis, both scales logarithmic, fitted exponents in the legends."""
    from matplotlib.ticker import LogLocator, NullFormatter

    import studylib.quiet  # noqa: F401  the plots import TensorFlow
    from studylib.plots.figure import INK, PAPER, subplots

    axes_names = list(dict.fromkeys(one.axis for one in series))
    figure, axes = subplots(2, len(axes_names), size=(4 * len(axes_names), 6.4))
    figure.set_facecolor(PAPER)
    styles = dict(zip(BASES, (("#2a6fb5", "o", "-"), ("#b3570f", "s", "--")), strict=True))
    for column, name in enumerate(axes_names):
        for one in (one for one in series if one.axis == name):
            quantities = (np.multiply(1000, one.seconds), np.divide(one.memory, 2**20))
            for axis, values, power in zip(axes[:, column], quantities, one.exponents(), strict=True):
                colour, marker, line = styles[one.network]
                slope = np.exp(np.mean(np.log(values)) + power * (np.log(one.x) - np.mean(np.log(one.x))))
                axis.loglog(one.x, slope, line, color=colour, label=f"{one.network}: exponent {power:.2f}")
                axis.loglog(one.x, values, marker, color=colour)
        for axis, label in zip(axes[:, column], ("ms a step", "memory of the steps, MB"), strict=True):
            axis.set(xlabel=AXES[name], ylabel=label, facecolor=PAPER)
            ticks = sorted({x for one in series if one.axis == name for x in one.x})
            axis.set_xticks(ticks, [f"{x**0.5:g}²" if name == "size" else f"{x:g}" for x in ticks], minor=False)
            axis.set_xticks([], minor=True)
            axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.yaxis.set_major_formatter("{x:g}")
            axis.yaxis.set_minor_formatter(NullFormatter())
            axis.tick_params(colors=INK)
            axis.legend(frameon=False)
    figure.suptitle("A training step: " + "; ".join(f"{name}: {base}" for name, base in _bases(series).items()), size=9)
    return figure


def _bases(series):
    networks = {one.network for one in series}
    return {name: str(base).split(", ", 1)[1] for name, base in BASES.items() if name in networks}
