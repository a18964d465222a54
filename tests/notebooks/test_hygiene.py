"""The form of every notebook: what git holds, how it opens and ends, where its links lead."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
from run_notebook import notebook_parameters

from studylib import exercises

ROOT = Path(__file__).parent.parent.parent


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def prose(path):
    """The text of the notebook's markdown cells."""
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def tool(*command):
    done = subprocess.run([sys.executable, "-m", *map(str, command)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def dead_links(text, folder):
    """The relative links of the markdown `text`, Markdown's and HTML's, that lead to no file from `folder`."""
    text = re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    targets = re.findall(r"\]\(\s*<?([^)\s>]+)", text) + re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)""", text)
    targets += re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, flags=re.MULTILINE)
    relative = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    return [target for target in relative if not (folder / unquote(re.split("[#?]", target)[0])).exists()]


def test_study_has_its_first_notebook():
    assert (ROOT / "notebooks" / "00_start_here.ipynb").exists()


def test_is_valid_and_for_any_python3_kernel(notebook):
    content = read(notebook)
    nbformat.validate(content)
    assert content.metadata.kernelspec.name == "python3"
    assert set(content.metadata) <= {"kernelspec", "language_info"}
    assert set(content.metadata.get("language_info", {})) <= {"name"}


def test_holds_no_outputs_and_no_counts(notebook):
    for cell in code_cells(notebook):
        assert cell.outputs == [] and cell.execution_count is None, cell.source


def test_nbstripout_changes_nothing(notebook):
    tool("nbstripout", "--verify", "--keep-id", notebook)


def test_ruff_finds_nothing(notebook):
    tool("ruff", "check", "--quiet", notebook)


def test_cells_carry_tags_and_nothing_else(notebook):
    for cell in read(notebook).cells:
        assert set(cell.metadata) <= {"tags"}, cell.source
        tags = cell.metadata.get("tags", [])
        assert set(tags) <= {"parameters", "nbval-skip", "skip-execution"}, tags
        assert ("nbval-skip" in tags) == ("skip-execution" in tags), "a skipped cell is skipped by nbval and papermill"


def test_parameters_are_literals(notebook):
    assert notebook_parameters(notebook)


def test_cells_are_short(notebook):
    assert [cell.source for cell in code_cells(notebook) if len(cell.source.splitlines()) >= 30] == []


def test_opens_with_do_learn_need_time(notebook):
    first = read(notebook).cells[0]
    assert first.cell_type == "markdown" and first.source.startswith("# ")
    entries = re.findall(r"\*\*(Do|Learn|Need|Time)\b[.:]?\*\*", first.source)
    assert entries == ["Do", "Learn", "Need", "Time"]


def test_ends_with_the_sections_of_the_template(notebook):
    end = ["Check the note", "Exercises", "In practice", "Further reading"]
    if notebook.stem == "00_start_here":
        end = end[2:]
    headings = re.findall(r"^## (.+?)\s*$", prose(notebook), flags=re.MULTILINE)
    assert headings[-len(end) :] == end


def test_relative_links_resolve(notebook):
    assert dead_links(prose(notebook), notebook.parent) == []


def test_relative_links_of_the_pages_resolve():
    pages = [ROOT / "README.md", *(ROOT / "studylib").rglob("*.md")]
    assert {str(page): dead for page in pages if (dead := dead_links(page.read_text("utf-8"), page.parent))} == {}


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a b.svg").touch()
    alive = "[x](a%20b.svg#top) ![y](<a%20b.svg>) <img src='a%20b.svg'> [z](https://example.org) [w](#top) `[v](no.md)`"
    assert dead_links(alive, tmp_path) == []
    assert dead_links('[x](no.md) ![y](no.svg "title")\n\n[z]: no.txt', tmp_path) == ["no.md", "no.svg", "no.txt"]


def test_exercises_are_at_least_three_and_registered(notebook):
    source = "\n".join(cell.source for cell in code_cells(notebook))
    checked = re.findall(r"""exercises\.check\(\s*["']([^"']+)["']""", source)
    assert set(checked) <= set(exercises.names())
    if notebook.stem != "00_start_here":
        topic = notebook.stem.split("_", 1)[1]
        assert len(checked) == len(set(checked)) >= 3
        assert set(checked) == {name for name in exercises.names() if name.split(".")[0] == topic}
