"""Answers to the exercises of chapter 05."""

import numpy as np


def weighted(parts, counts, divide=None, scale=lambda n: n):
    total = [[0 * dW, 0 * db] for dW, db in parts[0]]
    for part, n in zip(parts, counts, strict=True):
        for pair, (dW, db) in zip(total, part, strict=True):
            pair[0] += scale(n) * dW
            pair[1] += scale(n) * db
    divide = sum(counts) if divide is None else divide
    return [(dW / divide, db / divide) for dW, db in total]


def mean_of_parts(parts, counts):
    return weighted(parts, counts, len(parts), scale=lambda n: 1)


def sum_of_parts(parts, counts):
    return weighted(parts, counts, 1, scale=lambda n: 1)


def sum_over_examples(parts, counts):
    return weighted(parts, counts, sum(counts), scale=lambda n: 1)


def weighted_not_divided(parts, counts):
    return weighted(parts, counts, 1)


def weighted_by_parts(parts, counts):
    return weighted(parts, counts, len(parts))


def divided_by_counts(parts, counts):
    return weighted(parts, counts, 1, scale=lambda n: 1 / n)


def weighted_in_place(parts, counts):
    total = parts[0]
    for dW, db in total:
        dW *= counts[0]
        db *= counts[0]
    for part, n in zip(parts[1:], counts[1:], strict=True):
        for (dW, db), (dW_part, db_part) in zip(total, part, strict=True):
            dW += n * dW_part
            db += n * db_part
    return [(dW / sum(counts), db / sum(counts)) for dW, db in total]


def published(parts, counts):
    total = parts[0]
    for part in parts[1:]:
        for (dW, db), (dW_part, db_part) in zip(total, part, strict=True):
            dW += dW_part
            db += db_part
    return [(dW / len(parts), db / len(parts)) for dW, db in total]


def weights_only(parts, counts):
    return [dW for dW, db in weighted(parts, counts)]


def first_layer_only(parts, counts):
    return weighted(parts, counts)[:1]


def by_average(parts, counts):
    layers = zip(*parts, strict=True)
    return [
        tuple(np.average(pieces, axis=0, weights=counts) for pieces in zip(*layer, strict=True))
        for layer in layers
    ]


def as_running_mean(parts, counts):
    mean, seen = [(dW.copy(), db.copy()) for dW, db in parts[0]], counts[0]
    for part, n in zip(parts[1:], counts[1:], strict=True):
        seen += n
        for (dW, db), (dW_part, db_part) in zip(mean, part, strict=True):
            dW += (dW_part - dW) * (n / seen)
            db += (db_part - db) * (n / seen)
    return mean


def curvature(gradient, theta, u, h=1e-5):
    return (gradient(theta + h * u) - gradient(theta - h * u)) @ u / (2 * h)


def along(gradient, theta):
    g = gradient(theta)
    return g, g / np.linalg.norm(g)


def the_bound(gradient, theta):
    return 2 / curvature(gradient, theta, along(gradient, theta)[1])


def curvature_itself(gradient, theta):
    return curvature(gradient, theta, along(gradient, theta)[1])


def not_normalized(gradient, theta):
    return 1 / curvature(gradient, theta, gradient(theta))


def normalized_once(gradient, theta):
    g, u = along(gradient, theta)
    return 1 / (curvature(gradient, theta, u) * np.linalg.norm(g))


def distance(gradient, theta):
    g, u = along(gradient, theta)
    return np.linalg.norm(g) / curvature(gradient, theta, u)


def length_one(gradient, theta):
    return 1 / np.linalg.norm(gradient(theta))


def half(gradient, theta):
    return curvature_itself(gradient, theta) ** -1 / 2


def wrong_way_round(gradient, theta):
    return -1 / curvature_itself(gradient, theta)


def largest_curvature(gradient, theta):
    H = np.array([(gradient(theta + v) - gradient(theta - v)) / 2 for v in np.eye(len(theta))])
    return 1 / np.linalg.eigvalsh(H).max()


