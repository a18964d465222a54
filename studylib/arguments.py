"""Checks of arguments, shared by the whole package: one sentence that names the argument and what was received."""

import numbers
import operator


def whole_number(name, value, at_least=1, at_most=None):
    """Return `value` as an int; NumPy's integers are taken, True and 3.0 are not.

    Raises:
        ValueError: unless `value` is a whole number from `at_least` to `at_most` (None: without an upper limit).
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < at_least or (at_most is not None and number > at_most):
        limits = f"of at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"
        raise ValueError(f"{name} must be a whole number {limits}. Received: {name}={value!r}")
    return number


def real_number(name, value, at_least=0.0, at_most=float("inf"), above=float("-inf")):
    """Return `value`, unchanged.

    Raises:
        ValueError: unless `value` is a finite number from `at_least` to `at_most`, and more than `above`.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (is_number and at_least <= value <= at_most and above < value < float("inf")):
        limits = f"more than {above:g}" if above >= at_least else f"{at_least:g} or more"
        limits = limits if at_most == float("inf") else f"a number from {at_least:g} to {at_most:g}"
        raise ValueError(f"{name} must be {limits}. Received: {name}={value!r}")
    return value
