"""Files: read `.npz` without pickle, write so that a reader never meets half a file."""

import errno
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from .checks import check_params

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quota


def print_any_name():
    """Print a character that the output does not know as its number.

    A file or pipe on Windows knows 256 of them, and ł in a name would end the program.
    """
    if hasattr(sys.stdout, "reconfigure"):  # a notebook's has no need of it
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def replacing(path):
    """Give a temporary path beside `path`; rename it to `path` when the block ends well.

    When the block raises, the temporary file is removed and an older `path` stays as it was. What
    the system refuses is said in words, with the name of `path`.
    """
    path = Path(path)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")  # keeps the ending: .npz, .png, …
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.errno is None:
            raise  # it is in words already
        room = "make room on that disk, or " if error.errno in FULL else ""
        raise type(error)(
            f"cannot write {path}: {error.strerror}; {room}choose another folder"
        ) from error
    finally:
        with suppress(OSError):  # the reason why there is none is on its way
            temporary.unlink()


def read_npz(path, advice):
    """Read all arrays of an `.npz` file into a dict; never unpickles."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; {advice}")
    try:
        with open(path, "rb") as file:
            arrays = np.load(file, allow_pickle=False)
            return {name: arrays[name] for name in arrays.files}
    except Exception as error:  # a pickle, a lone .npy, a damaged zip: each fails in its own way
        raise ValueError(
            f"{path} is not a complete .npz of plain arrays ({error}); {advice}"
        ) from error


def save_params(path, params):
    """Write a network to an `.npz` file, under a temporary name until it is complete."""
    arrays = {}
    for layer, (W, b) in enumerate(params, start=1):
        arrays |= {f"W{layer}": W, f"b{layer}": b}
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def load_params(path):
    """Read a network that `save_params` wrote; a file that holds anything else is refused."""
    arrays = read_npz(path, advice="write it again with save_params")
    layers = range(1, len(arrays) // 2 + 1)
    expected = {f"{kind}{layer}" for layer in layers for kind in "Wb"}
    if not arrays or set(arrays) != expected:
        raise ValueError(f"{path} holds the arrays {sorted(arrays)}, expected W1, b1, W2, b2, …")
    params = [(arrays[f"W{layer}"], arrays[f"b{layer}"]) for layer in layers]
    try:
        check_params(params)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not hold a network: {error}") from error
    return params
