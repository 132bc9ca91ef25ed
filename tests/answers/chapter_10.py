"""Answers to the exercises of chapter 10."""

from itertools import pairwise

import numpy as np

from helpers import backward, forward, softmax


def mended(
    divisor=len,
    slope=lambda Z, A: 1 - A**2,
    penalty=1.0,
    on_biases=False,
    sum_over=0,
    transposed=False,
):
    """Make a function for exercise 2, right unless told otherwise."""

    def gradients(X, Y, params, strength):
        (W1, b1), (W2, b2) = params
        Z1 = X @ W1 + b1
        A1 = np.tanh(Z1)
        dZ2 = (softmax(A1 @ W2 + b2) - Y) / divisor(Y)
        dZ1 = (dZ2 @ W2.T) * slope(Z1, A1)
        grads = []
        for A, dZ, (W, b) in zip((X, A1), (dZ1, dZ2), params, strict=True):
            dW = A.T @ dZ + penalty * strength * W
            db = dZ.sum(axis=sum_over)
            if on_biases:
                db = db + strength * b
            grads.append((dW.T if transposed else dW, db))
        return grads

    return gradients


def by_helpers(X, Y, params, strength):
    A, cache = forward(X, params, "tanh")
    return [
        (dW + strength * W, db)
        for (dW, db), (W, b) in zip(backward(cache, Y, params), params, strict=True)
    ]


def by_loops(X, Y, params, strength):
    (W1, b1), (W2, b2) = params
    grads = [[strength * W, np.zeros_like(b)] for W, b in params]
    for x, y in zip(X, Y, strict=True):
        a1 = np.tanh(x @ W1 + b1)
        z2 = a1 @ W2 + b2
        e = np.exp(z2 - z2.max())
        dz2 = (e / e.sum() - y) / len(X)
        dz1 = (W2 @ dz2) / np.cosh(x @ W1 + b1) ** 2
        for l, (a, dz) in enumerate([(x, dz1), (a1, dz2)]):
            grads[l][0] = grads[l][0] + np.outer(a, dz)
            grads[l][1] = grads[l][1] + dz
    return grads


def last_layer_first(X, Y, params, strength):
    return by_helpers(X, Y, params, strength)[::-1]


def flat(X, Y, params, strength):
    (dW1, db1), (dW2, db2) = by_helpers(X, Y, params, strength)
    return dW1, db1, dW2, db2


def changes_params(X, Y, params, strength):
    grads = by_helpers(X, Y, params, strength)
    params[0][0][:] -= grads[0][0]
    return grads


def sound(epochs, m):
    for batches in epochs:
        if sorted(i for batch in batches for i in batch) != list(range(m)):
            return False
    lists = [[int(i) for batch in batches for i in batch] for batches in epochs]
    return all(lists[i] != lists[j] for i in range(len(lists)) for j in range(i))


def sound_by_counting(epochs, m):
    seen = []
    for batches in epochs:
        order = np.hstack(batches)
        if order.max() >= m or not (np.bincount(order, minlength=m) == 1).all():
            return np.False_
        if any((order == other).all() for other in seen):
            return np.False_
        seen.append(order)
    return np.True_


def complete_only(epochs, m):
    return all(np.array_equal(np.sort(np.concatenate(b)), np.arange(m)) for b in epochs)


def lengths_only(epochs, m):
    orders = [tuple(np.concatenate(batches)) for batches in epochs]
    return all(len(order) == m for order in orders) and len(set(orders)) == len(orders)


def without_repeats(epochs, m):
    orders = [tuple(np.concatenate(batches)) for batches in epochs]
    whole = all(len(set(order)) == len(order) for order in orders)
    return whole and len(set(orders)) == len(orders)


def distinct_only(epochs, m):
    orders = [tuple(np.concatenate(batches)) for batches in epochs]
    whole = all(set(order) == set(range(m)) for order in orders)
    return whole and len(set(orders)) == len(orders)


def right_count(epochs, m):
    orders = [tuple(np.concatenate(batches)) for batches in epochs]
    whole = all(len(order) == len(set(order)) == m for order in orders)
    return whole and len(set(orders)) == len(orders)


