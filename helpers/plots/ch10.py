"""Pictures of chapter 10: curves of wrong programs, and the traces of their bugs."""

import matplotlib.pyplot as plt
import numpy as np

from . import images
from .style import GRAY, show


def curves(values, what="dev accuracy", top=1.0):
    """Draw curves by their names, a point for every 50 steps; the legend says how they end."""
    figure, ax = plt.subplots(figsize=(6, 2.7))
    for (name, curve), marker in zip(values.items(), "so^", strict=False):
        label = f"{name}: {curve[0]:.3f} to {curve[-1]:.3f}"
        ax.plot(50 * np.arange(len(curve)), curve, marker=marker, ms=4, label=label)
    ax.set(xlabel="step", ylabel=what, ylim=(-0.03, top))
    ax.legend()
    said = [
        f"{name} from {curve[0]:.3f} to {curve[-1]:.3f}, highest {max(curve):.3f}"
        for name, curve in values.items()
    ]
    show(figure, f"{what} over the steps: {'; '.join(said)}.")


def ceiling(z, right, clipped):
    """Draw the true loss and a clipped one over the logit of the wrong class."""
    figure, ax = plt.subplots(figsize=(6, 2.7))
    ax.plot(z, right, label="right")
    ax.plot(z, clipped, label="case 8")
    ax.set(xlabel="logit of the wrong class z", ylabel="loss (nats)")
    ax.legend()
    show(
        figure,
        f"Loss over the logit of the wrong class. The right one rises along a straight line to "
        f"{right[-1]:.0f}; that of case 8 bends at about 18 and stays flat at {clipped[-1]:.1f}.",
    )


def mean_images(*sets):
    """Draw the mean image of each label, a row for each pair (X, y)."""
    means = [X[y == k].mean(axis=0) for X, y in sets for k in range(10)]
    show(
        images.digits(np.array(means), [str(k) for k in range(10)] * len(sets)),
        "Mean image for each label, two rows. First row, labels in order: blurred digits 0 to 9. "
        "Second row, labels in another order: ten times the same gray blot.",
    )


def fingerprints(traces):
    """Draw analytic over numeric derivatives, in units of the largest numeric one, by bug."""
    figure, axes = plt.subplots(1, len(traces), figsize=(9, 2.5), sharex=True, sharey=True)
    for ax, (title, (numeric, analytic)) in zip(axes, traces.items(), strict=True):
        some = np.flatnonzero((numeric != 0) | (analytic != 0))
        some = some[:: max(1, len(some) // 200)]
        largest = np.abs(numeric).max()
        ax.plot([-1, 1], [-1, 1], "-", color=GRAY, linewidth=1)
        ax.plot(numeric[some] / largest, analytic[some] / largest, "o", markersize=2)
        ax.set(xlabel="numeric", xlim=(-1.05, 1.05), ylim=(-2.1, 2.1))
        ax.set_title(title, size=10)
    axes[0].set_ylabel("analytic")
    show(
        figure,
        "Five small plots of analytic over numeric derivatives, with the line where all is right. "
        "A factor: a steeper line. Wrong sign: a falling line. Penalty missing: a band along the "
        "line. Gate open, one image: points on the line, and a column of points at numeric 0. Gate "
        "open, twelve images: a cloud.",
    )
