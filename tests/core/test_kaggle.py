"""Kaggle's files: read, refused when something is wrong, made from MNIST; the submission."""

import errno
import gzip
import io
import os
import re
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import kaggle, kaggle_files, load_kaggle, load_kaggle_test, write_submission

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


def load(path):
    """Call the function that a file's name asks for."""
    return (load_kaggle_test if path.name.startswith("test") else load_kaggle)(path)


# Files that are read


def assert_read(path, lines):
    """What the loader returns is what the lines say."""
    numbers = np.array(lines[1:]).astype(int)
    labeled = lines[0][0] == "label"
    X, y = load_kaggle(path) if labeled else (load_kaggle_test(str(path)), None)
    if labeled:
        np.testing.assert_array_equal(y, numbers[:, 0], strict=True)
    expected = np.float32(numbers[:, labeled:]) / np.float32(255)
    np.testing.assert_array_equal(X, expected, strict=True)
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
    "pixels from 1": lambda lines: joined(
        [[f"pixel{int(name[5:]) + 1}" if name[:5] == "pixel" else name for name in lines[0]],
         *lines[1:]]),
    "label in the middle": lambda lines: joined([[*r[1:9], r[0], *r[9:]] for r in lines]),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(("chunk_rows", "labeled"), [(3, True), (4000, True), (3, False)])
def test_a_file_is_read(tmp_path, monkeypatch, kind, chunk_rows, labeled):
    monkeypatch.setattr(kaggle, "CHUNK_ROWS", chunk_rows)
    lines = made(7, labeled)
    (tmp_path / "any.csv").write_bytes(GOOD[kind](lines))
    assert_read(tmp_path / "any.csv", lines)


def test_a_file_takes_much_less_memory_than_pandas_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(kaggle, "CHUNK_ROWS", 100)
    lines = made(1, labeled=True)
    (tmp_path / "train.csv").write_bytes(joined(lines + 799 * lines[1:]))
    tracemalloc.start()
    X, _ = load_kaggle(tmp_path / "train.csv")
    peak = tracemalloc.get_traced_memory()[1] / X.size
    tracemalloc.stop()
    assert peak < 8  # bytes per pixel, as many as pandas alone keeps; read at once it takes 20


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


def each(change):
    def edit(lines):
        for line in lines[1:]:
            change(line)

    return edit


