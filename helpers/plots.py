"""Pictures of what the other modules return, for screens, gray print and color-blind eyes.

Every function returns the matplotlib Figure or Axes it drew on; `show` puts a figure into a
notebook with a description for screen readers. Importing this module sets matplotlib's style.
"""

import base64
import html
import io
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from .activations import HIDDEN
from .network import forward
from .validation import (
    check_array,
    check_choice,
    check_count,
    check_examples,
    check_finite,
    check_labels,
    check_params,
    describe,
)

# Okabe and Ito's colors, which color-blind readers can tell apart; line style and marker say the
# same again for gray print
BLUE, ORANGE, GREEN, PINK, SKY, YELLOW = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
GRAY = "#595959"

plt.rcParams.update(
    {
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.prop_cycle": plt.cycler(
            color=[BLUE, ORANGE, GREEN, PINK, SKY, "black"],
            linestyle=["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))],
        ),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.constrained_layout.use": True,
        "figure.figsize": (6.4, 3.6),
        "font.size": 11,
        "grid.color": "#dddddd",
        "legend.frameon": False,
        "lines.linewidth": 2,
    }
)

SCALE = 1.6  # pictures hold this many pixels per displayed pixel, to be sharp on fine screens


def show(figure, alt):
    """Show a figure in a notebook, with a description for those who cannot see it; then close it.

    Parameters
    ----------
    figure : Figure or Axes
        What to show.
    alt : str
        What the picture shows, in a sentence or two. It reaches screen readers in JupyterLab and
        in built pages, and stands in for the picture where there are only words.
    """
    if not isinstance(figure, (Figure, Axes)):
        raise TypeError(f"figure must be a Figure or Axes, got {describe(figure)}")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("alt must say in words what the picture shows")
    from IPython.display import display

    figure = figure.figure
    png, width = _png(figure)
    plt.close(figure)
    encoded = base64.b64encode(png).decode()
    # image/png is for viewers that know no HTML; of the two, JupyterLab takes the HTML
    display(
        {
            "text/html": f'<img alt="{html.escape(alt)}" width="{width}" '
            f'src="data:image/png;base64,{encoded}">',
            "image/png": encoded,
            "text/plain": alt,
        },
        metadata={"image/png": {"alt": alt, "width": width}},
        raw=True,
    )


