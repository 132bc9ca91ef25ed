"""Answers to the exercises of chapter 03."""

import numpy as np

from helpers import log_sum_exp, sigmoid, softmax


def losses(Z, y):
    return log_sum_exp(Z) - Z[np.arange(len(y)), y]


def without_shift(Z, y, k):
    each = np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]
    return each.argsort()[::-1][:k]


def cheapest(Z, y, k):
    return losses(Z, y).argsort()[:k]


def most_expensive_last(Z, y, k):
    return losses(Z, y).argsort()[-k:]


def the_losses_themselves(Z, y, k):
    return np.sort(losses(Z, y))[::-1][:k]


def all_of_them(Z, y, k):
    return losses(Z, y).argsort()[::-1]


def least_sure(Z, y, k):
    return softmax(Z).max(axis=1).argsort()[:k]


def lowest_logit(Z, y, k):
    return Z[np.arange(len(y)), y].argsort()[:k]


def least_probable(Z, y, k):
    return softmax(Z)[np.arange(len(y)), y].argsort(kind="stable")[:k]


def shifted_in_place(Z, y, k):
    Z -= Z.max(axis=1, keepdims=True)
    return (np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]).argsort()[::-1][:k]


def prints_only(Z, y, k):
    print(losses(Z, y).argsort()[::-1][:k])


def by_the_lead(Z, y, k):
    return (Z.max(axis=1) - Z[np.arange(len(y)), y]).argsort()[::-1][:k]


def as_a_list(Z, y, k):
    return list(losses(Z, y).argsort()[::-1][:k])


def with_a_loop(Z, y, k):
    each = [log_sum_exp(z[None])[0] - z[label] for z, label in zip(Z, y, strict=True)]
    return np.array(sorted(range(len(y)), key=lambda i: -each[i])[:k])


def by_differences(Z, y, k):
    rows = np.arange(len(y))
    D = Z - Z[rows, y][:, None]
    C = D.max(axis=1)
    return np.argsort(-(C + np.log(np.exp(D - C[:, None]).sum(axis=1))))[:k]


def binary_without_care(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def binary_clipped(z, y, low=1e-8):
    a = np.clip(sigmoid(z), low, 1 - low)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def binary_clipped_late(z, y):
    return binary_clipped(z, y, low=1e-12)


def binary_with_a_little_added(z, y):
    a = sigmoid(z)
    return -(y * np.log(a + 1e-15) + (1 - y) * np.log(1 - a + 1e-15)).mean()


def binary_one_for_zero(z, y):
    return np.mean(np.logaddexp(1, z) - z * y)


def binary_without_mean(z, y):
    return np.logaddexp(0, z) - z * y


def binary_swapped(z, y):
    return np.mean(np.logaddexp(0, z) - (1 - y) * z)


def binary_term_missing(z, y):
    return np.logaddexp(0, z).mean()


def binary_plus(z, y):
    return (np.logaddexp(0, z) + z * y).mean()


def binary_y_alone(z, y):
    return (np.logaddexp(0, z) - y).mean()


def binary_minus_z(z, y):
    return (np.logaddexp(0, -z) - z * y).mean()


def binary_sum(z, y):
    return np.sum(np.logaddexp(0, z) - z * y)


def binary_class_1_only(z, y):
    return (y * np.logaddexp(0, -z)).mean()


def binary_by_cases(z, y):
    return float(np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z)).mean())


def binary_by_both_sides(z, y):
    """NumPy computes both of them everywhere: one of them overflows, and is not used."""
    log_sum = np.where(z > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))
    return (log_sum - z * y).mean()


def binary_by_two_logits(z, y):
    Z = np.column_stack([np.zeros(len(z)), z])
    return (log_sum_exp(Z) - Z[np.arange(len(y)), y]).mean()


WRONG = {
    "loss-on-paper": {
        "the sum": (4.16, "sum over the three"),
        "in bits": (2, "in bits"),
        "logarithm of the mean": (1.23, "logarithm of the mean"),
        "base 10": (0.602, "base 10"),
        "negative": (-1.39, "sign"),
        "some number": (0.5, "too small"),
        "rounded early": (1.38, "round at the end"),
        "one decimal": (1.4, "two decimals, please"),
        "a string": ("1.39", "expected a number"),
    },
    "hardest": {
        "no shift by the maximum": (without_shift, "too large", 1),
        "the cheapest": (cheapest, "cheapest"),
        "most expensive last": (most_expensive_last, "comes last"),
        "the losses": (the_losses_themselves, "those are losses"),
        "all of them": (all_of_them, "asks for k"),
        "least sure": (least_sure, "least sure"),
        "lowest logit": (lowest_logit, "the logit alone"),
        "least probable": (least_probable, "they tie", 1),
        "shift in place": (shifted_in_place, "changed its first argument"),
        "prints, returns nothing": (prints_only, "`return` missing"),
        "by the lead": (by_the_lead, "lead of the largest logit"),
    },
    "binary-loss": {
        "from the sigmoid": (binary_without_care, "too large", 2),
        "clipped": (binary_clipped, "clipped", 2),
        "clipped at 1e-12": (binary_clipped_late, "clipped", 2),
        "1e-15 added": (binary_with_a_little_added, "has a little added", 2),
        "term with y missing": (binary_term_missing, "term with y is missing"),
        "plus z y": (binary_plus, "sign of the term"),
        "y alone": (binary_y_alone, "y stands alone"),
        "-z in the exponent": (binary_minus_z, "should be ln(1 + e^z)"),
        "labels swapped": (binary_swapped, "changed places"),
        "1 for the exponent of 1": (binary_one_for_zero, "logaddexp takes exponents"),
        "no mean": (binary_without_mean, "mean"),
        "the sum": (binary_sum, "sum over the examples"),
        "class 1 only": (binary_class_1_only, "only the examples with y = 1"),
    },
}

RIGHT = {
    "loss-on-paper": [2 * np.log(2), 1.386, np.float32(1.39)],
    "hardest": [with_a_loop, by_differences],
    "binary-loss": [binary_by_cases, binary_by_two_logits],
}

REMARKED = {
    "hardest": {"a list": (as_a_list, "A list came")},
    "binary-loss": {"both sides of np.where": (binary_by_both_sides, "NumPy warns on the way")},
}
