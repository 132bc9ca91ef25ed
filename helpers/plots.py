"""Pictures of what the other modules return, for screens, gray print and color-blind eyes.

Every function returns the matplotlib Figure or Axes it drew on; `show` puts a figure into a
notebook with a description for screen readers. Importing this module sets matplotlib's style.
"""

import base64
import html
import io
import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from .validation import check_array, check_count, describe

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
    for (top, left), caption in zip(corners, captions or [], strict=False):
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
