"""Two optimizers on one surface, and on MNIST (chapter 11)."""

from collections.abc import Callable
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from ..network import batch_gradients, initialize, one_hot, steps, update
from ..optimizers import Adam, Momentum, RMSProp
from ..plots import BLUE, ORANGE, contours
from ..training import loss_and_accuracy, quiet
from .controls import choice, log_slider, new_row, seed, slider
from .explorer import Explorer
from .runs import some_images

STEPS = 60  # on the surface
TRAIN, DEV = 6_000, 1_000  # images
MNIST_STEPS, BATCH_SIZE, EVERY = 160, 32, 8
SIZES = [784, 32, 10]
STYLES = ((BLUE, "-", "o"), (ORANGE, "--", "s"))


class Surface(NamedTuple):
    """A loss of points (..., 2), its gradient at a point, what to show, where to begin."""

    loss: Callable
    gradient: Callable
    limits: dict
    start: tuple
    lowest: float


SURFACES = {
    "narrow valley": Surface(
        lambda p: p[..., 0] ** 2 / 2 + 25 * p[..., 1] ** 2,
        lambda p: np.array([p[0], 50 * p[1]]),
        {"xlim": (-4.6, 2.4), "ylim": (-1.2, 1.2)},
        (-4.0, 0.8),
        0.0,
    ),
    "curved valley": Surface(
        lambda p: (1 - p[..., 0]) ** 2 / 4 + 2 * (p[..., 1] - p[..., 0] ** 2) ** 2,
        lambda p: np.array(
            [
                (p[0] - 1) / 2 - 8 * p[0] * (p[1] - p[0] ** 2),
                4 * (p[1] - p[0] ** 2),
            ]
        ),
        {"xlim": (-2.2, 2.2), "ylim": (-1.2, 3.6)},
        (-1.5, 3.0),
        0.0,
    ),
    "saddle": Surface(
        lambda p: p[..., 0] ** 2 / 2 - p[..., 1] ** 2 / 4 + p[..., 1] ** 4 / 16,
        lambda p: np.array([p[0], -p[1] / 2 + p[1] ** 3 / 4]),
        {"xlim": (-2.6, 1.6), "ylim": (-2.4, 2.4)},
        (-2.2, 0.01),
        -0.25,
    ),
}
# each returns a function of (params, grads, learning_rate)
OPTIMIZERS = {
    "plain": lambda params, momentum: update,
    "momentum": lambda params, momentum: Momentum(params, momentum).update,
    "Nesterov": lambda params, momentum: Momentum(params, momentum, nesterov=True).update,
    "RMSProp": lambda params, momentum: RMSProp(params).update,
    "Adam": lambda params, momentum: Adam(params, beta1=momentum).update,
}


def race():
    """Let two optimizers race down one surface, and to read MNIST (chapter 11).

    Left, their paths (11.1) to (11.6) on a loss of two parameters, and how far down they are;
    right, the loss on images that neither trains on, while both train a network on MNIST.
    """
    controls = {
        "first": choice("first, blue", list(OPTIMIZERS), "plain"),
        "first_rate": log_slider("blue rate α", 0.001, 1, 0.03),
        "second": new_row(choice("second, orange", list(OPTIMIZERS), "momentum")),
        "second_rate": log_slider("orange rate α", 0.001, 1, 0.03),
        "momentum": new_row(slider("μ or β₁", 0.0, 0.99, 0.8, 0.01)),
        "surface": choice("surface", list(SURFACES), "narrow valley"),
        "seed": seed(),
    }
    return Explorer(controls, compute, start, draw, (9, 3.9))


def descend(name, learning_rate, momentum, surface):
    """Return the points that an optimizer visits on a surface, shape (STEPS + 1, 2)."""
    gradient, start = SURFACES[surface].gradient, np.array(SURFACES[surface].start)
    params = [(start[:, None].copy(), np.zeros(1))]
    step = OPTIMIZERS[name](params, momentum)
    path = [start]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(STEPS):
            step(params, [(gradient(path[-1])[:, None], np.zeros(1))], learning_rate)
            path.append(params[0][0][:, 0].copy())
    return np.array(path)


def learn(name, learning_rate, momentum, seed):
    """Train on MNIST; yield the loss on the other images before the first step and every few."""
    (X, y), (X_dev, y_dev) = some_images(TRAIN, DEV)
    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    params = initialize(SIZES, rng=weights_rng)
    settings = {"learning_rate": learning_rate, "batch_size": BATCH_SIZE, "rng": order_rng}
    settings |= {"gradients": quiet(batch_gradients)}
    settings |= {"update": quiet(OPTIMIZERS[name](params, momentum))}
    taken = islice(steps(X, one_hot(y), params, **settings), MNIST_STEPS)
    for step, _ in enumerate(chain([None], taken)):
        if step % EVERY == 0:
            dev_loss, _ = quiet(loss_and_accuracy)(X_dev, y_dev, params)
            yield dev_loss


