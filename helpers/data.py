"""Images as arrays: load, normalize, split, one-hot, mini-batches (chapter 01)."""

import gzip
import hashlib
import zlib
from pathlib import Path

import numpy as np

from .files import read_npz

PACKAGE = Path(__file__).resolve().parent
# a wheel brings the files along (setup.py); in the repository they stand beside the package
PROJECT = PACKAGE / "project" if (PACKAGE / "project").is_dir() else PACKAGE.parent
MNIST_PATH = PROJECT / "data" / "mnist.npz"

# SHA-256 of the bytes of each array (uint8, C order); data/README.md lists them too
MNIST_SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}


def normalize(pixels):
    """Scale pixel values from 0-255 to float32 in 0-1. Eq. (1.1).

    >>> normalize(np.array([0, 51, 255], dtype=np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    return np.divide(pixels, 255, dtype=np.float32)


def load_mnist(path=None):
    """X_train (60000, 784), y_train, X_test (10000, 784), y_test, in MNIST's order.

    Pixels are float32 in 0-1; pixel (row, column) is element 28·row + column. Labels are
    whole numbers as NumPy counts, int64 but on 32-bit platforms. They come from the course's own
    file, or from an `.npz` with the same four arrays, such as Keras's. A file that is damaged, or
    whose arrays are not MNIST's by their SHA-256, is refused.

    LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; see `data/README.md`.
    """
    if path is not None:
        path, advice = Path(path), "load_mnist() without a path reads the course's own file"
    elif (PROJECT / ".git").exists():
        path, advice = MNIST_PATH, f"restore it: git -C '{PROJECT}' checkout data/mnist.npz"
    else:
        path, advice = MNIST_PATH, "this copy of the course is not whole; install it again"
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
        arrays["y_train"].astype(np.intp),
        normalize(arrays["x_test"].reshape(-1, 784)),
        arrays["y_test"].astype(np.intp),
    )


def read_idx(path):
    """Read a file of bytes in IDX format, plain or gzip, in which MNIST was first published.

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
    """As `load_mnist`, from the four original files in a folder, such as those of Fashion-MNIST.

    They are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
    `t10k-labels-idx1-ubyte`, each plain or with the ending `.gz`.
    """
    parts = []
    for part in ("train", "t10k"):
        images = _read_idx_in(folder, f"{part}-images-idx3-ubyte", ndim=3)
        labels = _read_idx_in(folder, f"{part}-labels-idx1-ubyte", ndim=1)
        if len(images) != len(labels):
            raise ValueError(f"{folder}: {len(images)} {part} images but {len(labels)} labels")
        parts += [normalize(images.reshape(len(images), -1)), labels.astype(np.intp)]
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


def train_dev_split(X, y, dev_size, rng):
    """Shuffle, then set `dev_size` examples aside: X_train, y_train, X_dev, y_dev."""
    order = rng.permutation(len(X))
    dev, rest = order[:dev_size], order[dev_size:]
    return X[rest], y[rest], X[dev], y[dev]


SHAPES = {"spirals": 2, "moons": 2, "circles": 2, "clusters": 3, "xor": 2}  # and their classes


def points(shape, m, noise, rng):
    """Points X (m, 2) of two or three classes y (m,), within [-1, 1] but for the noise.

    "clusters" can be told apart by straight lines, "xor" by two of them, "spirals" by many.
    `noise` is the standard deviation of what is added to each coordinate.

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
