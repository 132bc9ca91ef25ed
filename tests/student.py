"""A network as a student writes it: one example at a time, with a mistake on demand.

It shares no code with helpers, so that the doctor is not tested against its own list.
"""

import math

import numpy as np

ACT = {
    "relu": lambda t: t if t > 0 else 0.0,
    "sigmoid": lambda t: 1 / (1 + math.exp(-t)),
    "tanh": lambda t: math.tanh(t),
}
SLOPE = {
    "relu": lambda t: 1.0 if t > 0 else 0.0,
    "sigmoid": lambda t: math.exp(-t) / (1 + math.exp(-t)) ** 2,
    "tanh": lambda t: 1 / math.cosh(t) ** 2,
}
SLOPE_FROM_A = {"sigmoid": lambda a: a - a * a, "tanh": lambda a: (1 + a) * (1 - a)}


def each(function, vector):
    return np.array([function(float(t)) for t in vector])


def probabilities(z):
    e = np.exp(z - max(z))
    return e / sum(e)


def loss(params, X, y, hidden, l2=0.0, masks=None):
    """Mean cross-entropy and l2 / 2 times the sum of the squared weights."""
    A = X
    for layer, (W, b) in enumerate(params[:-1]):
        Z = np.dot(A, W) + b
        A = {"relu": Z * (Z > 0), "sigmoid": 0.5 + 0.5 * np.tanh(Z / 2), "tanh": np.tanh(Z)}[hidden]
        if masks is not None:
            A = A * masks[layer]
    Z = np.dot(A, params[-1][0]) + params[-1][1]
    Z = Z - Z.max(axis=1, keepdims=True)
    picked = Z[np.arange(len(y)), y] - np.log(np.exp(Z).sum(axis=1))
    return -picked.sum() / len(y) + 0.5 * l2 * sum((W * W).sum() for W, b in params)


