"""The layers, losses, data and training loop behind the notebooks of the CycleGAN study.

Import what you need from its module: ``from studylib.data import load_task``. Nothing is imported here, so
``import studylib`` costs nothing.
"""

__version__ = "0.1.0"
