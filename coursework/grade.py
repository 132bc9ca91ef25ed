"""Grade a folder of submitted notebooks: `python coursework/grade.py FOLDER --chapter 03`.

It writes grades.csv, trouble.txt and feedback/STUDENT.html; README.md describes them, and says
what this does not protect you from.
"""

import argparse
import csv
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import sandbox
import submissions
from course import chapters, read_chapter
from feedback import page, points
from limits import Limits, what_is_missing
from restore import restore

from helpers.files import replacing

WORKERS = 2
ABSENT = {"kind": "open", "sentence": "There is no notebook of yours for this chapter."}


@dataclass
class Grade:
    """What a student gets: `verdicts` per exercise, and `remarks` for the report."""

    student: str
    verdicts: dict
    remarks: list


def grade(folder, number, output, limits, seed=0, tell=print):
    """Grade all submissions for a chapter; write the marks, the feedback and the report.

    Parameters
    ----------
    folder : Path
        The submissions, as `submissions.find` describes them.
    number : str
        The chapter, "03".
    output : Path
        The folder for the results; it is made if need be.
    limits : Limits
        For each submission.
    seed : int
        The course's: with another one each student gets other random input.
    tell : callable
        Takes lines on the progress.

    Returns
    -------
    list of Grade
        By student.
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
    general = [text for student, text in troubles if not student]
    write(grades, chapter, output, general)
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
        return Grade(student, verdicts, [*remarks, f"no notebook for chapter {chapter.number}"])
    chosen, line = submissions.choose(candidates)
    short, full, oddities = restore(chapter, chosen.cells)
    result = sandbox.run(chapter.number, short, seed_of(student, seed), limits)
    skipped = "\n".join(step.source for step in full if step not in short)
    if any(name in skipped for name in result.missing):
        result = sandbox.run(chapter.number, full, seed_of(student, seed), limits)
    remarks += [line] * bool(line) + oddities + result.remarks
    return Grade(student, result.verdicts, remarks)


def seed_of(student, seed):
    """Return the seed of a student's random input: the same in each run, no one else's."""
    return int.from_bytes(hashlib.sha256(f"{seed} {student}".encode()).digest()[:4])


def write(grades, chapter, output, general):
    """Write grades.csv, trouble.txt and the feedback pages, each by a temporary name."""
    (output / "feedback").mkdir(parents=True, exist_ok=True)
    rows = [("student", "exercise", "points", "of", "total")]
    lines = list(general)
    for one in grades:
        total, _ = points(chapter, one.verdicts)
        for exercise in chapter.exercises:
            right = one.verdicts[exercise.name]["kind"] == "right"
            earned = exercise.points if right else 0
            rows.append((one.student, exercise.name, earned, exercise.points, total))
        lines += [f"{one.student}: {remark}" for remark in one.remarks]
        text = page(one.student, chapter, one.verdicts, one.remarks)
        with replacing(output / "feedback" / f"{one.student}.html") as temporary:
            temporary.write_text(text, encoding="utf-8")
    with (
        replacing(output / "grades.csv") as temporary,
        open(temporary, "w", encoding="utf-8-sig", newline="") as file,  # so that Excel sees an ü
    ):
        csv.writer(file).writerows(rows)
    with replacing(output / "trouble.txt") as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def parse():
    """Read the command line; end with a message where it makes no sense."""
    parser = argparse.ArgumentParser(description="Grade a folder of submitted notebooks.")
    parser.add_argument("folder", type=Path, help="notebooks, or one folder per student")
    parser.add_argument("--chapter", required=True, metavar="03", help="the chapter to grade")
    parser.add_argument("--output", type=Path, help="default: results/chapter_03")
    parser.add_argument("--seed", type=int, default=0, help="other random input for the checks")
    parser.add_argument("--time-limit", type=float, default=60, help="seconds per cell: 60")
    parser.add_argument("--memory-limit", type=int, default=3000, help="megabytes: 3000")
    options = parser.parse_args()
    options.chapter = options.chapter.zfill(2)
    if not options.folder.is_dir():
        parser.error(f"there is no folder {options.folder}")
    if options.chapter not in chapters():
        known = ", ".join(chapters())
        parser.error(f"the course has no exercises in chapter {options.chapter}; it has {known}")
    if options.time_limit <= 0 or options.memory_limit <= 0:
        parser.error("the limits must be above 0")
    options.output = options.output or Path("results", f"chapter_{options.chapter}")
    return options


def main():
    """Grade, then say where the results are."""
    options = parse()
    if missing := what_is_missing():
        print(f"Beware: {missing}")
    limits = Limits(options.time_limit, options.memory_limit)
    try:
        grade(options.folder, options.chapter, options.output, limits, options.seed)
    except RuntimeError as error:
        sys.exit(str(error))
    print(f"\n{(options.output / 'trouble.txt').read_text(encoding='utf-8')}")
    print(f"The marks are in {options.output}: grades.csv, trouble.txt and feedback")


if __name__ == "__main__":
    main()
