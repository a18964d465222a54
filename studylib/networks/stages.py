"""A network in a few words: its layers grouped into stages, one convolution each, and the ways through them."""

from dataclasses import dataclass

from studylib.networks.inspection import LayerTable, megabytes, shape_text, short_number

_WORDS = {
    "Conv2D": "conv",
    "Conv2DTranspose": "up-conv",
    "Dense": "dense",
    "ReflectionPadding2D": "reflect",
    "ReplicationPadding2D": "replicate",
    "SymmetricPadding2D": "symmetric",
    "ZeroPadding2D": "",
    "Cropping2D": "",
    "AdmissibleSize": "",
    "InputLayer": "image",
    "InstanceNormalization": "norm",
    "BatchNormalization": "norm",
    "GroupNormalization": "norm",
    "LayerNormalization": "norm",
    "ReLU": "ReLU",
    "LeakyReLU": "leaky ReLU",
    "Add": "+",
    "Concatenate": "concat",
}
_MERGES = ("Add", "Average", "Concatenate", "Maximum", "Multiply", "Subtract")


@dataclass(frozen=True)
class Stage:
    """Some layers in a row, with at most one kernel among them.

    Attributes:
        rows: their `LayerRow`s; paddings stand before the convolution that needs them, all else behind it.
        direction: "in" (an input), "down" (a stride above 1), "up" (a transposed convolution) or "level".
        skips: (number of the stage that it comes from, "Add" or "Concatenate") of each skip that ends here.
    """

    rows: tuple
    direction: str
    skips: tuple

    @property
    def output_shape(self):
        return self.rows[-1].output_shape

    @property
    def words(self):
        """What the stage does, in the order in which it does it: ("reflect", "conv 7x7", "norm", "ReLU")."""
        return tuple(word for row in self.rows if (word := _word(row)))

    @property
    def costs(self):
        """(parameters, multiply-adds, activation bytes) of the stage."""
        return tuple(
            sum(getattr(row, name) for row in self.rows) for name in ("parameters", "multiply_adds", "activation_bytes")
        )


def stages(table):
    """Group the rows of a `LayerTable` into a list of `Stage`s, one for each kernel."""
    groups, waiting = [], []
    for row in table:
        if row.kind == "InputLayer" or row.kernel_size is not None or row.kind == "Dense" or not groups:
            groups.append([*waiting, row])
            waiting = []
        elif "Padding2D" in row.kind:
            waiting.append(row)
        else:
            groups[-1].append(row)
    groups[-1].extend(waiting)
    number = {row.name: k for k, group in enumerate(groups) for row in group}
    return [Stage(tuple(group), _direction(group), _skips(k, group, number)) for k, group in enumerate(groups)]


def repeats(network):
    """Where stages repeat, such as residual blocks: a list of (first stage, stages in one round, rounds).

    Args:
        network: list of `Stage`s.
    """
    signs = [
        (stage.words, stage.output_shape, stage.costs, tuple((k - start, kind) for start, kind in stage.skips))
        for k, stage in enumerate(network)
    ]
    found, k = [], 0
    while k < len(signs):
        for period in range(1, 5):
            rounds = 1
            while signs[k : k + period] == signs[k + rounds * period : k + (rounds + 1) * period] != []:
                rounds += 1
            first, last = k, k + rounds * period - 1
            inner = any(first <= start < last for stage in network[last + 1 :] for start, _ in stage.skips)
            if rounds > 1 and not inner:
                found.append((k, period, rounds))
                k = last
                break
        k += 1
    return found


def stage_table(network):
    """A text with one line for each stage of a `LayerTable`: shape of the output, and what the stage costs.

    Rounds of stages that repeat, such as residual blocks, are given once: a line with their number, and below it,
    indented, the stages of one round in turn, each with its costs in all rounds.

    Raises:
        ValueError: `network` is no `LayerTable`.
    """
    if not isinstance(network, LayerTable):
        raise ValueError(f"stage_table needs a LayerTable; layer_table(model) makes one. Received: {network!r}")
    all_stages = stages(network)
    rounds = repeats(all_stages)
    starts = {first for first, _, _ in rounds}
    hidden = {first + i for first, period, n in rounds for i in range(period, period * n)}
    times = {first + i: n for first, period, n in rounds for i in range(period)}
    lines = [f"{'stage':<49}{'output':<17}{'parameters':>12}{'multiply-adds':>15}{'activations':>13}"]
    for k, stage in enumerate(all_stages):
        if k in hidden:
            continue
        if k in starts:
            lines.append(f"{times[k]} times, in turn (costs of all {times[k]}):")
        what = "    " * (k in times) + ", ".join(stage.words)
        parameters, products, activations = (times.get(k, 1) * cost for cost in stage.costs)
        lines.append(
            f"{what:<49}{shape_text(stage.output_shape):<17}{parameters:>12,}{short_number(products):>15}"
            f"{megabytes(activations):>13}"
        )
    total = f"{network.parameters:>12,}{short_number(network.multiply_adds):>15}"
    return "\n".join([*lines, f"{'all of ' + network.name:<66}{total}{megabytes(network.activation_bytes):>13}"])


def convolutions_on_paths(table):
    """(fewest, most) kernels that a value passes on its way from the input to the output of a `LayerTable`."""
    fewest, most = {}, {}
    for row in table:
        own = row.kernel_size is not None or row.kind == "Dense"
        fewest[row.name] = own + min((fewest[name] for name in row.inputs), default=0)
        most[row.name] = own + max((most[name] for name in row.inputs), default=0)
    return fewest[table[-1].name], most[table[-1].name]


def _word(row):
    word = _WORDS.get(row.kind, row.kind)
    if row.kernel_size is not None:
        height, width = row.kernel_size
        strided = f" /{row.strides[0]}" if row.strides[0] > 1 else ""
        return f"{word} {height}x{width}{strided}"
    return word


def _direction(group):
    if group[0].kind == "InputLayer":
        return "in"
    kernel = next((row for row in group if row.kernel_size is not None), None)
    if kernel is None or max(kernel.strides) == 1:
        return "level"
    return "up" if "Transpose" in kernel.kind else "down"


def _skips(k, group, number):
    """Inputs from other stages: all of a merge's, and those of other layers that skip the stage before."""
    return tuple(
        (number[name], row.kind)
        for row in group
        for name in row.inputs
        if number[name] != k and (row.kind in _MERGES or number[name] != k - 1)
    )