def in_every_line(text):
    return each(lambda line: line.__setitem__(9, text))


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
    "misnamed column": (put(1, "pixel5", "Pixel5"),
        r"line 1: column [67] is named 'Pixel5', column pixel5 is missing; expected"),
    "space in a name": (put(1, "pixel5", " pixel5"), "is named ' pixel5', column pixel5 is miss"),
    "column twice": (add("pixel5"), "line 1: column pixel5 is there more than once; expected"),
    "column in place of another": (put(1, "pixel6", "pixel5"),
        "line 1: column pixel6 is missing, column pixel5 is there more than once; expected"),
    "name that pandas gives": (put(1, "pixel6", "pixel5.1"), "is named 'pixel5.1', column pixel6"),
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
        r"line 3, column pixel7: got 'caf\\\\xe9'"),
    "column of truth values": (in_every_line("True"), "line 2, column pixel[89]: got 'T"),
    "column of fractions": (in_every_line("0.25"), "line 2, column pixel[89]: got '0.25'"),
    "empty column": (in_every_line(""), "line 2, column pixel[89]: got an empty cell"),
    "last cell": (put(6, "pixel783", "300"), "line 6, column pixel783: got '300'"),
    "short line": (lambda lines: lines[2].pop(),
        r"line 3: the line ends before column pixel783, with 78[34] values, expected 78[45]; is"),
    "truncated last line": (lambda lines: joined(lines)[:-1000],
        r"line 6: the line ends before column pixel\d+, with \d+ values, expected 78[45]; is the"),
    "truncated after a comma": (lambda lines: joined(lines)[:-1000].rpartition(b",")[0] + b",",
        r"line 6: the line ends before column pixel\d+"),
    "truncated after one value": (lambda lines: joined(lines[:-1]) + b"7",
        "line 6: the line ends before column pixel[01], with 1 values"),
    "truncated header": (lambda lines: joined(lines)[:500], "line 1: column .* is missing"),
    "long line": (lambda lines: lines[2].append("12"),
        r"line 3: '12' comes after the last column, pixel783; got 78[56] values, expected 78[45]"),
    "long first line": (lambda lines: lines[1].append("12"), "line 2: '12' comes after the last"),
    "every line long": (each(lambda line: line.append("12")),
        "line 2: '12' comes after the last column, pixel783"),
    "every line two too long": (each(lambda line: line.extend("12")),
        "line 2: '1' comes after the last column, pixel783"),
    "every line ends in a comma": (each(lambda line: line.append("")),
        "line 2: '' comes after the last column, pixel783"),
    "no rows": (lambda lines: joined(lines[:1]), "has a header and no rows, expected one row per"),
    "no rows, blank lines": (lambda lines: joined(lines[:1]) + b"\n\n", "has a header and no rows"),
    "empty file": (raw(b""), "is empty, expected a header"),
    "blank lines only": (raw(b"\n \n\n"), "is empty, expected a header"),
    "no header": (lambda lines: joined(lines[1:]),
        r"line 1: '\d+,\d+,.*' are numbers, the header is missing; expected the names"),
    "no header, decimals": (raw(b"1.0,0.0\n1.0,0.0\n"), "line 1: '1.0,0.0' are numbers, the head"),
    "semicolons": (lambda lines: joined(lines, ";"), "line 1: '.*;.*' is not separated by commas"),
    "tabs": (lambda lines: joined(lines, "\t"), r"line 1: '.*\\t.*' is not separated by commas"),
    "web page": (raw(b"\n<!DOCTYPE html>\n<html><title>Login, please | Kaggle</title>\n"),
        "line 2: '<!DOCTYPE html>' begins a web page .log in to Kaggle and download"),
    "plain text": (raw(b"hello\n"), "line 1: column 1 is named 'hello', column .* is missing"),
    "submission": (raw(b"ImageId,Label\n1,0\n"), "line 1: column 1 is named 'ImageId', column"),
    "image": (raw(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), r"line 1: .*PNG' is not text in UTF-8"),
    "bytes": (raw(bytes(range(256)) * 9), "line 1: .* is not text in UTF-8"),
    "UTF-16": (lambda lines: joined(lines).decode().encode("utf-16"), "line 1: .* is not text in"),
    "quote without end": (put(3, "pixel7", '"5'), "line 6: the line ends before column pixel8"),
    "quote without end, large": (raw(b'"' + b"0,\n" * 90_000), r"line \d+: not CSV \(field"),
    "gzip without its ending": (lambda lines: gzip.compress(joined(lines)),
        r"is a gzip file, expected CSV; unpack it, or let its name end in \.gz"),
    "zip without its ending": (lambda lines: zipped(a=joined(lines)),
        r"is a zip file, expected CSV; unpack it, or let its name end in \.zip"),
}  # fmt: skip


def assert_refused(path, content, message):
    path.write_bytes(content if isinstance(content, bytes) else joined(content))
    with pytest.raises(ValueError, match=rf"{re.escape(path.name)}[ ,].*{message}"):
        load(path)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", ["train.csv", "test.csv"])
def test_a_bad_file_is_refused(tmp_path, name, kind):
    edit, message = BAD[kind]
    lines = made(5, labeled=name == "train.csv")
    content = edit(lines)
    assert_refused(tmp_path / name, content if isinstance(content, bytes) else lines, message)


