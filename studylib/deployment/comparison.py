"""Exported generators beside the one in Keras: how far off, how fast, how large."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from studylib.arguments import modest_number, path_of, shown, whole_number
from studylib.deployment.checks import float_batch
from studylib.deployment.runtimes import Translator, compiled, load

IN_MEMORY = "Keras, not exported"
MOST_ROUNDS = 100_000


class Row(NamedTuple):
    """What `compare` found about one file.

    Attributes:
        largest: largest absolute difference to Keras, in the generator's own numbers, [-1, 1].
        mean: mean absolute difference to Keras, in grey levels (0 to 255).
        milliseconds: for one image, median.
        megabytes: on the disk; None for what is not there.
    """

    largest: float
    mean: float
    milliseconds: float
    megabytes: float | None


@dataclass(frozen=True)
class Comparison:
    """What `compare` returns. Jupyter shows it as a table.

    Attributes:
        rows: dict from a name to its `Row`; the first is the Keras model itself.
        shape: of the images, (N, H, W, C).
        rounds: how often each was timed.
    """

    rows: dict
    shape: tuple
    rounds: int

    def as_markdown(self):
        """The table, and below it what was measured."""
        lines = ["| | largest difference | mean, grey levels | one image, ms | file, MB |", "|:--|--:|--:|--:|--:|"]
        for name, row in self.rows.items():
            size = "" if row.megabytes is None else f"{row.megabytes:.2f}"
            lines.append(f"| {name} | {row.largest:.1e} | {row.mean:.2g} | {row.milliseconds:.2f} | {size} |")
        n, height, width, _ = self.shape
        foot = (
            f"Differences to Keras on {n} images of {height} x {width}, whose values go from -1 to 1. Time: median of "
            f"{self.rounds} rounds, in each of which all take their turn in random order, each on all cores."
        )
        return "\n".join(lines) + f"\n\n{foot}"

    _repr_markdown_ = as_markdown


def compare(model, paths, images, rounds=30, seed=0):
    """Run exported generators beside the Keras model they came from.

    Args:
        model: the keras.Model, (N, H, W, C) to (N, H, W, C), in [-1, 1].
        paths: dict from a name to the path of an exported file, or a path or a list of paths, which are named after
            their files.
        images: held-out images, float (N, H, W, C) in [-1, 1], of a size that all files take.
        rounds: how often each is timed, on the first image. The order is drawn anew for every round, so that whatever
            else the machine does meets all of them alike.
        seed: of these orders.

    Returns:
        `Comparison`.

    Raises:
        ValueError: no model, images that a file does not take, no paths, or a number out of its range.
        FileNotFoundError: a path without a file.
    """
    rounds, seed = modest_number("rounds", rounds, MOST_ROUNDS), whole_number("seed", seed, at_least=0)
    paths, images = _named(paths), float_batch("images", images)
    in_memory = Translator(Path(IN_MEMORY), "Keras", compiled(model), model.input_shape)
    translators = {name: load(path) for name, path in paths.items()}
    outputs = {name: translate(images) for name, translate in translators.items()}
    translators = {IN_MEMORY: in_memory} | translators
    truth = translators[IN_MEMORY](images)
    milliseconds = _median_times(translators, images[:1], rounds, np.random.default_rng(seed))
    rows = {}
    for name in translators:
        difference = np.abs(outputs.get(name, truth) - truth)
        size = None if name == IN_MEMORY else _megabytes(paths[name])
        rows[name] = Row(float(difference.max()), float(difference.mean()) * 127.5, milliseconds[name], size)
    return Comparison(rows, images.shape, rounds)


def _named(paths):
    """Paths by name."""
    paths = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    if not isinstance(paths, (dict, list, tuple)) or not paths:
        raise ValueError(f"paths must be an exported file, or a dict or a list of them. Received: paths={shown(paths)}")
    pairs = paths.items() if isinstance(paths, dict) else [(None, path) for path in paths]
    pairs = [(name, path_of("paths", path)) for name, path in pairs]
    named = {path.name if name is None else name: path for name, path in pairs}
    if len(named) < len(paths):
        raise ValueError(
            f"paths of equal names must come as a dict. Received: {len(paths)} paths of {len(named)} names"
        )
    return named


def _median_times(functions, image, rounds, random):
    """Milliseconds a call, by name: each is called once before it counts."""
    times = {name: [] for name in functions}
    for function in functions.values():
        function(image)
    for _ in range(rounds):
        for name in random.permutation(list(functions)):
            start = time.perf_counter()
            functions[name](image)
            times[name].append(time.perf_counter() - start)
    return {name: 1000 * float(np.median(seconds)) for name, seconds in times.items()}


def _megabytes(path):
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files) / 1e6
