"""Every notebook runs: once through nbval, with small numbers or (``--full``) with those it is read with.

papermill puts the parameters into a copy in a folder of its own, and nbval executes that copy in lax mode: an exception
fails, outputs are compared nowhere. The training notebook goes through ``make train``'s own command besides.
"""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.font_manager  # looks for fonts in the home folder, once: now, and not in a notebook
import nbformat
import numpy as np
import papermill
import pytest
from fast import FAST  # the entry of a new notebook goes into tests/fast.py
from PIL import Image
from run_notebook import checked, main

from studylib.xla_cache import cache_folder

ROOT = Path(__file__).parent.parent.parent
WATCH = Path(__file__).parent / "watch"
SYSTEM = [Path("/") / name for name in "bin dev etc lib lib64 opt proc run sys usr var/db Library System".split()]
CYCLEGAN = ROOT / "notebooks" / "09_cyclegan.ipynb"


@pytest.fixture
def folder(tmp_path):
    """A folder in place of the repository: notebooks write beside themselves and into ../runs."""
    for name in ("notebooks/recorded", "images"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "notebooks").mkdir(exist_ok=True)
    return tmp_path


def nbval(copy, timeout):
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    command += [f"--nbval-cell-timeout={timeout}", f"--rootdir={copy.parent}", f"--confcutdir={copy.parent}", str(copy)]
    environment = os.environ | own_folders(copy.parent.parent)
    done = subprocess.run(command, cwd=copy.parent, env=environment, capture_output=True, text=True)
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def own_folders(folder):
    """An environment whose settings and temporary files are in `folder`, where opened.txt will list what is opened."""
    names = ("TMPDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "KERAS_HOME")
    for name in names:
        (folder / name.lower()).mkdir(exist_ok=True)
    path = os.pathsep.join(filter(None, [str(WATCH), os.environ.get("PYTHONPATH")]))
    places = {name: str(folder / name.lower()) for name in names}
    return {**places, "PYTHONPATH": path, "STUDYLIB_OPENED": str(folder / "opened.txt")}


def opened_elsewhere(folder):
    """What was opened outside the study, its cache, Python's installation and the system: the reader's own files."""
    study = [folder, ROOT, cache_folder(), Path(matplotlib.get_cachedir()), Path(matplotlib.get_configdir())]
    allowed = [os.path.realpath(path) for path in (*study, sys.prefix, sys.base_prefix, *SYSTEM)]
    opened = map(os.path.realpath, (folder / "opened.txt").read_text().splitlines())
    return [path for path in opened if not any(os.path.commonpath([path, root]) == root for root in allowed)]


def test_notebook_runs(notebook, folder, request):
    full = request.config.getoption("--full")
    parameters = {} if full else checked(notebook, FAST[notebook.stem])
    copy = folder / "notebooks" / notebook.name
    papermill.execute_notebook(notebook, copy, parameters, prepare_only=True)
    status, report = nbval(copy, timeout=1200 if full else 120)
    assert status == 0, report[-6000:]
    assert opened_elsewhere(folder) == []


def test_reading_elsewhere_is_noticed(folder, tmp_path_factory):
    private = tmp_path_factory.mktemp("home") / "private.txt"
    private.write_text("mine")
    own = folder / "notebooks" / "own.txt"
    source = f"open({str(own)!r}, 'w').close()\nopen({str(private)!r}).read()"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), own.with_name("reads.ipynb"))
    assert nbval(own.with_name("reads.ipynb"), timeout=60)[0] == 0
    assert own.exists() and opened_elsewhere(folder) == [os.path.realpath(private)]


def test_nbval_fails_on_an_exception_and_obeys_the_skip_tag(folder):
    v4 = nbformat.v4
    skipped = v4.new_code_cell("raise RuntimeError('skipped')", metadata={"tags": ["nbval-skip", "skip-execution"]})
    raising = v4.new_code_cell("raise RuntimeError('raised')")
    nbformat.write(v4.new_notebook(cells=[skipped, raising]), folder / "notebooks" / "raises.ipynb")
    status, report = nbval(folder / "notebooks" / "raises.ipynb", timeout=60)
    assert status == 1 and "RuntimeError: raised" in report and "RuntimeError: skipped" not in report


def command(folder, **parameters):
    """The arguments with which ``make train`` runs the training notebook, into a run called test."""
    options = [word for name, value in parameters.items() for word in ("-p", name, str(value))]
    output = folder / "runs" / "test" / CYCLEGAN.name
    return [str(CYCLEGAN), str(output), "--cwd", str(folder / "notebooks"), *options]


