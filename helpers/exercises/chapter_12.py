"""Exercises of chapter 12: many runs, many workers."""

import numpy as np

from .frame import attempt, exercise, expect, expect_number


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
    for settings, seeds in (4, 3), (2, 2), (10, 5), (3, 6):
        errors = _errors(settings, seeds, rng)
        errors[0, 0] = errors.min() - seeds  # so lucky that it decides wherever it is counted
        what = f"fair_error(errors) for {settings} settings and {seeds} seeds"
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
