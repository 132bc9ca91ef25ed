"""What it costs that X does not lie in memory row by row, as pandas and X[:, used] give it.

`python benchmarks/roworder.py`, from the root of the project. Training is one epoch, by `train` and
by a loop over `minibatches` written by hand.
"""

import time

import numpy as np
from shared import command_line, show

from helpers import (
    backward,
    forward,
    initialize,
    load_mnist,
    minibatches,
    one_hot,
    predict,
    random_shifts,
    random_warps,
    train,
    update,
)

SMALL, LARGE = [784, 30, 10], [784, 128, 64, 10]
IMAGES = 20_000
ROUNDS = 3


def laid_out(X):
    """Return the same numbers in different places."""
    used = np.random.default_rng(0).permutation(X.shape[1])
    whole, tall, wide = np.empty_like(X), np.repeat(X, 2, axis=0), np.repeat(X, 2, axis=1)
    whole[:, used] = X
    return {
        "row order": X,
        "Fortran order": np.asfortranarray(X),
        "X[:, used]": whole[:, used],
        "X[::2]": tall[::2],
        "X[:, ::2]": wide[:, ::2],
    }


def functions(y):
    """Return what is timed, as functions of X."""
    params = initialize(LARGE, rng=np.random.default_rng(0))

    def train_once(X, sizes):
        rng = np.random.default_rng(0)
        settings = {"learning_rate": 0.1, "batch_size": 32, "epochs": 1, "progress": False}
        train(X, y, initialize(sizes, rng=rng), **settings, rng=rng)

    def loop(X):
        rng = np.random.default_rng(0)
        params = initialize(SMALL, rng=rng)
        for X_batch, y_batch in minibatches(X, y, 32, rng):
            _, cache = forward(X_batch, params)
            update(params, backward(cache, one_hot(y_batch), params), 0.1)

    return {
        "`train`, 784-30-10": lambda X: train_once(X, SMALL),
        "the same by hand, over `minibatches`": loop,
        "`train`, 784-128-64-10": lambda X: train_once(X, LARGE),
        "`predict`, 784-128-64-10": lambda X: predict(X, params),
        "`random_shifts`": lambda X: random_shifts(X, 2, np.random.default_rng(0)),
        "`random_warps`": lambda X: random_warps(X, np.random.default_rng(0)),
    }


def measure(function, layouts, rounds):
    """Least processor seconds for each layout, round by round."""
    seconds = {name: [] for name in layouts}
    for _ in range(rounds):
        for name, X in layouts.items():
            start = time.process_time()
            function(X)
            seconds[name].append(time.process_time() - start)
    return [min(times) for times in seconds.values()]


def main(options):
    """Measure and print."""
    images, rounds = (1000, 1) if options.quick else (IMAGES, ROUNDS)
    X, y, _, _ = load_mnist()
    layouts = laid_out(X[:images])
    rows = []
    for name, function in functions(y[:images]).items():
        first, *others = measure(function, layouts, rounds)
        rows.append([name, f"{first:.3f}", *(f"{s:.3f} ({s / first:.2f})" for s in others)])
    title = f"{images:,} images, processor seconds (and their ratio to row order), rounds: {rounds}"
    show(title, ["", *layouts], rows, options.markdown)


if __name__ == "__main__":
    main(command_line("Time X in row order and in other orders.").parse_args())
