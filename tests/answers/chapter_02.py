"""Answers to the exercises of chapter 02."""

import numpy as np


def std_along_the_columns(W, b, mean, std):
    return W / std, b - (mean / std) @ W


def multiplied(W, b, mean, std):
    return W * std[:, None], b - mean @ (W * std[:, None])


def weights_as_they_were(W, b, mean, std):
    return W, b - (mean / std) @ W


def one_std(W, b, mean, std):
    return W / std.mean(), b - mean @ W / std.mean()


def bias_as_it_was(W, b, mean, std):
    return W / std[:, None], b


def mean_not_divided(W, b, mean, std):
    return W / std[:, None], b - mean @ W


def mean_added(W, b, mean, std):
    return W / std[:, None], b + (mean / std) @ W


def all_divided(W, b, mean, std):
    return W / std[:, None], (b - mean @ W) / std


def weights_not_in_the_bias(W, b, mean, std):
    return W / std[:, None], b - (mean / std).sum()


def bias_lost(W, b, mean, std):
    return W / std[:, None], -(mean / std) @ W


def bias_as_a_row(W, b, mean, std):
    return W / std[:, None], b[None] - (mean / std)[None] @ W


def absorb_in_place(W, b, mean, std):
    W /= std[:, None]
    b -= mean @ W
    return W, b


def squeezed(W, b, mean, std):
    return (W / std[:, None]).squeeze(), b - (mean / std) @ W


def weights_only(W, b, mean, std):
    return W / std[:, None]


def absorb_with_loops(W, b, mean, std):
    W_raw, b_raw = np.zeros(W.shape), b.copy()
    for k in range(W.shape[0]):
        for j in range(W.shape[1]):
            W_raw[k, j] = W[k, j] / std[k]
            b_raw[j] -= mean[k] * W_raw[k, j]
    return W_raw, b_raw


def absorb_by_matrices(W, b, mean, std):
    """As (2.4) has it: the scaling is a layer with a diagonal matrix."""
    W0, b0 = np.diag(1 / std), -mean / std
    return W0 @ W, b0 @ W + b


def absorb_by_asking(W, b, mean, std):
    """The old layer tells its new bias at x = 0, and its weights at the unit vectors."""
    answers = (np.vstack([np.zeros(len(mean)), np.eye(len(mean))]) - mean) / std @ W + b
    return [answers[1:] - answers[0], answers[0]]


def ends(t, h):
    return np.concatenate([[0], np.diff(h) / np.diff(t), [0]])


def slopes_as_weights(t, h):
    return np.ones((1, len(t))), -t, ends(t, h)[1:, None]


def slopes_before(t, h):
    return np.ones((1, len(t))), -t, ends(t, h)[:-1, None]


def heights_as_weights(t, h):
    return np.ones((1, len(t))), -t, h[:, None]


def corners_mirrored(t, h):
    return np.ones((1, len(t))), t.copy(), np.diff(ends(t, h))[:, None]


def run_forgotten(t, h):
    return np.ones((1, len(t))), -t, np.diff(np.concatenate([[0], np.diff(h), [0]]))[:, None]


def last_slope_goes_on(t, h):
    return np.ones((1, len(t) - 1)), -t[:-1], np.diff(ends(t, h)[:-1])[:, None]


def flat_column(t, h):
    return np.ones((1, len(t))), -t, np.diff(ends(t, h))


def units_in_rows(t, h):
    return np.ones((len(t), 1)), -t, np.diff(ends(t, h))[:, None]


def first_slope_from_the_left(t, h):
    """Right at all points, but a neuron with a negative weight is on at the left."""
    W1, b1, W2 = curve_by_loop(t, h)
    slope = (h[1] - h[0]) / (t[1] - t[0])
    extra = np.array([[-slope]])
    return np.hstack([W1, [[-1.0]]]), np.append(b1, t[0]), np.vstack([W2, extra])


def bump_between_points(t, h):
    """Right at all points and outside, but not straight between the first two."""
    W1, b1, W2 = curve_by_loop(t, h)
    bump = t[0] + (t[1] - t[0]) * np.array([0.25, 0.5, 0.75])
    extra = np.array([[1.0], [-2.0], [1.0]])
    return np.hstack([W1, np.ones((1, 3))]), np.append(b1, -bump), np.vstack([W2, extra])


