"""Set-up: three lists of packages that agree, a Makefile that finds a Python, runs that refuse wrong parameters."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
MAKE = shutil.which("make")

needs_make = pytest.mark.skipif(MAKE is None, reason="platform: make is not installed")


def lock_pins():
    """The requirements of the lock, read without the code that writes environment.yml."""
    lines = [line for line in LOCK.splitlines() if line.strip() and not line.startswith((" ", "#"))]
    return [Requirement(line.rstrip("\\ ")) for line in lines]


def locked_requirements():
    """Every requirement of pyproject.toml that the lock was made for."""
    extras = PROJECT["optional-dependencies"]
    return [Requirement(r) for r in PROJECT["dependencies"] + extras["dev"] + extras["tfds"] + extras["tensorboard"]]


@pytest.fixture(autouse=True)
def no_outer_make(monkeypatch):
    """The make under test is not to know of the one that may run these tests (`make test`)."""
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("requirement", locked_requirements(), ids=lambda requirement: requirement.name)
def test_lock_has_a_pin_in_the_range_of_every_dependency(requirement):
    pins = [pin for pin in lock_pins() if canonicalize_name(pin.name) == canonicalize_name(requirement.name)]
    assert pins, f"{requirement.name} is not in requirements.lock: run `make lock`"
    for pin in pins:
        (specifier,) = pin.specifier
        assert specifier.operator == "==" and requirement.specifier.contains(specifier.version)


def test_every_pin_carries_hashes():
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert len(entries) == len(lock_pins()) > 100
    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []


def test_lists_name_no_registry():
    for name in ("requirements.lock", "environment.yml", "pyproject.toml", "Makefile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), name
    assert not (ROOT / "uv.lock").exists()


def test_environment_has_the_pins_and_markers_of_the_lock():
    (pip,) = [entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict)]
    *pins, package = pip
    assert package == "-e ."
    assert [Requirement(pin) for pin in pins] == lock_pins()


def test_environment_has_a_python_that_the_project_admits():
    (python,) = [e for e in ENVIRONMENT["dependencies"] if isinstance(e, str) and e.startswith("python=")]
    admitted = SpecifierSet(PROJECT["requires-python"])
    assert admitted.contains(f"{python.removeprefix('python=')}.0")
    assert [minor for minor in range(8, 20) if admitted.contains(f"3.{minor}.5")] == [11, 12, 13]


@needs_make
def test_help_lists_every_target():
    text = subprocess.run([MAKE, "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\S+)\s+\S.*$", text, flags=re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(phony.split())
    assert {"study", "test", "train", "test-full", "help", "lock"} <= set(listed)


# Interpreters for a PATH of our own: each is a script that runs this Python under a changed identity.
MAC = "import sys, platform, venv, ensurepip; sys.platform = 'darwin'; "
BEFORE = {
    "good": "",
    "3.10": "import sys; sys.version_info = (3, 10, 4); ",
    "3.14": "import sys; sys.version_info = (3, 14, 0); ",
    "no ensurepip": "import sys; sys.modules['ensurepip'] = None; ",
    "32 bit": "import sys; sys.maxsize = 2**31 - 1; ",
    "Intel Mac": MAC + "platform.machine = lambda: 'x86_64'; ",
    "Apple silicon": MAC + "platform.machine = lambda: 'arm64'; ",
}


def fake_python(folder, name, kind):
    folder.mkdir(exist_ok=True)
    path = folder / name
    if kind == "failing shim":
        path.write_text("#!/bin/sh\necho 'shim: command not found' >&2\nexit 127\n")
    else:
        code = f"{BEFORE[kind]}exec(__import__('sys').argv[1])"
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$2"\n')
    path.chmod(0o755)
    return str(path)


def find_python(folders, *make_arguments):
    environment = {"PATH": os.pathsep.join(map(str, folders))}
    command = [MAKE, "--silent", "-C", str(ROOT), "SHELL=/bin/sh", "interpreter", *make_arguments]
    # `sh` itself is found by make, the interpreter must come from the folders.
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture
def shell_folder(tmp_path):
    """A folder with the shell and no Python."""
    folder = tmp_path / "shell"
    folder.mkdir()
    (folder / "sh").symlink_to("/bin/sh")
    return folder


@needs_make
def test_finder_takes_the_newest_that_works(tmp_path, shell_folder):
    fake_python(tmp_path / "a", "python3.13", "failing shim")
    fake_python(tmp_path / "a", "python3.12", "no ensurepip")
    fake_python(tmp_path / "a", "python3", "3.10")
    good = fake_python(tmp_path / "a", "python3.11", "good")
    assert find_python([shell_folder, tmp_path / "a"]).stdout.strip() == good


@needs_make
def test_finder_looks_behind_a_failing_shim(tmp_path, shell_folder):
    fake_python(tmp_path / "shims", "python3", "failing shim")
    good = fake_python(tmp_path / "a folder", "python3", "good")
    assert find_python([shell_folder, tmp_path / "shims", tmp_path / "a folder"]).stdout.strip() == good


@needs_make
def test_finder_admits_apple_silicon(tmp_path, shell_folder):
    good = fake_python(tmp_path / "a", "python3", "Apple silicon")
    assert find_python([shell_folder, tmp_path / "a"]).stdout.strip() == good


@needs_make
@pytest.mark.parametrize("kind", ["failing shim", "3.10", "3.14", "no ensurepip", "32 bit", "Intel Mac"])
def test_finder_refuses_in_one_sentence(tmp_path, shell_folder, kind):
    fake_python(tmp_path / "a", "python3", kind)
    done = find_python([shell_folder, tmp_path / "a"])
    assert done.returncode != 0 and done.stdout == ""
    sentence = done.stderr.splitlines()[0]
    assert "Python 3.11, 3.12 or 3.13" in sentence and "PYTHON=" in sentence


@needs_make
def test_named_python_is_the_only_candidate(tmp_path, shell_folder):
    old = fake_python(tmp_path / "a", "python3.10", "3.10")
    good = fake_python(tmp_path / "a", "python3.12", "good")
    folders = [shell_folder, tmp_path / "a"]
    refused = find_python(folders, f"PYTHON={old}")
    assert refused.returncode != 0 and f"Received: PYTHON={old}" in refused.stderr
    assert find_python(folders, f"PYTHON={good}").stdout.strip() == good


@pytest.fixture
def copy(tmp_path):
    """A copy of what an installation needs, so that no build folder appears in the repository."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("tools", "studylib"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_package_installs_without_make(copy, tmp_path):
    """As on Windows, where there is no make; every module and data file of the package arrives."""
    target = tmp_path / "site"
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, "."], cwd=copy, check=True)
    files = {path.relative_to(copy) for path in (copy / "studylib").rglob("*") if path.is_file()}
    assert {path.relative_to(target) for path in (target / "studylib").rglob("*") if path.suffix != ".pyc"} >= files