def mean_curvature(gradient, theta):
    H = np.array([(gradient(theta + v) - gradient(theta - v)) / 2 for v in np.eye(len(theta))])
    return len(theta) / np.trace(H)


def one_for_each(gradient, theta):
    u = along(gradient, theta)[1]
    return 1 / ((gradient(theta + 1e-5 * u) - gradient(theta - 1e-5 * u)) / 2e-5)


def length_of_the_change(gradient, theta, h=1e-5):
    u = along(gradient, theta)[1]
    return 2 * h / np.linalg.norm(gradient(theta + h * u) - gradient(theta - h * u))


def own_curvatures(gradient, theta):
    H = np.array([(gradient(theta + v) - gradient(theta - v)) / 2 for v in np.eye(len(theta))])
    return np.diag(H)


def curvature_along_each_axis(gradient, theta):
    g = gradient(theta)
    return g @ g / (g**2 @ own_curvatures(gradient, theta))


def in_place(gradient, theta):
    g, u = along(gradient, theta)
    theta += 1e-5 * u
    return 1e-5 / ((gradient(theta) - g) @ u)


def by_one_long_step(gradient, theta):
    g = gradient(theta)
    ahead = gradient(theta - g)
    return float(g @ g / (g @ (g - ahead)))


def by_bisection(gradient, theta):
    g, high = gradient(theta), 1.0
    while gradient(theta - high * g) @ g > 0:
        high *= 2
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        if gradient(theta - middle * g) @ g > 0:
            low = middle
        else:
            high = middle
    return middle


WRONG = {
    "best-rate": {
        "the bound": (1, "bound"),
        "1/κ of the steep one": (0.5, "steep"),
        "1/κ of the flat one": (2, "flat"),
        "the factor": (0.6, "the factor"),
        "the mean": (1.25, "denominator"),
        "too small": (0.7, "too small"),
    },
    "parts": {
        "as published": (published, "second name for the first part"),
        "divided by the counts": (divided_by_counts, "divided by its number of examples"),
        "mean of the parts": (mean_of_parts, "mean of the parts", 1),
        "sum": (sum_of_parts, "sum of the parts"),
        "sum over all examples": (sum_over_examples, "multiply before you add"),
        "weighted, not divided": (weighted_not_divided, "now divide"),
        "weighted, divided by parts": (weighted_by_parts, "not of the parts"),
        "in place": (weighted_in_place, "changed its first argument", 1),
        "last part": (lambda parts, counts: parts[-1], "last part alone"),
        "weights only": (weights_only, "2 results were expected"),
        "one layer": (first_layer_only, "one a layer"),
    },
    "best-step": {
        "the bound": (the_bound, "(5.5)"),
        "the curvature": (curvature_itself, "that is the curvature"),
        "direction not of length 1": (not_normalized, "not of length 1"),
        "one length too few": (normalized_once, "one length too few"),
        "the distance": (distance, "distance to walk"),
        "half": (half, "half"),
        "sign": (wrong_way_round, "the sign"),
        "largest curvature": (largest_curvature, "largest curvature"),
        "mean curvature": (mean_curvature, "mean of the curvatures"),
        "length of the change": (length_of_the_change, "lies along u"),
        "one curvature for each parameter": (curvature_along_each_axis, "along the axes"),
        "largest of them": (lambda g, theta: 1 / own_curvatures(g, theta).max(), "along the axes"),
        "one for each parameter": (one_for_each, "one number for each"),
        "in place": (in_place, "changed its second argument"),
        "a step of length 1": (length_one, "length 1"),
        "at most 10": (lambda g, theta: min(10.0, by_one_long_step(g, theta)), "expected", 2),
        "a fixed rate": (lambda gradient, theta: 0.1, "expected"),
    },
}

RIGHT = {
    "best-rate": [0.8, 4 / 5, np.float32(0.8)],
    "parts": [weighted, by_average, as_running_mean],
    "best-step": [by_one_long_step, by_bisection],
}
