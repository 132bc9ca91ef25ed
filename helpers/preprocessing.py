"""From a drawing to an image like MNIST's: crop, resize, center (chapter 09).

The makers of MNIST fitted each digit into a box of 20 by 20 pixels, keeping its aspect, and put
that box into a field of 28 by 28 so that the center of mass lies at pixel (14, 14).
LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

import numpy as np

from .validation import check_array, check_count, checked

BOX = 20  # pixels of a digit's longer side
FIELD = 28  # pixels of an image's side
NO_INK = "there is no ink: draw something first"


def _check_image(image, name="image"):
    check_array(image, name, ndim=2)
    low, high = image.min(), image.max()
    if not (low >= 0 and high <= 1):  # also true for NaN
        raise ValueError(
            f"{name} must lie in 0 (paper) to 1 (ink), got {low:g} to {high:g}; "
            "normalize(pixels) divides pixel values by 255"
        )


def _check_ink(ink, name="ink"):
    _check_image(ink, name)
    if not ink.any():
        raise ValueError(NO_INK)


def _check_resize(image, height, width):
    _check_image(image)
    check_count(height, "height")
    check_count(width, "width")


def _check_mass(image):
    _check_ink(image, "image")


def _check_place(image, size=FIELD):
    _check_ink(image, "image")
    check_count(size, "size")
    if max(image.shape) > size:
        raise ValueError(f"image of shape {image.shape} does not fit into {size} by {size} pixels")


@checked(_check_ink)
def crop_to_ink(ink):
    """Cut away the empty rows and columns around a drawing.

    Parameters
    ----------
    ink : ndarray, shape (height, width)
        A drawing, 0 for paper to 1 for full ink.

    Returns
    -------
    ndarray
        The smallest rectangle that holds all of the ink: a view of `ink`, not a copy.

    Raises
    ------
    ValueError
        When there is no ink.

    Examples
    --------
    >>> ink = np.zeros((5, 5))
    >>> ink[1:4, 2] = 1
    >>> crop_to_ink(ink).shape
    (3, 1)
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@checked(_check_resize)
def resize(image, height, width):
    """Shrink or enlarge an image; each new pixel is the average of the area that it covers.

    Eq. (9.3).

    Two matrices do it: one averages rows, the other columns. The mean of all pixels stays.

    Parameters
    ----------
    image : ndarray, shape (old height, old width)
        Values in [0, 1].
    height, width : int
        Size of the new image in pixels.

    Returns
    -------
    ndarray of float32, shape (height, width)

    Examples
    --------
    >>> resize(np.array([[0, 1, 1, 1], [0, 1, 0, 0.0]]), 1, 2)
    array([[0.5, 0.5]], dtype=float32)
    """
    R, C = _averages(image.shape[0], height), _averages(image.shape[1], width)
    return (R @ image @ C.T).astype(np.float32)


def _averages(old, new):
    """Return the matrix (new, old) whose row i averages the i-th of `new` equal parts."""
    edges = np.linspace(0, old, new + 1)
    low, high = edges[:-1, None], edges[1:, None]
    pixel = np.arange(old)
    overlap = np.minimum(high, pixel + 1) - np.maximum(low, pixel)
    return np.maximum(overlap, 0) * new / old


@checked(_check_mass)
def center_of_mass(image):
    """Find the point at which the ink of an image balances.

    Eq. (9.1).

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Values in [0, 1], not all 0.

    Returns
    -------
    row, column : float
        The mean of the pixels' positions, each weighted by its ink. Pixels count from 0: a single
        pixel of ink at image[14, 14] has its center of mass at (14.0, 14.0).

    Raises
    ------
    ValueError
        When there is no ink.

    Examples
    --------
    >>> center_of_mass(np.array([[0, 0.5], [0, 0.5]]))
    (0.5, 1.0)
    """
    height, width = image.shape
    mass = image.sum(dtype=np.float64)
    row = image.sum(axis=1, dtype=np.float64) @ np.arange(height) / mass
    column = image.sum(axis=0, dtype=np.float64) @ np.arange(width) / mass
    return float(row), float(column)


@checked(_check_place)
def place_by_mass(image, size=FIELD):
    """Put an image into an empty field so that its center of mass comes to the middle.

    Eq. (9.2).

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Values in [0, 1], not all 0; at most `size` pixels high and wide.
    size : int
        Pixels of the field's side.

    Returns
    -------
    ndarray of float32, shape (size, size)
        The image, moved by whole pixels: its center of mass is at most half a pixel from pixel
        (size // 2, size // 2) in either direction, as in all of MNIST. Only where the image would
        leave the field, it stops at the border.

    Raises
    ------
    ValueError
        When there is no ink, or the image is larger than the field.

    Examples
    --------
    >>> place_by_mass(np.array([[0, 1.0]]), size=4)
    array([[0., 0., 0., 0.],
           [0., 0., 0., 0.],
           [0., 0., 1., 0.],
           [0., 0., 0., 0.]], dtype=float32)
    """
    field = np.zeros((size, size), np.float32)
    room = np.subtract(field.shape, image.shape)
    top, left = np.rint(size // 2 - np.array(center_of_mass(image))).astype(int).clip(0, room)
    field[top : top + image.shape[0], left : left + image.shape[1]] = image
    return field


@checked(_check_ink)
def center_digit(ink):
    """Prepare a drawing as the images of MNIST were prepared.

    Crop to the ink; scale so that the longer side has 20 pixels, keeping the aspect; put the center
    of mass at the middle of 28 by 28 pixels. A network that has been trained on MNIST expects
    nothing else.

    Parameters
    ----------
    ink : ndarray, shape (height, width)
        A drawing of any size, 0 for paper to 1 for full ink.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        Its `.reshape(1, 784)` is one example for the network.

    Raises
    ------
    ValueError
        When there is no ink.

    Examples
    --------
    >>> ink = np.zeros((100, 100))
    >>> ink[60:100, 5:15] = 1  # a bar in a corner: 40 by 10
    >>> image = center_digit(ink)
    >>> image.shape, crop_to_ink(image).shape, center_of_mass(image)
    ((28, 28), (20, 5), (13.5, 14.0))
    """
    digit = crop_to_ink(ink)
    scale = BOX / max(digit.shape)
    height, width = (max(1, round(scale * side)) for side in digit.shape)
    return place_by_mass(resize(digit, height, width))
