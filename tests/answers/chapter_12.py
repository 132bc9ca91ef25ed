"""Answers to the exercises of chapter 12."""

import numpy as np


def leave_out(errors):
    """Yield each seed's number, and the means of all settings over the other seeds."""
    for seed in range(errors.shape[1]):
        yield seed, np.delete(errors, seed, axis=1).mean(axis=1)


def right(errors):
    return np.mean([errors[others.argmin(), seed] for seed, others in leave_out(errors)])


def by_sums(errors):
    others = errors.sum(axis=1, keepdims=True) - errors
    seeds = np.arange(errors.shape[1])
    return errors[others.argmin(axis=0), seeds].mean()


def in_place(errors):
    total = 0
    for seed in range(errors.shape[1]):
        column = errors[:, seed].copy()
        errors[:, seed] = 0
        total += column[errors.sum(axis=1).argmin()]
    return total / errors.shape[1]


def by_sums_in_place(errors):
    given = errors.copy()
    errors *= -1
    errors += given.sum(axis=1, keepdims=True)  # over the other seeds
    return given[errors.argmin(axis=0), np.arange(errors.shape[1])].mean()


def combine(mean_of=None, variance_of=None):
    """Make a function for exercise 3, right where nothing else is given."""

    def both(sizes, means, variances):
        w = (sizes / sizes.sum())[:, None]
        mean = (w * means).sum(axis=0)
        right = mean, (w * (variances + (means - mean) ** 2)).sum(axis=0)
        return (
            mean_of(w, means) if mean_of else right[0],
            variance_of(w, mean, means, variances) if variance_of else right[1],
        )

    return both


def by_squares(sizes, means, variances):
    m = sizes.sum()
    mean = sizes @ means / m
    return mean, sizes @ (variances + means**2) / m - mean**2


def two_at_a_time(sizes, means, variances):
    m, mean, variance = sizes[0], means[0], variances[0]
    for size, other, spread in zip(sizes[1:], means[1:], variances[1:], strict=True):
        share = size / (m + size)
        variance = (
            (1 - share) * variance + share * spread + share * (1 - share) * (other - mean) ** 2
        )
        mean = mean + share * (other - mean)
        m += size
    return mean, variance


def changing_means(sizes, means, variances):
    w = (sizes / sizes.sum())[:, None]
    mean = (w * means).sum(axis=0)
    means -= mean
    return mean, (w * (variances + means**2)).sum(axis=0)


WRONG = {
    "draws": {
        "rounded down": (43, "not quite 99%"),
        "not whole": (43.708, "whole number"),
        "90%": (22, "90%"),
        "95%": (29, "95%"),
        "one percent": (459, "best 1%"),
        "q for 1 - q": (2, "1 - q, not q"),
        "the text's": (59, "in the text"),
        "on average": (10, "on average"),
        "added": (99, "do not add up"),
        "too many": (1000, "too large"),
    },
    "fair-error": {
        "lowest mean": (lambda errors: errors.mean(axis=1).min(), "no part in the choice"),
        "by itself": (lambda errors: errors.min(axis=0).mean(), "the very seed that judges"),
        "luckiest": (lambda errors: errors.min(), "luckiest run"),
        "judged by the choosers": (
            lambda errors: np.mean([others.min() for _, others in leave_out(errors)]),
            "also judge",
        ),
        "swapped": (
            lambda errors: np.mean(
                [others[errors[:, seed].argmin()] for seed, others in leave_out(errors)]
            ),
            "one seed chooses",
        ),
        "highest": (
            lambda errors: np.mean(
                [errors[others.argmax(), seed] for seed, others in leave_out(errors)]
            ),
            "Lower is better",
        ),
        "sum": (lambda errors: right(errors) * errors.shape[1], "sum over the seeds"),
        "transposed": (lambda errors: right(errors.T), "changed places"),
        "one for each seed": (
            lambda errors: np.array(
                [errors[others.argmin(), seed] for seed, others in leave_out(errors)]
            ),
            "one number was expected",
        ),
        "in place": (in_place, "in place"),
        "right, in place": (by_sums_in_place, "in place", 2),
        "nothing": (lambda errors: None, "return"),
    },
    "moments": {
        "plain mean": (combine(lambda w, mu: mu.mean(axis=0)), "each shard counts alike", 2),
        "sum": (lambda m, mu, v: (m @ mu, combine()(m, mu, v)[1]), "divide it by their number", 2),
        "swapped": (lambda m, mu, v: combine()(m, mu, v)[::-1], "changed places"),
        "mean of variances": (
            combine(None, lambda w, mean, mu, v: v.mean(axis=0)),
            "together they have not",
            1,
        ),
        "within": (
            combine(None, lambda w, mean, mu, v: (w * v).sum(axis=0)),
            "mean from the mean of all is missing",
            1,
        ),
        "between": (
            combine(None, lambda w, mean, mu, v: (w * (mu - mean) ** 2).sum(axis=0)),
            "variances within the shards are missing",
            1,
        ),
        "variances alike": (
            combine(
                None, lambda w, mean, mu, v: v.mean(axis=0) + (w * (mu - mean) ** 2).sum(axis=0)
            ),
            "the variances count alike",
            1,
        ),
        "distances alike": (
            combine(
                None, lambda w, mean, mu, v: (w * v).sum(axis=0) + ((mu - mean) ** 2).mean(axis=0)
            ),
            "distances of the means count alike",
            1,
        ),
        "from the plain mean": (
            combine(
                None, lambda w, mean, mu, v: (w * (v + (mu - mu.mean(axis=0)) ** 2)).sum(axis=0)
            ),
            "from the mean of all examples",
            1,
        ),
        "not squared": (
            combine(None, lambda w, mean, mu, v: (w * (v + abs(mu - mean))).sum(axis=0)),
            "not squared",
            1,
        ),
        "added": (combine(None, lambda w, mean, mu, v: v.sum(axis=0)), "do not add up", 1),
        "root": (
            lambda m, mu, v: (combine()(m, mu, v)[0], combine()(m, mu, v)[1] ** 0.5),
            "standard deviation",
            1,
        ),
        "m - 1": (
            lambda m, mu, v: (
                combine()(m, mu, v)[0],
                combine()(m, mu, v)[1] * m.sum() / max(1, m.sum() - 1),
            ),
            "divided by m - 1",
            1,
        ),
        "not divided": (
            lambda m, mu, v: (combine()(m, mu, v)[0], combine()(m, mu, v)[1] * m.sum()),
            "sum of the squared distances",
            1,
        ),
        "in place": (changing_means, "second argument"),
        "mean only": (lambda m, mu, v: combine()(m, mu, v)[0], "2 results were expected"),
    },
}

RIGHT = {
    "draws": [44, 44.0, np.int64(44)],
    "fair-error": [right, by_sums, lambda errors: float(right(errors))],
    "moments": [combine(), by_squares, two_at_a_time],
}
