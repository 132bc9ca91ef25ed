"""Answers to the exercises of chapter 04."""

import numpy as np

from helpers import relu_derivative


def residual(through_W=True, around=True, gate=None, transposed=True, gate_around=False):
    """Make a backward pass of the residual layer, right unless told otherwise."""

    def backward(dA, A_prev, Z, W):
        dZ = dA * (gate(Z, A_prev) if gate else Z > 0)
        back = dZ if gate_around else dA
        dA_prev = through_W * (dZ @ (W.T if transposed else W)) + around * back
        return A_prev.T @ dZ, dZ.sum(axis=0), dA_prev

    return backward


def residual_with_transposed_dW(dA, A_prev, Z, W):
    dW, db, dA_prev = residual()(dA, A_prev, Z, W)
    return dW.T, db, dA_prev


def residual_with_means(dA, A_prev, Z, W):
    dW, db, dA_prev = residual()(dA, A_prev, Z, W)
    return dW / len(dA), db / len(dA), dA_prev


def residual_with_db_over_units(dA, A_prev, Z, W):
    dW, db, dA_prev = residual()(dA, A_prev, Z, W)
    return dW, (dA * (Z > 0)).sum(axis=1), dA_prev


def residual_with_one_db(dA, A_prev, Z, W):
    dW, db, dA_prev = residual()(dA, A_prev, Z, W)
    return dW, db.sum(), dA_prev


def residual_in_place(dA, A_prev, Z, W):
    dA *= Z > 0
    return A_prev.T @ dA, dA.sum(axis=0), dA @ W.T + dA


def residual_in_other_order(dA, A_prev, Z, W):
    return residual()(dA, A_prev, Z, W)[::-1]


def residual_with_loops(dA, A_prev, Z, W):
    (m, n), dW, db, dA_prev = dA.shape, np.zeros_like(W), np.zeros(len(W)), dA.copy()
    for i in range(m):
        for j in range(n):
            if Z[i, j] > 0:
                dW[:, j] += dA[i, j] * A_prev[i]
                db[j] += dA[i, j]
                dA_prev[i] += dA[i, j] * W[:, j]
    return [dW, db, dA_prev]


def residual_by_einsum(dA, A_prev, Z, W):
    dZ = np.where(relu_derivative(Z), dA, 0)
    ones = np.ones(len(dA))
    back = np.einsum("ij,kj->ik", dZ, W + np.eye(len(W))) + (dA - dZ)
    return np.einsum("ik,ij->kj", A_prev, dZ), ones @ dZ, back


def diagonal_only(dA, A):
    return dA * A * (1 - A)


def sum_over_batch(dA, A):
    return A * (dA - np.sum(dA * A))


def sum_over_examples(dA, A):
    return A * (dA - np.sum(dA * A, axis=0))


def sum_without_column(dA, A):
    return A * (dA - (dA * A).sum(axis=1))


def sum_without_a(dA, A):
    return A * (dA - dA.sum(axis=1, keepdims=True))


def sum_not_multiplied(dA, A):
    return A * dA - (A * dA).sum(axis=1, keepdims=True)


def first_term_only(dA, A):
    return A * dA


def divided_by_m(dA, A):
    return jacobian_of_each(dA, A) / len(A)


def in_place(dA, A):
    dA -= (dA * A).sum(axis=1, keepdims=True)
    return A * dA


def divides_by_a(dA, A):
    return jacobian_of_each(dA, A) / A * A


def jacobian_of_each(dA, A):
    return np.array([(np.diag(a) - np.outer(a, a)) @ da for da, a in zip(dA, A, strict=True)])


def all_jacobians(dA, A):
    eye = np.eye(A.shape[1])
    return np.einsum("ij,ijk->ik", dA, A[:, :, None] * (eye - A[:, None, :]))


def term_by_term(dA, A):
    return A * dA - A * np.einsum("ij,ij->i", A, dA)[:, None]


WRONG = {
    "three-ways": {
        "the sign": (4, "sign"),
        "closed gate open": (-6.5, "closed"),
        "one way": (-2, "one way alone"),
        "ways multiplied": (-8, "add"),
        "no inner slopes": (0.5, "last factor"),
        "sigmoid's slope twice": (-1, "twice"),
        "from dJ/da": (-16, "sigmoid"),
        "dz/dx": (8, "dz/dx"),
        "another number": (-3, "too large"),
    },
    "residual": {
        "through W alone": (residual(around=False), "through W alone"),
        "around alone": (residual(through_W=False), "way around alone"),
        "W not transposed": (residual(transposed=False), "W is not transposed"),
        "gate on both ways": (residual(gate_around=True), "gate is on the way around"),
        "no gate": (residual(gate=lambda Z, A_prev: 1), "gate is missing"),
        "gate of A_prev": (residual(gate=lambda Z, A_prev: A_prev > 0), "gate is that of A_prev"),
        "open at 0": (residual(gate=lambda Z, A_prev: Z >= 0), "not Z >= 0"),
        "Z for its slope": (residual(gate=lambda Z, A_prev: Z), "multiplied by Z"),
        "dW transposed": (residual_with_transposed_dW, "transpose of what (4.4)"),
        "1/m twice": (residual_with_means, "1/m in it already"),
        "db over the units": (residual_with_db_over_units, "axis=0"),
        "db one number": (residual_with_one_db, "one number came"),
        "in place": (residual_in_place, "changed its argument number 1"),
        "other order": (residual_in_other_order, "your dW"),
        "dA_prev only": (lambda *a: residual()(*a)[2], "3 results were expected"),
    },
    "softmax-backward": {
        "diagonal": (diagonal_only, "only the diagonal"),
        "sum over the batch": (sum_over_batch, "whole batch"),
        "sum over examples": (sum_over_examples, "over the examples"),
        "no keepdims": (sum_without_column, "keepdims"),
        "no a in the sum": (sum_without_a, "a_j is missing"),
        "no a before the sum": (sum_not_multiplied, "not multiplied by a_k"),
        "first term": (first_term_only, "first term alone"),
        "1/m again": (divided_by_m, "1/m in it already"),
        "in place": (in_place, "changed its argument number 1"),
        "division by a": (divides_by_a, "divided by 0"),
    },
}

RIGHT = {
    "three-ways": [-4.0, np.float32(-4)],
    "residual": [residual_with_loops, residual_by_einsum],
    "softmax-backward": [jacobian_of_each, all_jacobians, term_by_term],
}