def gradients(params, X, y, hidden, l2=0.0, masks=None, bug=None, at=None):
    """Gradients of `loss`, with `bug` in layer `at` (in every layer if None)."""
    L, m, classes = len(params), len(y), params[-1][0].shape[1]
    dW = [np.zeros(W.shape) for W, b in params]
    db = [np.zeros(b.shape) for W, b in params]
    all_dz = [[] for _ in params]

    def has(name, layer):
        return bug == name and (at is None or layer == at)

    for i in range(m):
        a, z, raw = [X[i]], [X[i]], [X[i]]
        for layer, (W, b) in enumerate(params, start=1):
            z.append(W.T @ a[-1] + b)
            raw.append(probabilities(z[-1]) if layer == L else each(ACT[hidden], z[-1]))
            drop = masks is not None and layer < L
            a.append(raw[-1] * masks[layer - 1][i] if drop else raw[-1])
        target = np.zeros(classes)
        target[y[i]] = 1.0
        dz = (a[L] - target) / m
        if bug == "labels not subtracted":
            dz = a[L] / m
        elif bug == "extra softmax derivative":
            dz = dz * (a[L] - a[L] ** 2)
        elif bug == "softmax element by element":
            dz = np.zeros(classes)
            dz[y[i]] = (a[L][y[i]] - 1) / m
        elif bug == "softmax derivative missing":
            dz = np.zeros(classes)
            dz[y[i]] = -1 / (m * a[L][y[i]])
        elif bug == "labels minus outputs":
            dz = (target - a[L]) / m
        elif bug == "no 1/m":
            dz = a[L] - target
        elif bug == "1/m twice":
            dz = dz / m
        elif bug == "times classes":
            dz = classes * dz
        elif bug == "over classes":
            dz = dz / classes
        elif bug == "doubled":
            dz = dz + dz
        elif bug == "halved":
            dz = dz / 2
        elif bug == "times 3.7":
            dz = 3.7 * dz
        for layer in range(L, 0, -1):
            W, b = params[layer - 1]
            inputs = a[layer - 1]
            if has("Z used for A", layer):
                inputs = z[layer - 1]
            elif has("A of the wrong layer", layer):
                inputs = a[layer]
            elif has("input without its mask", layer):
                inputs = raw[layer - 1]
            if has("last example only", layer):
                dW[layer - 1], db[layer - 1] = np.outer(inputs, dz), dz.copy()
            else:
                dW[layer - 1] += np.outer(inputs, dz)
                db[layer - 1] += dz
            all_dz[layer - 1].append(dz)
            if layer == 1:
                break
            below = layer - 1  # the layer whose dz comes next
            if has("W not transposed", below):
                da = W.T @ dz
            elif has("W of the wrong layer", below):
                da = params[below - 1][0] @ dz
            else:
                da = np.array([sum(W[k, j] * dz[j] for j in range(len(dz))) for k in range(len(W))])
            slope = each(SLOPE[hidden], z[below])
            if has("gate always open", below) or has("derivative missing", below):
                slope = np.ones(len(slope))
            elif has("derivative twice", below):
                slope = slope**2
            elif has("derivative taken at A", below):
                slope = each(SLOPE[hidden], raw[below])
            elif has("formula for A given Z", below):
                slope = each(SLOPE_FROM_A[hidden], z[below])
            elif has("derivative of the next layer", below):
                slope = each(SLOPE[hidden], z[below + 1])
            elif has("derivative of the layer before", below):
                slope = each(SLOPE[hidden], z[below - 1])
            for other in SLOPE:
                if has(f"derivative of {other}", below):
                    slope = each(SLOPE[other], z[below])
            drop = np.ones(len(slope)) if masks is None else masks[below - 1][i]
            if has("mask missing backward", below):
                drop = np.ones(len(slope))
            elif has("mask without its scale backward", below):
                drop = np.where(drop == 0, 0.0, 1.0)
            dz = da * slope * drop
            if has("dz doubled", below):
                dz = 2 * dz
            elif has("1/m again", below):
                dz = dz / m
            elif has("dz negated", below):
                dz = -dz

    for layer in range(1, L + 1):
        W, b = params[layer - 1]
        k = layer - 1
        if has("W transposed", layer):
            dW[k] = dW[k].T.copy()
        if has("dW over m", layer):
            dW[k] = dW[k] / m
        if has("dW zero", layer):
            dW[k] = np.zeros_like(dW[k])
        if has("dW odd", layer):
            dW[k] = dW[k] ** 3 + 0.1
        if has("mean over the examples", layer):
            db[k] = sum(all_dz[k]) / m
        elif has("summed over everything", layer):
            db[k] = np.array([sum(sum(dz) for dz in all_dz[k])] * len(b))
        elif has("wrong axis", layer):
            db[k] = np.array([sum(dz) for dz in all_dz[k]])
        elif has("db zero", layer):
            db[k] = np.zeros_like(db[k])
        elif has("db odd", layer):
            db[k] = db[k] + np.arange(1, len(b) + 1) ** 2
        if not has("regularization missing in the gradient", layer):
            dW[k] += l2 * W
        if has("regularization missing in the loss", layer):
            dW[k] += 0.3 * W
        if has("bias regularized", layer):
            db[k] += 0.3 * b
        if has("regularization twice", layer):
            dW[k] += l2 * W
    return list(zip(dW, db, strict=True))


def with_updates(params, X, y, hidden, learning_rate):
    """Gradients of a backward pass that updates each layer before it goes on to the one below."""
    params = [(W.copy(), b.copy()) for W, b in params]
    A = [X]
    Z = [X]
    for W, b in params[:-1]:
        Z.append(A[-1] @ W + b)
        A.append(np.array([each(ACT[hidden], row) for row in Z[-1]]))
    W, b = params[-1]
    dz = np.array([probabilities(row) for row in A[-1] @ W + b])
    dz[np.arange(len(y)), y] -= 1
    dz /= len(y)
    grads = []
    for k in range(len(params) - 1, -1, -1):
        W, b = params[k]
        grads.insert(0, (np.einsum("mi,mj->ij", A[k], dz), np.einsum("mj->j", dz)))
        W -= learning_rate * grads[0][0]
        b -= learning_rate * grads[0][1]
        if k:
            slope = np.array([each(SLOPE[hidden], row) for row in Z[k]])
            dz = np.einsum("mj,ij->mi", dz, W) * slope
    return grads
