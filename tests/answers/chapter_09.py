"""Answers to the exercises of chapter 09."""

import math

import numpy as np

from helpers import center_of_mass

# columns u, v, x2 + 1 and logits z0 = |u| - |v|, z1 = 0
W1 = np.array([[1.0, 1, 0], [1, -1, 1]])
b1 = np.array([0.0, 0, 1])
W2 = np.array([[2.0, 0], [-2, 0], [-2, 0]])
b2 = np.array([2.0, 0])
FOUR = [
    (np.array([[1.0, -1, 1, -1], [1, -1, -1, 1]]), np.zeros(4)),
    (np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]]), np.zeros(2)),
]


def sums(image, r, c):
    """Return sum (i - r)^2 p, sum (i - r)(j - c) p and sum (j - c)^2 p."""
    down = np.arange(image.shape[0])[:, None] - r
    right = np.arange(image.shape[1]) - c
    return [float((P * Q * image).sum()) for P, Q in ((down, down), (down, right), (right, right))]


def rows_per_column(image):
    _, mixed, columns = sums(image, *center_of_mass(image))
    return mixed / columns


def sign_turned(image):
    rows, mixed, _ = sums(image, *center_of_mass(image))
    return -mixed / rows


def unweighted(image):
    ink = (image > 0).astype(float)
    rows, mixed, _ = sums(ink, *center_of_mass(ink))
    return mixed / rows


def without_ink(above=True, below=True):
    """Make a function for exercise 3 that forgets the ink in one of its sums or in both."""

    def slant(image):
        paper, center = np.ones_like(image), center_of_mass(image)
        mixed = sums(image if above else paper, *center)[1]
        return mixed / sums(image if below else paper, *center)[0]

    return slant


def center_swapped(image):
    c, r = center_of_mass(image)
    rows, mixed, _ = sums(image, r, c)
    return mixed / rows


def from_the_corner(image):
    rows, mixed, _ = sums(image, 0, 0)
    return mixed / rows


def from_the_middle(image):
    rows, mixed, _ = sums(image, (image.shape[0] - 1) / 2, (image.shape[1] - 1) / 2)
    return mixed / rows


def covariance(image):
    return sums(image, *center_of_mass(image))[1] / image.sum()


def mixed_alone(image):
    return sums(image, *center_of_mass(image))[1]


def correlation(image):
    rows, mixed, columns = sums(image, *center_of_mass(image))
    return mixed / math.sqrt(rows * columns)


def in_degrees(image):
    return math.degrees(math.atan(with_loops(image)))


def without_a_case_for_one_row(image):
    rows, mixed, _ = sums(image, *center_of_mass(image))
    return mixed / rows


def without_a_case_in_numpy(image):
    rows, mixed, _ = sums(image, *center_of_mass(image))
    return np.float64(mixed) / np.float64(rows)


def normalizes_in_place(image):
    image /= image.sum()
    return with_loops(image)


def one_per_row(image):
    columns = np.arange(image.shape[1])
    return (image * columns).sum(axis=1)


def with_loops(image):
    (height, width), (r, c) = image.shape, center_of_mass(image)
    rows = mixed = 0.0
    for i in range(height):
        for j in range(width):
            rows += (i - r) ** 2 * image[i, j]
            mixed += (i - r) * (j - c) * image[i, j]
    return mixed / rows if rows > 0 else 0


def by_shifting_moments(image):
    """Another algebra: sum i j p - m r c, and sum i^2 p - m r^2."""
    if image.shape[0] == 1:
        return 0.0
    r, c = center_of_mass(image)
    i, j = np.indices(image.shape)
    mass = image.sum(dtype=float)
    rows = (i * i * image).sum(dtype=float) - mass * r * r
    return ((i * j * image).sum(dtype=float) - mass * r * c) / rows


def by_covariance(image):
    """A weighted regression of the column on the row, in float32 at the end."""
    if image.shape[0] < 2:
        return np.float32(0)
    i, j = np.indices(image.shape)
    C = np.cov(i.ravel(), j.ravel(), aweights=image.ravel().astype(float), ddof=0)
    return np.float32(C[0, 1] / C[0, 0])


