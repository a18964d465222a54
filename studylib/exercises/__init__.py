"""The exercises at the end of the notebooks, one module a notebook.

``check`` says what is wrong with an answer by its smallest counter-example; ``hint`` and ``solution`` help on request.
Nothing here raises: an exercise left open never stops a notebook.

Example:
    >>> from studylib import exercises
    >>> exercises.check("data.2", ...)
    data.2: not yet tried.
    False
"""

import difflib
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studylib.arguments import shown


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Args:
        name: ``"<topic>.<number>"``, the topic being that of the notebook, as in ``"data.1"``.
        prompt: what is asked, in a few sentences.
        starter: code as it stands in the notebook, with ``...`` where the answer goes.
        answer: the name of the function or variable that the code defines and that is checked.
        check: takes the answer; returns None if it is right, else a sentence that says what is wrong, with the
            smallest counter-example. It may raise: whatever a wrong answer causes is reported in one sentence.
        hints: from a nudge to nearly the answer.
        solution: code that defines the answer.
        mistakes: code of typical wrong answers, at least two. The tests see to it that ``check`` refuses each.
    """

    name: str
    prompt: str
    starter: str
    answer: str
    check: Callable[[Any], str | None]
    hints: tuple[str, ...]
    solution: str
    mistakes: tuple[str, ...]


class NotTried(Exception):
    """The answer is still the notebook's ``...``."""


def check(name, answer):
    """Print whether `answer` solves the exercise `name`, with a counter-example if not; return True or False."""
    exercise = _find(name)
    if exercise is None:
        return False
    try:
        problem = exercise.check(_tried(answer))
    except Exception as error:  # an answer may do anything, and the notebook must go on
        if isinstance(error, NotTried) or (isinstance(error, NotImplementedError) and not error.args):
            print(f"{name}: not yet tried{_reason(error)}.")
            return False
        problem = f"it stops with {type(error).__name__}{_reason(error)}."
    print(f"{name}: not yet right: {problem}" if problem else f"{name}: right.")
    return problem is None


def prompt(name):
    """Print what the exercise `name` asks and the code to begin with."""
    if exercise := _find(name):
        print(f"{name}: {exercise.prompt}\n\n{exercise.starter.strip()}")


def hint(name):
    """Print a hint for the exercise `name`: the next one at every call, then the first again."""
    if exercise := _find(name):
        number = _hints_given.get(name, 0) % len(exercise.hints)
        _hints_given[name] = number + 1
        print(f"{name}, hint {number + 1} of {len(exercise.hints)}: {exercise.hints[number]}")


def solution(name):
    """Print code that solves the exercise `name`."""
    if exercise := _find(name):
        print(exercise.solution.strip())


def names():
    """Return the names of all exercises, in the order of the modules of this folder."""
    return list(_registered())


def get(name):
    """Return the ``Exercise`` called `name`; raise KeyError if there is none."""
    return _registered()[name]


_hints_given = {}


@functools.cache
def _registered():
    # Every module of this folder is a topic and lists its exercises in EXERCISES.
    topics = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {exercise.name: exercise for topic in topics for exercise in topic.EXERCISES}


def _find(name):
    if isinstance(name, str) and name in _registered():
        return get(name)
    nearest = difflib.get_close_matches(name[:50] if isinstance(name, str) else "", names(), n=1)
    way_out = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(names())}."
    print(f"There is no exercise {shown(name)}: {way_out}")
    return None


def _tried(answer):
    """Return `answer`; a function comes back as one that raises NotTried where it returns nothing."""
    if answer is None or _holds_ellipsis(answer):
        raise NotTried
    if not inspect.isroutine(answer):
        return answer

    @functools.wraps(answer)
    def watched(*args, **kwargs):
        result = answer(*args, **kwargs)
        if result is None:
            raise NotTried(f"{answer.__name__} returns None, perhaps for want of a return")
        if _holds_ellipsis(result):
            raise NotTried
        return result

    return watched


def _holds_ellipsis(value):
    if isinstance(value, dict):
        value = tuple(value.values())
    return value is ... or (isinstance(value, (tuple, list)) and any(_holds_ellipsis(item) for item in value))


def _reason(error):
    """Return one line of the error's message, as the end of a sentence."""
    lines = str(error).strip().splitlines() or [""]
    message = lines[-1 if lines[0].endswith(":") else 0].strip().rstrip(".")  # tf: "in user code:", traceback, reason
    return f": {message}" if message else ""
