"""How long it takes to grade thirty submissions of each chapter.

`python benchmarks/grading.py`, from the root of the project. The class that hands in has 15
students with all answers right, 9 with the first one only, 3 with none, 1 whose answer never ends,
and 2 whose answers use a variable of the chapter, so that the whole chapter is run for them.
"""

import ast
import sys
import tempfile
import time
from pathlib import Path

from shared import command_line, show

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

CLASS = {"right": 15, "first": 9, "untouched": 3, "endless": 1, "chapter": 2}
ENDLESS = "while True:\n    pass"


def main(options):
    """Measure each chapter and print a table."""
    from course import chapters

    numbers = options.chapters or list(chapters())
    students = {"right": 1, "first": 1, "untouched": 1} if options.quick else CLASS
    rows = [measure(number, students) for number in (numbers[:1] if options.quick else numbers)]
    header = ["chapter", "seconds", "processor seconds", "per submission", "as expected"]
    show(f"Grading, students: {sum(students.values())}", header, rows, options.markdown)


def measure(number, students):
    """Grade a class once; return the row of the table."""
    import nbformat

    from coursework.grading.grade import grade
    from coursework.grading.limits import Limits

    with tempfile.TemporaryDirectory() as folder:
        handed_in = Path(folder, "class")
        handed_in.mkdir()
        for kind, count in students.items():
            for i in range(count):
                nbformat.write(notebook(number, kind), handed_in / f"{kind} {i}.ipynb")
        begin, before = time.perf_counter(), processor_seconds()
        limits = Limits(seconds=60, megabytes=3000)
        grades = grade(handed_in, number, Path(folder, "out"), limits, tell=lambda line: None)
        seconds, used = time.perf_counter() - begin, processor_seconds() - before
    others = [one for one in grades if not as_expected(one)]
    for one in others:  # on a busy machine a cell may run into the limit
        wrong = [verdict for verdict in one.verdicts.values() if verdict.kind != "right"]
        print(f"chapter {number}, {one.student}: {wrong} {one.remarks}", file=sys.stderr)
    m = len(grades)
    return [number, f"{seconds:.0f}", f"{used:.0f}", f"{used / m:.1f}", f"{m - len(others)} of {m}"]


def as_expected(grade):
    """Tell whether a student got all points, or not all, as the name promises."""
    kinds = {verdict.kind for verdict in grade.verdicts.values()}
    return (kinds == {"right"}) == grade.student.startswith(("right", "chapter"))


def notebook(number, kind):
    """Return what a student of this kind hands in."""
    from student_notebooks import answer, exercises_of, hand_in, solved

    first, *_, last = exercises_of(number)
    if kind == "right":
        return solved(number)
    if kind == "untouched":
        return hand_in(number, {})
    if kind == "first":
        return hand_in(number, {first: ...})
    if kind == "endless":
        return hand_in(number, {first: ..., last: ENDLESS})
    answers = dict.fromkeys(exercises_of(number), ...)
    return hand_in(number, answers | {last: f"{answer(number, last)}\n{variable(number)}"})


def variable(number):
    """Return a name that the chapter's code defines after its set-up."""
    from coursework.course import chapters, read_chapter

    chapter = read_chapter(chapters()[number])
    setup = {node.id for node in ast.walk(ast.parse(chapter.setup)) if isinstance(node, ast.Name)}
    own = "\n".join(sorted(chapter.sources - chapter.own))
    names = [
        node.id
        for statement in ast.parse(own).body
        if isinstance(statement, ast.Assign)
        for node in statement.targets
        if isinstance(node, ast.Name) and node.id not in setup
    ]
    return names[0]


def processor_seconds():
    """Return the processor time of this process and those that it has started and that ended."""
    try:
        import resource
    except ModuleNotFoundError:
        return float("nan")  # Windows
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    few = "3 students: does it work at all?"
    parser = command_line("Time the grading of thirty submissions.", quick=few)
    parser.add_argument("--chapters", nargs="+", metavar="03", help="default: all")
    main(parser.parse_args())
