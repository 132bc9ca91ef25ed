"""A changed image and the ten class means (chapter 01)."""

import functools
import math

import numpy as np
from matplotlib.patches import Rectangle

from ..data import load_mnist, train_dev_split
from ..metrics import accuracy
from ..network import one_hot
from ..plots import BLUE, GRAY, GREEN, ORANGE, SKY, mosaic
from .controls import slider
from .explorer import Explorer

SIDE = 28  # pixels
BINS = 20  # of the histogram
COUNT = 1000  # dev images that are changed in the same way


def images():
    """Explore how an image is changed and what its nearest class mean becomes (chapter 01).

    One dev image is shifted, blurred and made paler or darker. Shown are its pixels, how often
    each pixel value occurs, and its squared distance to each class mean, Eqs. (1.3) and (1.4);
    beside them the accuracy, Eq. (1.5), on a thousand dev images changed in the same way.
    """
    controls = {
        "digit": slider("digit", 0, 9, 4),
        "example": slider("example", 0, 49, 0),
        "right": slider("shift right", -8, 8, 0),
        "down": slider("shift down", -8, 8, 0),
        "blur": slider("blur rounds", 0, 10, 0),
        "contrast": slider("contrast", 0.0, 3.0, 1.0, 0.1),
    }
    return Explorer(controls, compute, start, draw, (9, 5))


@functools.cache
def dev_images_and_means():
    """Load a thousand dev images, their labels and the class means of the training set.

    The split is the chapter's. The last value is the accuracy of the nearest mean on the images
    as they are.
    """
    X, y, _, _ = load_mnist()
    X_train, y_train, X, y = train_dev_split(X, y, 5000, np.random.default_rng(0))
    Y_train = one_hot(y_train)
    M = Y_train.T @ X_train / Y_train.sum(axis=0)[:, None]
    X, y = X[:COUNT].copy(), y[:COUNT]
    return X, y, M, accuracy(y, distances(X, M).argmin(axis=1))


def distances(X, M):
    """Squared distance of each row of X to each row of M, shape (m, classes), as in Eq. (1.4)."""
    return (X**2).sum(axis=1)[:, None] - 2 * X @ M.T + (M**2).sum(axis=1)


def change(X, right, down, blur, contrast):
    """Shift images, blur them, and multiply them by the contrast; above 1 is clipped to 1.

    What leaves the image is lost, and what comes in is paper. A round of blur replaces each pixel
    by the mean of the three by three pixels around it. Both are matrix products: `rows` mixes the
    rows of an image, `columns` its columns.
    """
    mean = (np.eye(SIDE, k=-1) + np.eye(SIDE) + np.eye(SIDE, k=1)) / 3
    blurred = np.linalg.matrix_power(mean, blur)
    rows = (blurred @ np.eye(SIDE, k=-down)).astype(np.float32)
    columns = (blurred @ np.eye(SIDE, k=-right)).astype(np.float32)
    inked = contrast * (rows @ X.reshape(-1, SIDE, SIDE) @ columns.T)
    return np.minimum(inked, 1).reshape(X.shape)


def compute(digit, example, right, down, blur, contrast):
    """Change an image; compare it with the class means, and a thousand others like it."""
    X, y, M, unchanged = dev_images_and_means()
    i = np.flatnonzero(y == digit)[example]
    changed = change(X, right, down, blur, contrast)
    D = distances(changed, M)
    answers = D.argmin(axis=1)
    said, favorite = answers[i], np.bincount(answers).argmax()
    x, right_answers = changed[i], accuracy(y, answers)
    text = (
        f"Digit {digit}, example {example}; shift right {right}, shift down {down}, blur rounds"
        f" {blur}, contrast {contrast:.1f}. Of 784 pixels {np.sum(x == 0)} are at 0 (paper)"
        f" and {np.sum(x == 1)} at 1 (full ink; what would be above is clipped).\n"
        f"Nearest is mean {said}, squared distance {D[i, said]:.1f}: "
        + ("right.\n" if said == digit else f"wrong; to mean {digit} it is {D[i, digit]:.1f}.\n")
        + f"Of {COUNT:,} dev images changed in the same way, {right_answers:.1%} are read right"
        f" (unchanged: {unchanged:.1%}), and {np.mean(answers == favorite):.0%} are called"
        f" {favorite}."
    )
    counts, _ = np.histogram(x, BINS, (0, 1))
    return {
        "x": x,
        "difference": x - M[said],
        "counts": counts,
        "distances": D[i],
        "said": said,
        "true": digit,
        "accuracy": right_answers,
        "numbers": {f"accuracy on {COUNT:,} changed images": (right_answers, ".1%")},
        "text": text,
    }


