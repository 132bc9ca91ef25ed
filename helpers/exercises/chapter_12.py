"""Exercises of chapter 12: many runs, many workers."""

import numpy as np

from .frame import attempt, count_in_place, exercise, expect, expect_number, part, unpack


@exercise
def check_draws(draws, rng):
    """How many random draws hit the best tenth with 99%."""
    slips = [
        (43, "43 draws all miss with probability 0.9⁴³ = 0.0108: not quite 99%."),
        (43.71, "A draw is made or not: round to a whole number, so that 99% is reached."),
        (22, "With 22 draws it is 90%: all of them miss with probability 0.1."),
        (29, "With 29 draws it is 95%, as in the text."),
        (459, "That is for the best 1%. Here the best 10% will do."),
        (2, "A draw misses with probability 1 - q, not q."),
        (59, "That is the number in the text, for other percentages."),
        (10, "Ten draws hit once on average, but 0.9¹⁰ = 35% of all tens hit never."),
        (99, "Chances of hits do not add up: it is the chances of misses that multiply."),
    ]
    expect_number(draws, 44, "the smallest number of draws that will do", slips, tolerance=0.001)
    return "seven settings or two, it is the same number."


@exercise
def check_fair_error(fair_error, rng):
    """The error of a choice, each time on the seed that had no part in it."""
    count_in_place("in leaving the errors as they are")
    for settings, seeds in (4, 3), (2, 2), (10, 5), (3, 6):
        errors = _errors(settings, seeds, rng)
        errors[0, 0] = errors.min() - seeds  # so lucky that it decides wherever it is counted
        what = f"fair_error(errors) for {settings} settings and {seeds} seeds"
        with part("for the error", 2):
            expect(what, attempt(fair_error, errors), _fair(errors), _slips(errors), tolerance=1e-9)
    return "each seed has judged a choice in which it had no part."


def _errors(settings, seeds, rng):
    return 8 + rng.random((settings, 1)) + rng.standard_normal((settings, seeds))


def _others(errors, i):
    return np.delete(errors, i, axis=1).mean(axis=1)


def _fair(errors):
    return np.mean([errors[_others(errors, i).argmin(), i] for i in range(errors.shape[1])])


def _slips(errors):
    seeds = errors.shape[1]
    chosen = [_others(errors, i).argmin() for i in range(seeds)]
    slips = [
        (errors.mean(axis=1).min(), "that is the lowest mean over all seeds. The seed that judges "
         "must have no part in the choice."),
        (errors.min(axis=0).mean(), "each setting is chosen by the very seed that judges it. "
         "Choose by the others."),
        (errors.min(), "that is the lowest error of all, the luckiest run."),
        (np.mean([_others(errors, i).min() for i in range(seeds)]), "the seeds that have chosen "
         "also judge. The error that counts is that on the seed left out."),
        (np.mean([_others(errors, i)[errors[:, i].argmin()] for i in range(seeds)]), "the roles "
         "are swapped: one seed chooses and the others judge. Let the others choose."),
        (np.mean([errors[_others(errors, i).argmax(), i] for i in range(seeds)]), "the setting "
         "with the highest error is chosen. Lower is better."),
        (np.sum([errors[k, i] for i, k in enumerate(chosen)]), "that is the sum over the seeds; "
         "their mean was asked for."),
        (_fair(errors.T), "rows and columns have changed places: a row is a setting, a column a "
         "seed."),
    ]  # fmt: skip
    return slips


@exercise
def check_combine(combine, rng):
    """Mean and variance of all examples, from those of shards of unequal sizes."""
    for sizes, n in ([5, 20], 3), ([30, 2, 9], 4), ([1, 1], 1), ([7], 2):
        shards = [rng.normal(rng.normal(0, 2, n), rng.uniform(0.5, 2), (m, n)) for m in sizes]
        means, variances = (np.array([f(X, axis=0) for X in shards]) for f in (np.mean, np.var))
        given = np.array(sizes), means, variances
        what = f"of shards with {' and '.join(map(str, sizes))} examples"
        got = attempt(combine, *given)
        mean, variance = unpack(f"your result for the moments {what}", got, "mean, variance")
        X = np.concatenate(shards)
        of_mean, of_variance = _moments_slips(*given, X)
        with part("for the mean"):
            expect(f"the mean {what}", mean, X.mean(axis=0), of_mean, tolerance=1e-9)
        with part("for the variance", 2):
            expect(f"the variance {what}", variance, X.var(axis=0), of_variance, tolerance=1e-9)
    return "from a few numbers for each shard, and nobody has seen all examples."


def _moments_slips(sizes, means, variances, X):
    weights = (sizes / len(X))[:, None]
    mean, plain = (weights * means).sum(axis=0), means.mean(axis=0)
    within, between = (weights * variances).sum(axis=0), (weights * (means - mean) ** 2).sum(axis=0)
    of_mean = [
        (plain, "each shard counts alike here. Weigh it by its number of examples."),
        (len(X) * mean, "that is the sum over all examples: divide it by their number."),
        (X.var(axis=0), "mean and variance have changed places."),
    ]
    of_variance = [
        (variances.mean(axis=0), "that is the plain mean of the variances. Two shards of one "
         "example each have variance 0, and together they have not."),
        (within, "the distance of each shard's mean from the mean of all is missing."),
        (between, "the variances within the shards are missing."),
        (variances.mean(axis=0) + between, "the variances count alike here, whatever the sizes."),
        (within + ((means - mean) ** 2).mean(axis=0), "the distances of the means count alike "
         "here, whatever the sizes of the shards."),
        (within + (weights * (means - plain) ** 2).sum(axis=0), "the distances are taken from "
         "the plain mean of the means. Take them from the mean of all examples."),
        (within + np.abs(weights * (means - mean)).sum(axis=0), "the distances of the means are "
         "not squared."),
        (variances.sum(axis=0), "variances of shards do not add up: they are means."),
        (X.std(axis=0), "that is the standard deviation, the root of what was asked for."),
        (X.var(axis=0) * len(X) / max(1, len(X) - 1), "that is divided by m - 1. Here it is the "
         "mean squared distance, divided by m."),
        (len(X) * X.var(axis=0), "that is the sum of the squared distances: divide it by their "
         "number."),
    ]  # fmt: skip
    return of_mean, of_variance
