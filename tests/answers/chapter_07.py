"""Answers to the exercises of chapter 07."""

import numpy as np

from helpers import accuracy, confusion_matrix


def when_sure(
    compare=np.greater_equal,
    count=np.mean,
    over=lambda right, sure: right[sure].mean(),
    confidence=lambda A, y: A.max(axis=1),
):
    """Make a function for exercise 2, right unless told otherwise."""

    def answer_when_sure(A, y, threshold):
        sure = compare(confidence(A, y), threshold)
        right = A.argmax(axis=1) == y
        return count(sure), over(right, sure) if sure.any() else np.nan

    return answer_when_sure


def without_a_guard(A, y, threshold):
    sure = A.max(axis=1) >= threshold
    return sure.mean(), (A.argmax(axis=1) == y)[sure].mean()


def zero_when_silent(A, y, threshold):
    answered, right = when_sure()(A, y, threshold)
    return answered, 0.0 if answered == 0 else right


def accuracy_only(A, y, threshold):
    return when_sure()(A, y, threshold)[1]


def labels_not_filtered(A, y, threshold):
    sure = A.max(axis=1) >= threshold
    return sure.mean(), (A[sure].argmax(axis=1) == y).mean()


def mean_confidence(A, y, threshold):
    confidence = A.max(axis=1)
    sure = confidence >= threshold
    return sure.mean(), confidence[sure].mean()


def all_probabilities(A, y, threshold):
    return np.mean(np.greater_equal(A, threshold)), when_sure()(A, y, threshold)[1]


def in_place(A, y, threshold):
    A *= A.max(axis=1, keepdims=True) >= threshold
    return when_sure()(A, y, max(threshold, 1e-9))


def sure_with_a_loop(A, y, threshold):
    answered = right = 0
    for a, label in zip(A, y, strict=True):
        if max(a) >= threshold:
            answered += 1
            right += int(np.argmax(a)) == label
    return answered / len(y), right / answered if answered else float("nan")


def sure_through_helpers(A, y, threshold):
    kept = np.flatnonzero([max(a) >= threshold for a in A])
    if len(kept) == 0:
        return 0.0, np.float32(np.nan)
    return len(kept) / len(A), accuracy(y[kept], A[kept].argmax(axis=1))


def with_error(error, sign=1):
    """Make a function for exercise 3: right difference, and error(r1, r2, m)."""

    def compare(y, y_pred_1, y_pred_2):
        r1, r2 = (y_pred_1 == y).astype(float), (y_pred_2 == y).astype(float)
        return sign * (r2 - r1).mean(), error(r1, r2, len(y))

    return compare


def right_error(r1, r2, m):
    return (r2 - r1).std() / np.sqrt(m)


def counts(y, y_pred_1, y_pred_2):
    difference, s = with_error(right_error)(y, y_pred_1, y_pred_2)
    return difference * len(y), s


def how_often_they_differ(y, y_pred_1, y_pred_2):
    return (y_pred_1 != y_pred_2).mean(), with_error(right_error)(y, y_pred_1, y_pred_2)[1]


def booleans(y, y_pred_1, y_pred_2):
    d = (y_pred_2 == y) - (y_pred_1 == y)
    return d.mean(), d.std() / np.sqrt(len(y))


def by_counting(y, y_pred_1, y_pred_2):
    plus = sum(1 for t, a, b in zip(y, y_pred_1, y_pred_2, strict=True) if b == t != a)
    minus = sum(1 for t, a, b in zip(y, y_pred_1, y_pred_2, strict=True) if a == t != b)
    m = len(y)
    mean = (plus - minus) / m
    return mean, (((plus + minus) / m - mean**2) / m) ** 0.5


def by_covariance(y, y_pred_1, y_pred_2):
    r1, r2 = (y_pred_1 == y) * 1.0, (y_pred_2 == y) * 1.0
    p1, p2 = accuracy(y, y_pred_1), accuracy(y, y_pred_2)
    both = confusion_matrix((r1 == 1).astype(int), (r2 == 1).astype(int), 2)[1, 1] / len(y)
    variance = p1 * (1 - p1) + p2 * (1 - p2) - 2 * (both - p1 * p2)
    return np.array([p2 - p1, np.sqrt(max(variance, 0) / len(y))])


def one_less(r1, r2, m):
    return np.std(r2 - r1, ddof=1) / np.sqrt(m)


