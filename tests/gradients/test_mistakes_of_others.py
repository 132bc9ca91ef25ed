"""Wrong backward passes as people publish them: each is caught, its line named, nothing false."""

from typing import NamedTuple

import numpy as np
import pytest
from small_network import G, Small, softmax

from helpers import check_gradients

WIDE = {"sizes": (6, 5, 5, 3)}  # two hidden layers of equal width
SQUARE = {"sizes": (5, 5, 5, 3)}
RANK = {"sizes": (12, 10, 10, 3), "m": 7}  # every dZ can be recovered from its dW


class Case(NamedTuple):
    """A mistake: what it makes of the gradients, of the loss, and what the doctor says of it."""

    says: str
    grads: object = lambda net: net.gradients()
    loss: object = lambda net: net.loss
    net: dict = {}
    never: str = ""
    l2: float = 0.0


def wrong(says, never="", net=None, loss=None, l2=0.0, **lines):
    """A case in which lines of the backward pass are other ones."""
    return Case(
        says,
        lambda small: small.gradients(l2=l2, **lines),
        loss or (lambda small: lambda params: small.loss(params, l2=l2)),
        net or {},
        never,
    )


def relu(Z):
    return np.maximum(Z, 0)


def scaled(net, factor):
    return [(factor * dW, factor * db) for dW, db in net.gradients()]


def each(net, change):
    return [(change(dW), change(db)) for dW, db in net.gradients()]


def elsewhere(net):
    """Gradients on another batch."""
    other = Small(net.sizes, net.m, net.hidden, seed=net.seed + 50)
    other.params = net.params
    return other.gradients()


def added(net):
    return [(a + c, b + d) for (a, b), (c, d) in zip(net.gradients(), elsewhere(net), strict=True)]


def kept(mask):
    return {"masks": mask}


def masks(scale, m=9, seed=3):
    rng = np.random.default_rng(seed)
    return [scale * (rng.random((m, n)) < 0.7) for n in (5, 4)]


def fresh_masks(net):
    drawn = Small(net.sizes, net.m, masks=masks(1 / 0.7, seed=8))
    slope = G["relu"][1]
    return net.gradients(
        gate=lambda dA, Z, A, l: (
            dA
            / np.where(net.masks[l - 1], net.masks[l - 1], 1)
            * (net.masks[l - 1] > 0)
            * drawn.masks[l - 1]
            * slope(Z)
        )
    )


