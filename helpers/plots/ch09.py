"""Pictures of chapter 09: the live laboratory."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import PercentFormatter

from ..drawings import center_of_mass, crop_to_ink
from . import images
from .style import BLUE, GRAY, ORANGE, show
from .surfaces import decision_boundary


def shapes(data):
    """Draw the points of five shapes, (X, y) for each name."""
    figure, axes = plt.subplots(1, len(data), figsize=(9, 2.3), sharey=True)
    for ax, (name, (X, y)) in zip(axes, data.items(), strict=True):
        for k in range(y.max() + 1):
            ax.plot(*X[y == k].T, "o^s"[k], markersize=3)
        ax.set(title=name, xlabel="$x_1$", aspect="equal")
    axes[0].set_ylabel("$x_2$")
    show(
        figure,
        "Five sets of points. clusters: three heaps apart from each other. moons: two half "
        "circles that reach into each other. xor: four quarters of a square, opposite ones alike. "
        "circles: a small one in a large one. spirals: two arms that wind around each other once.",
    )


def straight(runs):
    """Draw the boundaries of networks without a hidden layer, (params, history, data) by shape."""
    figure, axes = plt.subplots(1, len(runs), figsize=(9, 3), sharey=True)
    for ax, (shape, (params, history, data)) in zip(axes, runs.items(), strict=True):
        decision_boundary(params, *data, margin=0.8, ax=ax)
        right = history["dev_accuracy"].iloc[-1]
        ax.set(xlim=(-1.4, 1.4), ylim=(-1.3, 1.3), title=f"{shape}: {right:.0%} right")
    show(
        figure,
        "Boundaries without a hidden layer, all straight. Three rays part the three clusters. One "
        "line parts the moons but for their tips. One line through the middle of xor leaves about "
        "half of the points on the wrong side.",
    )


def units_needed(tried):
    """Draw accuracies against the number of hidden units; tried[shape][units] has one per seed."""
    figure, axes = plt.subplots(1, len(tried), figsize=(9.5, 2.8), sharey=True)
    best = []
    for ax, (shape, ends) in zip(axes, tried.items(), strict=True):
        for n, accuracies in ends.items():
            ax.plot([n] * len(accuracies), accuracies, "o", color=BLUE, alpha=0.7)
        ax.plot(list(ends), [max(accuracies) for accuracies in ends.values()], color=BLUE)
        ax.set(xlabel="hidden units", title=shape, xticks=list(ends))
        best.append(f"{shape} " + ", ".join(f"{max(a):.0%} with {n}" for n, a in ends.items()))
    axes[0].set_ylabel("accuracy on unseen points")
    axes[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    show(
        figure,
        "Accuracy against the number of hidden units, three seeds each, a line through the best: "
        f"{'; '.join(best)}.",
    )


def tiles(A1, A2):
    """Draw what the units of two layers answer on a square grid of points, (points, units) each."""
    side = round(np.sqrt(len(A1)))
    figure, axes = plt.subplots(2, A1.shape[1], figsize=(9, 2.5))
    for l, (row, A) in enumerate(zip(axes, (A1, A2), strict=True), start=1):
        for ax, a in zip(row, A.T, strict=True):
            ax.imshow(a.reshape(side, side), origin="lower", cmap="cividis")
            ax.set(xticks=[], yticks=[])
        row[0].set_ylabel(f"layer {l}")
    show(
        figure,
        "Two rows of tiles. Layer 1: each is dark on one side of a straight line and grows "
        "brighter away from it on the other. Layer 2: dark and bright areas have bent edges, some "
        "with several corners.",
    )


def overfitting(few, many):
    """Draw the boundaries of two runs, and the losses of the one with few points."""
    figure, axes = plt.subplots(1, 3, figsize=(9.5, 3))
    for ax, (params, _, (X, y)) in zip(axes, (few, many), strict=False):
        decision_boundary(params, X, y, margin=1.5, ax=ax)
        ax.set(title=f"{len(X)} points", xlim=(-1.8, 1.8), ylim=(-1.8, 1.8), aspect="equal")
    history = few[1]
    axes[2].plot(history["step"], history["train_loss"], label="training points")
    axes[2].plot(history["step"], history["dev_loss"], label="unseen points")
    axes[2].set(xlabel="step", ylabel="loss (nats)", title=f"{len(few[2][0])} points")
    axes[2].legend()
    show(
        figure,
        "Left: with 20 points, the region of the inner class is a tube, open at the bottom, with "
        "a second piece to the right. Middle: with 600 points, a closed curve around the middle, "
        "near a circle. Right: with 20 points the loss on the training points falls toward zero "
        "while the loss on unseen points rises.",
    )


def rates_and_batches(runs):
    """Draw six boundaries: (params, data, accuracy) by title, rates above, batch sizes below."""
    figure, axes = plt.subplots(2, 3, figsize=(9, 5.4), sharex=True, sharey=True)
    for ax, (title, (params, data, right)) in zip(axes.flat, runs.items(), strict=True):
        decision_boundary(params, *data, ax=ax)
        ax.set_title(f"{title}: {right:.0%}")
    show(
        figure,
        "Six boundaries on the spirals. Learning rate 0.01: one soft line across, with a dent; "
        "0.2: the arms are told apart; 2: one class at all points. Batch size 1: a pocket around "
        "half of one arm; 50: the arms are told apart; 500: one soft line across, with a dent.",
    )


def _framed(ax, image, title):
    ax.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set_visible(True)


def only_shrunk(ink, shrunk, digit, p):
    """Draw a drawing beside what is left of it at 28 by 28 pixels."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(5, 2.7))
    _framed(left, ink, "112 × 112")
    _framed(right, shrunk, f"28 × 28, read as {digit} ({p:.2f})")
    show(figure, f"A small 5 in the upper right, at 112 and at 28 pixels, read as {digit}.")


