"""Train the weights of studylib/pretrained with the recipe of `make train`, only longer (`make pretrained`).

The runs are kept in runs/pretrained-<name>*: first CycleGAN, then, as an upper reference, pix2pix in both directions
with the same network and a quarter of the steps on true pairs. Stop the command whenever you like, or let --minutes do
it; the same command continues. When all three runs are finished it writes the generators, their card and the gallery.

Example:
    python tools/train_pretrained.py openmoji/line2color --epochs 60 --minutes 30
"""

import argparse
import dataclasses
import inspect
import json
import os
import platform
import shlex
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import keras
import tensorflow as tf
from record_runs import ROOT, committed
from run_notebook import notebook_parameters

import studylib.quiet  # noqa: F401
from studylib import plots, pretrained
from studylib.cyclegan import CycleGAN
from studylib.data import load_task
from studylib.evaluation import evaluate, grey_level_error, kid
from studylib.networks.fast import xla_is_faster
from studylib.pix2pix import Pix2Pix
from studylib.pretrained import card as cards
from studylib.training import read_history, train
from studylib.training.run_folder import written_atomically

NOTEBOOK = ROOT / "notebooks" / "09_cyclegan.ipynb"
N_JUDGED = 12  # times that a run is judged on its way
REFERENCE_SHARE = 1 / 4  # of the steps, for pix2pix
LIMITS = (
    "Trained on OpenMoji's drawings of 64 x 64 pixels and made for them: on photographs, on drawings in another style "
    "or of another size its output means nothing. Colours and lines that it invents are plausible at best, never a "
    "measurement. Recipe and length of training were chosen on these held-out pairs too, which flatters the scores."
)


class StopAt(keras.callbacks.Callback):
    """End the run at a moment, in seconds of time.monotonic, the way Ctrl-C does: after a whole step, with its state
    saved.
    """

    def __init__(self, moment):
        super().__init__()
        self.moment, self.has_asked = moment, False

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() >= self.moment and not self.has_asked:
            self.has_asked = True
            signal.raise_signal(signal.SIGINT)


class Judge(keras.callbacks.Callback):
    """Score the averaged weights every few epochs; the rows are kept in <run>/progress.json."""

    def __init__(self, run, task, epochs, steps_per_epoch):
        super().__init__()
        self.run, self.task, self.steps_per_epoch = run, task, steps_per_epoch
        self.judged_epochs = {round(epochs * (k + 1) / N_JUDGED) for k in range(N_JUDGED)} - {0}

    def on_train_batch_end(self, batch, logs=None):
        epoch, rest = divmod(int(self.model.generator_optimizer.iterations), self.steps_per_epoch)
        if rest or epoch not in self.judged_epochs:
            return
        with self.model.averaged():
            made = cards.translations(self.model, self.task)
        seconds = read_history(self.run)["seconds"][-1]
        row = progress_row("trained model", made, self.task, epoch, epoch * self.steps_per_epoch, seconds)
        # After a kill some epochs are trained, and judged, a second time.
        rows = [earlier for earlier in noted(self.run, "progress") if earlier["epoch"] < epoch]
        note(self.run, "progress", [*rows, row])


def progress_row(name, made, task, epoch=0, step=0, seconds=0.0):
    """Scores of both directions, in the columns that `plots.time_to_quality` reads."""
    distance, error = kid(made["A to B"], task.test_b), grey_level_error(made["B to A"], task.test_a)
    figures = {"kid": distance.value, "kid_error": distance.error, "error_removing": error}
    row = {"recipe": name, "epoch": epoch, "step": step, "seconds": seconds, **figures}
    return {column: rounded(value) for column, value in row.items()}


def rounded(value):
    """A float to five digits, whatever else as it is."""
    return float(f"{value:.5g}") if isinstance(value, float) else value


def noted(run, name):
    """The list in <run>/<name>.json; empty where there is none."""
    path = run / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def note(run, name, entries):
    write_json(run / f"{name}.json", entries)


