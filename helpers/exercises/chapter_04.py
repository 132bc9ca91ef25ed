"""Exercises of chapter 04: backpropagation."""

import numpy as np

from ..network import backward as right_backward
from ..network import forward, initialize, one_hot, sigmoid_derivative
from .frame import Wrong, attempt, exercise, expect, expect_number, expect_params, part, unpack


@exercise
def check_three_ways(slope, rng):
    """dJ/dx of a number that reaches the loss by three ReLU units, one of them closed."""
    slips = [
        (4.0, "The sign: the output is below the label 1, so dz = a - 1 is negative."),
        (-6.5, "One of the three gates is closed at x = 2. Nothing comes back through it."),
        (-2.0, "That is one path alone. Two gates are open: add what comes back along both."),
        (-8.0, "Along a path, multiply; but where the paths meet at x, add."),
        (0.5, "The last factor on each path is missing: how fast does 4x - 6 grow with x?"),
        (0.0, "The third path has two minus signs, that of -2x and that of its weight -2."),
        (-1.0, "a - 1 is dz already: the slope of the sigmoid is in it. You have it twice."),
        (-16.0, "That begins with dJ/da. The slope of the sigmoid at z = 0 is missing."),
        (8.0, "That is dz/dx. Multiply by dz, the derivative of the loss with respect to z."),
    ]
    meaning = "dz times the sum over the paths whose gates are open"
    expect_number(slope, -4, meaning, slips, tolerance=1e-3)
    return "multiply along each path, a closed gate gives 0, and where the paths meet at x, add."


@exercise
def check_my_backward(backward, rng):
    """Gradients of whole ReLU networks, first a layer alone, then some whose layers are square."""
    for sizes, m in [([4, 3], 5), ([5, 5, 5, 5], 30), ([6, 5, 4, 3], 7), ([3, 1, 2], 1)]:
        X = rng.normal(size=(m, sizes[0]))
        with part("for one layer" if len(sizes) == 2 else "for several layers"):
            _compare_network(backward, X, sizes, rng)
    with part("where Z is 0", on_top=True):
        X = np.array([[0.0, 0.0], [1.0, 2.0]])
        _compare_network(backward, X, [2, 3, 2], rng, biases=False)
    return "for any depth, any sizes and any batch. You could write it on an empty page now."


def _compare_network(backward, X, sizes, rng, *, biases=True):
    m, L = len(X), len(sizes) - 1
    params = initialize(sizes, rng=rng, dtype=float)
    if biases:
        params = [(W, rng.normal(size=b.shape)) for W, b in params]
    Y = one_hot(rng.integers(sizes[-1], size=m), sizes[-1]).astype(float)
    _, cache = forward(X, params)
    what = f"for the sizes {sizes} and {m} example(s)"
    if not biases:
        what += ", some Z exactly 0"
    grads = right_backward(cache, Y, params)
    got = attempt(backward, cache, Y, params)
    if L > 1 and isinstance(got, (list, tuple)) and len(got) == 1:
        raise Wrong(f"one layer is right. {what}, {L} pairs (dW, db) are wanted, one for each "
                    "layer; one came.")
    got = expect_params(f"your result {what}", got, L, "dW, db")
    first, last = got[0][0], grads[-1][0]
    if L > 1 and np.shape(first) == last.shape and np.allclose(first, last):
        raise Wrong(f"your list {what} begins with the last layer: turn it around, grads[::-1]")
    A, Z, _ = cache
    dZ = (A[L] - Y) / m
    wrong = _wrong_output(A[L], Y, Z[L])
    for l in range(L, 0, -1):  # the last layer first: what is wrong there goes wrong everywhere
        (dW, db), A_prev = grads[l - 1], A[l - 1]
        others = [
            (dZ.T @ A_prev, f"that is dZ.T @ A[{l - 1}]; (4.4) says A[{l - 1}].T @ dZ."),
            (dW / m, "it is divided by m a second time; the 1/m is in dZ already."),
            (db, "the pair is (db, dW); swap the two."),
        ]
        if A[l].shape == A_prev.shape:
            others.append((A[l].T @ dZ, f"that is made with A[{l}], the layer's own output. Its "
                           f"input is A[{l - 1}]."))
        slips = [(A_prev.T @ value, sentence) for value, sentence in wrong] + others
        expect(f"your dW{l} {what}", got[l - 1][0], dW, slips)
        others = [
            (dZ.sum(), "one number came, the sum over the units too; axis=0 sums over examples."),
            (dZ.sum(axis=1), "the sum is over the units (axis=1); sum over the examples, axis=0."),
            (db / m, "it is divided by m a second time; the 1/m is in dZ already: sum, not mean."),
        ]
        slips = others + [(value.sum(axis=0), sentence) for value, sentence in wrong]
        expect(f"your db{l} {what}", got[l - 1][1], db, slips)
        if l > 1:
            wrong = _wrong_hidden(dZ, Z, params, l - 1)
            dZ = (dZ @ params[l - 1][0].T) * (Z[l - 1] > 0)


