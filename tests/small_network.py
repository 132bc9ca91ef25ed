"""A small network with its batch and loss, and a backward pass in which any line can be another.

It shares no code with helpers, so that the doctor is not tested against its own list.
"""

from dataclasses import dataclass, field

import numpy as np

G = {
    "relu": (lambda Z: np.where(Z > 0, Z, 0.0), lambda Z: 1.0 * (Z > 0)),
    "tanh": (np.tanh, lambda Z: 1 / np.cosh(Z) ** 2),
    "sigmoid": (lambda Z: 0.5 + 0.5 * np.tanh(Z / 2), lambda Z: 0.25 / np.cosh(Z / 2) ** 2),
}


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@dataclass
class Small:
    """Parameters and a batch, drawn so that no ReLU is near its corner."""

    sizes: tuple = (6, 5, 4, 3)
    m: int = 9
    hidden: str = "relu"
    seed: int = 0
    masks: list = None
    params: list = field(init=False)

    def __post_init__(self):
        for seed in range(self.seed, self.seed + 1000):
            rng = np.random.default_rng(seed)
            self.params = [
                (rng.normal(0, 1.5 / np.sqrt(n), (n, k)), 0.3 * rng.normal(size=k))
                for n, k in zip(self.sizes, self.sizes[1:], strict=False)
            ]
            self.X = rng.normal(size=(self.m, self.sizes[0]))
            self.y = rng.integers(0, self.sizes[-1], self.m).astype(np.intp)
            *Z, logits = self.forward(self.params)[1][1:]
            alive = all(np.abs(Z_l).min() > 1e-3 and (Z_l > 0).any(axis=0).all() for Z_l in Z)
            if alive and np.ptp(np.bincount(self.y)) > 1 and np.ptp(logits.argmax(axis=1)):
                break
        self.Y = np.eye(self.sizes[-1])[self.y]

    def forward(self, params, X=None, g=None, logits=lambda Z: Z):
        """Lists A and Z, from A[0] = X and Z[0] = None."""
        g = g or G[self.hidden][0]
        A, Z = [self.X if X is None else X], [None]
        for l, (W, b) in enumerate(params, start=1):
            Z.append(A[-1] @ W + b)
            last = l == len(params)
            A.append(softmax(logits(Z[-1])) if last else g(Z[-1]))
            if self.masks and not last:
                A[-1] = A[-1] * self.masks[l - 1]
        return A, Z

    def loss(self, params, Y=None, log=np.log, l2=0.0, l1=0.0, **forward):
        """Mean cross-entropy, with penalties."""
        A, _ = self.forward(params, **forward)
        Y = self.Y if Y is None else Y
        penalty = sum(l2 / 2 * (W**2).sum() + l1 * np.abs(W).sum() for W, b in params)
        return float(-(Y * log(A[-1])).sum() / len(Y) + penalty)

    def loss_of_its_own(self, params):
        """The loss of its own parameters, whatever comes."""
        return self.loss(self.params)

    def gradients(self, output=None, back=None, gate=None, weights=None, biases=None,
                  l2=0.0, l1=0.0, forward=None):  # fmt: skip
        """Gradients in which some lines are another.

        `output(A, Y)` is dZ of the last layer, `back(dZ, W, l)` dA of layer l, `gate(dA, Z, A, l)`
        its dZ, `weights(A, dZ, l)` dW and `biases(dZ, dW, l)` db.
        """
        A, Z = self.forward(self.params, **forward or {})
        dZ = (output or (lambda A, Y: (A - Y) / len(Y)))(A[-1], self.Y)
        grads = []
        for l in range(len(self.params), 0, -1):
            W = self.params[l - 1][0]
            dW = (weights or (lambda A, dZ, l: A.T @ dZ))(A[l - 1], dZ, l)
            db = (biases or (lambda dZ, dW, l: dZ.sum(axis=0)))(dZ, dW, l)
            grads.insert(0, (dW + l2 * W + l1 * np.sign(W), db))
            if l == 1:
                return grads
            dA = (back or (lambda dZ, W, l: dZ @ W.T))(dZ, W, l - 1)
            if self.masks:
                dA = dA * self.masks[l - 2]
            dZ = (gate or self.gate)(dA, Z[l - 1], A[l - 1], l - 1)

    def gate(self, dA, Z, A, l):
        """The right dZ of a hidden layer."""
        return dA * G[self.hidden][1](Z)
