"""Exercises of chapter 01: bytes, standardizing, and class variances."""

import numpy as np

from ..network import one_hot
from .frame import (
    Wrong,
    as_array,
    attempt,
    end_if_wrong,
    exercise,
    expect,
    expect_number,
    expect_several,
    has_loop,
    part,
    remark_if_slow,
)

BOTH_SIDES = (" NumPy warns on the way, though: `np.where` computes both of its sides everywhere, "
              "also where one divides by 0. Choose the divisor: `np.where(std > 0, std, 1)`.")

VARYING, FLAT = "for pixels that vary", "for pixels that never vary"


@exercise
def check_mean_of_bytes(number, rng):
    """(200 + 101) // 2 in bytes."""
    rounds = "`//` rounds down to a whole number."
    slips = [
        (150, "That is the true mean. But p + q is a byte too, before it is halved."),
        (150.5, f"That is the true mean. But p + q is a byte, before it is halved; and {rounds}"),
        (45, "That is p + q in a byte, not halved yet."),
        (22.5, f"The sum is right, but {rounds}"),
        (23, "Take off 256, not 255: with 0 a byte has 256 values."),
        (127, "A byte does not stop at 255: after 255 it begins again at 0."),
        (127.5, "A byte does not stop at 255: after 255 it begins again at 0."),
        (301, "That is p + q in ordinary numbers, and not halved. Which byte is it?"),
        (46, "Take off 256, not 255: with 0 a byte has 256 values. Then halve."),
        (75, "That is half of the true mean. What is p + q as a byte, and half of that?"),
    ]
    expect_number(number, 22, "the sum, as a byte, halved and rounded down", slips, tolerance=1e-3)
    return "301 is 45 in a byte, and half of it is 22: two dark pixels have made a pale one."


@exercise
def check_standardize(standardize, rng):
    """Both sets by the statistics of the training set; a pixel that never varies is not divided."""
    dtypes = set()
    for m, m_dev, n in [(5, 5, 5), (6, 1, 4), (3, 4, 2), (1, 2, 3), (50, 20, 30)]:
        X_train = rng.random((m, n), dtype=np.float32)
        X_dev = rng.random((m_dev, n), dtype=np.float32) * 2  # brighter scans
        X_train[:, 0], X_dev[:, 0] = 0, 0.75  # never any ink in training
        X_train[:, -1] = 0.5
        with np.errstate(divide="ignore", invalid="ignore"):  # what matters is what comes back
            got = attempt(standardize, X_train, X_dev)
        pair = expect_several("two arrays were expected, X_train and X_dev", got, 2)
        what = f"your {{}} (training images: {m}, dev images: {m_dev}, pixels: {n})"
        train, dev = (what.format(name) for name in ("X_train", "X_dev"))
        pair = [as_array(*one) for one in zip((train, dev), pair, strict=True)]
        for name, result in zip((train, dev), pair, strict=True):
            if np.asarray(result).dtype.kind == "f" and not np.isfinite(result).all():
                with part(FLAT, on_top=True):
                    raise Wrong(f"{name}: a pixel that never varies in the training set was "
                                "divided by its standard deviation, 0. Subtract its mean and "
                                "divide by 1.")
        mean, std = X_train.mean(axis=0), _divisor(X_train)
        flat = X_train.std(axis=0) == 0
        slips = _statistics_slips(X_train, X_dev)
        _expect_pixels(train, pair[0], (X_train - mean) / std, slips, flat)
        if np.shape(pair[1]) == X_dev.shape and (np.abs(pair[1])[:, flat] > 100).any():
            with part(FLAT, on_top=True):
                raise Wrong(f"{dev}: a pixel that never varies in the training set has been blown "
                            "up. Dividing by a tiny number is as bad as dividing by 0; subtract "
                            "its mean and leave it.")
        own, own_std = X_dev.mean(axis=0), _divisor(X_dev)
        slips = [
            ((X_dev - own) / own_std, "the dev set got statistics of its own."),
            ((X_dev - own) / std, "the mean is that of the dev set, not of the training set."),
            ((X_dev - mean) / own_std,
             "it is divided by the standard deviation of the dev set itself."),
            (np.where(flat, 0, (X_dev - mean) / std), "a pixel that never varies in the training "
             "set was set to 0. Subtract its mean, and leave what remains."),
            (X_dev, "the dev set came back as it was. It goes through the same formula."),
        ]
        _expect_pixels(dev, pair[1], (X_dev - mean) / std, slips, flat)
        dtypes |= {result.dtype.name for result in pair if hasattr(result, "dtype")}
    end_if_wrong()
    wide = " Your arrays are float64, though: 55,000 images take 345 MB instead of 172."
    X = rng.random((500, 300), dtype=np.float32)
    slow = remark_if_slow(standardize, _reference_standardize, X, X[:100].copy())
    words = ("also for a dev set of one image and for pixels that never carry ink. Whoever uses "
             "the network later needs the two rows of statistics as well.")
    return words + BOTH_SIDES * _divides_by_0(standardize) + wide * ("float64" in dtypes) + slow


def _expect_pixels(what, got, right, slips, flat):
    if np.shape(got) != right.shape:
        expect(what, got, right, slips, tolerance=1e-4)
    for name, pixels in (VARYING, ~flat), (FLAT, flat):
        with part(name, on_top=name == FLAT):
            those = [(value[:, pixels], sentence) for value, sentence in slips]
            expect(what, got[:, pixels], right[:, pixels], those, tolerance=1e-4)


