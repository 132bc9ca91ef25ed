"""Kaggle's files: read, refused when something is wrong, made from MNIST; the submission."""

import contextlib
import gzip
import io
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import (
    kaggle,
    kaggle_files,
    load_kaggle,
    load_kaggle_test,
    load_params,
    predict,
    train_mnist,
    write_submission,
)
from helpers.train_mnist import main

ROOT = Path(__file__).resolve().parents[2]
PIXELS = [f"pixel{i}" for i in range(784)]


def made(m, labeled, seed=0):
    """Lines of a file like Kaggle's, each a list of texts: a header and m rows."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (m, 784))
    if labeled:
        rows = np.column_stack([rng.permutation(np.arange(m) % 10), rows])
    return [["label"] * labeled + PIXELS, *(list(map(str, row)) for row in rows.tolist())]


def joined(lines, separator=","):
    return "".join(separator.join(line) + "\n" for line in lines).encode()


def zipped(**contents):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


LOADERS = {"train.csv": load_kaggle, "test.csv": load_kaggle_test}


# Files that are read


def numbers(lines):
    return np.array(lines[1:]).astype(int)


def assert_read(path, lines):
    """What the loader returns for a labeled file is what the lines say."""
    X, y = load_kaggle(path)
    expected = numbers(lines)
    np.testing.assert_array_equal(X, np.float32(expected[:, 1:]) / np.float32(255), strict=True)
    np.testing.assert_array_equal(y, expected[:, 0].astype(np.int64), strict=True)
    assert X.flags.c_contiguous  # rows: what a mini-batch gathers


GOOD = {
    "as Kaggle writes it": joined,
    "no end of the last line": lambda lines: joined(lines)[:-1],
    "lines end as on Windows": lambda lines: joined(lines).replace(b"\n", b"\r\n"),
    "byte order mark": lambda lines: b"\xef\xbb\xbf" + joined(lines),
    "quotes": lambda lines: joined([[f'"{text}"' for text in line] for line in lines]),
    "spaces": lambda lines: joined([lines[0], *([f" {text} " for text in r] for r in lines[1:])]),
    "blank lines": lambda lines: b"\n" + joined(lines).replace(b"\n", b"\n \n\n"),
    "one cell with decimals": lambda lines: joined(lines)[:-1] + b".0\n",
    "decimals": lambda lines: joined([lines[0], *([f"{text}.0" for text in r] for r in lines[1:])]),
    "columns in reverse": lambda lines: joined([line[::-1] for line in lines]),
    "label in the middle": lambda lines: joined([[*r[1:9], r[0], *r[9:]] for r in lines]),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("chunk_rows", [3, 4000])
def test_a_labeled_file_is_read(tmp_path, monkeypatch, kind, chunk_rows):
    monkeypatch.setattr(kaggle, "CHUNK_ROWS", chunk_rows)
    lines = made(7, labeled=True)
    (tmp_path / "train.csv").write_bytes(GOOD[kind](lines))
    assert_read(tmp_path / "train.csv", lines)


@pytest.mark.parametrize("kind", ["as Kaggle writes it", "decimals", "columns in reverse"])
def test_a_file_without_labels_is_read(tmp_path, kind):
    lines = made(7, labeled=False)
    (tmp_path / "test.csv").write_bytes(GOOD[kind](lines))
    X = load_kaggle_test(str(tmp_path / "test.csv"))
    np.testing.assert_array_equal(X, np.float32(numbers(lines)) / np.float32(255), strict=True)


@pytest.mark.parametrize("name", ["train.csv.gz", "train.GZ", "train.zip", "train.csv.ZIP"])
def test_a_compressed_file_is_read(tmp_path, name):
    lines = made(7, labeled=True)
    is_gzip = name.lower().endswith("gz")
    content = gzip.compress(joined(lines)) if is_gzip else zipped(any_name=joined(lines))
    (tmp_path / name).write_bytes(content)
    assert_read(tmp_path / name, lines)


# Files that are refused


def put(line, name, text):
    def edit(lines):
        lines[line - 1][lines[0].index(name)] = text

    return edit


def in_every_line(name, text):
    def edit(lines):
        for line in lines[1:]:
            line[lines[0].index(name)] = text

    return edit


def rename(old, new):
    return put(1, old, new)


def drop(name):
    def edit(lines):
        place = lines[0].index(name)
        for line in lines:
            del line[place]

    return edit


def add(name, place=None):
    def edit(lines):
        for i, line in enumerate(lines):
            line.insert(len(line) if place is None else place, "0" if i else name)

    return edit


def cell(text, shown=None):
    """Give a case: this text in line 3."""
    found = re.escape(shown or repr(text))
    message = f"line 3, column pixel7: got {found}, expected a whole number from 0 to 255$"
    return put(3, "pixel7", text), message


def raw(content):
    return lambda lines: content


# Each edits the lines of a good file of 5 rows, or returns bytes in their place.
BAD = {
    "missing column": (drop("pixel5"), "line 1: column pixel5 is missing; expected the names"),
    "extra column": (add("weight"), r"line 1: column 78[56] is named 'weight'; expected"),
    "index column": (add("", 0), r"line 1: column 1 is named ''; expected"),
    "misnamed column": (
        rename("pixel5", "Pixel5"),
        r"line 1: column [67] is named 'Pixel5', column pixel5 is missing; expected",
    ),
    "space in a name": (rename("pixel5", " pixel5"), "is named ' pixel5', column pixel5 is miss"),
    "column twice": (add("pixel5"), "line 1: column pixel5 is there more than once; expected"),
    "column in place of another": (
        rename("pixel6", "pixel5"),
        "line 1: column pixel6 is missing, column pixel5 is there more than once; expected",
    ),
    "name that pandas gives": (rename("pixel6", "pixel5.1"), "is named 'pixel5.1', column pixel6"),
    "text": cell("ink"),
    "long text": cell("ink" * 20, repr(("ink" * 20)[:40])),
    "empty": cell("", "an empty cell"),
    "space": cell(" ", "an empty cell"),
    "NA": cell("NA"),
    "nan": cell("nan"),
    "infinity": cell("inf"),
    "too large for a float": cell("1e400"),
    "fraction": cell("0.5"),
    "fraction near the top": cell("255.5"),
    "negative": cell("-1"),
    "256": cell("256"),
    "512, which is 0 as a byte": cell("512"),
    "65 bits": cell("18446744073709551616"),
    "huge": cell("9" * 30),
    "true": cell("True"),
    "hexadecimal": cell("0x1F"),
    "underscore": cell("1_0"),
    "digits of another script": cell("\N{ARABIC-INDIC DIGIT ONE}"),
    "two numbers": cell("1 2"),
    "semicolon": cell("1;2"),
    "Latin-1": (
        lambda lines: put(3, "pixel7", "caf?")(lines) or joined(lines).replace(b"caf?", b"caf\xe9"),
        r"line 3, column pixel7: got 'caf\\\\xe9'",
    ),
    "column of truth values": (in_every_line("pixel7", "True"), "line 2, column pixel7: got 'T"),
    "column of fractions": (in_every_line("pixel7", "0.25"), "line 2, column pixel7: got '0.25'"),
    "empty column": (in_every_line("pixel7", ""), "line 2, column pixel7: got an empty cell"),
    "last cell": (put(6, "pixel783", "300"), "line 6, column pixel783: got '300'"),
    "short line": (
        lambda lines: lines[2].pop(),
        r"line 3: the line ends before column pixel783, with 78[34] values, expected 78[45]; is",
    ),
    "truncated last line": (
        lambda lines: joined(lines)[:-1000],
        r"line 6: the line ends before column pixel\d+, with \d+ values, expected 78[45]; is the",
    ),
    "truncated after a comma": (
        lambda lines: joined(lines)[:-1000].rpartition(b",")[0] + b",",
        r"line 6: the line ends before column pixel\d+",
    ),
    "truncated after one value": (
        lambda lines: joined(lines[:-1]) + b"7",
        "line 6: the line ends before column pixel[01], with 1 values",
    ),
    "truncated header": (lambda lines: joined(lines)[:500], "line 1: column .* is missing"),
    "long line": (
        lambda lines: lines[2].append("12"),
        r"line 3: '12' comes after the last column, pixel783; got 78[56] values, expected 78[45]",
    ),
    "long first line": (lambda lines: lines[1].append("12"), "line 2: '12' comes after the last"),
    "every line long": (  # pandas takes the first column for row names
        lambda lines: [line.append("12") for line in lines[1:]] and None,
        "line 2: '12' comes after the last column, pixel783",
    ),
    "every line two too long": (
        lambda lines: [line.extend(["1", "2"]) for line in lines[1:]] and None,
        "line 2: '1' comes after the last column, pixel783",
    ),
    "every line ends in a comma": (
        lambda lines: [line.append("") for line in lines[1:]] and None,
        "line 2: '' comes after the last column, pixel783",
    ),
    "no rows": (lambda lines: joined(lines[:1]), "has a header and no rows, expected one row per"),
    "no rows, blank lines": (lambda lines: joined(lines[:1]) + b"\n\n", "has a header and no rows"),
    "empty file": (raw(b""), "is empty, expected a header"),
    "blank lines only": (raw(b"\n \n\n"), "is empty, expected a header"),
    "no header": (
        lambda lines: joined(lines[1:]),
        r"line 1: '\d+,\d+,.*' are numbers, the header is missing; expected the names",
    ),
    "no header, decimals": (raw(b"1.0,0.0\n1.0,0.0\n"), "line 1: '1.0,0.0' are numbers, the head"),
    "semicolons": (lambda lines: joined(lines, ";"), "line 1: '.*;.*' is not separated by commas"),
    "tabs": (lambda lines: joined(lines, "\t"), r"line 1: '.*\\t.*' is not separated by commas"),
    "web page": (
        raw(b"\n<!DOCTYPE html>\n<html><title>Login, please | Kaggle</title>\n"),
        "line 2: '<!DOCTYPE html>' begins a web page .log in to Kaggle and download",
    ),
    "plain text": (raw(b"hello\n"), "line 1: column 1 is named 'hello', column .* is missing"),
    "submission": (raw(b"ImageId,Label\n1,0\n"), "line 1: column 1 is named 'ImageId', column"),
    "image": (raw(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), r"line 1: .*PNG' is not text in UTF-8"),
    "bytes": (raw(bytes(range(256)) * 9), "line 1: .* is not text in UTF-8"),
    "UTF-16": (lambda lines: joined(lines).decode().encode("utf-16"), "line 1: .* is not text in"),
    "quote without end": (put(3, "pixel7", '"5'), "line 6: the line ends before column pixel8"),
    "quote without end, large": (raw(b'"' + b"0,\n" * 90_000), r"line \d+: not CSV \(field"),
    "gzip without its ending": (
        lambda lines: gzip.compress(joined(lines)),
        r"is a gzip file, expected CSV; unpack it, or let its name end in \.gz",
    ),
    "zip without its ending": (
        lambda lines: zipped(a=joined(lines)),
        r"is a zip file, expected CSV; unpack it, or let its name end in \.zip",
    ),
}  # fmt: skip


def write_bad(path, edit):
    lines = made(5, labeled=path.name.startswith("train"))
    content = edit(lines)
    path.write_bytes(content if isinstance(content, bytes) else joined(lines))


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", LOADERS)
def test_a_bad_file_is_refused(tmp_path, name, kind):
    edit, message = BAD[kind]
    write_bad(tmp_path / name, edit)
    with pytest.raises(ValueError, match=rf"{re.escape(name)}[ ,].*{message}"):
        LOADERS[name](tmp_path / name)


@pytest.mark.parametrize("text", ["10", "-1", "2.5", "", "seven", "nan"])
def test_a_bad_label_is_refused(tmp_path, text):
    write_bad(tmp_path / "train.csv", put(4, "label", text))
    message = "train.csv, line 4, column label: got .*, expected a whole number from 0 to 9$"
    with pytest.raises(ValueError, match=message):
        load_kaggle(tmp_path / "train.csv")


def test_a_bad_label_is_found_where_the_column_is(tmp_path):
    lines = [line[1:5] + line[:1] + line[5:] for line in made(5, labeled=True)]
    put(4, "label", "12")(lines)
    (tmp_path / "train.csv").write_bytes(joined(lines))
    with pytest.raises(ValueError, match=r"line 4, column label: got '12', .* from 0 to 9$"):
        load_kaggle(tmp_path / "train.csv")


@pytest.mark.parametrize("kind", ["text", "256", "short line", "long line"])
@pytest.mark.parametrize("line", [2, 3, 4, 5, 6, 7, 8])
def test_the_line_is_right_in_every_chunk(tmp_path, monkeypatch, line, kind):
    monkeypatch.setattr(kaggle, "CHUNK_ROWS", 3)
    lines = made(7, labeled=True)
    if kind in ("text", "256"):
        put(line, "pixel7", kind)(lines)
    else:
        lines[line - 1][9:10] = ["0"] * (kind == "long line") * 2
    (tmp_path / "train.csv").write_bytes(joined(lines))
    with pytest.raises(ValueError, match=rf"train\.csv, line {line}[:,]"):
        load_kaggle(tmp_path / "train.csv")


def test_text_far_down_brings_no_warning_of_pandas(tmp_path):
    lines = made(1, labeled=True) + [["0"] * 785] * 2000  # pandas looks at 1,024 lines at a time
    lines[1500] = [*lines[1500][:-1], "ink"]
    (tmp_path / "train.csv").write_bytes(joined(lines))
    with pytest.raises(ValueError, match="line 1501, column pixel783: got 'ink'"):
        load_kaggle(tmp_path / "train.csv")  # warnings are errors


def test_blank_lines_are_counted_as_an_editor_counts_them(tmp_path):
    lines = made(5, labeled=True)
    put(5, "pixel7", "ink")(lines)
    (tmp_path / "train.csv").write_bytes(joined(lines).replace(b"\n", b"\n\n"))
    with pytest.raises(ValueError, match="line 9, column pixel7: got 'ink'"):
        load_kaggle(tmp_path / "train.csv")


def test_the_first_of_several_faults_is_named(tmp_path):
    lines = made(5, labeled=True)
    for line, name in (3, "pixel9"), (3, "pixel8"), (4, "pixel1"):
        put(line, name, "ink")(lines)
    (tmp_path / "train.csv").write_bytes(joined(lines))
    with pytest.raises(ValueError, match="line 3, column pixel8"):
        load_kaggle(tmp_path / "train.csv")


def test_what_pandas_alone_refuses_is_said_too(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise pd.errors.ParserError("pandas' own words")

    (tmp_path / "train.csv").write_bytes(joined(made(5, labeled=True)))
    monkeypatch.setattr(pd, "read_csv", fail)
    with pytest.raises(ValueError, match=r"train\.csv cannot be read: pandas' own words"):
        load_kaggle(tmp_path / "train.csv")


MIXED_UP = {
    "train.csv": r"line 1: there is no column label, this looks like test\.csv; expected the names "
    "label, pixel0, … pixel783",
    "test.csv": r"line 1: there is a column label, this looks like train\.csv; expected the names "
    "pixel0, pixel1, … pixel783",
}


@pytest.mark.parametrize("name", LOADERS)
def test_a_train_file_and_a_test_file_are_told_apart(tmp_path, name):
    (tmp_path / name).write_bytes(joined(made(5, labeled=name == "test.csv")))
    with pytest.raises(ValueError, match=rf"{re.escape(name)}, {MIXED_UP[name]}"):
        LOADERS[name](tmp_path / name)


CSV = joined(made(5, labeled=True))
DAMAGED = {
    "cut.csv.gz": (gzip.compress(CSV)[:-30], "is damaged, or not what its name says"),
    "cut_in_the_header.gz": (gzip.compress(CSV)[:12], "is damaged, or not what its name says"),
    "checksum.gz": (gzip.compress(CSV)[:-8] + bytes(8), "is damaged, or not what its name says"),
    "data.gz": (gzip.compress(CSV)[:3000] + bytes(99), "is damaged, or not what its name says"),
    "plain.csv.gz": (CSV, "is damaged, or not what its name says: Not a gzip"),
    "plain.csv.zip": (CSV, "is damaged, or not what its name says: File is not a zip"),
    "cut.zip": (zipped(a=CSV)[:-30], "is damaged, or not what its name says"),
    "checksum.zip": (
        zipped(a=CSV).replace(CSV, CSV[:-2] + bytes([CSV[-2] ^ 1]) + b"\n"),  # another digit
        "is damaged, or not what its name says",
    ),
    "none.zip": (zipped(), "holds 0 files, expected a single CSV file"),
    "competition.zip": (zipped(a=CSV, b=CSV), "holds 2 files, expected a single CSV file; unpack"),
    "picture.zip": (zipped(a=b"\x89PNG\0\0\xff"), "line 1: .*PNG.* is not text in UTF-8"),
    "empty.zip": (zipped(a=b""), "is empty, expected a header"),
    "page.csv.gz": (gzip.compress(b"<html>"), "line 1: '<html>' begins a web page"),
    "train.csv.xz": (b"\xfd7zXZ\0\0\4", "line 1: .* is not text in UTF-8"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_bad_archive_is_refused(tmp_path, name):
    content, message = DAMAGED[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{re.escape(name)}[ ,].*{message}"):
        load_kaggle(tmp_path / name)


@pytest.mark.parametrize("load", LOADERS.values())
def test_a_missing_file_or_a_folder_is_named(tmp_path, load):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nowhere\.csv$"):
        load(tmp_path / "nowhere.csv")
    with pytest.raises(FileNotFoundError, match=r"there is no file .*, it is a folder$"):
        load(tmp_path)


# The submission


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_a_submission_is_what_kaggle_asks_for(tmp_path, dtype):
    write_submission(str(tmp_path / "new.csv"), np.array([7, 0, 9, 9], dtype))
    assert (tmp_path / "new.csv").read_bytes() == b"ImageId,Label\n1,7\n2,0\n3,9\n4,9\n"
    assert os.listdir(tmp_path) == ["new.csv"]


def test_an_older_submission_is_never_overwritten(tmp_path):
    (tmp_path / "old.csv").write_text("older")
    with pytest.raises(FileExistsError, match=r"old\.csv is there already; move it away or"):
        write_submission(tmp_path / "old.csv", np.array([7]))
    assert (tmp_path / "old.csv").read_text() == "older"
    with pytest.raises(FileExistsError, match="is there already"):
        write_submission(tmp_path, np.array([7]))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cannot write .*new\.csv: there is no folder .*a"):
        write_submission(tmp_path / "a" / "new.csv", np.array([7]))


@pytest.mark.parametrize("written", ["ImageId,Label\n1,7\n", "ImageId,Label\n1,7\n2,1\n", "a\n"])
def test_a_submission_that_does_not_read_back_is_no_submission(tmp_path, monkeypatch, written):
    monkeypatch.setattr(
        pd.DataFrame, "to_csv", lambda self, path, **settings: Path(path).write_text(written)
    )
    with pytest.raises(OSError, match=r"new\.csv does not read back as it was written"):
        write_submission(tmp_path / "new.csv", np.array([7, 0]))
    assert not os.listdir(tmp_path)


# Files made from MNIST


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder of its own, without Kaggle's files."""
    monkeypatch.setattr(kaggle, "PROJECT", tmp_path)
    return tmp_path


