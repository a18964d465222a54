"""The boxes "Check the note": a statement of the study notes, what was measured, and what follows.

The verdict is computed, never written down: a notebook hands over a truth value that comes out of its measurement, and
the opposite measurement gives the opposite box.

Example:
    >>> from studylib.claims import check_the_note
    >>> ratio = 2.4
    >>> check_the_note("1.2", "AUTOTUNE makes a pipeline faster", holds=ratio > 1.1, evidence=f"{ratio:.1f} times")
    Check the note 1.2: "AUTOTUNE makes a pipeline faster"
    Measured: 2.4 times
    Verdict: ✓ holds
"""

import html
import re
from dataclasses import dataclass

import numpy as np

HOLDS, WITH_CONDITION, DOES_NOT_HOLD = "holds", "holds with a condition", "does not hold"
_SIGNS = {HOLDS: "✓", WITH_CONDITION: "~", DOES_NOT_HOLD: "✗"}
# Readable as a line beside text in Jupyter's light and dark themes; the sign says the same without colour.
_COLOURS = {HOLDS: "#2e9d5b", WITH_CONDITION: "#d18f00", DOES_NOT_HOLD: "#d0453e"}


@dataclass(frozen=True, repr=False)
class NoteCheck:
    """A box, as `check_the_note` returns it: Jupyter shows it as HTML, `print` as text.

    Attributes:
        number, claim, evidence, condition: as they were given; the condition is None unless it belongs to the verdict.
        verdict: HOLDS, WITH_CONDITION or DOES_NOT_HOLD.
    """

    number: str
    claim: str
    verdict: str
    evidence: str
    condition: str | None = None

    def __repr__(self):
        return "\n".join(f"{name} {text}" for name, text in self._lines())

    def _repr_html_(self):
        rows = "".join(f"<div><b>{_to_html(name)}</b> {_to_html(text)}</div>" for name, text in self._lines())
        colour = _COLOURS[self.verdict]
        return f'<div style="border-left: 6px solid {colour}; padding: 4px 12px; margin: 6px 0">{rows}</div>'

    def _lines(self):
        """(name, text) of each line of the box."""
        lines = [
            (f"Check the note {self.number}:", f'"{self.claim}"'),
            ("Measured:", self.evidence),
            ("Verdict:", f"{_SIGNS[self.verdict]} {self.verdict}"),
        ]
        return lines + [("Condition:", self.condition)] * (self.condition is not None)


def check_the_note(number, claim, holds, evidence, condition=None):
    """Make the box for one statement of the notes.

    Args:
        number: of the statement in the list of the notes' claims, such as "1.3".
        claim: what the note says, in our own words. `Code` may stand in backticks, here and below.
        holds: whether it holds by the measurement: the value of a comparison.
        evidence: the experiment and the numbers that decided, in a sentence.
        condition: what has to be the case for the statement to hold; None where it holds as it stands. Where the
            condition itself was measured, pass None if the measurement shows that it is not needed. Where the
            statement does not hold, the condition is not shown.

    Returns:
        A `NoteCheck`. Its verdict is "holds", "holds with a condition" or "does not hold".

    Raises:
        TypeError: where `holds` is not a single truth value, or a text is not a string.
        ValueError: where a text is empty.
    """
    if not isinstance(holds, (bool, np.bool_)):
        raise TypeError(f"holds must be True or False, the value of a comparison. Received: holds={holds!r}")
    texts = {"number": number, "claim": claim, "evidence": evidence}
    if condition is not None:
        texts["condition"] = condition
    for name, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{name} must be a string. Received: {name}={text!r}")
        if not text.strip():
            raise ValueError(f"{name} must say something. Received: {name}={text!r}")
    if not holds:
        return NoteCheck(number, claim, DOES_NOT_HOLD, evidence)
    return NoteCheck(number, claim, HOLDS if condition is None else WITH_CONDITION, evidence, condition)


def _to_html(text):
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
