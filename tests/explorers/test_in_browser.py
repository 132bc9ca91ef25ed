"""All explorers in JupyterLab in a real browser: every control is really moved."""

import re
from pathlib import Path

import axe_playwright_python
import nbformat
import pytest
from explorer_grid import last, start_and_values, untouched
from jupyter_in_browser import NOTEBOOKS, PATIENCE, ShownExplorer, explorer_notebook, run_all

from helpers import explorers
from helpers.explorers.ch09_playground import compute, layout, sizes_of

pytestmark = pytest.mark.slow
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
CHAPTERS = [path.stem[:2] for path in sorted(NOTEBOOKS.glob("*.ipynb"))]


@pytest.fixture(scope="module")
def shown(lab, browser):
    """The explorers of all chapters in one notebook, by name. Errors on the page fail its tests."""
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.set_default_timeout(1000 * PATIENCE)
    page_errors = []
    page.on("pageerror", lambda error: page_errors.append(str(error)))
    calls = explorer_notebook(lab.folder / "explorers.ipynb", CHAPTERS)
    run_all(page, lab.address, "explorers.ipynb")
    names = [re.match(r"explorers\.(\w+)\(", call)[1] for call in calls]
    shown = {name: ShownExplorer(page, number) for number, name in enumerate(names)}
    for explorer in shown.values():
        explorer.start = explorer.settings
    yield shown
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.close()
    assert page_errors == []


def test_every_explorer_is_in_a_chapter(shown):
    assert sorted(shown) == explorers.__all__


def move_by_key(explorer, label):
    """Move a control by one step from the keyboard."""
    control = explorer.control(label)
    if control.locator(".noUi-handle").count():
        handle = control.locator(".noUi-handle")
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.press("ArrowLeft" if at_end else "ArrowRight")
    elif control.locator("select").count():
        select = control.locator("select")
        last = select.evaluate("select => select.selectedIndex === select.options.length - 1")
        select.press("ArrowUp" if last else "ArrowDown")
    elif control.locator("input[type=number]").count():
        control.locator("input[type=number]").press("ArrowUp")
    elif control.locator("input[type=text]").count():
        control.locator("input[type=text]").fill("0.5 -0.2 1")  # a point in the plane
        control.locator("input[type=text]").press("Enter")
    else:
        control.locator("canvas").press("Space")  # the drawing pad: the pen makes a dot


@pytest.mark.parametrize("name", explorers.__all__)
def test_every_control_changes_picture_and_words_from_the_keyboard(shown, name):
    explorer = shown[name]
    assert len(explorer.labels) == len(explorer.settings)
    for label in explorer.labels:
        before, picture, text = explorer.settings, explorer.picture, explorer.text
        move_by_key(explorer, label)
        explorer.wait(
            "(canvas, before) => canvas.dataset.settings !== before",
            explorer.as_json(before),
            reason=f"{label!r} was moved",
        )
        changed = [name for name in before if explorer.settings[name] != before[name]]
        assert len(changed) == 1, label
        explorer.wait_for_another_picture(picture, reason=label)
        explorer.wait(
            """(canvas, before) => canvas.closest('.explorer')
                .querySelector('.explorer-text').innerText !== before""",
            text,
            reason=f"the words of {label}",
        )
        assert explorer.problem == "", label
    explorer.wait_until_done()


# test_drawing_in_browser.py draws on the pad
@pytest.mark.parametrize("name", [name for name in explorers.__all__ if name != "drawing_pad"])
def test_after_a_drag_the_last_picture_belongs_to_the_last_setting(shown, name):
    explorer = shown[name]
    label = next(filter(explorer.has_slider, explorer.labels))
    before, picture = explorer.settings, explorer.picture
    explorer.drag(label, -40)
    explorer.drag(label, 100)
    explorer.wait_until_it_reads(label)
    now = explorer.settings
    assert len([name for name in before if now[name] != before[name]]) == 1
    assert explorer.picture != picture

    explorer.button("Reset").click()
    explorer.wait(
        "(canvas, start) => canvas.dataset.settings === start", explorer.as_json(explorer.start)
    )


