"""What a card says: scores, failures, and the sentences that the scores allow.

The scores are those of `studylib.evaluation.evaluate`, as a dict from direction to method to measure.
"""

import unicodedata

import numpy as np

from studylib.evaluation import features, translate
from studylib.evaluation.table import CLEARLY, MODEL, OTHER_TRUTH

NOTHING, PAIRED = "doing nothing", "pix2pix, a quarter of the steps"
DIRECTIONS = {"A to B": "invents", "B to A": "removes"}  # so in both of OpenMoji's tasks
LEAST_GAIN, LARGEST_SHARE = 0.55, 1 / 3  # asked of the trained weights: error taken away, KID left over
N_FAILURES = 5


def sides(task):
    """dict from direction to (inputs, truth), uint8 (N, H, W, 3) each, of the held-out pairs."""
    return {"A to B": (task.test_a, task.test_b), "B to A": (task.test_b, task.test_a)}


def translations(pair, task):
    """dict from direction to what the generators g_AB and g_BA of `pair` make of the held-out inputs, uint8."""
    return {"A to B": translate(pair.g_AB, task.test_a), "B to A": translate(pair.g_BA, task.test_b)}


# ---- one picture at a time -------------------------------------------------------------------------------------------


def picture_errors(images, truth, examples):
    """Error of each picture, in grey levels: (N,). Judges a direction that removes: there is one right answer."""
    return np.abs(images.astype(np.float64) - truth).mean(axis=(1, 2, 3))


def picture_strangeness(images, truth, examples):
    """How far each picture is from looking like a picture of the domain: (N,). Judges a direction that invents.

    1 - cosine of features, to the nearest true picture: one of `examples`, the training part, or its own truth. A
    plausible colour that is not the true one looks like other true pictures; a picture without colour like none. And a
    motif that is unlike all others is no fault, as its own truth is among the candidates.
    """
    vectors, own = features(images), features(truth)
    likeness = np.maximum(np.max(vectors @ features(examples).T, axis=1), np.sum(vectors * own, axis=1))
    return 1 - likeness / vectors.shape[1]


RULES = {
    "invents": (
        picture_strangeness,
        "distance (1 - cosine of the encoder's features) to the nearest true picture, of the training part or its own",
    ),
    "removes": (picture_errors, "mean absolute difference of output and truth in grey levels"),
}


def ranking_values(made, task):
    """What the held-out pictures are ranked by, a dict from direction to (values (N,), lower is better; rule)."""
    result = {}
    for direction, examples in (("A to B", task.train_b), ("B to A", task.train_a)):
        judge, rule = RULES[DIRECTIONS[direction]]
        result[direction] = judge(made[direction], sides(task)[direction][1], examples), rule
    return result


def failures(made, task, k=N_FAILURES):
    """The k worst of `made` (see `translations`) in each direction, the worst one first, and the rule that says so."""
    result = {}
    for direction, (values, rule) in ranking_values(made, task).items():
        worst = [
            {"id": task.names_test[i], "what": title(task.names_test[i]), "value": round(float(values[i]), 3)}
            for i in np.argsort(-values, kind="stable")[:k]
        ]
        result[direction] = {"rule": f"the {k} of {len(values)} held-out pictures with the largest {rule}"}
        result[direction]["worst"] = worst
    return result


def gallery_blocks(made, task):
    """What `plots.gallery` takes: a dict from a direction's title to pictures, values and rule."""
    blocks = {}
    for direction, (values, rule) in ranking_values(made, task).items():
        inputs, truth = sides(task)[direction]
        name = f"{direction_title(vars(task), direction)} ({DIRECTIONS[direction]})"
        blocks[name] = {"inputs": inputs, "outputs": made[direction], "truth": truth, "values": values, "rule": rule}
    return blocks


def title(artwork_id):
    """The Unicode names of an artwork's code points: "1F34E" is "red apple"; its id where it has none."""
    try:
        found = [unicodedata.name(chr(int(point, 16)), "") for point in artwork_id.split("-")]
    except ValueError:
        return artwork_id
    found = [name for name in found if not name.startswith(("ZERO WIDTH", "VARIATION"))]
    return " + ".join(found).lower() if all(found) else artwork_id


# ---- what the scores say ---------------------------------------------------------------------------------------------


def direction_title(labelled, direction):
    """Such as "line art to full colour", from a dict with label_a and label_b."""
    labels = {"A": labelled["label_a"], "B": labelled["label_b"]}
    return " to ".join(labels[side] for side in direction.split(" to "))


