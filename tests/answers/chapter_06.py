"""Answers to the exercises of chapter 06."""

import math
from itertools import pairwise

import numpy as np

from helpers import initialize


def as_printed_in_the_task(sizes, rng):
    params = []
    for n_in, n_out in pairwise(sizes):
        rng = np.random.default_rng(0)
        r = np.sqrt(2 / n_out)
        W = rng.uniform(0, r, (n_in, n_out))
        params.append((W, np.zeros(n_out)))
    return params


def uniform(limit, low=-1, dtype=np.float32, turned=False, fresh=False, b=0):
    """Return an answer with one fault, or another limit than √(6/n_in)."""

    def he_uniform(sizes, rng):
        params = []
        for n_in, n_out in pairwise(sizes):
            rng = np.random.default_rng(0) if fresh else rng
            r = limit(n_in, n_out)
            W = rng.uniform(low * r, r, (n_out, n_in) if turned else (n_in, n_out))
            params.append((W.astype(dtype), np.full(n_out, b, dtype)))
        return params

    return he_uniform


def he(n_in, n_out):
    return np.sqrt(6 / n_in)


def seeds_itself(sizes, rng):
    return uniform(he)(sizes, np.random.default_rng(0))


def global_numbers(sizes, rng):
    return uniform(he)(sizes, np.random)


def a_float64_limit(sizes, rng):
    W = [2 * rng.random(shape, dtype=np.float32) - np.float32(1) for shape in pairwise(sizes)]
    return [(w * np.sqrt(6 / len(w)), np.zeros(w.shape[1], "f")) for w in W]


def b_in_float64(sizes, rng):
    return [(W, np.zeros(len(b))) for W, b in uniform(he)(sizes, rng)]


def normal(sizes, rng):
    return initialize(sizes, rng=rng, scheme="he")


def two_values(sizes, rng):
    return [
        (
            rng.choice([-1, 1], pair).astype("f") * np.float32(np.sqrt(2 / pair[0])),
            np.zeros(pair[1], "f"),
        )
        for pair in pairwise(sizes)
    ]


def not_a_number(sizes, rng):
    return [(W * np.float32(np.nan), b) for W, b in uniform(he)(sizes, rng)]


def weights_only(sizes, rng):
    return [W for W, b in uniform(he)(sizes, rng)]


def one_layer(sizes, rng):
    return uniform(he)(sizes, rng)[:1]


def uniform_weight_by_weight(sizes, rng):
    params = []
    for n_in, n_out in pairwise(sizes):
        r = math.sqrt(3) * math.sqrt(2 / n_in)
        rows = [[r * (2 * rng.random() - 1) for _ in range(n_out)] for _ in range(n_in)]
        params.append([np.array(rows, dtype="float32"), np.array([0] * n_out, dtype="float32")])
    return tuple(params)


def uniform_in_float32(sizes, rng):
    W = [rng.random(shape, dtype=np.float32) - np.float32(0.5) for shape in pairwise(sizes)]
    return [(w * np.float32((24 / len(w)) ** 0.5), np.zeros(w.shape[1], "f")) for w in W]


WRONG = {
    "layers-until-lost": {
        "no half, or roots": (20, "½ of ReLU"),
        "no half, not rounded": (19.93, "½ of ReLU"),
        "not whole": (9.97, "come whole"),
        "a thousandth of the root": (5, "Its root"),
        "a thousandth of the root, not rounded": (4.98, "Its root"),
        "one too few": (9, "nearly four millionths"),
        "one too many": (11, "One fewer"),
        "by a standard deviation": (float("inf"), "too large"),
        "some number": (3, "too small"),
    },
    "leaky-std": {
        "variance": (lambda n, a: 2 / ((1 + a**2) * n), "that is the variance"),
        "He": (lambda n, a: np.sqrt(2 / n), "He's formula"),
        "no half": (lambda n, a: np.sqrt(1 / ((1 + a**2) * n)), "the ½ is missing"),
        "upside down": (lambda n, a: np.sqrt((1 + a**2) / (2 * n)), "upside down"),
        "slope not squared": (lambda n, a: np.sqrt(2 / ((1 + a) * n)), "not squared"),
        "sum squared": (lambda n, a: np.sqrt(2 / ((1 + a) ** 2 * n)), "sum 1 + slope"),
        "LeCun": (lambda n, a: np.sqrt(1 / n), "LeCun's formula"),
        "n_in outside": (lambda n, a: np.sqrt(2 / (1 + a**2)) / n, "outside of the root"),
        "variance of g": (
            lambda n, a: 1 / np.sqrt(n * ((1 + a**2) / 2 - (1 - a) ** 2 / (2 * np.pi))),
            "keeps the variance",
        ),
        "no negative slopes": (lambda n, a: np.sqrt(2 / (n + n * max(a, 0) ** 2)), "slope -1", 1),
        "text": (lambda n, a: "√(2/n)", "a number was expected"),
    },
    "he-uniform": {
        "as printed": (as_printed_in_the_task, "float64"),
        "float64": (uniform(he, dtype=float), "float64", 2),
        "float32 numbers times a float64 limit": (a_float64_limit, "limit r", 2),
        "b in float64": (b_in_float64, "np.zeros(n, np.float32)", 2),
        "from 0": (uniform(he, low=0), "assumption (a)", 2),
        "r is the standard deviation": (uniform(lambda n, k: np.sqrt(2 / n)), "variance r²/3", 2),
        "n_out": (uniform(lambda n, k: np.sqrt(6 / k)), "n_out stands", 2),
        "n_out and no 3": (uniform(lambda n, k: np.sqrt(2 / k)), "r²/3 is forgotten, and n_out", 2),
        "no root": (uniform(lambda n, k: 6 / n), "limit is 6/n_in", 2),
        "no root and no 3": (uniform(lambda n, k: 2 / n), "limit is 2/n_in", 2),
        "Glorot": (uniform(lambda n, k: np.sqrt(6 / (n + k))), "Glorot", 2),
        "LeCun": (uniform(lambda n, k: np.sqrt(3 / n)), "twice that", 2),
        "another limit": (uniform(lambda n, k: np.sqrt(4 / n)), "times the variance 2/n_in", 2),
        "a new generator in each layer": (uniform(he, fresh=True), "fixed seed", 2),
        "a generator of its own": (seeds_itself, "do not come from rng", 2),
        "NumPy's global generator": (global_numbers, "do not come from rng", 2),
        "normal": (normal, "normal distribution", 2),
        "two values": (two_values, "not spread evenly", 2),
        "transposed": (uniform(he, turned=True), "expected"),
        "biases not zero": (uniform(he, b=0.1), "is not zero", 2),
        "weights only": (weights_only, "should be a pair"),
        "one layer": (one_layer, "a list of"),
        "all zero": (uniform(lambda n, k: 0.0), "begin equal stay equal"),
        "nan": (not_a_number, "contain nan", 1),
    },
}

RIGHT = {
    "layers-until-lost": [10.0, np.int64(10)],
    "leaky-std": [
        lambda n, a: math.sqrt(2 / (n + n * a * a)),
        lambda n, a: np.float32(np.hypot(1, a) ** -1 * (0.5 * n) ** -0.5),
    ],
    "he-uniform": [uniform_weight_by_weight, uniform_in_float32],
}
