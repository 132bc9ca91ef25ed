"""From a photo to images like MNIST's: gray, ink, pieces, digits, in reading order (chapter 09)."""

import io
import os
from pathlib import Path

import numpy as np

from .checks import check_array, check_finite, describe
from .drawings import center_digit, resize

LONGEST = 800  # pixels of a picture's longer side: more cost time and show nothing new
FAINTEST = 0.1  # of the paper's light must be missing where there is ink
LOWEST = 8  # pixels of a digit's height


def read_image(image):
    """Find the digits in a photo, in reading order: an array (digits, 784) like MNIST's.

    `image` is the path of a PNG, JPEG, BMP or GIF, what a file upload holds, a Pillow image or an
    array: gray or in color, of any size, dark on light or light on dark. Digits must not touch.
    """
    ink = find_ink(gray_image(image))
    digits = reading_order(whole_digits(pieces(ink > 0.5)))
    return np.stack([digit_image(ink, digit) for digit in digits]).reshape(len(digits), -1)


def gray_image(image):
    """Open an image, turn it as the camera says, shrink it if it is large: 0 black to 1 white."""
    gray = _gray(_open(image))
    scale = min(1, LONGEST / max(gray.shape))
    return resize(gray, *(max(1, round(scale * side)) for side in gray.shape))


def _open(image):
    """Make a Pillow image of whatever holds one, or say what is in the way."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # import helpers does not need it

    if isinstance(image, np.ndarray):
        return Image.fromarray(_pixels(image))
    name = "this"
    if isinstance(image, str | os.PathLike):
        name, path = os.fspath(image), Path(image)
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {name}")
        image = path.read_bytes()
    if isinstance(image, bytes | memoryview):
        image = io.BytesIO(image)
    try:
        picture = image if isinstance(image, Image.Image) else Image.open(image)
        return ImageOps.exif_transpose(picture)  # reads all of it
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{name} is not an image that can be read here; save it as PNG or JPEG "
            "(a phone's HEIC, too, and a page of a PDF)"
        ) from error
    except (OSError, SyntaxError, ValueError) as error:  # cut, or damaged inside
        raise ValueError(f"{name} is a damaged image: {error}") from error
    except AttributeError as error:
        raise TypeError(f"image must be a path or an image, got {describe(image)}") from error


def _pixels(array):
    """Whole numbers 0-255 of an array (height, width), or with 3 or 4 colors as last axis."""
    if isinstance(array, np.ndarray) and array.dtype == bool:
        array = array.astype(float)
    check_array(array, "image")
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ValueError(
            "image must have shape (height, width), (height, width, 3) or (height, width, 4), "
            f"got {array.shape}; for a row of X pass X[0].reshape(28, 28)"
        )
    low, high = check_finite(array, "image")
    largest = {"u2": 65535}.get(array.dtype.str[1:], 255 if array.dtype.kind in "iu" else 1)
    if low < 0 or high > largest:
        raise ValueError(f"image must lie in 0 to {largest}, got {low:g} to {high:g}")
    return np.rint(array * (255 / largest)).astype(np.uint8)


def _gray(picture):
    """The light of each pixel, from 0 to 1; a picture without paper is laid on one."""
    if picture.mode.startswith("I"):  # 16 bits
        return np.asarray(picture, np.float32) / 65535
    shrink = max(1, max(picture.size) // (2 * LONGEST))  # a phone's photo would fill the memory
    colors = np.asarray(picture.convert("RGBA").reduce(shrink), np.float32) / 255
    light, opaque = colors[..., :3] @ np.float32([0.299, 0.587, 0.114]), colors[..., 3]
    dark = (light * opaque).sum() <= opaque.sum() / 2
    return light * opaque + (1 - opaque) * dark  # dark ink on white paper, light ink on black


def find_ink(gray):
    """How much ink lies on each pixel, from 0 (paper) to 1, whatever the light and the paper."""
    if light_on_dark(gray):
        gray = 1 - gray
    missing = without_table(missing_light(gray))
    threshold = half_of_the_darkest(missing)
    if threshold < FAINTEST / 2:
        raise ValueError("there is no ink: the page is empty, or the pen is too pale")
    return np.clip(missing / (2 * threshold), 0, 1)


def missing_light(gray):
    """The share of the paper's light that is missing at each pixel: 0 on most of a page."""
    paper = paper_light(gray)
    paper = np.maximum(paper, max(np.median(paper) / 2, 0.01))  # in the dark, noise would grow
    missing = 1 - gray / paper
    return missing - np.median(missing)


