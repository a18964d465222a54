"""Checks of arguments that more than one file of this folder needs."""

import operator


def check_whole_number(name, value, least, most=None):
    """Return `value` as an int.

    Raises:
        ValueError: naming the argument and what was received, unless `value` is a whole number in least..most.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)  # takes NumPy's integers, refuses 3.5
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        limits = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {limits}. Received: {name}={value!r}")
    return number
