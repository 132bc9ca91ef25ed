"""A plain explorer, one that trains and the pad, in JupyterLab in Chromium, Firefox and WebKit."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import jupyter_in_browser
import nbformat
import pytest
import w3c_browsers
from digit_strokes import DIGITS, place

pytestmark = pytest.mark.slow
EXPLORERS = ["neuron", "playground", "drawing_pad"]
CELLS = ["from helpers import explorers", *(f"explorers.{name}()" for name in EXPLORERS)]
ERRORS = """() => {
    window.errors = [];
    addEventListener("error", (event) => errors.push(event.message));
    addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));
}"""
RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }"
STATES = """() => [...document.querySelectorAll('.explorer canvas.explorer-picture')]
    .map((canvas) => canvas.dataset.state)"""


class PlaywrightPage:
    """A page of Chromium, with the methods of those of the others."""

    def __init__(self, page):
        self._page, self.goto = page, page.goto

    def run(self, function, *arguments):
        return self._page.evaluate(f"(all) => ({function})(...all)", arguments)

    def mouse(self, first, *others):
        self._page.mouse.move(*first)
        self._page.mouse.down()
        for other in others:
            self._page.mouse.move(*other)
        self._page.mouse.up()

    def keys(self, *names):
        for name in names:
            self._page.keyboard.press(name)


@contextmanager
def chromium(folder):
    with jupyter_in_browser.chromium() as browser:
        yield PlaywrightPage(browser.new_page(viewport=w3c_browsers.SIZE))


BROWSERS = {
    "Chromium": (jupyter_in_browser.CHROMIUM, chromium),
    "Firefox": (w3c_browsers.FIREFOX, w3c_browsers.firefox),
    "WebKit": (w3c_browsers.WEBKIT, w3c_browsers.webkit),
}


def wait(look, condition, seconds=60):
    """Look until the condition holds of what is seen."""
    end = time.monotonic() + seconds
    while not condition(seen := look()):
        assert time.monotonic() < end, seen
        time.sleep(0.05)
    return seen


class Shown:
    """An explorer on a page, as its reader finds it."""

    def __init__(self, page, number):
        self.page, self.number = page, number

    def run(self, function, *arguments):
        """Call a function of JavaScript with the explorer's element."""
        return self.page.run(
            f"""(number, ...others) =>
                ({function})(document.querySelectorAll('.explorer')[number], ...others)""",
            self.number, *arguments,
        )  # fmt: skip

    def look(self):
        """Return what is seen: picture, words, and what they were made for."""
        seen = self.run(
            """(explorer) => {
                const canvas = explorer.querySelector("canvas.explorer-picture");
                const words = (name) => explorer.querySelector(`.explorer-${name}`).innerText;
                return {...canvas.dataset, settings: JSON.parse(canvas.dataset.settings),
                        number: Number(canvas.dataset.number), picture: canvas.toDataURL(),
                        text: words("text"), problem: words("problem")};
            }"""
        )
        assert seen["problem"] == ""
        return SimpleNamespace(**seen)

    def wait(self, condition):
        return wait(self.look, condition)

    def place(self, selector):
        """Bring a part into view; return the middle of it, and its left and top."""
        x, y, width, height = self.run(
            """(explorer, selector) => {
                const part = explorer.querySelector(selector);
                part.scrollIntoView({block: "center"});
                const {x, y, width, height} = part.getBoundingClientRect();
                return [x, y, width, height];
            }""",
            selector,
        )
        return (x + width / 2, y + height / 2), (x, y)

    def focus(self, selector):
        self.run("(explorer, selector) => explorer.querySelector(selector).focus()", selector)

    def click(self, label):
        """Click the button that reads so."""
        self.run(
            """(explorer, label) => [...explorer.querySelectorAll("button")]
                .find((button) => button.textContent === label).dataset.clicked = label""",
            label,
        )
        self.page.mouse(self.place(f"[data-clicked='{label}']")[0])


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with a notebook of the three explorers for each browser."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    folder = tmp_path_factory.mktemp("lab")
    for name in BROWSERS:
        nbformat.write(notebook, folder / f"{name}.ipynb")
    with jupyter_in_browser.jupyter_lab(folder) as address:
        yield address


