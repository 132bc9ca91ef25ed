"""The playground: a network learns points in the plane, and shows what it sees (chapter 09)."""

import numpy as np
from matplotlib.colors import to_rgb

from ..data import SHAPES, points
from ..network import forward, initialize
from ..plots import BLUE, GREEN, ORANGE, mosaic
from .controls import choice, list_slider, log_slider, seed, slider
from .explorer import Explorer
from .runs import run, steps_per_epoch

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
EPOCHS = (1, 2, 5, 10, 20, 40, 60, 80, 100, 150, 200)
CLASS_COLORS = np.array([to_rgb(color) for color in (BLUE, ORANGE, GREEN)])
MARKERS = "o^s"
EDGE = 1.6  # the picture shows the square from -EDGE to EDGE
FINE = 80  # points on each side of the grid for the decision boundary …
COARSE = 20  # … and for each hidden unit: every FINE / COARSE-th of them
TILES = 4  # hidden units are shown in TILES rows of TILES

_line = np.linspace(-EDGE, EDGE, FINE, dtype=np.float32)
GRID = np.stack(np.meshgrid(_line, _line), axis=-1).reshape(-1, 2)


def playground():
    """Explore how networks tell points in the plane apart (chapter 09).

    Left, the classes that the network gives to every point of the plane; in the middle, what
    single hidden units see; right, the loss on the training points and on as many unseen ones.
    """
    controls = {
        "shape": choice("data", list(SHAPES), "spirals"),
        "m": slider("points", 20, 500, 300, 20),
        "noise": slider("noise", 0.0, 0.5, 0.05, 0.01),
        "layers": slider("hidden layers", 0, 4, 2),
        "units": slider("units in each", 1, 32, 16),
        "hidden": choice("activation", ["relu", "sigmoid", "tanh"], "relu"),
        "learning_rate": log_slider("learning rate", 0.001, 10, 0.2),
        "batch_size": list_slider("batch size", BATCH_SIZES, 10),
        "epochs": list_slider("epochs", EPOCHS, 60),
        "seen": slider("look into layer", 1, 4, 2),
        "seed": seed(1),
    }
    playing = {"player": steps_per_epoch, "steered": ["learning_rate"], "code": code}
    return Explorer(controls, compute, start, draw, (9, 3.1), **playing)


def compute(shape, m, noise, layers, units, hidden, learning_rate, batch_size, epochs, seen, seed):
    """Train on points of a shape; measure classes, hidden units and losses."""
    data_rng, weights_rng, order_rng = np.random.default_rng(seed).spawn(3)
    X, y = points(shape, 2 * m, noise, data_rng)
    sizes = [2, *[units] * layers, SHAPES[shape]]
    params = initialize(sizes, hidden=hidden, rng=weights_rng)
    notes = []
    if layers == 0:
        notes.append("No hidden layer: the boundaries are straight lines, and no unit to look at.")
    elif seen > layers:
        notes.append(f"There is no hidden layer {seen}; you look into layer {layers}.")
    if batch_size > m:
        notes.append(f"The batch is larger than the data: each step uses all {m} points.")

    def measure(step, learning_rate, curves):
        with np.errstate(over="ignore", invalid="ignore"):  # reported by the next epoch
            A_L, cache = forward(GRID, params, hidden)
        layer = min(seen, layers)
        units_seen = cache.A[layer].reshape(FINE, FINE, -1) if layer else None
        now = {name: values[-1] for name, values in curves.items()}
        text = (
            f"{shape}, noise {noise:.2f}, {m} points; network {'-'.join(map(str, sizes))}, "
            f"{hidden}, learning rate {learning_rate:g}, batch size {batch_size}, seed {seed}\n"
            f"After step {step:,}, epoch {now['epoch']:.3g} of {epochs}: loss "
            f"{now['train_loss']:.3f} nats, accuracy {now['train_accuracy']:.1%}; on {m} unseen "
            f"points loss {now['dev_loss']:.3f}, accuracy {now['dev_accuracy']:.1%}"
        )
        guessing = np.log(sizes[-1])
        if step and now["train_loss"] > 1.02 * guessing:
            text += f"\nThis is worse than guessing, which has ln {sizes[-1]} = {guessing:.3f}."
        if layer:
            text += f"\nThe middle shows hidden units of layer {layer}."
        return {
            "X": X[:m],
            "y": y[:m],
            "probabilities": A_L.reshape(FINE, FINE, -1),
            "units": units_seen,
            "numbers": {
                "accuracy on unseen points": (now["dev_accuracy"], ".1%"),
                "loss on them (nats)": (now["dev_loss"], ".3f"),
                "parameters": (sum(W.size + b.size for W, b in params), ","),
            },
            "history": history,
            "curves": curves,
            "epochs": epochs,
            "text": "\n".join([text, *notes]),
        }

    history = []
    settings = {"learning_rate": learning_rate, "batch_size": batch_size, "epochs": epochs}
    halves = (X[:m], y[:m]), (X[m:], y[m:])
    settings |= {"rng": order_rng, "hidden": hidden}
    yield from run(*halves, params, history, measure, **settings)


