"""``make study`` as a reader meets it: JupyterLab opens the first notebook, on this machine only, with its token."""

import json
import re
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent.parent


def listening(process):
    """The (host, port) at which a process or one of its children can be reached."""
    family = [process, *process.children(recursive=True)]
    return {tuple(c.laddr) for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN}


def test_listens_on_this_machine_only(study):
    """The server, though the reader's own settings would open it (see server.py), and a kernel."""
    kernel = study.ask("api/kernels", "POST")["id"]
    deadline = time.monotonic() + 60
    while len(found := listening(study.process)) < 1 + 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    study.ask(f"api/kernels/{kernel}", "DELETE")
    assert len(found) >= 1 + 5  # a kernel has five ports
    assert int(re.search(r":(\d+)/", study.address)[1]) in {port for _, port in found}
    assert {host for host, _ in found} <= {"127.0.0.1", "::1"}


def test_asks_for_the_token(study):
    """It does so, though the reader's own settings would let everybody in (see server.py)."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{study.base}api/contents", timeout=10)
    assert refused.value.code == 403
    assert "notebooks" in {entry["name"] for entry in study.ask("api/contents")["content"]}


def test_first_notebook_opens(study, page, artifacts):
    assert "/lab/tree/notebooks/00_start_here.ipynb?" in study.address
    title = re.match(r"# (.+)", first_cell(ROOT / "notebooks" / "00_start_here.ipynb"))[1].strip()
    page.goto(study.address)
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
