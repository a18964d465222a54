"""Checks of arguments: what passes, what is refused, and the sentence."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studylib.arguments import (
    array_size,
    image_batch,
    modest_number,
    number_array,
    one_of,
    path_of,
    real_number,
    shown,
    true_or_false,
    whole_number,
)


@pytest.mark.parametrize("value", [1, 7, np.int64(7), np.uint8(200)])
def test_whole_numbers_pass_as_int(value):
    assert whole_number("n", value) == value and type(whole_number("n", value)) is int


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", None, True, np.float32(2), [2]])
def test_other_values_are_refused(value):
    with pytest.raises(ValueError) as error:
        whole_number("n", value)
    assert str(error.value) == f"n must be a whole number of at least 1. Received: n={value!r}"


@given(st.integers(), st.integers())
def test_any_whole_number_and_limit(value, least):
    if value >= least:
        assert whole_number("n", value, least) == value
        with pytest.raises(ValueError, match=f"n must be a whole number from {least} to {value - 1}"):
            whole_number("n", value, least, value - 1)
    else:
        with pytest.raises(ValueError, match=f"n must be a whole number of at least {least}. Received: n={value}"):
            whole_number("n", value, least)


def test_limits():
    assert whole_number("n", 0, at_least=0, at_most=5) == 0
    with pytest.raises(ValueError, match=r"^n must be a whole number from 0 to 5. Received: n=6$"):
        whole_number("n", 6, at_least=0, at_most=5)


@pytest.mark.parametrize("value", [0, 0.5, 1, np.float32(0.5), np.float64(0.5), np.int64(1), Fraction(1, 2)])
def test_real_numbers_pass_as_int_or_float(value):
    number = real_number("x", value, at_most=1)
    assert number == value and type(number) in (int, float)


@pytest.mark.parametrize(
    ("value", "limits", "sentence"),
    [
        (-0.1, {}, "x must be a number from 0 on. Received: x=-0.1"),
        (float("nan"), {}, "x must be a number from 0 on. Received: x=nan"),
        (float("inf"), {}, "x must be a number from 0 on. Received: x=inf"),
        ("1", {}, "x must be a number from 0 on. Received: x='1'"),
        (True, {}, "x must be a number from 0 on. Received: x=True"),
        (0, {"above": 0}, "x must be a number above 0. Received: x=0"),
        (0, {"above": 0, "at_most": 20}, "x must be a number above 0 to 20. Received: x=0"),
        (0.5, {"at_least": 1}, "x must be a number from 1 on. Received: x=0.5"),
        (None, {"at_least": -float("inf")}, "x must be a number. Received: x=None"),
        (1.5, {"at_most": 1}, "x must be a number from 0 to 1. Received: x=1.5"),
    ],
)
def test_other_real_values_are_refused(value, limits, sentence):
    with pytest.raises(ValueError) as error:
        real_number("x", value, **limits)
    assert str(error.value) == sentence


# ---- what was received, and the other kinds of arguments -------------------------------------------------------------


class Odd:
    def __repr__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("a\nb", r"'a\nb'"),
        (np.zeros((2, 3), np.uint8), "an array of shape (2, 3), uint8"),
        (np.float64(0.5), "np.float64(0.5)"),
        (10**5000, "a value of type int"),
        (Odd(), "a value of type Odd"),
        ([[1, 2], [3]], "[[1, 2], [3]]"),
    ],
    ids=range(7),  # pytest would write out the large number
)
def test_any_value_is_shown_in_one_line(value, text):
    assert shown(value) == text
    assert len(shown([value] * 1000)) <= 80 and "\n" not in shown([value] * 1000)


@pytest.mark.parametrize("value", [10**400, 10**5000, float("-inf"), 1j, np.array([0.5])], ids=range(5))
def test_numbers_that_no_float_holds_are_refused(value):
    with pytest.raises(ValueError, match="^x must be a number from 0 on. Received: x=."):
        real_number("x", value)


def test_modest_number_has_a_limit_that_is_not_told_before_it_is_reached():
    assert modest_number("n", 5, 5) == 5
    with pytest.raises(ValueError, match="^n must be a whole number of at least 1. Received: n=0$"):
        modest_number("n", 0, 5)
    with pytest.raises(ValueError, match="^n must be a whole number from 1 to 5. Received: n=6$"):
        modest_number("n", 6, 5)


def test_one_of_names_the_nearest():
    assert one_of("mode", "zero", ("zero", "reflection")) == "zero"
    with pytest.raises(ValueError) as error:
        one_of("mode", "Reflexion", ("zero", "reflection"))
    assert str(error.value) == (
        "mode must be one of zero, reflection. Received: mode='Reflexion'. Did you mean 'reflection'?"
    )
    for value in (None, 3, ["zero"], {"zero"}, b"zero"):
        with pytest.raises(ValueError, match="Received: mode="):
            one_of("mode", value, ("zero", "reflection"))


def test_truth_values():
    assert true_or_false("x", True) is True and true_or_false("x", np.False_) is False
    for value in (1, 0, "True", None, []):
        with pytest.raises(ValueError, match="^x must be True or False. Received: x="):
            true_or_false("x", value)


def test_paths(tmp_path):
    assert path_of("path", str(tmp_path)) == path_of("path", tmp_path) == tmp_path
    assert path_of("path", "~/x") == Path.home() / "x"
    for value in (None, 3, "", "  ", b"x", "a\0b", "x" * 5000, "~nobody-has-this-name/x", ["x"]):
        with pytest.raises(ValueError, match="^path must be a path. Received: path="):
            path_of("path", value)


def test_arrays_of_numbers_pass_as_they_are():
    for array in (np.arange(3), np.zeros((2, 2), bool), np.float32([0.5])):
        assert number_array("x", array) is array
    assert number_array("x", [1, 2]).tolist() == [1, 2] and number_array("x", [], empty=True).size == 0
    assert np.isnan(number_array("x", [np.nan], finite=False)).all()


@pytest.mark.parametrize("value", [None, "abc", [[1], [2, 3]], [None], [], np.array([1j]), [np.nan], [np.inf], [[1.0]]])
def test_other_arrays_are_refused(value):
    with pytest.raises(ValueError, match="^x must (be an array of numbers|hold finite numbers).* Received: "):
        number_array("x", value, n_axes=1)


def test_images_pass_as_bytes_and_as_floats():
    for images in (
        np.full((2, 4, 4, 3), 255, np.uint8),
        np.full((2, 4, 4, 3), -1.2),
        np.zeros((1, 4, 4, 1), np.float16),
    ):
        assert image_batch("images", images) is images


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (np.zeros((2, 4, 4)), "must be of shape (N, H, W, 3), N of 2 or more. Received: shape (2, 4, 4)"),
        (np.zeros((1, 4, 4, 3)), "Received: shape (1, 4, 4, 3)"),
        (np.zeros((2, 4, 4, 1)), "Received: shape (2, 4, 4, 1)"),
        (np.zeros((2, 0, 4, 3)), "Received: shape (2, 0, 4, 3)"),
        (np.full((2, 4, 4, 3), 255.0), "must be uint8, or float in [-1, 1]: divide by 127.5 and subtract 1."),
        (np.full((2, 4, 4, 3), np.nan), "must hold finite numbers. Received: images of shape (2, 4, 4, 3)"),
        ("cat.png", "Received: images='cat.png'"),
        (5, "Received: images=5"),
    ],
)
def test_other_images_are_refused(images, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        image_batch("images", images, channels=3, at_least=2)


def test_images_of_one_kind_only():
    pictures, scaled = np.zeros((1, 4, 4, 3), np.uint8), np.zeros((1, 4, 4, 3), np.float32)
    assert image_batch("x", pictures, kind="uint8") is pictures and image_batch("x", scaled, kind="float") is scaled
    with pytest.raises(ValueError, match=r"^x must be uint8, 0 to 255. Received: x of float32, shape \(1, 4, 4, 3\)$"):
        image_batch("x", scaled, kind="uint8")
    with pytest.raises(ValueError, match=r"^x must be float in \[-1, 1\]: divide by 127.5 .* Received: x of uint8, "):
        image_batch("x", pictures, kind="float")


def test_arrays_that_would_fill_the_memory_are_refused():
    array_size((10**4, 10**4), n=10**4)
    with pytest.raises(ValueError, match=r"n and stride must be smaller: no more .* Received: n=10000, stride=3$"):
        array_size((10**4, 10**4 + 1), n=10**4, stride=3)
