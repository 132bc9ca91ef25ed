"""Training on MNIST, watched (chapter 07)."""

import functools

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from ..metrics import confusion_matrix
from ..network import ACTIVATIONS, forward, initialize
from ..plots import BLUE, ORANGE, mosaic
from .controls import choice, list_slider, log_slider, seed, slider
from .explorer import Explorer
from .quests import Quest, ends
from .runs import run, some_images, steps_per_epoch

TRAIN, DEV = 10_000, 2_000  # images: few enough to see an epoch end several times a second
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
ROWS, COLUMNS = 5, 6  # of the pictures of weights
ON_ORANGE = "#fefefe"  # numbers: the same in each theme


def training():
    """Explore how a network learns MNIST, while it learns (chapter 07).

    Left, loss and accuracy on the 10,000 training images and the 2,000 dev images; in the middle,
    the mistakes on the dev images; right, the weights of the first layer as pictures.
    """
    controls = {
        "learning_rate": log_slider("learning rate", 0.001, 10, 0.15),
        "layers": slider("hidden layers", 0, 3, 1),
        "units": slider("units in each", 4, 128, 48, 4),
        "hidden": choice("activation", list(ACTIVATIONS), "relu"),
        "batch_size": list_slider("batch size", BATCH_SIZES, 32),
        "epochs": slider("epochs", 1, 20, 5),
        "seed": seed(0),
    }
    per_epoch = functools.partial(steps_per_epoch, m=TRAIN)
    playing = {"player": per_epoch, "steered": ["learning_rate"], "code": code, "quests": QUESTS}
    return Explorer(controls, compute, start, draw, (10.2, 4), **playing)


def compute(learning_rate, layers, units, hidden, batch_size, epochs, seed):
    """Train on MNIST; measure losses, accuracies, confusion matrix and first-layer weights."""
    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    train_data, (X_dev, y_dev) = some_images(TRAIN, DEV)
    sizes = [784, *[units] * layers, 10]
    params = initialize(sizes, hidden=hidden, rng=weights_rng)

    def measure(step, learning_rate, curves):
        A_L, _ = forward(X_dev, params, hidden)
        counts = confusion_matrix(y_dev, A_L.argmax(axis=1), classes=10)
        mistakes = counts * (1 - np.eye(10, dtype=int))
        true, read = np.unravel_index(mistakes.argmax(), mistakes.shape)
        now = {name: values[-1] for name, values in curves.items()}
        epoch = now["epoch"]
        text = (
            f"{'-'.join(map(str, sizes))}, {hidden}, learning rate {learning_rate:g}, "
            f"batch size {batch_size}, seed {seed}\n"
            f"After step {step:,}, epoch {epoch:.3g} of {epochs}: loss {now['train_loss']:.3f} "
            f"nats, accuracy {now['train_accuracy']:.1%}; on dev images loss "
            f"{now['dev_loss']:.3f}, {np.trace(counts):,} of the {DEV:,} are read correctly. The "
            f"most frequent mistake: {true} read as {read}, {mistakes.max()} times"
        )
        if layers == 0:
            text += "\nNo hidden layer: the pictures are the weights of the ten outputs."
        if epoch >= 1 and now["train_loss"] > 1.02 * np.log(10):
            text += "\nThis is worse than guessing, which has ln 10 = 2.303: a smaller rate helps."
        return {
            "numbers": {
                f"accuracy on {DEV:,} dev images": (now["dev_accuracy"], ".1%"),
                "loss on them (nats)": (now["dev_loss"], ".3f"),
                "parameters": (sum(W.size + b.size for W, b in params), ","),
            },
            "history": history,
            "curves": curves,
            "epochs": epochs,
            "confusion": counts,
            "W": params[0][0],
            "text": text,
        }

    history = []
    settings = {"learning_rate": learning_rate, "batch_size": batch_size, "epochs": epochs}
    settings |= {"rng": order_rng, "hidden": hidden}
    yield from run(train_data, (X_dev, y_dev), params, history, measure, **settings)


