"""One digit in many warped copies (chapter 11)."""

import functools

import numpy as np

from ..augmentation import random_warps
from ..network import initialize, predict
from ..plots import ORANGE, mosaic
from ..training import train
from .controls import seed, slider
from .explorer import Explorer
from .runs import some_images

TRAIN, TRIED = 6_000, 500  # images
SIDE, ROWS, COLUMNS = 28, 4, 8
LINES = np.arange(2, SIDE, 4)  # of the grid that is warped along


def warps():
    """Explore augmentation: how a digit and the grid around it are warped (chapter 11).

    Left, the grid of the old image that each new pixel is read from, Eqs. (11.15) and (11.17);
    right, copies read there by Eq. (11.16). Beside them, how many of 500 images a network still
    reads that has never seen a warped one.
    """
    controls = {
        "rotation": slider("rotation (°)", 0, 60, 15),
        "scale": slider("scale", 0.0, 0.6, 0.15, 0.05),
        "shear": slider("shear", 0.0, 1.0, 0.15, 0.05),
        "shift": slider("shift (pixels)", 0.0, 8.0, 1.0, 0.5),
        "elastic": slider("elastic (pix.)", 0.0, 4.0, 1.0, 0.25),
        "smoothness": slider("smoothness", 1.0, 10.0, 4.0, 0.5),
        "digit": slider("digit", 0, 9, 2),
        "seed": seed(),
    }
    return Explorer(controls, compute, start, draw, (9, 3.4))


@functools.cache
def images_and_network():
    """Return images that the network has not seen, their labels, and the network."""
    (X, y), tried = some_images(TRAIN, TRIED)
    weights_rng, order_rng = np.random.default_rng(0).spawn(2)
    params = initialize([784, 64, 10], rng=weights_rng)
    settings = {"learning_rate": 0.2, "batch_size": 32, "epochs": 3, "progress": False}
    train(X, y, params, **settings, rng=order_rng)
    return *tried, params


def read_from(seed, strengths):
    """Return x and y in the old image that each pixel of the first copy is read from.

    Two images whose ink is their own x or y are warped like the digit: their copies hold the
    coordinates. Outside of the old image there is no ink, and the result is NaN.
    """
    ramp = np.tile(np.linspace(0, 1, SIDE, dtype=np.float32), (SIDE, 1))
    flat = np.stack([ramp, ramp.T, np.ones_like(ramp)]).reshape(3, 1, -1)
    x, y, inside = (random_warps(one, np.random.default_rng(seed), **strengths) for one in flat)
    outside = inside < 0.999
    return [np.where(outside, np.nan, (SIDE - 1) * part).reshape(SIDE, SIDE) for part in (x, y)]


def compute(digit, seed, **strengths):
    """Warp copies of a digit, and five hundred other images; read these."""
    X, y, params = images_and_network()
    image = X[np.flatnonzero(y == digit)[:1]]
    first = random_warps(image, np.random.default_rng(seed), **strengths)
    others_rng, tried_rng = np.random.default_rng(seed).spawn(2)
    others = random_warps(image.repeat(ROWS * COLUMNS - 1, axis=0), others_rng, **strengths)
    right = predict(random_warps(X, tried_rng, **strengths), params) == y
    plain = np.mean(predict(X, params) == y)
    words = ", ".join(f"{name} {value:g}" for name, value in strengths.items())
    text = (
        f"Copies of a {digit} with at most: {words}; seed {seed}.\n"
        f"A network that has never seen a warped image reads {plain:.1%} of {TRIED} images as they "
        f"are, and {right.mean():.1%} of them warped like this.\n"
        "Can you still read every copy? What you cannot read teaches a network nothing."
    )
    return {
        "image": image[0],
        "read_from": read_from(seed, strengths),
        "copies": np.concatenate([first, others]),
        "right": right.mean(),
        "numbers": {"warped images that are read": (right.mean(), ".1%")},
        "text": text,
    }


def start(figure):
    """Make the axes and artists."""
    old, new = figure.subplots(1, 2, width_ratios=[1, 2])
    for ax in (old, new):
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
    gray = {"cmap": "gray_r", "vmin": 0, "vmax": 1}
    image = old.imshow(np.zeros((SIDE, SIDE)), **gray)
    old.set_title("read from here …", fontsize=11)
    old.set(xlim=(-0.5, SIDE - 0.5), ylim=(SIDE - 0.5, -0.5))
    lines = [old.plot([], [], "-", color=ORANGE, linewidth=1.2)[0] for _ in range(2 * len(LINES))]
    copies = new.imshow(np.zeros((ROWS * (SIDE + 1) - 1, COLUMNS * (SIDE + 1) - 1)), **gray)
    new.set_title("… the first of these copies, framed, and others", fontsize=11)
    frame = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE], [0, 0]]) - 0.5
    (frame,) = new.plot(*frame.T, "-", color=ORANGE, linewidth=2, clip_on=False)
    return {"image": image, "lines": lines, "copies": copies, "frame": frame}


def draw(artists, result):
    """Show a result of `compute`."""
    artists["image"].set_data(result["image"].reshape(SIDE, SIDE))
    x, y = result["read_from"]
    paths = [(x[k], y[k]) for k in LINES] + [(x[:, k], y[:, k]) for k in LINES]
    for line, path in zip(artists["lines"], paths, strict=True):
        line.set_data(*path)
    artists["copies"].set_data(mosaic(result["copies"], COLUMNS)[:-1, :-1])
