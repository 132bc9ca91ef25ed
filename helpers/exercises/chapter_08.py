"""Exercises of chapter 08: examples as columns."""

import functools
from itertools import islice

import numpy as np

from ..checks import describe
from .frame import (
    Wrong,
    attempt,
    count_in_place,
    exercise,
    expect,
    expect_number,
    expect_several,
    part,
)

FORM = "in form (float32 stays float32, nothing is changed in place)"


@exercise
def check_first_loss(loss, rng):
    """Loss for logits of 0, when softmax divides by the sum over 10 classes and 500 examples."""
    right = np.log(5000)
    slips = [
        (np.log(10), "That is the loss with the right softmax. Here a class does not get 1/10: "
         "what does `np.sum(E)` come to?"),
        (np.log(500), "That is ln 500, from a sum over the examples alone. Without an axis the sum "
         "runs over the classes as well."),
        (np.log2(5000), "That is in bits: the logarithm to base 2. A nat is the natural one, ln."),
        (np.log10(5000), "That is with the logarithm to base 10. J takes the natural one, ln."),
        (500 * right, "That is the sum over the examples. J is their mean."),
        (5000, "That is one over the probability. The loss is the logarithm of it."),
        (1 / 5000, "That is about the probability itself. The loss is minus its logarithm."),
        (-right, "The sign: the logarithm of a probability is negative, and a loss is not."),
    ]
    expect_number(loss, right, "minus the logarithm of one entry of A, in nats", slips)
    return ("every entry of A is 1/(10 · 500), so J = ln 10 + ln 500. A first loss far from ln 10 "
            "tells that something is wrong before a single step is taken.")


@exercise
def check_column_batches(column_batches, rng):
    """Mini-batches of images that are columns of X (n, m), with labels y (m,)."""
    for n, m, size in [(6, 40, 16), (30, 12, 4), (5, 5, 5), (7, 10, 32), (3, 1, 2), (4, 8, 1)]:
        X, y = rng.random((n, m), dtype=np.float32), rng.permutation(m)
        seed = int(rng.integers(1_000_000))
        epoch, again = (attempt(_listed(column_batches), X, y, size, np.random.default_rng(seed))
                        for _ in range(2))
        what = f"for {m} image(s) of {n} pixels and batch_size {size}"
        whole = m % size == 0
        name = "for batches of one size" if whole else "for a smaller last one and the order"
        with part(name, on_top=not whole):
            order = _order(epoch, X, y, size, what)
            if m == 40:
                _check_shuffling(column_batches, order, _order(again, X, y, size, what), X, y, size)
    return ("every image comes once per epoch, whole, and with its own label, in the last batch "
            "too. As it was, the function yielded rows of X: batches of pixels, each of them one "
            "pixel of all images, beside the labels of the first 784 images.")


def _listed(column_batches):
    """Let the reader's generator run to its end, with its own name in messages."""
    if not callable(column_batches):
        return column_batches

    @functools.wraps(column_batches)
    def listed(X, y, batch_size, rng):
        batches = column_batches(X, y, batch_size, rng)
        if batches is None:
            raise Wrong("column_batches gave nothing back. Is the `yield` missing?")
        return list(islice(batches, y.size + 1))  # an endless one is stopped

    return listed


