"""Inverted dropout (chapter 11): the network with some hidden units left out."""

import numpy as np

from .activations import HIDDEN, softmax
from .network import Cache, _check_backward, _check_forward
from .validation import (
    check_array,
    check_count,
    check_finite,
    check_params,
    check_positive,
    check_rng,
    checked,
    describe,
)


def _check_keep(keep):
    check_positive(keep, "keep")
    if keep > 1:
        raise ValueError(f"keep must be above 0 and at most 1, got {keep}")


def _check_dropout_masks(m, params, keep, rng):
    check_count(m, "m")
    check_params(params)
    _check_keep(keep)
    check_rng(rng)


def _check_masks(masks, m, params):
    if not isinstance(masks, list):
        raise TypeError(f"masks must be a list from dropout_masks, got {describe(masks)}")
    expected = [(m, len(b)) for W, b in params[:-1]]
    for layer, mask in enumerate(masks, start=1):
        check_array(mask, f"mask of layer {layer}")
    shapes = [mask.shape for mask in masks]
    if shapes != expected:
        raise ValueError(
            f"masks have shapes {shapes}, expected one per hidden layer, of shapes {expected}"
        )
    for layer, mask in enumerate(masks, start=1):
        dtype = params[0][0].dtype
        if mask.dtype != dtype:
            raise TypeError(f"mask of layer {layer} must have dtype {dtype}, got {mask.dtype}")
        check_finite(mask, f"mask of layer {layer}")


def _check_forward_dropout(X, params, masks, hidden="relu"):
    _check_forward(X, params, hidden)
    _check_masks(masks, len(X), params)


def _check_backward_dropout(cache, Y, params, masks):
    _check_backward(cache, Y, params)
    _check_masks(masks, len(Y), params)


@checked(_check_dropout_masks)
def dropout_masks(m, params, keep, rng):
    """Draw which hidden units stay, anew for every example: 1/keep where one stays, else 0.

    A unit stays with probability `keep`, so the mean of a mask is 1 and nothing has to be scaled
    when the network is used without dropout.

    Parameters
    ----------
    m : int
        Examples in the batch.
    params : list of (W, b)
        Parameters of the network.
    keep : float
        Probability that a unit stays, above 0 and at most 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of ndarray, each of shape (m, n_l)
        One mask for each hidden layer, in the dtype of `params`.

    Examples
    --------
    >>> params = initialize([4, 6, 2], rng=np.random.default_rng(0))
    >>> dropout_masks(2, params, keep=0.5, rng=np.random.default_rng(1))
    [array([[2., 0., 0., 0., 2., 2.],
           [0., 0., 2., 2., 0., 2.]], dtype=float32)]
    """
    keep = params[0][0].dtype.type(keep)
    return [(rng.random((m, len(b)), np.float32) < keep) / keep for W, b in params[:-1]]


@checked(_check_forward_dropout)
def forward_dropout(X, params, masks, hidden="relu"):
    """Run a batch through the network with some hidden units left out: A = g(Z) ⊙ mask.

    Eq. (11.12).

    Parameters
    ----------
    X : ndarray, shape (m, n0)
        One example per row.
    params : list of (W, b)
        Parameters of the network.
    masks : list of ndarray
        From `dropout_masks`, for this batch.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.

    Returns
    -------
    A_L : ndarray, shape (m, classes)
        Probabilities; each row sums to 1.
    cache : Cache
        For `backward_dropout`; its activations are those after the masks.

    Notes
    -----
    Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting";
    here "inverted": scaled while training instead of afterwards.

    Examples
    --------
    >>> params = [(np.eye(2), np.zeros(2)), (np.eye(2), np.zeros(2))]
    >>> masks = [np.array([[2.0, 0.0]])]
    >>> _, cache = forward_dropout(np.array([[3.0, 5.0]]), params, masks)
    >>> cache.A[1]
    array([[6., 0.]])
    """
    g, _ = HIDDEN[hidden]
    A, Z = [X], [None]
    for l, (W, b) in enumerate(params, start=1):
        Z.append(A[l - 1] @ W + b)
        A.append(softmax.unchecked(Z[l]) if l == len(params) else g(Z[l]) * masks[l - 1])
    return A[-1], Cache(A, Z, hidden)


@checked(_check_backward_dropout)
def backward_dropout(cache, Y, params, masks):
    """Derivatives of the mean cross-entropy of the network with some hidden units left out.

    Eq. (11.13).

    Parameters
    ----------
    cache : Cache
        From `forward_dropout` with the same parameters and masks.
    Y : ndarray, shape (m, classes)
        One-hot labels.
    params : list of (W, b)
        The parameters that `forward_dropout` used.
    masks : list of ndarray
        The masks that `forward_dropout` used: they hold back the derivatives of the same units.

    Returns
    -------
    list of (dW, db)
        Same shapes as `params`.

    Examples
    --------
    >>> params = [(np.eye(2), np.zeros(2)), (np.eye(2), np.zeros(2))]
    >>> masks = [np.array([[2.0, 0.0]])]
    >>> A_L, cache = forward_dropout(np.array([[1.0, 1.0]]), params, masks)
    >>> (dW1, db1), _ = backward_dropout(cache, np.array([[0.0, 1.0]]), params, masks)
    >>> db1.round(2)  # the second unit was left out
    array([1.76, 0.  ])
    """
    A, Z, hidden = cache
    _, g_prime = HIDDEN[hidden]
    grads = []
    dZ = (A[-1] - Y) / len(Y)
    for l in range(len(params), 0, -1):
        grads.append((A[l - 1].T @ dZ, dZ.sum(axis=0)))
        if l > 1:
            W, b = params[l - 1]
            dZ = (dZ @ W.T) * masks[l - 2] * g_prime(Z[l - 1])
    return grads[::-1]