# A Python whose `-m venv` puts another such Python into the new folder, and whose `-m pip` succeeds or fails by a file.
STUB = """#!/bin/sh
case "$1 $2" in
    "-c "*) exit 0 ;;
    "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    "-m pip") echo "$@" >> pip.log; [ -e pip.works ] ;;
    *) echo "python $*" ;;
esac
"""


@needs_make
def test_set_up_is_repeated_until_it_succeeded_and_then_once_a_lock(copy):
    stub = copy / "stub"
    stub.write_text(STUB)
    stub.chmod(0o755)

    def make():
        done = subprocess.run([MAKE, "test", f"PYTHON={stub}"], cwd=copy, capture_output=True, text=True)
        calls = (copy / "pip.log").read_text().splitlines() if (copy / "pip.log").exists() else []
        (copy / "pip.log").unlink(missing_ok=True)
        return done, calls

    failed, calls = make()
    assert failed.returncode != 0 and "python -m pytest" not in failed.stdout and len(calls) == 1
    (copy / "pip.works").touch()
    done, calls = make()
    assert done.returncode == 0 and "python -m pytest" in done.stdout
    assert "--require-hashes -r requirements.lock" in calls[0] and calls[1].endswith("-e .") and len(calls) == 2
    assert make()[1] == []
    os.utime(copy / "requirements.lock")  # a checkout that changes the time alone
    assert make()[1] == []
    with open(copy / "requirements.lock", "a") as lock:
        lock.write("# another lock\n")
    os.utime(copy / "requirements.lock", (2**31, 2**31))
    assert len(make()[1]) == 2


@needs_make
def test_train_hands_its_variables_to_the_notebook():
    variables = ["TASK=openmoji/flat2outlined", "PARAMETERS=-p batch_size 4"]
    command = [MAKE, "--dry-run", "train", *variables]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert '"runs/openmoji-flat2outlined/09_cyclegan.ipynb" --cwd notebooks' in text
    assert '-p run_name "openmoji-flat2outlined" -p task "openmoji/flat2outlined"' in text
    *_, notebook, report = text.rstrip().splitlines()
    assert notebook.endswith("-p batch_size 4")
    assert report.endswith('tools/write_report.py "runs/openmoji-flat2outlined"')


@pytest.mark.parametrize(
    ("reason", "forbidden", "status"),
    [("no browser", "1", 1), ("no browser", "", 0), ("platform: only on macOS", "1", 0)],
)
def test_skips_fail_a_run_that_forbids_them(tmp_path, reason, forbidden, status):
    for name in ("conftest.py", "latency.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path)
    test = f"import pytest\n\ndef test_a():\n    pass\n\ndef test_b():\n    pytest.skip({reason!r})\n"
    (tmp_path / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path)]
    environment = os.environ | {"STUDYLIB_NO_SKIPS": forbidden, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stdout
    assert ("test_it.py::test_b: no browser" in done.stdout) == (status == 1)
    assert "1 passed, 1 skipped" in done.stdout.splitlines()[-1]  # pytest's summary stays the last line


def test_workflow_runs_the_browser_tests_where_they_may_not_be_skipped():
    """Ubuntu's Chromium is a snap that no container can start: so Debian, through the script that demands a browser,
    and npm for the page of `make web`."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    debian = [job for job in workflow["jobs"].values() if str(job.get("container", "")).startswith("debian:")]
    assert [".ci/run" in [step.get("run") for step in job["steps"]] for job in debian] == [True]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "for program in chromium npm; do" in script and re.search(r'apt-get install .* "\$\{missing\[@\]\}"', script)
    assert "export STUDYLIB_REQUIRE_BROWSER=1 STUDYLIB_NO_SKIPS=1\nexec make test\n" in script
