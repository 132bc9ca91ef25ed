"""Exercises of chapter 05: gradient descent."""

import numpy as np

from ..network import backward, forward, initialize, one_hot
from .frame import (
    Wrong,
    attempt,
    count_in_place,
    end_if_wrong,
    exercise,
    expect,
    expect_number,
    expect_params,
    part,
)


@exercise
def check_best_rate(rate, rng):
    """The one learning rate for curvatures 1/2 and 2 that makes the slower direction fastest."""
    slips = [
        (1.0, "That is the bound 2/κ of the steep direction: there its factor is -1."),
        (0.5, "That is 1/κ for the steep direction. It arrives at once, but the flat one keeps "
         "3/4 of its distance in each step. A larger rate helps the flat one more than it costs."),
        (2.0, "That is 1/κ for the flat direction. The steep one has the factor -3 there."),
        (4.0, "That is the bound for the flat direction. The steeper one diverges long before."),
        (0.6, "That is the factor, by its absolute value. The question asks for the rate that "
         "gives it."),
        (-0.6, "That is the factor of the steep direction. The question asks for the rate that "
         "gives it."),
        (1.25, "That is the mean of the curvatures. A rate has them in the denominator."),
    ]
    expect_number(rate, 0.8, "the rate at which both factors have the same absolute value", slips)
    return "it is 2 / (κ1 + κ2), and both directions keep 0.6 of their distance in each step."


_REMEDY = "`total = parts[0]` is a second name for the first part; begin with new arrays"


@exercise
def check_combine(combine, rng):
    """The gradient of a batch from the gradients of its parts, which differ in size."""
    count_in_place("in leaving the parts as they are")
    for sizes, counts in [([2, 4, 3], [16, 16, 16, 16]), ([4, 5, 3], [30, 30, 4]), ([3, 2], [1, 7]),
                          ([1, 3, 2], [5]), ([2, 1, 2], [1, 1, 400])]:
        params, X, Y, parts = _parts(sizes, counts, rng)
        whole = backward(forward(X, params)[1], Y, params)
        got = attempt(combine, parts, counts, remedy=_REMEDY)
        equal = len({*counts}) == 1  # as in the task, where it goes well: no points
        with part("for equal parts", 0) if equal else part("for unequal parts", on_top=True):
            _expect_grads(f"for parts of {counts} examples", got, whole, parts, counts)
    end_if_wrong()
    _, _, _, parts = _parts([3, 2], [2, 3], rng, dtype=np.float32)
    got = attempt(combine, parts, [2, 3], remedy=_REMEDY)
    wide = any(np.asarray(array).dtype == np.float64 for pair in got for array in pair)
    return "each part counts for as much as it has examples, whatever its size." + wide * (
        " One thing to know: from parts in float32 your result comes in float64, which takes "
        "twice the memory and the time.")


def _parts(sizes, counts, rng, dtype=np.float64):
    params = initialize(sizes, rng=rng, dtype=dtype)
    X = rng.normal(size=(sum(counts), sizes[0])).astype(dtype)
    Y = one_hot(rng.integers(sizes[-1], size=sum(counts)), sizes[-1]).astype(dtype)
    ends = np.cumsum(counts)[:-1]
    pieces = zip(np.split(X, ends), np.split(Y, ends), strict=True)
    return params, X, Y, [backward(forward(x, params)[1], y, params) for x, y in pieces]


