"""Exercises of chapter 10: find the bug."""

from contextlib import suppress
from itertools import product

import numpy as np

from ..network import softmax
from .frame import Wrong, attempt, exercise, expect, part, unpack

WARD = "CBGDF"
TRACES = {
    "A": "a missing 1/m gives the ratio m = 8 in all four arrays",
    "B": "a mean over all entries gives the ratio 5, the number of classes, in all four arrays",
    "C": "a mean where the sum belongs gives 1/8, in the biases only",
    "D": "a gate that is always open shows from the hidden layer down, and lets something through "
    "where the numeric value is 0",
    "E": "Y - A gives the ratio -1 in all four arrays",
    "F": "the lost 2 gives one ratio, 1/2, from the hidden layer down",
    "G": "numeric, which comes from the loss, has the penalty, and analytic lacks it: the "
    "difference is a negative multiple of W",
    "H": "analytic has the penalty, and the loss does not: the difference is a positive multiple "
    "of W",
}


@exercise
def check_ward(letters, rng):
    """Five bugs from their ratios, in letters."""
    if isinstance(letters, (list, tuple)):
        letters = "".join(map(str, letters))
    if not isinstance(letters, str):
        raise Wrong(f'five letters in quotes were expected, such as "ABCDE"; got {letters!r}')
    letters = "".join(letters.upper().replace(",", " ").split())
    if len(letters) != len(WARD) or not set(letters) <= set(TRACES):
        raise Wrong(f"five letters from A to H were expected, one for each patient; got {letters}")
    for patient, (said, true) in enumerate(zip(letters, WARD, strict=True), start=1):
        with part("for patients 1 to 3" if patient <= 3 else "for patients 4 and 5"):
            if said != true:
                raise Wrong(f"patient {patient} does not have {said}: {TRACES[said]}. Compare with "
                            f"the row of patient {patient}.")
    return ("a doctor works in the same order. First in which arrays it shows, then how large the "
            "ratio is, then the difference.")


def _gradients(X, Y, params, strength, divisor, slope, penalty):
    """The gradients of exercise 2, with parts to be exchanged."""
    (W1, b1), (W2, b2) = params
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    dZ2 = (softmax(A1 @ W2 + b2) - Y) / divisor(Y)
    dZ1 = dZ2 @ W2.T * slope(Z1, A1)
    return [(X.T @ dZ1 + penalty * strength * W1, dZ1.sum(axis=0)),
            (A1.T @ dZ2 + penalty * strength * W2, dZ2.sum(axis=0))]


DIVISORS = {
    "": len,
    "dZ2 is still divided by m times the number of classes; the loss is a mean over the m "
    "examples alone.": np.size,
    "dZ2 is not divided by m; the loss is a mean over the examples.": lambda Y: 1,
}
SLOPES = {
    "": lambda Z, A: 1 - A**2,
    "the slope of tanh is still 1 - Z1**2; in terms of Z it is 1 - tanh(Z)**2, so 1 - A1**2.":
        lambda Z, A: 1 - Z**2,
    "the slope is A1 * (1 - A1), that of the sigmoid; the hidden units are tanh units.":
        lambda Z, A: A * (1 - A),
    "the slope of tanh is missing.": lambda Z, A: np.ones_like(Z),
}
PENALTIES = {
    "": 1,
    "the penalty is still strength / 2 * W; the derivative of λ/2 w² is λ w.": 1 / 2,
    "the penalty is 2 * strength * W; the derivative of λ/2 w² is λ w.": 2,
    "the penalty is missing.": 0,
    "the penalty has the wrong sign; a larger weight makes the loss larger.": -1,
}


@exercise
def check_mended(mended, rng):
    """Gradients of a tanh network whose loss has a penalty on the weights."""
    for m, n0, n1, classes in [(6, 4, 3, 5), (5, 3, 3, 3), (1, 2, 4, 3), (7, 3, 1, 2)]:
        X, Y = rng.normal(size=(m, n0)), np.eye(classes)[rng.integers(classes, size=m)]
        shapes = (n0, n1), (n1, classes)
        params = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in shapes]
        what = f"for {m} example(s), {n1} hidden unit(s) and {classes} classes"
        got = attempt(mended, X, Y, params, 0.3)
        layers = unpack(f"your result {what}", got, "(dW1 and db1), (dW2 and db2)")
        got = {}
        for l, layer in enumerate(layers, start=1):
            pair = unpack(f"the entry of layer {l} {what}", layer, f"dW{l}, db{l}")
            got[f"dW{l}"], got[f"db{l}"] = pair
        _compare(what, got, X, Y, params)
    return ("your gradients hold for any batch and any penalty. With several mistakes at once, "
            "mend the topmost first, then ask again.")


