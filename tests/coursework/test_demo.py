"""The laboratory as a page of its own: what stands on it."""

import nbformat

from coursework.demo import laboratory


def test_the_page_has_the_explorers_of_the_chapter_below_their_headings_and_nothing_else():
    page = laboratory()
    nbformat.validate(page)
    assert [cell.source for cell in page.cells] == [
        "from helpers import explorers",
        "## The laboratory",
        "explorers.playground()",
        "## Draw",
        "explorers.drawing_pad()",  # `reader` is made by cells that are not on the page
    ]
