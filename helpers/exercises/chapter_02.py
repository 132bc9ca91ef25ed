"""Exercises of chapter 02: softmax, and what one and two layers can compute."""

import numpy as np

from ..checks import describe
from .frame import Wrong, attempt, exercise, expect, expect_number, expect_several, part


@exercise
def check_logit_lead(lead, rng):
    """Lead of one logit over nine equal ones that makes its probability 0.9."""
    slips = [
        (81.0, "That is e to the lead. The lead itself is its logarithm."),
        (np.log(9), "That is enough against one other class. Here there are nine of them."),
        (np.log(90), "The share of all others is 0.1 in the sum, not 0.1 of each."),
        (np.log10(81), "That is with the logarithm to base 10. Softmax has e, so take ln."),
        (np.log2(81), "That is with the logarithm to base 2. Softmax has e, so take ln."),
        (np.log(0.9), "That is ln 0.9. The exponential has to be 0.9 of a sum that contains it."),
        (-np.log(81), "The sign: that is how far the others lag behind."),
    ]
    meaning = ("the tenth logit minus one of the others, so that the exponential of the tenth is "
               "0.9 of the sum of all ten exponentials")
    expect_number(lead, np.log(81), meaning, slips, tolerance=0.003)
    return "4 ln 3. And at a lead of 10 the probability is already 0.9996."


@exercise
def check_absorb_scaling(absorb_scaling, rng):
    """W and b of a first layer that takes raw inputs, from those for standardized ones."""
    for n, units in [(3, 3), (4, 2), (1, 5), (6, 1), (1, 1), (784, 30)]:
        W, b = rng.normal(size=(n, units)), rng.normal(size=units)
        mean, std = rng.uniform(0.5, 2, n), rng.uniform(0.1, 0.4, n)
        got = attempt(absorb_scaling, W, b, mean, std)
        expect_several("two arrays were expected, W' and b'", got, 2)
        W_raw, shift = W / std[:, None], (mean / std) @ W
        slips = [
            (W, "the weights are still those for standardized inputs."),
            (W * std[:, None], "multiplied by std. The inputs are divided by it, and W follows."),
            (W / std.mean(), "one std for all inputs; each input has its own."),
        ]
        if n == units:
            slips += [(W / std, "column j is divided by std j. Row k of W belongs to input k: "
                       "`std[:, None]`.")]
        where = f"for {_count(n, 'input')} and {_count(units, 'unit')}"
        with part("for W'"):
            expect(f"your W' {where}", got[0], W_raw, slips)
        slips = [
            (b, "the bias is the old one. Multiply out: what does not contain X goes into it."),
            (b - mean @ W, "the mean goes through W without being divided by std."),
            (b - (mean / std).sum(),
             "each mean / std has to go through its weights before they are summed."),
            (b + shift, "the sign of the second term. The mean is subtracted from the inputs."),
            (-shift, "the old bias has been lost."),
            (shift - b, "the signs have changed places."),
        ]
        if n == units:
            slips += [((b - mean @ W) / std, "everything is divided by std. The old bias is not, "
                       "and each mean is divided by the std of its own input, before the sum.")]
        with part("for b'"):
            expect(f"your b' {where}", got[1], b - shift, slips)
    return ("raw inputs give the same Z, for any layer. The statistics can no longer be forgotten, "
            "and they cost nothing when the network is used.")


@exercise
def check_curve_through(curve_through, rng):
    """W1, b1, W2 of a ReLU network whose output runs through given points."""
    for k in (4, 2, 3, 12):
        t = rng.uniform(-3, 3) + np.cumsum(rng.uniform(0.3, 2, k))
        h = np.concatenate([[0], rng.uniform(1, 3, k - 1) * rng.choice([-1, 1], k - 1)])
        network = _layers(attempt(curve_through, t, h))
        slopes = np.diff(h) / np.diff(t)
        ends, ones = np.concatenate([[0], slopes, [0]]), np.ones((1, k))

        slips = [
            (_output(t, ones, -t, ends[1:]), "the weights of the second layer are the slopes. But "
             "the units to the left go on: what unit j adds is the *change* of the slope at its "
             "corner."),
            (_output(t, ones, -t, ends[:-1]), "the weights of the second layer are the slopes "
             "*before* the corners. What unit j adds is the *change* of the slope at its corner: "
             "after minus before."),
            (_output(t, ones, t, np.diff(ends)),
             "the corners sit at -t. The unit x + b switches on where x = -b."),
            (_output(t, ones, -t, np.diff(np.concatenate([[0], np.diff(h), [0]]))),
             "a slope is a rise divided by a distance; the distance is missing."),
            (_output(t, ones, -t, h), "the heights themselves stand in the second layer."),
        ]
        with part("from the first point to the last", 2):
            what = f"your network's output at its {k} points"
            expect(what, _output(t, *network), h, slips)
            middle = (t[1:] + t[:-1]) / 2
            what = f"your network's output halfway between its {k} points"
            expect(what, _output(middle, *network), (h[1:] + h[:-1]) / 2)
        left, right = t[0] - np.array([0.5, 1, 50]), t[-1] + np.array([0.5, 1, 50])
        what = "your network's output at 0.5, 1 and 50 {} point"
        with part("to the left and to the right of them", on_top=True):
            expect(what.format("left of the first"), _output(left, *network), np.zeros(3))
        goes_on = (h[-1] + slopes[-1] * np.array([0.5, 1, 50]),
                   "the last slope goes on. The curve has to become level at the last point too.")
        what = what.format("right of the last")
        with part("to the left and to the right of them", on_top=True):
            expect(what, _output(right, *network), np.full(3, h[-1]), [goes_on])
    return ("for any points. So with enough units, two layers follow a continuous curve on an "
            "interval as closely as you like.")


def _count(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _layers(got):
    """Return W1, b1, W2 if their shapes fit together."""
    expect_several("three arrays were expected, W1, b1 and W2", got, 3)
    for name, value in zip(("W1", "b1", "W2"), got, strict=True):
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            raise Wrong(f"{name} is {describe(value)}; a NumPy array of numbers was expected")
        if not np.isfinite(value).all():
            raise Wrong(f"{name} contains {value[~np.isfinite(value)][0]}; are all numbers finite?")
    W1, b1, W2 = got
    units = b1.size
    for name, value, shape in ("b1", b1, (units,)), ("W1", W1, (1, units)), ("W2", W2, (units, 1)):
        if value.shape != shape:
            raise Wrong(f"{name} has shape {value.shape}, expected {shape}: b1 has {units} "
                        f"entries, so there are {units} units, with one input and one output")
    return W1, b1, W2


def _output(x, W1, b1, W2):
    return (np.maximum(x[:, None] @ W1 + b1, 0) @ W2).ravel()
