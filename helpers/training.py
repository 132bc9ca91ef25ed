"""The training loop (chapter 07)."""

import math
import signal
import threading
import time
from contextlib import contextmanager

import numpy as np
import pandas as pd

from .activations import HIDDEN
from .data import minibatches, one_hot
from .losses import cross_entropy_from_logits
from .network import backward, forward
from .optimizers import update
from .validation import (
    check_choice,
    check_count,
    check_examples,
    check_function,
    check_labels,
    check_learning_rate,
    check_params,
    check_rng,
    checked,
    warn,
)


def _check_data(X, y, params, hidden="relu", names=("X", "y")):
    check_params(params)
    check_choice(hidden, "hidden", HIDDEN)
    check_examples(X, n_features=len(params[0][0]), name=names[0])
    check_labels(y, m=len(X), classes=len(params[-1][1]), name=names[1])


def _check_train(
    X,
    y,
    params,
    *,
    learning_rate,
    batch_size,
    epochs,
    rng,
    X_dev=None,
    y_dev=None,
    hidden="relu",
    progress=True,
    callback=None,
    callback_every=1,
):
    _check_data(X, y, params, hidden)
    if (X_dev is None) != (y_dev is None):
        raise ValueError("X_dev and y_dev go together: pass both or neither")
    if X_dev is not None:
        _check_data(X_dev, y_dev, params, hidden, names=("X_dev", "y_dev"))
    check_learning_rate(learning_rate, params)
    check_count(batch_size, "batch_size")
    check_count(epochs, "epochs")
    check_count(callback_every, "callback_every")
    check_rng(rng)
    if callback is not None:
        check_function(callback, "callback")


@checked(_check_data)
def evaluate(X, y, params, hidden="relu"):
    """Loss and accuracy of the network on a whole data set.

    Parameters
    ----------
    X : ndarray, shape (m, n0)
        One example per row.
    y : ndarray of int, shape (m,)
        True labels.
    params : list of (W, b)
        Parameters of the network.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.

    Returns
    -------
    loss : float
        Mean cross-entropy over the m examples, in nats.
    accuracy : float
        Fraction of examples whose most probable class is the true one.

    Examples
    --------
    >>> params = [(np.zeros((4, 10)), np.zeros(10))]
    >>> loss, accuracy = evaluate(np.ones((2, 4)), np.array([0, 7]), params)
    >>> round(loss, 4), accuracy
    (2.3026, 0.5)
    """
    loss = right = 0.0
    for start in range(0, len(X), 2000):  # in slices: the activations of all of X are large
        part = slice(start, start + 2000)
        _, cache = forward.unchecked(X[part], params, hidden)
        Z_L = cache.Z[-1]
        loss += cross_entropy_from_logits.unchecked(Z_L, y[part]) * len(Z_L)
        right += int(np.count_nonzero(Z_L.argmax(axis=1) == y[part]))
    return loss / len(X), right / len(X)


