"""What a wrong gradient looks like beside the right one: a factor, a transpose, a decay of W.

These need the two arrays and nothing else; `bugs` has the mistakes that need the batch.
"""

import math
from typing import NamedTuple

import numpy as np

from .bugs import MEND_OUTPUT, RIGHT, RIGHT_HIDDEN

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
    """Numbers that turn up as factors.

    m is NaN where the batch is not known and nothing in the numbers speaks for one; `sure` says
    that it is known. `units` are those of all layers, `keep` the largest entry of the masks, and
    `norm` belongs to all gradients together, `clip` is their largest value, if three have it.
    `plain` says that the loss is known to be the mean cross-entropy itself.
    """

    classes: int
    m: float
    sure: bool
    units: list
    norm: float = 0.0
    keep: float = 1.0
    dropout: bool = False
    clip: float = math.nan
    plain: bool = False

    @property
    def layers(self):
        """How many there are."""
        return len(self.units) - 1

    @property
    def several_classes(self):
        """Their number, which is no factor if it is 1."""
        return self.classes if self.classes > 1 else math.nan


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


# Factors: (value for the sizes s and layer l, what in the gradient brings it, repair, and what in
# the loss may, if that is not known); {m} is filled in, and {k}

TWO = "derive `dZ{l}` from the loss as it is, with its constant"
ONCE = "divide by `m` once"

OUTPUT_FACTORS = [
    (lambda s, l: -1,
     "it is `Y - A{l}` instead of `A{l} - Y`, or was taken from a step that adds instead of "
     "subtracting", MEND_OUTPUT + "; in a step `W -= learning_rate * dW`"),
    (lambda s, l: s.m, "{m} is the number of examples: the `1/m` is missing", MEND_OUTPUT),
    (lambda s, l: 1 / s.m,
     "1/{m} is one over the number of examples: the `1/m` is applied a second time", ONCE,
     "the loss sums over the examples"),
    (lambda s, l: s.several_classes,
     "{k} is the number of classes: it is a factor of the gradient", MEND_OUTPUT,
     "the loss averages over all `m * {k}` entries, the gradient divides by `m` alone"),
    (lambda s, l: 1 / s.several_classes,
     "1/{k} is one over the number of classes: the gradient averages over all `m * {k}` entries, "
     "the loss over the `m` examples", ONCE + ", not by the {k} classes"),
    (lambda s, l: s.m * s.several_classes,
     "it is `m * {k}`, with {k} classes: both are factors of the gradient", "divide by `m` alone",
     "the loss averages over all `m * {k}` entries, the gradient over nothing"),
    (lambda s, l: 2,
     "the gradient has a 2 too many, or everything is added twice, as where gradients are not set "
     "to 0 between two calls", TWO, "the loss has a 1/2 that the gradient lacks"),
    (lambda s, l: 1 / 2,
     "the gradient has lost a 2, as that of a square, or has a 1/2 that the loss lacks", TWO),
    (lambda s, l: math.log(10), "it is ln 10", "`np.log` in the loss", "the loss takes `log10`"),
    (lambda s, l: math.log(2), "it is ln 2", "`np.log` in the loss", "the loss takes `log2`"),
]  # fmt: skip


MEAN = ", as by a mean instead of the sum"


def _factors(line, dZ, mean=""):
    return [
        (lambda s, l: -1, "there is a minus sign too many or too few", line),
        (lambda s, l: s.m,
         f"{{m}} is the number of examples: the `1/m` is undone where `{dZ}` carries it, and "
         "missing where your `dW` and `db` carry it", "divide by `m` once, in `dZ{L}` or here"),
        (lambda s, l: 1 / s.m,
         f"1/{{m}} is one over the number of examples: the `1/m` is applied a second time{mean}",
         "sum over the examples, and " + ONCE if mean else ONCE),
        (lambda s, l: 2, "there is a 2 too many, or it is added twice", line),
        (lambda s, l: 1 / 2, "a 2 is lost", line),
        (lambda s, l: s.keep, "it is the `1/keep` of dropout, once too often", line),
        (lambda s, l: 1 / s.units[l - 1],
         "it is one over the {inputs} inputs of the layer: a mean stands for the sum", line),
        (lambda s, l: 1 / s.units[l],
         "it is one over the {units} units of the layer: a mean stands for the sum", line),
    ]  # fmt: skip


