"""Answers to the exercises of chapter 04."""

import numpy as np

from helpers import relu_derivative, sigmoid_derivative


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


def residual_with_a_row(*arguments):
    dW, db, dA_prev = residual()(*arguments)
    return dW, db[None], dA_prev


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


def network(output=None, hidden=None, layer=None, ending=None):
    """Make a backward pass of a ReLU network, right unless told otherwise.

    The arguments take the place of its lines: dZ of the output layer, dZ of a hidden layer, the
    pair of a layer, and what is returned.
    """
    output = output or (lambda A, Z, Y: (A[-1] - Y) / len(Y))
    hidden = hidden or (lambda dZ, Z, params, l: (dZ @ params[l][0].T) * (Z[l] > 0))
    layer = layer or (lambda A, dZ, l: (A[l - 1].T @ dZ, dZ.sum(axis=0)))
    ending = ending or (lambda grads: grads[::-1])

    def backward(cache, Y, params):
        A, Z, _ = cache
        dZ, grads = output(A, Z, Y), []
        for l in range(len(params), 0, -1):
            grads.append(layer(A, dZ, l))
            if l > 1:
                dZ = hidden(dZ, Z, params, l - 1)
        return ending(grads)

    return backward


def output_error_in_place(A, Z, Y):
    A[-1] -= Y
    return A[-1] / len(Y)


def network_by_names_and_insertion(cache, Y, params):
    grads, dZ = [], (cache.A[-1] - Y) / Y.shape[0]
    for l in reversed(range(len(params))):
        grads.insert(0, (cache.A[l].T @ dZ, np.ones(len(Y)) @ dZ))
        dZ = dZ @ params[l][0].T * (cache.A[l] > 0)
    return tuple(grads)


def network_through_the_jacobian(cache, Y, params):
    A, Z, _ = cache
    dA = -Y / A[-1] / len(Y)
    dZ = A[-1] * (dA - (dA * A[-1]).sum(axis=1, keepdims=True))
    grads = {}
    for l in range(len(params), 0, -1):
        grads[l] = np.einsum("ik,ij->kj", A[l - 1], dZ), dZ.sum(axis=0)
        if l > 1:
            dZ = np.where(Z[l - 1] > 0, dZ @ params[l - 1][0].T, 0)
    return [grads[l] for l in sorted(grads)]


def network_example_by_example(cache, Y, params):
    A, Z, _ = cache
    grads = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    for i in range(len(Y)):
        dz = A[-1][i] - Y[i]
        for l in range(len(params), 0, -1):
            grads[l - 1][0][:] += np.outer(A[l - 1][i], dz) / len(Y)
            grads[l - 1][1][:] += dz / len(Y)
            if l > 1:
                dz = params[l - 1][0] @ dz * relu_derivative(Z[l - 1][i])
    return grads