@pytest.mark.parametrize(
    ("parameter", "sentence"),
    [
        ({"epoch": 3}, "has no parameter epoch: did you mean epochs? Received: epoch='3'"),
        ({"epochs": "three"}, "must be of type int"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(folder, capsys, parameter, sentence):
    assert main(command(folder, **parameter)) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.err.count("\n") == 1
    assert not (folder / "runs").exists()


def test_text_for_a_parameter_without_a_type_is_a_literal_or_refused():
    """jit_compile has the default None; Keras takes the text "false" for true."""
    for text, value in (("False", False), ("None", None), ("2", 2), ("'auto'", "auto")):
        assert checked(CYCLEGAN, {"jit_compile": text}) == {"jit_compile": value}
    assert checked(CYCLEGAN, {"jit_compile": True}) == {"jit_compile": True}
    for text in ("false", "no", ""):
        with pytest.raises(ValueError, match=f"must be True, False, None, .* Received: jit_compile='{text}'"):
            checked(CYCLEGAN, {"jit_compile": text})


def small_notebook(path, source):
    """A notebook of two cells, the first of them its parameters."""
    v4 = nbformat.v4
    cells = [v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}), v4.new_code_cell(source)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def test_output_that_cannot_be_written_is_reported_in_a_sentence(folder, capsys):
    output = folder / "out.ipynb"
    small_notebook(folder / "in.ipynb", f"import os\nos.remove({str(output)!r})\nos.mkdir({str(output)!r})")
    assert main([str(folder / "in.ipynb"), str(output)]) == 1
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert re.search(r"out.ipynb could not be written \(.*\)\. Make room, .* repeat the command", said)


def test_folder_of_ones_own_is_found_from_the_notebooks_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert checked(CYCLEGAN, {"task": "folder:mine"}) == {"task": f"folder:{folder / 'mine'}"}


def test_small_folder_of_ones_own_is_trained_on_to_the_end(folder):
    """Twelve pictures a domain, numbered alike, and no test folders: nothing is a pair, and one picture is held out."""
    random = np.random.default_rng(0)
    for part in ("trainA", "trainB"):
        (folder / part).mkdir()
        for i in range(12):
            Image.fromarray(random.integers(0, 256, (40, 36, 3), dtype=np.uint8)).save(folder / part / f"{i}.png")
    parameters = FAST["09_cyclegan"] | {"run_name": "test", "task": f"folder:{folder}"}
    assert main(command(folder, **parameters)) == 0
    assert (folder / "runs" / "test" / "final.png").stat().st_size > 0
    assert not (folder / "runs" / "test" / "errors.json").exists()


def test_wrong_value_stops_with_the_sentence_of_the_package(folder, capsys):
    parameters = FAST["09_cyclegan"] | {"run_name": "test", "task": "openmoji/line2colour"}
    assert main(command(folder, **parameters)) == 1
    assert re.search(r"A cell stopped with ValueError: .*openmoji/line2colour", capsys.readouterr().err)
    executed = nbformat.read(folder / "runs" / "test" / CYCLEGAN.name, as_version=4)
    assert any("papermill-error-cell-tag" in cell.metadata.get("tags", []) for cell in executed.cells)


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_dead_kernel_is_reported_in_a_sentence(folder, capsys):
    small_notebook(folder / "dies.ipynb", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert main([str(folder / "dies.ipynb"), str(folder / "out.ipynb")]) == 1
    assert "The notebook's Python died" in capsys.readouterr().err


def history(folder):
    path = folder / "runs" / "test" / "history.csv"
    return list(csv.reader(path.read_text().splitlines())) if path.exists() else []


@pytest.mark.skipif(os.name == "nt", reason="platform: POSIX signals")
def test_training_stopped_by_ctrl_c_continues(folder, capsys):
    parameters = FAST["09_cyclegan"] | {"run_name": "test", "epochs": 4, "checkpoint_minutes": 0.01}
    arguments = command(folder, **parameters)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "run_notebook.py"), *arguments],
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore Ctrl-C
    )
    deadline = time.monotonic() + 300
    while process.poll() is None and len(history(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    stopped = history(folder)
    assert 2 <= len(stopped) < 5

    assert main(arguments) == 0
    assert "Continuing" in capsys.readouterr().out
    finished = history(folder)
    assert len(finished) == 5 and finished[: len(stopped)] == stopped
    run_folder = folder / "runs" / "test"
    for name in (CYCLEGAN.name, "model.keras", "config.json", "samples/epoch_004.png", "final.png"):
        assert (run_folder / name).stat().st_size > 0, name
    executed = nbformat.read(run_folder / CYCLEGAN.name, as_version=4)
    code = [cell for cell in executed.cells if cell.cell_type == "code" and "skip-execution" not in cell.metadata.tags]
    assert all(cell.execution_count for cell in code)