def _wrong_output(A, Y, Z):
    """What slips make of dZ of the output layer, each with its sentence."""
    m, K = A.shape
    error = A - Y
    return [
        (error, "the 1/m is missing: (4.3) divides A - Y by m."),
        (error / m**2, "the 1/m is in it twice."),
        (error / K, "it is divided by the number of classes, not by that of the examples, len(Y)."),
        (error / (m * K), "it is divided by m and by the number of classes; only m is right."),
        (-error / m, "the sign: it is A - Y, what came out minus what should have."),
        (A / m, "the labels Y are not subtracted."),
        (error * A * (1 - A) / m, "A - Y has the slope of the softmax in it already."),
        (error * (Z > 0) / m, "the gate of relu is applied to the output, which is a softmax."),
    ]


def _wrong_hidden(dZ, Z, params, l):
    """What slips make of dZ of hidden layer l, from dZ of the layer after it."""
    W = params[l][0]
    dA = dZ @ W.T
    slips = [
        (dA * (Z[l] >= 0), "at Z = 0 the gate is taken as open; (4.8) agrees on closed: Z > 0."),
        (dA, f"the gate of layer {l} is missing, or never closes: (4.7), with relu'(Z[{l}])."),
        (dA * sigmoid_derivative(Z[l]), f"the slope of layer {l} is that of the sigmoid; its "
         "activation is relu, with the slope 0 or 1 (4.8)."),
        (dA * np.maximum(Z[l], 0) * (1 - np.maximum(Z[l], 0)), "A(1 - A) is the slope of the "
         "sigmoid; the activation is relu, with the slope 0 or 1 (4.8)."),
        (dA * Z[l], f"dA is multiplied by Z[{l}]. Multiply by the slope of relu, 0 or 1."),
        (dA * np.maximum(Z[l], 0), "dA is multiplied by relu(Z). Multiply by its slope, 0 or 1."),
    ]
    if W.shape[0] == W.shape[1]:
        turned = (dZ @ W) * (Z[l] > 0)
        slips.append((turned, f"W of layer {l + 1} is not transposed. (4.6): dZ @ W.T."))
        after = dA * (Z[l + 1] > 0)
        slips.append((after, f"the gate is that of layer {l + 1}; take Z[{l}]."))
        own = (dZ @ params[l - 1][0].T) * (Z[l] > 0)
        slips.append((own, f"that goes through W of layer {l}; dZ of layer {l + 1} comes back "
                      f"through W of layer {l + 1}."))
    return slips


@exercise
def check_residual_backward(backward, rng):
    """Gradients of a residual layer, A = relu(A_prev W + b) + A_prev."""
    for m, n in [(5, 3), (4, 4), (1, 3), (6, 1), (20, 30)]:
        A_prev, W, b = rng.normal(size=(m, n)), rng.normal(size=(n, n)), rng.normal(size=n)
        _compare_residual(backward, rng.normal(size=(m, n)), A_prev, A_prev @ W + b, W)
    A_prev, W = np.array([[1.0, 2.0], [-1.0, 3.0]]), np.array([[2.0, 1.0], [-1.0, 4.0]])
    _compare_residual(backward, np.array([[1.0, -2.0], [3.0, 4.0]]), A_prev, A_prev @ W, W)
    return ("for any batch and any square W. However small W is, dA reaches dA_prev undiminished "
            "along the skip connection: that is why networks of a hundred layers have them.")


