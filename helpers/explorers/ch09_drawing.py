"""A drawing on its way to the network: MNIST's own preparation, step by step (chapter 09)."""

from functools import cache, partial
from itertools import pairwise

import numpy as np
from matplotlib.patches import Rectangle

from ..data import load_mnist, normalize, train_dev_split
from ..drawings import BOX, FIELD, center_digit, center_of_mass, crop_to_ink, resize
from ..network import forward, initialize
from ..plots import BLUE, GRAY, ORANGE
from ..training import train
from .controls import choice
from .explorer import Explorer
from .pad import SIDE, DrawingPad

SIZE = (6.2, 4.6)  # inches
WAYS = {"mnist": "As MNIST was made", "shrunk": "Only shrunk"}
SEVEN = [[(12, 66), (24, 64), (38, 65), (30, 84), (25, 102)], [(19, 83), (37, 81)]]


def drawing_pad(params=None):
    """Explore how a drawing becomes an image like MNIST's, and what the network reads in it.

    The drawing is cropped, scaled into a box of 20 by 20 pixels and centered by its mass. Beside
    it the ten probabilities of Eq. (2.9), for this image and for the drawing that is only shrunk
    to 28 by 28 pixels: no image of MNIST looks like that, and it shows. `params` are those of a
    network of ReLU layers for MNIST; without them, one is trained.
    """
    options = [(label, way) for way, label in WAYS.items()]
    controls = {
        "drawing": DrawingPad(value=draw_strokes(SEVEN, pen=6)),
        "prepare": choice("prepare", options, "mnist"),
    }
    with_network = partial(compute, params=params or trained_on_mnist())
    explorer = Explorer(controls, with_network, start, draw, SIZE)
    explorer.add_class("drawing-explorer")  # the picture beside the pad: pad.css
    return explorer


@cache
def trained_on_mnist():
    """Train a network 784-128-10 on MNIST: three epochs, the last with a small learning rate.

    As in the chapters, 5,000 of the training images are set aside and not trained on.
    """
    X, y, _, _ = load_mnist()
    X, y, _, _ = train_dev_split(X, y, 5000, np.random.default_rng(0))
    weights_rng, order_rng = np.random.default_rng(0).spawn(2)
    params = initialize([784, 128, 10], rng=weights_rng)
    for learning_rate in (0.3, 0.3, 0.05):
        settings = {"learning_rate": learning_rate, "batch_size": 32, "epochs": 1}
        train(X, y, params, **settings, rng=order_rng, progress=False)
    return params


def draw_strokes(strokes, pen):
    """Return what the pad sends for these strokes, lists of points (x, y) in its pixels."""
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    distance = np.full((SIDE, SIDE), np.inf)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            dx, dy = x1 - x0, y1 - y0
            t = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx**2 + dy**2), 0, 1)
            distance = np.minimum(distance, np.hypot(x - x0 - t * dx, y - y0 - t * dy))
    ink = np.clip(pen / 2 - distance + 0.5, 0, 1)
    return np.rint(255 * ink).astype(np.uint8).tobytes()


def compute(drawing, prepare, params):
    """Prepare a drawing in both ways, and read both images."""
    ink = normalize(np.frombuffer(drawing, np.uint8).reshape(SIDE, SIDE))
    if not ink.any():
        raise ValueError("The pad is empty: draw a digit on it.")
    images = {"mnist": center_digit(ink), "shrunk": resize(ink, FIELD, FIELD)}
    A, _ = forward(np.stack(list(images.values())).reshape(2, FIELD * FIELD), params)
    p = dict(zip(images, A, strict=True))
    center = {way: center_of_mass(image) for way, image in images.items()}

    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    height, width = crop_to_ink(ink).shape
    digit = crop_to_ink(images["mnist"])
    sentences = {way: f"{WAYS[way]}: {_reading(p[way])}." for way in WAYS}
    other = "shrunk" if prepare == "mnist" else "mnist"
    if prepare == "mnist":
        size = " × ".join(map(str, digit.shape))
        steps = f"Cropped to {height} × {width} pixels, scaled to {size}"
    else:
        steps = f"Shrunk from {SIDE} × {SIDE} pixels to {FIELD} × {FIELD}"
    row, column = center[prepare]
    text = (
        f"{sentences[prepare]}\n{sentences[other]}\n"
        f"{steps}; center of mass in row {row:.1f}, column {column:.1f} (MNIST: 14, 14)."
    )
    return {
        "ink": ink,
        "taken": (left, top, width, height) if prepare == "mnist" else (0, 0, SIDE, SIDE),
        "digit": digit if prepare == "mnist" else None,
        "image": images[prepare],
        "center": center[prepare],
        "prepare": prepare,
        "p": p,
        "text": text,
    }


