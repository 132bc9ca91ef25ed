"""Forward and backward on a computational graph, one step at a time (chapter 04)."""

import math

import numpy as np

from ..network import sigmoid, sigmoid_derivative
from ..plots import BLUE, GRAY, ORANGE
from ..plots.diagrams import label_edges, start_graph
from .controls import choice, slider
from .explorer import Explorer

PLACES = {"x": (0, 1.2), "w": (0, 0), "b": (0, -1.2), "z": (2.3, 0), "a": (4.2, 0), "J": (6.1, 0)}
EDGES = [("a", "J"), ("z", "a"), ("w", "z"), ("b", "z"), ("x", "z")]  # as the way back takes them
VALUE_AT = {"x": 0, "w": 0, "b": 0, "z": 1, "a": 2, "J": 3}  # the step that computes a value
SLOPE_AT = {"J": 4, "a": 5, "z": 6, "w": 7, "b": 8, "x": 9}  # the step that finds its derivative
COLORS = {"": GRAY, "forward": BLUE, "back": ORANGE}  # of an edge, by the pass that has taken it
H = 1e-5  # the nudge of a measurement


def graph():
    """Explore the smallest network on its graph: values go forward, derivatives back (chapter 04).

    Every edge multiplies by its own derivative, as the chain rule (4.1) says; that of the sigmoid
    is (4.9). What comes out is compared with a central difference (4.11).
    """
    controls = {
        "step": slider("step", 0, 9, 4),
        "x": slider("input x", -3, 3, 3.0, 0.1),
        "w": slider("weight w", -2, 2, 1.0, 0.1),
        "b": slider("bias b", -2, 2, -2.0, 0.1),
        "y": choice("label y", [1, 0], 1),
    }
    return Explorer(controls, compute, start, draw, (8.6, 3.6))


def values_of(x, w, b, y, z=None):
    """Compute the value of every node; a z that is given takes the place of xw + b."""
    z = x * w + b if z is None else z
    a = sigmoid(np.array([z]))[0]
    return {"x": x, "w": w, "b": b, "z": z, "a": a, "J": -np.log(a if y == 1 else 1 - a)}


def measure(name, values, y):
    """Measure the derivative of J with respect to x, w, b or z by a central difference."""
    given = {key: values[key] for key in {"x", "w", "b", name}}
    above, below = (values_of(**{**given, name: values[name] + h}, y=y)["J"] for h in (H, -H))
    return (above - below) / (2 * H)


def compute(step, x, w, b, y):
    """Compute all values and derivatives, and put one step into words."""
    values = values_of(x, w, b, y)
    z, a = values["z"], values["a"]
    local = {  # of each edge: its own derivative, as a formula and as a number
        ("a", "J"): ("−1/a", -1 / a) if y == 1 else ("1/(1 − a)", 1 / (1 - a)),
        ("z", "a"): ("a(1 − a)", sigmoid_derivative(np.array([z]))[0]),
        ("w", "z"): ("x", x),
        ("b", "z"): ("1", 1.0),
        ("x", "z"): ("w", w),
    }
    slopes = {"J": 1.0}
    for start, end in EDGES:
        slopes[start] = slopes[end] * local[start, end][1]  # along a path, multiply

    rules = {"z": "xw + b", "a": "σ(z)", "J": "−ln a" if y == 1 else "−ln(1 − a)"}
    inserted = {
        "z": f"{number(x)} · {factor(w)} + {factor(b)}",
        "a": f"σ({number(z)})",
        "J": rules["J"].replace("a", number(a)),
    }
    says = [(f"x = {number(x)}, w = {number(w)}, b = {number(b)}", "These are given.")]
    for name, why in (("z", "(2.1)"), ("a", "(2.6)"), ("J", "(3.3), for one example")):
        does = f"{name} = {rules[name]} = {inserted[name]} = {number(values[name])}"
        says.append((does, f"That is {why}."))
    says.append(("dJ = ∂J/∂J = 1.0", "Here the way back begins."))
    for start, end in EDGES:
        formula, slope = local[start, end]
        does = f"d{start} = d{end} · ∂{end}/∂{start} = d{end} · {bracket(formula)}"
        does += f" = {number(slopes[end])} · {factor(slope)} = {number(slopes[start])}"
        if start == "a":
            why = "That is the first factor of (4.1)."
        elif start == "z":
            why = f"∂a/∂z is (4.9). The same is a − y = {number(a)} − {y} = {number(a - y)}"
        else:
            path = " · ".join(factor(local[edge][1]) for edge in (*EDGES[:2], (start, end)))
            why = f"By (4.1), from J to {start}: {path} = {number(slopes[start])}"
        if start != "a":
            why += f"; measured by (4.11): {number(measure(start, values, y))}."
        says.append((does, why))
    does, why = says[step]
    inputs = f"Inputs x = {number(x)}, w = {number(w)}, b = {number(b)}; label y = {y}."
    return {
        "text": f"Step {step} of 9: {does}.\n{why}\n{inputs}",
        "does": does,
        "step": step,
        "values": values,
        "slopes": slopes,
        "local": local,
        "rule": f"J = {rules['J']}",
    }


