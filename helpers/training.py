"""The training loop (chapter 07), and what chapter 11 adds to it."""

import math
import signal
import threading
import time
from contextlib import contextmanager
from functools import partial
from numbers import Real

import numpy as np
import pandas as pd

from . import advice
from .checks import bare, check_examples, describe, warn
from .network import batch_gradients, cross_entropy_from_logits, forward, one_hot, steps, update
from .progress import progress_bar
from .regularization import (
    EarlyStopping,
    add_l2,
    backward_dropout,
    decay_weights,
    dropout_masks,
    forward_dropout,
    l2_loss,
    smooth_labels,
)

quiet = np.errstate(over="ignore", invalid="ignore")  # a loss that is not finite is reported


def evaluate(X, y, params, hidden="relu"):
    """Mean loss in nats, and accuracy, on a whole data set.

    Warns when images that are read badly would be read well inverted, scaled or transposed.
    """
    loss, accuracy = loss_and_accuracy(X, y, params, hidden)
    if accuracy < 0.5 and (message := quiet(advice.read_otherwise)(X, y, params, hidden)):
        warn(message, RuntimeWarning)
    return loss, accuracy


def loss_and_accuracy(X, y, params, hidden="relu"):
    """What `evaluate` returns, without a second look."""
    loss = right = 0.0
    for start in range(0, len(X), 2000):  # in slices: the activations of all of X are large
        part = slice(start, start + 2000)
        _, cache = forward(X[part], params, hidden)
        Z_L = cache.Z[-1]
        loss += cross_entropy_from_logits(Z_L, y[part]) * len(Z_L)
        right += int(np.count_nonzero(Z_L.argmax(axis=1) == y[part]))
    return loss / len(X), right / len(X)


def train(
    X, y, params, *, learning_rate, batch_size, epochs, rng, X_dev=None, y_dev=None, hidden="relu",
    update=update, schedule=None, weight_decay=0.0, l2=0.0, keep=1.0, label_smoothing=0.0,
    augment=None, measure_every=1, patience=None, progress=True, callback=None, callback_every=1,
):  # fmt: skip
    """Train by mini-batch gradient descent; `params` change in place.

    With the defaults it is the loop of chapter 07; the ingredients of chapter 11 are left out.

    Parameters
    ----------
    X, y : ndarray
        Training examples (m, n0) as rows, and their labels (m,).
    params : list of (W, b)
        From `initialize`.
    learning_rate : float
        Step size, at the peak of the schedule.
    batch_size, epochs : int
        Examples per step; the last batch of an epoch may be smaller. Passes through all examples.
    rng : numpy.random.Generator
        Shuffles the examples anew each epoch. Dropout and augmentation draw from a generator
        spawned by it, so that the order of the examples is the same with and without them.
    X_dev, y_dev : ndarray, optional
        Examples to measure on after each epoch; never trained on.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.
    update, schedule : callable, optional
        What chapter 11 adds: `update(params, grads, learning_rate)` takes a step in place, such as
        `Adam(params).update`; `schedule(step, steps)`, from 0 to 1, multiplies the learning rate.
    weight_decay, l2, keep, label_smoothing : float
        Before each step all weights shrink by `weight_decay` times its rate. The strength λ of
        `l2_loss`. The probability that dropout keeps a hidden unit. The part of each label that all
        classes share.
    augment : callable, optional
        `augment(X, rng)` returns changed copies of all examples, in their order, for each epoch.
    measure_every : int
        Measure after every so many epochs, and after the last: measuring takes up to half the time.
    patience : int, optional
        Stop after so many measurements in a row without a new lowest dev loss, and go back to that
        one.
    progress : bool
        Show a progress bar.
    callback, callback_every : callable, int
        `callback(step, params)` after every so many steps. Training stops when it returns True.

    Returns
    -------
    pandas.DataFrame
        One row per measured epoch: `step` (so far), `train_loss`, `train_accuracy`, `dev_loss`,
        `dev_accuracy`, all measured at its end and without dropout, augmentation and smoothing;
        with `l2` the penalty `l2_loss`; and `seconds` (of the steps; measuring is not counted).

    Raises
    ------
    FloatingPointError
        When the loss is no longer finite. `params` are those of the last step before that.
    KeyboardInterrupt
        When you interrupt it. The step under way is finished first, so `params` are whole.

    Warns
    -----
    RuntimeWarning
        When nothing was learned: the accuracy is no better than always answering the most frequent
        class, or the loss is above that of guessing. It says why, and what to try.
    """
    X = X.astype(params[0][0].dtype, copy=False)  # once, for the steps and for measuring
    parts = [("train", X, y)] + ([] if X_dev is None else [("dev", X_dev, y_dev)])
    early = None if patience is None else EarlyStopping(patience)
    history, stop = [], False
    W_before = params[-1][0].copy()
    before, _ = quiet(loss_and_accuracy)(X[: advice.SAMPLE], y[: advice.SAMPLE], params, hidden)
    taken = training_steps(
        X, y, params, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng,
        hidden=hidden, update=update, schedule=schedule, weight_decay=weight_decay, l2=l2,
        keep=keep, label_smoothing=label_smoothing, augment=augment,
    )  # fmt: skip
    total = epochs * math.ceil(len(X) / batch_size)
    with _interrupts_held() as held, np.errstate(over="ignore", invalid="ignore"):
        start = time.perf_counter()
        for epoch, step, is_last in progress_bar(taken, total, progress):
            if callback is not None and step % callback_every == 0:
                stop = callback(step, params)
            if held:
                break
            is_due = is_last and (epoch % measure_every == 0 or epoch == epochs)
            if not (is_due or stop):
                continue
            row = {"epoch": epoch, "step": step, "seconds": time.perf_counter() - start}
            row |= measured(parts, params, hidden, step, epoch, learning_rate)
            if l2:
                row["l2_loss"] = l2_loss(params, l2)
            history.append(row)
            if stop or held or (early is not None and early.stop(row["dev_loss"], params)):
                break
            start = time.perf_counter()
    if early is not None:
        early.restore(params)
    if not stop:
        added = weight_decay or l2 or keep < 1 or label_smoothing or augment
        _warn_if_it_has_not_learned(
            parts, params, hidden, W_before=W_before, before=before, history=history,
            learning_rate=learning_rate, added=added,
        )  # fmt: skip
    return pd.DataFrame(history).set_index("epoch")


