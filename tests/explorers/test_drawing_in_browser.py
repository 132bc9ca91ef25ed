"""The drawing pad in JupyterLab in a real browser: mouse, finger and keys; what is read."""

import zlib

import nbformat
import pytest
from digit_strokes import DIGITS, place
from jupyter_in_browser import ShownExplorer, run_all

from helpers.explorers.pad import SIDE

pytestmark = pytest.mark.slow

# where on the pad of 280 by 280 each digit is drawn: left, top, width, height, slant, pen
BOXES = {
    0: (20, 15, 100, 130, 0.1, 24),
    1: (200, 90, 50, 150, 0.2, 24),
    2: (140, 20, 95, 120, 0, 20),
    3: (25, 130, 80, 110, 0.1, 20),
    4: (60, 40, 150, 190, 0, 24),
    5: (165, 140, 75, 105, 0, 16),
    6: (20, 60, 90, 150, 0.15, 24),
    7: (120, 100, 130, 150, 0, 28),
    8: (90, 30, 90, 140, 0.1, 24),
    9: (150, 20, 85, 120, 0.1, 20),
}

INK = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) ink += data[i];
    return ink;
}"""


class Pad:
    """The pad on a page and the explorer around it."""

    def __init__(self, page):
        self.page = page
        self.explorer = ShownExplorer(page)
        self.paper = self.explorer.root.locator(".drawing-pad-paper canvas")

    @property
    def status(self):
        return self.explorer.root.locator(".drawing-pad [role=status]").inner_text()

    @property
    def ink(self):
        """How much ink the reader sees on the pad."""
        return self.paper.evaluate(INK)

    def choose_pen(self, width):
        pen = self.explorer.root.get_by_label("pen")
        pen.evaluate(
            """(input, width) => {
                input.value = width;
                input.dispatchEvent(new Event('input', {bubbles: true}));
            }""",
            width,
        )

    def clear(self):
        self.explorer.button("Clear").click()
        self.wait_until_empty()

    def wait_until_empty(self):
        self.explorer.wait(
            """canvas => canvas.getAttribute('aria-label') === 'Draw a digit.'
                && canvas.dataset.state === 'done'"""
        )

    def strokes(self, digit):
        """The strokes of a digit on the page."""
        self.paper.scroll_into_view_if_needed()
        box = self.paper.bounding_box()
        left, top, width, height, slant, _ = BOXES[digit]
        return place(DIGITS[digit][0], box["x"] + left, box["y"] + top, width, height, slant)

    def draw(self, digit):
        """Draw a digit with the mouse."""
        mouse = self.page.mouse
        for first, *others in self.strokes(digit):
            mouse.move(*first)
            mouse.down()
            for x, y in others:
                mouse.move(x, y, steps=2)
            mouse.up()

    def draw_with_a_finger(self, digit):
        """Draw a digit by touching the screen."""
        screen = self.page.context.new_cdp_session(self.page)
        for stroke in self.strokes(digit):
            for step, (x, y) in enumerate(stroke):
                kind = "touchMove" if step else "touchStart"
                screen.send(
                    "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
                )
            screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def read(self):
        """The text when the last stroke has been answered: for a while nothing has happened."""
        self.explorer.wait(
            """canvas => {
                const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
                if (canvas.seen !== canvas.dataset.number || kernel.status !== 'idle') {
                    canvas.seen = canvas.dataset.number;
                    canvas.since = performance.now();
                }
                return performance.now() - canvas.since > 500;
            }"""
        )
        assert self.explorer.problem == ""
        return self.explorer.text


@pytest.fixture(scope="module")
def pad(lab, browser):
    """The explorer running in JupyterLab on a page that can be touched."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, has_touch=True)
    page = context.new_page()
    page_errors = []
    page.on("pageerror", lambda error: page_errors.append(str(error)))
    cells = ["from helpers import explorers", "explorers.drawing_pad()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.folder / "drawing.ipynb")
    run_all(page, lab.address, "drawing.ipynb")
    yield Pad(page)
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    context.close()
    assert page_errors == []


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_drawn_with_the_mouse_is_read(pad, lab, digit):
    pad.clear()
    pad.choose_pen(BOXES[digit][-1])
    pad.draw(digit)
    text = pad.read()
    if f"As MNIST was made: read as {digit} " not in text:
        path = lab.folder / f"drawn_{digit}.png"
        pad.page.screenshot(path=path)
        pytest.fail(f"a {digit} was drawn, and this was read:\n{text}\nSee {path}")
    assert f"read as {digit} " in pad.explorer.canvas.get_attribute("aria-label")


def test_a_digit_drawn_with_a_finger_is_read(pad):
    """Where the page could scroll: the finger draws instead."""
    pad.page.set_viewport_size({"width": 1200, "height": 500})
    pad.clear()
    pad.choose_pen(24)
    pad.draw_with_a_finger(4)
    assert "As MNIST was made: read as 4 " in pad.read()
    pad.page.set_viewport_size({"width": 1200, "height": 900})


def test_the_picture_follows_while_the_hand_is_drawing(pad):
    pad.clear()
    before = pad.explorer.number
    mouse, (first, *others) = pad.page.mouse, pad.strokes(8)[0]
    mouse.move(*first)
    mouse.down()
    for x, y in others:
        mouse.move(x, y)
        pad.page.wait_for_timeout(40)
    while_drawing = pad.explorer.number
    mouse.up()
    assert while_drawing >= before + 5


def test_a_cleared_pad_waits_for_a_digit_and_drawing_goes_on(pad):
    pad.draw(7)
    pad.read()
    pad.clear()
    assert pad.explorer.problem == ""
    assert (pad.explorer.text, pad.ink, pad.status) == ("Draw a digit.", 0, "Cleared.")
    assert pad.explorer.settings["drawing"] == zlib.crc32(bytes(SIDE * SIDE))
    pad.draw(7)
    assert "read as" in pad.read()


def test_undo_takes_back_one_stroke_then_the_clearing_and_by_key_as_well(pad):
    pad.draw(4)
    pad.clear()
    pad.choose_pen(24)
    inks = [pad.ink]
    for x in (100, 180):
        pad.paper.click(position={"x": x, "y": 100})
        inks.append(pad.ink)
    assert inks[0] < inks[1] < inks[2]
    pad.explorer.button("Undo").click()
    assert (pad.ink, pad.status) == (inks[1], "Taken back.")
    pad.paper.press("Control+z")
    pad.wait_until_empty()
    pad.explorer.button("Undo").click()
    assert "As MNIST was made: read as 4 " in pad.read()
    # a drawing that comes from the kernel has no strokes to take back
    pad.explorer.button("Reset").click()
    pad.read()
    pad.explorer.button("Undo").click()
    assert pad.status == "Nothing to take back."


def test_the_other_preparation_can_be_chosen_by_key(pad):
    pad.clear()
    pad.draw(5)
    centered = pad.read()
    picture = pad.explorer.picture
    select = pad.explorer.control("prepare").locator("select")
    select.press("ArrowDown")
    pad.explorer.wait_until_shown(("prepare", "shrunk"))
    lines, others = centered.splitlines(), pad.explorer.text.splitlines()
    assert (lines[0], lines[1]) == (others[1], others[0])
    assert pad.explorer.picture != picture
    select.press("ArrowUp")
    pad.explorer.wait_until_shown(("prepare", "mnist"))
    assert pad.explorer.picture == picture


def test_reset_draws_the_first_drawing_again(pad):
    pad.clear()
    pad.explorer.button("Reset").click()
    assert "As MNIST was made: read as 7 " in pad.read()
    assert pad.ink > 0


def press(pad, *keys):
    for key in keys:
        pad.page.keyboard.press(key)


def test_a_one_drawn_with_keys_is_read(pad):
    pad.clear()
    pad.choose_pen(24)
    pad.paper.focus()
    press(pad, *["ArrowLeft"] * 6, *["ArrowUp"] * 8)
    assert pad.ink == 0  # the pen is up
    press(pad, "Space")
    assert pad.status == "Pen down."
    dot = pad.ink
    assert dot > 0
    press(pad, *["ArrowDown"] * 14)
    line = pad.ink
    assert line > 3 * dot
    press(pad, "Space")
    assert pad.status == "Pen up."
    press(pad, *["ArrowRight"] * 3)
    assert pad.ink == line
    assert "As MNIST was made: read as 1 " in pad.read()

    press(pad, "Delete")
    pad.wait_until_empty()
    assert (pad.ink, pad.status) == (0, "Cleared.")
    # JupyterLab has left the keys to the pad
    assert pad.page.locator(".jp-CodeCell").count() == 2
    assert pad.paper.evaluate("canvas => canvas === document.activeElement")


ON_THE_PAPER = """cross => {
    const [box, paper] = [cross, cross.parentElement].map((one) => one.getBoundingClientRect());
    return [box.x - paper.x, box.y - paper.y];  // the page may move meanwhile
}"""


def test_the_cross_is_there_for_keys_only(pad):
    cross = pad.explorer.root.locator(".drawing-pad-cross")
    pad.paper.press("ArrowUp")
    assert cross.is_visible()
    x, y = cross.evaluate(ON_THE_PAPER)
    press(pad, "ArrowUp", "Shift+ArrowLeft")
    assert cross.evaluate(ON_THE_PAPER) == pytest.approx([x - 2, y - 10], abs=0.5)
    press(pad, "Tab")
    assert not cross.is_visible()


def test_the_pen_is_as_wide_as_chosen(pad):
    ink = []
    for width in (10, 40):
        pad.clear()
        pad.choose_pen(width)
        pad.paper.click()
        ink.append(pad.ink)
    assert ink[1] / ink[0] == pytest.approx(16, rel=0.05)
