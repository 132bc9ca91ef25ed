"""The playground: a network learns points in the plane, and is drawn as it does (chapter 09)."""

import math

import numpy as np
from contourpy import contour_generator
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, to_rgb
from PIL import Image

from ..data import SHAPES, points
from ..network import forward, initialize
from ..plots import BLUE, GRAY, GREEN, ORANGE
from .controls import choice, list_slider, log_slider, number, seed, slider, text
from .explorer import Explorer
from .quests import Quest, ends
from .runs import run, steps_per_epoch

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
EPOCHS = (1, 2, 5, 10, 20, 40, 60, 80, 100, 150, 200)
CLASS_COLORS = np.array([to_rgb(color) for color in (BLUE, ORANGE, GREEN)])
MARKERS = "o^s"
INK = "#111111"  # on the plane, which is pale in every theme
EDGE = 1.6  # the picture shows the square from -EDGE to EDGE
FINE = 80  # points on each side of the grid that the network is asked about
COARSE = 2  # a tile shows every second of them
NEAR = 0.1  # a click so near to a point of the reader's own changes that point

# the drawing of the network
WIDTH, HEIGHT = 520, 420
ROWS = 16  # units one above the other; a layer of more has two columns
LARGEST = 60  # the space of a unit at most, the tile and a margin
LINES = 200  # only the largest weights are drawn: more could be neither seen nor drawn in time
SIGNS = ListedColormap(colormaps["PuOr_r"]([0.2, 0.8]))  # purple below zero, orange above

_line = np.linspace(-EDGE, EDGE, FINE, dtype=np.float32)
GRID = np.stack(np.meshgrid(_line, _line), axis=-1).reshape(-1, 2)
_p = np.linspace(0, 1, 256)[:, None, None]
# colors of 256 levels: of what a unit sees, and of the probability of each class
SEEN = (255 * colormaps["cividis"](np.arange(256))).round().astype(np.uint8)
PROBABLE = np.full((256, len(CLASS_COLORS), 4), 255, np.uint8)
PROBABLE[..., :3] = 255 * (1 - 0.65 * _p * (1 - CLASS_COLORS))


