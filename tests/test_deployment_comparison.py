"""The table of exported files, the preprocessing, the rounding to few bits, and their pictures."""

import keras
import numpy as np
import pytest
from PIL import Image

from studylib import plots
from studylib.deployment import (
    MISTAKES,
    Comparison,
    Row,
    compare,
    comparison,
    dequantize,
    export,
    load,
    postprocess,
    preprocess,
    quantization,
    quantize,
)

RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.integers(0, 256, (2, 40, 40, 3), dtype=np.uint8)


def network(factor):
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Rescaling(factor)])
    return model


def test_table_holds_what_the_files_do(tmp_path):
    images = preprocess(PICTURES)
    paths = [export(network(1.0), "onnx", tmp_path / "same.onnx"), export(network(0.9), "saved_model", tmp_path / "b")]
    table = compare(network(1.0), paths, images, rounds=3)
    in_memory, same, other = table.rows.values()
    assert list(table.rows) == ["Keras, not exported", "same.onnx", "b"]
    assert in_memory[:2] == (0, 0) and in_memory.megabytes is None and same.largest < 1e-6
    assert other.largest == pytest.approx(0.1 * np.abs(images).max(), rel=1e-4)
    assert other.mean == pytest.approx(12.75 * np.abs(images).mean(), rel=1e-4)
    assert same.megabytes == paths[0].stat().st_size / 1e6
    assert other.megabytes == sum(file.stat().st_size for file in paths[1].rglob("*") if file.is_file()) / 1e6
    assert all(row.milliseconds > 0 for row in table.rows.values())
    text = table.as_markdown()
    assert text.count("\n| ") == 3 and f"| b | {other.largest:.1e} | {other.mean:.2g} |" in text
    assert "2 images of 40 x 40" in text and "3 rounds" in text and "each on all cores" in text


def test_times_are_medians_of_rounds_in_changing_order(monkeypatch):
    clock, called = [0.0], []
    seconds = {"a": [9, 1, 2, 3, 40, 5], "b": [9, 7, 7, 7, 7, 7]}  # the first call does not count

    def function(name):
        def run(image):
            clock[0] += seconds[name][called.count(name)]
            called.append(name)

        return run

    monkeypatch.setattr(comparison.time, "perf_counter", lambda: clock[0])
    times = comparison._median_times({n: function(n) for n in "ab"}, None, 5, np.random.default_rng(0))
    assert times == {"a": 3000, "b": 7000}
    rounds = ["".join(called[i : i + 2]) for i in range(2, 12, 2)]
    assert set(rounds) == {"ab", "ba"}


def test_one_path_needs_no_list(tmp_path):
    path = export(network(1.0), "onnx", tmp_path / "a.onnx")
    for given in (path, str(path)):
        assert list(compare(network(1.0), given, preprocess(PICTURES), rounds=1).rows)[1:] == ["a.onnx"]


def test_comparison_refuses_what_it_cannot_compare(tmp_path):
    path = export(network(1.0), "onnx", tmp_path / "a.onnx")
    with pytest.raises(ValueError, match=r"paths must be an exported file, or a dict or a .* Received: paths=\[\]"):
        compare(network(1.0), [], preprocess(PICTURES))
    with pytest.raises(ValueError, match="images must be a float array .*`preprocess`.* Received: uint8 of shape"):
        compare(network(1.0), [path], PICTURES)
    with pytest.raises(ValueError, match="Received: 2 paths of 1 names"):
        compare(network(1.0), [path, path], preprocess(PICTURES))
    with pytest.raises(ValueError, match="rounds must be a whole number"):
        compare(network(1.0), [path], preprocess(PICTURES), rounds=0)
    with pytest.raises(FileNotFoundError, match="b.onnx does not exist"):
        compare(network(1.0), [tmp_path / "b.onnx"], preprocess(PICTURES))


def test_preprocess_is_undone_by_postprocess():
    every = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    images = preprocess(every)
    assert images.shape == (1, 16, 16, 3) and images.dtype == np.float32
    assert (images.min(), images.max()) == (-1, 1)
    np.testing.assert_array_equal(postprocess(images)[0], every)
    assert postprocess(np.float32([-3, 3])).tolist() == [0, 255]