def _png(figure):
    """Return a figure's PNG, reduced to 256 colors, and its display width in pixels."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100 * SCALE, bbox_inches="tight", facecolor="white")
    image = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="png", optimize=True)
    return small.getvalue(), round(image.width / SCALE)


def _check_images(X, name="X"):
    check_array(X, name, ndim=2)
    side = math.isqrt(X.shape[1])
    if side * side != X.shape[1]:
        raise ValueError(f"{name} must hold square images as rows, got {X.shape[1]} columns")
    return side


def _mosaic(rows, columns, side, gap, fill):
    """Place square images, given as rows, on a grid; return it and the corner of each image."""
    count = len(rows)
    cell = np.array([side + gap[0], side + gap[1]])
    canvas = np.full((math.ceil(count / columns) * cell[0], columns * cell[1]), fill, float)
    corners = [(cell[0] * (i // columns), cell[1] * (i % columns)) for i in range(count)]
    for row, (top, left) in zip(rows, corners, strict=True):
        canvas[top : top + side, left : left + side] = row.reshape(side, side)
    return canvas, corners


def _bare_axes(width, shape):
    """Axes without frame that fill a figure of the given width and the proportions of an image."""
    _, ax = plt.subplots(figsize=(width, width * shape[0] / shape[1]))
    ax.set_position((0, 0, 1, 1))
    ax.axis("off")
    return ax


def digits(X, captions=None, columns=10, width=7.5):
    """Draw images side by side, black on white, with an optional caption under each.

    Parameters
    ----------
    X : ndarray, shape (m, n)
        Square images as rows, values in [0, 1].
    captions : sequence of str, optional
        One per image.
    columns : int
        Images per row.
    width : float
        Width in inches.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = digits(np.zeros((3, 784)), captions=["5", "0", "4"], columns=3)
    """
    side = _check_images(X)
    check_count(columns, "columns")
    if captions is not None and len(captions) != len(X):
        raise ValueError(f"{len(captions)} captions for {len(X)} images")
    columns = min(columns, len(X))
    below = 2 if captions is None else 9 * (1 + max(str(c).count("\n") for c in captions))
    canvas, corners = _mosaic(X, columns, side, (below, 4), fill=0.0)
    ax = _bare_axes(width, canvas.shape)
    ax.imshow(canvas, cmap="gray_r", vmin=0, vmax=1)
    size = 72 * width / canvas.shape[1] * 6
    for (top, left), caption in zip(corners, () if captions is None else captions, strict=False):
        place = (left + side / 2, top + side + 1)
        ax.text(*place, caption, ha="center", va="top", size=size, linespacing=1.05)
    return ax


def weights(W, columns=8, width=7.5):
    """Draw the incoming weights of each unit of a first layer as an image.

    Parameters
    ----------
    W : ndarray, shape (n, units)
        n must be a square number: one weight per pixel.
    columns : int
        Images per row.
    width : float
        Width in inches.

    Returns
    -------
    Axes
        Orange: weight above zero, purple: below, white: zero. Every image has its own scale.

    Examples
    --------
    >>> ax = weights(np.ones((784, 3)))
    """
    check_array(W, "W", ndim=2)
    side = _check_images(W.T, "the transpose of W")
    check_count(columns, "columns")
    scaled = W.T / np.maximum(np.abs(W).max(axis=0), 1e-12)[:, None]
    columns = min(columns, len(scaled))
    canvas, _ = _mosaic(scaled, columns, side, (2, 2), fill=0.0)
    ax = _bare_axes(width, canvas.shape)
    ax.imshow(canvas, cmap="PuOr_r", vmin=-1, vmax=1)
    return ax


def learning_curves(history):
    """Draw loss and accuracy over the epochs.

    Parameters
    ----------
    history : pandas.DataFrame
        From `train`.

    Returns
    -------
    Figure
        Left the loss, right the accuracy; training data solid, dev data dashed.
    """
    missing = {"train_loss", "train_accuracy"} - set(getattr(history, "columns", ()))
    if missing:
        raise ValueError(f"history must come from train; it lacks {', '.join(sorted(missing))}")
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2))
    for ax, quantity in zip(axes, ("loss", "accuracy"), strict=True):
        for part, marker, label in (("train", "o", "training"), ("dev", "s", "dev")):
            if f"{part}_{quantity}" in history:
                values = history[f"{part}_{quantity}"]
                ax.plot(history.index, values, marker=marker, markersize=4, label=label)
        ax.set_xlabel("epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
    axes[0].set_ylabel("loss (nats)")
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylabel("accuracy")
    axes[1].yaxis.set_major_formatter(plt.matplotlib.ticker.PercentFormatter(1, decimals=None))
    axes[0].legend()
    return figure


def confusion(counts):
    """Draw a confusion matrix: numbers everywhere, shades for the mistakes.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        From `confusion_matrix`.

    Returns
    -------
    Axes
        Rows: true class, columns: predicted class. The diagonal, what was right, is left white.
    """
    check_array(counts, "counts", ndim=2)
    classes = len(counts)
    if counts.shape != (classes, classes):
        raise ValueError(f"counts must be square, got shape {counts.shape}")
    mistakes = np.where(np.eye(classes, dtype=bool), 0, counts)
    _, ax = plt.subplots(figsize=(5.6, 5.0))
    image = ax.imshow(mistakes, cmap=colormaps["Oranges"])
    for i in range(classes):
        for j in range(classes):
            dark = mistakes[i, j] > 0.6 * mistakes.max()
            weight = "bold" if i == j else "normal"
            color = "white" if dark else "black"
            ax.text(j, i, counts[i, j], ha="center", va="center", c=color, weight=weight, size=9)
    ax.set_xticks(range(classes))
    ax.set_yticks(range(classes))
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    ax.grid(visible=False)
    ax.figure.colorbar(image, ax=ax, label="mistakes (images)", shrink=0.8)
    return ax


def prediction(x, probabilities):
    """Draw one image beside the probabilities that a network gives to the classes.

    Parameters
    ----------
    x : ndarray, shape (n,)
        One square image.
    probabilities : ndarray, shape (classes,)
        One row of the network's output.

    Returns
    -------
    Figure
        The most probable class is drawn in orange with its probability in bold.
    """
    check_array(x, "x", ndim=1)
    check_array(probabilities, "probabilities", ndim=1)
    side = _check_images(x[None, :], "x")
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.9), width_ratios=(2, 3))
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


def _check_sizes(sizes):
    if not isinstance(sizes, (list, tuple)):
        raise TypeError(f"sizes must be a list such as [784, 128, 64, 10], got {describe(sizes)}")
    if len(sizes) < 2:
        raise ValueError(f"sizes needs at least inputs and outputs, got {sizes}")
    for place, size in enumerate(sizes):
        check_count(size, f"sizes[{place}]")


def network(sizes, hidden="relu"):
    """Draw a network: a column of dots per layer, and the shape of every array.

    Parameters
    ----------
    sizes : list of int
        Units per layer, input and output included, such as [784, 128, 64, 10].
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.

    Returns
    -------
    Axes
        Layers with more than seven units are drawn with a gap. m is the number of examples.

    Examples
    --------
    >>> ax = network([784, 128, 64, 10])
    """
    _check_sizes(sizes)
    check_choice(hidden, "hidden", HIDDEN)
    last = len(sizes) - 1
    step = 2.6  # inches from layer to layer, at full size
    width = step * last + 1.6
    scale = min(1, 8.2 / width)
    columns = [_unit_heights(n) for n in sizes]
    top = max(max(heights) for heights in columns)  # the columns are centered on 0
    height = 2 * top + 3.2
    _, ax = plt.subplots(figsize=(width * scale, 0.8 * height * max(scale, 0.8)))
    ax.set(xlim=(-0.8, step * last + 0.8), ylim=(-top - 1.7, top + 1.5))
    ax.axis("off")
    size = 11 * max(scale, 0.75)
    text = {"ha": "center", "va": "center", "linespacing": 1.4, "size": size}
    for l, heights in enumerate(columns):
        x = step * l
        if l > 0:
            for y in heights:
                for y_before in columns[l - 1]:
                    ax.plot([x - step, x], [y_before, y], color="#cccccc", lw=0.6, zorder=1, ls="-")
            ax.text(x - step / 2, top + 1.15, f"$W^{{[{l}]}}$ ({sizes[l - 1]}, {sizes[l]})", **text)
            ax.text(x - step / 2, top + 0.75, f"$b^{{[{l}]}}$ ({sizes[l]},)", **text)
            arrow = {"arrowstyle": "-|>", "color": GRAY}
            ax.annotate("", (x - 0.6, -top - 0.7), (x - step + 0.6, -top - 0.7), arrowprops=arrow)
        color = GRAY if l == 0 else ORANGE if l == last else BLUE
        marker = "s" if l == 0 else "D" if l == last else "o"
        dots = {"color": color, "edgecolor": "white", "marker": marker, "zorder": 2}
        ax.scatter([x] * len(heights), heights, s=110, **dots)
        if len(heights) < sizes[l]:
            ax.scatter([x] * 3, [-0.15, 0, 0.15], s=5, color=color, zorder=2)
        name = "input" if l == 0 else "output" if l == last else f"hidden {l}"
        arrays = "$A^{[0]} = X$" if l == 0 else f"$Z^{{[{l}]}},\\ A^{{[{l}]}}$"
        function = "" if l == 0 else "softmax" if l == last else hidden
        ax.text(x, top + 0.45, name, weight="bold", **text)
        ax.text(x, -top - 0.5, arrays, **text)
        ax.text(x, -top - 0.9, f"(m, {sizes[l]})", **text)
        ax.text(x, -top - 1.3, function, style="italic", **text)
    return ax


def _unit_heights(n):
    """Heights of the dots of one layer; from eight units on, three, a gap and three."""
    spacing = 0.4
    if n <= 7:
        return [spacing * ((n - 1) / 2 - i) for i in range(n)]
    return [sign * spacing * i for sign in (1, -1) for i in (1, 2, 3)]


def _widest_divisor(n):
    """The largest divisor of n that is not above its square root."""
    return max(d for d in range(1, math.isqrt(n) + 1) if n % d == 0)


def journey(cache, i=0):
    """Draw one image and what each layer makes of it: a square per unit, then the probabilities.

    Parameters
    ----------
    cache : Cache
        From `forward`; the input must be square images.
    i : int
        Which row of the batch.

    Returns
    -------
    Figure
        From left to right A[0], A[1], …; the darker, the larger. Each layer has its own scale.
    """
    if not hasattr(cache, "A"):
        raise TypeError(f"cache must be the second result of forward, got {describe(cache)}")
    side = _check_images(cache.A[0], "A[0]")
    check_count(i, "i", minimum=0)
    if i >= len(cache.A[0]):
        raise ValueError(f"i must be smaller than the {len(cache.A[0])} examples, got {i}")
    *layers, probabilities = [A[i] for A in cache.A]
    figure, axes = plt.subplots(1, len(cache.A), figsize=(2.1 * len(cache.A), 2.6))
    for l, (ax, a) in enumerate(zip(axes, layers, strict=False)):
        n_columns = side if l == 0 else _widest_divisor(len(a))
        ax.imshow(a.reshape(-1, n_columns), cmap="gray_r")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        ax.grid(visible=False)
        ax.set_xlabel("image" if l == 0 else f"hidden layer {l}")
    axes[-1].barh(range(len(probabilities)), probabilities, color=ORANGE)
    axes[-1].set_yticks(range(len(probabilities)))
    axes[-1].set_ylim(len(probabilities) - 0.5, -0.5)
    axes[-1].set_xlim(0, max(0.5, 1.05 * probabilities.max()))
    axes[-1].set_xlabel("probability")
    axes[-1].tick_params(labelsize=9)
    for l, (ax, A) in enumerate(zip(axes, cache.A, strict=True)):
        ax.set_title(f"$A^{{[{l}]}}$: {A.shape[1]} numbers", size=10)
    return figure


def _limits(limits, name):
    low, high = np.asarray(limits, float)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name} must be (low, high) with low < high, got {limits}")
    return low, high


def contours(
    loss,
    path=None,
    *,
    xlim=(-1, 1),
    ylim=(-1, 1),
    levels=14,
    labels=("$θ_1$", "$θ_2$"),
    equal=True,
    ax=None,
):
    """Draw a function of two parameters as contours, with the path of the steps on it.

    Parameters
    ----------
    loss : callable
        `loss(theta)` takes an array of points, shape (..., 2), and returns their values, shape
        (...).
    path : ndarray, shape (steps + 1, 2), optional
        The points visited, the start first. What lies outside of the limits is not drawn.
    xlim, ylim : pair of float
        Limits of the first and of the second parameter.
    levels : int
        Number of contour lines. Their distance grows with the height, so that a bowl has evenly
        spaced rings.
    labels : pair of str
        Names of the two parameters.
    equal : bool
        Use one scale for both parameters, so that the gradient stands at a right angle to the
        contours.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes
        Pale: low, dark: high. The path is orange with a dot for each point, the start a square.

    Examples
    --------
    >>> path = np.array([[0.9, 0.8], [0.1, -0.5], [0.0, 0.3]])
    >>> ax = contours(lambda theta: (theta**2).sum(axis=-1), path)
    """
    xlim, ylim = _limits(xlim, "xlim"), _limits(ylim, "ylim")
    check_count(levels, "levels", minimum=2)
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
    heights = low + (high - low) * np.linspace(0, 1, levels + 1) ** 2
    if high > low:
        shades = plt.matplotlib.colors.ListedColormap(
            colormaps["Blues"](np.linspace(0.02, 0.6, levels))
        )
        norm = plt.matplotlib.colors.BoundaryNorm(heights, levels)
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
    """Draw examples with two features over the regions that a network gives to the classes.

    Parameters
    ----------
    params : list of (W, b)
        A network with two inputs and at most six classes.
    X : ndarray, shape (m, 2)
        The examples.
    y : ndarray of int, shape (m,)
        Their labels.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.
    margin : float
        Room around the examples, in units of X.
    ax : Axes, optional
        Where to draw; without it, on a new figure.

    Returns
    -------
    Axes
        Each class has a color and a marker. The background mixes the colors of the classes by
        their probabilities; black lines are where the most probable class changes.

    Examples
    --------
    >>> params = [(np.eye(2), np.zeros(2))]
    >>> ax = decision_boundary(params, np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1]))
    """
    check_params(params)
    check_examples(X, n_features=len(params[0][0]))
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
    colors = np.array(
        [plt.matplotlib.colors.to_rgb(c) for c in (BLUE, ORANGE, GREEN, PINK, SKY, YELLOW)]
    )[:classes]
    bands = (A * 12).round() / 12  # flat bands of color make small files
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


def pixels(image, top, left, height, width):
    """Draw an image beside a part of it, enlarged, with the pixel values printed on it.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        Gray values from 0, drawn white, to 255, drawn black.
    top, left : int
        Row and column where the part begins.
    height, width : int
        Size of the part in pixels.

    Returns
    -------
    Figure
        Left the whole image, the part framed in orange; right the part with its numbers.

    Examples
    --------
    >>> figure = pixels(np.zeros((28, 28), np.uint8), top=5, left=10, height=4, width=6)
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
    """Draw a mini-batch as what it is: a matrix of pixels and a matrix of one-hot labels.

    Parameters
    ----------
    X : ndarray, shape (m, n)
        Square images as rows, values in [0, 1].
    Y : ndarray, shape (m, classes)
        One-hot labels.

    Returns
    -------
    Figure
        Left the first example as an image, in the middle `X`, right `Y`; row by row the same
        example. Black is 1, white is 0.

    Examples
    --------
    >>> figure = batch(np.zeros((4, 784)), np.eye(4))
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
    axes[2].set_xticks(range(Y.shape[1]))
    return figure


def _check_layer_spread(measured, predicted, first, ax):
    if not isinstance(measured, dict) or not measured:
        raise TypeError(f"measured must be a dict of arrays, got {describe(measured)}")
    if not isinstance(predicted, dict) or list(predicted) != list(measured):
        raise ValueError(f"predicted must be a dict with the keys {list(measured)}")
    for name, runs in measured.items():
        check_array(runs, f"measured[{name!r}]", ndim=2)
        check_array(predicted[name], f"predicted[{name!r}]", ndim=1)
        if runs.shape[1] != len(predicted[name]):
            raise ValueError(
                f"measured[{name!r}] has {runs.shape[1]} layers, predicted {len(predicted[name])}"
            )
        for values in (runs, predicted[name]):
            if not (np.isfinite(values).all() and (values > 0).all()):
                raise ValueError(f"{name!r}: a log axis needs positive, finite numbers")
    check_count(first, "first", minimum=0)
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be an Axes, got {describe(ax)}")


def layer_spread(measured, predicted, first=0, ax=None):
    """Draw second moments layer by layer on a log axis: theory thick and pale, each seed thin.

    Parameters
    ----------
    measured : dict of str -> ndarray, shape (seeds, layers)
        A name for each setting, and what was measured there; positive numbers.
    predicted : dict of str -> ndarray, shape (layers,)
        The theory for the same settings.
    first : int
        Number of the layer in the first column.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        Without legend, so that several panels can share one: `ax.legend()` makes it.

    Examples
    --------
    >>> ax = layer_spread({"halved": np.array([[1.0, 0.6, 0.2]])}, {"halved": 0.5 ** np.arange(3)})
    """
    _check_layer_spread(measured, predicted, first, ax)
    ax = plt.subplots()[1] if ax is None else ax
    styles = zip("os^Dvx", (BLUE, ORANGE, GREEN, PINK, SKY, "black"), strict=True)
    for place, (name, (marker, color)) in enumerate(zip(measured, itertools.cycle(styles))):
        layers = np.arange(first, first + len(predicted[name]))
        thin = {"color": color, "marker": marker, "ls": "-", "lw": 0.9, "ms": 4}
        thin["markevery"] = (2 * place % 3, 3)  # fewer, and not all settings at the same layers
        ax.plot(layers, predicted[name], color=color, ls="-", lw=7, alpha=0.3)
        ax.plot(layers, measured[name].T, **thin)
        ax.plot([], [], **thin, label=name)
    ax.plot([], [], color=GRAY, ls="-", lw=7, alpha=0.3, label="theory")
    ax.set_yscale("log")
    ax.set_xlabel("layer")
    ax.xaxis.get_major_locator().set_params(integer=True)
    return ax


def graph(places, edges, forward=None, backward=None, highlight=None, size=(7.5, 2.8)):
    """Draw a computational graph: values forward above the nodes, derivatives backward below.

    Parameters
    ----------
    places : dict of str to (float, float)
        Where each node stands. The name is drawn as mathematics, such as "z" or "W^{[1]}".
    edges : list of (str, str)
        From node to node, in the direction of the forward pass.
    forward : dict of str to str, optional
        Text above a node: its value.
    backward : dict of str to str, optional
        Text below a node: the derivative of the loss with respect to it.
    highlight : (str, str), optional
        One edge to draw thick.
    size : (float, float)
        Width and height in inches.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = graph({"x": (0, 0), "y": (1, 0)}, [("x", "y")], forward={"x": "2", "y": "4"})
    """
    unknown = {name for edge in edges for name in edge} - set(places)
    if unknown:
        raise ValueError(f"edges name the nodes {sorted(unknown)}, which have no place")
    _, ax = plt.subplots(figsize=size)
    for start, end in edges:
        thick = highlight == (start, end)
        style = {
            "arrowstyle": "-|>",
            "color": ORANGE if thick else GRAY,
            "linewidth": 3.5 if thick else 1.5,
            "shrinkA": 18,
            "shrinkB": 18,
        }
        ax.annotate("", places[end], places[start], arrowprops=style)
    for name, (x, y) in places.items():
        ax.scatter(x, y, s=1100, facecolor="white", edgecolor=GRAY, zorder=2)
        ax.text(x, y, f"${name}$", ha="center", va="center", size=13, zorder=3)
        for text, color, offset in ((forward, BLUE, 19), (backward, ORANGE, -19)):
            if text and name in text:
                ax.annotate(
                    text[name],
                    (x, y),
                    xytext=(0, offset),
                    textcoords="offset points",
                    ha="center",
                    va="bottom" if offset > 0 else "top",
                    color=color,
                    weight="bold" if offset > 0 else "normal",
                    style="normal" if offset > 0 else "italic",
                    size=10.5,
                )
    xs, ys = zip(*places.values(), strict=True)
    ax.set_xlim(min(xs) - 0.6, max(xs) + 0.6)
    ax.set_ylim(min(ys) - 0.8, max(ys) + 0.8)
    ax.axis("off")
    return ax
