"""Exercises of chapter 09: what can be known, three units for xor, the slant of a digit."""

import numpy as np

from .frame import (
    SOMEWHERE,
    Wrong,
    attempt,
    end_if_wrong,
    exercise,
    expect,
    expect_number,
    expect_params,
    part,
    remark_if_slow,
)

ONE_ROW = "In a single row no ink is higher or lower: 0 is divided by 0. Return 0 for it."

FAR, NEAR = "for points at least 0.5 from both axes", "for those nearer to an axis"


@exercise
def check_ceiling(share, rng):
    """Largest share right for classes spread evenly over [0, 3] and [2, 4], equally frequent."""
    slips = [
        (19 / 24, "Between 2 and 3 that tosses a coin, or cuts in the middle. There one class lies "
         "denser than the other: each has the density 1 over its length."),
        (3 / 4, "Between 2 and 3 that answers class 0. Which class lies denser there?"),
        (1 / 6, "That is the share that is wrong."),
        (5 / 3, "Each class makes up half of the points, so each share counts one half."),
        (7 / 8, "That takes the points as spread evenly from 0 to 4. But the two classes have "
         "different heights: each has the density 1 over its length."),
        (2 / 3, "That is the share of class 0 that is right. Class 1 makes up the other half."),
        (7 / 12, "That gives up all points between 2 and 3. One class is still right there."),
        (1.0, "Between 2 and 3 lie points of both classes. No rule gets all of these right."),
        (250 / 3, "A share lies between 0 and 1: that is in percent."),
    ]
    meaning = "the share of all points that the best rule gets right, to two decimals"
    expect_number(share, 5 / 6, meaning, slips, tolerance=0.005)
    return ("the best threshold is 2, where class 1 begins: 2/3 of class 0 and all of class 1. A "
            "network that gets more on its training points knows some by heart, or was lucky.")


@exercise
def check_three_units(params, rng):
    """Parameters [(W1, b1), (W2, b2)] of three ReLU units that answer xor."""
    (W1, b1), (W2, b2) = _two_layers(params)
    ends = np.array([0.05, 1])
    corners = np.array([(x1, x2) for x1 in (*ends, *-ends) for x2 in (*ends, *-ends)])
    X = rng.uniform(0.05, 1, (10_000, 2)) * rng.choice([-1, 1], (10_000, 2))
    X = np.concatenate([corners, X])
    y = (X[:, 0] * X[:, 1] < 0).astype(int)
    Z = np.maximum(0, X @ W1 + b1) @ W2 + b2
    wrong = Z.argmax(axis=1) != y
    if wrong.all():
        raise Wrong("every point is wrong: the classes have changed places. Swap the columns of "
                    "W2, b2.")
    far = (np.abs(X) >= 0.5).all(axis=1)
    for name, points, those in (FAR, 2, wrong & far), (NEAR, 1, wrong):
        with part(name, points, on_top=name == NEAR):
            if those.any():
                first = np.flatnonzero(wrong)[-1]
                (x1, x2), (z0, z1) = X[first], Z[first]
                raise Wrong(f"{1 - wrong.mean():.0%} of {len(y):,} points are right. At x = "
                            f"({x1:.2f}, {x2:.2f}), of class {y[first]}, the logits are ({z0:.3g}, "
                            f"{z1:.3g}).{_where(X[wrong])}")
    return "all points right with 3 · 3 + 4 · 2 = 17 parameters, and nothing was trained."


def _two_layers(params):
    """Return the parameters as float64 arrays of the right shapes."""
    pairs = expect_params("your parameters", params, 2)
    layers = []
    for l, (pair, shape) in enumerate(zip(pairs, [(2, 3), (3, 2)], strict=True), start=1):
        try:
            W, b = (np.asarray(part, dtype=float) for part in pair)
        except (TypeError, ValueError) as error:
            raise Wrong(f"W{l} and b{l} must be arrays of numbers: {error}") from error
        for name, array, expected in ("W", W, shape), ("b", b, shape[1:]):
            if array.shape != expected:
                raise Wrong(f"{name}{l} has shape {array.shape}, expected {expected}: {shape[0]} "
                            f"numbers come in, {shape[1]} go out, and a unit is a column of W.")
            if not np.isfinite(array).all():
                raise Wrong(f"{name}{l} contains numbers that are not finite.")
        layers.append((W, b))
    return layers


