"""What a wrong gradient looks like beside the right one: a factor, a transpose, a decay of W.

These need the two arrays and nothing else; `bugs` has the mistakes that need the batch.
"""

import math
from typing import NamedTuple

import numpy as np

from .bugs import RIGHT_DB, RIGHT_DW, RIGHT_HIDDEN, RIGHT_OUTPUT

UNKNOWN = 10.0  # the weight of a finding that names no bug


class Finding(NamedTuple):
    """A bug with its place: `where` is "dZ", "dW" or "db", of layer l.

    `weight` is how much must be believed: 1 for a bug with a name, more for a mere number.
    """

    where: str
    l: int
    name: str
    sentence: str
    repair: str
    weight: float = 1.0


class Sizes(NamedTuple):
    """Numbers that turn up as factors; m is NaN where the batch is not known."""

    layers: int
    classes: int
    m: float


def close(a, b, tolerance):
    """Say whether two arrays agree, relative to the larger one."""
    scale = max(np.abs(a).max(), np.abs(b).max(), 1e-4)
    return bool(np.abs(a - b).max() <= tolerance * scale)


def explains(wrong, analytic, right, tolerance):
    """Say whether `wrong` is the analytic array, and leaves little of what set it off from right.

    Without the second condition anything would explain a difference near the tolerance.
    """
    left = np.abs(analytic - wrong).max()
    return close(analytic, wrong, tolerance) and left <= 0.02 * np.abs(analytic - right).max()


def fit(analytic, base, direction):
    """Find c with analytic ≈ base + c · direction, and whether three entries speak for it.

    Two do not: in an output layer with two classes each row of dZ is (d, -d), whatever the bug.
    """
    norm = (direction * direction).sum()
    if norm < 1e-20:
        return 0.0, False
    size = np.abs(direction)
    c = ((analytic - base) * direction).sum() / norm
    return float(c), bool((size > 1e-3 * size.max()).sum() > 2)


# Factors: (value for m examples and k classes, what brings it, repair); {m} and {k} are filled in

TWO = "derive dZ{l} from the loss as it is, with its constant"

OUTPUT_FACTORS = [
    (lambda m, k: -1, "it is Y - A{l} instead of A{l} - Y", RIGHT_OUTPUT),
    (lambda m, k: m, "{m} is the number of examples: the 1/m is missing", RIGHT_OUTPUT),
    (
        lambda m, k: 1 / m,
        "1/{m} is one over the number of examples: the 1/m is applied a second time",
        RIGHT_OUTPUT,
    ),
    (
        lambda m, k: k,
        "{k} is the number of classes: the loss averages over all m * {k} entries, the gradient "
        "divides by m alone",
        "divide both by m, or both by m * {k}",
    ),
    (
        lambda m, k: 1 / k,
        "1/{k} is one over the number of classes: the gradient averages over all m * {k} entries, "
        "the loss over the m examples",
        RIGHT_OUTPUT,
    ),
    (
        lambda m, k: m * k,
        "it is m * {k}, with {k} classes: the loss averages over all m * {k} entries, the gradient "
        "over nothing",
        "divide both by m",
    ),
    (
        lambda m, k: 2,
        "the loss has a 1/2 that the gradient lacks, or the gradient a 2 too many",
        TWO,
    ),
    (
        lambda m, k: 1 / 2,
        "the gradient has lost a 2, as that of a square, or has a 1/2 that the loss lacks",
        TWO,
    ),
]

HIDDEN_FACTORS = [
    (lambda m, k: -1, "there is a minus sign too many or too few", RIGHT_HIDDEN),
    (
        lambda m, k: m,
        "{m} is the number of examples: the 1/m, which dZ{L} carries already, is undone",
        RIGHT_HIDDEN,
    ),
    (
        lambda m, k: 1 / m,
        "1/{m} is one over the number of examples: the 1/m, which dZ{L} carries already, is "
        "applied a second time",
        RIGHT_HIDDEN,
    ),
    (lambda m, k: 2, "there is a 2 too many", RIGHT_HIDDEN),
    (
        lambda m, k: 1 / 2,
        "a 2 is lost, such as the 1/keep of a dropout mask with keep = 0.5",
        RIGHT_HIDDEN,
    ),
]


def _line_factors(line):
    return [
        (lambda m, k: -1, "there is a minus sign too many or too few", line),
        (
            lambda m, k: m,
            "{m} is the number of examples: the 1/m, which dZ{l} carries already, is undone",
            line,
        ),
        (
            lambda m, k: 1 / m,
            "1/{m} is one over the number of examples: the 1/m, which dZ{l} carries already, is "
            "applied a second time, as by a mean instead of the sum",
            line,
        ),
        (lambda m, k: 2, "there is a 2 too many", line),
        (lambda m, k: 1 / 2, "a 2 is lost", line),
    ]


def _factor_causes(c, table, sizes):
    """List what is known to bring a factor: (cause, repair)."""
    m = sizes.m
    if math.isnan(m):  # a whole number may be m, for all we know
        m = next((w for w in (round(c), round(1 / c)) if w > 1 and _equal(c, w, 1 / w)), m)
    causes = []
    for value, cause, repair in table:
        if _equal(c, value(m, sizes.classes)):
            if "{m}" in cause and math.isnan(sizes.m):
                cause = cause.replace("is", "may be", 1)
            causes.append(
                [text.replace("{m}", f"{m:g}").replace("{k}", str(sizes.classes))
                 for text in (cause, repair)]
            )  # fmt: skip
    return causes


