"""From measurements to rows, and from rows to a table and a CSV file."""

import csv
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.configurations import CONFIGURATIONS, CONTENDERS


def machine():
    """This machine in a line: system, processor, cores that this process may use."""
    processor = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), processor)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ", ".join(filter(None, [f"{platform.system()} {platform.machine()}", processor, f"{cores} cores"]))


def busy_elsewhere():
    """A sentence if other programs keep this machine busy, else "". To be asked before the own work begins.

    Whatever else runs slows the contenders unequally, PyTorch's spinning threads most: ratios need an idle machine.
    """
    if not hasattr(os, "getloadavg") or os.getloadavg()[0] < 0.5:
        return ""
    return (
        f"Other programs are busy here (load {os.getloadavg()[0]:.1f} over the last minute): end them, wait a minute "
        "and repeat the command. Their share falls on the contenders unequally, and hardest on PyTorch."
    )


def faster_form(seconds, family):
    """The contender of a family with the smallest median, or None where none of it took part."""
    members = [name for name in seconds if CONTENDERS[name].family == family]
    return min(members, key=lambda name: np.median(seconds[name]), default=None)


def rows(found, machine=machine):
    """The rows of one configuration: a dict for each contender, a left-out one with its reason and no numbers.

    Every ratio is taken within an alternation, between neighbours in time; then comes the median, with the quartiles
    beside it. Above 1 means faster than the reference.

    Args:
        found: `Measurements`.
    """
    references = {family: faster_form(found.seconds, family) for family in ("textbook", "PyTorch")}
    common = {"configuration": found.name}
    about = {
        "multiply_adds": found.multiply_adds["plain"],
        "multiply_adds_of_ours": found.multiply_adds["ours"],
        "peak_gflops": 2e-9 * np.median(found.rates),
        "peak_matrix": found.matrix_size,
        "machine": machine(),
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    }
    made = []
    for contender, times in found.seconds.items():
        seconds = np.array(times)
        row = {**common, "contender": contender, "ms": 1000 * np.median(seconds)}
        row["ms_low"], row["ms_high"] = 1000 * np.quantile(seconds, (0.25, 0.75))
        for family, reference in references.items():
            if reference:
                row |= spread(f"to_{family.lower()}", np.array(found.seconds[reference]) / seconds)
        row |= spread("share_of_peak", found.multiply_adds["plain"] / seconds / np.array(found.rates))
        row["memory_mb"] = found.memory_peak[contender] / 2**20
        row["memory_of_steps_mb"] = (found.memory_peak[contender] - found.memory_start[contender]) / 2**20
        row["first_step_s"] = found.first_seconds[contender]
        row["alternations"], row["steps_each"] = len(seconds), found.n_steps[contender]
        made.append({**row, **about, "versions": found.versions[contender], "remark": ""})
    made += [{**common, "contender": name, **about, "remark": reason} for name, reason in found.missing.items()]
    return made


def spread(name, values):
    low, high = np.quantile(values, (0.25, 0.75))
    return {name: np.median(values), f"{name}_low": low, f"{name}_high": high}


def as_text(table):
    """The rows of one configuration as a table for people."""
    head = f"{'':<24}{'ms a step':>11}{'x textbook':>20}{'x PyTorch':>20}{'share of peak':>15}{'memory, of steps':>20}"
    lines = [head]
    for row in table:
        if row["remark"]:
            lines.append(f"{row['contender']:<24}{row['remark']}")
            continue
        memory = f"{row['memory_mb']:.0f}, {row['memory_of_steps_mb']:.0f} MB"
        lines.append(
            f"{row['contender']:<24}{row['ms']:>11.1f}{_ratio(row, 'to_textbook'):>20}{_ratio(row, 'to_pytorch'):>20}"
            f"{row['share_of_peak']:>15.0%}{memory:>20}"
        )
    return "\n".join(lines)


def as_markdown(table):
    """The ratios of our faster form, a line for each configuration, as the README shows them.

    Args:
        table: the rows of all configurations, as `rows` makes them or as text from their CSV file.
    """
    lines = [
        "| training step | than the textbook's | than PyTorch's | of the matrix product's peak | XLA |",
        "|:--|--:|--:|--:|:--|",
    ]
    for name in dict.fromkeys(row["configuration"] for row in table):
        ours = [row for row in table if row["configuration"] == name and CONTENDERS[row["contender"]].family == "ours"]
        row = min((row for row in ours if row["ms"]), key=lambda row: float(row["ms"]))
        ratios = [f"{float(row[column]):.2f}" if row.get(column) else "" for column in ("to_textbook", "to_pytorch")]
        xla = "on" if CONTENDERS[row["contender"]].arguments else "off"
        lines.append(f"| {CONFIGURATIONS[name]} | {' | '.join(ratios)} | {float(row['share_of_peak']):.0%} | {xla} |")
    return "\n".join(lines)


def _ratio(row, name):
    return f"{row[name]:.2f} ({row[name + '_low']:.2f}-{row[name + '_high']:.2f})" if name in row else "-"


def summary(found):
    """Two lines above a table: what a step computes, and what the matrix product reached beside it."""
    plain, ours = found.multiply_adds["plain"], found.multiply_adds["ours"]
    return (
        f"{found.name}: {found.configuration}; {len(found.rates)} alternations\n"
        f"{plain / 1e9:.3g} G multiply-adds a step, of which ours does {ours / plain:.0%} without XLA; "
        f"matrix product {2e-9 * np.median(found.rates):.0f} GFLOP/s at {found.matrix_size}"
    )


def write_csv(table, path):
    """Write rows (dicts) to a CSV file; a row without a column leaves it empty."""
    columns = list(dict.fromkeys(name for row in table for name in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in table)


def _text(value):
    return f"{value:.6g}" if isinstance(value, float) else value