def shift_costs(curves):
    """Draw accuracies for shifts by 0, 1, 2, … pixels, one curve for each name."""
    figure, ax = plt.subplots()
    for (name, values), marker in zip(curves.items(), "s^o", strict=False):
        ax.plot(values, marker=marker, label=name)
    ax.axhline(0.1, color=GRAY, linewidth=1, linestyle=":")
    ax.text(0, 0.12, "guessing", color=GRAY, size=9)
    ax.set(xlabel="shift (pixels)", ylabel="accuracy", ylim=(0, 1.02))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(loc="upper right" if len(curves) == 2 else "center right")
    steps = "; ".join(
        f"{name} {', '.join(f'{values[n]:.0%} at {n}' for n in (0, 2, 4, 6, 8))}"
        for name, values in curves.items()
    )
    show(figure, f"Accuracy against the shift in pixels: {steps}.")


def stages(ink, crop, final):
    """Draw a digit on its way from a drawing to an image like MNIST's."""
    figure, axes = plt.subplots(1, 4, figsize=(9, 2.9))
    names = ("drawing", "crop", "box", "center of mass")
    steps = (ink, crop, crop_to_ink(final), final)
    for ax, name, image in zip(axes, names, steps, strict=True):
        _framed(ax, image, name)
        ax.set_xlabel(f"{image.shape[0]} × {image.shape[1]}")
    r, c = center_of_mass(final)
    axes[3].plot(c, r, "+", color=ORANGE, markersize=14, markeredgewidth=2.5)
    show(
        figure,
        "The 5 in four stages: small in the upper right of the drawing; cropped to its ink; "
        "scaled to a height of 20 pixels; in the middle of 28 by 28 pixels, with a cross at its "
        "center of mass.",
    )


def ones(X):
    """Draw eighteen ones."""
    show(
        images.digits(X, columns=9),
        "Eighteen ones from MNIST: many lean to the right, one leans to the left by about 30 "
        "degrees, the others are nearly upright.",
    )


# few grays and plain pixels: noise is what makes a picture large
LIGHT = {"cmap": plt.get_cmap("gray", 64), "vmin": 0, "vmax": 1, "interpolation": "nearest"}


def photo(image):
    """Draw a photo as the camera saw it."""
    figure, ax = plt.subplots(figsize=(6, 2.2))
    ax.imshow(image, **LIGHT)
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    show(
        figure, "Three handwritten digits on paper that grows dark to the right, where they do too."
    )


def photo_steps(photo, paper, ink, digits):
    """Draw a photo, the light of its paper, its ink, and the pieces of ink, each in a color."""
    figure, axes = plt.subplots(2, 2, figsize=(9, 3.6))
    for ax, title, image in zip(
        axes.flat, ("photo", "paper alone", "ink"), (photo, paper, 1 - ink), strict=False
    ):
        ax.imshow(image, **LIGHT)
        ax.set_title(title)
    colors = np.ones((*ink.shape, 3))
    for number, digit in enumerate(digits):
        colors[tuple(digit.T)] = to_rgb((BLUE, ORANGE)[number % 2])
        row, column = digit.max(axis=0)
        axes[1, 1].text(column + 3, row, number + 1, color=GRAY)
    axes[1, 1].imshow(colors)
    axes[1, 1].set_title("digits, in reading order")
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.spines[:].set_visible(True)
    show(
        figure,
        "A photo of handwritten digits in four stages: on paper that grows dark to the right; the "
        "paper without the digits; the ink without the shade; "
        f"{len(digits)} digits, each in a color of its own and numbered from left to right.",
    )


def readings(X, digits, p):
    """Draw digits from a photo with what a network reads in each."""
    captions = [f"{digit} ({q:.2f})" for digit, q in zip(digits, p, strict=True)]
    figure = images.digits(X, captions, columns=len(X), width=1.3 * len(X))
    show(
        figure,
        f"The digits, each as an image like MNIST's, read as {', '.join(map(str, digits))}.",
    )
