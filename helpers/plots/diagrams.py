"""Drawings of networks and computational graphs."""

import math

import matplotlib.pyplot as plt

from ..checks import check_sizes
from .style import BLUE, GRAY, ORANGE


def unit_heights(n):
    """Heights of the dots of one layer; from eight units on, three, a gap and three."""
    spacing = 0.4
    if n <= 7:
        return [spacing * ((n - 1) / 2 - i) for i in range(n)]
    return [sign * spacing * i for sign in (1, -1) for i in (1, 2, 3)]


def network(sizes):
    """Draw a ReLU network of these sizes: a column of dots per layer, and the shape of every array.

    Layers with more than seven units are drawn with a gap. m is the number of examples.
    """
    check_sizes(sizes)
    last = len(sizes) - 1
    step = 2.6  # inches from layer to layer, at full size
    width = step * last + 1.6
    scale = min(1, 8.2 / width)
    columns = [unit_heights(n) for n in sizes]
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
        function = "" if l == 0 else "softmax" if l == last else "relu"
        ax.text(x, top + 0.45, name, weight="bold", **text)
        ax.text(x, -top - 0.5, arrays, **text)
        ax.text(x, -top - 0.9, f"(m, {sizes[l]})", **text)
        ax.text(x, -top - 1.3, function, style="italic", **text)
    return ax


def graph(places, edges, forward=None, backward=None, size=(7.5, 2.8)):
    """Draw a computational graph: values forward above the nodes, derivatives backward below.

    `places` gives each node's (x, y), and its name is drawn as mathematics; `edges` are pairs of
    names in the direction of the forward pass; `size` is in inches.

    >>> ax = graph({"x": (0, 0), "y": (1, 0)}, [("x", "y")], forward={"x": "2", "y": "4"})
    """
    unknown = {name for edge in edges for name in edge} - set(places)
    if unknown:
        raise ValueError(f"edges name the nodes {sorted(unknown)}, which have no place")
    _, ax = plt.subplots(figsize=size)
    _, above, below = start_graph(ax, places, edges)
    for texts, artists in ((forward, above), (backward, below)):
        for name in places:
            artists[name].set_text((texts or {}).get(name, ""))
    xs, ys = zip(*places.values(), strict=True)
    ax.set_xlim(min(xs) - 0.6, max(xs) + 0.6)
    ax.set_ylim(min(ys) - 0.8, max(ys) + 0.8)
    return ax


def dependencies():
    """Draw a network with one hidden layer as a graph, with the formula of every step.

    Above the nodes those of the forward pass, at the edges those of the backward pass.
    """
    Z1, A1, Z2, W1, W2 = "Z^{[1]}", "A^{[1]}", "Z^{[2]}", "W^{[1]}", "W^{[2]}"
    places = {"X": (0, 0), Z1: (2.4, 0), A1: (5.9, 0), Z2: (8.9, 0), "J": (12.1, 0)}
    places |= {W1: (2.4, -1.9), W2: (8.9, -1.9)}
    edges = [("X", Z1), (W1, Z1), (Z1, A1), (A1, Z2), (W2, Z2), (Z2, "J")]
    forward = {"X": "images", Z1: f"$X\\,{W1} + b^{{[1]}}$", A1: f"$g({Z1})$"}
    forward |= {Z2: f"${A1}\\,{W2} + b^{{[2]}}$", "J": "softmax, loss"}
    back = {
        (Z2, "J"): f"$d{Z2} = (A^{{[2]}} - Y)/m$",
        (W2, Z2): f"$d{W2} = A^{{[1]\\top}} d{Z2}$",
        (A1, Z2): f"$d{A1} = d{Z2}\\, W^{{[2]\\top}}$",
        (Z1, A1): f"$d{Z1} = d{A1} \\odot g'({Z1})$",
        (W1, Z1): f"$d{W1} = X^{{\\top}} d{Z1}$",
    }
    ax = graph(places, edges, forward, size=(10, 3.3))
    for (start, end), formula in back.items():
        (x0, y0), (x1, y1) = places[start], places[end]
        beside = x0 == x1
        where = {"ha": "left" if beside else "center", "va": "center" if beside else "top"}
        offset = (8, -8) if beside else (0, -9)
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        ax.annotate(formula, middle, offset, color=ORANGE, textcoords="offset points", **where)
    words = "forward: above the nodes\nback: at the edges"
    ax.text(12.7, -1.9, words, color=GRAY, ha="right", va="center")
    return ax


