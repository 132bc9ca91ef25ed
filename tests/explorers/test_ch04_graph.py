"""The explorer of chapter 04: what it shows at every step is measured and drawn in its place."""

import math
import re
from itertools import product

import pytest
from explorer_grid import start_and_values
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from helpers.explorers.ch04_graph import (
    EDGES,
    PLACES,
    SLOPE_AT,
    VALUE_AT,
    compute,
    draw,
    number,
    start,
)
from helpers.plots import BLUE, GRAY, ORANGE

START = {"step": 7, "x": 2.0, "w": 0.5, "b": -0.5, "y": 1}  # as in the chapter
STEPS = range(10)


def loss_from(name, values, y):
    """J as a function of one node, written out without the helpers."""
    x, w, b = (values[key] for key in "xwb")
    z = {"x": lambda v: v * w + b, "w": lambda v: x * v + b, "b": lambda v: x * w + v}
    z["z"] = lambda v: v
    if name == "J":
        return lambda v: v
    if name == "a":
        return lambda v: -math.log(v if y else 1 - v)
    return lambda v: math.log1p(math.exp(-z[name](v) if y else z[name](v)))


def slope_of(function, at, h):
    return (function(at + h) - function(at - h)) / (2 * h)


def numbers_in(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"(?<![\d.])−?\d+\.\d+", text)]


def check(settings):
    """Check every value and derivative against a measurement, and the words against both."""
    result = compute(**settings)
    values, slopes, y = result["values"], result["slopes"], settings["y"]
    x, w, b, z, a = (values[name] for name in "xwbza")
    assert (x, w, b) == tuple(settings[name] for name in "xwb")
    assert math.isclose(z, x * w + b, abs_tol=1e-12)
    assert math.isclose(a, 1 / (1 + math.exp(-z)), rel_tol=1e-12)
    assert math.isclose(values["J"], loss_from("z", values, y)(z), rel_tol=1e-9)
    for name, slope in slopes.items():
        h = 1e-3 * min(a, 1 - a) if name == "a" else 1e-5
        measured = slope_of(loss_from(name, values, y), values[name], h)
        assert math.isclose(slope, measured, rel_tol=1e-5, abs_tol=1e-8), name
    for (before, after), (_, slope) in result["local"].items():
        assert math.isclose(slopes[after] * slope, slopes[before], abs_tol=1e-15)

    step, (first, why, inputs) = settings["step"], result["text"].split("\n")
    assert first == f"Step {step} of 9: {result['does']}."
    assert inputs == f"Inputs x = {number(x)}, w = {number(w)}, b = {number(b)}; label y = {y}."
    for at, found in ((VALUE_AT, values), (SLOPE_AT, slopes)):
        for name in (name for name in at if at[name] == step and step > 0):
            assert math.isclose(numbers_in(first)[-1], found[name], rel_tol=0.01, abs_tol=1e-8)
            if step >= 6:
                assert "measured by (4.11)" in why
                assert math.isclose(numbers_in(why)[-1], found[name], rel_tol=0.01, abs_tol=1e-8)
    return result


@pytest.fixture(scope="module")
def control_values():
    start, values = start_and_values("graph")
    assert start == {"step": 4, "x": 3.0, "w": 1.0, "b": -2.0, "y": 1}
    return values


@pytest.mark.parametrize("name", START)
def test_everything_is_right_at_every_value_of_each_control(name, control_values):
    for value in control_values[name]:
        check(START | {name: value})


