"""How large activations and gradients are in every layer of a deep network (chapter 06)."""

from itertools import pairwise

import numpy as np

from ..moments import measure_moments, predict_moments
from ..network import ACTIVATIONS, SCHEMES, initialize, one_hot
from ..plots import BLUE, GRAY, ORANGE
from .controls import choice, seed, slider
from .explorer import Explorer
from .runs import some_images

M = 64  # images
DEPTH = 30  # hidden layers, at most
LOW, HIGH = 1e-10, 1e10  # what the axis shows
KEPT = 5  # the hidden layers keep a size if together they change it by less than this factor


def spread():
    """Explore how layers multiply the size of activations and gradients (chapter 06).

    The second moments of A and of dZ in every layer of an untrained network, as measured dots
    over the theory: Eq. (6.8), from Eqs. (6.1) and (6.5), for the schemes of Eqs. (6.3), (6.4)
    and (6.6).
    """
    schemes = [
        ("he: 2 / n_in", "he"),
        ("xavier: 1 / n_in", "xavier"),
        ("glorot: 2 / (n_in + n_out)", "glorot"),
        ("a number: 0.1²", 0.1),
        ("zeros", "zeros"),
    ]
    controls = {
        "scheme": choice("scheme", schemes, "xavier"),
        "hidden": choice("activation", list(ACTIVATIONS), "relu"),
        "scale": slider("scale factor", 0.2, 10, 1.0, 0.1),
        "depth": slider("hidden layers", 1, DEPTH, 20),
        "odd": slider("width (odd l)", 10, 100, 100, 5),
        "even": slider("width (even l)", 10, 100, 100, 5),
        "seed": seed(),
    }
    return Explorer(controls, compute, start, draw, (9, 3.9))


def compute(scheme, hidden, scale, depth, odd, even, seed):
    """Compute the second moments of A and dZ in each layer, measured and predicted.

    The numbers are float64: with them, none of these settings overflows.
    """
    sizes = [784, *([odd, even] * depth)[:depth], 10]
    params = initialize(
        sizes, hidden, rng=np.random.default_rng(seed), scheme=scheme, dtype=np.float64
    )
    params = [(scale * W, b) for W, b in params]
    stds = [SCHEMES[scheme](*n) if scheme in SCHEMES else scheme for n in pairwise(sizes)]
    stds = [scale * std for std in stds]
    (X, y), _ = some_images(M)
    X = X.astype(np.float64)
    a2, dz2 = measure_moments(X, one_hot(y), params, hidden)
    a2_theory, dz2_theory = predict_moments(sizes, stds, hidden, np.mean(X**2))

    layers = np.arange(1, depth + 1)
    there, there_title = _tell(layers, a2[1:], a2_theory[1:])
    back, back_title = _tell(layers[::-1], dz2[-2::-1], dz2_theory[-2::-1])
    name = scheme if scheme in SCHEMES else f"N(0, {scheme})"
    n_in, n_out = sizes[1:3]
    text = (
        f"{hidden}, {name} × {scale:.1f}, hidden layers: {depth}, widths {odd} and {even}, "
        f"seed {seed}. In layer 2: n_in Var(w) = {n_in * stds[1] ** 2:.3g}, "
        f"n_out Var(w) = {n_out * stds[1] ** 2:.3g}\n"
        f"Forward, E[a²] is {there}\n"
        f"Backward, E[dz²] is {back}"
    )
    beyond = sum(np.sum((moments < LOW) | (moments > HIGH)) for moments in (a2, dz2))
    if beyond:
        text += f"\nBeyond the axis, as triangles at its edge: {beyond} of {2 * depth + 2} dots"
    return {
        "a2": (a2, a2_theory),
        "dz2": (dz2, dz2_theory),
        "titles": (f"forward →  {there_title}", f"← backward  {back_title}"),
        "text": text,
    }


def start(figure):
    """Make the axes and artists."""
    artists = {"titles": []}
    axes = figure.subplots(1, 2)
    ways = {
        "a2": (BLUE, "o", "E[a²], relative to the images"),
        "dz2": (ORANGE, "s", "E[dz²], relative to the output layer"),
    }
    for ax, (name, (color, marker, label)) in zip(axes, ways.items(), strict=True):
        ax.set(xlim=(-0.9, DEPTH + 1.9), xlabel="layer l", ylabel=label)
        ax.set_title("× factor per layer", size=11)
        ax.set(yscale="log", ylim=(LOW, HIGH), yticks=10.0 ** np.arange(-10, 11, 5))
        ax.axhline(1, color=GRAY, linestyle=":", linewidth=1)
        look = {"color": color, "linestyle": "none"}
        (theory,) = ax.plot([], [], color=color, linestyle="-", linewidth=8, alpha=0.3)
        (dots,) = ax.plot([], [], marker, **look, markersize=5)
        (above,) = ax.plot([], [], "^", **look, markersize=7, markerfacecolor="white")
        (below,) = ax.plot([], [], "v", **look, markersize=7, markerfacecolor="white")
        artists[name] = [theory, dots, above, below]
        artists["titles"].append(ax.title)
    artists["curves"] = [artists[name][0] for name in ways]
    theory, dots, above, _ = artists["a2"]
    labels = "theory (6.8)", "measured: forward", "measured: backward", "beyond the axis"
    handles = [theory, dots, artists["dz2"][1], above]
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    return artists


def draw(artists, result):
    """Show a result of `compute`."""
    for title, words in zip(artists["titles"], result["titles"], strict=True):
        title.set_text(words)
    for first, name in enumerate(("a2", "dz2")):  # A begins with layer 0, dZ with layer 1
        measured, theory = result[name]
        layers = np.arange(first, first + len(measured))
        shown = [measured.clip(LOW, HIGH) == measured, measured > HIGH, measured < LOW]
        heights = [measured, np.full(len(measured), HIGH / 3), np.full(len(measured), LOW * 3)]
        line, *markers = artists[name]
        line.set_data(layers, theory)
        for marker, which, height in zip(markers, shown, heights, strict=True):
            marker.set_data(layers[which], height[which])


def _tell(layers, measured, theory):
    """Say in a sentence and in a title what hidden layers do, in the order of their turn."""
    steps = len(layers) - 1
    words = f"{measured[0]:.2g} in layer {layers[0]}"
    if measured[0] == 0:
        return f"{words}: nothing comes through.", "nothing comes through"
    if steps == 0:
        return f"{words}, the only hidden layer.", "only one hidden layer"
    total = measured[-1] / measured[0]
    factor, expected = total ** (1 / steps), (theory[-1] / theory[0]) ** (1 / steps)
    verdict = "vanishes" if total < 1 / KEPT else "explodes" if total > KEPT else "keeps its size"
    words += f" and {measured[-1]:.2g} in layer {layers[-1]}: a factor of {factor:.3g} per layer"
    return (
        f"{words}, in theory {expected:.3g}. It {verdict}.",
        f"× {factor:.3g} per layer: {verdict}",
    )
