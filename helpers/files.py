"""Parameters as files: `.npz` without pickle, written so that a reader never meets half a file."""

import errno
import hashlib
import io
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from .checks import check_params

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quota
OPTIMIZER = "optimizer"  # begins the names of its arrays


def print_any_name():
    """Print a character that the output does not know as its number.

    A file or pipe on Windows knows 256 of them, and ł in a name would end the program.
    """
    if hasattr(sys.stdout, "reconfigure"):  # a notebook's has no need of it
        sys.stdout.reconfigure(errors="backslashreplace")


def version(paths):
    """Return the version of these text files: eight digits that any changed line changes."""
    # read as text, so that line ends do not count; sorted without folders, which differ
    texts = sorted((path.name, path.read_text(encoding="utf-8")) for path in paths)
    return hashlib.sha256(repr(texts).encode()).hexdigest()[:8]


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
    if not hasattr(path, "open"):  # what has it may lie in a zip file
        path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; {advice}")
    try:
        with path.open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            return {name: arrays[name] for name in arrays.files}
    except Exception as error:  # a pickle, a lone .npy, a damaged zip: each fails in its own way
        with path.open("rb") as file:
            start = file.read(1000)
        reason = error if start.startswith(b"PK") else taken_for_data(start) or error
        raise ValueError(
            f"{path} is not a complete .npz of plain arrays ({reason}); {advice}"
        ) from error


def taken_for_data(start):
    """Say what a file is that was saved in place of data, by its first bytes; None if unclear."""
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "it is a web page: download the file itself"
    if start.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer: 'git lfs pull' brings the file"
    if start.startswith(b"PK"):
        return "it is a zip file: unpack it"
    return None


def save_params(path, params, optimizer=None):
    """Write a network to an `.npz` file, under a temporary name until it is complete.

    With an optimizer, such as `Adam(params)`, its state goes into the same file, so that training
    can go on as if it had not stopped: see `load_optimizer`.
    """
    arrays = {} if optimizer is None else _state(optimizer)
    for layer, (W, b) in enumerate(params, start=1):
        arrays |= {f"W{layer}": W, f"b{layer}": b}
    archive = io.BytesIO()  # on a full disk a zip file complains once more when it is given up
    np.savez(archive, **arrays)
    with replacing(path) as temporary:
        Path(temporary).write_bytes(archive.getvalue())


def load_params(path):
    """Read a network that `save_params` wrote; a file that holds anything else is refused."""
    arrays = read_npz(path, advice="write it again with save_params")
    arrays = {name: a for name, a in arrays.items() if not name.startswith(OPTIMIZER)}
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


def load_optimizer(path, optimizer):
    """Put the state that `save_params` wrote into a new optimizer of the same kind; return it.

    >>> from helpers import Adam, initialize
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     params = initialize([4, 3], rng=np.random.default_rng(0))
    ...     adam = Adam(params, beta1=0.8)
    ...     save_params(f"{folder}/adam.npz", params, optimizer=adam)
    ...     params = load_params(f"{folder}/adam.npz")
    ...     load_optimizer(f"{folder}/adam.npz", Adam(params)).beta1
    0.8
    """
    advice = "write it again with save_params(path, params, optimizer=…)"
    arrays = read_npz(path, advice)
    saved = {name: a for name, a in arrays.items() if name.startswith(OPTIMIZER)}
    kind = str(saved.pop(OPTIMIZER, ""))
    if not kind:
        raise ValueError(f"{path} holds no state of an optimizer; {advice}")
    if kind != type(optimizer).__name__:
        raise ValueError(f"{path} holds the state of {kind}, got {type(optimizer).__name__}")
    got, made = ([(name, a.shape, a.dtype.name) for name, a in state.items() if a.ndim]
                 for state in (saved, _state(optimizer)))  # fmt: skip
    if got != made:
        raise ValueError(f"{path} holds the state of {kind} for params with {got}, expected {made}")
    for name, value in vars(optimizer).items():
        if isinstance(value, list) and name != "_scratch":
            for place, array in enumerate(value):
                array[...] = saved[f"{OPTIMIZER}.{name}.{place}"]
        elif name != "_scratch":
            setattr(optimizer, name, saved[f"{OPTIMIZER}.{name}"].item())
    return optimizer


def _state(optimizer):
    """Everything that an optimizer remembers from step to step, as arrays, by name."""
    arrays = {OPTIMIZER: np.array(type(optimizer).__name__)}
    for name, value in vars(optimizer).items():
        if isinstance(value, list) and name != "_scratch":
            arrays |= {f"{OPTIMIZER}.{name}.{place}": a for place, a in enumerate(value)}
        elif name != "_scratch":
            arrays[f"{OPTIMIZER}.{name}"] = np.array(value)
    return arrays
