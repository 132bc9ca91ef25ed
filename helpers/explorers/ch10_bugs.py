"""A network with a bug beside the right one, and what the gradient doctor says (chapter 10)."""

import functools
import math
from itertools import chain

import numpy as np

from ..gradients import check_gradients
from ..network import (
    ACTIVATIONS,
    DERIVATIVES,
    backward,
    cross_entropy,
    forward,
    initialize,
    one_hot,
    steps,
    update,
)
from ..plots import BLUE, GRAY, GREEN, ORANGE, PINK
from ..training import loss_and_accuracy, quiet
from .controls import choice, list_slider, log_slider, seed
from .explorer import Explorer
from .runs import some_images

TRAIN, DEV, BATCH_SIZE = 3_200, 1_000, 32
EPOCHS, EVERY = 3, 20  # steps between two measurements
STEPS = EPOCHS * TRAIN // BATCH_SIZE
CHECKED = 20  # entries of each array that the doctor compares and the picture shows
LAYER_STYLES = ((BLUE, "o"), (GREEN, "s"), (PINK, "^"), ("black", "D"))
HEIGHTS = (2.1, 15, 150, 1500)  # of the picture of the derivatives: the first that is enough
NONE = "none"


# what the lists show, and the line of code
BUGS = {
    NONE: "",
    "dZ: not divided by m": "dZ = A[-1] - Y",
    "dZ: mean over all entries": "dZ = (A[-1] - Y) / Y.size",
    "dZ: Y - A": "dZ = (Y - A[-1]) / m",
    "slope of g missing": "dZ = dZ @ W.T",
    "slope of g twice": "dZ = (dZ @ W.T) * g_prime(Z) * g_prime(Z)",
    "W not transposed": "dZ = (dZ @ W) * g_prime(Z)   (in layers as wide as the next)",
    "W already updated": "W -= learning_rate * dW before dZ @ W.T",
    "db: mean, not sum": "db = dZ.mean(axis=0)",
    "db: of one example": "db = dZ[0]",
    "first layer forgotten": "dW1 = 0, db1 = 0",
    "L2 in the gradient only": "dW += 0.03 * W, and no penalty in the loss",
    "labels in another order": "y shuffled, X not",
    "every batch the same": "default_rng(seed) made anew for each batch",
    "not normalized": "X from 0 to 255",
}
AROUND = {"labels in another order", "every batch the same", "not normalized"}


def bugs():
    """Explore bugs in a network that learns MNIST: its curve, its gradients, the verdict.

    Left, accuracy on other images while the network with the bugs and the right one learn; right,
    derivatives with the bugs over the right ones, and in words what `check_gradients` says.
    """
    controls = {
        "bug": choice("bug", list(BUGS), "slope of g missing"),
        "other": choice("and this one", list(BUGS), NONE),
        "learning_rate": log_slider("learning rate", 0.01, 3, 0.1),
        "layers": list_slider("hidden layers", (1, 2, 3), 2),
        "hidden": choice("activation", list(ACTIVATIONS), "relu"),
        "seed": seed(),
    }
    return Explorer(controls, compute, start, draw, (9, 3.6))


def wrong_backward(cache, Y, params, bugs, learning_rate):
    """Backward pass (4.3) to (4.7) with bugs in it, as it may stand in somebody's notebook."""
    A, Z, hidden = cache
    g_prime = DERIVATIVES[hidden]
    m = len(Y)
    dZ = (A[-1] - Y) / m
    if "dZ: not divided by m" in bugs:
        dZ = dZ * m
    if "dZ: mean over all entries" in bugs:
        dZ = dZ / Y.shape[1]
    if "dZ: Y - A" in bugs:
        dZ = -dZ
    grads = []
    for l in range(len(params), 0, -1):
        dW, db = A[l - 1].T @ dZ, dZ.sum(axis=0)
        if "db: mean, not sum" in bugs:
            db = dZ.mean(axis=0)
        if "db: of one example" in bugs:
            db = dZ[0].copy()
        grads.append((dW, db))
        if l == 1:
            break
        W = params[l - 1][0]
        if "W already updated" in bugs:
            W = W - learning_rate * dW
        square = W.shape[0] == W.shape[1]
        dZ = dZ @ (W if square and "W not transposed" in bugs else W.T)
        if "slope of g missing" not in bugs:
            dZ = dZ * g_prime(Z[l - 1])
        if "slope of g twice" in bugs:
            dZ = dZ * g_prime(Z[l - 1])
    grads = grads[::-1]
    if "first layer forgotten" in bugs:
        grads[0] = tuple(np.zeros_like(array) for array in grads[0])
    if "L2 in the gradient only" in bugs:
        grads = [(dW + 0.03 * W, db) for (dW, db), (W, b) in zip(grads, params, strict=True)]
    return grads