FACTORS = {
    "dZ": _factors(RIGHT_HIDDEN, "dZ{L}"),
    "dW": _factors(RIGHT["dW"], "dZ{l}", mean=MEAN),
    "db": _factors(RIGHT["db"], "dZ{l}", mean=MEAN),
}


def _factor_causes(c, table, l, sizes):
    """List what is known to bring a factor: [cause, repair]."""
    numbers = {"{m}": f"{sizes.m:g}", "{k}": str(sizes.classes)}
    numbers |= {"{inputs}": str(sizes.units[l - 1]), "{units}": str(sizes.units[l])}
    causes = []
    for value, cause, repair, *in_loss in table:
        if _equal(c, value(sizes, l)):
            if "{m}" in cause and not sizes.sure:
                cause = cause.replace("is", "may be", 1)
            if in_loss and not sizes.plain:
                cause += f", or {in_loss[0]}"
            for number, digits in numbers.items():
                cause, repair = cause.replace(number, digits), repair.replace(number, digits)
            causes.append((cause, repair))
    return causes


def _batch_or_keep(c, last, sizes):
    """A usual number of examples that the batch does not have, or 1/keep of dropout."""
    size = round(sizes.m / c) if last and sizes.sure and 1e-3 < c < 1 else 0
    usual = size & (size - 1) == 0 or (size % 10 == 0 and not _equal(c, float(f"{c:.2g}")))
    if sizes.m < size <= 1024 and usual and _equal(c, sizes.m / size):
        cause = f"it is {sizes.m:g}/{size}, as from a division by {size} where `m` is {sizes.m:g}"
        return [(cause, "divide by `len(Y)`")]
    keep = round(20 / c) / 20
    if sizes.dropout and 1 < c < 10 and _equal(c, 1 / keep):
        cause = f"it is 1/{keep:g}: a `1/keep` of dropout that the forward pass has not"
        return [(cause, "the mask of the forward pass, unchanged")]
    return []


def _equal(c, *values):
    return any(abs(c / value - 1) < 1e-4 for value in values if value == value)


def factor(c, certain, kind, l, sizes, norm=0.0, whole=False):
    """Put a constant factor into words; None if too few entries speak for it.

    `whole` means that every gradient has it, that of a penalty included.
    """
    if abs(c) < 1e-9 or abs(c - 1) < 1e-9:
        return None
    last = kind == "dZ" and l == sizes.layers
    table, weight = OUTPUT_FACTORS if last else FACTORS[kind], 1.0
    causes = _factor_causes(c, table, l, sizes)
    if not causes and c < 0:
        weight, sign = 1.9, "`A{l} - Y`" if last else "`dZ{n}`"  # nearly two bugs
        causes = [
            (f"the sign is wrong, and {cause}", f"{repair}, with the sign of {sign}")
            for cause, repair in _factor_causes(-c, table, l, sizes)
        ]
    if not causes:
        weight, causes = 1.5, _batch_or_keep(c, last, sizes)
    if not (causes or certain):
        return None
    digits = f"{c:.3f}" if 0.01 <= abs(c) < 1e4 else f"{c:.3g}"
    what = "every gradient, that of the penalty included," if whole else f"`{kind}{l}`"
    name, sentence = f"{digits} times", f"{what} is {digits} times what it should be"
    if _equal(c, -1):
        name, sentence = "wrong sign", f"{what} has the wrong sign"
    sentence += ", and with it all that follows from it" if kind == "dZ" and not whole else ""
    if not causes:
        norm, whose = (sizes.norm, "all gradients together") if last else (norm, "this array")
        if norm and abs(norm / float(f"{norm:.2g}") - 1) < 1e-6:
            sentence += f". The norm of {whose} is {norm:.2g}: clipped, or scaled, to it?"
        elif last:
            sentence += "; a constant is in the loss or in the gradient, and not in the other, or "
            sentence += "the gradient is scaled afterwards"
        else:
            sentence += "; look for a constant in this line, or for what scales it afterwards"
        return Finding(kind, l, name, sentence, "", 1.5)
    either = "either " if len(causes) > 1 else ""
    sentence += f"; {either}" + ", or ".join(cause for cause, _ in causes)
    repair = "; or ".join(dict.fromkeys(repair for _, repair in causes))
    return Finding(kind, l, name, sentence, repair, weight)


