"""The editions of a chapter: a student's, an instructor's key, and either of them for paper."""

import copy
import re

from nbformat.v4 import new_markdown_cell

ROLES = ("task", "stub", "check", "hint", "solution")
NO_PARTS = {"solution", "nbval-ignore-output", "timing"}  # the last two are for the tests

HEADING = re.compile(r"^## ", re.M)
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([\w./-]+\.\w+)(#[^)\s]*)?\)")
NOTE = "*On paper: the checks are in the notebook of this chapter{}.*"
HINTS_BELOW = "; the hints stand after the last exercise"
FOLD = re.compile(r"<details><summary>.*?</summary>(.*?)</details>", re.S)


def tags(cell):
    """Return the tags of a cell as a set."""
    return set(cell.metadata.get("tags", []))


def role(cell):
    """Return what a cell is in an exercise, such as "stub"; None for all other cells."""
    return next((tag for tag in ROLES if tag in tags(cell)), None)


def parts(notebook):
    """Return the tags by which parts of a chapter can be left out."""
    return set().union(*map(tags, notebook.cells)) - NO_PARTS


def leave_out(notebook, without):
    """Return a chapter without the cells that carry one of these tags.

    With a task goes its whole exercise, and with its last piece of code the section that showed
    it: what is left to read would speak of something that is not there.
    """
    edited = copy.deepcopy(notebook)
    edited.cells = [
        cell for section in _sections(edited.cells) for cell in _left_of(section, set(without))
    ]
    return edited


def student(notebook, header=""):
    """Return the notebook that a student gets: no solutions, no outputs, the checks in place.

    Parameters
    ----------
    notebook : NotebookNode
        The chapter; it stays as it is.
    header : str
        A line of plain text below the title; "" for none.
    """
    edited = _with_header(notebook, header)
    edited.cells = [cell for cell in edited.cells if role(cell) != "solution"]
    for cell in edited.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return edited


def key(notebook, header=""):
    """Return the instructor's notebook: with outputs, the solutions unfolded."""
    edited = _with_header(notebook, key_header(header))
    for cell in edited.cells:
        if role(cell) == "solution":
            cell.metadata.pop("jupyter", None)
    return edited


def key_header(header):
    """Return the header of an instructor's key."""
    return " · ".join(filter(None, ["Instructor’s key", header]))


def linked(notebook, files):
    """Return a chapter whose links to files lead to these only; of the others, the words stay."""
    edited = copy.deepcopy(notebook)
    for cell in edited.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda m: m[0] if m[2] in files else m[1], cell.source)
    return edited


def on_paper(notebook, *, solved):
    """Return a chapter as it is printed, for a student or, `solved`, for the instructor.

    A check does nothing on paper. A student finds the hints after the last exercise, where no eye
    falls on them by chance; in the key each stays with its exercise, as does the solution.
    """
    edited = linked(notebook, [])
    cells, hints, title = edited.cells, [], ""
    edited.cells = []
    for cell in cells:
        part = role(cell)
        if part is None and hints:
            edited.cells.append(_small("### Hints", *hints))
            hints = []
        if part == "task":
            if not title and not solved:
                has_hints = any(role(other) == "hint" for other in cells)
                edited.cells.append(_small(NOTE.format(HINTS_BELOW if has_hints else "")))
            title = _title(cell)
        if part == "hint":
            words = FOLD.sub(lambda match: match[1].strip(), cell.source)
            if solved:
                edited.cells.append(_small(f"**Hint.** {words}"))
            else:
                hints.append(f"**{title}.** {words}")
        elif part not in ("check", "stub" if solved else "solution"):
            edited.cells.append(cell)
    if hints:
        edited.cells.append(_small("### Hints", *hints))
    return edited


def _sections(cells):
    """Split cells where a cell has a heading of the second level."""
    sections = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and HEADING.search(cell.source):
            sections.append([])
        sections[-1].append(cell)
    return sections


def _left_of(section, without):
    kept, exercise_is_out = [], False
    for cell in section:
        out = bool(tags(cell) & without)
        if role(cell) in (None, "task"):
            exercise_is_out = out and role(cell) == "task"
        if not out and not exercise_is_out:
            kept.append(cell)
    had_code, has_code = (any(c.cell_type == "code" for c in part) for part in (section, kept))
    alone = section and section[0].source.startswith("## ")
    return [] if alone and had_code and not has_code else kept


def _with_header(notebook, header):
    """Return a tidy copy: what only the tests of the course need is gone from the metadata."""
    edited = copy.deepcopy(notebook)
    for cell in edited.cells:
        kept = [tag for tag in cell.metadata.get("tags", []) if tag in ROLES or tag not in NO_PARTS]
        cell.metadata.pop("tags", None)
        if kept:
            cell.metadata.tags = kept
    if header:
        title, _, rest = edited.cells[0].source.partition("\n")
        line = re.sub(r"([\\`*_\[\]<>$|~])", r"\\\1", header)
        edited.cells[0].source = f"{title}\n\n*{line}*\n{rest}"
    return edited


def _title(task):
    """Return "Exercise 1" from the heading of a task, "### Exercise 1 · Title"."""
    return task.source.partition("\n")[0].lstrip("# ").partition(" · ")[0]


def _small(*paragraphs):
    """Return a cell that is printed small."""
    cell = new_markdown_cell("\n\n".join(paragraphs))
    cell.metadata.tags = ["hint"]
    return cell
