"""Answers to the exercises of chapter 08."""

import numpy as np

from helpers import minibatches


def as_in_row_form(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X[batch], y[batch]


def columns_but_counts_rows(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X[:, batch], y[batch]


def counts_rows_in_the_range(X, y, batch_size, rng):
    order = rng.permutation(len(y))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X[:, batch], y[batch]


def without_the_last(X, y, batch_size, rng):
    order = rng.permutation(len(y))
    for start in range(0, len(y) - batch_size + 1, batch_size):
        batch = order[start : start + batch_size]
        yield X[:, batch], y[batch]


def shuffled_apart(X, y, batch_size, rng):
    X, y = rng.permutation(X, axis=1), rng.permutation(y)
    for start in range(0, len(y), batch_size):
        yield X[:, start : start + batch_size], y[start : start + batch_size]


def pixels_shuffled(X, y, batch_size, rng):
    X = rng.permutation(X)
    for start in range(0, len(y), batch_size):
        yield X[:, start : start + batch_size], y[start : start + batch_size]


def not_shuffled(X, y, batch_size, rng):
    for start in range(0, len(y), batch_size):
        yield X[:, start : start + batch_size], y[start : start + batch_size]


def rows_come_out(X, y, batch_size, rng):
    yield from minibatches(X.T, y, batch_size, rng)


def global_randomness(X, y, batch_size, rng):
    yield from column_batches(X, y, batch_size, np.random.default_rng())


def same_order_each_epoch(X, y, batch_size, rng):
    yield from column_batches(X, y, batch_size, np.random.default_rng(0))


def drawn_with_repeats(X, y, batch_size, rng):
    for start in range(0, len(y), batch_size):
        batch = rng.integers(len(y), size=min(batch_size, len(y) - start))
        yield X[:, batch], y[batch]


def endless(X, y, batch_size, rng):
    while True:
        yield from column_batches(X, y, batch_size, rng)


def labels_in_place(X, y, batch_size, rng):
    rng.shuffle(y)
    yield X, y


def double_precision(X, y, batch_size, rng):
    yield from column_batches(X.astype(float), y, batch_size, rng)


def no_yield(X, y, batch_size, rng):
    rng.permutation(len(y))


def only_images(X, y, batch_size, rng):
    for X_batch, _ in column_batches(X, y, batch_size, rng):
        yield X_batch


def column_batches(X, y, batch_size, rng):
    order = rng.permutation(y.size)
    pieces = np.split(order, range(batch_size, y.size, batch_size))
    return [(X.take(piece, axis=1), y.take(piece)) for piece in pieces]


def through_rows(X, y, batch_size, rng):
    for X_batch, y_batch in minibatches(X.T, y, batch_size, rng):
        yield X_batch.T, y_batch


def first_shuffled_then_cut(X, y, batch_size, rng):
    order = rng.random(len(y)).argsort()
    X, y = X[:, order], y[order]
    while len(y):
        yield X[:, :batch_size], y[:batch_size]
        X, y = X[:, batch_size:], y[batch_size:]


def fold_with_loops(W, b, mean, scale):
    new_W, new_b = np.empty_like(W), b.copy()
    for j in range(W.shape[0]):
        for i in range(W.shape[1]):
            new_W[j, i] = W[j, i] / scale[i, 0]
            new_b[j, 0] -= new_W[j, i] * mean[i, 0]
    return new_W, new_b


def fold_in_place(W, b, mean, scale):
    W /= scale.T
    return W, b - W @ mean


WRONG = {
    "first-loss": {
        "right softmax": (2.3, "right softmax"),
        "over the examples": (6.21, "over the examples alone"),
        "bits": (12.29, "in bits"),
        "base 10": (3.7, "base 10"),
        "not the logarithm": (5000, "one over the probability"),
        "the probability": (0.0002, "probability itself"),
        "negative": (-8.52, "sign"),
        "some number": (8, "too small"),
    },
    "column-batches": {
        "as it was": (as_in_row_form, "images are columns"),
        "len(X)": (columns_but_counts_rows, "only 6 of 40 images"),
        "len(X) in the range": (counts_rows_in_the_range, "`len(X)` is the number of rows"),
        "last batch missing": (without_the_last, "last batch, of 8", 1),
        "shuffled apart": (shuffled_apart, "have been parted"),
        "pixels shuffled": (pixels_shuffled, "first axis"),
        "not shuffled": (not_shuffled, "order of the file", 1),
        "rows come out": (rows_come_out, "stay columns"),
        "not from rng": (global_randomness, "Draw from `rng`", 1),
        "seeded inside": (same_order_each_epoch, "a second epoch", 1),
        "with repeats": (drawn_with_repeats, "of 40 images came, in 40 columns"),
        "endless": (endless, "images came, in"),
        "labels in place": (labels_in_place, "changed its second argument"),
        "float64": (double_precision, "expected float32"),
        "one batch of all": (lambda X, y, batch_size, rng: [(X, y)], "have the sizes"),
        "no yield": (no_yield, "`yield` missing"),
        "only images": (only_images, "pairs of arrays"),
        "labels as a column": (
            lambda X, y, batch_size, rng: [(X, y[:, None])],
            "expected labels out of y",
        ),
    },
    "fold": {
        "W unchanged": (lambda W, b, mean, scale: (W, b), "as it was"),
        "times scale": (lambda W, b, mean, scale: (W * scale.T, b), "is multiplied"),
        "rows divided": (lambda W, b, mean, scale: (W / scale, b), "each row of W"),
        "b unchanged": (lambda W, b, mean, scale: (W / scale.T, b), "b is as it was", 1),
        "sign": (lambda W, b, mean, scale: (W / scale.T, b + W @ (mean / scale)), "the sign", 1),
        "mean not scaled": (
            lambda W, b, mean, scale: (W / scale.T, b - W @ mean),
            "not divided by `scale` yet",
            1,
        ),
        "past W": (lambda W, b, mean, scale: (W / scale.T, b - mean / scale), "through W"),
        "scaled twice": (
            lambda W, b, mean, scale: (W / scale.T, b - W / scale.T @ (mean / scale)),
            "twice",
            1,
        ),
        "sum over all": (
            lambda W, b, mean, scale: (W / scale.T, b - (W * (mean / scale).T).sum()),
            "one number",
            1,
        ),
        "no keepdims": (
            lambda W, b, mean, scale: (W / scale.T, b - (W * (mean / scale).T).sum(axis=1)),
            "(k, k)",
            1,
        ),
        "in place": (fold_in_place, "changed its first argument", 2),
        "float64": (
            lambda W, b, mean, scale: (W / scale.T, b - W.astype(float) @ (mean / scale)),
            "the new b is float64",
            2,
        ),
        "only W": (lambda W, b, mean, scale: W / scale.T, "expected two arrays"),
    },
}

RIGHT = {
    "first-loss": [np.log(10) + np.log(500), 8.517, np.float32(8.52)],
    "column-batches": [column_batches, through_rows, first_shuffled_then_cut],
    "fold": [
        fold_with_loops,
        lambda W, b, mean, scale: (W * (1 / scale.ravel()), b - W @ (mean / scale)),
        lambda W, b, mean, scale: [
            W / scale[:, 0],
            b - (W * (mean / scale).T).sum(axis=1, keepdims=True),
        ],
    ],
}
