"""Execute a notebook with checked parameters through papermill (``make train``).

papermill only warns about a mistyped parameter and trains with the default; here it is refused before anything runs.

Example:
    python tools/run_notebook.py notebooks/09_cyclegan.ipynb runs/mine/09_cyclegan.ipynb --cwd notebooks -p epochs 3
"""

import argparse
import ast
import difflib
import logging
import math
import os
import shutil
import sys
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError

from studylib.arguments import shown

MOST_BYTES = 100_000_000
_NO_PYTHON = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)  # what ast says of hostile text


def notebook_parameters(path):
    """Return the parameters of the notebook at `path` as a dict of names and default values.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no notebook; or not exactly one cell is tagged ``parameters``, assigning literals to
            names only.
    """
    try:
        path = Path(path)
    except TypeError:
        raise ValueError(f"path must be that of a notebook. Received: path={shown(path)}") from None
    try:
        is_file = path.is_file()
    except OSError:  # a name that is too long, a folder that may not be read
        is_file = False
    if not is_file:
        raise FileNotFoundError(f"There is no notebook {shown(str(path))}.")
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} is too large for a notebook: {path.stat().st_size:,} bytes.")
    try:
        notebook = nbformat.read(path, as_version=4)
        cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    except Exception as error:  # no text, no JSON, no notebook: each has an error of its own, some of many lines
        raise ValueError(f"{path.name} cannot be read as a notebook ({type(error).__name__}).") from error
    if len(cells) != 1:
        raise ValueError(f"{path.name} must have exactly one cell tagged parameters. Received: {len(cells)}")
    try:
        statements = ast.parse(cells[0].source).body
    except _NO_PYTHON as error:
        raise ValueError(f"{path.name}: the parameters cell is no Python ({type(error).__name__}).") from None
    parameters = {}
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        try:
            (name,) = [target.id for target in targets]
            parameters[name] = ast.literal_eval(statement.value)
        except (AttributeError, *_NO_PYTHON):
            raise ValueError(
                f"{path.name}: the parameters cell may only assign literals, one name a line. "
                f"Received: {shown(ast.get_source_segment(cells[0].source, statement))}"
            ) from None
    return parameters


def checked(path, given):
    """Return `given` with the types of the defaults of the notebook at `path`.

    Args:
        path: the notebook.
        given: dict of names and values; text, as typed on a command line, is read as a Python literal where the
            default is no text, and has to be one where the default is None. ``folder:PATH`` is made absolute, for
            notebooks run in a folder of their own.

    Raises:
        ValueError: for a name the notebook does not have (with the nearest one), or a value of another type.
    """
    defaults, result = notebook_parameters(path), {}
    for name, value in given.items():
        if not isinstance(name, str) or name not in defaults:
            text = name[:100] if isinstance(name, str) else shown(name)
            nearest = difflib.get_close_matches(text, defaults, n=1)
            way_out = f"did you mean {nearest[0]}?" if nearest else f"it has {', '.join(defaults)}."
            raise ValueError(f"{Path(path).name} has no parameter {text}: {way_out} Received: {text}={shown(value)}")
        result[name] = _like(defaults[name], name, value, Path(path).name)
    return result


def _like(default, name, value, notebook):
    """`value` with the type of the default; with a default of None any literal."""
    received = f"Received: {name}={shown(value)}"
    if isinstance(value, str) and not isinstance(default, str):
        try:
            value = ast.literal_eval(value)
        except _NO_PYTHON:
            if default is None:  # it would stay a text, such as "false", which is as good as True
                raise ValueError(
                    f"{notebook}: {name} must be True, False, None, a number, or a text in quotes. {received}"
                ) from None
    try:
        if isinstance(value, str) and value.startswith("folder:"):
            value = f"folder:{Path(value.removeprefix('folder:')).expanduser().absolute()}"
        if type(default) is float and type(value) is int:
            value = float(value)
    except (RuntimeError, OverflowError):  # ~ of a user whom nobody knows; an int that no float can hold
        raise ValueError(f"{notebook}: {name} must be something that exists. {received}") from None
    if default is not None and type(value) is not type(default):
        raise ValueError(
            f"{notebook}: {name} must be of type {type(default).__name__}, as its default {default!r} is. {received}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{notebook}: {name} must be a finite number. {received}")
    return value


def main(arguments=None):
    """Run the command line `arguments`; return 0, or 2 for a wrong parameter, 1 for what fails while it runs."""
    parser = argparse.ArgumentParser(description="Execute a notebook with checked parameters.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("output", type=Path, help="where the executed notebook is written, from the first cell on")
    parser.add_argument("-p", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"), help="one parameter")
    parser.add_argument("--cwd", type=Path, help="the folder in which the notebook runs")
    options = parser.parse_args(arguments)
    try:
        parameters = checked(options.notebook, dict(options.p))
        output = options.output.absolute()
        output.parent.mkdir(parents=True, exist_ok=True)
        if options.cwd and not options.cwd.is_dir():
            raise ValueError(f"--cwd must be a folder. Received: {options.cwd}")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    logging.getLogger("papermill").setLevel(logging.ERROR)
    print(f"Running {options.notebook} into {options.output}", flush=True)
    try:
        papermill.execute_notebook(
            options.notebook.absolute(),
            output,
            parameters,
            cwd=options.cwd,
            progress_bar=False,
            stdout_file=sys.stdout,
            stderr_file=sys.stderr,
            coalesce_streams=True,  # a progress bar is kept as its last state
        )
    except papermill.PapermillExecutionError as error:
        print(f"\nA cell stopped with {error.ename}: {error.evalue}\nSee {options.output}", file=sys.stderr)
        return 1
    except DeadKernelError:
        print("\nThe notebook's Python died, perhaps for want of memory: repeat the command.", file=sys.stderr)
        return 1
    except OSError as error:  # papermill writes the notebook after every cell
        print(
            f"\n{options.output} could not be written ({error}). Make room, or make the folder writable, and repeat "
            "the command: what the notebook has saved stays.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: repeat the command to continue from the last checkpoint.", file=sys.stderr)
        return 130
    return 0


def prepare_terminal():
    """Let kernels know the terminal's width, for their progress bars, and keep their second voice off it.

    What a kernel writes to the standard error it inherits, past its cells' outputs, mostly repeats those outputs.
    """
    os.environ["COLUMNS"], os.environ["LINES"] = map(str, shutil.get_terminal_size(fallback=(200, 50)))
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


if __name__ == "__main__":
    prepare_terminal()
    sys.exit(main())
