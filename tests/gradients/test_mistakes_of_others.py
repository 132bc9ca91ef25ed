"""Wrong backward passes as people publish them: each is caught, its line named, nothing false."""

import re
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
    net: dict = {}  # noqa: RUF012 (never changed)


def wrong(says, net=None, **lines):
    """A case in which lines of the backward pass are other ones."""
    return Case(says, lambda small: small.gradients(**lines), net=net or {})


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
    "1 relu(dA)": wrong("dZ2 is relu(dA2)", gate=lambda dA, Z, A, l: relu(dA)),
    "2 the slope alone": wrong(
        "dZ2 is relu_derivative(Z2) alone", gate=lambda dA, Z, A, l: 1.0 * (Z > 0)
    ),
    "3 db = dW.sum(axis=0)": wrong(
        "db3 is dW3.sum(axis=0); the same in db2 and db1",
        biases=lambda dZ, dW, l: dW.sum(axis=0),
    ),
    "4 all m times": Case(
        "that of the penalty included, is 9.000 times what it should be; 9 is the number of",
        lambda net: [(9 * dW, 9 * db) for dW, db in net.gradients(l2=0.1)],
        lambda net: lambda params: net.loss(params, l2=0.1),
    ),
    "5 the penalty's 1": wrong(
        "db3 has 0.1 too much in every entry", biases=lambda dZ, dW, l: dZ.sum(axis=0) + 0.1
    ),
    "6 softmax over the batch": Case(
        "the softmax of the loss runs over the whole batch",
        lambda net: net.gradients(
            output=lambda A, Y: (whole_softmax(net.forward(net.params)[1][-1]) - Y) / 9
        ),
        other_output(whole_softmax, lambda A, Y: -(Y * np.log(A)).sum() / 9),
    ),
    "7 the batch before still in": Case("of other examples (as of a batch before)", added),
    "8 backward twice": Case("added twice", lambda net: scaled(net, 2)),
    "9 labels off by one": wrong(
        "dZ3 has for each example the class after the right one",
        output=lambda A, Y: (A - np.roll(Y, 1, axis=1)) / 9,
    ),
    "10 labels shuffled": wrong(
        "Does each label in Y belong to its example in X?",
        output=lambda A, Y: (A - Y[SHUFFLED]) / 9,
    ),
    "11 integer dZ": wrong(
        "kept in an array of integers", output=lambda A, Y: ((A - Y) / 9).astype(int) * 1.0
    ),
    "12 dZ not renewed": wrong(
        "dZ1 is dZ2: it is not computed anew",
        net={"sizes": (6, 5, 5, 3)},
        back=lambda dZ, W, l: dZ if l == 1 else dZ @ W.T,
        gate=lambda dA, Z, A, l: dA if l == 1 else dA * (Z > 0),
    ),
    "13 relu on the logits": Case(
        "the loss has a ReLU on the logits",
        lambda net: net.gradients(forward={"logits": relu}),
        lambda net: lambda params: net.loss(params, logits=relu),
    ),
    "14 masks drawn anew": Case(
        "look at dZ2 = (dZ3 @ W3.T) * mask2", fresh_masks, net={"masks": masks(1 / 0.7)}
    ),
    "15 mask / keep backward": wrong(
        "dZ2 is 1.250 times what it should be, and with it all that follows from it; it is 1/0.8",
        net={"masks": masks(1.0)},
        gate=lambda dA, Z, A, l: dA * (Z > 0) / 0.8,
    ),
    "16 clipped by value": Case(
        "dW3 is clipped to ±0.05; the same in db3, dW2, db2, dW1 and db1",
        lambda net: each(net, lambda d: np.clip(d, -0.05, 0.05)),
    ),
    "17 scaled to norm 1": Case(
        "The norm of all gradients together is 1: clipped, or scaled",
        lambda net: scaled(
            net, 1 / np.sqrt(sum((d**2).sum() for pair in net.gradients() for d in pair))
        ),
    ),
    "18 class weights in the loss": Case(
        "the loss weights the classes by 1, 2, 0.5",
        loss=lambda net: lambda p: net.loss(p, net.Y * WEIGHT),
    ),
    "19 smoothing in the loss": Case(
        "the labels of the loss are smoothed, by 0.1",
        loss=lambda net: lambda p: net.loss(p, 0.9 * net.Y + 0.1 / 3),
    ),
    "20 smoothing in the gradient": wrong(
        "dZ3 has labels that are smoothed by 0.1", output=lambda A, Y: (A - 0.9 * Y - 0.1 / 3) / 9
    ),
    "21 L1 in the loss": Case(
        "the loss has the term 0.01 * np.abs(W3).sum()",
        loss=lambda net: lambda params: net.loss(params, l1=0.01),
    ),
    "22 + b forgotten": Case(
        "the loss does not change with b1",
        lambda net: net_without_b1(net).gradients(),
        lambda net: lambda params: net.loss(no_bias(net, params)),
    ),
    "23 leaky forward": Case(
        "look at dZ2 = (dZ3 @ W3.T)",
        lambda net: net.gradients(forward={"g": lambda Z: np.where(Z > 0, Z, 0.1 * Z)}),
        lambda net: lambda p: net.loss(p, g=lambda Z: np.where(Z > 0, Z, 0.1 * Z)),
    ),
    "24 raw X in dW1": Case(
        "look at the line dW1 = X.T @ dZ1",
        lambda net: net.gradients(weights=lambda A, dZ, l: (A * 2 + 0.3 if l == 1 else A).T @ dZ),
    ),
    "25 squared error": Case(
        "but the loss is a squared error",
        loss=other_output(softmax, lambda A, Y: ((A - Y) ** 2).sum() / 18),
    ),
    "26 binary cross-entropy": Case(
        "but the loss is a binary cross-entropy",
        loss=other_output(
            softmax, lambda A, Y: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum() / 9
        ),
    ),
    "27 W += rate * dW": Case(
        "taken from a step that adds instead of subtracting", lambda net: scaled(net, -1)
    ),
    "28 batch norm": Case(
        "and at the dZ1 in it", lambda net: batch_norm(net)[0], lambda net: batch_norm(net)[1]
    ),
    "29 argmax": wrong(
        "the one-hot label of the largest output",
        output=lambda A, Y: (np.eye(3)[A.argmax(axis=1)] - Y) / 9,
    ),
    "30 dW / inputs": wrong(
        "dW3 is 0.250 times what it should be; it is one over the 4 inputs",
        weights=lambda A, dZ, l: A.T @ dZ / A.shape[1],
    ),
    "31 1/m in every layer": wrong(
        "the 1/m is applied a second time; the same in dZ1",
        gate=lambda dA, Z, A, l: dA * (Z > 0) / 9,
    ),
    "32 W.reshape": wrong(
        "W3 is reshaped on the way back to layer 2", back=lambda dZ, W, l: dZ @ W.reshape(W.T.shape)
    ),
    "33 A.reshape": wrong(
        "A2 is reshaped in dW3", weights=lambda A, dZ, l: A.reshape(A.T.shape) @ dZ
    ),
    "34 log10": Case(
        "the loss is 0.4343 times that: it takes log10",
        loss=lambda net: lambda params: net.loss(params, log=np.log10),
    ),
    "35 residual": Case(
        "look at dZ1 = (dZ2 @ W2.T)",
        lambda net: residual(net)[0],
        lambda net: residual(net)[1],
        WIDE,
    ),
    "36 updated before the check": Case("before an update with a learning rate of 0.1", moved),
    "37 another batch": Case(
        "look at the loss, not at the backward pass", loss=lambda net: elsewhere_loss(net)
    ),
    "38 db1 = dZ2.sum": Case(
        "db1 is made with dZ2", lambda net: neighbor(net, biases=True), net=WIDE
    ),
    "39 dW1 = X.T @ dZ2": Case("dW1 is made with dZ2", lambda net: neighbor(net), net=WIDE),
    "40 7 examples over 32": wrong(
        "it is 7/32, as from a division by 32", net={"m": 7}, output=lambda A, Y: (A - Y) / 32
    ),
    "41 gate on the wrong side": wrong(
        "open where it must be closed", gate=lambda dA, Z, A, l: dA * (Z < 0)
    ),
    "42 slope relu(Z)": wrong(
        "multiplied by the activation A2 itself", gate=lambda dA, Z, A, l: dA * relu(Z)
    ),
    "43 gate above 0.5": wrong(
        "look at dZ2 = (dZ3 @ W3.T)", gate=lambda dA, Z, A, l: dA * (Z > 0.5)
    ),
    "44 tanh' = 1 - A": wrong(
        "dZ2 takes 1 - A2 for the derivative of tanh",
        net={"hidden": "tanh"},
        gate=lambda dA, Z, A, l: dA * (1 - A),
    ),
    "45 sigmoid' = A(A - 1)": wrong(
        "dZ2 has the wrong sign",
        net={"hidden": "sigmoid"},
        gate=lambda dA, Z, A, l: dA * A * (A - 1),
    ),
    "46 hidden forgotten": wrong(
        "The loss has hidden=", net={"hidden": "tanh"}, gate=lambda dA, Z, A, l: dA
    ),
    "47 db = dZ[0]": wrong("db3 holds the first example only", biases=lambda dZ, dW, l: dZ[0]),
    "48 outer of means": wrong(
        "dW3 is the product of sums",
        weights=lambda A, dZ, l: np.outer(A.mean(axis=0), dZ.sum(axis=0)),
    ),
}


