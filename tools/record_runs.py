"""Make the recordings of notebooks/recorded (`make recorded`), or check them by repetition (`make recorded-check`).

Example:
    python tools/record_runs.py ring_losses      # make this one anew; without a name, all of them
    python tools/record_runs.py --check          # repeat starts, and one run of each file to its end
"""

import argparse
import itertools
import os
import platform
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks" / "recorded"


def experiments():
    """Every recording by name."""
    from studylib.gan.comparison import digits_run, toy_run
    from studylib.recorded import Experiment

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
    images = grid({"n_steps": 3000, "every": 500}, adversarial=losses, seed=range(5))
    return {"ring_losses": Experiment(toy_run, ring), "digits_losses": Experiment(digits_run, images)}


def repeatable():
    """Let TensorFlow compute the same numbers every time: no XLA, one thread, its own kernels; before it is imported.

    A game amplifies rounding, so that a run that may add in another order is soon another run.
    """
    os.environ |= {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_XLA_FLAGS": "", "CUDA_VISIBLE_DEVICES": "-1"}
    import tensorflow as tf

    import studylib.quiet  # noqa: F401

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def header(name, experiment, begun):
    """How the recording was made, as texts."""
    import tensorflow as tf

    git = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    seeds = sorted({settings["seed"] for settings in experiment.settings})
    machine = [platform.system(), platform.machine(), f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    return {
        "command": shlex.join(["python", "tools/record_runs.py", name]),
        "commit": commit or "unknown",
        "seeds": " ".join(map(str, seeds)),
        "machine": ", ".join([*machine, f"TensorFlow {tf.__version__}", "one thread, no XLA"]),
        "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {time.monotonic() - begun:.0f} seconds",
    }


def main(arguments=None, known=None, folder=FOLDER):
    """Run the command line `arguments`; return 0, or 1 where a check finds a difference, 2 for an unknown name."""
    from studylib.recorded import check, record

    known = experiments() if known is None else known
    parser = argparse.ArgumentParser(description="Make or check the recorded runs of the notebooks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; none for all")
    parser.add_argument("--check", action="store_true", help="repeat, compare and change nothing")
    parser.add_argument("--draw", type=int, help="number that decides which run is repeated to its end")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in known]:
        print(f"A recording must be one of {sorted(known)}. Received: {unknown[0]!r}", file=sys.stderr)
        return 2
    problems = []
    for name in options.names or known:
        begun, path = time.monotonic(), folder / f"{name}.csv"
        if options.check:
            problems += check(known[name], path, options.draw)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            record(known[name], path, lambda name=name, begun=begun: header(name, known[name], begun))
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    if options.check and not problems:
        print("Every repeated step is as it was recorded.")
    return 1 if problems else 0


if __name__ == "__main__":
    repeatable()
    sys.exit(main())
