"""Training services for any model of the study: run folder, callbacks, exact resume."""

from studylib.training.memory import estimated_memory, memory_sentence
from studylib.training.run_folder import RunFolder, read_history
from studylib.training.train import train

__all__ = ["RunFolder", "estimated_memory", "memory_sentence", "read_history", "train"]
