"""Files: read `.npz` without pickle, write so that a reader never meets half a file."""

import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np


@contextmanager
def replacing(path):
    """Give a temporary path beside `path`; rename it to `path` when the block ends well.

    When the block raises, the temporary file is removed and an older `path` stays as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")  # keeps the ending: .npz, .png, …
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_npz(path, advice):
    """Read all arrays of an `.npz` file into a dict; never unpickles.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file, what is wrong, and the given advice.
    """
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
