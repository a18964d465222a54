"""The page of `make web` as a reader meets it: built, served, and opened in a real browser, with a reader's hands.

Most tests look at a page whose generators are tiny and untrained; everything else in it is as in the study's own.
"""

import functools
import http.server
import json
import os
import re
import threading
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlparse

import build_web
import numpy as np
import pytest
from lab import collect_problems
from tiny_shelf import SIZE, TASK, fill
from view import poll

from studylib.data import load_task
from studylib.evaluation import translate
from studylib.pretrained import SHELF, load_pretrained

WHITE = np.full((SIZE, SIZE, 3), 255, np.uint8)

# Keeps what the page says while it loads, and counts its translations.
WATCH = """addEventListener("DOMContentLoaded", () => {
    window.seen = {loading: [], translations: 0};
    const text = document.getElementById("loading-text"), progress = document.getElementById("progress");
    const watch = (element, tell) => new MutationObserver(tell).observe(element, {childList: true});
    watch(text, () => seen.loading.push([text.textContent, progress.value, progress.max]));
    watch(document.getElementById("time"), () => seen.translations++);
})"""
PIXELS = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)"
CARRY = """([kind, name, bytes]) => {
    const carried = new DataTransfer(), options = {bubbles: true, cancelable: true};
    if (name) carried.items.add(new File([Uint8Array.from(bytes)], name));
    document.body.dispatchEvent(kind === "drop" ? new DragEvent(kind, {...options, dataTransfer: carried})
        : new ClipboardEvent(kind, {...options, clipboardData: carried}));
}"""


# ---- built and served ------------------------------------------------------------------------------------------------


@functools.cache
def served(folder, name=TASK):
    """The page, built in a folder once for all tests, of TASK's untrained pair or of one on the study's shelf. Without
    npm, or npm's network, they are skipped, or fail where STUDYLIB_REQUIRE_BROWSER=1.

    Returns:
        .address, .description (what page.json holds), .pair (of Keras' generators), .task.
    """
    try:
        build_web.runtime_package()
    except (FileNotFoundError, ConnectionError) as problem:
        (pytest.fail if os.environ.get("STUDYLIB_REQUIRE_BROWSER") == "1" else pytest.skip)(str(problem))
    shelf, site = fill(folder / "shelf") if name == TASK else SHELF, folder / "site" / name
    build_web.build(name, site, shelf)
    description = json.loads((site / "page.json").read_text(encoding="utf-8"))
    pair = load_pretrained(name, shelf)
    return SimpleNamespace(
        address=serve(site), description=description, pair=pair, task=load_task(name, pair.image_size)
    )


class Quiet(http.server.SimpleHTTPRequestHandler):
    # As on servers that know the old kinds of file only: a browser runs no module that comes as plain bytes.
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | dict.fromkeys(
        (".mjs", ".wasm", ".onnx"), "application/octet-stream"
    )

    def log_message(self, *_):
        pass


def serve(folder):
    """Serve a folder on this machine until the tests end; return its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


# ---- opened ----------------------------------------------------------------------------------------------------------


@contextmanager
def opened(browser, site, **window):
    """A page in which nothing may go wrong: no error in its console, no request to another place, nothing sent."""
    page = collect_problems(browser.new_page(**{"viewport": {"width": 1280, "height": 1000}, **window}))
    try:
        web = Web(page, site)
        poll(lambda: web.status() == "Ready.", 60, lambda: f"{web.status()!r}, {web.problem()!r}")
        yield web
    finally:
        page.close()
        assert page.problems == []  # also where something else failed: it may be the reason
    places = {urlparse(url).netloc for _, url in web.asked}
    assert places <= {urlparse(site.address).netloc, ""}  # "": data URLs, of the icon and of what is saved
    assert {method for method, _ in web.asked} == {"GET"}


class Web:
    """A page with the hands of a reader, and what Keras says to what it shows."""

    def __init__(self, page, site):
        self.page, self.site, self.task = page, site, site.task
        self.asked = []
        page.on("request", lambda request: self.asked.append((request.method, request.url)))
        page.add_init_script(WATCH)
        page.goto(site.address)

    # -- what it shows --

    def status(self):
        return self.page.locator("#status").inner_text()

    def problem(self):
        """The sentence that is shown; empty if there is none."""
        problem = self.page.locator("#problem")
        return problem.inner_text() if problem.is_visible() else ""

    def wait_for_problem(self, pattern):
        poll(lambda: re.search(pattern, self.problem()), 20, lambda: f"no {pattern!r} in {self.problem()!r}")

    def pixels(self, canvas):
        """uint8 (size, size, 3) of "picture" or "translation"."""
        size = self.site.pair.image_size
        image = np.array(self.page.locator(f"#{canvas}").evaluate(PIXELS), np.uint8).reshape(size, size, 4)
        assert (image[..., 3] == 255).all()
        return image[..., :3]

    def wait_for_picture(self, picture, tolerance=0):
        """Wait until the paper shows it, `tolerance` grey levels apart at most."""

        def apart():
            return distance(self.pixels("picture"), picture)

        poll(lambda: apart() <= tolerance, 20, lambda: f"the paper is {apart()} grey levels from it. {self.problem()}")

    def difference(self):
        """The largest difference, in grey levels, of the translation to that of Keras for what is on the paper."""
        way = self.page.locator("#direction-1").is_checked()
        generator = self.site.pair.g_BA if way else self.site.pair.g_AB
        return distance(self.pixels("translation"), translate(generator, self.pixels("picture")[None])[0])

    def wait_for_translation(self):
        """Wait until the translation is Keras' own: less than 2 of 255 grey levels apart."""
        poll(lambda: self.difference() < 2, 20, lambda: f"{self.difference()} grey levels from Keras. {self.problem()}")

    def translations(self):
        """How many there have been so far."""
        return self.page.evaluate("seen.translations")

    def box(self, selector):
        """Where an element lies in the window: x, y, width and height."""
        return self.page.locator(selector).bounding_box()

    # -- hands --

    def choose_direction(self, way):
        self.page.locator(f"#direction-{way}").check()

    def choose_sample(self, number):
        """Click it; return its place among the held-out pictures."""
        button = self.page.locator("#samples button").nth(number)
        button.click()
        return self.task.names_test.index(button.get_attribute("value"))

    def clear(self):
        self.page.locator("#clear").click()
        self.wait_for_picture(WHITE)

    def at(self, x, y):
        """Where a point of the paper, in its own pixels, lies in the window."""
        self.page.locator("#picture").scroll_into_view_if_needed()
        box = self.page.locator("#picture").bounding_box()
        return box["x"] + x / SIZE * box["width"], box["y"] + y / SIZE * box["height"]

    def draw(self, *points, lift=True):
        """A line by mouse."""
        mouse = self.page.mouse
        mouse.move(*self.at(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.at(*point), steps=5)
        if lift:
            mouse.up()

    def drop(self, name, content, kind="drop"):
        """Let a file fall on the page, or "paste" it there; without a name, something that is no file."""
        self.page.evaluate(CARRY, [kind, name, list(content)])

    def hold(self, pattern):
        """Keep back the page's requests for files of this pattern; call what is returned to let them go."""
        held = []
        self.page.route(pattern, lambda route: held.append(route))  # Playwright takes no method of a list

        def release():
            for route in held:
                route.continue_()
            self.page.unroute(pattern)

        return release


def distance(one, other):
    """The largest difference of two pictures in grey levels."""
    return np.abs(one.astype(int) - np.asarray(other, int)).max()
