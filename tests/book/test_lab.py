"""The course in a browser alone: chapters run, explorers move there and on pages, answers stay.

One chapter, or with EVERY_PAGE=1 all of them, with the seconds and megabytes of each.
"""

import json
import os
import time
from pathlib import Path
from urllib.request import urlopen

import axe_playwright_python
import pytest
from jupyter_core.paths import jupyter_path
from jupyter_in_browser import ShownExplorer
from pyodide_folder import CannotFetchError, pyodide_folder
from tools import missing

from coursework.course import all_chapters

pytestmark = pytest.mark.slow
LAB = pytest.importorskip("book.lab", reason="what makes the book is not installed")
CHAPTERS = all_chapters() if os.environ.get("EVERY_PAGE") else {"03": all_chapters()["03"]}
NOT_THERE = ("12",)  # its page says why
MINUTES = 10  # of a busy machine; three of a quiet one
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
SETTINGS = "@jupyterlab/notebook-extension:tracker", json.dumps({"windowingMode": "none"})

IS_OPEN = "() => window.jupyterapp?.shell?.currentWidget?.context?.isReady"
KERNEL_IS_READY = "() => window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel"
RUN_ALL = """() => {
    window.ran = false;
    window.jupyterapp.commands.execute('notebook:run-all-cells').finally(() => window.ran = true);
}"""
COMPLAINTS = """() => {
    const said = [];
    for (const cell of window.jupyterapp.shell.currentWidget.content.model.cells) {
        if (cell.type !== 'code') continue;
        if (!cell.executionCount) said.push(`not run: ${cell.sharedModel.getSource()}`);
        for (const output of cell.outputs.toJSON()) {
            if (output.output_type === 'error') said.push(`${output.ename}: ${output.evalue}`);
            if (output.name === 'stderr') said.push([].concat(output.text).join(''));
        }
    }
    return said;
}"""


@pytest.fixture(scope="module")
def address(command, served, tmp_path_factory):
    """Where a book with the lab is served."""
    try:
        pyodide = pyodide_folder() / "pyodide"
    except CannotFetchError as error:
        missing(f"no chapter was run in a browser alone: {error}")
    site = tmp_path_factory.mktemp("book") / "site"
    options = ("--lab", pyodide, "--chapters", *CHAPTERS)
    assert command("site", *options, "--output", site) == ""
    with served(site) as address:
        yield address


