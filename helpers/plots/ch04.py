"""The pictures of chapter 04: derivatives on their way back."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from .diagrams import dependencies, label_edges, start_graph
from .images import weights
from .style import BLUE, GRAY, ORANGE, show

SMALLEST = {"x": (0, 1.2), "w": (0, 0), "b": (0, -1.2), "z": (2.3, 0), "a": (4.2, 0), "J": (6.1, 0)}
LOCAL = {  # the derivative of each edge, as a formula
    ("x", "z"): "w",
    ("w", "z"): "x",
    ("b", "z"): "1",
    ("z", "a"): "a(1 − a)",
    ("a", "J"): "−1/a",
}


def number(value, digits=3):
    """Write a number with a true minus."""
    return f"{value:.{digits}f}".replace("-", "−")


def smallest_network(values, slopes):
    """Show the smallest network: values above the nodes, derivatives below and at the edges."""
    _, ax = plt.subplots(figsize=(8.6, 3.6))
    ax.set(xlim=(-0.55, 6.75), ylim=(-1.8, 1.75))
    arrows, above, below = start_graph(ax, SMALLEST, LOCAL)
    for name in SMALLEST:
        above[name].set_text(number(values[name]))
        below[name].set_text(f"d{name} = {number(slopes[name])}")
    factors = {(start, end): slopes[start] / slopes[end] for start, end in LOCAL}
    for edge, text in label_edges(ax, SMALLEST, LOCAL).items():
        start, end = edge
        text.set_text(f"∂{end}/∂{start} = {LOCAL[edge]}\n× {number(factors[edge])}")
        arrows[edge].arrow_patch.set_color(ORANGE)
        arrows[edge].xy, arrows[edge].xyann = SMALLEST[start], SMALLEST[end]
    ax.text(4.15, 1.5, "values →", color=BLUE, weight="bold", ha="right")
    ax.text(4.25, 1.5, "← derivatives of J", color=ORANGE, style="italic")
    written = "; ".join(f"{end} to {start} {number(f)}" for (start, end), f in factors.items())
    back = ", ".join(f"d{name} {number(slope)}" for name, slope in slopes.items())
    show(
        ax,
        "Computational graph: x, w and b lead to z, z to a, a to J. Arrows run back, from J to "
        f"the left, each with its factor: {written}. Below the nodes: {back}.",
    )


def shared_factors(layers):
    """Show a chain of layers twice: a walk from each weight, and one walk back from the loss."""
    names = [f"z_{l}" for l in range(1, layers + 1)] + ["J"]
    places = {name: (2 * i, 0) for i, name in enumerate(names)}
    places |= {f"w_{l}": (2 * l - 2, -1.7) for l in range(1, layers + 1)}
    along = list(pairwise(names))
    into = [(f"w_{l}", f"z_{l}") for l in range(1, layers + 1)]
    walks = {edge: l for l, edge in enumerate(along, start=1)} | dict.fromkeys(into, 1)
    totals = []
    figure, axes = plt.subplots(2, 1, figsize=(6.4, 4.6))
    for ax, title, count, color in (
        (axes[0], "from each weight to the loss", walks, BLUE),
        (axes[1], "once from the loss back", dict.fromkeys(walks, 1), ORANGE),
    ):
        arrows, _, _ = start_graph(ax, places, walks)
        for (start, end), times in count.items():
            arrow = arrows[start, end]
            arrow.arrow_patch.set(color=color, linewidth=2 * times)
            if color == ORANGE:
                arrow.xy, arrow.xyann = places[start], places[end]
            x, y = (np.array(places[start]) + places[end]) / 2
            shift = (14, 0) if places[start][0] == places[end][0] else (0, 9)
            style = {"textcoords": "offset points", "va": "center", "ha": "center", "color": color}
            ax.annotate(f"{times}×", (x, y), shift, **style)
        totals.append(sum(count.values()))
        ax.set(xlim=(-0.6, 2 * layers + 0.6), ylim=(-2.4, 0.8))
        ax.set_title(f"{title}: {totals[-1]} factors", loc="left", color=color)
    show(
        figure,
        f"The chain z1 to z{layers} to J, with one weight below each z, drawn twice. Above, a walk "
        f"from each weight to the loss: the edges near J are used up to {layers} times, "
        f"{totals[0]} factors in all. Below, one walk back from J: each edge once, {totals[1]}.",
    )


def wishes(dW):
    """Show which way ten classes want their weights moved: minus dW, one image for each class."""
    ax = weights(-dW, columns=5)
    side = 30  # pixels from image to image
    for k in range(dW.shape[1]):
        ax.text(side * (k % 5) + 1, side * (k // 5) + 3, str(k), weight="bold", color=GRAY)
    show(
        ax,
        "Ten images, one for each class. Each is orange, to grow, where the strokes of its own "
        "digit mostly are, and purple, to shrink, where those of other digits are.",
    )


def slopes(derivatives):
    """Show the slope of each activation function, with ReLU's corner left open."""
    _, ax = plt.subplots()
    z = np.linspace(-4, 4, 401)
    for name, derivative in derivatives.items():
        slope = np.where((z == 0) & (name == "relu"), np.nan, derivative(z))
        ax.plot(z, slope, label=f"{name}′")
    ax.set(xlabel="z", ylabel="slope g′(z)")
    ax.legend(loc="center left")
    show(
        ax,
        "Slopes over z from −4 to 4. ReLU: 0 left of zero, 1 right of it, a gap between. Sigmoid: "
        "a low bump, 0.25 at its top at zero. Tanh: a narrower bump of height 1.",
    )


def flow():
    """Show how a network with one hidden layer computes forward and back."""
    show(
        dependencies(),
        "Graph of a network with one hidden layer: X and W1 lead to Z1, Z1 to A1, A1 and W2 to "
        "Z2, Z2 to the loss J. At the edges, from J back: dZ2 = (A2 − Y)/m; dW2 = A1ᵀ dZ2 to W2; "
        "dA1 = dZ2 W2ᵀ to A1; dZ1 = dA1 ⊙ g′(Z1) to Z1; dW1 = Xᵀ dZ1 to W1.",
    )


def two_vs(steps, one_sided, central, slope):
    """Show how far two measurements of a slope are from the derived one, for each step h."""
    _, ax = plt.subplots(figsize=(6.4, 4))
    for name, measured, marker in (("one-sided", one_sided, "o"), ("central", central, "s")):
        errors = np.maximum(np.abs(np.array(measured) - slope), 1e-14)
        ax.loglog(steps, errors, marker=marker, label=name)
    ax.axvline(1e-5, color=GRAY, linestyle=":", linewidth=1.5)
    ax.annotate("h = 1e−5", (7e-6, 1e-3), color=GRAY)
    ax.invert_xaxis()
    ax.set(xlabel="step h, getting smaller", ylabel="distance to the derived slope")
    ax.legend()
    show(
        ax,
        "Error of the measured slope over the step h on logarithmic axes. Both curves form a V: "
        "they fall as h shrinks, then rise. The central difference falls twice as steeply and is "
        "best near h = 1e−5, with an error near 1e−11.",
    )
