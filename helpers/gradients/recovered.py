"""Get a wrong dZ back from the dW that was made with it, and look at it.

dW = A.T @ dZ is solved for dZ where A has at least as many columns as examples.
"""

import numpy as np

from .bugs import RIGHT_HIDDEN, RIGHT_OUTPUT

LOOSE = 1e-3  # parts of the largest entry: what counts as equal in a dZ that was solved for


def recoverable(A):
    """Say whether the rows of A are independent, so that A.T @ dZ belongs to one dZ alone."""
    if len(A) > A.shape[1]:
        return False
    spread = np.linalg.svd(A, compute_uv=False)
    return bool(spread[-1] > 1e-6 * spread[0])


def recover(A, dW):
    """Solve dW = A.T @ dZ for dZ; None if nothing solves it."""
    dZ = np.linalg.lstsq(A.T, dW)[0]
    return dZ if np.abs(A.T @ dZ - dW).max() <= 1e-6 * np.abs(dW).max() else None


def _equal(a, b, size):
    return np.abs(a - b) <= LOOSE * size


def labels_in(dZ, net):
    """Say which labels are in a dZ of the last layer, and the repair; None if none are."""
    m, A = len(net.Y), net.A[-1]
    targets = A - m * dZ
    used, y = targets.argmax(axis=1), net.Y.argmax(axis=1)
    if not _equal(targets, np.eye(A.shape[1])[used], 1).all():
        return None
    others = f"{(used != y).sum()} of {m} examples have another label than in `Y`"
    shift = (used - y) % A.shape[1]
    if np.ptp(shift) == 0:
        return f"every label is the class {shift[0]} further: {others}", "the classes as in `Y`"
    if (np.sort(used) != np.sort(y)).any():
        return others, ""
    steps = [step for step in range(1, m) if (np.roll(y, step) == used).all()]
    how = f"moved by {min(steps[0], m - steps[0])} places" if steps else "in another order"
    repair = "`Y` in the order of the examples in `X`"
    return f"the labels are {how} against the examples: {others}", repair


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
    text = f"{differ.sum()} of {differ.size} entries of `dZ{l}` are wrong"
    most = np.abs(dZ).max()
    if _equal(dZ, np.clip(right, -most, most), size).all():
        return f"{text}, all that should be larger than {most:.3g}: it is clipped"
    if above is None:
        return text
    dA, used = net.dG(l, above), ~_equal(dZ, 0, size) | ~_equal(right, 0, size)
    for words, place in places(dA, net.Z[l], differ, used, l):
        if (differ == place & used).all():
            text += f", all where {words}"
            break
    if _equal(dZ, 0, size)[differ].all():
        return f"{text}; there yours are 0"
    return f"{text}; there yours are `dA{l}`" if _equal(dZ, dA, size)[differ].all() else text


def places(dA, Z, differ, used, l):
    """Conditions that a backward pass may ask for, in words, and where they are true."""
    yield from ((f"`dA{l} < 0`", dA < 0), (f"`dA{l} > 0`", dA > 0))
    yield from ((f"`Z{l} > 0`", Z > 0), (f"`Z{l} < 0`", Z < 0))
    for side, words in ((Z > 0, "above"), (Z < 0, "below")):
        inner, outer = np.abs(Z[differ & side]), np.abs(Z[used & side & ~differ])
        if inner.size and outer.size and inner.max() < outer.min():
            border = (inner.max() + outer.min()) / 2
            yield (
                f"`Z{l}` is {words} 0 by less than about {border:.2g}",
                side & (np.abs(Z) < border),
            )


def describe(dZ, right, l, net, above):
    """Say of a wrong dZ (name, sentence, repair), and whether it tells what the mistake is."""
    last = l == len(net.params)
    labels = labels_in(dZ, net) if last and not net.loss else None
    if labels:
        return ("labels of others", f"in `dZ{l}` {labels[0]}", labels[1]), True
    rows = rows_of(dZ, right, net) if last else None
    if rows:
        return ("rows with factors", f"in `dZ{l}` {rows}", ""), True
    entries = entries_of(dZ, right, l, net, above)
    line = f"`dZ{l}`" if net.loss and last else RIGHT_OUTPUT if last else RIGHT_HIDDEN
    sentence = f"{entries}. Look at the line {line}"
    return (f"dZ{l} differs", sentence, ""), ", all" in entries