def reset(explorer):
    """Go back to where a training begins, and wait until that is seen."""
    before = explorer.number
    explorer.button("Reset").click()
    explorer.wait(
        """(canvas, before) => canvas.dataset.state === 'paused'
            && Number(canvas.dataset.number) > before""",
        before,
    )


def test_training_starts_pauses_steps_and_resets(shown):
    explorer = shown["training"]

    def epoch():
        return int(re.search(r"epoch (\d+)", explorer.text)[1])

    def step():
        return int(re.search(r"After step ([\d,]+)", explorer.text)[1].replace(",", ""))

    reset(explorer)
    assert (epoch(), step()) == (0, 0)
    untrained = explorer.picture
    explorer.button("Step").click()
    explorer.wait_for_another_picture(untrained)
    assert (epoch(), step()) == (0, 1)
    explorer.button("Start").click()
    explorer.wait("canvas => canvas.dataset.state === 'working'")
    explorer.button("Pause").click()
    explorer.wait("canvas => canvas.dataset.state === 'paused'")
    paused = explorer.number
    explorer.page.wait_for_timeout(500)
    assert explorer.number == paused
    explorer.button("Start").click()
    explorer.wait_until_done()  # slowly, to be watched
    assert epoch() == 5
    explorer.button("Start").click()  # at the end it starts again
    explorer.wait("canvas => canvas.dataset.state === 'working'")


def test_a_rate_that_diverges_is_said_in_place_and_the_explorer_lives_on(shown):
    explorer = shown["training"]
    reset(explorer)  # in a run that is watched the rate would only be steered
    handle = explorer.handle("learning rate")
    handle.press("End")
    explorer.wait_until_shown(("learning_rate", 10))
    assert "learning rate" in explorer.problem + explorer.text
    assert "too large" in explorer.problem or "worse than guessing" in explorer.text
    handle.press("Home")
    explorer.wait_until_shown(("learning_rate", 0.001))
    assert explorer.problem == ""
    assert "learning rate 0.001" in explorer.text


def test_numbers_can_be_typed_and_stepped_and_every_handle_tells_its_name_and_value(shown):
    explorer = shown["playground"]
    for label, typed, value in (("learning rate", "0.29", 0.3), ("noise", "0.2", 0.2)):
        readout = explorer.control(label).locator(".widget-readout")
        readout.fill(typed)
        readout.press("Enter")
        explorer.wait_until_shown((label.replace(" ", "_"), value))
    before = explorer.settings["seed"]
    explorer.button("seed + 1").click()
    explorer.wait_until_shown(("seed", before + 1))
    explorer.button("seed − 1").click()
    explorer.wait_until_shown(("seed", before))
    for one in shown.values():
        for label in filter(one.has_slider, one.labels):
            handle = one.handle(label)
            assert handle.get_attribute("aria-label") == label
            readout = one.control(label).locator(".widget-readout").inner_text()
            assert handle.get_attribute("aria-valuetext") == readout


def where(canvas, label, x, y):
    """Return where a place of the playground's axes is on the canvas, in pixels of the page."""
    picture = untouched("playground")._picture
    picture.png(last(compute, start_and_values("playground")[0] | {"epochs": 1}))  # laid out
    [ax] = [ax for ax in picture.figure.axes if ax.get_label() == label]
    right, up = ax.transData.transform((x, y)) / picture.figure.bbox.size
    box = canvas.bounding_box()
    return {"x": right * box["width"], "y": (1 - up) * box["height"]}


def test_pointing_shows_a_unit_without_training_and_clicks_change_own_points(shown):
    explorer = shown["playground"]
    reset(explorer)
    explorer.button("seed + 1").click()  # trains at once, to the end
    explorer.wait_until_shown(("seed", explorer.start["seed"] + 1))
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