@pytest.fixture(scope="module", params=BROWSERS)
def shown(request, tmp_path_factory):
    """The three explorers on the page of a browser. Errors on the page fail its tests."""
    program, start = BROWSERS[request.param]
    if not program:  # their drivers draw in many packages, so CI may do without them
        pytest.skip(f"there is no {request.param} here, so no explorer was tried in it")
    if not (w3c_browsers.FIREFOX or w3c_browsers.WEBKIT):
        pytest.skip("there is no other browser than Chromium, where test_in_browser.py tries more")
    lab = request.getfixturevalue("lab")
    with start(tmp_path_factory.mktemp("profile")) as page:
        page.goto(f"{lab}/doc/tree/{request.param}.ipynb?reset")
        page.run(ERRORS)
        wait(lambda: page.run(jupyter_in_browser.KERNEL_IS_READY), bool, seconds=180)
        page.run(RUN_ALL)
        wait(
            lambda: page.run(STATES),
            lambda states: len(states) == len(EXPLORERS) and set(states) <= {"done", "paused"},
        )
        yield SimpleNamespace(
            **{name: Shown(page, number) for number, name in enumerate(EXPLORERS)}
        )
        page.run("() => { window.jupyterapp.serviceManager.sessions.shutdownAll() }")
        assert page.run("() => window.errors") == []


def test_a_control_moves_picture_and_words_by_key_and_by_mouse(shown):
    neuron = shown.neuron
    before = neuron.wait(lambda now: now.state == "done")
    neuron.focus(".noUi-handle")
    neuron.page.keys("ArrowRight")
    by_key = neuron.wait(lambda now: now.settings["w"] == 1.6 and now.state == "done")
    assert before.settings["w"] == 1.5
    assert before.picture != by_key.picture
    assert "1.6 + " in by_key.text

    (x, y), _ = neuron.place(".noUi-handle")
    neuron.page.mouse((x, y), (x - 30, y), (x - 60, y))
    dragged = neuron.wait(lambda now: now.settings["w"] < 1.2 and now.state == "done")
    assert dragged.picture != by_key.picture
    assert f"{dragged.settings['w']:.1f} + " in dragged.text


def test_training_steps_starts_and_pauses(shown):
    playground = shown.playground
    playground.wait(lambda now: now.state == "done")
    playground.click("Reset")
    untrained = playground.wait(lambda now: now.state == "paused" and "step 0" in now.text)
    playground.click("Step")
    one = playground.wait(lambda now: "After step 1," in now.text)
    assert one.picture != untrained.picture
    playground.click("Start")
    playground.wait(lambda now: now.number > one.number + 3)
    playground.click("Pause")
    paused = playground.wait(lambda now: now.state == "paused")
    time.sleep(0.5)
    assert playground.look() == paused
    playground.focus(".noUi-handle")
    playground.page.keys("ArrowRight")
    playground.wait(lambda now: now.state == "done")


def test_the_pad_reads_what_mouse_and_keys_draw(shown):
    pad = shown.drawing_pad
    pad.focus(".drawing-pad canvas")
    pad.page.keys("Delete")
    pad.wait(lambda now: now.text == "Draw a digit.")
    _, (x, y) = pad.place(".drawing-pad canvas")
    for stroke in place(DIGITS[4][0], x + 60, y + 40, 150, 190):
        pad.page.mouse(*stroke)
    pad.wait(lambda now: "As MNIST was made: read as 4 " in now.text)

    pad.page.keys("Delete", "Space", *["ArrowDown"] * 12)
    pad.wait(lambda now: "As MNIST was made: read as 1 " in now.text)
