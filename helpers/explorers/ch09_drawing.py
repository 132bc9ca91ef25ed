"""A drawing on its way to the network, step by step, and why it is read so (chapter 09)."""

from functools import cache, partial
from itertools import pairwise

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Rectangle

from ..data import load_mnist, normalize, train_dev_split
from ..drawings import BOX, FIELD, center_digit, center_of_mass, crop_to_ink, resize
from ..network import forward, initialize
from ..photos import read_image
from ..plots import BLUE, ORANGE, mosaic
from ..training import train
from .controls import choice
from .explorer import Explorer
from .pad import SIDE, DrawingPad
from .quests import Quest
from .runs import some_images

SIZE = (6.2, 4.8)  # inches
PAPER, PENCIL = "#fefefe", "#5a5a5a"  # the same in each theme
WAYS = {"mnist": "As MNIST was made", "shrunk": "Only shrunk"}
LOOKS = {"steps": "Preparation", "reasons": "Reasons", "several": "Several digits"}
STEPS = {
    "mnist": ("1. crop", "2. fit into the box", "3. center of mass +"),
    "shrunk": ("1. take all of it", "2. no box", "3. shrink; mass at +"),
}
SIZES = (f"{SIDE} × {SIDE} pixels", f"box: {BOX} × {BOX} pixels", f"{FIELD} × {FIELD} pixels")
KNOWN, NEAREST = 10_000, 5  # training images to look among, and to show
SEVEN = [[(12, 66), (24, 64), (38, 65), (30, 84), (25, 102)], [(19, 83), (37, 81)]]


def drawing_pad(params=None):
    """Explore how a drawing becomes an image like MNIST's, and what the network reads in it.

    The drawing is cropped, scaled into a box of 20 by 20 pixels and centered by its mass. Beside
    it the ten probabilities of Eq. (2.9), for this image and for the drawing that is only shrunk
    to 28 by 28 pixels: no image of MNIST looks like that, and it shows. Instead of the steps you
    can look at reasons: the pixels that spoke for the answer and against it, the hidden units, and
    the training images that are nearest. Or several digits are read at once. `params` are those of
    a network of ReLU layers for MNIST; without them, one is trained.
    """
    controls = {
        "drawing": DrawingPad(value=draw_strokes(SEVEN, pen=6)),
        "prepare": choice("prepare", [(label, way) for way, label in WAYS.items()], "mnist"),
        "look": choice("look at", [(label, look) for look, label in LOOKS.items()], "steps"),
    }
    with_network = partial(compute, params=params or trained_on_mnist())
    explorer = Explorer(controls, with_network, start, draw, SIZE, quests=QUESTS)
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


def compute(drawing, prepare, look, params):
    """Prepare a drawing in both ways and read both images, or read several digits in it."""
    ink = normalize(np.frombuffer(drawing, np.uint8).reshape(SIDE, SIDE))
    result = {
        "ink": ink,
        "taken": (0, 0, SIDE, SIDE),
        "digit": None,
        "image": np.zeros((FIELD, FIELD)),
        "center": (np.nan, np.nan),
        "prepare": prepare,
        "p": {way: np.zeros(10) for way in WAYS},
        "pictures": None,  # instead of the three steps
        "titles": STEPS[prepare],
        "labels": SIZES,
        "reading": "",
        "text": "Draw a digit.",
    }
    if look == "several":
        return result | _several(ink, params)
    if not ink.any():
        return result
    images = {"mnist": center_digit(ink), "shrunk": resize(ink, FIELD, FIELD)}
    A, cache = forward(np.stack(list(images.values())).reshape(2, FIELD * FIELD), params)
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
    steps += f"; center of mass in row {row:.1f}, column {column:.1f} (MNIST: 14, 14)."
    result |= {
        "taken": (left, top, width, height) if prepare == "mnist" else (0, 0, SIDE, SIDE),
        "digit": digit if prepare == "mnist" else None,
        "image": images[prepare],
        "center": center[prepare],
        "p": p,
        "reading": f"read as {p[prepare].argmax()}, probability {p[prepare].max():.3f}",
    }
    if look == "reasons":
        reasons, steps = _reasons(images[prepare], cache, list(WAYS).index(prepare), params)
        result |= reasons
    return result | {"text": f"{sentences[prepare]}\n{sentences[other]}\n{steps}"}


