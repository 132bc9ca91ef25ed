"""What was handed in: find the notebooks, say whose they are and of which chapter, read them."""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from coursework.course import normal
from coursework.grading.names import Person, composed, shown, whose

IGNORED = ("__MACOSX",)  # and everything whose name begins with a dot
NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json")  # the long ones: Windows and Safari add to it
MEGABYTES = 200  # of one file; a hundred times what an honest one has
CODE = 2_000_000  # characters of all code cells; a hundred times what a chapter has
ENOUGH = 3  # cells of a chapter, left as they were, show that a notebook is of it


@dataclass(frozen=True)
class Cell:
    """A code cell that was handed in: `label` says which, counted as Run All numbers them."""

    label: str
    source: str
    grade_id: str | None


@dataclass
class HandIn:
    """What one `person` has handed in: {name in the report: path} of the notebooks.

    `sources` are the names of folders and files as the course site gave them; `remarks` say what
    is odd about them.
    """

    person: Person
    sources: list = field(default_factory=list)
    notebooks: dict = field(default_factory=dict)
    remarks: list = field(default_factory=list)


@dataclass(frozen=True)
class Submission:
    """One notebook: its `file`, as written in the report, its chapter, its code."""

    file: str
    chapter: str | None
    cells: tuple
    changed: float = 0.0


def find(folder, stems):
    """Look through a folder of submissions; return the `HandIn`s, and lines on what is not used.

    A notebook in it belongs to the student of its file name, less the name of the chapter (`stems`,
    without ".ipynb"); one in a folder in it, at any depth, to the student of that folder. All who
    have a folder, a notebook or a `.zip` have handed in.
    """
    entries, troubles, notebooks = [], [], 0
    for entry in sorted(folder.iterdir()):
        name = shown(entry.name)
        if entry.name.startswith(".") or entry.name in IGNORED:
            if entry.name.endswith(".ipynb") and not entry.name.startswith("._"):
                troubles.append(f"{name} is not used: its name begins with a dot")
        elif entry.is_dir() and not entry.is_symlink():
            entries.append((entry, composed(entry.name), True))
        elif ending := _ending(entry):
            entries.append((entry, composed(entry.name[: -len(ending)]), False))
        else:
            troubles.append(f"{name} is not used: it is no notebook (.ipynb)")
    found = {}
    people = whose([(name, is_folder) for _, name, is_folder in entries], stems)
    for (entry, *_), (person, remark) in zip(entries, people, strict=True):
        one = found.setdefault(person[:2], HandIn(person))
        one.person = one.person._replace(late=one.person.late or person.late)
        one.sources.append(shown(composed(entry.name)))
        one.remarks += [remark] * (bool(remark) and remark not in one.remarks)
        notebooks += look_through(one, entry, folder)
    if not notebooks:
        raise ValueError(f"there is no notebook (.ipynb) in {folder}; nothing was written")
    return [found[key] for key in sorted(found)], troubles


def look_through(one, entry, folder):
    """Enter a student's file or folder in `folder`; return how many notebooks and zips it has."""
    unused = []
    try:
        paths = list(_files(entry)) if entry.is_dir() and not entry.is_symlink() else [entry]
    except OSError as error:
        one.remarks.append(f"{shown(entry.name)} cannot be read: {error.strerror}")
        return 0
    for path in paths:
        file = shown(composed(str(path.relative_to(folder))))
        ending = _ending(path)
        if ending == ".zip":
            one.remarks.append(f"{file} was not read: unpack it first")
        elif ending:
            one.notebooks[file] = path
        else:
            unused.append(shown(path.name))
    if unused:
        names = ", ".join(unused[:5]) + (", …" if len(unused) > 5 else "")
        one.remarks.append(f"handed in besides and not used: {names}")
    return sum(bool(_ending(path)) for path in paths)


def in_order(notebooks):
    """Return pairs of name and path, the one that was changed last at the end."""
    return sorted(notebooks.items(), key=lambda one: (int(one[1].lstat().st_mtime), one[0]))


def checksum(notebooks):
    """Return a checksum of the notebooks' names, contents and order in time."""
    total = hashlib.sha256()
    for file, path in in_order(notebooks):
        total.update(f"{file}\n".encode("utf-8", "replace"))
        if path.is_file() and not path.is_symlink():
            with open(path, "rb") as opened:
                total.update(hashlib.file_digest(opened, "sha256").digest())
    return total.hexdigest()


def read_all(notebooks, chapter, read):
    """Read a student's notebooks; return those that can be read, the newest last, and remarks.

    `read` takes a path, as the function of this name here does.
    """
    submissions, remarks = [], []
    for file, path in in_order(notebooks):
        try:
            cells, remark = read(path)
        except ValueError as error:
            remarks.append(f"{file} {error}")
            continue
        if remark:
            remarks.append(f"{file} {remark}")
        changed = path.stat().st_mtime
        submissions.append(Submission(file, chapter_of(cells, chapter), cells, changed))
    return submissions, remarks


