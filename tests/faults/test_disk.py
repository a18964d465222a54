"""After a full disk, a read-only folder, or a power cut that has cut off a file, a run goes on exactly."""

import builtins
import errno
import io
import os
import shutil
import stat
import warnings
import zipfile
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest
from test_training import AtStep, assert_same_run, run_tiny, tiny_gan

from studylib.training import RunFolder, read_history

# The files of a tiny run in the order in which they are completed.
FILES = (
    "config", "first checkpoint", "its second file", "history 1", "history 2", "history 3", "last checkpoint",
    "its second file, too", "model",
)  # fmt: skip
FULL_AT = ("first checkpoint", "history 2", "model")  # without --full
REFUSAL = "could not be written: {}. What was there before is as it was. .* make the folder writable, and run the same"


def pytest_generate_tests(metafunc):
    if "full_at" in metafunc.fixturenames:
        metafunc.parametrize("full_at", FILES if metafunc.config.getoption("--full") else FULL_AT)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    return path, *run_tiny(path)


def continued(uninterrupted, path, start=9):
    """Run again to the end, by default from start values that must not matter, and compare."""
    gan, rows = run_tiny(path, tiny_gan(start))
    assert_same_run(*uninterrupted[1:], gan, rows)


# ---- full disk -------------------------------------------------------------------------------------------------------


def test_run_goes_on_when_there_is_room_again(full_at, uninterrupted, tmp_path, monkeypatch):
    """A file system may notice only when it is told to finish a file; here it is the given one, half of which is lost.

    The tiny run makes no checkpoint between the first and the last: what is lost is all between them.
    """
    completed = []

    def fsync(descriptor, fsync=os.fsync):
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        completed.extend([descriptor] * is_file)
        if is_file and len(completed) == 1 + FILES.index(full_at):
            os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    gan = tiny_gan()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match=REFUSAL.format("No space left on device")) as full:
            run_tiny(tmp_path, gan)
    assert full.value.errno == errno.ENOSPC and len(completed) == 1 + FILES.index(full_at)
    assert not list(tmp_path.rglob(".writing_*"))  # it gives back what it took
    is_early = FILES.index(full_at) < FILES.index("history 1")
    assert int(gan.generator_optimizer.iterations) == (0 if is_early else min(4 * (FILES.index(full_at) - 2), 12))
    continued(uninterrupted, tmp_path, start=1 if is_early else 9)


