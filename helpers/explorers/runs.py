"""Training that can be watched and stopped after any step."""

import functools
import math

from ..data import load_mnist
from ..network import update
from ..training import measured, quietly, training_steps

SOME = 2_000  # examples of each part that are measured in the middle of an epoch


@functools.cache
def some_images(train, dev=0):
    """Return so many images to train on and others, as (X, y) each; the test set stays closed."""
    X, y, _, _ = load_mnist()
    end = train + dev
    return (X[:train].copy(), y[:train]), (X[train:end].copy(), y[train:end])


def steps_per_epoch(*, batch_size, m, **settings):
    """Return the number of steps in an epoch of m examples; the last batch may be smaller."""
    return math.ceil(m / batch_size)


def run(train_data, dev_data, params, history, measure, *, learning_rate, hidden, **settings):
    """Take the steps of `train`; before them, after each and behind all, yield what measures.

    Called without arguments, it returns `measure(step, learning_rate, curves)`, where `curves` are
    the columns of `train` up to now, with an `epoch` that may be in the middle of one. `history`
    grows by a dict of the columns before the first step and after each epoch. To move the learning
    rate, send {"learning_rate": another}.
    """
    parts = [("train", *train_data), ("dev", *dev_data)]
    per_epoch = steps_per_epoch(m=len(train_data[0]), batch_size=settings["batch_size"])
    rate, step = learning_rate, 0

    def row(some=None):
        some_of_each = [(name, X[:some], y[:some]) for name, X, y in parts]
        try:
            columns = measured(some_of_each, params, hidden, step, len(history), rate)
        except FloatingPointError as error:
            raise _advice(history, rate) from error
        return {"epoch": step / per_epoch, **columns}

    def now(**view):
        rows = history if step % per_epoch == 0 else [*history, row(some=SOME)]
        columns = {name: [one[name] for one in rows] for name in rows[0]}
        return measure(step, rate, columns, **view)

    def step_at_rate(params, grads, _):
        update(params, grads, rate)

    settings |= {"learning_rate": learning_rate, "hidden": hidden, "update": step_at_rate}
    history.append(row())
    rate = ((yield now) or {}).get("learning_rate", rate)
    try:
        for *_, is_last in quietly(training_steps(*train_data, params, **settings)):
            step += 1
            if is_last:
                history.append(row())
            rate = ((yield now) or {}).get("learning_rate", rate)
    except FloatingPointError as error:
        raise _advice(history, rate) from error
    yield now


def _advice(history, rate):
    return FloatingPointError(
        f"The loss is no longer finite in epoch {len(history)}: training diverged. The learning "
        f"rate {rate:g} is too large for this network. Move it to the left."
    )
