"""The pictures of chapter 05."""

import matplotlib.pyplot as plt
import numpy as np

from ..network import cross_entropy_from_logits, forward
from .style import BLUE, GRAY, ORANGE, show
from .surfaces import contours, decision_boundary

PLANE = {"xlim": (-2.8, 4.6), "ylim": (-3.4, 2.6), "labels": ("$w$", "$b$")}


def parabolas(paths, curvature):
    """Draw the same parabola once for each learning rate, with the steps that it takes."""
    figure, axes = plt.subplots(1, len(paths), figsize=(9.5, 2.8), sharey=True)
    w, words = np.linspace(-6, 6, 121), []
    for ax, (rate, path) in zip(axes, paths.items(), strict=True):
        factor = f"{1 - rate * curvature:.1f}".replace("-", "−")
        ax.plot(w, curvature / 2 * w**2, color=GRAY, ls="-", lw=1)
        ax.plot(path, curvature / 2 * path**2, "o-", color=ORANGE, ms=5, lw=1)
        ax.plot(path[0], curvature / 2 * path[0] ** 2, "s", color=ORANGE, ms=9)
        ax.set_title(f"α = {rate}\nfactor {factor}", size=11)
        ax.set(xlabel="$w$", xlim=(-6, 6), ylim=(-0.4, 9))
        side = "stays on its side" if path[1] > -1e-9 else "jumps from side to side"
        lower = "ends lower" if abs(path[-1]) < abs(path[0]) else "ends higher"
        words.append(f"α = {rate}, factor {factor}: {side}, {lower}")
    axes[0].set_ylabel("$J$")
    show(figure, f"Parabolas with a path from w = {paths[rate][0]:g}. {'; '.join(words)}.")


def valleys(loss, paths):
    """Draw a long valley from above, with a path for each learning rate."""
    figure, axes = plt.subplots(1, len(paths), figsize=(10, 2.4), sharey=True)
    words = []
    for ax, (rate, path) in zip(axes, paths.items(), strict=True):
        contours(loss, path, xlim=(-4.6, 1.4), ylim=(-1.5, 1.5), ax=ax)
        ax.set_title(f"α = {rate}", size=11)
        shape = "straight to the floor of the valley"
        if path[0, 1] * path[1, 1] < 0:
            wider = abs(path[-1, 1]) > abs(path[0, 1])
            shape = f"a zigzag that {'widens' if wider else 'narrows'}"
        words.append(f"{rate}: {shape}, ends {np.linalg.norm(path[-1]):.1f} from the lowest point")
    steps = len(path) - 1
    show(figure, f"A long valley seen from above, {steps} steps each. {'; '.join(words)}.")


def planes(loss, paths, lowest):
    """Draw a loss of w and b as contours, its lowest point as a star, and a path per setting."""
    figure, axes = plt.subplots(1, len(paths), figsize=(10, 9.6 / len(paths) + 0.2), sharey=True)
    words = []
    for ax, (name, path) in zip(axes, paths.items(), strict=True):
        contours(loss, path, **PLANE, ax=ax)
        ax.plot(*lowest, "k*", ms=11)
        ax.set_title(f"{name}, loss {loss(path[-1]):.2f}", size=11)
        step = np.linalg.norm(np.diff(path[-10:], axis=0), axis=1).mean()
        far = np.linalg.norm(path[-10:] - lowest, axis=1).mean()
        words.append(
            f"{name}: the last ten points lie {far:.2f} from the star, {step:.2f} from each other"
        )
    show(figure, f"The loss as contours, its lowest point a star. {'; '.join(words)}.")


def noise(sizes, measured):
    """Draw the noise of a batch against its size, and the length of the gradient, per network."""
    figure, axes = plt.subplots(1, len(measured), figsize=(9, 3.3), sharey=True)
    words = []
    for ax, (name, (values, length)) in zip(axes, measured.items(), strict=True):
        ax.loglog(sizes, values, "o", color=BLUE, label="measured noise")
        s = np.exp(np.mean(np.log(values * np.sqrt(sizes))))
        ax.loglog(sizes, s / np.sqrt(sizes), color=ORANGE, ls="--", label="s/√B, s fitted")
        ax.axhline(length, color=GRAY, ls=":", lw=1.5, label="length of the full gradient")
        ax.set(title=name, xlabel="batch size B (examples)", ylim=(0.1, 12))
        words.append(
            f"{name}: noise from {values[0]:.1f} at B = 1 to {values[-1]:.2f} at B = {sizes[-1]}, "
            f"full gradient {length:.2f}"
        )
    axes[0].set_ylabel("length")
    axes[-1].legend(fontsize=9)
    show(figure, f"Noise against batch size, log axes, along straight lines. {'; '.join(words)}.")


def moons(moments, X, y):
    """Draw the decision boundary at several steps of a training."""
    figure, axes = plt.subplots(2, 3, figsize=(9.5, 5.6), sharex=True, sharey=True)
    words = []
    for ax, (step, params) in zip(axes.flat, moments.items(), strict=True):
        decision_boundary(params, X, y, hidden="tanh", ax=ax)
        A, cache = forward(X, params, "tanh")
        loss = cross_entropy_from_logits(cache.Z[-1], y)
        ax.set_title(f"step {step:,}, loss {loss:.2f}", size=11)
        right = np.mean(A.argmax(axis=1) == y)
        words.append(f"step {step}: loss {loss:.2f}, {right:.0%} on their side")
    show(
        figure,
        "Two half moons, circles and triangles, with the boundary between the classes at six "
        f"moments: nearly straight until step 100, bent after that. {'; '.join(words)}.",
    )


def rates(curves):
    """Draw the loss over the steps for some learning rates."""
    _, ax = plt.subplots(figsize=(7.2, 3.8))
    for rate, curve in curves.items():
        ax.plot(10 * np.arange(1, len(curve) + 1), curve, label=f"α = {rate:g}")
    ax.axhline(np.log(10), color=GRAY, ls=":", lw=1)
    ax.text(245, np.log(10) + 0.08, "guessing: ln 10", size=9)
    ax.set(xlabel="step", ylabel="loss on dev data (nats)", ylim=(0, 3.2))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    words = ", ".join(f"α = {rate:g} at {curve[-1]:.2f}" for rate, curve in curves.items())
    show(ax, f"Dev loss over {10 * len(curve)} steps; guessing is a line at ln 10. Ends: {words}.")


def loss_against_rate(curves):
    """Draw the loss at the end against the learning rate."""
    _, ax = plt.subplots(figsize=(6, 3.4))
    final = {rate: curve[-3:].mean() for rate, curve in curves.items()}
    ax.semilogx(list(final), list(final.values()), "o-", color=BLUE)
    ax.text(0.0012, 0.9, "too small:\nnot there yet")
    ax.text(0.17, 0.45, "right", ha="center")
    ax.text(1.1, 0.25, "too large")
    ax.set(xlabel="learning rate α", ylabel="dev loss (nats)", ylim=(0, 2.6))
    words = ", ".join(f"{loss:.2f} at {rate:g}" for rate, loss in final.items())
    show(ax, f"Loss against learning rate, a lopsided valley: {words}.")