def neighbors_only(epochs, m):
    orders = [np.concatenate(batches) for batches in epochs]
    pairs = pairwise(orders)
    return complete_only(epochs, m) and not any(np.array_equal(a, b) for a, b in pairs)


def by_part(part):
    """Compare of each epoch's order only a part."""

    def sound(epochs, m):
        parts = [tuple(np.concatenate(batches)[part]) for batches in epochs]
        return complete_only(epochs, m) and len(set(parts)) == len(parts)

    return sound


def by_first_batch(epochs, m):
    firsts = [tuple(batches[0]) for batches in epochs]
    return complete_only(epochs, m) and len(set(firsts)) == len(firsts)


def batches_as_sets(epochs, m):
    orders = [tuple(frozenset(batch.tolist()) for batch in batches) for batches in epochs]
    return complete_only(epochs, m) and len(set(orders)) == len(orders)


def in_place(epochs, m):
    for batches in epochs:
        for batch in batches:
            batch.sort()
    return True


WRONG = {
    "ward": {
        "a mean over everything for patient 1": ("BBGDF", "patient 1 does not have B", 1),
        "missing 1/m for patient 2": ("CAGDF", "the ratio m = 8", 1),
        "penalty the other way round": ("CBHDF", "positive multiple", 1),
        "mask for patient 4": ("CBGFF", "one ratio, 1/2", 1),
        "gate for patient 5": ("CBGDD", "lets something through", 1),
        "four letters": ("CBGD", "five letters"),
        "numbers": (32745, "in quotes"),
    },
    "mend": {
        "all three left": (
            mended(np.size, lambda Z, A: 1 - Z**2, 0.5),
            "still divided by m times the number of classes",
        ),
        "divisor left": (mended(np.size), "still divided by m times the number of classes", 2),
        "divisor dropped": (mended(lambda Y: 1), "not divided by m", 2),
        "slope left": (mended(slope=lambda Z, A: 1 - Z**2), "slope of tanh is still 1 - Z1**2", 2),
        "slope of the sigmoid": (mended(slope=lambda Z, A: A * (1 - A)), "that of the sigmoid", 2),
        "slope dropped": (mended(slope=lambda Z, A: 1), "slope of tanh is missing", 2),
        "penalty left": (mended(penalty=0.5), "still strength / 2 * W", 2),
        "penalty doubled": (mended(penalty=2), "2 * strength * W", 2),
        "penalty dropped": (mended(penalty=0), "the penalty is missing", 2),
        "slope and penalty left": (
            mended(slope=lambda Z, A: 1 - Z**2, penalty=0.5),
            "still strength / 2 * W",
            1,
        ),
        "penalty on biases": (mended(on_biases=True), "it is on the weights"),
        "one number for db": (mended(sum_over=None), "sum over the examples only"),
        "transposed": (mended(transposed=True), "it is transposed"),
        "last layer first": (last_layer_first, "shape"),
        "a flat tuple": (flat, "2 results were expected"),
        "changes the weights": (changes_params, "in place"),
    },
    "sound": {
        "always true": (lambda epochs, m: True, "says True"),
        "always false": (lambda epochs, m: False, "says False"),
        "order not looked at": (complete_only, "as if its generator began anew", 2),
        "neighbors only": (neighbors_only, "as if its generator began anew", 2),
        "number of examples only": (lengths_only, "another not at all"),
        "no example twice only": (without_repeats, "is missing"),
        "sets only": (distinct_only, "one example of each epoch comes twice"),
        "as many different ones as m": (right_count, "0 never comes"),
        "first batch only": (by_first_batch, "differ in the middle only", 2),
        "first example only": (by_part(slice(0, 1)), "differ in the middle only", 2),
        "last example only": (by_part(slice(-1, None)), "differ in the middle only", 2),
        "batches as sets": (batches_as_sets, "in three different orders"),
        "sorts the batches": (in_place, "in place"),
        "a sentence": (lambda epochs, m: "fine", "True or False was expected"),
    },
}

RIGHT = {
    "ward": ["CBGDF", "cbgdf", ["C", "B", "G", "D", "F"], "C, B, G, D, F"],
    "mend": [mended(), by_helpers, by_loops],
    "sound": [sound, sound_by_counting],
}
