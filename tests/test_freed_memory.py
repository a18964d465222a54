"""Freed memory stays in the process: page faults are counted."""

import os
import platform
import subprocess
import sys

import pytest

from studylib import freed_memory

PAGES = 10_000
# A large block is taken, touched page by page, and freed, 20 times; the first round is not counted.
PROGRAM = f"""
import ctypes, resource, studylib
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def once():
    block = libc.malloc({PAGES} * 4096)
    ctypes.memset(block, 1, {PAGES} * 4096)
    libc.free(block)
once()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    once()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(**environment):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_", "STUDYLIB_KEEP"))
    }
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=kept | environment, capture_output=True, text=True)
    assert not run.returncode, run.stderr
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="platform: only glibc hands large blocks back at once")
def test_a_large_block_is_taken_anew_without_new_pages():
    assert faults() < PAGES / 10
    # Huge pages, where the system uses them, are fewer.
    assert faults(STUDYLIB_KEEP_MEMORY="0") > 10 * (faults() + 1)


@pytest.mark.parametrize("name", ["MALLOC_ARENA_MAX", "GLIBC_TUNABLES", freed_memory.SWITCH])
def test_choice_of_the_user_stays(name, monkeypatch):
    monkeypatch.setenv(name, "0")
    assert not freed_memory.keep()


def test_elsewhere_nothing_is_done(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not freed_memory.keep()
