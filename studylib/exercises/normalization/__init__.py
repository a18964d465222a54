"""Exercises of notebook 03: the equation, groups, a layer under the wrong name, and what inference may not see."""

from studylib.exercises.normalization.equations import GROUPS, INSTANCE
from studylib.exercises.normalization.mistakes import BATCH, REPAIRED

EXERCISES = (INSTANCE, GROUPS, REPAIRED, BATCH)
