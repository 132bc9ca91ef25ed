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
        "nothing": (lambda errors: None, "return"),
    },
}

RIGHT = {
    "draws": [44, 44.0, np.int64(44)],
    "fair-error": [right, by_sums, lambda errors: float(right(errors))],
}
