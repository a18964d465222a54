"""Checks of arguments: what passes, what is refused, and the sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studylib.arguments import real_number, whole_number


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


@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.5), 1])
def test_real_numbers_pass_unchanged(value):
    assert real_number("x", value, at_most=1) is value


@pytest.mark.parametrize(
    ("value", "limits", "sentence"),
    [
        (-0.1, {}, "x must be 0 or more. Received: x=-0.1"),
        (float("nan"), {}, "x must be 0 or more. Received: x=nan"),
        (float("inf"), {}, "x must be 0 or more. Received: x=inf"),
        ("1", {}, "x must be 0 or more. Received: x='1'"),
        (True, {}, "x must be 0 or more. Received: x=True"),
        (0, {"above": 0}, "x must be more than 0. Received: x=0"),
        (1.5, {"at_most": 1}, "x must be a number from 0 to 1. Received: x=1.5"),
    ],
)
def test_other_real_values_are_refused(value, limits, sentence):
    with pytest.raises(ValueError) as error:
        real_number("x", value, **limits)
    assert str(error.value) == sentence
