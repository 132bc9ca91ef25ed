"""The training loop with everything that chapter 11 adds to that of chapter 07."""

import math
import time
from numbers import Real

import numpy as np
import pandas as pd

from .data import minibatches, one_hot
from .dropout import _check_keep, backward_dropout, dropout_masks, forward_dropout
from .network import backward, forward
from .optimizers import Adam, Momentum, RMSProp, _check_own_update, update
from .regularization import EarlyStopping, add_l2, decay_weights, l2_loss, smooth_labels
from .training import (
    _check_train,
    _interrupts_held,
    _measure,
    _stop_unless_finite,
    _warn_if_worse_than_guessing,
)
from .validation import (
    check_count,
    check_examples,
    check_fraction,
    check_function,
    check_not_negative,
    checked,
    describe,
    without_check,
)


def _check_recipe(
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
    update=update,
    schedule=None,
    weight_decay=0.0,
    l2=0.0,
    keep=1.0,
    label_smoothing=0.0,
    augment=None,
    patience=None,
    progress=True,
    callback=None,
    callback_every=1,
):
    _check_train(
        X,
        y,
        params,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
        X_dev=X_dev,
        y_dev=y_dev,
        hidden=hidden,
        callback=callback,
        callback_every=callback_every,
    )
    _check_optimizer(update, params, learning_rate)
    if schedule is not None:
        check_function(schedule, "schedule")
    check_not_negative(weight_decay, "weight_decay")
    check_fraction(weight_decay * learning_rate, "weight_decay times learning_rate")
    check_not_negative(l2, "l2")
    _check_keep(keep)
    check_fraction(label_smoothing, "label_smoothing")
    if augment is not None:
        check_function(augment, "augment")
    if patience is not None:
        check_count(patience, "patience")
        if X_dev is None:
            raise ValueError(
                "patience needs X_dev and y_dev, to see when the dev loss stops falling"
            )


def _check_optimizer(update, params, learning_rate):
    if not callable(update):
        raise TypeError(
            f"update must be a function such as Adam(params).update, got {describe(update)}"
        )
    optimizer = getattr(update, "__self__", None)
    if isinstance(optimizer, Momentum | RMSProp | Adam):  # made for these parameters?
        _check_own_update(optimizer, params, params, learning_rate)


@checked(_check_recipe)
def train_recipe(
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
    update=update,
    schedule=None,
    weight_decay=0.0,
    l2=0.0,
    keep=1.0,
    label_smoothing=0.0,
    augment=None,
    patience=None,
    progress=True,
    callback=None,
    callback_every=1,
):
    """Train as `train` does, with the ingredients of chapter 11 added; `params` change in place.

    Without any of them it does what `train` does, number for number.

    Parameters
    ----------
    X : ndarray, shape (m, n0)
        Training examples, one per row.
    y : ndarray of int, shape (m,)
        Their labels.
    params : list of (W, b)
        From `initialize`; changed in place.
    learning_rate : float
        Step size, at the peak of the schedule.
    batch_size : int
        Examples per step.
    epochs : int
        Passes through all examples.
    rng : numpy.random.Generator
        Shuffles the examples anew each epoch. Dropout and augmentation draw from a generator
        spawned by it, so that the order of the examples is the same with and without them.
    X_dev, y_dev : ndarray, optional
        Examples to measure on after each epoch; never trained on.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.
    update : callable
        `update(params, grads, learning_rate)` takes a step in place, such as
        `Adam(params).update`.
    schedule : callable, optional
        `schedule(step, steps)`, a number from 0 to 1, multiplies the learning rate of each step,
        such as `linear_decay`.
    weight_decay : float
        Strength of decoupled weight decay: before each step all weights shrink by the part
        `weight_decay` times the step's learning rate.
    l2 : float
        Strength λ of the penalty `l2_loss`.
    keep : float
        Probability that dropout keeps a hidden unit.
    label_smoothing : float
        The part of each label that all classes share.
    augment : callable, optional
        `augment(X, rng)` returns changed copies of all training examples, anew for each epoch, in
        the shape and order of X.
    patience : int, optional
        Stop after so many epochs in a row without a new lowest dev loss. At the end `params` are
        then those of the epoch with the lowest.
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
        One row per epoch, as `train` returns them, measured without dropout, augmentation and
        label smoothing. The losses are cross-entropies alone, to be compared between recipes; with
        `l2` the column `l2_loss` holds the penalty that comes on top.

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
    >>> settings = {"learning_rate": 0.03, "batch_size": 10, "epochs": 5, "progress": False}
    >>> extras = {"update": Adam(params).update, "schedule": linear_decay, "keep": 0.9}
    >>> history = train_recipe(X, y, params, **settings, **extras, rng=rng)
    >>> bool(history["train_accuracy"].iloc[-1] > 0.98)
    True
    """
    from tqdm.auto import tqdm  # here: in a notebook it loads ipywidgets, which takes a while

    X = X.astype(params[0][0].dtype, copy=False)
    Y = one_hot.unchecked(y, classes=len(params[-1][1]))
    if label_smoothing:
        Y = smooth_labels.unchecked(Y.astype(X.dtype, copy=False), label_smoothing)
    update = without_check(update)  # the check takes longer than an update
    steps = epochs * math.ceil(len(X) / batch_size)
    measured = [("train", X, y)] + ([] if X_dev is None else [("dev", X_dev, y_dev)])
    early = None if patience is None else EarlyStopping(patience)
    extra_rng = rng.spawn(1)[0] if augment or keep < 1 else None
    history, step, stop, rate = [], 0, False, learning_rate
    with (
        tqdm(total=steps, unit="step", disable=not progress) as bar,
        _interrupts_held() as interrupts,
        np.errstate(over="ignore", invalid="ignore"),  # a loss that is not finite is reported below
    ):
        for epoch in range(1, epochs + 1):
            start = time.perf_counter()
            # no name for the augmented images: the memory of one epoch's is free before the next
            batches = minibatches.unchecked(
                X if augment is None else _augmented(augment, X, extra_rng), Y, batch_size, rng
            )
            for X_batch, Y_batch in batches:
                if keep < 1:
                    masks = dropout_masks.unchecked(len(X_batch), params, keep, extra_rng)
                    _, cache = forward_dropout.unchecked(X_batch, params, masks, hidden)
                    grads = backward_dropout.unchecked(cache, Y_batch, params, masks)
                else:
                    _, cache = forward.unchecked(X_batch, params, hidden)
                    grads = backward.unchecked(cache, Y_batch, params)
                db_L = grads[-1][1]  # softmax spreads a NaN over its row, so one entry tells
                _stop_unless_finite(db_L[0], step, epoch, learning_rate)
                if l2:
                    add_l2.unchecked(grads, params, l2)
                if schedule is not None:
                    rate = learning_rate * _factor(schedule, step, steps)
                if weight_decay:
                    decay_weights.unchecked(params, rate * weight_decay)
                update(params, grads, rate)
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
            if l2:
                row["l2_loss"] = l2_loss.unchecked(params, l2)
            history.append(row)
            stopped_early = early is not None and early.stop(row["dev_loss"], params)
            if stop or stopped_early or interrupts:
                break
    if early is not None:
        early.restore(params)
    if not stop:
        advice = " Or what you added to plain training is too strong"
        _warn_if_worse_than_guessing(history, params, learning_rate, advice)
    return pd.DataFrame(history).set_index("epoch")


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