def lists(t, h):
    return [1.0] * len(t), list(-t), list(np.diff(ends(t, h)))


def curve_by_loop(t, h):
    weights, slope = [], 0.0
    for j in range(len(t)):
        after = (h[j + 1] - h[j]) / (t[j + 1] - t[j]) if j + 1 < len(t) else 0.0
        weights.append([after - slope])
        slope = after
    return np.ones((1, len(t))), np.array([-x for x in t]), np.array(weights)


def curve_by_ramps(t, h):
    """Two units for each piece: a ramp that starts at one point and stops at the next."""
    slopes = np.diff(h) / np.diff(t)
    b1 = np.concatenate([-t[:-1], -t[1:]])
    return np.ones((1, b1.size)), b1, np.concatenate([slopes, -slopes])[:, None]


def curve_by_solving(t, h):
    """Steeper units, and weights from the heights by solving an equation."""
    A = np.maximum(3 * (np.append(t[1:], t[-1] + 1)[:, None] - t), 0)
    W2 = np.linalg.solve(A, np.append(h[1:], h[-1]))
    return [np.full((1, len(t)), 3), -3 * t, W2[:, None]]


WRONG = {
    "logit-lead": {
        "against one other": (2.197, "Here there are nine"),
        "before the logarithm": (81, "e to the lead"),
        "base 10": (1.91, "base 10"),
        "base 2": (6.34, "base 2"),
        "0.9 of each": (4.5, "0.1 of each"),
        "ln 0.9": (-0.105, "That is ln 0.9"),
        "negative": (-4.39, "sign"),
        "rough": (4.36, "too small"),
        "the number of the others": (9, "sum of all ten exponentials"),
        "an array": (np.array([4.39]), "expected a number"),
    },
    "absorb-scaling": {
        "std along the columns": (std_along_the_columns, "Row k of W belongs to input k"),
        "multiplied": (multiplied, "multiplied by std"),
        "weights as they were": (weights_as_they_were, "still those for standardized", 1),
        "one std": (one_std, "one std for all"),
        "bias as it was": (bias_as_it_was, "the bias is the old one", 1),
        "mean not divided": (mean_not_divided, "without being divided by std", 1),
        "mean added": (mean_added, "sign of the second term", 1),
        "all divided": (all_divided, "everything is divided by std"),
        "weights not in the bias": (weights_not_in_the_bias, "through its weights", 1),
        "bias lost": (bias_lost, "old bias has been lost", 1),
        "squeezed": (squeezed, "for 1 input and 5 units", 1),
        "in place": (absorb_in_place, "changed its first argument"),
        "one array": (weights_only, "two arrays were expected"),
    },
    "curve-through": {
        "slopes as weights": (slopes_as_weights, "*change* of the slope"),
        "slopes before the corners": (slopes_before, "slopes *before* the corners"),
        "heights as weights": (heights_as_weights, "heights themselves"),
        "corners mirrored": (corners_mirrored, "corners sit at -t"),
        "run forgotten": (run_forgotten, "rise divided by a distance"),
        "last slope goes on": (last_slope_goes_on, "last slope goes on", 2),
        "W2 flat": (flat_column, "W2 has shape (4,), expected (4, 1)"),
        "W1 upright": (units_in_rows, "W1 has shape (4, 1), expected (1, 4)"),
        "not 0 on the left": (first_slope_from_the_left, "left of the first", 2),
        "bump between points": (bump_between_points, "halfway"),
        "lists": (lists, "NumPy array of numbers"),
        "nan": (lambda t, h: (np.ones((1, 1)), -t[:1], np.full((1, 1), np.nan)), "contains nan"),
    },
}

RIGHT = {
    "logit-lead": [np.log(81), 4.394, np.float32(4.4)],
    "absorb-scaling": [absorb_with_loops, absorb_by_matrices, absorb_by_asking],
    "curve-through": [curve_by_loop, curve_by_ramps, curve_by_solving],
}

REMARKED = {
    "absorb-scaling": {
        "bias as a row": (bias_as_a_row, "A row of shape (1, n) came"),
    },
}
