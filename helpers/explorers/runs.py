"""Training that can be watched and stopped after any step."""

import functools

from ..data import load_mnist
from ..training import measured, quietly, training_steps


@functools.cache
def some_images(train, dev=0):
    """Return so many images to train on and others, as (X, y) each; the test set stays closed."""
    X, y, _, _ = load_mnist()
    end = train + dev
    return (X[:train].copy(), y[:train]), (X[train:end].copy(), y[train:end])


def run(train_data, dev_data, params, history, *, learning_rate, hidden, **settings):
    """Take the steps of `train` and yield their number after each, once before and once behind all.

    `history` grows by a dict of the columns of `train` before the first step and after each epoch.
    """
    parts = [("train", *train_data), ("dev", *dev_data)]
    settings |= {"learning_rate": learning_rate, "hidden": hidden}

    def measure(epoch, step):
        row = measured(parts, params, hidden, step, epoch, learning_rate)
        history.append({"epoch": epoch, **row})

    epoch = step = 0
    try:
        measure(epoch, step)
        yield step
        steps = training_steps(*train_data, params, **settings)
        for epoch, step, is_last in quietly(steps):
            yield step
            if is_last:
                measure(epoch, step)
        yield step
    except FloatingPointError as error:
        raise FloatingPointError(
            f"The loss is no longer finite in epoch {len(history)}: training diverged. The "
            f"learning rate {learning_rate:g} is too large for this network. Move it to the left."
        ) from error