@pytest.mark.parametrize("text", ["10", "-1", "2.5", "", "seven", "nan"])
@pytest.mark.parametrize("place", [0, 4])
def test_a_bad_label_is_refused_wherever_its_column_is(tmp_path, text, place):
    lines = [line[1 : place + 1] + line[:1] + line[place + 1 :] for line in made(5, labeled=True)]
    put(4, "label", text)(lines)
    way_out = r"; load_kaggle\(path, classes=11\) takes it" if text == "10" else ""
    message = f"line 4, column label: got .*, expected a whole number from 0 to 9{way_out}$"
    assert_refused(tmp_path / "train.csv", lines, message)


def test_more_classes_are_read_when_their_number_is_said(tmp_path):
    lines = made(5, labeled=True)
    put(4, "label", "24")(lines)  # as in Kaggle's letters in sign language
    (tmp_path / "train.csv").write_bytes(joined(lines))
    assert load_kaggle(tmp_path / "train.csv", classes=25)[1].max() == 24
    with pytest.raises(ValueError, match=r"from 0 to 23; load_kaggle\(path, classes=25\) takes it"):
        load_kaggle(tmp_path / "train.csv", classes=24)
    with pytest.raises(ValueError, match="classes must be at least 1, got 0"):
        load_kaggle(tmp_path / "train.csv", classes=0)


@pytest.mark.parametrize("kind", ["text", "256", "short line", "long line"])
@pytest.mark.parametrize("line", [2, 3, 4, 5, 6, 7, 8])
def test_the_line_is_right_in_every_chunk(tmp_path, monkeypatch, line, kind):
    monkeypatch.setattr(kaggle, "CHUNK_ROWS", 3)
    lines = made(7, labeled=True)
    if kind in ("text", "256"):
        put(line, "pixel7", kind)(lines)
    else:
        lines[line - 1][9:10] = ["0"] * (kind == "long line") * 2
    assert_refused(tmp_path / "train.csv", lines, f"line {line}[:,]")


def test_text_far_down_brings_no_warning_of_pandas(tmp_path):
    lines = made(1, labeled=True) + [["0"] * 785] * 1100  # pandas looks at 1,024 lines at a time
    lines[1050] = [*lines[1050][:-1], "ink"]
    message = "line 1051, column pixel783: got 'ink'"  # warnings are errors
    assert_refused(tmp_path / "train.csv", lines, message)


def test_blank_lines_are_counted_as_an_editor_counts_them_up_to_the_first_fault(tmp_path):
    lines = made(5, labeled=True)
    for line, name in (5, "pixel9"), (5, "pixel8"), (6, "pixel1"):
        put(line, name, "ink")(lines)
    content = joined(lines).replace(b"\n", b"\n\n")
    assert_refused(tmp_path / "train.csv", content, "line 9, column pixel8: got 'ink'")


def test_what_pandas_alone_refuses_is_said_too(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise pd.errors.ParserError("pandas' own words")

    monkeypatch.setattr(pd, "read_csv", fail)
    message = "cannot be read: pandas' own words"
    assert_refused(tmp_path / "train.csv", made(5, labeled=True), message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("train.csv", r"no column label, this looks like test\.csv; .* label, pixel0, … pixel783"),
        ("test.csv", r"a column label, this looks like train\.csv; .* pixel0, pixel1, … pixel783"),
    ],
)
def test_a_train_file_and_a_test_file_are_told_apart(tmp_path, name, message):
    lines = made(5, labeled=name == "test.csv")
    assert_refused(tmp_path / name, lines, f"line 1: there is {message}")