def by_matrix_products(image):
    i = np.arange(len(image)) - center_of_mass(image)[0]
    return i @ image @ np.arange(image.shape[1]) / max(1e-12, i**2 @ image.sum(axis=1))


WRONG = {
    "ceiling": {
        "a coin between 2 and 3": (0.79, "tosses a coin"),
        "class 0 between 2 and 3": (0.75, "answers class 0"),
        "the error": (0.17, "share that is wrong"),
        "not halved": (1.67, "one half"),
        "class 0 alone": (0.67, "share of class 0"),
        "heights alike": (0.875, "different heights"),
        "gives up": (0.58, "gives up"),
        "all": (1.0, "both classes"),
        "percent": (83.3, "percent"),
        "some number": (0.9, "too large"),
        "rounded up": (0.84, "too large"),
    },
    "three-units": {
        "four units": (FOUR, "W1 has shape (2, 4), expected (2, 3)"),
        "classes swapped": ([(W1, b1), (W2[:, ::-1], b2[::-1])], "changed places"),
        "x2 without the bias": ([(W1, 0 * b1), (W2, 0 * b2)], "wrong have x1 < 0 and x2 < 0"),
        "one missing": ([(W1, b1), (W2 * [[1], [1], [0]], 0 * b2)], "points are right"),
        "right far from the axes": ([(W1, b1), (W2, b2 - [0.5, 0])], "points are right", 2),
        "column form": ([(W1.T, b1), (W2.T, b2)], "a unit is a column of W"),
        "biases as columns": ([(W1, b1[:, None]), (W2, b2)], "b1 has shape (3, 1)"),
        "all zero": ([(0 * W1, b1), (0 * W2, 0 * b2)], "logits are (0, 0)"),
        "flat": ([W1, b1, W2, b2], "list of two pairs"),
        "words": ([("W1", "b1"), ("W2", "b2")], "arrays of numbers"),
        "infinite": ([(W1, b1), (W2 + np.inf, b2)], "not finite"),
    },
    "slant": {
        "rows per column": (rows_per_column, "rows per column"),
        "sign": (sign_turned, "sign is wrong"),
        "unweighted": (unweighted, "Weigh it by its ink"),
        "no ink": (without_ink(above=False, below=False), "missing from both sums"),
        "no ink above": (without_ink(above=False), "missing from the sum of (i - r)(j - c)"),
        "no ink below": (without_ink(below=False), "missing from the sum of (i - r)²"),
        "r and c swapped": (center_swapped, "changed places"),
        "from the corner": (from_the_corner, "from the corner"),
        "from the middle": (from_the_middle, "middle of the field"),
        "covariance": (covariance, "spread of the rows"),
        "mixed sum alone": (mixed_alone, "mixed sum alone"),
        "correlation": (correlation, "correlation"),
        "angle": (lambda image: math.atan(with_loops(image)), "radians"),
        "degrees": (in_degrees, "degrees"),
        "one row": (without_a_case_for_one_row, "ZeroDivisionError", 2),
        "one row in NumPy": (without_a_case_in_numpy, "Return 0 for it", 2),
        "in place": (normalizes_in_place, "changed its first argument"),
        "one per row": (one_per_row, "has shape (28,), but one number"),
    },
}

RIGHT = {
    "ceiling": [5 / 6, 0.8333, np.float32(0.83)],
    "three-units": [
        (  # x1 in place of x2, as lists and tuples
            (([[1, -1, 1], [1, 1, 0]], [0, 0, 1]), ([[0, -2], [0, 2], [0, 2]], [0, -2])),
        ),
        [(W1, np.array([0.0, 0, 5])), (W2, np.array([10.0, 0]))],
        [(3 * W1, 3 * b1), (W2[:, ::-1] * -1, -3 * b2[::-1])],
        [(W1.astype(np.float32), b1.astype(np.float32)), (W2 - 1, b2)],
    ],
    "slant": [with_loops, by_shifting_moments, by_covariance, by_matrix_products],
}
