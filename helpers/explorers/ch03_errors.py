"""What a probability costs, and which way each logit is pulled (chapter 03)."""

import numpy as np
from matplotlib.patches import Rectangle

from ..network import cross_entropy, cross_entropy_from_logits, one_hot, softmax
from ..plots import BLUE, GRAY, GREEN, ORANGE
from .controls import choice, slider
from .explorer import Explorer

CLASSES = 3
HIGHEST = 6.0  # nats; a higher loss is marked at the upper edge of the picture


def errors():
    """Explore what a probability costs, and how the loss pulls at three logits (chapter 03).

    Left is the loss of one example, Eq. (3.3), against the probability of its true class, with
    the squared error below it. Right are the softmax of three logits and the slope of their loss,
    Eq. (3.5), with respect to each, which chapter 04 derives as Eq. (4.3).
    """
    controls = {
        "a": slider("probability a", 0.0, 1.0, 0.25, 0.01),
        "y": choice("true class y", range(CLASSES), 0),
        "z0": slider("logit z₀", -5.0, 5.0, 0.5, 0.1),
        "z1": slider("logit z₁", -5.0, 5.0, 1.0, 0.1),
        "z2": slider("logit z₂", -5.0, 5.0, -0.5, 0.1),
    }
    return Explorer(controls, compute, start, draw, (9, 3.6))


def compute(a, y, z0, z1, z2):
    """Compute the loss of a probability, and the loss and slopes of three logits."""
    loss = cross_entropy(np.array([[a, 1 - a]]), np.array([[1.0, 0.0]]))
    Z, labels = np.array([[z0, z1, z2]]), np.array([y])
    A, Y = softmax(Z), one_hot(labels, CLASSES)
    J = cross_entropy_from_logits(Z, labels)
    slopes = A - Y
    nats = f"{loss:.4f}" if a else "∞"
    text = (
        f"The true class has a = {a:.2f}: loss −ln a = {nats} nats,"
        f" squared error (a − 1)² = {(a - 1) ** 2:.4f}.\n"
        f"Logits z = {_row(Z, 'z.1f')} and true class y = {y}:"
        f" probabilities a = {_row(A, '.4f')}, loss {J:.4f} nats.\n"
        f"Slopes dJ/dz = a − y = {_row(slopes, '+.4f')}, sum {abs(slopes.sum()):.4f}."
    )
    return {"a": a, "loss": loss, "y": y, "A": A[0], "J": J, "slopes": slopes[0], "text": text}


def start(figure):
    """Make the axes and artists."""
    curve, probabilities, slopes = figure.subplots(1, 3, width_ratios=[4, 3, 3])
    curve.set(xlim=(-0.02, 1.02), ylim=(-0.1, 1.04 * HIGHEST), title="loss of one example")
    curve.set(xlabel="probability a of the true class", ylabel="loss")
    a = np.linspace(np.exp(-1.1 * HIGHEST), 1, 500)
    curve.plot(a, -np.log(a), color=BLUE, linestyle="-", label="−ln a (nats)")
    curve.plot(a, (a - 1) ** 2, color=GRAY, linestyle="--", label="squared error (a − 1)²")
    dots = {"linestyle": "", "clip_on": False}
    (square,) = curve.plot([0], [0], "o", color=GRAY, markersize=7, **dots)
    (point,) = curve.plot([0], [0], "o", color=ORANGE, markersize=9, label="your a", **dots)
    (of_logits,) = curve.plot(
        [0], [0], "D", color=GREEN, markersize=13, label="a of logits", **dots
    )
    of_logits.set(fillstyle="none", markeredgewidth=2.5)
    curve.legend(loc="upper right")

    ticks = [f"class {j}" for j in range(CLASSES)]
    for ax in (probabilities, slopes):
        ax.set_xticks(range(CLASSES), ticks)
        ax.grid(visible=False, axis="x")
    probabilities.set(ylim=(0, 1.15), title="probability $a_j$ (dashed: $y_j$)")
    slopes.set(ylim=(-1.5, 1.5), title="slope $dJ/dz_j$")
    for height, word in ((1.35, "rises"), (-1.35, "falls")):
        words = f"loss {word} when $z_j$ rises"
        slopes.text(1, height, words, ha="center", va="center", color=GRAY, size=10)
    slopes.axhline(0, color="black", linewidth=0.8, linestyle="-")
    target = Rectangle((0, 0), 0.8, 1, fill=False, color=GREEN, linewidth=2, linestyle="--")
    return {
        "point": point,
        "square": square,
        "of logits": of_logits,
        "A": probabilities.bar(range(CLASSES), [0.0] * CLASSES, width=0.7),
        "target": probabilities.add_patch(target),
        "slopes": slopes.bar(range(CLASSES), [0.0] * CLASSES, width=0.7),
        "A numbers": [probabilities.text(j, 0, "", ha="center") for j in range(CLASSES)],
        "slope numbers": [slopes.text(j, 0, "", ha="center") for j in range(CLASSES)],
    }


def draw(artists, result):
    """Show a result of `compute`."""
    a, y = result["a"], result["y"]
    artists["square"].set_data([a], [(a - 1) ** 2])
    _place(artists["point"], a, result["loss"], "o")
    _place(artists["of logits"], result["A"][y], result["J"], "D")
    artists["target"].set_x(y - 0.4)
    for bars, numbers, form, gap in (
        ("A", "A numbers", ".3f", 0.02),
        ("slopes", "slope numbers", "+.3f", 0.05),
    ):
        for j, value in enumerate(result[bars]):
            artists[bars][j].set(height=value, facecolor=GREEN if j == y else BLUE)
            end = value - gap if value < 0 else value + gap
            artists[numbers][j].set(y=end, text=format(value, form))
            artists[numbers][j].set_va("top" if value < 0 else "bottom")


def _place(dot, a, loss, marker):
    """Put a dot on the curve, or a triangle at the upper edge when it would lie above."""
    dot.set_data([a], [min(loss, HIGHEST)])
    dot.set_marker(marker if loss <= HIGHEST else "^")


def _row(numbers, form):
    return "(" + ", ".join(format(number, form) for number in numbers[0]) + ")"
