"""Mistakes that people make in a backward pass, each with its sentence, its repair and its code.

`diagnosis` computes what every one of them would give and compares. Chapter 10 meets the most
common ones in the wild.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..network import ACTIVATIONS, DERIVATIVES, Cache
from ..regularization import backward_dropout, forward_dropout


@dataclass(frozen=True)
class Network:
    """A network with a batch in it, as its right backward pass would meet it.

    `A`, `Z` and `masks` are indexed like the equations, a mask of 1 where there is no dropout;
    `grads` are the ones to be explained.
    """

    params: list
    grads: list
    A: list
    Z: list
    Y: np.ndarray
    hidden: str
    masks: list

    def g(self, l):
        """Activations of hidden layer l before the dropout mask."""
        return ACTIVATIONS[self.hidden](self.Z[l])

    def slope(self, Z):
        """Derivative of the activation function at any Z."""
        return DERIVATIVES[self.hidden](Z)

    def dA(self, l, dZ):
        """Derivative for the activations of layer l from dZ of layer l + 1, Eq. (4.6)."""
        return dZ @ self.params[l][0].T

    def dG(self, l, dZ):
        """Derivative for the activations of layer l before the dropout mask."""
        return self.dA(l, dZ) * self.masks[l]

    def dZ(self, l, dZ):
        """The right dZ of layer l from dZ of layer l + 1, Eqs. (4.3), (4.7)."""
        if l == len(self.params):
            return (self.A[l] - self.Y) / len(self.Y)
        return self.dG(l, dZ) * self.slope(self.Z[l])

    def right(self):
        """The right gradients of the mean cross-entropy."""
        cache = Cache(self.A, self.Z, self.hidden)
        return backward_dropout(cache, self.Y, self.params, self.masks[1:])


def run(params, grads, X, Y, hidden, masks):
    """Run the batch through the network, with dropout masks or None, and keep what it met."""
    masks = masks or [1.0] * (len(params) - 1)
    _, (A, Z, hidden) = forward_dropout(X, params, masks, hidden)
    return Network(params, grads, A, Z, Y, hidden, [None, *masks])


class Bug(NamedTuple):
    """One known mistake: what it makes of a line, and when it can be made (shapes, dropout).

    In the lines for hidden layers the `dZ` of `wrong(network, l, dZ)` belongs to layer l + 1, in
    those for dW and db to layer l. The texts speak of layer {l}, the next one {n}, the one before
    {p}, of the activation {G} and its derivative {slope}.
    """

    name: str
    sentence: str
    repair: str
    wrong: Callable
    when: Callable = lambda net, l: True


def relu(net, l):
    return net.hidden == "relu"


def smooth(net, l):
    return net.hidden != "relu"


def masked(net, l):
    return np.ndim(net.masks[l]) == 2


def several(net, l):
    return len(net.Y) > 1


RIGHT_OUTPUT = "`dZ{l} = (A{l} - Y) / m`"
RIGHT_HIDDEN = "`dZ{l} = (dZ{n} @ W{n}.T) * {slope}(Z{l})`"
RIGHT_MASKED = "`dZ{l} = (dZ{n} @ W{n}.T) * mask{l} * {slope}(Z{l})`"
RIGHT_DW = "`dW{l} = A{p}.T @ dZ{l}`"
RIGHT_DB = "`db{l} = dZ{l}.sum(axis=0)`"
RIGHT = {"dW": RIGHT_DW, "db": RIGHT_DB}

# dZ of the output layer
OUTPUT = [
    Bug(
        "labels not subtracted",
        "`dZ{l}` is `A{l} / m`: the labels are not subtracted",
        RIGHT_OUTPUT,
        lambda net, l, dZ: net.A[l] / len(net.Y),
    ),
    Bug(
        "extra softmax derivative",
        "`dZ{l}` has an extra factor `A{l} * (1 - A{l})`: `A{l} - Y` already contains the "
        "derivative of the softmax",
        RIGHT_OUTPUT,
        lambda net, l, dZ: net.dZ(l, dZ) * net.A[l] * (1 - net.A[l]),
    ),
    Bug(
        "softmax element by element",
        "`dZ{l}` is `-Y * (1 - A{l}) / m`: the derivative of the softmax was taken element by "
        "element, as `A{l} * (1 - A{l})`, but each output depends on every logit of its row",
        RIGHT_OUTPUT,
        lambda net, l, dZ: -net.Y * (1 - net.A[l]) / len(net.Y),
    ),
    Bug(
        "softmax derivative missing",
        "`dZ{l}` is `-Y / A{l} / m`, which is `dA{l}`: the derivative of the softmax is missing",
        RIGHT_OUTPUT,
        lambda net, l, dZ: -net.Y / np.maximum(net.A[l], np.finfo(float).tiny) / len(net.Y),
    ),
]

# the slope of g written in terms of a = g(z)
IN_TERMS_OF_A = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}

# dZ of a hidden layer
HIDDEN_LAYERS = [
    Bug(
        "gate always open",
        "the gate of ReLU is always open in layer {l}: its derivative is missing, or its mask is "
        "always true, as `A{l} >= 0` is",
        "`dZ{l} = (dZ{n} @ W{n}.T) * (Z{l} > 0)`",
        lambda net, l, dZ: net.dG(l, dZ),
        relu,
    ),
    Bug(
        "derivative missing",
        "the derivative of {G} is missing in `dZ{l}`",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ),
        smooth,
    ),
    Bug(
        "derivative twice",
        "`dZ{l}` is multiplied by the derivative of {G} twice",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.dZ(l, dZ) * net.slope(net.Z[l]),
        smooth,
    ),
    Bug(
        "derivative taken at A",
        "the derivative of {G} is taken at `A{l}`, which is already activated, instead of `Z{l}`",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ) * net.slope(net.g(l)),
        smooth,
    ),
    Bug(
        "formula for A given Z",
        "the formula for the derivative in terms of `A{l}` is given `Z{l}`",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ) * IN_TERMS_OF_A[net.hidden](net.Z[l]),
        smooth,
    ),
    *(
        Bug(
            f"derivative of {other}",
            f"the hidden layers are {{G}} layers, but `dZ{{l}}` uses the derivative of {other}",
            RIGHT_HIDDEN,
            lambda net, l, dZ, other=other: net.dG(l, dZ) * DERIVATIVES[other](net.Z[l]),
            lambda net, l, other=other: net.hidden != other,
        )
        for other in ACTIVATIONS
    ),
    Bug(
        "derivative of the next layer",
        "the derivative of {G} in `dZ{l}` is taken at `Z{n}`, which belongs to the next layer",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ) * net.slope(net.Z[l + 1]),
        lambda net, l: net.Z[l + 1].shape == net.Z[l].shape,
    ),
    Bug(
        "derivative of the layer before",
        "the derivative of {G} in `dZ{l}` is taken one layer too low, at `Z{p}`",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ) * net.slope(net.A[0] if l == 1 else net.Z[l - 1]),
        lambda net, l: net.A[l - 1].shape == net.Z[l].shape,
    ),
    Bug(
        "W not transposed",
        "`W{n}` is not transposed on the way back to layer {l}; it is square, so the shapes fit",
        RIGHT_HIDDEN,
        lambda net, l, dZ: dZ @ net.params[l][0] * net.masks[l] * net.slope(net.Z[l]),
        lambda net, l: net.Z[l + 1].shape == net.Z[l].shape,
    ),
    Bug(
        "W of the wrong layer",
        "the way back to layer {l} leads through `W{l}` instead of `W{n}`",
        RIGHT_HIDDEN,
        lambda net, l, dZ: dZ @ net.params[l - 1][0].T * net.masks[l] * net.slope(net.Z[l]),
        lambda net, l: net.params[l - 1][0].shape == net.params[l][0].shape,
    ),
    Bug(
        "mask missing backward",
        "the dropout mask of layer {l} is used in the forward pass, but not in the backward pass",
        RIGHT_MASKED,
        lambda net, l, dZ: net.dA(l, dZ) * net.slope(net.Z[l]),
        masked,
    ),
    Bug(
        "mask without its scale backward",
        "the dropout mask of layer {l} goes backward as zeros and ones, without the 1/keep that "
        "the forward pass has",
        RIGHT_MASKED,
        lambda net, l, dZ: net.dA(l, dZ) * (net.masks[l] > 0) * net.slope(net.Z[l]),
        masked,
    ),
]

# dW of layer l
WEIGHTS = [
    Bug(
        "Z used for A",
        "`dW{l}` is made with `Z{p}` instead of `A{p}`",
        RIGHT_DW,
        lambda net, l, dZ: net.Z[l - 1].T @ dZ,
        lambda net, l: l > 1,
    ),
    Bug(
        "A of the wrong layer",
        "`dW{l}` is made with `A{l}`, the output of the layer, instead of its input `A{p}`",
        RIGHT_DW,
        lambda net, l, dZ: net.A[l].T @ dZ,
        lambda net, l: net.A[l].shape == net.A[l - 1].shape,
    ),
    Bug(
        "input without its mask",
        "`dW{l}` is made with `A{p}` as it was before dropout",
        RIGHT_DW + ", with the masked `A{p}`",
        lambda net, l, dZ: net.g(l - 1).T @ dZ,
        lambda net, l: l > 1 and masked(net, l - 1),
    ),
    Bug(
        "last example only",
        "`dW{l}` holds the last example only: a loop over the examples has `=` where `+=` belongs",
        RIGHT_DW,
        lambda net, l, dZ: np.outer(net.A[l - 1][-1], dZ[-1]),
        several,
    ),
]

# db of layer l
BIASES = [
    Bug(
        "wrong axis",
        "`db{l}` is summed over axis 1: there are as many examples as units, so the shape fits",
        RIGHT_DB,
        lambda net, l, dZ: dZ.sum(axis=1),
        lambda net, l: net.Z[l].shape[0] == net.Z[l].shape[1],
    ),
    Bug(
        "last example only",
        "`db{l}` holds the last example only: a loop over the examples has `=` where `+=` belongs",
        RIGHT_DB,
        lambda net, l, dZ: dZ[-1],
        several,
    ),
]

LINES = {"dW": WEIGHTS, "db": BIASES}