CSV = joined(made(5, labeled=True))
ANOTHER_DIGIT = CSV[:-2] + bytes([CSV[-2] ^ 1]) + b"\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.csv.gz", gzip.compress(CSV)[:-30], "is damaged, or not what its name says"),
        ("cut_in_the_header.gz", gzip.compress(CSV)[:12], "is damaged, or not what its name says"),
        ("checksum.gz", gzip.compress(CSV)[:-8] + bytes(8), "is damaged, or not what its name"),
        ("data.gz", gzip.compress(CSV)[:3000] + bytes(99), "is damaged, or not what its name says"),
        ("plain.csv.gz", CSV, "is damaged, or not what its name says: Not a gzip"),
        ("plain.csv.zip", CSV, "is damaged, or not what its name says: File is not a zip"),
        ("cut.zip", zipped(a=CSV)[:-30], "is damaged, or not what its name says"),
        ("checksum.zip", zipped(a=CSV).replace(CSV, ANOTHER_DIGIT), "is damaged, or not what its"),
        ("none.zip", zipped(), "holds 0 files, expected a single CSV file"),
        ("two.zip", zipped(a=CSV, b=CSV), "holds 2 files, expected a single CSV file; unpack"),
        ("picture.zip", zipped(a=b"\x89PNG\0\0\xff"), "line 1: .*PNG.* is not text in UTF-8"),
        ("empty.zip", zipped(a=b""), "is empty, expected a header"),
        ("page.csv.gz", gzip.compress(b"<html>"), "line 1: '<html>' begins a web page"),
        ("train.csv.xz", b"\xfd7zXZ\0\0\4", "line 1: .* is not text in UTF-8"),
    ],
)
def test_a_bad_archive_is_refused(tmp_path, name, content, message):
    assert_refused(tmp_path / name, content, message)


