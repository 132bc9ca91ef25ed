"""The chapters are committed as a reader wants to find them: executed, described, and tidy.

nbval compares outputs with those of a new run, but says nothing when outputs were stripped, so
these tests look at the files themselves.
"""

import ast
import html
import re
from pathlib import Path

import nbformat
import pytest

from coursework.course import role

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = sorted(NOTEBOOKS.glob("*.ipynb"))
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users|usr)/")
CONDESCENDING = re.compile(r"\b(simply|obviously|clearly|trivial|trivially|just)\b", re.I)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(chapter):
    return [cell for cell in chapter.cells if cell.cell_type == "code"]


def shows_something(source):
    """Tell whether a cell prints, shows a picture, or ends in a value."""
    if re.search(r"^(print|plots\.show|display|ch\d\d\.\w+)\(", source, re.M):
        return True
    last = ast.parse(source).body[-1]
    return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call)


def test_there_are_chapters():
    assert len(CHAPTERS) >= 2


def test_valid(chapter):
    nbformat.validate(chapter)


def test_executed_in_order_from_a_fresh_kernel(chapter):
    counts = [cell.execution_count for cell in code_cells(chapter)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_output_was_stripped(chapter):
    for cell in code_cells(chapter):
        silent = "solution" in cell.metadata.get("tags", []) or not shows_something(cell.source)
        assert bool(cell.outputs) or silent, cell.source


def test_no_errors_and_nothing_on_stderr(chapter):
    for cell in code_cells(chapter):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source


def test_nothing_in_the_metadata_changes_from_run_to_run(chapter):
    assert chapter.metadata.language_info == {"name": "python"}
    assert set(chapter.metadata) == {"kernelspec", "language_info"}
    for cell in chapter.cells:
        assert "execution" not in cell.metadata, cell.source


def test_every_picture_has_words(chapter):
    """An <img> whose alt text is not empty, the same words as plain text, no picture without."""
    for cell in code_cells(chapter):
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data or "<img" in data.get("text/html", ""):
                alt = re.search(r'<img alt="([^"]+)"', data.get("text/html", ""))
                assert alt, f"a picture without alt text:\n{cell.source}"
                assert html.unescape(alt[1]) == data["text/plain"]


def test_no_alt_text_stands_where_it_answers_a_prediction(chapter):
    """It lives in helpers/plots, with the picture: readers of the code have not yet seen that."""
    for cell in code_cells(chapter):
        assert "plots.show(" not in cell.source, cell.source


def test_a_prediction_ends_its_cell(chapter):
    """What answers it comes after the reader had a chance."""
    for cell in chapter.cells:
        if cell.cell_type == "markdown" and "**Predict." in cell.source:
            question = cell.source.rpartition("**Predict.")[2]
            assert not re.search(r"\n\n(?![-\d|$])", question), cell.source


def test_what_is_asked_of_an_explorer_goes_where_it_goes(chapter):
    """Editions without explorers leave out what has this tag: its questions and answers, too."""
    for before, cell, after in zip(
        chapter.cells, chapter.cells[1:], chapter.cells[2:], strict=False
    ):
        if cell.source.startswith("explorers."):
            for one in (before, cell, after):
                assert "explore" in one.metadata.get("tags", []), one.source


def test_code_fits_the_page_and_the_mind(chapter):
    for cell in code_cells(chapter):
        lines = cell.source.splitlines()
        assert len([line for line in lines if line.strip()]) < 25, cell.source
        assert all(len(line) < 88 for line in lines), cell.source


def test_no_path_of_any_machine(chapter):
    for cell in chapter.cells:
        text = cell.source + "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "")
            for output in cell.get("outputs", [])
        )
        assert not MACHINE_PATH.search(text), text


def test_no_word_that_makes_a_reader_feel_slow(chapter):
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            assert not CONDESCENDING.search(cell.source), cell.source


def test_links_between_chapters_lead_somewhere(chapter):
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#:]+)\)", cell.source):
                assert (NOTEBOOKS / target).exists(), target


def minutes(path):
    """To read a chapter, and with pencil and exercises, both rounded to five.

    Words at 180 a minute, lines of code at twelve, without the exercises; then two minutes for each
    prediction and each numbered equation, and the exercises as their authors estimate them.
    """
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if not role(cell)]
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    read = len(prose.split()) / 180 + len(re.findall(r"\S\n", f"{code}\n")) / 12
    pencil = 2 * (prose.count("**Predict.**") + prose.count("\\tag{"))
    notes = path.parents[1] / "coursework" / "teaching" / f"{path.name[:2]}.md"
    found = (
        re.search(r"^Exercises: about (\d+)", notes.read_text("utf-8"), re.M)
        if notes.exists()
        else None
    )
    exercises = int(found[1]) if found else 0
    return 5 * round(read / 5), 5 * round((read + pencil + exercises) / 5)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_minutes_are_counted_in_the_same_way_everywhere(path):
    read, all_in_all = minutes(path)
    opening = nbformat.read(path, as_version=4).cells[0].source
    more = f", about {all_in_all} with pencil and exercises" if path != CHAPTERS[0] else ""
    assert f"| **Time** | {read} minutes to read{more} |" in opening
    row = f"({path.parent.name}/{path.name}) | {read} | {all_in_all if more else '–'} |"
    assert row in (path.parents[1] / "README.md").read_text(encoding="utf-8")
    title = opening.partition("\n")[0].removeprefix("# ")
    row = f"| {title} | {read} |"
    assert row in (path.parents[1] / "coursework" / "README.md").read_text(encoding="utf-8")


def test_readme_has_all_chapters_by_their_titles():
    rows = re.findall(
        r"\[(\d\d · [^\]]+)\]\(notebooks/([^)]+)\) \|",
        (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8"),
    )
    assert [file for _, file in rows] == [path.name for path in CHAPTERS]
    for title, file in rows:
        assert (
            nbformat.read(NOTEBOOKS / file, as_version=4).cells[0].source.startswith(f"# {title}")
        )
