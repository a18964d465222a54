"""One configuration: all contenders, side by side, in turn."""

import random
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import NO_TORCH, Client, WorkerError
from benchmarks.configurations import CONTENDERS, MATRIX_PRODUCT, TERMS

# Of losses, which are between 0 and 3: in the first step rounding only. The second step's tell that the weights moved
# alike; Adam's first move is +-learning_rate whatever the gradient's size, so that rounding moves some the other way.
TOLERANCES = (1e-3, 0.05)


@dataclass
class Measurements:
    """What was measured of one configuration. Lists hold a number for each alternation, keys are contenders.

    Attributes:
        name, configuration: of CONFIGURATIONS.
        multiply_adds: of one step: {"plain": with ordinary convolutions, "ours": in the forms that ours takes}.
        seconds: of one step.
        rates: multiply-adds per second of the matrix product.
        matrix_size: rows of its matrices.
        first_steps, first_seconds: of the first call, compiling included.
        memory_start, memory_peak: bytes, before the first step and at the highest.
        n_steps: in one alternation.
        versions: what the contender computes with.
        missing: why a contender was left out.
    """

    name: str
    configuration: object
    multiply_adds: dict
    seconds: dict
    rates: list
    matrix_size: int = 0
    first_steps: int = 1
    first_seconds: dict = field(default_factory=dict)
    memory_start: dict = field(default_factory=dict)
    memory_peak: dict = field(default_factory=dict)
    n_steps: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    missing: dict = field(default_factory=dict)


def alternate(tasks, n, seed=0):
    """Call every task n times, in turn, in an order that is new each time.

    Whoever always runs behind the same neighbour would inherit its heat and its caches.

    Args:
        tasks: {name: function without arguments that returns a number}.

    Returns:
        {name: list of n numbers}.
    """
    draw, found = random.Random(seed), {name: [] for name in tasks}
    for _ in range(n):
        for name in draw.sample(list(tasks), len(tasks)):
            found[name].append(tasks[name]())
    return found


def measure(name, configuration, contenders=tuple(CONTENDERS), alternations=10, seconds=1.0, torch_python=None):
    """Measure one configuration.

    Args:
        contenders: names in CONTENDERS; "ours" is always among them.
        alternations: how often each contender has its turn.
        seconds: about how long a turn is (at least one step).
        torch_python: interpreter for PyTorch's contenders; None leaves them out.

    Returns:
        `Measurements`. A contender that fails, or computes another step, is in `missing`, with its reason.

    Raises:
        WorkerError: ours, or the matrix product, fails.
    """
    found = Measurements(name, configuration, {}, {}, [])
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        clients, losses = {}, {}  # losses: of the first two steps
        start_values = str(Path(folder) / "weights.npz")

        def start(contender, python=sys.executable):
            client = stack.enter_context(Client(CONTENDERS[contender], configuration, python))
            client.ask(*("save" if contender == "ours" else "load", start_values))
            losses[contender] = prepare(client, found, contender, seconds)
            if differs := difference(losses[contender], losses["ours"]):
                client.close()
                raise WorkerError(differs)
            # Only now: a contender that fails on its way takes no part.
            clients[contender] = client

        start("ours")
        found.multiply_adds = clients["ours"].ask("count")
        for contender in contenders:
            if contender == "ours":
                continue
            is_torch = CONTENDERS[contender].family == "PyTorch"
            if is_torch and not torch_python:
                found.missing[contender] = NO_TORCH
                continue
            try:
                start(contender, torch_python if is_torch else sys.executable)
            except WorkerError as error:
                found.missing[contender] = f"left out: {error}"

        def turn(contender):
            done = clients[contender].ask("run", found.n_steps[contender])
            found.memory_peak[contender] = done["memory_peak"]
            return done["seconds"] / done["steps"]

        product = stack.enter_context(Client(MATRIX_PRODUCT, configuration))
        found.matrix_size = product.ask("rate", seconds)["size"]
        tasks = {contender: lambda contender=contender: turn(contender) for contender in clients}
        tasks["peak"] = lambda: product.ask("rate", seconds)["rate"]
        numbers = alternate(tasks, alternations)
        found.rates = numbers.pop("peak")
        found.seconds = numbers
    return found


def prepare(client, found, contender, seconds):
    """First steps: returns the losses of the first two, and learns from the third how many steps a turn has."""
    # One, unless ours compiles several steps into one call: then all must take as many.
    first = client.ask("run", found.first_steps)
    found.first_steps = first["steps"]
    found.first_seconds[contender] = first["seconds"]
    found.memory_start[contender], found.memory_peak[contender] = first["memory_before"], first["memory_peak"]
    second = client.ask("run", 1)
    again = client.ask("run", 1)
    found.n_steps[contender] = max(1, round(seconds * again["steps"] / again["seconds"]))
    found.versions[contender] = client.ask("versions")
    return first["losses"], second["losses"]


def difference(steps, expected):
    """How a contender's first two steps differ from ours, in words; "" where they are the same but for rounding.

    A faster step that is another step is no contender.

    Args:
        steps, expected: its losses and ours: ({term: number} of the first step, the same of the second).
    """
    for number, (terms, wanted, tolerance) in enumerate(zip(steps, expected, TOLERANCES, strict=True), 1):
        for term in TERMS:
            if not abs(terms[term] - wanted[term]) <= tolerance * max(1, abs(wanted[term])):
                return f"another step: {term} is {terms[term]:.6f} in step {number}, and {wanted[term]:.6f} in ours"
    return ""