def _divides_by_0(standardize):
    X = np.array([[0.5, 0.0], [0.5, 1.0]], dtype=np.float32)
    try:
        with np.errstate(divide="raise", invalid="raise"):
            standardize(X, X.copy())
    except FloatingPointError:
        return True
    return False


def _divisor(X):
    std = X.std(axis=0)
    return np.where(std > 0, std, 1)


def _reference_standardize(X_train, X_dev):
    mean, std = X_train.mean(axis=0), _divisor(X_train)
    return (X_train - mean) / std, (X_dev - mean) / std


def _statistics_slips(X, X_dev):
    both, std = np.concatenate([X, X_dev]), _divisor(X)
    by_row = X - X.mean(axis=1, keepdims=True)
    row_std = X.std(axis=1, keepdims=True)
    one_mean = "one mean is taken over all pixels together. Each pixel has its own, over the images"
    slips = [
        ((X - X.mean()) / std, one_mean + "."),
        ((X - X.mean()) / X.std(), one_mean + ", and its own standard deviation."),
        ((X - X.mean(axis=0)) / X.std(),
         "one standard deviation is taken over all pixels together."),
        (X - X.mean(axis=0), "the mean is gone, but nothing is divided by the standard deviation."),
        ((X - X.mean(axis=0)) / std**2,
         "that divides by the variance; the standard deviation is its root."),
        ((X - both.mean(axis=0)) / _divisor(both), "the dev set had a say in the statistics."),
        (by_row / row_std,
         "each image got its own statistics (`axis=1`); they belong to pixels."),
    ]
    if len(X) > 1:
        unbiased = X.std(axis=0, ddof=1)
        unbiased = np.where(unbiased > 0, unbiased, 1)
        wrong = (X - X.mean(axis=0)) / unbiased
        slips += [(wrong, "the variance is divided by m - 1; `std` divides by m, and so do we.")]
    return slips


@exercise
def check_class_variances(class_variances, rng):
    """Variance of each pixel within each class, from X and one-hot Y: (classes, n)."""
    for m, n, classes in [(7, 3, 3), (8, 4, 2), (1, 2, 1), (5, 1, 3), (5, 4, 1), (60, 7, 10)]:
        name, points = ("for one class or one pixel", 1) if 1 in (n, classes) else ("for many", 2)
        X, Y = _examples(rng, m, n, classes)
        expected, counts = _reference_variances(X, Y), Y.sum(axis=0)
        sums, sums_of_squares = Y.T @ X, Y.T @ X**2
        M, squares = sums / counts[:, None], sums_of_squares / counts[:, None]
        over_m = Y.T @ X**2 / m - (Y.T @ X / m) ** 2
        slips = [
            (squares,
             "that is the mean of the squares; the square of the mean is to be subtracted."),
            (squares - M, "the mean is subtracted, but not its square."),
            (over_m, "each class is divided by m, the number of all examples, not by its own m_k."),
            (squares + M**2, "the square of the mean is added; it is to be subtracted."),
            (sums_of_squares - sums**2, "no sum is divided by m_k, the number of examples of class "
             "k. It is the sum of *column* k of Y."),
            (sums_of_squares - M**2, "the sum of the squares is not divided by m_k."),
            (squares - sums**2, "what is squared and subtracted is a sum; divide it by m_k first."),
            (squares - sums**2 / counts[:, None],
             "the sum is divided by m_k after it is squared; divide first, then square."),
            (sums**2 / counts[:, None] - M**2,
             "(Y^T X)² squares the sums; in the first term, square each x before you sum."),
            (expected * counts[:, None], "these are sums; nothing is divided by m_k."),
            (np.sqrt(np.abs(expected)),
             "that is the standard deviation, the root of the variance."),
            (squares - X.mean(axis=0) ** 2, "the mean is that of all examples, not of the class."),
        ]
        if classes > 1:
            slips += [(X.var(axis=0),
                       "that is the variance over all examples, whatever their class.")]
        if n == classes:
            crosswise = Y.T @ X**2 / counts - (Y.T @ X / counts) ** 2
            slips += [(crosswise, "column k is divided by m_k, and it should be row k: the counts "
                       "are needed as a column, of shape (classes, 1).")]
        what = f"your result (examples: {m}, pixels: {n}, classes: {classes})"
        with part(name, points, on_top=points == 1):
            got = _attempt_with_counts(class_variances, X, Y)
            expect(what, got, expected, slips, tolerance=1e-5)
    end_if_wrong()
    slow = remark_if_slow(class_variances, _reference_variances, *_examples(rng, 2000, 100, 10))
    words = ("for any number of classes, down to one example in a class. (Where a mean is large "
             "and the variance small, the difference of two large numbers loses digits.)")
    loop = " Now without the loop: which matrix product holds the sums for all classes at once?"
    return words + loop * has_loop(class_variances) + slow


def _attempt_with_counts(class_variances, X, Y):
    try:
        return attempt(class_variances, X, Y)
    except Wrong as wrong:
        if "broadcast" not in str(wrong):
            raise
        raise Wrong(f"{wrong} Each row of Y^T X needs its own count m_k: sum the columns of Y "
                    "(`axis=0`), and make that a column, of shape (classes, 1).") from None


def _examples(rng, m, n, classes):
    """Random examples in which each class occurs."""
    y = np.concatenate([np.arange(classes), rng.integers(classes, size=max(0, m - classes))])
    return rng.random((len(y), n)), one_hot(rng.permutation(y), classes)


def _reference_variances(X, Y):
    counts = Y.sum(axis=0)[:, None]
    return Y.T @ X**2 / counts - (Y.T @ X / counts) ** 2
