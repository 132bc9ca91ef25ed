"""Kaggle's digit recognizer: its CSV files, and the submission (chapter 08)."""

import atexit
import csv
import functools
import gzip
import io
import os
import shutil
import tempfile
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from platformdirs import user_cache_path

from .checks import check_count
from .data import PROJECT, load_mnist, normalize
from .files import replacing

MOUNTS = [  # where Kaggle's own notebooks find the files
    Path("/kaggle/input/digit-recognizer"),
    Path("/kaggle/input/competitions/digit-recognizer"),
]
CACHE = user_cache_path("neural-network-from-scratch", appauthor=False)
PIXELS = [f"pixel{i}" for i in range(784)]
TRAIN_ROWS = 42_000
CHUNK_ROWS = 2000  # read at a time: all 42,000 rows as int64 would take 264 MB, and twice that once
SEED = 0
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, RuntimeError)


def load_kaggle(path, classes=10):
    r"""Images X (m, 784), in 0-1, and labels y (m,) of a CSV file such as Kaggle's `train.csv`.

    Its columns are `label, pixel0 … pixel783` in any order, or `pixel1 … pixel784`, with whole
    numbers in them (`255.0` is one); labels are below `classes`. With the ending `.gz` or `.zip` it
    is decompressed. A fault in the file is named by its line (the header is line 1) and column.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "train.csv"
    ...     names = ["label", *(f"pixel{i}" for i in range(784))]
    ...     _ = path.write_text(",".join(names) + "\n7" + ",51" * 784 + "\n")
    ...     X, y = load_kaggle(path)
    >>> X.shape, X[0, :3], y
    ((1, 784), array([0.2, 0.2, 0.2], dtype=float32), array([7]))
    """
    check_count(classes, "classes")
    table = _read(path, labeled=True, classes=classes)
    return normalize(table[:, 1:]), table[:, 0].astype(np.intp)


def load_kaggle_test(path):
    """Images X (m, 784), in 0-1, of a CSV file without labels, such as Kaggle's `test.csv`."""
    return normalize(_read(path, labeled=False))


def check_is_new(path):
    """Check that there is nothing yet where a submission is to be written."""
    if Path(path).exists():
        raise FileExistsError(f"{path} is there already; move it away or choose another name")


def write_submission(path, labels):
    """Write labels (m,) as Kaggle wants them: `ImageId` from 1, `Label`; overwrite nothing."""
    check_is_new(path)
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: there is no folder {path.parent}")
    table = pd.DataFrame({"ImageId": np.arange(1, len(labels) + 1), "Label": labels.astype(int)})
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False)
        if not np.array_equal(pd.read_csv(temporary), table):  # 32-bit platforms read int64
            raise OSError(f"{path} does not read back as it was written; is the disk full?")


def kaggle_files():
    """Paths of Kaggle's `train.csv` and `test.csv`, or of files like them made from MNIST.

    Kaggle's own are looked for in the folder `data/kaggle`, of the course or beside the notebook,
    then where Kaggle mounts them for its notebooks. Without them, MNIST's 70,000 images are written
    into your cache folder, 42,000 of the training images as `train.csv`, the others and the test
    images as `test.csv`, and a line is printed that says so. What is there already is used again,
    never overwritten. Where nothing can be kept, they live as long as this Python.
    """
    own = [PROJECT / "data" / "kaggle", Path("data", "kaggle").absolute()]
    for folder in [*own, *MOUNTS]:
        train_path, test_path = folder / "train.csv", folder / "test.csv"
        if train_path.is_file() and test_path.is_file():
            return train_path, test_path
    folder = _stand_ins()
    print(
        "Kaggle's files are not in data/kaggle. Files of the same format, made from MNIST, stand "
        f"in for\nthem: train.csv and test.csv in {_from_home(folder)}"
        f"{'.' if folder == CACHE else ', for as long as this Python runs.'}"
    )
    return folder / "train.csv", folder / "test.csv"


def _stand_ins():
    """Return the folder with the files made from MNIST; make what is missing."""
    if (CACHE / "train.csv").is_file() and (CACHE / "test.csv").is_file():
        return CACHE
    labeled, unlabeled = _mnist_in_two()
    problems = []
    for make_folder in (_cache_folder, _temporary_folder):
        try:
            folder = make_folder()
            _write_once(folder / "train.csv", ["label", *PIXELS], labeled)
            _write_once(folder / "test.csv", PIXELS, unlabeled)
            return folder
        except OSError as error:
            problems.append(str(error).partition(";")[0])  # without its advice
    raise OSError(
        f"there is no place for 128 MB in files like Kaggle's ({'; '.join(problems)}): make room, "
        f"or put Kaggle's train.csv and test.csv into {Path('data', 'kaggle').absolute()}"
    )