def _compare(what, got, X, Y, params):
    """Name the mistakes that are left, the last layer first."""
    variants = []
    for choice in product(*(table.items() for table in (DIVISORS, SLOPES, PENALTIES))):
        words, parts = zip(*choice, strict=True)
        variants.append((words, _named(_gradients(X, Y, params, 0.3, *parts))))
    variants.sort(key=lambda variant: len(" ".join(variant[0])))
    try:
        _expect_right(what, got, variants, params)
        left = ("", "", "")
    except Wrong as wrong:
        fault, left = wrong, _left(got, variants)
    for name, words in zip(("the 1/m", "the slope of tanh", "the penalty"), left, strict=True):
        with part(f"for {name}"):
            if words:
                raise fault


def _left(got, variants):
    """Return the words of the mistakes that are in these gradients; "?" where they are others."""
    for words, grads in variants:
        with suppress(Wrong):
            for name in grads:
                expect(name, got[name], grads[name], tolerance=1e-8)
            return words
    return "???"


def _expect_right(what, got, variants, params):
    (_, right), *wrong = [(" ".join(filter(None, words)), grads) for words, grads in variants]
    for name in ("db2", "dW2", "db1", "dW1"):
        slips = [(grads[name], words) for words, grads in wrong]
        if name[0:2] == "db":
            penalized = right[name] + 0.3 * params[int(name[2]) - 1][1]
            slips += [
                (penalized, "the penalty is added to the biases, too; it is on the weights."),
                (right[name].sum(), "it is one number; sum over the examples only, axis=0."),
            ]
        else:
            slips.append((right[name].T, f"it is transposed; {name} has the shape of its W."))
        expect(f"your {name} {what}", got[name], right[name], slips, tolerance=1e-8)


def _named(grads):
    return {f"{kind}{l}": array for l, pair in enumerate(grads, start=1)
            for kind, array in zip(("dW", "db"), pair, strict=True)}


COMPLETE, ORDERS = "for examples that are missing or too many", "for orders"


@exercise
def check_sound(sound, rng):
    """Tell sound batches from those of a generator that begins anew, and its relatives."""
    for m, size in [(12, 4), (11, 4), (9, 1), (8, 8)]:
        orders = _different_orders(rng, m, 3)
        good = [_cut(order, size) for order in orders]
        _expect_sound(sound, good, m, True, "every example comes once, in three different orders")
        _expect_sound(sound, good[:1], m, True, "there is one epoch, and it is complete")
        same = [_cut(orders[0][:size], size) * len(good[0])] * 3
        if size < m:
            _expect_sound(sound, same, m, False, "every batch is the same")
            short = [_cut(order[:-1], size) for order in orders]
            _expect_sound(sound, short, m, False, "one example of each epoch is missing")
        again = [good[0], good[1], [batch.copy() for batch in good[0]]]
        what = "the third epoch has the order of the first, as if its generator began anew"
        _expect_sound(sound, again, m, False, what, ORDERS)
        _expect_sound(sound, [good[0]] * 2, m, False, "both epochs have the same order", ORDERS)
        twice = [order.copy() for order in orders]
        twice[1][0] = twice[1][1]
        what = "in the second epoch one example comes twice and another not at all"
        _expect_sound(sound, [_cut(order, size) for order in twice], m, False, what)
        off = [_cut(order + 1, size) for order in orders]
        _expect_sound(sound, off, m, False, "the positions run from 1 to m, so 0 never comes")
        more = [_cut(np.append(order, order[0]), size) for order in orders]
        _expect_sound(sound, more, m, False, "one example of each epoch comes twice")
    order = rng.permutation(12)
    for i, j in [(5, 6), (5, 8)]:  # within a batch, and across two
        almost = order.copy()
        almost[[i, j]] = almost[[j, i]]
        epochs = [_cut(order, 4), _cut(almost, 4)]
        what = ("every example comes once, in two orders that differ in the middle only: compare "
                "whole orders")
        _expect_sound(sound, epochs, 12, True, what, ORDERS)
    return ("your test needs no network at all. The bugs around a network are best tested where "
            "they live: random labels, ratios, shapes, each test has its own place.")


def _different_orders(rng, m, count):
    """Draw orders that differ from each other and do not begin alike."""
    order = rng.permutation(m)
    return [np.roll(order, shift) for shift in range(count)]


def _cut(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


def _expect_sound(sound, epochs, m, expected, what, name=COMPLETE):
    with part(name, 1 if name == ORDERS else 2, on_top=name == ORDERS):
        got = attempt(sound, epochs, m)
        if not isinstance(got, (bool, np.bool_)):
            raise Wrong(f"your function returned {got!r}; True or False was expected")
        if bool(got) != expected:
            raise Wrong(f"your function says {bool(got)} for m = {m} although {what}.")
