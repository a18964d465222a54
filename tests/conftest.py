"""What every test shares: quiet TensorFlow, the option ``--full``, and no silent skip where skips are forbidden."""

import os

import hypothesis
import latency
import psutil
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# A deadline would measure the machine, not the code.
hypothesis.settings.register_profile("study", deadline=None)
hypothesis.settings.load_profile("study")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="run the notebooks with their default parameters")


def pytest_collection_modifyitems(items):
    """The notebooks are run first: a file stays with one worker, and theirs takes the longest by far."""
    items.sort(key=lambda item: item.path.name != "test_execution.py")


@pytest.hookimpl(optionalhook=True)  # where pytest-xdist is loaded
def pytest_xdist_auto_num_workers(config):
    """One more than there are cores, as tests often wait for a browser or a kernel; where 4 GB are free for each."""
    return max(1, min(psutil.cpu_count() + 1, psutil.virtual_memory().available // 4_000_000_000))


def pytest_configure(config):
    config.pluginmanager.register(latency)
    if os.environ.get("STUDYLIB_NO_SKIPS") == "1":
        config.pluginmanager.register(NoSkips())


class NoSkips:
    """Fails the run that skips a test (STUDYLIB_NO_SKIPS=1); a reason that begins with ``platform:`` is exempt."""

    def __init__(self):
        self.skips = []

    def pytest_runtest_logreport(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2].removeprefix("Skipped: ")
            if not reason.startswith("platform:"):
                self.skips.append(f"{report.nodeid}: {reason}")

    pytest_collectreport = pytest_runtest_logreport

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        if self.skips and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.skips:
            terminalreporter.section("skipped where STUDYLIB_NO_SKIPS=1 forbids it", red=True)
            for skip in self.skips:
                terminalreporter.line(skip)