def constant_of_loss(scale, l, sizes):
    """Say that the gradient belongs to the mean cross-entropy, and the loss is a multiple of it."""
    m, k = sizes.m, sizes.several_classes
    known = (
        (m, f"it sums over the {m} examples, the gradient averages"),
        (1 / m, "it is divided by `m` twice, the gradient once"),
        (1 / k, f"it averages over all `m * {k}` entries, the gradient over the `m` examples"),
        (m * k, "it is multiplied by `m` and the classes"),
        (1 / math.log(10), "it takes `log10`"),
        (1 / math.log(2), "it takes `log2`"),
    )
    why = next((f": {words}" for value, words in known if _equal(scale, value)), "")
    sentence = f"the gradient is that of the mean cross-entropy, the loss is {scale:.4g} times that"
    repair = "the same constant in both"
    return Finding("dZ", l, "constant in the loss", f"{sentence}{why}", repair)


def everything(arrays, sizes, tolerance):
    """One factor of all gradients, that of a penalty included: a Finding or None."""
    analytic = np.concatenate([array.analytic for array in arrays])
    numeric = np.concatenate([array.numeric for array in arrays])
    c, certain = fit(analytic, 0, numeric)
    if not (certain and explains(c * numeric, analytic, numeric, tolerance)):
        return None
    found = factor(c, certain, "dZ", sizes.layers, sizes, whole=True)
    if found and found.repair:
        return found._replace(repair=f"{found.repair}. The same for the penalty's term")
    return found


def decay(extra, kind, l, strength, absolute=False):
    """Put into words that the gradient has `extra` times W (or b) more than the loss asks for.

    With `absolute` it is the sign of W, from a penalty on absolute values (L1).
    """
    X, total = f"{kind[1]}{l}", strength + extra
    slope = f"np.sign({X})" if absolute else X

    def term(strength, X=X):
        square = f"`{strength / 2:.4g} * ({X} ** 2).sum()`"
        return f"`{strength:.4g} * np.abs({X}).sum()`" if absolute else square

    too_much = f"`{kind}{l}` has `{extra:.4g} * {slope}` too much: "
    if extra < 0 and (not strength or abs(total) <= 1e-3 * -extra):
        name = "regularization missing in the gradient"
        sentence = f"`{kind}{l}` lacks `{-extra:.4g} * {slope}`: the loss has the term "
        sentence += f"{term(-extra)}, and the gradient has nothing for it"
        repair = f"`{kind}{l} += {-extra:.4g} * {slope}`"
    elif not strength and kind == "dW":
        name = "regularization missing in the loss"
        sentence = f"{too_much}it is regularized, the loss is not"
        repair = f"add {term(extra, 'W')} to the loss, for the W of each layer"
    elif not strength:
        name, repair = "bias regularized", f"no penalty in `{kind}{l}`"
        sentence = f"{too_much}the gradient regularizes the biases, the loss does not"
    else:
        name = "regularization of another strength"
        sentence = f"`{kind}{l}` has `{total:.4g} * {slope}` from the regularization, but the "
        sentence += f"derivative of the term in the loss, {term(strength)}, is "
        sentence += f"`{strength:.4g} * {slope}`"
        repair = f"`{strength:.4g} * {slope}` in `{kind}{l}`"
    return Finding(kind, l, name, sentence, repair)


def _found(array, name, sentence):
    return Finding(array.kind, array.l, name, sentence, RIGHT[array.kind])