WRONG = {
    "how-many-images": {
        "the root": (140, "square root"),
        "s not squared": (19.6, "not squared"),
        "s = 0.1": (1.96, "0.001"),
        "s = 0.01": (196, "not 0.01"),
        "two standard errors": (78_400, "Asked is one"),
        "95 percent": (75_295, "Asked is one"),
        "without p, or rounded": (20_000, "nearest hundred"),
        "a hundred too many": (19_700, "too large"),
        "a hundred too few": (19_500, "too small"),
        "p alone": (980_000, "p / s²"),
        "too few": (10_000, "too small"),
    },
    "when-sure": {
        "greater": (when_sure(compare=np.greater), "exactly 0.5"),
        "a count": (when_sure(count=np.sum), "the fraction", 1),
        "fraction not answered": (when_sure(compare=np.less), "not answered"),
        "true class": (
            when_sure(confidence=lambda A, y: A[np.arange(len(y)), y]),
            "Who answers does not know it",
        ),
        "all probabilities": (all_probabilities, "all probabilities", 1),
        "divided by all": (when_sure(over=lambda right, sure: (right & sure).mean()), "by all", 1),
        "accuracy of all": (when_sure(over=lambda right, sure: right.mean()), "over all images", 1),
        "sure == right": (
            when_sure(over=lambda right, sure: (right == sure).mean()),
            "`sure ==",
            1,
        ),
        "mean confidence": (mean_confidence, "how sure the network is", 1),
        "turned round": (
            when_sure(over=lambda right, sure: sure[right].mean()),
            "Turn it round",
            1,
        ),
        "wrong answers": (
            when_sure(over=lambda right, sure: 1 - right[sure].mean()),
            "wrong ans",
            1,
        ),
        "number of right ones": (
            when_sure(over=lambda right, sure: right[sure].sum()),
            "number",
            1,
        ),
        "the others": (when_sure(over=lambda right, sure: right[~sure].mean()), "the others", 1),
        "swapped": (lambda A, y, t: when_sure()(A, y, t)[::-1], "The fraction comes first"),
        "zero when silent": (zero_when_silent, "np.nan is asked", 1),
        "one result": (accuracy_only, "2 results were expected"),
        "one array": (lambda A, y, t: np.array(0.5), "2 results were expected"),
        "labels not filtered": (labels_not_filtered, "stopped with"),
        "in place": (in_place, "changed its first argument"),
    },
    "two-networks": {
        "sign": (with_error(right_error, sign=-1), "second network minus the first", 2),
        "percent": (with_error(right_error, sign=100), "percent", 2),
        "counts": (counts, "divide it by m", 2),
        "how often they differ": (how_often_they_differ, "how often the answers differ", 2),
        "as if independent": (
            with_error(lambda r1, r2, m: np.sqrt((r1.var() + r2.var()) / m)),
            "adds the two variances",
            1,
        ),
        "standard errors added": (
            with_error(lambda r1, r2, m: (r1.std() + r2.std()) / np.sqrt(m)),
            "adds two standard errors",
            1,
        ),
        "spread of one": (with_error(lambda r1, r2, m: (r2 - r1).std()), "√m", 1),
        "divided by m": (with_error(lambda r1, r2, m: (r2 - r1).std() / m), "a variance by m", 1),
        "variance": (with_error(lambda r1, r2, m: (r2 - r1).var() / m), "square root", 1),
        "no mean subtracted": (
            with_error(lambda r1, r2, m: np.sqrt(((r2 - r1) ** 2).mean() / m)),
            "E[d]²",
            1,
        ),
        "(7.4) of the difference": (
            with_error(lambda r1, r2, m: np.sqrt((r2 - r1).mean() * (1 - (r2 - r1).mean()) / m)),
            "no coin",
            1,
        ),
        "second network": (
            with_error(lambda r1, r2, m: r2.std() / np.sqrt(m)),
            "second network",
            1,
        ),
        "booleans": (booleans, "boolean subtract"),
    },
}

RIGHT = {
    "how-many-images": [19600, 19_600.0, 19_640, np.float32(19599.9)],
    "when-sure": [sure_with_a_loop, sure_through_helpers],
    "two-networks": [by_counting, by_covariance, with_error(one_less)],
}

REMARKED = {
    "when-sure": {
        "nothing answered": (without_a_guard, "Mean of empty slice"),
    },
}