def idle(bugs, layers, hidden):
    """Say which of the bugs change nothing in such a network, a sentence for each."""
    reasons = {}
    if hidden == "relu":
        reasons["slope of g twice"] = "the slope of ReLU is 0 or 1, and so is its square"
    if layers == 1:
        reasons["W not transposed"] = "the only W on the way back is not square, and W.T is taken"
    if {"slope of g missing", "slope of g twice"} <= bugs:
        reasons["slope of g twice"] = "one slope missing and one too many make one"
    return [
        f'Here it makes no difference, "{name}": {reason}.'
        for name, reason in reasons.items()
        if name in bugs
    ]


def learn(bugs, params, hidden, learning_rate, seed):
    """Train with bugs; yield the accuracy on the other images before the first step and every few.

    After the loss is no longer finite, it yields NaN.
    """
    (X, y), (X_dev, y_dev) = some_images(TRAIN, DEV)
    order_rng, slip_rng = np.random.default_rng(seed).spawn(2)
    if "labels in another order" in bugs:
        y = slip_rng.permutation(y)
    if "not normalized" in bugs:
        X, X_dev = 255 * X, 255 * X_dev
    Y = one_hot(y)

    def gradients(X_batch, Y_batch, params):
        if "every batch the same" in bugs:
            X_batch, Y_batch = X[same], Y[same]
        _, cache = forward(X_batch, params, hidden)
        return wrong_backward(cache, Y_batch, params, bugs, learning_rate)

    same = np.random.default_rng(seed).permutation(TRAIN)[:BATCH_SIZE]
    settings = {"learning_rate": learning_rate, "batch_size": BATCH_SIZE, "rng": order_rng}
    settings |= {"gradients": quiet(gradients), "update": quiet(update)}
    epochs = (steps(X, Y, params, **settings) for _ in range(EPOCHS))
    alive = True
    for step, _ in enumerate(chain([None], chain.from_iterable(epochs))):
        if step % EVERY == 0:
            loss, right = quiet(loss_and_accuracy)(X_dev, y_dev, params, hidden)
            alive = alive and math.isfinite(loss)
            yield right if alive else math.nan


@functools.lru_cache(maxsize=100)
def examine(bugs, sizes, hidden, learning_rate, seed):
    """Check the wrong gradients in float64 on a small batch; also return both, for a picture."""
    (X, y), _ = some_images(TRAIN, DEV)
    rng = np.random.default_rng(seed)
    pixels = 16 * np.arange(49)  # every sixteenth pixel: differences for all would take a while
    X, Y = X[:12, pixels].astype(float), one_hot(y[:12]).astype(float)
    params = initialize([len(pixels), *sizes[1:]], hidden=hidden, rng=rng, dtype=np.float64)

    def loss(params):
        A_L, _ = forward(X, params, hidden)
        return cross_entropy(A_L, Y)

    _, cache = forward(X, params, hidden)
    grads = wrong_backward(cache, Y, params, bugs, learning_rate)
    report = check_gradients(loss, params, grads, sample=CHECKED, rng=rng, X=X, Y=Y, hidden=hidden)
    return report, grads, backward(cache, Y, params)


