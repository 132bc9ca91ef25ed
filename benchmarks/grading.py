"""How long it takes to grade thirty submissions of each chapter, and a large class.

`python benchmarks/grading.py`, from the root of the project. The class that hands in has 15
students with all answers right, 9 with the first one only, 3 with none, 1 whose answer never ends,
and 2 whose answers use a variable of the chapter, so that the whole chapter is run for them.

With `--class 3000` that many hand in chapter 03: of ten students 5 have all answers right, 4 the
first one only, 1 none; one of all holds 150 MB of output, and one never ends.
"""

import ast
import atexit
import csv
import functools
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from shared import command_line, show

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

CLASS = {"right": 15, "first": 9, "untouched": 3, "endless": 1, "chapter": 2}
TEN = ["right"] * 5 + ["first"] * 4 + ["untouched"]
ENDLESS = "while True:\n    pass"
CORES = 32


def main(options):
    """Measure each chapter and print a table."""
    from coursework.course import chapters

    if options.class_of:
        header = ["students", "minutes", "processor seconds per submission", "of the grader alone"]
        header += ["grader's memory", "as expected", f"minutes on {CORES} cores"]
        rows = [measure_class(size) for size in options.class_of]
        show("A large class, chapter 03, 2 workers", header, rows, options.markdown)
        return
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


def measure_class(size):
    """Let a class of this size hand in chapter 03 and grade it once; return the row of the table.

    The estimate is what the processor seconds are on 32 cores, or those of the grader, which is one
    process, whichever is more.
    """
    import nbformat

    with tempfile.TemporaryDirectory() as folder:
        handed_in, output = Path(folder, "class"), Path(folder, "out")
        handed_in.mkdir()
        texts = {kind: nbformat.writes(notebook("03", kind)) for kind in {*TEN, "endless"}}
        large = notebook("03", "right")
        large.cells[-1] = nbformat.v4.new_code_cell(
            outputs=[nbformat.v4.new_output("stream", text="é" * 75_000_000)]
        )
        texts["large"] = nbformat.writes(large)
        kinds = [*(TEN[i % 10] for i in range(size - 2)), "large", "endless"]
        for i, kind in enumerate(kinds):
            Path(handed_in, f"{kind} {i}.ipynb").write_text(texts[kind], encoding="utf-8")
        command = [sys.executable, "-m", "coursework.grading", str(handed_in), "--chapter=03"]
        begin, before = time.perf_counter(), processor_seconds()
        grader = subprocess.Popen(
            [*command, f"--output={output}"], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        memory, own = 0, 0.0
        while grader.poll() is None:
            memory, own = usage(grader.pid) or (memory, own)
            time.sleep(0.5)
        seconds, used = time.perf_counter() - begin, processor_seconds() - before
        with open(output / "totals.csv", encoding="utf-8-sig", newline="") as file:
            earned = Counter(
                (row["student"].split()[0], row["total"]) for row in csv.DictReader(file)
            )
    kinds = Counter(kinds)
    points = {"right": "6", "large": "6", "first": "1", "untouched": "0", "endless": "1"}
    fine = sum(min(earned[kind, points[kind]], count) for kind, count in kinds.items())
    estimate = max(used / CORES, own)
    return [
        f"{size:,}",
        f"{seconds / 60:.1f}",
        f"{used / size:.2f}",
        f"{own / size:.3f}",
        f"{memory} MB",
        f"{fine:,} of {size:,}",
        f"{estimate / 60:.1f}",
    ]


def usage(process):
    """Return the most megabytes that a process had so far, and its processor seconds; or None."""
    try:
        most = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return most and (int(most[1]) // 1024, (int(times[11]) + int(times[12])) / 100)


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
    """Return the processor time of this process and of all that it has started; or NaN."""
    file, unit = control_group()
    return int(re.search(r"\d+", file.read_text())[0]) / unit if file else float("nan")


@functools.cache
def control_group():
    """Put this process into a control group; return the file that counts its time, and the unit.

    No process counts what was killed in a room, but the group does. It needs Linux and root.
    """
    for parent, name, unit in [
        ("/sys/fs/cgroup", "cpu.stat", 1e6),
        ("/sys/fs/cgroup/cpuacct", "cpuacct.usage", 1e9),  # as it was before 2016
    ]:
        folder, members = Path(parent, f"grading-{os.getpid()}"), Path(parent, "cgroup.procs")
        try:
            members.stat()
            folder.mkdir()
            Path(folder, "cgroup.procs").write_text(str(os.getpid()))
        except OSError:
            continue
        atexit.register(folder.rmdir)
        atexit.register(members.write_text, str(os.getpid()))
        return folder / name, unit
    return None, 1


if __name__ == "__main__":
    few = "3 students: does it work at all?"
    parser = command_line("Time the grading of thirty submissions.", quick=few)
    parser.add_argument("--class", type=int, nargs="+", metavar="3000", dest="class_of")
    parser.add_argument("--chapters", nargs="+", metavar="03", help="default: all")
    main(parser.parse_args())