def read(path):
    """Return the code cells of a notebook, and a remark on the file ("" for none).

    The words of an error follow the file's name. Outputs are dropped while they are read: a
    notebook may hold a million.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError("is a link or no ordinary file; it was not followed")
    try:
        if path.stat().st_size > MEGABYTES * 2**20:
            raise ValueError(f"is larger than {MEGABYTES} MB: clear its outputs and grade it again")
        text, remark = _decode(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if not text.strip():
        raise ValueError("is empty")
    begin = text.lstrip()[0]
    try:
        content = json.loads(text, object_hook=_without_outputs, parse_int=_whole)
    except RecursionError as error:
        raise ValueError("is no notebook: it is nested too deeply") from error
    except ValueError as error:
        cut = "cut off before its end, or damaged" if begin == "{" else "not JSON"
        raise ValueError(f"is no notebook: it is {cut} ({error})") from error
    del text
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise ValueError("is JSON, but no notebook: it has no cells")
    try:
        if "cells" not in content:
            remark = f"is in nbformat {content.get('nbformat')}, an old form; it was converted"
            content["cells"] = [cell for sheet in content["worksheets"] for cell in sheet["cells"]]
        cells = tuple(_code_cells(content["cells"]))
    except (TypeError, KeyError, AttributeError) as error:  # a list where a dict should be
        raise ValueError(f"is a damaged notebook ({type(error).__name__}: {error})") from error
    if sum(len(str(cell)) for cell in cells) > CODE:
        raise ValueError(
            f"has more than {CODE:,} characters of code: take out the cells that hold data and "
            "grade it again"
        )
    return cells, remark


def chapter_of(cells, chapter):
    """Return the number of the chapter that a notebook is of; None where nothing tells.

    It tells by the cells' identifiers, by the checks that they import, or by cells of `chapter`
    that are as they were.
    """
    found = Counter(re.findall(r"\bch(\d\d)-", " ".join(cell.grade_id or "" for cell in cells)))
    if not found:
        code = "\n".join(cell.source for cell in cells)
        found = Counter(re.findall(r"helpers\.exercises\.chapter_(\d\d)", code))
    if found:
        return found.most_common(1)[0][0]
    theirs = {normal(cell.source) for cell in cells}
    return chapter.number if len(theirs & chapter.sources) >= ENOUGH else None


def choose(submissions):
    """Return the submission that counts of one student's, and a line that says so if need be.

    The file that was changed last counts, which is the last; of files of the same second, the last
    by name.
    """
    *others, chosen = submissions
    if not others:
        return chosen, ""
    why = "was changed last"
    if int(chosen.changed) == int(others[-1].changed):
        why = "has the same time as another: the last by name was taken"
    return chosen, (
        f"{len(submissions)} notebooks of this chapter: {_dated(chosen)} {why} and was graded; not "
        f"graded: {', '.join(map(_dated, others))}"
    )


def _dated(one):
    return f"{one.file} ({datetime.fromtimestamp(one.changed):%Y-%m-%d %H:%M:%S})"


def _ending(path):
    """Return the ending of a file to look at, in small letters; "" for all others."""
    name = path.name.lower()
    return next((one for one in (*NOTEBOOKS, ".zip") if name.endswith(one)), "")


def _files(folder):
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in IGNORED:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        else:
            yield path


def _decode(data):
    encoding = json.detect_encoding(data)  # by a mark, or by where the zeros are
    for one in (encoding, "cp1252") if encoding.startswith("utf-8") else (encoding,):
        try:
            text = data.decode(one)
        except UnicodeDecodeError:
            continue
        return text, "" if one.startswith("utf-8") else f"is not UTF-8; it was read as {one}"
    raise ValueError("is no text in any encoding that notebooks come in")


def _without_outputs(content):
    if "output_type" in content:
        return None
    if "outputs" in content:
        content["outputs"] = None
    return content


def _whole(digits):
    return int(digits) if len(digits) < 20 else 0  # Python takes no number of 5,000 digits


def _code_cells(cells):
    position = 0
    for cell in cells:
        source = cell.get("source", cell.get("input", ""))  # input: before nbformat 4
        source = source if isinstance(source, str) else "".join(source)
        if cell.get("cell_type") != "code":
            continue
        position += bool(source.strip())
        grade_id = _grade_id(cell)
        if source.strip() or grade_id:
            yield Cell(f"code cell {position}", source, grade_id)


def _grade_id(cell):
    """Return a cell's identifier; None also where the metadata are not what they should be."""
    for key in ("metadata", "nbgrader", "grade_id"):
        cell = cell.get(key) if isinstance(cell, dict) else None
    return cell if isinstance(cell, str) else None
