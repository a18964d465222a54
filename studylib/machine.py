"""Is this machine ready for the study? What was found, what is wanted, and the way out where they differ."""

import dataclasses
import html
import importlib.metadata
import os
import platform
import shutil

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PACKAGES = ("tensorflow", "keras", "numpy")
# What the longest command of the study (`make train`) is allowed to take, and what the stated times were meant for.
MEMORY_FREE_GB, DISK_FREE_GB, CORES = 4, 2, 2


@dataclasses.dataclass(frozen=True)
class Readings:
    """What a machine has.

    Attributes:
        python: version of the running Python, such as "3.12.4".
        packages: dict from the names in PACKAGES to installed versions; None where a package is missing.
        memory_free_gb, memory_total_gb: main memory, in 10^9 bytes.
        disk_free_gb: free space where the working folder lies, in 10^9 bytes.
        cores: processor cores that this process may use.
        gpus: names of the accelerators that TensorFlow can use.
        has_nvidia_driver: True where an NVIDIA driver is installed, whether TensorFlow can use the GPU or not.
        system: name of the operating system and processor.
        wanted_python: range of versions that the package studylib accepts, such as ">=3.11,<3.14".
        wanted_packages: the same for the names in PACKAGES. Both are empty where studylib is not installed.
    """

    python: str
    packages: dict
    memory_free_gb: float
    memory_total_gb: float
    disk_free_gb: float
    cores: int
    gpus: tuple = ()
    has_nvidia_driver: bool = False
    system: str = ""
    wanted_python: str = ""
    wanted_packages: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the report: `problem` is a sentence with the way out, and empty where all is well."""

    what: str
    found: str
    wanted: str
    problem: str = ""
    remark: str = "fine"

    @property
    def verdict(self):
        return self.problem or self.remark


@dataclasses.dataclass(frozen=True)
class MachineReport:
    """The result of `check_machine`: shows itself as a table, in a notebook and in a terminal."""

    rows: tuple

    @property
    def problems(self):
        """The sentences about what is missing, too small or of the wrong version."""
        return [row.problem for row in self.rows if row.problem]

    @property
    def summary(self):
        n = len(self.problems)
        if not n:
            return "This machine is ready for the study."
        return f"{n} {'thing needs' if n == 1 else 'things need'} your attention; the last column says what to do."

    def __repr__(self):
        table = [("", "found", "wanted", "verdict")]
        table += [(row.what, row.found, row.wanted, row.verdict) for row in self.rows]
        widths = [max(len(line[i]) for line in table) for i in range(3)]
        padded = [(*map(str.ljust, line[:3], widths), line[3]) for line in table]
        return "\n".join([*map("  ".join, padded), self.summary])

    def _repr_html_(self):
        # A mark and no colours: the page's own theme, light or dark, decides on those.
        def line(row):
            mark = "⚠" if row.problem else "✓"
            cells = (f"<b>{html.escape(row.what)}</b>", *map(html.escape, (row.found, row.wanted)))
            cells = (*cells, f"{mark} {html.escape(row.verdict)}")
            return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"

        head = "".join(f'<th style="text-align:left">{name}</th>' for name in ("", "found", "wanted", "verdict"))
        body = "".join(map(line, self.rows))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{html.escape(self.summary)}</p>"


def check_machine(readings=None):
    """Compare this machine with what the study needs.

    Example:
        >>> check_machine()          # the last expression of a cell: shows a table
        >>> check_machine().problems
        []

    Args:
        readings: `Readings` to judge; None reads this machine.

    Returns:
        A `MachineReport`. Nothing is raised for a machine that does not fit: the report says so.
    """
    readings = readings or read_machine()
    rows = [_python(readings), *(_package(readings, name) for name in PACKAGES)]
    rows += [_memory(readings), _cores(readings), _accelerator(readings), _disk(readings)]
    return MachineReport(tuple(rows))


def read_machine():
    """Read this machine: `Readings`. Imports TensorFlow, which takes some seconds the first time."""
    # Here and not above: a wrong set-up must not keep the report from being made.
    import psutil

    memory = psutil.virtual_memory()
    wanted_python, wanted_packages = wanted_versions()
    return Readings(
        python=platform.python_version(),
        packages={name: _installed(name) for name in PACKAGES},
        memory_free_gb=memory.available / 1e9,
        memory_total_gb=memory.total / 1e9,
        disk_free_gb=shutil.disk_usage(os.getcwd()).free / 1e9,
        cores=usable_cores(),
        gpus=_gpus(),
        has_nvidia_driver=shutil.which("nvidia-smi") is not None,
        system=f"{platform.system()} {platform.machine()}",
        wanted_python=wanted_python,
        wanted_packages=wanted_packages,
    )


def usable_cores():
    """Processor cores that this process may use: a batch system may lend fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wanted_versions():
    """The ranges that pyproject.toml states, as the installed package carries them.

    Returns:
        (python, packages): a range, and a dict from the names in PACKAGES to ranges; "" and {} where studylib is not
        installed.
    """
    try:
        about = importlib.metadata.metadata("studylib")
    except importlib.metadata.PackageNotFoundError:
        return "", {}
    requirements = [Requirement(text) for text in about.get_all("Requires-Dist") or []]
    # Those with a marker belong to optional extras.
    plain = {r.name: str(r.specifier) for r in requirements if r.marker is None}
    return about["Requires-Python"] or "", {name: plain[name] for name in PACKAGES if name in plain}


