"""Pictures of functions of two numbers: a loss with a path on it, a decision boundary."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm, ListedColormap, to_rgb

from ..checks import (
    check_array,
    check_choice,
    check_examples,
    check_finite,
    check_labels,
    check_params,
)
from ..network import ACTIVATIONS, forward
from .style import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW


def _limits(limits, name):
    try:
        low, high = map(float, limits)
    except (TypeError, ValueError):  # not two numbers
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name} must be (low, high) with low < high, got {limits}")
    return low, high


def contours(
    loss, path=None, *, xlim=(-1, 1), ylim=(-1, 1), labels=("$θ_1$", "$θ_2$"), equal=True, ax=None
):
    """Draw a function of two parameters as contours, pale where it is low, and a path of steps.

    `loss(theta)` takes points (..., 2) and returns their values (...). The path, (steps + 1, 2), is
    orange with a dot for each point, the start a square; what lies outside of the limits is not
    drawn. With `equal` both parameters have one scale, so that the gradient stands at a right angle
    to the contours.

    >>> path = np.array([[0.9, 0.8], [0.1, -0.5], [0.0, 0.3]])
    >>> ax = contours(lambda theta: (theta**2).sum(axis=-1), path)
    """
    xlim, ylim = _limits(xlim, "xlim"), _limits(ylim, "ylim")
    theta = np.stack(np.meshgrid(np.linspace(*xlim, 121), np.linspace(*ylim, 121)), axis=-1)
    values = loss(theta)
    if np.shape(values) != theta.shape[:2]:
        raise ValueError(
            f"loss must take points of shape (..., 2) and return shape (...); for points of shape "
            f"{theta.shape} it returned shape {np.shape(values)}"
        )
    low, high = check_finite(values, "loss")
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 4))
    # wider apart the higher they are, so that a bowl has evenly spaced rings
    heights = low + (high - low) * np.linspace(0, 1, 15) ** 2
    if high > low:
        shades = ListedColormap(colormaps["Blues"](np.linspace(0.02, 0.6, 14)))
        norm = BoundaryNorm(heights, 14)
        ax.contourf(theta[..., 0], theta[..., 1], values, heights, cmap=shades, norm=norm)
        lines = {"colors": "#7f9fbf", "linewidths": 0.6, "linestyles": "solid"}
        ax.contour(theta[..., 0], theta[..., 1], values, heights[1:-1], **lines)
    if path is not None:
        check_array(path, "path", ndim=2)
        if path.shape[1] != 2:
            raise ValueError(f"path must have shape (steps + 1, 2), got {path.shape}")
        span = max(xlim[1] - xlim[0], ylim[1] - ylim[0])
        near = np.abs(path - np.mean([xlim, ylim], axis=1)) < 1000 * span  # NaN is not near
        shown = np.where(near.all(axis=1, keepdims=True), path, np.nan)
        ax.plot(*shown.T, "-", color=ORANGE, linewidth=1.4)
        dots = {"markerfacecolor": ORANGE, "markeredgecolor": "white", "markeredgewidth": 0.6}
        ax.plot(*shown[1:].T, "o", markersize=5, **dots)
        ax.plot(*shown[:1].T, "s", markersize=8, **dots)
    ax.set(xlim=xlim, ylim=ylim, xlabel=labels[0], ylabel=labels[1])
    if equal:
        ax.set_aspect("equal")
    ax.label_outer()
    ax.grid(visible=False)
    return ax


def decision_boundary(params, X, y, hidden="relu", *, margin=0.4, ax=None):
    """Draw examples (m, 2) with their labels over the regions that a network gives to the classes.

    Each of at most six classes has a color and a marker; the background mixes the colors by their
    probabilities, and black lines are where the most probable class changes. `margin` is the room
    around the examples, in units of X.
    """
    check_params(params)
    check_examples(X, n_features=len(params[0][0]))
    check_choice(hidden, "hidden", ACTIVATIONS)
    if X.shape[1] != 2:
        raise ValueError(f"X must have two columns to be drawn, got shape {X.shape}")
    classes = len(params[-1][1])
    if classes > 6:
        raise ValueError(f"at most 6 classes can be told apart, the network has {classes}")
    check_labels(y, m=len(X), classes=classes)
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 3.6))
    (left, bottom), (right, top) = X.min(axis=0) - margin, X.max(axis=0) + margin
    grid = np.stack(np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161)), -1)
    A, _ = forward(grid.reshape(-1, 2).astype(params[0][0].dtype), params, hidden)
    colors = np.array([to_rgb(c) for c in (BLUE, ORANGE, GREEN, PINK, SKY, YELLOW)])[:classes]
    bands = (A * 12).round()  # flat bands of color make small files
    bands /= bands.sum(axis=1, keepdims=True)
    mixed = (bands @ (0.55 + 0.45 * colors)).reshape(161, 161, 3).clip(0, 1)
    extent = (left, right, bottom, top)
    ax.imshow(mixed, extent=extent, origin="lower", aspect="auto", interpolation="nearest")
    for k in range(classes if classes > 2 else 1):
        lead = A[:, k] - np.delete(A, k, axis=1).max(axis=1, initial=0)
        if lead.min() < 0 < lead.max():
            lead = lead.reshape(161, 161)
            ax.contour(grid[..., 0], grid[..., 1], lead, [0], colors="black", linewidths=1.6)
    for k in range(classes):
        style = {"s": 22, "color": colors[k], "edgecolors": "white", "linewidths": 0.6}
        ax.scatter(*X[y == k].T, marker="o^sDvP"[k], label=f"class {k}", **style)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="$x_1$", ylabel="$x_2$")
    ax.label_outer()
    ax.grid(visible=False)
    return ax
