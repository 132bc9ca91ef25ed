"""Get a wrong dZ back from the dW that was made with it, and look at it.

dW = A.T @ dZ is solved for dZ where A has at least as many columns as examples.
"""

import numpy as np

LOOSE = 1e-3  # parts of the largest entry: what counts as equal in a dZ that was solved for


def recover(A, dW):
    """Solve dW = A.T @ dZ for dZ; (dZ, whether there is one), or None where there are many."""
    if len(A) > A.shape[1]:
        return None
    spread = np.linalg.svd(A, compute_uv=False)
    if spread[-1] < 1e-6 * spread[0]:
        return None
    dZ = np.linalg.lstsq(A.T, dW)[0]
    return dZ, bool(np.abs(A.T @ dZ - dW).max() <= 1e-6 * np.abs(dW).max())


def _equal(a, b, size):
    return np.abs(a - b) <= LOOSE * size


def labels_in(dZ, net):
    """Say which labels are in a dZ of the last layer; None if there are none in it."""
    m, A = len(net.Y), net.A[-1]
    targets = A - m * dZ
    used = targets.argmax(axis=1)
    if not _equal(targets, np.eye(A.shape[1])[used], 1).all():
        return None
    y = net.Y.argmax(axis=1)
    others = f"{(used != y).sum()} of {m} examples have another label than in `Y`"
    for step in range(1, m):
        if (np.roll(y, step) == used).all():
            return f"the labels are moved against the examples, by {min(step, m - step)}: {others}"
    shift = (used - y) % A.shape[1]
    if np.ptp(shift) == 0:
        return f"every label is the class {shift[0]} further: {others}"
    if (np.sort(used) == np.sort(y)).all():
        return f"the labels are in another order than the examples: {others}"
    return others


def rows_of(dZ, right, net):
    """Say by what the rows differ, if each has a factor of its own; None if not."""
    size = np.abs(right).max()
    factors = (dZ * right).sum(axis=1) / (right * right).sum(axis=1)
    if not _equal(dZ, factors[:, None] * right, size).all():
        return None
    y = net.Y.argmax(axis=1)
    classes = [factors[y == c] for c in np.unique(y)]
    if all(np.ptp(own) <= LOOSE for own in classes):
        values = ", ".join(f"{own[0]:.3g}" for own in classes)
        return f"each class has a weight of its own ({values}), which the loss does not have"
    return "each example has a factor of its own, which the loss does not have"


def entries_of(dZ, right, l, net, above):
    """Say how many entries differ, which ones, and what stands there."""
    size = max(np.abs(dZ).max(), np.abs(right).max())
    differ = ~_equal(dZ, right, size)
    text = f"{differ.sum()} of {differ.size} entries of `dZ{l}` differ"
    most = np.abs(dZ).max()
    if _equal(dZ, np.clip(right, -most, most), size).all():
        return f"{text}, all that should be larger than {most:.3g}: it is clipped"
    if above is None:
        return text
    dA, Z = net.dG(l, above), net.Z[l]
    live = np.abs(dA) > LOOSE * np.abs(dA).max()
    places = {f"`dA{l} < 0`": dA < 0, f"`dA{l} > 0`": dA > 0, f"`Z{l} > 0`": Z > 0,
              f"`Z{l} < 0`": Z < 0}  # fmt: skip
    for sign, words in ((1, "above"), (-1, "below")):
        inner = np.abs(Z[differ & (sign * Z > 0)])
        outer = np.abs(Z[live & ~differ & (sign * Z > 0)])
        if inner.size and outer.size and inner.max() < outer.min():
            border = (inner.max() + outer.min()) / 2
            places[f"`Z{l}` is {words} 0 and nearer to it than about {border:.2g}"] = (
                sign * Z > 0
            ) & (np.abs(Z) < border)
    for words, place in places.items():
        if (differ == place & live & (np.abs(dZ - right) > 0)).all() and (differ <= place).all():
            text += f", all where {words}"
            break
    if not dZ[differ].any() or _equal(dZ[differ], 0, size).all():
        text += "; there yours are 0"
    elif _equal(dZ, dA, size)[differ].all():
        text += f"; there yours are `dA{l}`"
    return text


def describe(dZ, right, l, net, above):
    """Name and sentence for a wrong dZ, and whether it says what the mistake is."""
    last = l == len(net.params)
    labels = labels_in(dZ, net) if last and not net.loss else None
    if labels:
        return "labels of others", f"`dZ{l}` has the labels of other examples: {labels}", True
    rows = rows_of(dZ, right, net) if last else None
    if rows:
        return "rows with factors", f"in `dZ{l}` {rows}", True
    entries = entries_of(dZ, right, l, net, above)
    return f"dZ{l} differs", entries, ", all" in entries