# A second list, from issues and forums; what is in brackets is where it was seen, or what brings it

SIGMOID, RANDOM = G["sigmoid"][0], np.random.default_rng(0)


def logits_of(net):
    return net.forward(net.params)[1][-1]


def sigmoid_output(A, net):
    return (SIGMOID(logits_of(net)) - net.Y) / net.m


def one(layer, wrong):
    """A line that is wrong in one layer."""
    return {
        "weights": lambda A, dZ, l: wrong(A.T @ dZ) if l == layer else A.T @ dZ,
        "biases": lambda dZ, dW, l: dZ.sum(axis=0),
    }


def updated(net, rate=0.2):
    """Each W is updated before it carries the error on."""
    moved = {}

    def weights(A, dZ, l):
        moved[l] = net.params[l - 1][0] - rate * A.T @ dZ
        return A.T @ dZ

    return net.gradients(weights=weights, back=lambda dZ, W, l: dZ @ moved[l + 1].T)


def exchanged(net):
    first, second, *rest = net.gradients()
    return [(second[0], first[1]), (first[0], second[1]), *rest]


def aliased(net):
    first, second, *rest = net.gradients()
    return [first, (first[0], second[1]), *rest]


def with_noise(net):
    rng = np.random.default_rng(4)
    return net.gradients(weights=lambda A, dZ, l: A.T @ (dZ + 0.01 * rng.normal(size=dZ.shape)))