def _reasons(image, cache, i, params):
    """Return pictures of why image i of a forward pass is read so, and words."""
    second, first = np.argsort(cache.A[-1][i])[-2:]
    spoke = evidence(cache, i, params, first, second).reshape(FIELD, FIELD)
    ahead = cache.Z[-1][i, first] - cache.Z[-1][i, second]
    pictures = [colormaps["PuOr_r"](0.5 + spoke / (2 * np.abs(spoke).max() or 1))[..., :3]]

    hidden = np.concatenate([A[i] for A in cache.A[1:-1]] or [np.zeros(0)])
    side = int(np.ceil(np.sqrt(max(1, len(hidden)))))
    tiles = np.zeros(side**2)
    tiles[: len(hidden)] = hidden / max(hidden.max(initial=0), 1e-9)
    pictures.append(_gray(tiles.reshape(side, side)))

    X, y, squares = _known()
    nearest = np.argsort(squares - 2 * X @ image.ravel())[:NEAREST]
    pictures.append(_gray(mosaic(np.stack([image.ravel(), *X[nearest]]), 3)[:-1, :-1]))
    digits = ", ".join(map(str, y[nearest]))
    words = (
        f"Ink on orange pixels speaks for {first} rather than {second}, by {_sum(spoke > 0, spoke)}"
        f"; on purple ones against it, by {_sum(spoke < 0, spoke)}. With the biases, the logit of "
        f"{first} is {ahead:.1f} higher. {np.sum(hidden > 0)} of {len(hidden)} hidden units are "
        f"not silent. The nearest of {KNOWN:,} training images: {digits}."
    )
    titles = f"{first}, not {second}", "hidden units", f"nearest: {digits}"
    labels = "orange for, purple against", "dark: loud", "yours first"
    return {"pictures": pictures, "titles": titles, "labels": labels}, words


def evidence(cache, i, params, first, second):
    """Return how much each pixel of image i adds to the logit of one class less that of another.

    With the hidden units that are silent left out, a ReLU network is linear: the sum over the
    pixels is the difference of the logits, but for the biases.
    """
    W_last = params[-1][0]
    weights = W_last[:, first] - W_last[:, second]
    for (W, _), A in zip(params[-2::-1], cache.A[-2:0:-1], strict=True):
        weights = W @ (weights * (A[i] > 0))
    return weights * cache.A[0][i]


def _several(ink, params):
    """Read several digits as in a photo."""
    try:
        images = read_image(1 - ink)
    except ValueError:  # no ink, or no digit yet
        images = np.zeros((0, FIELD * FIELD), np.float32)
    shown = {
        "pictures": [_gray(ink), _gray(np.zeros((1, 1))), _gray(np.zeros((1, 1)))],
        "titles": ("your digits", "found", "least sure"),
        "labels": (SIZES[0], "", ""),
        "text": "Draw digits that do not touch: a thin pen leaves room for more.",
    }
    if not len(images):
        return shown
    A, _ = forward(images, params)
    read, sure = A.argmax(axis=1), A.max(axis=1)
    least = int(sure.argmin())
    columns = int(np.ceil(np.sqrt(len(images))))
    shown["pictures"][1] = _gray(mosaic(images, columns)[:-1, :-1])
    shown["pictures"][2] = _gray(images[least].reshape(FIELD, FIELD))
    digits, probabilities = " ".join(map(str, read)), ", ".join(f"{p:.3f}" for p in sure)
    return shown | {
        "prepare": "mnist",
        "p": {"mnist": A[least], "shrunk": np.zeros(10)},
        "labels": (SIZES[0], f"{len(images)} in reading order", f"read as {read[least]}"),
        "reading": f"read as {digits}",
        "text": f"Read as {digits}, with probability {probabilities}. The bars are those of the "
        f"one that is least sure, read as {read[least]}.",
    }


@cache
def _known():
    """Return training images, their digits and their squared lengths."""
    (X, y), _ = some_images(KNOWN)
    return X, y, np.square(X).sum(axis=1)


def _gray(image):
    """Return the colors of an image whose ink is 1; what is left empty is white."""
    return np.repeat(1 - np.nan_to_num(image)[..., None], 3, axis=2)


def _sum(where, numbers):
    return f"{abs(numbers[where].sum()):.1f}"


