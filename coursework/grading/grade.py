"""Grade a folder of submitted notebooks: grades.csv, totals.csv, trouble.txt and feedback pages.

grading.md describes them, and says what this does not protect you from.
"""

import argparse
import csv
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from coursework.course import chapters, read_chapter
from coursework.grading import sandbox, submissions
from coursework.grading.feedback import MARK, page, points
from coursework.grading.limits import Limits, what_is_missing
from coursework.grading.names import composed
from coursework.grading.restore import restore, why_open
from coursework.grading.room import NOT_LOCKED, why_not_locked
from helpers.exercises.frame import Verdict
from helpers.files import replacing

WORKERS = 2
ABSENT = Verdict("open", "There is no notebook of yours for this chapter.")


@dataclass
class Grade:
    """What a student gets: `verdicts` per exercise, and `remarks` for the report.

    The remarks in `told` are left out of the student's page: a verdict says the same. `source` is
    what the course site calls the student's folder or file.
    """

    student: str
    verdicts: dict
    remarks: list
    told: frozenset = frozenset()
    source: str = ""


def grade(folder, number, output, limits, seed=0, tell=print):
    """Grade all submissions for a chapter, "03"; return a `Grade` for each student.

    The marks, the feedback and the report go into the folder `output`. With another `seed` each
    student gets other random input; `tell` takes lines on the progress.
    """
    course = chapters()
    chapter = read_chapter(course[number])
    stems = [path.stem for path in course.values()]
    handed_in, students, troubles = submissions.find(folder, stems)
    tell(f"{len(students)} students, {len(handed_in)} notebooks")
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(grade_one, student, handed_in, chapter, set(course), limits, seed)
            for student in students
        ]
        grades = []
        try:
            for job in as_completed(jobs):
                grades.append(job.result())
                earned, total = points(chapter, grades[-1].verdicts)
                tell(f"{len(grades)}/{len(students)}  {grades[-1].student}: {earned} of {total}")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    grades.sort(key=lambda one: one.student)
    for one in grades:
        one.remarks[:0] = [text for student, text in troubles if student == one.student]
        one.source = "; ".join(students[one.student])
    general = [text for student, text in troubles if not student]
    write(grades, chapter, output, general)
    if gone := remove_old_pages(output / "feedback", students):
        tell(f"removed the feedback of an earlier run for {', '.join(gone)}: not in this one")
    return grades


def grade_one(student, handed_in, chapter, known, limits, seed):
    """Grade one student's notebook of the chapter, the newest if there are several."""
    own = [one for one in handed_in if one.student == student]
    remarks = [
        f"{one.file} has no exercise of this course in it"
        if one.chapter is None
        else f"{one.file} is for chapter {one.chapter}, which the course does not have"
        for one in own
        if one.chapter not in known
    ]
    candidates = [one for one in own if one.chapter == chapter.number]
    if not candidates:
        verdicts = {exercise.name: ABSENT for exercise in chapter.exercises}
        others = ", ".join(sorted({one.chapter for one in own if one.chapter in known}))
        nothing = f"no notebook for chapter {chapter.number}"
        if others:
            nothing = f"handed in chapter {others}, nothing for {chapter.number}"
        return Grade(student, verdicts, [*remarks, nothing])
    chosen, line = submissions.choose(candidates)
    short, full, oddities = restore(chapter, chosen.cells)
    result = sandbox.run(chapter.number, short, seed_of(student, seed), limits)
    skipped = "\n".join(step.source for step in full if step not in short)
    if any(name in skipped for name in result.missing):
        result = sandbox.run(chapter.number, full, seed_of(student, seed), limits)
    remarks += [line] * bool(line) + oddities + result.remarks
    for exercise in chapter.exercises:
        if result.verdicts[exercise.name].kind == "open":
            why = why_open(exercise, chosen.cells)
            result.verdicts[exercise.name] = Verdict("open", why)
    return Grade(student, result.verdicts, remarks, frozenset(result.told))


def seed_of(student, seed):
    """Return the seed of a student's random input: the same in each run, no one else's."""
    return int.from_bytes(hashlib.sha256(f"{seed} {student}".encode()).digest()[:4])


