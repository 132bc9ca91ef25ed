"""Against overfitting (chapter 11): dropout, L2, weight decay, smooth labels, early stopping."""

import math

import numpy as np

from .checks import check_same_shapes
from .network import ACTIVATIONS, DERIVATIVES, Cache, softmax


def dropout_masks(m, params, keep, rng):
    """One mask (m, n_l) per hidden layer: 1/keep where a unit stays, with probability keep, else 0.

    The mean of a mask is 1, so nothing has to be scaled when the network is used without dropout.
    """
    keep = params[0][0].dtype.type(keep)
    return [(rng.random((m, len(b)), np.float32) < keep) / keep for W, b in params[:-1]]


def forward_dropout(X, params, masks, hidden="relu"):
    """`forward` with A = g(Z) ⊙ mask in the hidden layers. Eq. (11.12).

    Srivastava et al. 2014, "Dropout"; here "inverted": scaled while training.
    """
    A, Z, L = [X], [None], len(params)
    for l, (W, b) in enumerate(params, start=1):
        Z.append(A[l - 1] @ W + b)
        A.append(softmax(Z[l]) if l == L else ACTIVATIONS[hidden](Z[l]) * masks[l - 1])
    return A[L], Cache(A, Z, hidden)


def backward_dropout(cache, Y, params, masks):
    """`backward` with the masks of the forward pass: the same units are out. Eq. (11.13)."""
    A, Z, hidden = cache
    grads = []
    dZ = (A[-1] - Y) / len(Y)
    for l in range(len(params), 0, -1):
        W, b = params[l - 1]
        grads.append((A[l - 1].T @ dZ, dZ.sum(axis=0)))
        if l > 1:
            dA = (dZ @ W.T) * masks[l - 2]
            dZ = dA * DERIVATIVES[hidden](Z[l - 1])
    return grads[::-1]


def l2_loss(params, strength):
    """λ/2 times the sum of all squared weights, biases left out. Eq. (11.9).

    >>> l2_loss([(np.array([[3.0, 1.0]]), np.array([7.0, 7.0]))], strength=0.5)
    2.5
    """
    return strength / 2 * sum(float(np.vdot(W, W)) for W, b in params)


def add_l2(grads, params, strength):
    """The derivative of `l2_loss`, added in place: dW ← dW + λ W. Eq. (11.10)."""
    for (dW, _), (W, _) in zip(grads, params, strict=True):
        dW += strength * W


def decay_weights(params, amount):
    """Shrink every weight by the same part, in place; biases stay: W ← (1 - amount) W. Eq. (11.11).

    Loshchilov and Hutter 2019, "Decoupled weight decay regularization". For plain gradient descent
    it is the same as L2; for Adam it is not.
    """
    for W, _ in params:
        W *= 1 - amount


def smooth_labels(Y, amount):
    """Target rows (1 - η) Y + η / classes: a little certainty, shared by all. Eq. (11.14).

    Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision".

    >>> smooth_labels(np.array([[0.0, 1.0, 0.0, 0.0]]), amount=0.2)
    array([[0.05, 0.85, 0.05, 0.05]])
    """
    return (1 - amount) * Y + amount / Y.shape[1]


class EarlyStopping:
    """Stop when the dev loss has not fallen for `patience` measurements; go back to its lowest.

    >>> params, early = [(np.zeros((1, 1)), np.zeros(1))], EarlyStopping(patience=2)
    >>> for loss in [0.5, 0.4, 0.6, 0.5]:
    ...     params[0][1][:] = loss  # stands for a training that changes them
    ...     stop = early.stop(loss, params)
    >>> early.restore(params)
    >>> stop, params[0][1]
    (True, array([0.4]))
    """

    def __init__(self, patience):
        self.patience, self.best_loss, self.best_params = patience, math.inf, None
        self._in_vain = 0

    def stop(self, dev_loss, params):
        """Take note of a measurement, and of the params if it is the lowest. True: time to stop."""
        if dev_loss < self.best_loss:
            self.best_loss, self._in_vain = dev_loss, 0
            self.best_params = [(W.copy(), b.copy()) for W, b in params]
        else:
            self._in_vain += 1
        return self._in_vain >= self.patience

    def restore(self, params):
        """Put the parameters with the lowest loss back, in place."""
        if self.best_params is None:
            raise ValueError("there are no best params yet: call stop(dev_loss, params) first")
        check_same_shapes(
            params, self.best_params, says="params have shapes {}, the best ones have {}"
        )
        for pair, best_pair in zip(params, self.best_params, strict=True):
            for array, best in zip(pair, best_pair, strict=True):
                array[:] = best
