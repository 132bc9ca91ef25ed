"""Pictures of chapter 02: neurons, what bends them, and how layers make a network."""

import matplotlib.pyplot as plt
import numpy as np

from ..network import relu
from .diagrams import network
from .images import digits, journey, weights
from .style import BLUE, GRAY, GREEN, ORANGE, SKY, show


def ten_neurons(W):
    """Show the weights (784, 10) as images, and below them minus the average of the ten."""
    centered = W - W.mean(axis=1, keepdims=True)
    ax = weights(np.hstack([W, centered]), columns=W.shape[1])
    for row, name in enumerate(("weights", "minus\nthe average")):
        ax.text(-6, 14 + 30 * row, name, ha="right", va="center")
    show(
        ax,
        "Two rows of ten images, for the neurons of 0 to 9. Top: the weights, which look like ten "
        "blurred digits. Bottom: the weights minus the average of the ten, orange where a neuron "
        "has more than the average and purple where it has less; the 0 has a purple middle, the 1 "
        "is purple on both sides of its stroke.",
    )


def one_style(mean, X, answers):
    """Show the mean of a class and, beside it, images of that class with what they were read as."""
    captions = ["mean"] + [f"as {k}" for k in answers]
    show(
        digits(np.vstack([mean, X]), captions, columns=len(captions)),
        f"The blurred mean of the sevens, and {len(X)} sevens that were read as "
        f"{', '.join(map(str, answers))}. Some lean, some have a bar across, some are wide.",
    )


def neuron(x, w, b):
    """Show one neuron: inputs on the left, a weight on each edge, the bias, and the sum z."""
    _, ax = plt.subplots(figsize=(5, 2))
    heights = _spread(len(x))
    for k, height in enumerate(heights):
        _edge(ax, (0, height), (2.4, 0), f"$w_{k + 1} = {w[k]:g}$")
        _unit(ax, (0, height), f"{x[k]:g}", GRAY)
        ax.text(-0.35, height, f"$x_{k + 1}$", ha="right", va="center", size=12)
    _unit(ax, (2.4, 0), "Σ", BLUE)
    ax.text(2.4, -0.62, f"$b = {b:g}$", ha="center", size=11)
    ax.annotate("", (3.7, 0), (2.65, 0), arrowprops={"arrowstyle": "-|>", "color": GRAY})
    ax.text(3.8, 0, "z", va="center", size=13, style="italic")
    _bare(ax, (-1, 4.2), heights, below=0.45)
    inputs = " and ".join(f"x = {v:g} with weight {u:g}" for v, u in zip(x, w, strict=True))
    show(ax, f"A neuron: {inputs} lead into a sum with the bias {b:g}, and z comes out.")


def bends(W1, b1, W2):
    """Show the output relu(x W1 + b1) W2 for one input x, with a dot at each corner."""
    corners = np.sort(-b1 / W1[0]) + 0.0  # no minus in front of 0
    x = np.array([corners[0] - 1, *corners, corners[-1] + 1])
    output = relu(x[:, None] @ W1 + b1) @ W2
    _, ax = plt.subplots()
    ax.plot(x, output, color=BLUE)
    ax.plot(corners, output[1:-1], "o", color=ORANGE, linestyle="")
    ax.set(xlabel="input x", ylabel="output of the second layer")
    places = ", ".join(f"({a:g}, {h:g})" for a, h in zip(corners, output[1:-1, 0], strict=True))
    show(ax, f"A curve of straight pieces. Its corners, each with a dot, are at {places}.")


def boundary(W1, b1, W2, b2):
    """Show where relu(x W1 + b1) W2 + b2 is positive for x = (x1, x2), and where units bend."""
    side = np.linspace(-2.5, 2.5, 401)
    points = np.stack(np.meshgrid(side, side), axis=-1)
    Z = points @ W1 + b1
    values = (relu(Z) @ W2 + b2)[..., 0]
    _, ax = plt.subplots(figsize=(4.6, 4.2))
    ax.contourf(side, side, values, [0, np.inf], colors=[SKY], alpha=0.5)
    ax.contour(side, side, values, [0], colors=[BLUE], linewidths=3)
    for j, (color, style) in enumerate(((ORANGE, "--"), (GREEN, "-."), ("black", ":"))):
        ax.contour(side, side, Z[..., j], [0], colors=[color], linestyles=style, linewidths=1.5)
        ax.plot([], [], color=color, linestyle=style, lw=1.5, label=f"$z_{j + 1} = 0$")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    ax.grid(visible=False)
    show(
        ax,
        "The plane with three lines, dashed, dash-dotted and dotted, that form a triangle. Around "
        "it lies a shaded hexagon with straight sides; each of its six corners is on one of the "
        "three lines, two per line.",
    )


