"""An exercise of notebook 09: recorded runs without a name, and which sickness each has."""

from studylib.exercises import Exercise

# What stands behind the numbers: a kind of run, and which of its recorded seeds.
PATIENTS = {
    "1": ("does nothing", 1),
    "2": ("healthy", 3),
    "3": ("colour inversion", 3),
    "4": ("collapsed discriminator", 1),
    "5": ("learned by heart", 3),
}
KINDS = tuple(sorted(kind for kind, _ in PATIENTS.values()))


def patients():
    """The runs that the exercise shows: a dict from number to history."""
    from studylib.training.health_runs import recorded_runs

    runs = recorded_runs()
    return {number: runs[kind][seed] for number, (kind, seed) in PATIENTS.items()}


def check_diagnosis(diagnosis):
    """Compare with what was done to each run."""
    from studylib.training.health import examine

    if not isinstance(diagnosis, dict) or set(diagnosis) != set(PATIENTS):
        return f"diagnosis must name each of the runs {', '.join(PATIENTS)}. Received: {diagnosis!r}."
    for number, (kind, _) in PATIENTS.items():
        named = diagnosis[number]
        if named not in KINDS:
            return f"run {number} must be one of {', '.join(map(repr, KINDS))}. Received: {named!r}."
        if named != kind:
            (finding, *_) = examine(patients()[number])
            return f"run {number} is not {named!r}: {finding.evidence}."
    return None


DIAGNOSIS = Exercise(
    name="cyclegan.5",
    prompt=(
        "Which sickness is it? The picture shows five recorded runs without their names. Give each number one of "
        f"{', '.join(map(repr, KINDS))}; each comes once."
    ),
    starter="""
diagnosis = {"1": ..., "2": ..., "3": ..., "4": ..., "5": ...}
""",
    answer="diagnosis",
    check=check_diagnosis,
    hints=(
        "Look at the discriminators first: in two runs they are near 0, and no generator gets past them.",
        "Of these two, one does hand its pictures through: its cycle and identity terms are low.",
        "Of the other three, one has dotted curves that leave the solid ones, and one has identity terms far above its "
        "cycle terms.",
    ),
    solution="""
diagnosis = {
    "1": "does nothing",
    "2": "healthy",
    "3": "colour inversion",
    "4": "collapsed discriminator",
    "5": "learned by heart",
}
""",
    mistakes=(
        # Both runs whose discriminators win, mixed up.
        """
diagnosis = {
    "1": "collapsed discriminator",
    "2": "healthy",
    "3": "colour inversion",
    "4": "does nothing",
    "5": "learned by heart",
}
""",
        # Identity terms overlooked.
        """
diagnosis = {
    "1": "does nothing",
    "2": "colour inversion",
    "3": "healthy",
    "4": "collapsed discriminator",
    "5": "learned by heart",
}
""",
        # A word that is none of the names.
        """
diagnosis = {
    "1": "sick",
    "2": "healthy",
    "3": "colour inversion",
    "4": "collapsed discriminator",
    "5": "learned by heart",
}
""",
    ),
)

EXERCISES = (DIAGNOSIS,)