def start(figure):
    """Make the axes and artists."""
    plane, units, losses = figure.subplots(1, 3, width_ratios=[1, 1, 1.2])
    square = {"extent": (-EDGE, EDGE, -EDGE, EDGE), "origin": "lower"}
    plane.set(xlabel="input x₁", ylabel="input x₂", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    plane.grid(visible=False)
    boundary = plane.imshow(np.ones((FINE, FINE, 3)), interpolation="bilinear", **square)
    dots = [
        plane.plot([], [], marker, color=color, markersize=4, markeredgecolor="white", mew=0.4)[0]
        for marker, color in zip(MARKERS, CLASS_COLORS, strict=True)
    ]
    units.set(xticks=[], yticks=[], xlabel=f"first {TILES**2} hidden units, dark = low")
    units.grid(visible=False)
    side = TILES * (COARSE + 1) - 1
    tiles = units.imshow(np.ones((side, side)), cmap="cividis", vmin=0, vmax=1, origin="lower")
    losses.set(xlabel="epoch", ylabel="loss (nats)", yscale="log", ylim=(1e-3, 10))
    (train,) = losses.plot([], [], color=BLUE, linestyle="-", label="training points")
    (dev,) = losses.plot([], [], color=ORANGE, linestyle="--", label="unseen points")
    losses.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    curves = {"train_loss": train, "dev_loss": dev}
    return {"boundary": boundary, "dots": dots, "tiles": tiles, "curves": curves}


def draw(artists, result):
    """Show a measurement."""
    # between white and the color of the class, by its probability
    P = result["probabilities"]
    shades = 0.35 + 0.65 * (1 - P @ (1 - CLASS_COLORS[: P.shape[2]]))
    shades[_borders(P.argmax(axis=2))] = 0
    artists["boundary"].set_data(shades)
    for k, dots in enumerate(artists["dots"]):
        dots.set_data(*result["X"][result["y"] == k].T)
    artists["tiles"].set_data(_tiles(result["units"]))
    artists["curves"]["train_loss"].axes.set_xlim(0, result["epochs"])
    for name, line in artists["curves"].items():
        line.set_data(result["curves"]["epoch"], result["curves"][name])


def _borders(classes):
    """Return where the class differs from that of the next point to the right or above."""
    borders = np.zeros(classes.shape, dtype=bool)
    borders[:, :-1] |= classes[:, :-1] != classes[:, 1:]
    borders[:-1] |= classes[:-1] != classes[1:]
    return borders


def _tiles(units):
    """Put the maps of the first hidden units side by side, each scaled to its own range."""
    maps = np.full((TILES**2, COARSE**2), np.nan)
    if units is not None:
        every = FINE // COARSE
        from_above = units[::every, ::every][::-1]
        A = from_above.reshape(COARSE**2, -1).T[: TILES**2]
        low = np.minimum(A.min(axis=1, keepdims=True), 0)
        high = np.maximum(A.max(axis=1, keepdims=True), 1e-9)
        maps[: len(A)] = (A - low) / (high - low)
    tiles = mosaic(maps, TILES, fill=np.nan)[:-1, :-1]
    return np.ma.masked_invalid(tiles[::-1])  # the picture begins below


CODE = """\
import numpy as np
from helpers import initialize, points, train

data_rng, weights_rng, order_rng = np.random.default_rng({seed}).spawn(3)
X, y = points("{shape}", {both}, {noise:.2f}, data_rng)
params = initialize({sizes}, hidden="{hidden}", rng=weights_rng)
history = train(
    X[:{m}], y[:{m}], params, learning_rate={learning_rate}, batch_size={batch_size},
    epochs={epochs}, rng=order_rng, X_dev=X[{m}:], y_dev=y[{m}:], hidden="{hidden}",
)
history.tail(1)
"""


def code(shape, m, noise, layers, units, seen, **others):
    """Return code that repeats the run with `helpers.train`."""
    sizes = [2, *[units] * layers, SHAPES[shape]]
    return CODE.format(shape=shape, m=m, both=2 * m, noise=noise, sizes=sizes, **others)
