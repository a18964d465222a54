"""A page about a run: curves, sample sheets, held-out pictures and the table, in one file that needs nothing else.

The page holds no script and asks no network: its pictures are inside. It can be sent by mail and opened in ten years.
"""

import base64
import html
import io
import json

import numpy as np

from studylib import plots
from studylib.arguments import path_of, whole_number
from studylib.evaluation import MEASURES, best_typical_worst, evaluate, likeness, translate
from studylib.files import read_json
from studylib.training.run_folder import read_history, written_atomically

FILE = "report.html"
N_SHEETS = 4  # sample sheets on the page: the first epoch's, the last one's, and some between
N_DRAWN = 6  # held-out pictures, drawn by a seed
DRAWN = ("kid", "error", "colour")  # measures drawn as bars, where they apply

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: 62rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: #2f3437;
  background: #fbfaf7; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.2rem; margin-top: 2rem; }} h3 {{ font-size: 1rem; }}
figure {{ margin: 1rem 0; overflow-x: auto; }}
figcaption {{ font-size: .85rem; color: #565d61; }}
img {{ max-width: 100%; height: auto; background: #fff; }}
figure.wide img {{ min-width: 44rem; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .85rem; }}
th, td {{ padding: .2rem .5rem; border-bottom: 1px solid #d9d6cf; text-align: right; white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; position: sticky; left: 0; background: inherit; }}
tr {{ background: #fbfaf7; }}
tr.model {{ font-weight: bold; background: #f6e7d8; }}
footer {{ margin-top: 2rem; font-size: .85rem; color: #565d61; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def write_report(run_folder, model, task, others=None, seed=0):
    """Write `report.html` into the folder of a run: what was trained, how it went, and how good it is.

    Args:
        run_folder: path of the folder, as `studylib.training.train` leaves it.
        model: with generators `g_AB` and `g_BA`: what the run has trained.
        task: the `studylib.data.Task` that it was trained on.
        others: further generators for the table, see `studylib.evaluation.evaluate`.
        seed: decides which held-out pictures are shown.

    Returns:
        Path of the file. An earlier one is replaced, once the new one is complete.

    Raises:
        ValueError: the folder holds no run, or a damaged one, or the run was of another task; see also `evaluate`.
    """
    folder = path_of("run_folder", run_folder)
    whole_number("seed", seed, at_least=0)
    settings = _settings(folder, task)
    evaluation = evaluate(model, task, others)
    body = [
        f"<h1>{_text(folder.resolve().name)}: {_text(task.label_a)} and {_text(task.label_b)}</h1>",
        f"<p>Held-out pictures, {evaluation.n_pictures} in each direction, judge this run of {_text(task.name)}.</p>",
        *_scores(evaluation),
        *_pictures(model, task, seed),
        *_training(folder, task.attribution),
        "<h2>Settings</h2>",
        _table([["setting", "value"], *([name, json.dumps(value)] for name, value in settings.items())]),
        f"<footer>{_text(task.attribution)}</footer>",
    ]
    path = folder / FILE
    with written_atomically(path) as temporary:
        temporary.write_text(_PAGE.format(title=_text(folder.resolve().name), body="\n".join(body)), encoding="utf-8")
    return path


def _settings(folder, task):
    """config.json of the run, checked against the task."""
    try:
        settings = read_json(folder / "config.json")
    except FileNotFoundError:
        raise ValueError(
            f"run_folder must be the folder of a run, with its config.json; `train` makes one. Received: {folder}"
        ) from None
    trained = settings.get("task"), settings.get("image_size")
    if trained != (task.name, task.image_size):
        raise ValueError(
            f"The run in {folder} was of the task {trained[0]!r} at {trained[1]} pixels: load that one. "
            f"Received: {task.name!r} at {task.image_size} pixels"
        )
    return settings


def _scores(evaluation):
    """Tables, the sentences of comparison, and bars."""
    yield "<h2>How good it is</h2>"
    for direction, title in evaluation.titles.items():
        yield f"<h3>{_text(title)}</h3>"
        yield _table(evaluation.rows(direction), marked="trained model")
        yield f"<p>{_text(evaluation.comparison(direction))}</p>"
    methods = [scores for found in evaluation.scores.values() for scores in found.values()]
    for measure in DRAWN:
        if any(getattr(scores, measure) is not None for scores in methods):
            caption = f"{MEASURES[measure].title}: every method, in both directions."
            yield _figure(plots.method_scores(evaluation, measure), caption, "wide")


def _pictures(model, task, seed):
    """Held-out pictures drawn by a seed, then the best, the typical and the worst of each direction."""
    yield "<h2>Held-out pictures</h2>"
    drawn = plots.drawn(task, N_DRAWN, seed)
    sheet = plots.sample_sheet(model, *drawn, task.label_a, task.label_b, task.attribution)
    yield _figure(sheet, f"Drawn by the seed {seed}, not chosen: there and back in both directions.")
    sides = ((task.test_a, task.test_b, model.g_AB, model.g_BA), (task.test_b, task.test_a, model.g_BA, model.g_AB))
    labels = (task.label_a, task.label_b)
    for (inputs, truth, there, back), (source, target) in zip(sides, (labels, labels[::-1]), strict=True):
        translated = translate(there, inputs)
        columns = {source: inputs, f"to {target}": translated}
        if task.aligned:
            columns[f"true {target}"] = truth
            ranked_by, likenesses = "how like the translation is to its truth", likeness(translated, truth)
        else:
            columns[f"back to {source}"] = cycled = translate(back, translated)
            ranked_by, likenesses = (
                "how like the input is to itself after the way there and back",
                likeness(cycled, inputs),
            )
        chosen = best_typical_worst(likenesses, n=min(3, len(inputs) // 3))
        rule = (
            f"{source} to {target}, ranked by {ranked_by}, the cosine of the encoder's features (at most 1): the best, "
            "those around the middle of the ranking, and the worst."
        )
        yield _figure(plots.cases(columns, chosen, likenesses, task.attribution), rule)


def _training(folder, attribution):
    """Loss curves, and sample sheets of some epochs."""
    yield "<h2>Training</h2>"
    history = read_history(folder)
    if not history:
        yield "<p>No epoch has ended yet.</p>"
        return
    seconds = history.get("seconds", [0])[-1]
    yield f"<p>{len(history['epoch'])} epochs, {seconds / 60:.1f} minutes.</p>"
    yield _figure(plots.loss_curves(history), "Losses, mean of each epoch.", "wide")
    sheets = sorted((folder / "samples").glob("epoch_*.png"))
    sheets = [sheet for sheet in sheets if sheet.is_file() and sheet.stem.removeprefix("epoch_").isdecimal()]
    for k in sorted(set(np.linspace(0, len(sheets) - 1, N_SHEETS).round().astype(int))) if sheets else ():
        epoch = int(sheets[k].stem.removeprefix("epoch_"))
        yield _image(sheets[k].read_bytes(), f"Samples after epoch {epoch}. {attribution}")


def _figure(figure, caption, kind=""):
    """A matplotlib Figure as an HTML figure; a "wide" one is not made small on a phone: it is moved sideways."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return _image(buffer.getvalue(), caption, kind)


def _image(png, caption, kind=""):
    source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    caption = _text(caption)
    return f'<figure class="{kind}"><img src="{source}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'


def _table(rows, marked=None):
    """Rows of texts as an HTML table, the first being the head; the row that begins with `marked` stands out."""
    head, *body = rows
    lines = ["<tr>" + "".join(f"<th>{_text(cell)}</th>" for cell in head) + "</tr>"]
    for row in body:
        cells = "".join(f"<td>{_text(cell)}</td>" for cell in row)
        lines.append(f'<tr class="model">{cells}</tr>' if row[0] == marked else f"<tr>{cells}</tr>")
    return '<div class="table"><table>\n' + "\n".join(lines) + "\n</table></div>"


def _text(value):
    return html.escape(str(value), quote=True)
