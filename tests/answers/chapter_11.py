"""Answers to the exercises of chapter 11."""

import math

import numpy as np


def falls(t, first, grow=2, more=0):
    """Return the step within its fall, and the length of that fall."""
    length = first
    while t >= length:
        t, length = t - length, grow * length + more * first
    return t, length


def with_shape(shape, grow=2, more=0):
    """Make a function for exercise 2 from the shape of one fall."""

    def restarts(t, first):
        return shape(*falls(t, first, grow, more))

    return restarts


def cosine(t, length):
    return (1 + math.cos(math.pi * t / length)) / 2


def no_jump(t, first):
    return cosine(t, first)


def jumps_late(t, first):
    length = first
    while t > length:
        t, length = t - length, 2 * length
    return cosine(t, length)


def counts_from_one(t, first):
    return cosine(*falls(t - 1, first)) if t else 1.0


def by_logarithm(t, first):
    k = (t // first + 1).bit_length() - 1  # falls that are over
    return np.float64(np.cos(np.pi * (t - first * (2**k - 1)) / (first * 2**k) / 2) ** 2)


def by_listing(t, first):
    factors, length = [], first
    while len(factors) <= t:
        factors += list(0.5 + 0.5 * np.cos(np.pi * np.arange(length) / length))
        length *= 2
    return factors[t]


def running(keep=lambda beta: beta, correct=lambda beta, t: 1 - beta**t, order=1):
    """Make a function for exercise 3, right unless told otherwise."""

    def average(snapshots, beta):
        k, t = keep(beta), len(snapshots)
        mean = [[0 * W, 0 * b] for W, b in snapshots[0]]
        for params in snapshots[::order]:
            for pair, arrays in zip(mean, params, strict=True):
                for i in range(2):
                    pair[i] = k * pair[i] + (1 - k) * arrays[i]
        return [(W / correct(k, t), b / correct(k, t)) for W, b in mean]

    return average


def from_the_first(snapshots, beta, begin=1, correct=False):
    mean = snapshots[0]
    for params in snapshots[begin:]:
        mean = [
            (beta * V + (1 - beta) * W, beta * c + (1 - beta) * b)
            for (V, c), (W, b) in zip(mean, params, strict=True)
        ]
    present = 1 - beta ** len(snapshots) if correct else 1
    return [(V / present, c / present) for V, c in mean]


def at_every_step(snapshots, beta):
    mean = [(0 * W, 0 * b) for W, b in snapshots[0]]
    for t, params in enumerate(snapshots, start=1):
        mean = [
            tuple(
                (beta * old + (1 - beta) * new) / (1 - beta**t)
                for old, new in zip(*pairs, strict=True)
            )
            for pairs in zip(mean, params, strict=True)
        ]
    return mean


def in_place(snapshots, beta):
    mean = snapshots[0]
    for pair in mean:
        for array in pair:
            array *= 1 - beta
    for params in snapshots[1:]:
        for (V, c), (W, b) in zip(mean, params, strict=True):
            V *= beta
            V += (1 - beta) * W
            c *= beta
            c += (1 - beta) * b
    present = 1 - beta ** len(snapshots)
    return [(V / present, c / present) for V, c in mean]


def plain_mean(snapshots, beta):
    return running(lambda beta: 0.0)(
        [[tuple(sum(arrays) / len(arrays) for arrays in zip(*layer, strict=True))
          for layer in zip(*snapshots, strict=True)]], beta
    )  # fmt: skip


def weights_only(snapshots, beta):
    return [W for W, b in running()(snapshots, beta)]


def one_layer(snapshots, beta):
    return running()(snapshots, beta)[:1]


def corrected_at_once(snapshots, beta):
    """A mean that is right after every step: each takes in (1 - β)/(1 - β^t) of the new one."""
    mean = [[W.copy(), b.copy()] for W, b in snapshots[0]]
    for t, params in enumerate(snapshots[1:], start=2):
        part = (1 - beta) / (1 - beta**t)
        for pair, arrays in zip(mean, params, strict=True):
            for old, new in zip(pair, arrays, strict=True):
                old += part * (new - old)
    return [tuple(pair) for pair in mean]


def by_weights(snapshots, beta):
    parts = beta ** np.arange(len(snapshots))[::-1].astype(float)
    return [
        tuple(
            np.average(np.stack(arrays), axis=0, weights=parts)
            for arrays in zip(*layer, strict=True)
        )
        for layer in zip(*snapshots, strict=True)
    ]


WRONG = {
    "second-step": {
        "the second step": (0.2, "second step alone"),
        "the sign": (0.1, "The sign"),
        "the first step": (-0.3, "after the first step"),
        "both downwards": (-0.5, "back up"),
        "two of alpha": (-0.6, "goes the same way"),
        "length alpha": (0.0, "not α again"),
        "nothing corrected": (-0.0732, "neither mean"),
        "m not corrected": (-0.15, "m is not corrected"),
        "v not corrected": (0.0024, "Is v corrected"),
        "no root": (-0.25, "root of v"),
        "too large": (1.0, "too large"),
    },
    "restarts": {
        "no jump": (no_jump, "goes up again by itself"),
        "equal lengths": (with_shape(cosine, grow=1), "same length"),
        "once more first": (with_shape(cosine, grow=1, more=1), "3 first, ... steps"),
        "jumps late": (jumps_late, "a > where >= is needed", 1),
        "a line": (with_shape(lambda t, n: 1 - t / n), "straight line"),
        "not halved": (with_shape(lambda t, n: math.cos(math.pi * t / n)), "add 1 and halve"),
        "a quarter": (with_shape(lambda t, n: math.cos(math.pi * t / n / 2)), "quarter"),
        "one step late": (with_shape(lambda t, n: cosine(t + 1, n)), "step after"),
        "down to 0": (with_shape(lambda t, n: cosine(t, max(1, n - 1))), "wasted step"),
        "without pi": (with_shape(lambda t, n: (1 + math.cos(t / n)) / 2), "π is missing"),
        "one step early": (counts_from_one, "expected"),
        "three times as long": (with_shape(cosine, grow=3), "expected"),
    },
    "average": {
        "not corrected": (running(correct=lambda beta, t: 1), "not corrected yet"),
        "1 - beta": (running(correct=lambda beta, t: 1 - beta), "to the power of t"),
        "one step more": (running(correct=lambda beta, t: 1 - beta ** (t + 1)), "one step more"),
        "plain mean": (plain_mean, "plain mean"),
        "oldest first": (running(order=-1), "oldest snapshot counts most"),
        "beta swapped": (running(keep=lambda beta: 1 - beta + 1e-12), "changed places"),
        "beta swapped, right division": (
            running(lambda beta: 1 - beta + 1e-12, lambda beta, t: 1 - (1 - beta) ** t),
            "changed places",
        ),
        "beta swapped, not corrected": (
            running(lambda beta: 1 - beta + 1e-12, lambda beta, t: 1),
            "changed places",
        ),
        "in every step": (at_every_step, "divide once, at the end"),
        "by beta": (running(correct=lambda beta, t: beta**t or 1), "1 less that"),
        "from the first": (from_the_first, "starts at the first"),
        "from the first, corrected": (
            lambda snapshots, beta: from_the_first(snapshots, beta, correct=True),
            "as if it had started at zero",
        ),
        "from the first, counted again, corrected": (
            lambda snapshots, beta: from_the_first(snapshots, beta, begin=0, correct=True),
            "as if it had started at zero",
        ),
        "the last one": (lambda snapshots, beta: snapshots[-1], "last snapshot"),
        "in place": (in_place, "changed its first argument", 2),
        "weights only": (weights_only, "2 results were expected"),
        "one layer": (one_layer, "one a layer"),
    },
}

RIGHT = {
    "second-step": [-0.1, np.float32(-0.1), -0.3 + 0.2],
    "restarts": [by_logarithm, by_listing],
    "average": [running(), corrected_at_once, by_weights],
}
