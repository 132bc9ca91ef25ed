"""Against overfitting (chapter 11): L2, weight decay, smooth labels, early stopping."""

import math
from numbers import Real

import numpy as np

from .validation import (
    check_count,
    check_fraction,
    check_grads,
    check_not_negative,
    check_one_hot,
    check_params,
    checked,
    describe,
)


def _check_l2_loss(params, strength):
    check_params(params)
    check_not_negative(strength, "strength")


def _check_add_l2(grads, params, strength):
    check_grads(grads)
    _check_l2_loss(params, strength)
    _check_shapes(grads, params, "grads have shapes", "params have")


def _check_decay(params, amount):
    check_params(params)
    check_fraction(amount, "amount")


def _check_shapes(first, second, *words):
    first, second = ([[a.shape for a in pair] for pair in pairs] for pairs in (first, second))
    if first != second:
        raise ValueError(f"{words[0]} {first}, {words[1]} {second}")


@checked(_check_l2_loss)
def l2_loss(params, strength):
    """The penalty for large weights: λ/2 times the sum of all squared weights, biases left out.

    Eq. (11.9).

    Parameters
    ----------
    params : list of (W, b)
        Parameters of the network.
    strength : float
        λ, 0 or more.

    Returns
    -------
    float
        To be added to the mean cross-entropy. It is not divided by the number of examples.

    Examples
    --------
    >>> l2_loss([(np.array([[3.0, 1.0]]), np.array([7.0, 7.0]))], strength=0.5)
    2.5
    """
    return strength / 2 * sum(float(np.vdot(W, W)) for W, b in params)


@checked(_check_add_l2)
def add_l2(grads, params, strength):
    """Add the derivative of `l2_loss` to the gradients, in place: dW ← dW + λ W.

    Eq. (11.10).

    Parameters
    ----------
    grads : list of (dW, db)
        From `backward`. Each dW is changed in place, no db.
    params : list of (W, b)
        The parameters at which the gradients were taken.
    strength : float
        λ, 0 or more.

    Examples
    --------
    >>> params, grads = [(np.full((1, 1), 4.0), np.ones(1))], [(np.ones((1, 1)), np.ones(1))]
    >>> add_l2(grads, params, strength=0.5)
    >>> grads
    [(array([[3.]]), array([1.]))]
    """
    for (dW, _), (W, _) in zip(grads, params, strict=True):
        dW += strength * W


@checked(_check_decay)
def decay_weights(params, amount):
    """Shrink every weight by the same part, in place; biases stay: W ← (1 - amount) W.

    Eq. (11.11).

    Parameters
    ----------
    params : list of (W, b)
        Each W is changed in place, no b.
    amount : float
        Learning rate times the strength of the decay, from 0 to below 1.

    Notes
    -----
    Loshchilov and Hutter 2019, "Decoupled weight decay regularization". For plain gradient descent
    it is the same as L2; for Adam it is not.

    Examples
    --------
    >>> params = [(np.full((1, 1), 4.0), np.ones(1))]
    >>> decay_weights(params, amount=0.25)
    >>> params
    [(array([[3.]]), array([1.]))]
    """
    for W, _ in params:
        W *= 1 - float(amount)  # a NumPy float64 would make float32 arrays slow


# Labels


def _check_smooth(Y, amount):
    check_one_hot(Y)
    check_fraction(amount, "amount")


@checked(_check_smooth)
def smooth_labels(Y, amount):
    """Take a little certainty from every label and share it among all classes alike.

    Eq. (11.14).

    Parameters
    ----------
    Y : ndarray, shape (m, classes)
        One-hot labels.
    amount : float
        The part η to share, from 0 to below 1.

    Returns
    -------
    ndarray, shape (m, classes)
        (1 - η) Y + η / classes. Its rows sum to 1, so that `cross_entropy(A_L, Y)` and
        `backward(cache, Y, params)` take it as it is.

    Notes
    -----
    Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision".

    Examples
    --------
    >>> smooth_labels(np.array([[0.0, 1.0, 0.0, 0.0]]), amount=0.2)
    array([[0.05, 0.85, 0.05, 0.05]])
    """
    return (1 - float(amount)) * Y + float(amount) / Y.shape[1]


# Early stopping


class EarlyStopping:
    """Stop when the loss on the dev set has not fallen for a while, and go back to its lowest.

    Parameters
    ----------
    patience : int
        So many measurements in a row may pass without a new lowest loss; then it is time to stop.

    Attributes
    ----------
    best_loss : float
        The lowest loss so far; infinite at first.
    best_params : list of (W, b)
        A copy of the parameters at that loss; None at first.

    Examples
    --------
    >>> params, early = [(np.zeros((1, 1)), np.zeros(1))], EarlyStopping(patience=2)
    >>> for loss in [0.5, 0.4, 0.6, 0.5]:
    ...     params[0][1][:] = loss  # stands for a training that changes them
    ...     print(early.stop(loss, params))
    False
    False
    False
    True
    >>> early.restore(params)
    >>> params[0][1]
    array([0.4])
    """

    def __init__(self, patience):
        check_count(patience, "patience")
        self.patience, self.best_loss, self.best_params = patience, math.inf, None
        self._in_vain = 0

    def stop(self, dev_loss, params):
        """Take note of a measurement; keep a copy of the parameters if it is the lowest so far.

        Parameters
        ----------
        dev_loss : float
            Loss on the dev set.
        params : list of (W, b)
            The parameters with that loss.

        Returns
        -------
        bool
            True when it is time to stop.
        """
        if isinstance(dev_loss, bool) or not isinstance(dev_loss, Real):
            raise TypeError(f"dev_loss must be a number, got {describe(dev_loss)}")
        if not math.isfinite(dev_loss):
            raise ValueError(f"dev_loss must be finite, got {dev_loss}")
        check_params(params)
        if dev_loss < self.best_loss:
            self.best_loss, self._in_vain = dev_loss, 0
            self.best_params = [(W.copy(), b.copy()) for W, b in params]
        else:
            self._in_vain += 1
        return self._in_vain >= self.patience

    def restore(self, params):
        """Put the parameters with the lowest loss back, in place.

        Parameters
        ----------
        params : list of (W, b)
            Changed in place.
        """
        check_params(params)
        if self.best_params is None:
            raise ValueError("there are no best params yet: call stop(dev_loss, params) first")
        _check_shapes(params, self.best_params, "params have shapes", "the best ones have")
        for pair, best_pair in zip(params, self.best_params, strict=True):
            for array, best in zip(pair, best_pair, strict=True):
                array[:] = best
