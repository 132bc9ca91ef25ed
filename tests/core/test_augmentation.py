"""Augmentation against loops over pixels, and what must hold whatever the random numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import affine_maps, bilinear, random_shifts, random_warps, shift, smooth_bumps

NOTHING = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0}
STRENGTHS = ["rotation", "scale", "shear", "shift", "elastic"]
sides = st.integers(1, 9)
seeds = st.integers(0, 99)


def images(m, side, seed=0):
    return np.random.default_rng(seed).random((m, side * side), dtype=np.float32)


def moved(image, dx, dy):
    """Move an image of shape (side, side) with np.roll, then empty what came around."""
    side = len(image)
    image = np.roll(image, (dy, dx), axis=(0, 1))
    image[: max(dy, 0)] = image[side + min(dy, 0) :] = 0
    image[:, : max(dx, 0)] = image[:, side + min(dx, 0) :] = 0
    return image


def read(image, x, y):
    """Bilinear look-up of one point: each pixel weighs what its tent has at the point."""
    weigh = lambda d: max(0, 1 - abs(d))  # noqa: E731
    return sum(weigh(x - i) * weigh(y - j) * image[j, i] for j, i in np.ndindex(image.shape))


def offsets(side):
    """The points of an image, measured from its center: x and y of shape (side * side,)."""
    y, x = np.mgrid[:side, :side].reshape(2, -1) - (side - 1) / 2
    return x, y


# shifts


@given(sides, seeds, st.data())
def test_shift_is_roll_with_zeros_and_each_image_has_its_own(side, seed, data):
    X = images(20, side, seed)  # 20: more than a slice
    whole = st.lists(st.integers(-side, side), min_size=20, max_size=20)
    dx, dy = np.array(data.draw(whole)), np.array(data.draw(whole))
    got = shift(X, dx, dy)
    for x, new, right, down in zip(X, got, dx, dy, strict=True):
        assert np.array_equal(new, moved(x.reshape(side, side), right, down).ravel())
    assert (got.dtype, got.shape) == (np.float32, X.shape)


def test_one_shift_for_all_images():
    X = images(3, 5)
    assert np.array_equal(shift(X, 1, -2), shift(X, np.full(3, 1), np.full(3, -2)))


def test_random_shifts_are_all_shifts_about_equally_often(rng):
    X = np.zeros((9000, 49), np.float32)
    X[:, 24] = 1  # the middle of 7 by 7
    counts = random_shifts(X, 1, rng).sum(axis=0, dtype=int).reshape(7, 7)
    assert counts.sum() == counts[2:5, 2:5].sum() == 9000
    assert np.abs(counts[2:5, 2:5] - 1000).max() < 5 * math.sqrt(1000)


def test_shifts_of_no_pixels_change_nothing(rng):
    X = images(20, 28)
    assert np.array_equal(random_shifts(X, 0, rng), X)


# look-up


@given(sides, seeds)
def test_bilinear_point_by_point_inside_and_outside(side, seed):
    rng = np.random.default_rng(seed)
    X = images(3, side, seed)
    x, y = rng.uniform(-3, side + 2, (2, 3, side * side))
    x[0], y[1] = x[0].round(), y[1].round()  # also exactly on pixels and on the border
    got = bilinear(X, x, y)
    for i, p in np.ndindex(got.shape):
        assert got[i, p] == pytest.approx(
            read(X[i].reshape(side, side), x[i, p], y[i, p]), abs=1e-6
        )
    assert got.dtype == np.float32


def test_bilinear_at_the_pixels_themselves_changes_nothing():
    X = images(4, 6)
    x, y = (np.tile(c + 2.5, (4, 1)) for c in offsets(6))
    assert np.array_equal(bilinear(X, x, y), X)


def test_bilinear_far_outside_is_paper():
    far = np.array([[-1e9, 1e9, 5.0, -1.0]])
    assert not bilinear(np.ones((1, 4), np.float32), far, far).any()


# affine maps


def corners(A):
    """Where a map takes the points (0, 0), (1, 0) and (0, 1)."""
    points = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1]])
    return (points @ A[:, 0].T).round(12).tolist()


def one_map(rotation=0.0, scale=(1.0, 1.0), shear=0.0, shift=(0.0, 0.0)):
    return affine_maps(
        np.array([rotation]), np.array([scale]), np.array([shear]), np.array([shift])
    )


def test_affine_maps_do_one_thing_each():
    assert corners(one_map()) == [[0, 0], [1, 0], [0, 1]]
    assert corners(one_map(rotation=90.0)) == [[0, 0], [0, 1], [-1, 0]]
    assert corners(one_map(scale=(2.0, 3.0))) == [[0, 0], [2, 0], [0, 3]]
    assert corners(one_map(shear=0.5)) == [[0, 0], [1, 0], [0.5, 1]]
    assert corners(one_map(shift=(4.0, -5.0))) == [[4, -5], [5, -5], [4, -4]]


def test_affine_maps_scale_first_then_shear_then_rotate():
    got = one_map(30.0, (1.1, 0.8), 0.3, (2.0, 1.0))[:, 0]
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    matrix = np.array([[c, -s], [s, c]]) @ [[1, 0.3], [0, 1]] @ np.diag([1.1, 0.8])
    assert np.allclose(got, np.column_stack([matrix, [2, 1]]))


@pytest.mark.parametrize("side", [5, 28])
def test_rotation_by_90_degrees_is_counterclockwise(side):
    X = images(1, side)
    A = one_map(rotation=90.0)
    x, y = A[:, 0] @ [*offsets(side), np.ones(side**2)] + (side - 1) / 2
    expected = np.rot90(X.reshape(side, side)).ravel()
    assert np.allclose(bilinear(X, x[None], y[None])[0], expected, atol=1e-5)


# smooth bumps


@pytest.mark.parametrize(("side", "smoothness"), [(28, 4), (28, 1), (14, 3.5), (5, 100)])
def test_bumps_give_every_pixel_the_same_spread(side, smoothness):
    bumps = smooth_bumps(side, smoothness)
    assert np.allclose((bumps**2).sum(axis=0), 1)
    symmetric = bumps.sum(axis=0).reshape(side, side)
    assert np.allclose(symmetric, symmetric[::-1, ::-1])
    assert np.allclose(symmetric, symmetric.T)


def test_neighbors_move_together_and_far_pixels_do_not():
    together = (smooth_bumps(28, 4)[:, 14 * 28 + 14] @ smooth_bumps(28, 4)).reshape(28, 28)
    # two bell curves at a distance d, multiplied and summed: exp(-(d / 4)² / 4)
    for d in range(14):
        assert together[14, 14 + d] == pytest.approx(math.exp(-((d / 4) ** 2) / 4), abs=0.02)


# warps


def test_warps_without_strength_return_the_images(rng, mnist):
    X = mnist[0][:50]
    warped = random_warps(X, rng, **NOTHING)
    assert np.array_equal(warped, X)
    assert not np.shares_memory(warped, X)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_every_strength_changes_every_image(strength, rng, mnist):
    X = mnist[0][:50]
    warped = random_warps(X, rng, **NOTHING | {strength: 0.5 if strength != "rotation" else 20})
    assert (np.abs(warped - X).max(axis=1) > 0.05).all()


def centers(X):
    """Centers of mass, x and y of shape (m,)."""
    x, y = offsets(28)
    return X @ x / X.sum(axis=1), X @ y / X.sum(axis=1)


def disks():
    x, y = offsets(28)
    return np.tile(np.float32(x**2 + y**2 < 25), (2000, 1))


def test_shift_is_uniform_up_to_its_strength(rng):
    for moved_by in centers(random_warps(disks(), rng, **NOTHING | {"shift": 3})):
        assert np.abs(moved_by).max() <= 3.001
        assert moved_by.std() == pytest.approx(3 / math.sqrt(3), rel=0.05)


def test_scale_is_uniform_up_to_its_strength(rng):
    area = random_warps(disks(), rng, **NOTHING | {"scale": 0.2}).sum(axis=1) / disks()[0].sum()
    assert area.min() >= 1 / 1.2**2 - 0.02
    assert area.max() <= 1 / 0.8**2 + 0.02
    assert area.max() > 1.3  # that takes both factors near 0.8


def test_rotation_is_uniform_up_to_its_strength(rng):
    x, y = offsets(28)
    bar = np.tile(np.float32((np.abs(y) < 2) & (np.abs(x) < 12)), (2000, 1))
    turned = random_warps(bar, rng, **NOTHING | {"rotation": 30})
    angle = np.degrees(np.arctan2(2 * turned @ (x * y), turned @ (x**2 - y**2))) / 2
    assert np.abs(angle).max() <= 30.5
    assert angle.std() == pytest.approx(30 / math.sqrt(3), rel=0.05)


def test_elastic_is_the_spread_of_the_displacement_in_pixels(rng):
    """Images that are ramps: what is read at a point is where it was read."""
    x, _ = offsets(28)
    ramp = np.tile(np.float32((x + 13.5) / 27), (2000, 1))
    warped = random_warps(ramp, rng, **NOTHING | {"elastic": 1.5}).reshape(-1, 28, 28)
    spread = (warped * 27).std(axis=0)[8:20, 8:20]  # away from the border
    assert np.allclose(spread, 1.5, rtol=0.1)


def test_elastic_moves_x_and_y_independently():
    ramps = [np.tile(np.float32((c + 13.5) / 27), (500, 1)) for c in offsets(28)]
    settings = NOTHING | {"elastic": 1}
    dx, dy = (random_warps(R, np.random.default_rng(0), **settings)[:, 400] for R in ramps)
    assert abs(np.corrcoef(dx, dy)[0, 1]) < 0.2


def test_mass_stays_about_the_same(rng, mnist):
    X = mnist[0][:2000]
    warped = random_warps(X, rng)
    assert warped.sum() == pytest.approx(X.sum(), rel=0.03)
    assert warped.min() >= 0
    assert warped.max() <= 1


FUNCTIONS = {
    "random_shifts": lambda X, rng: random_shifts(X, 2, rng),
    "random_warps": lambda X, rng: random_warps(X, rng),
    "shift": lambda X, rng: shift(X, rng.integers(-3, 4, len(X)), 1),
}
functions = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@functions
def test_no_image_influences_another(function):
    X = images(40, 28)
    other = X.copy()
    other[[3, 20]] = 0
    before, after = (function(part, np.random.default_rng(1)) for part in (X, other))
    changed = (before != after).any(axis=1)
    assert np.flatnonzero(changed).tolist() == [3, 20]
    assert not after[[3, 20]].any()


@functions
def test_each_image_has_random_numbers_of_its_own(function):
    same = np.tile(images(1, 28), (40, 1))
    assert len(np.unique(function(same, np.random.default_rng(0)), axis=0)) > 5


@functions
def test_the_same_seed_gives_the_same_images(function):
    X = images(40, 28)
    first, again, other = (function(X, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@functions
def test_the_input_is_not_changed_and_float32_comes_back(function):
    X = np.float64(images(40, 14))
    before = X.copy()
    X.flags.writeable = False
    new = function(X, np.random.default_rng(0))
    assert (new.dtype, new.shape) == (np.float32, X.shape)
    assert np.array_equal(X, before)
