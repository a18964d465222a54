"""Exercises of notebook 04: the bugs that they hand out show the symptom that they are about."""

import numpy as np

from studylib import exercises
from studylib.transposed_convolution import convolution, transposed_convolution, zero_insertion


def given(name, function):
    """The function that the starter of an exercise hands out."""
    namespace = {
        "np": np,
        "convolution": convolution,
        "transposed_convolution": transposed_convolution,
        "zero_insertion": zero_insertion,
    }
    exec(exercises.get(name).starter, namespace)
    return namespace[function]


def test_rotated_is_right_for_a_symmetric_kernel_only(capsys):
    rotated = given("transposed_convolution.3", "rotated")
    x, symmetric = np.arange(6).reshape(2, 3), np.outer([1, 2, 1], [1, 2, 1])
    assert np.array_equal(rotated(x, symmetric, 2), transposed_convolution(x, symmetric, 2))
    kernel = np.arange(9).reshape(3, 3)
    assert np.array_equal(rotated(x, kernel, 2), transposed_convolution(x, np.rot90(kernel, 2), 2))
    assert exercises.check("transposed_convolution.3", rotated) is False
    assert "the output is [[1, 2], [3, 4]], not [[4, 3], [2, 1]]" in capsys.readouterr().out


def test_drifting_drifts_by_one_a_pass(capsys):
    drifting = given("transposed_convolution.4", "drifting")
    x = np.zeros(64)
    x[20] = 1.0
    for _ in range(8):
        x = drifting(x, np.array([0.5, 1, 0.5])) / 2
    assert x.sum() > 0.9 and round((np.arange(64) * x).sum() / x.sum()) == 28
    assert exercises.check("transposed_convolution.4", drifting) is False
    assert "without a drift it is" in capsys.readouterr().out


def test_counter_example_of_the_sizes_is_the_smallest(capsys):
    assert exercises.check("transposed_convolution.1", lambda size, kernel, stride, padding: stride - 1) is False
    assert "size=1, kernel=1, stride=2, padding=0" in capsys.readouterr().out