@pytest.mark.parametrize("name", ["train", "test"])
def test_a_missing_file_or_a_folder_is_named(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=rf"there is no file .*{name}\.csv$"):
        load(tmp_path / f"{name}.csv")
    (tmp_path / name).mkdir()
    with pytest.raises(FileNotFoundError, match=r"there is no file .*, it is a folder$"):
        load(tmp_path / name)


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
def project(tmp_path, tmp_path_factory, monkeypatch):
    """A project folder and a cache of its own, without Kaggle's files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
    monkeypatch.setattr(kaggle, "PROJECT", tmp_path)
    monkeypatch.setattr(kaggle, "CACHE", tmp_path / "home" / "cache")
    kaggle._temporary_folder.cache_clear()
    yield tmp_path
    kaggle._temporary_folder.cache_clear()


@pytest.fixture
def tiny(monkeypatch, project):
    """Let the files be made from 10 and 4 images in place of 60,000 and 10,000."""
    rng = np.random.default_rng(0)
    X = (rng.integers(0, 256, (14, 784)) / 255).astype(np.float32)
    labels = np.array([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    monkeypatch.setattr(kaggle, "load_mnist", lambda: (X[:10], labels, X[10:], None))
    monkeypatch.setattr(kaggle, "TRAIN_ROWS", 6)
    return project


def images(table):
    return [row.tobytes() for row in table.to_numpy(np.uint8)]


def test_the_files_are_those_of_kaggle_in_format_and_order(tiny):
    """Their true size, 42,000 and 28,000 rows, is asserted in chapter 08."""
    paths = kaggle_files()
    assert paths == (tiny / "home/cache/train.csv", tiny / "home/cache/test.csv")
    assert os.listdir(tiny) == ["home"]  # nothing in the course's folder
    train, test = map(pd.read_csv, paths)
    assert train.columns.tolist() == ["label", *PIXELS]
    assert test.columns.tolist() == PIXELS
    X, y, X_test, _ = kaggle.load_mnist()
    known = images(pd.DataFrame(np.rint(np.concatenate([X, X_test]) * 255)))
    places, rest = ([known.index(image) for image in images(t[PIXELS])] for t in (train, test))
    assert sorted(places + rest) == list(range(14))  # each of them once
    assert (len(places), max(places) < 10) == (6, True)  # of the ten training images only
    assert train["label"].tolist() == [y[place] for place in places]
    assert min(rest[:4]) < 10 <= max(rest[:4])  # shuffled: both from the start
    assert places != sorted(places)


def test_that_the_files_are_not_kaggles_is_said_each_time(tiny, monkeypatch, capsys):
    monkeypatch.setenv("HOME" if os.name == "posix" else "USERPROFILE", str(tiny / "home"))
    printed = []
    for _ in "made", "found":
        kaggle_files()
        printed.append(capsys.readouterr().out)
    assert "not in data/kaggle" in printed[0]
    assert "from MNIST" in printed[0]
    assert printed[0].endswith(f"train.csv and test.csv in {Path('~', 'cache')}.\n")
    assert printed[0] == printed[1]  # a notebook prints the same each time


@pytest.mark.parametrize("there", [0, 1])
def test_only_what_is_missing_is_made_and_the_same_each_time(tiny, monkeypatch, there):
    paths = kaggle_files()
    contents = [path.read_bytes() for path in paths]
    paths[there].write_text("the reader's own")
    paths[1 - there].unlink()
    for _ in "made", "found":
        kaggle_files()
        assert paths[there].read_text() == "the reader's own"
        assert paths[1 - there].read_bytes() == contents[1 - there]
        monkeypatch.setattr(kaggle, "load_mnist", lambda: pytest.fail("it makes them again"))


def put_files(folder, *names):
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("Kaggle's")


def test_kaggles_own_files_come_first(project, monkeypatch, tmp_path, capsys):
    mounts = [tmp_path / "mount 1", tmp_path / "mount 2"]
    monkeypatch.setattr(kaggle, "MOUNTS", mounts)
    monkeypatch.setattr(kaggle, "load_mnist", lambda: pytest.fail("it makes files"))
    beside = tmp_path / "notebook"
    beside.mkdir()
    monkeypatch.chdir(beside)
    for folder in [*mounts[::-1], beside / "data" / "kaggle", project / "data" / "kaggle"]:
        put_files(folder, "train.csv", "test.csv")
        assert kaggle_files() == (folder / "train.csv", folder / "test.csv")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["train.csv", "test.csv"])
def test_half_of_kaggles_files_is_not_mixed_with_others(tiny, name):
    put_files(tiny / "data" / "kaggle", name)
    assert {path.parent.name for path in kaggle_files()} == {"cache"}


def test_kaggle_mounts_the_competition_here():
    for folder in "digit-recognizer", "competitions/digit-recognizer":
        code = Path(kaggle.__file__).read_text(encoding="utf-8")
        assert f'Path("/kaggle/input/{folder}")' in code


def in_the_way(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")


def test_where_there_is_no_place_for_a_cache_the_files_live_as_long_as_python(tiny, capsys):
    in_the_way(tiny / "home" / "cache")
    paths = kaggle_files()
    assert paths == kaggle_files()
    assert "for as long as this Python runs" in capsys.readouterr().out
    assert [len(pd.read_csv(path)) for path in paths] == [6, 8]


def test_without_a_home_nothing_is_written_beside_the_notebook(tiny, monkeypatch):
    monkeypatch.setattr(kaggle, "CACHE", Path("~", ".cache", "course"))  # as platformdirs has it
    monkeypatch.chdir(tiny)
    kaggle_files()
    assert not os.listdir(tiny)


def test_where_nothing_can_be_written_it_says_what_to_do(tiny, monkeypatch):
    in_the_way(tiny / "home" / "cache")

    def full(path, names, rows):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kaggle, "_write_once", full)
    monkeypatch.chdir(tiny)
    message = r"no place for 128 MB .*cache.*; .*No space left.*or put .* into (.*)$"
    with pytest.raises(OSError, match=message) as caught:
        kaggle_files()
    there = Path(re.search(message, str(caught.value))[1])
    put_files(there, "train.csv", "test.csv")  # as it says
    assert kaggle_files() == (there / "train.csv", there / "test.csv")


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
    assert not os.listdir(tiny / "home" / "cache")
