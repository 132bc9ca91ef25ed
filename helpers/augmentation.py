"""New training images out of old ones: shifts, affine maps, elastic warps (chapter 11).

Each function asks, for every pixel of the new image, where in the old one its ink comes from.
Coordinates are in pixels, x to the right and y down, from 0 at the center of the first pixel.
What lies outside of an image is paper, 0.
"""

import math

import numpy as np

from .validation import (
    check_array,
    check_count,
    check_finite,
    check_fraction,
    check_not_negative,
    check_rng,
    checked,
)

SLICE = 16  # images at a time: what they need stays in the processor's cache, twice as fast


def _check_images(X):
    check_array(X, "X", ndim=2)
    low, high = X.min(), X.max()
    if not (low >= 0 and high <= 1):  # also true for NaN
        raise ValueError(
            f"X must lie in 0 (paper) to 1 (ink), got {low:g} to {high:g}; "
            "normalize(pixels) divides pixel values by 255"
        )
    if _side(X) ** 2 != X.shape[1]:
        raise ValueError(
            f"X must have square images as rows, such as 784 = 28 * 28 pixels, got {X.shape[1]}"
        )


def _check_shift(X, dx, dy):
    _check_images(X)
    for d, name in ((dx, "dx"), (dy, "dy")):
        d = np.asarray(d)
        if d.dtype.kind not in "iu":
            raise TypeError(f"{name} must hold whole numbers of pixels, got dtype {d.dtype}")
        if d.shape not in ((), (len(X),)):
            raise ValueError(f"{name} must be one number or {len(X)}, got shape {d.shape}")
        if abs(d).max() > _side(X):
            raise ValueError(f"{name} must lie in -{_side(X)} to {_side(X)}, got {d}")


def _check_random_shifts(X, pixels, rng):
    _check_images(X)
    check_count(pixels, "pixels", minimum=0)
    if pixels > _side(X):
        raise ValueError(f"pixels must be at most {_side(X)}, got {pixels}")
    check_rng(rng)


def _check_bilinear(X, x, y):
    _check_images(X)
    for coordinates, name in ((x, "x"), (y, "y")):
        check_array(coordinates, name)
        if coordinates.shape != X.shape:
            raise ValueError(f"{name} must have X's shape {X.shape}, got {coordinates.shape}")
        check_finite(coordinates, name)


def _check_affine_maps(rotation, scale, shear, shift):
    m = len(rotation) if isinstance(rotation, np.ndarray) and rotation.ndim else "m"
    arrays = {"rotation": rotation, "scale": scale, "shear": shear, "shift": shift}
    for name, array in arrays.items():
        check_array(array, name)
        shape = (m, 2) if name in ("scale", "shift") else (m,)
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
        check_finite(array, name)


def _check_smooth_bumps(side, smoothness):
    check_count(side, "side")
    check_not_negative(smoothness, "smoothness")
    if smoothness < 1:
        raise ValueError(f"smoothness must be at least 1 pixel, got {smoothness}")


def _check_random_warps(
    X, rng, *, rotation=15, scale=0.15, shear=0.15, shift=1, elastic=1, smoothness=4
):
    _check_images(X)
    check_rng(rng)
    check_not_negative(rotation, "rotation")
    check_fraction(scale, "scale")
    check_not_negative(shear, "shear")
    check_not_negative(shift, "shift")
    check_not_negative(elastic, "elastic")
    _check_smooth_bumps(_side(X), smoothness)


def _side(X):
    return math.isqrt(X.shape[1])


def _slices(X):
    return [slice(start, start + SLICE) for start in range(0, len(X), SLICE)]


def _on_paper(X, before, after):
    """Return images (m, width, width) with margins of zeros: before at the top and the left."""
    m, side = len(X), _side(X)
    paper = np.zeros((m, before + side + after, before + side + after), np.float32)
    paper[:, before : before + side, before : before + side] = X.reshape(m, side, side)
    return paper


