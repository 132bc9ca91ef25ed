"""What was handed in: find the notebooks, say whose they are and of which chapter, read them."""

import json
import re
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

import nbformat

from coursework.grading.names import composed, whose

IGNORED = ("__MACOSX",)  # and everything whose name begins with a dot


@dataclass(frozen=True)
class Cell:
    """A code cell that was handed in: `label` says which, counted as Run All numbers them."""

    label: str
    source: str
    grade_id: str | None


@dataclass(frozen=True)
class Submission:
    """The notebook of one student for one chapter: its `file`, as written in the report."""

    student: str
    file: str
    chapter: str | None
    cells: tuple
    changed: float = 0.0


def find(folder, stems):
    """Read a folder of submissions; return the `Submission`s, the students, and what is wrong.

    A notebook in it belongs to the student of its file name, less the name of the chapter (`stems`,
    without ".ipynb"); one in a folder in it, at any depth, to the student of that folder. All who
    have a folder, a notebook, even one that cannot be read, or a `.zip` are students: a dict with
    the names of their folders and files, as the course site gave them. What is wrong is a list of
    students and words.
    """
    entries, troubles = [], []
    for entry in _visible(folder):
        if entry.is_dir() and not entry.is_symlink():
            entries.append((entry, True, list(_files(entry))))
        elif entry.suffix.lower() in (".ipynb", ".zip"):
            entries.append((entry, False, [entry]))
        else:
            troubles.append(("", f"{entry.name} is not used: it is no notebook (.ipynb)"))
    endings = {path.suffix.lower() for *_, paths in entries for path in paths}
    if not endings & {".ipynb", ".zip"}:
        raise ValueError(f"there is no notebook (.ipynb) in {folder}; nothing was written")
    submissions, students = [], defaultdict(list)
    names = [
        (entry.name if is_folder else entry.stem, is_folder) for entry, is_folder, _ in entries
    ]
    for (entry, _, paths), (student, remark) in zip(entries, whose(names, stems), strict=True):
        students[student].append(composed(entry.name))
        if remark and (student, remark) not in troubles:
            troubles.append((student, remark))
        unused = []
        for path in paths:
            file = composed(str(path.relative_to(folder)))
            if path.suffix.lower() == ".zip":
                troubles.append((student, f"{file} was not read: unpack it first"))
                continue
            if path.suffix.lower() != ".ipynb":
                unused.append(path.name)
                continue
            try:
                cells, remark = read(path)
            except ValueError as error:
                troubles.append((student, f"{file} {error}"))
                continue
            if remark:
                troubles.append((student, f"{file} {remark}"))
            changed = path.stat().st_mtime
            submissions.append(Submission(student, file, chapter_of(cells), cells, changed))
        if unused:
            names = ", ".join(unused[:5]) + (", …" if len(unused) > 5 else "")
            troubles.append((student, f"handed in besides and not used: {names}"))
    return submissions, dict(sorted(students.items())), troubles


def read(path):
    """Return the code cells of a notebook, and a remark on the file ("" for none).

    The words of an error follow the file's name.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError("is a link or no ordinary file; it was not followed")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if not data.strip():
        raise ValueError("is empty")
    text, remark = _decode(data)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        cut = "cut off before its end" if text.lstrip()[0] == "{" else "not JSON"
        raise ValueError(f"is no notebook: it is {cut} ({error})") from error
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise ValueError("is JSON, but no notebook: it has no cells")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a missing cell id is no trouble here
            notebook = nbformat.from_dict(content)
            if content.get("nbformat") != 4:
                notebook = nbformat.convert(notebook, 4)
                remark = f"is in nbformat {content.get('nbformat')}, an old form; it was converted"
        return tuple(_code_cells(notebook)), remark
    except Exception as error:  # a list where a dict should be: it fails in a hundred places
        raise ValueError(f"is a damaged notebook ({type(error).__name__}: {error})") from error


def chapter_of(cells):
    """Return the chapter's number by the cells' identifiers, or by the checks that they import."""
    found = Counter(re.findall(r"\bch(\d\d)-", " ".join(cell.grade_id or "" for cell in cells)))
    if not found:
        code = "\n".join(cell.source for cell in cells)
        found = Counter(re.findall(r"helpers\.exercises\.chapter_(\d\d)", code))
    return found.most_common(1)[0][0] if found else None


def choose(submissions):
    """Return the submission that counts of one student's, and a line that says so if need be.

    The file that was changed last counts; of files of the same second, the last by name.
    """
    ordered = sorted(submissions, key=lambda one: (int(one.changed), one.file))
    *others, chosen = ordered
    if not others:
        return chosen, ""
    why = "was changed last"
    if int(chosen.changed) == int(others[-1].changed):
        why = "has the same time as another: the last by name was taken"
    return chosen, (
        f"{len(ordered)} notebooks of this chapter: {_dated(chosen)} {why} and was graded; not "
        f"graded: {', '.join(map(_dated, others))}"
    )


def _dated(one):
    return f"{one.file} ({datetime.fromtimestamp(one.changed):%Y-%m-%d %H:%M:%S})"


def _visible(folder):
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".") and path.name not in IGNORED
    ]


def _files(folder):
    for path in _visible(folder):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        else:
            yield path


def _decode(data):
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, "" if encoding == "utf-8-sig" else f"is not UTF-8; it was read as {encoding}"
    raise ValueError("is no text in any encoding that notebooks come in")


def _code_cells(notebook):
    position = 0
    for cell in notebook.cells:
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        if cell.cell_type != "code":
            continue
        position += bool(source.strip())
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if source.strip() or grade_id:
            yield Cell(f"code cell {position}", source, grade_id)