def playground():
    """Explore how networks tell points in the plane apart (chapter 09).

    Left, the network: what each unit sees of the plane, and its largest weights as lines. Right,
    the class that it gives to each point, or the unit that is pointed at; a click adds a point.
    Below, the loss on the training points and on as many unseen ones.
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
        "shown": choice("points shown", ["training", "unseen", "both"], "training"),
        "unit": number("look at unit", 0, 4 * 32, 0),
        "own": text("your points", "x₁ x₂ class; x₁ x₂ class"),
        "seed": seed(1),
    }
    playing = {"player": steps, "steered": ["learning_rate"], "code": code}
    looking = {"viewed": ["unit", "shown"], "point": point}
    return Explorer(controls, compute, start, draw, (9, 4.2), **playing, **looking, quests=QUESTS)


def compute(
    shape,
    m,
    noise,
    layers,
    units,
    hidden,
    learning_rate,
    batch_size,
    epochs,
    shown,
    unit,
    own,
    seed,
):
    """Train on points of a shape and the reader's own; measure what every unit sees, and losses."""
    data_rng, weights_rng, order_rng = np.random.default_rng(seed).spawn(3)
    X, y = points(shape, 2 * m, noise, data_rng)
    X_dev, y_dev = X[m:], y[m:]
    X_own, y_own = parse(own, SHAPES[shape])
    X, y = np.concatenate([X[:m], X_own]), np.concatenate([y[:m], y_own])
    sizes = sizes_of(shape, layers, units)
    params = initialize(sizes, hidden=hidden, rng=weights_rng)
    parameters = sum(W.size + b.size for W, b in params)
    notes = []
    if layers == 0:
        notes.append("No hidden layer: the boundaries are straight lines.")
    if batch_size > len(X):
        notes.append(f"The batch is larger than the data: each step uses all {len(X)} points.")

    def measure(step, learning_rate, curves, unit=unit, shown=shown):
        with np.errstate(over="ignore", invalid="ignore"):  # reported by the next epoch
            _, cache = forward(GRID, params, hidden)
            _, at_points = forward(X, params, hidden)
            Z = np.nan_to_num(cache.Z[-1]).reshape(FINE, FINE, -1)
        layer, index = place_of(unit, layers, units)
        now = {name: values[-1] for name, values in curves.items()}
        text = (
            f"{shape}, noise {noise:.2f}, {m} points{f' and {len(y_own)} of yours' * bool(own)}; "
            f"network {'-'.join(map(str, sizes))} with {parameters:,} parameters, {hidden}, "
            f"learning rate {learning_rate:g}, batch size {batch_size}, seed {seed}\n"
            f"After step {step:,}, epoch {now['epoch']:.3g} of {epochs}: loss "
            f"{now['train_loss']:.3f} nats, accuracy {now['train_accuracy']:.1%}; on {m} unseen "
            f"points loss {now['dev_loss']:.3f}, accuracy {now['dev_accuracy']:.1%}"
        )
        guessing = np.log(sizes[-1])
        if step and now["train_loss"] > 1.02 * guessing:
            text += f"\nThis is worse than guessing, which has ln {sizes[-1]} = {guessing:.3f}."
        seen = f"unit {index + 1} of layer {layer}" if layer else "the answer"
        text += f"\nThe large picture shows {seen}; points shown: {shown}."
        if unit > layers * units:
            text += f" There is no unit {unit}: " + (
                "this is the last." if layer else "none at all."
            )
        return {
            "training": (X, y) if shown != "unseen" else (X[:0], y[:0]),
            "unseen": (X_dev, y_dev) if shown != "training" else (X[:0], y[:0]),
            "own": X_own,
            "seen": [A.T.reshape(-1, FINE, FINE) for A in cache.A],
            "weights": [W.copy() for W, _ in params],
            "logits": Z,
            "place": (layer, index),
            "silent": [np.mean(A.max(axis=0) <= 0) for A in at_points.A[1 : layers + 1]],
            "numbers": {
                "accuracy on unseen points": (now["dev_accuracy"], ".1%"),
                "loss on them (nats)": (now["dev_loss"], ".3f"),
                "parameters": (parameters, ","),
            },
            "history": history,
            "curves": curves,
            "epochs": epochs,
            "text": "\n".join([text, *notes]),
        }

    history = []
    settings = {"learning_rate": learning_rate, "batch_size": batch_size, "epochs": epochs}
    settings |= {"rng": order_rng, "hidden": hidden}
    yield from run((X, y), (X_dev, y_dev), params, history, measure, **settings)


def sizes_of(shape, layers, units):
    """Return the number of units in each layer, inputs and classes among them."""
    return [2, *[units] * layers, SHAPES[shape]]


