"""Make the recordings of notebooks/recorded (`make recorded`), or check them by repetition (`make recorded-check`).

Example:
    python tools/record_runs.py ring_losses      # make this one anew; without a name, all of them
    python tools/record_runs.py ablation         # takes long: stopped, the same command goes on behind the last run
    python tools/record_runs.py --check          # repeat starts, and one run of each file to its end
    python tools/record_runs.py --check --first 2    # quick: the starts of two runs of each file
"""

import argparse
import functools
import itertools
import os
import platform
import re
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks" / "recorded"
# What makes the numbers, for git: all code, and not the trained weights on the shelf, which may be new at any time.
CODE = ("studylib", "tools", ":(exclude,glob)studylib/pretrained/*/**")


def experiments():
    """Every recording by name."""
    from studylib.ablation import VARIANTS, ablation_run
    from studylib.gan.comparison import digits_run, toy_run
    from studylib.pix2pix_objectives import OBJECTIVES, objective_run
    from studylib.recorded import Experiment
    from studylib.training.health_runs import health_run, health_settings

    losses = ("gan", "lsgan", "minimax")

    def grid(budget, **axes):
        values = itertools.product(*axes.values())
        return [dict(zip(axes, chosen, strict=True)) | budget for chosen in values]

    ring = grid(
        {"n_steps": 4000, "every": 500},
        adversarial=losses,
        discriminator_learning_rate=(0.0005, 0.001, 0.002),
        seed=range(10),
    )
    images = grid({"n_steps": 3000, "every": 500}, adversarial=losses, seed=range(10))
    objectives = grid({"n_steps": 900, "every": 150}, objective=OBJECTIVES, seed=range(5))
    # Seed by seed, so that also the half of it holds every variant. With 6 seeds each, and no fewer, can all 14
    # comparisons be clear at once: 14 times the least p of an exact test, 2 in 924, is below 0.05.
    ablation = grid({"n_steps": 3000, "every": 500}, seed=range(6), variant=VARIANTS)
    return {
        "ring_losses": Experiment(toy_run, ring),
        "digits_losses": Experiment(digits_run, images),
        "pix2pix_objectives": Experiment(objective_run, objectives),
        "ablation": Experiment(ablation_run, ablation),
        "health": Experiment(health_run, health_settings()),
    }


def repeatable():
    """Let TensorFlow compute the same numbers every time: no XLA, one thread, its own kernels; before it is imported.

    A game amplifies rounding, so that a run that may add in another order is soon another run. Also TensorFlow's own
    products of matrices come from oneDNN, which uses the widest registers of the processor and so adds in another
    order on each kind: it is kept to AVX2, which nearly every x86-64 processor has.
    """
    os.environ |= {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_XLA_FLAGS": "", "CUDA_VISIBLE_DEVICES": "-1"}
    os.environ |= {"ONEDNN_MAX_CPU_ISA": "AVX2"}
    import tensorflow as tf

    import studylib.quiet  # noqa: F401

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def committed(root=ROOT):
    """The commit that the code of the runs, studylib and tools, is at.

    Raises:
        ValueError: the code is not as it was committed, so that no header could say what made the numbers.
    """

    # Recordings and weights themselves may be new: each one that is made changes the tree for the next.
    changed = git(root, "status", "--porcelain", "--", *CODE).stdout.rstrip().splitlines()
    commit = git(root, "rev-parse", "--short", "HEAD").stdout.rstrip()
    if changed or not commit:
        received = "changes in " + ", ".join(line[3:] for line in changed) if commit else "no commit"
        raise ValueError(f"Runs are recorded from committed code: commit studylib and tools. Received: {received}")
    return commit


def git(root, *words):
    """Run git in the folder `root`; returns the finished process."""
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True)


def stretches_before(path, commit, root=ROOT):
    """Seconds that the stretches before this one took, where a recording was stopped before it was whole; else 0.

    Raises:
        ValueError: other code made its runs.
    """
    from studylib.recorded import read, unfinished

    if not (beside := unfinished(path)).exists():
        return 0
    made = read(beside).header
    if git(root, "diff", "--quiet", made["commit"], commit, "--", *CODE).returncode:
        raise ValueError(
            f"{beside.name} holds runs of the code at commit {made['commit']}: go on there (git checkout), or remove "
            f"the file to begin anew. Received: the code at commit {commit}"
        )
    return int(re.search(r"(\d+) seconds", made["time"])[1])


def header(name, experiment, begun, commit):
    """How the recording was made, as texts; `begun` is the time.monotonic() from which on the seconds count."""
    import tensorflow as tf

    seeds = sorted({settings["seed"] for settings in experiment.settings})
    machine = [platform.system(), platform.machine(), f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    return {
        "command": shlex.join(["python", "tools/record_runs.py", name]),
        "commit": commit,
        "seeds": " ".join(map(str, seeds)),
        "machine": ", ".join([*machine, f"TensorFlow {tf.__version__}", "one thread, no XLA, AVX2"]),
        "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {time.monotonic() - begun:.0f} seconds",
    }


def main(arguments=None, known=None, folder=FOLDER, root=ROOT):
    """Run the command line `arguments`; return 0, or 1 where a check finds a difference, 2 where nothing can be done:
    for an unknown name, or code that is not committed.
    """
    from studylib.recorded import check, record

    known = experiments() if known is None else known
    parser = argparse.ArgumentParser(description="Make or check the recorded runs of the notebooks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; none for all")
    parser.add_argument("--check", action="store_true", help="repeat, compare and change nothing")
    parser.add_argument("--draw", type=int, help="number that decides which run is repeated to its end")
    parser.add_argument("--first", type=int, metavar="N", help="check only the starts of N runs of each recording")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in known]:
        print(f"A recording must be one of {sorted(known)}. Received: {unknown[0]!r}", file=sys.stderr)
        return 2
    paths = {name: folder / f"{name}.csv" for name in options.names or known}
    try:
        commit = None if options.check else committed(root)
        before = {name: 0 if options.check else stretches_before(path, commit, root) for name, path in paths.items()}
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    problems = []
    for name, path in paths.items():
        if options.check:
            problems += check(known[name], path, options.draw, options.first)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            begun = time.monotonic() - before[name]
            record(known[name], path, functools.partial(header, name, known[name], begun, commit))
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    if options.check and not problems:
        print("Every repeated step is as it was recorded.")
    return 1 if problems else 0


if __name__ == "__main__":
    repeatable()
    sys.exit(main())