def start(figure):
    """Make the axes and artists."""
    top, bottom = figure.subfigures(2, 1, height_ratios=[9, 8])
    drawing, box, image = top.subplots(1, 3)
    bars = bottom.subplots()
    gray = {"cmap": "binary", "vmin": 0, "vmax": 1}  # gray_r, but on paper in each theme
    edge = (FIELD - BOX) / 2
    sides = {drawing: (0, SIDE), box: (-edge, BOX + edge), image: (0, FIELD)}
    for number, (ax, (low, high)) in enumerate(sides.items(), start=1):
        ax.set(xlim=(low, high), ylim=(high, low), aspect="equal", xticks=[], yticks=[])
        ax.set_facecolor(PAPER)
        ax.set_title(f"{number}", size=10)
        ax.set_xlabel("g", alpha=0)  # keeps room for the labels
        ax.spines[:].set_visible(True)
        ax.grid(visible=False)
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
    line = {"color": PENCIL, "linewidth": 1, "linestyle": ":"}
    frame = {"fill": False, "linewidth": 1.5}
    return {
        "ink": drawing.imshow(np.zeros((SIDE, SIDE)), extent=(0, SIDE, SIDE, 0), **gray),
        "taken": drawing.add_patch(Rectangle((0, 0), SIDE, SIDE, edgecolor=BLUE, **frame)),
        "digit": box.imshow(np.zeros((BOX, BOX)), extent=(0, BOX, BOX, 0), **gray),
        "box": box.add_patch(Rectangle((0, 0), BOX, BOX, edgecolor=BLUE, linestyle="--", **frame)),
        "left out": box.text(
            BOX / 2, BOX / 2, "this step is\nleft out", ha="center", va="center", color=PENCIL
        ),
        "image": image.imshow(np.zeros((FIELD, FIELD)), extent=(0, FIELD, FIELD, 0), **gray),
        "middle": [image.axhline(middle, **line), image.axvline(middle, **line)],
        "center": image.plot([], [], "+", color=ORANGE, markersize=13, markeredgewidth=2.5)[0],
        "pictures": [ax.imshow(np.ones((1, 1, 3))) for ax in sides],
        "titles": [ax.title for ax in sides],
        "labels": [
            ax.text(0.5, -0.05, "", transform=ax.transAxes, ha="center", va="top", size=10)
            for ax in sides
        ],
        "edges": [spine for ax in sides for spine in ax.spines.values()],  # over the images
        "p": p["mnist"],
        "p shrunk": p["shrunk"],
        "reading": bars.title,
    }


def draw(artists, result):
    """Show a result of `compute`."""
    prepare, digit, pictures = result["prepare"], result["digit"], result["pictures"]
    artists["ink"].set_data(result["ink"])
    artists["taken"].set_bounds(*result["taken"])
    artists["image"].set_data(result["image"])
    row, column = result["center"]
    artists["center"].set_data([column + 0.5], [row + 0.5])
    if digit is not None:
        height, width = digit.shape
        top, left = (BOX - height) / 2, (BOX - width) / 2
        artists["digit"].set_data(digit)
        artists["digit"].set_extent((left, left + width, top + height, top))
    for name in ("ink", "taken", "image", "center"):
        artists[name].set_visible(pictures is None)
    for line in artists["middle"]:
        line.set_visible(pictures is None)
    artists["digit"].set_visible(pictures is None and digit is not None)
    artists["box"].set_visible(pictures is None and prepare == "mnist")
    artists["left out"].set_visible(pictures is None and prepare == "shrunk")
    for i, shown in enumerate(artists["pictures"]):
        shown.set_visible(pictures is not None)
        if pictures is not None:
            shown.set_data(pictures[i])
            shown.set_extent(_extent(shown.axes, *pictures[i].shape[:2]))
        artists["titles"][i].set_text(result["titles"][i])
        artists["labels"][i].set_text(result["labels"][i])
    for name, way in (("p", "mnist"), ("p shrunk", "shrunk")):
        for bar, p in zip(artists[name], result["p"][way], strict=True):
            bar.set_height(p)
            bar.set_alpha(1 if way == prepare else 0.35)
            bar.set_visible(p > 0.003)  # a hatched bar takes a while, even an empty one
    artists["reading"].set_text(result["reading"])


def _extent(ax, height, width):
    """Return where a picture of this shape fits into the middle of square axes."""
    (low, high), longer = ax.get_xlim(), max(height, width)
    middle, half = (low + high) / 2, (high - low) / 2
    across, down = half * width / longer, half * height / longer
    return middle - across, middle + across, middle + down, middle - down


def _reading(p):
    """Say what is read, and what would be second unless that rounds to 0."""
    second, first = np.argsort(p)[-2:]
    words = f"read as {first} with probability {p[first]:.3f}"
    return words if p[second] < 0.0005 else f"{words}; second {second} with {p[second]:.3f}"


def _fooled(settings, result):
    p = result["p"]["mnist"]
    if not p.any():
        return False, "the pad is empty."
    read = p.argmax()
    words = f"it reads {read} with probability {p.max():.3f}"
    return read != 7, f"{words}, if everybody else reads a 7." if read != 7 else f"{words}."


QUESTS = {
    "Fool it fairly": Quest(
        "draw a 7 that everybody in the room reads as a 7, and the network does not.",
        _fooled,
        fixed=("prepare", "look"),
    ),
}
