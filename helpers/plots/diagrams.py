"""Drawings of networks and computational graphs."""

import matplotlib.pyplot as plt

from ..activations import HIDDEN
from ..validation import check_choice, check_sizes
from .style import BLUE, GRAY, ORANGE


def _unit_heights(n):
    """Heights of the dots of one layer; from eight units on, three, a gap and three."""
    spacing = 0.4
    if n <= 7:
        return [spacing * ((n - 1) / 2 - i) for i in range(n)]
    return [sign * spacing * i for sign in (1, -1) for i in (1, 2, 3)]


def network(sizes, hidden="relu"):
    """Draw a network: a column of dots per layer, and the shape of every array.

    Parameters
    ----------
    sizes : list of int
        Units per layer, input and output included, such as [784, 128, 64, 10].
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.

    Returns
    -------
    Axes
        Layers with more than seven units are drawn with a gap. m is the number of examples.

    Examples
    --------
    >>> ax = network([784, 128, 64, 10])
    """
    check_sizes(sizes)
    check_choice(hidden, "hidden", HIDDEN)
    last = len(sizes) - 1
    step = 2.6  # inches from layer to layer, at full size
    width = step * last + 1.6
    scale = min(1, 8.2 / width)
    columns = [_unit_heights(n) for n in sizes]
    top = max(max(heights) for heights in columns)  # the columns are centered on 0
    height = 2 * top + 3.2
    _, ax = plt.subplots(figsize=(width * scale, 0.8 * height * max(scale, 0.8)))
    ax.set(xlim=(-0.8, step * last + 0.8), ylim=(-top - 1.7, top + 1.5))
    ax.axis("off")
    size = 11 * max(scale, 0.75)
    text = {"ha": "center", "va": "center", "linespacing": 1.4, "size": size}
    for l, heights in enumerate(columns):
        x = step * l
        if l > 0:
            for y in heights:
                for y_before in columns[l - 1]:
                    ax.plot([x - step, x], [y_before, y], color="#cccccc", lw=0.6, zorder=1, ls="-")
            ax.text(x - step / 2, top + 1.15, f"$W^{{[{l}]}}$ ({sizes[l - 1]}, {sizes[l]})", **text)
            ax.text(x - step / 2, top + 0.75, f"$b^{{[{l}]}}$ ({sizes[l]},)", **text)
            arrow = {"arrowstyle": "-|>", "color": GRAY}
            ax.annotate("", (x - 0.6, -top - 0.7), (x - step + 0.6, -top - 0.7), arrowprops=arrow)
        color = GRAY if l == 0 else ORANGE if l == last else BLUE
        marker = "s" if l == 0 else "D" if l == last else "o"
        dots = {"color": color, "edgecolor": "white", "marker": marker, "zorder": 2}
        ax.scatter([x] * len(heights), heights, s=110, **dots)
        if len(heights) < sizes[l]:
            ax.scatter([x] * 3, [-0.15, 0, 0.15], s=5, color=color, zorder=2)
        name = "input" if l == 0 else "output" if l == last else f"hidden {l}"
        arrays = "$A^{[0]} = X$" if l == 0 else f"$Z^{{[{l}]}},\\ A^{{[{l}]}}$"
        function = "" if l == 0 else "softmax" if l == last else hidden
        ax.text(x, top + 0.45, name, weight="bold", **text)
        ax.text(x, -top - 0.5, arrays, **text)
        ax.text(x, -top - 0.9, f"(m, {sizes[l]})", **text)
        ax.text(x, -top - 1.3, function, style="italic", **text)
    return ax


def graph(places, edges, forward=None, backward=None, highlight=None, size=(7.5, 2.8)):
    """Draw a computational graph: values forward above the nodes, derivatives backward below.

    Parameters
    ----------
    places : dict of str to (float, float)
        Where each node stands. The name is drawn as mathematics, such as "z" or "W^{[1]}".
    edges : list of (str, str)
        From node to node, in the direction of the forward pass.
    forward : dict of str to str, optional
        Text above a node: its value.
    backward : dict of str to str, optional
        Text below a node: the derivative of the loss with respect to it.
    highlight : (str, str), optional
        One edge to draw thick.
    size : (float, float)
        Width and height in inches.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = graph({"x": (0, 0), "y": (1, 0)}, [("x", "y")], forward={"x": "2", "y": "4"})
    """
    unknown = {name for edge in edges for name in edge} - set(places)
    if unknown:
        raise ValueError(f"edges name the nodes {sorted(unknown)}, which have no place")
    _, ax = plt.subplots(figsize=size)
    for start, end in edges:
        thick = highlight == (start, end)
        style = {
            "arrowstyle": "-|>",
            "color": ORANGE if thick else GRAY,
            "linewidth": 3.5 if thick else 1.5,
            "shrinkA": 18,
            "shrinkB": 18,
        }
        ax.annotate("", places[end], places[start], arrowprops=style)
    for name, (x, y) in places.items():
        ax.scatter(x, y, s=1100, facecolor="white", edgecolor=GRAY, zorder=2)
        ax.text(x, y, f"${name}$", ha="center", va="center", size=13, zorder=3)
        for text, color, offset in ((forward, BLUE, 19), (backward, ORANGE, -19)):
            if text and name in text:
                ax.annotate(
                    text[name],
                    (x, y),
                    xytext=(0, offset),
                    textcoords="offset points",
                    ha="center",
                    va="bottom" if offset > 0 else "top",
                    color=color,
                    weight="bold" if offset > 0 else "normal",
                    style="normal" if offset > 0 else "italic",
                    size=10.5,
                )
    xs, ys = zip(*places.values(), strict=True)
    ax.set_xlim(min(xs) - 0.6, max(xs) + 0.6)
    ax.set_ylim(min(ys) - 0.8, max(ys) + 0.8)
    ax.axis("off")
    return ax
