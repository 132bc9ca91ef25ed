"""The pictures of chapter 03: what a forecast costs, and how steeply."""

import matplotlib.pyplot as plt
import numpy as np

from ..network import log_sum_exp, sigmoid
from .style import GRAY, ORANGE, show


def _mark(ax, points, rise):
    """Mark points, {words: (x, y)}, with their words at the right, raised by some points."""
    for words, (x, y) in points.items():
        ax.plot(x, y, "o", color=ORANGE, linestyle="")
        ax.annotate(words, (x, y), (9, rise), textcoords="offset points")


def likelihood(forecasts):
    """Show how probable each forecast q for heads made two heads, tails and heads."""
    q = np.linspace(0, 1, 201)
    _, ax = plt.subplots()
    ax.plot(q, q**3 * (1 - q))
    for f in forecasts:
        _mark(ax, {f"q = {f:g}": (f, f**3 * (1 - f))}, rise=-6 if f < 0.75 else 5)  # off the curve
    ax.set(xlabel="forecast q for heads", ylabel="likelihood", xlim=(0, 1.12), ylim=(0, 0.12))
    dots = ", ".join(f"{f**3 * (1 - f):.3f} at {f:g}" for f in forecasts)
    show(
        ax,
        "The likelihood q³(1 − q) against q: it rises slowly from 0 at q = 0, has its top at "
        f"q = 0.75 and falls to 0 at q = 1. Marked: {dots}.",
    )


def cost(probabilities):
    """Show -ln a against the probability a of the true class, with {words: a} marked on it."""
    a = np.linspace(0.004, 1, 500)
    _, ax = plt.subplots()
    ax.plot(a, -np.log(a))
    points = {f"{words}: {-np.log(p):.2f}": (p, -np.log(p)) for words, p in probabilities.items()}
    _mark(ax, points, rise=5)
    ax.set(xlabel="probability a of the true class", ylabel="−ln a (nats)", xlim=(0, 1.05))
    ax.set_xticks(np.linspace(0, 1, 6))
    show(
        ax,
        "−ln a against the probability a of the true class: a curve that falls steeply from above "
        f"5 near 0 to 0 at 1. Marked: {'; '.join(points)}.",
    )


def two_losses(squared, log_loss):
    """Show two losses of a sigmoid output whose label is 1, and their slopes."""
    z = np.linspace(-8, 4, 241)
    a = sigmoid(z)
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2))
    left.plot(z, log_loss(z), label="cross-entropy")
    left.plot(z, squared(z), label="squared error")
    right.plot(z, a - 1)
    right.plot(z, 2 * (a - 1) * a * (1 - a))
    left.set(xlabel="pre-activation z", ylabel="loss", title="true label 1")
    right.set(xlabel="pre-activation z", ylabel="slope of the loss")
    left.legend()
    show(
        figure,
        "Left: for negative z the cross-entropy rises in a straight line, the squared error levels "
        "off at 1. Right: the slope of the cross-entropy goes to −1 for negative z, that of the "
        "squared error goes back to 0.",
    )


def race(walks):
    """Show the probability of the true class on the way down, {loss: z at every step}."""
    _, ax = plt.subplots()
    for (name, z), marker in zip(walks.items(), "os", strict=True):
        a = sigmoid(np.array(z))
        ax.plot(a, marker=marker, markersize=4, label=f"{name}: {len(z) - 1} steps")
    ax.axhline(0.5, color=GRAY, linestyle=":", linewidth=1.5)
    ax.set(xlabel="step", ylabel="probability a of the true class", ylim=(0, 1))
    ax.legend(loc="upper center")
    counts = "; ".join(f"{name} {len(z) - 1}" for name, z in walks.items())
    show(
        ax,
        "The probability of the true class, step by step, until it passes 0.5. With the "
        "cross-entropy it rises at once. With the squared error it stays near 0 for most of the "
        f"steps and then rises suddenly. Steps: {counts}.",
    )


def patched(epsilon=1e-8):
    """Show the true and the patched loss of two logits, and what each pulls with."""
    d = np.linspace(0, 40, 401)
    a = sigmoid(-d)  # the probability of the true class
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
    left.plot(d, log_sum_exp(np.column_stack([np.zeros_like(d), d])), label="from logits, (3.5)")
    left.plot(d, -np.log(a + epsilon), label="patched")
    right.plot(d, a - 1, label="true: a − 1")
    right.plot(d, (a - 1) * a / (a + epsilon), label="of the patched loss")
    left.set(ylabel="loss (nats)", title="loss")
    right.set(ylabel="slope, true logit", title="its slope", ylim=(-1.1, 0.5))
    for ax in (left, right):
        ax.set_xlabel("lead d of the wrong logit")
        ax.legend(loc="upper left")
    show(
        figure,
        "Left: against the lead of the wrong logit, the loss from logits rises in a straight line "
        f"to 40; the patched one leaves it near 17 and stays at {-np.log(epsilon):.1f}. Right: the "
        "true slope goes to −1 and stays there; that of the patched loss goes back to 0 between "
        "15 and 25.",
    )