def _order(epoch, X, y, size, what):
    """Check the batches of one epoch; return the columns of X in the order in which they came."""
    (n, m), position = X.shape, np.argsort(y)  # labels are 0 … m - 1 here, to tell images apart
    for batch in epoch:
        is_pair = isinstance(batch, (tuple, list)) and len(batch) == 2
        if not is_pair or not all(isinstance(part, np.ndarray) for part in batch):
            raise Wrong(f"{what}: expected pairs of arrays, X_batch and y_batch; got {batch!r:.60}")
        X_batch, y_batch = batch
        if y_batch.ndim != 1 or y_batch.dtype != y.dtype or not np.isin(y_batch, y).all():
            raise Wrong(f"{what}: y_batch is {describe(y_batch)}, expected labels out of y")
        _check_images(X_batch, X, position[y_batch], what)
    order = np.concatenate([np.empty(0, int), *(position[y_batch] for _, y_batch in epoch)])
    if len(order) in (n, -(-n // size) * size) and len(order) < m:
        raise Wrong(f"{what}: only {n} of {m} images came. `len(X)` is the number of rows, and "
                    "these are pixels here; `len(y)` or `X.shape[1]` counts the images.")
    if len(order) < m and len(order) == m // size * size:
        raise Wrong(f"{what}: the last batch, of {m % size}, is missing. It may be smaller.")
    if not np.array_equal(np.sort(order), np.arange(m)):
        raise Wrong(f"{what}: {len(set(order))} of {m} images came, in {len(order)} columns.")
    sizes = [len(y_batch) for _, y_batch in epoch]
    expected = [size] * (m // size) + [m % size] * (m % size > 0)
    if sizes != expected:
        raise Wrong(f"{what}: the batches have the sizes {sizes}, expected {expected}.")
    return order


def _check_images(X_batch, X, columns, what):
    """Check that a batch holds these columns of X."""
    expected = X[:, columns]
    if X_batch.shape != expected.shape:
        sentence = f"{what}: X_batch has shape {X_batch.shape}, expected {expected.shape}."
        if X_batch.shape == (len(columns), X.shape[1]):
            sentence += " `X[batch]` takes rows, and these are pixels here: images are columns."
        elif X_batch.shape == expected.T.shape:
            sentence += " It holds the images as rows; they came as columns and stay columns."
        raise Wrong(sentence)
    if not np.array_equal(X_batch, expected):
        if np.array_equal(np.sort(X_batch, axis=0), np.sort(expected, axis=0)):
            raise Wrong(f"{what}: the pixels inside the images have changed places. "
                        "`rng.permutation(X)` shuffles the first axis, and that one counts pixels "
                        "here.")
        raise Wrong(f"{what}: images and labels have been parted. One order, drawn once, for both.")
    if X_batch.dtype != X.dtype:
        raise Wrong(f"{what}: X_batch has dtype {X_batch.dtype}, expected {X.dtype} as X has.")


def _check_shuffling(column_batches, order, again, X, y, size):
    if np.array_equal(order, np.arange(len(y))):
        raise Wrong("the images come in the order of the file. Shuffle them: `rng.permutation`.")
    if not np.array_equal(order, again):
        raise Wrong("two generators with the same seed gave two orders. Draw from `rng` and "
                    "nothing else, so that a run can be repeated.")
    rng = np.random.default_rng(0)
    epochs = (attempt(_listed(column_batches), X, y, size, rng) for _ in range(2))
    first, second = (_order(epoch, X, y, size, "in a second epoch") for epoch in epochs)
    if np.array_equal(first, second):
        raise Wrong("a second epoch came in the same order. Draw a new one from `rng`.")


@exercise
def check_fold(fold, rng):
    """The first layer, W (k, n) and b (k, 1), changed so that it takes pixels as they are."""
    count_in_place(FORM)
    for k, n in [(4, 4), (3, 5), (1, 7), (5, 1), (1, 1), (10, 100)]:
        W, b = rng.normal(size=(k, n)), rng.normal(size=(k, 1))
        mean, scale = rng.uniform(20, 200, (n, 1)), rng.uniform(2, 100, (n, 1))
        what = f"for W of shape {(k, n)}"
        new_W, new_b = _pair(attempt(fold, W, b, mean, scale), what)
        slips = [
            (W, "W is as it was, but the pixels are no longer divided by `scale`: W has to be."),
            (W * scale.T, "W is multiplied by `scale`. The input was divided, so W has to be."),
        ]
        if k == n:
            turned = "each row of W is divided by an entry of `scale`. An input has a column of W."
            slips.append((W / scale, turned))
        with part("for W"):
            expect(f"{what}, the new W", new_W, W / scale.T, slips)
        shift = W @ (mean / scale)
        slips = [
            (b, "b is as it was, but what W made of the mean has to come off it."),
            (b + shift, "the sign: the mean was taken off the input, so its share comes off b."),
            (b - W @ mean, "the mean is not divided by `scale` yet. Multiply out W ((x - μ) / s)."),
            (b - W @ (mean / scale**2),
             "the mean is divided by `scale` twice, once more than it should be."),
            (b - shift.sum(), "one number is taken off all biases. Each unit has its own sum."),
            (b - shift[:, 0], "a column (k, 1) met a row (k,), and broadcasting made it (k, k)."),
        ]
        if k == n:
            slips.append((b - mean / scale, "μ/s comes off the input, so it reaches b through W."))
        with part("for b"):
            expect(f"{what}, the new b", new_b, b - shift, slips)
    _check_single(fold, rng)
    return ("both layers give the same Z for any image. Whatever only scales and moves its input "
            "can be folded into the layer after it in this way, at no cost.")


def _pair(result, what):
    return expect_several(f"{what}: expected two arrays, `return new_W, new_b`", result, 2)


def _check_single(fold, rng):
    """Check that float32 stays float32."""
    W, b = rng.normal(size=(3, 8)), rng.normal(size=(3, 1))
    mean, scale = rng.uniform(0, 1, (8, 1)), rng.uniform(0.5, 1, (8, 1))
    given = [array.astype(np.float32) for array in (W, b, mean, scale)]
    new = _pair(attempt(fold, *given), "for float32")
    expected = W / scale.T, b - W @ (mean / scale)
    for name, got, right in zip(("W", "b"), new, expected, strict=True):
        with part(FORM, on_top=True):
            expect(f"for float32, the new {name}", got, right, tolerance=1e-4)
            if np.asarray(got).dtype != np.float32:
                raise Wrong(f"all four arrays are float32, and the new {name} is {got.dtype}. An "
                            "array of float64 has come in, from `np.zeros` or `astype(float)`?")