def write_json(path, content):
    with written_atomically(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


# ---- what is trained -------------------------------------------------------------------------------------------------


def recipe():
    """The parameters of notebook 09, with which `make train` trains, too."""
    return notebook_parameters(NOTEBOOK)


def made_for(model_class, parameters, seed):
    """A model with those of its arguments that the notebook has as parameters too."""
    names = set(inspect.signature(model_class).parameters) & set(parameters)
    arguments = {name: parameters[name] for name in names} | ({"seed": seed} if "seed" in names else {})
    size = parameters["image_size"]
    keras.utils.set_random_seed(seed)
    model = model_class(input_dim=(size, size, 3), **arguments)
    jit_compile = parameters["jit_compile"]
    model.compile(jit_compile=xla_is_faster(model.input_dim) if jit_compile is None else jit_compile)
    return model


def swapped(task):
    """The same paired task, from B to A."""
    sides = ("label", "train", "test", "names")
    fields = {f"{side}_{x}": getattr(task, f"{side}_{y}") for side in sides for x, y in ("ab", "ba")}
    return dataclasses.replace(task, **fields)


def trained(model, task, run, epochs, parameters, seed, moment, callbacks=()):
    """Train until `moment`; return whether the run is finished. The model has its weights then."""
    if not (run / "model.keras").exists():
        commits = noted(run, "commits")
        if (commit := committed(ROOT)) not in commits:
            note(run, "commits", [*commits, commit])
    shares = {name: parameters[name] for name in ("batch_size", "constant_share")}
    history = train(model, task, run, epochs, seed=seed, **shares, callbacks=[*callbacks, StopAt(moment)])
    return len(history) == epochs


def train_all(options, parameters):
    """Train what is not yet trained, until time is up.

    Returns:
        (task, CycleGAN, pix2pix as an object with g_AB and g_BA), or None where something is still to be trained.
    """
    moment = time.monotonic() + 60 * options.minutes
    task = load_task(options.name, parameters["image_size"])
    paired = load_task(options.name, parameters["image_size"], paired=True)
    run, batch_size = run_folder(options), parameters["batch_size"]
    gan = made_for(CycleGAN, parameters, options.seed)
    judge = Judge(run, task, options.epochs, task.steps_per_epoch(batch_size))
    if not trained(gan, task, run, options.epochs, parameters, options.seed, moment, [judge]):
        return None
    n_steps = REFERENCE_SHARE * options.epochs * task.steps_per_epoch(batch_size)
    reference = SimpleNamespace(epochs=max(1, round(n_steps / paired.steps_per_epoch(batch_size))))
    for direction, pairs in (("AB", paired), ("BA", swapped(paired))):
        model, place = made_for(Pix2Pix, parameters, options.seed), run_folder(options, f"-pix2pix-{direction}")
        if not trained(model, pairs, place, reference.epochs, parameters, options.seed, moment):
            return None
        setattr(reference, f"g_{direction}", model.g_AB)
    return task, gan, reference


def run_folder(options, ending=""):
    return options.runs / f"pretrained-{options.name.replace('/', '-').replace(':', '-')}{ending}"


# ---- what is written -------------------------------------------------------------------------------------------------


def machine():
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    about = (platform.system(), platform.machine(), f"{cores} cores", f"Python {platform.python_version()}")
    return ", ".join([*about, f"TensorFlow {tf.__version__}", f"Keras {keras.__version__}"])


def make_card(options, parameters, task, gan, reference):
    """What made the weights and how good they are, as a dict; the images of the scores are made here."""
    run, size = run_folder(options), task.image_size
    table = evaluate(gan, task, {cards.PAIRED: (reference.g_AB, reference.g_BA)}).as_dict()
    untouched = {direction: inputs for direction, (inputs, _) in cards.sides(task).items()}
    shares = {name: parameters[name] for name in ("batch_size", "constant_share")}
    network = {name: value for name, value in gan.get_config().items() if name not in ("name", "trainable", "dtype")}
    words = ["python", "tools/train_pretrained.py", options.name]
    words += ["--epochs", str(options.epochs), "--seed", str(options.seed)]
    return {
        "name": options.name,
        "what": f"CycleGAN's two generators, {task.label_a} <-> {task.label_b}, at {size} x {size}",
        "label_a": task.label_a,
        "label_b": task.label_b,
        "image_size": size,
        "data": {
            "train_a": len(task.train_a),
            "train_b": len(task.train_b),
            "test_pairs": len(task.test_a),
            "attribution": task.attribution,
        },
        "licence": "of the weights: CC BY-SA 4.0, as the drawings they were trained on",
        "command": shlex.join(words),
        "commit": " ".join(noted(run, "commits")),
        "seed": options.seed,
        "recipe": network | shares,
        "epochs": options.epochs,
        "steps": options.epochs * task.steps_per_epoch(shares["batch_size"]),
        "seconds": round(read_history(run)["seconds"][-1]),
        "machine": machine(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "parameters": {name: getattr(gan, name).count_params() for name in pretrained.GENERATORS},
        "scores": {
            direction: {
                method: {name: rounded(value) for name, value in found.items()}
                for method, found in table[direction].items()
            }
            for direction in cards.DIRECTIONS
        },
        "reference": {
            "what": f"pix2pix, the same network, trained on {len(task.train_a) + len(task.train_b)} true pairs, a "
            "model for each direction",
            "epochs": reference.epochs,
            "seconds": {
                direction: round(read_history(run_folder(options, f"-pix2pix-{direction}"))["seconds"][-1])
                for direction in ("AB", "BA")
            },
        },
        "progress": [progress_row(cards.NOTHING, untouched, task), *noted(run, "progress")],
        "failures": cards.failures(cards.translations(gan, task), task),
        "limits": LIMITS,
    }


def draw_gallery(task, gan, card):
    """The gallery of both directions, a Figure."""
    heading = f"{task.name}: held-out pictures, after {card['seconds'] / 60:.0f} minutes of training"
    return plots.gallery(cards.gallery_blocks(cards.translations(gan, task), task), heading, task.attribution)


def write(options, parameters, task, gan, reference):
    """Put generators, card and gallery where they belong; return the card."""
    card = make_card(options, parameters, task, gan, reference)
    place = options.folder / options.name
    for network in pretrained.GENERATORS:
        with written_atomically(place / f"{network}.keras") as temporary:
            getattr(gan, network).save(temporary)
    write_json(place / "card.json", card)
    with written_atomically(options.images / f"gallery_{options.name.split('/')[-1]}.png") as temporary:
        draw_gallery(task, gan, card).savefig(temporary, dpi=120, metadata={"Software": None})
    return card


def main(arguments=None):
    """Run the command line `arguments`; return 0, 2 where nothing can be done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="of a task with held-out pairs, such as openmoji/line2color")
    parser.add_argument("--epochs", type=int, default=60, help="passes over the larger domain, in all")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="of this stretch; without it, to the end")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=pretrained.SHELF, help="the shelf")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    parser.add_argument("--images", type=Path, default=ROOT / "images", help="for the gallery")
    options = parser.parse_args(arguments)
    try:
        finished = train_all(options, recipe())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if not finished:
        print("Not finished yet: the same command goes on.")
        return 0
    card = write(options, recipe(), *finished)
    print(cards.as_markdown(card), *(f"{held}: {text}" for text, held in cards.targets(card).items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
