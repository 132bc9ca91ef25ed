"""Mistakes that people make in a backward pass, each with its sentence, its repair and its code.

`diagnosis` computes what every one of them would give and compares. Chapter 10 meets the most
common ones in the wild.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..network import ACTIVATIONS, DERIVATIVES, softmax
from ..regularization import forward_dropout


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
    loss: str = ""  # what it is, if not the mean cross-entropy after a softmax
    dZ_L: np.ndarray | None = None  # and its derivative

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

    def through(self, W, l, dZ):
        """The dZ of layer l where the way back leads through this W, as it is."""
        return dZ @ W * self.masks[l] * self.slope(self.Z[l])

    @property
    def plain(self):
        """The dZ of the last layer for the mean cross-entropy after a softmax, Eq. (4.3)."""
        return (softmax(self.Z[-1]) - self.Y) / len(self.Y)

    def dZ(self, l, dZ):
        """The right dZ of layer l from dZ of layer l + 1, Eqs. (4.3), (4.7)."""
        if l == len(self.params):
            return self.plain if self.dZ_L is None else self.dZ_L
        return self.dG(l, dZ) * self.slope(self.Z[l])

    def gradients(self, dZ=None):
        """The right gradients, or those that follow from another dZ of the last layer."""
        L, grads = len(self.params), []
        for l in range(L, 0, -1):
            dZ = self.dZ(l, dZ) if l < L or dZ is None else dZ
            grads.append((self.A[l - 1].T @ dZ, dZ.sum(axis=0)))
        return grads[::-1]


def run(params, grads, X, Y, hidden, masks):
    """Run the batch through the network, with dropout masks or None, and keep what it met."""
    masks = masks or [1.0] * (len(params) - 1)
    _, (A, Z, hidden) = forward_dropout(X, params, masks, hidden)
    return Network(params, grads, A, Z, Y, hidden, [None, *masks])


class Bug(NamedTuple):
    """One known mistake: what it makes of a line, and when it can be made (shapes, dropout).

    The `dZ` of `wrong(network, l, dZ)` belongs to layer l + 1 in the lines for hidden layers;
    those for dW and db get that as `above`, after the dZ of layer l. The texts speak of layer
    {l}, the next one {n}, the one before {p}, of the activation {G} and its derivative {slope}.
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


def below_output(net, l):
    return l < len(net.params)


def next_as_wide(net, l):
    return below_output(net, l) and net.Z[l + 1].shape == net.Z[l].shape


ONE_EXAMPLE = (
    ("last", -1, ": a loop over the examples has `=` where `+=` belongs"),
    ("first", 0, ": the sum over the examples is missing"),
)


# repairs of one line; "" where none is known
RIGHT_OUTPUT = "`dZ{l} = (A{l} - Y) / m`"
MEND_OUTPUT = f"{RIGHT_OUTPUT}, without the `1/m` if it stands in your `dW` and `db`"
RIGHT_HIDDEN = "`dZ{l} = (dZ{n} @ W{n}.T) * {slope}(Z{l})`"
RIGHT_MASKED = "`dZ{l} = (dZ{n} @ W{n}.T) * mask{l} * {slope}(Z{l})`"
RIGHT_DW = "`dW{l} = A{p}.T @ dZ{l}`"
RIGHT_DB = "`db{l} = dZ{l}.sum(axis=0)`"
RIGHT = {"dW": RIGHT_DW, "db": RIGHT_DB}

# dZ of the output layer
OUTPUT = [
    Bug("labels not subtracted", "`dZ{l}` is `A{l} / m`: the labels are not subtracted",
        MEND_OUTPUT, lambda net, l, dZ: net.A[l] / len(net.Y)),
    Bug("extra softmax derivative",
        "`dZ{l}` has an extra factor `A{l} * (1 - A{l})`: `A{l} - Y` already contains the "
        "derivative of the softmax", MEND_OUTPUT,
        lambda net, l, dZ: net.dZ(l, dZ) * net.A[l] * (1 - net.A[l])),
    Bug("softmax element by element",
        "`dZ{l}` is `-Y * (1 - A{l}) / m`: the derivative of the softmax was taken element by "
        "element, as `A{l} * (1 - A{l})`, but each output depends on every logit of its example",
        MEND_OUTPUT, lambda net, l, dZ: -net.Y * (1 - net.A[l]) / len(net.Y)),
    Bug("softmax derivative missing",
        "`dZ{l}` is `-Y / A{l} / m`, which is `dA{l}`: the derivative of the softmax is missing",
        MEND_OUTPUT,
        lambda net, l, dZ: -net.Y / np.maximum(net.A[l], np.finfo(float).tiny) / len(net.Y)),
    Bug("argmax for probabilities",
        "`dZ{l}` takes the one-hot label of the largest output for the probabilities `A{l}`",
        MEND_OUTPUT,
        lambda net, l, dZ: (np.eye(net.Y.shape[1])[net.A[l].argmax(axis=1)] - net.Y) / len(net.Y)),
]  # fmt: skip

