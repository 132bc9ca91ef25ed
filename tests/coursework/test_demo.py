"""The laboratory as a page of its own: what stands on it, and that it is live."""

import nbformat
import pytest

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


@pytest.mark.slow
def test_its_explorers_answer_in_a_browser(page, tmp_path):
    from jupyter_in_browser import ShownExplorer, server

    with server(["coursework.demo"], tmp_path) as address:
        page.goto(address)
        for place, label in enumerate(("learning rate", "prepare")):
            explorer = ShownExplorer(page, place)
            before = explorer.settings
            if explorer.has_slider(label):
                explorer.handle(label).press("ArrowRight")
            else:
                explorer.control(label).locator("select").press("ArrowDown")
            explorer.wait(
                "(canvas, before) => canvas.dataset.settings !== before",
                explorer.as_json(before),
            )
            explorer.wait_until_done()
            assert explorer.problem == ""