def _where(X):
    """Say in which half or quarter of the plane all of these points lie, if they do."""
    halves = [f"x{i + 1} {relation}" for i in (0, 1)
              for relation, sign in (("< 0", -1), ("> 0", 1)) if (sign * X[:, i] > 0).all()]
    return f" All points that are wrong have {' and '.join(halves)}." if halves else ""


@exercise
def check_slant(slant, rng):
    """Columns to the right per row down, of an image's ink."""
    for shape in [(28, 28), (9, 5), (5, 9), (6, 6), (2, 3), (112, 112)]:
        image = _stroke(shape, rng).astype(np.float32)
        what = f"your result for an image of shape {shape}"
        with part("for strokes of several rows and columns", 2):
            got = attempt(slant, image)
            if np.ndim(got):
                raise Wrong(f"{what} has shape {np.shape(got)}, but one number describes an image.")
            expect(what, got, _slant(image), _slips(image), tolerance=1e-4)
    for image, expected, words in [
        (np.eye(5), 1.0, "a stroke from the upper left to the lower right"),
        (np.eye(4)[::-1].copy(), -1.0, "a stroke from the upper right to the lower left"),
        (rng.uniform(0.1, 1, (4, 1)), 0.0, "an upright stroke of one column"),
        (rng.uniform(0.1, 1, (1, 6)), 0.0, "an image of a single row"),
    ]:
        with part("for a single row or column", on_top=True):
            got = attempt(slant, image, warned=ONE_ROW if len(image) == 1 else SOMEWHERE)
            expect(f"your result for {words}", got, expected, tolerance=1e-4)
    end_if_wrong()
    slow = remark_if_slow(slant, _slant, _stroke((112, 112), rng))
    return ("for images of any shape. Move each row i back by k (i - r) columns, and the digit "
            "stands upright; this is called deskewing." + slow)


def _stroke(shape, rng):
    """Make an image with a leaning stroke of uneven ink, some paper and some blots."""
    height, width = shape
    image = rng.uniform(0, 0.3, shape) * (rng.random(shape) < 0.2)
    for i in range(height):
        image[i, round(i * (width - 1) / (height - 1) * 0.7)] = rng.uniform(0.3, 1)
    return image


def _moments(image, r, c):
    """Return the moments row-row, row-column and column-column about row r and column c."""
    i, j = np.indices(image.shape)
    down, right = i - r, j - c
    pairs = (down, down), (down, right), (right, right)
    return [float((P * Q * image).sum(dtype=float)) for P, Q in pairs]


def _center(image):
    i, j = np.indices(image.shape)
    mass = image.sum(dtype=float)
    return (i * image).sum(dtype=float) / mass, (j * image).sum(dtype=float) / mass


def _slant(image):
    rows, mixed, _ = _moments(image, *_center(image))
    return mixed / rows if rows else 0.0


def _slips(image):
    height, width = image.shape
    k = _slant(image)
    rows, mixed, columns = _moments(image, *_center(image))
    corner_rows, corner_mixed, _ = _moments(image, 0, 0)
    middle_rows, middle_mixed, _ = _moments(image, (height - 1) / 2, (width - 1) / 2)
    paper_rows, paper_mixed, _ = _moments(np.ones_like(image), *_center(image))
    turned_rows, turned_mixed, _ = _moments(image, *_center(image)[::-1])
    slips = [
        (-k, "the sign is wrong: going down, ink that moves to the right counts as positive."),
        (_slant((image > 0).astype(float)), "every inked pixel counts alike. Weigh it by its ink."),
        (corner_mixed / corner_rows, "i and j count from the corner. Take r and c off them first."),
        (middle_mixed / middle_rows,
         "i and j count from the middle of the field, not from the center of mass."),
        (paper_mixed / paper_rows, "the ink p is missing from both sums."),
        (mixed / paper_rows, "the ink p is missing from the sum of (i - r)²."),
        (paper_mixed / rows, "the ink p is missing from the sum of (i - r)(j - c)."),
        (turned_mixed / turned_rows,
         "r and c have changed places: `center_of_mass` returns the row first."),
        (mixed / image.sum(dtype=float), "that is still to be divided by the spread of the rows."),
        (mixed, "that is the mixed sum alone. Divide it by the sum of (i - r)² p."),
        (np.arctan(k), "that is an angle in radians. Columns per row are asked."),
        (np.degrees(np.arctan(k)), "that is an angle in degrees. Columns per row are asked."),
    ]
    if columns:
        slips += [
            (mixed / columns, "that is divided by the spread of the columns: rows per column."),
            (mixed / np.sqrt(rows * columns), "that is the correlation. Divide by the rows alone."),
        ]
    return slips