# labels of others, where dZ cannot be recovered
OUTPUT += [
    Bug(
        name,
        f"`dZ{{l}}` has {whose}",
        f"{RIGHT_OUTPUT}, with the `Y` of the same examples and classes as the loss",
        lambda net, l, dZ, step=step, axis=axis: (
            (net.A[l] - np.roll(net.Y, step, axis=axis)) / len(net.Y)
        ),
        several,
    )
    for name, whose, step, axis in (
        ("labels moved", "for each example the label of the one before", 1, 0),
        ("labels moved", "for each example the label of the one after", -1, 0),
        ("classes moved", "for each example the class after the right one", 1, 1),
        ("classes moved", "for each example the class before the right one", -1, 1),
    )
]

# dZ of the output layer where the loss is another one
OUTPUT_OF_ANOTHER_LOSS = [
    Bug(
        "derivative of another loss",
        "`dZ{l}` is `(A{l} - Y) / m`, as for the mean cross-entropy after a softmax, but {loss}",
        "derive `dZ{l}` from that loss, or make the loss the mean cross-entropy",
        wrong,
    )
    for wrong in (
        lambda net, l, dZ: net.plain,
        lambda net, l, dZ: (net.A[l] - net.Y) / len(net.Y),
    )
]

# the slope of g written in terms of a = g(z)
IN_TERMS_OF_A = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}

# dZ of a hidden layer
HIDDEN_LAYERS = [
    Bug("gate always open",
        "the gate of ReLU is always open in `layer {l}`: its derivative is missing, or its mask is "
        "always true, as `A{l} >= 0` is", "`dZ{l} = (dZ{n} @ W{n}.T) * (Z{l} > 0)`",
        lambda net, l, dZ: net.dG(l, dZ), relu),
    Bug("derivative missing", "the derivative of {G} is missing in `dZ{l}`", RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ), smooth),
    Bug("derivative twice", "`dZ{l}` is multiplied by the derivative of {G} twice", RIGHT_HIDDEN,
        lambda net, l, dZ: net.dZ(l, dZ) * net.slope(net.Z[l]), smooth),
    Bug("derivative taken at A",
        "the derivative of {G} is taken at `A{l}`, which is already activated, instead of `Z{l}`",
        RIGHT_HIDDEN, lambda net, l, dZ: net.dG(l, dZ) * net.slope(net.g(l)), smooth),
    Bug("formula for A given Z",
        "the formula for the derivative in terms of `A{l}` is given `Z{l}`", RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ) * IN_TERMS_OF_A[net.hidden](net.Z[l]), smooth),
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
    Bug("derivative of the next layer",
        "the derivative of {G} in `dZ{l}` is taken at `Z{n}`, which belongs to the next layer",
        RIGHT_HIDDEN, lambda net, l, dZ: net.dG(l, dZ) * net.slope(net.Z[l + 1]), next_as_wide),
    Bug("derivative of the layer before",
        "the derivative of {G} in `dZ{l}` is taken one layer too low, at `Z{p}`", RIGHT_HIDDEN,
        lambda net, l, dZ: net.dG(l, dZ) * net.slope(net.A[0] if l == 1 else net.Z[l - 1]),
        lambda net, l: net.A[l - 1].shape == net.Z[l].shape),
    Bug("W not transposed",
        "`W{n}` is not transposed on the way back to `layer {l}`; it is square, so the shapes fit",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.through(net.params[l][0], l, dZ),
        next_as_wide),
    Bug("W of the wrong layer",
        "the way back to `layer {l}` leads through `W{l}` instead of `W{n}`", RIGHT_HIDDEN,
        lambda net, l, dZ: net.through(net.params[l - 1][0].T, l, dZ),
        lambda net, l: net.params[l - 1][0].shape == net.params[l][0].shape),
    Bug("W reshaped", "`W{n}` is reshaped on the way back to `layer {l}`, not transposed",
        RIGHT_HIDDEN,
        lambda net, l, dZ: net.through(net.params[l][0].reshape(-1, len(net.params[l][0])), l, dZ),
        lambda net, l: net.params[l][0].shape[0] != net.params[l][0].shape[1]),
    Bug("ReLU of dA",
        "`dZ{l}` is `relu(dA{l})`: it keeps what is above 0 in `dA{l}`; the gate asks `Z{l}`",
        "`dZ{l} = (dZ{n} @ W{n}.T) * (Z{l} > 0)`",
        lambda net, l, dZ: np.maximum(net.dG(l, dZ), 0), relu),
    Bug("slope alone",
        "`dZ{l}` is `{slope}(Z{l})` alone: what comes from above, `dZ{n} @ W{n}.T`, is lost",
        RIGHT_HIDDEN, lambda net, l, dZ: net.slope(net.Z[l]) * net.masks[l]),
    Bug("gate on the wrong side",
        "the gate of ReLU in `layer {l}` is open where it must be closed: `Z{l} < 0`",
        "`dZ{l} = (dZ{n} @ W{n}.T) * (Z{l} > 0)`",
        lambda net, l, dZ: net.dG(l, dZ) * (net.Z[l] < 0), relu),
    Bug("activation for derivative",
        "`dZ{l}` is multiplied by the activation `A{l}` itself, not by the derivative of {G}",
        RIGHT_HIDDEN, lambda net, l, dZ: net.dG(l, dZ) * net.g(l)),
    Bug("1 - A", "`dZ{l}` takes `1 - A{l}` for the derivative of tanh, which is `1 - A{l} ** 2`",
        RIGHT_HIDDEN, lambda net, l, dZ: net.dG(l, dZ) * (1 - net.g(l)),
        lambda net, l: net.hidden == "tanh"),
    Bug("dZ of the next layer",
        "`dZ{l}` is `dZ{n}`: it is not computed anew for `layer {l}`, which is as wide",
        RIGHT_HIDDEN, lambda net, l, dZ: dZ, next_as_wide),
    Bug("mask missing backward",
        "the dropout mask of `layer {l}` is used in the forward pass, but not in the backward pass",
        RIGHT_MASKED, lambda net, l, dZ: net.dA(l, dZ) * net.slope(net.Z[l]), masked),
    Bug("mask without its scale backward",
        "the dropout mask of `layer {l}` goes backward as zeros and ones, without the `1/keep` "
        "that the forward pass has", RIGHT_MASKED,
        lambda net, l, dZ: net.dA(l, dZ) * (net.masks[l] > 0) * net.slope(net.Z[l]), masked),
]  # fmt: skip

