"""The command line of the benchmark: `PYTHONPATH=tests python -m benchmarks --help`."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from benchmarks import growth, report
from benchmarks.client import ROOT, Client, WorkerError, python_with_torch
from benchmarks.configurations import CONFIGURATIONS, CONTENDERS, Configuration
from benchmarks.measuring import measure

QUICK = {"configurations": ["unet-64-batch1", "resnet6-64-batch1"], "alternations": 3, "seconds": 0.3}


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the training step beside a textbook's and PyTorch's."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--steps", action="store_true", help="only the comparison of steps")
    what.add_argument("--growth", action="store_true", help="only time and memory against pixels, filters and batch")
    what.add_argument("--quality", action="store_true", help="only how good recipes are after how long: hours")
    what.add_argument("--memory", action="store_true", help="only the fit of the estimate of a training's memory")
    what.add_argument("--start", action="store_true", help="only the first step of a first and of a second run")
    what.add_argument("--profile", metavar="NAME", choices=CONFIGURATIONS, help="only our step's time by operation")
    names = ", ".join(CONFIGURATIONS)
    parser.add_argument("--configurations", nargs="+", metavar="NAME", choices=CONFIGURATIONS, help=f"of {names}")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", choices=CONTENDERS, default=list(CONTENDERS),
                        help=f"of {'; '.join(CONTENDERS)} (ours always takes part)")  # fmt: skip
    parser.add_argument("--alternations", type=int, help="turns of each contender (10)")
    parser.add_argument("--seconds", type=float, help="length of a turn (1)")
    parser.add_argument("--minutes", type=float, default=15, help="--quality: length of the paper's recipe (15)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="--quality: of the runs (0 1)")
    parser.add_argument("--recipes", nargs="+", metavar="NAME", help="--quality: some of paper and ours")
    parser.add_argument("--quick", action="store_true", help="fewer configurations and points, 3 turns of 0.3 s")
    parser.add_argument("--torch-python", metavar="PATH", help="interpreter with torch (STUDYLIB_TORCH_PYTHON)")
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "benchmark", help="where CSV and PNG go")
    options = parser.parse_args(arguments)
    defaults = {"configurations": list(CONFIGURATIONS), "alternations": 10, "seconds": 1.0}
    for name, value in (QUICK if options.quick else defaults).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.alternations < 1 or not options.seconds > 0:
        parser.error(
            "--alternations must be 1 or more and --seconds above 0. "
            f"Received: {options.alternations} and {options.seconds}"
        )
    return options


def measure_steps(options):
    """The table and steps.csv, written anew after each configuration: what was measured stays if the next one fails."""
    torch_python, table = python_with_torch(options.torch_python), []
    for name in options.configurations:
        found = measure(
            name, CONFIGURATIONS[name], options.contenders, options.alternations, options.seconds, torch_python
        )
        table += (rows := report.rows(found))
        print(report.summary(found), report.as_text(rows), "", sep="\n", flush=True)
        report.write_csv(table, options.folder / "steps.csv")
    print(f"The ratios are medians over alternations, quartiles in brackets. Written: {options.folder / 'steps.csv'}")


def measure_growth(options):
    series = []
    for network in growth.BASES:
        for axis, values in growth.VALUES.items():
            values = values[:3] if options.quick else values
            series.append(growth.measure_series(network, axis, values, options.alternations, options.seconds))
            of_time, of_memory = series[-1].exponents()
            print(f"{network}, {growth.AXES[axis]}: time ^{of_time:.2f}, memory ^{of_memory:.2f}", flush=True)
    about = {"machine": report.machine()}
    report.write_csv([{**row, **about} for row in growth.rows(series)], options.folder / "growth.csv")
    growth.draw(series).savefig(options.folder / "growth.png", dpi=120)
    print(f"Written: {options.folder / 'growth.csv'}, {options.folder / 'growth.png'}")


def measure_quality(options):
    from benchmarks import quality
    from studylib import plots, recorded

    path = options.folder / "time_to_quality.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = options.recipes or list(quality.RECIPES)
    if unknown := sorted(set(names) - set(quality.RECIPES)):
        raise ValueError(f"--recipes must be of {', '.join(quality.RECIPES)}. Received: {unknown[0]}")
    command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    quality.record(path, options.seeds, options.minutes, command, names)
    runs = recorded.read(path)
    plots.time_to_quality(runs, {row["recipe"]: row["recipe"] for row in runs.rows[1:]}).savefig(
        path.with_suffix(".png"), dpi=120
    )
    print(f"Written: {path}, {path.with_suffix('.png')}")


def measure_memory(options):
    """The factors of studylib's estimate, and memory.csv: all settings, the estimate's error at each."""
    from benchmarks import memory  # loads TensorFlow, which this process else does without

    parts = {"fitted": memory.FITTED, "held out": () if options.quick else memory.HELD_OUT}
    measured = {}
    for setting in sum(parts.values(), ()):
        measured[setting] = memory.measure(setting)
        print(f"{setting}: {measured[setting]['peak'] / 1e6:.0f} MB", flush=True)
    factors = memory.fit([measured[setting] for setting in memory.FITTED])
    rows = [memory.row(one, measured[one], factors, part) for part, settings in parts.items() for one in settings]
    print("", memory.as_text(rows, factors), sep="\n")
    about = {"machine": report.machine()}
    report.write_csv([{**row, **about} for row in rows], options.folder / "memory.csv")
    print(f"Written: {options.folder / 'memory.csv'}")


def measure_start():
    """The first step at the notebook's size, in a new process, with XLA's folder of kept programs empty, then not."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {"TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory={folder}"}
        contender = CONTENDERS["ours, XLA"]._replace(environment=kept)
        for run in ("first", "second"):
            with Client(contender, Configuration("unet", 24, 64, 4)) as client:
                first, again = (client.ask("run", 1)["seconds"] for _ in range(2))
            print(f"{run} run: first step after {first:.1f} s, another one takes {1000 * again:.0f} ms", flush=True)


def show_profile(name, contenders):
    """Our step's, as its constructor compiles it; with `--contenders "ours, XLA"` that one's."""
    contender = "ours, XLA" if contenders == ["ours, XLA"] else "ours"
    with Client(CONTENDERS[contender], CONFIGURATIONS[name]) as client:
        n_steps = max(3, round(1 / client.ask("run", 3)["seconds"]))
        profiled = client.ask("profile", n_steps)
    from benchmarks.profiling import as_text

    print(f"{name}, {contender}: {CONFIGURATIONS[name]}", as_text(profiled), sep="\n")


def main(arguments=None):
    """Run the command line; return 0, or 1 with a sentence on stderr."""
    options = parse(arguments)
    if remark := report.busy_elsewhere():
        print(remark, file=sys.stderr)
    try:
        if options.profile:
            show_profile(options.profile, options.contenders)
        if options.quality:
            measure_quality(options)
            return 0
        if options.start:
            measure_start()
            return 0
        if options.memory:
            measure_memory(options)
            return 0
        if not (options.profile or options.growth):
            measure_steps(options)
        if not (options.profile or options.steps):
            measure_growth(options)
    except (WorkerError, ValueError) as error:
        print(f"The benchmark stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
