"""New training images out of old ones: shifts, affine maps, elastic warps (chapter 11).

Each function asks, for every pixel of the new image, where in the old one its ink comes from.
Coordinates are in pixels, x to the right and y down, from 0 at the center of the first pixel.
What lies outside of an image is paper, 0.
"""

import math

import numpy as np

SLICE = 16  # images at a time: what they need stays in the processor's cache, twice as fast


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


def shift(X, dx, dy):
    """Move images (m, n) by whole pixels, one pair for all or one for each; zeros come in.

    >>> image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) / 10
    >>> shift(image.reshape(1, 9), dx=1, dy=0).reshape(3, 3)
    array([[0. , 0.1, 0.2],
           [0. , 0.4, 0.5],
           [0. , 0.7, 0.8]], dtype=float32)
    """
    # as indices: 32-bit platforms refuse int64 for them, which random numbers are
    dx, dy = (np.broadcast_to(np.asarray(d, np.intp), len(X)) for d in (dx, dy))
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


def random_shifts(X, pixels, rng):
    """Move each image by whole pixels of its own, at most `pixels` in x and in y."""
    dx, dy = rng.integers(-pixels, pixels, (2, len(X)), endpoint=True)
    return shift(X, dx, dy)


def bilinear(X, x, y):
    """Read images (m, n) at the columns x and rows y, each (m, n). Eq. (11.16).

    Each value is the mean of the four pixels around the point, weighted by how near they are.
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


def affine_maps(rotation, scale, shear, shift):
    """Coefficients (2, m, 3) of maps that rotate, shear, scale and shift images. Eq. (11.15).

    A map takes a point of the new image, measured from the center, to the point of the old image
    where its ink comes from. So a scale above 1 makes the digit smaller, and a shift to the right
    moves the digit to the left. Rotations are in degrees, counterclockwise; shears in pixels of x
    for each pixel in y; scales and shifts, (m, 2), in x and in y.
    """
    cos, sin = np.cos(np.radians(rotation)), np.sin(np.radians(rotation))
    scale_x, scale_y = scale.T
    x = [cos * scale_x, (cos * shear - sin) * scale_y, shift[:, 0]]
    y = [sin * scale_x, (sin * shear + cos) * scale_y, shift[:, 1]]
    return np.stack([np.stack(x, axis=1), np.stack(y, axis=1)])


def smooth_bumps(side, smoothness):
    """Bell curves (bumps, side²) on a grid: with random heights their sum is smooth. Eq. (11.17).

    Neighbors are `smoothness` pixels apart, which is also the standard deviation of each. The
    squares sum to 1 at every pixel, so heights of deviation 1 give a field of deviation 1.

    Simard, Steinkraus and Platt (2003) blur a field of random pixels, with standard deviation 4.
    That is a bump at each pixel; one every few pixels gives nearly the same fields.
    """
    centers = np.arange(0, side + smoothness, smoothness)
    pixels = np.arange(side) - (side - 1) / 2
    distance = pixels - (centers - centers.mean())[:, None]
    bell = np.exp(-((distance / smoothness) ** 2) / 2)
    bumps = np.kron(bell, bell)  # every bell in y times every bell in x
    return bumps / np.linalg.norm(bumps, axis=0)


def random_warps(X, rng, *, rotation=15, scale=0.15, shear=0.15, shift=1, elastic=1, smoothness=4):
    """Warp each image by an affine map and a smooth displacement. Eqs. (11.15), (11.16), (11.17).

    At most: `rotation` degrees either way, `scale` as a fraction (0.1 gives factors from 0.9 to
    1.1), `shear` pixels in x for each in y, `shift` pixels; `elastic` is the displacement's
    standard deviation in pixels, and `smoothness` the pixels over which it changes. With all
    strengths 0 the images come back unchanged.

    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis" (2003).
    """
    m, side = len(X), _side(X)
    center = (side - 1) / 2
    y, x = np.mgrid[:side, :side].reshape(2, -1) - center
    basis = np.concatenate([[x, y, np.ones(side**2)], smooth_bumps(side, smoothness)])
    affine = affine_maps(
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
        warped[part] = bilinear(X[part], x, y)
    return warped
