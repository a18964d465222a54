"""The near end of a worker process."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


class WorkerError(RuntimeError):
    """A worker could not start, carry out a request, or stay alive."""


class Client:
    """A contender of one configuration, in a process of its own. Use it in a `with`: that ends the process.

    Args:
        contender: `Contender`.
        configuration: `Configuration`.
        python: interpreter of the process.

    Raises:
        WorkerError: here and in `ask`, with the reason in one sentence.
    """

    def __init__(self, contender, configuration, python=sys.executable):
        self.name = contender.module
        self.messages = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        # An accelerator would be seen by one framework and not by the other.
        environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, "CUDA_VISIBLE_DEVICES": "-1", **contender.environment}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
        self.process = subprocess.Popen(
            [str(python), "-m", "benchmarks.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.messages,
            cwd=ROOT, env=environment, text=True, encoding="utf-8",
        )  # fmt: skip
        try:
            self.ask(contender.module, contender.arguments, configuration.as_dict())
        except BaseException:
            self.close()
            raise

    def ask(self, *request):
        """Send one request, wait for its answer."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            code = self.process.wait()
            self.messages.seek(0)
            last = ([line.strip() for line in self.messages if line.strip()] or ["it said nothing"])[-1]
            raise WorkerError(f"the process of {self.name!r} ended with code {code} at {request[0]!r}: {last}")
        reply = json.loads(line)
        if "error" in reply:
            raise WorkerError(f"{self.name!r} failed at {request[0]!r}: {reply['error']}")
        return reply["answer"]

    def close(self):
        """End the process and wait until it is gone."""
        with contextlib.suppress(BrokenPipeError):  # what was still to be sent to a dead process
            self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.messages.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def python_with_torch(wanted=None):
    """An interpreter that has PyTorch, or None.

    Args:
        wanted: path of an interpreter; None takes STUDYLIB_TORCH_PYTHON, or else this one.
    """
    python = wanted or os.environ.get("STUDYLIB_TORCH_PYTHON") or sys.executable
    command = [python, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"]
    try:
        return python if subprocess.run(command, capture_output=True).returncode == 0 else None
    except OSError:
        return None


NO_TORCH = (
    "left out: no PyTorch here. Install the extra (`python -m pip install '.[torch]'`), or name an interpreter that "
    "has torch and numpy with --torch-python or STUDYLIB_TORCH_PYTHON"
)
