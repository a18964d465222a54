"""Nothing that a user gets wrong, and no file that somebody sends, leads to more than one clear sentence.

Each input is tried in a child process: it must be refused by a ValueError or an OSError of one line that says what was
received and comes from studylib itself; within 30 s and 1 GB; and no code that a file brings along may run.
"""

import collections
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import hostile_files
import hostile_texts
import numpy as np
import pytest
from judging import fault_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# TensorFlow takes seconds to start: four processes try all groups.
PROCESSES = ("entries_core,entries_toys", "entries_pictures,texts", "pictures,weights", "entries_deployment,exported")
# Linux counts a parent's peak of memory as its child's, and a worker of pytest has had much: a small process between.
BETWEEN = [sys.executable, "-c", "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"]
SECONDS = 600  # for a process that nothing else stops


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """All hostile files, in one folder for each kind."""
    folder = tmp_path_factory.mktemp("fuzz")
    canary, write = folder / "canary", hostile_files.write
    pictures, networks, texts = hostile_files.pictures(canary), hostile_files.networks(canary), hostile_texts.texts()
    write(folder / "pictures", pictures)
    write(folder / "large", hostile_files.large_pictures())
    write(folder / "arrays", hostile_files.arrays(canary))
    write(folder / "networks", networks)
    write(folder / "texts", texts)
    write(folder / "notebooks", hostile_texts.notebooks())
    write(folder / "tf_configs", hostile_texts.tf_configs())
    (folder / "temporary" / "files").mkdir(parents=True)
    hostile_files.loops(folder / "links")
    for name, content in pictures.items():
        for part in ("trainA", "trainB"):
            write(folder / "tasks" / name / part, {name: content, "sound.png": hostile_files.encoded("PNG")})
    links = hostile_files.loops(folder / "tasks" / "links" / "trainA")
    hostile_files.loops(folder / "tasks" / "links" / "trainB")
    if links:
        (folder / "tasks" / "itself").mkdir()
        for part in ("trainA", "trainB"):
            os.symlink(part, folder / "tasks" / "itself" / part)
    settings = {"task": "shapes/plain2striped", "image_size": 16, "commit": "x"}
    for name, content in networks.items():
        sound = json.dumps(settings).encode()
        write(folder / "shelf" / name, {"card.json": sound, "g_AB.keras": content, "g_BA.keras": content})
        write(folder / "runs" / name, {"config.json": sound, "model.keras": content})
        checkpoint = folder / "faulty" / name / "checkpoints" / "step_000000001"
        write(checkpoint, {"state.json": b'{"step": 1}', "model.keras": content})
    for name, content in texts.items():
        write(folder / "cards" / name, {"card.json": content, "g_AB.keras": b"x", "g_BA.keras": b"x"})
        write(folder / "runs" / name, {"config.json": content, "model.keras": b"x"})
    return folder


@pytest.fixture(scope="module")
def reports(folder, request):
    """A function from names of groups to the lines that their process left."""
    made = {}

    def report(groups):
        if groups not in made:
            command = [*BETWEEN, sys.executable, str(HERE / "run_group.py"), groups, str(folder)]
            command += ["--full"] if request.config.getoption("--full") else []
            surroundings = os.environ | {"STUDYLIB_CACHE": str(folder / "cache"), "KERAS_HOME": str(folder / "keras")}
            surroundings |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "temporary" / "files"))
            with open(folder / "output.txt", "w", encoding="utf-8") as output:
                options = {"stdout": output, "stderr": subprocess.STDOUT, "cwd": ROOT, "env": surroundings}
                status = subprocess.run(command, timeout=SECONDS, **options).returncode
            path = folder / f"{groups}.jsonl"
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
            if not (lines and lines[-1].get("finished")):
                output = (folder / "output.txt").read_text("utf-8", "replace")[-2000:]
                lines.append({"problem": f"the process ended with status {status}:\n{output}", "what": str(lines[-1:])})
            made[groups] = lines
        return made[groups]

    return report


@pytest.mark.parametrize("groups", PROCESSES)
def test_every_bad_input_gets_one_clear_sentence(groups, reports, record_property, capsys):
    lines = reports(groups)
    tried = collections.Counter(line["kind"] for line in lines if "kind" in line)
    told = f"{sum(tried.values())} hostile inputs: " + ", ".join(f"{n} {kind}" for kind, n in tried.most_common())
    record_property("hostile inputs", told)
    with capsys.disabled():
        print(f"\n{groups}: {told}")
    problems = [f"{line['what']}: {line['problem']}" for line in lines if line.get("problem")]
    assert not problems, f"{len(problems)} of {told}\n" + "\n".join(problems)
    assert sum(tried.values()) > 300


