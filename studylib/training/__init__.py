"""Training services for any model of the study: run folder, callbacks, exact resume, several devices or machines."""

from studylib.training.cluster import choose_strategy
from studylib.training.distributed import train_distributed
from studylib.training.memory import estimated_memory, memory_sentence
from studylib.training.run_folder import RunFolder, read_history
from studylib.training.train import train

__all__ = [
    "RunFolder",
    "choose_strategy",
    "estimated_memory",
    "memory_sentence",
    "read_history",
    "train",
    "train_distributed",
]
