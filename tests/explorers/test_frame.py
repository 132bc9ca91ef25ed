"""The wiring that all explorers share: the newest setting wins, and nothing that fails is lost."""

import asyncio
import io
import json
import re
import threading
import time
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from helpers.explorers import controls as make
from helpers.explorers import explorer as explorer_module
from helpers.explorers.explorer import Explorer
from helpers.explorers.picture import Picture

ROOT = Path(__file__).parents[2]


def start(figure):
    ax = figure.subplots()
    ax.set(xlim=(0, 10), ylim=(0, 10))
    return {"lines": [ax.plot([0, 10], [0, 0])[0]], "title": ax.set_title("")}


def draw(artists, result):
    artists["lines"][0].set_ydata([0, result["a"]])
    artists["title"].set_text(result["text"])


def settings_controls():
    return {"a": make.slider("height a", 0, 10, 3), "kind": make.choice("kind", ["x", "y"], "x")}


def cheap(a, kind):
    if a == 9:
        raise ValueError("nine is too many; take eight")
    if a == 8:
        raise KeyError("a slip of the author")
    return {"a": a, "text": f"{kind} is {a}"}


def explorer(compute=cheap, **options):
    return Explorer(settings_controls(), compute, start, draw, size=(3, 2), **options)


def shown(one):
    """What the canvas of an explorer shows."""
    return one._canvas


def slow(a, kind):
    """Count to 20 in steps of about 5 ms."""
    for n in range(21):
        yield lambda: {"a": a, "text": f"{kind} {a}, step {n}"}  # noqa: B023
        time.sleep(0.005)


