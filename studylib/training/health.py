"""Is my loss normal? What the curves of a CycleGAN say about its training: healthy, or one of the known sicknesses.

Each threshold stands between what the healthy and the sick runs of the even seeds in `notebooks/recorded/health.csv`
reached; the odd seeds are the test.
"""

from dataclasses import dataclass

import numpy as np

from studylib.cyclegan.model import TERMS

NEEDED = TERMS[:-1]  # all but the weighted total, whose size says nothing
CYCLE, IDENTITY = ("cycle_A", "cycle_B"), ("identity_A", "identity_B")
# A generator, the adversarial term that it minimises, and the discriminator behind that.
SIDES = {"g_AB": ("g_adversarial_AB", "d_B"), "g_BA": ("g_adversarial_BA", "d_A")}

FEWEST = 4  # entries: of fewer, no course can be read
EXPLODED = 2.0  # a discriminator that always says the opposite of the truth has an LSGAN loss of 1
SURE, SEEN_THROUGH = 0.06, 0.8  # a discriminator that is always right has the loss 0, and its generator 1
LEARNED = 0.2  # mean of the four L1 terms, images being in [-1, 1]: below, the generators hand the picture through
COLOURS_CHANGED = 1.9  # identity over cycle: a generator that leaves its own domain alone has about 1
BY_HEART = 0.08  # loss on held-out pictures minus loss in training

WAYS_OUT = {
    "too short": "Train on, and ask again.",
    "diverged": (
        "Start anew with a learning rate ten times smaller; if that does not help, look for pictures that are not in "
        "[-1, 1]."
    ),
    "collapsed discriminator": (
        "No useful gradient is left: give the generators the learning rate of the discriminators, or these a smaller "
        "one, or fewer filters."
    ),
    "does nothing": (
        "Lower lambda_reconstr and lambda_id against lambda_validation; where they are as usual (10 and 5 against 1), "
        "give the discriminators a smaller learning rate."
    ),
    "colour inversion": (
        "Start anew with lambda_id at half of lambda_reconstr; a run that is inverted already may need it above twice "
        "lambda_reconstr to turn back."
    ),
    "learned by heart": "Take more pictures, augment them, stop earlier, or give the discriminators fewer filters.",
    "healthy": "Go on, and judge by the pictures: no loss can tell how good they are.",
}


@dataclass(frozen=True)
class Finding:
    """What was recognised in a history. As text, it is the sentence with its evidence and the way out.

    Attributes:
        kind: of WAYS_OUT.
        evidence: what was seen, with numbers and since when.
        columns: the curves that tell.
    """

    kind: str
    evidence: str
    columns: tuple = ()

    def __str__(self):
        return f"{self.kind.capitalize()}: {self.evidence}. {WAYS_OUT[self.kind]}"


def examine(history):
    """Recognise healthy and sick trainings of a CycleGAN with the LSGAN losses by their curves.

    What is looked at are means over the last third of the entries. A history of another loss has other sizes, and
    cannot be judged here.

    Example:
        >>> for finding in examine(read_history("runs/line2color")):
        ...     print(finding)

    Args:
        history: dict from column to a list of numbers, one for each epoch or other stretch, as `read_history` gives it.
            It needs the columns of NEEDED; epoch or step say when; val_d_A and val_d_B, the discriminators' losses on
            held-out pictures, let it see what was learned by heart. `fit` with validation_data logs them, `train` none.

    Returns:
        A list of `Finding`, never empty, the gravest first: a run may have more than one sickness.

    Raises:
        ValueError: a column is missing, or they differ in length.
    """
    curves = _Curves(history)
    if finding := _diverged(curves):
        return [finding]
    if curves.n < FEWEST:
        return [Finding("too short", f"{curves.n} entries are fewer than the {FEWEST} that a course can be read from")]
    checks = (_winning_discriminators, _colours_changed, _by_heart)
    return [finding for check in checks if (finding := check(curves))] or [_healthy(curves)]


