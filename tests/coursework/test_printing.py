"""Printing: what is typeset well passes, and each way to go wrong is noticed."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pypdf import PdfReader

from coursework.handouts import printing

pytestmark = pytest.mark.slow


def printed(browser, tmp_path, source, change=lambda page: page):
    """Print one cell of Markdown; return what is cut off, and the faults."""
    notebook = new_notebook(cells=[new_markdown_cell(source)])
    page = change(printing.to_html(notebook, title="T", course="C", solved=False))
    cut, _ = printing.to_pdf(browser, page, tmp_path / "a.pdf")
    return cut, printing.faults(printing.text_of(tmp_path / "a.pdf"), page)


def pages(browser, tmp_path, *cells):
    """Print cells; return the text of each page."""
    page = printing.to_html(new_notebook(cells=[*cells]), title="T", course="C", solved=True)
    printing.to_pdf(browser, page, tmp_path / "a.pdf")
    return [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]


def text(source):
    return new_markdown_cell(source)


def paragraphs(count, tag=None):
    text = "\n\n".join(f"filler {i}" for i in range(count))
    return new_markdown_cell(text, metadata={"tags": [tag]} if tag else {})


def code(lines):
    return new_code_cell("\n".join(f"line{i} = {i}" for i in range(lines)))


def test_what_fits_is_no_fault(browser, tmp_path):
    code = f"```python\n{'long ' * 40}\n{'x' * 200}\n```"
    source = f"By (1.1) and $x^2$:\n\n$$ x = y \\tag{{1.1}} $$\n\n{code}"
    assert printed(browser, tmp_path, source) == ([], [])


def test_a_long_equation_is_noticed(browser, tmp_path):
    sum_of_many = " + ".join(f"a_{{{i}}}" for i in range(60))
    [cut], faults = printed(browser, tmp_path, f"$$ x = {sum_of_many} $$")
    assert cut.startswith("𝑥=")
    assert faults == []


def test_an_equation_that_runs_into_its_number_is_noticed(browser, tmp_path):
    almost = " + ".join("abcdefghijklmnopqrstuvwxyz")  # fits the page, were it not for the number
    assert printed(browser, tmp_path, f"$$ {almost} $$") == ([], [])
    [cut], _ = printed(browser, tmp_path, f"$$ {almost} \\tag{{1.1}} $$")
    assert cut.startswith("𝑎+𝑏")


def test_a_number_in_the_text_alone_is_noticed(browser, tmp_path):
    def untagged(page):
        return page.replace("y \\tag{1.1}", "y \\phantom{\\tag{1.1}}")

    source = "By (1.1):\n\n$$ x = y \\tag{1.1} $$"
    _, faults = printed(browser, tmp_path, source, change=untagged)
    assert "no number (1.1) beside an equation" in faults


def test_raw_latex_is_noticed(browser, tmp_path):
    def without_mathjax(page):
        stub = "<script>MathJax = {Hub: {Queue: (done) => done()}}</script>"
        return re.sub(r'<script src="[^"]*MathJax.js.*?</script>', stub, page)

    source = "$$ \\begin{aligned} x \\end{aligned} \\tag{1.1} $$"
    _, faults = printed(browser, tmp_path, source, change=without_mathjax)
    assert faults[0] == "raw LaTeX, '\\\\begin{'"


def test_a_hint_is_on_one_page(browser, tmp_path):
    _, second = pages(browser, tmp_path, paragraphs(31), paragraphs(6, "hint"), code(1))
    assert second.count("filler") == 6


def test_long_code_leaves_no_gap(browser, tmp_path):
    first, second = pages(browser, tmp_path, paragraphs(20), code(40))
    assert "line8 =" in first
    assert "line32 =" in second
    assert min(first.count("line"), second.count("line")) >= 7


@pytest.mark.parametrize("filled", range(26, 34, 2))
def test_short_code_is_on_one_page(browser, tmp_path, filled):
    printed = pages(browser, tmp_path, paragraphs(filled), code(15), paragraphs(1))
    assert {page.count("line") for page in printed} <= {0, 15}


@pytest.mark.parametrize(("filled", "words"), [(28, 2), (29, 1), (28, 1)])
def test_last_words_are_not_alone(browser, tmp_path, filled, words):
    *_, last = pages(browser, tmp_path, paragraphs(filled), code(10), paragraphs(words))
    assert last.count("filler") + last.count("line") > 1


@pytest.mark.parametrize("filled", [31, 33])
@pytest.mark.parametrize(
    "lead", ["Two rules are enough:", "Others begin with", "## A case\n\nIt returns nothing."]
)
def test_words_that_lead_to_code_stand_above_it(browser, tmp_path, lead, filled):
    printed = pages(browser, tmp_path, paragraphs(filled), text(lead), code(4), paragraphs(9))
    [page] = [page for page in printed if lead.rpartition("\n")[2] in page]
    assert "line0" in page


def test_a_last_page_that_is_almost_empty_is_saved(browser, tmp_path):
    assert len(pages(browser, tmp_path, paragraphs(35))) == 1
    assert printing.last_page_use(tmp_path / "a.pdf") > 0.9
