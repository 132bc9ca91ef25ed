"""The bench of chapter 10: train along gradients from anywhere, and let the doctor look at them."""

from textwrap import fill

import numpy as np

from ..network import cross_entropy, forward, initialize, one_hot, steps
from .compare import check_gradients

BATCH_SIZE, EVERY = 30, 50  # examples in a step; steps between two measurements
LOOKED_AT = 12  # examples that the doctor gets


def say(report):
    """Print the verdict of a report, in lines that fit a page; return the report."""
    for line in report.verdict.split("\n"):
        print(fill(line, 80, subsequent_indent="  " * line.startswith(" ")))
    return report


class Bench:
    """Images to train on and others to judge by, for networks of these sizes.

    `gradients(X, Y, params)` is any function, right or wrong, that returns a list of (dW, db).
    """

    def __init__(self, X, y, X_dev, y_dev, sizes):
        self.X, self.y, self.Y, self.sizes = X, y, one_hot(y, sizes[-1]), sizes
        self.X_dev, self.y_dev = X_dev, y_dev

    def accuracy(self, params, X_dev=None):
        """Fraction of the other images that a network reads right."""
        A, _ = forward(self.X_dev if X_dev is None else X_dev, params)
        return (A.argmax(axis=1) == self.y_dev).mean()

    def learn(self, gradients, X=None, Y=None, *, sizes=None, rate=0.3, epochs=10, measure=None,
              seed=0, **init):  # fmt: skip
        """Train along the gradients; return a value of `measure` per 50 steps, and params.

        What is not given is the bench's own: X, Y, sizes, and the accuracy on the other images.
        """
        X, Y = (self.X, self.Y) if X is None else (X, Y)
        measure = measure or self.accuracy
        weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
        params = initialize(sizes or self.sizes, rng=weights_rng, **init)
        settings = {"learning_rate": rate, "batch_size": BATCH_SIZE, "rng": order_rng}
        step, curve = 0, [measure(params)]
        for _ in range(epochs):
            for _ in steps(X, Y, params, **settings, gradients=gradients):
                step += 1
                if step % EVERY == 0:
                    curve.append(measure(params))
        if step % EVERY:
            curve.append(measure(params))
        return curve, params

    def look(self, gradients, *, loss=None, sizes=None, params=None, masks=None, hidden="relu"):
        """Let the doctor look at gradients, in float64 on a few images; return the report.

        `loss(X, Y, params)` is the mean cross-entropy unless given.
        """
        rng = np.random.default_rng(1)
        params = params or initialize(sizes or self.sizes, hidden, rng=rng, dtype=np.float64)
        params = [(W.astype(float), b.astype(float)) for W, b in params]
        X, Y = self.X[:LOOKED_AT].astype(float), self.Y[:LOOKED_AT].astype(float)

        def J(params):
            if loss is not None:
                return loss(X, Y, params)
            return cross_entropy(forward(X, params, hidden)[0], Y)

        batch = {"X": X, "Y": Y, "masks": masks, "hidden": hidden}
        return check_gradients(J, params, gradients(X, Y, params), sample=40, rng=rng, **batch)

    def ask(self, gradients, **settings):
        """Look, and print the verdict; return the report."""
        return say(self.look(gradients, **settings))

    def four_tests(self, gradients, loss=None, sizes=None):
        """The first loss, the loss of ten images learned by heart, two verdicts of the doctor."""

        def cross_entropy_of(X, Y, params):
            return cross_entropy(forward(X, params)[0], Y)

        def after(epochs, m=None):
            return self.learn(gradients, self.X[:m], self.Y[:m], sizes=sizes, epochs=epochs)[1]

        def verdict(epochs):
            report = self.look(gradients, loss=loss, sizes=sizes, params=after(epochs))
            return "passes" if report.ok else "FAILS"

        first = (loss or cross_entropy_of)(self.X[:100], self.Y[:100], after(0))
        tests = [
            lambda: f"{cross_entropy_of(self.X[:10], self.Y[:10], after(100, 10)):.3f}",
            lambda: verdict(0),
            lambda: verdict(1),
        ]
        return [f"{first:.2f}", *map(_or_nan, tests)]


def _or_nan(test):
    """The result of a test; weights that are NaN are refused."""
    try:
        with np.errstate(all="ignore"):
            result = test()
    except ValueError:
        return "NaN"
    return "NaN" if result == "nan" else result