def training_steps(
    X, y, params, *, learning_rate, batch_size, epochs, rng, hidden="relu", update=update,
    schedule=None, weight_decay=0.0, l2=0.0, keep=1.0, label_smoothing=0.0, augment=None,
):  # fmt: skip
    """Take the steps of `train` one by one; after each: (epoch, step, whether it ends the epoch).

    `train` drives this to its end, the explorers watch it, `quietly`, and stop it where they like.
    """
    X = X.astype(params[0][0].dtype, copy=False)
    Y = one_hot(y, classes=len(params[-1][1]))
    if label_smoothing:
        Y = smooth_labels(Y.astype(X.dtype, copy=False), float(label_smoothing))
    per_epoch = math.ceil(len(X) / batch_size)
    extra_rng = rng.spawn(1)[0] if augment or keep < 1 else None
    take_step = bare(update)  # its check takes longer than the step itself
    step = 0

    def gradients(X_batch, Y_batch, params):
        if keep == 1:
            grads = batch_gradients(X_batch, Y_batch, params, hidden)
        else:
            masks = dropout_masks(len(X_batch), params, keep, extra_rng)
            _, cache = forward_dropout(X_batch, params, masks, hidden)
            grads = backward_dropout(cache, Y_batch, params, masks)
        db_L = grads[-1][1]  # softmax spreads a NaN over its row, so one entry tells
        stop_unless_finite(db_L[0], step, epoch, learning_rate)
        if l2:
            add_l2(grads, params, l2)
        return grads

    def move(params, grads, rate):
        if schedule is not None:
            rate *= _factor(schedule, step, epochs * per_epoch)
        if weight_decay:
            decay_weights(params, float(rate * weight_decay))
        take_step(params, grads, rate)

    settings = {"learning_rate": learning_rate, "batch_size": batch_size, "rng": rng}
    for epoch in range(1, epochs + 1):
        # no name for the augmented images: the memory of one epoch's is free before the next
        for _ in steps(
            X if augment is None else _augmented(augment, X, extra_rng),
            Y,
            params,
            **settings,
            gradients=gradients,
            update=move,
        ):
            step += 1
            yield epoch, step, step == epoch * per_epoch


def quietly(taken):
    """Go on with a generator of steps; between them NumPy may warn again."""
    go_on = quiet(partial(next, taken, None))  # around a yield, it would leak out
    while (step := go_on()) is not None:
        yield step


def _augmented(augment, X, rng):
    originals = X.view()
    originals.flags.writeable = False  # to write into them would spoil all later epochs
    X_epoch = augment(originals, rng)
    check_examples(X_epoch, n_features=X.shape[1], name="augment(X, rng)")
    if len(X_epoch) != len(X):
        raise ValueError(f"augment(X, rng) has {len(X_epoch)} examples, X has {len(X)}")
    return X_epoch.astype(X.dtype, copy=False)


def _factor(schedule, step, steps):
    factor = schedule(step, steps)
    if not (isinstance(factor, Real) and 0 <= factor <= 1):
        raise ValueError(
            f"schedule({step}, {steps}) must be a number from 0 to 1, got {describe(factor)}"
        )
    return float(factor)  # a NumPy float64 would make float32 arrays slow


@quiet
def measured(parts, params, hidden, step, epoch, learning_rate):
    """Loss and accuracy on each of [("train", X, y), ("dev", X_dev, y_dev)], as columns."""
    row = {}
    for part, images, labels in parts:
        loss, accuracy = loss_and_accuracy(images, labels, params, hidden)
        stop_unless_finite(loss, step, epoch, learning_rate)
        row |= {f"{part}_loss": loss, f"{part}_accuracy": accuracy}
    return row


def _warn_if_it_has_not_learned(parts, params, hidden, *, history, added, **known):
    _, X, y = parts[0]
    last = history[-1]
    message = quiet(advice.why_not_learned)(
        X, y, params, hidden, losses=[row["train_loss"] for row in history],
        accuracy=last["train_accuracy"], steps=last["step"], **known,
    )  # fmt: skip
    if message and added:
        message += " Or what you added to plain training is too strong."
    if message is None and last.get("dev_accuracy", 1) < 0.5 < last["train_accuracy"]:
        message = quiet(advice.read_otherwise)(*parts[1][1:], params, hidden)
        message = message and f"X_dev is not like X: {message.replace('X', 'X_dev')}"
    if message:
        warn(f"after training, {message}", RuntimeWarning)


def stop_unless_finite(number, step, epoch, learning_rate):
    """Raise FloatingPointError, with advice."""
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
