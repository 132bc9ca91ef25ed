"""Copies to work in: no answer stands in them, and nothing that a reader wrote is lost."""

import contextlib
import io
import runpy
import shutil
from pathlib import Path

import nbformat
import pytest

COURSE = Path(__file__).parents[2] / "notebooks"
NAME = "00_start_here.ipynb"


@pytest.fixture
def course(tmp_path):
    """A course of one chapter, in a folder of its own."""
    (tmp_path / "notebooks").mkdir()
    for name in ("copies.py", NAME):
        shutil.copy(COURSE / name, tmp_path / "notebooks")
    return tmp_path


def copies(course):
    """Run the course's own copy of the script; return what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        runpy.run_path(str(course / "notebooks" / "copies.py"))["main"]()
    return said.getvalue()


def add(path, source):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def last(path):
    return nbformat.read(path, as_version=4).cells[-1].source


def test_a_copy_has_all_cells_and_no_outputs(course):
    said = copies(course)
    mine = course / "my_notebooks" / NAME
    assert str(mine.parent) in said
    copied = nbformat.read(mine, as_version=4)
    original = nbformat.read(COURSE / NAME, as_version=4)
    assert [cell.source for cell in copied.cells] == [cell.source for cell in original.cells]
    code = [cell for cell in copied.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_what_was_run_or_written_stays_while_the_course_stays(course):
    copies(course)
    mine = course / "my_notebooks" / NAME
    ran = nbformat.read(mine, as_version=4)
    ran.cells[1].outputs = [nbformat.v4.new_output("stream", text="run by the reader")]
    nbformat.write(ran, mine)
    before = mine.read_bytes()
    copies(course)
    assert mine.read_bytes() == before
    add(mine, "by the reader")
    copies(course)
    assert last(mine) == "by the reader"
    assert len(list(mine.parent.iterdir())) == 1


def test_a_new_edition_replaces_what_nobody_wrote_in(course):
    copies(course)
    add(course / "notebooks" / NAME, "new in the course")
    copies(course)
    assert last(course / "my_notebooks" / NAME) == "new in the course"


def test_a_new_edition_goes_beside_what_the_reader_wrote(course):
    copies(course)
    mine = course / "my_notebooks" / NAME
    new, newer = (mine.with_suffix(f"{suffix}.ipynb") for suffix in (".new", ".new.new"))
    add(mine, "by the reader")
    add(course / "notebooks" / NAME, "new in the course")
    for _ in range(2):
        assert f"so did the course: {new.name}" in copies(course)
        assert last(mine) == "by the reader"
        assert last(new) == "new in the course"
    add(new, "by the reader too")
    add(course / "notebooks" / NAME, "newer in the course")
    assert f"so did the course: {newer.name}" in copies(course)
    assert [last(path) for path in (mine, new, newer)] == [
        "by the reader",
        "by the reader too",
        "newer in the course",
    ]


def test_a_file_that_is_no_notebook_is_the_readers(course):
    (course / "my_notebooks").mkdir()
    mine = course / "my_notebooks" / NAME
    mine.write_text("notes", encoding="utf-8")
    copies(course)
    assert mine.read_text(encoding="utf-8") == "notes"
    assert mine.with_suffix(".new.ipynb").exists()