WRONG = {
    "three-ways": {
        "the sign": (4, "sign"),
        "closed gate open": (-6.5, "closed"),
        "one way": (-2, "one path alone"),
        "ways multiplied": (-8, "paths meet"),
        "no inner slopes": (0.5, "last factor"),
        "sigmoid's slope twice": (-1, "twice"),
        "from dJ/da": (-16, "sigmoid"),
        "dz/dx": (8, "dz/dx"),
        "another number": (-3, "too large"),
        "not quite": (-4.03, "too small"),
    },
    "residual": {
        "through W alone": (residual(around=False), "through W alone", 2),
        "around alone": (residual(through_W=False), "skip connection alone", 2),
        "W not transposed": (residual(transposed=False), "W is not transposed", 2),
        "gate on both ways": (residual(gate_around=True), "gate is on the skip connection", 2),
        "no gate": (residual(gate=lambda Z, A_prev: 1), "gate is missing"),
        "gate of A_prev": (residual(gate=lambda Z, A_prev: A_prev > 0), "gate is that of A_prev"),
        "open at 0": (residual(gate=lambda Z, A_prev: Z >= 0), "not Z >= 0", 2),
        "Z for its slope": (residual(gate=lambda Z, A_prev: Z), "multiplied by Z"),
        "relu for its slope": (
            residual(gate=lambda Z, A_prev: np.maximum(Z, 0)),
            "multiplied by relu(Z)",
        ),
        "dW transposed": (residual_with_transposed_dW, "transpose of what (4.4)", 2),
        "1/m twice": (residual_with_means, "1/m in it already", 1),
        "db over the units": (residual_with_db_over_units, "axis=0", 2),
        "db one number": (residual_with_one_db, "one number came", 2),
        "db a row": (residual_with_a_row, "leave out keepdims", 2),
        "in place": (residual_in_place, "changed its first argument"),
        "other order": (residual_in_other_order, "return dW, db, dA_prev, in order"),
        "dA_prev only": (lambda *a: residual()(*a)[2], "3 results were expected"),
    },
    "my-backward": {
        "no 1/m": (network(lambda A, Z, Y: A[-1] - Y), "the 1/m is missing"),
        "mean over all entries": (network(lambda A, Z, Y: (A[-1] - Y) / Y.size), "only m is right"),
        "divided by the classes": (
            network(lambda A, Z, Y: (A[-1] - Y) / Y.shape[1]),
            "number of classes",
        ),
        "the sign": (network(lambda A, Z, Y: (Y - A[-1]) / len(Y)), "the sign"),
        "no labels": (network(lambda A, Z, Y: A[-1] / len(Y)), "not subtracted"),
        "slope of the softmax": (
            network(lambda A, Z, Y: (A[-1] - Y) * A[-1] * (1 - A[-1]) / len(Y)),
            "slope of the softmax",
        ),
        "gate at the output": (
            network(lambda A, Z, Y: (A[-1] - Y) * (Z[-1] > 0) / len(Y)),
            "applied to the output",
        ),
        "in place": (network(output_error_in_place), "changed its first argument"),
        "1/m twice": (
            network(layer=lambda A, dZ, l: (A[l - 1].T @ dZ / len(dZ), dZ.mean(axis=0))),
            "in it twice",
        ),
        "dW transposed": (network(layer=lambda A, dZ, l: (dZ.T @ A[l - 1], dZ.sum(0))), "(4.4)"),
        "dW of the output": (network(layer=lambda A, dZ, l: (A[l].T @ dZ, dZ.sum(0))), "dW1"),
        "db over the units": (
            network(layer=lambda A, dZ, l: (A[l - 1].T @ dZ, dZ.sum(axis=1))),
            "axis=0",
        ),
        "db is a mean": (
            network(layer=lambda A, dZ, l: (A[l - 1].T @ dZ, dZ.mean(axis=0))),
            "sum, not mean",
        ),
        "db first": (network(layer=lambda A, dZ, l: (dZ.sum(0), A[l - 1].T @ dZ)), "(db, dW)"),
        "no gate": (network(hidden=lambda dZ, Z, p, l: dZ @ p[l][0].T), "gate of layer 2", 1),
        "gate that never closes": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0].T) * (np.maximum(Z[l], 0) >= 0)),
            "never closes",
            1,
        ),
        "slope of the sigmoid": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0].T) * sigmoid_derivative(Z[l])),
            "that of the sigmoid",
            1,
        ),
        "A (1 - A) of relu": (
            network(
                hidden=lambda dZ, Z, p, l: (
                    (dZ @ p[l][0].T) * np.maximum(Z[l], 0) * (1 - np.maximum(Z[l], 0))
                )
            ),
            "A(1 - A) is the slope of the sigmoid",
            1,
        ),
        "one layer": (network(ending=lambda grads: grads[:1]), "one layer is right", 1),
        "open at 0": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0].T) * (Z[l] >= 0)),
            "at Z = 0",
            2,
        ),
        "Z for its slope": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0].T) * Z[l]),
            "multiplied by Z[2]",
            1,
        ),
        "relu for its slope": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0].T) * np.maximum(Z[l], 0)),
            "multiplied by relu(Z)",
            1,
        ),
        "W not transposed": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0]) * (Z[l] > 0)),
            "not transposed",
            1,
        ),
        "gate of the layer after": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l][0].T) * (Z[l + 1] > 0)),
            "gate is that of layer 3",
            1,
        ),
        "W of the layer before": (
            network(hidden=lambda dZ, Z, p, l: (dZ @ p[l - 1][0].T) * (Z[l] > 0)),
            "goes through W of layer 2",
            1,
        ),
        "last layer first": (network(ending=lambda grads: grads), "begins with the last layer", 1),
        "last layer only": (network(ending=lambda grads: grads[0]), "one pair"),
    },
}

RIGHT = {
    "three-ways": [-4.0, np.float32(-4)],
    "residual": [residual_with_loops, residual_by_einsum],
    "my-backward": [
        network_by_names_and_insertion,
        network_through_the_jacobian,
        network_example_by_example,
    ],
}

REMARKED = {
    "my-backward": {
        "db keeps its row": (
            network(layer=lambda A, dZ, l: (A[l - 1].T @ dZ, dZ.sum(axis=0, keepdims=True))),
            "A row of shape (1, n) came",
        ),
    },
}
