"""Printing: what is typeset well passes, and each way to go wrong is noticed."""

import re

import printing
from nbformat.v4 import new_markdown_cell, new_notebook


def printed(browser, tmp_path, source, change=lambda page: page):
    """Print one cell of Markdown; return what is cut off, and the faults."""
    notebook = new_notebook(cells=[new_markdown_cell(source)])
    page = change(printing.to_html(notebook, title="T", course="C", solved=False))
    cut = printing.to_pdf(browser, page, tmp_path / "a.pdf")
    return cut, printing.faults(printing.text_of(tmp_path / "a.pdf"), page)


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
