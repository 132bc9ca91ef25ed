"""Answers to the exercises of chapter 01."""

import numpy as np


def fill(std):
    return np.where(std > 0, std, 1)


def as_printed_in_the_task(X_train, X_dev):
    X_train -= X_train.mean()
    X_dev -= X_dev.mean()
    return X_train / X_train.std(axis=0), X_dev / X_dev.std(axis=0)


def divides_by_zero(X_train, X_dev):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / std, (X_dev - mean) / std


def divides_unless_empty(X_train, X_dev):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    std[X_train.max(axis=0) == 0] = 1  # but a pixel can be 0.5 in all images
    return (X_train - mean) / std, (X_dev - mean) / std


def adds_a_tiny_number(X_train, X_dev):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0) + 1e-8
    return (X_train - mean) / std, (X_dev - mean) / std


def each_set_by_itself(X_train, X_dev):
    return tuple((X - X.mean(axis=0)) / fill(X.std(axis=0)) for X in (X_train, X_dev))


def own_std(X_train, X_dev):
    mean = X_train.mean(axis=0)
    return tuple((X - mean) / fill(X.std(axis=0)) for X in (X_train, X_dev))


def own_mean(X_train, X_dev):
    std = fill(X_train.std(axis=0))
    return tuple((X - X.mean(axis=0)) / std for X in (X_train, X_dev))


def both_sets_together(X_train, X_dev):
    X = np.concatenate([X_train, X_dev])
    mean, std = X.mean(axis=0), fill(X.std(axis=0))
    return (X_train - mean) / std, (X_dev - mean) / std


def one_mean(X_train, X_dev):
    mean, std = X_train.mean(), fill(X_train.std(axis=0))
    return (X_train - mean) / std, (X_dev - mean) / std


def one_mean_one_std(X_train, X_dev):
    return (X_train - X_train.mean()) / X_train.std(), (X_dev - X_train.mean()) / X_train.std()


def one_std(X_train, X_dev):
    mean = X_train.mean(axis=0)
    return (X_train - mean) / X_train.std(), (X_dev - mean) / X_train.std()


def image_by_image(X_train, X_dev):
    return tuple(
        (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True) for X in (X_train, X_dev)
    )


def by_variance(X_train, X_dev):
    mean, variance = X_train.mean(axis=0), fill(X_train.var(axis=0))
    return (X_train - mean) / variance, (X_dev - mean) / variance


def by_m_minus_1(X_train, X_dev):
    mean = X_train.mean(axis=0)
    std = fill(X_train.std(axis=0, ddof=1)) if len(X_train) > 1 else 1
    return (X_train - mean) / std, (X_dev - mean) / std


def mean_only(X_train, X_dev):
    return X_train - X_train.mean(axis=0), X_dev - X_train.mean(axis=0)


def dev_untouched(X_train, X_dev):
    return each_set_by_itself(X_train, X_dev)[0], X_dev


def in_place(X_train, X_dev):
    mean, std = X_train.mean(axis=0), fill(X_train.std(axis=0))
    X_train -= mean
    X_dev -= mean
    return X_train / std, X_dev / std


def train_only(X_train, X_dev):
    return each_set_by_itself(X_train, X_dev)[0]


def constant_pixels_to_0(X_train, X_dev):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple(np.where(std > 0, (X - mean) / fill(std), 0) for X in (X_train, X_dev))


def standardize_pixel_by_pixel(X_train, X_dev):
    results = np.zeros(X_train.shape), np.zeros(X_dev.shape)
    for j in range(X_train.shape[1]):
        mean, std = float(X_train[:, j].mean()), float(X_train[:, j].std())
        for X, result in zip((X_train, X_dev), results, strict=True):
            result[:, j] = (X[:, j] - mean) / (std or 1)
    return results


def standardize_where_inked(X_train, X_dev):
    mean = X_train.sum(axis=0) / len(X_train)
    std = np.sqrt(((X_train - mean) ** 2).sum(axis=0) / len(X_train))
    std[std == 0] = 1
    return [(X - mean) / std for X in (X_train, X_dev)]


def standardize_by_where(X_train, X_dev):
    """As the hint of `np.where` was read once: right numbers, and a warning on the way."""
    m, s = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple(np.where(s > 0, (X - m) / s, X - m) for X in (X_train, X_dev))


def mean_of_squares(X, Y):
    return Y.T @ X**2 / Y.sum(axis=0)[:, None]


def mean_not_squared(X, Y):
    counts = Y.sum(axis=0)[:, None]
    return Y.T @ X**2 / counts - Y.T @ X / counts


def counts_as_a_row(X, Y):
    counts = Y.sum(axis=0)
    return Y.T @ X**2 / counts - (Y.T @ X / counts) ** 2


def over_all_examples(X, Y):
    return Y.T @ X**2 / len(X) - (Y.T @ X / len(X)) ** 2


def without_counts(X, Y):
    counts = Y.sum(axis=0)[:, None]
    return Y.T @ X**2 - counts * (Y.T @ X / counts) ** 2


def turned_around(X, Y):
    counts = Y.sum(axis=0)
    return X.T**2 @ Y / counts - (X.T @ Y / counts) ** 2


def whatever_the_class(X, Y):
    return X.var(axis=0)


def mean_of_all(X, Y):
    return Y.T @ X**2 / Y.sum(axis=0)[:, None] - X.mean(axis=0) ** 2


