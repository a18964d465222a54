"""One table for a model: every measure, both directions, beside all that needs no learning."""

from dataclasses import dataclass

import numpy as np

from studylib.evaluation.encoder import features
from studylib.evaluation.filters import hand_made_filters
from studylib.evaluation.held_out import cycle_errors, translate
from studylib.evaluation.kernel_distance import KernelDistance, kernel_distance
from studylib.evaluation.scores import HIGHER, MEASURES, NEAR_ONE, scores, true_set

MODEL, OTHER_TRUTH = "trained model", "other true pictures"
CLEARLY = 3  # standard errors between two KIDs that are told apart


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` returns. Jupyter shows it as tables.

    Attributes:
        task: name of the task.
        n_pictures: held-out pictures that were judged in each direction.
        titles: dict from "A to B" and "B to A" to names such as "line art to full colour".
        scores: dict from the direction to a dict from the method to its `Scores`.
        untrained: names of the methods that need no learning.
    """

    task: str
    n_pictures: int
    titles: dict
    scores: dict
    untrained: tuple

    def as_markdown(self):
        """A table for each direction, and below it the sentence of `comparison`."""
        parts = [f"{self.n_pictures} held-out pictures of {self.task} in each direction."]
        for direction, title in self.titles.items():
            head, *rows = self.rows(direction)
            lines = [head, [":--", *["--:"] * (len(head) - 1)], *rows]
            parts += [
                f"**{title}**",
                "\n".join(f"| {' | '.join(line)} |" for line in lines),
                self.comparison(direction),
            ]
        return "\n\n".join(parts)

    _repr_markdown_ = as_markdown

    def rows(self, direction):
        """The table of a direction as texts: the head, then a list for each method. Empty columns are left out."""
        arrows = {HIGHER: " ↑", NEAR_ONE: " → 1"}
        table = [["", *(measure.title + arrows.get(measure.better, " ↓") for measure in MEASURES.values())]]
        table += [[method, *found.texts()] for method, found in self.scores[direction].items()]
        filled = [k for k in range(len(table[0])) if k == 0 or any(row[k] for row in table[1:])]
        return [[row[k] for k in filled] for row in table]

    def comparison(self, direction):
        """Where the trained model is better than all that needs no learning, and where it is not: a sentence.

        Better means by as much as the table shows; for KID, by CLEARLY standard errors of the difference.
        """
        found, ahead, not_ahead = self.scores[direction], [], []
        for place, (name, measure) in enumerate(MEASURES.items()):
            value, title = getattr(found[MODEL], name), measure.title.split(",")[0]
            if value is None or name == "cycle" or measure.better == NEAR_ONE:
                continue
            rivals = {method: getattr(found[method], name) for method in self.untrained if method in found}
            as_good = {method: other for method, other in rivals.items() if not _is_better(value, other, measure)}
            if as_good:
                best = (max if measure.better == HIGHER else min)(as_good, key=as_good.get)
                rival, own = (found[method].texts()[place] for method in (best, MODEL))
                not_ahead.append(f"{title} ({best} {rival}, {MODEL} {own})")
            else:
                ahead.append(title)
        sentence = f"The {MODEL} is better than everything that needs no learning by {', '.join(ahead) or 'no measure'}"
        return sentence + (f"; it is not by {'; '.join(not_ahead)}." if not_ahead else ".")

    def as_dict(self):
        """The numbers as plain dicts, for a file: {direction: {method: {measure: number}}}, with "kid_error"."""
        table = {}
        for direction, methods in self.scores.items():
            table[direction] = {method: _numbers(found) for method, found in methods.items()}
        return {"task": self.task, "pictures": self.n_pictures, **table}


def evaluate(model, task, others=None):
    """Judge a model on held-out pictures in both directions, beside what needs no learning.

    The rows: doing nothing; constant white; the hand-made filters at the settings that are best by the error, and
    once more at those that are best by KID, where these are others; the `others`; the trained model; and last other
    true pictures, of the training part. They are the mark for KID, which can be expected to go no lower. The colour
    distance and FID can: where there are pairs, a translation shows the very artwork that its truth shows, which brings
    the two sets nearer than two draws of true pictures are.

    Args:
        model: with generators `g_AB` and `g_BA`, such as CycleGAN.
        task: a `studylib.data.Task` with at least 3 held-out images of each domain. Where they are no pairs, the
            measures that need pairs are left out.
        others: dict from a name to (g_AB, g_BA), further generators, None for one that does not exist; such as
            {"pix2pix": (paired.g_AB, None)}.

    Returns:
        `Evaluation`.

    Raises:
        ValueError: a model without both generators, too few held-out pictures, or a name in `others` that is taken.
    """
    if not (hasattr(model, "g_AB") and hasattr(model, "g_BA")):
        raise ValueError(
            "model must have generators g_AB and g_BA; one that has only one direction belongs into others. "
            f"Received: {type(model).__name__}"
        )
    n = min(len(task.test_a), len(task.test_b))
    if n < 3:
        raise ValueError(
            f"evaluate needs 3 held-out pictures of each domain or more: put some into testA and testB. Received: {n}"
        )
    others, cycles, table, untrained = others or {}, cycle_errors(model, task), {}, {}
    sides = (task.test_a[:n], task.test_b[:n], task.train_b), (task.test_b[:n], task.test_a[:n], task.train_a)
    for k, (direction, (inputs, truth, seen)) in enumerate(zip(cycles, sides, strict=True)):
        known = true_set(truth)
        methods = _without_learning(inputs, truth, task.aligned, known.features)
        untrained |= dict.fromkeys(methods)
        if taken := sorted({*methods, MODEL, OTHER_TRUTH} & set(others)):
            raise ValueError(f"A name in others must not be that of another row. Received: {taken[0]!r}")
        for name, generators in {**others, MODEL: (model.g_AB, model.g_BA)}.items():
            if generators[k] is not None:
                methods[name] = translate(generators[k], inputs)
        found = {name: scores(images, truth, task.aligned, known) for name, images in methods.items()}
        found[MODEL] = found[MODEL]._replace(cycle=cycles[direction])
        if len(seen) >= n:
            drawn = np.random.default_rng(0).permutation(len(seen))[:n]
            found[OTHER_TRUTH] = scores(seen[drawn], truth, False, known)
        table[direction] = found
    titles = {"A to B": f"{task.label_a} to {task.label_b}", "B to A": f"{task.label_b} to {task.label_a}"}
    return Evaluation(task.name, n, titles, table, tuple(untrained))


def _without_learning(inputs, truth, aligned, true_features):
    """A dict from the name of a method to its images."""
    methods = {"doing nothing": inputs, "constant white": np.full_like(truth, 255)}
    if aligned:
        methods |= hand_made_filters(inputs, truth)
    by_kid = hand_made_filters(inputs, truth, lambda images, _: kernel_distance(features(images), true_features).value)
    for name, images in by_kid.items():
        if name not in methods or not np.array_equal(images, methods[name]):
            methods[f"{name}, by KID"] = images
    return methods


def _is_better(value, rival, measure):
    if isinstance(value, KernelDistance):
        # Both are measured against the same truth, so that the true error of their difference is, if anything, smaller.
        return rival.value - value.value > CLEARLY * np.hypot(value.error, rival.error)
    return measure.is_better(round(value, measure.digits), round(rival, measure.digits))


def _numbers(found):
    numbers = {name: value for name, value in found._asdict().items() if value is not None}
    return numbers | {"kid": found.kid.value, "kid_error": found.kid.error}
