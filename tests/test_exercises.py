"""The exercises' framework, and every registered exercise against its solution and its typical mistakes."""

import re

import pytest

from studylib import exercises

NAMES = exercises.names()
MISTAKES = [(name, number) for name in NAMES for number in range(len(exercises.get(name).mistakes))]


def answer(name, code):
    """Execute `code` as a notebook would, and return what the exercise checks."""
    namespace = {"__name__": "__main__"}
    exec(compile(code, name, "exec"), namespace)
    return namespace[exercises.get(name).answer]


def verdict(capsys, name, given):
    capsys.readouterr()
    result = exercises.check(name, given)
    return result, capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_solution_is_right(capsys, name):
    assert verdict(capsys, name, answer(name, exercises.get(name).solution)) == (True, f"{name}: right.\n")


@pytest.mark.parametrize("name", NAMES)
def test_untouched_prompt_is_not_yet_tried(capsys, name):
    for untouched in (answer(name, exercises.get(name).starter), None, ...):
        result, text = verdict(capsys, name, untouched)
        assert result is False and text.startswith(f"{name}: not yet tried") and text.count("\n") == 1


@pytest.mark.parametrize(("name", "number"), MISTAKES)
def test_typical_mistake_is_refused_with_a_reason(capsys, name, number):
    result, text = verdict(capsys, name, answer(name, exercises.get(name).mistakes[number]))
    assert result is False
    assert re.fullmatch(rf"{re.escape(name)}: not yet right: \S.{{20,}}\.\n", text), text


@pytest.mark.parametrize("name", NAMES)
def test_exercise_is_complete(capsys, name):
    exercise = exercises.get(name)
    assert exercise.name == name and re.fullmatch(r"[a-z0-9_]+\.[1-9]\d*", name)
    assert len(exercise.mistakes) >= 2 and exercise.hints
    exercises.prompt(name)
    assert exercise.prompt in (text := capsys.readouterr().out) and exercise.starter.strip() in text
    exercises.solution(name)
    assert capsys.readouterr().out == exercise.solution.strip() + "\n"


def test_exercises_of_a_topic_are_numbered_without_gaps():
    for topic in {name.split(".")[0] for name in NAMES}:
        numbers = [int(name.split(".")[1]) for name in NAMES if name.split(".")[0] == topic]
        assert numbers == list(range(1, len(numbers) + 1)), topic


def test_counter_example_is_the_smallest(capsys):
    _, text = verdict(capsys, "data.2", lambda names, groups: (names[:-1], names[-1:]))
    assert "names=['sun', 'wave', 'moon', 'wave-dark']" in text
    assert "'wave' trains and 'wave-dark' tests" in text


def raising(error):
    def split(names, groups):
        raise error

    return split


@pytest.mark.parametrize(
    ("given", "end"),
    [
        (raising(NotImplementedError()), "not yet tried."),
        (raising(NotImplementedError("no strings")), "not yet right: it stops with NotImplementedError: no strings."),
        (raising(KeyError("wave")), "not yet right: it stops with KeyError: 'wave'."),
        (raising(ValueError("first line.\nsecond line")), "not yet right: it stops with ValueError: first line."),
        (raising(ValueError("in user code:\n\n  File x\n\n  the reason.")), "it stops with ValueError: the reason."),
        (raising(AssertionError()), "not yet right: it stops with AssertionError."),
        (lambda names, groups: None, "not yet tried: <lambda> returns None, perhaps for want of a return."),
        (lambda names, groups: {"train": ..., "test": names}, "not yet tried."),
        (lambda names: names, "2 were given."),
        (7, "not yet right: it stops with TypeError: 'int' object is not callable."),
    ],
)
def test_whatever_is_given_is_answered_in_one_sentence(capsys, given, end):
    result, text = verdict(capsys, "data.2", given)
    assert result is False and text.count("\n") == 1
    assert text.startswith("data.2: not yet ") and text.endswith(end + "\n")


def test_hints_come_one_at_a_time_and_begin_again(capsys, monkeypatch):
    monkeypatch.setattr(exercises, "_hints_given", {})
    hints = exercises.get("data.1").hints
    for expected in (*hints, hints[0]):
        exercises.hint("data.1")
        assert capsys.readouterr().out.endswith(f" of {len(hints)}: {expected}\n")


@pytest.mark.parametrize("function", [exercises.prompt, exercises.hint, exercises.solution])
def test_unknown_name_prints_the_nearest(capsys, function):
    assert function("dtaa.1") is None
    assert capsys.readouterr().out == "There is no exercise 'dtaa.1': did you mean 'data.1'?\n"


def test_unknown_name_is_no_right_answer(capsys):
    result, text = verdict(capsys, 5, ...)
    assert result is False and text.startswith("There is no exercise 5: there are ") and "data.1" in text
