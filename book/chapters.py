"""The chapters as the book has them: what is left out, and where the solutions stand."""

import copy
import re
from dataclasses import dataclass

import nbformat

from coursework.course import ROOT, read, tags
from coursework.handouts import edition

MINUTES = re.compile(r"^\| \*\*Time\*\* \| (\d+) minutes", re.M)


@dataclass
class Chapter:
    """A chapter of the book: `number` "03", the `name` of its file, its notebook."""

    number: str
    name: str
    notebook: nbformat.NotebookNode

    @property
    def page(self):
        """The name of its page, without an ending."""
        return self.name.removesuffix(".ipynb")

    @property
    def title(self):
        """Its title, as in "03 · Measure the error with cross-entropy"."""
        return self.notebook.cells[0].source.partition("\n")[0].lstrip("# ")

    @property
    def promise(self):
        """The sentence below its title."""
        return self.notebook.cells[0].source.split("\n\n")[1]

    @property
    def minutes(self):
        """How long it takes to read."""
        return int(MINUTES.search(self.notebook.cells[0].source)[1])


def edited(path, *, without=(), student=False):
    """Return a chapter of the book, without the cells with these tags.

    The solutions stand at its end; a `student` gets none.
    """
    source = edition.leave_out(read(path), without)
    if student:
        source.cells = [cell for cell in source.cells if "solution" not in tags(cell)]
        source.cells = [cell for cell in source.cells if "says-solution" not in tags(cell)]
    else:
        source.cells = _solutions_last(source.cells, nbformat.read(path, as_version=4).cells)
    return Chapter(path.name[:2], path.name, source)


def _solutions_last(cells, original):
    """Put the solutions, where there are any, back to where the chapter has them."""
    left = {cell.id: cell for cell in cells}
    solved = {cell.id for cell in cells if "solution" in tags(cell)}
    kept = []
    for cell in original:
        title_of = f"{cell.id.removesuffix('-title')}-solution"
        if "solutions" not in tags(cell):
            kept += [left[cell.id]] if cell.id in left else []
        elif title_of in solved if cell.id.endswith("-title") else solved:
            kept.append(copy.deepcopy(cell))
    return kept


def title_of_course():
    """Return the title of the course, and the paragraph below it, from the README."""
    title, _, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n")
    return title.lstrip("# "), rest.strip().partition("\n\n")[0].replace("\n", " ")
