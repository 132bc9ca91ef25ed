"""The points in the plane: their classes lie where the picture of them says."""

import numpy as np
import pytest

from helpers.data import SHAPES, points


@pytest.mark.parametrize("shape", SHAPES)
def test_classes_are_even_and_without_noise_all_points_are_in_the_square(shape, rng):
    X, y = points(shape, 301, noise=0, rng=rng)
    assert X.shape == (301, 2)
    assert X.dtype == np.float32
    assert np.ptp(np.bincount(y, minlength=SHAPES[shape])) <= 1
    assert np.abs(X).max() <= 1 + 1e-6
    assert np.abs(X).max() > 0.7


@pytest.mark.parametrize("shape", SHAPES)
def test_noise_is_added_to_each_coordinate(shape):
    quiet, _ = points(shape, 2000, 0, np.random.default_rng(1))
    noisy, _ = points(shape, 2000, 0.2, np.random.default_rng(1))
    assert np.allclose((noisy - quiet).std(axis=0), 0.2, rtol=0.1)


def test_circles_have_two_radii(rng):
    X, y = points("circles", 100, 0, rng)
    assert np.allclose(np.hypot(*X.T), np.where(y == 0, 0.45, 1))


def test_xor_is_the_sign_of_the_product(rng):
    X, y = points("xor", 100, 0, rng)
    assert np.array_equal(y == 0, X[:, 0] * X[:, 1] > 0)


def test_the_arms_of_the_spirals_are_half_a_turn_apart(rng):
    X, y = points("spirals", 200, 0, rng)
    radius = np.hypot(*X.T)
    along = 2 * np.pi * (radius - 0.1) / 0.9
    angle = np.arctan2(X[:, 1], X[:, 0])
    assert np.allclose(np.cos(angle - along), np.where(y == 0, 1, -1), atol=1e-3)


def one_nearest_neighbor(X, y, X_other):
    distances = ((X_other[:, None] - X[None]) ** 2).sum(axis=2)
    return y[distances.argmin(axis=1)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_classes_can_be_told_apart(shape, rng):
    X, y = points(shape, 600, 0.02, rng)
    hits = one_nearest_neighbor(X[:300], y[:300], X[300:]) == y[300:]
    assert hits.mean() > 0.95