@pytest.mark.skipif(os.name == "nt", reason="platform: limits of a process are POSIX")
def test_run_goes_on_after_a_checkpoint_that_stopped_half_way(uninterrupted, tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit():
        size = (RunFolder(tmp_path).checkpoints()[-1] / "model.keras").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, before[1]))

    try:
        with pytest.raises(OSError, match=REFUSAL.format("File too large")):
            run_tiny(tmp_path, callbacks=[AtStep(5, limit)], checkpoint_minutes=1e-9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    names = [path.name for path in (tmp_path / "checkpoints").iterdir()]
    assert sorted(names) == ["step_000000004", "step_000000005"]
    continued(uninterrupted, tmp_path)


# ---- read-only folder ------------------------------------------------------------------------------------------------


@contextmanager
def refused_by_a_patch(folder):
    """What a read-only file system answers. The patch is for those whom no permission stops: root, and Windows."""

    def refusing(function, writes):
        def answer(path, *arguments, **options):
            if not isinstance(path, int) and str(path).startswith(str(folder)) and writes(*arguments, **options):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            return function(path, *arguments, **options)

        return answer

    def opens_for_writing(mode="r", *arguments, **options):
        return set(mode) & set("wax+")

    with pytest.MonkeyPatch.context() as patch:
        for module in (builtins, io):
            patch.setattr(module, "open", refusing(open, opens_for_writing))
        patch.setattr(os, "open", refusing(os.open, lambda flags, *_, **__: flags & (os.O_WRONLY | os.O_RDWR)))
        for name in ("mkdir", "replace"):
            patch.setattr(os, name, refusing(getattr(os, name), lambda *_, **__: True))
        yield


@contextmanager
def refused_by_permissions(folder):
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


KINDS = [
    refused_by_a_patch,
    pytest.param(
        refused_by_permissions,
        marks=pytest.mark.skipif(
            os.name == "nt" or os.geteuid() == 0, reason="platform: no permission stops root, or Windows"
        ),
    ),
]


@pytest.mark.parametrize("read_only", KINDS)
def test_read_only_folder_is_refused_before_the_first_step(read_only, tmp_path):
    gan = tiny_gan()
    with read_only(tmp_path), pytest.raises(OSError, match=REFUSAL.format("(Read-only|Permission) .*")):
        run_tiny(tmp_path / "new", gan)
    assert int(gan.generator_optimizer.iterations) == 0 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("read_only", KINDS)
def test_run_goes_on_when_the_folder_may_be_written_again(read_only, uninterrupted, tmp_path):
    with ExitStack() as door:
        shut = AtStep(5, lambda: door.enter_context(read_only(tmp_path)))
        with pytest.raises(OSError, match=REFUSAL.format("(Read-only|Permission) .*")):
            run_tiny(tmp_path, callbacks=[shut], checkpoint_minutes=1e-9)
        with pytest.raises(OSError, match=REFUSAL.format("(Read-only|Permission) .*")):
            run_tiny(tmp_path)
    assert RunFolder(tmp_path).checkpoints()[-1].name == "step_000000005"
    continued(uninterrupted, tmp_path)


# ---- power cut -------------------------------------------------------------------------------------------------------


@pytest.fixture
def finished(uninterrupted, tmp_path):
    """A copy of a finished run."""
    return shutil.copytree(uninterrupted[0], tmp_path / "copy")


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("name", ["history.csv", "model.keras", "config.json"])
def test_file_that_was_cut_off_is_written_anew(name, uninterrupted, finished, recwarn):
    path = finished / name
    whole = path.read_bytes()
    cut_off(path)
    continued(uninterrupted, finished)
    if name == "model.keras":  # it notes when it was made
        assert RunFolder(finished).has_model() and path.stat().st_size > 0.9 * len(whole)
    else:
        assert path.read_bytes() == whole
    said = [str(warning.message) for warning in recwarn]
    written_anew = [text for text in said if "is damaged" in text and "It is written anew, with the settings" in text]
    assert len(written_anew) == (name == "config.json")


def test_newest_checkpoint_that_was_cut_off_is_replaced(uninterrupted, finished):
    newest = RunFolder(finished).checkpoints()[-1]
    cut_off(newest / "model.keras")
    with pytest.warns(UserWarning, match=rf"{newest.name} is damaged \(.*\); trying the one before"):
        continued(uninterrupted, finished)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*is damaged")
        continued(uninterrupted, finished)


@pytest.mark.parametrize("content", ["", "epoch,step,d_A\n", "epoch,step,d_A\n1,4,0.2\n2,8\n", "epoch,d_A\n1,0.2x\n"])
def test_damaged_history_is_said(content, tmp_path):
    (tmp_path / "history.csv").write_text(content)
    with pytest.raises(ValueError, match="Received: .*history.csv, which is damaged. Continue the run: it writes the"):
        read_history(tmp_path)


def test_the_two_newest_checkpoints_stay_and_none_of_a_later_step(tmp_path):
    def names(run):
        return [path.name for path in run.checkpoints()]

    model = SimpleNamespace(save=lambda path: zipfile.ZipFile(path, "w").close())
    run = RunFolder(tmp_path)
    for step in (1, 20, 300):
        run.save_checkpoint(model, {"step": step})
    assert names(run) == ["step_000000020", "step_000000300"]
    run = RunFolder(tmp_path)  # begun anew from step 20, because 300 was damaged
    run.save_checkpoint(model, {"step": 21})
    assert names(run) == ["step_000000020", "step_000000021"]