def moved(net, rate=0.1):
    """Gradients at the parameters before their update."""
    grads = net.gradients()
    net.params = [
        (W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(net.params, grads, strict=True)
    ]
    return grads


def whole_softmax(Z):
    return np.exp(Z) / np.exp(Z).sum()


def other_output(A_of, J_of):
    """A loss of the outputs A_of(Z)."""

    def loss(net):
        return lambda params: float(J_of(A_of(net.forward(params)[1][-1]), net.Y))

    return loss


def batch_norm(net):
    """Layer 1 normalized over the batch; its mean and variance are constants for the gradient."""

    def forward(params):
        (W1, b1), (W2, b2), (W3, b3) = params
        Z1 = net.X @ W1 + b1
        N1 = (Z1 - Z1.mean(axis=0)) / Z1.std(axis=0)
        A1 = relu(N1)
        A2 = relu(A1 @ W2 + b2)
        return Z1, N1, A1, A2, softmax(A2 @ W3 + b3)

    def grads():
        Z1, N1, A1, A2, A3 = forward(net.params)
        dZ3 = (A3 - net.Y) / net.m
        dZ2 = dZ3 @ net.params[2][0].T * (A2 > 0)
        dZ1 = dZ2 @ net.params[1][0].T * (N1 > 0) / Z1.std(axis=0)
        return [(a.T @ d, d.sum(axis=0)) for a, d in ((net.X, dZ1), (A1, dZ2), (A2, dZ3))]

    return grads(), lambda params: float(-(net.Y * np.log(forward(params)[-1])).sum() / net.m)


def residual(net):
    """A2 = relu(Z2) + A1 forward; backward forgets + A1."""

    def forward(params):
        (W1, b1), (W2, b2), (W3, b3) = params
        A1 = relu(net.X @ W1 + b1)
        Z2 = A1 @ W2 + b2
        return A1, Z2, softmax((relu(Z2) + A1) @ W3 + b3)

    A1, Z2, A3 = forward(net.params)
    dZ3 = (A3 - net.Y) / net.m
    dZ2 = dZ3 @ net.params[2][0].T * (Z2 > 0)
    dZ1 = dZ2 @ net.params[1][0].T * (A1 > 0)
    pairs = ((net.X, dZ1), (A1, dZ2), (relu(Z2) + A1, dZ3))
    grads = [(a.T @ d, d.sum(axis=0)) for a, d in pairs]
    return grads, lambda params: float(-(net.Y * np.log(forward(params)[-1])).sum() / net.m)


def no_bias(net, params):
    """The parameters without b1."""
    return [(params[0][0], 0 * params[0][1]), *params[1:]]


WEIGHT = np.array([1.0, 2.0, 0.5])  # of the classes
SHIFT = np.roll(np.arange(9), 1)
SHUFFLED = np.random.default_rng(1).permutation(9)


CASES = {
    "1 relu(dA)": wrong("", gate=lambda dA, Z, A, l: relu(dA)),
    "2 the slope alone": wrong("", gate=lambda dA, Z, A, l: 1.0 * (Z > 0)),
    "3 db = dW.sum(axis=0)": wrong("", biases=lambda dZ, dW, l: dW.sum(axis=0)),
    "4 all m times": Case(
        "",
        lambda net: [(9 * dW, 9 * db) for dW, db in net.gradients(l2=0.1)],
        lambda net: lambda params: net.loss(params, l2=0.1),
    ),
    "5 the penalty's 1": wrong("", biases=lambda dZ, dW, l: dZ.sum(axis=0) + 0.1),
    "6 softmax over the batch": Case(
        "",
        lambda net: net.gradients(
            output=lambda A, Y: (whole_softmax(net.forward(net.params)[1][-1]) - Y) / 9
        ),
        other_output(whole_softmax, lambda A, Y: -(Y * np.log(A)).sum() / 9),
    ),
    "7 the batch before still in": Case("", added),
    "8 backward twice": Case("", lambda net: scaled(net, 2)),
    "9 labels off by one": wrong("", output=lambda A, Y: (A - np.roll(Y, 1, axis=1)) / 9),
    "10 labels shuffled": wrong("", output=lambda A, Y: (A - Y[SHUFFLED]) / 9),
    "11 integer dZ": wrong("", output=lambda A, Y: ((A - Y) / 9).astype(int) * 1.0),
    "12 dZ not renewed": wrong(
        "",
        net={"sizes": (6, 5, 5, 3)},
        back=lambda dZ, W, l: dZ if l == 1 else dZ @ W.T,
        gate=lambda dA, Z, A, l: dA if l == 1 else dA * (Z > 0),
    ),
    "13 relu on the logits": Case(
        "",
        lambda net: net.gradients(forward={"logits": relu}),
        lambda net: lambda params: net.loss(params, logits=relu),
    ),
    "14 masks drawn anew": Case("", fresh_masks, net={"masks": masks(1 / 0.7)}),
    "15 mask / keep backward": wrong(
        "", net={"masks": masks(1.0)}, gate=lambda dA, Z, A, l: dA * (Z > 0) / 0.8
    ),
    "16 clipped by value": Case("", lambda net: each(net, lambda d: np.clip(d, -0.05, 0.05))),
    "17 scaled to norm 1": Case(
        "",
        lambda net: scaled(
            net, 1 / np.sqrt(sum((d**2).sum() for pair in net.gradients() for d in pair))
        ),
    ),
    "18 class weights in the loss": Case(
        "", loss=lambda net: lambda p: net.loss(p, net.Y * WEIGHT)
    ),
    "19 smoothing in the loss": Case(
        "", loss=lambda net: lambda p: net.loss(p, 0.9 * net.Y + 0.1 / 3)
    ),
    "20 smoothing in the gradient": wrong("", output=lambda A, Y: (A - 0.9 * Y - 0.1 / 3) / 9),
    "21 L1 in the loss": Case("", loss=lambda net: lambda params: net.loss(params, l1=0.01)),
    "22 + b forgotten": Case(
        "",
        lambda net: net_without_b1(net).gradients(),
        lambda net: lambda params: net.loss(no_bias(net, params)),
    ),
    "23 leaky forward": Case(
        "",
        lambda net: net.gradients(forward={"g": lambda Z: np.where(Z > 0, Z, 0.1 * Z)}),
        lambda net: lambda p: net.loss(p, g=lambda Z: np.where(Z > 0, Z, 0.1 * Z)),
    ),
    "24 raw X in dW1": Case(
        "",
        lambda net: net.gradients(weights=lambda A, dZ, l: (A * 2 + 0.3 if l == 1 else A).T @ dZ),
    ),
    "25 squared error": Case(
        "", loss=other_output(softmax, lambda A, Y: ((A - Y) ** 2).sum() / 18)
    ),
    "26 binary cross-entropy": Case(
        "",
        loss=other_output(
            softmax, lambda A, Y: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum() / 9
        ),
    ),
    "27 W += rate * dW": Case("", lambda net: scaled(net, -1)),
    "28 batch norm": Case("", lambda net: batch_norm(net)[0], lambda net: batch_norm(net)[1]),
    "29 argmax": wrong("", output=lambda A, Y: (np.eye(3)[A.argmax(axis=1)] - Y) / 9),
    "30 dW / inputs": wrong("", weights=lambda A, dZ, l: A.T @ dZ / A.shape[1]),
    "31 1/m in every layer": wrong("", gate=lambda dA, Z, A, l: dA * (Z > 0) / 9),
    "32 W.reshape": wrong("", back=lambda dZ, W, l: dZ @ W.reshape(W.T.shape)),
    "33 A.reshape": wrong("", weights=lambda A, dZ, l: A.reshape(A.T.shape) @ dZ),
    "34 log10": Case("", loss=lambda net: lambda params: net.loss(params, log=np.log10)),
    "35 residual": Case("", lambda net: residual(net)[0], lambda net: residual(net)[1], WIDE),
    "36 updated before the check": Case("", moved),
    "37 another batch": Case("", loss=lambda net: elsewhere_loss(net)),
    "38 db1 = dZ2.sum": Case("", lambda net: neighbor(net, biases=True), net=WIDE),
    "39 dW1 = X.T @ dZ2": Case("", lambda net: neighbor(net), net=WIDE),
    "40 7 examples over 32": wrong("", net={"m": 7}, output=lambda A, Y: (A - Y) / 32),
    "41 gate on the wrong side": wrong("", gate=lambda dA, Z, A, l: dA * (Z < 0)),
    "42 slope relu(Z)": wrong("", gate=lambda dA, Z, A, l: dA * relu(Z)),
    "43 gate above 0.5": wrong("", gate=lambda dA, Z, A, l: dA * (Z > 0.5)),
    "44 tanh' = 1 - A": wrong("", net={"hidden": "tanh"}, gate=lambda dA, Z, A, l: dA * (1 - A)),
    "45 sigmoid' = A(A - 1)": wrong(
        "", net={"hidden": "sigmoid"}, gate=lambda dA, Z, A, l: dA * A * (A - 1)
    ),
    "46 hidden forgotten": wrong("", net={"hidden": "tanh"}, gate=lambda dA, Z, A, l: dA),
    "47 db = dZ[0]": wrong("", biases=lambda dZ, dW, l: dZ[0]),
    "48 outer of means": wrong(
        "", weights=lambda A, dZ, l: np.outer(A.mean(axis=0), dZ.sum(axis=0))
    ),
}


def net_without_b1(net):
    other = Small(net.sizes, net.m)
    other.params = no_bias(net, net.params)
    return other


def elsewhere_loss(net):
    other = Small(net.sizes, net.m, seed=net.seed + 50)
    return other.loss


def neighbor(net, biases=False):
    """The first layer takes the dZ of the second."""
    taken = {}

    def remember(name):
        def line(A, dZ, l):
            taken[l] = dZ
            return A.T @ (taken[2] if l == 1 and not biases else dZ)

        return line

    return net.gradients(
        weights=remember("dW"),
        biases=lambda dZ, dW, l: (taken[2] if l == 1 and biases else dZ).sum(axis=0),
    )


def look(case, batch=True, **settings):
    net = Small(**case.net)
    grads, loss = case.grads(net), case.loss(net)
    if batch:
        hidden = "relu" if "hidden" in settings else net.hidden
        settings = settings | {"X": net.X, "Y": net.Y, "hidden": hidden, "masks": net.masks}
    return check_gradients(loss, net.params, grads, **settings)