def start(figure):
    """Make the axes and artists."""
    top, bottom = figure.subfigures(2, 1, height_ratios=[9, 8])
    drawing, box, image = top.subplots(1, 3)
    bars = bottom.subplots()
    gray = {"cmap": "gray_r", "vmin": 0, "vmax": 1}
    edge = (FIELD - BOX) / 2
    sides = {drawing: (0, SIDE), box: (-edge, BOX + edge), image: (0, FIELD)}
    for number, (ax, (low, high)) in enumerate(sides.items(), start=1):
        ax.set(xlim=(low, high), ylim=(high, low), aspect="equal", xticks=[], yticks=[])
        ax.set_title(f"{number}", size=10)
        ax.spines[:].set_visible(True)
        ax.grid(visible=False)
    drawing.set_xlabel(f"{SIDE} × {SIDE} pixels")
    box.set_xlabel(f"box: {BOX} × {BOX} pixels")
    image.set_xlabel(f"{FIELD} × {FIELD} pixels")
    bars.set(xlim=(-0.6, 9.6), ylim=(0, 1.02), xlabel="digit", ylabel="probability")
    bars.set_xticks(range(10))
    bars.set_yticks([0, 0.5, 1])
    bars.grid(visible=False, axis="x")
    bars.set_title("read", size=12, weight="bold")
    look = {"mnist": (-0.2, BLUE, ""), "shrunk": (0.2, ORANGE, "////")}
    p = {
        way: bars.bar(
            np.arange(10) + shift,
            [0.0] * 10,
            0.38,
            label=WAYS[way],
            facecolor=color if not hatch else "white",
            edgecolor=color,
            hatch=hatch,
        )
        for way, (shift, color, hatch) in look.items()
    }
    bottom.legend(loc="outside lower center", ncols=2)

    middle = FIELD // 2 + 0.5
    line = {"color": GRAY, "linewidth": 1, "linestyle": ":"}
    frame = {"fill": False, "linewidth": 1.5}
    return {
        "ink": drawing.imshow(np.zeros((SIDE, SIDE)), extent=(0, SIDE, SIDE, 0), **gray),
        "taken": drawing.add_patch(Rectangle((0, 0), SIDE, SIDE, edgecolor=BLUE, **frame)),
        "digit": box.imshow(np.zeros((BOX, BOX)), extent=(0, BOX, BOX, 0), **gray),
        "box": box.add_patch(Rectangle((0, 0), BOX, BOX, edgecolor=BLUE, linestyle="--", **frame)),
        "left out": box.text(
            BOX / 2, BOX / 2, "this step is\nleft out", ha="center", va="center", color=GRAY
        ),
        "image": image.imshow(np.zeros((FIELD, FIELD)), extent=(0, FIELD, FIELD, 0), **gray),
        "middle": [image.axhline(middle, **line), image.axvline(middle, **line)],
        "center": image.plot([], [], "+", color=ORANGE, markersize=13, markeredgewidth=2.5)[0],
        "titles": [ax.title for ax in sides],
        "edges": [spine for ax in sides for spine in ax.spines.values()],  # over the images
        "p": p["mnist"],
        "p shrunk": p["shrunk"],
        "reading": bars.title,
    }


def draw(artists, result):
    """Show a result of `compute`."""
    prepare, digit = result["prepare"], result["digit"]
    artists["ink"].set_data(result["ink"])
    artists["taken"].set_bounds(*result["taken"])
    artists["image"].set_data(result["image"])
    row, column = result["center"]
    artists["center"].set_data([column + 0.5], [row + 0.5])
    for name in ("digit", "box"):
        artists[name].set_visible(digit is not None)
    artists["left out"].set_visible(digit is None)
    if digit is not None:
        height, width = digit.shape
        top, left = (BOX - height) / 2, (BOX - width) / 2
        artists["digit"].set_data(digit)
        artists["digit"].set_extent((left, left + width, top + height, top))
    words = {
        "mnist": ("1. crop", "2. fit into the box", "3. center of mass +"),
        "shrunk": ("1. take all of it", "2. no box", "3. shrink; mass at +"),
    }
    for title, label in zip(artists["titles"], words[prepare], strict=True):
        title.set_text(label)
    for name, way in (("p", "mnist"), ("p shrunk", "shrunk")):
        for bar, p in zip(artists[name], result["p"][way], strict=True):
            bar.set_height(p)
            bar.set_alpha(1 if way == prepare else 0.35)
            bar.set_visible(p > 0.003)  # a hatched bar takes a while, even an empty one
    p = result["p"][prepare]
    artists["reading"].set_text(f"read as {p.argmax()}, probability {p.max():.3f}")


def _reading(p):
    """Say what is read, and what would be second unless that rounds to 0."""
    second, first = np.argsort(p)[-2:]
    words = f"read as {first} with probability {p[first]:.3f}"
    return words if p[second] < 0.0005 else f"{words}; second {second} with {p[second]:.3f}"
