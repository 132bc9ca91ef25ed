"""The two-layer network of the Kaggle walk-throughs: examples are columns (chapter 08)."""

import math

import numpy as np

from ..network import batch_gradients, forward, initialize, one_hot, predict, update
from ..plots import BLUE, GRAY, ORANGE, mosaic
from ..training import quiet
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
    twelve dev images with what the network reads. The steps are equations (8.1) to (8.11), computed
    with examples as rows, which gives the same numbers.
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
    """Draw the weights as the walk-throughs do, a row for each unit, or as chapter 06 does."""
    if start == "He, Xavier":
        return initialize([784, units, 10], rng=rng)
    shapes = [(units, 784), (units, 1), (10, units), (10, 1)]
    W1, b1, W2, b2 = (rng.random(shape, dtype=np.float32) - np.float32(0.5) for shape in shapes)
    return [(W1.T.copy(), b1[:, 0]), (W2.T.copy(), b2[:, 0])]


def compute(units, alpha, steps, start, seed):
    """Train on the full batch; measure the dev accuracy every ten steps."""
    (X, y), (X_dev, y_dev) = some_images(TRAIN, DEV)
    Y = one_hot(y)
    params = starting_params(start, units, np.random.default_rng(seed))
    at, accuracies = [], []

    def measure_dev(step):
        A_L, _ = forward(X_dev, params)
        if not math.isfinite(A_L.sum()):
            raise FloatingPointError(
                f"The parameters are no longer finite after {step} steps: α = {alpha:g} is too "
                "large. Move it to the left."
            )
        at.append(step)
        accuracies.append(np.mean(A_L.argmax(axis=1) == y_dev))

    def measure():
        read = predict(X_dev[:SHOWN], params)
        right = np.count_nonzero(read == y_dev[:SHOWN])
        text = (
            f"{units} hidden units, α = {alpha:g}, weights start as {start}, seed {seed}\n"
            f"After {at[-1]} of {steps} steps on {TRAIN:,} images: dev accuracy "
            f"{accuracies[-1]:.1%}; of the twelve images on the right, {right} are read correctly"
        )
        if at[-1] >= 100 and accuracies[-1] < 0.2:
            text += "\nThis is hardly better than guessing, which has 10%: is α too large?"
        return {
            "numbers": {
                f"accuracy on {DEV:,} dev images": (accuracies[-1], ".1%"),
                "parameters": (sum(W.size + b.size for W, b in params), ","),
            },
            "at": at,
            "accuracies": accuracies,
            "steps": steps,
            "x": X_dev[:SHOWN],
            "read": read,
            "labels": y_dev[:SHOWN],
            "text": text,
        }

    @quiet
    def ten_steps():
        for _ in range(EVERY):
            update(params, batch_gradients(X, Y, params), alpha)
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
    return {"curves": [line], "tiles": tiles, "words": words}


def draw(artists, result):
    """Show a measurement; what is read wrong is orange and says so."""
    [line] = artists["curves"]
    line.axes.set_xlim(0, result["steps"])
    line.set_data(result["at"], result["accuracies"])
    artists["tiles"].set_data(mosaic(result["x"], ACROSS, gap=BELOW_AND_RIGHT))
    for word, read, label in zip(artists["words"], result["read"], result["labels"], strict=True):
        right = read == label
        word.set_text(f"{read}" if right else f"{read}, not {label}")
        word.set_color(GRAY if right else ORANGE)
