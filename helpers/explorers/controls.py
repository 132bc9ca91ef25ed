"""The controls of explorers, all with a visible label, all movable by key and by typing."""

import math

import ipywidgets as widgets

MANTISSAS = (1, 1.5, 2, 3, 4, 5, 6, 8)


def slider(label, low, high, start, step=1):
    """Make a slider; whole numbers if its step is one."""
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    return kind(value=start, min=low, max=high, step=step, description=label)


def list_slider(label, values, start):
    """Make a slider over a list of numbers."""
    options = [(f"{value:g}", value) for value in values]
    control = widgets.SelectionSlider(options=options, value=start, description=label)
    control.add_class("explorer-list")
    return control


def log_slider(label, low, high, start):
    """Make a slider over round numbers that grow by factors: 0.1, 0.15, 0.2, 0.3 and so on."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [float(f"{digits}e{power}") for power in powers for digits in MANTISSAS]
    return list_slider(label, [value for value in values if low <= value <= high], start)


def choice(label, options, start):
    """Make a drop-down list."""
    return widgets.Dropdown(options=options, value=start, description=label)


def number(label, low, high, start):
    """Make a field for a whole number."""
    control = widgets.BoundedIntText(value=start, min=low, max=high, description=label)
    control.add_class("explorer-number")
    return control


def seed(start=0):
    """Make the field for the seed of everything random."""
    return number("seed", 0, 9999, start)


def text(label, example):
    """Make a field for words, empty at first; they count as soon as the reader hits Enter."""
    return widgets.Text(description=label, placeholder=example, continuous_update=False)


def new_row(control):
    """Let this control begin a row of its own."""
    control.add_class("explorer-row")
    return control


def whole_row(control):
    """Let this control have a row for itself."""
    control.add_class("explorer-wide")
    return control