@checked(_check_shift)
def shift(X, dx, dy):
    """Move images by whole pixels; zeros come in at the border.

    Parameters
    ----------
    X : ndarray, shape (m, n)
        Square images as rows, values in [0, 1].
    dx, dy : int or ndarray of int, shape (m,)
        Pixels to the right and down, one for all images or one for each.

    Returns
    -------
    ndarray of float32, shape (m, n)

    Examples
    --------
    >>> image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) / 10
    >>> shift(image.reshape(1, 9), dx=1, dy=0).reshape(3, 3)
    array([[0. , 0.1, 0.2],
           [0. , 0.4, 0.5],
           [0. , 0.7, 0.8]], dtype=float32)
    """
    dx, dy = np.broadcast_to(dx, len(X)), np.broadcast_to(dy, len(X))
    margin = int(max(abs(dx).max(), abs(dy).max()))
    side, width = _side(X), _side(X) + 2 * margin
    window = (width * np.arange(side)[:, None] + np.arange(side)).ravel()
    shifted = np.empty(X.shape, np.float32)
    for part in _slices(X):
        paper = _on_paper(X[part], margin, margin)
        first = width * (margin - dy[part]) + (margin - dx[part])  # where the window begins
        first += width**2 * np.arange(len(paper))
        shifted[part] = paper.take(first[:, None] + window)
    return shifted


@checked(_check_random_shifts)
def random_shifts(X, pixels, rng):
    """Move each image by whole pixels of its own, at most `pixels` in x and in y.

    Parameters
    ----------
    X : ndarray, shape (m, n)
        Square images as rows, values in [0, 1].
    pixels : int
        Each of the (2·pixels + 1)² shifts is as probable as the others.
    rng : numpy.random.Generator
        Source of the shifts.

    Returns
    -------
    ndarray of float32, shape (m, n)

    Examples
    --------
    >>> X = np.zeros((3, 784), np.float32)
    >>> random_shifts(X, 1, np.random.default_rng(0)).shape
    (3, 784)
    """
    dx, dy = rng.integers(-pixels, pixels, (2, len(X)), endpoint=True)
    return shift.unchecked(X, dx, dy)


@checked(_check_bilinear)
def bilinear(X, x, y):
    """Read images between their pixels.

    Eq. (11.16).

    Parameters
    ----------
    X : ndarray, shape (m, n)
        Square images as rows, values in [0, 1].
    x, y : ndarray, shape (m, n)
        For each new pixel the column and the row at which to read the old image of the same row
        of `X`.

    Returns
    -------
    ndarray of float32, shape (m, n)
        Each value is the mean of the four pixels around the point, weighted by how near they are.

    Examples
    --------
    >>> X = np.array([[0, 0.4, 0.6, 1]])  # an image of 2 by 2
    >>> x, y = np.array([[0, 0.5, 0.5, 2]]), np.array([[1, 0, 0.5, 0]])
    >>> bilinear(X, x, y)
    array([[0.6, 0.2, 0.5, 0. ]], dtype=float32)
    """
    side = _side(X)
    paper = _on_paper(X, 1, 2)
    width = paper.shape[2]
    x, y = np.clip(x, -1, side) + 1, np.clip(y, -1, side) + 1  # as coordinates on the paper
    left, top = np.floor(x), np.floor(y)
    u, v = x - left, y - top
    corner = (width * top + left).astype(int)
    corner += width**2 * np.arange(len(X))[:, None]
    ink = paper.ravel()
    above = (1 - u) * ink.take(corner) + u * ink[1:].take(corner)
    below = (1 - u) * ink[width:].take(corner) + u * ink[width + 1 :].take(corner)
    return ((1 - v) * above + v * below).astype(np.float32, copy=False)


@checked(_check_affine_maps)
def affine_maps(rotation, scale, shear, shift):
    """Coefficients of maps that rotate, shear, scale and shift, one map per image.

    Eq. (11.15).

    A map takes a point of the new image, measured from the center, to the point of the old image
    where its ink comes from. So a scale above 1 makes the digit smaller, and a shift to the right
    moves the digit to the left.

    Parameters
    ----------
    rotation : ndarray, shape (m,)
        Degrees by which the image turns counterclockwise.
    scale : ndarray, shape (m, 2)
        Factors of x and of y.
    shear : ndarray, shape (m,)
        Pixels in x for each pixel in y.
    shift : ndarray, shape (m, 2)
        Pixels in x and in y.

    Returns
    -------
    ndarray, shape (2, m, 3)
        For old x and old y, and each image: the factors of new x, new y and 1.

    Examples
    --------
    >>> quarter = affine_maps(np.array([90.0]), np.ones((1, 2)), np.zeros(1), np.zeros((1, 2)))
    >>> (quarter.round(6) + 0).tolist()
    [[[0.0, -1.0, 0.0]], [[1.0, 0.0, 0.0]]]
    """
    cos, sin = np.cos(np.radians(rotation)), np.sin(np.radians(rotation))
    scale_x, scale_y = scale.T
    x = [cos * scale_x, (cos * shear - sin) * scale_y, shift[:, 0]]
    y = [sin * scale_x, (sin * shear + cos) * scale_y, shift[:, 1]]
    return np.stack([np.stack(x, axis=1), np.stack(y, axis=1)])