def _equal(c, *values):
    return any(abs(c / value - 1) < 1e-4 for value in values)


def factor(c, certain, where, l, sizes):
    """Put a constant factor into words; None if too few entries speak for it."""
    if abs(c) < 1e-9 or abs(c - 1) < 1e-9:
        return None
    if where == "dZ":
        table = OUTPUT_FACTORS if l == sizes.layers else HIDDEN_FACTORS
    else:
        table = _line_factors(RIGHT_DW if where == "dW" else RIGHT_DB)
    causes = _factor_causes(c, table, sizes)
    if not (causes or certain):
        return None
    digits = f"{c:.3f}" if 0.01 <= abs(c) < 1e4 else f"{c:.3g}"
    name = "wrong sign" if _equal(c, -1) else f"{digits} times"
    sentence = f"{where}{l} "
    sentence += "has the wrong sign" if _equal(c, -1) else f"is {digits} times what it should be"
    sentence += ", and with it all that follows from it" if where == "dZ" else ""
    if not causes:
        sentence += "; a constant is in the loss or in the gradient, and not in the other"
        return Finding(where, l, name, sentence, table[0][2], 1.5)
    either = "either " if len(causes) > 1 else ""
    sentence += f"; {either}" + ", or ".join(cause for cause, _ in causes)
    repair = "; or ".join(dict.fromkeys(repair for _, repair in causes))
    return Finding(where, l, name, sentence, repair)


def decay(extra, where, l, strength):
    """Put into words that the gradient has `extra` times W (or b) more than the loss asks for."""
    X = f"{where[1]}{l}"
    line = RIGHT_DW if where == "dW" else RIGHT_DB
    total = strength + extra
    if extra < 0 and (not strength or abs(total) <= 1e-3 * -extra):
        name = "regularization missing in the gradient"
        sentence = f"{where}{l} lacks {-extra:.4g} * {X}: the loss has the term "
        sentence += f"{-extra / 2:.4g} * ({X} ** 2).sum(), and the gradient has nothing for it"
        repair = f"{line} + {-extra:.4g} * {X}"
    elif not strength and where == "dW":
        name = "regularization missing in the loss"
        sentence = f"{where}{l} has {extra:.4g} * {X} too much: it is regularized, the loss is not"
        repair = f"add {extra / 2:.4g} * sum((W**2).sum() for W, b in params) to the loss"
    elif not strength:
        name = "bias regularized"
        sentence = f"{where}{l} has {extra:.4g} * {X} too much: the gradient regularizes the "
        sentence += "biases, the loss does not"
        repair = line
    else:
        name = "regularization of another strength"
        sentence = f"{where}{l} has {total:.4g} * {X} from the regularization, but the derivative "
        sentence += f"of the term in the loss, {strength / 2:.4g} * ({X} ** 2).sum(), is "
        sentence += f"{strength:.4g} * {X}"
        repair = f"{line} + {strength:.4g} * {X}"
    return Finding(where, l, name, sentence, repair)


def findings(array, right, sizes, tolerance, decays, strength):
    """Name every pattern that turns `right` into the analytic values of one array.

    Parameters
    ----------
    array : Measured
        The array in question, at its places.
    right : ndarray
        What it should be there.
    sizes : Sizes
        For the names of factors.
    tolerance : float
        Relative to the array.
    decays : list of float
        Multiples of W (or b) that may be the difference.
    strength : float
        Regularization in the loss, as far as it is known.

    Returns
    -------
    list of Finding
    """
    where, l, grad, analytic = array.where, array.l, array.grad, array.analytic
    line = RIGHT_DW if where == "dW" else RIGHT_DB
    found = []
    if not grad.any():
        sentence = f"{where}{l} is zero everywhere: it is not computed, or not kept"
        found.append(Finding(where, l, "zero", sentence, line))
    c, certain = fit(analytic, 0, right)
    if explains(c * right, analytic, right, tolerance):
        found.append(factor(c, certain, where, l, sizes))
    square = grad.ndim == 2 and grad.shape[0] == grad.shape[1]
    if square and explains(right, grad.T[array.places], analytic, tolerance):
        sentence = f"dW{l} is transposed; it is square, so the shape fits"
        found.append(Finding(where, l, "transposed", sentence, line))
    for extra in decays:
        if explains(right + extra * array.param[array.places], analytic, right, tolerance):
            found.append(decay(extra, where, l, strength))
            break
    if where == "db" and _one_number(grad, right, tolerance):
        sentence = f"db{l} is one and the same number for every unit: its sum runs over the units, "
        sentence += "too"
        found.append(Finding(where, l, "summed over everything", sentence, line))
    return [finding for finding in found if finding]


def _one_number(grad, right, tolerance):
    """Say whether a bias is the sum of everything; of a sample the sum is not known."""
    complete = len(right) == len(grad)
    if len(grad) == 1 or np.ptp(grad) > 1e-6 * np.abs(grad).max():
        return False
    if not complete:
        return grad.any()
    return close(grad, np.full(len(grad), right.sum()), tolerance)
