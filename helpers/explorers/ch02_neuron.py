"""One neuron and a softmax layer (chapter 02)."""

import numpy as np

from ..network import relu, softmax
from ..plots import BLUE, GRAY, GREEN, ORANGE
from .controls import slider
from .explorer import Explorer

INPUTS = np.linspace(-2, 2, 161)  # x of the curves
CLASSES = 3


def neuron():
    """Explore one neuron, and three logits on their way through softmax (chapter 02).

    Left is a neuron with one input, Eq. (2.1), and ReLU, Eq. (2.5), at one input x and all along
    the axis. Right are the probabilities of three logits, Eq. (2.9), that are first divided by a
    temperature T; dashed are those without it, at T = 1.
    """
    controls = {
        "w": slider("weight w", -2.0, 2.0, 1.0, 0.1),
        "b": slider("bias b", -2.0, 2.0, -0.5, 0.1),
        "x": slider("input x", -2.0, 2.0, -1.5, 0.1),
        "z1": slider("logit z₁", -5.0, 5.0, 2.0, 0.1),
        "z2": slider("logit z₂", -5.0, 5.0, 1.0, 0.1),
        "z3": slider("logit z₃", -5.0, 5.0, -1.0, 0.1),
        "temperature": slider("temperature T", 0.1, 5.0, 2.0, 0.1),
    }
    return Explorer(controls, compute, start, draw, (9, 3.6))


def compute(w, b, x, z1, z2, z3, temperature):
    """Compute a = relu(xw + b), and the softmax of three logits divided by a temperature."""
    Z = INPUTS * w + b
    z = np.array([x * w + b])
    a = relu(z)
    logits = np.array([[z1, z2, z3]])
    A = softmax(logits / temperature)
    corner = f"corner at x = −b/w = {-b / w:z.2f}" if abs(w) > 1e-9 else "no corner, as w = 0"
    text = (
        f"z = xw + b = {x:z.1f} · {_signed(w)} + {_signed(b)} = {z[0]:z.2f} and"
        f" a = relu(z) = {a[0]:.2f}; {corner}.\n"
        f"softmax of ({z1:z.1f}, {z2:z.1f}, {z3:z.1f}) / {temperature:.1f}:"
        f" a = ({A[0, 0]:.4f}, {A[0, 1]:.4f}, {A[0, 2]:.4f}), sum {A.sum():.4f}."
    )
    return {
        "x": x,
        "z": z[0],
        "a": a[0],
        "line": Z,
        "bent": relu(Z),
        "A": A[0],
        "A at 1": softmax(logits)[0],
        "text": text,
    }


def start(figure):
    """Make the axes and artists."""
    left, right = figure.subplots(1, 2, width_ratios=[3, 2])
    left.set(xlim=(-2, 2), ylim=(-6.5, 6.5), xlabel="input x", ylabel="z and a")
    left.axhline(0, color="black", linewidth=0.8, linestyle="-")
    (line,) = left.plot([], [], color=GRAY, linestyle="--", label="z = xw + b")
    (bent,) = left.plot([], [], color=BLUE, linestyle="-", linewidth=3, label="a = relu(z)")
    (lift,) = left.plot([], [], color=ORANGE, linestyle=":", clip_on=False)
    dots = {"marker": "o", "linestyle": "", "color": ORANGE, "markersize": 10, "clip_on": False}
    (before,) = left.plot([], [], fillstyle="none", markeredgewidth=2, label="z of x", **dots)
    (after,) = left.plot([], [], label="a of x", **dots)
    left.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, columnspacing=1.2)

    classes = np.arange(CLASSES)
    right.set(ylim=(0, 1.15), ylabel="probability $a_j$")
    right.set_xticks(classes, [f"class {j + 1}" for j in classes])
    right.grid(visible=False, axis="x")
    outline = {"fill": False, "edgecolor": GREEN, "linestyle": "--", "linewidth": 2}
    bars = right.bar(classes, [0.0] * CLASSES, width=0.7, color=BLUE, label="at T")
    at_1 = right.bar(classes, [0.0] * CLASSES, width=0.8, label="at T = 1", **outline)
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return {
        "line": line,
        "bent": bent,
        "lift": lift,
        "z": before,
        "a": after,
        "bars": bars,
        "bars at 1": at_1,
        "numbers": [right.text(j, 0, "", ha="center", color=BLUE) for j in classes],
    }


def draw(artists, result):
    """Show a result of `compute`."""
    x, z, a = result["x"], result["z"], result["a"]
    artists["line"].set_data(INPUTS, result["line"])
    artists["bent"].set_data(INPUTS, result["bent"])
    artists["lift"].set_data([x, x], [z, a])
    artists["z"].set_data([x], [z])
    artists["a"].set_data([x], [a])
    for j in range(CLASSES):
        artists["bars"][j].set_height(result["A"][j])
        artists["bars at 1"][j].set_height(result["A at 1"][j])
        higher = max(result["A"][j], result["A at 1"][j])
        artists["numbers"][j].set(y=higher + 0.02, text=f"{result['A'][j]:.3f}")


def _signed(number):
    """Write a number, in parentheses if it is negative."""
    words = f"{number:z.1f}"  # z: no minus in front of zero
    return f"({words})" if words.startswith("-") else words