def test_axe_finds_nothing_serious_in_either_theme(shown):
    page = shown["neuron"].page
    page.evaluate(AXE.read_text("utf-8"))
    for theme in ("Dark", "Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
            f"JupyterLab {theme}",
        )
        page.locator(f"body[data-jp-theme-name='JupyterLab {theme}']").wait_for(state="attached")
        found = page.evaluate(
            "async () => (await axe.run('.explorer', {resultTypes: ['violations']})).violations"
        )
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == [], theme


def test_where_there_is_room_controls_stand_beside_the_picture_and_nothing_is_cut(shown):
    explorer = shown["playground"]
    page, before = explorer.page, explorer.page.viewport_size
    for width in (560, 900, 1600):
        page.set_viewport_size({"width": width, "height": 1400})
        explorer.wait(
            """(canvas, width) => canvas.clientWidth <= canvas.parentElement.clientWidth
                && canvas.dataset.state !== 'working'"""
        )
        tracks = explorer.root.locator(".explorer-controls .noUi-target")
        # padding and handle aside; the narrowest has what is left beside label and number
        assert min(tracks.evaluate_all("tracks => tracks.map((t) => t.clientWidth)")) >= 150
        controls = explorer.root.locator(".explorer-controls").bounding_box()
        picture = explorer.canvas.bounding_box()
        beside = picture["x"] >= controls["x"] + controls["width"]
        assert beside or picture["y"] >= controls["y"] + controls["height"]
        assert beside == (width == 1600)
    page.set_viewport_size(before)


def test_a_sentence_says_that_the_kernel_is_busy_or_gone_and_its_advice_works(lab, page):
    explorer_notebook(lab.folder / "gone.ipynb", ["03"])
    notebook = nbformat.read(lab.folder / "gone.ipynb", as_version=4)
    long = "import os, time\nwhile not os.path.exists('enough'): time.sleep(0.1)"
    notebook.cells.append(nbformat.v4.new_code_cell(long))
    nbformat.write(notebook, lab.folder / "gone.ipynb")
    run_all(page, lab.address, "gone.ipynb", wait=False)
    explorer = ShownExplorer(page)
    notice = page.locator(".explorer-notice")
    explorer.handle("probability a").press("ArrowRight")
    notice.get_by_text("Another cell is running").wait_for()
    (lab.folder / "enough").touch()
    notice.wait_for(state="hidden")
    explorer.wait_until_shown(("a", 0.26))

    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    notice.get_by_text("choose Run ▸ Run All Above Selected Cell").wait_for()
    page.locator(".jp-Cell .jp-InputArea").nth(1).click()
    page.keyboard.press("Escape")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-above')")
    page.keyboard.press("Shift+Enter")
    notice.wait_for(state="hidden")
    explorer = ShownExplorer(page)
    explorer.handle("probability a").press("ArrowRight")
    explorer.wait_until_shown(("a", 0.26))


OUTPUTS = """(outputs) => outputs.filter((output) => output.offsetHeight)
    .map((output) => output.querySelector('.explorer') ? 'live' :
        output.querySelector('img') ? 'still' : output.textContent)"""


def test_an_explorer_is_live_or_a_still_picture_never_both_and_never_an_error(lab, page):
    """Opened again with a new kernel, JupyterLab alone would say "model not found"."""
    explorer_notebook(lab.folder / "again.ipynb", ["03"])
    notebook = nbformat.read(lab.folder / "again.ipynb", as_version=4)
    bar = "from helpers.progress import progress_bar\nfor _ in progress_bar(range(9)): pass"
    notebook.cells.append(nbformat.v4.new_code_cell(bar))
    nbformat.write(notebook, lab.folder / "again.ipynb")
    run_all(page, lab.address, "again.ipynb")
    ShownExplorer(page).wait_until_done()
    outputs = page.locator(".jp-OutputArea-child")
    page.wait_for_function("() => document.querySelectorAll('.jp-OutputArea-child').length >= 2")
    assert outputs.evaluate_all(OUTPUTS) == ["live"]
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")

    page.goto(f"{lab.address}/doc/tree/again.ipynb?reset")
    page.get_by_text("model not found").wait_for(state="attached")
    assert outputs.evaluate_all(OUTPUTS) == ["still"]
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
