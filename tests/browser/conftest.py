"""A browser for the tests, the machine's Chromium driven by Playwright, and the server it looks at."""

import os
import shutil

import lab
import nbformat
import pytest
import server
from latency import ARTIFACTS

# Without a sandbox, for in a container the tests run as root; without QUIC and background traffic, for no test needs a
# network beyond this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Not for the session: while Playwright's synchronous interface is open, the main thread counts as an event loop, and
# tests of other modules that start one of their own would fail.
@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; without one the test is skipped, or fails where STUDYLIB_REQUIRE_BROWSER=1."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = "no Chromium in PATH (on Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("STUDYLIB_REQUIRE_BROWSER") == "1" else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh page whose console errors and uncaught exceptions are collected in ``page.problems``."""
    page = lab.collect_problems(browser.new_page(viewport={"width": 1280, "height": 900}))
    yield page
    page.close()


@pytest.fixture(scope="session")
def artifacts():
    """The folder for screenshots."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The page of `make web`, built and served once for all: see `web_page.served`."""
    from web_page import served  # Keras comes with it

    return served(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def web(browser, site):
    """That page, opened: a `web_page.Web`."""
    from web_page import opened

    with opened(browser, site) as web:
        yield web


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """``make study``, one for all: a `server.Study`."""
    if shutil.which("make") is None:
        pytest.skip("platform: make is not installed")
    with server.running(tmp_path_factory.mktemp("study")) as running:
        yield running


@pytest.fixture(scope="module")
def open_notebook(study, browser):
    """``open_notebook("02_padding")`` opens a notebook in JupyterLab and runs it: a `lab.Notebook`, closed for you."""
    opened = []

    def open_and_run(name, **options):
        opened.append(lab.Notebook(browser, study, name, **options))
        return opened[-1]

    yield open_and_run
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="module")
def open_source(study, open_notebook):
    """``open_source("live", source)`` writes a notebook with a cell of this code into the study, opens and runs it."""

    def write_and_open(name, source):
        v4 = nbformat.v4
        cells = [v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(source)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, study.folder / "notebooks" / f"{name}.ipynb")
        return open_notebook(name)

    return write_and_open
