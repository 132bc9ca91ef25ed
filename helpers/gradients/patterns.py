"""What a wrong gradient looks like beside the right one: a factor, a transpose, a decay of W.

These need the two arrays and nothing else; `bugs` has the mistakes that need the batch.
"""

import math
from typing import NamedTuple

import numpy as np

from .bugs import RIGHT, RIGHT_HIDDEN, RIGHT_OUTPUT

UNKNOWN = 10.0  # the weight of a finding that names no bug


class Finding(NamedTuple):
    """A bug in what is computed for layer l: its kind is "dZ", "dW" or "db".

    `weight` is how much must be believed: 1 for a bug with a name, more for a mere number.
    """

    kind: str
    l: int
    name: str
    sentence: str
    repair: str
    weight: float = 1.0

    @property
    def bug(self):
        """Equal for the same bug in several places; what is unknown is another one each time."""
        return (self.name, self.kind == "dZ") if self.weight < UNKNOWN else self[:3]


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

TWO = "derive `dZ{l}` from the loss as it is, with its constant"

OUTPUT_FACTORS = [
    (lambda m, k: -1, "it is `Y - A{l}` instead of `A{l} - Y`", RIGHT_OUTPUT),
    (lambda m, k: m, "{m} is the number of examples: the `1/m` is missing", RIGHT_OUTPUT),
    (lambda m, k: 1 / m,
     "1/{m} is one over the number of examples: the `1/m` is applied a second time", RIGHT_OUTPUT),
    (lambda m, k: k,
     "{k} is the number of classes: the loss averages over all `m * {k}` entries, the gradient "
     "divides by `m` alone", "divide both by `m`, or both by `m * {k}`"),
    (lambda m, k: 1 / k,
     "1/{k} is one over the number of classes: the gradient averages over all `m * {k}` entries, "
     "the loss over the `m` examples", RIGHT_OUTPUT),
    (lambda m, k: m * k,
     "it is `m * {k}`, with {k} classes: the loss averages over all `m * {k}` entries, the "
     "gradient over nothing", "divide both by `m`"),
    (lambda m, k: 2,
     "the loss has a 1/2 that the gradient lacks, or the gradient a 2 too many", TWO),
    (lambda m, k: 1 / 2,
     "the gradient has lost a 2, as that of a square, or has a 1/2 that the loss lacks", TWO),
]  # fmt: skip


def _factors(line, dZ, mean="", keep=""):
    carried = f"the `1/m`, which `{dZ}` carries already, is"
    return [
        (lambda m, k: -1, "there is a minus sign too many or too few", line),
        (lambda m, k: m, f"{{m}} is the number of examples: {carried} undone", line),
        (lambda m, k: 1 / m,
         f"1/{{m}} is one over the number of examples: {carried} applied a second time{mean}",
         line),
        (lambda m, k: 2, "there is a 2 too many", line),
        (lambda m, k: 1 / 2, f"a 2 is lost{keep}", line),
    ]  # fmt: skip


MEAN = ", as by a mean instead of the sum"
KEEP = ", such as the `1/keep` of a dropout mask with keep = 0.5"
FACTORS = {
    "dZ": _factors(RIGHT_HIDDEN, "dZ{L}", keep=KEEP),
    "dW": _factors(RIGHT["dW"], "dZ{l}", mean=MEAN),
    "db": _factors(RIGHT["db"], "dZ{l}", mean=MEAN),
}


def _factor_causes(c, table, sizes):
    """List what is known to bring a factor: [cause, repair]."""
    m, k = sizes.m, str(sizes.classes)
    if math.isnan(m):  # a whole number may be m, for all we know
        m = next((w for w in (round(c), round(1 / c)) if w > 1 and _equal(c, w, 1 / w)), m)
    causes = []
    for value, cause, repair in table:
        if _equal(c, value(m, sizes.classes)):
            if "{m}" in cause and math.isnan(sizes.m):
                cause = cause.replace("is", "may be", 1)
            causes.append([t.replace("{m}", f"{m:g}").replace("{k}", k) for t in (cause, repair)])
    return causes


def _equal(c, *values):
    return any(abs(c / value - 1) < 1e-4 for value in values)