def zero(problem, array, right):
    """Nothing at all."""
    if not array.grad.any():
        sentence = f"`{array.name}` is zero everywhere: it is not computed, not kept, or kept in "
        sentence += "an array of integers"
        repair = f"compute {RIGHT[array.kind]} and return it, in float64"
        return Finding(array.kind, array.l, "zero", sentence, repair)


def multiple(problem, array, right):
    """A constant times what is right."""
    c, certain = fit(array.analytic, 0, right)
    if explains(c * right, array.analytic, right, problem.tolerance):
        norm = np.linalg.norm(array.grad)
        return factor(c, certain, array.kind, array.l, problem.sizes, norm)


def transposed(problem, array, right):
    """A square dW whose transpose is right."""
    if array.kind == "dW" and array.grad.shape == array.grad.T.shape:
        turned = array.grad.T[array.places]
        if explains(right, turned, array.analytic, problem.tolerance):
            sentence = f"`{array.name}` is transposed; it is square, so the shape fits"
            return _found(array, "transposed", sentence)


def decayed(problem, array, right):
    """A multiple of W or b too much or too little, first of all as much as the loss has."""
    l2, l1 = problem.strength[array.kind], problem.l1 * (array.kind == "dW")
    for value, strength, absolute in ((array.value, l2, False), (np.sign(array.value), l1, True)):
        extra, certain = fit(array.analytic, right, value)
        extras = ([-strength] if strength else []) + ([extra] if certain else [])
        for extra in extras + problem.decays[array.kind] * (not absolute):
            if explains(right + extra * value, array.analytic, right, problem.tolerance):
                return decay(extra, array.kind, array.l, strength, absolute)


def shifted(problem, array, right):
    """One number too much in every entry."""
    extra, certain = fit(array.analytic, right, np.ones_like(right))
    if certain and explains(right + extra, array.analytic, right, problem.tolerance):
        sentence = f"`{array.name}` has {extra:.4g} too much in every entry"
        sentence += ", as from the 1 for the bias in a penalty" if array.kind == "db" else ""
        repair = f"leave what adds {extra:.4g} out of `{array.name}`"
        return Finding(array.kind, array.l, "one number added", sentence, repair)


def clipped(problem, array, right):
    """Large entries cut down to one size."""
    most = problem.sizes.clip
    if np.abs(array.grad).max() != most:
        return None
    if explains(np.clip(right, -most, most), array.analytic, right, problem.tolerance):
        sentence = f"`{array.name}` is clipped to ±{most:.4g}"
        repair = "check the gradients before they are clipped"
        return Finding(array.kind, array.l, "clipped", sentence, repair)


def integers(problem, array, right):
    """Nothing behind the point."""
    grad = array.grad
    if grad.any() and any((array.analytic == cut(right)).all() for cut in (np.trunc, np.round)):
        sentence = f"`{array.name}` has whole numbers only: it is kept in an array of integers"
        return Finding(array.kind, array.l, "integers", sentence, "`dtype=float` for that array")


def unused(problem, array, right):
    """Numeric derivatives that are all 0."""
    if array.analytic.any() and not array.numeric.any():
        name = array.name[1:]
        sentence = f"the loss does not change with `{name}`, all its numeric derivatives are 0: "
        sentence += f"is `{name}` used, does something cancel it, or are the units closed?"
        return Finding(array.kind, array.l, f"no {name} in the loss", sentence, "", 1.5)


def summed(problem, array, right):
    """A bias that is one number, the sum of everything; of a sample the sum is not known."""
    grad = array.grad
    if array.kind == "dW" or len(grad) == 1 or np.ptp(grad) > 1e-6 * np.abs(grad).max():
        return None
    complete = len(right) == len(grad)
    if close(grad, np.full(len(grad), right.sum()), problem.tolerance) if complete else grad.any():
        sentence = f"`{array.name}` is one and the same number for every unit: its sum runs over "
        sentence += "the units, too"
        return _found(array, "summed over everything", sentence)


# What turns the right values of an array into the analytic ones: each gives a Finding or None
PATTERNS = (
    zero, multiple, transposed, decayed, shifted, clipped, integers, summed, unused
)  # fmt: skip