def start(figure):
    """Make the axes and artists."""
    _, _, M, unchanged = dev_images_and_means()
    top, bottom = figure.subfigures(2, 1, height_ratios=[11, 12])
    image, difference, histogram, share = top.subplots(1, 4, width_ratios=[7, 7, 9, 4])
    bars, means = bottom.subplots(2, 1, sharex=True, height_ratios=[3, 2])

    blank = np.zeros((SIDE, SIDE))
    for ax, title in ((image, "image x"), (difference, "x − nearest mean")):
        ax.set(title=title, xticks=[0, 9, 18, 27], yticks=[0, 9, 18, 27], xlabel="column")
        ax.spines[:].set_visible(True)
    image.set_ylabel("row")
    edges = np.arange(BINS) / BINS
    histogram.set(xlim=(0, 1), ylim=(0.6, 1000), yscale="log", title="histogram of x")
    histogram.set(xlabel="value (0 paper, 1 ink)", ylabel="pixels")
    histogram.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    histogram.minorticks_off()
    share.set(xlim=(-1, 1), ylim=(0, 1), xticks=[], xlabel=f"of {COUNT:,}", title="accuracy")
    share.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
    share.axhline(unchanged, color=GRAY, linestyle="--")
    bars.set(ylabel="squared distance", xlim=(-0.5, 9.5))
    bars.tick_params(bottom=False, labelbottom=False)
    bars.grid(visible=False, axis="x")
    # rolled, so that each is in the middle of its place
    row = np.roll(mosaic(M, 10, gap=(2, 12)), (1, 6), axis=(0, 1))
    means.imshow(row, cmap="gray_r", aspect="auto", extent=(-0.5, 9.5, 0, 1))
    means.set(yticks=[], xlabel="class mean (solid frame: nearest; dashed: true label)")
    means.set_xticks(range(10))
    means.spines[:].set_visible(False)
    means.tick_params(bottom=False)
    for ax in (image, difference, means):
        ax.grid(visible=False)

    words = {"ha": "center", "va": "bottom", "size": 10}
    artists = {
        "x": image.imshow(blank, cmap="gray_r", vmin=0, vmax=1),
        "difference": difference.imshow(blank, cmap="PuOr_r", vmin=-1, vmax=1),
        "counts": histogram.bar(edges, 0.0, 1 / BINS, align="edge", color=BLUE),
        "share": share.bar([0], [0], color=BLUE),
        "distances": bars.bar(range(10), [0.0] * 10, width=0.7, color=SKY),
        "numbers": [bars.text(k, 0, "", **words) for k in range(10)],
        "nearest": means.add_patch(_frame(0.36, color=ORANGE)),
        "true": means.add_patch(_frame(0.43, color=GREEN, linestyle="--")),
    }
    for ax in (image, difference):
        ax.set(xlim=(-1, SIDE), ylim=(SIDE, -1))  # wider, so that the frame stays visible
    return artists


def draw(artists, result):
    """Show a result of `compute`."""
    said, true = result["said"], result["true"]
    for name in ("x", "difference"):
        artists[name].set_data(result[name].reshape(SIDE, SIDE))
    for bar, count in zip(artists["counts"], result["counts"], strict=True):
        bar.set_height(count)
    artists["share"][0].set_height(result["accuracy"])
    for k, distance in enumerate(result["distances"]):
        artists["distances"][k].set_height(distance)
        artists["distances"][k].set_facecolor(ORANGE if k == said else SKY)
        artists["numbers"][k].set(y=distance, text=f"{distance:.1f}")
        artists["numbers"][k].set_fontweight("bold" if k == said else "normal")
    doublings = math.ceil(np.log2(1.15 * result["distances"].max() / 70))
    artists["numbers"][0].axes.set_ylim(0, 70 * 2 ** max(0, doublings))
    for name, k in (("nearest", said), ("true", true)):
        artists[name].set_x(k - artists[name].get_width() / 2)


def _frame(half_width, **style):
    low = 0.5 - 1.1 * half_width
    return Rectangle((0, low), 2 * half_width, 1 - 2 * low, fill=False, linewidth=2, **style)
