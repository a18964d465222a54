"""The layers, losses, data and training loop behind the notebooks of the CycleGAN study.

Import what you need from its module: ``from studylib.data import load_task``. Of the large libraries none is
imported here, so ``import studylib`` takes a moment only.
"""

from studylib import freed_memory, xla_cache

__version__ = "0.1.0"

xla_cache.set_up()
freed_memory.keep()
