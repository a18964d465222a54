"""One attempt with one hostile input, and what is wrong with its outcome."""

import contextlib
import faulthandler
import json
import sys
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
OURS = (str(ROOT / "studylib"), str(ROOT / "tools"))
MEMORY = 2**30  # bytes that one input may cost
SECONDS = 30  # that one input may take
LONGEST = 1800  # characters of a sentence
NOTHING = object()


class Judge:
    """Makes attempts and writes each down as a line of JSON; the last line names what was under way when a child died.

    Args:
        report: path of the file.
        canary: path that no input may bring into being.
    """

    def __init__(self, report, canary):
        self.report, self.canary = open(report, "a", encoding="utf-8"), canary

    def attempt(self, kind, what, function, *arguments, value=NOTHING, may_be_taken=False):
        """Call `function(*arguments)`, which must refuse its input by one sentence.

        Args:
            kind: for the count.
            what: which function, and which of its arguments or which file.
            value: what the sentence must name; NOTHING where a file is at fault.
            may_be_taken: True where the input may also be sound.
        """
        text = f"{what} = {_text(value)}" if value is not NOTHING else what
        self.note(begun=text)
        held, (peak, of_children) = psutil.Process().memory_info().rss, highest_memory()
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        try:
            result = function(*arguments)
            problem = None if may_be_taken else f"it was taken, and gave {_text(result)}"
        except Exception as error:
            problem = fault_of(error, value)
        finally:
            faulthandler.cancel_dump_traceback_later()
        if self.canary.exists():
            self.canary.unlink()
            problem = "it ran the code that the input brought along"
        now, child = highest_memory()
        if now > peak and now - held > MEMORY:
            problem = f"it took {(now - held) / 1e9:.1f} GB of memory"
        if child > max(of_children, now, MEMORY):  # Linux counts for a child what its parent had when it began
            problem = f"a child process of it took {child / 1e9:.1f} GB of memory"
        self.note(kind=kind, what=text, problem=problem)

    def note(self, **line):
        """Write a line of the report."""
        print(json.dumps(line), file=self.report, flush=True)


def highest_memory():
    """The most main memory that this process, and that any of its children, has had so far, in bytes."""
    try:
        import resource
    except ImportError:  # Windows, which says nothing of children
        return psutil.Process().memory_info().peak_wset, 0
    unit = 1 if sys.platform == "darwin" else 1024
    return [resource.getrusage(who).ru_maxrss * unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def limit_memory(extra):
    """Let an attempt fail, not the machine, where the memory is not watched well. Only Linux counts what is asked."""
    if sys.platform == "linux":
        import resource

        most = psutil.Process().memory_info().vms + extra
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def fault_of(error, value=NOTHING):
    """Why an error is not one clear sentence, or None."""
    text = str(error)
    said = f"{type(error).__name__}: {_text(text)}"
    if not isinstance(error, (ValueError, OSError)):
        return f"it stops with {said}"
    if "\n" in text.strip() or not text.strip() or len(text) > LONGEST:
        return f"no single sentence of at most {LONGEST} characters: {said}"
    if not isinstance(error, OSError) and not (place := _origin(error)).startswith(OURS):
        return f"it comes from deep inside, {place}: {said}"
    # What stands before "Received:" says what is wanted, and may hold the value by chance: 0 is in "at least 10".
    told = text if isinstance(error, OSError) else "".join(text.partition("Received:")[1:])
    if value is not NOTHING and not any(name in told for name in names_of(value)):
        return f"it does not name what it received: {said}"
    return None


def names_of(value):
    """The ways in which a sentence may name a value."""
    kind = type(value).__name__
    found = {f"={kind}", f"Received: {kind}", f"of type {kind}"}
    found |= {f" {kind}"} if kind not in ("str", "int", "float", "bool") else set()
    with contextlib.suppress(Exception):  # not everything has a text
        text = " ".join(repr(value).split())
        found |= {text[:20], text[1:20] if len(text) > 2 else ""}  # within quotes of another kind
    with contextlib.suppress(Exception):  # or a shape
        found |= {str(np.shape(value)), " x ".join(map(str, np.shape(value)))}
    if isinstance(value, str):
        rest = value.partition(":")[2]  # a path behind "folder:"
        found |= {value[:20]} if value else {"''"}
        found |= {rest[:20], repr(rest)[1:20]} if rest else set()
    if isinstance(value, np.ndarray):
        found |= {value.dtype.name, "finite", *(f"={size}" for size in value.shape), *["empty"] * (not value.size)}
    if isinstance(value, dict):
        value = [*value, *value.values()] or ["empty"]
    if isinstance(value, (list, tuple)):
        found |= {name for part in value for name in names_of(part)} if value else {"empty", "()", "(0,)"}
    return found - {""}


def _origin(error):
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename


def _text(value, most=120):
    try:
        text = " ".join((value if isinstance(value, str) else repr(value)).split())
    except Exception:
        text = f"something of type {type(value).__name__}"
    return text if len(text) <= most else f"{text[:most]} ..."