def without_learning(card, direction):
    """The rows of the scores that need no learning, doing nothing and constant white included: method to measures."""
    trained = (MODEL, PAIRED, OTHER_TRUTH)
    return {method: found for method, found in card["scores"][direction].items() if method not in trained}


def as_markdown(card):
    """Error and KID of every method in both directions, as a Markdown table; the error beside doing nothing's."""
    titles = [f"{direction_title(card, d)} ({what})" for d, what in DIRECTIONS.items()]
    lines = ["| | " + " | ".join(f"{t}: error | KID" for t in titles) + " |", "|:--" + "|--:" * 4 + "|"]
    methods = dict.fromkeys(method for direction in DIRECTIONS for method in card["scores"][direction])
    for method in methods:
        cells = [method]
        for direction in DIRECTIONS:
            found, nothing = (card["scores"][direction].get(name, {}) for name in (method, NOTHING))
            error = "error" in found and f"{found['error']:.1f} ({found['error'] / nothing['error'] - 1:+.0%})"
            cells += [error or "", f"{found['kid']:.3f} ± {found['kid_error']:.3f}" if found else ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def is_clearly_below(found, other):
    """Whether one KID is below another by more than CLEARLY standard errors of both together."""
    return bool(other["kid"] - found["kid"] > CLEARLY * np.hypot(found["kid_error"], other["kid_error"]))


def targets(card):
    """What is asked of trained weights, each as a sentence with the figures, and whether it holds: a dict to bool."""
    result = {}
    for direction, kind in DIRECTIONS.items():
        where, rivals = direction_title(card, direction), without_learning(card, direction)
        found, nothing = card["scores"][direction][MODEL], rivals[NOTHING]
        if kind == "removes":
            gain = 1 - found["error"] / nothing["error"]
            change = f"{abs(gain):.0%} {'below' if gain >= 0 else 'above'}"
            sentence = f"{where}: error {change} doing nothing's, at least {LEAST_GAIN:.0%} below asked for"
            result[sentence] = gain >= LEAST_GAIN
            continue
        share = found["kid"] / nothing["kid"]
        sentence = f"{where}: KID {share:.0%} of doing nothing's, at most {LARGEST_SHARE:.0%} asked for"
        result[sentence] = share <= LARGEST_SHARE
        for method, other in rivals.items():
            below = f"{CLEARLY} standard errors below {other['kid']:.3f} ({method})"
            result[f"{where}: KID {found['kid']:.3f}, by {below}"] = is_clearly_below(found, other)
    return result


def equals_and_betters(card):
    """Sentences: by which figure something without learning does as well as the trained model, or better.

    One sentence for each direction and figure, also where there is no such method. As well means: the error, to the
    digit that is shown, is no larger, or the trained model's KID is not clearly below.
    """
    sentences = []
    for direction in DIRECTIONS:
        found, rivals = card["scores"][direction][MODEL], without_learning(card, direction)
        limit = round(found["error"], 1)
        by_error = {name: other for name, other in rivals.items() if round(other["error"], 1) <= limit}
        by_kid = {name: other for name, other in rivals.items() if not is_clearly_below(found, other)}
        for figure, key, digits, ahead, words in (
            ("error", "error", 1, by_error, "as well or better"),
            ("KID", "kid", 3, by_kid, f"by less than {CLEARLY} standard errors behind, or better"),
        ):
            listed = ", ".join(f"{name} ({other[key]:.{digits}f})" for name, other in ahead.items())
            end = f"{words}: {listed}" if ahead else "nothing without learning does as well"
            own = f"{figure} {found[key]:.{digits}f} of the trained model"
            sentences.append(f"{direction_title(card, direction)}, {own}: {end}.")
    return sentences


def summary(card):
    """The scores in a sentence, made from the card."""
    invented, removed = (card["scores"][direction] for direction in DIRECTIONS)
    inventing, removing = (direction_title(card, direction) for direction in DIRECTIONS)
    change = removed[MODEL]["error"] / removed[NOTHING]["error"] - 1
    return (
        f"On {card['data']['test_pairs']} held-out pairs, after {card['seconds'] / 60:.0f} minutes of training: "
        f"{inventing}, KID {invented[MODEL]['kid']:.3f}, where doing nothing has {invented[NOTHING]['kid']:.3f}; "
        f"{removing}, error {removed[MODEL]['error']:.1f} grey levels, {abs(change):.0%} "
        f"{'below' if change < 0 else 'above'} doing nothing."
    )
