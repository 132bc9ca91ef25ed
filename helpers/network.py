"""A whole neural network in plain NumPy, as chapters 01 to 07 derive it.

Examples are rows: X is (m, n0), Y is (m, classes). A network is a list of (W, b), a pair for each
layer; its hidden layers share one activation, its output layer is a softmax. In a cache, A[l] and
Z[l] belong to layer l, as in the equations: A[0] is X, and Z[0] does not exist.

Nothing here checks its arguments, and nothing is needed but NumPy: copy the file, and it runs.
`from helpers import forward` brings the same function behind a check.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

# ---- activations and their derivatives -----------------------------------------------------------


def relu(Z):
    """max(0, z), element by element. Eq. (2.5)."""
    return np.maximum(Z, 0)


def relu_derivative(Z):
    """1 where z > 0, else 0, as booleans; at z = 0 that is a convention. Eq. (4.8)."""
    return Z > 0


def sigmoid(Z):
    """1 / (1 + exp(-z)), for z < 0 as exp(z) / (exp(z) + 1): no overflow. Eqs. (2.6), (2.7)."""
    E = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, E) / (1 + E)


def sigmoid_derivative(Z):
    """The slope a (1 - a), with a = sigmoid(z). Eq. (4.9)."""
    A = sigmoid(Z)
    return A * (1 - A)


def tanh(Z):
    """Hyperbolic tangent, element by element. Eq. (2.8)."""
    return np.tanh(Z)


def tanh_derivative(Z):
    """1 - tanh(z)². Eq. (4.10)."""
    return 1 - np.tanh(Z) ** 2


def softmax(Z):
    """Each row of logits (…, classes) as probabilities, without overflow. Eqs. (2.9), (2.10)."""
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


ACTIVATIONS = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}
DERIVATIVES = {"relu": relu_derivative, "sigmoid": sigmoid_derivative, "tanh": tanh_derivative}

# ---- the network ---------------------------------------------------------------------------------

# scheme -> standard deviation of the weights of a layer with n_in inputs and n_out outputs
SCHEMES = {
    "he": lambda n_in, n_out: np.sqrt(2 / n_in),
    "xavier": lambda n_in, n_out: np.sqrt(1 / n_in),
    "glorot": lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),
    "zeros": lambda n_in, n_out: 0.0,
}


def initialize(sizes, hidden="relu", *, rng, scheme=None, dtype=np.float32):
    """Random W and zero b for sizes such as [784, 128, 64, 10]. Eqs. (6.3), (6.4), (6.6).

    `scheme` None takes "he" for ReLU layers and "xavier" for all others, also the softmax layer. A
    name from SCHEMES, or a standard deviation, holds for all layers. Gradient checks need float64.

    "he": He et al. 2015, "Delving deep into rectifiers". "glorot": Glorot and Bengio 2010,
    "Understanding the difficulty of training deep feedforward neural networks". "xavier" here has
    the variance 1/n_in, from LeCun et al. 1998, "Efficient BackProp".
    """
    params = []
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        is_output = layer == len(sizes) - 1
        default = "he" if hidden == "relu" and not is_output else "xavier"
        name = default if scheme is None else scheme
        std = SCHEMES[name](n_in, n_out) if isinstance(name, str) else name
        W = std * rng.standard_normal((n_in, n_out))
        params.append((W.astype(dtype), np.zeros(n_out, dtype)))
    return params


class Cache(NamedTuple):
    """What the forward pass remembers for the backward pass."""

    A: list
    Z: list
    hidden: str


def forward(X, params, hidden="relu"):
    """Probabilities A_L (m, classes), and the cache for `backward`. Eqs. (2.2), (2.3)."""
    A, Z, L = [X], [None], len(params)
    for l, (W, b) in enumerate(params, start=1):
        Z.append(A[l - 1] @ W + b)
        A.append(softmax(Z[l]) if l == L else ACTIVATIONS[hidden](Z[l]))
    return A[L], Cache(A, Z, hidden)


def predict(X, params, hidden="relu"):
    """The most probable class of each example, (m,). Eq. (2.11)."""
    A_L, _ = forward(X, params, hidden)
    return A_L.argmax(axis=1)


def cross_entropy(A, Y):
    """Mean loss of probabilities, in nats; inf where a true class has none. Eqs. (3.2), (3.3)."""
    with np.errstate(divide="ignore"):  # log 0 = -inf is the right answer here
        log_A = np.log(A, out=np.zeros(A.shape), where=Y > 0)  # elsewhere y log a is 0
    return float(-(Y * log_A).sum() / len(Y)) + 0.0  # for a perfect one 0.0, not -0.0


def log_sum_exp(Z):
    """The logarithm of Σ exp(z) over each row of (…, classes), without overflow. Eq. (3.4)."""
    c = Z.max(axis=-1, keepdims=True)
    return c[..., 0] + np.log(np.exp(Z - c).sum(axis=-1))


def cross_entropy_from_logits(Z, y):
    """Mean loss of logits (m, classes) for labels (m,), in nats, exact for any size. Eq. (3.5)."""
    return float((log_sum_exp(Z) - Z[np.arange(len(y)), y]).mean())


def backward(cache, Y, params):
    """(dW, db) of each layer, of the mean cross-entropy. Eqs. (4.3), (4.4), (4.5), (4.6), (4.7)."""
    A, Z, hidden = cache
    grads = []
    dZ = (A[-1] - Y) / len(Y)
    for l in range(len(params), 0, -1):
        W, b = params[l - 1]
        grads.append((A[l - 1].T @ dZ, dZ.sum(axis=0)))
        if l > 1:
            dA = dZ @ W.T
            dZ = dA * DERIVATIVES[hidden](Z[l - 1])
    return grads[::-1]


def update(params, grads, learning_rate):
    """One step of gradient descent, in place. Eqs. (5.2), (5.3)."""
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db


# ---- examples and the loop -----------------------------------------------------------------------


def one_hot(y, classes=10):
    """Labels (m,) as rows (m, classes) with a single 1. Eq. (1.2)."""
    Y = np.zeros((len(y), classes), dtype=np.float32)  # float64 would spread to all derivatives
    Y[np.arange(len(y)), y] = 1
    return Y


def minibatches(X, y, batch_size, rng):
    """Go once through all examples in random order, `batch_size` at a time; y or one-hot rows."""
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X[batch], y[batch]


def batch_gradients(X, Y, params, hidden="relu"):
    """The derivatives for one batch: forward, then backward."""
    _, cache = forward(X, params, hidden)
    return backward(cache, Y, params)


def steps(
    X, Y, params, *, learning_rate, batch_size, rng, gradients=batch_gradients, update=update
):
    """Learn from every example once, in place; yield after each step.

    All training in this course goes through here. `gradients(X_batch, Y_batch, params)` and
    `update(params, grads, learning_rate)` are the places for another activation, as in
    `partial(batch_gradients, hidden="tanh")`, for bugs (chapter 10), for better steps (chapter 11).
    """
    for X_batch, Y_batch in minibatches(X, Y, batch_size, rng):
        grads = gradients(X_batch, Y_batch, params)
        update(params, grads, learning_rate)
        yield