def _compare_residual(backward, dA, A_prev, Z, W):
    m, n = dA.shape
    gate = Z > 0
    dZ = dA * gate
    what = f"for {m} example(s) and {n} unit(s)"
    corner = (Z == 0).any()
    if corner:
        what += ", one Z exactly 0"
    got = attempt(backward, dA, A_prev, Z, W)
    dW, db, dA_prev = results = unpack(f"your result {what}", got, "dW, db, dA_prev")
    shapes = [np.shape(result) for result in results]
    if shapes != [(n, n), (n,), (m, n)] and sorted(shapes) == sorted([(n, n), (n,), (m, n)]):
        raise Wrong(f"your result {what} has the shapes {shapes}: return dW, db, dA_prev, in order")

    no_gate = "the gate is missing, or never closes: where Z <= 0, relu lets nothing back."
    other = dA * (A_prev > 0)
    slips = [
        (dZ.T @ A_prev, "that is dZ.T @ A_prev, the transpose of what (4.4) says."),
        (A_prev.T @ dA, no_gate),
        (A_prev.T @ other, "the gate is that of A_prev; it belongs to this layer's own Z."),
        (A_prev.T @ (dA * Z), "dA is multiplied by Z. Multiply by the slope of relu, 0 or 1."),
        (A_prev.T @ (dZ * Z), "dA is multiplied by relu(Z). Multiply by its slope, 0 or 1."),
        (A_prev.T @ dZ / m, "it is divided by m, but dA has the 1/m in it already."),
        (A_prev.T @ (dZ + dA), "W is not on the skip connection; only relu's part reaches W."),
    ]
    with part("for dW"):
        if not corner:
            expect(f"your dW {what}", dW, A_prev.T @ dZ, slips)

    slips = [
        (dZ.sum(), "one number came: the sum over the units, too. axis=0 sums over examples."),
        (dZ.sum(axis=1), "the sum is over the units (axis=1); sum over the examples, axis=0."),
        (dA.sum(axis=0), no_gate),
        (dZ.sum(axis=0)[None], "it is a row of shape (1, n): leave out keepdims."),
        (dZ.sum(axis=0) / m, "that is the mean; the 1/m is in dA already, so take the sum."),
        ((dZ + dA).sum(axis=0), "b is not on the skip connection; only relu's part reaches b."),
    ]
    with part("for db"):
        if not corner:
            expect(f"your db {what}", db, dZ.sum(axis=0), slips)

    slips = [
        (dZ @ W.T, "that is the path through W alone. A_prev reaches A along two paths: add both."),
        (dA, "that is the skip connection alone. A_prev reaches A along two paths: add both."),
        (dZ @ W + dA, "W is not transposed. (4.6): dZ @ W.T. The square shape does not tell."),
        (dZ @ W, "W is not transposed, and the skip connection is missing."),
        (dZ @ W.T + dZ, "the gate is on the skip connection, too; relu is on the other path only."),
        (dA @ W.T + dA, no_gate),
        ((dA * (Z >= 0)) @ W.T + dA,
         "at Z = 0 the gate is taken as open; (4.8) agrees on closed: Z > 0, not Z >= 0."),
        (dZ @ W.T + A_prev, "A_prev is added; what comes back along the skip connection is dA."),
        (dZ @ W.T + 1, "1 is added. Along the skip connection dA is multiplied by 1: add dA."),
        (dZ @ W.T * dA, "where paths meet, add; you multiply what comes back along the two."),
    ]
    with part("for dA_prev"):  # and, with it, where Z is 0
        expect(f"your dA_prev {what}", dA_prev, dZ @ W.T + dA, slips)
