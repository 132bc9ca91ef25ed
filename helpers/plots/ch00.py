"""The pictures of chapter 00, each with its words for readers who cannot see it."""

import matplotlib.pyplot as plt
import numpy as np

from ..network import forward
from . import images, results
from .diagrams import unit_heights
from .style import BLUE, GRAY, ORANGE, show


def first_digits(X, y):
    """The first images, each with its label below."""
    ax = images.digits(X, captions=[str(digit) for digit in y])
    show(ax, f"The first {len(X)} digits of MNIST in rows, each with its label.")


def exceptions(X, y):
    """Two closed fours and an open nine, each with its label below."""
    ax = images.digits(X, captions=[str(digit) for digit in y], columns=len(X), width=3)
    show(ax, "Two fours that are closed at the top, and a nine that is open there.")


def network(x, sizes):
    """An image on its way through a network of these sizes to ten digits."""
    _, ax = plt.subplots(figsize=(7.5, 3.2))
    ax.set(xlim=(-1.1, 4.6), ylim=(-2.3, 2.2), aspect="equal")
    ax.axis("off")
    ax.imshow(x.reshape(28, 28), cmap="gray_r", extent=(-0.9, 0.9, -0.9, 0.9))
    ax.annotate("", (1.35, 0), (0.98, 0), arrowprops={"arrowstyle": "-|>", "color": GRAY})
    ax.text(0, -2.1, f"{sizes[0]} pixels", ha="center")
    columns = [np.array(unit_heights(n)) * 0.6 for n in sizes[1:-1]]
    columns += [np.linspace(1.6, -1.6, sizes[-1])]  # every digit has a dot
    for l, heights in enumerate(columns):
        at, last = 1.6 + 1.2 * l, l == len(columns) - 1
        for before in columns[l - 1] if l else []:
            for height in heights:
                ax.plot([at - 1.2, at], [before, height], color="#cccccc", lw=0.6, ls="-", zorder=1)
        look = {"color": ORANGE, "marker": "D"} if last else {"color": BLUE}
        ax.scatter([at] * len(heights), heights, s=50, zorder=2, **look)
        if len(heights) < sizes[l + 1]:
            ax.scatter([at] * 3, [-0.1, 0, 0.1], s=4, zorder=2, **look)
        ax.text(at, -2.1, f"{sizes[l + 1]} {'digits' if last else 'units'}", ha="center")
    for digit, height in enumerate(columns[-1]):
        ax.text(at + 0.2, height, digit, va="center", size=9)
    hidden = " and ".join(map(str, sizes[1:-1]))
    show(
        ax,
        f"An image with {sizes[0]} pixels, an arrow, then columns of dots for hidden layers of "
        f"{hidden} units, and {sizes[-1]} diamonds, the outputs, marked 0 to 9. A line joins each "
        "dot to each dot or diamond of the next column.",
    )


def curves(history):
    """The learning curves of a training run."""
    dev = history["dev_accuracy"].iloc[-1]
    show(
        results.learning_curves(history),
        "Left: the loss falls, fastest at the start, and ends lower on training than on dev data. "
        f"Right: the accuracy rises, on dev data to {dev:.0%}.",
    )


def gallery(X, y, answers):
    """Twenty images that were read correctly, and ten that were not."""
    right, wrong = np.flatnonzero(answers == y)[:20], np.flatnonzero(answers != y)[:10]
    captions = [str(answers[i]) for i in right]
    captions += [f"{y[i]} read\nas {answers[i]}" for i in wrong]
    ax = images.digits(X[np.concatenate([right, wrong])], captions)
    show(ax, "Two rows of digits that were read correctly, then one row that was not.")


def prediction(x, label, params):
    """An image, and the ten probabilities that a network gives it."""
    A, _ = forward(x[None], params)
    order = A[0].argsort()[:-4:-1]
    likely = ", ".join(f"{digit} with {A[0, digit]:.2f}" for digit in order)
    show(images.prediction(x, A[0]), f"A handwritten {label}. Most probable: {likely}.")