async def until(condition, seconds=60):
    for _ in range(int(seconds / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("waited in vain")


def test_a_change_replaces_picture_words_and_settings_together():
    one = explorer()
    before = shown(one).picture
    one.controls["a"].value = 5
    assert shown(one).text == "x is 5"
    assert json.loads(shown(one).settings) == {"a": 5, "kind": "x"}
    assert shown(one).picture != before
    assert shown(one).state == "done"


def test_advice_is_shown_in_place_and_the_next_setting_works():
    one = explorer()
    one.controls["a"].value = 9
    assert shown(one).problem == "nine is too many; take eight"
    assert json.loads(shown(one).settings)["a"] == 9
    assert shown(one).text == ""
    one.controls["a"].value = 2
    assert shown(one).problem == ""
    assert shown(one).text == "x is 2"


def test_an_exception_is_shown_with_its_traceback():
    one = explorer()
    one.controls["a"].value = 8
    assert "a slip of the author" in shown(one).problem
    assert "in cheap" in shown(one).problem
    one.controls["a"].value = 2
    assert shown(one).text == "x is 2"


def test_reset_restores_every_control_with_one_picture():
    one = explorer()
    one.controls["a"].value = 7
    one.controls["kind"].value = "y"
    number = shown(one).number
    one._on_reset(None)
    assert one.settings == {"a": 3, "kind": "x"}
    assert shown(one).text == "x is 3"
    assert shown(one).number == number + 1


def test_what_the_browser_rounds_differently_is_no_new_setting():
    one = Explorer({"a": make.slider("a", 0.0, 9.0, 2.0, 0.1)}, rounded, start, draw, (3, 2))
    number = shown(one).number
    one.controls["a"].value = 2.000000000000001
    assert shown(one).number == number
    one.controls["a"].value = 2.1000000000000005
    assert one.settings == {"a": 2.1}
    assert json.loads(shown(one).settings) == {"a": 2.1}
    assert shown(one).number == number + 1


def rounded(a):
    return {"a": a, "text": f"{a:.1f}"}


def test_a_new_explorer_shows_the_end_of_its_run():
    assert shown(explorer(slow)).text == "x 3, step 20"
    assert shown(explorer(slow)).state == "done"


def test_the_first_answer_comes_before_the_run_is_over():
    async def change():
        one = explorer(slow)
        one.controls["a"].value = 4
        await asyncio.sleep(0)
        text, state = shown(one).text, shown(one).state
        await until(lambda: shown(one).state == "done")
        return text, state, shown(one).text

    text, state, last = asyncio.run(change())
    assert re.fullmatch(r"x 4, step ([1-9]|1[0-9])", text)
    assert state == "working"
    assert last == "x 4, step 20"


def test_a_newer_setting_cancels_the_older_and_has_the_last_picture():
    runs = []

    def counted(a, kind):
        runs.append([a, 0])
        this = runs[-1]
        for measure in slow(a, kind):
            this[1] += 1
            yield measure

    async def changes():
        one = explorer(counted)
        runs.clear()
        for a in (4, 5, 6, 7):
            one.controls["a"].value = a
            await asyncio.sleep(0.01)
        await until(lambda: shown(one).state == "done")
        await asyncio.sleep(0.1)  # whoever was not cancelled would show itself now
        return shown(one).text, json.loads(shown(one).settings)["a"]

    assert asyncio.run(changes()) == ("x 7, step 20", 7)
    assert [a for a, _ in runs] == [4, 5, 6, 7]
    assert runs[-1][1] == 21
    assert all(steps < 21 for _, steps in runs[:-1])


def test_a_problem_in_the_middle_of_a_run_is_shown():
    def fails_late(a, kind):
        yield lambda: {"a": a, "text": "fine"}
        time.sleep(0.06)
        yield lambda: {"a": a, "text": "fine"}
        raise FloatingPointError("the loss is no longer finite")

    async def change():
        one = explorer(fails_late)
        one.controls["a"].value = 5
        await until(lambda: shown(one).problem)
        return shown(one).problem, shown(one).state

    assert asyncio.run(change()) == ("the loss is no longer finite", "done")


def test_start_pause_step_and_reset():
    async def play():
        one = explorer(slow, player=lambda **_: 5)
        seen = []

        async def note(state):
            await until(lambda: shown(one).state == state)
            seen.append(shown(one).text.split("step ")[1])

        one._on_reset(None)
        await note("paused")
        one._on_step(None)
        await note("paused")
        one._on_start(None)
        assert one._start_button.description == "Pause"
        await asyncio.sleep(0.05)
        one._on_start(None)
        assert one._start_button.description == "Start"
        await until(lambda: shown(one).state == "paused")
        paused = shown(one).number
        await asyncio.sleep(0.1)
        assert shown(one).number == paused
        one._on_start(None)
        await note("done")
        one._on_step(None)  # after the end, from the beginning
        await note("paused")
        return seen

    assert asyncio.run(play()) == ["0", "1", "20", "0"]


def test_a_step_may_be_an_epoch():
    one = explorer(slow, player=lambda **_: 8)
    one._on_restart(None)
    one._on_step(None)
    one._stride.value = "epoch"
    for expected in ("8", "16", "20"):  # from step 1 on, to the ends of epochs of 8 steps
        one._on_step(None)
        assert shown(one).text == f"x 3, step {expected}"
    assert shown(one).state == "done"


def test_after_start_the_pictures_come_ever_more_steps_apart():
    async def watch(speed):
        one = explorer(counting, player=lambda **_: 8)
        one._speed.value = speed
        one._on_restart(None)
        before = shown(one).number
        one._on_start(None)
        await until(lambda: shown(one).state == "done")
        return shown(one).number - before

    slowly, fast = (asyncio.run(watch(speed)) for speed in (1, 8))
    assert 20 < slowly < 90  # of 200 steps
    assert fast < slowly / 2


def counting(a, kind):
    """Count to 200 at once."""
    for n in range(201):
        yield lambda: {"a": a, "text": f"{kind} {a}, step {n}"}  # noqa: B023


def test_what_may_be_steered_goes_to_the_run_and_what_may_not_begins_anew():
    async def steer():
        one = explorer(steered, player=lambda **_: 8, steered=["a"], code=lambda **_: "code")
        one._on_restart(None)
        one._on_step(None)
        one.controls["a"].value = 7
        await asyncio.sleep(0)
        one._on_step(None)
        assert (shown(one).text, shown(one).code) == ("x, step 2, height 7", "")
        one.controls["kind"].value = "y"
        await until(lambda: shown(one).state == "done")
        assert (shown(one).text, shown(one).code) == ("y, step 10, height 7", "code")

    asyncio.run(steer())


def steered(a, kind):
    for n in range(11):
        sent = yield lambda: {"a": a, "text": f"{kind}, step {n}, height {a}"}  # noqa: B023
        a = (sent or {}).get("a", a)


def test_what_only_changes_the_view_trains_nothing_and_pointing_moves_controls():
    calls = []

    def viewed(a, kind):
        calls.append(a)
        yield lambda kind=kind: cheap(a, kind)

    def point(place, click, a, kind):
        label, x, y = place
        return {"a": round(x)} if click else {"kind": "y"}

    one = explorer(viewed, viewed=["kind"], point=point)
    one._on_point(None, {"place": [0.5, 0.5], "click": False}, [])
    assert (calls, one.settings["kind"]) == ([3], "y")
    assert shown(one).text == cheap(3, "y")["text"]
    one.controls["kind"].value = "x"
    assert (calls, shown(one).text) == ([3], cheap(3, "x")["text"])
    one._on_point(None, {"place": [0.001, 0.001], "click": True}, [])  # beside the axes
    assert calls == [3]
    one.controls["a"].value = 5
    assert calls == [3, 5]
    ax = one._picture.figure.axes[0]
    x, y = ax.transData.transform((2, np.mean(ax.get_ylim()))) / one._picture.figure.bbox.size
    one._on_point(None, {"place": [x, 1 - y], "click": True}, [])
    assert (calls, one.settings["a"]) == ([3, 5, 2], 2)


def compared(a, kind):
    return {"a": a, "text": f"{a}", "numbers": {"height": (a, ".1f")}}


def start_with_curves(figure):
    artists = start(figure)
    return {"curves": artists.pop("lines"), **artists}


def draw_curves(artists, result):
    draw({"lines": artists["curves"], "title": artists["title"]}, result)


def test_a_setting_is_compared_with_the_last_one_that_stood_and_not_with_those_of_a_drag(
    monkeypatch,
):
    now = [0.0]
    monkeypatch.setattr(explorer_module.time, "perf_counter", lambda: now[0])
    one = Explorer(settings_controls(), compared, start_with_curves, draw_curves, (3, 2))
    assert shown(one).numbers == [["height", "3.0", ""]]
    for a, seconds in ((4, 2), (5, 0.1), (6, 0.1)):
        now[0] += seconds
        one.controls["a"].value = a
        assert shown(one).numbers == [["height", f"{a}.0", "3.0"]]
        assert one._picture.was[0][1].tolist() == [0, 3]
    with_ghost = shown(one).picture
    now[0] += 2
    one._on_reset(None)
    assert shown(one).numbers == [["height", "3.0", "6.0"]]
    one._picture.was = ()
    assert one._picture.png(compared(6, "x")) != with_ghost


def test_five_seeds_give_a_band_and_a_mean_with_its_spread():
    controls = {"a": make.slider("height a", 0, 10, 3), "seed": make.seed(1)}

    def noisy(a, seed):
        for _ in range(3):
            yield lambda: compared(a + seed, "")

    one = Explorer(controls, noisy, start_with_curves, draw_curves, (3, 2))
    own = shown(one).picture
    one._job, one._more = one._try_seeds(), True
    one._advance(seconds=60)
    one._show("done")
    assert "Seeds 1 to 5" in shown(one).text
    assert "height 6.0 ± 1.6" in shown(one).text  # 4, 5, 6, 7 and 8
    assert one._picture.band[0].tolist() == [[0, 0], [10, 4], [10, 8], [0, 0]]
    assert shown(one).picture != own
    one.controls["a"].value = 4
    assert one._picture.band == ()


DARK = {"background": "#102030", "text": "#ffffff", "muted": "#aaaaaa", "grid": "#405060"}


def view(space=300, ratio=1, **colors):
    return {"space": space, "ratio": ratio, "colors": colors}


def pixels(one):
    return Image.open(io.BytesIO(shown(one).picture))


def test_the_last_picture_is_as_fine_as_the_screen_and_those_before_are_not():
    async def look():
        one = explorer(slow)
        assert pixels(one).width == 300
        shown(one).view = view(ratio=2)
        await until(lambda: pixels(one).width == 600)
        assert shown(one).width == 300
        drawn = []
        canvas = shown(one)
        canvas.observe(lambda _: drawn.append((canvas.text, pixels(one).width)), "number")
        one.controls["a"].value = 5
        await asyncio.sleep(0)
        assert drawn[-1][1] == 375
        assert canvas.state == "working"
        await until(lambda: canvas.state == "done")
        assert {width for _, width in drawn[:-1]} == {375}
        # the end of a training is not drawn as a draft before
        assert [width for text, width in drawn if "step 20" in text] == [600]

    asyncio.run(look())


def test_the_picture_takes_the_space_it_has_and_stacks_its_panels_where_that_is_little():
    def two_panels(figure):
        left, _ = figure.subplots(1, 2)
        return {"lines": [left.plot([0, 10], [0, 0])[0]], "title": left.set_title("")}

    one = Explorer(settings_controls(), cheap, two_panels, draw, (8, 3))
    for space, width, height in ((800, 800, 300), (1000, 1000, 375), (460, 460, 600)):
        shown(one).view = view(space)
        assert shown(one).width == width
        assert pixels(one).size == (width, height)
    left, right = one._picture.figure.axes
    assert left.get_position().y0 > right.get_position().y1


def test_the_picture_has_the_colors_of_the_theme():
    one = explorer()
    light = shown(one).picture
    shown(one).view = view(**DARK)
    for a in (4, 5):  # more than once: what is white now must not become the background
        one.controls["a"].value = a
        colors = {color for _, color in pixels(one).getcolors(100_000)}
        assert pixels(one).getpixel((1, 1)) == (0x10, 0x20, 0x30)
        assert {(0xFE, 0xFE, 0xFE), (0x40, 0x50, 0x60)} <= colors
        assert not {(0, 0, 0), (255, 255, 255)} & colors
    shown(one).view = view()
    one.controls["a"].value = 3
    assert shown(one).picture == light


def test_in_the_dark_an_image_has_no_pale_ground_unless_it_is_paper():
    def images(figure):
        shown = {}
        for ax, cmap in zip(figure.subplots(2, 2).flat, GROUNDS, strict=True):
            ax.axis("off")
            low = -1 if cmap == "PuOr_r" else 0  # its middle is pale
            shown[cmap] = ax.imshow([[0]], cmap=cmap, vmin=low, vmax=1)
        return shown

    picture = Picture(images, lambda artists, result: None, (3, 3), colors=DARK)
    picture.png({})
    pixels = np.array(picture.canvas.buffer_rgba())
    for cmap, image in picture.artists.items():
        x, y = image.axes.transAxes.transform((0.5, 0.5)).round().astype(int)
        ground = pixels[len(pixels) - 1 - y, x, :3]
        assert ground.tolist() == pytest.approx(list(GROUNDS[cmap]), abs=2), cmap


GROUNDS = {
    "gray_r": (0x10, 0x20, 0x30),
    "Oranges": (0x10, 0x20, 0x30),
    "PuOr_r": (0x10, 0x20, 0x30),
    "binary": (255, 255, 255),
}


def test_events_from_another_thread_do_not_meet_the_run_half_way():
    """The first events of a widget come in one thread, later ones in another."""

    async def change():
        one = explorer(slow)
        one.controls["a"].value = 4  # its run goes on in this thread
        other = threading.Thread(target=asyncio.run, args=(late(one),))
        other.start()
        while other.is_alive():
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.1)
        return shown(one).text, json.loads(shown(one).settings)["a"]

    async def late(one):
        await asyncio.sleep(0.02)
        one.controls["a"].value = 6
        await until(lambda: shown(one).text == "x 6, step 20")

    for _ in range(5):
        assert asyncio.run(change()) == ("x 6, step 20", 6)


def test_a_still_picture_stands_in_where_there_is_no_kernel(monkeypatch):
    shown_in_turn = []
    monkeypatch.setattr(
        explorer_module, "display", lambda *what, **how: shown_in_turn.append((what[0], how))
    )
    explorer()._ipython_display_()
    [(live, _), (data, how)] = shown_in_turn
    assert list(live) == ["application/vnd.jupyter.widget-view+json"]
    assert data["text/plain"].startswith("x is 3\nThis is a still picture of a live explorer.")
    assert "height a, kind" in data["text/plain"]
    assert re.search(
        r'<img alt="x is 3[^"]+" width="\d+"[^>]* src="data:image/png', data["text/html"]
    )
    below = data["text/html"].split("<p>")[1]  # what a reader sees
    assert below.startswith(
        "<em>x is 3<br>This is a still picture of a live explorer. In JupyterLab select"
    )
    assert how["metadata"]["image/png"]["alt"] == data["text/plain"]


def test_a_closed_explorer_keeps_no_widget_and_no_figure():
    before = _living()
    one = explorer()
    assert _living() != before
    one.close()
    assert _living() == before
    assert one._picture is None


def _living():
    return set(widgets.widget._instances)


def test_what_stays_is_drawn_once_and_what_changes_always():
    picture = Picture(start, draw, (3, 2))
    first = picture.png({"a": 3, "text": "x"})
    other = picture.png({"a": 9, "text": "x"})
    assert other != first
    assert picture.png({"a": 3, "text": "x"}) == first  # nothing of the other picture is left


def test_new_limits_draw_the_axes_again(monkeypatch):
    def draw_with_limits(artists, result):
        artists["lines"][0].axes.set_ylim(0, result["a"])

    picture = Picture(start, draw_with_limits, (3, 2))
    draws = []
    whole = picture.canvas.draw
    monkeypatch.setattr(picture.canvas, "draw", lambda: draws.append(whole()))
    narrow, wide = picture.png({"a": 1}), picture.png({"a": 100})
    assert narrow != wide
    assert picture.png({"a": 1}) == narrow
    assert len(draws) == 2  # limits that come back find their axes, as at the start of a training


RERUNS = """
import gc, threading, resource
from ipywidgets.widgets import widget
import matplotlib.pyplot as plt

def count():
    gc.collect()
    figures = sum(type(one).__name__ == "Figure" for one in gc.get_objects())
    return [len(widget._instances), threading.active_count(), len(plt.get_fignums()), figures]
"""


@pytest.mark.slow
def test_reruns_of_a_cell_leak_nothing():
    """In a kernel, with another explorer in a cell that is not run again."""
    from nbclient import NotebookClient
    from nbformat import v4

    cells = [
        RERUNS,
        "from helpers import explorers\nexplorers.errors()",
        "explorers.neuron()",
        "print(*count())",
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}})

    def counts():
        client.execute_cell(notebook.cells[3], 3)
        return [int(number) for number in notebook.cells[3].outputs[0].text.split()]

    with client.setup_kernel():
        for index in range(3):
            client.execute_cell(notebook.cells[index], index)
        before = counts()
        for _ in range(3):
            client.execute_cell(notebook.cells[2], 2)
        assert counts() == before
        client.execute_cell(notebook.cells[1], 1)  # the other cell's explorer was still alive
        assert counts() == before


@pytest.mark.parametrize("value", [0.15, 1.0, 1e-3])
def test_learning_rates_are_round_numbers(value):
    slider = make.log_slider("learning rate", 1e-3, 10, value)
    values = [one for _, one in slider.options]
    assert value in values
    assert values[0] == 1e-3
    assert values[-1] == 10
    steps = np.diff(np.log10(values))
    assert steps.min() > 0.05
    assert steps.max() < 0.2


def test_a_sharper_picture_is_not_drawn_for_a_control_that_has_moved_meanwhile():
    async def move_while_the_picture_is_sharpened():
        one = explorer()
        one.controls["a"].value = 5
        one._sharpen(one._ticket, one._latest)  # before the loop comes to the answer
        return json.loads(shown(one).settings)["a"], shown(one).text

    assert asyncio.run(move_while_the_picture_is_sharpened()) == (3, "x is 3")
