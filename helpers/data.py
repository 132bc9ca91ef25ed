"""Images as arrays: load, normalize, split, one-hot, mini-batches (chapter 01)."""

import gzip
import hashlib
import re
import zlib
from importlib import resources
from pathlib import Path

import numpy as np

from .files import read_npz, taken_for_data

PACKAGE = resources.files(__package__)  # a folder, or a place in a zip file
if isinstance(PACKAGE, Path):
    PACKAGE = PACKAGE.resolve()
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
                f"{path}: array {name} is not MNIST's: SHA-256 {found}, expected {sha256}; "
                f"{advice}; load_idx reads other data sets in this format"
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
        reason = taken_for_data(content[:1000])
        raise ValueError(
            f"{path} is not an IDX file; {reason}"
            if reason
            else f"{path} is not an IDX file of bytes: its magic number is 0x{content[:4].hex()}, "
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


# the names under which data sets are published: with a dash or a dot, with the set's name before
# them, as IDX or, for KMNIST, as npz
FILE_NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|test|t10k)-(?P<what>images|imgs|labels)"
    r"(?:[-.]idx\d-ubyte(?:\.gz)?|\.npz)"
)


def load_idx(path):
    """As `load_mnist`, from another data set in MNIST's format: a folder, or one `.npz` file.

    The folder holds images and labels of a training and a test set in four files with their usual
    names, such as `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte`,
    `emnist-digits-test-images-idx3-ubyte.gz` or `kmnist-train-imgs.npz`. A single `.npz` holds the
    arrays `x_train`, `y_train`, `x_test`, `y_test`. EMNIST's images, which are published with rows
    and columns exchanged, are turned upright.
    """
    path = Path(path)
    arrays = _arrays_of_folder(path) if path.is_dir() else _arrays_of_npz(path)
    loaded = []
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if len(images) != len(labels):
            raise ValueError(f"{path}: {len(images)} {part} images but {len(labels)} labels")
        loaded += [normalize(images.reshape(len(images), -1)), labels.astype(np.intp)]
    pixels = loaded[0].shape[1], loaded[2].shape[1]
    if pixels[0] != pixels[1]:
        raise ValueError(f"{path}: train images have {pixels[0]} pixels, test images {pixels[1]}")
    return tuple(loaded)


def _arrays_of_npz(path):
    if path.suffix != ".npz":
        found = "it is a file" if path.exists() else "there is nothing of this name"
        raise FileNotFoundError(f"expected a folder or an .npz file, got {path}; {found}")
    arrays = read_npz(path, "get it again from where it came")
    expected = ("x_train", "y_train", "x_test", "y_test")
    missing = [name for name in expected if name not in arrays]
    if missing:
        raise ValueError(
            f"{path} has no array {missing[0]}, only {sorted(arrays)}; "
            f"expected {', '.join(expected)}"
        )
    return {name: _checked(arrays[name], name, f"{path}, array {name}") for name in expected}


def _arrays_of_folder(folder):
    found = {}
    for file in sorted(folder.iterdir(), reverse=True):  # so that plain files win over .gz
        match = FILE_NAME.fullmatch(file.name.lower())
        if match and file.is_file():
            part = "train" if match["part"] == "train" else "test"
            what = "y" if match["what"] == "labels" else "x"
            found.setdefault(match["set"], {})[f"{what}_{part}"] = file
    if len(found) > 1:
        raise ValueError(
            f"{folder} holds {len(found)} data sets, their names begin with "
            f"{', '.join(repr(name) for name in sorted(found))}; "
            "move the four files of one of them into a folder of its own"
        )
    [(prefix, files)] = found.items() or [("", {})]
    for name in MNIST_SHA256:
        if name not in files:
            what, part = name.split("_")
            usual = f"{prefix}{part if prefix or part == 'train' else 't10k'}-"
            usual += "images-idx3-ubyte" if what == "x" else "labels-idx1-ubyte"
            raise FileNotFoundError(
                f"there is no file {folder / usual}, also not under another of its usual names; "
                f"{_listing(folder)}"
            )
    arrays = {name: _read_images_or_labels(file, name) for name, file in files.items()}
    if prefix.startswith("emnist"):
        for name in ("x_train", "x_test"):
            arrays[name] = arrays[name].swapaxes(1, 2)
    return arrays


def _listing(folder):
    names = sorted(file.name + "/" * file.is_dir() for file in folder.iterdir())
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"there are: {', '.join(names[:12])}{more}" if names else "the folder is empty"


def _read_images_or_labels(file, name):
    if file.suffix.lower() == ".npz":
        arrays = read_npz(file, "get it again from where it came")
        if len(arrays) != 1:
            raise ValueError(f"{file} holds {len(arrays)} arrays, expected one")
        return _checked(next(iter(arrays.values())), name, file)
    array, ndim = read_idx(file), 3 if name[0] == "x" else 1
    if array.size and array.ndim != ndim:
        raise ValueError(
            f"{file} has magic number 0x0000080{array.ndim:x}, expected 0x0000080{ndim} here"
        )
    return _checked(array, name, file)


def _checked(array, name, where):
    """Return gray images (m, height, width) or (m, pixels), or labels (m,)."""
    if not array.size:
        raise ValueError(f"{where} holds no data: its shape is {array.shape}")
    if array.ndim > 1 and array.shape[-1] == 1:  # a single channel, or labels as a column
        array = array[..., 0]
    if name[0] == "x":
        dimensions, shape, highest = (2, 3), "gray images (m, height, width)", 255
    else:
        dimensions, shape, highest = (1,), "labels (m,)", np.inf
    if array.ndim not in dimensions:
        raise ValueError(f"{where} has shape {array.shape}, expected {shape}")
    if array.dtype.kind not in "iu" or array.min() < 0 or array.max() > highest:
        raise ValueError(
            f"{where} has dtype {array.dtype} and values from {array.min()} to {array.max()}, "
            f"expected whole numbers from 0" + f" to {highest}" * (name[0] == "x")
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
