"""Exercises of chapter 06: how large the first weights should be."""

from itertools import pairwise

import numpy as np

from ..checks import describe
from .frame import Wrong, attempt, exercise, expect, expect_number, expect_params, part


@exercise
def check_layers_until_lost(layers, rng):
    """ReLU layers of 200 units with weights from N(0, 0.05) that leave less than a millionth."""
    slips = [
        (20, "Is the ½ of ReLU in your factor? And it is the second moment, not its root."),
        (-np.log(1e6) / np.log(0.5),
         "Is the ½ of ReLU in your factor? And layers come whole."),
        (5, "Is it the second moment that you follow? Its root falls to a thousandth only."),
        (-np.log(1e3) / np.log(0.25),
         "Is it the second moment that you follow? Its root falls to a thousandth only."),
        (-np.log(1e6) / np.log(0.25), "Layers come whole: how many does it take to be below?"),
        (9, "After nine layers nearly four millionths are left."),
        (11, "One fewer is enough."),
    ]
    meaning = "a whole number of layers; each one multiplies by ½ · n_in · Var(w)"
    expect_number(layers, 10, meaning, slips, tolerance=1e-3)
    return "each layer leaves a quarter, and 4 to the tenth is a little more than a million."


@exercise
def check_leaky_std(leaky_std, rng):
    """Standard deviation of weights that keeps the second moment through leaky ReLU."""
    cases = [(int(rng.integers(2, 20)), float(rng.uniform(0.2, 0.8))) for _ in range(5)]
    cases += [(100, 0.01), (50, 0.0), (1, 1.0), (1, 0.0), (40, -1.0), (10, 3.0), (784, 0.25)]
    for n, slope in cases:
        variance = 2 / ((1 + slope**2) * n)
        slips = [
            (variance, "that is the variance. The standard deviation is its root."),
            (np.sqrt(2 / n), "that is He's formula: the leak does not count in it yet."),
            (np.sqrt(1 / ((1 + slope**2) * n)),
             "the ½ is missing: each side of 0 holds half of E[z²]."),
            (np.sqrt((1 + slope**2) / (2 * n)),
             "the factor is upside down. What the layer loses, the weights make up for."),
            (np.sqrt(1 / n), "that is LeCun's formula, for a linear layer. What does the leak "
             "leave of the second moment?"),
            (np.sqrt(2 / (1 + slope**2)) / n, "n_in stands outside of the root."),
            (1 / np.sqrt(n * ((1 + slope**2) / 2 - (1 - slope) ** 2 / (2 * np.pi))),
             "that keeps the variance of g(z). Its mean is not 0, and what enters (6.1) in the "
             "next layer is the second moment."),
        ]
        if slope > -1:
            slips += [
                (np.sqrt(2 / ((1 + slope) * n)),
                 "the slope is not squared. In g(z)² it is, on the negative side."),
                (np.sqrt(2 / ((1 + slope) ** 2 * n)), "that squares the sum 1 + slope. Each side "
                 "has its own integral, with its own square."),
            ]
        small = 0 < slope < 1
        with part("for slopes between 0 and 1") if small else part("for others", on_top=True):
            got, what = attempt(leaky_std, n, slope), f"n_in = {n} and slope {slope:.3g}"
            expect(f"your result for {what}", got, np.sqrt(variance), slips)
    return ("slope 0 is He's formula and slope 1 LeCun's. Slope -1 makes |z|, which loses nothing "
            "and needs 1/n_in too.")


@exercise
def check_he_uniform(he_uniform, rng):
    """Parameters with uniform weights of variance 2/n_in, float32, every number from rng."""

    def draw(sizes, seed):
        params = attempt(he_uniform, sizes, np.random.default_rng(seed))
        _expect_layers(params, sizes)
        return params

    seed = int(rng.integers(2**32))
    for sizes in [4, 3, 2], [1, 1], [5, 1, 7], [50, 50, 50]:
        draw(sizes, seed)
    sizes = [400, 300, 500]
    with part("for the distribution"):
        for (n_in, n_out), (W, _) in zip(pairwise(sizes), draw(sizes, seed), strict=True):
            _expect_he_uniform(W.astype(float), n_in, n_out)
    with part("in drawing from rng"):
        _expect_from_rng(he_uniform, seed)
    return ("in each layer the variance is 2/n_in, the mean 0, and the limit √(6/n_in). Libraries "
            'call it "He uniform" or "Kaiming uniform".')