def minuend_and_subtrahend(X, Y):
    counts = Y.sum(axis=0)[:, None]
    return (Y.T @ X / counts) ** 2 - Y.T @ X**2 / counts


def mean_added(X, Y):
    counts = Y.sum(axis=0)[:, None]
    return Y.T @ X**2 / counts + (Y.T @ X / counts) ** 2


def sums_everywhere(X, Y):
    return Y.T @ X**2 - (Y.T @ X) ** 2


def first_sum_not_divided(X, Y):
    return Y.T @ X**2 - (Y.T @ X / Y.sum(axis=0)[:, None]) ** 2


def second_sum_not_divided(X, Y):
    return Y.T @ X**2 / Y.sum(axis=0)[:, None] - (Y.T @ X) ** 2


def divided_after_the_square(X, Y):
    return (Y.T @ X**2 - (Y.T @ X) ** 2) / Y.sum(axis=0)[:, None]


def sums_squared(X, Y):
    counts = Y.sum(axis=0)[:, None]
    return (Y.T @ X) ** 2 / counts - (Y.T @ X / counts) ** 2


def sums_of_rows(X, Y):
    counts = Y.sum(axis=1)
    return Y.T @ X**2 / counts - (Y.T @ X / counts) ** 2


def squeezed(X, Y):
    return variances_by_class(X, Y).squeeze()


def standard_deviation(X, Y):
    return np.sqrt(variances_by_class(X, Y))


def variances_by_class(X, Y):
    return np.array([X[Y[:, k] == 1].var(axis=0) for k in range(Y.shape[1])])


def variances_in_float32(X, Y):
    means = Y / Y.sum(axis=0)
    X = X.astype(np.float32)
    return np.einsum("ik,ij->kj", means, X * X) - np.square(means.T @ X)


def variances_from_the_definition(X, Y):
    counts = Y.sum(axis=0)[:, None]
    squares = (X[:, None, :] - Y.T @ X / counts) ** 2
    return (Y[:, :, None] * squares).sum(axis=0) / counts


WRONG = {
    "mean-of-bytes": {
        "true mean": (150, "true mean"),
        "true mean, not rounded": (150.5, "rounds down"),
        "not halved": (45, "not halved"),
        "not rounded": (22.5, "rounds down"),
        "255 values": (23, "256"),
        "stops at 255": (127, "does not stop"),
        "the sum as it is": (301, "ordinary numbers"),
        "255 values, not halved": (46, "256 values"),
        "halved twice": (75, "half of the true mean"),
        "some number": (21, "too small"),
        "still open in part": (None, "expected a number"),
    },
    "standardize": {
        "as printed": (as_printed_in_the_task, "changed its first argument"),
        "divides by zero": (divides_by_zero, "standard deviation, 0", 1),
        "divides by zero unless empty": (divides_unless_empty, "standard deviation, 0", 1),
        "tiny number added": (adds_a_tiny_number, "blown up", 1),
        "each set by itself": (each_set_by_itself, "statistics of its own"),
        "standard deviation of its own": (own_std, "standard deviation of the dev set"),
        "mean of its own": (own_mean, "mean is that of the dev set"),
        "both sets together": (both_sets_together, "had a say"),
        "one mean for all pixels": (one_mean, "all pixels together. Each pixel"),
        "one mean, one standard deviation": (one_mean_one_std, "and its own standard"),
        "one standard deviation": (one_std, "one standard deviation is taken"),
        "image by image": (image_by_image, "axis=1"),
        "by the variance": (by_variance, "divides by the variance"),
        "by m - 1": (by_m_minus_1, "m - 1"),
        "mean only": (mean_only, "nothing is divided"),
        "constant pixels set to 0": (constant_pixels_to_0, "was set to 0", 1),
        "dev untouched": (dev_untouched, "came back as it was"),
        "in place": (in_place, "changed its first argument"),
        "one array": (train_only, "two arrays were expected"),
    },
    "class-variances": {
        "mean of squares": (mean_of_squares, "mean of the squares"),
        "mean not squared": (mean_not_squared, "not its square"),
        "counts as a row": (counts_as_a_row, "as a column"),
        "divided by m": (over_all_examples, "not by its own m_k"),
        "not divided": (without_counts, "these are sums"),
        "transposed": (turned_around, "transpose"),
        "over all classes": (whatever_the_class, "whatever their class"),
        "mean of all": (mean_of_all, "mean is that of all"),
        "sign": (minuend_and_subtrahend, "wrong sign"),
        "mean added": (mean_added, "it is to be subtracted"),
        "no sum divided": (sums_everywhere, "no sum is divided"),
        "first sum not divided": (first_sum_not_divided, "sum of the squares is not divided"),
        "second sum not divided": (second_sum_not_divided, "divide it by m_k first"),
        "divided after the square": (divided_after_the_square, "divide first, then square"),
        "sums squared": (sums_squared, "square each x before"),
        "sums of rows": (sums_of_rows, "sum the columns of Y"),
        "squeezed": (squeezed, "expected (1, 2)", 2),
        "standard deviation": (standard_deviation, "root of the variance"),
    },
}

RIGHT = {
    "mean-of-bytes": [22.0, np.uint8(22)],
    "standardize": [standardize_pixel_by_pixel, standardize_where_inked, standardize_by_where],
    "class-variances": [variances_by_class, variances_in_float32, variances_from_the_definition],
}
