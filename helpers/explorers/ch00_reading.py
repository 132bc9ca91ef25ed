"""A trained network reads images, one after the other (chapter 00)."""

import math
from functools import partial

import numpy as np

from ..network import forward
from ..plots import BLUE, GREEN, ORANGE
from .controls import slider, whole_row
from .explorer import Explorer

SURE = 0.9  # an image is doubtful if no digit has this probability


def reading(X, y, params):
    """Explore how sure a trained network of ReLU layers is of each row of X, whose labels are y."""
    A, _ = forward(X, params)
    controls = {"i": whole_row(slider("image i", 0, len(X) - 1, 0))}
    begin = partial(start, A.shape[1])
    actions = {"Next doubtful one": partial(next_doubtful, A)}
    return Explorer(controls, partial(compute, X, y, A), begin, draw, (7, 2.8), actions=actions)


def next_doubtful(A, i):
    """Return the setting for the next image, from the first again, that is not read as sure."""
    doubtful = np.flatnonzero(A.max(axis=1) < SURE)
    if not len(doubtful):
        raise ValueError(f"The network gives each image a digit with {SURE} or more.")
    behind = doubtful[doubtful > i]
    return {"i": int(behind[0] if len(behind) else doubtful[0])}


def compute(X, y, A, i):
    """Compute what the network says of image i."""
    best = A[i].argsort()[:-4:-1]
    verdict = "right" if best[0] == y[i] else "wrong"
    text = (
        f"Image {i}, a handwritten {y[i]}, is read as {best[0]}: {verdict}. Most probable: "
        + ", ".join(f"{k} with {A[i, k]:.3f}" for k in best)
    )
    side = math.isqrt(X.shape[1])
    return {"x": X[i].reshape(side, side), "p": A[i], "label": y[i], "text": text}


def start(classes, figure):
    """Make the axes and artists."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 3])
    left.axis("off")
    image = left.imshow([[0]], cmap="gray_r", vmin=0, vmax=1, extent=(0, 1, 0, 1))
    right.set(xlabel="digit", ylabel="probability", ylim=(0, 1.1), xticks=range(classes))
    bars = right.bar(range(classes), np.zeros(classes), color=BLUE)
    numbers = [right.text(k, 0, "", ha="center", va="bottom", size=9) for k in range(classes)]
    return {"image": image, "bars": bars, "numbers": numbers}


def draw(artists, result):
    """Show a result: the reading is green if it is right and orange, hatched, if it is not."""
    artists["image"].set_data(result["x"])
    p = result["p"]
    for k, (bar, number) in enumerate(zip(artists["bars"], artists["numbers"], strict=True)):
        read = k == p.argmax()
        right = k == result["label"]
        bar.set(height=p[k], color=BLUE if not read else GREEN if right else ORANGE)
        bar.set_hatch("//" if read and not right else None)
        number.set_y(p[k] + 0.01)
        number.set_text(f"{p[k]:.2f}" if p[k] >= 0.005 else "")
