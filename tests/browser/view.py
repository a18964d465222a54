"""An interactive view in the page, and hands for its controls: see lab.py for how a test uses it."""

import base64
import io
import re
import time

import numpy as np
from PIL import Image

CONTROLS = (".widget-slider", ".widget-dropdown", ".widget-checkbox", ".widget-toggle-buttons", ".widget-radio")
CONTROLS += (".widget-select", ".widget-text")
BUTTONS = ":is(.widget-button, .widget-toggle-button):not(.widget-toggle-buttons *)"
LABELS = ".widget-label, .widget-label-basic span"
REST = 0.5  # seconds, at least, without a new picture after which the last one is taken to be there

# Runs in the page. `load` does not bubble, so it is caught on its way down; the frame after it shows the picture.
WATCH = """view => {
    const watch = view.watch = {drawn: 0, pressed: null, slider: null, timed: []};
    view.addEventListener("keydown", event => {
        const slider = event.target.closest(".widget-slider");
        if (!slider || watch.pressed !== null) return;
        watch.pressed = performance.now();
        watch.slider = slider.querySelector(".widget-label").textContent;
    }, true);
    view.addEventListener("load", event => requestAnimationFrame(() => {
        watch.drawn += 1;
        if (watch.pressed !== null) watch.timed.push([watch.slider, performance.now() - watch.pressed]);
        watch.pressed = null;
    }), true);
}"""
PNG = """async image => {
    const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}"""


