"""One neuron with ReLU (chapter 02)."""

import numpy as np

from ..network import relu
from ..plots import BLUE, GRAY, ORANGE
from .controls import slider
from .explorer import Explorer

INPUTS = np.linspace(-2, 2, 161)  # x of the curves
SIZE = (6.6, 4.2)


def neuron():
    """Explore one neuron with one input, Eq. (2.1), and ReLU, Eq. (2.5): at x and all along."""
    controls = {
        "w": slider("weight w", -2.0, 2.0, 1.5, 0.1),
        "b": slider("bias b", -2.0, 2.0, -0.5, 0.1),
        "x": slider("input x", -1.0, 1.0, -0.8, 0.1),
    }
    return Explorer(controls, compute, start, draw, SIZE)


def compute(w, b, x):
    """Compute z = xw + b and a = relu(z), at x and along the axis."""
    Z = INPUTS * w + b
    z = np.array([x * w + b])
    a = relu(z)
    corner = f"corner at x = −b/w = {-b / w:z.2f}" if abs(w) > 1e-9 else "no corner, as w = 0"
    text = (
        f"z = xw + b = {x:z.1f} · {_signed(w)} + {_signed(b)} = {z[0]:z.2f} and"
        f" a = relu(z) = {a[0]:.2f}; {corner}."
    )
    return {"x": x, "z": z[0], "a": a[0], "line": Z, "bent": relu(Z), "text": text}


def start(figure):
    """Make the axes and artists."""
    ax = figure.subplots()
    ax.set(xlim=(-2, 2), ylim=(-4.4, 4.4), xlabel="input x", ylabel="z and a")
    ax.axhline(0, color="black", linewidth=0.8, linestyle="-")
    (line,) = ax.plot([], [], color=GRAY, linestyle="--", label="z = xw + b")
    (bent,) = ax.plot([], [], color=BLUE, linestyle="-", linewidth=3, label="a = relu(z)")
    (lift,) = ax.plot([], [], color=ORANGE, linestyle=":")
    dots = {"marker": "o", "linestyle": "", "color": ORANGE, "markersize": 10}
    (before,) = ax.plot([], [], fillstyle="none", markeredgewidth=2, label="z of x", **dots)
    (after,) = ax.plot([], [], label="a of x", **dots)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, columnspacing=1.2)
    return {"curves": [line, bent], "lift": lift, "z": before, "a": after}


def draw(artists, result):
    """Show a result of `compute`."""
    x, z, a = result["x"], result["z"], result["a"]
    for curve, name in zip(artists["curves"], ("line", "bent"), strict=True):
        curve.set_data(INPUTS, result[name])
    artists["lift"].set_data([x, x], [z, a])
    artists["z"].set_data([x], [z])
    artists["a"].set_data([x], [a])


def _signed(number):
    """Write a number, in parentheses if it is negative."""
    words = f"{number:z.1f}"  # z: no minus in front of zero
    return f"({words})" if words.startswith("-") else words
