"""``make study`` as a reader meets it: JupyterLab opens the first notebook, on this machine only, with its token."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent.parent
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="platform: make is not installed")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """``make study`` in a copy of the notebooks, without a window: the process and the address it prints."""
    folder = tmp_path_factory.mktemp("study")
    for name in ("notebooks", "images", "tools"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name)
    # The set-up is this Python's own: make takes it as made (-o). A reader's Jupyter settings stay out of the test.
    makefile = str(ROOT / "Makefile")
    command = ["make", "-f", makefile, "-o", f"{sys.prefix}/installed.lock", f"VENV={sys.prefix}", "study"]
    command.append("JUPYTER_OPTIONS=--no-browser --ServerApp.port=0")
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    homes += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = os.environ | {name: str(folder / "jupyter" / name.lower()) for name in homes}
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
        yield psutil.Process(process.pid), found[0]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:  # a server that is still starting may miss the signal
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@needs_make
def test_listens_on_this_machine_only(study):
    process, address = study
    family = [process, *process.children(recursive=True)]
    listening = {c.laddr for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    assert int(re.search(r":(\d+)/", address)[1]) in {port for _, port in listening}
    assert {host for host, _ in listening} <= {"127.0.0.1", "::1"}


@needs_make
def test_asks_for_the_token(study):
    _, address = study
    contents = re.match(r"http://[^/]+/", address)[0] + "api/contents"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(contents, timeout=10)
    assert refused.value.code == 403
    token = address.split("token=")[1]
    with urllib.request.urlopen(f"{contents}?token={token}", timeout=10) as answer:
        assert "notebooks" in {entry["name"] for entry in json.load(answer)["content"]}


@needs_make
def test_first_notebook_opens(study, page, artifacts):
    _, address = study
    assert "/lab/tree/notebooks/00_start_here.ipynb?" in address
    title = re.match(r"# (.+)", first_cell(ROOT / "notebooks" / "00_start_here.ipynb"))[1].strip()
    page.goto(address)
    heading = page.locator(".jp-Notebook h1").first
    heading.wait_for(state="visible", timeout=60_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="visible", timeout=60_000)
    page.screenshot(path=artifacts / "study.png")
    assert heading.inner_text().rstrip("¶").strip() == title
    # Neither a question about news nor a message of trouble stands in the reader's way.
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    assert page.problems == []


def first_cell(path):
    return "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
