"""What all explorers share: controls, a picture with its words, and the newest setting wins.

An explorer is three parts. `compute(**settings)` is pure: it returns a dict that holds at least
the `text` of the numbers to state. Where it trains, it is a generator: each `yield` is a place
to stop, and what it yields is a function without arguments that measures the present state and
returns such a dict; it is called only for the states that are drawn. `start(figure)` makes the
artists, `draw(artists, result)` makes them show a dict. The wiring is here.
"""

import asyncio
import functools
import inspect
import json
import threading
import time
import traceback
import zlib
from contextlib import contextmanager

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from ..plots.style import bundle
from .canvas import Canvas
from .picture import Picture

FIRST = 0.03  # seconds of training before the first answer to a new setting
SLICE = 0.02  # seconds of training before the kernel looks whether a control has moved
WATCHED = 0.003  # seconds of training between two pictures after Start, slow enough to watch
GAP = 0.06  # seconds between two pictures, at least

WIDGET = "application/vnd.jupyter.widget-view+json"
HOW_TO_MAKE_IT_LIVE = (
    "This is a still picture of a live explorer. "
    "Run this cell in JupyterLab (Shift-Enter) and move its controls: {controls}."
)

# The live explorer is one output, its still picture the next. Only one of them is to be seen: the
# picture where there is no live one, such as in a notebook that is opened again with a new kernel.
ONE_OF_TWO = """<style class="explorer-still">
:is(.jp-OutputArea-child, .output_area):has(.explorer)
    + :is(.jp-OutputArea-child, .output_area):has(style.explorer-still),
:is(.jp-OutputArea-child, .output_area):not(:has(.explorer)):has(
    + :is(.jp-OutputArea-child, .output_area) style.explorer-still) { display: none }
</style>"""

_shown = {}  # the explorers that each cell made when it last ran


def one_at_a_time(method):
    """Let only one thread be in such methods of an explorer.

    JupyterLab hands the events of widgets to a thread of its own, but not the first ones, so the
    training that one event has begun and the next event may be in different threads.
    """

    @functools.wraps(method)
    def method_with_lock(self, *args, **kwargs):
        with self._lock:
            return method(self, *args, **kwargs)

    return method_with_lock


