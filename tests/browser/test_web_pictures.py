"""Pictures of one's own in the page of `make web`, and what it says when a file is broken or missing."""

import io

import numpy as np
import pytest
from PIL import Image
from tiny_shelf import SIZE
from view import poll
from web_page import WHITE, Web, opened

from studylib.data.images import read_image

# ---- pictures --------------------------------------------------------------------------------------------------------


def picture(width, height, channels=3):
    """A smooth picture with some sharp edges."""
    y, x = np.mgrid[:height, :width]
    faces = [np.sin(x / 17) * np.cos(y / 11), np.cos(x / 23 + y / 29), (x // 40 + y // 40) % 2 * 1.6 - 0.8]
    faces.append(np.sin(y / 9))
    return Image.fromarray(np.uint8(np.rint((np.stack(faces[:channels], axis=-1) + 1) * 127.5)))


def encoded(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def turned(orientation):
    notes = Image.Exif()
    notes[0x0112] = orientation
    return notes


# Name: content, and by how many grey levels the browser may differ from Python. Scaling is the same to the bit, except
# of upright pictures, which Pillow 13 shrinks in the other order; blending is rounded elsewhere; of a large JPEG Python
# decodes no more than it needs.
PICTURES = {
    "wide.png": (encoded(picture(301, 200), format="PNG"), 0),
    "high.png": (encoded(picture(90, 333), format="PNG"), 1),
    "tiny.png": (encoded(picture(11, 9), format="PNG"), 0),
    "grey.png": (encoded(picture(100, 100).convert("L"), format="PNG"), 0),
    "sheer.png": (encoded(picture(201, 200, 4), format="PNG"), 1),
    "turned.png": (encoded(picture(120, 80), format="PNG", exif=turned(6)), 0),
    "turned.jpg": (encoded(picture(60, 40), format="JPEG", quality=95, exif=turned(8)), 4),
    "photograph.jpg": (encoded(picture(640, 480), format="JPEG", quality=90), 8),
}


@pytest.mark.parametrize("name", PICTURES)
def test_dropped_picture_is_fitted_as_in_training(web, tmp_path, name):
    content, tolerance = PICTURES[name]
    (tmp_path / name).write_bytes(content)
    web.clear()
    web.drop(name, content)
    web.wait_for_picture(read_image(tmp_path / name, SIZE), tolerance)
    web.wait_for_translation()
    poll(lambda: web.status() == f"{name} is on the paper.", 5, web.status)


def test_picture_is_chosen_as_a_file(web, tmp_path):
    path = tmp_path / "chosen.png"
    path.write_bytes(PICTURES["wide.png"][0])
    for _ in range(2):  # the same one again, too
        web.clear()
        with web.page.expect_file_chooser() as chooser:
            web.page.locator("#choose").click()
        chooser.value.set_files(path)
        web.wait_for_picture(read_image(path, SIZE))


def test_picture_is_pasted(web, tmp_path):
    (tmp_path / "image.png").write_bytes(PICTURES["wide.png"][0])
    web.clear()
    web.drop("image.png", PICTURES["wide.png"][0], kind="paste")
    web.wait_for_picture(read_image(tmp_path / "image.png", SIZE))


def test_translation_is_saved_as_it_is(web):
    web.choose_sample(4)
    web.wait_for_translation()
    with web.page.expect_download() as download:
        web.page.locator("#save").click()
    assert download.value.suggested_filename == "translation.png"
    with Image.open(download.value.path()) as saved:
        np.testing.assert_array_equal(np.asarray(saved.convert("RGB")), web.pixels("translation"))


# ---- one after the other ---------------------------------------------------------------------------------------------

# Pictures are read no further until `go()`.
SLOW = """() => {
    const read = createImageBitmap, wait = new Promise(resolve => window.go = resolve);
    createImageBitmap = (...given) => wait.then(() => read(...given));
    wait.then(() => createImageBitmap = read);
}"""


def test_direction_waits_for_the_sample_that_was_clicked(web):
    web.choose_direction(0)
    web.choose_sample(1)
    web.wait_for_translation()
    release = web.hold("**/samples/06_A_*")
    i = web.choose_sample(6)
    web.choose_direction(1)
    web.wait_for_picture(web.task.test_b[i])
    release()
    web.wait_for_translation()
    np.testing.assert_array_equal(web.pixels("picture"), web.task.test_b[i])


def test_picture_that_is_read_slowly_outlives_a_change_of_direction(web, tmp_path):
    (tmp_path / "wide.png").write_bytes(PICTURES["wide.png"][0])
    web.choose_direction(0)
    web.wait_for_picture(web.task.test_a[web.choose_sample(2)])
    web.page.evaluate(SLOW)
    web.drop("wide.png", PICTURES["wide.png"][0])
    web.choose_direction(1)
    web.page.evaluate("go()")
    web.wait_for_picture(read_image(tmp_path / "wide.png", SIZE))
    web.wait_for_translation()


def test_picture_that_is_read_slowly_does_not_replace_what_came_later(web):
    web.clear()
    web.page.evaluate(SLOW)
    web.drop("wide.png", PICTURES["wide.png"][0])
    web.draw((4, 4), (20, 20))
    drawn = web.pixels("picture")
    web.page.evaluate("go()")
    web.wait_for_translation()
    np.testing.assert_array_equal(web.pixels("picture"), drawn)


# ---- what is broken --------------------------------------------------------------------------------------------------

BROKEN = {
    "text.png": (b"no picture at all", "text.png is damaged or no picture that this browser can read: save it as PNG"),
    "half.png": (PICTURES["wide.png"][0][:60], "half.png is damaged or no picture"),
    "empty.png": (b"", "empty.png is empty: choose another file."),
    "thin.png": (encoded(picture(200, 7), format="PNG"), "thin.png is too small, 200 x 7 pixels: .* at least 8 x 8."),
    "": (b"", "What came is no file of a picture"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_is_answered_by_a_sentence(web, name):
    web.clear()
    web.drop(name, BROKEN[name][0])
    web.wait_for_problem(BROKEN[name][1])
    np.testing.assert_array_equal(web.pixels("picture"), WHITE)
    web.draw((4, 4), (20, 20))  # goes on as before
    web.wait_for_translation()
    assert web.problem() == ""


def test_sentence_is_in_sight_and_moves_nothing(browser, site, artifacts, tmp_path):
    (tmp_path / "text.png").write_bytes(b"no picture at all")
    phone = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    with opened(browser, site, **phone) as web:
        with web.page.expect_file_chooser() as chooser:
            web.page.locator("#choose").click()
        before = web.box("#picture")
        chooser.value.set_files(tmp_path / "text.png")
        web.wait_for_problem("text.png is damaged")
        web.page.screenshot(path=artifacts / "web_phone_sentence.png")
        sentence, messages, button = map(web.box, ("#problem", "#messages", "#choose"))
        assert 0 <= sentence["y"] and sentence["y"] + sentence["height"] <= 640
        assert 0 <= button["y"] and button["y"] + button["height"] <= messages["y"]  # is not covered
        web.page.locator("#loading").evaluate("loading => loading.hidden = false")
        assert web.box("#messages")["height"] > messages["height"] and web.box("#picture") == before
        web.draw((4, 4), (20, 20), lift=False)
        before = web.box("#picture")
        assert web.problem() == ""
        web.drop("", b"")
        web.wait_for_problem("no file")
        assert web.box("#picture") == before


# ---- what may be missing ---------------------------------------------------------------------------------------------

MODEL = r"The generator for .* \(models/g_AB.onnx\)"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda route, _: route.fulfill(status=404), "is missing: the server says 404. Build the page anew"),
        (lambda route, n: route.fulfill(body=bytes(n - 1)), r"did not arrive whole, \d+\.\d MB. Reload"),
        (lambda route, n: route.fulfill(body=bytes(n + 1)), r"did not arrive whole, \d+\.\d MB. Reload"),
        (lambda route, n: route.fulfill(body=bytes(n)), r"cannot be run: build the page anew \(.+\)\."),
        (lambda route, _: route.abort(), "did not come, or not as it should: the server does not answer, .* Reload"),
    ],
    ids=["missing", "short", "long", "no model", "no server"],
)
def test_model_that_does_not_come_is_one_sentence(page, site, answer, sentence):
    n_bytes = site.description["directions"][0]["file"]["bytes"]
    page.route("**/g_AB.onnx", lambda route: answer(route, n_bytes))
    web = Web(page, site)
    web.wait_for_problem(f"{MODEL} {sentence}")
    assert web.status() == "Not translated." and page.locator("#loading").is_hidden()
    page.unroute("**/g_AB.onnx")
    web.draw((5, 5), (20, 20))  # asks for it again
    web.wait_for_translation()
    assert web.problem() == ""


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda route: route.fulfill(status=404), "is missing: the server says 404"),
        (lambda route: route.abort(), "did not"),
    ],
    ids=["missing", "no server"],
)
def test_sample_that_does_not_come_is_one_sentence(page, site, answer, sentence):
    page.route("**/samples/00_A_*", answer)
    web = Web(page, site)
    web.wait_for_problem(rf"^The sample “.+” \(samples/00_A_\w+\.png\) {sentence}")
    poll(lambda: web.status() == "Ready.", 60, web.status)  # to be drawn on
    web.wait_for_translation()
    i = web.choose_sample(1)
    web.wait_for_picture(web.task.test_a[i])
    assert web.problem() == ""


def test_browser_without_webassembly_is_told(page, site):
    page.add_init_script("delete window.WebAssembly")
    Web(page, site).wait_for_problem("This browser runs no WebAssembly")
    assert page.problems == []


def test_missing_description_is_one_sentence(page, site):
    page.route("**/page.json", lambda route: route.fulfill(status=404))
    web = Web(page, site)
    web.wait_for_problem(r"^The description of the page \(page.json\) is missing: the server says 404\. Build the page")
    assert web.status() == "Not started."


def test_damaged_description_is_one_sentence(page, site):
    page.route("**/page.json", lambda route: route.fulfill(body="<!doctype html>"))
    Web(page, site).wait_for_problem(r"\(page.json\) did not come, or not as it should: .* sends something else")


def test_page_says_what_it_needs_where_no_script_runs(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.address)
    assert "serve its folder" in page.locator("#status").inner_text()
    context.close()
