"""Pictures of images: digits, weights, what a network makes of them."""

import math

import matplotlib.pyplot as plt
import numpy as np

from ..checks import check_array, check_count, check_examples, check_finite, describe
from .style import ORANGE, SKY


def _side(X, name):
    side = math.isqrt(X.shape[1])
    if side * side != X.shape[1]:
        raise ValueError(f"{name} must hold square images as rows, got {X.shape[1]} columns")
    return side


def _check_images(X, name="X"):
    check_examples(X, name=name)
    return _side(X, name)


def mosaic(images, columns, rows=None, *, gap=(1, 1), fill=0):
    """Place square images, rows of (m, n), on a grid of `columns` and as many rows as they need.

    `gap` counts the pixels left below and to the right of each; they, and the places that no
    image takes where there are more `rows`, hold `fill`.
    """
    check_array(images, "images", ndim=2)
    check_count(columns, "columns")
    side = _side(images, "images")
    rows = rows or math.ceil(len(images) / columns)
    height, width = side + gap[0], side + gap[1]
    grid = np.full((rows * columns, height, width), fill, images.dtype)
    grid[: len(images), :side, :side] = images.reshape(-1, side, side)
    grid = grid.reshape(rows, columns, height, width).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width)


def _bare_axes(width, shape):
    """Axes without frame that fill a figure of the given width and the proportions of an image."""
    _, ax = plt.subplots(figsize=(width, width * shape[0] / shape[1]))
    ax.set_position((0, 0, 1, 1))
    ax.axis("off")
    return ax


def digits(X, captions=None, columns=10, width=7.5):
    """Draw images, rows of X (m, n) in [0, 1], black on white, with a caption under each if given.

    A row holds `columns` of them; the picture is `width` inches wide.
    """
    side = _check_images(X)
    check_count(columns, "columns")
    if captions is not None and len(captions) != len(X):
        raise ValueError(f"{len(captions)} captions for {len(X)} images")
    columns = min(columns, len(X))
    below = 2 if captions is None else 9 * (1 + max(str(c).count("\n") for c in captions))
    canvas = mosaic(X, columns, gap=(below, 4))
    ax = _bare_axes(width, canvas.shape)
    ax.imshow(canvas, cmap="gray_r", vmin=0, vmax=1)
    size = min(11, 72 * width / canvas.shape[1] * 6)
    for i, caption in enumerate(() if captions is None else captions):
        place = (side + 4) * (i % columns) + side / 2, (side + below) * (i // columns) + side + 1
        ax.text(*place, caption, ha="center", va="top", size=size, linespacing=1.05)
    return ax


def weights(W, columns=8):
    """Draw the weights (n, units) that come into each unit of a first layer as an image of its own.

    Orange is above zero, purple below, white is zero; every image has its own scale.
    """
    check_array(W, "W", ndim=2)
    check_finite(W, "W")
    _side(W.T, "the transpose of W")
    check_count(columns, "columns")
    scaled = W.T / np.maximum(np.abs(W).max(axis=0), 1e-12)[:, None]
    canvas = mosaic(scaled, min(columns, len(scaled)), gap=(2, 2))
    ax = _bare_axes(7.5, canvas.shape)
    ax.imshow(canvas, cmap="PuOr_r", vmin=-1, vmax=1)
    return ax


def prediction(x, probabilities):
    """Draw an image (n,) beside the probabilities (classes,) that a network gives to the classes.

    The most probable class is drawn in orange with its probability in bold.
    """
    check_array(x, "x", ndim=1)
    check_array(probabilities, "probabilities", ndim=1)
    side = _check_images(x[None, :], "x")
    height = 2.9 * max(1, len(probabilities) / 12)  # so that the numbers have room
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, height), width_ratios=(2, 3))
    left.imshow(x.reshape(side, side), cmap="gray_r", vmin=0, vmax=1)
    left.axis("off")
    bars = right.barh(range(len(probabilities)), probabilities, color=SKY)
    best = int(probabilities.argmax())
    bars[best].set_color(ORANGE)
    for digit, p in enumerate(probabilities):
        weight = "bold" if digit == best else "normal"
        right.text(p + 0.01, digit, f"{p:.3f}", va="center", size=9, weight=weight)
    right.set_yticks(range(len(probabilities)))
    right.set_ylim(len(probabilities) - 0.5, -0.5)
    right.set_xlim(0, 1.12)
    right.set_xlabel("probability")
    right.grid(visible=False)
    return figure


