"""Gradient descent on a loss of two parameters (chapter 05)."""

from functools import cache, partial

import numpy as np

from ..network import sigmoid, sigmoid_derivative
from ..plots import GRAY, GREEN, ORANGE, contours
from .controls import log_slider, seed, slider
from .explorer import Explorer

M, STEPS = 60, 50
LIMITS = {"xlim": (-2.8, 4.6), "ylim": (-3.4, 2.6)}  # of w and b, as in the chapter
START = (-2.0, 2.0)
RATES = (0.02, 20)


def descent():
    """Explore the learning rate and the start of gradient descent (chapter 05).

    The path, and the learning rate against the bound (5.5) of the lowest point.
    """
    controls = {
        "learning_rate": log_slider("learning rate α", *RATES, 1.0),
        "w": slider("start w", -2.5, 4.3, START[0], 0.1),
        "b": slider("start b", -3.2, 2.4, START[1], 0.1),
    }
    full = partial(compute, batch_size=M, seed=0)
    return Explorer(controls, full, partial(start, labels=("", "path")), draw, (9, 3.9))


def batches():
    """Explore how the batch size and the learning rate make a path rough (chapter 05).

    The path of the mini-batches (5.6) lies over that of the full batch.
    """
    controls = {
        "learning_rate": log_slider("learning rate α", *RATES, 1.0),
        "batch_size": slider("batch size B", 1, M, 8),
        "seed": seed(),
    }
    w, b = START
    return Explorer(controls, partial(compute, w=w, b=b), start, draw, (9, 3.9))


