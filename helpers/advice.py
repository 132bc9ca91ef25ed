"""Why a network has not learned, or reads badly: measured, and said with what to try (chapter 07).

What says nothing and is wrong costs hours. Nothing here is ever said of a network that learns.
"""

import math

import numpy as np

from .network import forward

SAMPLE = 2000  # examples to look at: a few hundredths of a second
SOON = 100  # steps after which a network that learns slowly shows it
SAME = 0.05  # logits that differ by less from one example to the next say the same of all


def why_not_learned(
    X, y, params, hidden, *, W_before, before, losses, accuracy, learning_rate, steps
):  # fmt: skip
    """Return why a network has not learned from X, y, and what to try; None if it has.

    `W_before` are the weights of the last layer before training; `before` and `losses` are the
    losses on X before it and after each epoch.
    """
    counts = np.bincount(y.astype(np.intp))  # 32-bit platforms count nothing wider
    shares = counts / len(y)
    shares = shares[shares > 0]
    if len(shares) == 1:
        return f"all labels are {y[0]}: there is nothing to learn. Are these the labels of X?"
    guessing, entropy = math.log(len(params[-1][1])), -float(shares @ np.log(shares))
    loss, previous = losses[-1], losses[-2] if len(losses) > 1 else before
    falls = loss < previous - 0.01 * entropy
    high = loss > 0.98 * entropy
    fault = _fault_of_images(X[:SAMPLE]) if high else None
    stuck = high and (fault or accuracy <= shares.max() + 0.01)
    rises = loss > 2 * before if steps < SOON else loss >= previous or loss > 2 * guessing
    worse = loss > 1.02 * guessing and rises and accuracy <= shares.max() + 0.2
    if not (stuck or worse):
        return None

    no_better = (
        f"the accuracy is {accuracy:.1%}, and always answering {counts.argmax()} has "
        f"{shares.max():.1%}"
    )
    far = np.linalg.norm(params[-1][0] - W_before) > 0.5 * np.linalg.norm(W_before)
    cause = fault or _silent_layer(
        X[:SAMPLE], params, hidden, learning_rate, soon=steps < SOON, far=far
    )
    if stuck and cause:
        return f"{no_better}: {cause}"
    if worse:
        return (
            f"the loss is {loss:.3g}: worse than guessing, which has ln {len(params[-1][1])} = "
            f"{guessing:.3g}. {cause or _too_large(learning_rate)}"
        )
    if accuracy > shares.max() or falls or steps < SOON:
        return None
    return (
        f"{no_better}, and the loss hardly falls. Initialize the parameters again, and try "
        f"learning_rate={learning_rate / 10 if far else 10 * learning_rate:.3g}, or "
        f"{'more hidden units' if len(params) > 1 else 'a hidden layer'}; "
        "and look whether y[i] is the label of X[i]."
    )


def _too_large(learning_rate):
    return (
        f"learning_rate={learning_rate:g} may be too large; try {learning_rate / 10:.3g}, and "
        "initialize the parameters again."
    )


def _fault_of_images(X):
    low, high = X.min(), X.max()
    if low >= 0 and 0 < high <= 1.01 / 255:
        return (
            f"the values of X go up to {high:.2g} only, as if divided by 255 twice. Try 255 * X, "
            "and initialize the parameters again."
        )
    if low >= 0 and high <= 1 and X.mean() > 0.6:  # MNIST has 0.13, on white paper 0.87
        return (
            f"the mean of X is {X.mean():.2f}: are these images white paper with dark ink? "
            "Try 1 - X, where paper is 0, and initialize the parameters again."
        )
    return None


def _silent_layer(X, params, hidden, learning_rate, soon, far):
    """Find a layer that says the same of all examples: then nothing of them comes through."""
    again = (
        "Initialize the parameters again, by initialize(sizes, rng=rng), and try "
        f"learning_rate={learning_rate / 10:.3g}."
    )
    for layer, (W, _) in enumerate(params, start=1):
        if not W.any():
            return (
                f"all weights of layer {layer} are 0, and stay alike. Begin with random ones, as "
                "initialize(sizes, rng=rng) makes them."
            )
    _, cache = forward(X, params, hidden)
    for layer, A in enumerate(cache.A[1:-1], start=1):
        if hidden == "relu" and not A.any():
            return (
                f"all {A.shape[1]} units of hidden layer {layer} are dead: they are 0 for every "
                f"example, and no gradient comes through. {again}"
            )
    if soon or cache.Z[-1].std(axis=0).max() > SAME:
        return None
    if hidden == "sigmoid" and len(params) > 3:
        return (
            f"{len(params) - 1} hidden layers of sigmoid let next to nothing through, forward or "
            'backward. Try hidden="relu" or "tanh", in initialize and in train.'
        )
    if not far:  # it has not begun
        return None
    return f"the network answers nearly the same for all examples. {again}"


def read_otherwise(X, y, params, hidden):
    """Return the change of X with which a network that reads it badly reads it well; or None.

    X are images, as rows, that may be inverted, scaled otherwise, or have rows and columns
    exchanged, in comparison to those that the network learned from.
    """
    side = math.isqrt(X.shape[1])
    if len(X) < 20 or side < 4 or side**2 != X.shape[1] or X.min() < 0 or X.max() > 255:
        return None
    m, y = len(y[:SAMPLE]), y[:SAMPLE]

    def right(images):
        Z_L = forward(images.astype(params[0][0].dtype, copy=False), params, hidden)[1].Z[-1]
        return np.count_nonzero(Z_L.argmax(axis=1) == y) / m

    images = X[:m]
    before = right(images)
    if before >= 0.5:
        return None
    transposed = images.reshape(m, side, side).swapaxes(1, 2).reshape(m, -1)
    ways = {
        "1 - X": (1 - images, "inverted"),
        "255 * X": (255 * images, "divided by 255 once too often"),
        "X / 255": (images / 255, "not divided by 255"),
        "X / 255 / 255": (images / 255 / 255, "divided by 255 less often"),
        f"X.reshape(-1, {side}, {side}).swapaxes(1, 2).reshape(len(X), -1)": (
            transposed, "with rows and columns exchanged"),
    }  # fmt: skip
    found = {code: right(changed) for code, (changed, _) in ways.items()}
    code = max(found, key=found.get)
    if found[code] < max(0.5, 2 * before):
        return None
    return (
        f"the network reads {before:.1%} of these images, and {found[code]:.1%} of {code}: "
        f"compared with those it learned from, they look {ways[code][1]}."
    )