def _ticks(classes):
    """At most twelve classes, evenly spaced."""
    return range(0, classes, math.ceil(classes / 12))


def _widest_divisor(n):
    """The largest divisor of n that is not above its square root."""
    return max(d for d in range(1, math.isqrt(n) + 1) if n % d == 0)


def journey(cache):
    """Draw the first image of a batch and what each layer makes of it, from the cache of `forward`.

    From left to right A[0], A[1], …, a square per unit, the darker, the larger, each layer on its
    own scale; then the probabilities.
    """
    if not hasattr(cache, "A"):
        raise TypeError(f"cache must be the second result of forward, got {describe(cache)}")
    side = _check_images(cache.A[0], "A[0]")
    *layers, probabilities = [A[0] for A in cache.A]
    figure, axes = plt.subplots(1, len(cache.A), figsize=(2.1 * len(cache.A), 2.6))
    for l, (ax, a) in enumerate(zip(axes, layers, strict=False)):
        n_columns = side if l == 0 else _widest_divisor(len(a))
        ax.imshow(a.reshape(-1, n_columns), cmap="gray_r")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        ax.grid(visible=False)
        ax.set_xlabel("image" if l == 0 else f"hidden layer {l}")
    axes[-1].barh(range(len(probabilities)), probabilities, color=ORANGE)
    axes[-1].set_yticks(_ticks(len(probabilities)))
    axes[-1].set_ylim(len(probabilities) - 0.5, -0.5)
    axes[-1].set_xlim(0, max(0.5, 1.05 * probabilities.max()))
    axes[-1].set_xlabel("probability")
    axes[-1].tick_params(labelsize=9)
    for l, (ax, A) in enumerate(zip(axes, cache.A, strict=True)):
        ax.set_title(f"$A^{{[{l}]}}$: {A.shape[1]} numbers", size=10)
    return figure


def pixels(image, top, left, height, width):
    """Draw an image of gray values, 0 white to 255 black, and enlarge a part with its numbers.

    The part begins at row `top` and column `left` and is `height` by `width` pixels large; an
    orange frame shows where it is in the whole.
    """
    check_array(image, "image", ndim=2)
    check_count(top, "top", minimum=0)
    check_count(left, "left", minimum=0)
    check_count(height, "height")
    check_count(width, "width")
    if top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError(
            f"rows {top} to {top + height - 1} and columns {left} to {left + width - 1} do not "
            f"lie inside an image of shape {image.shape}"
        )
    figure, axes = plt.subplots(1, 2, figsize=(8, 4.2), width_ratios=(3, 5))
    for ax in axes:
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        ax.grid(visible=False)
        ax.set_xlabel("column")
    axes[0].set_ylabel("row")
    corner = (left - 0.5, top - 0.5)
    axes[0].add_patch(plt.Rectangle(corner, width, height, fill=False, ec=ORANGE, lw=2))
    part = axes[1]
    part.set_xlim(left - 0.5, left + width - 0.5)
    part.set_ylim(top + height - 0.5, top - 0.5)
    part.set_xticks(range(left, left + width))
    part.set_yticks(range(top, top + height))
    for i in range(top, top + height):
        for j in range(left, left + width):
            color = "white" if image[i, j] > 127 else "black"
            part.text(j, i, image[i, j], ha="center", va="center", c=color, size=9)
    return figure


def batch(X, Y):
    """Draw a mini-batch as what it is: a matrix X of pixels and a matrix Y of one-hot labels.

    Left is the first example as an image, then X, then Y; row by row the same example. Black is 1.
    """
    side = _check_images(X)
    check_array(Y, "Y", ndim=2)
    if len(X) != len(Y):
        raise ValueError(f"X has {len(X)} examples, Y has {len(Y)}")
    figure, axes = plt.subplots(1, 3, figsize=(8, 2.9), width_ratios=(2, 5, 2))
    titles = ("example 0", f"X {X.shape}", f"Y {Y.shape}")
    for ax, values, title in zip(axes, (X[0].reshape(side, side), X, Y), titles, strict=True):
        ax.imshow(values, cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        ax.set_title(title, size=11)
        ax.grid(visible=False)
        ax.spines[:].set_visible(True)
    axes[0].set_box_aspect(1)
    axes[0].set_xlabel("column")
    axes[0].set_ylabel("row")
    axes[1].set_xlabel("pixel")
    axes[1].set_ylabel("example")
    axes[2].set_xlabel("class")
    axes[2].set_xticks(_ticks(Y.shape[1]))
    return figure
