"""The course's own copy of a chapter's exercises: what submissions are restored from."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers import files

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("task", "stub", "check", "hint", "solution")  # the cells of an exercise, in order
ROLES = (*PARTS, "grading")


@dataclass(frozen=True)
class Exercise:
    """One exercise, as the course has it.

    Attributes
    ----------
    name : str
        As in the cells' identifiers: "loss-on-paper".
    title : str
        As the student reads it: "Exercise 1 · A loss on paper".
    points : int
        What the right answer earns.
    stub, hint : str
        The source of the two cells.
    check : str
        The function in `helpers.exercises.chapter_NN` that checks the answer.
    answers : tuple of str
        The expressions that the check cell hands to it: names that the answer must define.
    stub_id, check_id : str
        nbgrader's identifiers of the two cells.
    tags : tuple of str
        By which handouts can leave it out: "task", "paper".
    """

    name: str
    title: str
    points: int
    stub: str
    hint: str
    check: str
    answers: tuple
    stub_id: str
    check_id: str
    tags: tuple


@dataclass(frozen=True)
class Chapter:
    """A chapter: `number` "03", `title`, `stem` of its file, `exercises`, and its code.

    `setup` is the source of the first code cell. `sources` are those of all code cells, and
    `own` those of the stubs, checks and solutions, which are never taken from a student's notebook;
    both in the form of `normal`.
    """

    number: str
    title: str
    stem: str
    exercises: tuple
    setup: str
    sources: frozenset
    own: frozenset


def version(number, checks=""):
    """Return the version of a chapter and of all code by which it is graded.

    `checks` is a folder with checks that only the grading machine has, or "".
    """
    code = [*ROOT.glob("helpers/**/*.py"), *ROOT.glob("coursework/grading/*.py")]
    code += Path(checks).glob("*.py") if checks else ()
    return files.version([all_chapters()[number], *code])


def tags(cell):
    """Return the tags of a cell as a set."""
    return set(cell.metadata.get("tags", []))


def role(cell):
    """Return what a cell is in an exercise, such as "stub"; None for all other cells."""
    return next((tag for tag in ROLES if tag in tags(cell)), None)


def all_chapters():
    """Return the path of each chapter's notebook by its number: {"00": …}."""
    return {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}


def chapters():
    """Return those of the chapters that have exercises."""
    return {
        number: path
        for number, path in all_chapters().items()
        if '"stub"' in path.read_text(encoding="utf-8")
    }


def read(path):
    """Read a chapter's notebook, each solution behind its exercise.

    In the course they stand at the end, where no reader meets them by chance.
    """
    notebook = nbformat.read(path, as_version=4)
    solutions = {cell.id: cell for cell in notebook.cells if role(cell) == "solution"}
    cells = []
    for cell in notebook.cells:
        if not tags(cell) & {"solution", "solutions"}:
            cells.append(cell)
        solution = solutions.get(f"{cell.id.removesuffix('-hint')}-solution")
        if role(cell) == "hint" and solution:
            cells.append(solution)
    notebook.cells = cells
    return notebook


def read_chapter(path):
    """Read what the course has of a chapter's exercises."""
    cells = read(path).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    parts = [cell for cell in cells if role(cell) in PARTS]
    groups = [parts[i : i + len(PARTS)] for i in range(0, len(parts), len(PARTS))]
    return Chapter(
        number=path.name[:2],
        title=cells[0].source.partition("\n")[0].lstrip("# "),
        stem=path.stem,
        exercises=tuple(_exercise(dict(zip(PARTS, group, strict=True))) for group in groups),
        setup=code[0].source,
        sources=frozenset(normal(cell.source) for cell in code),
        own=frozenset(normal(cell.source) for cell in code if role(cell)),
    )


def normal(source):
    """Return a cell's source without what editors change by themselves: space at line ends."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _exercise(cells):
    heading = re.search(r"^### (.+) \(\d+ points?\)$", cells["task"].source, re.M)
    call = ast.parse(cells["check"].source).body[-1].value
    about_check = cells["check"].metadata.nbgrader
    return Exercise(
        name=cells["task"].id.removesuffix("-task"),
        title=heading[1],
        points=about_check.points,
        stub=cells["stub"].source,
        hint=cells["hint"].source,
        check=call.func.id,
        answers=tuple(ast.unparse(argument) for argument in call.args),
        stub_id=cells["stub"].metadata.nbgrader.grade_id,
        check_id=about_check.grade_id,
        tags=tuple(sorted(tags(cells["task"]))),
    )
