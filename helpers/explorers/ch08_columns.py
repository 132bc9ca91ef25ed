"""The two-layer network of the Kaggle walk-throughs: examples are columns (chapter 08)."""

import math

import numpy as np

from ..network import initialize, one_hot
from ..plots import BLUE, GRAY, ORANGE, mosaic
from .controls import choice, log_slider, seed, slider
from .explorer import Explorer
from .runs import some_images

TRAIN, DEV = 2_000, 1_000  # images: a full-batch step takes about a millisecond
EVERY = 10  # steps between two measurements
SHOWN, ACROSS = 12, 4  # sample images, in rows of four
BELOW_AND_RIGHT = (12, 2)  # of each: a row of words and a gap, in pixels


def columns():
    """Explore full-batch gradient descent in column form (chapter 08).

    Left, the accuracy on 1,000 dev images while the network learns from 2,000 others; right,
    twelve dev images with what the network reads. The steps are equations (8.1) to (8.11).
    """
    controls = {
        "units": slider("hidden units", 2, 100, 10, 2),
        "alpha": log_slider("rate α", 0.01, 10, 0.1),
        "steps": slider("steps", 10, 500, 300, 10),
        "start": choice("weights start as", ["rand() - 0.5", "He, Xavier"], "rand() - 0.5"),
        "seed": seed(0),
    }
    return Explorer(controls, compute, start, draw, size=(8.5, 3.3))


def starting_params(start, units, rng):
    """Return W1, b1, W2, b2 with a row of weights for each unit."""
    if start == "He, Xavier":
        params = [(W.T.copy(), b[:, None]) for W, b in initialize([784, units, 10], rng=rng)]
        return [array for pair in params for array in pair]
    shapes = [(units, 784), (units, 1), (10, units), (10, 1)]
    return [rng.random(shape, dtype=np.float32) - np.float32(0.5) for shape in shapes]


def forward_prop(X, W1, b1, W2, b2):
    """Return Z1, A1 and A2 (8.1)-(8.3)."""
    Z1 = W1 @ X + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2 @ A1 + b2
    E = np.exp(Z2 - Z2.max(axis=0))
    return Z1, A1, E / E.sum(axis=0)


def backward_prop(X, Y, Z1, A1, A2, W2):
    """Return dW1, db1, dW2, db2 (8.5)-(8.9)."""
    dZ2 = (A2 - Y) / Y.shape[1]
    dZ1 = (W2.T @ dZ2) * (Z1 > 0)
    db1, db2 = (dZ.sum(axis=1, keepdims=True) for dZ in (dZ1, dZ2))
    return dZ1 @ X.T, db1, dZ2 @ A1.T, db2


def compute(units, alpha, steps, start, seed):
    """Train in column form; measure the dev accuracy every ten steps."""
    (X_train, y_train), (X_dev, y_dev) = some_images(TRAIN, DEV)
    X_train, X_dev = np.ascontiguousarray(X_train.T), np.ascontiguousarray(X_dev.T)
    Y_train = np.ascontiguousarray(one_hot(y_train).T)
    params = starting_params(start, units, np.random.default_rng(seed))
    at, accuracies = [], []

    def measure_dev(step):
        A2 = forward_prop(X_dev, *params)[-1]
        if not math.isfinite(A2.sum()):
            raise FloatingPointError(
                f"The parameters are no longer finite after {step} steps: α = {alpha:g} is too "
                "large. Move it to the left."
            )
        at.append(step)
        accuracies.append(np.mean(A2.argmax(axis=0) == y_dev))

    def measure():
        A2 = forward_prop(X_dev[:, :SHOWN], *params)[-1]
        read = A2.argmax(axis=0)
        right = np.count_nonzero(read == y_dev[:SHOWN])
        text = (
            f"{units} hidden units, α = {alpha:g}, weights start as {start}, seed {seed}\n"
            f"After {at[-1]} of {steps} steps on {TRAIN:,} images: dev accuracy "
            f"{accuracies[-1]:.1%}; of the twelve images on the right, {right} are read correctly"
        )
        if at[-1] >= 100 and accuracies[-1] < 0.2:
            text += "\nThis is hardly better than guessing, which has 10 %: is α too large?"
        return {
            "at": at,
            "accuracies": accuracies,
            "steps": steps,
            "x": X_dev[:, :SHOWN].T,
            "read": read,
            "labels": y_dev[:SHOWN],
            "text": text,
        }

    @np.errstate(over="ignore", invalid="ignore")  # what is not finite is reported
    def ten_steps():
        for _ in range(EVERY):
            Z1, A1, A2 = forward_prop(X_train, *params)
            grads = backward_prop(X_train, Y_train, Z1, A1, A2, params[2])
            for P, dP in zip(params, grads, strict=True):
                P -= alpha * dP
        measure_dev(at[-1] + EVERY)

    measure_dev(0)
    yield measure
    for _ in range(steps // EVERY):
        ten_steps()
        yield measure


def start(figure):
    """Make the axes and artists."""
    left, right = figure.subplots(1, 2, width_ratios=[3, 4])
    left.set(xlabel="step", ylabel="dev accuracy", ylim=(0, 1))
    (line,) = left.plot([], [], color=BLUE)
    right.axis("off")
    blank = mosaic(np.zeros((SHOWN, 784)), ACROSS, gap=BELOW_AND_RIGHT)
    height, width = blank.shape
    tiles = right.imshow(blank, cmap="gray_r", vmin=0, vmax=1, extent=(0, width, height, 0))
    middle = {"ha": "center", "va": "center"}
    words = [
        right.text(30 * (k % ACROSS) + 14, 40 * (k // ACROSS) + 33, "", **middle)
        for k in range(SHOWN)
    ]
    return {"line": line, "tiles": tiles, "words": words}


def draw(artists, result):
    """Show a measurement; what is read wrong is orange and says so."""
    artists["line"].axes.set_xlim(0, result["steps"])
    artists["line"].set_data(result["at"], result["accuracies"])
    artists["tiles"].set_data(mosaic(result["x"], ACROSS, gap=BELOW_AND_RIGHT))
    for word, read, label in zip(artists["words"], result["read"], result["labels"], strict=True):
        right = read == label
        word.set_text(f"{read}" if right else f"{read}, not {label}")
        word.set_color(GRAY if right else ORANGE)
