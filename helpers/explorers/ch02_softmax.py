"""Three logits on their way through softmax (chapter 02)."""

import numpy as np

from .. import network
from ..plots import BLUE, GREEN
from .controls import slider
from .explorer import Explorer

CLASSES = 3
SIZE = (6.0, 3.6)


def softmax():
    """Explore the probabilities of three logits, Eq. (2.9), divided first by a temperature T.

    Dashed are the probabilities without it, at T = 1.
    """
    controls = {
        "z1": slider("logit z₁", -5.0, 5.0, 2.0, 0.1),
        "z2": slider("logit z₂", -5.0, 5.0, 1.0, 0.1),
        "z3": slider("logit z₃", -5.0, 5.0, -1.0, 0.1),
        "temperature": slider("temperature T", 0.1, 5.0, 2.0, 0.1),
    }
    return Explorer(controls, compute, start, draw, SIZE)


def compute(z1, z2, z3, temperature):
    """Compute the softmax of three logits divided by a temperature, and of the logits."""
    logits = np.array([[z1, z2, z3]])
    A = network.softmax(logits / temperature)
    text = (
        f"softmax of ({z1:z.1f}, {z2:z.1f}, {z3:z.1f}) / {temperature:.1f}:"
        f" a = ({A[0, 0]:.4f}, {A[0, 1]:.4f}, {A[0, 2]:.4f}), sum {A.sum():.4f}."
    )
    return {"A": A[0], "A at 1": network.softmax(logits)[0], "text": text}


def start(figure):
    """Make the axes and artists."""
    ax = figure.subplots()
    classes = np.arange(CLASSES)
    ax.set(ylim=(0, 1.15), ylabel="probability $a_j$")
    ax.set_xticks(classes, [f"class {j + 1}" for j in classes])
    ax.grid(visible=False, axis="x")
    outline = {"fill": False, "edgecolor": GREEN, "linestyle": "--", "linewidth": 2}
    bars = ax.bar(classes, [0.0] * CLASSES, width=0.7, color=BLUE, label="at T")
    at_1 = ax.bar(classes, [0.0] * CLASSES, width=0.8, label="at T = 1", **outline)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    numbers = [ax.text(j, 0, "", ha="center", color=BLUE) for j in classes]
    return {"bars": bars, "bars at 1": at_1, "numbers": numbers}


def draw(artists, result):
    """Show a result of `compute`."""
    for j in range(CLASSES):
        artists["bars"][j].set_height(result["A"][j])
        artists["bars at 1"][j].set_height(result["A at 1"][j])
        higher = max(result["A"][j], result["A at 1"][j])
        artists["numbers"][j].set(y=higher + 0.02, text=f"{result['A'][j]:.3f}")