@pytest.fixture
def tiny(monkeypatch, project):
    """Let the files be made from 10 and 4 images in place of 60,000 and 10,000."""
    rng = np.random.default_rng(0)
    X = (rng.integers(0, 256, (14, 784)) / 255).astype(np.float32)
    monkeypatch.setattr(kaggle, "load_mnist", lambda: (X[:10], np.arange(10), X[10:], None))
    monkeypatch.setattr(kaggle, "TRAIN_ROWS", 6)
    return project


def images(table):
    return [row.tobytes() for row in table.to_numpy(np.uint8)]


# not getrusage: there a process starts with the peak of the one that has started it
MEMORY = """
import re, sys
from pathlib import Path
from helpers import load_kaggle
X, y = load_kaggle(sys.argv[1])
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def test_the_files_are_those_of_kaggle_in_format_size_and_order(project, mnist):
    paths = kaggle_files()
    assert paths == (project / "data/cache/train.csv", project / "data/cache/test.csv")
    train, test = map(pd.read_csv, paths)
    assert (train.columns.tolist(), len(train)) == (["label", *PIXELS], 42_000)
    assert (test.columns.tolist(), len(test)) == (PIXELS, 28_000)

    X, y, X_test, y_test = mnist
    pixels = np.uint8(np.rint(np.concatenate([X, X_test]) * 255))
    bytes_of_mnist = [row.tobytes() for row in pixels]
    train_images, test_images = images(train[PIXELS]), images(test)
    assert Counter(train_images + test_images) == Counter(bytes_of_mnist)  # each of them once
    assert set(train_images) <= set(bytes_of_mnist[:60_000])
    labels = dict(zip(bytes_of_mnist, [*y.tolist(), *y_test.tolist()], strict=True))
    assert train["label"].tolist() == [labels[image] for image in train_images]
    assert set(test_images[:1000]) & set(bytes_of_mnist[60_000:])  # shuffled: both from the start
    assert set(test_images[:1000]) & set(bytes_of_mnist[:60_000])
    assert train["label"].tolist()[:42_000] != y.tolist()[:42_000]

    if sys.platform == "linux":
        command = [sys.executable, "-c", MEMORY, paths[0]]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        # kB; plain pd.read_csv alone takes 690 MB
        assert int(done.stdout) < 500_000


def test_that_the_files_are_not_kaggles_is_said_each_time(tiny, capsys):
    printed = []
    for _ in "made", "found":
        kaggle_files()
        printed.append(capsys.readouterr().out)
    assert "not in data/kaggle" in printed[0]
    assert "from MNIST" in printed[0]
    assert "data/cache/train.csv and data/cache/test.csv" in printed[0]
    assert str(tiny) not in printed[0]
    assert printed[0] == printed[1]  # a notebook prints the same each time


def test_the_files_are_made_once_and_the_same_each_time(tiny, monkeypatch):
    paths = kaggle_files()
    contents = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    assert [path.read_bytes() for path in kaggle_files()] == contents
    paths[0].write_text("the reader's own")
    monkeypatch.setattr(kaggle, "load_mnist", lambda: pytest.fail("it makes them again"))
    kaggle_files()
    assert [path.read_bytes() for path in paths] == [b"the reader's own", contents[1]]


@pytest.mark.parametrize("there", [0, 1])
def test_only_the_missing_one_is_made(tiny, there):
    paths = kaggle_files()
    contents = [path.read_bytes() for path in paths]
    paths[there].write_text("the reader's own")
    paths[1 - there].unlink()
    kaggle_files()
    assert paths[there].read_text() == "the reader's own"
    assert paths[1 - there].read_bytes() == contents[1 - there]


def put_files(folder, *names):
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("Kaggle's")


def test_kaggles_own_files_come_first(project, monkeypatch, tmp_path, capsys):
    mounts = [tmp_path / "mount 1", tmp_path / "mount 2"]
    monkeypatch.setattr(kaggle, "MOUNTS", mounts)
    monkeypatch.setattr(kaggle, "load_mnist", lambda: pytest.fail("it makes files"))
    for folder in [*mounts[::-1], project / "data" / "kaggle"]:
        put_files(folder, "train.csv", "test.csv")
        assert kaggle_files() == (folder / "train.csv", folder / "test.csv")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["train.csv", "test.csv"])
def test_half_of_kaggles_files_is_not_mixed_with_others(tiny, name):
    put_files(tiny / "data" / "kaggle", name)
    assert {path.parent.name for path in kaggle_files()} == {"cache"}


def test_kaggle_mounts_the_competition_here():
    for folder in "digit-recognizer", "competitions/digit-recognizer":
        code = (ROOT / "helpers" / "kaggle.py").read_text(encoding="utf-8")
        assert f'Path("/kaggle/input/{folder}")' in code


def test_a_folder_that_cannot_be_written_is_named(tiny):
    (tiny / "data").mkdir()
    (tiny / "data" / "cache").write_text("in the way")
    with pytest.raises(OSError, match=r"cannot write into .*cache.*; make it writable, or put Kag"):
        kaggle_files()


def test_a_damaged_mnist_is_not_taken_for_a_folder_that_cannot_be_written(project, monkeypatch):
    def missing():
        raise FileNotFoundError("there is no file mnist.npz")

    monkeypatch.setattr(kaggle, "load_mnist", missing)
    with pytest.raises(FileNotFoundError, match=r"^there is no file mnist\.npz$"):
        kaggle_files()


def test_a_file_that_is_half_written_is_never_met(tiny, monkeypatch):
    def rows():
        yield np.zeros(785, np.uint8)
        raise OSError("No space left on device")

    monkeypatch.setattr(kaggle, "_mnist_in_two", lambda: (rows(), rows()))
    with pytest.raises(OSError, match="No space left on device"):
        kaggle_files()
    assert not os.listdir(tiny / "data" / "cache")


# From a terminal


@pytest.fixture
def no_training(monkeypatch):
    monkeypatch.setattr(train_mnist, "train", lambda *args, **kwargs: pytest.fail("it trains"))


@pytest.fixture
def files(tmp_path):
    """A folder with a good file of each kind."""
    for name, labeled in ("train.csv", True), ("test.csv", False):
        (tmp_path / name).write_bytes(joined(made(5, labeled)))
    return tmp_path


def arguments(folder, **options):
    options = {
        "train": folder / "train.csv",
        "predict": folder / "test.csv",
        "submission": folder / "out" / "submission.csv",
        "output": folder / "out",
    } | options
    return [
        argument
        for name, value in options.items()
        if value is not None
        for argument in (f"--{name.replace('_', '-')}", str(value))
    ]


def assert_refused(capsys, folder, message, **options):
    """The command ends with one line that says why, and leaves nothing."""
    before = sorted(folder.rglob("*"))
    with contextlib.chdir(folder):
        assert main(arguments(folder, **options)) == 1
    printed = capsys.readouterr()
    assert re.fullmatch(rf"error: .*{message}.*\n", printed.err)
    assert not printed.out
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", LOADERS)
def test_the_command_refuses_a_bad_file(no_training, files, capsys, name, kind):
    edit, message = BAD[kind]
    write_bad(files / name, edit)
    assert_refused(capsys, files, rf"{re.escape(name)}[ ,].*{message}")


@pytest.mark.parametrize("name", DAMAGED)
def test_the_command_refuses_a_bad_archive(no_training, files, capsys, name):
    content, message = DAMAGED[name]
    (files / name).write_bytes(content)
    assert_refused(capsys, files, message, train=files / name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train": "test.csv"}, "no column label, this looks like test"),
        ({"predict": "train.csv"}, "a column label, this looks like train"),
        ({"train": "nowhere.csv"}, r"there is no file nowhere\.csv"),
        ({"predict": "nowhere.csv"}, r"there is no file nowhere\.csv"),
        ({"train": "."}, "there is no file ., it is a folder"),
        ({"train": None}, "go together: also give --train$"),
        ({"predict": None}, "go together: also give --predict$"),
        ({"submission": None}, "go together: also give --submission$"),
        ({"train": None, "submission": None}, "go together: also give --train and --submission$"),
        ({"submission": "test.csv"}, r"test\.csv is there already; move it away"),
        ({"submission": "."}, "is there already"),
        ({"submission": "test.csv/new.csv"}, r"cannot write .*test\.csv is not writable"),
        ({"submission": "out"}, "--submission .* is in the way of the results in"),
        ({"submission": "new", "output": "new/out"}, "--submission .* is in the way of"),
        ({"submission": "out/history.csv"}, r"--submission .*history\.csv is in the way of"),
        ({"epochs": 0}, "--epochs must be at least 1"),
    ],
)
def test_the_command_refuses_what_cannot_work(no_training, files, capsys, options, message):
    assert_refused(capsys, files, message, **options)


def test_one_image_cannot_be_trained_on_and_measured_on(no_training, files, capsys):
    (files / "train.csv").write_bytes(joined(made(1, labeled=True)))
    assert_refused(capsys, files, r"train\.csv has 1 row, expected at least 2")


def test_training_that_diverges_leaves_nothing(files, capsys):
    before = sorted(files.rglob("*"))
    assert main(arguments(files, learning_rate=1000, epochs=3)) == 1
    assert re.search("error: .*diverged", capsys.readouterr().err)
    assert sorted(files.rglob("*")) == before


@pytest.fixture
def digits(tmp_path, mnist):
    """A folder with real digits: 600 with labels, 300 without, whose labels are returned too."""
    X, y, X_test, y_test = mnist
    to_lines = lambda A: np.rint(A * 255).astype(int).astype(str).tolist()  # noqa: E731
    rows = [[str(label), *row] for label, row in zip(y[:600], to_lines(X[:600]), strict=True)]
    (tmp_path / "train.csv").write_bytes(joined([["label", *PIXELS], *rows]))
    (tmp_path / "test.csv").write_bytes(joined([PIXELS, *to_lines(X_test[:300])]))
    return tmp_path, X_test[:300], y_test[:300]


def test_the_command_predicts_every_row_in_its_order(digits):
    folder, X_test, y_test = digits
    options = {"submission": folder / "new.csv", "output": folder / "out"}
    done = subprocess.run(
        [sys.executable, "-m", "helpers.train_mnist", *arguments(folder, **options)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    submission = pd.read_csv(folder / "new.csv")
    assert submission.columns.tolist() == ["ImageId", "Label"]
    assert submission["ImageId"].tolist() == list(range(1, 301))
    assert np.mean(submission["Label"] == y_test) > 0.7  # these rows, in this order
    params = load_params(folder / "out" / "parameters.npz")
    assert submission["Label"].tolist() == predict(X_test, params).tolist()

    assert "training 784-128-64-10 on 540 images" in done.stdout
    assert "300 predictions are in" in done.stdout
    assert {path.name for path in (folder / "out").iterdir()} == {
        "confusion_matrix.png",
        "history.csv",
        "learning_curves.png",
        "mistakes.png",
        "parameters.npz",
    }
    history = pd.read_csv(folder / "out" / "history.csv")
    [percent] = re.findall(r"dev accuracy ([\d.]+)%", done.stdout)
    assert float(percent) == pytest.approx(100 * history["dev_accuracy"].iloc[-1], abs=0.006)
    hits = history["dev_accuracy"] * 60
    assert hits.tolist() == pytest.approx(hits.round().tolist())


def test_a_few_rows_are_enough(files, monkeypatch):
    """A tiny dev set has a large loss, which is not divergence."""
    monkeypatch.setattr(train_mnist, "UNSTEADY_STEPS", 20)
    assert main(arguments(files, hidden=8, epochs=30)) == 0
    assert len(pd.read_csv(files / "out" / "submission.csv")) == 5


@pytest.mark.parametrize(("unsteady_steps", "status"), [(10, 0), (3, 1)])
def test_a_loss_that_jumps_up_at_first_is_not_divergence(
    files, monkeypatch, unsteady_steps, status
):
    monkeypatch.setattr(train_mnist, "evaluate", lambda *args: (99.0, 0.1))  # after each epoch
    monkeypatch.setattr(train_mnist, "UNSTEADY_STEPS", unsteady_steps)
    assert main(arguments(files, epochs=6)) == status  # 6 steps


def test_the_activation_is_used_for_the_submission(digits):
    folder, X_test, _ = digits
    assert main(arguments(folder, activation="tanh", hidden=8, epochs=3)) == 0
    params = load_params(folder / "out" / "parameters.npz")
    submission = pd.read_csv(folder / "out" / "submission.csv")
    assert submission["Label"].tolist() == predict(X_test, params, "tanh").tolist()


def test_a_submission_may_go_into_a_new_folder(files):
    submission = files / "deeper" / "still" / "new.csv"
    assert main(arguments(files, hidden=8, epochs=30, submission=submission)) == 0
    assert submission.is_file()
