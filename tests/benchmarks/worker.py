"""A contender in a process of its own: it waits for a request, carries it out, answers, and waits again.

TensorFlow and PyTorch need not share an environment, and each one's memory is its own. Requests and answers are lines
of JSON; this file is the far end (`python -m benchmarks.worker`), `client.py` the near one.
"""

import importlib
import importlib.metadata
import json
import os
import sys
import time
import traceback

from benchmarks.configurations import Configuration

PACKAGES = {"tensorflow": "TensorFlow", "keras": "Keras", "torch": "PyTorch"}


def resident_memory():
    """(now, highest so far): bytes of main memory that this process holds."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return tuple(1024 * int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM"))
    except OSError:  # no Linux: only the highest value is to be had, in bytes
        import resource

        highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return highest, highest


def versions():
    """What this process computes with, such as "PyTorch 2.13.0"."""
    loaded = [name for name in PACKAGES if name in sys.modules]
    return ", ".join(f"{PACKAGES[name]} {importlib.metadata.version(name)}" for name in loaded)


class Worker:
    """Answers the requests: for each public method of the same name, or of the contender's `Step`."""

    def __init__(self, module, arguments, configuration):
        step = importlib.import_module(f"benchmarks.{module}").Step
        self.step = step(Configuration(**configuration), **arguments)

    def run(self, n_steps):
        """Take steps. Answers how many, in how many seconds, memory before and at its highest, the last losses."""
        before, _ = resident_memory()
        begun = time.perf_counter()
        steps, losses = self.step.run(n_steps)
        seconds = time.perf_counter() - begun
        memory = {"memory_before": before, "memory_peak": resident_memory()[1]}
        return {"steps": steps, "seconds": seconds, "losses": losses, **memory}

    def versions(self):
        return versions()

    def answer(self, name, *arguments):
        return getattr(self if hasattr(self, name) else self.step, name)(*arguments)


def main():
    # Libraries print as they like: their output goes to stderr, and the channel stays ours.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if worker is None:
                worker, answer = Worker(*request), None
            else:
                answer = worker.answer(*request)
            reply = {"answer": answer}
        except Exception as error:  # noqa: BLE001  whatever it is, the near end says it
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
        channel.write(json.dumps(reply) + "\n")
        channel.flush()


if __name__ == "__main__":
    main()
