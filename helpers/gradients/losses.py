"""Which loss do the numeric derivatives belong to? The mean cross-entropy, or one of its kin.

What is known of a loss here is its derivative for the logits, as a sum of known arrays.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from ..network import ACTIVATIONS, sigmoid, softmax
from .bugs import Network, run

ENOUGH = 2000  # entries that a loss is fitted to
PENALTIES = ((), ("dW",), ("dW", "db"), ("sign",))  # on no array, all W, all W and b, all abs(W)


class Loss(NamedTuple):
    """A loss: `parts(Z, Y)` are arrays whose weighted sum is its dZ of the last layer."""

    words: str
    parts: Callable
    outputs: Callable = softmax


def _through_softmax(Z, slope):
    A = softmax(Z)
    dA = slope(A)
    return A * (dA - (dA * A).sum(axis=1, keepdims=True))


def _weighted(Z, Y):
    return [(softmax(Z) - Y) * Y[:, [c]] / len(Y) for c in range(Y.shape[1])]


def _softmax_over(axis):
    def outputs(Z):
        E = np.exp(Z - Z.max())
        return E / E.sum(axis=axis)

    return outputs


LOSSES = [
    Loss("the loss has a ReLU on the logits", lambda Z, Y: [
        (softmax(np.maximum(Z, 0)) - Y) * (Z > 0) / len(Y)], lambda Z: softmax(np.maximum(Z, 0))),
    Loss("the softmax of the loss runs over the whole batch, not over each example", lambda Z, Y: [
        _softmax_over(None)(Z) - Y / len(Y)], _softmax_over(None)),
    Loss("the softmax of the loss runs over the examples, not over the classes",
         lambda Z, Y: [(_softmax_over(0)(Z) * Y.sum(axis=0) - Y) / len(Y)], _softmax_over(0)),
    Loss("the loss is a squared error",
         lambda Z, Y: [_through_softmax(Z, lambda A: (A - Y) / len(Y))]),
    Loss("the loss is a binary cross-entropy, `-Y * log(A) - (1 - Y) * log(1 - A)`, of softmax "
         "outputs", lambda Z, Y: [_through_softmax(Z, lambda A: (A - Y) / (A - A**2) / len(Y))]),
    Loss("the loss is a binary cross-entropy of sigmoid outputs",
         lambda Z, Y: [(sigmoid(Z) - Y) / len(Y)], sigmoid),
    Loss("the loss is a squared error of sigmoid outputs",
         lambda Z, Y: [(sigmoid(Z) - Y) * sigmoid(Z) * (1 - sigmoid(Z)) / len(Y)], sigmoid),
    Loss("the loss is a squared error of outputs without a softmax",
         lambda Z, Y: [(Z - Y) / len(Y)], lambda Z: Z),
    Loss("the labels of the loss are smoothed, by {1}",
         lambda Z, Y: [(softmax(Z) - Y) / len(Y), (Y - 1 / Y.shape[1]) / len(Y)]),
    Loss("the loss weights the classes by {all}", _weighted),
]  # fmt: skip


class Fitted(NamedTuple):
    """The loss is `scale` times that of the network, with λ/2 W² (`l2`, per kind) and λ |W|."""

    network: Network
    scale: float
    l2: dict
    l1: float


def reproduce(arrays, network, tolerance):
    """Find the loss whose right gradients are the numeric values; None if it is none of these."""
    plain = _fit(arrays, network, [network.plain], tolerance)
    if plain:
        return plain
    for hidden in ACTIVATIONS:
        if hidden != network.hidden:
            other = run(
                network.params, network.grads, network.A[0], network.Y, hidden, network.masks[1:]
            )
            found = _fit(arrays, other, [other.plain], tolerance)
            if found:
                return found
    for loss in LOSSES:
        with np.errstate(all="ignore"):
            parts = loss.parts(network.Z[-1], network.Y)
        if all(np.isfinite(part).all() for part in parts):
            A = [*network.A[:-1], loss.outputs(network.Z[-1])]
            found = _fit(arrays, replace(network, A=A, loss=loss.words), parts, tolerance)
            if found:
                return found
    return None


def _fit(arrays, network, parts, tolerance):
    """Fit the numeric values with the gradients that follow from parts of dZ, and penalties."""
    sizes = [np.full(len(a.numeric), max(np.abs(a.numeric).max(), 1e-3)) for a in arrays]
    size = np.concatenate(sizes)
    some = slice(None, None, max(1, len(size) // ENOUGH))

    def column(values):
        return (np.concatenate(list(values)) / size)[some]

    def penalty(kind):
        if kind == "sign":
            return column(np.sign(a.value) * (a.kind == "dW") for a in arrays)
        return column(a.value * (a.kind == kind) for a in arrays)

    numeric = column(a.numeric for a in arrays)
    rights = []
    for part in parts:
        grads = chain(*network.gradients(part))
        rights.append(column(grad[a.places] for grad, a in zip(grads, arrays, strict=True)))
    # the simplest explanation first: with a scale or without, with λ for no array, W, or all
    for fixed, kinds in product((True, False) if network.loss == "" else (False,), PENALTIES):
        target = numeric - rights[0] if fixed else numeric
        columns = ([] if fixed else rights) + [sum(map(penalty, kinds))] * bool(kinds)
        X, kept = np.array(columns).reshape(len(columns), len(target)).T, np.isfinite(target)
        if len(target) <= 2 * X.shape[1] + 1:
            break
        for _ in range(4):  # leave out the worst tenth: corners of ReLU
            solution = np.linalg.lstsq(X[kept], target[kept])[0]
            residual = np.abs(target - X @ solution)
            kept = residual <= np.quantile(residual, 0.9)
        scales = np.ones(1) if fixed else solution[: len(parts)]
        if residual[kept].max() <= tolerance and scales[0] > 0:
            strength = solution[-1] if kinds else 0.0
            l2 = {kind: strength if kind in kinds else 0.0 for kind in ("dW", "db")}
            if network.loss:
                dZ = sum(scale * part for scale, part in zip(scales, parts, strict=True))
                digits = [f"{scale:.4g}" for scale in scales]
                words = network.loss.format(*digits, all=", ".join(digits))
                network, scales = replace(network, dZ_L=dZ, loss=words), np.ones(1)
            return Fitted(network, scales[0], l2, strength if kinds == ("sign",) else 0.0)
    return None
