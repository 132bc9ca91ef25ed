"""Make copies of the chapters to work in: `python notebooks/copies.py`.

The copies lie in `my_notebooks/`, without outputs, so that no answer stands below its
question. They are the reader's: nothing written in one is lost. When a chapter of the
course has changed since, the new one is put beside it.
"""

import hashlib
import sys
from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parent
COPIES = FOLDER.parent / "my_notebooks"
BESIDE = ".new"  # 05_….new.ipynb


def main(folder=COPIES):
    """Copy each chapter that is new, and say where the copies lie."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    print(f"Your chapters, without outputs and yours to write in: {folder}")
    print(f"The same with their outputs, to read: {FOLDER}")
    for chapter in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb")):
        newest = put(without_outputs(chapter), folder / chapter.name)
        if newest.name != chapter.name:
            print(f"You changed {chapter.name}, and so did the course: {newest.name}")


def without_outputs(chapter):
    """Return a chapter as a reader begins it, its edition in the metadata."""
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.edition = fingerprint(notebook)
    return notebook


def put(notebook, path):
    """Write a notebook here, or beside what the reader wrote; return where it lies."""
    if path.exists():
        there = read(path)
        edition = there and there.metadata.get("edition")
        if edition == notebook.metadata.edition:
            return path
        if not there or edition != fingerprint(there):  # not as the course has made it
            return put(notebook, path.with_suffix(BESIDE + path.suffix))
    nbformat.write(notebook, path)
    return path


def read(path):
    """Read a reader's notebook; None for what is none."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return None


def fingerprint(notebook):
    """Return a short text that changes with any cell's source."""
    sources = "\0".join(cell.source for cell in notebook.cells)
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # the folder may have any name
    main(*sys.argv[1:])