def _installed(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _gpus():
    try:
        import tensorflow as tf
    except ImportError:
        return ()
    gpus = tf.config.list_physical_devices("GPU")
    return tuple(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus)


def _readable(range_):
    """A version range as people write it: ">=3.11,<3.14" -> "3.11 or later, before 3.14"."""
    words = {">=": "{} or later", "<": "before {}", "==": "{}"}
    parts = sorted(SpecifierSet(range_), key=lambda part: part.operator != ">=")
    return ", ".join(words.get(part.operator, part.operator + "{}").format(part.version) for part in parts)


def _python(readings):
    found, range_ = f"{readings.python}, {readings.system}".rstrip(", "), readings.wanted_python
    if not range_:
        problem = (
            "studylib itself is not installed in this Python, so no version can be checked: start with `make study`, "
            "or choose the kernel of the environment that was set up for it."
        )
    elif SpecifierSet(range_).contains(readings.python, prereleases=True):
        problem = ""
    else:
        problem = (
            f"The study runs on Python {_readable(range_)}. Received: {readings.python}. Install a fitting Python and "
            "run `make study` again; it finds the interpreter by itself."
        )
    return Row("Python", found, _readable(range_), problem)


def _package(readings, name):
    found, range_ = readings.packages.get(name), readings.wanted_packages.get(name, "")
    title = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}[name]
    way_out = "`make study` installs the tested versions; with conda: `conda env update -f environment.yml`."
    problem = ""
    if found is None:
        problem = f"{title} is not installed. {way_out}"
    elif not SpecifierSet(range_).contains(found, prereleases=True):
        problem = f"The study is tested with {title} {_readable(range_)}. Received: {found}. {way_out}"
    return Row(title, found or "none", _readable(range_), problem)


def _memory(readings):
    free, total = readings.memory_free_gb, readings.memory_total_gb
    problem = ""
    if free < MEMORY_FREE_GB:
        problem = f"Only {free:.1f} GB of memory are free: close other programs and notebooks that are still running. "
        problem += (
            f"This machine has {total:.1f} GB in all, so the long training may still not fit: give it a smaller "
            "batch_size."
            if total < 2 * MEMORY_FREE_GB
            else "Then run this cell again."
        )
    return Row("Memory", f"{free:.1f} GB free of {total:.1f} GB", f"{MEMORY_FREE_GB} GB free", problem)


def _cores(readings):
    problem = ""
    if readings.cores < CORES:
        problem = (
            f"With {readings.cores} core everything works and takes about twice the stated time; where you can choose, "
            f"give this machine {CORES} cores or more."
        )
    return Row("Processor", f"{readings.cores} core{'s' * (readings.cores != 1)}", f"{CORES} cores", problem)


def _accelerator(readings):
    if readings.gpus:
        return Row("Accelerator", ", ".join(readings.gpus), "none needed", remark="found: training will use it")
    if readings.has_nvidia_driver:
        problem = (
            "An NVIDIA driver is installed, and TensorFlow cannot use the GPU. The study runs without; to use it, "
            "install the extra (Linux or WSL): `.venv/bin/python -m pip install -e '.[gpu]'`, then restart the kernel."
        )
        return Row("Accelerator", "NVIDIA, not in use", "none needed", problem)
    return Row("Accelerator", "none", "none needed", remark="fine: all stated times are without one")


def _disk(readings):
    free = readings.disk_free_gb
    problem = ""
    if free < DISK_FREE_GB:
        problem = (
            f"Only {free:.1f} GB of disk are free where this notebook lies: delete old folders in runs/, or move the "
            "study to another disk."
        )
    return Row("Disk", f"{free:.1f} GB free", f"{DISK_FREE_GB} GB free", problem)
