"""The playground in JupyterLab in a real browser: units are pointed at, points are clicked."""

import nbformat
import pytest
from explorer_grid import last, start_and_values, untouched
from jupyter_in_browser import ShownExplorer, run_all

from helpers.explorers.ch09_playground import compute, layout, sizes_of

pytestmark = pytest.mark.slow
CELLS = ["from helpers import explorers", "explorers.playground()"]


def where(canvas, label, x, y):
    """Return where a place of some axes is on the canvas, in pixels of the page."""
    picture = untouched("playground")._picture
    picture.png(last(compute, start_and_values("playground")[0] | {"epochs": 1}))  # laid out
    [ax] = [ax for ax in picture.figure.axes if ax.get_label() == label]
    right, up = ax.transData.transform((x, y)) / picture.figure.bbox.size
    box = canvas.bounding_box()
    return {"x": right * box["width"], "y": (1 - up) * box["height"]}


def test_pointing_shows_a_unit_without_training_and_clicks_change_own_points(lab, page):
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / "playground.ipynb")
    run_all(page, lab.address, "playground.ipynb")
    explorer = ShownExplorer(page)
    explorer.wait_until_done()
    (left, below, side) = layout(sizes_of("spirals", 2, 16))[2]
    unit = where(explorer.canvas, "network", left[2] + side / 2, below[2] + side / 2)
    before = explorer.text.splitlines()[1]
    explorer.canvas.hover(position=unit)
    explorer.wait_until_shown(("unit", 19))
    assert "The large picture shows unit 3 of layer 2" in explorer.text
    assert explorer.text.splitlines()[1] == before

    left, below, side = layout(sizes_of("spirals", 2, 16))[3]
    output = where(explorer.canvas, "network", left[0] + side / 2, below[0] + side / 2)
    explorer.canvas.hover(position=output)
    explorer.wait_until_shown(("unit", 0))
    corner = where(explorer.canvas, "plane", 1.2, 1.3)
    for own in (r"^1\.\d+ 1\.\d+ 0$", r"^1\.\d+ 1\.\d+ 1$", "^$"):
        explorer.canvas.click(position=corner)
        explorer.wait(
            """(canvas, own) => canvas.dataset.state === 'done'
                && RegExp(own).test(JSON.parse(canvas.dataset.settings).own)""",
            own,
        )
        assert ("and 1 of yours" in explorer.text) == (own != "^$")
    field = explorer.control("your points").locator("input")
    field.fill("0.5 0.5 0; 1 -1 1")
    field.press("Enter")
    explorer.wait_until_shown(("own", "0.5 0.5 0; 1 -1 1"))
    assert "and 2 of yours" in explorer.text
