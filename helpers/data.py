"""Images as arrays: load, normalize, split, one-hot, mini-batches (chapter 01)."""

import gzip
import hashlib
import zlib
from pathlib import Path

import numpy as np

from .files import read_npz
from .validation import (
    check_array,
    check_count,
    check_labels,
    check_rng,
    checked,
)

MNIST_PATH = Path(__file__).resolve().parent.parent / "data" / "mnist.npz"

# SHA-256 of the bytes of each array (uint8, C order); data/README.md lists them too
MNIST_SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}


def _check_normalize(pixels):
    check_array(pixels, "pixels")
    low, high = pixels.min(), pixels.max()
    if not (low >= 0 and high <= 255):  # also true for NaN
        raise ValueError(f"pixels must lie in 0-255, got {low} to {high}")


@checked(_check_normalize)
def normalize(pixels):
    """Scale pixel values from 0-255 to 0-1.

    Eq. (1.1).

    Parameters
    ----------
    pixels : ndarray
        Gray values in 0-255, any shape.

    Returns
    -------
    ndarray of float32
        Same shape, values in [0, 1].

    Examples
    --------
    >>> normalize(np.array([0, 51, 255], dtype=np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    return np.divide(pixels, 255, dtype=np.float32)


def load_mnist(path=None):
    """Load the 70,000 images of MNIST, in their original order.

    Parameters
    ----------
    path : str or Path, optional
        Another `.npz` with the same four arrays, such as Keras's `mnist.npz`. Without it, the
        project's own `data/mnist.npz`.

    Returns
    -------
    X_train : ndarray of float32, shape (60000, 784)
        Rows of pixels in [0, 1]; pixel (row, column) of an image is element 28·row + column.
    y_train : ndarray of int64, shape (60000,)
        Digits 0-9.
    X_test, y_test : ndarray
        The same for the 10,000 test images.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is truncated, pickled, lacks an array, or an array's SHA-256 differs from
        the original's.

    Notes
    -----
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; see `data/README.md`.
    """
    path = MNIST_PATH if path is None else Path(path)
    advice = "restore it with 'git checkout data/mnist.npz', or see data/README.md"
    arrays = read_npz(path, advice)
    for name, sha256 in MNIST_SHA256.items():
        if name not in arrays:
            raise ValueError(f"{path} has no array {name}, only {sorted(arrays)}; {advice}")
        found = hashlib.sha256(np.ascontiguousarray(arrays[name])).hexdigest()
        if found != sha256:
            raise ValueError(
                f"{path}: array {name} is not MNIST's: SHA-256 {found}, expected {sha256}; {advice}"
            )
    return (
        normalize(arrays["x_train"].reshape(-1, 784)),
        arrays["y_train"].astype(np.int64),
        normalize(arrays["x_test"].reshape(-1, 784)),
        arrays["y_test"].astype(np.int64),
    )


def read_idx(path):
    """Read one file of bytes in the IDX format, in which MNIST was first published.

    Parameters
    ----------
    path : str or Path
        Plain or gzip-compressed, such as `train-images-idx3-ubyte.gz`.

    Returns
    -------
    ndarray of uint8
        Shape as the header says, (60000, 28, 28) for MNIST's training images.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file and what is wrong with it.

    Notes
    -----
    Header: two zero bytes, the type (8: unsigned byte), the number of dimensions, then each
    dimension as a big-endian 32-bit integer. The data follow in C order.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path} is a damaged gzip file: {error}") from error
    if len(content) < 4 or content[:3] != b"\0\0\x08" or content[3] == 0:
        raise ValueError(
            f"{path} is not an IDX file of bytes: its magic number is 0x{content[:4].hex()}, "
            "expected 0x00000803 for images or 0x00000801 for labels"
        )
    ndim = content[3]
    header = 4 + 4 * ndim
    if len(content) < header:
        raise ValueError(f"{path} ends inside its header: {len(content)} bytes, needs {header}")
    shape = tuple(int(size) for size in np.frombuffer(content[4:header], ">u4"))
    expected = header + int(np.prod(shape, dtype=object))
    if len(content) != expected:
        raise ValueError(
            f"{path} has {len(content)} bytes, but its header announces shape {shape}: "
            f"{expected} bytes"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def load_idx(folder):
    """Load a data set in MNIST's original four files, such as Fashion-MNIST.

    Parameters
    ----------
    folder : str or Path
        Holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
        `t10k-labels-idx1-ubyte`, each plain or with the ending `.gz`.

    Returns
    -------
    X_train, y_train, X_test, y_test
        As from `load_mnist`; the number of pixels per row is that of the files.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file and what is wrong with it.
    """
    parts = []
    for part in ("train", "t10k"):
        images = _read_idx_in(folder, f"{part}-images-idx3-ubyte", ndim=3)
        labels = _read_idx_in(folder, f"{part}-labels-idx1-ubyte", ndim=1)
        if len(images) != len(labels):
            raise ValueError(f"{folder}: {len(images)} {part} images but {len(labels)} labels")
        parts += [normalize(images.reshape(len(images), -1)), labels.astype(np.int64)]
    return tuple(parts)


def _read_idx_in(folder, name, ndim):
    plain, zipped = Path(folder) / name, Path(folder) / f"{name}.gz"
    path = zipped if zipped.is_file() and not plain.is_file() else plain
    array = read_idx(path)
    if not array.size:
        raise ValueError(f"{path} holds no data: its header announces shape {array.shape}")
    if array.ndim != ndim:
        raise ValueError(
            f"{path} has magic number 0x0000080{array.ndim:x}, expected 0x0000080{ndim} here"
        )
    return array


def _check_one_hot_labels(y, classes=10):
    check_count(classes, "classes")
    check_labels(y, classes=classes)


@checked(_check_one_hot_labels)
def one_hot(y, classes=10):
    """Turn labels into rows with a single 1.

    Eq. (1.2).

    Parameters
    ----------
    y : ndarray of int, shape (m,)
        Labels in 0 … classes-1.
    classes : int
        Number of columns.

    Returns
    -------
    ndarray of float32, shape (m, classes)

    Examples
    --------
    >>> one_hot(np.array([2, 0]), classes=3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    Y = np.zeros((len(y), classes), np.float32)  # float64 would promote the whole backward pass
    Y[np.arange(len(y)), y] = 1
    return Y


def _check_split(X, y, dev_size, rng):
    check_array(X, "X")
    check_labels(y, m=len(X))
    check_count(dev_size, "dev_size")
    if dev_size >= len(X):
        raise ValueError(f"dev_size must be smaller than the {len(X)} examples, got {dev_size}")
    check_rng(rng)


@checked(_check_split)
def train_dev_split(X, y, dev_size, rng):
    """Shuffle, then set `dev_size` examples aside.

    Parameters
    ----------
    X : ndarray, shape (m, ...)
        Examples.
    y : ndarray of int, shape (m,)
        Their labels.
    dev_size : int
        Number of examples to set aside.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    X_train, y_train, X_dev, y_dev : ndarray
        m - dev_size and dev_size examples; none is in both.

    Examples
    --------
    >>> X, y = np.arange(10.0)[:, None], np.arange(10)
    >>> X_train, y_train, X_dev, y_dev = train_dev_split(X, y, 3, np.random.default_rng(0))
    >>> len(X_train), sorted([*y_train, *y_dev]) == list(range(10))
    (7, True)
    """
    order = rng.permutation(len(X))
    dev, rest = order[:dev_size], order[dev_size:]
    return X[rest], y[rest], X[dev], y[dev]


def _check_minibatches(X, y, batch_size, rng):
    check_array(X, "X")
    check_array(y, "y")
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} examples, y has {len(y)}")
    check_count(batch_size, "batch_size")
    check_rng(rng)


@checked(_check_minibatches)
def minibatches(X, y, batch_size, rng):
    """Go once through all examples in random order, `batch_size` at a time.

    Parameters
    ----------
    X : ndarray, shape (m, ...)
        Examples.
    y : ndarray, shape (m, ...)
        Labels or one-hot rows, in the order of `X`.
    batch_size : int
        Examples per batch; the last batch holds what is left and may be smaller.
    rng : numpy.random.Generator
        Source of the order.

    Yields
    ------
    X_batch, y_batch : ndarray

    Examples
    --------
    >>> X, y = np.arange(5.0)[:, None], np.arange(5)
    >>> [len(y_batch) for X_batch, y_batch in minibatches(X, y, 2, np.random.default_rng(0))]
    [2, 2, 1]
    """
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X.take(batch, axis=0), y.take(batch, axis=0)  # X[batch], a little faster