def compute(first, first_rate, second, second_rate, momentum, surface, seed):
    """Descend with both, then train with both at once."""
    runners = ((first, first_rate), (second, second_rate))
    paths = [descend(name, rate, momentum, surface) for name, rate in runners]
    J, lowest = SURFACES[surface].loss, SURFACES[surface].lowest
    with np.errstate(over="ignore", invalid="ignore"):
        heights = [J(path) - lowest for path in paths]
    losses = [[], []]

    def measure():
        step = EVERY * (len(losses[0]) - 1)
        lines = [
            f"Surface: {surface}, {STEPS} steps. MNIST: batches of {BATCH_SIZE}, step {step} of "
            f"{MNIST_STEPS}, seed {seed}. μ or β₁: {momentum:.2f}. The lower is ahead:"
        ]
        for (name, rate), height, loss in zip(runners, heights, losses, strict=True):
            lines.append(
                f"{name} with α = {rate:g}: {_height(height[-1])} above the lowest point of the "
                f"surface; loss on {DEV:,} other images {_height(loss[-1])}"
            )
        return {
            "text": "\n".join(lines),
            "numbers": {
                f"loss on other images, {color}": (loss[-1], ".3f")
                for color, loss in zip(("blue", "orange"), losses, strict=True)
                if np.isfinite(loss[-1])
            },
            "surface": surface,
            "paths": paths,
            "heights": heights,
            "losses": [list(loss) for loss in losses],
            "names": [f"{name}, {rate:g}" for name, rate in runners],
        }

    for pair in zip(*(learn(*runner, momentum, seed) for runner in runners), strict=True):
        for loss, value in zip(losses, pair, strict=True):
            loss.append(value)
        yield measure


def _height(value):
    return f"{value:.3g}" if np.isfinite(value) and value < 1e6 else "over a million"


def start(figure):
    """Draw the surfaces, of which one is shown at a time; make the paths and curves."""
    grid = figure.add_gridspec(2, 2, width_ratios=[1.1, 1])
    paths = {}
    for surface, (J, _, limits, start, _) in SURFACES.items():
        plane = figure.add_subplot(grid[:, 0], label=surface)
        contours(J, **limits, equal=False, ax=plane)
        plane.plot(*start, "ks", markersize=9)
        paths[surface] = _lines(plane, markersize=4)
    down, mnist = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    down.set(xlim=(0, STEPS), ylim=(1e-6, 100), yscale="log", xlabel="step on the surface")
    down.set(ylabel="above lowest", yticks=[1e-6, 1e-4, 1e-2, 1, 100])
    mnist.set(xlim=(0, MNIST_STEPS), ylim=(0, 2.6), xlabel="step on MNIST", ylabel="loss (nats)")
    heights, losses = _lines(down), _lines(mnist, markersize=4)
    legend = down.legend(heights, ["", ""], loc="lower left", bbox_to_anchor=(0, 0.98), ncols=2)
    return {
        "paths": paths,
        "heights": heights,
        "losses": losses,
        "curves": [*heights, *losses],
        "names": legend,
    }


def _lines(ax, markersize=0):
    return [
        ax.plot([], [], color=color, linestyle=style, marker=marker, markersize=markersize)[0]
        for color, style, marker in STYLES
    ]


def draw(artists, result):
    """Show a result of `compute`."""
    for surface, lines in artists["paths"].items():
        shown = surface == result["surface"]
        plane = lines[0].axes
        plane.set_visible(shown)
        # other limits have the background drawn anew
        plane.set_xlim(SURFACES[surface].limits["xlim"] if shown else (0, 1))
        for line, path in zip(lines, result["paths"], strict=True):
            line.set_visible(shown)
            line.set_data(*path.T)
    for line, heights in zip(artists["heights"], result["heights"], strict=True):
        line.set_data(np.arange(STEPS + 1), np.clip(heights, 1e-9, 1e9))
    for line, losses in zip(artists["losses"], result["losses"], strict=True):
        line.set_data(EVERY * np.arange(len(losses)), np.clip(losses, 0, 1e9))
    for text, name in zip(artists["names"].get_texts(), result["names"], strict=True):
        text.set_text(name)
