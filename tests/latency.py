"""How long sliders take in the browser tests: told at the end of the run and in test-artifacts/slider_latency.txt.

The tests may run in several processes (pytest-xdist), each with timings of its own: the one that reports gathers them.
"""

from pathlib import Path
from statistics import median

import pytest

ARTIFACTS = Path(__file__).parent.parent / "test-artifacts"
TIMED = []  # (view, slider, milliseconds) of every slider step of this session


def report():
    """The lines of the report: for each slider the milliseconds from key to new picture."""
    if not TIMED:
        return []
    lines = ["slider steps, milliseconds from the key to the new picture (median, longest, number)"]
    for view, slider in sorted({step[:2] for step in TIMED}):
        times = [step[2] for step in TIMED if step[:2] == (view, slider)]
        lines.append(f"{view + ', ' + slider:40} {median(times):6.0f} {max(times):6.0f} {len(times):4}")
    return lines


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    TIMED.extend(map(tuple, getattr(node, "workeroutput", {}).get("timed", [])))


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["timed"] = TIMED
    elif lines := report():
        ARTIFACTS.mkdir(exist_ok=True)
        (ARTIFACTS / "slider_latency.txt").write_text("\n".join(lines) + "\n")


def pytest_terminal_summary(terminalreporter):
    title, *lines = report() or [None]
    if lines:
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)
