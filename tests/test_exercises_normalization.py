"""Exercises of notebook 03: the symptoms that their prompts speak of are there, and the counter-examples right."""

import numpy as np
import pytest

from studylib import exercises


def starter(name):
    namespace = {}
    exec("import keras\nimport numpy as np\n" + exercises.get(name).starter, namespace)
    return namespace


def feature_maps():
    return np.random.default_rng(0).normal([1, 2, 3], [1, 2, 3], (2, 8, 8, 3)).astype("float32")


def test_layer_under_the_wrong_name_lets_a_channel_leak_and_the_solution_does_not(capsys):
    x = feature_maps()
    doubled = x.copy()
    doubled[0, :, :, 0] *= 2
    namespace = {}
    exec(exercises.get("normalization.3").solution, namespace)
    wrong, right = starter("normalization.3")["called_instance_norm"], namespace["repaired"]
    moved = [np.abs(np.asarray(layer(doubled) - layer(x)))[0, :, :, 1].max() for layer in (wrong, right)]
    assert moved[0] > 0.05 > 1e-3 > moved[1]
    assert exercises.check("normalization.3", wrong) is False
    assert "the output of channel 1 of it changes by up to 0." in capsys.readouterr().out


def test_stuck_depends_on_the_batch_at_inference():
    x, state = feature_maps(), (np.zeros(3), np.ones(3))
    stuck = starter("normalization.4")["stuck"]
    assert np.abs(stuck(x, state, False)[0][:1] - stuck(x[:1], state, False)[0]).max() > 0.1
    assert exercises.check("normalization.4", stuck) is False


@pytest.mark.parametrize(
    "groups, sentence",
    [
        (lambda kind, channels: 1, "'instance' of 2 channels is one mean an image and channel"),
        (lambda kind, channels: channels / 2, "groups must be a whole number of at least 1. Received: groups=1.0"),
        (lambda kind, channels: {"layer": 1, "instance": channels, "pairs": 1}[kind], "'pairs' of 6 channels"),
    ],
)
def test_groups_are_judged_by_the_smallest_counter_example(capsys, groups, sentence):
    assert exercises.check("normalization.2", groups) is False
    assert sentence in capsys.readouterr().out


def test_keras_layer_is_a_right_answer_where_it_computes_the_same(capsys):
    import keras

    def layer(x, epsilon):
        return keras.layers.GroupNormalization(groups=-1, epsilon=epsilon)(x.astype("float32"))

    assert exercises.check("normalization.1", layer) is True
    assert exercises.check("normalization.1", lambda x, epsilon: x[0]) is False
    assert "must have the shape of x. Received: shape (1, 2, 1)." in capsys.readouterr().out