SECOND = {
    "1 dW2 * 2 (bighuang624 10)": wrong("dW2 is 2.000 times", **one(2, lambda dW: 2 * dW)),
    "2 db1 * 4 (bighuang624 10)": wrong(
        "db1 is 4.000 times", biases=lambda dZ, dW, l: (4 if l == 1 else 1) * dZ.sum(axis=0)
    ),
    "3 no sigmoid' at the output (Bot-Academy 3)": Case(
        "the loss is a squared error of sigmoid outputs",
        lambda net: net.gradients(output=lambda A, Y: sigmoid_output(A, net)),
        other_output(SIGMOID, lambda A, Y: ((A - Y) ** 2).sum() / 18),
    ),
    "4 tanh' at Z2 for Z1 (dennybritz 3)": Case(
        "dZ1 is taken at Z2, which belongs to the next layer",
        lambda net: net.gradients(
            gate=lambda dA, Z, A, l: (
                dA / np.cosh(net.forward(net.params)[1][2] if l == 1 else Z) ** 2
            )
        ),
        net=WIDE | {"hidden": "tanh"},
    ),
    "5 updated too early (kim-marcel 7)": Case(
        "dZ2 uses W3 after its update with a learning rate of 0.2", updated
    ),
    "6 db from dA (arthurdouillard 9)": Case(
        "db2 is made with dA2 instead of dZ2",
        lambda net: [
            (dW, db) for (dW, _), (_, db) in zip(net.gradients(), dA_biases(net), strict=True)
        ],
    ),
    "7 softmax twice (arthurdouillard 9)": Case(
        "look at the loss, not at the backward pass",
        loss=lambda net: lambda params: net.loss(params, logits=softmax),
    ),
    "8 sigmoid' on softmax outputs (louisjc 1)": Case(
        "the loss is a squared error",
        lambda net: net.gradients(output=lambda A, Y: (A - Y) * A * (1 - A) / 9),
        other_output(softmax, lambda A, Y: ((A - Y) ** 2).sum() / 18),
    ),
    "9 lambda without 1/m (stephencwelch 15)": Case(
        "dW3 has 0.9 * W3 from the regularization, but",
        lambda net: net.gradients(l2=0.9),
        lambda net: lambda params: net.loss(params, l2=0.1),
    ),
    "10 the loss sums, the gradient averages": Case(
        "it sums over the 9 examples, the gradient averages",
        loss=lambda net: lambda params: 9 * net.loss(params),
    ),
    "11 leaky with two slopes": Case(
        "look at dZ2 = (dZ3 @ W3.T)",
        lambda net: net.gradients(
            forward={"g": lambda Z: np.where(Z > 0, Z, 0.1 * Z)},
            gate=lambda dA, Z, A, l: dA * np.where(Z > 0, 1, 0.01),
        ),
        lambda net: lambda params: net.loss(params, g=lambda Z: np.where(Z > 0, Z, 0.1 * Z)),
    ),
    "12 softplus forward, ReLU backward": Case(
        "look at dZ2 = (dZ3 @ W3.T)",
        lambda net: net.gradients(forward={"g": lambda Z: np.log1p(np.exp(Z))}),
        lambda net: lambda params: net.loss(params, g=lambda Z: np.log1p(np.exp(Z))),
    ),
    "13 momentum's 0.1 in it": Case("dZ3 is 0.100 times", lambda net: scaled(net, 0.1)),
    "14 hinge loss, softmax gradient": Case(
        "look at the loss, not at the backward pass",
        loss=other_output(
            lambda Z: Z,
            lambda Z, Y: np.maximum(0, Z - (Z * Y).sum(axis=1, keepdims=True) + 1 - Y).sum() / 9,
        ),
    ),
    "15 pixels to 255 in dW1 only": wrong("dW1 is 255.000 times", **one(1, lambda dW: 255 * dW)),
    "16 loss not repeatable": Case(
        "another one each time",
        loss=lambda net: lambda params: net.loss(params) + RANDOM.random(),
    ),
    "17 one layer with the other sign": wrong("dW2 has the wrong sign", **one(2, lambda dW: -dW)),
    "18 mean in dW, sum in db": wrong("dW3 is 0.111 times", weights=lambda A, dZ, l: A.T @ dZ / 9),
    "19 focal loss, plain gradient": Case(
        "look at the loss, not at the backward pass",
        loss=other_output(softmax, lambda A, Y: -(Y * (1 - A) ** 2 * np.log(A)).sum() / 9),
    ),
    "20 probabilities clipped in the loss": Case(
        "look at the loss, not at the backward pass",
        loss=other_output(softmax, lambda A, Y: -(Y * np.log(np.clip(A, 0.3, 0.7))).sum() / 9),
    ),
    "21 temperature in the loss": Case(
        "dZ3 is 2.000 times",
        lambda net: net.gradients(forward={"logits": lambda Z: Z / 2}),
        lambda net: lambda params: net.loss(params, logits=lambda Z: Z / 2),
    ),
    "22 dW1 and dW2 exchanged": Case("look at the line dW2 = A1.T @ dZ2", exchanged, net=SQUARE),
    "23 one array twice": Case("look at the line dW2 = A1.T @ dZ2", aliased, net=SQUARE),
    "24 sign of the gradient": Case("look at dZ3", lambda net: each(net, np.sign)),
    "25 batch of 64 written into the code": wrong(
        "it is 9/64, as from a division by 64", output=lambda A, Y: (A - Y) / 64
    ),
    "26 sigmoid' = A * (1 + A)": wrong(
        "look at dZ2", net={"hidden": "sigmoid"}, gate=lambda dA, Z, A, l: dA * A * (1 + A)
    ),
    "27 tanh' = 1 - 2 A": wrong(
        "look at dZ2", net={"hidden": "tanh"}, gate=lambda dA, Z, A, l: dA * (1 - 2 * A)
    ),
    "28 A * (1 - A) with tanh": wrong(
        "look at dZ2", net={"hidden": "tanh"}, gate=lambda dA, Z, A, l: dA * A * (1 - A)
    ),
    "29 noise in dZ": Case("look at", with_noise),
    "30 W.T of the whole, rows reversed": wrong(
        "look at dZ2", back=lambda dZ, W, l: dZ @ W[::-1].T
    ),
    "31 example weights (boosting)": wrong(
        "in dZ3 each example has a factor of its own",
        net=RANK,
        output=lambda A, Y: (A - Y) * np.arange(1, 8)[:, None] / 7,
    ),
    "32 hard examples only": wrong(
        "in dZ3 each example has a factor of its own",
        net=RANK,
        output=lambda A, Y: (A - Y) * (A.max(axis=1, keepdims=True) < 0.7) / 7,
    ),
    "33 dead gate at 0.5 where it can be seen": wrong(
        "all where Z2 is above 0 by less than about",
        net=RANK,
        gate=lambda dA, Z, A, l: dA * (Z > 0.5),
    ),
    "34 labels shuffled where it can be seen": wrong(
        "the labels are in another order against the examples",
        net=RANK,
        output=lambda A, Y: (A - Y[np.random.default_rng(1).permutation(7)]) / 7,
    ),
    "35 dZ clipped": wrong(
        "all that should be larger than 0.05: it is clipped",
        net=RANK,
        gate=lambda dA, Z, A, l: np.clip(dA * (Z > 0), -0.05, 0.05),
    ),
    "36 the batch before, where it can be seen": Case(
        "No dZ3 at all gives this dW3", added, net=RANK
    ),
    "37 leaky backward only": wrong(
        "all where Z2 < 0", net=RANK, gate=lambda dA, Z, A, l: dA * np.where(Z > 0, 1, 0.1)
    ),
    "38 labels of the loss rolled": Case(
        "look at the loss, not at the backward pass",
        loss=lambda net: lambda params: net.loss(params, np.roll(net.Y, 1, axis=0)),
    ),
    "39 dropout off in the loss": Case(
        "look at the loss, not at the backward pass",
        net={"masks": masks(1 / 0.7)},
        loss=lambda net: Small(net.sizes, net.m, seed=net.seed).loss,
    ),
    "40 weights frozen by copies": Case(
        "does it use them, or copies",
        loss=lambda net: Small(net.sizes, net.m).loss_of_its_own,
    ),
}