def test_every_public_function_is_tried_or_excused(reports):
    (found,) = [line["uncovered"] for line in reports(PROCESSES[0]) if "uncovered" in line]
    assert not any(found.values()), {fault: names for fault, names in found.items() if names}


def test_no_member_of_an_archive_lands_outside_it(folder, reports):
    """Who unpacks carelessly does so in a folder for temporary files, as Keras has one, or where the program runs."""
    used = {line["temporary"] for groups in PROCESSES[2:] for line in reports(groups) if "temporary" in line}
    assert not any(folder.parent.rglob("evil.txt*"))
    assert not any(path for up in (".", "..", "../..") for path in (ROOT / up).glob("evil.txt*"))
    (temporary,) = map(Path, used)
    (place := temporary / "arm").mkdir()
    (place / "../../evil.txt").write_text("x")  # it would have been found
    (found,) = folder.parent.rglob("evil.txt*")
    found.unlink()


def test_payloads_are_armed(folder, reports):
    """What is refused above would have run, had it been loaded carelessly."""
    canary = folder / "canary"
    reports(PROCESSES[2]), reports(PROCESSES[3])  # what they found must not be disturbed
    for load in (
        lambda: pickle.loads((folder / "arrays" / "pickle.pth").read_bytes()),
        lambda: np.load(folder / "arrays" / "pickle.npy", allow_pickle=True),
        lambda: np.load(folder / "arrays" / "objects.npz", allow_pickle=True)["model.1.weight"],
    ):
        load()
        assert canary.exists()
        canary.unlink()
    armed = [line["armed"] for groups in PROCESSES[2:] for line in reports(groups) if "armed" in line]
    assert armed == [True, True]


def raised(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return error
    return None


def refused(sentence):
    """An error that stands in for one of studylib's: a few lines of code that claim to be a file of the package."""
    code = compile(f"raise ValueError({sentence!r})", str(ROOT / "studylib" / "made_up.py"), "exec")
    return raised(exec, code)


def test_judge_knows_a_good_sentence_from_others():
    assert fault_of(refused("n must be a whole number. Received: n=-3"), -3) is None
    assert fault_of(raised(open, "no/such/file"), "no/such/file") is None
    assert fault_of(refused("n must be at least 1. Received: n=0"), 0) is None
    assert "does not name" in fault_of(refused("n must be at least 10. Received: a number"), 0)
    assert "does not name" in fault_of(refused("name must be one of 'a', 'b'. Received: 'c'"), "xyz")
    assert "does not name" in fault_of(refused("n must be a whole number."), -3)
    assert "no single sentence" in fault_of(refused("n is wrong:\n-3"), -3)
    assert "no single sentence" in fault_of(refused(""), -3)
    assert "no single sentence" in fault_of(refused("x" * 10_000))
    assert "stops with KeyError" in fault_of(raised({}.__getitem__, "x"), "x")
    assert "deep inside" in fault_of(raised(np.zeros((2, 3)).reshape, 7), 7)


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        ("b'x' * 600_000_000", "it took 0.6 GB of memory"),
        ("run([sys.executable, '-c', 'b\"x\" * 600_000_000'])", "a child process of it took 0.6 GB of memory"),
        ("run([sys.executable, '-c', 'pass'])", None),
    ],
)
def test_judge_counts_memory_of_children_too(act, problem, tmp_path):
    pytest.importorskip("resource")
    code = f"""
import pathlib, sys
from subprocess import run
import judging
held, judging.MEMORY = b"x" * 300_000_000, 200_000_000
judge = judging.Judge("report", pathlib.Path("canary"))
judge.attempt("", "", lambda: {act}, may_be_taken=True)
"""
    surroundings = os.environ | {"PYTHONPATH": str(HERE)}
    subprocess.run([*BETWEEN, sys.executable, "-c", code], cwd=tmp_path, env=surroundings, check=True, timeout=60)
    assert json.loads((tmp_path / "report").read_text("utf-8").splitlines()[-1])["problem"] == problem
