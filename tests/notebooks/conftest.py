"""The notebooks that exist, so that a new one is tested from its first day."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def pytest_generate_tests(metafunc):
    if "notebook" in metafunc.fixturenames:
        found = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        metafunc.parametrize("notebook", found, ids=[path.stem for path in found])
