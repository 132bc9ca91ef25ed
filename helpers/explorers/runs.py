"""Training that can be watched and stopped after any step."""

import functools
import math

import numpy as np

from ..data import load_mnist
from ..network import backward, forward, minibatches, one_hot, update
from ..training import evaluate


@functools.cache
def some_images(train, dev=0):
    """Return so many images to train on and others, as (X, y) each; the test set stays closed."""
    X, y, _, _ = load_mnist()
    end = train + dev
    return (X[:train].copy(), y[:train]), (X[train:end].copy(), y[train:end])


def run(train_data, dev_data, params, history, *, learning_rate, batch_size, epochs, rng, hidden):
    """Train as `helpers.train` does, to the same numbers; yield the number of steps, after each.

    `params` change in place. The list `history` grows by a dict with `epoch`, `train_loss`,
    `train_accuracy`, `dev_loss` and `dev_accuracy` before the first step and after each epoch.

    Raises
    ------
    FloatingPointError
        When the loss is no longer finite, with advice.
    """
    X, y = train_data
    Y = one_hot(y, classes=len(params[-1][1]))

    # each call ignores for itself: what a generator ignores would leak out at its yields
    ignore = np.errstate(over="ignore", invalid="ignore")  # a loss that is not finite is reported

    @ignore
    def measure(epoch):
        row = {"epoch": epoch}
        for part, (X, y) in {"train": train_data, "dev": dev_data}.items():
            row[f"{part}_loss"], row[f"{part}_accuracy"] = evaluate(X, y, params, hidden)
        stop_unless_finite(row["train_loss"] + row["dev_loss"], epoch)
        history.append(row)

    @ignore
    def step(X_batch, Y_batch, epoch):
        _, cache = forward(X_batch, params, hidden)
        grads = backward(cache, Y_batch, params)
        stop_unless_finite(grads[-1][1][0], epoch)
        update(params, grads, learning_rate)

    def stop_unless_finite(number, epoch):
        if not math.isfinite(number):
            raise FloatingPointError(
                f"The loss is no longer finite in epoch {epoch}: training diverged. The learning "
                f"rate {learning_rate:g} is too large for this network. Move it to the left."
            )

    steps = 0
    measure(0)
    yield steps
    for epoch in range(1, epochs + 1):
        for X_batch, Y_batch in minibatches(X, Y, batch_size, rng):
            step(X_batch, Y_batch, epoch)
            steps += 1
            yield steps
        measure(epoch)
    yield steps
