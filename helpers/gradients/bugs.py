"""Mistakes that people make in a backward pass, each with its sentence, its repair and its code.

`diagnosis` computes what every one of them would give and compares. Chapter 10 meets the most
common ones in the wild.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..activations import HIDDEN, softmax


@dataclass(frozen=True)
class Network:
    """A network with a batch in it, as its right backward pass would meet it.

    `A`, `Z` and `masks` are indexed like the equations; `grads` are the ones to be explained.
    """

    params: list
    grads: list
    A: list
    Z: list
    Y: np.ndarray
    hidden: str
    masks: list

    def slope(self, l, hidden=None):
        """g'(Z[l]), of the network's own activation or of another one."""
        return HIDDEN[hidden or self.hidden][1](self.Z[l]) * np.ones_like(self.Z[l])

    def dA(self, l, dZ):
        """Derivative for the activations of layer l from dZ of layer l + 1, Eq. (4.6)."""
        return dZ @ self.params[l][0].T

    def dZ(self, l, dZ):
        """The right dZ of layer l from dZ of layer l + 1, Eqs. (4.3), (4.7)."""
        if l == len(self.params):
            return (self.A[l] - self.Y) / len(self.Y)
        return self.dA(l, dZ) * self.masks[l] * self.slope(l)


def run(params, grads, X, Y, hidden, masks):
    """Forward pass with dropout masks (1 where there is none), kept for the hypotheses."""
    g, _ = HIDDEN[hidden]
    A, Z, L = [X], [None], len(params)
    masks = [None, *(masks if masks is not None else [1.0] * (L - 1))]
    for l, (W, b) in enumerate(params, start=1):
        Z.append(A[l - 1] @ W + b)
        A.append(softmax.unchecked(Z[l]) if l == L else g(Z[l]) * masks[l])
    return Network(params, grads, A, Z, Y, hidden, masks)


class Bug(NamedTuple):
    """One known mistake.

    `wrong(network, l, dZ)` gives what the mistake makes of the line, or None where the mistake
    cannot be made (shapes that do not fit, no dropout). In the lines for hidden layers `dZ`
    belongs to layer l + 1, in those for dW and db to layer l. The texts speak of layer {l},
    the next one {n}, the one before {p}, of the activation {G} and its derivative {slope}.
    """

    name: str
    sentence: str
    repair: str
    wrong: Callable


RIGHT_OUTPUT = "dZ{l} = (A{l} - Y) / m"
RIGHT_HIDDEN = "dZ{l} = (dZ{n} @ W{n}.T) * {slope}(Z{l})"
RIGHT_MASKED = "dZ{l} = (dZ{n} @ W{n}.T) * mask{l} * {slope}(Z{l})"
RIGHT_DW = "dW{l} = A{p}.T @ dZ{l}"
RIGHT_DB = "db{l} = dZ{l}.sum(axis=0)"


def _where(condition, value):
    return value() if condition else None


# dZ of the output layer
OUTPUT = [
    Bug(
        "labels not subtracted",
        "dZ{l} is A{l} / m: the labels are not subtracted",
        RIGHT_OUTPUT,
        lambda net, l, dZ: net.A[l] / len(net.Y),
    ),
    Bug(
        "extra softmax derivative",
        "dZ{l} has an extra factor A{l} * (1 - A{l}): A{l} - Y already contains the derivative of "
        "the softmax",
        RIGHT_OUTPUT,
        lambda net, l, dZ: net.dZ(l, dZ) * net.A[l] * (1 - net.A[l]),
    ),
    Bug(
        "softmax element by element",
        "dZ{l} is -Y * (1 - A{l}) / m: the derivative of the softmax was taken element by element, "
        "as a * (1 - a), but each output depends on every logit of its row",
        RIGHT_OUTPUT,
        lambda net, l, dZ: -net.Y * (1 - net.A[l]) / len(net.Y),
    ),
    Bug(
        "softmax derivative missing",
        "dZ{l} is -Y / A{l} / m, which is dA{l}: the derivative of the softmax is missing",
        RIGHT_OUTPUT,
        lambda net, l, dZ: -net.Y / np.maximum(net.A[l], np.finfo(float).tiny) / len(net.Y),
    ),
]


def _other_slope(net, l, dZ, layer):
    """Take the derivative at another layer's Z, where its shape fits."""
    Z = net.A[0] if layer == 0 else net.Z[layer]
    dA = net.dA(l, dZ) * net.masks[l]
    return _where(Z.shape == dA.shape, lambda: dA * HIDDEN[net.hidden][1](Z))


def _matrix(net, l, dZ, W):
    """Use another matrix in place of W.T, where its shape fits."""
    fits = W.shape == net.params[l][0].T.shape
    return _where(fits, lambda: dZ @ W * net.masks[l] * net.slope(l))


def _other_activation(hidden):
    def wrong(net, l, dZ):
        dA = net.dA(l, dZ) * net.masks[l]
        return _where(net.hidden != hidden, lambda: dA * net.slope(l, hidden))

    return Bug(
        f"derivative of {hidden}",
        f"the hidden layers are {{G}} layers, but dZ{{l}} uses the derivative of {hidden}",
        RIGHT_HIDDEN,
        wrong,
    )