class _Curves:
    """The columns of a history as arrays, and what is asked of them."""

    def __init__(self, history):
        if missing := [name for name in NEEDED if name not in history]:
            raise ValueError(
                f"history must hold the losses of a CycleGAN, as read_history gives them. Missing: {missing[0]}; "
                f"received: {list(history)}"
            )
        names = [name for name in (*NEEDED, "val_d_A", "val_d_B") if name in history]
        self.columns = {name: np.asarray(history[name], float) for name in names}
        lengths = {len(values) for values in self.columns.values()}
        if len(lengths) != 1:
            raise ValueError(f"the columns of history must be of one length. Received: {sorted(lengths)}")
        (self.n,) = lengths
        self.unit = next((name for name in ("epoch", "step") if name in history), "entry")
        self.times = list(history.get(self.unit, range(1, self.n + 1)))

    def end(self, *names):
        """Mean of the columns over the last third."""
        return float(np.mean([self.columns[name][-max(1, self.n // 3) :] for name in names]))

    def when(self, i):
        return f"{self.unit} {self.times[i]:g}"

    def since(self, holds):
        """In words, from when on a condition, an array of truth values, held until the end.

        The findings are about means: the last entry by itself may be an exception.
        """
        failed = np.flatnonzero(~holds)
        first = failed[-1] + 1 if len(failed) else 0
        return f"since {self.when(first)}" if first < self.n else "on average over the last third"


def _diverged(curves):
    for i in range(curves.n):
        broken = [name for name in NEEDED if not np.isfinite(curves.columns[name][i])]
        if broken:
            return Finding("diverged", f"{broken[0]} is not a finite number at {curves.when(i)}", tuple(broken))
    # The first entry is a start, from which a run may recover.
    judged = [name for names in SIDES.values() for name in names]
    worst = {name: float(curves.columns[name][1:].max()) for name in judged} if curves.n > 1 else {}
    high = [name for name, value in worst.items() if value > EXPLODED]
    if not high:
        return None
    name = max(high, key=worst.get)
    at = curves.when(1 + int(curves.columns[name][1:].argmax()))
    evidence = f"{name} rises to {worst[name]:.3g} at {at}, where a judge that is always wrong would give 1"
    return Finding("diverged", evidence, tuple(high))


def _winning_discriminators(curves):
    """Discriminators that are never wrong; why, the other terms tell."""
    lost = [g for g, (term, d) in SIDES.items() if curves.end(d) < SURE and curves.end(term) > SEEN_THROUGH]
    if not lost:
        return None
    terms, judges = zip(*(SIDES[g] for g in lost), strict=True)
    sure = np.all([curves.columns[d] < SURE for d in judges], axis=0)
    won = (
        f"the loss of {_words(judges)} is near 0 ({curves.end(*judges):.3f}), that of {_words(lost)} near 1 "
        f"({curves.end(*terms):.2f}), {curves.since(sure)}"
    )
    kept = curves.end(*CYCLE, *IDENTITY)
    if kept < LEARNED:
        evidence = f"cycle and identity terms are low ({kept:.3f}), so the pictures are handed through, but {won}"
        return Finding("does nothing", evidence, (*terms, *judges))
    return Finding(
        "collapsed discriminator", f"{won}, and cycle and identity terms stay at {kept:.2f}", (*judges, *terms)
    )


def _colours_changed(curves):
    cycle, identity = curves.end(*CYCLE), curves.end(*IDENTITY)
    if cycle >= LEARNED or identity <= COLOURS_CHANGED * cycle:
        return None
    ratio = sum(curves.columns[name] for name in IDENTITY) / sum(curves.columns[name] for name in CYCLE)
    evidence = (
        f"the way there and back is fine (cycle terms {cycle:.3f}), and yet each generator changes pictures of its own "
        f"domain by {identity:.3f} (identity terms), {identity / cycle:.1f} times as much, "
        f"{curves.since(ratio > COLOURS_CHANGED)}: one changes colours and the other changes them back"
    )
    return Finding("colour inversion", evidence, IDENTITY)


def _by_heart(curves):
    gaps = {d: curves.end(f"val_{d}") - curves.end(d) for d in ("d_A", "d_B") if f"val_{d}" in curves.columns}
    known = [d for d, gap in gaps.items() if gap > BY_HEART]
    if not known:
        return None
    d = max(known, key=gaps.get)
    gap = curves.columns[f"val_{d}"] - curves.columns[d]
    evidence = (
        f"{d} has a loss of {curves.end(d):.3f} on its training pictures and of {curves.end(f'val_{d}'):.3f} on "
        f"held-out ones, {curves.since(gap > BY_HEART)}: it knows the pictures, not the kind"
    )
    return Finding("learned by heart", evidence, tuple(name for d in known for name in (d, f"val_{d}")))


def _healthy(curves):
    evidence = (
        f"both discriminators are still in the game (losses {curves.end('d_A'):.2f} and {curves.end('d_B'):.2f}; 0 is "
        f"always right, 0.25 undecided), the cycle terms are at {curves.end(*CYCLE):.3f}, the identity terms at "
        f"{curves.end(*IDENTITY):.3f}"
    )
    return Finding("healthy", evidence)


def _words(names):
    return " and ".join(names)