def activations(z, functions):
    """Show activation functions side by side, each under its name."""
    figure, axes = plt.subplots(1, len(functions), figsize=(8, 2.8))
    for ax, g in zip(axes, functions, strict=True):
        ax.plot(z, g(z), color=BLUE)
        ax.axhline(0, color=GRAY, lw=0.8, linestyle="-")
        ax.axvline(0, color=GRAY, lw=0.8, linestyle="-")
        ax.set(title=g.__name__, xlabel="pre-activation z")
    axes[0].set_ylabel("activation a")
    show(
        figure,
        "ReLU: 0 for negative z, then a straight line of slope 1. Sigmoid: an S from 0 to 1 "
        "through 0.5 at z = 0. Tanh: an S from -1 to 1 through 0, steeper.",
    )


def one_logit_moves(z, A):
    """Show three probabilities (points, 3) while the first logit z moves, the others 0 and 1."""
    _, ax = plt.subplots()
    ax.plot(z, A, label=["$a_1$ (its logit moves)", "$a_2$ (logit 0)", "$a_3$ (logit 1)"])
    ax.set(xlabel="first logit $z_1$", ylabel="probability")
    ax.legend(loc="center left")
    show(
        ax,
        "Three probabilities against the first logit. The first rises in an S from 0 to 1, the "
        "other two fall to 0. The third is always above the second and crosses the first at 1.",
    )


def small_network(params):
    """Show a network with every weight on its edge and every bias at its unit."""
    layers = [_spread(len(W), 1.7) for W, _ in params] + [_spread(len(params[-1][1]), 1.7)]
    _, ax = plt.subplots(figsize=(6.6, 3))
    step = 2.8
    names = ["x"] + [f"a^{{[{l}]}}" for l in range(1, len(params) + 1)]
    for l, (W, b) in enumerate(params):
        for k, j in np.ndindex(W.shape):
            start, end = (step * l, layers[l][k]), (step * (l + 1), layers[l + 1][j])
            _edge(ax, start, end, f"${W[k, j]:g}$")
        for j, height in enumerate(layers[l + 1]):
            below = height - 0.47
            ax.text(step * (l + 1), below, f"$b = {b[j]:g}$", ha="center", va="top", size=10)
    for l, heights in enumerate(layers):
        color = GRAY if l == 0 else ORANGE if l == len(params) else BLUE
        for j, height in enumerate(heights):
            _unit(ax, (step * l, height), f"${names[l]}_{j + 1}$", color)
    _bare(ax, (-0.6, step * len(params) + 0.6), layers[0], below=0.9)
    words = "; ".join(
        f"W[{l}] = {W.tolist()}, b[{l}] = {b.tolist()}" for l, (W, b) in enumerate(params, start=1)
    )
    show(ax, f"Two inputs, two hidden units, two outputs, with a weight on every edge: {words}.")


def shapes(sizes):
    """Show a network with the shape of every array."""
    show(
        network(sizes),
        f"A network of layers with {', '.join(map(str, sizes))} units, the last one softmax. "
        + "".join(
            f"W[{l}] ({sizes[l - 1]}, {sizes[l]}), b[{l}] ({sizes[l]},). "
            for l in range(1, len(sizes))
        )
        + "Z and A of a layer have m rows and one column per unit.",
    )


def one_image(cache):
    """Show the first image of a batch on its way through a network."""
    silent = [f"{np.mean(A[0] == 0):.0%}" for A in cache.A[1:-1]]
    show(
        journey(cache),
        f"From left to right: an image of 784 numbers; the hidden layers as squares, of which "
        f"{' and '.join(silent)} are white; ten bars of probability, the largest "
        f"{cache.A[-1][0].max():.2f}.",
    )


def _spread(n, gap=1.3):
    """Heights of n units in a column, from the top."""
    return gap * ((n - 1) / 2 - np.arange(n))


def _unit(ax, place, text, color):
    ax.scatter(*place, s=900, facecolor="white", edgecolor=color, linewidth=2, zorder=2)
    ax.text(*place, text, ha="center", va="center", size=12, zorder=3)


def _edge(ax, start, end, text):
    """Draw an edge with its weight a third of the path along it, so that crossing edges differ."""
    ax.plot(*np.transpose([start, end]), color=GRAY, lw=1.2, linestyle="-", zorder=1)
    place = np.array(start) * 0.66 + np.array(end) * 0.34
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    ax.text(*place, text, ha="center", va="center", size=11, bbox=box, zorder=1.5)


def _bare(ax, xlim, heights, below):
    ax.set(xlim=xlim, ylim=(min(heights) - below, max(heights) + 0.45))
    ax.axis("off")
