"""The server that the browser tests share: ``make study`` in a copy of the notebooks."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent


class Study:
    """A running ``make study``.

    Attributes:
        process: psutil.Process of make, the server's parent.
        address: what it prints for the reader's browser.
        folder: what it serves.
    """

    def __init__(self, process, address, folder):
        self.process, self.address, self.folder = process, address, folder
        self.base, self.token = re.match(r"(http://[^/]+/).*token=(\w+)", address).groups()

    def url(self, path):
        """The address of a page or an answer of the server, with its token."""
        return f"{self.base}{path}?token={self.token}"

    def ask(self, path, method="GET"):
        """What the server answers, read as JSON; None if nothing."""
        request = urllib.request.Request(self.url(path), method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")


@contextmanager
def running(folder):
    """Run ``make study``, without a window, in `folder` and stop it in the end; gives a `Study`."""
    for name in ("notebooks", "images", "tools"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    # The set-up is this Python's own: make takes it as made (-o). A reader's Jupyter settings stay out of the test.
    makefile = str(ROOT / "Makefile")
    command = ["make", "-f", makefile, "-o", f"{sys.prefix}/installed.lock", f"VENV={sys.prefix}", "study"]
    command.append("JUPYTER_OPTIONS=--no-browser --ServerApp.port=0")
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    homes += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = os.environ | {name: str(folder / "jupyter" / name.lower()) for name in homes}
    # But for two: whoever lets another server of theirs be reached from elsewhere, or by everybody, does not mean this.
    config = folder / "jupyter" / "jupyter_config_dir" / "jupyter_server_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"ServerApp": {"ip": "0.0.0.0"}, "IdentityProvider": {"token": ""}}))
    # Asked for under an outer make (`make test`), this one must not think itself a part of it.
    environment = {name: value for name, value in environment.items() if name not in ("MAKEFLAGS", "MFLAGS")}
    log = folder / "log.txt"
    with open(log, "w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        deadline = 60
        while not (found := re.search(r"http://127\.0\.0\.1:\S+token=\w+", log.read_text())):
            try:
                deadline -= 0.2
                assert deadline > 0 and process.wait(0.2) is None, log.read_text()
            except subprocess.TimeoutExpired:
                pass
        yield Study(psutil.Process(process.pid), found[0], folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:  # a server that is still starting may miss the signal
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