@cache
def examples():
    """Return the sixty examples of the chapter: one feature x, and the label y."""
    y = np.repeat([0, 1], M // 2)
    return np.random.default_rng(3).standard_normal(M) + 2 * y, y


def loss(theta):
    """Compute the mean cross-entropy for (w, b) = theta; points of shape (..., 2)."""
    x, y = examples()
    Z = theta[..., :1] * x + theta[..., 1:]
    return (np.logaddexp(0, Z) - y * Z).mean(axis=-1)


def gradient(theta, x, y):
    """Compute (dw, db), the mean over the examples x, y."""
    dz = (sigmoid(theta[0] * x + theta[1]) - y) / len(x)
    return np.array([dz @ x, dz.sum()])


def descend(theta, learning_rate, batch_size, rng, steps=STEPS):
    """Return the points that gradient descent visits; every step draws its batch anew."""
    x, y = examples()
    path = [theta]
    for _ in range(steps):
        batch = np.sort(rng.permutation(M)[:batch_size])  # sorted: all M in one order
        theta = theta - learning_rate * gradient(theta, x[batch], y[batch])
        path.append(theta)
    return np.array(path)


@cache
def bottom():
    """Return the lowest point and the largest curvature there, in any direction."""
    x, y = examples()
    lowest = descend(np.zeros(2), 2.0, M, np.random.default_rng(0), steps=400)[-1]
    X = np.stack([x, np.ones(M)], axis=1)
    slope = sigmoid_derivative(X @ lowest) / M
    return lowest, np.linalg.eigvalsh(X.T @ (slope[:, None] * X)).max()


def compute(learning_rate, batch_size, w, b, seed):
    """Descend with mini-batches and with the full batch, and compare with the bound."""
    start = np.array([w, b])
    path = descend(start, learning_rate, batch_size, np.random.default_rng(seed))
    full = descend(start, learning_rate, M, np.random.default_rng(seed))
    losses, full_losses = loss(path), loss(full)
    lowest, kappa = bottom()
    factor = 1 - learning_rate * kappa
    if factor <= -1:
        verdict = (
            "too large. Every jump is longer than the last, until the slope farther out stops "
            "growing; it never settles."
        )
    elif factor < 0:
        verdict = "it jumps from side to side and still comes down."
    else:
        verdict = "it comes down on its own side."
    if batch_size < M:
        verdict += "\nThe mini-batches wander: at the star, the gradient of a batch is not zero."
    low, high = np.transpose(list(LIMITS.values()))
    outside = int(((path < low) | (path > high)).any(axis=1).sum())
    if outside:
        verdict += f" {outside} of the {STEPS} steps end outside of the picture."
    ends, taken = f"{full_losses[-1]:.3f}", "a step"
    if batch_size < M:
        ends = f"{losses[-1]:.3f} with batches of {batch_size} (seed {seed}), {ends} with all {M}"
        taken = "a step of the full batch"
    text = (
        (
            f"{STEPS} steps from ({w:z.1f}, {b:z.1f}) with α = {learning_rate:.3g}: loss "
            f"{ends}; "
            f"lowest {loss(lowest):.3f}.\n"
            f"At the star the largest curvature is κ = {kappa:.3f}, bound (5.5): 2/κ = "
            f"{2 / kappa:.2f}.\n"
            f"There, by (5.4), {taken} multiplies the distance across the valley "
            f"by 1 − ακ = {factor:z.2f}: {verdict}"
        )
        .replace(" -", " −")
        .replace("(-", "(−")
    )
    return {
        "text": text,
        "path": path,
        "full": full,
        "losses": losses,
        "full_losses": full_losses,
        "learning_rate": learning_rate,
        "numbers": {f"loss after {STEPS} steps": (losses[-1], ".3f")},
    }


def start(figure, labels=("full batch", "mini-batches")):
    """Draw the contours, the lowest point and the bound; make the paths and curves."""
    grid = figure.add_gridspec(2, 2, height_ratios=[3.6, 1], width_ratios=[1.05, 1])
    plane, curve, rates = (
        figure.add_subplot(place) for place in (grid[:, 0], grid[0, 1], grid[1, 1])
    )
    lowest, kappa = bottom()
    contours(loss, **LIMITS, labels=("$w$", "$b$"), ax=plane)

    full = {"color": GRAY, "linestyle": "--", "linewidth": 1.6}
    mini = {"color": ORANGE, "linestyle": "-", "linewidth": 1.4}
    dots = {"marker": "o", "markersize": 4.5, "markeredgecolor": "white", "markeredgewidth": 0.6}
    steps = np.arange(STEPS + 1)
    curve.set(xlim=(0, STEPS), ylim=(0.4, 8), yscale="log", xlabel="step", ylabel="loss J (nats)")
    curve.set_yticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
    curve.minorticks_off()
    curve.axhline(loss(lowest), color="black", linewidth=1, linestyle=":", label="lowest")
    curves = [
        curve.plot(steps, steps, label=label, **style)[0]
        for label, style in zip(labels, (full, mini), strict=True)
    ]
    curve.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 0.98), fontsize=10)

    rates.set(xlim=RATES, ylim=(0, 1), xscale="log", xlabel="learning rate α")
    rates.minorticks_off()
    at = [0.02, 0.1, 0.5, 1 / kappa, 2 / kappa, 20]
    rates.set_xticks(at, ["0.02", "0.1", "0.5", "1/κ", "2/κ", "20"])
    rates.set_yticks([])
    rates.axvspan(RATES[0], 2 / kappa, color=GREEN, alpha=0.25, linewidth=0)
    rates.axvspan(2 / kappa, RATES[1], color=ORANGE, alpha=0.25, linewidth=0)
    rates.axvline(1 / kappa, color="black", linewidth=1, linestyle=":")
    rates.axvline(2 / kappa, color="black", linewidth=2)
    rates.grid(visible=False)
    rates.text(0.023, 0.62, f"{labels[0]} settles".strip(), size=10)
    rates.text(5.9, 0.62, "never", size=10)
    return {
        "paths": [
            plane.plot([], [], **full, marker=".", markersize=4)[0],
            plane.plot([], [], **mini, **dots)[0],
        ],
        "start": plane.plot([], [], "s", color=ORANGE, markersize=9, markeredgecolor="white")[0],
        "lowest": plane.plot(*lowest, "k*", markersize=13, zorder=4)[0],
        "curves": curves,
        "rate": rates.plot([1], [0.27], "^", color="black", markersize=10, clip_on=False)[0],
    }


def draw(artists, result):
    """Show a result of `compute`."""
    for line, path in zip(artists["paths"], (result["full"], result["path"]), strict=True):
        line.set_data(*path.T)
    artists["start"].set_data(*result["path"][:1].T)
    losses = result["full_losses"], result["losses"]
    for line, values in zip(artists["curves"], losses, strict=True):
        line.set_ydata(values)
    artists["rate"].set_xdata([result["learning_rate"]])