def compute(bug, other, layers, hidden, learning_rate, seed):
    """Ask the doctor about the bugs; then train with them and, beside that, without."""
    bugs = frozenset({bug, other} - {NONE})
    sizes = (784, *[24] * layers, 10)
    rate = learning_rate if "W already updated" in bugs else 0.0  # no other gradient depends on it
    report, wrong, right = examine(bugs, sizes, hidden, rate, seed)
    named = "; ".join(f"{name}: {BUGS[name]}" for name in BUGS if name in bugs) or "No bug"
    curves = {"right": [], "wrong": []}

    def measure():
        now = {name: curve[-1] for name, curve in curves.items()}
        read = f"{now['wrong']:.1%} of {DEV:,} other images are read"
        if not math.isfinite(now["wrong"]):
            read = "the loss is no longer finite"
        plain = f"{now['right']:.1%}" if math.isfinite(now["right"]) else "training diverges"
        text = (
            f"{named}. {'-'.join(map(str, sizes))}, {hidden}, learning rate {learning_rate:g}, "
            f"seed {seed}. After {EVERY * (len(curves['wrong']) - 1)} of {STEPS} steps "
            f"{read}; without bugs {plain}.\n"
            f"The doctor: {report.verdict}"
        )
        text = "\n".join([text, *idle(bugs, layers, hidden)])
        if report.ok and bugs & AROUND:
            text += "\nNo gradient check finds what is wrong around a right gradient."
        return {
            "numbers": {
                f"accuracy on other images, {label}": (now[name], ".1%")
                for name, label in (("wrong", "with bugs"), ("right", "without"))
                if math.isfinite(now[name])
            },
            "curves": {name: list(curve) for name, curve in curves.items()},
            "ratios": [_points(*pairs) for pairs in zip(right, wrong, strict=True)],
            "text": text,
        }

    runs = {
        name: learn(
            bugs if name == "wrong" else set(),
            initialize(sizes, hidden=hidden, rng=np.random.default_rng(seed)),
            hidden,
            learning_rate,
            seed,
        )
        for name in curves
    }
    for pair in zip(*runs.values(), strict=True):
        for curve, value in zip(curves.values(), pair, strict=True):
            curve.append(value)
        yield measure


def _points(right, wrong):
    """Some of a layer's derivatives, the right ones and the wrong ones, in parts of the largest."""
    largest = max(np.abs(array).max() for array in right) or 1.0
    pairs = [np.stack([r.ravel(), w.ravel()], axis=1) for r, w in zip(right, wrong, strict=True)]
    (dW, db) = (pair / largest for pair in pairs)
    return np.concatenate([dW[:: max(1, len(dW) // CHECKED)], db])


def start(figure):
    """Make the axes and artists."""
    curve, plane = figure.subplots(1, 2, width_ratios=[1.25, 1])
    curve.set(xlim=(0, STEPS), ylim=(0, 1), xlabel="step", ylabel="accuracy on other images")
    styles = {
        "right": {"color": GRAY, "linestyle": "--", "label": "without bugs"},
        "wrong": {"color": ORANGE, "linestyle": "-", "marker": "o", "label": "with them"},
    }
    curves = {name: curve.plot([], [], **style)[0] for name, style in styles.items()}
    curve.legend(loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=2)
    plane.plot([-1, 1], [-1, 1], "-", color=GRAY, linewidth=1)
    above = {"textcoords": "offset points", "xytext": (0, 22)}  # of the line, in any scale
    plane.annotate("all right", (-1, -1), **above, color=GRAY)
    plane.set(xlim=(-1.05, 1.05), ylim=(-HEIGHTS[0], HEIGHTS[0]))
    plane.set(xlabel="right derivative (1: the layer's largest)")
    plane.set(ylabel="wrong derivative (same units)")
    points = []
    for l, (color, marker) in enumerate(LAYER_STYLES, start=1):
        style = {"color": color, "marker": marker, "linestyle": "", "markersize": 4}
        points.append(plane.plot([], [], **style, label=f"layer {l}")[0])
    close = {"fontsize": 9, "columnspacing": 0.8, "handletextpad": 0.0, "borderpad": 0.1}
    legend = plane.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, **close)
    return {"curves": curves, "points": points, "legend": legend}


def draw(artists, result):
    """Show a result of `compute`."""
    for name, line in artists["curves"].items():
        values = result["curves"][name]
        line.set_data(EVERY * np.arange(len(values)), values)
    largest = max(np.abs(points[:, 1]).max() for points in result["ratios"])
    height = next((h for h in HEIGHTS if largest <= h), HEIGHTS[-1])
    artists["points"][0].axes.set_ylim(-height, height)
    parts = (artists["legend"].legend_handles, artists["legend"].get_texts())
    for l, line in enumerate(artists["points"]):
        for part in parts:
            part[l].set_visible(l < len(result["ratios"]))
        points = result["ratios"][l] if l < len(result["ratios"]) else np.empty((0, 2))
        line.set_data(points[:, 0], np.clip(points[:, 1], -height, height))