@checked(_check_smooth_bumps)
def smooth_bumps(side, smoothness):
    """Bell curves on a grid, whose sum with random heights is a smooth random field.

    Eq. (11.17).

    Parameters
    ----------
    side : int
        Pixels of an image's side.
    smoothness : float
        Distance of neighboring bumps and standard deviation of each, in pixels, at least 1.

    Returns
    -------
    ndarray, shape (bumps, side * side)
        One bump per row, scaled so that the squares sum to 1 at every pixel. Then heights with
        standard deviation 1 give a field with standard deviation 1 everywhere.

    Notes
    -----
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis" (2003) blur a field of random pixels, with standard deviation 4.
    That is a bump at each pixel; one every few pixels gives nearly the same fields.

    Examples
    --------
    >>> bumps = smooth_bumps(28, 4)
    >>> bumps.shape, bool(np.allclose((bumps**2).sum(axis=0), 1))
    ((64, 784), True)
    """
    centers = np.arange(0, side + smoothness, smoothness)
    pixels = np.arange(side) - (side - 1) / 2
    distance = pixels - (centers - centers.mean())[:, None]
    bell = np.exp(-((distance / smoothness) ** 2) / 2)
    bumps = np.kron(bell, bell)  # every bell in y times every bell in x
    return bumps / np.linalg.norm(bumps, axis=0)


@checked(_check_random_warps)
def random_warps(X, rng, *, rotation=15, scale=0.15, shear=0.15, shift=1, elastic=1, smoothness=4):
    """Warp each image by an affine map and a smooth displacement of its own.

    Eqs. (11.15), (11.16), (11.17).

    With all strengths 0 the images come back unchanged.

    Parameters
    ----------
    X : ndarray, shape (m, n)
        Square images as rows, values in [0, 1].
    rng : numpy.random.Generator
        Source of all random numbers.
    rotation : float
        Largest angle in degrees, either way.
    scale : float
        Largest change of width and of height as a fraction: 0.1 gives factors from 0.9 to 1.1.
    shear : float
        Largest slant, pixels in x for each pixel in y.
    shift : float
        Largest shift in pixels, in x and in y.
    elastic : float
        Standard deviation in pixels of the smooth displacement, in x and in y.
    smoothness : float
        Pixels over which the displacement changes, at least 1.

    Returns
    -------
    ndarray of float32, shape (m, n)

    Notes
    -----
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis" (2003).

    Examples
    --------
    >>> X = np.zeros((3, 784), np.float32)
    >>> random_warps(X, np.random.default_rng(0), rotation=10, elastic=0.5).shape
    (3, 784)
    """
    m, side = len(X), _side(X)
    center = (side - 1) / 2
    y, x = np.mgrid[:side, :side].reshape(2, -1) - center
    basis = np.concatenate([[x, y, np.ones(side**2)], smooth_bumps.unchecked(side, smoothness)])
    affine = affine_maps.unchecked(
        rotation=rng.uniform(-rotation, rotation, m),
        scale=rng.uniform(1 - scale, 1 + scale, (m, 2)),
        shear=rng.uniform(-shear, shear, m),
        shift=rng.uniform(-shift, shift, (m, 2)) + center,  # back from the center to pixels
    )
    heights = elastic * rng.standard_normal((2, m, len(basis) - 3), dtype=np.float32)
    coefficients = np.concatenate([affine, heights], axis=2, dtype=np.float32)
    basis = basis.astype(np.float32)
    warped = np.empty(X.shape, np.float32)
    for part in _slices(X):
        x, y = coefficients[:, part] @ basis  # each of shape (images, n)
        warped[part] = bilinear.unchecked(X[part], x, y)
    return warped
