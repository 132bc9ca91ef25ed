"""Pictures of chapter 07: training on MNIST."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from . import images, results
from .style import BLUE, ORANGE, show


def full_or_mini(full, mini):
    """Draw the dev accuracies of full-batch and of mini-batch training over the same epochs."""
    figure, ax = plt.subplots()
    ax.plot(mini.index, mini, marker="o", color=BLUE, label="mini-batches of 32")
    ax.plot(full.index, full, marker="s", color=ORANGE, ls="--", label="full batch")
    ax.set(xlabel="epoch (each image seen once more)", ylabel="dev accuracy", ylim=(0, 1))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(loc="lower right")
    show(
        figure,
        f"Dev accuracy over {len(full)} epochs. Mini-batches: {mini.iloc[0]:.0%} after the first, "
        f"{mini.iloc[-1]:.0%} at the end. Full batch: rises slowly to {full.iloc[-1]:.0%}.",
    )


def learning_curves(history):
    """Draw loss and accuracy of training and dev set over the epochs."""
    best, last = history["dev_loss"].idxmin(), history.iloc[-1]
    show(
        results.learning_curves(history),
        f"{len(history)} epochs. The training loss falls to almost zero, the training accuracy "
        f"reaches {last['train_accuracy']:.1%}. The dev loss is lowest in epoch {best} and "
        f"does not fall further; the dev accuracy levels off at {last['dev_accuracy']:.1%}.",
    )


def confusion(C):
    """Draw a confusion matrix of the ten digits."""
    ax = results.confusion(C)
    ax.set(xlabel="read as", ylabel="true digit")
    ax.figure.axes[1].yaxis.set_major_locator(MaxNLocator(integer=True))  # the color bar's
    mistakes = C - np.diag(np.diag(C))
    true, read_as = np.unravel_index(mistakes.argmax(), C.shape)
    show(
        ax,
        f"Confusion matrix of {C.sum():,} images: {np.trace(C):,} are on the diagonal, and the "
        f"cells beside it hold from 0 to {mistakes.max()} mistakes each. The most frequent one: "
        f"{true} read as {read_as}.",
    )


def mistakes(X, y, A):
    """Draw images that were read wrong, with true digit, answer and its probability."""
    captions = [f"{i} read\nas {a.argmax()}\n{a.max():.3f}" for i, a in zip(y, A, strict=True)]
    show(
        images.digits(X, captions, columns=8),
        f"{len(X)} images that were read wrong with high probability. Many are badly written or "
        "blotted; some are plain to a human reader.",
    )


def first_layer(W):
    """Draw the weights of the first layer, one image for each unit."""
    show(
        images.weights(W),
        f"Weights of {W.shape[1]} units of the first layer as images of 28 by 28 pixels: patches "
        "of orange and purple in the middle, fine noise toward the border.",
    )