def _cache_folder():
    if not CACHE.is_absolute():  # "~/.cache" would be a folder beside the notebook
        raise FileNotFoundError("there is no home folder")
    CACHE.mkdir(parents=True, exist_ok=True)
    return CACHE


@functools.cache
def _temporary_folder():
    folder = Path(tempfile.mkdtemp(prefix="kaggle-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _from_home(path):
    """Return a path as text, the home folder as ~: a page is the same whoever has run it."""
    home = Path(os.path.expanduser("~"))  # where there is none, "~" itself
    return str(Path("~") / path.relative_to(home) if path.is_relative_to(home) else path)


def _mnist_in_two():
    """Deal MNIST out as Kaggle does: rows of label and pixels, and rows of pixels alone."""
    X, y, X_test, _ = load_mnist()
    rng = np.random.default_rng(SEED)  # the same files each time
    order = rng.permutation(len(X))
    train, rest = order[:TRAIN_ROWS], order[TRAIN_ROWS:]
    labeled = np.column_stack([y[train].astype(np.uint8), _to_bytes(X[train])])
    unlabeled = rng.permutation(_to_bytes(np.concatenate([X[rest], X_test])))
    return labeled, unlabeled


def _to_bytes(X):
    return np.rint(255 * X).astype(np.uint8)


def _write_once(path, names, rows):
    if path.is_file():
        return
    texts = [str(value) for value in range(256)]  # a third of the time that pandas' to_csv takes
    with replacing(path) as temporary, open(temporary, "w", newline="\n") as file:
        file.write(",".join(names) + "\n")
        for row in rows:
            file.write(",".join([texts[value] for value in row.tolist()]) + "\n")


# ---- reading ------------------------------------------------------------------------------------
#
# pandas reads good files fast, and says little about bad ones. So a chunk is only checked as a
# whole; when it fails, the file is read again line by line, until the first fault.


def _read(path, *, labeled, classes=10):
    """Read label, where there is one, and pixels into an array of uint8, a row per image."""
    path = Path(path)
    _check_file(path)
    names = _check_header(path, labeled)
    parts = []
    try:
        with _open(path) as file:
            for chunk in _chunks(file):
                parts.append(_chunk_to_bytes(chunk, names, classes))
    except (ValueError, KeyError, *DAMAGED) as error:
        raise _find_fault(path, sum(map(len, parts)), classes, error) from error
    if not any(map(len, parts)):
        raise ValueError(f"{path} has a header and no rows, expected one row per image")
    return np.concatenate(parts)


def _chunks(file):
    """Yield tables of up to CHUNK_ROWS lines, each with the header above it.

    pandas can make chunks, too, but until 3.1 it took a row that was too long where one began.
    """
    header = next(line for line in file if line.strip())
    while lines := list(islice(file, CHUNK_ROWS)):
        text = io.StringIO(header + "".join(lines))
        yield pd.read_csv(text, low_memory=False)  # low memory warns of mixed columns


def _chunk_to_bytes(chunk, names, classes):
    if not isinstance(chunk.index, pd.RangeIndex):  # what pandas makes of a value too many
        raise ValueError("its rows are longer than its header")
    values = chunk[names].to_numpy()
    if len(values) and values.dtype.kind not in "iuf":
        raise ValueError("it holds something else than numbers")
    with np.errstate(invalid="ignore"):  # NaN becomes some byte, which does not equal NaN
        as_bytes = values.astype(np.uint8)
    if not (as_bytes == values).all() or (as_bytes > _highest(names, classes)).any():
        raise ValueError("it holds numbers that are not pixels or labels")
    return np.ascontiguousarray(as_bytes)


def _highest(names, classes):
    return [min(classes - 1, 255) if name == "label" else 255 for name in names]


def _check_file(path):
    if not path.is_file():
        found = ", it is a folder" if path.is_dir() else ""
        raise FileNotFoundError(f"there is no file {path}{found}")
    with open(path, "rb") as file:
        start = file.read(2)
    for kind, magic, ending in [("zip", b"PK", ".zip"), ("gzip", b"\x1f\x8b", ".gz")]:
        if start == magic and path.suffix.lower() != ending:
            raise ValueError(
                f"{path} is a {kind} file, expected CSV; unpack it, or let its name end in {ending}"
            )


def _check_header(path, labeled):
    """Return the names of the columns: the label, if there is one, and the pixels in order."""
    line, header = next(_rows(path), (1, []))
    if not header:
        raise ValueError(f"{path} is empty, expected a header and one row per image")
    from_1 = "pixel784" in header and "pixel0" not in header  # as others than Kaggle count
    names = ["label"] * labeled + [f"pixel{i + from_1}" for i in range(784)]
    if sorted(header) != sorted(names):
        fault = _kind_of_fault(header) or _fault_in_names(header, names)
        expected = f"expected the names {names[0]}, {names[1]}, … {names[-1]}"
        raise ValueError(f"{path}, line {line}: {fault}; {expected}")
    return names


def _kind_of_fault(header):
    """Say what else a file may be that has not the right header."""
    start = ",".join(header)[:40]
    if start.lstrip().startswith("<"):
        return f"{start!r} begins a web page (log in to Kaggle and download the file again)"
    if "\\x" in start or "\0" in start:
        return f"{start!r} is not text in UTF-8"
    if len(header) == 1 and (";" in start or "\t" in start):
        return f"{start!r} is not separated by commas"
    if all(name.strip().replace(".", "").isdecimal() for name in header):
        return f"{start!r} are numbers, the header is missing"
    return None


def _fault_in_names(header, names):
    missing = [name for name in names if name not in set(header)]
    extra = [place for place, name in enumerate(header) if name not in set(names)]
    if missing == ["label"] and not extra:
        return "there is no column label, this looks like test.csv"
    if not missing and [header[place] for place in extra] == ["label"]:
        return "there is a column label, this looks like train.csv"
    repeated = [name for name, count in Counter(header).items() if count > 1]
    faults = [f"column {place + 1} is named {header[place][:40]!r}" for place in extra[:1]]
    faults += [f"column {name} is missing" for name in missing[:1]]
    faults += [f"column {name[:40]} is there more than once" for name in repeated[:1]]
    return ", ".join(faults)


def _find_fault(path, good_rows, classes, error):
    """Name line and column of the first value that is not what it should be."""
    rows = _rows(path)
    _, header = next(rows)
    for line, row in islice(rows, good_rows, None):
        if len(row) < len(header):
            return ValueError(
                f"{path}, line {line}: the line ends before column {header[len(row)]}, with "
                f"{len(row)} values, expected {len(header)}; is the file complete?"
            )
        if len(row) > len(header):
            return ValueError(
                f"{path}, line {line}: {row[len(header)][:40]!r} comes after the last column, "
                f"{header[-1]}; got {len(row)} values, expected {len(header)}"
            )
        for name, text, highest in zip(header, row, _highest(header, classes), strict=True):
            if not _is_whole(text, highest):
                found = repr(text[:40]) if text.strip() else "an empty cell"
                way_out = ""
                if name == "label" and _is_whole(text, 255):
                    way_out = f"; load_kaggle(path, classes={int(float(text)) + 1}) takes it"
                return ValueError(
                    f"{path}, line {line}, column {name}: got {found}, expected a whole number "
                    f"from 0 to {highest}{way_out}"
                )
    return ValueError(f"{path} cannot be read: {error}")  # what Python reads and pandas does not


def _is_whole(text, highest):
    if not text.isascii() or "_" in text:  # Python reads ١ and 1_0 as numbers, pandas does not
        return False
    try:
        number = float(text)
    except ValueError:
        return False
    return number % 1 == 0 and 0 <= number <= highest


def _rows(path):
    """Yield the line number and the values, as text, of every line that is not blank."""
    try:
        with _open(path) as file:
            reader = csv.reader(file)
            for row in reader:
                if len(row) > 1 or "".join(row).strip():
                    yield reader.line_num, row
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: not CSV ({error})") from error
    except DAMAGED as error:
        raise ValueError(f"{path} is damaged, or not what its name says: {error}") from error


@contextmanager
def _open(path):
    """Open a plain or compressed file as text."""
    settings = {"encoding": "utf-8-sig", "newline": ""}
    settings["errors"] = "backslashreplace"  # what is not UTF-8 can be shown where it is found
    if path.suffix.lower() == ".gz":
        with gzip.open(path, "rt", **settings) as file:
            yield file
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise ValueError(
                    f"{path} holds {len(names)} files, expected a single CSV file; unpack it"
                )
            with archive.open(names[0]) as file, io.TextIOWrapper(file, **settings) as text:
                yield text
    else:
        with open(path, **settings) as file:
            yield file