def test_preprocess_scales_as_training_pictures_are_scaled(tmp_path):
    from studylib.data.images import read_image

    picture = RANDOM.integers(0, 256, (50, 90, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "p.png")
    np.testing.assert_array_equal(postprocess(preprocess(picture, 24))[0], read_image(tmp_path / "p.png", 24))
    np.testing.assert_array_equal(preprocess(PICTURES, 40), preprocess(PICTURES))


@pytest.mark.parametrize("pictures", [PICTURES / 255, PICTURES[..., :1], PICTURES[0, 0], PICTURES[:0]])
def test_preprocess_refuses_what_is_no_picture(pictures):
    with pytest.raises(ValueError, match="pictures must be a uint8 array .* Received: "):
        preprocess(pictures)


def test_mistakes_are_mistakes():
    right = preprocess(PICTURES, 20)
    made = {name: mistake(PICTURES, 20) for name, mistake in MISTAKES.items()}
    for name, images in made.items():
        assert images.shape == right.shape and images.dtype == np.float32, name
        assert np.abs(images - right).mean() > 0.01, name
    np.testing.assert_array_equal(made["blue first (BGR)"][..., [2, 1, 0]], right)
    assert made["[0, 1]"].min() >= 0 and made["[0, 1]"].max() <= 1 < 200 < made["[0, 255]"].max()
    # Halving without antialiasing is a mean of 2 x 2 pixels; the nearest neighbour is one of them.
    blocks = preprocess(PICTURES).reshape(2, 20, 2, 20, 2, 3)
    np.testing.assert_allclose(made["bilinear, no antialiasing"], blocks.mean(axis=(2, 4)), atol=1e-5)
    assert np.isclose(blocks, made["nearest neighbour"][:, :, None, :, None]).any(axis=(2, 4)).all()


@pytest.mark.parametrize("low, high, bits", [(-1, 1, 8), (0, 6, 8), (0.5, 6, 4), (-3, -1, 8), (-0.3, 7, 2)])
def test_numbers_come_back_to_within_half_a_step(low, high, bits):
    scale, zero_point = quantization(low, high, bits)
    values = np.linspace(min(low, 0), max(high, 0), 500)
    whole = quantize(values, low, high, bits)
    assert whole.dtype == np.int8 and -(2 ** (bits - 1)) <= whole.min() and whole.max() < 2 ** (bits - 1)
    # The zero point is rounded, so that an end of the range may lie half a step outside.
    assert np.abs(dequantize(whole, low, high, bits) - values).max() <= 1.01 * scale
    assert np.median(np.abs(dequantize(whole, low, high, bits) - values)) <= 0.5 * scale
    assert dequantize(quantize(0.0, low, high, bits), low, high, bits) == 0 and isinstance(zero_point, int)


def test_numbers_outside_of_the_range_stop_at_its_ends():
    assert quantize([-9, 0, 9], -1, 1.55).tolist() == [-128, -28, 127]
    assert quantization(-1, 1)[1] == -1 and quantization(-1, 0)[1] == 127 and quantization(0, 1)[1] == -128


@pytest.mark.parametrize("low, high, bits", [(1, -1, 8), (0, 0, 8), (-1, np.inf, 8), (np.nan, 1, 8), (-1, 1, 9)])
def test_ranges_that_are_none_are_refused(low, high, bits):
    with pytest.raises(ValueError, match="Received: "):
        quantization(low, high, bits)


TABLE = Comparison(
    {"Keras, not exported": Row(0, 0, 4.0, None), "onnx": Row(1e-6, 1e-4, 1.0, 3.5), "int8": Row(1.2, 3.0, 2.0, 0.9)},
    (8, 64, 64, 3),
    30,
)


def test_picture_of_the_formats_has_the_values():
    size, time, difference = plots.formats(TABLE).axes
    assert [bar.get_width() for bar in size.patches] == [0, 3.5, 0.9]
    assert [bar.get_width() for bar in time.patches] == [4, 1, 2]
    assert [bar.get_width() for bar in difference.patches] == [1e-6, 1e-4, 3] and difference.get_xscale() == "log"
    assert [text.get_text() for text in size.texts] == ["not on the disk", "3.50", "0.90"]
    assert [label.get_text() for label in size.get_yticklabels()] == list(TABLE.rows)


def test_picture_of_rounding_has_the_mean_error_and_the_steps():
    values = RANDOM.normal(size=2000)
    ranges = {"too narrow": (-0.5, 0.5), "right": (-4, 4)}
    for axis, (title, limits) in zip(plots.rounded_numbers(values, ranges, bits=3).axes, ranges.items(), strict=True):
        error = np.abs(dequantize(quantize(values, *limits, 3), *limits, 3) - values).mean()
        assert axis.get_title() == f"{title}\nmean error {error:.3f}"
        steps = np.unique(axis.lines[-1].get_ydata())
        assert len(steps) <= 8 and np.ptp(steps) <= limits[1] - limits[0] + 1e-6


def test_picture_of_differences_is_grey_where_there_are_none():
    truth = PICTURES.copy()
    truth[0, 0, 0] = 100
    images = truth.copy()
    images[0, 0, 0] = 110, 90, 100
    shown = plots.to_uint8(plots.differences(images, truth, gain=4)).astype(int)
    assert np.abs(shown[0, 0, 0] - [168, 88, 128]).max() <= 1 and (shown[1] == 128).all()


def test_loaded_translator_says_what_it_is(tmp_path):
    translate = load(export(network(1.0), "onnx", tmp_path / "a.onnx"))
    assert repr(translate) == "Translator('a.onnx', ONNX Runtime, any x any x 3)"