def test_everything_is_right_all_over_the_grid(control_values):
    few = [values[:: max(1, (len(values) - 1) // 4)] for values in control_values.values()]
    for settings in product(STEPS, *few[1:]):
        check(dict(zip(START, settings, strict=True)))


CHAPTER = [  # what the chapter derives for its numbers, and the equation it gives
    (1, "z = xw + b = 2.0 · 0.5 + (−0.5) = 0.5", "(2.1)"),
    (2, "a = σ(z) = σ(0.5) = 0.622", "(2.6)"),
    (3, "J = −ln a = −ln 0.622 = 0.474", "(3.3)"),
    (4, "dJ = ∂J/∂J = 1.0", ""),
    (5, "da = dJ · ∂J/∂a = dJ · (−1/a) = 1.0 · (−1.607) = −1.607", "(4.1)"),
    (6, "dz = da · ∂a/∂z = da · a(1 − a) = −1.607 · 0.235 = −0.378", "(4.9)"),
    (7, "dw = dz · ∂z/∂w = dz · x = −0.378 · 2.0 = −0.755", "(4.1)"),
    (8, "db = dz · ∂z/∂b = dz · 1 = −0.378 · 1.0 = −0.378", "(4.1)"),
    (9, "dx = dz · ∂z/∂x = dz · w = −0.378 · 0.5 = −0.189", "(4.1)"),
]


@pytest.mark.parametrize(("step", "does", "equation"), CHAPTER)
def test_the_words_are_those_of_the_chapter(step, does, equation):
    result = compute(**START | {"step": step})
    assert result["does"] == does
    assert equation in result["text"]


@pytest.mark.parametrize(("y", "difference"), [(1, "0.622 − 1 = −0.378"), (0, "0.622 − 0 = 0.622")])
def test_the_output_layer_ends_in_a_minus_y(y, difference):
    result = compute(**START | {"step": 6, "y": y})
    assert f"a − y = {difference};" in result["text"]
    assert math.isclose(result["slopes"]["z"], result["values"]["a"] - y)


WRITTEN = {
    2: "2.0",
    -0.3: "−0.3",
    -1e-17: "0.0",
    0.62246: "0.622",
    0.99966: "1.000",
    -0.037549: "−0.0375",
    0.000335353: "0.000335",
    -2981.958: "−2981.958",
}


@pytest.mark.parametrize(("value", "written"), WRITTEN.items())
def test_numbers_keep_their_digits(value, written):
    assert number(value) == written


# The picture


@pytest.fixture(scope="module")
def artists():
    return start(Figure(figsize=(8.6, 3.6)))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_shows_what_is_known_by_then(step, artists):
    result = compute(**START | {"step": step})
    draw(artists, result)
    for name, value, slope in zip(PLACES, artists["values"], artists["slopes"], strict=True):
        known = number(result["values"][name]) if VALUE_AT[name] <= step else ""
        assert value.get_text() == known
        known = f"d{name} = {number(result['slopes'][name])}" if SLOPE_AT[name] <= step else ""
        assert slope.get_text() == known
        assert value.xy == slope.xy == PLACES[name]
    assert artists["does"].get_text() == result["does"]
    [place], color = artists["ring"].get_offsets(), artists["ring"].get_edgecolor()
    if step == 0:
        assert len(color) == 0  # nothing is computed yet, and no node framed
    else:
        assert to_hex(color[0]).upper() == (BLUE if step < 4 else ORANGE)
        now = [name for name in PLACES if step in (VALUE_AT[name], SLOPE_AT[name])]
        assert [tuple(place)] == [PLACES[name] for name in now]


@pytest.mark.parametrize("step", STEPS)
def test_edges_point_the_way_of_their_pass_and_only_those_of_the_step_are_thick(step, artists):
    result = compute(**START | {"step": step})
    draw(artists, result)
    thick = []
    for edge, arrow, text in zip(EDGES, artists["arrows"], artists["local"], strict=True):
        start, end = (PLACES[name] for name in edge)
        patch = arrow.arrow_patch
        if edge in EDGES[: max(0, step - 4)]:  # the way back has taken it
            assert (arrow.xyann, arrow.xy) == (end, start)
            assert to_hex(patch.get_edgecolor()).upper() == ORANGE
            formula, slope = result["local"][edge]
            assert text.get_text().startswith(f"∂{edge[1]}/∂{edge[0]} = {formula}\n× ")
            assert math.isclose(numbers_in(text.get_text())[-1], slope, rel_tol=0.01)
            assert text.get_weight() == ("bold" if edge == EDGES[step - 5] else "normal")
        else:
            assert (arrow.xyann, arrow.xy) == (start, end)
            forward = VALUE_AT[edge[1]] <= step
            assert to_hex(patch.get_edgecolor()).upper() == (BLUE if forward else GRAY)
            assert text.get_text() == ""
        if patch.get_linewidth() > 2:
            thick.append(edge)
    into = {1: "z", 2: "a", 3: "J"}.get(step)
    expected = [edge for edge in EDGES if edge[1] == into] if step < 5 else [EDGES[step - 5]]
    assert thick == expected


def test_the_rule_for_the_loss_follows_the_label(artists):
    for y, rule in ((1, "J = −ln a"), (0, "J = −ln(1 − a)")):
        draw(artists, compute(**START | {"y": y}))
        assert artists["rule"].get_text() == rule


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("w", [-2.0, -0.1, 2.0])
def test_no_texts_overlap_and_all_stand_in_the_picture(w, y):
    figure = Figure(figsize=(8.6, 3.6), dpi=100)
    artists = start(figure)
    draw(artists, compute(step=9, x=3.0, w=w, b=w, y=y))
    figure.canvas.draw()
    texts = [text for text in figure.axes[0].texts if text.get_text() and not text.get_rotation()]
    boxes = [text.get_tightbbox() for text in texts]
    for i, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= 860
        assert box.y0 >= 0
        assert box.y1 <= 360
        for j in range(i):
            assert not box.overlaps(boxes[j]), (texts[i], texts[j])
