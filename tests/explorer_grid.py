"""Explorers before their first run, and the settings that a reader can make with their controls."""

import re
from functools import cache
from itertools import combinations, product

import ipywidgets as widgets
import numpy as np
import pytest
from digit_strokes import DIGITS, place, rasterize

from helpers import explorers, initialize
from helpers.explorers.explorer import Explorer
from helpers.explorers.pad import DrawingPad


def as_bytes(ink):
    """Return what the drawing pad sends for ink in [0, 1]."""
    return np.rint(255 * ink).astype(np.uint8).tobytes()


def last(compute, settings):
    """Run a training to its end and measure."""
    *_, measure = compute(**settings)
    return measure()


def assert_no_minus_zero(compute, grid):
    """Sliders send a little less than 0 for 0: no word may say -0.00 for it."""
    for settings in grid:
        near_zero = settings | {name: v - 1e-17 for name, v in settings.items() if v == 0}
        words = compute(**near_zero)["text"]
        assert not re.search(r"-0\.0+(?!\d)", words), words


@cache
def untouched(name):
    """Make an explorer that has not computed anything: where it trains, that takes a while."""
    rng = np.random.default_rng(0)
    network = rng.random((8, 784)), np.arange(8), initialize([784, 10], rng=rng)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Explorer, "_begin", lambda self, seconds: None)
        return getattr(explorers, name)(*network if name == "reading" else ())


def values_of(control):
    """Return all values that a control can take; of a field for any number or drawing, some."""
    if hasattr(control, "options"):
        return [one[1] if isinstance(one, tuple) else one for one in control.options]
    if isinstance(control, widgets.BoundedIntText):
        return [control.min, control.min + 1, control.max]
    if isinstance(control, widgets.Text):
        return [control.value, "0.5 -0.2 1"]  # a point in the plane
    if isinstance(control, DrawingPad):
        strokes = [place(DIGITS[digit][0], 30, 18, 52, 76) for digit in (3, 8)]
        return [control.value, *(as_bytes(rasterize(one, pen=9.6)) for one in strokes)]
    steps = round((control.max - control.min) / control.step)
    values = np.linspace(control.min, control.max, steps + 1)
    kind = int if isinstance(control, widgets.IntSlider) else float
    return [kind(round(value, 9)) for value in values]


def start_and_values(name):
    """Return the settings with which an explorer starts, and all values of each of them."""
    explorer = untouched(name)
    values = {control: values_of(widget) for control, widget in explorer.controls.items()}
    return explorer.settings, values


def one_at_a_time(name):
    """Return for each control the settings with all its values, the others as they start."""
    start, values = start_and_values(name)
    return {control: [start | {control: one} for one in values[control]] for control in values}


def _few(name, count):
    """Return `count` values of each control, the ends among them."""
    _, values = start_and_values(name)
    places = {name: np.linspace(0, len(values[name]) - 1, count).round() for name in values}
    return {
        name: [values[name][i] for i in sorted(set(places[name].astype(int)))] for name in values
    }


def coarse_grid(name, count=3):
    """Return all combinations of `count` values of each control, the ends among them."""
    few = _few(name, count)
    return [dict(zip(few, combination, strict=True)) for combination in product(*few.values())]


def pairwise_grid(name, count=3):
    """Return few settings in which any two of `count` values of any two controls meet."""
    few, rng = _few(name, count), np.random.default_rng(0)

    def meetings(settings):
        return set(combinations(settings.items(), 2))

    missing = {
        ((a, x), (b, y)) for a, b in combinations(few, 2) for x, y in product(few[a], few[b])
    }
    grid = []
    while missing:
        drawn = [{c: many[rng.integers(len(many))] for c, many in few.items()} for _ in range(50)]
        grid.append(max(drawn, key=lambda settings: len(meetings(settings) & missing)))
        missing -= meetings(grid[-1])
    return grid
