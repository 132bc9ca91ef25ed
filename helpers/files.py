"""Files: read `.npz` without pickle, write so that a reader never meets half a file."""

import os
import zipfile
import zlib
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
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        # a pickle, a lone .npy and a truncated archive each end here in their own way
        raise ValueError(
            f"{path} is not a complete .npz of plain arrays ({error}); {advice}"
        ) from error