def start(figure):
    """Make the axes and artists."""
    panels = [["loss", "confusion", "weights"], ["accuracy", "confusion", "weights"]]
    axes = figure.subplot_mosaic(panels, width_ratios=[1, 1.45, 1.3])
    axes["loss"].set(ylabel="loss (nats)", xticklabels=[], yscale="log", ylim=(1e-3, 10))
    axes["accuracy"].set(xlabel="epoch", ylabel="accuracy")
    lines = {}
    for name in ("loss", "accuracy"):
        for part, color, style in (("train", BLUE, "-"), ("dev", ORANGE, "--")):
            label = "training" if part == "train" else "dev"
            style = {"color": color, "linestyle": style, "marker": ".", "label": label}
            (lines[f"{part}_{name}"],) = axes[name].plot([], [], **style)
    axes["loss"].legend(loc="lower right", bbox_to_anchor=(1.05, 1), ncols=2)
    digits = range(10)
    axes["confusion"].set(xlabel="read as", ylabel="true digit", xticks=digits, yticks=digits)
    confusion = axes["confusion"].imshow(np.zeros((10, 10)), cmap="Oranges", vmin=0, vmax=0.5)
    numbers = PathCollection([], offsets=[(0, 0)], offset_transform=axes["confusion"].transData)
    numbers.set_transform(Affine2D().scale(1 / 72) + figure.dpi_scale_trans)
    axes["confusion"].add_collection(numbers, autolim=False)
    axes["weights"].set(xticks=[], yticks=[], xlabel="first layer, one unit each")
    blank = np.zeros((ROWS * 29 - 1, COLUMNS * 29 - 1))
    weights = axes["weights"].imshow(blank, cmap="PuOr_r", vmin=-1, vmax=1)
    for name in ("confusion", "weights"):
        axes[name].grid(visible=False)
    return {"curves": lines, "confusion": confusion, "numbers": numbers, "weights": weights}


def draw(artists, result):
    """Show a measurement."""
    curves = result["curves"]
    for name, line in artists["curves"].items():
        line.axes.set_xlim(0, result["epochs"])
        line.set_data(curves["epoch"], curves[name])
    bottom = 0.8 if max(curves["dev_accuracy"]) > 0.85 else 0
    artists["curves"]["dev_accuracy"].axes.set_ylim(bottom, 1)
    counts = result["confusion"]
    mistakes = counts * (1 - np.eye(10, dtype=int))
    # the square root lets a few mistakes be seen beside many
    shades = np.sqrt(mistakes / counts.sum(axis=1, keepdims=True))
    artists["confusion"].set_data(shades)
    j, k = np.nonzero(counts)
    artists["numbers"].set_paths(list(map(_outline, counts[j, k], j == k)))
    artists["numbers"].set_offsets(np.stack([k, j], axis=1))
    artists["numbers"].set_facecolor(
        [ON_ORANGE if shade > 0.4 else "black" for shade in shades[j, k]]
    )
    first = result["W"].T[: ROWS * COLUMNS]
    scaled = first / np.abs(first).max(axis=1, keepdims=True)
    artists["weights"].set_data(mosaic(scaled, COLUMNS, ROWS)[:-1, :-1])


@functools.cache
def _outline(number, is_bold):
    """Return the outline of a number, centered: many texts of their own would take long to draw."""
    weight = FontProperties(weight="bold" if is_bold else "normal")
    path = TextPath((0, 0), f"{number}", size=9, prop=weight)
    box = path.get_extents()
    return path.transformed(Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2))


def _nine_in_ten(settings, result):
    _, dev, parameters = ends(result)
    words = f"{dev:.1%} of the dev images with {parameters:,} parameters."
    return dev >= 0.9 and parameters < 7_850, words


QUESTS = {
    "Nine in ten with less": Quest(
        "read 90% of the dev images with fewer than 7,850 parameters, those of no hidden layer.",
        _nine_in_ten,
        {"layers": 0},
    ),
}


CODE = """\
import numpy as np
from helpers import initialize, load_mnist, train

X, y, _, _ = load_mnist()
weights_rng, order_rng = np.random.default_rng({seed}).spawn(2)
params = initialize({sizes}, hidden="{hidden}", rng=weights_rng)
history = train(
    X[:{TRAIN}], y[:{TRAIN}], params, learning_rate={learning_rate}, batch_size={batch_size},
    epochs={epochs}, rng=order_rng, X_dev=X[{TRAIN}:{end}], y_dev=y[{TRAIN}:{end}],
    hidden="{hidden}",
)
history.tail(1)
"""


def code(layers, units, **others):
    """Return code that repeats the run with `helpers.train`."""
    sizes = [784, *[units] * layers, 10]
    return CODE.format(sizes=sizes, TRAIN=TRAIN, end=TRAIN + DEV, **others)