def half_of_the_darkest(missing):
    """Half of what the darkest thousandth of the pixels lacks."""
    return np.sort(missing, axis=None)[-max(1, missing.size // 1000) :].mean() / 2


def without_table(missing):
    """Take off the table around the paper, part by part: what follows the border of the picture."""
    margin = min(missing.shape) // 100  # an edge is blurred
    while True:
        found = pieces(missing > half_of_the_darkest(missing))
        table = [piece for piece in found if _follows_the_border(piece, missing.shape, margin)]
        if not 0 < len(table) < len(found):
            return missing
        missing = np.where(brightest(_mask(table, missing.shape), 2 * margin + 1), 0, missing)


def light_on_dark(gray, parts=3):
    """Whether the ink is lighter than the paper: it covers less than half of each part."""
    mean = resize(resize(gray, parts, parts), *gray.shape)
    return bool(np.sum((gray - mean) ** 3) > 0)


def paper_light(gray):
    """The light of the paper alone: a stroke is narrower than the window, a shadow is wider."""
    window = max(9, min(gray.shape) // 5) | 1  # odd
    return -brightest(-brightest(gray, window), window)


def brightest(image, window):
    """The largest value in a square window around each pixel; `window` is odd."""
    image = np.pad(image, window // 2, mode="edge")
    for _ in "rows", "columns":
        size = 1
        while size < window:
            step = min(size, window - size)
            image = np.maximum(image[:-step], image[step:])  # two windows make a larger one
            size += step
        image = image.T
    return image


def pieces(mask):
    """Connected pieces, arrays of (row, column); pixels are neighbors at sides and corners."""
    width = mask.shape[1] + 2  # with a border, so that no row's end touches the next row
    left = set(np.flatnonzero(np.pad(mask, 1)).tolist())
    around = [row * width + column for row in (-1, 0, 1) for column in (-1, 0, 1)]
    found = []
    while left:
        piece, edge = [], [left.pop()]
        while edge:
            piece.append(edge.pop())
            new = left.intersection([piece[-1] + step for step in around])
            left -= new
            edge += new
        found.append(np.stack(np.divmod(piece, width), axis=1) - 1)
    return found


def whole_digits(found):
    """Keep what is as tall as a digit, with the small pieces beside it; specks and lines go."""
    most = max(map(len, found))
    found = [piece for piece in found if len(piece) > most / 50]
    heights = np.repeat([_size(piece)[0] for piece in found], [len(piece) for piece in found])
    typical = np.median(heights)  # of the piece that a pixel of ink belongs to
    if typical < LOWEST:
        raise ValueError(
            f"no digit found: most of the ink is in pieces {typical:g} pixels high; "
            "crop the picture to the digits, or come closer"
        )
    digits = [[piece] for piece in found if typical / 2 <= _size(piece)[0] <= 3 * typical]
    for piece in found:
        height, width = _size(piece)
        if height < typical / 2 and width < 3 * typical:
            nearest = min(digits, key=lambda digit: _gap(piece, digit[0]))
            if _gap(piece, nearest[0]) < typical / 4:
                nearest.append(piece)
    return [np.concatenate(digit) for digit in digits]


def _mask(found, shape):
    """The pixels of these pieces."""
    mask = np.zeros(shape, bool)
    mask[tuple(np.concatenate(found).T)] = True
    return mask


def _size(piece):
    """Height and width."""
    return np.ptp(piece, axis=0) + 1


def _gap(piece, other):
    """How far apart the boxes around two pieces are."""
    apart = np.maximum(piece.min(axis=0) - other.max(axis=0), other.min(axis=0) - piece.max(axis=0))
    return np.hypot(*np.maximum(apart, 0))


def _follows_the_border(piece, shape, margin):
    """Whether a piece follows the border of the picture; a digit cut tightly only touches it."""
    follows = 0
    for axis in 0, 1:
        for edge in 0, shape[axis] - 1:
            there = piece[abs(piece[:, axis] - edge) <= margin, 1 - axis]
            follows += np.ptp(there) + 1 if len(there) else 0
    return follows > 0.9 * _size(piece).max()


def reading_order(digits):
    """Line by line from the top, each from left to right; lines may slope."""
    lines = []
    for digit in sorted(digits, key=lambda digit: digit[:, 1].min()):
        line = max(lines, key=lambda line: _shared_rows(line[-1], digit), default=None)
        if line and _shared_rows(line[-1], digit) > 0:
            line.append(digit)
        else:
            lines.append([digit])
    lines.sort(key=lambda line: np.mean([digit[:, 0].mean() for digit in line]))
    return [digit for line in lines for digit in line]


def _shared_rows(digit, other):
    """How many rows two digits have in common; negative when one is below the other."""
    return min(digit[:, 0].max(), other[:, 0].max()) - max(digit[:, 0].min(), other[:, 0].min())


def digit_image(ink, digit):
    """Cut out a digit without its neighbors, and prepare it as MNIST's images were."""
    mask = brightest(_mask([digit], ink.shape), 3)  # its soft edge, too
    image = center_digit(np.where(mask, ink, 0))
    return image / image.max()  # a thin pen is gray when shrunk