@checked(_check_train)
def train(
    X,
    y,
    params,
    *,
    learning_rate,
    batch_size,
    epochs,
    rng,
    X_dev=None,
    y_dev=None,
    hidden="relu",
    progress=True,
    callback=None,
    callback_every=1,
):
    """Train a network by mini-batch gradient descent; `params` change in place.

    Parameters
    ----------
    X : ndarray, shape (m, n0)
        Training examples, one per row.
    y : ndarray of int, shape (m,)
        Their labels.
    params : list of (W, b)
        From `initialize`; changed in place.
    learning_rate : float
        Step size.
    batch_size : int
        Examples per step. Each epoch uses every example once; its last batch may be smaller.
    epochs : int
        Passes through all examples.
    rng : numpy.random.Generator
        Shuffles the examples anew each epoch.
    X_dev, y_dev : ndarray, optional
        Examples to measure on after each epoch; never trained on.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.
    progress : bool
        Show a progress bar.
    callback : callable, optional
        `callback(step, params)`, called after every `callback_every` steps. Training stops early
        when it returns True.
    callback_every : int
        Steps between two calls.

    Returns
    -------
    pandas.DataFrame
        One row per epoch: `step` (so far), `train_loss`, `train_accuracy`, `dev_loss`,
        `dev_accuracy` (if there are dev data), all measured at the end of the epoch, and `seconds`
        (of the epoch's steps; measuring is not counted).

    Raises
    ------
    FloatingPointError
        When the loss is no longer finite. `params` are those of the last step before that.
    KeyboardInterrupt
        When you interrupt it. The step under way is finished first, so `params` are whole.

    Warns
    -----
    RuntimeWarning
        When the loss at the end is above that of guessing: the learning rate may be too large.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.random((200, 2)), np.repeat([0, 1], 100)
    >>> X[:100] += 1
    >>> params = initialize([2, 8, 2], rng=rng)
    >>> settings = {"learning_rate": 0.5, "batch_size": 10, "epochs": 5}
    >>> history = train(X, y, params, **settings, rng=rng, progress=False)
    >>> bool(history["train_accuracy"].iloc[-1] > 0.98)
    True
    """
    from tqdm.auto import tqdm  # here: in a notebook it loads ipywidgets, which takes a while

    X = X.astype(params[0][0].dtype, copy=False)
    Y = one_hot.unchecked(y, classes=len(params[-1][1]))
    steps = epochs * math.ceil(len(X) / batch_size)
    measured = [("train", X, y)] + ([] if X_dev is None else [("dev", X_dev, y_dev)])
    history, step, stop = [], 0, False
    with (
        tqdm(total=steps, unit="step", disable=not progress) as bar,
        _interrupts_held() as interrupts,
        np.errstate(over="ignore", invalid="ignore"),  # a loss that is not finite is reported below
    ):
        for epoch in range(1, epochs + 1):
            start = time.perf_counter()
            for X_batch, Y_batch in minibatches.unchecked(X, Y, batch_size, rng):
                _, cache = forward.unchecked(X_batch, params, hidden)
                grads = backward.unchecked(cache, Y_batch, params)
                db_L = grads[-1][1]  # softmax spreads a NaN over its row, so one entry tells
                _stop_unless_finite(db_L[0], step, epoch, learning_rate)
                update.unchecked(params, grads, learning_rate)
                step += 1
                bar.update()
                if callback is not None and step % callback_every == 0:
                    stop = callback(step, params)
                if stop or interrupts:
                    break
            if interrupts:
                break
            row = {"epoch": epoch, "step": step, "seconds": time.perf_counter() - start}
            row |= _measure(measured, params, hidden, step, epoch, learning_rate)
            history.append(row)
            if stop or interrupts:
                break
    if not stop:
        _warn_if_worse_than_guessing(history, params, learning_rate)
    return pd.DataFrame(history).set_index("epoch")


def _measure(measured, params, hidden, step, epoch, learning_rate):
    """Loss and accuracy on each of [("train", X, y), ("dev", X_dev, y_dev)], as columns."""
    row = {}
    for part, images, labels in measured:
        loss, accuracy = evaluate.unchecked(images, labels, params, hidden)
        _stop_unless_finite(loss, step, epoch, learning_rate)
        row |= {f"{part}_loss": loss, f"{part}_accuracy": accuracy}
    return row


def _warn_if_worse_than_guessing(history, params, learning_rate, more=""):
    last, classes = history[-1]["train_loss"], len(params[-1][1])
    if last > math.log(classes):
        warn(
            f"after training, the loss is {last:.3g}: worse than guessing, which has "
            f"ln {classes} = {math.log(classes):.3g}. learning_rate={learning_rate:g} may be too "
            f"large; try {learning_rate / 10:g}, and initialize the parameters again.{more}",
            RuntimeWarning,
        )


def _stop_unless_finite(number, step, epoch, learning_rate):
    if not math.isfinite(number):
        raise FloatingPointError(
            f"the loss is no longer finite in epoch {epoch}, after {step} steps: training "
            f"diverged. learning_rate={learning_rate:g} is too large for this network; "
            f"try {learning_rate / 10:g}, and initialize the parameters again"
        )


@contextmanager
def _interrupts_held():
    """Hold Ctrl-C back until a step is complete; raise KeyboardInterrupt when the block ends."""
    held = []
    if threading.current_thread() is not threading.main_thread():
        yield held  # only the main thread is ever interrupted
        return
    previous = signal.signal(signal.SIGINT, lambda signum, frame: held.append(signum))
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, previous)
    if held:
        raise KeyboardInterrupt("training was interrupted; params hold the last complete step")
