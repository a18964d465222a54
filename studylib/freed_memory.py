"""Memory that a training step frees is kept for the next step, instead of being handed back to the system.

A step compiled by XLA takes all its intermediate results as one block and frees it when it ends. glibc takes a block
of that size from the system anew every time, and the system fills its pages with zeros one by one, as they are
touched: for notebook 09's U-Net that is 35,000 pages and two fifths of the processor's time.
"""

import ctypes
import os
import platform

SWITCH = "STUDYLIB_KEEP_MEMORY"  # 0: leave glibc as it is
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # their numbers in glibc's malloc.h


def keep():
    """Let glibc keep what is freed. Returns whether it does: elsewhere than on Linux there is nothing to do.

    The process then stays as large as it has been at its largest. A choice of the user, by STUDYLIB_KEEP_MEMORY=0 or
    by glibc's own variables, stays.
    """
    chosen = [name for name in os.environ if name.startswith("MALLOC_") or name == "GLIBC_TUNABLES"]
    if platform.libc_ver()[0] != "glibc" or chosen or os.environ.get(SWITCH) == "0":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # a Python that is linked with another library than its system's
        return False
    # No block of its own for a large piece; and what lies free at the end of the heap stays there, up to 2 GB.
    return bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
