"""From a drawing to an image like MNIST's: crop, resize, center (chapter 09).

The makers of MNIST fitted each digit into a box of 20 by 20 pixels, keeping its aspect, and put
that box into a field of 28 by 28 so that the center of mass lies at pixel (14, 14).
LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

import numpy as np

BOX = 20  # pixels of a digit's longer side
FIELD = 28  # pixels of an image's side


def crop_to_ink(ink):
    """The smallest rectangle that holds all ink: a view of the drawing, not a copy."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resize(image, height, width):
    """Shrink or enlarge: each new pixel is the average of the area that it covers. Eq. (9.3).

    Two matrices do it: one averages rows, the other columns. The mean of all pixels stays.

    >>> resize(np.array([[0, 1, 1, 1], [0, 1, 0, 0.0]]), 1, 2)
    array([[0.5, 0.5]], dtype=float32)
    """
    R, C = averages(image.shape[0], height), averages(image.shape[1], width)
    return (R @ image @ C.T).astype(np.float32)


def averages(old, new):
    """The matrix (new, old) whose row i averages the i-th of `new` equal parts."""
    edges = np.linspace(0, old, new + 1)
    low, high, i = edges[:-1, None], edges[1:, None], np.arange(old)
    overlap = np.minimum(high, i + 1) - np.maximum(low, i)
    return np.maximum(overlap, 0) * new / old


def center_of_mass(image):
    """Row and column at which the ink balances; a single pixel is its own center. Eq. (9.1).

    >>> center_of_mass(np.array([[0, 0.5], [0, 0.5]]))
    (0.5, 1.0)
    """
    height, width = image.shape
    mass = image.sum(dtype=float)
    r = image.sum(axis=1, dtype=float) @ np.arange(height) / mass
    c = image.sum(axis=0, dtype=float) @ np.arange(width) / mass
    return float(r), float(c)


def place_by_mass(image, size=FIELD):
    """Put an image into an empty field so that its center of mass comes to the middle. Eq. (9.2).

    It moves by whole pixels, so the center is at most half a pixel from (size // 2, size // 2), as
    in all of MNIST. Only where the image would leave the field, it stops at the border.
    """
    field = np.zeros((size, size), np.float32)
    height, width = image.shape
    r, c = center_of_mass(image)
    # min and max keep it inside of the field
    top = min(max(round(size // 2 - r), 0), size - height)
    left = min(max(round(size // 2 - c), 0), size - width)
    field[top : top + height, left : left + width] = image
    return field


def center_digit(ink):
    """Prepare a drawing as MNIST's makers did: crop, fit into 20 by 20, center by mass in 28 by 28.

    A network that has been trained on MNIST expects nothing else.
    """
    digit = crop_to_ink(ink)
    scale = BOX / max(digit.shape)
    height, width = (max(1, round(scale * side)) for side in digit.shape)
    return place_by_mass(resize(digit, height, width))
