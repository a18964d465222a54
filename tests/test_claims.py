"""The boxes "Check the note": the verdict follows the measurement, and the text arrives unharmed."""

import doctest

import numpy as np
import pytest

from studylib import claims
from studylib.claims import check_the_note


def box(measured, condition=None):
    return check_the_note("1.2", "it is faster", measured > 1.1, f"{measured} times", condition)


@pytest.mark.parametrize("number", [float, np.float64])
def test_opposite_numbers_give_the_opposite_box(number):
    fast, slow = box(number(2.5)), box(number(0.9))
    assert fast.verdict == "holds" and "Verdict: ✓ holds" in repr(fast) and "2.5 times" in repr(fast)
    assert slow.verdict == "does not hold" and "Verdict: ✗ does not hold" in repr(slow) and "0.9 times" in repr(slow)
    assert fast._repr_html_().replace("2.5", "0.9") != slow._repr_html_()


def test_condition_belongs_to_a_statement_that_holds():
    assert box(2.5, "with two cores").verdict == "holds with a condition"
    assert repr(box(2.5, "with two cores")).endswith("Verdict: ~ holds with a condition\nCondition: with two cores")
    refuted = box(0.9, "with two cores")
    assert refuted.verdict == "does not hold" and "with two cores" not in repr(refuted) + refuted._repr_html_()


def test_html_shows_what_the_text_shows():
    made = check_the_note("9.6", "D(x) < 0 & `a < b`", True, "한국어", "only <b>here</b>")
    shown = made._repr_html_()
    assert "D(x) &lt; 0 &amp; <code>a &lt; b</code>" in shown and "only &lt;b&gt;here&lt;/b&gt;" in shown
    for part in ("Check the note 9.6:", "한국어", "~ holds with a condition"):
        assert part in shown and part in repr(made)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"holds": 2.5}, TypeError, "holds must be True or False, the value of a comparison. Received: holds=2.5"),
        ({"holds": None}, TypeError, "Received: holds=None"),
        ({"holds": np.array([True, False])}, TypeError, "holds must be True or False"),
        ({"number": 1.2}, TypeError, "number must be a string. Received: number=1.2"),
        ({"evidence": " "}, ValueError, "evidence must say something. Received: evidence=' '"),
        ({"condition": ""}, ValueError, "condition must say something"),
    ],
)
def test_wrong_argument_is_named(change, error, sentence):
    arguments = {"number": "1.2", "claim": "it is faster", "holds": True, "evidence": "2.5 times"} | change
    with pytest.raises(error) as caught:
        check_the_note(**arguments)
    assert sentence in str(caught.value)


def test_example_of_the_docstring():
    assert doctest.testmod(claims).failed == 0
