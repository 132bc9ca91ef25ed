"""Small data sets with two inputs, whose decision boundary fits on a page (chapter 09)."""

import numpy as np

from .validation import check_choice, check_count, check_rng, checked, describe

SHAPES = {"spirals": 2, "moons": 2, "circles": 2, "clusters": 3, "xor": 2}  # and their classes


def _check_points(shape, m, noise, rng):
    check_choice(shape, "shape", SHAPES)
    check_count(m, "m", minimum=SHAPES[shape])
    if not isinstance(noise, (int, float)) or not 0 <= noise <= 10:
        raise ValueError(f"noise must be a number from 0 to 10, got {describe(noise)}")
    check_rng(rng)


@checked(_check_points)
def points(shape, m, noise, rng):
    """Draw m points of two or three classes in the plane.

    Parameters
    ----------
    shape : {"spirals", "moons", "circles", "clusters", "xor"}
        How the classes lie. Each needs something else of a network: "clusters" can be told apart
        by straight lines, "xor" by two of them together, "spirals" by many.
    m : int
        Number of points, as evenly as possible from each class.
    noise : float
        Standard deviation of what is added to each coordinate; without it, the points of
        all shapes lie within [-1, 1].
    rng : numpy.random.Generator
        For places and noise.

    Returns
    -------
    X : ndarray of float32, shape (m, 2)
        Coordinates.
    y : ndarray of int64, shape (m,)
        Classes, from 0.

    Examples
    --------
    >>> X, y = points("moons", 200, noise=0.1, rng=np.random.default_rng(0))
    >>> X.shape, np.bincount(y)
    ((200, 2), array([100, 100]))
    """
    y = np.arange(m) % SHAPES[shape]
    t = rng.random(m)
    if shape == "spirals":
        radius, angle = 0.1 + 0.9 * t, 2 * np.pi * t + np.pi * y
    elif shape == "circles":
        radius, angle = np.where(y == 0, 0.45, 1), 2 * np.pi * t
    else:
        radius, angle = 1, np.pi * t
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    if shape == "moons":  # two half circles, the second turned over and moved into the first
        sign = np.where(y == 0, 1, -1)[:, None]
        X = sign * (0.65 * X - [0.3, 0.15])
    elif shape == "clusters":
        corners = 2 * np.pi * np.arange(3) / 3 + np.pi / 2
        X = 0.7 * np.column_stack([np.cos(corners), np.sin(corners)])[y]
        X = X + rng.uniform(-0.25, 0.25, (m, 2))
    elif shape == "xor":  # two opposite quarters of a square each
        first, second = 0.05 + 0.95 * rng.random((2, m))
        sign = rng.choice([-1, 1], m)
        X = np.column_stack([sign * first, np.where(y == 0, sign, -sign) * second])
    X = X + noise * rng.standard_normal((m, 2))
    return X.astype(np.float32), y