def _expect_grads(what, got, whole, parts, counts):
    expect_params(f"your result {what}", got, len(whole), "dW, db")
    for l, layer in enumerate(zip(got, whole, *parts, strict=True), start=1):
        for name, array, expected, *pieces in zip(("dW", "db"), *layer, strict=True):
            total, m, k = sum(pieces), sum(counts), len(counts)
            weighted = sum(n * piece for n, piece in zip(counts, pieces, strict=True))
            slips = [
                (total / k, "that is the mean of the parts, and in it an example of a small part "
                 "counts for more than one of a large part."),
                (weighted, "each part is multiplied by its number of examples; now divide by the "
                 "number of all examples."),
                (weighted / k, "divide by the number of all examples, not of the parts."),
                (total, "that is the sum of the parts; each of them is a mean already."),
                (total / m, "each part is a mean, so it stands for as many examples as it has: "
                 "multiply before you add."),
                (sum(piece / n for n, piece in zip(counts, pieces, strict=True)),
                 "each part is divided by its number of examples. It is a mean already: multiply, "
                 "to get the sum back."),
                (pieces[-1], "that is the last part alone."),
            ]
            expect(f"your {name} of layer {l} {what}", array, expected, slips)


@exercise
def check_best_step(best_step, rng):
    """The learning rate that leads to the lowest point along minus the gradient of a bowl."""
    for curvatures in [rng.uniform([0.5, 4], [1, 8]), np.array([3.0]), rng.uniform(0.2, 5, size=6),
                       rng.uniform(1e4, 1e5, size=3), rng.uniform(1e-4, 1e-3, size=3),
                       np.array([2.0, 2.0, 2.0])]:
        n = len(curvatures)
        turn = np.linalg.qr(rng.normal(size=(n, n)))[0]
        H, lowest, theta = turn * curvatures @ turn.T, rng.normal(size=n), rng.normal(size=n)

        def gradient(theta, H=H, lowest=lowest):
            return H @ (theta - lowest)

        g = gradient(theta)
        length, bend = np.sqrt(g @ g), g @ H @ g
        right = g @ g / bend
        slips = [
            (-right, "the sign: is the difference of the gradients the wrong way round?"),
            (2 * right, "that is 2/κ, the bound (5.5): there you end as high as you began."),
            (right / 2, "that is half of it. A central difference is divided by 2h, once."),
            (1 / length, "that is the rate of a step of length 1. It does not know the curvature."),
            (1 / right, "that is the curvature along the gradient. What is the rate for it?"),
            (1 / bend, "the direction is not of length 1: divide the gradient by its length."),
            (length / bend, "one length too few: divide by the length of the gradient twice."),
            (right * length, "that is the distance to walk. The rate is multiplied by the "
             "gradient, which is not of length 1."),
            (1 / curvatures.max(), "that is 1/κ for the largest curvature in any direction. You "
             "walk in one direction, and what counts is the curvature in that one."),
            (1 / np.linalg.norm(H @ g / length), "that divides the length of the change of the "
             "gradient by the distance. The gradient turns, too: take the part of its change that "
             "lies along u, a dot product."),
            (n / curvatures.sum(), "that is 1/κ for the mean of the curvatures. You walk in one "
             "direction, and what counts is the curvature in that one."),
        ]
        own, by_place = np.diag(H), H @ g / g  # one curvature for each parameter
        singles = [g @ g / (g**2 @ own), 1 / own.max(), (1 / own).mean(), 1 / by_place.mean(),
                   (1 / by_place).mean(), 1 / by_place.max()]
        slips += [(rate, "a curvature for each parameter alone is true only if the bowl lies along "
                   "the axes. Take one curvature, that in the direction u.") for rate in singles]
        what = f"your rate for a bowl with {n} parameter(s)"
        got = attempt(best_step, gradient, theta)
        if isinstance(got, np.ndarray) and got.shape == (n,) != ():
            raise Wrong(f"{what} is an array, one number for each parameter. The bowl need not lie "
                        "along the axes; the question asks for one rate.")
        usual = 0.1 < curvatures.max() < 10
        with part("for usual bowls", 2) if usual else part("for steep and flat ones", on_top=True):
            expect(what, got, right, slips, tolerance=1e-3 * min(1, right))
    return ("for a bowl at any angle. It can lie above the bound (5.5) of the steepest direction: "
            "that bound is for one rate in all steps, and this one is chosen anew at each point.")