def place_of(unit, layers, units):
    """Return the layer of a hidden unit and its index there; layer 0 where there is none.

    Units are counted from 1 through all layers; behind the last one comes nothing.
    """
    unit = min(unit, layers * units)
    return (1 + (unit - 1) // units, (unit - 1) % units) if unit else (0, 0)


def parse(own, classes):
    """Read the reader's own points: X (n, 2) and y (n,)."""
    rows = []
    for words in filter(None, map(str.strip, own.split(";"))):
        try:
            x1, x2, k = words.split()
            row = float(x1), float(x2), int(k)
        except ValueError:
            row = np.nan, np.nan, 0
        if not (max(map(abs, row[:2])) <= EDGE and 0 <= row[2] < classes):
            raise ValueError(
                f'In "your points", {words!r} is not a point. Write x₁, x₂ and the class, such as '
                f"0.5 -0.2 1, with a semicolon before the next point. x₁ and x₂ are from "
                f"{-EDGE} to {EDGE}, the class is from 0 to {classes - 1}."
            )
        rows.append(row)
    table = np.array(rows).reshape(-1, 3)
    return table[:, :2].astype(np.float32), table[:, 2].astype(int)


def steps(m, own, shape, **settings):
    """Return the number of steps in an epoch."""
    return steps_per_epoch(m=m + len(parse(own, SHAPES[shape])[1]), **settings)


def point(place, click, shape, layers, units, own, **others):
    """Return what pointing changes: a unit is looked at; by a click in the plane, a point is added.

    A click on such a point gives it the next class, and behind the last class takes it away.
    """
    label, x, y = place
    if label == "network":
        tiles = layout(sizes_of(shape, layers, units))
        for layer, (left, below, side) in enumerate(tiles[1:], start=1):
            hit = (left <= x) & (x <= left + side) & (below <= y) & (y <= below + side)
            if hit.any():
                return {
                    "unit": 1 + (layer - 1) * units + int(hit.argmax()) if layer <= layers else 0
                }
    if label == "plane" and click:
        X, classes = parse(own, SHAPES[shape])
        rows = [[*row, int(k)] for row, k in zip(X, classes, strict=True)]
        distances = np.hypot(*(X - (x, y)).T)
        if len(rows) and distances.min() < NEAR:
            chosen = rows[distances.argmin()]
            chosen[2] += 1
            if chosen[2] == SHAPES[shape]:
                rows.remove(chosen)
        else:
            rows.append([x, y, 0])
        return {"own": "; ".join(f"{x1:.2f} {x2:.2f} {k}" for x1, x2, k in rows)}
    return {}


def layout(sizes):
    """Return the left and lower ends of the tiles of each layer, arrays, and their side."""
    columns = [math.ceil(n / ROWS) for n in sizes]
    rows = [math.ceil(n / some) for n, some in zip(sizes, columns, strict=True)]
    middles = np.linspace(50, WIDTH - 40, len(sizes))
    apart = middles[1] - middles[0] - 18  # that is left for lines
    # above, a line of words
    space = min(LARGEST, (HEIGHT - 24) / max(rows), apart / max(columns))
    side = 0.88 * space
    tiles = []
    for n, some, high, middle in zip(sizes, columns, rows, middles, strict=True):
        column, row = np.divmod(np.arange(n), high)
        left = middle + space * (column - some / 2) + (space - side) / 2
        below = (HEIGHT - 24) / 2 + space * (high / 2 - row - 1) + (space - side) / 2
        tiles.append((left, below, side))
    return tiles


class Tiles(Artist):
    """Square pictures, as fine as the screen.

    They are put into the figure as they are: as images of matplotlib, a hundred would take longer
    than all the rest. Those of a layer are resized at once, as one high picture.
    """

    def __init__(self):
        super().__init__()
        self.layers = []  # (left ends, lower ends, side, colors from below)

    def draw(self, renderer):
        """Put each tile into its place."""
        gc, to_pixels = renderer.new_gc(), self.axes.transData.transform
        for left, below, side, colors in self.layers:
            count, width = len(colors), colors.shape[2]
            pixels = round(np.ptp(to_pixels([(0, 0), (side, side)])[:, 0]))
            high = Image.fromarray(colors.reshape(-1, width, 4))
            high = high.resize((pixels, count * pixels), Image.Resampling.BILINEAR)
            places = to_pixels(np.stack([left, below], axis=1)).round().astype(int)
            tiles = np.array(high).reshape(count, pixels, pixels, 4)
            for (x, y), tile in zip(places, tiles, strict=True):
                renderer.draw_image(gc, x, y, tile)
        gc.restore()


def start(figure):
    """Make the axes and artists."""
    axes = figure.subplot_mosaic(
        [["network", "plane"], ["network", "losses"]], width_ratios=[5, 3.3], height_ratios=[5, 2]
    )
    network, plane, losses = axes["network"], axes["plane"], axes["losses"]
    network.set(xlim=(0, WIDTH), ylim=(0, HEIGHT), xticks=[], yticks=[], aspect="equal")
    network.set_xlabel("largest weights: orange above 0, purple below")
    network.spines[:].set_visible(False)
    words = {"ha": "center", "va": "center", "size": 10, "color": GRAY}
    network.text(50, HEIGHT - 10, "inputs x₁, x₂", **words)
    network.text(WIDTH - 40, HEIGHT - 10, "output", **words)
    plane.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal")
    plane.set(xlabel="input x₁", ylabel="input x₂", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    for ax in (network, plane):
        ax.grid(visible=False)
    losses.set(xlabel="epoch", ylabel="loss (nats)", yscale="log", ylim=(1e-3, 10))
    (train,) = losses.plot([], [], color=BLUE, linestyle="-", label="training points")
    (dev,) = losses.plot([], [], color=ORANGE, linestyle="--", label="unseen points")
    losses.legend(loc="upper right", ncols=2, fontsize=9)
    lines = LineCollection([], cmap=SIGNS, alpha=0.7, zorder=1)
    lines.set_clim(-1, 1)
    boundary = LineCollection([], colors=INK, linewidths=1.6, zorder=2)
    solid = {"markersize": 4, "markeredgecolor": "white", "mew": 0.4}
    hollow = {"markersize": 4, "markerfacecolor": "white", "mew": 1.2}
    dots = {
        name: [
            plane.plot([], [], marker, color=color, **look)[0]
            for marker, color in zip(MARKERS, CLASS_COLORS, strict=True)
        ]
        for name, look in (("unseen", hollow), ("training", solid))
    }
    rings = {"color": INK, "markersize": 10, "markerfacecolor": "none", "mew": 1.5}
    tiles = {"tiles": network.add_artist(Tiles()), "picture": plane.add_artist(Tiles())}
    tiles["tiles"].set_zorder(2)  # above the lines
    return tiles | {
        "lines": network.add_collection(lines, autolim=False),
        "frame": network.plot([], [], color="black", linewidth=2.5)[0],
        "layers": network.text(WIDTH / 2, HEIGHT - 10, "", **words),
        "boundary": plane.add_collection(boundary, autolim=False),
        "dots": dots,
        "own": plane.plot([], [], "o", **rings)[0],
        "curves": {"train_loss": train, "dev_loss": dev},
    }


def draw(artists, result):
    """Show a measurement."""
    layer, index = result["place"]
    *seen, P = result["seen"]
    tiles = [SEEN[levels_of(A[:, ::COARSE, ::COARSE])] for A in seen]
    P = np.nan_to_num(P)
    levels = (255 * P[:, ::COARSE, ::COARSE]).astype(np.uint8)
    tiles.append(PROBABLE[levels, np.arange(len(P))[:, None, None]])
    draw_network(artists, tiles, result["weights"], layer, index)
    if layer:
        picture, lines = SEEN[levels_of(seen[layer][index : index + 1])][0], []
    else:  # between white and the color of each class, by its probability
        mixed = 1 - 0.65 * np.tensordot(P, 1 - CLASS_COLORS[: len(P)], (0, 0))
        picture = np.full((FINE, FINE, 4), 255, np.uint8)
        picture[..., :3] = 255 * mixed.clip(0, 1)
        lines = borders(result["logits"])
    artists["picture"].layers = [([-EDGE], [-EDGE], 2 * EDGE, picture[None])]
    artists["boundary"].set_segments(lines)
    for name in ("training", "unseen"):
        X, y = result[name]
        for k, dots in enumerate(artists["dots"][name]):
            dots.set_data(*X[y == k].T)
    artists["own"].set_data(*result["own"].T)
    artists["curves"]["train_loss"].axes.set_xlim(0, result["epochs"])
    for name, line in artists["curves"].items():
        line.set_data(result["curves"]["epoch"], result["curves"][name])


def levels_of(A):
    """Return what units see, (units, rows, columns), in 256 levels of their own range each."""
    low = np.minimum(A.min(axis=(1, 2), keepdims=True), 0)
    high = np.maximum(A.max(axis=(1, 2), keepdims=True), 1e-9)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.nan_to_num(255 * (A - low) / (high - low)).astype(np.uint8)


def borders(Z):
    """Return the lines on which each class has the same logit as the best of the others."""
    lines = []
    for k in range(Z.shape[2] if Z.shape[2] > 2 else 1):
        lead = Z[..., k] - np.delete(Z, k, axis=2).max(axis=2)
        lines += contour_generator(_line, _line, lead).lines(0)
    return lines


def draw_network(artists, seen, weights, layer, index):
    """Draw what units see, the largest weights as lines, and a frame around the unit looked at."""
    places = layout([len(some) for some in seen])
    artists["tiles"].layers = [(*place, some) for place, some in zip(places, seen, strict=True)]
    count = len(seen) - 2
    artists["layers"].set_text(f"{count or 'no'} hidden layer{'s' * (count != 1)}")
    ends = []
    for (x0, y0, side), (x1, y1, _), W in zip(places, places[1:], weights, strict=False):
        i, j = np.indices(W.shape).reshape(2, -1)
        ends.append(np.stack([x0[i] + side, y0[i] + side / 2, x1[j], y1[j] + side / 2], axis=1))
    ends, w = np.concatenate(ends), np.concatenate([W.ravel() for W in weights])
    largest = np.argsort(np.abs(w))[-LINES:]
    artists["lines"].set_segments(ends[largest].reshape(-1, 2, 2))
    artists["lines"].set_array(np.sign(w[largest]))
    artists["lines"].set_linewidths(np.minimum(1.2 * np.abs(w[largest]), 4))

    shown = layer or len(places) - 1
    left, below, side = places[shown]
    where = [index] if layer else range(len(left))
    x = [left[i] + side * part for i in where for part in (0, 1, 1, 0, 0, np.nan)]
    y = [below[i] + side * part for i in where for part in (0, 0, 1, 1, 0, np.nan)]
    artists["frame"].set_data(x, y)


def _smallest(settings, result):
    _, dev, parameters = ends(result)
    right = dev >= 0.99
    words = f"{dev:.1%} with {parameters} parameters."
    return right, f"{words} Are fewer enough?" if right else words


def _one_step(settings, result):
    _, dev, _ = ends(result)
    right = dev >= 0.99
    words = f"{dev:.1%} after {settings['epochs']} epochs."
    return right, f"{words} Are fewer enough?" if right else words


def _overfitted(settings, result):
    train, dev, _ = ends(result)
    return train >= 0.99 and dev <= 0.8, f"{train:.0%} of the training points, {dev:.0%} unseen."


def _dead(settings, result):
    layers = [f"{share:.0%} of layer {layer}" for layer, share in enumerate(result["silent"], 1)]
    return 1 in result["silent"], f"silent are {', '.join(layers) or 'no units'}."


QUESTS = {
    "Smallest spiral reader": Quest(
        "get 99% of the unseen points right with as few parameters as you can.",
        _smallest,
        {"epochs": 200},
        ("shape", "m", "noise", "own"),
    ),
    "One step per epoch": Quest(
        "a batch holds all points. Get 99% of the unseen ones right in as few epochs as you can; "
        "choose the learning rate.",
        _one_step,
        {"batch_size": 500},
        ("shape", "m", "noise", "layers", "units", "hidden", "batch_size", "own", "seed"),
    ),
    "Overfit me": Quest(
        "get 99% of the training points right, but at most 80% of the unseen ones.",
        _overfitted,
        {"shape": "circles", "noise": 0.3},
        ("shape", "noise", "own"),
    ),
    "Dead network": Quest(
        "make every unit of one hidden layer silent (0) at all training points.",
        _dead,
        fixed=("hidden",),
    ),
}


CODE = """\
import numpy as np
from helpers import initialize, points, train

data_rng, weights_rng, order_rng = np.random.default_rng({seed}).spawn(3)
X, y = points("{shape}", {both}, {noise:.2f}, data_rng)
X_train, y_train = X[:{m}], y[:{m}]
{more}params = initialize({sizes}, hidden="{hidden}", rng=weights_rng)
history = train(
    X_train, y_train, params, learning_rate={learning_rate}, batch_size={batch_size},
    epochs={epochs}, rng=order_rng, X_dev=X[{m}:], y_dev=y[{m}:], hidden="{hidden}",
)
history.tail(1)
"""
OWN = """\
X_train = np.concatenate([X_train, np.array({X}, np.float32)])
y_train = np.concatenate([y_train, {y}])
"""


def code(shape, m, noise, layers, units, own, shown, unit, **others):
    """Return code that repeats the run with `helpers.train`."""
    sizes = sizes_of(shape, layers, units)
    X, y = parse(own, SHAPES[shape])
    more = (
        OWN.format(X=[[float(f"{x:g}") for x in row] for row in X], y=y.tolist()) if len(y) else ""
    )
    settings = {"shape": shape, "m": m, "both": 2 * m, "noise": noise, "sizes": sizes, "more": more}
    return CODE.format(**settings, **others)
