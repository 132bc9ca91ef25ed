"""Pictures of chapter 08: a Kaggle competition, and examples as columns."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter

from . import diagrams, images
from .style import BLUE, ORANGE, show


def first_image(image, label):
    """Draw one image with its label."""
    text = f"label {label}"
    show(images.digits(image[None], [text], width=2), f"The first image of train.csv, {text}.")


def layouts():
    """Draw a layer with examples as rows and with examples as columns."""
    show(
        diagrams.layouts(),
        "Above, examples are rows: X (m, n_in) times W (n_in, n_out) plus b (n_out,) is Z (m, "
        "n_out). Below, they are columns: W (n_out, n_in) times X (n_in, m) plus b (n_out, 1) is "
        "Z (n_out, m), and the weights of a unit are a row of W. The entry of Z of the orange "
        "example and the blue unit has both colors.",
    )


def two_starts(better, classic):
    """Draw the dev accuracies of gradient descent from two starts."""
    figure, ax = plt.subplots(figsize=(6.4, 3.2))
    ax.plot(better.index, better, color=ORANGE, label="He, Xavier")
    ax.plot(classic.index, classic, color=BLUE, ls="--", label="rand() - 0.5")
    last = classic.index[-1]
    ax.set(xlabel="step", ylabel="dev accuracy", ylim=(0, 1), xlim=(0, last))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(loc="lower right")
    show(
        figure,
        f"Dev accuracy over {last} steps. He and Xavier: {better[100]:.0%} after 100 steps, "
        f"{better[last]:.0%} at the end. rand() - 0.5: {classic[100]:.0%} after 100 steps, "
        f"{classic[last]:.0%} at the end.",
    )


def answers(X, labels):
    """Draw images with the digits that they are read as."""
    captions = [f"read as {label}" for label in labels]
    show(images.digits(X, captions), f"{len(X)} test images, each with the digit it is read as.")


def doubtful(X, A):
    """Draw images with the most probable digit and its probability."""
    captions = [f"{a.argmax()} ({a.max():.2f})" for a in A]
    show(images.digits(X, captions), f"{len(X)} badly written test images, with doubtful answers.")


def worth(dev, m):
    """Draw dev accuracies on m images, each with two standard errors to either side."""
    values = np.array(list(dev.values()))
    error = 2 * np.sqrt(values * (1 - values) / m)  # (7.4)
    figure, ax = plt.subplots(figsize=(7.5, 2.6))
    ax.errorbar(values, list(dev), xerr=error, fmt="o", color=BLUE, capsize=4)
    for name, value in dev.items():
        place = {"xytext": (0, 7), "textcoords": "offset points", "ha": "center"}
        ax.annotate(f"{value:.1%}", (value, name), **place)
    ax.set(xlabel="dev accuracy", xticks=[0.8, 0.85, 0.9, 0.95, 1], ylim=(len(dev) - 0.5, -0.6))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    parts = ", ".join(f"{name} {value:.0%}" for name, value in dev.items())
    show(figure, f"Dev accuracy in {len(dev)} steps: {parts}.")
