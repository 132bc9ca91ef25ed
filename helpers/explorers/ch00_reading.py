"""A trained network reads images, one after the other (chapter 00)."""

from functools import partial

import numpy as np

from ..network import forward
from ..plots import BLUE, GREEN, ORANGE
from .controls import slider
from .explorer import Explorer


def reading(X, y, params):
    """Explore how sure a trained network of ReLU layers is of each row of X, whose labels are y."""
    A, _ = forward(X, params)
    controls = {"i": slider("image i", 0, len(X) - 1, 0)}
    return Explorer(controls, partial(compute, X, y, A), start, draw, size=(7, 2.8))


def compute(X, y, A, i):
    """Compute what the network says of image i."""
    first, second, third = A[i].argsort()[:-4:-1]
    verdict = "right" if first == y[i] else "wrong"
    text = (
        f"Image {i}, a handwritten {y[i]}, is read as {first}: {verdict}. Most probable: "
        f"{first} with {A[i, first]:.3f}, {second} with {A[i, second]:.3f}, "
        f"{third} with {A[i, third]:.3f}"
    )
    return {"x": X[i].reshape(28, 28), "p": A[i], "label": y[i], "text": text}


def start(figure):
    """Make the axes and artists."""
    left, right = figure.subplots(1, 2, width_ratios=[2, 3])
    left.axis("off")
    image = left.imshow(np.zeros((28, 28)), cmap="gray_r", vmin=0, vmax=1)
    right.set(xlabel="digit", ylabel="probability", ylim=(0, 1.1), xticks=range(10))
    bars = right.bar(range(10), np.zeros(10), color=BLUE)
    numbers = [right.text(k, 0, "", ha="center", va="bottom", size=9) for k in range(10)]
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