@pytest.fixture
def visitor(browser, address):
    """A page as a new visitor has it; what goes to another host fails."""
    context = browser.new_context(viewport={"width": 1300, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(60_000 * MINUTES)
    page.errors, page.outside, page.megabytes = [], [], 0

    def came(response):
        page.megabytes += int(response.headers.get("content-length", 0)) / 1e6

    def asked(request):
        if not request.url.startswith((address, "blob:", "data:")):
            page.outside.append(request.url)

    page.on("response", came)
    context.on("request", asked)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()
    assert (page.errors, page.outside) == ([], [])


@pytest.fixture
def chapter(visitor, address):
    """A function that opens a chapter in the lab."""

    def open_chapter(name):
        visitor.goto(f"{address}/lab/index.html?path={name}")
        visitor.wait_for_function(IS_OPEN, polling=500)
        return visitor

    return open_chapter


def make_live(page, place=0):
    """Make the next still picture of a page live; return the explorer that takes its place."""
    page.get_by_role("button", name="Make it live").first.click()
    page.locator(".explorer").nth(place).wait_for()
    return ShownExplorer(page, place)


def move(explorer):
    """Move a slider by key, or draw with keys; the picture must follow, without a complaint."""
    before = explorer.as_json(explorer.settings)  # the picture alone changes when it is sharpened
    handles = explorer.root.locator(".noUi-handle, .control input[type=range]")
    if handles.count():
        handles.first.press("ArrowRight")
    else:
        pad = explorer.root.locator(".drawing-pad canvas")
        for key in (" ", *8 * ["ArrowDown"], " "):
            pad.press(key)
    explorer.wait("(canvas, before) => canvas.dataset.settings !== before", before)
    assert explorer.problem == ""


@pytest.mark.parametrize("number", [n for n in CHAPTERS if n not in NOT_THERE])
def test_a_chapter_runs_and_its_explorers_move(number, chapter, capsys):
    page = chapter(CHAPTERS[number].name)
    # cells below the edge of the page are on it as well
    page.evaluate("(s) => window.jupyterapp.serviceManager.settings.save(...s)", list(SETTINGS))
    page = chapter(CHAPTERS[number].name)
    page.wait_for_function(KERNEL_IS_READY, polling=500)
    begin = time.perf_counter()
    page.evaluate(RUN_ALL)
    page.wait_for_function("() => window.ran", polling=500)
    seconds = time.perf_counter() - begin
    assert page.evaluate(COMPLAINTS) == []
    explorers = page.locator(".explorer").count()
    for place in range(explorers):
        move(ShownExplorer(page, place))
    with capsys.disabled():
        print(f"{number}: {seconds:.0f} s, {page.megabytes:.0f} MB, {explorers} explorers moved")


def test_a_digit_drawn_on_the_start_page_is_read(visitor, address):
    visitor.set_viewport_size({"width": 390, "height": 800})  # of a phone
    visitor.goto(f"{address}/index.html")
    explorer = make_live(visitor)
    explorer.root.get_by_role("button", name="Clear").click()
    explorer.wait("canvas => canvas.getAttribute('aria-label') === 'Draw a digit.'")
    pad = explorer.root.locator(".drawing-pad canvas")
    pad.scroll_into_view_if_needed()
    paper = pad.bounding_box()
    visitor.mouse.move(paper["x"] + 150, paper["y"] + 50)
    visitor.mouse.down()
    visitor.mouse.move(paper["x"] + 135, paper["y"] + 230, steps=10)
    visitor.mouse.up()
    read = "canvas.getAttribute('aria-label').startsWith('As MNIST was made: read as 1 ')"
    explorer.wait(f"canvas => {read}")
    visitor.evaluate(AXE.read_text("utf-8"))
    found = visitor.evaluate("async () => (await axe.run('.explorer')).violations")
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


# one chapter alone is left out: the start page is live as well; 00 has trained before
@pytest.mark.parametrize("number", [n for n in CHAPTERS if n != "00" and len(CHAPTERS) > 1])
def test_explorers_move_on_the_page_of_their_chapter(number, visitor, address):
    visitor.goto(f"{address}/{CHAPTERS[number].stem}.html")
    stills = visitor.get_by_role("button", name="Make it live").count()
    assert stills
    for place in range(stills):
        move(make_live(visitor, place))


def test_what_the_reader_wrote_is_there_again(chapter):
    name = next(iter(CHAPTERS.values())).name
    page = chapter(name)
    page.evaluate("""async () => {
        const { content, context } = window.jupyterapp.shell.currentWidget;
        content.model.cells.get(2).sharedModel.setSource('answer = 42');
        await context.save();
    }""")
    page = chapter(name)
    sources = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
        .map((cell) => cell.sharedModel.getSource())"""
    assert "answer = 42" in page.evaluate(sources)


def test_only_extensions_that_the_lab_needs_are_taken(address):
    installed = {
        folder
        for path in jupyter_path("labextensions")
        if Path(path).is_dir()
        for folder in os.listdir(path)
    }
    assert "jupyterlab_pygments" in installed  # JupyterLab's own, of no use in the lab
    with urlopen(f"{address}/lab/jupyter-lite.json") as file:
        taken = json.load(file)["jupyter-config-data"]["federated_extensions"]
    assert {extension["name"] for extension in taken} == set(LAB.EXTENSIONS)


@pytest.mark.parametrize(
    ("lock", "error", "words"),
    [
        (None, FileNotFoundError, "has no pyodide-lock.json"),
        (
            {"info": {"python": "3.14.2"}, "packages": {}},
            ValueError,
            r"is Python 3\.14; .* pip install .*jupyterlite-pyodide-kernel==0\.8\.6",
        ),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(tmp_path, lock, error, words):
    if lock:
        (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    with pytest.raises(error, match=words):
        LAB.build(tmp_path, tmp_path)
    assert not (tmp_path / "lab").exists()