class Explorer(widgets.VBox):
    """Controls above a picture and its words.

    `controls` maps each setting of `compute` to the widget that has its value; the picture's `size`
    is in inches of a hundred pixels. With `player` the reader starts, pauses and steps the
    training; `code(**settings)` returns code that repeats it.

    A ValueError or FloatingPointError from `compute` is an answer to the reader and is shown as
    its message. Any other exception is shown with its traceback. The explorer stays alive.
    """

    def __init__(self, controls, compute, start, draw, size=(8, 3.5), *, player=False, code=None):
        self.controls, self._compute, self._code = controls, compute, code
        self._picture = Picture(start, draw, size)
        self._canvas = Canvas()
        self._reset_to = {name: control.value for name, control in controls.items()}
        self._lock = threading.RLock()
        self._ticket = 0  # who plays holds a ticket, and stops when a newer one is out
        self._task = None
        self._asked = False  # whether an answer is on its way
        for control in controls.values():
            control.observe(self._on_change, "value")
        buttons = [self._button("Reset", self._on_reset)]
        self._start_button = self._button("Start", self._on_start)
        if player:
            buttons = [self._start_button, self._button("Step", self._on_step), *buttons]
        self._player = player
        grid = widgets.Box(list(controls.values()), layout={"flex_flow": "row wrap"})
        super().__init__([grid, widgets.HBox(buttons), self._canvas])
        self.add_class("explorer")
        _replace_earlier(self)
        self._begin(seconds=float("inf"))

    @property
    def settings(self):
        """The present value of each control, by name.

        The browser says 2.000000000000001 where its slider stands at 2.
        """
        values = {name: control.value for name, control in self.controls.items()}
        return {n: round(v, 9) if isinstance(v, float) else v for n, v in values.items()}

    @one_at_a_time
    def close(self):
        """Stop the job and let go of everything."""
        self._ticket += 1
        self._job = self._measure = self._picture = None
        for widget in {*_family(self), self._start_button, self}:
            widget.unobserve_all()
            parts = (getattr(widget, "layout", None), getattr(widget, "style", None))
            for part in filter(None, parts):
                part.close()
            if widget is not self:
                widget.close()
        super().close()

    def _ipython_display_(self):
        display({WIDGET: super()._repr_mimebundle_()[WIDGET]}, raw=True)
        data, metadata = self._still()
        display(data, metadata=metadata, raw=True)

    def _still(self):
        """Return what is seen where there is no kernel, and metadata to go with it."""
        names = ", ".join(control.description for control in self.controls.values())
        note = HOW_TO_MAKE_IT_LIVE.format(controls=names)
        words = f"{self._canvas.problem or self._canvas.text}\n{note}"
        data, metadata = bundle(self._picture.figure, words, words)
        data["text/html"] = ONE_OF_TWO + data["text/html"]
        return data, metadata

    # what the reader does

    def _on_change(self, change):
        """Answer as soon as this event is done with: meanwhile the browser sends the next one."""
        if self._asked:
            return
        self._asked = True
        try:
            asyncio.get_running_loop().call_soon(self._answer)
        except RuntimeError:  # outside of a notebook there is no loop
            self._answer()

    @one_at_a_time
    def _answer(self):
        self._asked = False
        if self._picture is not None and self.settings != self._begun:  # not closed, and new
            self._begin(FIRST)

    @one_at_a_time
    def _on_reset(self, button):
        for name, control in self.controls.items():
            control.unobserve(self._on_change, "value")
            control.value = self._reset_to[name]
            control.observe(self._on_change, "value")
        self._begin(0 if self._player else FIRST, play=not self._player)

    @one_at_a_time
    def _on_start(self, button):
        if self._task is not None:
            self._pause()
            self._show("paused")
        else:
            if not self._more:
                self._begin(0, play=False)
            self._play(watched=True)

    @one_at_a_time
    def _on_step(self, button):
        self._pause()
        if not self._more:
            self._begin(0, play=False)
            return
        with self._problems_shown():
            self._advance(0)
            self._show("paused" if self._more else "done")

    # what follows

    def _begin(self, seconds, play=True):
        """Compute for the present settings: some seconds at once, the rest in the background."""
        self._pause()
        self._more = False
        self._begun = self.settings
        with self._problems_shown():
            outcome = self._compute(**self._begun)
            if inspect.isgenerator(outcome):
                self._job, self._more = outcome, True
                self._advance(seconds)
            else:
                self._measure = lambda: outcome
            self._show("done" if not self._more else "working" if play else "paused")
            if play:
                self._play()

    def _advance(self, seconds):
        """Let the job go on for this long, at least to its next yield, at most to its end."""
        end = time.perf_counter() + seconds
        for measure in self._job:
            self._measure = measure
            if time.perf_counter() >= end:
                return
        self._more = False

    def _play(self, watched=False):
        if not self._more:
            return
        self._start_button.description = "Pause"
        work = self._watch if watched else self._work
        self._task = asyncio.get_running_loop().create_task(work(self._ticket))

    def _pause(self):
        self._start_button.description = "Start"
        self._task = None
        self._ticket += 1

    async def _work(self, ticket):
        """Train in slices and give way between them, until done or a newer ticket is out."""
        gap, shown = GAP, time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            with self._lock, self._problems_shown():
                if ticket != self._ticket:
                    return
                self._advance(SLICE)
                now = time.perf_counter()
                if now - shown > gap or not self._more:
                    self._show("working" if self._more else "done")
                    shown = time.perf_counter()
                    gap = max(GAP, 2 * (shown - now))
                if not self._more:
                    self._pause()

    async def _watch(self, ticket):
        """Train a little for each picture, until done or a newer ticket is out."""
        while True:
            await asyncio.sleep(GAP)
            with self._lock, self._problems_shown():
                if ticket != self._ticket:
                    return
                self._advance(WATCHED)
                self._show("working" if self._more else "done")
                if not self._more:
                    self._pause()

    def _show(self, state):
        result = self._measure()
        self._canvas.show(
            picture=self._picture.png(result),
            text=result["text"],
            problem="",
            code=self._code(**self.settings) if self._code else "",
            settings=self._settings_as_json(),
            state=state,
        )

    @contextmanager
    def _problems_shown(self):
        """Show what goes wrong in the explorer itself, where the reader looks."""
        try:
            yield
        except (ValueError, FloatingPointError) as error:
            problem = str(error)
        except Exception:
            problem = f"This is a mistake in the explorer, not yours.\n{traceback.format_exc()}"
        else:
            return
        self._more = False
        self._pause()
        self._canvas.show(
            problem=problem, text="", code="", settings=self._settings_as_json(), state="done"
        )

    def _settings_as_json(self):
        return json.dumps(self.settings, default=zlib.crc32)  # bytes as a checksum

    @staticmethod
    def _button(label, action):
        button = widgets.Button(description=label, layout={"width": "6em"})
        button.on_click(action)
        return button


def _family(widget):
    """Return all widgets inside this one."""
    children = getattr(widget, "children", ())
    return [*children, *(one for child in children for one in _family(child))]


def _replace_earlier(explorer):
    """Close what this cell made when it last ran, so that running it again leaks nothing."""
    parent = getattr(get_ipython(), "get_parent", dict)()
    if not parent:
        return  # not in a notebook
    cell = parent["metadata"].get("cellId", parent["content"].get("code"))
    run = parent["header"]["msg_id"]
    earlier_run, explorers = _shown.get(cell, (run, []))
    if earlier_run != run:
        for earlier in explorers:
            earlier.close()
        explorers = []
    _shown[cell] = (run, [*explorers, explorer])
