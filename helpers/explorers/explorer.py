"""What all explorers share: controls, a picture with its words, and the newest setting wins.

An explorer is three parts. `compute(**settings)` is pure: it returns a dict that holds at least
the `text` of the numbers to state. Where it trains, it is a generator: each `yield` is a place
to stop, and what it yields is a function without arguments that measures the present state and
returns such a dict; it is called only for the states that are drawn. `start(figure)` makes the
artists, `draw(artists, result)` makes them show a dict. The wiring is here.

What `compute` may also return as `numbers` is shown large: {label: (value, format)}. What `start`
may also return as `curves` are lines. The last setting that came to its end and stood for a moment
is remembered: its numbers and a pale ghost of its curves are shown beside those of the next one.
"""

import asyncio
import functools
import inspect
import itertools
import json
import threading
import time
import traceback
import zlib
from contextlib import contextmanager
from functools import partial

import ipywidgets as widgets
import numpy as np
from IPython import get_ipython
from IPython.display import display

from ..plots.style import bundle
from .canvas import Canvas
from .controls import choice, list_slider
from .picture import DPI, Picture, band

FIRST = 0.02  # seconds of training before the first answer to a new setting
SLICE = 0.02  # seconds of training before the kernel looks whether a control has moved
GAP = 0.06  # seconds between two pictures, at least …
DRAWING = 4  # … and so many times as long as drawing one takes, so that most of the time trains
GROWTH = 0.05  # after Start, the next picture comes after this part of the steps so far …
SPEEDS = (0.25, 0.5, 1, 2, 4, 8)  # … times the speed, and at least one step later
SETTLED = 0.7  # seconds that a result must have stood to be compared with the next one
SEEDS = 5  # that are tried at once

# the space for a picture decides how large it is drawn, the screen how fine
LARGEST, TALLEST = 1.6, 620  # times its size; pixels, unless it is higher by itself
READABLE = 0.72  # times its size: the smallest words have nine pixels then
DRAFT = 1.25 * DPI  # at most, of pictures that others follow at once
FINEST = 4.8 * DPI  # of the last one, which is as fine as the screen
SHARPEN = 0.12  # seconds before that

