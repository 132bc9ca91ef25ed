"""The network: forward pass (chapter 02), backward pass (chapter 04), prediction, parameter files.

Examples are rows. A network is a list of (W, b) pairs; every hidden layer has the same activation
and the output layer is a softmax.
"""

from typing import NamedTuple

import numpy as np

from .activations import HIDDEN, softmax
from .files import read_npz, replacing
from .validation import (
    check_choice,
    check_examples,
    check_one_hot,
    check_params,
    checked,
    describe,
)


class Cache(NamedTuple):
    """What the forward pass remembers for the backward pass.

    The lists are indexed like the equations: `A[0]` is X, `A[l]` and `Z[l]` belong to layer l.
    `Z[0]` does not exist and is None.
    """

    A: list
    Z: list
    hidden: str


def _check_forward(X, params, hidden="relu"):
    check_params(params)
    check_examples(X, n_features=len(params[0][0]))
    check_choice(hidden, "hidden", HIDDEN)


def _check_backward(cache, Y, params):
    if not isinstance(cache, Cache):
        raise TypeError(f"cache must be the second result of forward, got {describe(cache)}")
    check_params(params)
    made = [(A.shape[1], Z.shape[1]) for A, Z in zip(cache.A, cache.Z[1:], strict=False)]
    shapes = [W.shape for W, b in params]
    if made != shapes:
        raise ValueError(f"cache was made with weights of shapes {made}, params have {shapes}")
    check_one_hot(Y, shape=cache.A[-1].shape)


@checked(_check_forward)
def forward(X, params, hidden="relu"):
    """Run a batch through the network.

    Eqs. (2.2), (2.3).

    Parameters
    ----------
    X : ndarray, shape (m, n0)
        One example per row.
    params : list of (W, b)
        W of shape (n_in, n_out), b of shape (n_out,), one pair per layer.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.

    Returns
    -------
    A_L : ndarray, shape (m, classes)
        Probabilities; each row sums to 1.
    cache : Cache
        All pre-activations and activations, for `backward`.

    Examples
    --------
    >>> params = initialize([4, 3, 2], rng=np.random.default_rng(0))
    >>> A_L, cache = forward(np.ones((5, 4), np.float32), params)
    >>> A_L.shape, [A.shape for A in cache.A]
    ((5, 2), [(5, 4), (5, 3), (5, 2)])
    """
    g, _ = HIDDEN[hidden]
    A, Z = [X], [None]
    for l, (W, b) in enumerate(params, start=1):
        Z.append(A[l - 1] @ W + b)
        A.append(softmax.unchecked(Z[l]) if l == len(params) else g(Z[l]))
    return A[-1], Cache(A, Z, hidden)


@checked(_check_backward)
def backward(cache, Y, params):
    """Derivatives of the mean cross-entropy with respect to every weight and bias.

    Eqs. (4.3), (4.4), (4.5), (4.6), (4.7).

    Parameters
    ----------
    cache : Cache
        From `forward` with the same parameters.
    Y : ndarray, shape (m, classes)
        One-hot labels.
    params : list of (W, b)
        The parameters that `forward` used.

    Returns
    -------
    list of (dW, db)
        Same shapes as `params`.

    Examples
    --------
    >>> params = initialize([4, 3, 2], rng=np.random.default_rng(0))
    >>> A_L, cache = forward(np.ones((5, 4), np.float32), params)
    >>> grads = backward(cache, one_hot(np.array([0, 1, 1, 0, 1]), classes=2), params)
    >>> [(dW.shape, db.shape) for dW, db in grads]
    [((4, 3), (3,)), ((3, 2), (2,))]
    """
    A, Z, hidden = cache
    _, g_prime = HIDDEN[hidden]
    grads = []
    dZ = (A[-1] - Y) / len(Y)
    for l in range(len(params), 0, -1):
        grads.append((A[l - 1].T @ dZ, dZ.sum(axis=0)))
        if l > 1:
            W, b = params[l - 1]
            dZ = (dZ @ W.T) * g_prime(Z[l - 1])
    return grads[::-1]


def predict(X, params, hidden="relu"):
    """The most probable class of each example.

    Eq. (2.11).

    Parameters
    ----------
    X : ndarray, shape (m, n0)
        One example per row.
    params : list of (W, b)
        Parameters of the network.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers.

    Returns
    -------
    ndarray of int, shape (m,)
        Labels in 0 … classes-1.

    Examples
    --------
    >>> params = [(np.eye(3), np.zeros(3))]
    >>> predict(np.array([[0.1, 0.2, 0.9], [0.8, 0.0, 0.1]]), params)
    array([2, 0])
    """
    A_L, _ = forward(X, params, hidden)
    return A_L.argmax(axis=1)


def save_params(path, params):
    """Write parameters to an `.npz` file: first under a temporary name, then renamed.

    Parameters
    ----------
    path : str or Path
        File to write; an existing one is replaced only when the new one is complete.
    params : list of (W, b)
        Parameters of the network.

    Raises
    ------
    TypeError, ValueError
        For parameters that are not a valid network; nothing is written.
    OSError
        When the folder cannot be written.
    """
    check_params(params)
    arrays = {}
    for layer, (W, b) in enumerate(params, start=1):
        arrays |= {f"W{layer}": W, f"b{layer}": b}
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def load_params(path):
    """Read parameters that `save_params` wrote, and check that they form a network.

    Parameters
    ----------
    path : str or Path
        An `.npz` file. Nothing is ever unpickled.

    Returns
    -------
    list of (W, b)

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is truncated, pickled, or holds something other than a network.
    """
    arrays = read_npz(path, advice="write it again with save_params")
    layers = range(1, len(arrays) // 2 + 1)
    expected = {f"{kind}{layer}" for layer in layers for kind in "Wb"}
    if not arrays or set(arrays) != expected:
        raise ValueError(f"{path} holds the arrays {sorted(arrays)}, expected W1, b1, W2, b2, …")
    params = [(arrays[f"W{layer}"], arrays[f"b{layer}"]) for layer in layers]
    try:
        check_params(params)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not hold a network: {error}") from error
    return params
