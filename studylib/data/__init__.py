"""Images of two domains: `load_task` finds or draws them, `Task.pipeline` turns them into batches."""

from studylib.data.load import TASK_NAMES, load_task
from studylib.data.task import Task

__all__ = ["TASK_NAMES", "Task", "load_task"]