def start_graph(ax, places, edges):
    """Draw the nodes and edges of a graph, still without texts; return what may change.

    Three dicts: the arrow of each edge, and the text above and the text below each node.
    """
    arrows, above, below = {}, {}, {}
    for start, end in edges:
        style = {"arrowstyle": "-|>", "color": GRAY, "linewidth": 1.5, "shrinkA": 18, "shrinkB": 18}
        arrows[start, end] = ax.annotate("", places[end], places[start], arrowprops=style)
    for name, (x, y) in places.items():
        ax.scatter(x, y, s=1100, facecolor="white", edgecolor=GRAY, zorder=2)
        ax.text(x, y, f"${name}$", ha="center", va="center", size=13, zorder=3)
        style = {"textcoords": "offset points", "ha": "center", "size": 10.5}
        above[name] = ax.annotate(
            "", (x, y), (0, 19), va="bottom", color=BLUE, weight="bold", **style
        )
        below[name] = ax.annotate(
            "", (x, y), (0, -19), va="top", color=ORANGE, style="italic", **style
        )
    ax.axis("off")
    return arrows, above, below


def label_edges(ax, places, edges):
    """Add a text along each edge, still empty; return them in a dict."""
    texts = {}
    for start, end in edges:
        (x0, y0), (x1, y1) = places[start], places[end]
        style = {"ha": "center", "va": "center", "size": 10.5, "linespacing": 1.8}
        turned = {"rotation_mode": "anchor", "transform_rotates_text": True}
        turned["rotation"] = math.degrees(math.atan2(y1 - y0, x1 - x0))
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        texts[start, end] = ax.text(*middle, "", color=ORANGE, **style, **turned)
    return texts


def layouts():
    """Draw what a layer computes twice: with examples as rows, and with examples as columns.

    One of six examples is orange in X and in Z, the weights and the bias of one unit are blue; the
    entry of Z that comes from both has both colors.
    """
    m, n_in, n_out = 6, 4, 3
    shapes = {
        "X": "(m, n_\\mathrm{in})",
        "W": "(n_\\mathrm{in}, n_\\mathrm{out})",
        "b": "(n_\\mathrm{out},)",
        "Z": "(m, n_\\mathrm{out})",
    }
    as_rows = {"X": (m, n_in), "W": (n_in, n_out), "b": (1, n_out), "Z": (m, n_out)}
    turned = {
        "X": "(n_\\mathrm{in}, m)",
        "W": "(n_\\mathrm{out}, n_\\mathrm{in})",
        "b": "(n_\\mathrm{out}, 1)",
    }
    turned["Z"] = "(n_\\mathrm{out}, m)"
    _, ax = plt.subplots(figsize=(7.5, 5))
    text = {"ha": "center", "va": "center"}
    top, right = 0.0, 0.0
    for title, order, labels in (
        ("examples are rows", "XWbZ", shapes),
        ("examples are columns", "WXbZ", turned),
    ):
        sizes = {name: as_rows[name] if labels is shapes else as_rows[name][::-1] for name in order}
        height = max(rows for rows, _ in sizes.values())
        ax.text(0, top + 0.9, title, weight="bold", va="center")
        left, middle = 0.0, top - height / 2
        for name, sign in zip(order, ("@", "+", "=", ""), strict=True):
            rows, columns = sizes[name]
            along_rows = (name in "Wb") != (labels is shapes)  # whether the filled line is a row
            for i in range(rows):
                for j in range(columns):
                    chosen = (i if along_rows else j) == 1
                    color = (BLUE if name in "Wb" else ORANGE) if chosen else "white"
                    corner = (left + j, middle + rows / 2 - i - 1)
                    square = plt.Rectangle(
                        corner, 1, 1, facecolor=color, edgecolor=GRAY, linewidth=0.8
                    )
                    ax.add_patch(square)
            if name == "Z":
                x, y = left + 1, middle + rows / 2 - 2
                half = [(x, y), (x + 1, y), (x + 1, y + 1)]
                ax.add_patch(plt.Polygon(half, facecolor=BLUE, edgecolor=GRAY, linewidth=0.8))
            center = left + columns / 2
            ax.text(center, middle - rows / 2 - 0.75, f"${name}$  ${labels[name]}$", **text)
            ax.text(left + columns + 1.4, middle, sign, size=15, **text)
            left += columns + 2.8
        top, right = top - height - 3.4, max(right, left)
    ax.set(xlim=(-0.5, right), ylim=(top + 1.8, 1.6), aspect="equal")
    ax.axis("off")
    return ax