def _expect_from_rng(he_uniform, seed):
    generator = np.random.default_rng(seed)
    first, second, again = (attempt(he_uniform, [50, 50, 50], rng)
                            for rng in (generator, generator, np.random.default_rng(seed)))
    if np.array_equal(first[0][0], first[1][0]):
        raise Wrong("two layers of the same shape have the same weights: a generator with a fixed "
                    "seed gives the same numbers each time it is made. Draw all layers from the "
                    "one rng.")
    if np.array_equal(first[0][0], second[0][0]):
        raise Wrong("two calls with one rng give the same weights: they do not come from rng.")
    if not np.array_equal(first[0][0], again[0][0]):
        raise Wrong("the same seed gives other weights the next time: they do not come from rng.")


def _expect_layers(params, sizes):
    """Check that there is one pair (W, b) per layer, of the right shapes, float32, b zero."""
    expect_params(f"for sizes {sizes}", params, len(sizes) - 1)
    for layer, ((W, b), shape_W) in enumerate(zip(params, pairwise(sizes), strict=True), start=1):
        for name, array, shape in ("W", W, shape_W), ("b", b, shape_W[1:]):
            if not isinstance(array, np.ndarray) or array.shape != shape:
                raise Wrong(f"{name} of layer {layer} for sizes {sizes} is {describe(array)}; an "
                            f"array of shape {shape} was expected")
        if not W.any():
            raise Wrong(f"the weights of layer {layer} are all 0, and units that begin equal stay "
                        "equal")
        with part("in float32 and b = 0"):
            _expect_float32(layer, W, b)


def _expect_float32(layer, W, b):
    for name, array in ("W", W), ("b", b):
        if array.dtype != np.float32:
            remedy = "`np.zeros(n)` gives float64; ask for `np.zeros(n, np.float32)`."
            if name == "W":
                remedy = ("The limit r from `np.sqrt` is a float64, too, and makes one of what it "
                          "multiplies: end with `.astype(np.float32)`.")
            raise Wrong(f"{name} of layer {layer} is {array.dtype}. With float32 images every "
                        f"product would be computed in float64, with twice the memory. {remedy}")
    if b.any():
        raise Wrong(f"b of layer {layer} is not zero")


def _expect_he_uniform(W, n_in, n_out):
    """Check the distribution of many weights: mean 0, variance 2/n_in, uniform."""
    spread, he = np.sqrt(np.mean(W**2)), np.sqrt(2 / n_in)
    what = f"the weights of a layer with {n_in} inputs and {n_out} units"
    if not np.isfinite(W).all():
        raise Wrong(f"{what} contain {W[~np.isfinite(W)][0]}; finite numbers were expected")
    if abs(W.mean()) > 0.1 * spread:
        raise Wrong(f"{what} have the mean {W.mean():.3g}; 0 was expected, assumption (a) of the "
                    f"derivation. They run from {W.min():.3g} to {W.max():.3g}.")
    variances = [
        (2 / n_out, "n_out stands where n_in belongs (the rows of W are the inputs)."),
        (2 / (3 * n_in), "the limit is √(2/n_in). But a uniform distribution has variance r²/3."),
        (2 / (3 * n_out), "the limit is √(2/n_out): r²/3 is forgotten, and n_out stands for n_in."),
        (12 / n_in**2, "the limit is 6/n_in: its root is missing."),
        (4 / (3 * n_in**2), "the limit is 2/n_in: a root is missing, and r²/3 is forgotten."),
        (2 / (n_in + n_out), "that is Glorot's, for linear layers and tanh; (6.3) is for ReLU."),
        (1 / n_in, "the variance is 1/n_in; ReLU needs twice that."),
    ]
    for variance, sentence in variances:
        if abs(spread / np.sqrt(variance) - 1) < 0.015:
            raise Wrong(f"{what}: {sentence}")
    if abs(spread / he - 1) > 0.03:
        raise Wrong(f"{what} have {(spread / he) ** 2:.3g} times the variance 2/n_in")
    flatness = np.mean(W**4) / np.mean(W**2) ** 2  # 9/5 for a uniform distribution, 3 for a normal
    if abs(flatness - 3) < 0.3:
        raise Wrong(f"{what} have the right variance, but come from a normal distribution")
    if abs(flatness - 1.8) > 0.1 or np.abs(W).max() > 1.001 * np.sqrt(6 / n_in):
        raise Wrong(f"{what} have the right variance, but are not spread evenly from -r to r")
