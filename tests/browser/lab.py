"""A notebook as a reader meets it: JupyterLab in a real browser, every cell run, and hands on the controls.

One server, ``make study`` in a copy of the notebooks, serves the whole test session. A test module opens its notebook
once; the copy has the small numbers of tests/fast.py. How a test of a view reads (``box.add_class("studylib-padding")``
gave it its name)::

    @pytest.fixture(scope="module")
    def view(open_notebook):  # runs all cells, fails on an error output; at the end on an error in the console
        return open_notebook("02_padding").widget("padding")

    def test_width(view, artifacts):
        before = view.picture()
        view.set_slider("width", 3)  # by keyboard; drag_slider("width", 0.5) by mouse, half way along
        assert view.wait_for_change(before) != before  # PNG bytes, after the last drawing; view.pixels() as an array
        view.wait_for_text("width 3: 38 x 38")  # fails with the text shown if it does not come
        view.choose("mode", "reflect")  # Dropdown, ToggleButtons, RadioButtons
        view.screenshot(artifacts / "widget_padding.png")

Further: `toggle`, `press`, `type`, `value` (what a control shows), `text`, `drawn` (pictures so far), `controls` (their
descriptions). A control is named by its description. Every step of a slider is timed in the page, from the key to the
new picture, and reported at the end of the run and in test-artifacts/slider_latency.txt.
"""

import re

import nbformat
import papermill
from fast import FAST
from latency import TIMED
from run_notebook import checked
from view import View, decoded, poll

KEEP = """cell => {
    window.shown = [];
    new MutationObserver(() => cell.querySelectorAll(".jp-RenderedImage img").forEach(image => {
        if (!window.shown.includes(image.src)) window.shown.push(image.src);
    })).observe(cell, {childList: true, subtree: true, attributes: true, attributeFilter: ["src"]});
}"""


def collect_problems(page):
    """Gather the console's errors and uncaught exceptions of `page` in ``page.problems`` from now on."""
    page.problems = []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    return page


class Notebook:
    """A notebook open in JupyterLab, all of its cells run.

    Args:
        browser: Playwright's Chromium.
        study: the server, as the fixture `study` gives it.
        name: of the file in notebooks/, without ``.ipynb``.
        parameters: in place of those of tests/fast.py.
        seconds: for all cells together.
        watch: part of the source of a cell of which every picture is kept, for `shown`.

    Raises:
        AssertionError: with the output, for a cell that ends in an error.
    """

    def __init__(self, browser, study, name, parameters=None, seconds=300, watch=None):
        self.study, self.views = study, []
        self.path = f"notebooks/fast_{name}.ipynb"
        source = study.folder / "notebooks" / f"{name}.ipynb"
        parameters = checked(source, FAST.get(name, {}) if parameters is None else parameters)
        papermill.execute_notebook(source, study.folder / self.path, parameters, prepare_only=True)
        self.page = collect_problems(browser.new_page(viewport={"width": 1280, "height": 1000}))
        try:
            # A workspace of its own: JupyterLab would open the notebooks of the one before again.
            self.page.goto(study.url(f"lab/workspaces/{name}/tree/{self.path}"))
            self.idle().wait_for(state="visible", timeout=120_000)
            if watch:
                self.cell(watch).evaluate(KEEP)
            self.run_all(seconds)
        except BaseException:
            self.abandon()
            raise

    def idle(self):
        """Where the status bar says so: the notebook's own indicator is idle before there is a kernel, too."""
        return self.page.locator("#jp-main-statusbar", has_text=re.compile(r"Python 3.*\| Idle"))

    def run_all(self, seconds):
        """Run all cells through the menu and wait for the last one."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")

        def finished():
            return self.errors() or all(re.fullmatch(r"\[\d+\]:", prompt) for prompt in prompts.all_text_contents())

        poll(finished, seconds, lambda: f"after {seconds} s the cells are at {prompts.all_text_contents()}")
        assert self.errors() == []
        self.idle().wait_for(state="visible", timeout=30_000)

    def errors(self):
        """The error outputs of all cells, and of widgets that could not be shown."""
        broken = '[data-mime-type="application/vnd.jupyter.error"], .jupyter-widgets-error-widget'
        return self.page.locator(broken).all_text_contents()

    def cell(self, text):
        """The one code cell whose source contains `text`, a locator."""
        # By its place in the file: the page shows of a long source what is in sight.
        cells = nbformat.read(self.study.folder / self.path, as_version=4).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code"]
        (place,) = [i for i, source in enumerate(sources) if text in source]
        return self.page.locator(".jp-CodeCell").nth(place)

    def outputs(self, text):
        """The pictures, as arrays (height, width, 3), in the output of that cell."""
        return [decoded(image) for image in self.cell(text).locator(".jp-RenderedImage img").all()]

    def shown(self):
        """The addresses (``data:image/png;base64,...``) of all pictures that the watched cell has shown, in order."""
        return self.page.evaluate("window.shown")

    def widget(self, name):
        """The `View` whose box has the class ``studylib-<name>``."""
        self.views.append(View(self.page.locator(f".jp-OutputArea-output .studylib-{name}"), name))
        return self.views[-1]

    def close(self):
        """Close the page, shut its kernel down, and fail if anything went wrong meanwhile."""
        for view in self.views:
            TIMED.extend((view.name, *step) for step in view.root.evaluate("view => view.watch.timed"))
        problems = self.errors() + self.page.problems
        self.abandon()
        assert problems == []

    def abandon(self):
        """Close the page and shut its kernel down."""
        self.page.close()
        for session in self.study.ask("api/sessions"):
            if session["path"] == self.path:
                self.study.ask(f"api/sessions/{session['id']}", "DELETE")
