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


def test_readme_and_chapters_agree_on_titles_and_minutes():
    rows = re.findall(
        r"\[(\d\d) · ([^\]]+)\]\(notebooks/([^)]+)\) \| (\d+) \|",
        (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8"),
    )
    assert [file for *_, file, _ in rows] == [path.name for path in CHAPTERS]
    for number, title, file, minutes in rows:
        opening = nbformat.read(NOTEBOOKS / file, as_version=4).cells[0].source
        assert opening.startswith(f"# {number} · {title}"), file
        assert f"| **Time** | {minutes} minutes" in opening, file