WIDGET = "application/vnd.jupyter.widget-view+json"
HOW_TO_MAKE_IT_LIVE = (
    "This is a still picture of a live explorer. In JupyterLab select this cell, choose Run ▸ Run "
    "All Above Selected Cell, then run this cell (Shift-Enter) and move its controls: {controls}."
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
    """Controls above a picture and its words, or beside them where there is room.

    `controls` maps each setting of `compute` to the widget that has its value; the picture's `size`
    is in inches of a hundred pixels. `actions` are further buttons: each maps its label to a
    function of the settings that returns those to change. `quests` are buttons, too: {label:
    Quest}. `code(**settings)` returns code that repeats a training.

    With `player` the reader starts, pauses and steps the training; `player(**settings)` returns
    the number of steps in an epoch. The settings named in `steered` may be moved while it runs:
    those that have changed are sent to the generator, as a dict.

    The settings named in `viewed` change only what is seen: when they move, what `compute` yielded
    last is called with them, and nothing is trained. `point(place, click, **settings)` returns the
    settings to change when the reader rests at a place of the picture or clicks there: the label
    of its axes, x and y.

    A ValueError or FloatingPointError from `compute` is an answer to the reader and is shown as
    its message. Any other exception is shown with its traceback. The explorer stays alive.
    """

    def __init__(
        self, controls, compute, start, draw, size=(8, 3.5), *,
        player=None, steered=(), viewed=(), point=None, code=None, actions=None,
        quests=None,
    ):  # fmt: skip
        self.controls, self._compute, self._code = controls, compute, code
        self._player, self._steered, self._viewed = player, set(steered), set(viewed)
        self._point = point
        self._quests, self._quest = quests or {}, None  # all, and the label of the chosen one
        self._make_picture = partial(Picture, start, draw, size)
        self._picture, self._look = self._make_picture(), {}
        self._dpi, self._full_width = DPI, DPI * size[0]
        self._reset_to = {name: control.value for name, control in controls.items()}
        self._lock = threading.RLock()
        self._ticket = 0  # who plays holds a ticket, and stops when a newer one is out
        self._finished = None  # when the present setting came to its end, its numbers and curves
        self._was = {}  # the numbers of the setting to compare with
        for control in controls.values():
            control.observe(self._on_change, "value")
        rows = [[*controls.values()], self._make_buttons(actions or {})]
        lists = {
            one.description: [value for _, value in one.options]
            for one in itertools.chain(*rows)
            if isinstance(one, widgets.SelectionSlider)
        }
        self._canvas = Canvas(width=round(size[0] * DPI), lists=lists, pointable=point is not None)
        self._canvas.observe(self._on_view, "view")
        self._canvas.on_msg(self._on_point)
        boxes = [widgets.Box(row) for row in rows]
        for box, name in zip(boxes, ("controls", "buttons"), strict=True):
            box.add_class(f"explorer-{name}")
        super().__init__([widgets.Box([*boxes, self._canvas])])
        self.children[0].add_class("explorer-layout")
        self.add_class("explorer")
        _replace_earlier(self)
        self._begin(seconds=float("inf"))

    def _make_buttons(self, actions):
        buttons = [_button(label, partial(self._on_action, do)) for label, do in actions.items()]
        self._start_button = None
        if self._player:
            self._start_button = _button("Start", self._on_start)
            self._stride = choice("step by", ["step", "epoch"], "step")
            self._speed = list_slider("speed", SPEEDS, 1)
            step = _button("Step", self._on_step)
            buttons += [self._start_button, step, _button("Restart", self._on_restart)]
        buttons.append(_button("Reset", self._on_reset))
        if "seed" in self.controls and self._picture.has_curves:
            buttons.append(_button(f"Try {SEEDS} seeds", self._on_seeds))
        buttons += [_button(label, partial(self._on_quest, label)) for label in self._quests]
        return [*buttons, self._stride, self._speed] if self._player else buttons

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
        self._job = self._measure = self._picture = self._make_picture = self._finished = None
        for widget in {*_family(self), self}:
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
        numbers = ", ".join(f"{label} {value}" for label, value, _ in self._canvas.numbers)
        words = [numbers, self._canvas.problem or self._canvas.text, note]
        words = "\n".join(filter(None, words))
        data, metadata = bundle(self._picture.figure, words, words)
        data["text/html"] = ONE_OF_TWO + data["text/html"]
        return data, metadata

    # what the reader does

    def _on_change(self, change):
        """Answer as soon as this event is done with: meanwhile the browser sends the next one."""
        try:
            asyncio.get_running_loop().call_soon(self._answer)
        except RuntimeError:  # outside of a notebook there is no loop
            self._answer()

    @one_at_a_time
    def _answer(self):
        if self._picture is None or self.settings == self._begun:  # closed, or nothing new
            return
        changed = {n: v for n, v in self.settings.items() if v != self._begun[n]}
        if changed.keys() <= self._viewed and not self._canvas.problem:
            self._begun = self.settings
            self._view |= changed
            self._show(self._state)
        elif self._watched and self._more and changed.keys() <= self._steered:
            self._begun = self.settings
            self._sent |= changed
            self._was_steered = True
        else:
            self._begin(FIRST)

    @one_at_a_time
    def _on_view(self, change):
        """Draw the picture for another width, screen or theme."""
        if self._picture is None:
            return
        space, ratio, colors = (change["new"][name] for name in ("space", "ratio", "colors"))
        look = {"narrow": space < READABLE * self._full_width, "colors": colors}
        if look != self._look:
            was, around = self._picture.was, self._picture.band
            self._picture, self._look = self._make_picture(**look), look
            self._picture.was, self._picture.band = was, around
        width, height = self._picture.size
        scale = max(READABLE, min(space / width, LARGEST, max(1, TALLEST / height)))
        self._dpi = DPI * scale * ratio
        self._canvas.width, self._canvas.least = round(scale * width), round(READABLE * width)
        if not self._canvas.problem:
            self._show(self._state)

    @one_at_a_time
    def _on_point(self, canvas, message, buffers):
        place = self._picture and self._picture.place(*message["place"])
        if place:
            with self._problems_shown():
                for name, value in self._point(place, message["click"], **self.settings).items():
                    self.controls[name].value = value

    @one_at_a_time
    def _on_action(self, do, button):
        with self._problems_shown():
            self._set(do(**self.settings))
            self._begin(FIRST)

    @one_at_a_time
    def _on_quest(self, label, button):
        self._quest = label
        self._set(self._reset_to | self._quests[label].settings)
        self._begin(FIRST)

    @one_at_a_time
    def _on_reset(self, button):
        self._quest = None
        self._set(self._reset_to)
        self._begin(0 if self._player else FIRST, play=not self._player)

    @one_at_a_time
    def _on_restart(self, button):
        self._begin(0, play=False)

    @one_at_a_time
    def _on_start(self, button):
        if self._start_button.description == "Pause":
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
        self._watched = True
        epoch = self._player(**self._begun)
        with self._problems_shown():
            self._advance(steps=1 if self._stride.value == "step" else epoch - self._steps % epoch)
            self._show("paused" if self._more else "done")

    @one_at_a_time
    def _on_seeds(self, button):
        self._pause()
        self._job, self._more = self._try_seeds(), True
        self._play()

    # what follows

    def _set(self, values):
        """Move controls without an answer to each."""
        for name, value in values.items():
            self.controls[name].unobserve(self._on_change, "value")
            self.controls[name].value = value
            self.controls[name].observe(self._on_change, "value")

    def _begin(self, seconds, play=True):
        """Compute for the present settings: some seconds at once, the rest in the background."""
        self._pause()
        if self._finished and time.perf_counter() - self._finished[0] > SETTLED:
            _, self._was, self._picture.was = self._finished
        self._picture.band, self._finished = (), None
        self._more = self._watched = self._was_steered = False
        self._begun, self._steps, self._sent, self._view = self.settings, -1, {}, {}
        with self._problems_shown():
            self._job, self._more = _as_generator(self._compute(**self._begun)), True
            self._advance(seconds)
            # the first picture is sharp: what would sharpen it waits while more cells run
            state = "done" if not self._more else "working" if play else "paused"
            self._show(state, draft=seconds < float("inf"))
            if play:
                self._play()

    def _advance(self, seconds=0, steps=1):
        """Let the job go on for this long and this far, at most to its end."""
        end = time.perf_counter() + seconds
        while steps > 0 or time.perf_counter() < end:
            try:
                self._measure = self._job.send(self._sent or None)
            except StopIteration:
                self._more = False
                return
            self._sent = {}
            self._steps += 1
            steps -= 1

    def _play(self, watched=False):
        if not self._more:
            return
        self._watched = watched
        self._ticket += 1
        if self._start_button:
            self._start_button.description = "Pause"
        # kept, or it might be collected
        self._task = asyncio.get_running_loop().create_task(self._go_on(self._ticket))

    def _pause(self):
        if self._start_button:
            self._start_button.description = "Start"
        self._ticket += 1

    async def _go_on(self, ticket):
        """Train and give way in turn, until done or a newer ticket is out.

        What the reader has started goes on by ever more steps for each picture.
        """
        gap, shown = GAP, time.perf_counter()
        while True:
            await asyncio.sleep(GAP if self._watched else 0.001)
            with self._lock, self._problems_shown():
                if ticket != self._ticket:
                    return
                if self._watched:
                    self._advance(steps=round(GROWTH * self._speed.value * self._steps) or 1)
                else:
                    self._advance(SLICE)
                if not self._more:
                    self._pause()
                now = time.perf_counter()
                if self._watched or now - shown > gap or not self._more:
                    self._show("working" if self._more else "done", draft=self._more)
                    shown = time.perf_counter()
                    gap = max(GAP, DRAWING * (shown - now))

    def _try_seeds(self):
        """Train with some seeds, one after the other; the picture of the first gets a band."""
        ends, lines, first = [], [], None
        for seed in range(self._begun["seed"], self._begun["seed"] + SEEDS):
            for measure in _as_generator(self._compute(**self._begun | {"seed": seed})):
                yield measure
            ends.append(measure())
            first = first or measure
            lines.append(self._picture.curves(ends[-1]))
        self._picture.band = band(lines)
        words = [f"Seeds {self._begun['seed']} to {seed}, mean ± standard deviation"]
        for label, (_, form) in ends[0].get("numbers", {}).items():
            values = np.array([end["numbers"].get(label, [np.nan])[0] for end in ends])
            if np.isfinite(values).all() and values.std():
                words.append(f"{label} {values.mean():{form}} ± {values.std(ddof=1):{form}}")

        def with_words(**view):
            result = first(**view)
            return result | {"text": f"{result['text']}\n{'; '.join(words)}"}

        yield with_words

    def _show(self, state, draft=True):
        """Show the present result; as a draft, if no other follows, soon after sharply, too."""
        result = self._latest = self._measure(**self._view)
        self._state = state
        if state == "done" and self._finished is None:
            curves = self._picture.curves(result)
            self._finished = time.perf_counter(), _formatted(result), curves
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside of a notebook
            draft = False
        self._paint(result, "working" if draft else state)
        if draft and state != "working":
            loop.call_later(SHARPEN, self._sharpen, self._ticket, result)

    @one_at_a_time
    def _sharpen(self, ticket, result):
        newest = ticket == self._ticket and result is self._latest
        if newest and self._picture is not None and self.settings == self._begun:
            self._paint(result, self._state)

    def _paint(self, result, state):
        draw, finest = self._picture.png, FINEST
        if state == "working":
            draw, finest = self._picture.jpeg, DRAFT
        numbers = _formatted(result)
        self._canvas.show(
            picture=draw(result, min(self._dpi, finest)),
            text=self._quest_words(result, state) + result["text"],
            numbers=[[name, now, self._was.get(name, "")] for name, now in numbers.items()],
            problem="",
            code=self._code(**self.settings) if self._code and not self._was_steered else "",
            settings=self._settings_as_json(),
            state=state,
        )

    def _quest_words(self, result, state):
        if self._quest is None:
            return ""
        quest = self._quests[self._quest]
        begun, end = self._reset_to | quest.settings, result if state == "done" else None
        return f"{self._quest}: {quest.words(self.controls, begun, self.settings, end)}\n"

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
            problem=problem, text="", numbers=[], code="",
            settings=self._settings_as_json(), state="done",
        )  # fmt: skip

    def _settings_as_json(self):
        return json.dumps(self.settings, default=zlib.crc32)  # bytes as a checksum


def _button(label, action):
    button = widgets.Button(description=label)
    button.on_click(action)
    return button


def _as_generator(outcome):
    """Return a training as it is, and a result as a training that is over at once."""
    if inspect.isgenerator(outcome):
        return outcome
    return (measure for measure in [lambda: outcome])


def _formatted(result):
    """Return the large numbers of a result as words, by label."""
    numbers = result.get("numbers", {})
    return {label: format(value, form) for label, (value, form) in numbers.items()}


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