# the slope of g written in terms of a = g(z)
IN_TERMS_OF_A = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}


def _slope_of(net, l, dZ, slope, values):
    dA = net.dA(l, dZ) * net.masks[l]
    return _where(net.hidden != "relu", lambda: dA * slope(values))


# dZ of a hidden layer
HIDDEN_LAYERS = [
    Bug(
        "gate always open",
        "the gate of ReLU is always open in layer {l}: its derivative is missing, or its mask is "
        "always true, as A{l} >= 0 is",
        "dZ{l} = (dZ{n} @ W{n}.T) * (Z{l} > 0)",
        lambda net, l, dZ: _where(net.hidden == "relu", lambda: net.dA(l, dZ) * net.masks[l]),
    ),
    Bug(
        "derivative missing",
        "the derivative of {G} is missing in dZ{l}",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _where(net.hidden != "relu", lambda: net.dA(l, dZ) * net.masks[l]),
    ),
    Bug(
        "derivative twice",
        "dZ{l} is multiplied by the derivative of {G} twice",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _where(net.hidden != "relu", lambda: net.dZ(l, dZ) * net.slope(l)),
    ),
    Bug(
        "derivative taken at A",
        "the derivative of {G} is taken at A{l}, which is already activated, instead of Z{l}",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _slope_of(
            net, l, dZ, HIDDEN[net.hidden][1], HIDDEN[net.hidden][0](net.Z[l])
        ),
    ),
    Bug(
        "formula for A given Z",
        "the formula for the derivative in terms of A{l} is given Z{l}",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _slope_of(net, l, dZ, IN_TERMS_OF_A.get(net.hidden), net.Z[l]),
    ),
    *(_other_activation(hidden) for hidden in HIDDEN),
    Bug(
        "derivative of the next layer",
        "the derivative of {G} in dZ{l} is taken at Z{n}, which belongs to the next layer",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _other_slope(net, l, dZ, l + 1),
    ),
    Bug(
        "derivative of the layer before",
        "the derivative of {G} in dZ{l} is taken one layer too low, at Z{p} (at X, if that is 0)",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _other_slope(net, l, dZ, l - 1),
    ),
    Bug(
        "W not transposed",
        "W{n} is not transposed on the way back to layer {l}; it is square, so the shapes fit",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _matrix(net, l, dZ, net.params[l][0]),
    ),
    Bug(
        "W of the wrong layer",
        "the way back to layer {l} leads through W{l} instead of W{n}",
        RIGHT_HIDDEN,
        lambda net, l, dZ: _matrix(net, l, dZ, net.params[l - 1][0].T),
    ),
    Bug(
        "mask missing backward",
        "the dropout mask of layer {l} is used in the forward pass, but not in the backward pass",
        RIGHT_MASKED,
        lambda net, l, dZ: _where(np.ndim(net.masks[l]) == 2, lambda: net.dA(l, dZ) * net.slope(l)),
    ),
    Bug(
        "mask without its scale backward",
        "the dropout mask of layer {l} goes backward as zeros and ones, without the 1/keep that "
        "the forward pass has",
        RIGHT_MASKED,
        lambda net, l, dZ: _where(
            np.ndim(net.masks[l]) == 2,
            lambda: net.dA(l, dZ) * (np.asarray(net.masks[l]) > 0) * net.slope(l),
        ),
    ),
]


def _activations(net, l):
    """Activations of layer l before the dropout mask."""
    return HIDDEN[net.hidden][0](net.Z[l])


# dW of layer l
WEIGHTS = [
    Bug(
        "Z used for A",
        "dW{l} is made with Z{p} instead of A{p}",
        RIGHT_DW,
        lambda net, l, dZ: _where(l > 1, lambda: net.Z[l - 1].T @ dZ),
    ),
    Bug(
        "A of the wrong layer",
        "dW{l} is made with A{l}, the output of the layer, instead of its input A{p}",
        RIGHT_DW,
        lambda net, l, dZ: _where(net.A[l].shape == net.A[l - 1].shape, lambda: net.A[l].T @ dZ),
    ),
    Bug(
        "input without its mask",
        "dW{l} is made with A{p} as it was before dropout",
        RIGHT_DW + ", with the masked A{p}",
        lambda net, l, dZ: _where(
            l > 1 and np.ndim(net.masks[l - 1]) == 2, lambda: _activations(net, l - 1).T @ dZ
        ),
    ),
    Bug(
        "last example only",
        "dW{l} holds the last example only: a loop over the examples has = where += belongs",
        RIGHT_DW,
        lambda net, l, dZ: _where(len(dZ) > 1, lambda: np.outer(net.A[l - 1][-1], dZ[-1])),
    ),
]

# db of layer l
BIASES = [
    Bug(
        "wrong axis",
        "db{l} is summed over axis 1: there are as many examples as units, so the shape fits",
        RIGHT_DB,
        lambda net, l, dZ: _where(dZ.shape[0] == dZ.shape[1], lambda: dZ.sum(axis=1)),
    ),
    Bug(
        "last example only",
        "db{l} holds the last example only: a loop over the examples has = where += belongs",
        RIGHT_DB,
        lambda net, l, dZ: _where(len(dZ) > 1, lambda: dZ[-1]),
    ),
]