def dA_biases(net):
    """Gradients whose db is the sum of dA."""
    seen = {}

    def gate(dA, Z, A, l):
        seen[l] = dA
        return dA * (Z > 0)

    return net.gradients(gate=gate, biases=lambda dZ, dW, l: seen.get(l, dZ).sum(axis=0))


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


def look(case, **settings):
    net = Small(**case.net)
    grads, loss = case.grads(net), case.loss(net)
    batch = {"X": net.X, "Y": net.Y, "hidden": net.hidden, "masks": net.masks}
    return check_gradients(loss, net.params, grads, **batch | settings)


def consistent(verdict):
    """No layer is called right, and no array either, that is called wrong."""
    wrong = set(re.findall(r"d[Wb]\d", verdict.split(". ")[0]))
    said = re.search(r"Layer (\d) is right", verdict)
    right = re.findall(r"(d[Wb]\d) is right", verdict)
    layer = [f"{kind}{said[1]}" for kind in ("dW", "db")] if said else []
    if "all arrays" in verdict:
        return not said and not right
    return not wrong & {*layer, *right}


@pytest.mark.parametrize("name", [*CASES, *SECOND])
def test_a_published_mistake_is_told(name):
    case = (CASES | SECOND)[name]
    report = look(case, **({"hidden": "relu"} if name == "46 hidden forgotten" else {}))
    assert not report.ok
    assert case.says in report.verdict
    assert consistent(report.verdict), report.verdict
    assert "`" not in str(report)
    assert not re.search(r"[{}]", report.verdict)