def write(grades, chapter, output, general):
    """Write the two tables, trouble.txt and the feedback pages, each by a temporary name."""
    (output / "feedback").mkdir(parents=True, exist_ok=True)
    rows = [("student", "exercise", "points", "of", "total", "source")]
    totals = [("student", *(exercise.name for exercise in chapter.exercises), "total", "of")]
    lines = list(general)
    for one in grades:
        total, of = points(chapter, one.verdicts)
        student, source = harmless(one.student), harmless(one.source)
        earned = [
            exercise.points * (one.verdicts[exercise.name].kind == "right")
            for exercise in chapter.exercises
        ]
        for exercise, got in zip(chapter.exercises, earned, strict=True):
            rows.append((student, exercise.name, got, exercise.points, total, source))
        totals.append((student, *earned, total, of))
        lines += [f"{one.student}: {remark}" for remark in one.remarks]
        remarks = [remark for remark in one.remarks if remark not in one.told]
        text = page(one.student, chapter, one.verdicts, remarks)
        with replacing(output / "feedback" / f"{one.student}.html") as temporary:
            temporary.write_text(text, encoding="utf-8")
    write_table(output / "grades.csv", rows)
    write_table(output / "totals.csv", totals)
    with replacing(output / "trouble.txt") as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_table(path, rows):
    """Write a table as CSV, with the mark by which Excel knows that an ü is one."""
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8-sig", newline="") as file,
    ):
        csv.writer(file).writerows(rows)


def harmless(name):
    """Return a name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name


def remove_old_pages(folder, students):
    """Remove the pages that an earlier run wrote for others than these; return whose they were."""
    gone = [
        path
        for path in sorted(folder.glob("*.html"))
        if composed(path.stem) not in students
        and MARK in path.read_text(encoding="utf-8", errors="replace")
    ]
    for path in gone:
        path.unlink()
    return [path.stem for path in gone]


def parse():
    """Read the command line; end with a message where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m coursework.grading", description="Grade a folder of submitted notebooks."
    )
    parser.add_argument("folder", type=Path, help="notebooks, or one folder per student")
    parser.add_argument("--chapter", required=True, metavar="03", help="the chapter to grade")
    parser.add_argument("--output", type=Path, help="default: results/chapter_03")
    parser.add_argument("--seed", type=int, default=0, help="other random input for the checks")
    parser.add_argument("--time-limit", type=float, default=60, help="seconds per cell: 60")
    parser.add_argument("--memory-limit", type=int, default=3000, help="megabytes: 3000")
    parser.add_argument("--checks", type=Path, help="a folder of checks that only you have")
    parser.add_argument(
        "--require-isolation", action="store_true", help="go on in a locked room only"
    )
    options = parser.parse_args()
    options.chapter = options.chapter.zfill(2)
    if not options.folder.is_dir():
        parser.error(f"there is no folder {options.folder}")
    if options.chapter not in chapters():
        known = ", ".join(chapters())
        parser.error(f"the course has no exercises in chapter {options.chapter}; it has {known}")
    if options.time_limit <= 0 or options.memory_limit <= 0:
        parser.error("the limits must be above 0")
    if options.checks:
        own = options.checks / f"chapter_{options.chapter}.py"
        if not own.is_file():
            parser.error(f"there is no file {own} with checks")
    options.output = options.output or Path("results", f"chapter_{options.chapter}")
    return options


def main():
    """Grade, then say where the results are."""
    options = parse()
    if why := why_not_locked():
        if options.require_isolation:
            sys.exit(f"There is no locked room here: {why}. Nothing was graded.")
        print(f"Beware: {NOT_LOCKED.format(why)}")
    if missing := what_is_missing():
        print(f"Beware: {missing}")
    checks = str(options.checks.resolve()) if options.checks else ""
    limits = Limits(options.time_limit, options.memory_limit, checks)
    try:
        grade(options.folder, options.chapter, options.output, limits, options.seed)
    except (RuntimeError, ValueError) as error:
        sys.exit(str(error))
    print(f"\n{(options.output / 'trouble.txt').read_text(encoding='utf-8')}")
    print(f"The marks are in {options.output}: grades.csv, totals.csv, trouble.txt and feedback")
