"""Pictures of chapter 11: faster steps, and more images."""

import matplotlib.pyplot as plt
import numpy as np

from ..augmentation import affine_maps, bilinear, random_warps
from . import images, results, surfaces
from .style import BLUE, GRAY, GREEN, ORANGE, show


def learning_curves(history):
    """Draw loss and accuracy of training and dev set over the epochs."""
    last = history.iloc[-1]
    show(
        results.learning_curves(history),
        f"{len(history)} epochs. The training loss falls to {last['train_loss']:.2f}, the dev loss "
        f"levels off near {last['dev_loss']:.2f}. The training accuracy reaches "
        f"{last['train_accuracy']:.1%}, the dev accuracy {last['dev_accuracy']:.1%}.",
    )


def valley(paths, curvatures):
    """Draw paths, by the name of their optimizer, in a valley J = (κ₁θ₁² + κ₂θ₂²) / 2."""

    def J(theta):
        return theta**2 @ curvatures / 2

    figure, axes = plt.subplots(1, len(paths), figsize=(10, 2.6), sharey=True)
    heights = {name: J(path[-1]) for name, path in paths.items()}
    for ax, (name, path) in zip(axes, paths.items(), strict=True):
        limits = {"xlim": (-4.6, 1.6), "ylim": (-1.2, 1.2)}
        surfaces.contours(J, path, **limits, equal=False, ax=ax)
        ax.set_title(f"{name}\n{heights[name]:.2g} above the lowest point", size=10)
    ends = "; ".join(f"{name}: {height:.2g}" for name, height in heights.items())
    show(
        figure,
        f"A long narrow valley from above, {len(paths[name]) - 1} steps of each. Plain descent "
        "zigzags across and comes slowly nearer; momentum swings in wide arcs; Nesterov's path "
        f"hardly swings. Heights above the lowest point at the end: {ends}.",
    )


def schedules(curves):
    """Draw the factor of the learning rate over the steps, for the name of each schedule."""
    figure, ax = plt.subplots(figsize=(5.4, 2.6))
    for (name, factors), style in zip(curves.items(), ("-", ":", "--"), strict=True):
        ax.plot(factors, ls=style, label=name)
    steps = len(factors)
    ax.set(xlabel=f"step t of n = {steps}", ylabel="factor of the rate", ylim=(0, 1.15))
    ax.text(11, 0.3, "warm-up", size=9, color=GREEN)
    ax.legend(loc="upper right", fontsize=8)
    show(
        figure,
        f"Three schedules over {steps} steps: a straight line from 1 to nearly 0; half a cosine, "
        "above the line at first and below it in the end; a cosine that first rises from 0 to 1.",
    )


def send_or_ask(image):
    """Draw an image turned by 30°: old pixels sent to new places, and new ones read from old."""
    turn = affine_maps(np.array([30.0]), np.ones((1, 2)), np.zeros(1), np.zeros((1, 2)))[:, 0]
    y, x = np.mgrid[:28, :28].reshape(2, -1) - 13.5
    x_old, y_old = turn @ [x, y, np.ones(784)] + 13.5
    asked = bilinear(image.reshape(1, -1), x_old[None], y_old[None])
    back = np.rint(turn[:, :2].T @ [x, y] + 13.5).astype(int)  # a turn's transpose undoes it
    inside = ((back >= 0) & (back < 28)).all(axis=0)
    sent = np.zeros((28, 28), np.float32)
    sent[back[1, inside], back[0, inside]] = image.ravel()[inside]
    pair = np.concatenate([sent.reshape(1, -1), asked])
    show(
        images.digits(pair, ["each old pixel sent", "each new pixel asks"], columns=2, width=4.4),
        "A digit turned by 30 degrees, twice. Left, the old pixels were sent to new places: the "
        "strokes have white holes and ragged edges. Right, each new pixel was read from the old "
        "image: smooth strokes without holes.",
    )


def bent(image, x_old, y_old, new):
    """Draw where on an image the rows and columns of a new one are read, and the new one."""
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.3))
    for ax, picture, title in zip(axes, (image, new), ("old", "new"), strict=True):
        ax.imshow(picture.reshape(28, 28), cmap="gray_r")
        ax.set_title(title)
        ax.set_axis_off()
    x_old, y_old = x_old.reshape(28, 28), y_old.reshape(28, 28)
    thin = {"color": ORANGE, "linestyle": "-", "linewidth": 0.9}
    axes[0].plot(x_old[::3].T, y_old[::3].T, **thin)
    axes[0].plot(x_old[:, ::3], y_old[:, ::3], **thin)
    show(
        figure,
        "Left a digit with a wavy orange grid over it; right the digit that comes out when the "
        "grid is pulled straight: the same digit with other bends.",
    )


def warps(image):
    """Draw three warped copies of an image: by each ingredient, twice as strong, and by all."""
    usual = {"rotation": 15, "scale": 0.15, "shear": 0.15, "shift": 1, "elastic": 1}
    none = dict.fromkeys(usual, 0)
    kinds = {"as it is": none}
    names = "turned", "scaled", "slanted", "shifted", "bent"
    for name, (kind, strength) in zip(names, usual.items(), strict=True):
        kinds[name] = {**none, kind: 2 * strength}
    kinds["all"] = usual
    copies = [
        random_warps(image.reshape(1, -1), np.random.default_rng(seed), **strengths)
        for seed in (10, 28, 41)  # large in every ingredient
        for strengths in kinds.values()
    ]
    captions = [""] * (2 * len(kinds)) + list(kinds)
    show(
        images.digits(np.concatenate(copies), captions, columns=len(kinds), width=7.5),
        "A digit as it is, and three copies each: turned, scaled, slanted, shifted, bent, and all "
        "at once. The strongly bent ones are the hardest to read.",
    )


def shuffled(X, permutation):
    """Draw images, and below them the same ones with their pixels in another order."""
    show(
        images.digits(np.concatenate([X, X[:, permutation]]), columns=len(X), width=4),
        f"{len(X)} digits, and below them the same ones with shuffled pixels: scattered black "
        "dots.",
    )


def worth(table, base):
    """Draw the dev error of each trial, with its spread over the seeds, beside that of `base`."""
    figure, ax = plt.subplots(figsize=(6.8, 0.9 + 0.24 * len(table)))
    error, spread = table.iloc[:, 0], table["±"]
    low = error[base]
    colors = [BLUE if value < low else GRAY for value in error]
    ax.axvline(low, color=ORANGE, ls="--", lw=1.2)
    ax.text(low, -1.0, f"base {low:.2f}%", color=ORANGE, ha="center", va="bottom", size=9)
    ax.hlines(range(len(table)), error - spread, error + spread, colors=colors, lw=1.6)
    ax.scatter(error, range(len(table)), c=colors, s=30, zorder=3)
    ax.set_yticks(range(len(table)), table.index, size=9)
    ax.set(ylim=(len(table) - 0.5, -0.8), xlabel="dev error (%), mean of three seeds ± deviation")
    best = error.idxmin()
    show(
        figure,
        f"Dev errors of all trials as dots with their spread. {table.index[0]}: {error.iloc[0]:.2f}"
        f"%. The base, {base}, has {low:.2f}%. The lowest is {best} with {error[best]:.2f}%; the "
        "trials with more images stand well apart from all others.",
    )
