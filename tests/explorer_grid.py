"""The settings that a reader can make with the controls of an explorer."""

from itertools import product

import ipywidgets as widgets
import numpy as np


def values_of(control):
    """Return all values that a control can take; of a field for any number, some."""
    if hasattr(control, "options"):
        return [one[1] if isinstance(one, tuple) else one for one in control.options]
    if isinstance(control, widgets.BoundedIntText):
        return [control.min, control.min + 1, control.max]
    steps = round((control.max - control.min) / control.step)
    values = np.linspace(control.min, control.max, steps + 1)
    kind = int if isinstance(control, widgets.IntSlider) else float
    return [kind(round(value, 9)) for value in values]


def start_and_values(make):
    """Return the settings with which an explorer starts, and all values of each of them."""
    explorer = make()
    start = explorer.settings
    values = {name: values_of(control) for name, control in explorer.controls.items()}
    explorer.close()
    return start, values


def one_at_a_time(make):
    """Return for each control the settings with all its values, the others as they start."""
    start, values = start_and_values(make)
    return {name: [start | {name: one} for one in values[name]] for name in values}


def coarse_grid(make, count=3):
    """Return all combinations of `count` values of each control, the ends among them."""
    _, values = start_and_values(make)
    places = {name: np.linspace(0, len(values[name]) - 1, count).round() for name in values}
    few = [[values[name][i] for i in sorted(set(places[name].astype(int)))] for name in values]
    return [dict(zip(values, combination, strict=True)) for combination in product(*few)]