def factor(c, certain, kind, l, sizes):
    """Put a constant factor into words; None if too few entries speak for it."""
    if abs(c) < 1e-9 or abs(c - 1) < 1e-9:
        return None
    table = OUTPUT_FACTORS if kind == "dZ" and l == sizes.layers else FACTORS[kind]
    causes = _factor_causes(c, table, sizes)
    if not (causes or certain):
        return None
    digits = f"{c:.3f}" if 0.01 <= abs(c) < 1e4 else f"{c:.3g}"
    name, sentence = f"{digits} times", f"`{kind}{l}` is {digits} times what it should be"
    if _equal(c, -1):
        name, sentence = "wrong sign", f"`{kind}{l}` has the wrong sign"
    sentence += ", and with it all that follows from it" if kind == "dZ" else ""
    if not causes:
        sentence += "; a constant is in the loss or in the gradient, and not in the other"
        return Finding(kind, l, name, sentence, table[0][2], 1.5)
    either = "either " if len(causes) > 1 else ""
    sentence += f"; {either}" + ", or ".join(cause for cause, _ in causes)
    repair = "; or ".join(dict.fromkeys(repair for _, repair in causes))
    return Finding(kind, l, name, sentence, repair)


def decay(extra, kind, l, strength):
    """Put into words that the gradient has `extra` times W (or b) more than the loss asks for."""
    X = f"{kind[1]}{l}"
    line, total = RIGHT[kind], strength + extra
    too_much = f"`{kind}{l}` has `{extra:.4g} * {X}` too much: "
    if extra < 0 and (not strength or abs(total) <= 1e-3 * -extra):
        name = "regularization missing in the gradient"
        sentence = f"`{kind}{l}` lacks `{-extra:.4g} * {X}`: the loss has the term "
        sentence += f"`{-extra / 2:.4g} * ({X} ** 2).sum()`, and the gradient has nothing for it"
        repair = f"{line[:-1]} + {-extra:.4g} * {X}`"
    elif not strength and kind == "dW":
        name = "regularization missing in the loss"
        sentence = f"{too_much}it is regularized, the loss is not"
        repair = f"add `{extra / 2:.4g} * sum((W**2).sum() for W, b in params)` to the loss"
    elif not strength:
        name, repair = "bias regularized", line
        sentence = f"{too_much}the gradient regularizes the biases, the loss does not"
    else:
        name = "regularization of another strength"
        sentence = (
            f"`{kind}{l}` has `{total:.4g} * {X}` from the regularization, but the derivative "
        )
        sentence += f"of the term in the loss, `{strength / 2:.4g} * ({X} ** 2).sum()`, is "
        sentence += f"`{strength:.4g} * {X}`"
        repair = f"{line[:-1]} + {strength:.4g} * {X}`"
    return Finding(kind, l, name, sentence, repair)


def _found(array, name, sentence):
    return Finding(array.kind, array.l, name, sentence, RIGHT[array.kind])


def zero(problem, array, right):
    """Nothing at all."""
    if not array.grad.any():
        sentence = f"`{array.name}` is zero everywhere: it is not computed, or not kept"
        return _found(array, "zero", sentence)


def multiple(problem, array, right):
    """A constant times what is right."""
    c, certain = fit(array.analytic, 0, right)
    if explains(c * right, array.analytic, right, problem.tolerance):
        return factor(c, certain, array.kind, array.l, problem.sizes)


def transposed(problem, array, right):
    """A square dW whose transpose is right."""
    if array.kind == "dW" and array.grad.shape == array.grad.T.shape:
        turned = array.grad.T[array.places]
        if explains(right, turned, array.analytic, problem.tolerance):
            sentence = f"`{array.name}` is transposed; it is square, so the shape fits"
            return _found(array, "transposed", sentence)


def decayed(problem, array, right):
    """A multiple of W or b too much or too little, first of all as much as the loss has."""
    strength = problem.strength[array.kind]
    extra, certain = fit(array.analytic, right, array.value)
    extras = ([-strength] if strength else []) + ([extra] if certain else [])
    for extra in extras + problem.decays[array.kind]:
        if explains(right + extra * array.value, array.analytic, right, problem.tolerance):
            return decay(extra, array.kind, array.l, strength)


def summed(problem, array, right):
    """A bias that is one number, the sum of everything; of a sample the sum is not known."""
    grad = array.grad
    if array.kind == "dW" or len(grad) == 1 or np.ptp(grad) > 1e-6 * np.abs(grad).max():
        return None
    complete = len(right) == len(grad)
    if close(grad, np.full(len(grad), right.sum()), problem.tolerance) if complete else grad.any():
        sentence = (
            f"`{array.name}` is one and the same number for every unit: its sum runs over the "
        )
        sentence += "units, too"
        return _found(array, "summed over everything", sentence)


# What turns the right values of an array into the analytic ones: each gives a Finding or None
PATTERNS = (zero, multiple, transposed, decayed, summed)