# dW of layer l
WEIGHTS = [
    Bug("Z used for A", "`dW{l}` is made with `Z{p}` instead of `A{p}`", RIGHT_DW,
        lambda net, l, dZ, above: net.Z[l - 1].T @ dZ, lambda net, l: l > 1),
    Bug("A of the wrong layer",
        "`dW{l}` is made with `A{l}`, the output of the layer, instead of its input `A{p}`",
        RIGHT_DW, lambda net, l, dZ, above: net.A[l].T @ dZ,
        lambda net, l: net.A[l].shape == net.A[l - 1].shape),
    Bug("input without its mask", "`dW{l}` is made with `A{p}` as it was before dropout",
        RIGHT_DW + ", with the masked `A{p}`", lambda net, l, dZ, above: net.g(l - 1).T @ dZ,
        lambda net, l: l > 1 and masked(net, l - 1)),
    *(
        Bug(
            f"{which} example only",
            f"`dW{{l}}` holds the {which} example only{why}",
            RIGHT_DW,
            lambda net, l, dZ, above, i=i: np.outer(net.A[l - 1][i], dZ[i]),
            several,
        )
        for which, i, why in ONE_EXAMPLE
    ),
    Bug("summed before the product",
        "`dW{l}` is the product of sums over the examples, and should be the sum of products",
        RIGHT_DW, lambda net, l, dZ, above: np.outer(net.A[l - 1].mean(axis=0), dZ.sum(axis=0)),
        several),
    Bug("A reshaped", "`A{p}` is reshaped in `dW{l}`, not transposed", RIGHT_DW,
        lambda net, l, dZ, above: net.A[l - 1].reshape(net.A[l - 1].T.shape) @ dZ,
        lambda net, l: net.A[l - 1].shape[0] != net.A[l - 1].shape[1]),
    Bug("dA for dZ", "`dW{l}` is made with `dA{l}` instead of `dZ{l}`", RIGHT_DW,
        lambda net, l, dZ, above: net.A[l - 1].T @ net.dG(l, above), below_output),
    Bug("dZ of another layer", "`dW{l}` is made with `dZ{n}`, which belongs to the next layer",
        RIGHT_DW, lambda net, l, dZ, above: net.A[l - 1].T @ above, next_as_wide),
]  # fmt: skip

# db of layer l
BIASES = [
    Bug("wrong axis",
        "`db{l}` is `dZ{l}.sum(axis=1)`: there are as many examples as units, so the shape fits",
        RIGHT_DB, lambda net, l, dZ, above: dZ.sum(axis=1),
        lambda net, l: net.Z[l].shape[0] == net.Z[l].shape[1]),
    *(
        Bug(
            f"{which} example only",
            f"`db{{l}}` holds the {which} example only{why}",
            RIGHT_DB,
            lambda net, l, dZ, above, i=i: dZ[i],
            several,
        )
        for which, i, why in ONE_EXAMPLE
    ),
    Bug("sum of dW", "`db{l}` is `dW{l}.sum(axis=0)`", RIGHT_DB,
        lambda net, l, dZ, above: net.grads[l - 1][0].sum(axis=0).astype(float)),
    Bug("dA for dZ", "`db{l}` is made with `dA{l}` instead of `dZ{l}`", RIGHT_DB,
        lambda net, l, dZ, above: net.dG(l, above).sum(axis=0), below_output),
    Bug("dZ of another layer", "`db{l}` is made with `dZ{n}`, which belongs to the next layer",
        RIGHT_DB, lambda net, l, dZ, above: above.sum(axis=0), next_as_wide),
]  # fmt: skip

LINES = {"dW": WEIGHTS, "db": BIASES}