def poll(condition, seconds, problem):
    """Wait until `condition()` is true and return what it gave; after `seconds` raise AssertionError(problem())."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, problem()
        time.sleep(0.03)
    return result


def png(image):
    """The bytes of a picture in the page, a locator of its <img>."""
    return base64.b64decode(image.evaluate(PNG))


def decoded(image):
    """The picture in the page as an array (height, width, 3), uint8."""
    return np.asarray(Image.open(io.BytesIO(png(image))).convert("RGB"))


def pixels_of(figure):
    """What the page should show of a matplotlib Figure: the array (height, width, 3), uint8, that `live` sends."""
    figure.savefig(buffer := io.BytesIO(), format="png", dpi=100)
    return np.asarray(Image.open(buffer).convert("RGB"))


def photograph(element, path):
    """A screenshot of an element of the notebook, in a window high enough for all of it."""
    page, usual = element.page, element.page.viewport_size
    element.scroll_into_view_if_needed()  # out of sight it has no size yet
    page.wait_for_timeout(200)
    height = int(element.bounding_box()["height"]) + 300
    if height > usual["height"]:
        page.set_viewport_size({**usual, "height": height})
        page.wait_for_timeout(1000)  # JupyterLab lays itself out anew a moment later
    element.scroll_into_view_if_needed()
    element.screenshot(path=path)
    page.set_viewport_size(usual)


class View:
    """An interactive view in the page, with the hands of a reader. Made by `Notebook.widget`."""

    def __init__(self, root, name):
        self.root, self.name = root, name
        root.wait_for(state="attached", timeout=30_000)
        root.scroll_into_view_if_needed()
        root.evaluate(WATCH)
        self.image = root.locator("img.widget-image").first
        # The box is in the page before its children are, and they come one by one: it is there when it rests.
        # Meanwhile the page may grow above it and push it out of sight, where nothing is laid out.
        poll(lambda: self.controls() and self.in_sight(), 30, lambda: f"{name} has no controls in sight")
        self.wait_for_rest(self.controls)

    def in_sight(self):
        """Scroll to the view; whether it is laid out there."""
        self.root.scroll_into_view_if_needed()
        return (self.root.bounding_box() or {"height": 0})["height"] > 0 and self.root.inner_text().strip() != ""

    # -- what it shows --

    def picture(self):
        """The PNG bytes of the picture."""
        return png(self.image)

    def pixels(self):
        """The picture as an array (height, width, 3), uint8."""
        return decoded(self.image)

    def text(self):
        """The text of every HTML widget of the view: the numbers below the picture."""
        return "\n".join(self.root.locator(".widget-html-content").all_inner_texts())

    @property
    def drawn(self):
        """How many new pictures the page has shown since the view was found."""
        return self.root.evaluate("view => view.watch.drawn")

    def wait_for_change(self, before, seconds=20):
        """Wait until the picture (`before` in bytes) or the text (str) is another, and rests; return it."""
        read = self.text if isinstance(before, str) else self.picture
        poll(lambda: read() != before, seconds, lambda: f"{self.name} has not changed. Text: {self.text()!r}")
        return self.wait_for_rest(read)

    def wait_for_rest(self, read=None):
        """Wait until nothing has changed for a while; return the picture, or what `read` gives."""
        read = read or self.picture
        # On a busy machine the next picture may be a while in coming.
        times = self.root.evaluate("view => view.watch.timed.slice(-5).map(step => step[1])")
        rest = max([REST, *(3 * each / 1000 for each in times)])
        since, last = time.monotonic(), read()
        while time.monotonic() < since + rest:
            if (now := read()) != last:
                since, last = time.monotonic(), now
            time.sleep(0.03)
        return last

    def wait_for_picture(self, pixels, seconds=20):
        """Wait until the picture is `pixels`, an array (height, width, 3) of uint8."""
        poll(lambda: np.array_equal(self.pixels(), pixels), seconds, lambda: f"{self.name} shows another picture")

    def wait_for_text(self, expected, seconds=20):
        """Wait until the text contains `expected`, a str or a compiled pattern; return the text."""
        pattern = re.compile(re.escape(expected)) if isinstance(expected, str) else expected
        poll(lambda: pattern.search(self.text()), seconds, lambda: f"no {pattern.pattern!r} in {self.text()!r}")
        return self.text()

    def value(self, description):
        """What a control shows: a slider's number or text, the chosen option, True or False, the typed text."""
        control = self.control(description)
        kind = control.get_attribute("class")
        if "widget-slider" in kind:
            return number(control.locator(".widget-readout").inner_text())
        if "widget-checkbox" in kind:
            return control.locator("input").is_checked()
        if "widget-toggle-button" in kind.split():
            return "mod-active" in kind
        if "widget-toggle-buttons" in kind:
            return control.locator("button.mod-active").inner_text()
        if "widget-radio" in kind:
            return control.locator("label:has(input:checked)").inner_text()
        if control.locator("select").count():
            return plain(control.locator("select").evaluate("select => select.selectedOptions[0].textContent"))
        return control.locator("input, textarea").input_value()

    def screenshot(self, path):
        """A picture of the whole view as it stands in the page."""
        photograph(self.root, path)

    # -- hands --

    def control(self, description):
        """The control with this description, as a Playwright locator."""
        exactly = re.compile(rf"^\s*{re.escape(description)}\s*$")
        labelled = self.root.page.locator(LABELS, has_text=exactly)
        found = self.root.locator(", ".join(CONTROLS))
        found = found.filter(has=labelled).or_(self.root.locator(BUTTONS, has_text=exactly))
        assert found.count() == 1, f"{self.name} has {found.count()} controls {description!r}: {self.root.inner_text()}"
        return found

    def controls(self):
        """The descriptions of all controls, in order: so that a test can say that it moved every one."""
        found = self.root.locator(", ".join(f"{kind} :is({LABELS})" for kind in CONTROLS) + f", {BUTTONS}")
        return [name for text in found.all_text_contents() if (name := text.strip(" \u200b"))]

    def set_slider(self, description, value):
        """Move a slider to `value`, as its readout shows it, with Home, End and the arrow keys."""
        control = self.hand(description)
        handle, readout = control.locator(".noUi-handle"), control.locator(".widget-readout")
        handle.focus()
        if isinstance(value, str):
            handle.press("Home")
        else:
            for end, key in (("min", "Home"), ("max", "End")):
                if float(handle.get_attribute(f"aria-value{end}")) == value:
                    handle.press(key)
        times = 1
        while (now := number(readout.inner_text())) != value:
            for _ in range(times):
                handle.press("ArrowRight" if isinstance(value, str) or now < value else "ArrowLeft")
            after = number(readout.inner_text())
            assert after != now, f"{description!r} cannot be {value!r}: it stays at {now!r}"
            if not isinstance(value, str):
                missed = times == 1 and (now < value < after or after < value < now)
                assert not missed, f"{description!r} cannot be {value!r}: {now!r}, then {after!r}"
                # Far away: half of the way at once.
                times = max(1, int(abs((value - after) / (after - now)) * times / 2))

    def drag_slider(self, description, fraction, seconds=0.3):
        """Drag a slider with the mouse to `fraction` of its length, in `seconds` and about 50 moves a second."""
        control = self.hand(description)
        handle, track = control.locator(".noUi-handle").bounding_box(), control.locator(".noUi-target").bounding_box()
        mouse, y = self.root.page.mouse, handle["y"] + handle["height"] / 2
        start, end = handle["x"] + handle["width"] / 2, track["x"] + fraction * track["width"]
        mouse.move(start, y)
        mouse.down()
        begun, share = time.monotonic(), 0
        while share < 1:
            share = min((time.monotonic() - begun) / seconds, 1)
            mouse.move(start + share * (end - start), y)
            time.sleep(0.015)
        mouse.up()

    def choose(self, description, option):
        """Choose an option of a Dropdown by mouse and keyboard, of ToggleButtons or RadioButtons by mouse."""
        control = self.hand(description)
        if not (select := control.locator("select")).count():
            control.locator("button, label", has_text=re.compile(rf"^\s*{re.escape(option)}\s*$")).click()
            return
        options = select.evaluate("select => Array.from(select.options, option => option.textContent)")
        options = [plain(text) for text in options]
        steps = options.index(option) - options.index(self.value(description))
        # JupyterLab keeps the arrow keys of a closed list to itself, to go from cell to cell.
        select.click()
        for key in [*(["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps)), "Enter"]:
            self.root.page.keyboard.press(key)
        poll(lambda: self.value(description) == option, 5, lambda: f"{description!r} shows {self.value(description)!r}")

    def toggle(self, description):
        """Click a Checkbox or a ToggleButton."""
        control = self.hand(description)
        (control.locator("input") if control.locator("input").count() else control).click()

    def press(self, description):
        """Click a Button."""
        self.hand(description).click()

    def type(self, description, text):
        """Replace what stands in a Text, IntText or FloatText, and press Enter."""
        box = self.hand(description).locator("input, textarea")
        box.fill("")
        box.press_sequentially(str(text))
        box.press("Enter")

    def hand(self, description):
        """The control, in sight; what another control still has under way is timed no more."""
        control = self.control(description)
        control.scroll_into_view_if_needed()
        self.root.evaluate("view => { view.watch.pressed = null; }")
        return control


def plain(text):
    """An option's text with ordinary spaces: ipywidgets' own do not break, to keep it on one line."""
    return text.replace("\xa0", " ")


def number(text):
    """The number in a readout, or its text if it is none."""
    try:
        return float(text.replace("−", "-").replace(",", ""))
    except ValueError:
        return text
