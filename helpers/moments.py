"""How each layer multiplies the size of activations and gradients: theory and measurement.

Shared by chapter 06 and its explorer. Here a layer's activation is known by its name in FUNCTIONS,
which has "linear" besides the three of `network`.
"""

import numpy as np

from .network import ACTIVATIONS, DERIVATIVES, softmax

# name -> the function and its derivative
FUNCTIONS = {"linear": (np.positive, np.ones_like)} | {
    name: (ACTIVATIONS[name], DERIVATIVES[name]) for name in ("tanh", "relu", "sigmoid")
}

t = np.linspace(-8, 8, 1600)
bell = np.exp(-(t**2) / 2)
bell /= bell.sum()  # the weights of a mean over N(0, 1)


def mean_squares(variance, g, g_prime):
    """Return E[g(z)²] and E[g'(z)²] for normal z of this variance."""
    z = np.sqrt(variance) * t
    return bell @ g(z) ** 2, bell @ g_prime(z) ** 2


def predict_moments(sizes, stds, hidden, start):
    """Predict E[a²] in layers 0 … L-1 and E[dz²] in layers 1 … L, relative to where each starts.

    `stds` holds the standard deviation of each layer's weights, `start` is E[a²] of the images:
    Eqs. (6.1) and (6.8).
    """
    n, L = sizes, len(stds)
    var_w = [None, *np.square(stds)]  # var_w[l] belongs to layer l, like n[l]
    a2, slope2, dz2 = np.ones(L), np.ones(L), np.ones(L + 1)
    a2[0] = start
    for l in range(1, L):  # forward, from layer l-1 to layer l
        variance = n[l - 1] * var_w[l] * a2[l - 1]
        a2[l], slope2[l] = mean_squares(variance, *FUNCTIONS[hidden])
    for k in range(L, 1, -1):  # backward, from layer k to layer k-1
        dz2[k - 1] = slope2[k - 1] * n[k] * var_w[k] * dz2[k]
    return a2 / a2[0], dz2[1:]


def measure_moments(X, Y, params, hidden):
    """Measure what `predict_moments` predicts, on images X with labels Y (one-hot)."""
    g, g_prime = FUNCTIONS[hidden]
    A, Z = [X], []
    for W, b in params:
        Z.append(A[-1] @ W + b)
        A.append(g(Z[-1]))
    dZ = [(softmax(Z[-1]) - Y) / len(Y)]
    for l in range(len(params) - 1, 0, -1):
        W, _ = params[l]
        dZ.append((dZ[-1] @ W.T) * g_prime(Z[l - 1]))
    a2, dz2 = (np.array([np.mean(M**2) for M in arrays]) for arrays in (A[:-1], dZ[::-1]))
    return a2 / a2[0], dz2 / dz2[-1]
