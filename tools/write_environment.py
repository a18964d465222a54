"""Write environment.yml, for conda users, from the pins of requirements.lock (a part of ``make lock``)."""

import re
from pathlib import Path

HEAD = """\
# conda env create -f environment.yml && conda activate studylib && jupyter lab notebooks/00_start_here.ipynb
# Written by `make lock` from requirements.lock: the same versions, for conda and for Windows.
name: studylib
channels: [conda-forge]
dependencies:
  - python=3.12
  - pip
  - pip:
"""


def environment(lock):
    """Return the text of environment.yml for the text of a lock file: its pins and markers, then the package."""
    pins = re.findall(r"^([A-Za-z0-9][^\\\n]*?)\s*\\?$", lock, flags=re.MULTILINE)
    return HEAD + "".join(f'      - "{pin}"\n' for pin in [*pins, "-e ."])


if __name__ == "__main__":
    root = Path(__file__).parent.parent
    new = root / "environment.yml.new"
    new.write_text(environment((root / "requirements.lock").read_text(encoding="utf-8")), encoding="utf-8")
    new.replace(root / "environment.yml")
