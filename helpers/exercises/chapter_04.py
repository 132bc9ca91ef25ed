"""Exercises of chapter 04: backpropagation."""

import numpy as np

from ..network import softmax
from .frame import attempt, exercise, expect, expect_number, remark_if_slow, unpack


@exercise
def check_three_ways(slope, rng):
    """dJ/dx of a number that reaches the loss by three ReLU units, one of them closed."""
    slips = [
        (4.0, "The sign: the output is below the label 1, so dz = a - 1 is negative."),
        (-6.5, "One of the three gates is closed at x = 2. Nothing comes back through it."),
        (-2.0, "That is one way alone. Two gates are open: add what comes back by both."),
        (-8.0, "Along a way, multiply; but where the ways meet at x, add."),
        (0.5, "The last factor on each way is missing: how fast does 4x - 6 grow with x?"),
        (0.0, "The third way has two minus signs, that of -2x and that of its weight -2."),
        (-1.0, "a - 1 is dz already: the slope of the sigmoid is in it. You have it twice."),
        (-16.0, "That begins with dJ/da. The slope of the sigmoid at z = 0 is missing."),
        (8.0, "That is dz/dx. Multiply by dz, the derivative of the loss with respect to z."),
    ]
    expect_number(slope, -4, "dz times the sum over the ways whose gates are open", slips)
    return "each way gives the product along it, a closed gate gives 0, and at x they add up."


@exercise
def check_residual_backward(backward, rng):
    """Gradients of a residual layer, A = relu(A_prev W + b) + A_prev."""
    for m, n in [(5, 3), (4, 4), (1, 3), (6, 1), (20, 30)]:
        A_prev, W, b = rng.normal(size=(m, n)), rng.normal(size=(n, n)), rng.normal(size=n)
        _compare_residual(backward, rng.normal(size=(m, n)), A_prev, A_prev @ W + b, W)
    A_prev, W = np.array([[1.0, 2.0], [-1.0, 3.0]]), np.array([[2.0, 1.0], [-1.0, 4.0]])
    _compare_residual(backward, np.array([[1.0, -2.0], [3.0, 4.0]]), A_prev, A_prev @ W, W)
    return ("for any batch and any square W. However small W is, dA reaches dA_prev undiminished "
            "by the way around: that is why networks of a hundred layers are built like this.")


def _compare_residual(backward, dA, A_prev, Z, W):
    m, n = dA.shape
    gate = Z > 0
    dZ = dA * gate
    what = f"for {m} example(s) and {n} unit(s)"
    if (Z == 0).any():
        what += ", one Z exactly 0"
    got = attempt(backward, dA, A_prev, Z, W)
    dW, db, dA_prev = unpack(f"your result {what}", got, "dW, db, dA_prev")

    no_gate = "the gate is missing: where Z <= 0, relu lets nothing back."
    corner = "at Z = 0 the gate is taken as open; (4.8) agrees on closed: Z > 0, not Z >= 0."
    wide, other = dA * (Z >= 0), dA * (A_prev > 0)
    slips = [
        (dZ.T @ A_prev, "that is dZ.T @ A_prev, the transpose of what (4.4) says."),
        (A_prev.T @ dA, no_gate),
        (A_prev.T @ wide, corner),
        (A_prev.T @ other, "the gate is that of A_prev; it belongs to this layer's own Z."),
        (A_prev.T @ (dA * Z), "dA is multiplied by Z. Multiply by the slope of relu, 0 or 1."),
        (A_prev.T @ dZ / m, "it is divided by m, but dA has the 1/m in it already."),
        (A_prev.T @ dZ + A_prev.T @ dA, "W is not on the way around; only relu's part reaches W."),
    ]
    expect(f"your dW {what}", dW, A_prev.T @ dZ, slips)

    slips = [
        (dZ.sum(), "one number came: the sum over the units, too. axis=0 sums over examples."),
        (dZ.sum(axis=1), "the sum is over the units (axis=1); sum over the examples, axis=0."),
        (dA.sum(axis=0), no_gate),
        (wide.sum(axis=0), corner),
        (dZ.sum(axis=0) / m, "that is the mean; the 1/m is in dA already, so take the sum."),
        ((dZ + dA).sum(axis=0), "b is not on the way around; only relu's part reaches b."),
    ]
    expect(f"your db {what}", db, dZ.sum(axis=0), slips)

    slips = [
        (dZ @ W.T, "that is the way through W alone. A_prev reaches A by two ways: add both."),
        (dA, "that is the way around alone. A_prev reaches A by two ways: add both."),
        (dZ @ W + dA, "W is not transposed. (4.6): dZ @ W.T. The square shape does not tell."),
        (dZ @ W, "W is not transposed, and the way around is missing."),
        (dZ @ W.T + dZ, "the gate is on the way around, too; relu is on the other way only."),
        (dA @ W.T + dA, no_gate),
        (wide @ W.T + dA, corner),
        (dZ @ W.T + A_prev, "A_prev is added; what comes back by the way around is dA."),
        (dZ @ W.T + 1, "1 is added. Along the way around, dA is multiplied by 1: that adds dA."),
        (dZ @ W.T * dA, "where ways meet, add; you multiply what comes by the two."),
    ]
    expect(f"your dA_prev {what}", dA_prev, dZ @ W.T + dA, slips)


@exercise
def check_softmax_backward(backward, rng):
    """Check dZ from dA through the softmax, for any loss."""

    def reference(dA, A):
        return A * (dA - (dA * A).sum(axis=1, keepdims=True))

    for m, n in [(3, 3), (4, 3), (1, 5), (7, 2), (3, 1), (50, 10)]:
        A, dA = softmax(rng.normal(scale=2, size=(m, n))), rng.normal(scale=3, size=(m, n))
        P = dA * A
        flat = "the sum of a row must stay a column: with keepdims=True, or [:, None]."
        slips = [
            (A * (1 - A) * dA, "only the diagonal of (4.2) is used: A * (1 - A). Each logit moves "
             "the other probabilities as well."),
            (A * (dA - P.sum()), "the sum is over the whole batch; each example has its own."),
            (A * (dA - P.sum(axis=0)), "the sum is over the examples; sum over the classes j."),
            (A * (dA - dA.sum(axis=1, keepdims=True)), "the a_j is missing in the sum over j."),
            (P - P.sum(axis=1, keepdims=True),
             "the sum is not multiplied by a_k: in (4.2) both terms have two factors."),
            (A * (dA + P.sum(axis=1, keepdims=True)), "the sign in front of the sum is wrong."),
            (P, "that is the first term alone, for j = k. The term with -a_k is missing."),
            (reference(dA, A) / m, "it is divided by m, but dA has the 1/m in it already."),
        ]
        if m == n:
            slips.append((A * (dA - P.sum(axis=1)), flat))
        got = attempt(backward, dA, A)
        expect(f"your dZ for {m} example(s) and {n} class(es)", got, reference(dA, A), slips)
    A, dA = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]), np.array([[-1.0, 2.0, 3.0]] * 2)
    what = "your dZ for probabilities of exactly 0 and 1"
    expect(what, attempt(backward, dA, A), reference(dA, A))
    A, dA = softmax(rng.normal(size=(2000, 10))), rng.normal(size=(2000, 10))
    slow = remark_if_slow(backward, reference, dA, A, times=100)
    return "for any loss. Put dA = -Y / (m A) into it, and (A - Y) / m comes out again." + slow