def number(value):
    """Write a number: tenths as they are, small ones with more digits, and with a true minus."""
    value = round(float(value), 9) + 0.0  # never −0
    digits = 1 if round(value, 1) == value else 3
    if 0 < abs(value) < 0.1:
        digits += -math.floor(math.log10(abs(value))) - 1
    return f"{value:.{digits}f}".replace("-", "−")


def factor(value):
    """Write a number that follows an operator."""
    return bracket(number(value))


def bracket(text):
    """Put what begins with a minus into brackets."""
    return f"({text})" if text.startswith("−") else text


def start(figure):
    """Make the graph, still without values."""
    ax = figure.subplots()
    ax.set(xlim=(-0.55, 6.75), ylim=(-1.8, 1.75))
    arrows, values, slopes = start_graph(ax, PLACES, EDGES)
    ax.text(4.15, 1.5, "values →", color=BLUE, weight="bold", ha="right")
    ax.text(4.25, 1.5, "← derivatives of J", color=ORANGE, style="italic")
    above = {"xytext": (0, 38), "textcoords": "offset points", "ha": "center", "color": GRAY}
    for name, rule in (("z", "z = xw + b"), ("a", "a = σ(z)")):
        ax.annotate(rule, PLACES[name], **above)
    return {
        "arrows": list(arrows.values()),
        "values": list(values.values()),
        "slopes": list(slopes.values()),
        "rule": ax.annotate("", PLACES["J"], **above),
        "local": list(label_edges(ax, PLACES, EDGES).values()),
        "ring": ax.scatter([0], [0], s=1100, facecolor="none", linewidth=3, zorder=4),
        "does": ax.text(3.85, -1.45, "", ha="center", size=12),
    }


def draw(artists, result):
    """Show what the steps up to this one have found."""
    step = result["step"]
    for name, value, slope in zip(PLACES, artists["values"], artists["slopes"], strict=True):
        known = step >= VALUE_AT[name], step >= SLOPE_AT[name]
        value.set_text(number(result["values"][name]) if known[0] else "")
        slope.set_text(f"d{name} = {number(result['slopes'][name])}" if known[1] else "")
        if step in (VALUE_AT[name], SLOPE_AT[name]):
            artists["ring"].set_offsets([PLACES[name]])
    artists["ring"].set_edgecolor("none" if step == 0 else BLUE if step < 4 else ORANGE)
    artists["rule"].set_text(result["rule"])
    for (start, end), arrow, text in zip(EDGES, artists["arrows"], artists["local"], strict=True):
        way = "back" if step >= SLOPE_AT[start] else "forward" if step >= VALUE_AT[end] else ""
        now = step == (SLOPE_AT[start] if way == "back" else VALUE_AT[end])
        arrow.arrow_patch.set(color=COLORS[way], linewidth=3.5 if now else 1.5)
        arrow.xy, arrow.xyann = (
            PLACES[n] for n in ((start, end) if way == "back" else (end, start))
        )
        formula, slope = result["local"][start, end]
        text.set_text(f"∂{end}/∂{start} = {formula}\n× {factor(slope)}" if way == "back" else "")
        text.set_weight("bold" if now else "normal")
    artists["does"].set_text(result["does"])
