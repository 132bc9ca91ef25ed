"""The chapters as a browser runs them: each says so, and what is smaller there still fits."""

import ast

import nbformat
import pytest

from book.smaller import SAYS, SMALLER, for_lab
from coursework.course import all_chapters

CHAPTERS = {number: nbformat.read(path, as_version=4) for number, path in all_chapters().items()}


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_chapter_says_what_is_smaller_and_has_no_outputs(number):
    before = CHAPTERS[number].copy()
    notebook = for_lab(CHAPTERS[number], number, 48)
    nbformat.validate(notebook)
    assert CHAPTERS[number] == before
    title, note, *_ = notebook.cells
    assert title == before.cells[0]
    assert "about 48 MB" in note.source
    assert "*File → Download*" in note.source
    assert ("The text tells of the full runs" in note.source) == (number in SMALLER)
    assert SAYS.get(number, "") in note.source
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    for cell in code:
        ast.parse(cell.source)
    sources = {cell.source for cell in before.cells}
    changed = [cell for cell in code if cell.source not in sources]
    assert bool(changed) == (number in SMALLER)


def test_a_line_that_a_chapter_has_no_more_is_said(monkeypatch):
    monkeypatch.setitem(SMALLER, "03", ("", {"no such line": ""}))
    with pytest.raises(ValueError, match="chapter 03 should have 'no such line' once: mend"):
        for_lab(CHAPTERS["03"], "03", 48)
