"""The book's PDF: what its contents, index and links say is where they say."""

import re
from pathlib import Path
from types import SimpleNamespace

import axe_playwright_python
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pypdf import PdfReader
from tools import missing

from book import chapters, paper
from coursework.course import all_chapters
from coursework.handouts import printing

pytestmark = pytest.mark.slow

PRINTED = [all_chapters()[number] for number in ("00", "03")]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Two chapters as a book of their own: its pages' text, its bookmarks and its links."""
    if lacks := printing.missing():
        missing(f"nothing was printed, for want of {'; '.join(lacks)}")
    path = tmp_path_factory.mktemp("paper") / "book.pdf"
    paper.build(path, [chapters.edited(path) for path in PRINTED], course="CS 1 <b>")
    reader = PdfReader(path)
    texts = [page.extract_text() for page in reader.pages]
    bookmarks = [mark for mark in reader.outline if not isinstance(mark, list)]
    return SimpleNamespace(reader=reader, texts=texts, bookmarks=bookmarks, path=path)


def test_the_contents_say_on_which_page_a_section_begins(book):
    lines = re.findall(r"^(\D.*?|\d\d · .*?) ?(\d+)$", book.texts[1], re.M)
    headings = {words.strip(" ."): int(page) for words, page in lines}
    assert {"Solutions", "Recap"} < set(headings)
    assert len(headings) > 20
    for words, page in headings.items():
        flat = " ".join(book.texts[page - 1].split())
        assert " ".join(words.split()) in flat, (words, page)


def test_each_term_of_the_index_is_on_its_pages(book):
    index = book.texts[-1]
    for term in "cross-entropy", "likelihood", "log-sum-exp":
        [pages] = re.findall(rf"^{term} ([\d, ]+)$", index, re.M)
        # it names the page on which the section begins; the term may stand on the next one
        for page in map(int, pages.split(",")):
            near = " ".join(book.texts[page - 1 : page + 2]).replace("\n", " ")
            assert term in near.lower(), (term, page)


def test_chapters_are_bookmarks_and_running_heads(book):
    titles = [mark.title for mark in book.bookmarks]
    assert titles[0] == "Contents"
    assert titles[-2:] == ["Solutions", "Index"]
    for path, title in zip(PRINTED, titles[1:3], strict=True):
        assert title.startswith(path.name[:2])
        assert sum(title in text.partition("\n\n")[0] for text in book.texts) > 4
    assert all("CS 1 <b>" in text for text in book.texts)


def test_a_citation_leads_to_the_page_of_its_equation(book):
    numbers = re.findall(r"\\tag\{(.+?)\}", PRINTED[1].read_text("utf-8"))
    pages = paper.pages(book.path)
    for number in numbers:
        place = paper.place_of(number)
        if place in pages:  # it is cited
            assert f"({number})" in book.texts[pages[place] - 1]
    assert sum(place.startswith("equation-3-") for place in pages) > 5


def test_figures_are_numbered_by_chapter_and_solutions_stand_at_the_end(book):
    text = "\n".join(book.texts)
    figures = re.findall(r"Figure (\d+)\.(\d+)", text)
    for chapter in "0", "3":
        numbers = [int(n) for c, n in figures if c == chapter]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 5
    first = next(i for i, text in enumerate(book.texts) if "Solution 1 ·" in text)
    assert first > max(i for i, text in enumerate(book.texts) if "Recap\n" in text)


def test_students_get_no_solutions():
    assert paper.solutions([chapters.edited(path, student=True) for path in PRINTED]) == []
    assert paper.solutions([chapters.edited(path) for path in PRINTED]) != []


def test_code_on_gray_can_be_read_and_a_printed_page_has_a_main_part(page):
    code = "# a comment\nfor i in range(3):\n    print('x', i)"
    cells = [new_markdown_cell(f"# Title\n\n```python\n{code}\n```"), new_code_cell(code)]
    paper = printing.to_html(new_notebook(cells=cells), title="T", course="C", solved=False)
    page.set_content(re.sub(r"<script.*?</script>", "", paper, flags=re.S))
    page.evaluate(Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations.map((each) => each.id)")
    assert not {"color-contrast", "landmark-one-main", "region"} & set(found)
