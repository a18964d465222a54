"""Exercises of notebook 01 where a notebook has set the global seed, as every notebook does."""

import keras
import numpy as np

from studylib import exercises


def answer(code):
    namespace = {}
    exec(code, namespace)
    return namespace["pipeline"]


def test_right_order_is_right_and_wrong_order_wrong_under_a_global_seed():
    exercise = exercises.get("data.1")
    keras.utils.set_random_seed(0)
    assert exercises.check("data.1", answer(exercise.solution)) is True
    assert exercises.check("data.1", answer(exercise.mistakes[0])) is False


def test_order_of_data_3_shows_the_pairs_that_it_is_about(capsys):
    def in_step(i, n_a, n_b, seed):
        order = [np.random.default_rng([seed, i // n]).permutation(n) for n in (n_a, n_b)]
        return order[0][i % n_a], order[1][i % n_b]

    assert exercises.check("data.3", in_step) is False
    assert "image k of A always comes with image k of B" in capsys.readouterr().out
